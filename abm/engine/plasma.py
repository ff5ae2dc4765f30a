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
def _note_part(seen, window, area_steps, level, k, now, x, after, rate):
    """Add a step that lies on one side of the window's end."""
    seen[PLASMA.peak] = max(seen[PLASMA.peak], x[CENTRAL], after[CENTRAL])
    if now < window:
        seen[PLASMA.window_area] += exposure_over(area_steps[k], x, rate)
        seen[PLASMA.above] += minutes_above(x[CENTRAL], after[CENTRAL], level, _STEP_MIN[k])


@njit(**_OPTIONS)
def note_plasma(seen, window, drug_steps, area_steps, level, k, now, x, after, rate):
    """Add a step of one drug to what its plasma has seen.

    Parameters
    ----------
    seen, window : ndarray of float64 (4,), int
        The drug's row of `State.plasma`, and the base bin at which the window of its target ends.
    drug_steps, area_steps, level : ndarray (11, 7, 8), ndarray (11, 8), float
        The drug's rows of `Rates.drug_step` and `Rates.plasma_step`, and the central amount at its target's level.
    k, now, rate : int, int, float
        The step takes 2^k base bins from `now`, at an infusion of `rate` mg/min.
    x, after : sequences of 7 floats
        The drug's states before and after it.
    """
    seen[PLASMA.area] += exposure_over(area_steps[k], x, rate)
    stop = now + (1 << k)
    if (now >= window or stop <= window) and _is_plain(drug_steps[0], x, after, rate, level):
        _note_part(seen, window, area_steps, level, k, now, x, after, rate)
        return
    here, place = x.copy(), now
    while place < stop:
        j, end = k, window if place < window else stop
        while j > 0:
            fits = place % (1 << j) == 0 and place + (1 << j) <= end
            if fits and _is_plain(drug_steps[0], here, amounts_after(drug_steps[j], here, rate), rate, level):
                break
            j -= 1
        part = amounts_after(drug_steps[j], here, rate)
        _note_part(seen, window, area_steps, level, j, place, here, part, rate)
        for i in range(STATES):
            here[i] = part[i]
        place += 1 << j


@njit(**_OPTIONS)
def let_run_out(drug, seen, window, drug_steps, area_steps, level, now):
    """Follow one drug alone from base bin `now` to the end of the window, as if nothing more were given."""
    while now < window and drug.max() > _GONE_MG:
        k = 0
        while k < DOUBLINGS - 1 and now % (2 << k) == 0 and now + (2 << k) <= window:
            k += 1
        after = amounts_after(drug_steps[k], drug, 0.0)
        note_plasma(seen, window, drug_steps, area_steps, level, k, now, drug, after, 0.0)
        for i in range(STATES):
            drug[i] = after[i]
        now += 1 << k
