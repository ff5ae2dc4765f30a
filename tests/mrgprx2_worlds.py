"""Small worlds in which a drug opens mast cells through MRGPRX2, and the digest of a course."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from small_worlds import PENICILLIN, a_patient, an_arm, treated

from abm.engine.course import Course
from abm.engine.mrgprx2_kernel import arm_with_mrgprx2
from abm.engine.rates import Rates, patient_rates
from abm.engine.state import State, empty_state
from abm.parameters.catalog import default_parameters
from abm.scenario import Step

VANCOMYCIN = "vancomycin"
NOT_ALLERGIC = {"sensitised": False, "specific_receptors_per_cell": 0.0}
IGE_PART = "receptors inside crosslinks memory ship1 calcium hazard fired_bin body drug count".split()


def infused(dose_mg: float, minutes: float, drug: str = VANCOMYCIN, number: int = 1) -> Step:
    """One infusion at a constant rate."""
    return Step(drug, "own", number, 0, minutes, dose_mg)


def given(course: Sequence[Any], drugs: tuple[str, ...] = (VANCOMYCIN,), cells: int = 600, **traits: Any) -> Course:
    """A patient without IgE, unless the traits say otherwise, through a course; the model's own numbers."""
    patient = a_patient(2, **(NOT_ALLERGIC | traits))
    return treated(an_arm(course), patient, default_parameters(), allergic_to=drugs, cells=cells)


def opened_cells(count: int, seed: int = 7, **changed: float) -> tuple[State, Rates]:
    """`count` skin cells with expressions, thresholds and clocks of their own, for a bath of agonist."""
    p = default_parameters().with_overrides({key.replace("__", "."): value for key, value in changed.items()})
    state = empty_state(np.array([0, count, count, count]), 4, 0)
    rates = patient_rates(p, a_patient(), (VANCOMYCIN,), (count, 1, 1), frozenset(), (seed, 0, 0))
    arm_with_mrgprx2(state, a_patient(), p, rates)
    rng = np.random.default_rng(seed)
    state.threshold[:] = p["mast_cell.release_threshold"] * np.exp(0.42 * rng.standard_normal(count))
    state.clock[:] = rng.exponential(size=count)
    return state, rates


FIRST_OF_BODY = 10
"""What a body held when the digests were taken: mediators, pressure and extremes; what is given came later."""


def digest(state: State, names: Sequence[str] = IGE_PART) -> str:
    """Hash of the bits of some arrays of a state."""
    found = hashlib.sha256()
    for name in names:
        array = np.ascontiguousarray(getattr(state, name))
        found.update((array[:FIRST_OF_BODY] if name == "body" else array).tobytes())
    return found.hexdigest()[:16]


def penicillin_course(**traits: Any) -> Course:
    """A sensitised patient through a full dose and then the 12-step ladder of penicillin G, with pinned numbers."""
    from small_worlds import FULL, LADDER

    return treated(an_arm(FULL, LADDER), a_patient(2, **traits), allergic_to=(PENICILLIN,))
