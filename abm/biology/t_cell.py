"""A clone of CD8 T cells that fits a drug: priming, division, contraction, memory and recall."""

from __future__ import annotations

import math

from numba import njit

LAG_STAGES = 3
"""Stages between activation and the first division: their Erlang distribution keeps early cells rare."""


def presented(before: float, exposure: float, half_lives: float) -> tuple[float, float]:
    """Antigen on cells after a time, and its mean over it: ``P' = (x − P)·ln 2/t½``.

    Parameters
    ----------
    before : float
        P at the start, in units of a therapeutic exposure.
    exposure : float
        Mean exposure x meanwhile.
    half_lives : float
        Length of the time in half-lives of the complex on the cell.
    """
    kept = 0.5**half_lives
    mean = exposure + (before - exposure) * (1.0 - kept) / (half_lives * math.log(2.0))
    return exposure + (before - exposure) * kept, mean


@njit(inline="always", error_model="numpy")
def saturating(antigen, half):
    """Share of a response at an antigen strength with half saturation `half`: ``x/(x + K)``."""
    return antigen / (antigen + half)


@njit(inline="always", error_model="numpy")
def priming_per_day(antigen, most_per_day):
    """Naive cells recruited per day: ``k·x²/(1 + x²)``, with x = 1 at a therapeutic exposure and mean affinity.

    Two contacts (drug on HLA, and co-stimulation that danger must raise) make it steep, which is why a first exposure
    depends on the dose (EuroSCAR: allopurinol from 200 mg a day) and why starting low protects.
    """
    square = antigen * antigen
    return most_per_day * square / (1.0 + square)


@njit(inline="always", error_model="numpy")
def anergy_per_day(antigen, most_per_day, half):
    """Naive cells silenced per day: antigen seen, ``x/(x + K)``, yet too little to prime, ``1/(1 + x²)``."""
    return most_per_day * antigen / (antigen + half) / (1.0 + antigen * antigen)


@njit(inline="always", error_model="numpy")
def regulated(treg, strength):
    """Factor of regulatory T cells on division and homing: ``(1 + s)/(1 + s·T)``, 1 in a person with T = 1."""
    return (1.0 + strength) / (1.0 + strength * treg)


@njit(inline="always", error_model="numpy")
def death_per_day(antigen, rate_per_day, rescued, half):
    """Effectors lost per day, ``δ·(1 − s·x/(x + K))``: antigen keeps a share `rescued` of them alive.

    Without antigen this is the contraction of De Boer et al. 2001 (0.3 to 0.7 a day).
    """
    return rate_per_day * (1.0 - rescued * saturating(antigen, half))


@njit(inline="always", error_model="numpy")
def homing_per_day(rate_per_day, damage, boost):
    """Effectors that enter the skin per day; damaged epidermis calls more (IL-15, CCL27): ``h·(1 + b·I)``."""
    return rate_per_day * (1.0 + boost * damage)
