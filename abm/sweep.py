"""Run a sweep: a run folder for the whole, and in it an ordinary one for each point.

A point's folder holds just what its scenario would give by itself. Points that are there are kept, so a sweep that was
stopped or killed goes on where it was.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from abm import provenance
from abm.parameters.catalog import ParameterSet, default_parameters
from abm.population import SelectionError, select_patients
from abm.run_folder import RunFolder, write_csv_copies
from abm.scenario import Scenario
from abm.scenario_points import Point, Sweep
from abm.study_run import Progress, StudyStopped, default_folder, now, run_scenario
from abm.whole_files import CannotWrite, write_whole

_KEPT = 8
_COLUMNS = (
    ("point", "int64", "1", "number of the point, from 0"),
    ("label", "string", "", "what is swept, in a line"),
    ("folder", "string", "", "run folder of the point"),
)


def run_sweep(sweep: Sweep, out: Path | None, threads: int, progress: Progress) -> Path:
    """Run every point of a sweep, or finish or leave what was run before; returns the folder of the whole.

    Parameters
    ----------
    sweep : Sweep
    out : Path, optional
        By default ``runs/<name>-<hash of everything that decides the numbers>``.
    threads : int
    progress : callable
        Called with the patients done and the patients in all, over all points.

    Raises
    ------
    SelectionError, RunFolderError, CannotWrite, StudyStopped
        As `abm.study.run_study` says; a note names the point.
    """
    identity = sweep_identity(sweep)
    path = out if out is not None else default_folder(sweep.name, identity)
    folder = RunFolder(path, identity, ())
    record = folder.record()
    if record is None or not record["finished"]:
        with folder.opened():
            record = folder.record()
            if record is None or not record["finished"]:
                _run_points(sweep, folder, record, threads, progress)
    if folder.has_leftovers():
        with folder.opened():
            folder.remove_shards()
    return path


def _run_points(
    sweep: Sweep, folder: RunFolder, record: dict[str, Any] | None, threads: int, progress: Progress
) -> None:
    clock = time.perf_counter()
    record = _begun(sweep, folder, record)
    session = {"started": now(), "workers": threads, "seconds": None}
    record["timings"]["sessions"].append(session)
    folder.write_json("run.json", record)
    select, done, hashes, failed = SharedSelection(), 0, [], 0
    total = sum(point.scenario.cohort.patients for point in sweep.points)
    for point in sweep.points:
        place = folder.path / folder_of(sweep, point)
        try:
            _run_point(sweep, point, place, threads, _shifted(progress, done, total), select)
        except StudyStopped as stop:
            raise StudyStopped(done + stop.done, total) from stop
        part = _read_record(place)
        hashes.append(part["content_hashes"])
        failed += part["failed"]
        done += point.scenario.cohort.patients
    session["seconds"] = round(time.perf_counter() - clock, 3)
    record["content_hashes"]["sweep"] = provenance.digest(hashes)
    record["timings"]["finished"] = now()
    record.update(finished=True, failed=failed, environment=provenance.environment())
    folder.write_json("run.json", record)


def _begun(sweep: Sweep, folder: RunFolder, record: dict[str, Any] | None) -> dict[str, Any]:
    """The record of a sweep whose tables of points are written."""
    if record is None:
        record = sweep_certificate(sweep, folder.identity)
        folder.write_json("run.json", record)
    folder.write_text("scenario.yaml", sweep.source)
    for name, text in sweep.files:
        folder.write_text(name, text)
    folder.write_text("columns.csv", provenance.columns_csv(dictionary(sweep)))
    table = points_table(sweep)
    write_whole(folder.path / "points.parquet", partial(pq.write_table, table, compression="zstd"))
    write_csv_copies(folder.path)
    record["content_hashes"]["points"] = provenance.digest(table.to_pylist())
    return record


def _run_point(
    sweep: Sweep, point: Point, place: Path, threads: int, progress: Progress, select: SharedSelection
) -> None:
    """Run one point; what goes wrong names it."""
    try:
        run_scenario(point.scenario, place, threads, progress, select)
    except (SelectionError, CannotWrite) as error:
        kept = "; points before it are kept" if point.number else ""
        error.add_note(f"at point {point.number} of the sweep ({label_of(sweep, point)}){kept}")
        raise


def _shifted(progress: Progress, before: int, total: int) -> Progress:
    """Progress of one point as progress of the whole."""
    return lambda done, _: progress(before + done, total)


def _read_record(place: Path) -> dict[str, Any]:
    return dict(json.loads((place / "run.json").read_text(encoding="utf-8")))


def folder_of(sweep: Sweep, point: Point) -> str:
    """Folder of a point within that of the sweep."""
    return f"points/{point.number:0{max(3, len(str(len(sweep.points) - 1)))}d}"


def label_of(sweep: Sweep, point: Point) -> str:
    """What is swept at a point, in a line."""
    return ", ".join(
        f"{axis.column} {value:.6g}" if isinstance(value, float) else f"{axis.column} {value}"
        for axis, value in zip(sweep.axes, point.values, strict=True)
    )


def dictionary(sweep: Sweep) -> list[tuple[str, str, str, str, str]]:
    """Columns of the table of points: table, name, kind, unit, meaning."""
    swept = [("points", axis.column, axis.kind, axis.unit, f"swept: {axis.path}") for axis in sweep.axes]
    first, second, last = (("points", *column) for column in _COLUMNS)
    return [first, second, *swept, last]


def points_table(sweep: Sweep) -> pa.Table:
    """One row a point: number, label, swept values, folder."""
    kinds = {"int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_(), "string": pa.string()}
    columns: dict[str, list[Any]] = {
        "point": [point.number for point in sweep.points],
        "label": [label_of(sweep, point) for point in sweep.points],
        **{axis.column: [point.values[place] for point in sweep.points] for place, axis in enumerate(sweep.axes)},
        "folder": [folder_of(sweep, point) for point in sweep.points],
    }
    schema = pa.schema([(name, kinds[kind]) for _, name, kind, _, _ in dictionary(sweep)])
    return pa.table(columns, schema=schema)


def sweep_identity(sweep: Sweep) -> dict[str, Any]:
    """Return everything that decides the numbers of a sweep, as `identity` does for one scenario."""
    decides = {
        "version": provenance.version(),
        "code": provenance.code_digest(),
        "parameters": provenance.digest(dict(default_parameters())),
        "scenario": {
            "sweep": provenance.plain(sweep.axes),
            "points": len(sweep.points),
            "values": provenance.digest([point.values for point in sweep.points]),
            "scenarios": provenance.digest([point.scenario for point in sweep.points]),
        },
    }
    return {"hash": provenance.digest(decides), **decides}


def sweep_certificate(sweep: Sweep, run_identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same for a sweep: its first point's, with every arm of any point, and what is swept."""
    scenarios = [point.scenario for point in sweep.points]
    record = provenance.birth_certificate(scenarios[0], run_identity)
    record["arms"] = list(dict.fromkeys(arm.name for scenario in scenarios for arm in scenario.arms))
    record["drugs"] = sorted({name for scenario in scenarios for name in provenance.drugs_of(scenario)})
    for name in ("patients", "cells", "replicates", "seed", "population"):
        record.pop(name)
    return record | {"sweep": {"axes": provenance.plain(sweep.axes), "points": len(scenarios)}}


