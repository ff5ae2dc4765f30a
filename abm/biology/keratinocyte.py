"""A keratinocyte between cytotoxic T cells: hits, granulysin, detachment, re-growth."""

from __future__ import annotations

from numba import njit


@njit(inline="always", error_model="numpy")
def bystander_per_min(granulysin, most_per_min):
    """Hazard of death by granulysin, ``h·c³/(1 + c³)`` with c in units of its half-maximal concentration.

    Granulysin forms pores together, so its effect is steep; it needs no contact.
    """
    cube = granulysin * granulysin * granulysin
    return most_per_min * cube / (1.0 + cube)


@njit(inline="always", error_model="numpy")
def armed(dead_share, at_rest, half):
    """Granulysin per hit relative to its most: ``ε + (1 − ε)·d/(d + K)``.

    Dying keratinocytes release IL-15 and alarmins, which arm the T cells around them (Su 2017): contact must kill first
    before granulysin can spread.
    """
    return at_rest + (1.0 - at_rest) * dead_share / (dead_share + half)


@njit(inline="always", error_model="numpy")
def engages(antigen, half, most):
    """Chance that a T cell stops at a keratinocyte it meets: ``p·x/(x + K)``.

    Killing takes a few drug–HLA complexes, division a hundred times as many (Faroudi 2003), so K is small.
    """
    return most * antigen / (antigen + half)


@njit(inline="always", error_model="numpy")
def healing_speed(granulysin, half):
    """Speed of re-growth relative to a wound left in peace: ``1/(1 + (c/K)²)``."""
    ratio = granulysin / half
    return 1.0 / (1.0 + ratio * ratio)


@njit(inline="always", error_model="numpy")
def damage_signal(dead_share, half):
    """Body-wide IL-15 and CCL27 that dead epidermis raises, 0 to 1: ``d/(d + K)``."""
    return dead_share / (dead_share + half)
