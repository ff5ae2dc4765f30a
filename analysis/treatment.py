"""What the patients got of the drug they need, next to what it did to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.asked import require_level, require_one_run
from analysis.delayed import QUARTILES
from analysis.intervals import Interval, Method, paired_difference, share_interval
from analysis.load import RunResults
from analysis.metrics import METRICS, answers, finished, paired_values, patient_means

_HARM = ("moderate_or_severe", "any_necrolysis")
_ASKED = ("completed", "target_met", "reached", "harmed", "treated_unharmed")
_MEASURED = ("delivered_share", "delay_min", "auc_mg_min_per_ml", "time_above_target_percent")


def treatment_values(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Add to outcome rows what the table of treatments counts.

    Parameters
    ----------
    outcomes : pandas.DataFrame
        The outcomes table; of a run made before exposure was followed, what is missing is filled as far as it can be.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``delivered_share``; and as 1.0, 0.0 or missing: ``completed`` (every step given, and a dose
        at all), ``target_met``, ``reached`` (the target where there is one, else ``completed``), ``harmed`` (a moderate
        or severe immediate reaction, or epidermal necrolysis) and ``treated_unharmed``.
    """
    known = finished(outcomes)
    given, planned = known["delivered_dose_mg"].astype("float64"), known["planned_dose_mg"].astype("float64")
    completed = (known["completed"].astype("boolean") & (given > 0.0)).astype("float64")
    met = known["target_met"].astype("float64") if "target_met" in known else completed * np.nan
    harms = [answers(known, name) for name in _HARM if METRICS[name].column in known]
    harmed = pd.concat(harms, axis=1).max(axis=1)
    reached = met.fillna(completed)
    added = {
        "delivered_share": given / planned.where(planned > 0.0),
        "completed": completed,
        "target_met": met,
        "reached": reached,
        "harmed": harmed,
        "treated_unharmed": reached * (1.0 - harmed),
    }
    return known.assign(**added)


def treatment_table(
    results: RunResults, *, reference: str | None = None, interval: Method = "wilson", level: float = 0.95
) -> pd.DataFrame:
    """Describe for every arm what treatment was delivered, at what harm, and how many had the one without the other.

    Parameters
    ----------
    results : RunResults
    reference : str, optional
        Another arm than the scenario's reference to compare with.
    interval : {"wilson", "exact"}
        How the limits of a share are found; see `analysis.intervals.share_interval`.
    level : float
        Confidence level of every interval.

    Returns
    -------
    pandas.DataFrame
        One row per arm: ``arm``, ``reference``, ``n`` patients; shares with ``_low`` and ``_high``: ``completed``,
        ``target_met`` (missing where the drug has no target or is not followed), ``reached``, ``harmed`` and
        ``treated_unharmed``, as in `treatment_values`; quartiles ``_q25``, ``_median``, ``_q75``: ``delivered_share``,
        ``delay_min``, ``auc_mg_min_per_ml`` and ``time_above_target_percent``; ``delivered_dose_mg_median``;
        ``difference`` in ``treated_unharmed``, arm minus reference on the same patients (positive is better), with
        limits, missing in the row of the reference; ``level``, ``replicates`` and the ``target`` in words.
    """
    require_one_run(results)
    require_level(level)
    base = results.reference if reference is None else reference
    if base not in results.arms:
        raise ValueError(f"arm {base!r} is not in this run; its arms are {', '.join(results.arms)}")
    values = treatment_values(results.outcomes)
    both = paired_values(values, results.arms, "treated_unharmed")
    rows = []
    for arm in results.arms:
        known = values[values["arm"] == arm].set_index(["patient_id", "replicate"])
        row: dict[str, Any] = {"arm": arm, "reference": base, "n": known.index.unique("patient_id").size}
        for name in _ASKED:
            row |= _limits(name, share_interval(patient_means(known[name].dropna()), interval, level))
        for name in _MEASURED:
            row |= _quartiles(name, known[name] if name in known else pd.Series(dtype="float64"))
        row["delivered_dose_mg_median"] = float(known["delivered_dose_mg"].median())
        pairs = both[[arm, base]].dropna() if arm != base else both.iloc[:0, :2]
        ours, theirs = (patient_means(pairs.iloc[:, side]) for side in (0, -1))
        row |= _limits("difference", paired_difference(ours, theirs, level))
        rows.append(row | {"target": target_words(results, _drug_of(known))})
    replicates = values["replicate"].nunique()
    return pd.DataFrame(rows).assign(level=level, replicates=replicates)


def target_words(results: RunResults, drug: str) -> str:
    """State the exposure that a run's treatment with `drug` aims at; empty where it aims at none."""
    target = results.run.get("targets", {}).get(drug)
    if not target:
        return ""
    level, share, within = float(target["level"]), f"{100 * target['share']:g} %", target.get("within_min")
    window = "" if within is None else f" the first {_time(float(within))}"
    if target["kind"] == "auc":
        inside = f" within{window}" if window else ""
        return f"{drug}: area under the plasma concentration at least {share} of {level:g} mg·min/mL{inside}"
    return f"{drug}: free plasma concentration above {1000 * level:g} mg/L for {share} of{window}"


def _time(minutes: float) -> str:
    for unit, length in (("d", 1440.0), ("h", 60.0)):
        if minutes >= 2 * length or minutes == length:
            return f"{minutes / length:g} {unit}"
    return f"{minutes:g} min"


def _drug_of(rows: pd.DataFrame) -> str:
    """Name the drug whose exposure the rows of an arm tell; empty if none is followed."""
    names = list(rows["exposure_drug"].dropna()) if "exposure_drug" in rows else []
    return str(names[0]) if names else ""


def _limits(name: str, found: Interval) -> dict[str, float]:
    return {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}


def _quartiles(name: str, values: pd.Series) -> dict[str, float]:
    known = patient_means(values.dropna().astype("float64")) if len(values) else values
    found = np.quantile(known, [q for _, q in QUARTILES]) if len(known) else np.full(3, np.nan)
    return {f"{name}_{label}": float(value) for (label, _), value in zip(QUARTILES, found, strict=True)}
