"""One patient through every arm: what a worker does, and the tables that come of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from abm.engine.body import run_arm
from abm.engine.course import Course
from abm.output_tables import clean_row, failed_row, schema, table_from_columns, table_from_rows
from abm.parameters.catalog import ParameterSet
from abm.scenario import Arm, Scenario


@dataclass(frozen=True)
class Work:
    """What every worker needs; read only but for the `stop` that ends them."""

    scenario: Scenario
    parameters: ParameterSet
    tables: tuple[str, ...]
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Treated:
    """One patient, arm and replicate, ready for the tables.

    `recorded` holds the opt-in tables; they are large, so the worker builds them.
    """

    outcome: dict[str, Any]
    events: list[dict[str, Any]]
    recorded: dict[str, pa.Table]


def treat_patient(work: Work, patient: Mapping[str, Any]) -> list[Treated]:
    """Take one patient through every arm and replicate; ends early when the study is stopped."""
    rows: list[Treated] = []
    arms = work.scenario.arms
    ends: dict[tuple[str, int], Course | None] = {}
    for position, arm in enumerate(arms):
        awaited = {later.after for later in arms[position + 1 :]}
        for replicate in range(work.scenario.replicates):
            if work.stop.is_set():
                return rows
            row, end = _treat_once(work, arm, patient, replicate, ends)
            rows.append(row)
            if arm.name in awaited:
                ends[arm.name, replicate] = end
            del end  # or it would stay in memory through the next arm
        ends = {key: end for key, end in ends.items() if key[0] in awaited}
    return rows


def _treat_once(
    work: Work, arm: Arm, patient: Mapping[str, Any], replicate: int, ends: Mapping[tuple[str, int], Course | None]
) -> tuple[Treated, Course | None]:
    """Rows of one arm, and the patient at its end, None after a failure; `ends` holds those of arms before it."""
    keys = {
        "scenario": work.scenario.name,
        "arm": arm.name,
        "patient_id": int(patient["patient_id"]),
        "replicate": replicate,
    }
    try:
        before = ends[arm.after, replicate] if arm.after else None
        if arm.after and before is None:
            return Treated(failed_row(keys, f"the arm before it, {arm.after}, failed"), [], {}), None
        result = run_arm(arm, work.scenario, patient, replicate, work.parameters, before)
        if not result.outcome["treated"]:
            return Treated({**failed_row(keys, ""), "status": "ok", "treated": False}, [], {}), result.course
        treated = Treated(
            clean_row("outcomes", {**result.outcome, **keys, "status": "ok", "failure_reason": ""}),
            [clean_row("events", {**event, **keys}) for event in result.events],
            {name: table_from_columns(name, columns, keys) for name, columns in result.recorded.items()},
        )
        return treated, result.course
    except Exception as error:  # One patient's failure is a row of the results; the others go on.
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return Treated(failed_row(keys, reason), [], {}), None


def joined(rows: Iterable[Treated], tables: tuple[str, ...]) -> dict[str, pa.Table]:
    """Return the tables named in `tables` with all rows, in their order."""
    listed = list(rows)
    whole = {
        "outcomes": table_from_rows("outcomes", [row.outcome for row in listed]),
        "events": table_from_rows("events", [event for row in listed for event in row.events]),
    }
    for name in tables:
        if name not in whole:
            parts = [row.recorded[name] for row in listed if name in row.recorded]
            whole[name] = pa.concat_tables([schema(name).empty_table(), *parts])
    return whole
