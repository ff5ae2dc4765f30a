"""Slow immunity alone, without a body around it: days pass with a given presence of drug."""

from __future__ import annotations

from typing import Any

from small_worlds import PENICILLIN, a_patient

from abm.engine.slow_immunity import SlowImmunity
from abm.engine.slow_kernel import move_slow_block
from abm.engine.slow_state import ANSWER, SERUM, SLOW_DAYS
from abm.parameters.catalog import ParameterSet, default_parameters
from abm.scenario import Regimen

SENSITISED = {"specific_ige_ku_per_l": 3.4, "specific_receptors_per_cell": 12_000.0}
FREE_OF_IGE = {"sensitised": False, "specific_ige_ku_per_l": 0.0, "specific_receptors_per_cell": 0.0}


def slow_patient(
    numbers: ParameterSet | None = None, drugs: tuple[str, ...] = (PENICILLIN,), **traits: Any
) -> SlowImmunity:
    """Return the slow immunity of an average patient with the given traits."""
    patient = a_patient(**(SENSITISED | traits))
    return SlowImmunity(patient, numbers or default_parameters(), drugs, (7, 0, patient["patient_id"]))


def pass_days(slow: SlowImmunity, days: float, presence: float = 0.0) -> int:
    """Let whole blocks pass; returns the specificities primed, bit by bit."""
    rates, primed = slow.rates, 0
    for _ in range(round(days / SLOW_DAYS)):
        primed |= int(move_slow_block(*slow.state, rates.own, rates.shared, rates.pursuit, presence, 0.0))
    return primed


def inject(slow: SlowImmunity, drug: str, dose_mg: float, route: str) -> None:
    """Put one dose under the skin."""
    slow.give(Regimen(drug, "own", 1, dose_mg, 1.0, 1, route))  # type: ignore[arg-type]


def level(slow: SlowImmunity, name: str) -> float:
    """One number of the first specificity, or of serum."""
    if name in ANSWER._fields:
        return float(slow.state.answer[0, getattr(ANSWER, name)])
    return float(slow.state.serum[getattr(SERUM, name)])
