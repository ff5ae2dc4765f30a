"""One step of all mast cells of one patient.

====  ===============================================  ==========================================
 #    what happens                                     where
====  ===============================================  ==========================================
 1    random numbers for the cells' cross-links        `draw_noise`
 2    cross-links opened and formed (equilibrium by    `step_crosslinks`, biology/receptors.py
      the antigen at the cell's place)
 3    few cross-links: exact binomial and Poisson      `recount_few`
 4    receptors lost and returned, SHIP-1 recruited,   `step_signal`, biology/receptors.py,
      slow memory, net signal                          biology/mast_cell.py
 5    calcium, hazard, degranulation                   `step_release`, biology/mast_cell.py
====  ===============================================  ==========================================

Every loop is over contiguous float32 without branches, so it vectorises under strict floating point; the search of step
3 alone is scalar, and only visits cells with few cross-links.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from abm.biology.mast_cell import memory_after, net_signal, release_hazard, ship1_recruited
from abm.biology.receptors import bound_product, crosslinked_fraction, receptors_moved
from abm.engine.rates import SCALAR
from abm.random_streams import (
    Stream,
    binomial_from,
    exp_negative,
    normal_from_symmetric,
    philox,
    poisson_from,
    symmetric_f32,
    unit_f64,
    whole_power,
)

F32, U64 = np.float32, np.uint64
_FEW = F32(40.0)
_MANY_STREAMS = np.array([Stream.CROSS_LINKS, Stream.CROSS_LINKS_2], np.uint64)
_FEW_STREAMS = np.array([Stream.FEW_CROSS_LINKS, Stream.FEW_CROSS_LINKS_2], np.uint64)
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}


@njit(**_OPTIONS)
def draw_noise(noise, moment, stream, address):
    """Standard normals for all cells at base bin `moment`.

    Word w of block b serves cell 64·(b // 16) + 16·w + b % 16, so that lanes write side by side.
    """
    seed, replicate, patient = address[0], address[1], address[2]
    for group in range(noise.size // 64):
        start = group * 64
        for lane in range(16):
            w0, w1, w2, w3 = philox(U64(group * 16 + lane), moment, patient, stream, seed, replicate)
            noise[start + lane] = symmetric_f32(w0)
            noise[start + lane + 16] = symmetric_f32(w1)
            noise[start + lane + 32] = symmetric_f32(w2)
            noise[start + lane + 48] = symmetric_f32(w3)
    for i in range(noise.size):
        noise[i] = normal_from_symmetric(noise[i])


@njit(**_OPTIONS)
def step_crosslinks(receptors, crosslinks, links, place, noise, antigen, hapten, crosslinking, kept, noisy):
    """Cross-links after a step, into `links`; returns how many cells have few of them and need an exact count.

    The count is an immigration–death process, ``J(t + dt) = Bin(J, e^(−k·dt)) + Pois(J*·(1 − e^(−k·dt)))``; where many
    are expected, a normal with its mean and variance, rounded.
    """
    few = np.int32(0)  # a wider counter would halve the number of cells taken at a time
    lost = F32(1.0) - kept
    for i in range(links.size):
        product = bound_product(antigen * place[i], hapten * place[i])
        target = receptors[i] * crosslinked_fraction(product, crosslinking, receptors[i])
        survive = crosslinks[i] * kept
        born = target * lost
        mean = survive + born
        drawn = np.floor(mean + np.sqrt(survive * lost + born) * noise[i] + F32(0.5))
        drawn = drawn if drawn > F32(0.0) else F32(0.0)
        most = np.floor(receptors[i])
        drawn = drawn if drawn < most else most
        links[i] = drawn if noisy > F32(0.0) else mean
        few = np.int32(few + (np.int32(1) if mean < _FEW else np.int32(0)))
    return few


@njit(**_OPTIONS)
def draw_pairs(first, second, moment, stream, address):
    """Two uniforms on (0, 1) for every cell at base bin `moment`: words 0 and 1 of the cell's own address."""
    seed, replicate, patient = address[0], address[1], address[2]
    for i in range(first.size):
        w0, w1, _, _ = philox(U64(i), moment, patient, stream, seed, replicate)
        first[i] = unit_f64(w0)
        second[i] = unit_f64(w1)


@njit(**_OPTIONS)
def expect_few(receptors, crosslinks, place, born, none, antigen, hapten, crosslinking, kept):
    """New cross-links expected in a step, and the chance that there are none; `born` is −1 where many are expected."""
    lost = F32(1.0) - kept
    for i in range(born.size):
        product = bound_product(antigen * place[i], hapten * place[i])
        target = receptors[i] * crosslinked_fraction(product, crosslinking, receptors[i])
        mean = crosslinks[i] * kept + target * lost
        formed = np.float64(target * lost)
        none[i] = exp_negative(formed)
        born[i] = formed if mean < _FEW else -1.0


@njit(**_OPTIONS)
def recount_few(receptors, crosslinks, links, place, antigen, hapten, crosslinking, kept, moment, stream, address):
    """Replace the count of cells with few cross-links by the exact draw (see `step_crosslinks`).

    The rarer of staying and opening is drawn, so that the sum over its distribution is short. What vectorises is done
    for all cells beforehand; the loop that is left only searches.
    """
    cells = links.size
    u_stay, u_born, born, none = np.empty(cells), np.empty(cells), np.empty(cells), np.empty(cells)
    draw_pairs(u_stay, u_born, moment, stream, address)
    expect_few(receptors, crosslinks, place, born, none, antigen, hapten, crosslinking, kept)
    opening = F32(1.0) - kept < F32(0.5)
    chance = np.float64(F32(1.0) - kept if opening else kept)
    odds = chance / (1.0 - chance)
    no_change = np.empty(64)
    for n in range(64):
        no_change[n] = whole_power(1.0 - chance, n)
    for i in range(cells):
        if born[i] >= 0.0:
            before = np.int64(crosslinks[i])
            rarer = np.int64(0)
            if before > 0:
                unchanged = no_change[before] if before < 64 else whole_power(1.0 - chance, before)
                rarer = np.int64(binomial_from(unchanged, odds, before, u_stay[i]))
            stay = before - rarer if opening else rarer
            drawn = F32(stay + poisson_from(none[i], born[i], u_born[i]))
            most = np.floor(receptors[i])
            links[i] = drawn if drawn < most else most


@njit(**_OPTIONS)
def step_signal(receptors, inside, crosslinks, memory, ship1, links, signal, place, antigen, hapten, rate, scalar):
    """Receptors, SHIP-1 and memory of one specificity after a step; adds its mid-step net signal to `signal`."""
    pool = scalar[SCALAR.pool]
    hold, activation, syk = scalar[SCALAR.hold], scalar[SCALAR.activation], scalar[SCALAR.syk]
    crosslinking = scalar[SCALAR.crosslinking]
    share_ship, share_lock, rearm, internalised, returned = rate[1], rate[2], rate[3], rate[4], rate[5]
    for i in range(links.size):
        middle = F32(0.5) * (crosslinks[i] + links[i])
        moved = receptors_moved(middle, inside[i], internalised, returned)
        receptors[i] = receptors[i] - moved
        inside[i] = inside[i] + moved
        recruited = ship1_recruited(middle, pool)
        product = bound_product(antigen * place[i], hapten * place[i])
        expected = receptors[i] * crosslinked_fraction(product, crosslinking, receptors[i])
        w = memory_after(memory[i], recruited, share_lock, rearm, hold, expected)
        target = recruited if recruited > w else w
        s = ship1[i] + (target - ship1[i]) * share_ship
        signal[i] = signal[i] + net_signal(middle, F32(0.5) * (ship1[i] + s), activation, syk)
        memory[i] = w
        ship1[i] = s
        crosslinks[i] = links[i]


@njit(**_OPTIONS)
def step_release(calcium, hazard, threshold, clock, fired_bin, signal, share_calcium, minutes, moment, scalar, left):
    """Calcium, integrated hazard (of which `left` is left) and degranulation in one organ; returns how many fired."""
    hazard_max, graded = scalar[SCALAR.hazard_max] * left, scalar[SCALAR.graded] * left
    fired = np.int32(0)
    for i in range(calcium.size):
        after = calcium[i] + (signal[i] - calcium[i]) * share_calcium
        rate = release_hazard(F32(0.5) * (calcium[i] + after), threshold[i], hazard_max, graded)
        total = hazard[i] + rate * minutes
        fires = (total >= clock[i]) & (fired_bin[i] < np.int32(0))
        fired_bin[i] = moment if fires else fired_bin[i]
        fired = np.int32(fired + (np.int32(1) if fires else np.int32(0)))
        calcium[i] = after
        hazard[i] = total
        signal[i] = F32(0.0)
    return fired


@njit(**_OPTIONS)
def step_organ(state, organ, share_calcium, minutes, moment, scalar, left):
    """Sub-step 5 for the cells of one organ, with the share `left` of the release hazard."""
    first, last = state.organ_start[organ], state.organ_start[organ + 1]
    return step_release(
        state.calcium[first:last], state.hazard[first:last], state.threshold[first:last], state.clock[first:last],
        state.fired_bin[first:last], state.signal[first:last], share_calcium, minutes, moment, scalar, left,
    )  # fmt: skip


@njit(inline="always", error_model="numpy")
def brake_of(scalar, a):
    """Row of SHIP-1 and memory that hold specificity `a` down: its own, or the first where the cell has one brake."""
    return 0 if scalar[SCALAR.cell_wide] > F32(0.0) else a


@njit(**_OPTIONS)
def count_links(state, rates, a, k, moment, antigen):
    """Sub-steps 1–3: cross-links of specificity `a` after a step of 2^k base bins from base bin `moment`."""
    scalar = rates.scalar
    hapten = antigen * rates.hapten_per_antigen[a]
    noisy, kept, crosslinking = scalar[SCALAR.noise], rates.cell[k, 0], scalar[SCALAR.crosslinking]
    receptors, crosslinks, place = state.receptors[a], state.crosslinks[a], state.place
    if noisy > F32(0.0):
        draw_noise(state.noise, U64(moment), _MANY_STREAMS[a], rates.address)
    few = step_crosslinks(
        receptors, crosslinks, state.links, place, state.noise, antigen, hapten, crosslinking, kept, noisy
    )
    if few > 0 and noisy > F32(0.0):
        recount_few(
            receptors, crosslinks, state.links, place, antigen, hapten, crosslinking, kept, U64(moment),
            _FEW_STREAMS[a], rates.address,
        )  # fmt: skip


@njit(**_OPTIONS)
def step_specificity(state, rates, a, k, moment, antigen):
    """Sub-steps 1–4 for specificity `a` over a step of 2^k base bins from base bin `moment`."""
    brake = brake_of(rates.scalar, a)
    count_links(state, rates, a, k, moment, antigen)
    step_signal(
        state.receptors[a], state.inside[a], state.crosslinks[a], state.memory[brake], state.ship1[brake], state.links,
        state.signal, state.place, antigen, antigen * rates.hapten_per_antigen[a], rates.cell[k], rates.scalar,
    )  # fmt: skip


@njit(inline="always", error_model="numpy")
def most_links(receptors, crosslinks, place, antigen, crosslinking):
    """A bound on a cell's cross-links within a step: three standard deviations above those in balance."""
    top = receptors * crosslinked_fraction(bound_product(antigen * place, F32(0.0)), crosslinking, receptors)
    top = top + F32(3.0) * np.sqrt(top) + F32(4.0)
    return top if top > crosslinks else crosslinks


@njit(inline="always", error_model="numpy")
def least_ship1(ship1, memory, ship_left, memory_left):
    """A bound on the SHIP-1 left at the end of a step, of which these shares of SHIP-1 and memory stay at least."""
    held = memory * memory_left
    decayed = ship1 * ship_left
    least = held if held > decayed else decayed
    return least if least < ship1 else ship1


@njit(**_OPTIONS)
def cells_at_risk(state, rates, a, k, antigen, limit):
    """Number of cells whose calcium could pass `limit` × threshold within a step of 2^k base bins.

    A bound, not an estimate: cross-links at the highest antigen of the step against the SHIP-1 left at its end.
    """
    scalar, rate, brake = rates.scalar, rates.cell[k], brake_of(rates.scalar, a)
    receptors, crosslinks = state.receptors[a], state.crosslinks[a]
    ship1, memory = state.ship1[brake], state.memory[brake]
    calcium, threshold, fired_bin, place = state.calcium, state.threshold, state.fired_bin, state.place
    crosslinking, activation, syk = scalar[SCALAR.crosslinking], scalar[SCALAR.activation], scalar[SCALAR.syk]
    ship_left, memory_left = F32(1.0) - rate[1], F32(1.0) - rate[3]
    memory_left = memory_left if memory_left > F32(0.0) else F32(0.0)
    count = np.int32(0)
    for i in range(threshold.size):
        top = most_links(receptors[i], crosslinks[i], place[i], antigen, crosslinking)
        signal = net_signal(top, least_ship1(ship1[i], memory[i], ship_left, memory_left), activation, syk)
        signal = signal if signal > calcium[i] else calcium[i]
        risky = (signal > limit * threshold[i]) & (fired_bin[i] < np.int32(0))
        count = np.int32(count + (np.int32(1) if risky else np.int32(0)))
    return count
