"""The yes-or-no questions asked of every patient, and the arms side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

SEVERITIES = ("none", "mild", "moderate", "severe")
NECROLYSIS = ("none", "SJS", "overlap", "TEN")


class Metric(NamedTuple):
    """A yes-or-no question: is the grade in `column` at least `at_least`? `plural` is how a sentence names it."""

    label: str
    plural: str
    column: str
    at_least: str | bool

    @property
    def delayed(self) -> bool:
        """Whether it asks for a delayed reaction of the skin, not an immediate one."""
        return not self.column.startswith("severity")

    @property
    def graded_by(self) -> str:
        """The outcomes column whose grades stand beside it in a table."""
        return "necrolysis" if self.delayed else self.column


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
METRICS |= {
    "any_necrolysis": Metric("epidermal necrolysis", "cases of epidermal necrolysis", "necrolysis", "SJS"),
    "ten": Metric("toxic epidermal necrolysis", "cases of toxic epidermal necrolysis", "necrolysis", "TEN"),
    "died": Metric("death of epidermal necrolysis", "deaths of epidermal necrolysis", "died", True),
}
DEFAULT_METRIC, DEFAULT_DELAYED_METRIC, MILD_TOO = "moderate_or_severe", "any_necrolysis", "reacted"


def metric_named(name: str) -> Metric:
    """Look a metric up; a ValueError lists those there are."""
    if name not in METRICS:
        raise ValueError(f"unknown metric {name!r}; choose one of {', '.join(METRICS)}")
    return METRICS[name]


def finished(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that tell how a patient fared: neither failed ones nor those of patients who were dead by then."""
    ok = outcomes["status"] == "ok"
    return outcomes[ok & ~not_treated(outcomes)]


def not_treated(outcomes: pd.DataFrame) -> pd.Series:
    """Mark the rows of patients who died in the arm that this one follows, and so were not treated in it."""
    if "treated" not in outcomes:
        return pd.Series(False, index=outcomes.index)
    return ~outcomes["treated"].fillna(True).astype(bool)


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
        Index (patient_id, replicate) in ascending order, missing where a row failed, was not treated or does not
        exist.
    """
    if metric not in METRICS and metric not in outcomes:
        raise ValueError(
            f"unknown metric {metric!r}; choose one of {', '.join(METRICS)}, or a column of the outcomes table"
        )
    keys = ["patient_id", "replicate"]
    everyone = pd.MultiIndex.from_frame(outcomes[keys].drop_duplicates().sort_values(keys))
    known = finished(outcomes)
    columns = {}
    for arm in arms:
        rows = known[known["arm"] == arm].set_index(keys)
        values = answers(rows, metric) if metric in METRICS else rows[metric]
        columns[arm] = values.reindex(everyone)
    return pd.DataFrame(columns, index=everyone).rename_axis(columns="arm")


def answers(rows: pd.DataFrame, metric: str) -> pd.Series:
    """Answer a metric's question for finished outcome rows, as 1.0 and 0.0."""
    question = metric_named(metric)
    if question.column not in rows:
        raise ValueError(f"this run has no column {question.column}, which the metric {metric!r} asks for")
    return (rows[question.column] >= question.at_least).astype("float64")


def patient_means(values: pd.Series) -> pd.Series:
    """Average over the replicates of each patient, because patients and not replicates are the sampled unit.

    `values` has an index with the level ``patient_id``; the result is sorted by it.
    """
    return values.groupby(level="patient_id").mean()
