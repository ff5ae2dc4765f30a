"""Time and dose to the first reaction, with what can keep it from coming: death, withdrawal, the end of treatment.

Every patient ends in exactly one way, so nobody is censored unless the run's own end cuts the observation short. The
estimates are Aalen and Johansen's (competing risks) and Kaplan and Meier's, by statsmodels.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from analysis.asked import require_level, require_one_run
from analysis.intervals import wilson_limits
from analysis.load import RunResults
from analysis.metrics import finished

Scale = Literal["time_min", "dose_mg", "skin_d"]
SCALES: tuple[Scale, ...] = ("time_min", "dose_mg", "skin_d")
CAUSES = ("reaction", "death", "withdrawal", "end of treatment")
_MINUTES_PER_DAY = 1440.0


def reaction_ends(results: RunResults, scale: Scale = "time_min") -> pd.DataFrame:
    """Tell how each patient's wait for a reaction ended, and when or after which dose.

    Parameters
    ----------
    results : RunResults
    scale : {"time_min", "dose_mg", "skin_d"}
        Minutes to the first symptom of an immediate reaction; the dose given up to it, mg; or days until the skin is
        ill.

    Returns
    -------
    pandas.DataFrame
        One row per finished and treated patient, arm and replicate: ``arm``, ``patient_id``, ``replicate``, ``value``
        (in the unit of `scale`) and ``cause``, one of `CAUSES`: the reaction; death or withdrawal of the drug for a
        delayed sign before it; or the end of treatment without one (of a dose: the dose delivered).

    Raises
    ------
    ValueError
        If the scale is unknown.
    """
    require_one_run(results)
    if scale not in SCALES:
        raise ValueError(f"unknown scale {scale!r}; choose one of {', '.join(SCALES)}")
    rows = finished(results.outcomes)
    skin = scale == "skin_d"
    skin_min = rows["skin_onset_d"].astype("float64") * _MINUTES_PER_DAY
    onset_min = skin_min if skin else rows["onset_min"].astype("float64").where(rows["severity"] > "none")
    ends = {
        "reaction": onset_min,
        "death": _days(rows, "death_d"),
        # Withdrawal follows the onset of the skin, so it competes with an immediate reaction only.
        "withdrawal": _days(rows, "withdrawn_d") if not skin else onset_min * np.nan,
        "end of treatment": _ends(results, rows),
    }
    times = pd.DataFrame(ends).astype("float64")
    # Treatment that is given to its end may be followed by a reaction; the end counts where none comes at all.
    earliest = times[["reaction", "death", "withdrawal"]]
    none = earliest.isna().all(axis=1)
    cause = earliest.fillna(math.inf).idxmin(axis=1).where(~none, "end of treatment")
    value_min = earliest.min(axis=1).where(~none, times["end of treatment"])
    if scale == "dose_mg":
        value = rows["dose_at_reaction_mg"].astype("float64").where(cause == "reaction", rows["delivered_dose_mg"])
    else:
        value = value_min / (_MINUTES_PER_DAY if skin else 1.0)
    keys = rows[["arm", "patient_id", "replicate"]]
    kind = pd.CategoricalDtype(list(CAUSES))
    return keys.assign(value=value.astype("float64"), cause=cause.astype(kind)).reset_index(drop=True)


def cumulative_incidence(results: RunResults, scale: Scale = "time_min", *, level: float = 0.95) -> pd.DataFrame:
    """Estimate the cumulative incidence of each way to end, arm by arm.

    Parameters
    ----------
    results : RunResults
    scale : {"time_min", "dose_mg", "skin_d"}
        As in `reaction_ends`.
    level : float
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        One row per arm, cause that occurs in it, and time or dose at which anybody ended: ``arm``, ``cause``, `scale`,
        ``incidence`` with ``_low`` and ``_high``, ``at_risk`` (patients) just before, and ``n``. Curves begin with a
        row at 0.

    Notes
    -----
    Aalen and Johansen's estimator (`statsmodels.duration.survfunc.CumIncidenceRight`) with limits on the scale of
    log(−log(incidence)), and Wilson's where all or none have ended so. With replicates each row weighs 1 ÷ replicates,
    so that patients are counted, which makes the limits wider than they need be, never narrower.
    """
    require_level(level)
    ends = reaction_ends(results, scale)
    parts = []
    for arm in results.arms:
        rows = ends[ends["arm"] == arm]
        if len(rows):
            parts.append(incidence_of(rows["value"], rows["cause"], _weights(rows), level).assign(arm=arm))
    names = ["arm", "cause", scale, "incidence", "incidence_low", "incidence_high", "at_risk", "n"]
    if not parts:
        return pd.DataFrame(columns=names)
    return pd.concat(parts, ignore_index=True).rename(columns={"value": scale})[names]


def incidence_of(
    value: pd.Series, cause: pd.Series, weight: NDArray[np.float64] | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Estimate the cumulative incidence of each cause in one group.

    Parameters
    ----------
    value : pandas.Series of shape (n,)
        Time, or dose, at which each one ended.
    cause : pandas.Series of shape (n,)
        Categorical; missing where the observation was cut off (censored).
    weight : array of shape (n,), optional
        What each row counts; 1 if None.
    level : float
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        ``cause``, ``value``, ``incidence``, ``incidence_low``, ``incidence_high``, ``at_risk``, ``n``; causes that
        occur.
    """
    from statsmodels.duration.survfunc import CumIncidenceRight

    known = value.notna()
    times, causes = value[known].to_numpy("float64"), cause[known]
    weights = np.ones(times.size) if weight is None else np.asarray(weight)[known.to_numpy()]
    present = [each for each in cause.cat.categories if (causes == each).any()]
    if not present:
        return pd.DataFrame(columns="cause value incidence incidence_low incidence_high at_risk n".split())
    codes = np.zeros(times.size, dtype=int)
    for number, each in enumerate(present, start=1):
        codes[(causes == each).to_numpy()] = number
    n = float(weights.sum())
    with np.errstate(divide="ignore", invalid="ignore"):  # 0 ÷ 0 at the last time, at which nobody is left
        found, by_row = CumIncidenceRight(times, codes, freq_weights=weights), CumIncidenceRight(times, codes)
    # statsmodels gives no standard error with weights; rows count as patients, of whom there are fewer.
    z = float(norm.ppf(0.5 + level / 2)) * math.sqrt(times.size / n)
    left = np.array([weights[times >= time].sum() for time in found.times])
    parts = []
    for each, incidence, error in zip(present, found.cinc, by_row.cinc_se, strict=True):
        incidence = np.clip(incidence, 0.0, 1.0)  # a sum that rounding may carry past 1
        whole = np.sqrt(incidence * (1.0 - incidence) / times.size)  # that of a share, where the last one is missing
        low, high = _limits(incidence, np.where(np.isfinite(error), error, whole), z, n, level)
        start: dict[str, Any] = {"value": [0.0], "incidence": [0.0], "incidence_low": [0.0], "incidence_high": [0.0]}
        curve = pd.DataFrame(
            {"value": found.times, "incidence": incidence, "incidence_low": low, "incidence_high": high}
        )
        curve = pd.concat([pd.DataFrame(start).assign(at_risk=n), curve.assign(at_risk=left)], ignore_index=True)
        parts.append(curve.assign(cause=each, n=n))
    return pd.concat(parts, ignore_index=True)


