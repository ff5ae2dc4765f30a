"""IgE over weeks and years: B cells that answer, IgE in serum and on cells, anti-IgE, IgG4 and regulation."""

from __future__ import annotations

import math

from numba import njit

_OPTIONS = {"inline": "always", "error_model": "numpy"}


@njit(**_OPTIONS)
def followed(value, start, end, kept, late):
    """First-order pursuit ``y' = k·(x − y)`` over a block in which x goes from `start` to `end` in a straight line.

    Parameters
    ----------
    value, start, end : float
        y before the block, x at its ends.
    kept, late : float
        ``e^(−k·Δ)`` and ``1 − (1 − e^(−k·Δ))/(k·Δ)``; see `block_weights`.

    Returns
    -------
    float
        y after the block; exact for such an x, so for a constant one over any time.
    """
    return value * kept + start * (1.0 - kept - late) + end * late


def block_weights(rate: float, length: float) -> tuple[float, float]:
    """`kept` and `late` of `followed` for a rate and a length in one unit of time; a rate of 0 keeps everything."""
    if rate == 0.0:
        return 1.0, 0.0
    x = rate * length
    return math.exp(-x), 1.0 + math.expm1(-x) / x


@njit(**_OPTIONS)
def saturation(amount, half):
    """Saturating response ``x/(x + x½)``; 0 at nothing."""
    return amount / (amount + half)


@njit(**_OPTIONS)
def steep(amount, half):
    """Saturating response to the third power, ``x³/(x³ + x½³)``: a short presence counts for little."""
    cubed = amount * amount * amount
    return cubed / (cubed + half * half * half)


@njit(**_OPTIONS)
def either(first, second):
    """Presence in either of two places, each from 0 to 1: ``1 − (1 − a)·(1 − b)``."""
    return 1.0 - (1.0 - first) * (1.0 - second)


@njit(**_OPTIONS)
def divided(amount, half):
    """What a blocker leaves: ``1/(1 + x/x½)``."""
    return 1.0 / (1.0 + amount / half)


@njit(**_OPTIONS)
def free_share(ige, antibody, dissociation):
    """Share of IgE that an anti-IgE antibody leaves free, at equilibrium and one to one.

    Parameters
    ----------
    ige, antibody, dissociation : float
        Totals and the dissociation constant, all in nM.

    Notes
    -----
    The complex solves ``(E − C)·(X − C) = Kd·C``: ``C = 2·X·E/(s + √(s² − 4·X·E))`` with ``s = X + E + Kd``
    (Hayashi 2007), a form that loses no digits where little is bound.
    """
    total = ige + antibody + dissociation
    root = (total * total - 4.0 * ige * antibody) ** 0.5
    return 1.0 - 2.0 * antibody / (total + root)


@njit(**_OPTIONS)
def receptor_level(free_ige, half, least):
    """FcεRI of a cell relative to its most, by free IgE around it: ``ε + (1 − ε)·E/(E + E½)`` (MacGlashan 1997)."""
    return least + (1.0 - least) * free_ige / (free_ige + half)


@njit(**_OPTIONS)
def loaded(free_ige, specific, half, least, occupancy):
    """Specific IgE on a cell in balance with serum, relative to the most FcεRI it can have.

    ``(ε + (1 − ε)·E/(E + E½)) · E/(E + K) · E_s/E``: receptors that free IgE keeps, the share of them that is
    occupied, and the share of free IgE that is specific. Written without a division by E.
    """
    return receptor_level(free_ige, half, least) * specific / (free_ige + occupancy)
