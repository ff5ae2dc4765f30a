"""A run folder as tidy, typed pandas frames."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.folder import RunFolderError, UnfinishedRunError, check_folder, is_sweep, read_columns, read_run, typed
from analysis.metrics import paired_values

if TYPE_CHECKING:
    from analysis.points import SweepResults

KEYS = ("scenario", "arm", "patient_id", "replicate")


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
        return self._read_recorded("timeseries", patient_id, arm, columns, "time_min")

    def samples(
        self, *, patient_id: int | None = None, arm: str | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Read the blood samples, if any were asked for; as `timeseries`, and always with `sample`."""
        return self._read_recorded("samples", patient_id, arm, columns, "sample", "time_min")

    def cells(self, *, patient_id: int | None = None, arm: str | None = None) -> pd.DataFrame:
        """Read the mast cells, if the run recorded them; parameters and errors as in `timeseries`."""
        return self._read_recorded("cells", patient_id, arm)

    def skin(
        self, *, patient_id: int | None = None, arm: str | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Read T cells and epidermis over days, if recorded; as `timeseries`, with `time_d` for `time_min`."""
        return self._read_recorded("skin", patient_id, arm, columns, "time_d")

    def clones(self, *, patient_id: int | None = None, arm: str | None = None) -> pd.DataFrame:
        """Read the T-cell clones at the end of each arm, if recorded; parameters and errors as in `timeseries`."""
        return self._read_recorded("clones", patient_id, arm)

    def lattice(
        self, *, patient_id: int | None = None, arm: str | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Read daily pictures of the epidermis, if recorded; as `skin`, and always with `patch` and `place`."""
        return self._read_recorded("lattice", patient_id, arm, columns, "time_d", "patch", "place")

    def ige(
        self, *, patient_id: int | None = None, arm: str | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Read IgE, IgG4 and memory B cells day by day, if recorded; as `skin`, and always with `allergen`."""
        return self._read_recorded("ige", patient_id, arm, columns, "time_d", "allergen")

    def recorded(self, table: str) -> bool:
        """Whether the run holds an opt-in table such as ``"skin"``."""
        return (self.path / f"{table}.parquet").is_file()

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
            A yes-or-no metric of `analysis.METRICS` (1.0 or 0.0) or any column of the outcomes table, for example
            ``"max_detached_percent"``.

        Returns
        -------
        pandas.DataFrame
            Index (patient_id, replicate), columns in the order of the arms, missing where a row failed or
            the patient was not treated in that arm, having died in the one before it.
        """
        return paired_values(self.outcomes, self.arms, metric)

    def _read(self, table: str, **options: Any) -> pd.DataFrame:
        file = self.path / f"{table}.parquet"
        try:
            frame = pd.read_parquet(file, engine="pyarrow", **options)
        except Exception as error:
            raise RunFolderError(f"{file} cannot be read ({error}); run the study again into a new folder") from error
        return typed(frame, table, self.columns, partial="columns" in options)

    def _read_recorded(
        self, table: str, patient_id: int | None, arm: str | None, columns: Sequence[str] | None = None, *order: str
    ) -> pd.DataFrame:
        if not self.recorded(table):
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
            options["columns"] = list(dict.fromkeys([*KEYS, *order, *columns]))
        return self._read(table, **options)


def load_results(path: str | Path) -> RunResults | SweepResults:
    """Load a finished run folder, or the folder of a finished sweep.

    Parameters
    ----------
    path : str or path
        The folder that a run wrote.

    Returns
    -------
    RunResults or SweepResults

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
    if is_sweep(folder):
        from analysis.points import load_sweep

        return load_sweep(folder)
    check_folder(folder)
    results = RunResults(folder, read_run(folder / "run.json"), read_columns(folder / "columns.csv"))
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


def _check_outcomes(results: RunResults) -> None:
    outcomes = results.outcomes
    repeated = outcomes.duplicated(["arm", "patient_id", "replicate"]).sum()
    if repeated:
        raise RunFolderError(f"{results.path / 'outcomes.parquet'}: {repeated} rows appear twice; the file is damaged")
    strangers = sorted(set(outcomes["arm"]) - set(results.arms))
    if strangers:
        raise RunFolderError(f"outcomes.parquet has arms that run.json does not name: {', '.join(strangers)}")
