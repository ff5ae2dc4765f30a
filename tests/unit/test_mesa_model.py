"""The Mesa model is the study's engine, looked at every interval: equal bits, no agents, nothing kept."""

from __future__ import annotations

import gc
import inspect
import math
import weakref
from dataclasses import replace

import mesa
import numpy as np
import pytest
from small_worlds import FULL, LADDER, a_patient, a_scenario, a_step, an_arm, differing

from abm import TissueModel
from abm.engine.body import new_course, run_arm
from abm.engine.course import Course
from abm.mesa_model import SHOWN, history
from abm.parameters.catalog import default_parameters
from abm.population import select_patients
from abm.scenario import Gap, ReactionRule
from abm.scenario_file import load_scenario

RULE = ReactionRule(pause_min=30.0, resume_at="previous_step")
STEP_BOUNDARIES_OFF_THE_LATTICE = (a_step(0.7, 3.33, 1), a_step(150.0, 7.21, 2), Gap(611.7), *FULL)
SENSITIVE = a_patient(specific_receptors_per_cell=60_000.0)


def looked_at(course: Course, follow_up_min: float, interval_min: float) -> list[float]:
    return [course.now_min for _ in course.play(follow_up_min, interval_min)]


def course_of(arm, patient=SENSITIVE) -> Course:
    return new_course(arm, a_scenario(arm, record=frozenset({"timeseries"})), patient, 0, default_parameters())


@pytest.mark.parametrize("interval_min", [1 / 16, 0.4, 1.0, 7.0, 300.0])
@pytest.mark.parametrize(
    "course",
    [(*FULL, Gap(1440.0), *FULL), (*LADDER, Gap(2880.0), *FULL), STEP_BOUNDARIES_OFF_THE_LATTICE],
    ids=["full dose twice", "ladder and gap", "odd steps"],
)
def test_looking_changes_no_bit(course, interval_min):
    arm = an_arm(*course, rule=RULE)
    alone, watched = course_of(arm), course_of(arm)
    alone.run(60.0)
    seen = looked_at(watched, 60.0, interval_min)
    assert len(seen) >= 2
    assert differing(alone.state, watched.state, leave_out=()) == []
    assert watched.recorder.events == alone.recorder.events
    assert watched.now_bin == alone.now_bin
    assert watched.elapsed_min == alone.elapsed_min


def test_the_watched_course_holds_a_reaction_a_pause_and_long_steps():
    course = course_of(an_arm(*FULL, Gap(2880.0), *FULL, rule=RULE))
    seen = np.array(looked_at(course, 60.0, 1.0))
    assert {"reaction", "pause", "resume"} <= {event["event"] for event in course.recorder.events}
    assert np.diff(seen).min() == 1.0
    assert np.diff(seen).max() == 64.0


def test_every_interval_is_shown_where_steps_are_short():
    course = course_of(an_arm(*FULL))
    seen = looked_at(course, 60.0, 0.5)
    early = [time for time in seen if time <= 10.0]
    assert early == [0.5 * (n + 1) for n in range(20)]


@pytest.mark.parametrize("arm", ["full_dose", "rdd", "interruption"])
def test_equal_bits_with_a_study(arm):
    study = load_scenario("comparison", ["patients=2", "cells=400", "record=[timeseries]"])
    numbers = default_parameters().with_overrides(study.parameters)
    chosen = {each.name: each for each in study.arms}[arm]
    for patient in select_patients(study, numbers).to_dict("records"):
        model = TissueModel(scenario=study, arm=arm, patient=patient["patient_id"], cells=None, seed=None)
        while model.running:
            model.step()
        batch = new_course(chosen, study, patient, 0, numbers)
        batch.run(study.follow_up_min)
        result = run_arm(chosen, study, patient, 0, numbers)
        assert same(model.outcome(), result.outcome)
        assert [list(map(str, event.values())) for event in model.course.recorder.events] == [
            list(map(str, event.values())) for event in result.events
        ]
        assert differing(model.course.state, batch.state, leave_out=()) == []
        frame = model.datacollector.get_model_vars_dataframe()
        assert frame["worst_severity"].iloc[-1] == result.outcome["severity"]
        assert frame["max_detached_percent"].iloc[-1] == result.outcome["max_detached_percent"]
        assert frame["severity"].isin(set(result.recorded["timeseries"]["severity"])).all()
        assert set(frame["histamine_ng_per_ml"]) <= set(result.recorded["timeseries"]["histamine_ng_per_ml"]) | {
            frame["histamine_ng_per_ml"].iloc[0]
        }


