"""Maintenance, immunotherapy, ladders broken off, routes under the skin: what is given, and what is refused where."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from small_worlds import PENICILLIN

from abm.long_protocols import immunotherapy_doses, maintenance_doses, whole_number
from abm.protocols import build_protocol, long_protocol
from abm.scenario import Gap, Regimen, Step
from abm.scenario_file import ScenarioError, load_scenario, resolved_yaml

DAY, WEEK = 1440.0, 7 * 1440.0
HEAD = "name: mine\npopulation: sensitised_adult\npatients: 5\ndrug: {drug}\narms:\n  a:\n    reference: true\n"


def loaded(tmp_path: Path, course: str, drug: str = PENICILLIN):
    path = tmp_path / "mine.yaml"
    path.write_text(f"{HEAD.format(drug=drug)}    course: {course}\n", encoding="utf-8")
    return load_scenario(path)


def course_of(tmp_path: Path, course: str, drug: str = PENICILLIN):
    return loaded(tmp_path, course, drug).arms[0].course


def test_maintenance_gives_each_dose_on_time_and_leaves_out_the_missed() -> None:
    course = maintenance_doses(PENICILLIN, 2400.0, 240.0, DAY, 30.0, (3, 4))
    steps = [item for item in course if isinstance(item, Step)]
    assert [step.number for step in steps] == [1, 2, 5, 6]
    starts, clock = [], 0.0
    for item in course:
        if isinstance(item, Step):
            starts.append(clock)
        clock += item.duration_min
    assert starts == [240.0 * (number - 1) for number in (1, 2, 5, 6)]
    assert not isinstance(course[-1], Gap)
    assert math.fsum(step.dose_mg for step in steps) == 4 * 2400.0


def test_a_swallowed_maintenance_keeps_its_clock_too() -> None:
    course = maintenance_doses("amoxicillin", 500.0, 480.0, DAY, 1.0, (2,), infused=False)
    assert [(item.number, item.duration_min) for item in course if isinstance(item, Regimen)] == [
        (1, 960.0),
        (3, 480.0),
    ]
    assert sum(item.duration_min for item in course) == DAY


def test_defaults_of_a_maintenance_are_the_drugs_own() -> None:
    course = long_protocol("maintenance", "ceftriaxone", 2000.0)
    assert [item.duration_min for item in course][:2] == [30.0, DAY - 30.0]
    assert sum(isinstance(item, Step) for item in course) == 6


def test_immunotherapy_doubles_weekly_up_to_the_dose_and_keeps_it_up_for_three_years() -> None:
    course = immunotherapy_doses(PENICILLIN, 24.0, 158 * WEEK)
    rising, kept = course[:-1], course[-1]
    assert [item.dose_mg for item in rising] == [24.0 / 2.0**n for n in range(10, 0, -1)]
    assert (kept.dose_mg, kept.every_min, kept.times) == (24.0, 28 * DAY, 37)
    assert sum(item.duration_min for item in course) == 158 * WEEK
    assert {item.route for item in course} == {"adsorbed"}


def test_a_ladder_broken_off_is_its_first_steps() -> None:
    whole, part = (build_protocol("ladder_12_step", PENICILLIN, 2400.0, **more) for more in ({}, {"to_step": 8}))
    assert part == whole[:8]
    middle = build_protocol("ladder_12_step", PENICILLIN, 2400.0, from_step=5, to_step=8)
    assert [step.number for step in middle] == [5, 6, 7, 8]
    bag = build_protocol("one_bag", PENICILLIN, 2400.0, to_step=3)
    assert [step.dose_mg for step in bag] == [step.dose_mg for step in whole[:3]]
    with pytest.raises(ValueError, match="broken off at step 2, before step 5"):
        build_protocol("ladder_12_step", PENICILLIN, 2400.0, from_step=5, to_step=2)


@pytest.mark.parametrize(
    "course",
    [
        "[ladder_12_step, {gap: 4 h}, {protocol: maintenance, interval: 4 h, for: 24 h, missed: [2, 4]}]",
        "[immunotherapy]",
        "[{protocol: immunotherapy, dose: 10 mg, for: 1 year}, {gap: 1 d}, full_dose]",
        "[{protocol: ladder_12_step, to_step: 8}, {gap: 4 h}, full_dose]",
        "[{drug: omalizumab, dose: 300 mg, every: 4 weeks, for: 16 weeks, route: subcutaneous}, ladder_12_step]",
        "[{dose: 1 mg, every: 1 d, for: 1 d, route: adsorbed}]",
    ],
)
def test_what_is_resolved_loads_back(tmp_path: Path, course: str) -> None:
    scenario = loaded(tmp_path, course)
    again = tmp_path / "again.yaml"
    again.write_text(resolved_yaml(scenario), encoding="utf-8")
    assert load_scenario(again) == scenario


def test_omalizumab_every_four_weeks_is_four_injections(tmp_path: Path) -> None:
    item = course_of(
        tmp_path, "[{drug: omalizumab, dose: 300 mg, every: 4 weeks, for: 16 weeks, route: subcutaneous}]"
    )[0]
    assert (item.times, item.every_min, item.route) == (4, 28 * DAY, "subcutaneous")
    assert item.under_skin


def test_an_immunotherapy_keeps_up_a_hundredth_of_the_usual_dose(tmp_path: Path) -> None:
    assert course_of(tmp_path, "[immunotherapy]")[-1].dose_mg == 24.0


@pytest.mark.parametrize(
    ("course", "code", "words"),
    [
        ("[{protocol: maintenance, interval: 4 h, for: 10 h}]", "S106", "it must be a whole number of them"),
        ("[{protocol: maintenance, interval: 20 min, for: 2 h}]", "S106", "does not fit into an interval"),
        ("[{protocol: maintenance, for: 24 h, missed: [6]}]", "S106", "may miss those from 2 to 5"),
        ("[{protocol: maintenance, missed: [1]}]", "S104", "missed"),
        ("[{protocol: maintenance, missed: 3}]", "S103", "missed"),
        ("[{protocol: maintenance, missed: [two]}]", "S103", "missed"),
        ("[{protocol: maintenance, interval: 1 h, for: 1000 h}]", "S106", "at most 400"),
        ("[{protocol: full_dose, missed: [2]}]", "S106", "does not go with the protocol 'full_dose'"),
        ("[{protocol: immunotherapy, for: 10 weeks}]", "S106", "14 weeks at least"),
        ("[{protocol: ladder_12_step, to_step: 13}]", "S104", "to_step"),
        ("[{protocol: ladder_12_step, from_step: 9, to_step: 3}]", "S106", "broken off at step 3"),
        ("[{drug: omalizumab, dose: 300 mg, every: 28 d, for: 28 d, route: bolus}]", "S312", "routes: subcutaneous"),
        (
            "[{drug: omalizumab, dose: 3 mg, every: 1 d, for: 1 d, route: adsorbed}]",
            "S312",
            "'omalizumab' is not given adsorbed",
        ),
        ("[{dose: 300 mg, every: 28 d, for: 28 d, route: subcutaneous}]", "S312", "drugs that are: omalizumab"),
        ("[{dose: 3 mg, every: 28 d, for: 28 d, route: subcutanous}]", "S313", "subcutaneous"),
        ("[{protocol: full_dose, drug: omalizumab}]", "S312", "not infused"),
        ("[{protocol: maintenence}]", "S302", "maintenance"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(tmp_path: Path, course: str, code: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        course_of(tmp_path, course)
    problem = caught.value.problems[0]
    assert problem.code == code
    assert words in str(caught.value)
    assert "mine.yaml:8:" in str(caught.value)


def test_lengths_must_be_whole_numbers_of_intervals() -> None:
    assert whole_number(720.0, 240.0, "it") == 3
    with pytest.raises(ValueError, match=r"2\.5 intervals"):
        whole_number(600.0, 240.0, "it")


def test_an_unknown_record_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"{HEAD.format(drug=PENICILLIN)}    course: [full_dose]\nrecord: [igee]\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="S308"):
        load_scenario(path)
