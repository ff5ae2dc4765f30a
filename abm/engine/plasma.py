"""What the rest of the body gets of the drug: area under the plasma concentration, its peak, time above a level.

The area is exact. Where a step crosses the level, turns, or goes beyond the window, it is gone through in parts of a
power of two, down to one base bin (3.75 s), in which the concentration is a straight line.
"""

from __future__ import annotations

from numba import njit

from abm.biology.pharmacokinetics import CENTRAL, STATES, amount_after, amounts_after, exposure_over
from abm.engine.clock import DOUBLINGS, STEP_MIN
from abm.engine.state import PLASMA

_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
_STEP_MIN = STEP_MIN.copy()
_STILL = 1e-9
"""A concentration that changes by less than this share of itself in a base bin has not turned."""

_GONE_MG = 1e-12


@njit(**_OPTIONS)
def _slope(bin_step, x, rate):
    """Change of the central amount in the next base bin, mg; 0 if it is next to nothing."""
    change = amount_after(bin_step, x, CENTRAL, rate) - x[CENTRAL]
    return change if abs(change) > _STILL * x[CENTRAL] else 0.0


@njit(**_OPTIONS)
def _is_plain(bin_step, x, after, rate, level):
    """Whether the amount neither crosses the level nor turns between `x` and `after`."""
    if (x[CENTRAL] > level) != (after[CENTRAL] > level):
        return False
    return _slope(bin_step, x, rate) * _slope(bin_step, after, rate) >= 0.0


@njit(**_OPTIONS)
def minutes_above(start, end, level, minutes):
    """Minutes of a straight line from `start` to `end` that lie above `level`."""
    low, high = min(start, end), max(start, end)
    if low > level:
        return minutes
    if high <= level:
        return 0.0
    return minutes * (high - level) / (high - low)


@njit(**_OPTIONS)
def _note_part(state, rates, a, k, now, x, after, rate):
    """Add a step that lies on one side of the window's end."""
    seen = state.plasma[a]
    seen[PLASMA.peak] = max(seen[PLASMA.peak], x[CENTRAL], after[CENTRAL])
    if now < state.window[a]:
        seen[PLASMA.window_area] += exposure_over(rates.plasma_step[a, k], x, rate)
        seen[PLASMA.above] += minutes_above(x[CENTRAL], after[CENTRAL], rates.target[a, 0], _STEP_MIN[k])


@njit(**_OPTIONS)
def note_plasma(state, rates, a, k, now, rate, x, after):
    """Add a step of 2^k base bins at an infusion of `rate` mg/min, from the drug's states `x` to `after`."""
    state.plasma[a, PLASMA.area] += exposure_over(rates.plasma_step[a, k], x, rate)
    bin_step, level, end = rates.drug_step[a, 0], rates.target[a, 0], state.window[a]
    whole = now >= end or now + (1 << k) <= end
    if whole and _is_plain(bin_step, x, after, rate, level):
        _note_part(state, rates, a, k, now, x, after, rate)
        return
    here = x.copy()
    place, stop = now, now + (1 << k)
    while place < stop:
        j = k
        while j > 0:
            fits = place % (1 << j) == 0 and place + (1 << j) <= (end if place < end else stop)
            if fits and _is_plain(bin_step, here, amounts_after(rates.drug_step[a, j], here, rate), rate, level):
                break
            j -= 1
        after_part = amounts_after(rates.drug_step[a, j], here, rate)
        _note_part(state, rates, a, j, place, here, after_part, rate)
        for i in range(STATES):
            here[i] = after_part[i]
        place += 1 << j


@njit(**_OPTIONS)
def let_run_out(state, rates, a, now):
    """Follow drug `a` alone, as if nothing more were given, from base bin `now` to the end of the window."""
    while now < state.window[a] and state.drug[a].max() > _GONE_MG:
        k = 0
        while k < DOUBLINGS - 1 and now % (2 << k) == 0 and now + (2 << k) <= state.window[a]:
            k += 1
        x = state.drug[a]
        after = amounts_after(rates.drug_step[a, k], x, 0.0)
        note_plasma(state, rates, a, k, now, 0.0, x, after)
        for i in range(STATES):
            state.drug[a, i] = after[i]
        now += 1 << k
