"""Rows and columns of the engine become typed tables, or are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from abm.output_columns import TABLES
from abm.output_tables import BadResult, clean_row, failed_row, schema, table_from_columns, table_from_rows

KEYS = {"scenario": "s", "arm": "a", "patient_id": 1, "replicate": 0}
EVENT = {
    **KEYS,
    "event_number": 0,
    "time_min": 0.0,
    "event": "step_start",
    "drug": "penicillin_g",
    "protocol": "full_dose",
    "step": np.int64(1),
    "bag": None,
    "rate_ml_per_h": float("nan"),
    "dose_mg": np.float32(0.5),
    "cumulative_dose_mg": 0,
    "severity": "none",
}
SERIES = {
    name: np.linspace(0.0, 1.0, 4)
    for name in (column.name for column in TABLES["timeseries"])
    if name not in KEYS and name != "severity"
} | {"severity": np.array([0, 1, 2, 3], dtype=np.int8)}


@pytest.mark.parametrize("table", TABLES)
def test_pandas_reads_back_the_promised_types(table, tmp_path) -> None:
    sample = {"float64": 1.0, "string": "x", "boolean": True, "int64": 1, "Int64": 1}
    row = {column.name: sample.get(column.kind, column.kind.split(" | ")[0]) for column in TABLES[table]}
    pq.write_table(table_from_rows(table, [clean_row(table, row)]), tmp_path / "t.parquet")
    frame = pd.read_parquet(tmp_path / "t.parquet")
    for column in TABLES[table]:
        found = frame[column.name].dtype
        if " | " in column.kind:
            assert list(found.categories) == column.kind.split(" | ")
            assert found.ordered
        else:
            assert found == column.kind


def test_a_row_becomes_plain_values() -> None:
    clean = clean_row("events", EVENT)
    assert (clean["step"], clean["bag"], clean["rate_ml_per_h"], clean["dose_mg"]) == (1, None, None, 0.5)
    assert type(clean["step"]) is int
    assert table_from_rows("events", [clean]).column("rate_ml_per_h").null_count == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"dose_mg": float("nan")}, "events.dose_mg is missing"),
        ({"dose_mg": float("inf")}, "not a finite number"),
        ({"rate_ml_per_h": float("inf")}, "not a finite number"),
        ({"dose_mg": "1"}, "not a finite number"),
        ({"event_number": 1.0}, "not a whole number"),
        ({"event_number": True}, "not a whole number"),
        ({"event_number": None}, "missing"),
        ({"severity": "dire"}, "none of none, mild, moderate, severe"),
        ({"event": 3}, "not a text"),
    ],
)
def test_a_bad_row_is_refused(changed, words) -> None:
    with pytest.raises(BadResult, match=words):
        clean_row("events", {**EVENT, **changed})


def test_an_absent_column_is_named() -> None:
    with pytest.raises(BadResult, match="events lacks severity"):
        clean_row("events", {name: value for name, value in EVENT.items() if name != "severity"})


def test_columns_become_a_table() -> None:
    table = table_from_columns("timeseries", SERIES, KEYS)
    assert table.schema == schema("timeseries")
    assert table.column("severity").cast(pa.string()).to_pylist() == ["none", "mild", "moderate", "severe"]
    named = {**SERIES, "severity": ["none", "mild", "moderate", "severe"]}
    assert table_from_columns("timeseries", named, KEYS) == table


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"time_min": np.zeros(3)}, "has"),
        ({"antigen": np.array([0.0, np.nan, 0.0, 0.0])}, "antigen: not a finite number"),
        ({"antigen": np.array([0.0, np.inf, 0.0, 0.0])}, "antigen: not a finite number"),
        ({"antigen": np.array(list("abcd"))}, "timeseries.antigen"),
        ({"severity": np.array([0, 1, 2, 4])}, "4 is no position"),
        ({"severity": ["none", "mild", "dire", "none"]}, "timeseries.severity"),
    ],
)
def test_bad_columns_are_refused(changed, words) -> None:
    with pytest.raises(BadResult, match=words):
        table_from_columns("timeseries", {**SERIES, **changed}, KEYS)


def test_absent_columns_are_named() -> None:
    with pytest.raises(BadResult, match="timeseries lacks time_min, plasma_mg_per_l"):
        table_from_columns("timeseries", {}, KEYS)


def test_a_failed_row_has_a_reason_and_nothing_else() -> None:
    row = failed_row(KEYS, "it broke")
    assert {name: value for name, value in row.items() if value is not None} == {
        **KEYS,
        "status": "failed",
        "failure_reason": "it broke",
    }
    assert table_from_rows("outcomes", [row]).num_rows == 1
