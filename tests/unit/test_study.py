"""Studies: what a run folder holds, failures as rows, stopping, resuming."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from abm import study_run, treatment, whole_files
from abm.output_columns import TABLES
from abm.run_folder import DifferentRun
from abm.scenario_file import load_scenario
from abm.study import BadSize, HiddenPackage, StudyStopped, run_study, with_sizes
from abm.study_run import shard_patients
from abm.whole_files import CannotWrite
from analysis import FailedRowsWarning, RunResults, load_results

PATIENTS = 6


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("comparison", [f"patients={PATIENTS}", "cells=200"])


@pytest.fixture(scope="module")
def whole(scenario, tmp_path_factory) -> RunResults:
    return run_study(scenario, out=tmp_path_factory.mktemp("whole") / "run")


@pytest.fixture
def small_shards(monkeypatch) -> None:
    monkeypatch.setattr(study_run, "SHARD_SECONDS", 0.0)


def hashes(results: RunResults) -> dict[str, str]:
    return results.run["content_hashes"]


def stop_after(patients: int):
    def progress(done: int, total: int) -> None:
        if done >= patients:
            raise KeyboardInterrupt

    return progress


def test_run_folder_is_complete(whole, scenario) -> None:
    assert {path.name for path in whole.path.iterdir()} == {
        *("scenario.yaml", "run.json", "parameters.csv", "columns.csv"),
        *("patients.parquet", "outcomes.parquet", "events.parquet"),
    }
    record = json.loads((whole.path / "run.json").read_text())
    assert record["finished"] is True
    assert record["failed"] == 0
    assert record["timings"]["sessions"][0]["seconds"] > 0
    assert set(record["content_hashes"]) == {"patients", "outcomes", "events"}
    assert load_scenario(whole.path / "scenario.yaml") == scenario


def test_tables_are_complete_typed_and_in_order(whole, scenario) -> None:
    arms = [arm.name for arm in scenario.arms]
    keys = list(whole.outcomes[["patient_id", "arm"]].itertuples(index=False, name=None))
    assert keys == [(patient, arm) for patient in whole.patients["patient_id"] for arm in arms]
    assert len(whole.patients) == PATIENTS
    assert set(whole.outcomes["status"]) == {"ok"}
    assert list(whole.outcomes.columns) == [column.name for column in TABLES["outcomes"]]
    first = whole.events.groupby(["patient_id", "arm"])["event_number"].min()
    assert len(first) == PATIENTS * len(arms)
    raw = pd.read_parquet(whole.path / "outcomes.parquet")
    assert raw["severity"].cat.ordered
    assert raw["step_at_reaction"].dtype == "Int64"


def test_run_study_returns_what_load_results_returns(whole) -> None:
    loaded = load_results(whole.path)
    assert type(whole) is type(loaded)
    pd.testing.assert_frame_equal(whole.outcomes, loaded.outcomes)


def test_a_finished_run_is_loaded_not_repeated(whole, scenario, monkeypatch) -> None:
    monkeypatch.setattr(treatment, "run_arm", None)
    monkeypatch.setattr(study_run, "select_patients", None)
    before = (whole.path / "run.json").stat().st_mtime_ns
    assert hashes(run_study(scenario, out=whole.path)) == hashes(whole)
    assert (whole.path / "run.json").stat().st_mtime_ns == before


def test_leftover_shards_of_a_finished_run_are_removed(whole, scenario, tmp_path) -> None:
    shutil.copytree(whole.path, tmp_path / "run")
    (tmp_path / "run" / "shards" / "000000").mkdir(parents=True)
    run_study(scenario, out=tmp_path / "run")
    assert not (tmp_path / "run" / "shards").exists()


def test_more_patients_in_the_same_folder_are_another_run(whole, scenario) -> None:
    with pytest.raises(DifferentRun, match="patients 6, now 7"):
        run_study(scenario, out=whole.path, patients=7)


def test_default_folder_is_named_after_scenario_and_content(scenario, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = run_study(scenario, patients=1)
    second = run_study(scenario, patients=1, seed=2)
    assert first.path.parent == Path("runs")
    assert first.path.name.startswith("comparison-")
    assert first.path != second.path
    assert len(list(Path("runs").iterdir())) == 2


def test_a_failing_arm_is_a_row_and_the_rest_goes_on(whole, scenario, tmp_path, monkeypatch) -> None:
    real = treatment.run_arm
    bad = int(whole.patients["patient_id"].iloc[2])

    def run_arm(arm, work, patient, replicate, parameters, before):
        if arm.name == "rdd" and patient["patient_id"] == bad:
            raise ArithmeticError("the state\nis no longer finite")
        return real(arm, work, patient, replicate, parameters, before)

    monkeypatch.setattr(treatment, "run_arm", run_arm)
    with pytest.warns(FailedRowsWarning):
        results = run_study(scenario, out=tmp_path / "run")
    failed = results.failed
    assert failed[["patient_id", "arm"]].to_numpy().tolist() == [[bad, "rdd"]]
    assert failed["failure_reason"].tolist() == ["ArithmeticError: the state is no longer finite"]
    assert failed["severity"].isna().all()
    assert failed["reacted"].isna().all()
    assert results.run["failed"] == 1
    kept = results.outcomes[results.outcomes["status"] == "ok"].reset_index(drop=True)
    same = whole.outcomes.drop(
        index=whole.outcomes.index[(whole.outcomes["patient_id"] == bad) & (whole.outcomes["arm"] == "rdd")]
    )
    pd.testing.assert_frame_equal(kept, same.reset_index(drop=True), check_dtype=False)


@pytest.mark.parametrize("value", [math.nan, math.inf, None, "much"])
def test_a_result_that_is_no_number_is_a_failure(scenario, tmp_path, monkeypatch, value) -> None:
    real = treatment.run_arm

    def run_arm(*call):
        result = real(*call)
        return replace(result, outcome={**result.outcome, "peak_tryptase_ng_per_ml": value})

    monkeypatch.setattr(treatment, "run_arm", run_arm)
    with pytest.warns(FailedRowsWarning):
        results = run_study(scenario, out=tmp_path / "run", patients=1)
    assert results.failed["failure_reason"].str.contains("outcomes.peak_tryptase_ng_per_ml").all()
    assert len(results.failed) == len(scenario.arms)
    assert results.events.empty


@pytest.mark.usefixtures("small_shards")
def test_a_stopped_study_resumes_to_equal_tables(whole, scenario, tmp_path) -> None:
    out = tmp_path / "run"
    with pytest.raises(StudyStopped, match=r"stopped: \d of 6 patients done; the same command resumes") as first:
        run_study(scenario, out=out, workers=1, progress=stop_after(2))
    assert 1 <= first.value.done < PATIENTS
    assert len(list((out / "shards").iterdir())) == first.value.done
    seen: list[tuple[int, int]] = []
    results = run_study(scenario, out=out, workers=1, progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (first.value.done, PATIENTS)
    assert seen[-1] == (PATIENTS, PATIENTS)
    assert hashes(results) == hashes(whole)
    assert [session["patients_before"] for session in results.run["timings"]["sessions"]] == [0, first.value.done]
    assert not (out / "shards").exists()


@pytest.mark.usefixtures("small_shards")
def test_a_stopped_study_is_not_resumed_by_another(scenario, tmp_path) -> None:
    with pytest.raises(StudyStopped):
        run_study(scenario, out=tmp_path / "run", progress=stop_after(1))
    with pytest.raises(DifferentRun, match="seed 1, now 2"):
        run_study(scenario, out=tmp_path / "run", seed=2)


def test_a_study_stopped_before_it_began_leaves_nothing(scenario, tmp_path, monkeypatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(study_run.provenance, "birth_certificate", interrupt)
    with pytest.raises(StudyStopped, match="stopped: 0 of 6"):
        run_study(scenario, out=tmp_path / "a" / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("small_shards")
def test_a_full_disk_stops_the_study_and_it_resumes(whole, scenario, tmp_path, monkeypatch) -> None:
    real, calls = whole_files.os.fsync, []

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 24:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(whole_files.os, "fsync", fsync)
        with pytest.raises(CannotWrite, match="No space left on device") as full:
            run_study(scenario, out=tmp_path / "run", workers=1)
    assert any("the same command resumes" in note for note in full.value.__notes__)
    assert not [path for path in (tmp_path / "run").rglob(".tmp-*")]
    assert hashes(run_study(scenario, out=tmp_path / "run")) == hashes(whole)


def test_recorded_tables(scenario, tmp_path) -> None:
    recorded = replace(scenario, record=frozenset({"timeseries", "cells"}))
    results = run_study(recorded, out=tmp_path / "run", patients=2)
    rows = len(scenario.arms) * 2
    assert len(results.cells()) == rows * scenario.cells
    assert len(results.timeseries().groupby(["patient_id", "arm"])) == rows
    assert {"timeseries", "cells"} < set(hashes(results))


def test_replicates_are_rows(scenario, tmp_path) -> None:
    results = run_study(scenario, out=tmp_path / "run", patients=2, replicates=3)
    assert results.outcomes.groupby(["patient_id", "arm"], observed=True)["replicate"].apply(list).map(len).eq(3).all()


def test_shards_do_not_depend_on_the_machine(scenario, monkeypatch) -> None:
    size = shard_patients(scenario)
    monkeypatch.setattr(study_run.provenance, "usable_cpus", lambda: 64)
    assert shard_patients(scenario) == size
    assert shard_patients(replace(scenario, cells=10_000_000)) == 1
    assert 1 < shard_patients(replace(scenario, cells=5_000)) < shard_patients(scenario)
    assert shard_patients(load_scenario("sjs")) < 10  # few mast cells, but weeks of skin


@pytest.mark.parametrize(
    "size",
    [{"patients": 0}, {"cells": -1}, {"replicates": 0}, {"seed": -1}, {"seed": 2**32}, {"patients": 10**12}],
)
def test_sizes_out_of_range_are_named(scenario, tmp_path, size) -> None:
    with pytest.raises(BadSize, match=f"{next(iter(size))} is .*; allowed: "):
        run_study(scenario, out=tmp_path / "run", **size)
    assert not (tmp_path / "run").exists()


def test_sizes_replace_the_scenarios_own(scenario) -> None:
    changed = with_sizes(scenario, patients=3, cells=4, replicates=5, seed=6)
    assert (changed.cohort.patients, changed.cells, changed.replicates, changed.seed) == (3, 4, 5, 6)
    assert with_sizes(scenario) == scenario
    with pytest.raises(BadSize, match="workers is 0"):
        run_study(scenario, workers=0)


def test_a_users_analysis_file_is_named(tmp_path, monkeypatch, scenario) -> None:
    (tmp_path / "analysis.py").write_text("raise SystemExit('must not be imported')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "analysis"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(HiddenPackage, match=r"analysis\.py hides the package 'analysis'"):
        run_study(scenario, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
