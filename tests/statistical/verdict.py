"""How a statistical test decides, for all tests of this folder.

Every test has fixed seeds, so it gives one answer for one version of the code. Had the seeds been drawn anew, each
*family* (one test function) would fail by chance with at most `FAMILY_WISE_ERROR`, by Bonferroni's bound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy import stats

FAMILY_WISE_ERROR = 1e-3


def critical_z(comparisons: int) -> float:
    """Largest |z| that a family of so many two-sided comparisons allows."""
    return float(stats.norm.isf(FAMILY_WISE_ERROR / (2 * comparisons)))


def z_of_means(first: np.ndarray, second: np.ndarray) -> float:
    """z of the difference between two sample means with their Monte-Carlo errors; 0 for equal constants."""
    error = math.sqrt(np.var(first, ddof=1) / len(first) + np.var(second, ddof=1) / len(second))
    difference = float(np.mean(first) - np.mean(second))
    return difference / error if error > 0.0 else (0.0 if difference == 0.0 else math.inf)


def z_of_variances(first: np.ndarray, second: np.ndarray) -> float:
    """z of the difference between two sample variances, their errors from the fourth moments."""
    squares = [(np.asarray(x, float) - np.mean(x)) ** 2 * len(x) / (len(x) - 1) for x in (first, second)]
    return z_of_means(*squares)


def z_of_mean(sample: np.ndarray, mean: float) -> float:
    """z of a sample mean against a known one."""
    return float((np.mean(sample) - mean) / (np.std(sample, ddof=1) / math.sqrt(len(sample))))


def failures(z: Mapping[str, float]) -> dict[str, float]:
    """Comparisons of a family that fail."""
    limit = critical_z(len(z))
    return {name: value for name, value in z.items() if not abs(value) <= limit}
