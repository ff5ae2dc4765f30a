"""Run a study: the same virtual patients through every arm, on all processors, into a run folder.

A study that was stopped or killed is resumed by calling it again; the tables are the same either way, because every
random number has an address and the rows are put in one order at the end.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from abm import provenance
from abm.output_tables import patients_table
from abm.parameters.catalog import default_parameters
from abm.population import select_patients
from abm.run_folder import RunFolder, RunFolderError
from abm.scenario import Scenario
from abm.scenario_file import load_scenario, resolved_yaml
from abm.scenario_schema import MOST_CELLS, MOST_PATIENTS, MOST_REPLICATES
from abm.treatment import Treated, Work, joined, treat_patient
from abm.whole_files import CannotWrite

if TYPE_CHECKING:
    from analysis import RunResults

SHARD_SECONDS = 1.0
"""About how much work of one processor a shard holds: what a killed process can lose."""

_SECONDS_PER_CELL = 1.5e-5
_SECONDS_PER_DAY_OF_SKIN = 0.01
_LARGEST_SHARD = 1_000
_LARGEST = 2**32

Progress = Callable[[int, int], None]


class StudyStopped(KeyboardInterrupt):
    """The study was interrupted; what is done is saved and the same call goes on from there."""

    def __init__(self, done: int, patients: int) -> None:
        self.done, self.patients = done, patients
        super().__init__(f"stopped: {done} of {patients} patients done; the same command resumes")


class BadSize(ValueError):
    """A number of patients, cells, replicates or workers, or a seed, that is out of range."""


class HiddenPackage(ImportError):
    """A file of the user's hides a package this program needs."""


