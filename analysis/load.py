"""A run folder as tidy, typed pandas frames."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import pandas as pd

from analysis.folder import (
    RunFolderError,
    UnfinishedRunError,
    about_table,
    check_folder,
    is_sweep,
    read_columns,
    read_run,
)
from analysis.metrics import paired_values
from analysis.recorded import Tables

if TYPE_CHECKING:
    from analysis.collection import RunCollection
    from analysis.points import SweepResults


class FailedRowsWarning(UserWarning):
    """Some patients failed; their rows hold a reason instead of an outcome and are left out of every result."""


class MissingRowsWarning(UserWarning):
    """Some patients lack a row in some arm or replicate; what is there is used, and pairs need both sides."""


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


class RunResults(Tables):
    """One finished run; also reads what `analysis.recorded.Tables` reads.

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

    def patient(self, patient_id: int) -> PatientRecord:
        """Gather everything about one patient; a LookupError names the ids there are."""
        row = self.patients[self.patients["patient_id"] == patient_id]
        if row.empty:
            ids = self.patients["patient_id"]
            raise LookupError(
                f"patient {patient_id} is not in this run, which has {len(ids)} patients "
                f"with ids from {ids.min()} to {ids.max()} (numbers of people who are not admitted are left out)"
            )
        return PatientRecord(
            patient_id,
            row.iloc[0],
            self._of_patient("outcomes", patient_id),
            self._of_patient("events", patient_id),
        )

    def _of_patient(self, table: str, patient_id: int) -> pd.DataFrame:
        """A patient's rows: of a table that was read before, else from the file, which is read no further."""
        if table in self.__dict__:
            frame: pd.DataFrame = self.__dict__[table]
            return frame[frame["patient_id"] == patient_id]
        return self._read(table, filters=[("patient_id", "==", patient_id)])

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


@overload
def load_results(path: str | Path) -> RunResults | SweepResults: ...


@overload
def load_results(path: list[Any] | tuple[Any, ...]) -> RunCollection: ...


def load_results(path: str | Path | list[Any] | tuple[Any, ...]) -> RunResults | SweepResults | RunCollection:
    """Load a finished run folder, the folder of a finished sweep, or several runs one below the other.

    Outcomes are read and checked at once, every other table when it is first asked for.

    Parameters
    ----------
    path : str or path, or a list of them
        The folder that a run wrote; of several, run folders whose data dictionaries are the same.

    Returns
    -------
    RunResults, SweepResults or RunCollection

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
    MissingRowsWarning
        If a patient lacks a row in an arm or replicate.
    """
    if not isinstance(path, str | Path):
        from analysis.collection import load_collection

        return load_collection(path)
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
    _warn_of_missing(results)
    return results


def _warn_of_missing(results: RunResults) -> None:
    patients = about_table(results.path / "patients.parquet").num_rows
    if patients == 0:
        raise RunFolderError(f"{results.path / 'patients.parquet'} holds no patients; the file is damaged")
    replicates = results.outcomes["replicate"].nunique()
    missing = patients * len(results.arms) * replicates - len(results.outcomes)
    if missing > 0:
        warnings.warn(
            f"{missing} of {missing + len(results.outcomes)} rows are missing from {results.path / 'outcomes.parquet'} "
            f"({patients} patients × {len(results.arms)} arms × {replicates} replicates were expected); run the study "
            "again into a new folder to have them all",
            MissingRowsWarning,
            stacklevel=3,
        )


def _check_outcomes(results: RunResults) -> None:
    outcomes = results.outcomes
    repeated = outcomes.duplicated(["arm", "patient_id", "replicate"]).sum()
    if repeated:
        raise RunFolderError(f"{results.path / 'outcomes.parquet'}: {repeated} rows appear twice; the file is damaged")
    strangers = sorted(set(outcomes["arm"].unique()) - set(results.arms))
    if strangers:
        raise RunFolderError(f"outcomes.parquet has arms that run.json does not name: {', '.join(strangers)}")
