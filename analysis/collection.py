"""Several runs one below the other, told apart by a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from analysis.folder import RunFolderError
from analysis.load import PatientRecord, RunResults, load_results
from analysis.stacked import StackedRuns


class RunCollection(StackedRuns):
    """Runs that were loaded together.

    Attributes
    ----------
    runs : dict of str to RunResults
        The runs by name: that of the folder, with the folder above it where two have the same.
    columns : pandas.DataFrame
        The data dictionary that all of them share.
    arms : list of str
        Names of the arms of any run, in the order in which they first come.
    outcomes, patients, events : pandas.DataFrame
        Those of all runs one below the other, with ``run`` (an ordered category) as first column.
    """

    def __init__(self, runs: dict[str, RunResults]) -> None:
        self.runs = runs
        self.columns: pd.DataFrame = next(iter(runs.values())).columns
        self.arms: list[str] = list(dict.fromkeys(arm for run in runs.values() for arm in run.arms))

    def __repr__(self) -> str:
        return f"<RunCollection of {len(self.runs)} runs: {', '.join(self.runs)}>"

    @property
    def example(self) -> str:
        """How one of the runs is had, in words."""
        return f"one of them, such as .runs[{next(iter(self.runs))!r}]"

    def paired(self, metric: str) -> pd.DataFrame:
        """Put the arms side by side, run below run: index (run, patient_id, replicate); see `RunResults.paired`."""
        parts = {name: run.paired(metric).reindex(columns=self.arms) for name, run in self.runs.items()}
        return pd.concat(parts, names=["run"]).rename_axis(columns="arm")

    def patient(self, patient_id: int) -> dict[str, PatientRecord]:
        """Gather everything about one patient from each run that has this id; a LookupError says if none has."""
        found = {
            name: run.patient(patient_id)
            for name, run in self.runs.items()
            if (run.patients["patient_id"] == patient_id).any()
        }
        if not found:
            raise LookupError(f"patient {patient_id} is in none of the runs {', '.join(self.runs)}")
        return found

    def describe_columns(self, table: str | None = None) -> pd.DataFrame:
        """Return the data dictionary of the tables held, run below run; see `RunResults.describe_columns`."""
        return self._all(lambda run: run.describe_columns(table))

    def _all(self, table: Callable[[RunResults], pd.DataFrame]) -> pd.DataFrame:
        parts = [table(run) for run in self.runs.values()]
        sizes = [len(part) for part in parts]
        names = pd.Categorical.from_codes(
            [code for code, size in enumerate(sizes) for _ in range(size)], categories=list(self.runs), ordered=True
        )
        whole = pd.concat(parts, ignore_index=True)
        whole.insert(0, "run", names)
        return whole


def load_collection(paths: Sequence[str | Path]) -> RunCollection:
    """Load several run folders; see `analysis.load_results`.

    Raises
    ------
    RunFolderError
        If there is none, one comes twice, one is a sweep, or their data dictionaries differ.
    """
    folders = [Path(path) for path in paths]
    if not folders:
        raise RunFolderError("no run folder is given; give at least one")
    whole = [folder.resolve() for folder in folders]
    twice = next((folder for place, folder in enumerate(whole) if folder in whole[:place]), None)
    if twice is not None:
        raise RunFolderError(f"{twice} is given twice; its rows would count twice")
    runs: dict[str, RunResults] = {}
    for name, folder in zip(_names(whole), folders, strict=True):
        loaded = load_results(folder)
        if not isinstance(loaded, RunResults):
            raise RunFolderError(
                f"{folder} is a sweep; give its points, which are runs: load_results({folder}).folders"
            )
        runs[name] = loaded
    _require_one_dictionary(runs)
    return RunCollection(runs)


def _names(folders: list[Path]) -> list[str]:
    """Shortest ends of the paths that tell them apart."""
    for depth in range(1, max(len(folder.parts) for folder in folders) + 1):
        names = ["/".join(folder.parts[-depth:]) for folder in folders]
        if len(set(names)) == len(names):
            return names
    return [str(folder) for folder in folders]


def _require_one_dictionary(runs: dict[str, RunResults]) -> None:
    (first, base), *others = runs.items()
    keys = ["table", "name", "kind", "unit"]
    for other, run in others:
        ours, theirs = (set(map(tuple, each.columns[keys].to_numpy())) for each in (base, run))
        if ours == theirs:
            continue
        parts = []
        for head, rows in ((first, ours - theirs), (other, theirs - ours)):
            told = [f"{table}.{name} ({', '.join(filter(None, about))})" for table, name, *about in sorted(rows)[:4]]
            listed = ", ".join(told)
            parts += [f"only {head} has {listed}{' and more' if len(rows) > 4 else ''}"] if rows else []
        raise RunFolderError(
            f"the data dictionaries of {first} and {other} differ: {'; '.join(parts)}. Load them one by one, or "
            "run them again with one version of the program"
        )
