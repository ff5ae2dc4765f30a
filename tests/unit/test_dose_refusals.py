"""Doses and protocols that cannot be: every fault is refused at its place, with its code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scenario_texts import SMALL, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("patients: 3", "patients: 3\ndose: 5 IU", "4:7: S202 dose: '5 IU' has the unit 'IU'"),
        (
            "penicillin_g",
            "carboplatin\ndose: 5 U",
            "5:7: S207 dose: 'carboplatin' has no units of activity stated",
        ),
        (
            "patients: 3",
            "patients: 3\ndose: AUC 5",
            "7:38: S208 'penicillin_g' is not dosed by an AUC; .*latin",
        ),
        (
            "penicillin_g",
            "carboplatin\ndose: auc 5",
            "5:7: S206 dose: 'auc 5' is no dose by AUC; .* mean 'AUC 5'",
        ),
        ("penicillin_g", "carboplatin\ndose: AUC 0", "5:7: S203 dose is zero"),
        ("penicillin_g", "carboplatin\ndose: AUC 500", "5:7: S205 dose: an AUC of 500 mg/mL·min is more than 100"),
        ("penicillin_g", "carboplatin\ndose: AUC -5", "5:7: S206 dose: 'AUC -5' is no dose by AUC"),
        ("patients: 3", "patients: 3\ndose: -5 mg/kg", "4:7: S203 dose: '-5 mg/kg' is negative"),
        ("patients: 3", "patients: 3\ndose: 5 mg/m3", "4:7: S202 dose: '5 mg/m3' has the unit"),
        ("patients: 3", "patients: 3\ndose: 2 kg/kg", "4:7: S202 dose: '2 kg/kg' has the unit"),
        ("patients: 3", "patients: 3\ndose: 2000 mg/kg", "4:7: S205 dose: '2000 mg/kg' is more than 1 g/kg"),
        (
            "arms:",
            "protocols: {p: [{dose: 5 U, for: 1 h}]}\narms:",
            "5:24: S207 dose: units of activity belong to a drug",
        ),
        (
            "[full_dose]",
            "[{protocol: penicillin_oral_14_step}]",
            "6:38: S312 'penicillin_g' is not swallowed",
        ),
        (
            "[full_dose]",
            "[{protocol: penicillin_oral_14_step, drug: abacavir}]",
            "6:38: S207 penicillin_oral_14_step: 'abacavir' has no units",
        ),
        (
            "[full_dose]",
            "[{protocol: penicillin_oral_14_step, drug: penicillin_v, dose: 1 g}]",
            "6:94: S106 the doses of 'penicillin_oral_14_step' are fixed",
        ),
        ("[full_dose]", "[{protocol: ladder, ratio: 1}]", "6:64: S104 ratio is the number 1; allowed: 1.01 to 1000"),
        ("[full_dose]", "[{protocol: ladder, start: 1 mg}]", "6:64: S103 start is the text '1 mg'; a number"),
        ("[full_dose]", "[{protocol: ladder, interval: 5}]", "6:67: S201 interval: '5' has no unit"),
        (
            "[full_dose]",
            "[{protocol: ladder, step_count: 40}]",
            "6:38: S106 from 0.0001 of the dose .* at most 14 steps",
        ),
        ("[full_dose]", "[{protocol: ladder_12_step, from_step: 13}]", "6:76: S104 from_step is the number 13"),
        ("[full_dose]", "[{protocol: one_bag, rates: [1 mL/h, 2]}]", "6:74: S201 rates: '2' has no unit"),
        ("[full_dose]", "[{protocol: one_bag, rates: []}]", "6:65: S105 rates has 0 items"),
        ("[full_dose]", "[{protocol: one_bag, rates: [1 L/h, 1 L/h]}]", "6:38: S106 these rates empty the bag"),
    ],
)
def test_each_fault_is_refused_at_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SMALL
    found = problems(tmp_path, SMALL.replace(old, new, 1))
    assert any(re.match(expected, line) for line in found), found
