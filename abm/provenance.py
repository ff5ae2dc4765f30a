"""The birth certificate of a run: what it is, what made it, and hashes that say whether two runs are equal."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from abm.output_columns import TABLES
from abm.output_tables import sorted_rows, to_text
from abm.parameters.catalog import ParameterSet, all_parameters, parameters_of
from abm.patient_rows import PatientRows
from abm.scenario import Gap, Scenario

_PACKAGE = Path(__file__).resolve().parent
_NUMBERS_COME_FROM = (
    "biology",
    "engine",
    "parameters",
    "output_columns.py",
    "output_tables.py",
    "patient_rows.py",
    "population.py",
    "random_streams.py",
    "repertoire.py",
    "scenario.py",
    "study_run.py",
    "trait_laws.py",
    "traits.py",
    "treatment.py",
)
_LIBRARIES = ("numpy", "numba", "pandas", "pyarrow", "scipy")


class ContentHasher:
    """Hash a table piece by piece: equal rows give an equal hash however they are chunked, encoded or ordered.

    Every column is hashed by itself, in the order patient, arm name, replicate, so a piece has to hold all rows of
    its patients and pieces have to come by rising patient.
    """

    def __init__(self) -> None:
        self._columns: dict[str, tuple[str, Any, Any]] = {}
        self._rows = 0

    def update(self, table: pa.Table) -> None:
        """Add the rows of `table`."""
        table = sorted_rows(to_text(table))
        self._rows += table.num_rows
        for name in table.column_names:
            kind, valid, values = _canonical(table.column(name))
            _, valid_hash, value_hash = self._columns.setdefault(name, (kind, hashlib.sha256(), hashlib.sha256()))
            valid_hash.update(valid)
            value_hash.update(values)

    def hexdigest(self) -> str:
        """Return the hash of all rows so far, as ``sha256:`` and 64 hexadecimal digits."""
        parts = [
            [name, kind, self._rows, valid.hexdigest(), values.hexdigest()]
            for name, (kind, valid, values) in self._columns.items()
        ]
        return "sha256:" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def content_hash(table: pa.Table) -> str:
    """Return the hash of a table's content; see `ContentHasher`."""
    hasher = ContentHasher()
    hasher.update(table)
    return hasher.hexdigest()


def _canonical(column: pa.ChunkedArray) -> tuple[str, bytes, bytes]:
    valid = np.asarray(column.is_valid())
    if pa.types.is_floating(column.type):
        numbers = np.asarray(pc.fill_null(column.cast(pa.float64()), math.nan))
        valid = valid & ~np.isnan(numbers)
        return "float", _bytes(valid, "u1"), _bytes(np.where(valid, numbers, 0.0), "<f8")
    if pa.types.is_boolean(column.type):
        return "bool", _bytes(valid, "u1"), _bytes(np.asarray(pc.fill_null(column, False)), "u1")
    if pa.types.is_integer(column.type):
        return "int", _bytes(valid, "u1"), _bytes(np.asarray(pc.fill_null(column.cast(pa.int64()), 0)), "<i8")
    # Each text is preceded by its length, so that ("ab", "c") and ("a", "bc") differ in any chunking.
    texts = [text.encode() for text in pc.fill_null(column.cast(pa.string()), "").to_pylist()]
    return "text", _bytes(valid, "u1"), b"".join(len(text).to_bytes(8, "little") + text for text in texts)


def _bytes(values: np.ndarray, kind: str) -> bytes:
    return values.astype(kind).tobytes()


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: dataclasses as maps, sets sorted, what is not finite as null."""
    if isinstance(value, PatientRows):
        return value.digest
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def digest(value: Any) -> str:
    """Return a hash of anything that `plain` can turn into JSON."""
    return hashlib.sha256(json.dumps(plain(value), sort_keys=True, allow_nan=False).encode()).hexdigest()


@cache
def code_digest() -> str:
    """Return a hash of the source files that decide the numbers of a run."""
    digest = hashlib.sha256()
    for part in _NUMBERS_COME_FROM:
        path = _PACKAGE / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            name = file.relative_to(_PACKAGE).as_posix()
            digest.update(name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def identity(scenario: Scenario, parameters: ParameterSet) -> dict[str, Any]:
    """Return everything that decides the numbers of a run, as one JSON-ready map with its own ``hash``."""
    decides = {
        "version": version(),
        "code": code_digest(),
        "parameters": digest(dict(parameters)),
        "scenario": plain(scenario),
    }
    return {"hash": digest(decides), **decides}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say in a user's words where two identities differ, old value first."""
    found = []
    old_scenario, new_scenario = _flat(old.get("scenario", {})), _flat(new["scenario"])
    for name in dict.fromkeys((*new_scenario, *old_scenario)):
        before, after = old_scenario.get(name), new_scenario.get(name)
        if before != after:
            short = len(json.dumps([before, after])) <= 60
            found.append(f"{name} {json.dumps(before)}, now {json.dumps(after)}" if short else name)
    if old.get("parameters") != new["parameters"] and "parameters" not in " ".join(found):
        found.append("parameter values")
    if old.get("version") != new["version"]:
        found.append(f"version {old.get('version')}, now {new['version']}")
    elif old.get("code") != new["code"]:
        found.append("program code")
    return found


