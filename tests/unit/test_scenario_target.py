"""The exposure a user asks for: read, written back, refused with place and code."""

from __future__ import annotations

import math

import pytest

from abm.scenario import Target
from abm.scenario_file import ScenarioError, load_scenario, resolved_yaml

TEXT = """\
name: aimed
population: sensitised_adult
patients: 2
drug: penicillin_g
target: {target}
arms:
  full_dose: {{reference: true, course: [full_dose]}}
"""


def loaded(tmp_path, target: str):
    file = tmp_path / "aimed.yaml"
    file.write_text(TEXT.format(target=target), encoding="utf-8")
    return load_scenario(file)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("{time_above: 2 mg/L, share: 50 %, within: 8 h}", Target("time_above", 0.002, 0.5, 480.0)),
        ("{time_above: 0.3 ug/mL, share: 7%}", Target("time_above", 0.0003, 0.07, 1440.0)),
        ("{auc: 5 mg*min/mL, share: 80 %}", Target("auc", 5.0, 0.8, math.inf)),
        ("{auc: 100 mg·h/L, share: 100 %, within: 1 d}", Target("auc", 6.0, 1.0, 1440.0)),
        ("null", None),
    ],
)
def test_a_target_is_read_and_written_back(tmp_path, text, target) -> None:
    scenario = loaded(tmp_path, text)
    assert scenario.target == target
    again = tmp_path / "resolved.yaml"
    again.write_text(resolved_yaml(scenario), encoding="utf-8")
    assert load_scenario(again) == scenario


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("{time_above: 2 mg/L, auc: 5 mg*min/mL, share: 50 %}", "S106", "time_above and auc"),
        ("{share: 50 %}", "S106", "neither"),
        ("{auc: 5 mg*min/mL}", "S102", "share"),
        ("{auc: 5 mg/L, share: 80 %}", "S202", "5 mg*min/mL"),
        ("{time_above: 2, share: 50 %}", "S201", "2"),
        ("{time_above: 0 mg/L, share: 50 %}", "S203", "zero"),
        ("{time_above: 2 mg/L, share: 0.5}", "S201", "50 %"),
        ("{time_above: 2 mg/L, share: 120 %}", "S104", "120 %"),
        ("{time_above: 2 mg/L, share: 0 %}", "S104", "above 0 %"),
        ("{time_above: 2 mg/L, share: half}", "S206", "half"),
        ("{time_above: 2 mg/L, share: 50 %, witin: 8 h}", "S101", "within"),
        ("{time_above: 2 mg/L, share: 50 %, within: 0 h}", "S203", "within"),
        ("5 mg*min/mL", "S103", "a map"),
    ],
)
def test_what_is_refused_says_where_and_why(tmp_path, text, code, words) -> None:
    with pytest.raises(ScenarioError) as caught:
        loaded(tmp_path, text)
    [problem] = caught.value.problems
    assert problem.code == code, str(problem)
    assert problem.mark.line == 5
    assert words in str(problem)
