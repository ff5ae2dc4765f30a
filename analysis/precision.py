"""How much pairing the patients gains, and how many are needed for a wanted precision."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.asked import require_level, require_one_run
from analysis.delayed import default_metric
from analysis.load import RunResults
from analysis.metrics import paired_values, patient_means


def precision_table(
    results: RunResults,
    metric: str | None = None,
    *,
    reference: str | None = None,
    half_width: float = 0.05,
    level: float = 0.95,
) -> pd.DataFrame:
    """Tell what pairing gains in this run, and the patients needed for an interval of a wanted width.

    Parameters
    ----------
    results : RunResults
    metric : str, optional
        A name in `analysis.METRICS`, or a numeric column of the outcomes table; by default as in `compare_arms`.
    reference : str, optional
        Another arm than the scenario's reference to compare with.
    half_width : float
        Half the width of the wanted confidence interval of the mean difference, in the metric's unit (of a yes-or-no
        metric a share: 0.05 is five percentage points).
    level : float
        Confidence level of that interval.

    Returns
    -------
    pandas.DataFrame
        One row per arm other than the reference: ``arm``, ``reference``, ``metric``, ``n`` patients finished in both;
        ``difference``, arm minus reference; ``correlation`` of the two arms over patients; ``variance_reduction``,
        (var a + var r) / var(a − r), above 1 where pairing helps and infinite where all differences are equal;
        ``patients_paired`` and ``patients_unpaired`` (per arm) that give an interval of ± `half_width`.

    Raises
    ------
    ValueError
        If the arm or the metric is unknown, or `half_width` is not above zero.

    Notes
    -----
    n = (z s / half_width)², with s² the sample variance of the differences, or var a + var r of unpaired arms (normal
    approximation; the variation is that of the run, whose own uncertainty is not in the answer). Fewer than two
    patients have no variance, and where all of a few fare alike it is not known: hence NaN.
    """
    require_one_run(results)
    metric = default_metric(results) if metric is None else metric
    base = results.reference if reference is None else reference
    if base not in results.arms:
        raise ValueError(f"arm {base!r} is not in this run; its arms are {', '.join(results.arms)}")
    _require_width(half_width)
    values = paired_values(results.outcomes, results.arms, metric).astype("float64")
    rows = [
        {"arm": arm, "reference": base, "metric": metric} | _precision(values[[arm, base]].dropna(), half_width, level)
        for arm in results.arms
        if arm != base
    ]
    names = "arm reference metric n difference correlation variance_reduction patients_paired patients_unpaired"
    return pd.DataFrame(rows, columns=names.split())


def patients_needed(standard_deviation: float, half_width: float, level: float = 0.95) -> float:
    """Return the patients whose mean has a confidence interval of ± `half_width`; at least 2.

    NaN where that is unknown: no variation was seen, which tells only that the sample was too small to see any.

    Parameters
    ----------
    standard_deviation : float
        Of one patient's value (of pairs: of their difference).
    half_width, level : float
        As in `precision_table`.
    """
    require_level(level)
    _require_width(half_width)
    if not standard_deviation > 0.0:
        return math.nan
    z = float(norm.ppf(0.5 + level / 2))
    return max(2.0, math.ceil((z * standard_deviation / half_width) ** 2 - 1e-9))


def _require_width(half_width: float) -> None:
    if not half_width > 0.0:
        raise ValueError(f"half_width is {half_width:g}; it must be above 0")


def _precision(pairs: pd.DataFrame, half_width: float, level: float) -> dict[str, Any]:
    arm, base = (patient_means(pairs.iloc[:, side]).to_numpy() for side in (0, 1))
    if arm.size < 2:
        numbers = dict.fromkeys(("correlation", "variance_reduction", "patients_paired", "patients_unpaired"), math.nan)
        return {"n": arm.size, "difference": float(arm.mean() - base.mean()) if arm.size else math.nan, **numbers}
    apart = float(arm.var(ddof=1) + base.var(ddof=1))
    together = float((arm - base).var(ddof=1))
    varied = arm.std() > 0 and base.std() > 0
    return {
        "n": arm.size,
        "difference": float((arm - base).mean()),
        "correlation": float(np.corrcoef(arm, base)[0, 1]) if varied else math.nan,
        "variance_reduction": apart / together if together > 0 else (math.inf if apart > 0 else math.nan),
        "patients_paired": patients_needed(math.sqrt(together), half_width, level),
        "patients_unpaired": patients_needed(math.sqrt(apart), half_width, level),
    }
