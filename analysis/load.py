"""A run folder as tidy, typed pandas frames."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.metrics import paired_values

KEYS = ("scenario", "arm", "patient_id", "replicate")
_NEEDED_FILES = ("run.json", "columns.csv", "patients.parquet", "outcomes.parquet", "events.parquet")
_NEEDED_KEYS = ("scenario", "reference", "arms")


class RunFolderError(ValueError):
    """The path is not a complete run folder, or a file in it is damaged."""


class UnfinishedRunError(RunFolderError):
    """The run was interrupted, or is still going on."""


class FailedRowsWarning(UserWarning):
    """Some patients failed; their rows hold a reason instead of an outcome and are left out of every result."""


@dataclass(frozen=True)
class PatientRecord:
    """Everything a run holds about one patient.

    Attributes
    ----------
    patient_id : int
    traits : pandas.Series
        The patient's row of the patients table.
    outcomes, events : pandas.DataFrame
        The patient's rows in every arm and replicate.
    """

    patient_id: int
    traits: pd.Series
    outcomes: pd.DataFrame
    events: pd.DataFrame


class RunResults:
    """One finished run.

    Attributes
    ----------
    path : pathlib.Path
        The run folder.
    run : dict
        The contents of run.json: version, seed, arms, timings and so on.
    scenario, reference : str
        Names of the scenario and of the arm that the others are compared with.
    arms : list of str
        Names of the arms in the order of the scenario.
    columns : pandas.DataFrame
        The data dictionary: table, name, kind, unit, meaning.
    outcomes, patients, events : pandas.DataFrame
        Typed as the dictionary says; an integer column with missing values becomes pandas' ``Int64``.
    """

    def __init__(self, path: Path, run: dict[str, Any], columns: pd.DataFrame) -> None:
        self.path = path
        self.run = run
        self.columns = columns
        self.scenario: str = run["scenario"]
        self.reference: str = run["reference"]
        self.arms: list[str] = list(run["arms"])

    def __repr__(self) -> str:
        patients = self.outcomes["patient_id"].nunique()
        return f"<RunResults {self.scenario!r}: {patients} patients, arms {', '.join(self.arms)}, in {self.path}>"

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One row per patient, arm and replicate."""
        return self._read("outcomes")

    @cached_property
    def patients(self) -> pd.DataFrame:
        """One row per patient: traits and tests."""
        return self._read("patients")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Dose steps, reactions and rules in the order they happened."""
        return self._read("events")

    @property
    def failed(self) -> pd.DataFrame:
        """The outcome rows that failed, with their `failure_reason`."""
        return self.outcomes[self.outcomes["status"] == "failed"]

    def timeseries(
        self, *, patient_id: int | None = None, arm: str | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Read what was recorded over time, as much of it as asked for.

        Parameters
        ----------
        patient_id, arm : optional
            Only this patient, only this arm.
        columns : sequence of str, optional
            Only these columns, besides the keys and `time_min`.

        Raises
        ------
        RunFolderError
            If the run did not record its time series.
        """
        wanted = None if columns is None else list(dict.fromkeys([*KEYS, "time_min", *columns]))
        return self._read_recorded("timeseries", patient_id, arm, wanted)

    def cells(self, *, patient_id: int | None = None, arm: str | None = None) -> pd.DataFrame:
        """Read the mast cells, if the run recorded them; parameters and errors as in `timeseries`."""
        return self._read_recorded("cells", patient_id, arm, None)

    def patient(self, patient_id: int) -> PatientRecord:
        """Gather everything about one patient; a LookupError names the ids there are."""
        row = self.patients[self.patients["patient_id"] == patient_id]
        if row.empty:
            ids = self.patients["patient_id"]
            raise LookupError(
                f"patient {patient_id} is not in this run, which has {len(ids)} patients "
                f"with ids from {ids.min()} to {ids.max()}"
            )
        return PatientRecord(
            patient_id,
            row.iloc[0],
            self.outcomes[self.outcomes["patient_id"] == patient_id],
            self.events[self.events["patient_id"] == patient_id],
        )

    def paired(self, metric: str) -> pd.DataFrame:
        """Put the arms side by side: one row per patient and replicate, one column per arm.

        Parameters
        ----------
        metric : str
            A yes-or-no metric of `analysis.METRICS` (1.0 or 0.0) or any column of the outcomes table.

        Returns
        -------
        pandas.DataFrame
            Index (patient_id, replicate), columns in the order of the arms, missing where a row failed.
        """
        return paired_values(self.outcomes, self.arms, metric)

    def _read(self, table: str, **options: Any) -> pd.DataFrame:
        file = self.path / f"{table}.parquet"
        try:
            frame = pd.read_parquet(file, engine="pyarrow", **options)
        except Exception as error:
            raise RunFolderError(f"{file} cannot be read ({error}); run the study again into a new folder") from error
        return _typed(frame, table, self.columns, partial="columns" in options)

    def _read_recorded(
        self, table: str, patient_id: int | None, arm: str | None, columns: list[str] | None
    ) -> pd.DataFrame:
        if not (self.path / f"{table}.parquet").is_file():
            raise RunFolderError(
                f"this run did not record {table}; add `record: [{table}]` to the scenario and run it again"
            )
        if arm is not None and arm not in self.arms:
            raise LookupError(f"arm {arm!r} is not in this run; its arms are {', '.join(self.arms)}")
        known = self.columns.loc[self.columns["table"] == table, "name"]
        unknown = [name for name in columns or () if name not in set(known)]
        if unknown:
            raise LookupError(f"{table} has no column {', '.join(unknown)}; it has {', '.join(known)}")
        filters: list[tuple[str, str, Any]] = [] if patient_id is None else [("patient_id", "==", patient_id)]
        filters += [] if arm is None else [("arm", "==", arm)]
        options: dict[str, Any] = {"filters": filters or None}
        if columns is not None:
            options["columns"] = columns
        return self._read(table, **options)