def run_study(
    scenario: Scenario | str | os.PathLike[str],
    *,
    out: str | os.PathLike[str] | None = None,
    patients: int | None = None,
    cells: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> RunResults:
    """Run a study, or finish or load it where it was run before.

    Parameters
    ----------
    scenario : Scenario, str or path
        The study, the name of a shipped scenario, or a scenario file.
    out : path, optional
        Run folder; by default ``runs/<scenario name>-<hash of everything that decides the numbers>``.
    patients, cells, replicates, seed : int, optional
        Replace the scenario's own.
    workers : int, optional
        Threads; by default one per usable processor. The results do not depend on it.
    progress : callable, optional
        Called with the patients done and the patients in all, now and then.

    Returns
    -------
    analysis.RunResults
        The same object that ``analysis.load_results(out)`` returns.

    Raises
    ------
    ScenarioError
        The scenario file is wrong.
    SelectionError
        The population does not hold enough patients that meet the conditions.
    RunFolderError
        The folder holds something else, or another process writes it.
    CannotWrite
        The folder cannot be written.
    StudyStopped
        Ctrl-C was pressed.
    BadSize
        A number above is out of range.
    """
    require_own_analysis()
    study = with_sizes(
        scenario if isinstance(scenario, Scenario) else load_scenario(scenario),
        patients=patients,
        cells=cells,
        replicates=replicates,
        seed=seed,
    )
    threads = provenance.usable_cpus() if workers is None else _in_range("workers", workers, 1, 1024)
    parameters = default_parameters().with_overrides(study.parameters)
    identity = provenance.identity(study, parameters)
    path = Path(out) if out is not None else Path("runs") / f"{study.name}-{identity['hash'][:8]}"
    folder = RunFolder(path, identity, ("outcomes", "events", *sorted(study.record)))
    record = folder.record()
    if record is None or not record["finished"]:
        treated = select_patients(study, parameters).sort_values("patient_id", ignore_index=True)
        work = Work(study, parameters, folder.tables)
        _Run(work, folder, treated, threads, progress or _silent).finish()
    elif folder.has_leftovers():
        with folder.opened():
            folder.remove_shards()
    return _load(path)


def _load(path: Path) -> RunResults:
    """Read the finished run; a table damaged since then is the folder's fault and told as such."""
    import analysis

    try:
        return analysis.load_results(path)
    except analysis.RunFolderError as error:
        raise RunFolderError(f"{error}; choose another --out, or delete the folder to run it anew") from None


def with_sizes(
    scenario: Scenario,
    *,
    patients: int | None = None,
    cells: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """Return the scenario with some of its sizes replaced; `BadSize` names the one out of range."""
    if patients is not None:
        count = _in_range("patients", patients, 1, MOST_PATIENTS)
        scenario = replace(scenario, cohort=replace(scenario.cohort, patients=count))
    if cells is not None:
        scenario = replace(scenario, cells=_in_range("cells", cells, 1, MOST_CELLS))
    if replicates is not None:
        scenario = replace(scenario, replicates=_in_range("replicates", replicates, 1, MOST_REPLICATES))
    if seed is not None:
        scenario = replace(scenario, seed=_in_range("seed", seed, 0, _LARGEST - 1))
    return scenario


def require_own_analysis() -> None:
    """Raise `HiddenPackage` where a user's ``analysis.py`` would be imported instead of ours."""
    spec = importlib.util.find_spec("analysis")
    ours = Path(__file__).resolve().parents[1] / "analysis"
    found = [Path(place).resolve() for place in (spec.submodule_search_locations or ())] if spec else []
    if ours not in found:
        shown = (spec.origin or (found[0] if found else "something")) if spec else "nothing"
        raise HiddenPackage(
            f"{shown} hides the package 'analysis' that comes with desensim; rename it or start from another folder"
        )


def _in_range(name: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise BadSize(f"{name} is {value}; allowed: {low} to {high}")
    return int(value)


def _silent(done: int, patients: int) -> None:
    """Report nothing."""


def shard_patients(scenario: Scenario) -> int:
    """Return how many patients a shard holds; never depends on the machine, so that any machine can resume."""
    course_min = sum(item.duration_min for arm in scenario.arms for item in arm.course)
    skin = _SECONDS_PER_DAY_OF_SKIN * course_min / 1440.0 if scenario.cohort.given else 0.0
    seconds = scenario.replicates * (len(scenario.arms) * scenario.cells * _SECONDS_PER_CELL + skin)
    return max(1, min(_LARGEST_SHARD, round(SHARD_SECONDS / seconds)))


class _Run:
    """One call's work on a run folder."""

    def __init__(self, work: Work, folder: RunFolder, patients: pd.DataFrame, threads: int, progress: Progress) -> None:
        self.work, self.folder, self.patients = work, folder, patients
        self.threads, self.progress = threads, progress
        self.size = shard_patients(work.scenario)
        self.shards = -(-len(patients) // self.size)
        self.saved = 0

    def finish(self) -> None:
        """Treat who is not yet treated, then write the final tables."""
        try:
            with self.folder.opened():
                record = self.folder.record()
                if record is None or not record["finished"]:  # else another process has just finished it
                    self._finish(record)
        except KeyboardInterrupt as interrupt:
            self.work.stop.set()
            raise StudyStopped(self.saved, len(self.patients)) from interrupt
        except CannotWrite as error:
            if self.saved:
                error.add_note(f"{self.saved} of {len(self.patients)} patients are saved; the same command resumes")
            raise

    def _finish(self, record: dict[str, Any] | None) -> None:
        clock = time.perf_counter()
        record = self._begin(record)
        missing = [shard for shard in range(self.shards) if not self._is_saved(shard)]
        self.saved = len(self.patients) - sum(len(self._members(shard)) for shard in missing)
        session = {"started": _now(), "workers": self.threads, "patients_before": self.saved, "seconds": None}
        record["timings"]["sessions"].append(session)
        self.folder.write_json("run.json", record)
        self._treat(missing)
        hashes = self.folder.merge(self.shards)
        session["seconds"] = round(time.perf_counter() - clock, 3)
        record["content_hashes"].update(hashes)
        record["timings"]["finished"] = _now()
        record.update(finished=True, failed=self.folder.failed_rows(), environment=provenance.environment())
        self.folder.write_json("run.json", record)
        self.folder.remove_shards()

    def _begin(self, record: dict[str, Any] | None) -> dict[str, Any]:
        scenario, folder = self.work.scenario, self.folder
        if record is None:
            record = provenance.birth_certificate(scenario, folder.identity)
            folder.write_json("run.json", record)
        folder.write_text("scenario.yaml", resolved_yaml(scenario))
        folder.write_text("parameters.csv", provenance.parameters_csv(self.work.parameters))
        folder.write_text("columns.csv", provenance.columns_csv())
        record["content_hashes"]["patients"] = folder.write_table("patients", iter([patients_table(self.patients)]))
        return record

    def _members(self, shard: int) -> pd.DataFrame:
        return self.patients.iloc[shard * self.size : (shard + 1) * self.size]

    def _is_saved(self, shard: int) -> bool:
        rows_per_patient = len(self.work.scenario.arms) * self.work.scenario.replicates
        return self.folder.has_shard(shard, len(self._members(shard)) * rows_per_patient)

    def _waiting(self, shards: Iterable[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        for shard in shards:
            for patient in self._members(shard).to_dict("records"):
                yield shard, {str(name): value for name, value in patient.items()}

    def _treat(self, shards: list[int]) -> None:
        """Treat the patients of `shards`, keeping only a few at a time in memory."""
        waiting, running = self._waiting(shards), dict[Future[list[Treated]], tuple[int, int]]()
        treated: dict[int, dict[int, list[Treated]]] = {}
        done = self.saved
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="desensim")
        try:
            self.progress(done, len(self.patients))
            while True:
                for shard, patient in islice(waiting, 2 * self.threads - len(running)):
                    future = pool.submit(treat_patient, self.work, patient)
                    running[future] = (shard, int(patient["patient_id"]))
                if not running:
                    return
                # Without a time limit Windows would not see Ctrl-C.
                for future in wait(running, timeout=0.5, return_when=FIRST_COMPLETED).done:
                    shard, patient_id = running.pop(future)
                    treated.setdefault(shard, {})[patient_id] = future.result()
                    done += 1
                    self._save_if_whole(shard, treated)
                self.progress(done, len(self.patients))
        finally:
            self.work.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)

    def _save_if_whole(self, shard: int, treated: dict[int, dict[int, list[Treated]]]) -> None:
        patients = treated[shard]
        if len(patients) < len(self._members(shard)):
            return
        rows = [row for patient_id in sorted(patients) for row in patients[patient_id]]
        self.folder.write_shard(shard, joined(rows, self.work.tables))
        self.saved += len(patients)
        del treated[shard]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
