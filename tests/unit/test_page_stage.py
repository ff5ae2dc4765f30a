"""Two arms on one clock: what is seen is what a study computes, a hand's acts are repeatable, pictures come in time."""

from __future__ import annotations

import json
import math
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from abm.engine.body import run_arm
from abm.page.files import data_csv, scenario_text
from abm.page.lessons import Lesson, lessons
from abm.page.settings import Settings, changed, scenario_of, settings_of
from abm.page.stage import PATIENCE_MIN, ROW, Stage, planned_min
from abm.parameters.catalog import parameters_of
from abm.scenario_file import load_scenario


def small(name: str, cells: int = 300, **values: str) -> Settings:
    lesson: Lesson = replace(lessons()[name], cells=cells)
    settings = settings_of(lesson)
    for key, text in values.items():
        settings = changed(settings, key, text)
    return settings


def played(stage: Stage, minutes: float = math.inf, stride: float = 20.0) -> Stage:
    while stage.running and stage.clock_min < minutes:
        stage.advance(stride, 60.0)
    return stage


@pytest.mark.parametrize("name", ["tiptoeing", "only_this_drug", "red_man"])
def test_at_the_end_it_is_the_row_of_a_study(name):
    settings = small(name)
    stage, scenario = played(Stage(settings)), scenario_of(settings)
    numbers = parameters_of(scenario.drugs, scenario.parameters)
    arms = {arm.name: arm for arm in scenario.arms}
    for model in stage.models:
        arm = model.course.arm.name
        after = arms[arm].after
        before = run_arm(arms[after], scenario, model.patient, 0, numbers).course if after else None
        outcome = run_arm(arms[arm], scenario, model.patient, 0, numbers, before).outcome
        assert str(model.outcome()) == str(outcome)


def test_arms_move_on_one_clock():
    stage = Stage(small("tiptoeing"))
    for minutes in (1.0, 5.0, 17.0):
        start = stage.clock_min
        stage.advance(minutes, 60.0)
        assert stage.clock_min == start + minutes
        assert all(model.course.now_min >= stage.clock_min for model in stage.models)


def test_computing_ends_in_time_and_nothing_is_lost():
    stage = Stage(small("truce"))
    stage.advance(1e6, 0.0)
    assert stage.clock_min == 0.0
    while stage.clock_min == 0.0:
        stage.advance(1e6, 1e-6)
    assert stage.clock_min < 100.0
    whole = played(Stage(small("truce")))
    assert str(played(stage).models[1].outcome()) == str(whole.models[1].outcome())


def test_frames_hold_every_moment_once_and_are_plain():
    stage = Stage(small("minefield"))
    rows: list[list[float]] = []
    for _ in range(4):
        frame = stage.frame()
        json.dumps(frame, allow_nan=False)
        rows += frame["arms"][0]["rows"]
        stage.advance(3.0, 60.0)
    assert [row[0] for row in rows] == [0.25 * n for n in range(37)]
    kept = stage.models[0].datacollector.model_vars
    np.testing.assert_allclose([row[2] for row in rows], kept[ROW[2]][:37], rtol=1e-4)
    picture = np.frombuffer(b64decode(stage.frame()["arms"][0]["picture"]), np.uint8)
    np.testing.assert_array_equal(picture, stage.pictures[0].picture().ravel())


def test_a_hands_acts_come_again_by_the_link():
    settings = small("tiptoeing")
    first = Stage(settings)
    for until, act in ((20.0, ("hold", math.inf)), (50.0, ("release", math.inf)), (70.0, ("hold", 45.0))):
        played(first, until, 5.0)
        first.act(1, *act)
    played(first, 200.0)
    first.act(1, "stop")
    played(first)
    again = played(Stage(replace(settings, acts=tuple(first.acts))), stride=60.0)
    assert again.acts == first.acts
    assert again.models[1].course.stopped
    assert str(again.models[1].course.recorder.events) == str(first.models[1].course.recorder.events)
    assert str(again.models[1].outcome()) == str(first.models[1].outcome())
    assert str(again.models[0].outcome()) == str(played(Stage(settings)).models[0].outcome())


def test_a_drug_that_stays_paused_does_not_keep_the_page_going_for_ever():
    stage = Stage(small("minefield"))
    stage.act(0, "hold")
    played(stage, stride=600.0)
    assert stage.left_waiting
    assert stage.models[0].running
    assert stage.clock_min < planned_min(stage.models[0]) + PATIENCE_MIN + 700.0
    stage.act(0, "release")
    assert stage.running
    assert not stage.left_waiting
    played(stage, stride=600.0)
    assert not stage.models[0].running


@pytest.mark.parametrize("name", [name for name in lessons() if name != "never_in_sjs"])
def test_the_cell_under_the_lens_is_in_sight(name):
    stage = Stage(settings_of(lessons()[name]))
    side = stage.pictures[0].side
    assert all(side // 4 <= place < 3 * side // 4 for place in stage.frame()["spot"])


def test_after_the_course_a_hand_does_nothing():
    stage = played(Stage(small("minefield")), 60.0)
    stage.act(0, "stop")
    assert stage.acts == []


def test_a_click_puts_a_cell_under_the_lens():
    stage = Stage(small("minefield"))
    dermis = stage.pictures[0]
    row, column = divmod(int(dermis.pixels[17]), dermis.side)
    stage.point_at(row, column)
    assert stage.cell == 17
    assert stage.frame()["spot"] == [row, column]
    stage.point_at(-1, 5000)
    assert stage.cell == 17
    lens = stage.frame()["arms"][1]["lens"]
    assert lens["threshold"] == pytest.approx(float(stage.models[1].course.state.threshold[17]), rel=1e-3)


def test_the_plan_is_the_course():
    setting = Stage(small("tiptoeing")).setting()
    ladder = setting["plans"][1]
    assert [step["number"] for step in ladder] == list(range(1, 13))
    assert sum(step["mg"] for step in ladder) == pytest.approx(2400.0)
    assert setting["end_min"] == pytest.approx(339.375 + 120.0)


def test_the_scenario_taken_along_is_the_one_shown(tmp_path):
    stage = Stage(small("truce", gap="30"))
    stage.act(0, "hold", 60.0)
    text = scenario_text(stage)
    assert "not medical advice" in text.splitlines()[0]
    assert text.splitlines()[1] == "# By hand, beside what is written here: arm 1, 0 min: hold"
    path = tmp_path / "shown.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_scenario(path) == stage.scenario


def test_the_data_taken_along_are_the_models(tmp_path):
    stage = played(Stage(small("minefield")), 20.0)
    path = tmp_path / "shown.csv"
    path.write_text(data_csv(stage), encoding="utf-8")
    table = pd.read_csv(path)
    for arm, model in zip(stage.settings.arms, stage.models, strict=True):
        rows = table[table["arm"] == arm]
        assert (rows["patient_id"] == 1).all()
        np.testing.assert_array_equal(rows["systolic_mmhg"], model.datacollector.model_vars["systolic_mmhg"])
