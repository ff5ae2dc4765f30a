"""The scenarios that come with the library: commented, readable, and asking what their comments say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import abm
from abm.json_schema import FILE, MODELINE
from abm.parameters.catalog import default_parameters
from abm.population import select_patients
from abm.scenario import Gap, Regimen, Scenario
from abm.scenario_file import load_scenario, load_study
from abm.scenario_points import Sweep

FOLDER = Path(abm.__file__).parents[1] / "scenarios"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def people(scenario: Scenario):
    few = replace(scenario, cohort=replace(scenario.cohort, patients=20))
    return select_patients(few, default_parameters().with_overrides(scenario.parameters))


def arm(scenario: Scenario, name: str):
    return next(each for each in scenario.arms if each.name == name)


def course_min(scenario: Scenario, name: str) -> float:
    return sum(item.duration_min for item in arm(scenario, name).course)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_on_top_what_is_asked_and_names_its_arms(name):
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    study = load_study(name)
    scenario = study.points[0].scenario if isinstance(study, Sweep) else study
    modeline, asked = text.splitlines()[:2]
    assert modeline == MODELINE.format(FILE)
    assert (FOLDER / FILE).is_file()
    assert asked.startswith("# What is asked: ")
    assert (study.name, scenario.question[-1]) == (name, "?")


def test_the_histories_of_the_main_job_are_comparable():
    scenario = load_scenario("sjs")
    assert [each.name for each in scenario.arms] == ["first_exposure", "re-exposure", "ladder", "avoidance"]
    assert [each.after for each in scenario.arms] == ["", *["first_exposure"] * 3]
    assert arm(scenario, "first_exposure").course == arm(scenario, "re-exposure").course
    assert all(isinstance(item, Gap) for item in arm(scenario, "avoidance").course)
    days = {each.name: course_min(scenario, each.name) / 1440 for each in scenario.arms}
    assert days.pop("ladder") == pytest.approx(27.2, abs=0.1)
    assert set(days.values()) == {28.0}


def test_the_daily_ladder_doubles_from_a_thousandth_to_the_whole():
    scenario = load_scenario("sjs_small_doses")
    doses = [item.dose_mg for item in arm(scenario, "daily_ladder").course if isinstance(item, Regimen)]
    assert doses[0] == pytest.approx(200.0 / 1000)
    assert [later / sooner for sooner, later in pairwise(doses[:-1])] == pytest.approx([2.0] * 9)
    assert doses[-1] == 200.0
    [single] = arm(scenario, "one_thousandth").course
    assert (single.times, single.dose_mg) == (1, pytest.approx(0.2))
    assert {course_min(scenario, each.name) for each in scenario.arms} == {28 * 1440.0}


def test_screening_leaves_out_carriers_and_nothing_else_differs():
    without, screened = load_scenario("sjs_unscreened"), load_scenario("sjs_screened")
    assert replace(screened, name="", question="", cohort=without.cohort) == replace(without, name="", question="")
    before, after = people(without), people(screened)
    assert (before["hla_b_15_02"] > 0).any()
    assert (after["hla_b_15_02"] == 0).all()
    assert (after["fitting_clones"] > 0).all()
    assert 0 < after["case_weight"].iloc[0] < 0.1 * before["case_weight"].iloc[0]


def test_titration_gives_less_at_first_and_as_much_in_the_end():
    scenario = load_scenario("sjs_titration")
    slow, at_once = arm(scenario, "slow").course, arm(scenario, "at_once").course
    per_day = [item.dose_mg * 1440 / item.every_min for item in slow]
    assert per_day == [25.0, 50.0, 100.0, 200.0]
    assert [item.duration_min / 1440 for item in slow[:2]] == [14.0, 14.0]
    assert at_once[0].dose_mg * 1440 / at_once[0].every_min == 200.0
    assert course_min(scenario, "slow") == course_min(scenario, "at_once")


def test_withdrawal_differs_by_its_moment_alone_and_the_short_lived_drug_meets_the_same_people():
    scenario, short = load_scenario("sjs_withdrawal"), load_scenario("sjs_withdrawal_short")
    assert {each.course for each in scenario.arms} == {scenario.arms[0].course}
    rules = {each.name: each.stop_drug_when for each in scenario.arms}
    assert rules["no_withdrawal"] is None
    assert [rules[name].sign for name in ("early_withdrawal", "prompt_withdrawal", "late_withdrawal")] == [
        "prodrome",
        "onset",
        "onset",
    ]
    assert rules["late_withdrawal"].delay_min == 3 * 1440.0
    assert replace(short, name="", question="", parameters={}) == replace(scenario, name="", question="")
    assert people(short).equals(people(scenario))
