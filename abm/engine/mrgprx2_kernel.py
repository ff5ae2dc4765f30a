"""Mast cells that a drug opens through MRGPRX2: expression of the cells, level of the agonist, one step.

The agonist's level is its free concentration over the EC50, at the cell's place as for antigen; small molecules cross
from capillary to cell within seconds, so it follows plasma. Of two agonists the levels add up, as they share the
receptor, unless one of them makes the other stronger. What a cell gets from it is added to the net signal of IgE;
receptors, cross-links, SHIP-1 and memory are not read and not written. A drug that is no agonist never comes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit

from abm.biology.mrgprx2 import agonist_response, joint_level, mrgprx2_drive, tachyphylaxis_after
from abm.biology.pharmacokinetics import CENTRAL, amount_after
from abm.engine.rates import Rates
from abm.engine.state import ORGANS, State
from abm.parameters.catalog import ParameterSet
from abm.random_streams import Stream, exp_f64, normals

F32 = np.float32
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
_EXPRESSION = int(Stream.MRGPRX2)
_FAINT = 0.1
"""Level of agonist below which the response is less than 1e-4 of the largest."""

_SMOOTH = 1.1


@njit(**_OPTIONS)
def express(state, medians, sd_cells, address):
    """Draw every cell's expression (times the drive) around the medians of skin, lung and gut; float64 (3,)."""
    for organ in range(3):
        for i in range(state.organ_start[organ], state.organ_start[organ + 1]):
            z = normals(i, 0, address[2], _EXPRESSION, address[0], 0)[0]
            state.mrgprx2[i] = F32(medians[organ] * exp_f64(sd_cells * z))


def arm_with_mrgprx2(state: State, patient: Mapping[str, Any], p: ParameterSet, rates: Rates) -> None:
    """Give the cells of `state` a patient's MRGPRX2, if any of the drugs is an agonist."""
    if rates.agonist[:, 0].any():
        own = p["mrgprx2.drive"] * float(patient["mrgprx2_factor"])
        medians = np.array([own * p[f"mrgprx2.{organ}"] for organ in ORGANS])
        express(state, medians, p["mrgprx2.cell_sd"], rates.address)


@njit(**_OPTIONS)
def _own_level(state, rates, k, drug, mg_per_min):
    """Level of one drug before and after a step of 2^k base bins; their sum times its largest effect."""
    per_mg = rates.agonist[drug, 0]
    if per_mg == 0.0:
        return 0.0, 0.0, 0.0
    held = state.drug[drug, CENTRAL]
    mg = amount_after(rates.drug_step[drug, k], state.drug[drug], CENTRAL, mg_per_min)
    return held * per_mg, mg * per_mg, (held + mg) * per_mg * rates.agonist[drug, 1]


@njit(**_OPTIONS)
def agonist_level(state, rates, k, rates_mg_per_min):
    """Agonist before and after a step of 2^k base bins, and its largest effect.

    Parameters
    ----------
    rates_mg_per_min : tuple of float
        Infusion of the two drugs.

    Returns
    -------
    before, after, efficacy : float
        Free concentration in plasma over the EC50, of both drugs; efficacy weighted by what each has of it alone.
    """
    before, after, effect = _own_level(state, rates, k, 0, rates_mg_per_min[0])
    other_before, other_after, other_effect = _own_level(state, rates, k, 1, rates_mg_per_min[1])
    alone = (before + other_before) + (after + other_after)
    synergy = rates.agonist[0, 2] + rates.agonist[1, 2]
    return (
        joint_level(before, other_before, synergy),
        joint_level(after, other_after, synergy),
        (effect + other_effect) / alone if alone > 0.0 else 0.0,
    )


@njit(**_OPTIONS)
def step_receptor(expression, lost, place, signal, level, efficacy, desensitised, recovered):
    """MRGPRX2 of all cells after a step in a constant agonist; adds its mid-step drive to `signal`."""
    for i in range(signal.size):
        response = agonist_response(level * place[i])
        after = tachyphylaxis_after(lost[i], response, desensitised, recovered)
        drive = mrgprx2_drive(expression[i], response, F32(0.5) * (lost[i] + after))
        signal[i] = signal[i] + efficacy * drive
        lost[i] = after


@njit(**_OPTIONS)
def step_mrgprx2(state, rates, k, level, efficacy):
    """Let MRGPRX2 act over a step of 2^k base bins; returns whether any agonist has ever been there."""
    if level > 0.0:
        state.opened[0] = 1
    if state.opened[0] == 0:
        return False
    step_receptor(
        state.mrgprx2, state.lost_mrgprx2, state.place, state.signal, F32(level), F32(efficacy),
        rates.receptor[k, 0], rates.receptor[k, 1],
    )  # fmt: skip
    return True


@njit(**_OPTIONS)
def cells_near_opening(expression, place, calcium, threshold, fired_bin, level, efficacy, limit):
    """Number of cells that the drive of `level`, on top of their calcium, could bring above `limit` × threshold.

    A bound: as if no receptor were lost, and the present drive, which is in the calcium, came on top of the next.
    """
    count = np.int32(0)
    for i in range(threshold.size):
        drive = efficacy * mrgprx2_drive(expression[i], agonist_response(level * place[i]), F32(0.0))
        signal = drive + calcium[i]
        risky = (signal > limit * threshold[i]) & (fired_bin[i] < np.int32(0))
        count = np.int32(count + (np.int32(1) if risky else np.int32(0)))
    return count


@njit(**_OPTIONS)
def agonist_is_safe(state, rates, k, rates_mg_per_min, limit, allowed):
    """Whether a step of 2^k base bins changes no agonist much and brings hardly a cell near its threshold."""
    if rates.agonist[0, 0] == 0.0 and rates.agonist[1, 0] == 0.0:
        return True
    before, after, efficacy = agonist_level(state, rates, k, rates_mg_per_min)
    low, high = min(before, after), max(before, after)
    if high < _FAINT:
        return True
    if high > low * _SMOOTH:
        return False
    near = cells_near_opening(
        state.mrgprx2, state.place, state.calcium, state.threshold, state.fired_bin, F32(high), F32(efficacy), limit
    )
    return near <= allowed
