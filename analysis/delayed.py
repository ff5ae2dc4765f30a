"""Delayed reactions of the skin, arm by arm and pair by pair, and what they come to in a population."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.intervals import Method, share_interval
from analysis.load import RunResults
from analysis.metrics import (
    DEFAULT_DELAYED_METRIC,
    DEFAULT_METRIC,
    MILD_TOO,
    NECROLYSIS,
    answers,
    finished,
    not_treated,
    paired_values,
    patient_means,
)

QUARTILES = (("q25", 0.25), ("median", 0.5), ("q75", 0.75))
PER = 100_000
"""Population rates are per this many people."""


class Shown(NamedTuple):
    """Which of the two mechanisms a run has something to tell about."""

    immediate: bool
    delayed: bool


def shown(results: RunResults) -> Shown:
    """Tell what happened or could have happened in a run.

    Delayed reactions are shown where skin fell ill or somebody has a T-cell clone that fits; immediate ones where they
    happened, or there is nothing else to show.
    """
    outcomes, patients = results.outcomes, results.patients
    delayed = "necrolysis" in outcomes and bool((outcomes["necrolysis"] > "none").any())
    if "necrolysis" in outcomes and "fitting_clones" in patients:
        delayed = delayed or bool((patients["fitting_clones"] > 0).any())
    immediate = bool((outcomes["severity"] > "none").any())
    return Shown(immediate or not delayed, delayed)


def default_metric(results: RunResults) -> str:
    """Choose the question to ask of a run: of the kind of reaction that more patients had."""
    return metrics_shown(results)[0]


def metrics_shown(results: RunResults) -> list[str]:
    """List the questions that together tell a run.

    One for each kind of reaction there is, the commoner one first; and any reaction, where hardly one in ten immediate
    ones was more than mild.
    """
    outcomes = results.outcomes
    immediate = int((outcomes["severity"] > "none").sum())
    mild_ones = bool(immediate > 10 * (outcomes["severity"] > "mild").sum())
    delayed = int((outcomes["necrolysis"] > "none").sum()) if "necrolysis" in outcomes else 0
    kinds = zip((DEFAULT_METRIC, DEFAULT_DELAYED_METRIC), shown(results), strict=True)
    found = [metric for metric, is_shown in kinds if is_shown]
    return (found[::-1] if delayed > immediate else found) + ([MILD_TOO] if mild_ones else [])


def followed(results: RunResults, arm: str) -> str:
    """Name the arm that `arm` goes on after; empty where patients come as they were drawn."""
    arms = results.run.get("identity", {}).get("scenario", {}).get("arms", [])
    return next((str(each.get("after", "")) for each in arms if each.get("name") == arm), "")


def delayed_summary(results: RunResults, arm: str, interval: Method = "wilson", level: float = 0.95) -> dict[str, Any]:
    """Describe the delayed reactions of one arm.

    Returns
    -------
    dict
        ``after``, the arm it follows; ``not_treated``, patients who had died in that one; shares with ``_low`` and
        ``_high``: ``any_necrolysis``, ``sjs``, ``overlap``, ``ten``, ``died``; quartiles ``_q25``, ``_median`` and
        ``_q75`` of those who fell ill: ``skin_onset_d``, ``max_detached_percent``; ``per_100000``, with limits: people
        who fall ill of 100,000 like those the cohort was drawn from, missing where the cohort is not conditioned on
        anything or the arm follows another.
    """
    rows = results.outcomes[results.outcomes["arm"] == arm]
    summary: dict[str, Any] = {
        "after": followed(results, arm),
        "not_treated": int(rows.loc[not_treated(rows), "patient_id"].nunique()),
    }
    if "necrolysis" not in rows:
        return summary
    known = finished(rows).set_index(["patient_id", "replicate"])
    asked = {"any_necrolysis": answers(known, "any_necrolysis"), "died": answers(known, "died")}
    asked |= {grade.lower(): (known["necrolysis"] == grade).astype("float64") for grade in NECROLYSIS[1:]}
    for name, values in asked.items():
        found = share_interval(patient_means(values), interval, level)
        summary |= {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}
    ill = known[asked["any_necrolysis"] == 1.0]
    for name in ("skin_onset_d", "max_detached_percent"):
        summary |= _quartiles(name, patient_means(ill[name].dropna().astype("float64")))
    weight = case_weight(results) if not summary["after"] else float("nan")
    for end in ("", "_low", "_high"):
        summary[f"per_100000{end}"] = PER * weight * summary[f"any_necrolysis{end}"]
    return summary


def delayed_pairs(results: RunResults, arm: str, base: str, level: float = 0.95) -> dict[str, float]:
    """Compare onset and extent of patients treated in both arms; differences are arm minus `base`.

    Returns
    -------
    dict
        ``ill_in_both``, patients; of these the quartiles of ``onset_difference_d`` and of
        ``detached_difference_percent`` (greatest area), and ``as_much_detached``, the share with at least as much skin
        detached, with its limits. Empty for a run without such columns.
    """
    if "necrolysis" not in results.outcomes:
        return {}
    onset, detached = (_both(results, name, arm, base) for name in ("skin_onset_d", "max_detached_percent"))
    ill = _both(results, "any_necrolysis", arm, base).min(axis=1) > 0.0
    of_ill = detached[ill.reindex(detached.index, fill_value=False)]
    more = share_interval((of_ill[arm] >= of_ill[base]).astype("float64"), "wilson", level)
    return {
        "ill_in_both": float(ill.sum()),
        **_quartiles("onset_difference_d", onset[arm] - onset[base]),
        "as_much_detached": more.estimate,
        "as_much_detached_low": more.low,
        "as_much_detached_high": more.high,
        **_quartiles("detached_difference_percent", of_ill[arm] - of_ill[base]),
    }


def _both(results: RunResults, name: str, arm: str, base: str) -> pd.DataFrame:
    """Values of patients known in both arms, averaged over replicates."""
    pairs = paired_values(results.outcomes, [arm, base], name).astype("float64").dropna()
    return pairs.groupby(level="patient_id").mean()


def case_weight(results: RunResults) -> float:
    """Share of the population that the cohort stands for; NaN where it was not drawn given anything."""
    if "case_weight" not in results.patients:
        return float("nan")
    weights = results.patients["case_weight"].astype("float64")
    return float(weights.mean()) if bool((weights < 1.0).any()) else float("nan")


def _quartiles(name: str, values: pd.Series) -> dict[str, float]:
    found = np.quantile(values, [q for _, q in QUARTILES]) if len(values) else np.full(3, np.nan)
    return {f"{name}_{label}": float(value) for (label, _), value in zip(QUARTILES, found, strict=True)}
