"""Sweeps that run: their folder, what is shared between points, stopping and resuming."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from abm import sweep as sweep_module
from abm import treatment
from abm.cli import app
from abm.parameters.catalog import default_parameters
from abm.population import SelectionError, select_patients
from abm.run_folder import DifferentRun
from abm.scenario import Scenario
from abm.scenario_file import load_study
from abm.scenario_points import Sweep
from abm.study import BadSize, StudyStopped, run_study, with_sizes
from abm.sweep import SharedSelection
from analysis import (
    FailedRowsWarning,
    RunFolderError,
    RunResults,
    SweepResults,
    UnfinishedRunError,
    comparison_table,
    format_points,
    load_results,
    points_table,
)

TEXT = """\
extends: comparison
name: swept
patients: 4
cells: 60
follow_up: 10 min
arms: {rdd: null}
sweep:
  grid:
    arms.interruption.course.1.gap: [1 h, 2 h]
    parameters.mast_cell.ship1_pool: [0, 4000]
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("file") / "swept.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def study(file) -> Sweep:
    found = load_study(file)
    assert isinstance(found, Sweep)
    return found


@pytest.fixture(scope="module")
def whole(file, tmp_path_factory) -> SweepResults:
    found = run_study(file, out=tmp_path_factory.mktemp("whole") / "run")
    assert isinstance(found, SweepResults)
    return found


def test_the_folder_holds_the_points_and_a_run_for_each(whole: SweepResults, study: Sweep) -> None:
    assert {path.name for path in whole.path.iterdir()} == {
        *("run.json", "scenario.yaml", "columns.csv", "points.csv", "points.parquet", "points"),
    }
    assert [path.name for path in sorted((whole.path / "points").iterdir())] == ["000", "001", "002", "003"]
    points = whole.points
    assert list(points.columns) == ["point", "label", "gap_h", "ship1_pool", "folder"]
    assert list(points["gap_h"]) == [1.0, 1.0, 2.0, 2.0]
    assert [str(kind) for kind in points.dtypes] == ["int64", "string", "float64", "float64", "string"]
    pd.testing.assert_frame_equal(pd.read_csv(whole.path / "points.csv"), points, check_dtype=False)
    again = load_study(whole.path / "scenario.yaml")
    assert isinstance(again, Sweep)
    assert again.points == study.points
    described = whole.columns[whole.columns["table"] == "points"]
    assert list(described["name"]) == list(points.columns)


def test_a_point_is_the_run_that_its_scenario_gives_by_itself(whole: SweepResults, study: Sweep, tmp_path) -> None:
    alone = run_study(study.points[2].scenario, out=tmp_path / "alone")
    assert isinstance(alone, RunResults)
    assert alone.run["content_hashes"] == whole.point(2).run["content_hashes"]
    assert alone.run["identity"] == whole.point(2).run["identity"]


def test_points_are_paired_and_differ_by_what_is_swept(whole: SweepResults) -> None:
    reference = whole.paired("peak_histamine_ng_per_ml")
    assert reference.shape == (4, 4)
    assert reference[0].equals(reference[2])
    assert not reference[0].equals(reference[1])
    assert len(whole.patients.drop_duplicates("patient_id")) == 4


