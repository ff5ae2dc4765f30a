"""What a scenario file may not say of swallowed doses, withdrawal, re-exposure and cohorts drawn given something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scenario_texts import SMALL, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[full_dose]", "[{dose: 1 mg, for: 1 h}]", "6:38: S106 an item of a course has one of .*every; found none"),
        ("[full_dose]", "[{dose: 1 mg, every: 1 h}]", "6:38: S102 missing key 'for' in a repeated dose"),
        (
            "[full_dose]",
            "[{steps: [{route: bolus, rate: 1 mL/h, concentration: 1 mg/mL, for: 1 h}]}]",
            "6:62: S106 'rate' is of an infusion, .* as its route is the text 'bolus'; leave one of them out",
        ),
        (
            "[full_dose]",
            "[{steps: [{route: bolus, rate: 1 mL/h, for: 1 h}]}]",
            "6:47: S102 missing key 'dose' in a dose given in a moment",
        ),
        ("[full_dose]", "[{every: 1 h, for: 1 h}]", "6:38: S102 missing key 'dose' in a repeated dose"),
        (
            "[full_dose]",
            "[{dose: 1 mg, every: 12 h, for: 30 h}]",
            "6:69: S106 for: '30 h' is 2.5 times '12 h'; it must be a whole number of intervals, .*2 times 12 h",
        ),
        ("[full_dose]", "[{dose: 1 mg, every: 12 h, for: 1 h}]", "6:69: S106 for: '1 h' is 0.08333 times '12 h'"),
        ("[full_dose]", "[{dose: 1 mg, every: 1 min, for: 1 y}]", "6:70: S105 525960 doses, .*at most 10000"),
        ("[full_dose]", "[{dose: 1 mg, every: 3 s, for: 1 h}]", "6:58: S205 every: '3 s' is below 3.75 s"),
        ("[full_dose]", "[{dose: 1 mg, every: 12, for: 1 d}]", "6:58: S201 every: '12' has no unit"),
        ("[full_dose]", "[{dose: 0 mg, every: 12 h, for: 1 d}]", "6:45: S203 dose is zero"),
        ("[full_dose]", "[{dose: 1e-16 mg, every: 12 h, for: 1 d}]", "6:38: S205 this item gives 1e-16 mg"),
        ("[full_dose]", "[{dose: 1 mg, every: 1 h, for: 1 h, bag: 1}]", "6:73: S101 unknown key 'bag'"),
        ("[full_dose]", "[{gap: 1 h, every: 1 h}]", "6:38: S106 .*found gap and every"),
        (
            "[full_dose]",
            "[{steps: [{dose: 1 mg, every: 1 h, for: 1 h, rate: 1 mL/h}]}]",
            "6:82: S106 'rate' is of an infusion, .* as it says 'every'; leave one of them out",
        ),
        ("true, course", "true, recover: 1 y, course", "6:29: S106 'recover' needs 'after'"),
        (
            "true, course",
            "true, after: direct, course",
            "6:36: S406 a re-exposure stands before its first exposure: arm 'direct' cannot follow itself; name an arm "
            "above it, or leave 'after' out",
        ),
        ("true, course", "true, after: dirct, course", "6:36: S311 unknown arm .*'dirct'; .*did you mean 'direct'\\?"),
        ("true, course", "true, after: [direct], course", "6:36: S103 arm to go on after is a list; a text"),
        ("true, course", "true, stop_drug_when: {sign: onst}, course", "6:52: S310 .*did you mean 'onset'\\?"),
        ("true, course", "true, stop_drug_when: {delay: 1 h}, course", "6:45: S102 missing key 'sign'"),
        ("true, course", "true, stop_drug_when: {sign: detached}, course", "6:45: S102 missing key 'percent'"),
        (
            "true, course",
            "true, stop_drug_when: {sign: onset, percent: 5}, course",
            "6:59: S106 'percent' goes with the sign 'detached', not 'onset'",
        ),
        (
            "true, course",
            "true, stop_drug_when: {sign: detached, percent: 0}, course",
            "6:71: S104 percent is the number 0; allowed: above 0 to 100",
        ),
        (
            "true, course",
            "true, stop_drug_when: {sign: onset, delay: -1 h}, course",
            "6:66: S203 delay: '-1 h' is negative",
        ),
        (
            "[full_dose]",
            "[{dose: 1 mg, every: 1 h, for: 1 h}]",
            "6:38: S312 'penicillin_g' is not swallowed; drugs that are: penicillin_v, amoxicillin, sulfamethoxazole, ",
        ),
        (
            "arms:",
            "protocols: {p: [{dose: 1 mg, every: 1 h, for: 1 h}]}\narms:\n  b: {course: [full_dose, p]}",
            "7:27: S312 'penicillin_g' is not swallowed",
        ),
        ("patients: 3", "patients: 3\ngiven: fitting_clone", "4:8: S407 no T-cell clone fits 'penicillin_g'; drugs .*"),
        ("patients: 3", "patients: 3\ngiven: fitting_clones", "4:8: S309 .*did you mean 'fitting_clone'\\?"),
        ("patients: 3", "patients: 3\ngiven: [fitting_clone, fitting_clone]", "4:24: S108 'fitting_clone' is given"),
        ("patients: 3", "patients: 3\ngiven: {a: b}", "4:8: S103 given is a map; a text is needed"),
    ],
)
def test_each_fault_is_refused_at_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SMALL
    found = problems(tmp_path, SMALL.replace(old, new, 1))
    assert any(re.match(expected, line) for line in found), found


def test_a_re_exposure_before_its_first_exposure_is_refused_with_the_remedy(tmp_path: Path) -> None:
    text = SMALL + "  again: {after: first, recover: 1 y, course: [full_dose]}\n  first: {course: [full_dose]}\n"
    (line,) = problems(tmp_path, text)
    assert line == (
        "7:18: S406 a re-exposure stands before its first exposure: 'first' comes later in the file; "
        "move it above 'again'"
    )
    assert "S203 recover: '-1 y' is negative" in problems(tmp_path, text, "arms.again.recover=-1 y")[0]


def test_arms_that_follow_one_another_for_too_long_are_refused(tmp_path: Path) -> None:
    text = SMALL + "  b: {after: direct, recover: 60 y, course: [full_dose]}\n"
    text += "  c: {after: b, recover: 60 y, course: [full_dose]}\n"
    (line,) = problems(tmp_path, text)
    assert line == "8:6: S205 arm 'c' lasts 120 years with those it follows; at most 100 are allowed"
