"""What happened in each arm, with intervals. Patients are the unit: replicates are averaged per patient first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.asked import require_level, require_one_run
from analysis.delayed import QUARTILES, delayed_summary
from analysis.intervals import Interval, Method, share_interval
from analysis.load import RunResults
from analysis.metrics import NECROLYSIS, SEVERITIES, finished, patient_means

_READ = (
    "arm patient_id replicate status treated reacted severity completed onset_min step_at_reaction delivered_dose_mg"
).split()


def summarise_arms(results: RunResults, *, interval: Method = "wilson", level: float = 0.95) -> pd.DataFrame:
    """Describe every arm in one row.

    Parameters
    ----------
    results : RunResults
    interval : {"wilson", "exact"}
        How the limits of a share are found; see `analysis.intervals.share_interval`.
    level : float
        Confidence level of every interval.

    Returns
    -------
    pandas.DataFrame
        ``arm``, ``n`` (treated patients with a finished row), ``failed_rows``; shares from 0 to 1 with ``_low`` and
        ``_high``: ``reacted``, ``none``, ``mild``, ``moderate``, ``severe``, ``completed``; quartiles ``_q25``,
        ``_median``, ``_q75``: ``onset_min`` and ``step_at_reaction`` among those who reacted, ``delivered_dose_mg`` of
        all; then the columns of `analysis.delayed.delayed_summary`.
    """
    require_one_run(results)
    require_level(level)
    records = []
    for arm in results.arms:
        rows = results.outcomes.loc[results.outcomes["arm"] == arm, results.outcomes.columns.intersection(_READ)]
        known = finished(rows).set_index(["patient_id", "replicate"])
        record: dict[str, Any] = {
            "arm": arm,
            "n": known.index.unique("patient_id").size,
            "failed_rows": int((rows["status"] == "failed").sum()),
        }
        record |= _shares({"reacted": known["reacted"]}, interval, level)
        record |= _shares({grade: known["severity"] == grade for grade in SEVERITIES}, interval, level)
        record |= _shares({"completed": known["completed"]}, interval, level)
        reacted = known[known["reacted"].fillna(False).astype(bool)]
        record |= _quartiles("onset_min", reacted["onset_min"])
        record |= _quartiles("step_at_reaction", reacted["step_at_reaction"], whole=True)
        record |= _quartiles("delivered_dose_mg", known["delivered_dose_mg"])
        records.append(record | delayed_summary(results, arm, interval, level))
    return pd.DataFrame(records)


def severity_shares(results: RunResults, column: str = "severity") -> pd.DataFrame:
    """Share of patients with each worst grade: index arm, a column for each grade, and ``n``.

    `column` is the outcomes column that holds the grade: none, mild, moderate, severe; of ``"necrolysis"``: none, SJS,
    overlap, TEN. Missing (NaN) for an arm without a finished row.
    """
    require_one_run(results)
    grades_of = NECROLYSIS if column == "necrolysis" else SEVERITIES
    known = finished(results.outcomes)
    shares = {}
    for arm in results.arms:
        rows = known[known["arm"] == arm]
        grades = rows.set_index("patient_id")[column]
        shares[arm] = {grade: patient_means((grades == grade).astype("float64")).mean() for grade in grades_of}
        shares[arm]["n"] = rows["patient_id"].nunique()
    return pd.DataFrame.from_dict(shares, orient="index").astype({"n": "int64"}).rename_axis(index="arm")


def steps_at_reaction(results: RunResults) -> pd.DataFrame:
    """Where in the course the first symptom came.

    Returns
    -------
    pandas.DataFrame
        One row per arm, protocol and step that the arm's course contains, in the order of the course, and per worst
        grade: ``arm``, ``protocol``, ``step``, ``severity`` (mild, moderate, severe) and ``share`` of the arm's
        patients whose first symptom came there. Steps without a reaction have the share 0; a protocol given twice
        counts as one.
    """
    require_one_run(results)
    starts = results.events[results.events["event"] == "step_start"]
    order = starts.groupby(["arm", "protocol", "step"], observed=True)["event_number"].min().reset_index()
    # A patient who stops early begins the next protocol sooner than others reach the last step of this one.
    order["begins"] = order.groupby(["arm", "protocol"])["event_number"].transform("min")
    order = order.sort_values(["begins", "step"], kind="stable")
    known, records = finished(results.outcomes), []
    for arm in results.arms:
        rows = known[known["arm"] == arm]
        weight = 1.0 / rows.groupby("patient_id")["replicate"].transform("size") / rows["patient_id"].nunique()
        keys = [rows["protocol_at_reaction"], rows["step_at_reaction"], rows["severity"]]
        shares = weight.groupby(keys, observed=True).sum()
        places = order.loc[order["arm"] == arm, ["protocol", "step"]]
        for protocol, step in places.itertuples(index=False, name=None):
            for grade in SEVERITIES[1:]:
                share = float(shares.get((protocol, step, grade), 0.0))
                records.append({"arm": arm, "protocol": protocol, "step": step, "severity": grade, "share": share})
    return pd.DataFrame(records, columns=["arm", "protocol", "step", "severity", "share"])


def _shares(answers: dict[str, pd.Series], interval: Method, level: float) -> dict[str, float]:
    limits: dict[str, float] = {}
    for name, values in answers.items():
        found: Interval = share_interval(patient_means(values.dropna().astype("float64")), interval, level)
        limits |= {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}
    return limits


def _quartiles(name: str, values: pd.Series, whole: bool = False) -> dict[str, float]:
    """Quartiles over patients; `whole` takes values that occur, as the step half-way between 3 and 4 is no step."""
    method: Any = "inverted_cdf" if whole else "linear"
    patients = values.dropna().astype("float64").groupby(level="patient_id")
    by_patient = patients.quantile(0.5, interpolation="lower") if whole else patients.mean()
    return {
        f"{name}_{label}": float(np.quantile(by_patient, q, method=method)) if len(by_patient) else float("nan")
        for label, q in QUARTILES
    }
