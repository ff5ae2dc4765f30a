"""Signalling of one mast cell: Syk against SHIP-1, the slow inhibitory memory, calcium and release."""

from __future__ import annotations

import numpy as np
from numba import njit

F32 = np.float32


@njit(inline="always", error_model="numpy")
def ship1_recruited(crosslinks, pool):
    """SHIP-1 that `crosslinks` of one specificity recruit, in cross-links that it can hold down.

    ``g = J·P/(P + J)``: in proportion while SHIP-1 lasts, at most the pool P. Without saturation the last step of a
    ladder would never break through; with P = 0 there is no SHIP-1.
    """
    return crosslinks * pool / (pool + crosslinks + F32(1e-6))


@njit(inline="always", error_model="numpy")
def memory_after(memory, target, share_locked, rearm, hold, expected):
    """Slow inhibitory memory W after a step.

    ``W' = (g − W)/τ_lock`` while g > W, else ``W' = (g − W)/τ_rearm · h/(h + J*)``: re-arming waits for the last
    cross-links to go (Komiya 2003: tolerant for three days while the stimulus stays; Zhao 2012: recovery within
    24–48 h without it). It takes a day and a cross-link lives for seconds, so what it waits for is their mean J*,
    which may be well below one, not the count of the moment.

    Parameters
    ----------
    memory, target : float32
        W and the recruited SHIP-1 g of this specificity.
    share_locked : float32
        1 − exp(−dt/τ_lock).
    rearm : float32
        dt/τ_rearm.
    hold, expected : float32
        h and J*. The decay over the step is exp(−x) in its (1,1) Padé form, as x is small.
    """
    x = rearm * hold / (hold + expected)
    share_rearmed = x / (F32(1.0) + F32(0.5) * x)
    share = share_locked if target > memory else share_rearmed
    return memory + (target - memory) * share


@njit(inline="always", error_model="numpy")
def net_signal(crosslinks, ship1, activation, syk):
    """Signal that one specificity adds to calcium: ``Y = syk·(J − S)₊/(J_b + S)``.

    The *net* form is zero once the cell has adapted, so that a tolerised specificity adds nothing to another
    one. On a slow exponential rise Y stays near the relative growth over SHIP-1's time constant (fold-change
    detection); on a jump it is J/J_b.
    """
    excess = crosslinks - ship1
    return syk * (excess if excess > F32(0.0) else F32(0.0)) / (activation + ship1)


@njit(inline="always", error_model="numpy")
def release_hazard(calcium, threshold, hazard_max, graded):
    """Rate at which a cell degranulates, per unit of `hazard_max`.

    ``h_max/(1 + (θ/Ca)²⁰) + graded·Ca``: a steep threshold, and an optional part in proportion to calcium that stands
    for release without a threshold (zero by default). The exponent is fixed so that it costs five multiplications.
    """
    ratio = calcium / threshold
    ratio = ratio if ratio < F32(30.0) else F32(30.0)
    r2 = ratio * ratio
    r4 = r2 * r2
    r16 = r4 * r4 * (r4 * r4)
    r20 = r16 * r4
    return hazard_max * r20 / (F32(1.0) + r20) + graded * calcium
