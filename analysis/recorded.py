"""The tables of a run folder, read as much as is asked for: filters and columns reach the Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.folder import RunFolderError, about_table, cast, kinds_of, require_columns, typed

KEYS = ("scenario", "arm", "patient_id", "replicate")

Ids = int | Sequence[int]
Names = str | Sequence[str]


class Tables:
    """What reads the tables of one run folder.

    Attributes
    ----------
    path : pathlib.Path
        The run folder.
    columns : pandas.DataFrame
        The data dictionary: table, name, kind, unit, meaning.
    arms : list of str
        Names of the arms in the order of the scenario.
    """

    path: Path
    columns: pd.DataFrame
    arms: list[str]

    def timeseries(
        self,
        *,
        patient_id: Ids | None = None,
        arm: Names | None = None,
        replicate: int | None = None,
        columns: Sequence[str] | None = None,
        from_min: float | None = None,
        to_min: float | None = None,
    ) -> pd.DataFrame:
        """Read what was recorded over time, as much of it as asked for.

        Parameters
        ----------
        patient_id, arm, replicate : optional
            Only these: one of them, or of patients and arms several.
        columns : sequence of str, optional
            Only these columns, besides the keys and `time_min`.
        from_min, to_min : float, optional
            Only from and up to these times, minutes after the start of the course, both included.

        Raises
        ------
        RunFolderError
            If the run did not record its time series.
        LookupError
            If the run has no such arm or column.
        """
        span = [("time_min", ">=", from_min), ("time_min", "<=", to_min)]
        return self._recorded("timeseries", patient_id, arm, replicate, columns, ["time_min"], span)

    def samples(
        self,
        *,
        patient_id: Ids | None = None,
        arm: Names | None = None,
        replicate: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Read the blood samples, if any were asked for; as `timeseries`, and always with `sample`."""
        return self._recorded("samples", patient_id, arm, replicate, columns, ["sample", "time_min"])

    def cells(
        self,
        *,
        patient_id: Ids | None = None,
        arm: Names | None = None,
        replicate: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Read the mast cells, if the run recorded them; as `timeseries`, and always with `cell`."""
        return self._recorded("cells", patient_id, arm, replicate, columns, ["cell"])

    def skin(
        self,
        *,
        patient_id: Ids | None = None,
        arm: Names | None = None,
        replicate: int | None = None,
        columns: Sequence[str] | None = None,
        from_d: float | None = None,
        to_d: float | None = None,
    ) -> pd.DataFrame:
        """Read T cells and epidermis over days, if recorded; as `timeseries`, with `time_d`, `from_d` and `to_d`."""
        span = [("time_d", ">=", from_d), ("time_d", "<=", to_d)]
        return self._recorded("skin", patient_id, arm, replicate, columns, ["time_d"], span)

    def clones(
        self,
        *,
        patient_id: Ids | None = None,
        arm: Names | None = None,
        replicate: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Read the T-cell clones at the end of each arm, if recorded; as `timeseries`, and always with `clone`."""
        return self._recorded("clones", patient_id, arm, replicate, columns, ["clone"])

    def lattice(
        self,
        *,
        patient_id: Ids | None = None,
        arm: Names | None = None,
        replicate: int | None = None,
        columns: Sequence[str] | None = None,
        from_d: float | None = None,
        to_d: float | None = None,
    ) -> pd.DataFrame:
        """Read daily pictures of the epidermis, if recorded; as `skin`, and always with `patch` and `place`."""
        span = [("time_d", ">=", from_d), ("time_d", "<=", to_d)]
        return self._recorded("lattice", patient_id, arm, replicate, columns, ["time_d", "patch", "place"], span)

    def ige(
        self,
        *,
        patient_id: Ids | None = None,
        arm: Names | None = None,
        replicate: int | None = None,
        columns: Sequence[str] | None = None,
        from_d: float | None = None,
        to_d: float | None = None,
    ) -> pd.DataFrame:
        """Read IgE, IgG4 and memory B cells day by day, if recorded; as `skin`, and always with `allergen`."""
        span = [("time_d", ">=", from_d), ("time_d", "<=", to_d)]
        return self._recorded("ige", patient_id, arm, replicate, columns, ["time_d", "allergen"], span)

    def recorded(self, table: str) -> bool:
        """Whether the run holds an opt-in table such as ``"skin"``."""
        return (self.path / f"{table}.parquet").is_file()

    def describe_columns(self, table: str | None = None) -> pd.DataFrame:
        """Return the data dictionary of the tables that the run holds, with how much of each column there is.

        Parameters
        ----------
        table : str, optional
            Only this table.

        Returns
        -------
        pandas.DataFrame
            As `columns`, with ``rows`` of the table and ``missing`` values of the column (missing where the file does
            not count them). The tables themselves are not read.

        Raises
        ------
        LookupError
            If the run holds no such table.
        """
        held = [name for name in self.columns["table"].drop_duplicates() if self.recorded(name)]
        if table is not None and table not in held:
            raise LookupError(f"this run holds no table {table!r}; it holds {', '.join(held)}")
        counts = {name: self._counts(name) for name in held if table in (None, name)}
        shown = self.columns[self.columns["table"].isin(list(counts))].reset_index(drop=True)
        found = [counts[row.table].get(row.name, (None, None)) for row in shown.itertuples(index=False)]
        return shown.assign(
            rows=pd.array([rows for rows, _ in found], dtype="Int64"),
            missing=pd.array([missing for _, missing in found], dtype="Int64"),
        )

    def _counts(self, table: str) -> dict[str, tuple[int | None, int | None]]:
        """Rows and missing values of each column, from the file's own statistics."""
        about = about_table(self.path / f"{table}.parquet")
        missing: dict[str, list[int | None]] = {}
        for group in range(about.num_row_groups):
            for place in range(about.num_columns):
                column = about.row_group(group).column(place)
                known = column.statistics is not None and column.statistics.has_null_count
                count = column.statistics.null_count if known else None
                missing.setdefault(column.path_in_schema, []).append(count)
        return {
            name: (about.num_rows, None if None in counts else sum(each or 0 for each in counts))
            for name, counts in missing.items()
        }

    def _read(self, table: str, columns: Sequence[str] | None = None, filters: Any = None) -> pd.DataFrame:
        """Read and type a table column by column, so that little more than the result is in memory at any time."""
        import pyarrow.parquet as pq

        file = self.path / f"{table}.parquet"
        try:
            if columns is None and not filters:
                with pq.ParquetFile(file) as opened:
                    names = opened.schema_arrow.names
                    require_columns(names, table, self.columns)
                    kinds = kinds_of(table, self.columns)
                    read = {name: self._column(opened, table, name, kinds.get(name)) for name in names}
                    return pd.DataFrame(read, copy=False)
            chosen = pq.read_table(file, columns=columns and list(columns), filters=filters or None, use_threads=False)
            frame = chosen.to_pandas(split_blocks=True, self_destruct=True)
        except RunFolderError:
            raise
        except Exception as error:
            raise RunFolderError(f"{file} cannot be read ({error}); run the study again into a new folder") from error
        return typed(frame, table, self.columns, partial=columns is not None)

    @staticmethod
    def _column(opened: Any, table: str, name: str, kind: str | None) -> pd.Series:
        """One whole column, typed as its kind says, or as it is where the dictionary does not know it."""
        series = opened.read([name], use_threads=False).to_pandas()[name]
        return series if kind is None else cast(series, kind, f"{table}.{name}")

    def _known_ids(self, patient_id: Ids) -> list[int]:
        """Return the ids asked for; a LookupError names those that the run does not have."""
        ids = [int(each) for each in (patient_id if isinstance(patient_id, Iterable) else [patient_id])]
        strange = sorted(set(ids) - set(self._read("patients", ["patient_id"])["patient_id"]))
        if strange:
            raise LookupError(f"the run {self.path} has no patient {', '.join(map(str, strange[:5]))}")
        return ids

    def _recorded(
        self,
        table: str,
        patient_id: Ids | None,
        arm: Names | None,
        replicate: int | None,
        columns: Sequence[str] | None,
        order: list[str],
        span: Sequence[tuple[str, str, float | None]] = (),
    ) -> pd.DataFrame:
        """Read an opt-in table with everything that is asked pushed down to its file."""
        if not self.recorded(table):
            raise RunFolderError(
                f"the run {self.path} did not record {table}; add `record: [{table}]` to the scenario and run it again"
            )
        arms = [arm] if isinstance(arm, str) else arm
        unknown = [name for name in arms or () if name not in self.arms]
        if unknown:
            raise LookupError(f"arm {unknown[0]!r} is not in this run; its arms are {', '.join(self.arms)}")
        known = self.columns.loc[self.columns["table"] == table, "name"]
        strange = [name for name in columns or () if name not in set(known)]
        if strange:
            raise LookupError(f"{table} has no column {', '.join(strange)}; it has {', '.join(known)}")
        asked: list[tuple[str, str, Any]] = [
            ("patient_id", "in", None if patient_id is None else self._known_ids(patient_id)),
            ("arm", "in", None if arms is None else list(arms)),
            ("replicate", "==", replicate),
            *span,
        ]
        filters = [each for each in asked if each[2] is not None]
        wanted = None if columns is None else list(dict.fromkeys([*KEYS, *order, *columns]))
        return self._read(table, wanted, filters)
