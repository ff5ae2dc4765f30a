"""The arms of a sweep: what is varied, and how many patients react to each value."""

from __future__ import annotations

import math
import re

import pandas as pd

from analysis.intervals import share_interval
from analysis.load import RunResults
from analysis.metrics import finished, patient_means
from analysis.summarise import summarise_arms

_NUMBER = re.compile(r"(?<![a-z0-9])\d+(?:\.\d+)?(?:e-?\d+)?(?![a-z0-9])")


def sweep_table(results: RunResults) -> pd.DataFrame:
    """Tell the arms of each sweep, what is varied, and how many patients react.

    Arms whose names differ in one number alone are a sweep: ``every_5_min`` and ``every_15_min`` are the values 5 and
    15 of ``every_min``. All other arms are references, with an empty ``sweep``.

    Returns
    -------
    pandas.DataFrame
        One row per arm in the order of the scenario: ``arm``, ``sweep``, ``value`` (missing for references), ``n``; the
        shares ``none``, ``mild``, ``moderate``, ``severe``, ``reacted`` and ``moderate_or_severe``, the last two with
        exact (Clopper-Pearson) 95 % limits ``_low`` and ``_high``; ``hours``, the median time to the end of the last
        step, pauses included.
    """
    shares = ["none", "mild", "moderate", "severe", "reacted", "reacted_low", "reacted_high"]
    table = summarise_arms(results, interval="exact")[["arm", "n", *shares]]
    split = [_split(arm) for arm in table["arm"]]
    many = pd.Series([sweep for sweep, _ in split]).value_counts()
    names = [sweep if sweep and many[sweep] > 1 else "" for sweep, _ in split]
    values = [value if name else math.nan for name, (_, value) in zip(names, split, strict=True)]
    table.insert(1, "sweep", names)
    table.insert(2, "value", values)
    worse = [_moderate_or_severe(results, arm) for arm in table["arm"]]
    for place, limit in enumerate(("", "_low", "_high")):
        table[f"moderate_or_severe{limit}"] = [found[place] for found in worse]
    return table.assign(hours=table["arm"].map(_hours(results)))


def _split(arm: str) -> tuple[str, float]:
    """A name without its number, and the number; no sweep where there is not exactly one."""
    numbers = _NUMBER.findall(arm.replace("_", " "))
    if len(numbers) != 1:
        return "", math.nan
    rest = _NUMBER.sub(" ", arm.replace("_", " "))
    return "_".join(rest.split()), float(numbers[0])


def _moderate_or_severe(results: RunResults, arm: str) -> tuple[float, float, float]:
    rows = finished(results.outcomes)
    grades = rows[rows["arm"] == arm].set_index(["patient_id", "replicate"])["severity"]
    return share_interval(patient_means((grades >= "moderate").astype("float64")), "exact")


def _hours(results: RunResults) -> pd.Series:
    ends = results.events[results.events["event"] == "step_end"]
    last = ends.groupby(["arm", "patient_id", "replicate"])["time_min"].max()
    return last.groupby(level="arm").median() / 60.0
