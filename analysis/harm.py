"""Harm of either kind as a measure of its own: a moderate or severe immediate reaction, or epidermal necrolysis."""

from __future__ import annotations

import pandas as pd

from analysis.intervals import paired_difference, share_interval
from analysis.load import RunResults
from analysis.metrics import METRICS, Metric, paired_values, patient_means
from analysis.treatment import treatment_values

HARMED = "harmed"
_HARM = Metric(
    "moderate or severe reaction, or necrolysis", "moderate or severe reactions and cases of necrolysis", "", ""
)


def measure_named(name: str) -> Metric:
    """Look a metric up, or harm of either kind; a ValueError lists those there are."""
    if name == HARMED:
        return _HARM
    if name not in METRICS:
        raise ValueError(f"unknown metric {name!r}; choose one of {', '.join([*METRICS, HARMED])}")
    return METRICS[name]


def harm_table(results: RunResults, level: float = 0.95) -> pd.DataFrame:
    """Compare the share harmed in every arm with that in the reference, on the same patients.

    Parameters
    ----------
    results : RunResults
    level : float
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        One row per arm: ``arm``, ``metric``, ``n``, ``reference``, and ``risk`` and ``risk_difference``, each with
        ``_low`` and ``_high``, as in `analysis.comparison_table`.
    """
    base, rows = results.reference, []
    values = paired_values(treatment_values(results.outcomes), results.arms, HARMED)
    for arm in results.arms:
        own = patient_means(values[arm].dropna())
        pairs = values[[arm, base]].dropna() if arm != base else values.iloc[:0][[arm]]
        risk = share_interval(own, "wilson", level)
        apart = paired_difference(patient_means(pairs.iloc[:, 0]), patient_means(pairs.iloc[:, -1]), level)
        rows.append({
            "arm": arm, "metric": HARMED, "n": len(own), "reference": base,
            "risk": risk.estimate, "risk_low": risk.low, "risk_high": risk.high,
            "risk_difference": apart.estimate, "risk_difference_low": apart.low, "risk_difference_high": apart.high,
        })  # fmt: skip
    return pd.DataFrame(rows)
