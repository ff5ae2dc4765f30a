"""Small run folders with known counts, written the way a study writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.output_columns import TABLES

NONE, MILD, MODERATE, SEVERE = "none", "mild", "moderate", "severe"
FAILED = "failed"
ARMS = ("full_dose", "rdd", "interruption")
LADDER_STEPS = 12


def dictionary() -> pd.DataFrame:
    """The data dictionary as columns.csv holds it."""
    return pd.DataFrame([column._asdict() for columns in TABLES.values() for column in columns])


def outcome(arm: str, patient_id: int, grade: str, replicate: int = 0, **values: Any) -> dict[str, Any]:
    """One outcome row with the worst grade `grade`, or a failed row."""
    reacted = grade in (MILD, MODERATE, SEVERE)
    row: dict[str, Any] = {
        "scenario": "comparison",
        "arm": arm,
        "patient_id": patient_id,
        "replicate": replicate,
        "status": "failed" if grade == FAILED else "ok",
        "failure_reason": "histamine is not finite" if grade == FAILED else "",
        "reactions": int(reacted),
    }
    if grade == FAILED:
        return row
    row |= {"treated": True, "necrolysis": NONE, "died": False, "max_detached_percent": 0.0}
    row |= {"reacted": reacted, "severity": grade, "severity_after_gap": grade, "severity_before_gap": NONE}
    row |= {"planned_dose_mg": 2400.0, "delivered_dose_mg": 2400.0, "completed": True, "delay_min": 0.0}
    row |= {"rescue_doses": 0, "adrenaline_doses": 0}
    if reacted:
        steps = {"protocol_at_reaction": "full_dose", "step_at_reaction": 1, "bag_at_reaction": 0}
        row |= {"onset_min": 10.0, "dose_at_reaction_mg": 100.0, **steps}
    return row | values


def skin_outcome(
    arm: str, patient_id: int, detached: float | None, onset_d: float = 12.0, **values: Any
) -> dict[str, Any]:
    """One outcome row of a T-cell history; `detached` in percent, None for somebody who does not fall ill."""
    row = outcome(arm, patient_id, NONE)
    if detached is not None:
        kind = "SJS" if detached < 10 else "overlap" if detached <= 30 else "TEN"
        row |= {"reacted": True, "necrolysis": kind, "skin_onset_d": onset_d, "max_detached_percent": detached}
    return row | values


def not_treated_row(arm: str, patient_id: int) -> dict[str, Any]:
    """The outcome row of somebody who had died before the arm began."""
    keys = {"scenario": "comparison", "arm": arm, "patient_id": patient_id, "replicate": 0}
    return keys | {"status": "ok", "failure_reason": "", "treated": False}


def arm_outcomes(arm: str, grades: Sequence[str], replicates: int = 1, **values: Any) -> list[dict[str, Any]]:
    """Outcome rows of one arm; `grades` lists replicate after replicate of patient after patient."""
    return [outcome(arm, i // replicates, grade, i % replicates, **values) for i, grade in enumerate(grades)]


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with every column of the table, typed loosely as a writer may leave them."""
    frame = pd.DataFrame(list(rows), columns=[column.name for column in TABLES[name]])
    for column in TABLES[name]:
        if column.kind == "string" or "|" in column.kind:
            frame[column.name] = frame[column.name].astype("string")
        elif not (column.kind == "int64" and frame[column.name].isna().any()):
            frame[column.name] = frame[column.name].astype(column.kind)
    return frame


