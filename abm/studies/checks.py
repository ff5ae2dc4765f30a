"""What a check is, and the arithmetic that checks share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from abm.studies.cohort import World


@dataclass(frozen=True)
class Finding:
    """What a check saw: the statistic in words, its value, the sample, the bound and the verdict."""

    passed: bool
    statistic: str
    value: float
    n: int
    bound: str
    detail: str = ""


@dataclass(frozen=True)
class Check:
    """An executable claim.

    Attributes
    ----------
    id, claim : str
        Name (P1 …, A1 …) and the claim in one sentence.
    look : callable
        Takes a `World`, returns a `Finding`.
    full, quick : World
        Sizes of the whole check and of the one that ends within a minute on two cores.
    """

    id: str
    claim: str
    look: Callable[[World], Finding]
    full: World
    quick: World


@dataclass(frozen=True)
class CheckResult:
    """One row of ``desensim verify``."""

    id: str
    claim: str
    passed: bool
    statistic: str
    value: float
    n: int
    bound: str
    seconds: float
    detail: str


def interval(successes: int, n: int) -> tuple[float, float]:
    """Exact (Clopper–Pearson) 95 % interval of a share."""
    ci = binomtest(successes, n).proportion_ci(0.95, method="exact")
    return float(ci.low), float(ci.high)


def percent(share: float) -> str:
    """A share as a short percentage."""
    return f"{100.0 * share:.0f} %" if share >= 0.1 or share == 0.0 else f"{100.0 * share:.1f} %"


def share_text(successes: int, n: int) -> str:
    """``k/n = p (low–high)``."""
    low, high = interval(successes, n)
    return f"{successes}/{n} = {percent(successes / n)} ({percent(low)} to {percent(high)})"


def crossing(x: np.ndarray, y: np.ndarray, level: float) -> float:
    """First x at which the piecewise-linear curve through (x, y) reaches `level` from below; NaN if it never does."""
    for left in range(len(x) - 1):
        if y[left] < level <= y[left + 1]:
            return float(x[left] + (level - y[left]) / (y[left + 1] - y[left]) * (x[left + 1] - x[left]))
    return float("nan")
