"""Several runs one below the other, rows that are missing, and columns described without reading."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from run_folder_fixture import MILD, NONE, SEVERE, arm_outcomes, outcome, skin_run, step_events, talk_run, write_run

import analysis
from analysis import MissingRowsWarning, RunFolderError, load_results

TWO = ("full_dose", "rdd")


def run(folder: Path, **options) -> Path:
    rows = arm_outcomes("full_dose", [SEVERE, NONE]) + arm_outcomes("rdd", [MILD, NONE])
    return write_run(folder, rows, arms=TWO, **options)


def test_runs_stand_one_below_the_other(tmp_path):
    folders = [run(tmp_path / "a"), run(tmp_path / "b", events=step_events("rdd", "ladder_12_step", 3))]
    both = load_results(folders)
    assert both.outcomes["run"].cat.categories.tolist() == ["a", "b"]
    assert both.outcomes["run"].tolist() == ["a"] * 4 + ["b"] * 4
    pd.testing.assert_frame_equal(
        both.outcomes[both.outcomes["run"] == "b"].drop(columns="run").reset_index(drop=True),
        load_results(folders[1]).outcomes,
    )
    assert (len(both.patients), len(both.events), len(both.failed)) == (4, 3, 0)
    paired = both.paired("reacted")
    assert paired.index.names == ["run", "patient_id", "replicate"]
    assert paired.loc["a", "full_dose"].tolist() == [1.0, 0.0]
    assert set(both.patient(1)) == {"a", "b"}
    assert "2 runs: a, b" in repr(both)
    assert set(both.describe_columns("outcomes")["run"]) == {"a", "b"}
    with pytest.raises(LookupError, match="patient 9 is in none of the runs a, b"):
        both.patient(9)


def test_arms_that_only_one_run_has_are_missing_in_the_other(tmp_path):
    both = load_results([run(tmp_path / "x"), skin_run(tmp_path / "y", patients=4, dead=1)])
    assert both.arms == ["full_dose", "rdd", "first_exposure", "second_exposure", "avoidance"]
    assert both.paired("died").loc["x", "avoidance"].isna().all()
    with pytest.raises(RunFolderError, match="did not record timeseries"):
        both.timeseries()


def test_equal_names_are_told_apart_by_the_folder_above(tmp_path):
    both = load_results([run(tmp_path / "a" / "run"), run(tmp_path / "b" / "run")])
    assert list(both.runs) == ["a/run", "b/run"]


def test_what_cannot_stand_together_is_refused(tmp_path):
    first, second = run(tmp_path / "a"), run(tmp_path / "b")
    with pytest.raises(RunFolderError, match="give at least one"):
        load_results([])
    with pytest.raises(RunFolderError, match="is given twice"):
        load_results([first, tmp_path / "b" / ".." / "a"])
    columns = pd.read_csv(second / "columns.csv", keep_default_na=False)
    columns.loc[columns["name"] == "delay_min", "unit"] = "h"
    columns.to_csv(second / "columns.csv", index=False)
    with pytest.raises(
        RunFolderError, match=r"a and b differ: only a has outcomes\.delay_min \(float64, min\); only b"
    ):
        load_results([first, second])


def test_missing_rows_are_told_with_their_number(tmp_path):
    rows = arm_outcomes("full_dose", [SEVERE, NONE]) + arm_outcomes("rdd", [MILD])
    with pytest.warns(MissingRowsWarning, match=r"1 of 4 rows are missing .*2 patients × 2 arms × 1 replicates"):
        results = load_results(write_run(tmp_path, rows, arms=TWO))
    assert results.paired("reacted")["rdd"].isna().sum() == 1


def test_columns_are_described_without_reading_the_tables(tmp_path):
    results = load_results(run(tmp_path, events=step_events("rdd", "ladder_12_step", 3)))
    found = results.describe_columns("outcomes").set_index("name")
    assert found.loc["onset_min", ["unit", "rows", "missing"]].tolist() == ["min", 4, 2]
    assert set(results.describe_columns()["table"]) == {"patients", "outcomes", "events"}
    with pytest.raises(LookupError, match="holds no table 'skin'; it holds patients, outcomes, events"):
        results.describe_columns("skin")


def test_a_patient_is_read_by_filter_and_equal_to_the_whole(tmp_path):
    folder = talk_run(tmp_path, patients=12)
    lazy, whole = load_results(folder), load_results(folder)
    assert len(whole.events) > 0
    for one, other in ((lazy.patient(0).events, whole.patient(0).events),):
        pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))
    assert "events" not in lazy.__dict__


def test_times_arms_and_patients_reach_the_file(tmp_path):
    rows = [outcome(arm, i, NONE) for arm in TWO for i in range(3)]
    series = [
        {"scenario": "s", "arm": arm, "patient_id": i, "replicate": 0, "time_min": float(t), "plasma_mg_per_l": t + i}
        for arm in TWO for i in range(3) for t in range(5)
    ]  # fmt: skip
    series = [dict.fromkeys(("antigen", "systolic_mmhg"), 1.0) | {"severity": NONE} | row for row in series]
    results = load_results(write_run(tmp_path, rows, arms=TWO, recorded={"timeseries": series}))
    found = results.timeseries(patient_id=[0, 2], arm=["rdd"], from_min=1.0, to_min=2.0, columns=["plasma_mg_per_l"])
    assert found["plasma_mg_per_l"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert len(results.timeseries(replicate=1)) == 0
    with pytest.raises(LookupError, match="arm 'placebo' is not in this run"):
        results.timeseries(arm=["rdd", "placebo"])


def test_nothing_of_the_simulator_is_needed(tmp_path):
    folder = talk_run(tmp_path, patients=6)
    program = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("numba", "mesa", "abm", "solara", "typer", "llvmlite"):
            raise ImportError(name + " is not here")
sys.meta_path.insert(0, Blocked())
from analysis import load_results, comparison_table, format_table
from analysis.report import write_report
results = load_results({str(folder)!r})
print(format_table(comparison_table(results)))
print(write_report(results).stat().st_size)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(analysis.__file__).parents[1], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) > 100_000
