"""The yes-or-no questions asked of every patient, and the arms side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

SEVERITIES = ("none", "mild", "moderate", "severe")


class Metric(NamedTuple):
    """A yes-or-no question: is the grade in `column` at least `at_least`? `plural` is how a sentence names it."""

    label: str
    plural: str
    column: str
    at_least: str


METRICS: dict[str, Metric] = {
    "reacted": Metric("any reaction", "reactions of any grade", "severity", "mild"),
    "moderate_or_severe": Metric("moderate or severe reaction", "moderate or severe reactions", "severity", "moderate"),
    "severe": Metric("severe reaction", "severe reactions", "severity", "severe"),
}
METRICS |= {
    f"{name}_after_gap": metric._replace(
        label=f"{metric.label} after the gap", plural=f"{metric.plural} after the gap", column="severity_after_gap"
    )
    for name, metric in METRICS.items()
}
DEFAULT_METRIC = "moderate_or_severe"


def metric_named(name: str) -> Metric:
    """Look a metric up; a ValueError lists those there are."""
    if name not in METRICS:
        raise ValueError(f"unknown metric {name!r}; choose one of {', '.join(METRICS)}")
    return METRICS[name]


def paired_values(outcomes: pd.DataFrame, arms: Sequence[str], metric: str) -> pd.DataFrame:
    """Put the arms side by side.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        The outcomes table.
    arms : sequence of str
        Columns of the result, in this order.
    metric : str
        A name in `METRICS` (values 1.0 and 0.0) or a column of `outcomes` (values as they are).

    Returns
    -------
    pandas.DataFrame
        Index (patient_id, replicate) in ascending order, missing where a row failed or does not exist.
    """
    if metric not in METRICS and metric not in outcomes:
        raise ValueError(
            f"unknown metric {metric!r}; choose one of {', '.join(METRICS)}, or a column of the outcomes table"
        )
    keys = ["patient_id", "replicate"]
    everyone = pd.MultiIndex.from_frame(outcomes[keys].drop_duplicates().sort_values(keys))
    finished = outcomes[outcomes["status"] == "ok"]
    columns = {}
    for arm in arms:
        rows = finished[finished["arm"] == arm].set_index(keys)
        values = answers(rows, metric) if metric in METRICS else rows[metric]
        columns[arm] = values.reindex(everyone)
    return pd.DataFrame(columns, index=everyone).rename_axis(columns="arm")


def answers(rows: pd.DataFrame, metric: str) -> pd.Series:
    """Answer a metric's question for finished outcome rows, as 1.0 and 0.0."""
    question = metric_named(metric)
    return (rows[question.column] >= question.at_least).astype("float64")


def patient_means(values: pd.Series) -> pd.Series:
    """Average over the replicates of each patient, because patients and not replicates are the sampled unit.

    `values` has an index with the level ``patient_id``; the result is sorted by it.
    """
    return values.groupby(level="patient_id").mean()
