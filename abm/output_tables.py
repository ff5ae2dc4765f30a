"""Arrow tables of a run: built from the engine's rows, in the types `abm.output_columns` promises.

A missing number is a null in the file (never NaN), so that every reader sees it as missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from abm.output_columns import TABLES, Column

KEYS = ("scenario", "arm", "patient_id", "replicate")
"""Columns every table but ``patients`` starts with."""

MAY_BE_MISSING = frozenset(
    "onset_min onset_after_gap_min dose_at_reaction_mg rate_ml_per_h fired_min prodrome_d mucosa_d skin_onset_d "
    "after_onset_min dose_at_skin_onset_mg withdrawn_d healed_d detached_10_to_90_d death_d delivered_share "
    "auc_mg_min_per_ml peak_plasma_mg_per_l time_above_target_percent target_met recovery_min sensitised_d".split()
)
"""What says when, how or how much of something happened; missing where it did not, or is not known."""

_WITHIN_ROW = ("event_number", "sample", "time_min", "cell", "time_d", "clone", "patch", "place", "allergen")
_ARROW = {
    "string": pa.string(),
    "int64": pa.int64(),
    "Int64": pa.int64(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
}


class BadResult(ValueError):
    """The engine returned something no output table can hold; the row is reported as failed."""


def categories(column: Column) -> tuple[str, ...]:
    """Return the ordered categories of a column, empty for one that is not categorical."""
    return tuple(column.kind.split(" | ")) if " | " in column.kind else ()


def _arrow_type(column: Column) -> pa.DataType:
    if categories(column):
        return pa.dictionary(pa.int8(), pa.string(), ordered=True)
    return _ARROW[column.kind]


@cache
def schema(table: str) -> pa.Schema:
    """Return the Arrow schema of an output table; it carries the pandas types, so pandas reads them back."""
    columns = TABLES[table]
    empty = pd.DataFrame(
        {
            column.name: pd.Categorical([], categories=categories(column), ordered=True)
            if categories(column)
            else pd.Series([], dtype=column.kind)
            for column in columns
        }
    )
    metadata = pa.Schema.from_pandas(empty, preserve_index=False).metadata
    fields = [pa.field(column.name, _arrow_type(column)) for column in columns]
    return pa.schema(fields, metadata=metadata)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float | np.floating) and value != value)


def clean_row(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of one row as plain Python values, None for what is missing.

    Raises
    ------
    BadResult
        A column is absent, of the wrong type, infinite, or missing where something must be.
    """
    clean: dict[str, Any] = {}
    for column in TABLES[table]:
        try:
            value = row[column.name]
        except KeyError:
            raise BadResult(f"{table} lacks {column.name}") from None
        if _is_missing(value):
            if column.kind not in ("string", "Int64") and column.name not in MAY_BE_MISSING:
                raise BadResult(f"{table}.{column.name} is missing or not a number")
            clean[column.name] = None
        else:
            clean[column.name] = _plain(column, value)
    return clean


def _plain(column: Column, value: Any) -> Any:
    where = f"{column.table}.{column.name}"
    if column.kind == "float64":
        if not isinstance(value, float | int | np.floating | np.integer) or not np.isfinite(value):
            raise BadResult(f"{where} is {value!r}, not a finite number")
        return float(value)
    if column.kind in ("int64", "Int64"):
        if not isinstance(value, int | np.integer) or isinstance(value, bool):
            raise BadResult(f"{where} is {value!r}, not a whole number")
        return int(value)
    if column.kind == "boolean":
        if not isinstance(value, bool | np.bool_):
            raise BadResult(f"{where} is {value!r}, neither true nor false")
        return bool(value)
    if not isinstance(value, str):
        raise BadResult(f"{where} is {value!r}, not a text")
    names = categories(column)
    if names and value not in names:
        raise BadResult(f"{where} is {value!r}, which is none of {', '.join(names)}")
    return str(value)


def failed_row(keys: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Return the ``outcomes`` row of a simulation that did not finish: its reason, everything else missing."""
    row = dict.fromkeys(column.name for column in TABLES["outcomes"])
    return {**row, **keys, "status": "failed", "failure_reason": reason}


def table_from_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Build an output table from rows that `clean_row` or `failed_row` returned."""
    arrays = [_array(column, [row[column.name] for row in rows]) for column in TABLES[table]]
    return pa.Table.from_arrays(arrays, schema=schema(table))


def table_from_columns(table: str, columns: Mapping[str, np.ndarray], keys: Mapping[str, Any]) -> pa.Table:
    """Build an output table from whole columns.

    Parameters
    ----------
    table : str
        Name in `abm.output_columns.TABLES`.
    columns : mapping of str to numpy.ndarray
        Every column but the keys, all of one length. A categorical column holds names, or integers that are
        positions in its categories.
    keys : mapping of str to value
        The key columns, the same in every row.

    Raises
    ------
    BadResult
        A column is absent, of another length or type, or not finite.
    """
    absent = [column.name for column in TABLES[table] if column.name not in columns and column.name not in keys]
    if absent:
        raise BadResult(f"{table} lacks {', '.join(absent)}")
    length = len(next(iter(columns.values())))
    arrays = []
    for column in TABLES[table]:
        values = columns[column.name] if column.name in columns else [keys[column.name]] * length
        if len(values) != length:
            raise BadResult(f"{table}.{column.name} has {len(values)} values instead of {length}")
        try:
            if column.kind == "float64":
                _check_finite(column, np.asarray(values, dtype=np.float64))
            arrays.append(_array(column, values))
        except (pa.ArrowException, ValueError, TypeError, LookupError) as error:
            raise BadResult(f"{table}.{column.name}: {error}") from error
    return pa.Table.from_arrays(arrays, schema=schema(table))


def _check_finite(column: Column, numbers: np.ndarray) -> None:
    wrong = np.isinf(numbers) if column.name in MAY_BE_MISSING else ~np.isfinite(numbers)
    if wrong.any():
        raise BadResult(f"not a finite number ({numbers[wrong][0]})")


def _array(column: Column, values: Sequence[Any] | np.ndarray) -> pa.Array:
    names = categories(column)
    if not names:
        return pa.array(values, type=_arrow_type(column), from_pandas=True)
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        codes = pa.array(values, type=pa.int8())
        if len(values):
            low, high = int(values.min()), int(values.max())
            if low < 0 or high >= len(names):
                raise BadResult(f"{low if low < 0 else high} is no position in {', '.join(names)}")
    else:
        codes = pa.array([None if value is None else names.index(value) for value in values], type=pa.int8())
    return pa.DictionaryArray.from_arrays(codes, pa.array(names, type=pa.string()), ordered=True)


def patients_table(patients: pd.DataFrame) -> pa.Table:
    """Return the ``patients`` table of a frame with one row per patient."""
    columns = TABLES["patients"]
    arrays = [pa.array(patients[column.name], type=_arrow_type(column), from_pandas=True) for column in columns]
    return pa.Table.from_arrays([_whole(array) for array in arrays], schema=schema("patients"))


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def sorted_rows(table: pa.Table) -> pa.Table:
    """Return the rows by patient, arm name, replicate and order within, the order in which content is hashed."""
    names = table.column_names
    within = [name for name in _WITHIN_ROW if name in names]
    order = [name for name in ("patient_id", "arm", "replicate", *within) if name in names]
    if not order:
        return table
    return table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in order]))


def to_text(table: pa.Table) -> pa.Table:
    """Return the table with categories as plain text."""
    for position, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(position, field.name, table.column(position).cast(pa.string()))
    return table
