"""One scenario into one run folder: the same virtual patients through every arm, on all processors.

A run that was stopped or killed is resumed by calling it again; the tables are the same either way, because every
random number has an address and the rows are put in one order at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from abm import provenance
from abm.output_tables import patients_table
from abm.parameters.catalog import ParameterSet, parameters_of
from abm.population import select_patients
from abm.population_text import COHORT_FILE
from abm.run_folder import RunFolder
from abm.scenario import Scenario
from abm.scenario_writer import resolved_yaml
from abm.treatment import Treated, Work, joined, treat_patient
from abm.whole_files import CannotWrite

SHARD_SECONDS = 1.0
"""About how much work of one processor a shard holds: what a killed process can lose."""

_SECONDS_PER_CELL = 1.5e-5
_SECONDS_PER_DAY_OF_SKIN = 0.01
_LARGEST_SHARD = 1_000

Progress = Callable[[int, int], None]
Select = Callable[[Scenario, ParameterSet], pd.DataFrame]


class StudyStopped(KeyboardInterrupt):
    """The study was interrupted; what is done is saved and the same call goes on from there."""

    def __init__(self, done: int, patients: int) -> None:
        self.done, self.patients = done, patients
        super().__init__(f"stopped: {done} of {patients} patients done; the same command resumes")


def run_scenario(
    scenario: Scenario, out: Path | None, threads: int, progress: Progress, select: Select | None = None
) -> Path:
    """Run a scenario into a folder, or finish or leave it where it was run before; returns the folder.

    Parameters
    ----------
    scenario : Scenario
    out : Path, optional
        By default ``runs/<scenario name>-<hash of everything that decides the numbers>``.
    threads : int
    progress : callable
        Called with the patients done and the patients in all, now and then.
    select : callable, optional
        Draws the patients, as `abm.population.select_patients` does.

    Raises
    ------
    SelectionError, RunFolderError, CannotWrite, StudyStopped
        As `abm.study.run_study` says.
    """
    parameters = parameters_of(scenario.drugs, scenario.parameters)
    identity = provenance.identity(scenario, parameters)
    path = out if out is not None else default_folder(scenario.name, identity)
    tables = ("outcomes", "events", *sorted(scenario.record), *(["samples"] if scenario.samples else []))
    folder = RunFolder(path, identity, tables)
    record = folder.record()
    if record is None or not record["finished"]:
        drawn = (select or select_patients)(scenario, parameters)
        treated = drawn.sort_values("patient_id", ignore_index=True)
        _Run(Work(scenario, parameters, folder.tables), folder, treated, threads, progress).finish()
    elif folder.has_leftovers():
        with folder.opened():
            folder.remove_shards()
    return path


def default_folder(name: str, identity: dict[str, Any]) -> Path:
    """Where a run goes unless told otherwise."""
    return Path("runs") / f"{name}-{identity['hash'][:8]}"


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
        session = {"started": now(), "workers": self.threads, "patients_before": self.saved, "seconds": None}
        record["timings"]["sessions"].append(session)
        self.folder.write_json("run.json", record)
        self._treat(missing)
        hashes = self.folder.merge(self.shards)
        session["seconds"] = round(time.perf_counter() - clock, 3)
        record["content_hashes"].update(hashes)
        record["timings"]["finished"] = now()
        record.update(finished=True, failed=self.folder.failed_rows(), environment=provenance.environment())
        self.folder.write_json("run.json", record)
        self.folder.remove_shards()

    def _begin(self, record: dict[str, Any] | None) -> dict[str, Any]:
        scenario, folder = self.work.scenario, self.folder
        if record is None:
            record = provenance.birth_certificate(scenario, folder.identity)
            folder.write_json("run.json", record)
        folder.write_text("scenario.yaml", resolved_yaml(scenario))
        if scenario.cohort.cohort_rows is not None:
            folder.write_text(COHORT_FILE, scenario.cohort.cohort_rows.text())
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


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
