"""Weeks and years without drug: quiet cells fade block by block, and once nothing moves, time passes at once."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from abm.biology.pharmacokinetics import STATES
from abm.engine.clock import DOUBLINGS, MINUTE
from abm.engine.rates import BODY_RATE, Rates
from abm.engine.slow_state import SLOW_BINS
from abm.engine.state import BODY, COUNT, State

F32 = np.float32
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
_REARM, _RETURNED = 3, 5
"""Columns of `Rates.cell`."""
_RECOVERED = 1
"""Column of `Rates.receptor`."""

_NO_ANTIGEN = 1e-18
_NO_LINKS, _NO_CALCIUM, _NO_RECEPTORS = F32(0.01), F32(1e-3), F32(0.5)
_NO_MEDIATORS, _NO_RELIEF = 1e-9, 1e-6
_NOT_LOST = F32(1e-6)


@njit(**_OPTIONS)
def drug_is_gone(state, rates, now):
    """Whether no pump runs, and what is left of the drugs changes no digit of what they did."""
    for s in range(state.pump.shape[0]):
        if state.pump[s, 1] > now:
            return False
    for a in range(rates.antigen_per_mg.size):
        scale = max(rates.antigen_per_mg[a], rates.t_cell_per_mg[a], rates.agonist[a, 0])
        for i in range(STATES):
            if abs(state.drug[a, i]) * scale > _NO_ANTIGEN:
                return False
    return True


@njit(**_OPTIONS)
def no_cell_signals(state):
    """Whether no cell has cross-links or calcium."""
    for i in range(state.calcium.size):
        if state.calcium[i] > _NO_CALCIUM or state.crosslinks[0, i] > F32(0.0) or state.crosslinks[1, i] > F32(0.0):
            return False
    return True


@njit(**_OPTIONS)
def cells_are_at_rest(state):
    """Whether no cell has SHIP-1, slow memory or tachyphylaxis left, and all receptors are back."""
    if state.opened[0] > 0:
        for i in range(state.lost_mrgprx2.size):
            if state.lost_mrgprx2[i] > _NOT_LOST:
                return False
    for a in range(2):
        for i in range(state.calcium.size):
            if state.memory[a, i] > _NO_LINKS or state.ship1[a, i] > _NO_LINKS or state.inside[a, i] > _NO_RECEPTORS:
                return False
    return True


@njit(**_OPTIONS)
def fade(state, memory_kept, inside_kept):
    """Let slow memory, the SHIP-1 that follows it, and receptors inside go by a block without antigen (exact)."""
    for a in range(2):
        memory, ship1, inside, receptors = state.memory[a], state.ship1[a], state.inside[a], state.receptors[a]
        for i in range(memory.size):
            memory[i] = memory[i] * memory_kept
            ship1[i] = ship1[i] * memory_kept
            left = inside[i] * inside_kept
            receptors[i] = receptors[i] + (inside[i] - left)
            inside[i] = left


@njit(**_OPTIONS)
def body_is_at_rest(state, rates):
    """Whether mediators are at their baseline and there are no symptoms."""
    x, r = state.body, rates.body
    near = abs(x[BODY.histamine] - r[BODY_RATE.histamine_rest]) <= _NO_MEDIATORS * r[BODY_RATE.histamine_rest]
    near = near and abs(x[BODY.tryptase] - r[BODY_RATE.tryptase_rest]) <= _NO_MEDIATORS * r[BODY_RATE.tryptase_rest]
    local = x[BODY.local_skin] + x[BODY.local_lung] + x[BODY.local_gut] + x[BODY.tryptase_tissue]
    given = x[BODY.adrenaline_muscle_mg] + x[BODY.adrenaline_mg] + x[BODY.antihistamine_given] + x[BODY.antihistamine]
    felt = local + x[BODY.leukotriene_forming] + x[BODY.leukotriene]
    return near and felt <= _NO_MEDIATORS and given <= _NO_RELIEF and state.count[COUNT.grade] == 0


def is_quiet(state: State, rates: Rates, now_bin: int) -> bool:
    """Whether nothing but slow memory, receptors inside and slow immunity would move from base bin `now_bin` on."""
    return bool(drug_is_gone(state, rates, now_bin) and body_is_at_rest(state, rates) and no_cell_signals(state))


def is_at_rest(state: State, rates: Rates, now_bin: int) -> bool:
    """Whether nothing but slow immunity would move from base bin `now_bin` on."""
    return is_quiet(state, rates, now_bin) and bool(cells_are_at_rest(state))


def fade_block(state: State, rates: Rates) -> None:
    """Let a block of slow immunity pass for quiet cells."""
    k, steps = DOUBLINGS - 1, SLOW_BINS >> (DOUBLINGS - 1)
    kept = math.exp(-steps * float(rates.cell[k, _REARM]))
    fade(state, F32(kept), F32((1.0 - float(rates.cell[k, _RETURNED])) ** steps))
    state.lost_mrgprx2[:] *= F32(math.exp(-steps * float(rates.receptor[k, _RECOVERED])))
    state.count[COUNT.step] = MINUTE


def put_at_rest(state: State, rates: Rates) -> None:
    """Let the traces that are left go: drug, cross-links and slow memory below what could matter."""
    state.drug[:] = 0.0
    state.receptors[:] += state.inside
    for array in (state.inside, state.memory, state.ship1, state.crosslinks, state.calcium, state.lost_mrgprx2):
        array[:] = F32(0.0)
    body, rest = state.body, rates.body
    body[BODY.histamine], body[BODY.tryptase] = rest[BODY_RATE.histamine_rest], rest[BODY_RATE.tryptase_rest]
    body[BODY.systolic] = rest[BODY_RATE.rest_mmhg]
    body[[BODY.local_skin, BODY.local_lung, BODY.local_gut, BODY.tryptase_tissue, BODY.leukotriene_forming]] = 0.0
    body[[BODY.leukotriene, BODY.adrenaline_muscle_mg, BODY.adrenaline_mg]] = 0.0
    body[[BODY.antihistamine_given, BODY.antihistamine]] = 0.0
    state.count[COUNT.step] = MINUTE
