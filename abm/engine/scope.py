"""What two specificities of one cell have to do with each other: a brake each, or one brake for the cell.

Where SHIP-1 and slow memory belong to a specificity, each goes through sub-steps 1–4 of `abm.engine.mast_kernel` by
itself, and their net signals add up. Where they belong to the cell (`mast_cell.cell_wide_inhibition`), the cell does
not tell cross-links apart: those of both antigens count together, against the SHIP-1 that both recruit.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from abm.biology.mast_cell import memory_after, net_signal, ship1_recruited
from abm.biology.receptors import bound_product, crosslinked_fraction, receptors_moved
from abm.engine.mast_kernel import cells_at_risk, count_links, least_ship1, most_links, step_specificity
from abm.engine.rates import SCALAR

F32 = np.float32
RISK = F32(0.6)
FEW_AT_RISK = 500
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}


@njit(**_OPTIONS)
def step_specificities(state, rates, k, moment, antigens):
    """Sub-steps 1–4 of all cells over a step of 2^k base bins; returns whether there was anything to do.

    A specificity of which no cell has receptors, or that never met antigen, would change nothing; it is left out.
    """
    first, second = state.exposed[0] > 0 and state.armed[0] > 0, state.exposed[1] > 0 and state.armed[1] > 0
    if first and second and rates.scalar[SCALAR.cell_wide] > F32(0.0):
        _step_together(state, rates, k, moment, antigens)
        return True
    if first:
        step_specificity(state, rates, 0, k, moment, antigens[0])
    if second:
        step_specificity(state, rates, 1, k, moment, antigens[1])
    return first or second


@njit(**_OPTIONS)
def _step_together(state, rates, k, moment, antigens):
    """Both specificities under the cell's one brake, whose SHIP-1 and memory are those of row 0."""
    middle, expected = np.zeros(state.links.size, F32), np.zeros(state.links.size, F32)
    for a in range(2):
        count_links(state, rates, a, k, moment, antigens[a])
        step_receptors(
            state.receptors[a], state.inside[a], state.crosslinks[a], state.links, middle, expected, state.place,
            antigens[a], antigens[a] * rates.hapten_per_antigen[a], rates.cell[k], rates.scalar,
        )  # fmt: skip
    step_brake(middle, expected, state.memory[0], state.ship1[0], state.signal, rates.cell[k], rates.scalar)


@njit(**_OPTIONS)
def step_receptors(
    receptors, inside, crosslinks, links, middle_sum, expected_sum, place, antigen, hapten, rate, scalar
):
    """Receptors and cross-links of one specificity after a step; adds mid-step and mean cross-links to the sums."""
    crosslinking = scalar[SCALAR.crosslinking]
    internalised, returned = rate[4], rate[5]
    for i in range(links.size):
        middle = F32(0.5) * (crosslinks[i] + links[i])
        moved = receptors_moved(middle, inside[i], internalised, returned)
        receptors[i] = receptors[i] - moved
        inside[i] = inside[i] + moved
        product = bound_product(antigen * place[i], hapten * place[i])
        expected_sum[i] = expected_sum[i] + receptors[i] * crosslinked_fraction(product, crosslinking, receptors[i])
        middle_sum[i] = middle_sum[i] + middle
        crosslinks[i] = links[i]


@njit(**_OPTIONS)
def step_brake(middle, expected, memory, ship1, signal, rate, scalar):
    """SHIP-1 and memory of the cell after a step, by all of its cross-links; adds the mid-step net signal."""
    pool, hold = scalar[SCALAR.pool], scalar[SCALAR.hold]
    activation, syk = scalar[SCALAR.activation], scalar[SCALAR.syk]
    share_ship, share_lock, rearm = rate[1], rate[2], rate[3]
    for i in range(middle.size):
        recruited = ship1_recruited(middle[i], pool)
        w = memory_after(memory[i], recruited, share_lock, rearm, hold, expected[i])
        target = recruited if recruited > w else w
        s = ship1[i] + (target - ship1[i]) * share_ship
        signal[i] = signal[i] + net_signal(middle[i], F32(0.5) * (ship1[i] + s), activation, syk)
        memory[i] = w
        ship1[i] = s


@njit(**_OPTIONS)
def few_at_risk(state, rates, k, antigens):
    """Whether a step of 2^k base bins up to these antigens brings hardly a cell near its threshold.

    "Hardly": one cell in 500 may come nearer than 0.6 of its threshold, where the hazard is 2e-5 per minute. Signals of
    two specificities add up, so each may come half as near; under one brake they are judged together.
    """
    allowed = state.calcium.size // FEW_AT_RISK
    first = state.armed[0] > 0 and (state.exposed[0] > 0 or antigens[0] > F32(0.0))
    second = state.armed[1] > 0 and (state.exposed[1] > 0 or antigens[1] > F32(0.0))
    if first and second and rates.scalar[SCALAR.cell_wide] > F32(0.0):
        return cells_at_risk_together(state, rates, k, antigens, RISK) <= allowed
    limit = RISK * F32(0.5) if state.exposed[0] > 0 and state.exposed[1] > 0 else RISK
    if first and cells_at_risk(state, rates, 0, k, antigens[0], limit) > allowed:
        return False
    return not (second and cells_at_risk(state, rates, 1, k, antigens[1], limit) > allowed)


@njit(**_OPTIONS)
def cells_at_risk_together(state, rates, k, antigens, limit):
    """As `cells_at_risk`, for the cross-links of both specificities against the cell's one brake."""
    scalar, rate = rates.scalar, rates.cell[k]
    calcium, threshold, fired_bin, place = state.calcium, state.threshold, state.fired_bin, state.place
    ship1, memory = state.ship1[0], state.memory[0]
    receptors, others, crosslinks, other_links = (
        state.receptors[0], state.receptors[1], state.crosslinks[0], state.crosslinks[1],
    )  # fmt: skip
    crosslinking, activation, syk = scalar[SCALAR.crosslinking], scalar[SCALAR.activation], scalar[SCALAR.syk]
    ship_left, memory_left = F32(1.0) - rate[1], F32(1.0) - rate[3]
    memory_left = memory_left if memory_left > F32(0.0) else F32(0.0)
    count = np.int32(0)
    for i in range(threshold.size):
        top = most_links(receptors[i], crosslinks[i], place[i], antigens[0], crosslinking)
        top = top + most_links(others[i], other_links[i], place[i], antigens[1], crosslinking)
        signal = net_signal(top, least_ship1(ship1[i], memory[i], ship_left, memory_left), activation, syk)
        signal = signal if signal > calcium[i] else calcium[i]
        risky = (signal > limit * threshold[i]) & (fired_bin[i] < np.int32(0))
        count = np.int32(count + (np.int32(1) if risky else np.int32(0)))
    return count
