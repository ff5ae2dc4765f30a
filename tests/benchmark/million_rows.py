"""A run folder of a million outcome rows, and what it costs to load and to summarise.

``python tests/benchmark/million_rows.py FOLDER`` makes the folder where it is absent, then prints one JSON object:
seconds to import, load and summarise, and the peak of resident memory, measured in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
ARMS = ("full_dose", "rdd", "interruption", "slow")
ROWS = 1_000_000
_GROUP = 65_536
_MEASURED = """
import json, resource, sys, time
now = time.process_time
start = now()
from analysis import load_results, summarise_arms
imported = now()
results = load_results(sys.argv[1])
loaded = now()
table = summarise_arms(results)
done = now()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)
print(json.dumps({"rows": len(results.outcomes), "arms": table["arm"].tolist(), "reacted": table["reacted"].tolist(),
    "import_s": imported - start, "load_s": loaded - imported, "summarise_s": done - loaded, "peak_gib": peak}))
"""


def write_folder(folder: Path, rows: int = ROWS) -> Path:
    """Write a folder in which a tenth to four tenths of each arm react; returns it."""
    from abm.output_tables import schema
    from abm.provenance import columns_csv

    folder.mkdir(parents=True, exist_ok=True)
    patients = rows // len(ARMS)
    with pq.ParquetWriter(folder / "outcomes.parquet", schema("outcomes"), compression="zstd") as writer:
        for first in range(0, patients, _GROUP // len(ARMS)):
            ids = np.arange(first, min(first + _GROUP // len(ARMS), patients))
            writer.write_table(_outcomes(np.repeat(ids, len(ARMS)), np.tile(np.arange(len(ARMS)), ids.size)))
    pq.write_table(_patients(patients), folder / "patients.parquet", compression="zstd")
    pq.write_table(schema("events").empty_table(), folder / "events.parquet")
    (folder / "columns.csv").write_text(columns_csv(), encoding="utf-8")
    run = {
        "scenario": "many",
        "reference": ARMS[0],
        "arms": ARMS,
        "patients": patients,
        "replicates": 1,
        "finished": True,
    }
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return folder


def measured(folder: Path) -> dict[str, object]:
    """Load and summarise the folder in a fresh process; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


def _outcomes(ids: np.ndarray, arms: np.ndarray) -> pa.Table:
    from abm.output_tables import schema

    rng = np.random.default_rng(int(ids[0]))
    reacted = rng.random(ids.size) < 0.1 * (arms + 1)
    known = {
        "scenario": np.repeat("many", ids.size), "arm": np.array(ARMS)[arms], "patient_id": ids,
        "replicate": np.zeros(ids.size, int), "status": np.repeat("ok", ids.size),
        "failure_reason": np.repeat("", ids.size), "treated": np.ones(ids.size, bool), "reacted": reacted,
        "severity": np.where(reacted, "severe", "none"), "necrolysis": np.repeat("none", ids.size),
    }  # fmt: skip
    return _filled(schema("outcomes"), known, ids.size, rng)


def _patients(count: int) -> pa.Table:
    from abm.output_tables import schema

    return _filled(schema("patients"), {"patient_id": np.arange(count)}, count, np.random.default_rng(0))


def _filled(fields: pa.Schema, known: dict[str, np.ndarray], count: int, rng: np.random.Generator) -> pa.Table:
    """Columns that are not known filled with numbers of their type; texts that are not known are missing."""
    columns = []
    for field in fields:
        if field.name in known:
            columns.append(pa.array(known[field.name]).cast(field.type))
        elif pa.types.is_floating(field.type):
            columns.append(pa.array(rng.random(count)).cast(field.type))
        elif pa.types.is_integer(field.type):
            columns.append(pa.array(rng.integers(0, 9, count)).cast(field.type))
        elif pa.types.is_boolean(field.type):
            columns.append(pa.array(rng.random(count) < 0.5))
        else:
            columns.append(pa.nulls(count, pa.string()).cast(field.type))
    return pa.Table.from_arrays(columns, schema=fields)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if not (place / "run.json").exists():
        write_folder(place)
    print(json.dumps(measured(place)))
