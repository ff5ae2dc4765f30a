"""A patient through an arm, from traits to rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.engine.advance import NEVER
from abm.engine.cells import organ_cells, patient_state
from abm.engine.clock import bins, minutes
from abm.engine.course import Course, EngineError
from abm.engine.exposure import begin_exposure, exposure_outcome, targets_of
from abm.engine.immunity import NO_DISEASE, new_immunity
from abm.engine.prescription import arm_for
from abm.engine.rates import Rates, patient_rates
from abm.engine.samples import Samples
from abm.engine.slow_immunity import new_slow_immunity
from abm.engine.state import BODY, COUNT, ORGANS, State
from abm.parameters.catalog import ParameterSet
from abm.scenario import Arm, Scenario

__all__ = ["ArmResult", "EngineError", "new_course", "outcome_of", "run_arm"]

_ROWS = 4096


@dataclass(frozen=True)
class ArmResult:
    """What became of one patient in one arm and replicate; see `abm.output_columns` for the columns.

    Attributes
    ----------
    outcome : dict
        Row of `outcomes`; of a patient who died in the arm before it only ``treated``, which is False.
    events : list of dict
        Rows of `events`.
    recorded : dict of str to dict
        Opt-in tables by name, each a dict of columns.
    course : Course
        The patient at the end, for an arm that follows.
    """

    outcome: dict[str, Any]
    events: list[dict[str, Any]]
    recorded: dict[str, dict[str, np.ndarray]]
    course: Course


def new_course(
    arm: Arm,
    scenario: Scenario,
    patient: Mapping[str, Any],
    replicate: int,
    parameters: ParameterSet,
    before: Course | None = None,
) -> Course:
    """Make a patient ready for an arm; nothing has been given yet.

    An arm that follows another takes over a copy of the patient at the end of `before` and lets the recovery pass, up
    to the next whole minute; then its clock starts. `before` stays as it is. Doses that depend on the patient are
    reckoned here.
    """
    arm = arm_for(arm, patient, parameters)
    address = (scenario.seed, replicate, int(patient["patient_id"]))
    cells = organ_cells(scenario.cells, parameters)
    targets = targets_of(scenario.allergic_to, scenario.target, parameters)
    rates = patient_rates(parameters, patient, scenario.allergic_to, cells, arm.premedication, address, targets)
    if arm.after and before is None:
        raise ValueError(f"arm {arm.name!r} follows {arm.after!r}, and the end of that arm was not given")
    if before is not None:
        return _taken_over(_rested(before, arm, rates), arm, rates)
    rows = _ROWS if "timeseries" in scenario.record else 0
    state = patient_state(patient, parameters, rates, scenario.cells, rows)
    begin_exposure(state, rates, 0)
    immunity = new_immunity(patient, scenario, parameters, address)
    slow = new_slow_immunity(patient, scenario, parameters, address)
    slow.begin_arm(0, state)
    return Course(state, rates, arm, scenario.allergic_to, immunity, slow=slow)


def _rested(before: Course, arm: Arm, rates: Rates) -> Course:
    """The patient of an earlier arm after a recovery without drug; kept there for other arms that ask for the same."""
    asked = (arm.recovery_min, arm.premedication)
    if asked not in before.rested:
        resting = _copied(before, arm, rates)
        ended = before.start_bin + bins(before.now_min)
        start_min = math.ceil(minutes(ended) + arm.recovery_min)
        resting.course_over = True
        resting.wait(start_min - minutes(before.now_bin))
        before.rested[asked] = resting
    return before.rested[asked]


def _copied(course: Course, arm: Arm, rates: Rates) -> Course:
    """The same patient once more, to go through `arm`."""
    state = State(*(array.copy() for array in course.state))
    immunity = None if course.immunity is None else course.immunity.copy()
    slow = None if course.slow is None else course.slow.copy()
    return Course(state, rates, arm, course.drugs, immunity, course.now_bin, slow)


def _taken_over(resting: Course, arm: Arm, rates: Rates) -> Course:
    """Start an arm with a recovered patient and nothing counted yet."""
    course = _copied(resting, arm, rates)
    state = course.state
    body, count = state.body, state.count
    body[BODY.peak_histamine], body[BODY.peak_tryptase] = body[BODY.histamine], body[BODY.tryptase]
    body[BODY.lowest_systolic] = body[BODY.systolic]
    count[COUNT.worst] = count[COUNT.grade]
    count[COUNT.last_symptom_bin] = -(2**40)
    count[COUNT.rows] = 0
    count[COUNT.fired_skin : COUNT.fired_gut + 1] = 0
    if course.slow is not None:
        course.slow.begin_arm(course.now_bin, state)
    begin_exposure(state, rates, course.start_bin)
    if course.immunity is not None:
        course.immunity.begin_arm(course.now_bin)
    if count[COUNT.grade] > 0:
        course.recorder.reaction()
    return course


def run_arm(
    arm: Arm,
    scenario: Scenario,
    patient: Mapping[str, Any],
    replicate: int,
    parameters: ParameterSet,
    before: Course | None = None,
) -> ArmResult:
    """Treat one patient in one arm.

    Parameters
    ----------
    arm, scenario : Arm, Scenario
        What is given, and the study it belongs to (seed, cells, follow-up, records, drugs IgE is specific for).
    patient : mapping
        One row of the table `patients`.
    replicate : int
        Which repetition of chance.
    parameters : ParameterSet
        The numbers of the model.
    before : Course, optional
        The same patient and replicate at the end of the arm that this one follows.

    Raises
    ------
    EngineError
        If the state is no longer finite.
    ValueError
        If the arm follows another and `before` is missing.
    """
    course = new_course(arm, scenario, patient, replicate, parameters, before)
    if course.died:
        return ArmResult({"treated": False}, [], {}, course)
    receptors = course.state.receptors[0].copy()
    recorded: dict[str, dict[str, np.ndarray]] = {}
    if scenario.samples:
        course.samples = Samples(scenario.samples, course.start_bin)
        course.samples.take(course)
    course.run(scenario.follow_up_min)
    if course.samples is not None:
        _draw_later(course)
        recorded["samples"] = course.samples.table(float(patient["baseline_tryptase_ng_per_ml"]))
    if "timeseries" in scenario.record:
        recorded["timeseries"] = course.recorder.timeseries()
    if "cells" in scenario.record:
        recorded["cells"] = course.recorder.cells(receptors)
    if course.immunity is not None:
        recorded |= {name: table for name, table in course.immunity.tables().items() if name in scenario.record}
    if course.slow is not None:
        recorded |= course.slow.tables()
    return ArmResult(outcome_of(course, parameters), course.recorder.events, recorded, course)


def _draw_later(course: Course) -> None:
    """Take the samples that come after the end of observation, from a copy of the patient who lives on without drug."""
    samples = course.samples
    assert samples is not None
    later = _copied(course, course.arm, course.rates)
    later.samples, later.course_over = samples, True
    while samples.next_due() < NEVER and not later.died:
        later.wait(minutes(math.floor(samples.next_due()) + 1 - later.start_bin))


def outcome_of(course: Course, parameters: ParameterSet) -> dict[str, Any]:
    """Return the outcome row of a course so far; the organs count by their shares of the body's mast cells."""
    numbers = np.array([parameters[f"tissue.mast_cells_{organ}"] for organ in ORGANS])
    shares = numbers / numbers.sum()
    row = course.recorder.outcome((float(shares[0]), float(shares[1]), float(shares[2])))
    row |= exposure_outcome(course)
    row |= NO_DISEASE if course.immunity is None else course.immunity.outcome()
    row |= {} if course.slow is None else course.slow.outcome()
    first = {event["event"]: event for event in reversed(course.recorder.events)}
    row["dose_at_skin_onset_mg"] = first["onset"]["cumulative_dose_mg"] if "onset" in first else math.nan
    row["withdrawn_d"] = first["withdrawal"]["time_min"] / 1440.0 if "withdrawal" in first else math.nan
    row["reacted"] = bool(row["reacted"] or row["necrolysis"] != "none")
    return row
