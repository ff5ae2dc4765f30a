"""Severity of epidermal necrolysis: classes, SCORTEN, risk of death."""

from __future__ import annotations

import math

CLASSES = ("none", "SJS", "overlap", "TEN")


def necrolysis_class(detached_percent: float, diseased: bool) -> str:
    """Class by the body surface detached: SJS below 10 %, overlap 10 to 30 %, TEN above (Bastuji-Garin 1993)."""
    if not diseased:
        return CLASSES[0]
    return CLASSES[1] if detached_percent < 10.0 else CLASSES[2] if detached_percent <= 30.0 else CLASSES[3]


def scorten_mortality(score: int, intercept: float, slope: float) -> float:
    """Risk of death at a SCORTEN of `score`: ``logit p = a + b·score`` (Bastuji-Garin 2000)."""
    return 1.0 / (1.0 + math.exp(min(700.0, -(intercept + slope * score))))


def raised(detached_percent: float, at_rest: float, at_most: float, half_percent: float) -> float:
    """Chance that a laboratory item of SCORTEN is abnormal: rises from `at_rest` to `at_most` with the extent."""
    return at_rest + (at_most - at_rest) * detached_percent / (detached_percent + half_percent)
