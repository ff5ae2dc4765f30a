"""How the variance of an outcome is shared between levels that are nested in each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class VarianceSplit(NamedTuple):
    """Variance components, in the square of the outcome's unit; none is below zero.

    Attributes
    ----------
    groups, patients, chance : float
        Between groups (sets of parameters), between patients of a group, and between replicates of a patient.
    """

    groups: float
    patients: float
    chance: float

    @property
    def total(self) -> float:
        """Variance of one replicate of one patient of one group."""
        return self.groups + self.patients + self.chance

    @property
    def shares(self) -> tuple[float, float, float]:
        """The components as shares of their sum; NaN where nothing varies."""
        if self.total <= 0.0:
            return (float("nan"),) * 3
        return self.groups / self.total, self.patients / self.total, self.chance / self.total


def nested_variance(values: ArrayLike) -> VarianceSplit:
    """Split the variance of a balanced nested design into its components (nested ANOVA, method of moments).

    With a groups, n patients in each and r replicates of each patient the mean squares have the expectations

    - within patients: c
    - between patients of a group: c + r·p
    - between groups: c + r·p + n·r·g

    and solving them for g, p and c gives the estimates (Searle, Casella & McCulloch 1992, *Variance Components*,
    chapter 3); one below zero becomes zero.

    Parameters
    ----------
    values : array_like, shape (groups, patients, replicates)
        The outcome; patients of different groups are different people. At least two of each.

    Returns
    -------
    VarianceSplit

    Raises
    ------
    ValueError
        For another shape, fewer than two of a level, or a value that is not finite.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 3 or min(table.shape) < 2:
        raise ValueError(f"at least 2 groups, patients and replicates are needed, not the shape {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError("every replicate of every patient must have a value")
    groups, patients, replicates = table.shape
    of_patient = table.mean(axis=2)
    of_group = of_patient.mean(axis=1)
    within = float(((table - of_patient[..., None]) ** 2).sum()) / (groups * patients * (replicates - 1))
    between = replicates * float(((of_patient - of_group[:, None]) ** 2).sum()) / (groups * (patients - 1))
    above = patients * replicates * float(((of_group - of_group.mean()) ** 2).sum()) / (groups - 1)
    p = max(0.0, (between - within) / replicates)
    g = max(0.0, (above - between) / (patients * replicates))
    return VarianceSplit(g, p, within)
