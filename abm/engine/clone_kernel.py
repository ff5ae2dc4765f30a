"""T-cell clones of the whole body through one block of time: counts that move by binomials.

====  ==========================================================  ===========================
 #    what happens in a block                                     where
====  ==========================================================  ===========================
 1    antigen of the clone: exposure × affinity                   `step_clone`
 2    naive cells: renewal, priming, anergy                       `step_naive`, biology/t_cell.py
 3    memory: maturation, decay, recall in blood and in the skin  `step_memory`
 4    lag before the first division, in stages                    `step_lag`
 5    effectors: into the skin, death, precursors of memory       `step_effectors`
 6    divisions, class by class, as far as antigen allows         `step_divisions`
====  ==========================================================  ===========================
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from abm.biology.t_cell import (
    LAG_STAGES,
    anergy_per_day,
    death_per_day,
    homing_per_day,
    priming_per_day,
    regulated,
    saturating,
)
from abm.engine.immune_state import BODY, CELLS_LOST, CELLS_MADE, POOL
from abm.random_streams import (
    U64,
    Stream,
    binomial_from,
    exp_f64,
    exp_negative,
    normal_from_symmetric,
    philox,
    poisson_from,
    symmetric_f32,
    unit_f64,
    whole_power,
)

_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
_STREAM = U64(int(Stream.T_CELL_COUNTS))
_EXACT = 20.0
_MOVES = 128
"""Room for the different moves of one clone in the address of a random number."""


class CloneRate(NamedTuple):
    """Indices into the table of rates that `immune_rates` makes (per day, shares, half saturations)."""

    naive_cells: int = 0
    priming: int = 1
    anergy: int = 2
    anergy_half: int = 3
    turnover: int = 4
    lag_stage: int = 5
    division: int = 6
    divisions: int = 7
    division_half: int = 8
    treg: int = 9
    treg_strength: int = 10
    death: int = 11
    rescued: int = 12
    survival_half: int = 13
    memory_share: int = 14
    maturation: int = 15
    decay: int = 16
    recall: int = 17
    recall_half: int = 18
    recall_divisions: int = 19
    homing: int = 20
    homing_boost: int = 21
    skin_division: int = 22
    recall_division_half: int = 23
    resident_share: int = 24
    at_once: int = 25


CLONE_RATE = CloneRate()


@njit(**_OPTIONS)
def binomial_count(trials, chance, clone, move, block, address):
    """How many of `trials` cells move, exact by inversion while few do (or few stay), else a rounded normal."""
    if trials <= 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return trials
    words = philox(U64(clone * _MOVES + move), U64(block), address[2], _STREAM, address[0], address[1])
    few = min(chance, 1.0 - chance)
    mean = trials * few
    if mean < _EXACT:
        none = whole_power(1.0 - few, trials)
        count = binomial_from(none, few / (1.0 - few), trials, unit_f64(words[0]))
    else:
        z = np.float64(normal_from_symmetric(symmetric_f32(words[0])))
        count = min(max(np.int64(np.floor(mean + z * np.sqrt(mean * (1.0 - few)) + 0.5)), 0), trials)
    return count if chance <= 0.5 else trials - count


@njit(**_OPTIONS)
def poisson_count(mean, clone, move, block, address):
    """Poisson number of new cells, exact below a mean of 20, else a rounded normal."""
    if mean <= 0.0:
        return 0
    words = philox(U64(clone * _MOVES + move), U64(block), address[2], _STREAM, address[0], address[1])
    if mean < _EXACT:
        return poisson_from(exp_negative(mean), mean, unit_f64(words[0]))
    z = np.float64(normal_from_symmetric(symmetric_f32(words[0])))
    return max(np.int64(np.floor(mean + z * np.sqrt(mean) + 0.5)), 0)


@njit(**_OPTIONS)
def share_of(rate, days):
    """Chance of an event of `rate` per day within `days`: 1 − e^(−rate·days)."""
    return 1.0 - exp_negative(rate * days)


@njit(**_OPTIONS)
def growth_time(rate, days):
    """``(e^(g·dt) − 1)/g``: what events per cell and day are multiplied with, so that a population that grows at a net
    rate g grows by e^(g·dt) in a block although a cell moves at most once."""
    if abs(rate) * days < 1e-9:
        return days
    return (exp_f64(rate * days) - 1.0) / rate


@njit(**_OPTIONS)
def step_naive(c, ledger, r, antigen, renewed_to, days, clone, block, address):
    """Renewal, priming and anergy of naive cells; returns how many were primed."""
    turned_over = share_of(r[CLONE_RATE.turnover], days)
    made = poisson_count(turned_over * renewed_to, clone, 0, block, address)
    lost = binomial_count(c[POOL.naive], turned_over, clone, 1, block, address)
    c[POOL.naive] += made - lost
    ledger[CELLS_MADE] += made
    ledger[CELLS_LOST] += lost
    primes = priming_per_day(antigen, r[CLONE_RATE.priming])
    silences = anergy_per_day(antigen, r[CLONE_RATE.anergy], r[CLONE_RATE.anergy_half])
    if primes + silences <= 0.0:
        return 0
    leave = binomial_count(c[POOL.naive], share_of(primes + silences, days), clone, 2, block, address)
    primed = binomial_count(leave, primes / (primes + silences), clone, 3, block, address)
    c[POOL.naive] -= leave
    c[POOL.silenced] += leave - primed
    return primed


@njit(**_OPTIONS)
def step_lag(c, first, entering, rate, days, clone, move, block, address):
    """Cells between activation and division; returns how many begin to divide. Later stages move first.

    A share of rate·dt a block makes the mean wait 1/rate, although a cell moves at a block's end only.
    """
    share = min(1.0, rate * days)
    begin = 0
    for stage in range(LAG_STAGES - 1, -1, -1):
        out = binomial_count(c[first + stage], share, clone, move + stage, block, address)
        c[first + stage] -= out
        if stage == LAG_STAGES - 1:
            begin = out
        else:
            c[first + stage + 1] += out
    c[first] += entering
    return begin


@njit(**_OPTIONS)
def step_divisions(c, ledger, r, antigen, half, first, last, days, clone, move, block, address):
    """Every class of dividing cells moves into the next, as far as antigen and Treg allow.

    The last of `last` classes, and cells that lose the antigen they live on, become effectors: how many is returned.
    `first` is the pool of the first class, `half` the antigen that halves the speed, `move` where the addresses of its
    numbers start.
    """
    divide = r[CLONE_RATE.division] * saturating(antigen, half)
    divide *= regulated(r[CLONE_RATE.treg], r[CLONE_RATE.treg_strength])
    leave = r[CLONE_RATE.death] * (1.0 - saturating(antigen, r[CLONE_RATE.survival_half]))
    moving = min(1.0, (divide + leave) * growth_time(divide - leave, days))
    finished = 0
    for k in range(last - 1, -1, -1):
        cells = c[first + k]
        if cells == 0:
            continue
        out = binomial_count(cells, moving, clone, move + 2 * k, block, address)
        divided = binomial_count(out, divide / (divide + leave), clone, move + 2 * k + 1, block, address)
        c[first + k] -= out
        finished += out - divided
        ledger[CELLS_MADE] += divided
        if k + 1 < last:
            c[first + k + 1] += 2 * divided
        else:
            finished += 2 * divided
    return finished


@njit(**_OPTIONS)
def step_effectors(c, ledger, r, antigen, damage, days, clone, block, address):
    """Effectors enter the skin or die; of those that die in name, a share becomes precursors of memory."""
    home = homing_per_day(r[CLONE_RATE.homing], damage, r[CLONE_RATE.homing_boost])
    home *= regulated(r[CLONE_RATE.treg], r[CLONE_RATE.treg_strength])
    die = death_per_day(antigen, r[CLONE_RATE.death], r[CLONE_RATE.rescued], r[CLONE_RATE.survival_half])
    out = binomial_count(c[POOL.effector], share_of(home + die, days), clone, 8, block, address)
    entering = binomial_count(out, home / (home + die), clone, 9, block, address)
    kept = binomial_count(out - entering, r[CLONE_RATE.memory_share], clone, 10, block, address)
    resident = binomial_count(kept, r[CLONE_RATE.resident_share], clone, 14, block, address)
    c[POOL.effector] -= out
    c[POOL.precursor] += kept - resident
    c[POOL.skin_precursor] += resident
    ledger[CELLS_LOST] += out - entering - kept
    divide = r[CLONE_RATE.skin_division] * saturating(antigen, r[CLONE_RATE.division_half])
    born = binomial_count(c[POOL.skin], share_of(divide, days), clone, 11, block, address)
    gone = binomial_count(c[POOL.skin], share_of(die, days), clone, 12, block, address)
    stay = binomial_count(gone, r[CLONE_RATE.memory_share], clone, 13, block, address)
    c[POOL.skin] += born - gone + entering
    c[POOL.skin_precursor] += stay
    ledger[CELLS_MADE] += born
    ledger[CELLS_LOST] += gone - stay
    return entering


@njit(**_OPTIONS)
def step_memory(c, ledger, r, antigen, days, clone, block, address):
    """Memory matures, fades and is recalled; returns cells recalled in blood and in the skin."""
    mature = share_of(r[CLONE_RATE.maturation], days)
    for source, sink, move in ((POOL.precursor, POOL.memory, 56), (POOL.skin_precursor, POOL.resident, 57)):
        ready = binomial_count(c[source], mature, clone, move, block, address)
        c[source] -= ready
        c[sink] += ready
    fade = share_of(r[CLONE_RATE.decay], days)
    recall = share_of(r[CLONE_RATE.recall] * saturating(antigen, r[CLONE_RATE.recall_half]), days)
    for source, move in ((POOL.memory, 58), (POOL.resident, 59)):
        gone = binomial_count(c[source], fade, clone, move, block, address)
        c[source] -= gone
        ledger[CELLS_LOST] += gone
    in_blood = binomial_count(c[POOL.memory], recall, clone, 60, block, address)
    in_skin = binomial_count(c[POOL.resident], recall, clone, 61, block, address)
    c[POOL.memory] -= in_blood
    c[POOL.resident] -= in_skin
    return in_blood, in_skin


@njit(**_OPTIONS)
def step_clone(state, r, clone, antigen, renewed_to, days, block, address):
    """Move one clone on by `days`; `state.arriving` tells how many became effectors in the skin.

    Of recalled memory cells a share are effectors at once, where they are; the others divide first.
    """
    c, ledger, again = state.cells[clone], state.ledger[clone], r[CLONE_RATE.recall_division_half]
    primed = step_naive(c, ledger, r, antigen, renewed_to, days, clone, block, address)
    in_blood, in_skin = step_memory(c, ledger, r, antigen, days, clone, block, address)
    ready = binomial_count(in_blood, r[CLONE_RATE.at_once], clone, 62, block, address)
    ready_in_skin = binomial_count(in_skin, r[CLONE_RATE.at_once], clone, 63, block, address)
    c[POOL.effector] += ready
    stage, last, few = (
        r[CLONE_RATE.lag_stage],
        np.int64(r[CLONE_RATE.divisions]),
        np.int64(r[CLONE_RATE.recall_divisions]),
    )
    begin = step_lag(c, POOL.lag, primed, stage, days, clone, 4, block, address)
    begin_again = step_lag(c, POOL.recall_lag, in_blood - ready, stage, days, clone, 64, block, address)
    begin_in_skin = step_lag(c, POOL.skin_lag, in_skin - ready_in_skin, stage, days, clone, 67, block, address)
    entering = step_effectors(c, ledger, r, antigen, state.body[BODY.damage], days, clone, block, address)
    first = step_divisions(
        c, ledger, r, antigen, r[CLONE_RATE.division_half], POOL.dividing, last, days, clone, 16, block, address
    )
    second = step_divisions(c, ledger, r, antigen, again, POOL.recall_dividing, few, days, clone, 70, block, address)
    local = step_divisions(c, ledger, r, antigen, again, POOL.skin_dividing, few, days, clone, 90, block, address)
    c[POOL.effector] += first + second
    c[POOL.dividing] += begin
    c[POOL.recall_dividing] += begin_again
    c[POOL.skin_dividing] += begin_in_skin
    c[POOL.skin] += ready_in_skin + local
    state.arriving[clone] = entering + ready_in_skin + local
