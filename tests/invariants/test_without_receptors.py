"""Cells without receptors are left out of a step; with or without that shortcut they do the same, which is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import CEFTRIAXONE, FULL, LADDER, PENICILLIN, a_patient, a_scenario, a_step, an_arm, differing
from small_worlds import parameters as numbers

from abm.biology.pharmacokinetics import GUT
from abm.engine import advance as machine
from abm.engine.body import new_course
from abm.engine.cells import organ_cells, patient_state
from abm.engine.clock import DOUBLINGS
from abm.engine.course import Course
from abm.engine.rates import Rates, patient_rates
from abm.engine.state import COUNT, State
from abm.parameters.catalog import DRUGS, default_parameters
from abm.scenario import Gap

P = default_parameters()
HALF_A_DAY, DAYS_28 = 720 * 16, 28 * 1440 * 16
OTHER = a_step(2000.0, 30.0, 1, CEFTRIAXONE)
COURSES = {
    "full dose": (FULL,),
    "ladder and again": (LADDER, Gap(2880.0), FULL),
    "both drugs": (FULL, Gap(30.0), OTHER),
    "the other drug": (OTHER,),
}


def course_of(items: tuple, forced: bool, **traits: float) -> Course:
    arm = an_arm(*items)
    scenario = a_scenario(arm, allergic_to=(PENICILLIN, CEFTRIAXONE), cells=900)
    course = new_course(arm, scenario, a_patient(**traits), 0, numbers())
    if forced:
        course.state.armed[:] = 1
    course.run(120.0)
    return course


def swallowed_for_28_days(drug: str, forced: bool) -> tuple[State, Rates]:
    patient = a_patient(specific_receptors_per_cell=0.0)
    rates = patient_rates(P, patient, (drug,), organ_cells(600, P), frozenset(), (7, 0, 0))
    state = patient_state(patient, P, rates, 600, 0)
    if forced:
        state.armed[:] = 1
    for dose in range(0, DAYS_28, HALF_A_DAY):
        state.drug[0, GUT] += DRUGS[drug].usual_dose_mg * rates.bioavailability[0]
        now = dose
        while now < dose + HALF_A_DAY:
            now, _ = machine.advance(state, rates, now, dose + HALF_A_DAY)
    return state, rates


@pytest.mark.parametrize("name", COURSES)
def test_nothing_fires_without_receptors_and_the_shortcut_changes_no_bit(name) -> None:
    short, whole = (course_of(COURSES[name], forced, specific_receptors_per_cell=0.0) for forced in (False, True))
    assert short.state.armed.tolist() == [0, 0]
    assert differing(short.state, whole.state) == ["armed"]
    assert whole.state.exposed.any()
    assert (whole.state.fired_bin == -1).all()
    assert not whole.state.calcium.any()
    assert not whole.state.hazard.any()
    assert short.recorder.events == whole.recorder.events


@pytest.mark.parametrize("name", COURSES)
@pytest.mark.parametrize("armed", [0, 1])
def test_where_only_one_drug_has_receptors_leaving_out_the_other_changes_no_bit(name, armed) -> None:
    traits = {"specific_receptors_per_cell": 0.0, "specific_receptors_2_per_cell": 0.0}
    traits[("specific_receptors_per_cell", "specific_receptors_2_per_cell")[armed]] = 20_000.0
    short, whole = (course_of(COURSES[name], forced, **traits) for forced in (False, True))
    assert short.state.armed.tolist() == [1 - armed, armed]
    assert differing(short.state, whole.state) == ["armed"]


def test_one_of_these_courses_does_fire_with_receptors() -> None:
    assert (course_of(COURSES["full dose"], False, specific_receptors_per_cell=40_000.0).state.fired_bin >= 0).any()


@pytest.mark.parametrize("drug", [name for name, drug in DRUGS.items() if drug.oral])
def test_four_weeks_by_mouth_pass_in_long_steps_and_nothing_fires(drug) -> None:
    short, _ = swallowed_for_28_days(drug, False)
    whole, _ = swallowed_for_28_days(drug, True)
    assert differing(short, whole) == ["armed"]
    assert (whole.fired_bin == -1).all()
    # Penicillin V halves two dozen times between doses; steps must not lengthen beyond a factor 1.4 of its level.
    assert short.count[COUNT.steps_taken] < (6500 if drug == "penicillin_v" else 4000)
    assert short.body[:7].tolist() == whole.body[:7].tolist()


def test_between_doses_steps_grow_to_the_longest() -> None:
    state, rates = swallowed_for_28_days("carbamazepine", False)
    for now in range(DAYS_28, DAYS_28 + 20 * 1024, 1024):
        machine.advance(state, rates, now, now + 1024)
    assert state.count[COUNT.step] == DOUBLINGS - 1
    before = int(state.count[COUNT.steps_taken])
    machine.advance(state, rates, DAYS_28 + 20 * 1024, DAYS_28 + 40 * 1024)
    assert state.count[COUNT.steps_taken] == before + 20


def test_cells_that_never_met_antigen_are_at_rest() -> None:
    course = course_of((Gap(600.0),), False, specific_receptors_per_cell=40_000.0)
    assert not course.state.exposed.any()
    assert not np.any(course.state.crosslinks)
    assert not np.any(course.state.hazard)
    assert (course.state.fired_bin == -1).all()