def load_results(path: str | Path) -> RunResults:
    """Load a finished run folder.

    Parameters
    ----------
    path : str or path
        The folder that a run wrote.

    Returns
    -------
    RunResults

    Raises
    ------
    UnfinishedRunError
        If the run was interrupted or is still going on.
    RunFolderError
        If the path is no run folder, with what is missing, or a file in it is damaged.

    Warns
    -----
    FailedRowsWarning
        If some rows failed, with their number.
    """
    folder = Path(path)
    _check_folder(folder)
    results = RunResults(folder, _read_run(folder / "run.json"), _read_columns(folder / "columns.csv"))
    if results.run.get("finished") is False:
        raise UnfinishedRunError(f"{folder} is unfinished: run the same command again to finish it")
    _check_outcomes(results)
    if len(results.failed):
        reasons = results.failed["failure_reason"].value_counts()
        warnings.warn(
            f"{len(results.failed)} of {len(results.outcomes)} rows failed and are left out of every result; "
            f"most often: {reasons.index[0] if len(reasons) else 'no reason given'}",
            FailedRowsWarning,
            stacklevel=2,
        )
    return results


def _check_folder(folder: Path) -> None:
    if not folder.exists():
        raise RunFolderError(f"{folder} does not exist")
    if not folder.is_dir():
        raise RunFolderError(f"{folder} is a file; give the folder that the run wrote")
    if (folder / "shards").exists():
        raise UnfinishedRunError(f"{folder} is unfinished (shards/ present): run the same command again to finish")
    missing = [name for name in _NEEDED_FILES if not (folder / name).is_file()]
    if missing:
        raise RunFolderError(f"{folder} is not a run folder: {', '.join(missing)} missing")


def _read_run(file: Path) -> dict[str, Any]:
    try:
        run = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunFolderError(f"{file} is not valid JSON ({error})") from error
    missing = [key for key in _NEEDED_KEYS if not isinstance(run, dict) or key not in run]
    if missing:
        raise RunFolderError(f"{file} lacks {', '.join(missing)}")
    if run["reference"] not in run["arms"]:
        raise RunFolderError(f"{file}: the reference {run['reference']!r} is not one of the arms {run['arms']}")
    return run


def _read_columns(file: Path) -> pd.DataFrame:
    try:
        columns = pd.read_csv(file, dtype="string", keep_default_na=False)
    except ValueError as error:
        raise RunFolderError(f"{file} cannot be read ({error})") from error
    expected = ["table", "name", "kind", "unit", "meaning"]
    if list(columns.columns) != expected:
        raise RunFolderError(f"{file} has the columns {', '.join(columns.columns)}; expected {', '.join(expected)}")
    return columns


def _check_outcomes(results: RunResults) -> None:
    outcomes = results.outcomes
    repeated = outcomes.duplicated(["arm", "patient_id", "replicate"]).sum()
    if repeated:
        raise RunFolderError(f"{results.path / 'outcomes.parquet'}: {repeated} rows appear twice; the file is damaged")
    strangers = sorted(set(outcomes["arm"]) - set(results.arms))
    if strangers:
        raise RunFolderError(f"outcomes.parquet has arms that run.json does not name: {', '.join(strangers)}")


def _typed(frame: pd.DataFrame, table: str, columns: pd.DataFrame, partial: bool) -> pd.DataFrame:
    described = columns[columns["table"] == table]
    missing = [name for name in described["name"] if name not in frame]
    if missing and not partial:
        raise RunFolderError(f"{table}.parquet lacks {', '.join(missing)}, which columns.csv describes")
    kinds = {row.name: row.kind for row in described.itertuples(index=False) if row.name in frame}
    typed = {name: _cast(frame[name], kind, f"{table}.{name}") for name, kind in kinds.items()}
    return frame.assign(**typed).reset_index(drop=True)


def _cast(series: pd.Series, kind: str, where: str) -> pd.Series:
    try:
        if "|" not in kind:
            return series.astype("Int64" if kind == "int64" and series.hasnans else kind)
        text = series.astype("string")
        categories = [part.strip() for part in kind.split("|")]
    except (TypeError, ValueError) as error:
        raise RunFolderError(f"{where} cannot be read as {kind} ({error})") from error
    unknown = sorted(set(text.dropna()) - set(categories))
    if unknown:
        raise RunFolderError(f"{where} holds {', '.join(unknown)}; columns.csv allows {kind}")
    return text.astype(pd.CategoricalDtype(categories, ordered=True))