def _flat(scenario: Mapping[str, Any]) -> dict[str, Any]:
    flat = {**scenario, **scenario.get("cohort", {})}
    flat.pop("cohort", None)
    return flat


def version() -> str:
    """Return the version of the installed distribution."""
    import abm

    return str(abm.__version__)


def source_commit() -> tuple[str | None, bool | None]:
    """Return the commit the program runs from and whether files were changed since; nothing outside a checkout."""
    root = _PACKAGE.parent
    if not (root / ".git").exists():
        return None, None

    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True)
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD"), bool(git("status", "--porcelain"))
    except (OSError, subprocess.SubprocessError):
        return None, None


def environment() -> dict[str, Any]:
    """Return the Python, libraries and machine of this process."""
    found: dict[str, Any] = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            found[library] = None
    found.update(platform=platform.platform(), machine=platform.machine(), cpu=_cpu_name(), cpus=usable_cpus())
    return found


def usable_cpus() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def birth_certificate(scenario: Scenario, run_identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of ``run.json`` that is known before the first patient is treated."""
    commit, dirty = source_commit()
    return {
        "format": 1,
        "finished": False,
        "scenario": scenario.name,
        "question": scenario.question,
        "version": run_identity["version"],
        "commit": commit,
        "dirty": dirty,
        "seed": scenario.seed,
        "reference": scenario.reference.name,
        "arms": [arm.name for arm in scenario.arms],
        "drugs": sorted(drugs_of(scenario)),
        "targets": _targets(scenario),
        "population": scenario.cohort.population,
        "patients": scenario.cohort.patients,
        "cells": scenario.cells,
        "replicates": scenario.replicates,
        "command": command(),
        "environment": environment(),
        "identity": dict(run_identity),
        "content_hashes": {},
        "failed": None,
        "timings": {"sessions": []},
    }


def _targets(scenario: Scenario) -> dict[str, Any]:
    """Exposure that each followed drug aims at, where it aims at any; `within_min` None: all of what was given."""
    from abm.engine.exposure import targets_of

    drugs, parameters = scenario.allergic_to, parameters_of(scenario.drugs, scenario.parameters)
    found = zip(drugs, targets_of(drugs, scenario.target, parameters), strict=True)
    return {drug: plain(target) for drug, target in found if target is not None}


def drugs_of(scenario: Scenario) -> set[str]:
    """Return every drug that a scenario gives or asks IgE for."""
    given = {item.drug for arm in scenario.arms for item in arm.course if not isinstance(item, Gap)}
    return given | set(scenario.allergic_to)


def command() -> list[str]:
    """Return the command line of this process, the program by its bare name."""
    return [Path(sys.argv[0]).name if sys.argv and sys.argv[0] else "python", *sys.argv[1:]]


def parameters_csv(parameters: ParameterSet) -> str:
    """Return ``parameters.csv``: every number of the model as this run used it, with its source."""
    names = ("name", "value", "unit", "low", "high", "kind", "system", "source", "where", "note")
    rows = [
        [parameters[entry.name] if name == "value" else getattr(entry, name) for name in names]
        for entry in all_parameters(parameters.own_drugs)
    ]
    return _csv(names, rows)


def columns_csv(further: Iterable[tuple[str, ...]] = ()) -> str:
    """Return ``columns.csv``: every column of every table, and `further` ones, with type, unit and meaning."""
    names = ("table", "name", "kind", "unit", "meaning")
    return _csv(names, [list(column) for columns in (*TABLES.values(), further) for column in columns])


def _csv(names: tuple[str, ...], rows: list[list[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()
