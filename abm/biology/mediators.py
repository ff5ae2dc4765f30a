"""Mediators in blood."""

from __future__ import annotations

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
def systolic_pressure(rest_mmhg, histamine_rise, fall_max, ec50):
    """Systolic pressure in mmHg at a rise of plasma histamine above rest (ng/mL): an Emax fall."""
    return rest_mmhg * (1.0 - fall_max * histamine_rise / (histamine_rise + ec50))