def test_outcomes_have_the_swept_values_as_typed_columns(whole: SweepResults) -> None:
    outcomes = whole.outcomes
    assert list(outcomes.columns[:3]) == ["point", "gap_h", "ship1_pool"]
    assert len(outcomes) == 4 * 4 * 2
    assert outcomes["severity"].cat.ordered
    assert set(outcomes.loc[outcomes["gap_h"] == 2.0, "point"]) == {2, 3}
    one = outcomes[outcomes["point"] == 3].drop(columns=["point", "gap_h", "ship1_pool"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(one, whole.point(3).outcomes)
    assert set(whole.events["point"]) == {0, 1, 2, 3}


def test_the_table_holds_what_each_point_s_comparison_holds(whole: SweepResults) -> None:
    table = points_table(whole, "reacted")
    assert len(table) == 8
    for number, run in whole.runs():
        part = comparison_table(run, "reacted")
        assert list(table.loc[table["point"] == number, "risk"]) == list(part["risk"])
    text = format_points(table)
    assert "not medical advice" in text
    assert "gap_h 2, ship1_pool 4000" in text
    assert all(f"\n{number} " in text for number in range(4))


def test_a_finished_sweep_is_loaded_and_another_is_refused(whole: SweepResults, study: Sweep, monkeypatch) -> None:
    monkeypatch.setattr(treatment, "run_arm", None)
    monkeypatch.setattr(sweep_module, "select_patients", None)
    assert isinstance(run_study(study, out=whole.path), SweepResults)
    with pytest.raises(DifferentRun, match="holds a different run"):
        run_study(study, out=whole.path, cells=61)
    with pytest.raises(DifferentRun, match="holds a different run"):
        run_study(study.points[0].scenario, out=whole.path)


@pytest.mark.parametrize("done", [0, 5, 11])
def test_a_stopped_sweep_goes_on_and_keeps_finished_points(
    whole: SweepResults, study: Sweep, tmp_path, monkeypatch, done: int
) -> None:
    def progress(count: int, total: int) -> None:
        assert total == 16
        if count >= done:
            raise KeyboardInterrupt

    with pytest.raises(StudyStopped) as stopped:
        run_study(study, out=tmp_path / "run", progress=progress)
    assert stopped.value.patients == 16
    with pytest.raises(UnfinishedRunError):
        load_results(tmp_path / "run")
    finished = [path for path in sorted((tmp_path / "run" / "points").glob("*")) if _is_finished(path)]
    assert len(finished) == done // 4
    times = [(path / "outcomes.parquet").stat().st_mtime_ns for path in finished]
    found = run_study(study, out=tmp_path / "run")
    assert [(path / "outcomes.parquet").stat().st_mtime_ns for path in finished] == times
    assert found.run["content_hashes"] == whole.run["content_hashes"]


def _is_finished(path: Path) -> bool:
    return bool(json.loads((path / "run.json").read_text(encoding="utf-8"))["finished"])


def test_a_point_that_is_gone_is_told(whole: SweepResults, tmp_path) -> None:
    shutil.copytree(whole.path, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "points" / "001")
    with pytest.raises(RunFolderError, match="001 is missing"):
        load_results(tmp_path / "run")
    with pytest.raises(LookupError, match="points are 0 to 3"):
        whole.point(4)
    with pytest.raises(LookupError, match="its arms are full_dose, interruption"):
        whole.paired("died", "rdd")


def test_failed_rows_are_told_once_for_the_whole(study: Sweep, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(treatment, "run_arm", lambda *_: 1 / 0)
    with pytest.warns(FailedRowsWarning, match="32 rows failed") as told:
        found = run_study(study, out=tmp_path / "run")
    assert len(told) == 1
    assert found.run["failed"] == len(found.failed) == 32


def counted(monkeypatch) -> list[Scenario]:
    calls: list[Scenario] = []

    def select(scenario, parameters):
        calls.append(scenario)
        return select_patients(scenario, parameters)

    monkeypatch.setattr(sweep_module, "select_patients", select)
    return calls


@pytest.mark.parametrize(
    ("overrides", "selections"),
    [
        (["sweep.grid.arms.interruption.course.1.gap=[1 h, 2 h, 3 h]"], 1),
        (["sweep.grid.cells=[10, 20]", "sweep.grid.replicates=[1, 2]"], 1),
        (["sweep.grid.parameters.severity.onset_share=[0.01, 0.02]"], 1),
        (["sweep.grid.parameters.patients.threshold_sd=[0.1, 0.2]"], 2),
        (["sweep.grid.parameters.mast_cell.ship1_pool=[0, 4000]"], 2),
        (["sweep.grid.seed=[1, 2]", "sweep.grid.cells=[10, 20]"], 2),
        (["sweep.grid.patients=[2, 3]"], 2),
        (["drug=cetuximab", "sweep.grid.parameters.patients.threshold_sd=[0.1, 0.2]"], 2),
        (["drug=cetuximab", "sweep.grid.parameters.drugs.cetuximab.sensitised_share=[0.1, 0.9]"], 2),
    ],
)
def test_points_that_must_have_the_same_patients_share_their_selection(
    monkeypatch, overrides: list[str], selections: int
) -> None:
    sizes = [] if "patients" in overrides[0] else ["patients=3"]
    found = load_study("comparison", [*sizes, *overrides])
    assert isinstance(found, Sweep)
    calls, shared = counted(monkeypatch), SharedSelection()
    for point in found.points:
        parameters = default_parameters().with_overrides(point.scenario.parameters)
        pd.testing.assert_frame_equal(shared(point.scenario, parameters), select_patients(point.scenario, parameters))
    assert len(calls) == selections


def test_nobody_to_treat_at_a_point_is_told_with_the_point(tmp_path) -> None:
    found = load_study(
        "comparison", ["patients=2", "cells=20", "sweep.grid.select.age_y=['>= 18', '> 200']", "arms.rdd=", *_DIRECT]
    )
    with pytest.raises(SelectionError) as told:
        run_study(found, out=tmp_path / "run")
    assert told.value.__notes__ == ["at point 1 of the sweep (select_age_y > 200); points before it are kept"]


_DIRECT = ("arms={full_dose: {reference: true, course: [full_dose]}}",)


def test_sizes_of_every_point_are_replaced_unless_they_are_swept(study: Sweep) -> None:
    smaller = with_sizes(study, patients=2, seed=9)
    assert isinstance(smaller, Sweep)
    assert {(p.scenario.cohort.patients, p.scenario.seed) for p in smaller.points} == {(2, 9)}
    assert smaller.points[3].values == study.points[3].values
    swept = load_study("rdd", ["sweep.grid.patients=[2, 3]"])
    with pytest.raises(BadSize, match="the sweep varies 'patients'"):
        with_sizes(swept, patients=2)


@pytest.mark.parametrize(("name", "given"), [("decision_map", []), ("rdd", ["sweep.grid.cells=[20, 30]"])])
def test_a_swept_size_is_replaced_as_the_refusal_says(name: str, given: list[str]) -> None:
    study = load_study(name, given)
    with pytest.raises(BadSize) as refused:
        with_sizes(study, cells=7)
    remedy = str(refused.value).partition("--set '")[2].rstrip("'")
    replaced = load_study(name, [*given, remedy])
    assert isinstance(replaced, Sweep)
    assert {point.scenario.cells for point in replaced.points} == {7}


def test_long_values_of_points_go_on_in_a_further_line() -> None:
    label = "missed [2, 3], swept_drug ceftriaxone, regular_course_1_gap_h 24, missed_course_2_interval_h 24, x 1"
    row = {"point": 0, "label": label, "metric": "reacted", "risk": 0.5, "risk_low": 0.2, "risk_high": 0.8}
    lines = format_points(pd.DataFrame([row | {"arm": "regular"}, row | {"arm": "missed"}])).splitlines()
    shown = [line for line in lines if line.startswith(("0 ", "     "))]
    assert len(shown) == 2
    assert f"{shown[0][7:].partition('  ')[0]} {shown[1].strip()}" == label
    assert max(map(len, lines)) <= 100


def test_the_command_runs_a_sweep_prints_its_points_and_writes_csv(file: Path, tmp_path) -> None:
    words = ["run", str(file), "--out", str(tmp_path / "run"), "--csv", "--patients", "2", "--set", "cells=30"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "4 points × 2 patients × 2 arms × 30 mast cells" in result.output
    assert "gap_h 2, ship1_pool 4000" in result.stdout
    assert (tmp_path / "run" / "points" / "003" / "outcomes.csv").is_file()
    again = CliRunner().invoke(app, words)
    assert again.stdout == result.stdout
    checked = CliRunner().invoke(app, ["check", str(file)])
    assert "fine: 4 points over arms.interruption.course.1.gap, parameters.mast_cell.ship1_pool" in checked.output