class _Kept(NamedTuple):
    """Patients selected before, with what they were selected from."""

    asked: Scenario
    read: dict[str, float]
    patients: pd.DataFrame


class SharedSelection:
    """Selects patients as `select_patients` does, and shares them between scenarios that must have the same.

    Two scenarios must have the same patients where they ask for the same ones and agree in every parameter that was
    read while they were selected; which those are is noted, not declared.
    """

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque(maxlen=_KEPT)

    def __call__(self, scenario: Scenario, parameters: ParameterSet) -> pd.DataFrame:
        """Return the patients of a scenario."""
        asked = dataclasses.replace(
            scenario, name="", question="", arms=(), cells=1, replicates=1, follow_up_min=0.0, parameters={},
            record=frozenset(), samples=(),
        )  # fmt: skip
        for kept in self._kept:
            if kept.asked == asked and all(parameters[name] == value for name, value in kept.read.items()):
                return kept.patients
        noted = NotedParameters(parameters)
        patients = select_patients(scenario, noted)
        self._kept.appendleft(_Kept(asked, {name: parameters[name] for name in noted.read}, patients))
        return patients


class NotedParameters(ParameterSet):
    """Parameters that note which of them were read."""

    def __init__(self, values: Mapping[str, float], read: set[str] | None = None) -> None:
        super().__init__(values)
        self.read: set[str] = set() if read is None else read

    def __getitem__(self, name: str) -> float:
        self.read.add(name)
        return super().__getitem__(name)

    def with_overrides(self, overrides: Mapping[str, float]) -> ParameterSet:
        """Return a copy with some values replaced, whose readings are noted here too."""
        return NotedParameters(super().with_overrides(overrides), self.read)

    def __iter__(self) -> Iterator[str]:
        self.read.update(self._values)
        return super().__iter__()
