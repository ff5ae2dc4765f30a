"""Small, exactly known worlds that tests build: one patient, a few steps, a few cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.engine.advance import step_cells
from abm.engine.bath import bathe
from abm.engine.body import new_course
from abm.engine.cells import rest
from abm.engine.course import Course
from abm.engine.rates import Rates, patient_rates
from abm.engine.state import State, empty_state
from abm.parameters.catalog import ParameterSet, default_parameters
from abm.protocols import build_protocol
from abm.scenario import Arm, Cohort, Gap, ReactionRule, Regimen, Scenario, Step, StopRule

PENICILLIN, CEFTRIAXONE = "penicillin_g", "ceftriaxone"
LADDER = build_protocol("ladder_12_step", PENICILLIN, 2400.0)
FULL = build_protocol("full_dose", PENICILLIN, 2400.0)
BOTH = frozenset({"H1", "H2"})


def a_patient(patient_id: int = 0, **traits: Any) -> dict[str, Any]:
    """Return an average, clearly sensitised adult; `traits` replace single ones."""
    patient = {
        "patient_id": patient_id, "weight_kg": 70.0, "height_cm": 170.0, "sensitised": True,
        "specific_receptors_per_cell": 12_000.0,
        "specific_receptors_2_per_cell": 0.0, "threshold_factor": 1.0, "ship1_factor": 1.0, "syk_factor": 1.0,
        "clearance_factor": 1.0, "renal_factor": 1.0, "volume_factor": 1.0, "symptom_factor": 1.0,
        "baseline_tryptase_ng_per_ml": 4.5,
        "total_ige_ku_per_l": 64.0, "specific_ige_ku_per_l": 3.4, "specific_ige_2_ku_per_l": 0.0,
        "fceri_per_cell": 2.5e5,
        "age_y": 50.0, "malignancy": False, "treg_factor": 1.0, "fitting_clones": 0, "mrgprx2_factor": 1.0,
    }  # fmt: skip
    unknown = set(traits) - set(patient)
    assert not unknown, unknown
    return patient | traits


PINNED = {
    "ige_receptor.hapten_per_antigen": 1.0, "ige_receptor.crosslinking_per_receptor": 3.3e-5,
    "ige_receptor.relaxation_per_min": 2.0, "ige_receptor.internalisation_per_min": 0.01,
    "ige_receptor.return_half_life_h": 24.0, "mast_cell.ship1_pool": 2500.0, "mast_cell.ship1_time_min": 11.7,
    "mast_cell.memory_lock_min": 90.0, "mast_cell.memory_rearm_h": 36.0, "mast_cell.memory_hold_crosslinks": 0.03,
    "mast_cell.activation_crosslinks": 25.0, "mast_cell.calcium_time_min": 1.0, "mast_cell.release_threshold": 4.5,
    "mast_cell.release_hazard_per_min": 0.5,
}  # fmt: skip
"""Numbers of the cell that tests of the machine use, so that a new fit of the model does not move their worlds."""


def parameters(**overrides: float) -> ParameterSet:
    """Return the default parameters, those of the cell pinned; ``group__name=value`` replaces ``group.name``."""
    return default_parameters().with_overrides(PINNED | {key.replace("__", "."): v for key, v in overrides.items()})


def an_arm(
    *course: Step | Gap | Regimen | Sequence[Step],
    name: str = "arm",
    premedication: frozenset[str] = frozenset(),
    rule: ReactionRule | None = None,
    stop: StopRule | None = None,
) -> Arm:
    """Return an arm that carries out `course`; protocols may be given whole."""
    flat: list[Step | Gap | Regimen] = []
    for item in course:
        flat.extend([item] if isinstance(item, Step | Gap | Regimen) else item)
    return Arm(name, tuple(flat), premedication, rule, reference=True, stop_drug_when=stop)


def a_step(dose_mg: float, minutes: float, number: int = 1, drug: str = PENICILLIN) -> Step:
    """Return one step of a protocol called ``own``."""
    return Step(drug, "own", number, 0, minutes, dose_mg)


def a_scenario(*arms: Arm, allergic_to: tuple[str, ...] = (PENICILLIN,), patients: int = 1, **rest_of: Any) -> Scenario:
    """Return a scenario of 300 cells in which IgE is for penicillin G."""
    settings: dict[str, Any] = {"cells": 300, "seed": 7, "follow_up_min": 60.0} | rest_of
    return Scenario("small", "", Cohort("sensitised_adult", patients), allergic_to, arms, **settings)


def treated(
    arm: Arm,
    patient: Mapping[str, Any] | None = None,
    numbers: ParameterSet | None = None,
    replicate: int = 0,
    **settings: Any,
) -> Course:
    """Take a patient through an arm; returns the finished course with its state."""
    scenario = a_scenario(arm, **settings)
    course = new_course(arm, scenario, patient or a_patient(), replicate, numbers or parameters())
    course.run(scenario.follow_up_min)
    return course


def equal_cells(
    count: int,
    receptors: float,
    threshold: float = 4.5,
    numbers: ParameterSet | None = None,
    seed: int = 7,
    **traits: Any,
) -> tuple[State, Rates]:
    """Return `count` identical skin cells without a release clock (they never fire), and their rates."""
    p = numbers or parameters()
    state = empty_state(np.array([0, count, count, count]), 4, 0)
    rates = patient_rates(p, a_patient(**traits), (PENICILLIN,), (count, 1, 1), frozenset(), (seed, 0, 0))
    state.receptors[0] = receptors
    state.threshold[:] = threshold
    rest(state, rates)
    return state, rates


def bathed(state: State, rates: Rates, antigen: float, minutes: float, k: int = 0, start_bin: int = 0) -> int:
    """Hold cells in constant antigen for `minutes` in steps of 2^k base bins; returns how many fired."""
    end = start_bin + round(minutes * 16)
    if k == 0:
        return int(bathe(state, rates, start_bin, end, antigen))
    state.exposed[0] = 1
    return int(
        sum(
            sum(step_cells(state, rates, t, k, (np.float32(antigen), np.float32(0.0))))
            for t in range(start_bin, end, 1 << k)
        )
    )


def same_bits(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two arrays hold the same bits."""
    return first.dtype == second.dtype and first.shape == second.shape and first.tobytes() == second.tobytes()


def differing(first: State, second: State, leave_out: Sequence[str] = ("signal", "links", "noise")) -> list[str]:
    """Names of the arrays in which two states differ in any bit; scratch arrays are left out."""
    return [
        name
        for name in State._fields
        if name not in leave_out and not same_bits(getattr(first, name), getattr(second, name))
    ]