def step_events(arm: str, protocol: str, steps: int, first_event: int = 0) -> list[dict[str, Any]]:
    """The step starts of one patient in one protocol."""
    keys = {"scenario": "comparison", "arm": arm, "patient_id": 0, "replicate": 0, "drug": "penicillin_g"}
    return [
        keys
        | {"event_number": first_event + i, "time_min": 15.0 * i, "event": "step_start", "protocol": protocol}
        | {"step": i + 1, "bag": 1 + i // 4, "dose_mg": 0.0, "cumulative_dose_mg": 0.0, "severity": NONE}
        for i in range(steps)
    ]


def _birth(arms: Sequence[str], reference: str, patients: int) -> dict[str, Any]:
    return {
        "version": "0.1.0",
        "commit": "0" * 40,
        "dirty": False,
        "seed": 1,
        "scenario": "comparison",
        "reference": reference,
        "arms": list(arms),
        "drugs": ["penicillin_g"],
        "patients": patients,
        "cells": 100,
        "replicates": 1,
        "environment": {},
        "content_hashes": {},
        "timings": {},
        "finished": True,
    }


def write_run(
    folder: Path,
    outcomes: Sequence[Mapping[str, Any]],
    *,
    arms: Sequence[str] = ARMS,
    reference: str = "full_dose",
    events: Sequence[Mapping[str, Any]] = (),
    recorded: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    traits: Mapping[str, Any] | None = None,
    after: Mapping[str, str] | None = None,
    **run: Any,
) -> Path:
    """Write a finished run folder and return its path.

    `recorded` holds the opt-in tables, `traits` what differs in all patients, `after` which arm goes on after which.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ids = sorted({row["patient_id"] for row in outcomes})
    people = [
        {"patient_id": i, "age_y": 40.0 + i, "sex": "female", "weight_kg": 70.0, "sensitised": True}
        | {"skin_test_positive": True, "specific_ige_positive": True, "fitting_clones": 0}
        | dict.fromkeys(("hla_b_15_02", "hla_b_58_01", "hla_a_31_01", "hla_b_57_01"), 0)
        | {"case_weight": 1.0}
        | dict(traits or {})
        for i in ids
    ]
    tables = {"patients": people, "outcomes": outcomes, "events": events, **(recorded or {})}
    run["identity"] = {"scenario": {"arms": [{"name": arm, "after": (after or {}).get(arm, "")} for arm in arms]}}
    for name, rows in tables.items():
        table(name, rows).to_parquet(folder / f"{name}.parquet", index=False)
    dictionary().to_csv(folder / "columns.csv", index=False)
    (folder / "run.json").write_text(json.dumps(_birth(arms, reference, len(ids)) | run), encoding="utf-8")
    return folder


def talk_run(folder: Path, patients: int = 200) -> Path:
    """A run as a study would give it: full dose reacts, the ladder protects, an interruption undoes it."""
    rng = np.random.default_rng(1)
    outcomes = []
    shares = {
        "full_dose": (0.22, 0.10, 0.30, 0.38),
        "rdd": (0.74, 0.21, 0.04, 0.01),
        "interruption": (0.28, 0.14, 0.28, 0.30),
    }
    luck = rng.random(patients)
    for arm, share in shares.items():
        own = np.clip(luck + rng.normal(0, 0.05, patients), 0, 1)
        grades = [(NONE, MILD, MODERATE, SEVERE)[k] for k in np.searchsorted(np.cumsum(share)[:3], own)]
        for patient, grade in enumerate(grades):
            place: dict[str, Any] = {}
            if grade != NONE and (arm == "rdd" or (arm == "interruption" and patient % 9 == 0)):
                step = int(np.searchsorted([0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.62, 0.8], rng.random()))
                place = {"protocol_at_reaction": "ladder_12_step", "step_at_reaction": step + 1}
            outcomes.append(outcome(arm, patient, grade, onset_min=rng.gamma(4, 5), **place))
    events = step_events("full_dose", "full_dose", 1) + step_events("rdd", "ladder_12_step", LADDER_STEPS)
    events += step_events("interruption", "ladder_12_step", LADDER_STEPS)
    events += step_events("interruption", "full_dose", 1, first_event=LADDER_STEPS)
    return write_run(folder, outcomes, events=events)


def skin_run(folder: Path, patients: int = 20, dead: int = 3) -> Path:
    """A T-cell history: ill at first, sooner and more the second time, well without the drug; the first ones die."""
    arms = ("first_exposure", "second_exposure", "avoidance")
    rows, skin = [], []
    for patient in range(patients):
        extent, died = 5.0 + 2.0 * patient, patient < dead
        end = {"died": died, "death_d": 20.0 if died else None}
        rows.append(skin_outcome(arms[0], patient, extent, onset_d=10.0 + patient / 10, **end))
        skin += skin_days(arms[0], patient, extent, 10.0, 20.0 if died else 28.0)
        if died:
            rows += [not_treated_row(arm, patient) for arm in arms[1:]]
            continue
        rows.append(skin_outcome(arms[1], patient, 1.5 * extent, onset_d=2.0))
        rows.append(skin_outcome(arms[2], patient, None))
        skin += skin_days(arms[1], patient, 1.5 * extent, 2.0, 28.0)
    after = dict.fromkeys(arms[1:], arms[0])
    traits = {"fitting_clones": 1, "case_weight": 0.002}
    about = {"reference": arms[0], "traits": traits, "after": after, "drugs": ["carbamazepine"]}
    return write_run(folder, rows, arms=arms, recorded={"skin": skin}, **about)


def skin_days(arm: str, patient: int, extent: float, onset: float, end: float) -> list[dict[str, Any]]:
    """Rows of the table skin: nothing until `onset`, then `extent` until `end`."""
    keys = {"scenario": "comparison", "arm": arm, "patient_id": patient, "replicate": 0}
    numbers = dict.fromkeys((c.name for c in TABLES["skin"] if c.name not in (*keys, "time_d")), 0.0)
    days = ((0.05, 0.0), (onset, 0.0), (onset + 1.0, extent), (end, extent))
    return [keys | numbers | {"time_d": day, "detached_percent": percent} for day, percent in days]