def incidence_at(table: pd.DataFrame, scale: Scale, at: float, cause: str = "reaction") -> pd.DataFrame:
    """Read a frame of `cumulative_incidence` at one time or dose: one row per arm, zero where nobody has ended so."""
    if scale not in table:
        given = next((name for name in SCALES if name in table), "none")
        raise ValueError(f"this table is over {given}, not {scale}; ask cumulative_incidence for that scale")
    rows = table[(table["cause"] == cause) & (table[scale] <= at)]
    last = rows.groupby("arm", sort=False).last()[["incidence", "incidence_low", "incidence_high"]]
    return last.reindex(list(dict.fromkeys(table["arm"])), fill_value=0.0).rename_axis("arm").reset_index()


def reaction_free(results: RunResults, scale: Scale = "time_min", *, level: float = 0.95) -> pd.DataFrame:
    """Estimate the share still without a reaction (Kaplan and Meier), others' ends taken as the end of observation.

    Parameters, and columns but ``cause``, as in `cumulative_incidence`, with ``free`` for ``incidence``. Read it as
    what would be seen if nothing but the reaction could end the wait; `cumulative_incidence` is what is seen.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    require_level(level)
    ends, parts = reaction_ends(results, scale), []
    z = float(norm.ppf(0.5 + level / 2))
    for arm in results.arms:
        rows = ends[(ends["arm"] == arm) & ends["value"].notna()]
        reacted = (rows["cause"] == "reaction").to_numpy(int)
        if not reacted.any():
            continue
        weights = _weights(rows)
        times = rows["value"].to_numpy("float64")
        found, by_row = SurvfuncRight(times, reacted, freq_weights=weights), SurvfuncRight(times, reacted)
        free, wider = np.asarray(found.surv_prob), math.sqrt(len(rows) / weights.sum())
        low, high = _limits(1.0 - free, np.asarray(by_row.surv_prob_se), z * wider, float(weights.sum()), level)
        curve = {scale: found.surv_times, "free": free, "free_low": 1.0 - high, "free_high": 1.0 - low}
        parts.append(pd.DataFrame(curve).assign(arm=arm, at_risk=found.n_risk, n=weights.sum()))
    names = ["arm", scale, "free", "free_low", "free_high", "at_risk", "n"]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def _limits(
    incidence: NDArray[np.float64], error: NDArray[np.float64], z: float, n: float, level: float
) -> tuple[Any, Any]:
    """Limits of shares of `n` on the scale of log(−log(share)); Wilson's where the share is 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        half = z * error / np.abs(incidence * np.log(incidence))
        low, high = incidence ** np.exp(half), incidence ** np.exp(-half)
    inside = (incidence > 0.0) & (incidence < 1.0 - 1e-12) & np.isfinite(half)
    least, most = wilson_limits(n, n, level)[0], wilson_limits(0.0, n, level)[1]
    none = incidence <= 0.0
    return np.where(inside, low, np.where(none, 0.0, least)), np.where(inside, high, np.where(none, most, 1.0))


def _weights(rows: pd.DataFrame) -> NDArray[np.float64]:
    """One for each patient, shared among the replicates."""
    return (1.0 / rows.groupby("patient_id")["replicate"].transform("size")).to_numpy("float64")


def _days(rows: pd.DataFrame, name: str) -> pd.Series:
    missing = pd.Series(np.nan, index=rows.index)
    return rows[name].astype("float64") * _MINUTES_PER_DAY if name in rows else missing


def _ends(results: RunResults, rows: pd.DataFrame) -> pd.Series:
    """When the last step of each row ended, min; where no step did, of an arm that gives nothing, 0."""
    keys = ["arm", "patient_id", "replicate"]
    steps = results.events.loc[results.events["event"].isin(["step_end", "dose"]), [*keys, "time_min"]]
    last = steps.groupby(keys)["time_min"].max()
    found = last.reindex(pd.MultiIndex.from_frame(rows[keys])).fillna(0.0)
    return pd.Series(found.to_numpy(), index=rows.index)
