"""The arms of a run compared on the same patients: differences, ratios and the number needed to desensitise."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from analysis.asked import require_level, require_one_run
from analysis.delayed import default_metric, delayed_pairs, delayed_summary, shown
from analysis.intervals import Method, paired_difference, paired_ratio, share_interval
from analysis.load import RunResults
from analysis.metrics import metric_named, paired_values, patient_means
from analysis.summarise import severity_shares

_COMPARED = (
    "arm reference metric n excluded risk reference_risk "
    "risk_difference risk_difference_low risk_difference_high risk_ratio risk_ratio_low risk_ratio_high "
    "number_needed number_needed_low number_needed_high number_needed_for helped harmed unchanged mcnemar_p"
).split()


class NumberNeeded(NamedTuple):
    """How many patients to treat for one to fare differently.

    Attributes
    ----------
    kind : str
        ``"benefit"``, ``"harm"`` or ``"neither"`` (an estimated difference of exactly zero).
    estimate, low, high : float
        In patients; `high` is infinite where the interval of the difference includes zero: then no number of
        patients is enough to be sure of one, and the opposite effect is not excluded either.
    """

    kind: str
    estimate: float
    low: float
    high: float


def compare_arms(
    results: RunResults, metric: str | None = None, *, reference: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Compare every arm with the reference on the patients that finished in both.

    Parameters
    ----------
    results : RunResults
    metric : str, optional
        A name in `analysis.METRICS`, for example ``"severe"``; by default chosen by what happened in the run.
    reference : str, optional
        Another arm than the scenario's reference to compare with.
    level : float
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        One row per arm other than the reference: ``n`` patients compared; ``excluded`` patient-replicate pairs left
        out because one of the two failed or is missing; ``risk`` and ``reference_risk`` of these patients;
        ``risk_difference`` (arm minus reference: negative is fewer reactions), ``risk_ratio`` and ``number_needed``,
        each with ``_low`` and ``_high``; ``number_needed_for`` benefit or harm; patients ``helped``, ``harmed`` and
        ``unchanged``; ``mcnemar_p``, McNemar's exact two-sided p (with replicates: the sign test on patients);
        then the columns of `analysis.delayed.delayed_pairs`.
    """
    require_one_run(results)
    require_level(level)
    metric = default_metric(results) if metric is None else metric
    metric_named(metric)
    base = results.reference if reference is None else reference
    if base not in results.arms:
        raise ValueError(f"arm {base!r} is not in this run; its arms are {', '.join(results.arms)}")
    values = paired_values(results.outcomes, results.arms, metric)
    rows = [
        {"arm": arm, "reference": base, "metric": metric}
        | _compare(values[arm], values[base], level)
        | delayed_pairs(results, arm, base, level)
        for arm in results.arms
        if arm != base
    ]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=_COMPARED)


def comparison_table(
    results: RunResults, metric: str | None = None, *, interval: Method = "wilson", level: float = 0.95
) -> pd.DataFrame:
    """Collect what a reader of the study wants to see first, one row per arm.

    Parameters
    ----------
    results : RunResults
    metric : str, optional
        A name in `analysis.METRICS`; the grades counted are those of its column (whole course, or after the gap; of
        immediate reactions or of epidermal necrolysis). By default chosen by what happened in the run.
    interval : {"wilson", "exact"}
        How the limits of a share are found.
    level : float
        Confidence level of every interval.

    Returns
    -------
    pandas.DataFrame
        ``arm``, ``n`` patients treated, ``failed_rows``, shares ``none`` to ``severe`` (of a metric of delayed
        reactions: ``none`` to ``TEN``), ``risk`` of the metric with ``_low`` and ``_high``, the columns of
        `analysis.delayed.delayed_summary`, then those of `compare_arms` from ``excluded`` on, missing in the row of the
        reference; ``immediate`` and ``delayed`` say what the run has to tell.
    """
    require_one_run(results)
    require_level(level)
    metric = default_metric(results) if metric is None else metric
    values = paired_values(results.outcomes, results.arms, metric)
    shares = severity_shares(results, metric_named(metric).graded_by)
    failed = results.failed["arm"].value_counts()
    records = []
    for arm in results.arms:
        risk = share_interval(patient_means(values[arm].dropna()), interval, level)
        record: dict[str, Any] = {"arm": arm, "n": int(shares.loc[arm, "n"]), "failed_rows": int(failed.get(arm, 0))}
        record |= {str(grade): float(shares.loc[arm, grade]) for grade in shares.columns.drop("n")}
        record |= {"risk": risk.estimate, "risk_low": risk.low, "risk_high": risk.high}
        records.append(record | delayed_summary(results, arm, interval, level))
    compared = compare_arms(results, metric, level=level).drop(columns=["n", "risk", "reference", "metric"])
    table = pd.DataFrame(records).merge(compared, on="arm", how="left")
    replicates = values.index.unique("replicate").size
    about = {"reference": results.reference, "metric": metric, "level": level, "replicates": replicates}
    return table.assign(**about, **shown(results)._asdict())


def number_needed(difference: float, low: float, high: float) -> NumberNeeded:
    """Turn a risk difference with its limits into the number of patients to treat (Altman 1998 BMJ 317:1309).

    Parameters
    ----------
    difference, low, high : float
        Risk in the arm minus risk in the reference, with the limits of its interval.
    """
    if np.isnan(difference):
        return NumberNeeded("neither", float("nan"), float("nan"), float("nan"))
    if difference == 0:
        return NumberNeeded("neither", float("inf"), _inverse(max(-low, high)), float("inf"))
    kind, strongest, weakest = ("benefit", -low, -high) if difference < 0 else ("harm", high, low)
    return NumberNeeded(kind, _inverse(abs(difference)), _inverse(strongest), _inverse(weakest))


def _compare(arm: pd.Series, reference: pd.Series, level: float) -> dict[str, Any]:
    both = arm.notna() & reference.notna()
    a, r = patient_means(arm[both]), patient_means(reference[both])
    difference, ratio = paired_difference(a, r, level), paired_ratio(a, r, level)
    needed = number_needed(*difference)
    helped, harmed = int((a < r).sum()), int((a > r).sum())
    return {
        "n": len(a),
        "excluded": int((~both).sum()),
        "risk": a.mean(),
        "reference_risk": r.mean(),
        "risk_difference": difference.estimate,
        "risk_difference_low": difference.low,
        "risk_difference_high": difference.high,
        "risk_ratio": ratio.estimate,
        "risk_ratio_low": ratio.low,
        "risk_ratio_high": ratio.high,
        "number_needed": needed.estimate,
        "number_needed_low": needed.low,
        "number_needed_high": needed.high,
        "number_needed_for": needed.kind,
        "helped": helped,
        "harmed": harmed,
        "unchanged": len(a) - helped - harmed,
        "mcnemar_p": binomtest(helped, helped + harmed).pvalue if helped + harmed else 1.0,
    }


def _inverse(difference: float) -> float:
    return 1 / difference if difference > 0 else float("inf")