def test_an_arm_that_follows_has_equal_bits_with_a_study():
    first = an_arm(*FULL, name="first")
    again = replace(an_arm(*FULL, name="again"), reference=False, after="first", recovery_min=3000.0)
    study = a_scenario(first, again, cells=200)
    model = TissueModel(scenario=study, arm="again", cells=None, seed=None, minutes_per_step=7.0)
    assert model.course.now_min == 0.0
    assert model.datacollector.get_model_vars_dataframe()["released_fraction"].tolist() == [0.0]
    while model.running:
        model.step()
    numbers = default_parameters()
    before = run_arm(first, study, model.patient, 0, numbers).course
    result = run_arm(again, study, model.patient, 0, numbers, before)
    assert same(model.outcome(), result.outcome)
    assert differing(model.course.state, result.course.state, leave_out=()) == []


def test_a_patient_who_died_in_the_arm_before_is_not_shown(monkeypatch):
    first = an_arm(*FULL, name="first")
    again = replace(an_arm(*FULL, name="again"), reference=False, after="first")
    monkeypatch.setattr(Course, "died", property(lambda course: course.start_bin > 0))
    with pytest.raises(ValueError, match="patient 0 dies before arm 'again' begins; choose another patient or 'first'"):
        TissueModel(scenario=a_scenario(first, again, cells=60), arm="again", cells=None)


def same(first: dict, second: dict) -> bool:
    def equal(a, b) -> bool:
        return a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))

    return first.keys() == second.keys() and all(equal(first[key], second[key]) for key in first)


def test_the_collector_keeps_every_interval():
    model = TissueModel(arm="full_dose", cells=200, minutes_per_step=2.0)
    for _ in range(5):
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame.columns) == list(SHOWN)
    assert frame["time_min"].tolist() == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert frame["dose_mg"].is_monotonic_increasing
    assert frame["antigen"].is_monotonic_increasing
    assert model.steps == 5
    assert model.running


def test_it_ends_and_then_stands_still():
    model = TissueModel(arm="full_dose", cells=50, minutes_per_step=30.0)
    model.run_model()
    planned = sum(step.duration_min for step in model.course.arm.course) + model.study.follow_up_min
    assert not model.running
    assert model.course.now_min >= planned
    rows = len(model.datacollector.get_model_vars_dataframe())
    model.step()
    assert len(model.datacollector.get_model_vars_dataframe()) == rows


def test_no_cell_is_a_mesa_agent():
    model = TissueModel(arm="full_dose", cells=300)
    model.step()
    assert len(model.mast_cells) == 300
    assert not any(isinstance(cell, mesa.Agent) for cell in model.mast_cells.select(organ="lung"))
    assert len(model.agents) == 0


def test_a_history_lived_once_serves_several_models():
    first = an_arm(*FULL, name="first")
    again = replace(an_arm(*FULL, name="again"), reference=False, after="first", recovery_min=3000.0)
    study = a_scenario(first, again, cells=100)
    alone = TissueModel(scenario=study, arm="again", cells=None, seed=None)
    before = history(study, "again", alone.patient, alone.parameters)
    others = [TissueModel(scenario=study, arm="again", cells=None, seed=None, before=before) for _ in range(2)]
    for model in (alone, *others):
        model.run_model()
    assert all(differing(alone.course.state, model.course.state, leave_out=()) == [] for model in others)


def test_another_seed_is_another_world():
    states = [TissueModel(cells=60, seed=seed).course.state for seed in (1, 2)]
    assert "receptors" in differing(*states)


def test_a_model_that_is_let_go_is_freed():
    model = TissueModel(cells=60)
    model.step()
    seen = weakref.ref(model)
    del model
    gc.collect()
    assert seen() is None


def test_two_models_in_one_process_are_apart():
    first, second = TissueModel(cells=60, arm="full_dose"), TissueModel(cells=60, arm="full_dose")
    for _ in range(30):
        first.step()
    assert second.course.now_min == 0.0
    assert second.course.state.drug.sum() == 0.0
    assert first.course.state.drug.sum() > 0.0


def test_mesas_reset_button_gives_the_same_study():
    """Mesa's page makes the model anew; where a model has a Mesa scenario, an empty one would replace ours."""
    model = TissueModel(arm="full_dose", cells=60)
    assert not model.scenario
    assert isinstance(model, mesa.Model)
    assert "scenario" in inspect.signature(TissueModel).parameters


def test_the_scenario_can_be_an_object():
    study = replace(load_scenario("rdd"), cells=90)
    model = TissueModel(scenario=study, arm=study.arms[0].name, cells=None)
    assert model.study.cells == 90
    assert model.course.state.calcium.size == 90
