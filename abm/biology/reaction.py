"""From organs to a grade: Brown (2004)."""

from __future__ import annotations

from numba import njit

NONE, MILD, MODERATE, SEVERE = 0, 1, 2, 3
GRADES = ("none", "mild", "moderate", "severe")


@njit(error_model="numpy")
def occupied(level, half):
    """Share of its greatest effect that a medicine has at a level: ``C/(C + C½)``."""
    return level / (level + half)


@njit(error_model="numpy")
def grade(skin, airway, gut, systolic_mmhg, moderate_mmhg, severe_mmhg, airway_severe):
    """Grade of a reaction at one moment.

    Parameters
    ----------
    skin, airway, gut : float
        Each organ's stimulus divided by its threshold; 1 is where symptoms start.
    systolic_mmhg, moderate_mmhg, severe_mmhg : float
        Pressure, and the pressures that make a reaction moderate and severe.
    airway_severe : float
        Airway stimulus at which oxygen saturation falls.

    Returns
    -------
    int
        0 none; 1 mild: skin alone; 2 moderate: airway, gut or a measurable fall of pressure; 3 severe: hypotension
        or hypoxia (Brown 2004).
    """
    if systolic_mmhg < severe_mmhg or airway >= airway_severe:
        return 3
    if airway >= 1.0 or gut >= 1.0 or systolic_mmhg < moderate_mmhg:
        return 2
    if skin >= 1.0:
        return 1
    return 0
