"""Mediators in blood."""

from __future__ import annotations

import math

from numba import njit


@njit(error_model="numpy")
def relaxed(level, rest, source, kept, rate):
    """Level of a one-compartment substance after a step with a constant source.

    ``x(t + dt) = x∞ + (x − x∞)·e^(−k·dt)`` with ``x∞ = rest + source/k``, exact for a source constant over the step.

    Parameters
    ----------
    level, rest : float
        Concentration now and at rest.
    source : float
        Input, concentration per minute.
    kept, rate : float
        e^(−k·dt), and k per minute.
    """
    target = rest + source / rate
    return target + (level - target) * kept


@njit(error_model="numpy")
def chained(first, second, source, kept_first, kept_second, rate_first, rate_second, gain, minutes):
    """Two levels in a row after a step: what is formed or absorbed, and what of it is at its place.

    ``F' = s − a·F``, ``X' = g·a·F − b·X`` with a constant source s, solved exactly:
    ``X(t) = X·e^(−bt) + g·a·(F∞·(1 − e^(−bt))/b + (F − F∞)·(e^(−at) − e^(−bt))/(b − a))``, ``F∞ = s/a``. Without a
    source it is Bateman's equation.

    Parameters
    ----------
    first, second : float
        F and X now.
    source : float
        s, per minute.
    kept_first, kept_second, rate_first, rate_second : float
        e^(−a·dt), e^(−b·dt), and a and b per minute.
    gain, minutes : float
        g, and dt.

    Returns
    -------
    first, second : float
    """
    rest = source / rate_first
    apart = rate_second - rate_first
    both = (kept_first - kept_second) / apart if abs(apart) > 1e-9 else minutes * kept_first
    arrived = rest * (1.0 - kept_second) / rate_second + (first - rest) * both
    return rest + (first - rest) * kept_first, second * kept_second + gain * rate_first * arrived


def level_within(level, later, rate, passed, whole):
    """Level of a one-compartment substance inside a step in which it went from `level` to `later`.

    With a source constant over the step, ``x(t) = x0 + (x1 − x0)·(1 − e^(−k·t))/(1 − e^(−k·T))``.

    Parameters
    ----------
    level, later : float
        Concentration at the start and at the end of the step.
    rate : float
        k per minute.
    passed, whole : float
        Time since the start of the step, and its length, minutes.
    """
    if whole <= 0.0:
        return later
    return level + (later - level) * math.expm1(-rate * passed) / math.expm1(-rate * whole)


def tryptase_rise(acute, baseline):
    """Whether an acute serum tryptase speaks for mast-cell activation: above 1.2 times the baseline plus 2 ng/mL."""
    return acute > 1.2 * baseline + 2.0


@njit(error_model="numpy")
def systolic_pressure(rest_mmhg, histamine_rise, fall_max, ec50):
    """Systolic pressure in mmHg at a rise of plasma histamine above rest (ng/mL): an Emax fall."""
    return rest_mmhg * (1.0 - fall_max * histamine_rise / (histamine_rise + ec50))
