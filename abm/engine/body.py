"""A patient through an arm, from traits to rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.engine.cells import organ_cells, patient_state
from abm.engine.course import Course, EngineError
from abm.engine.rates import patient_rates
from abm.engine.state import ORGANS
from abm.parameters.catalog import ParameterSet
from abm.scenario import Arm, Scenario

__all__ = ["ArmResult", "EngineError", "new_course", "outcome_of", "run_arm"]

_ROWS = 4096


@dataclass(frozen=True)
class ArmResult:
    """Rows of one patient in one arm and replicate; see `abm.output_columns` for the columns."""

    outcome: dict[str, Any]
    events: list[dict[str, Any]]
    timeseries: dict[str, np.ndarray] | None
    cells: dict[str, np.ndarray] | None


def new_course(
    arm: Arm, scenario: Scenario, patient: Mapping[str, Any], replicate: int, parameters: ParameterSet
) -> Course:
    """Make a patient ready for an arm; nothing has been given yet."""
    address = (scenario.seed, replicate, int(patient["patient_id"]))
    cells = organ_cells(scenario.cells, parameters)
    rates = patient_rates(parameters, patient, scenario.allergic_to, cells, arm.premedication, address)
    rows = _ROWS if "timeseries" in scenario.record else 0
    state = patient_state(patient, parameters, rates, scenario.cells, rows)
    return Course(state, rates, arm, scenario.allergic_to)


def run_arm(
    arm: Arm, scenario: Scenario, patient: Mapping[str, Any], replicate: int, parameters: ParameterSet
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

    Raises
    ------
    EngineError
        If the state is no longer finite.
    """
    course = new_course(arm, scenario, patient, replicate, parameters)
    receptors = course.state.receptors[0].copy() if "cells" in scenario.record else None
    course.run(scenario.follow_up_min)
    return ArmResult(
        outcome=outcome_of(course, parameters),
        events=course.recorder.events,
        timeseries=course.recorder.timeseries() if "timeseries" in scenario.record else None,
        cells=course.recorder.cells(receptors) if receptors is not None else None,
    )


def outcome_of(course: Course, parameters: ParameterSet) -> dict[str, Any]:
    """Return the outcome row of a course so far; the organs count by their shares of the body's mast cells."""
    numbers = np.array([parameters[f"tissue.mast_cells_{organ}"] for organ in ORGANS])
    shares = numbers / numbers.sum()
    return course.recorder.outcome((float(shares[0]), float(shares[1]), float(shares[2])))
