"""Run folders become typed frames, or an error that says what to do."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from run_folder_fixture import (
    FAILED,
    MILD,
    NONE,
    SEVERE,
    arm_outcomes,
    dictionary,
    outcome,
    skin_days,
    step_events,
    write_run,
)

import analysis
from abm.output_columns import TABLES
from analysis import FailedRowsWarning, RunFolderError, UnfinishedRunError, load_results

TWO_ARMS = ("full_dose", "rdd")


def two_patients(folder: Path, **options) -> Path:
    rows = arm_outcomes("full_dose", [SEVERE, NONE]) + arm_outcomes("rdd", [MILD, NONE])
    return write_run(folder, rows, arms=TWO_ARMS, **options)


def series_rows() -> list[dict]:
    keys = {"scenario": "comparison", "replicate": 0, "antigen": 0.0, "severity": NONE}
    numbers = dict.fromkeys(("histamine_ng_per_ml", "tryptase_ng_per_ml", "systolic_mmhg", "released_fraction"), 1.0)
    return [
        keys | numbers | {"arm": arm, "patient_id": patient, "time_min": time, "plasma_mg_per_l": 10.0 * patient + time}
        for arm in TWO_ARMS
        for patient in (0, 1)
        for time in (0.0, 1.0)
    ]


def test_every_column_has_the_type_its_dictionary_states(tmp_path):
    results = load_results(two_patients(tmp_path, events=step_events("rdd", "ladder_12_step", 3)))
    for table in ("outcomes", "patients", "events"):
        frame = getattr(results, table)
        for column in TABLES[table]:
            found = frame[column.name].dtype
            if "|" in column.kind:
                assert found == pd.CategoricalDtype(column.kind.split(" | "), ordered=True)
            else:
                assert str(found) == str(pd.Series([], dtype=column.kind).dtype), column.name


def test_grades_are_ordered_and_missing_steps_stay_missing(tmp_path):
    outcomes = load_results(two_patients(tmp_path)).outcomes
    assert (outcomes["severity"] >= "mild").tolist() == [True, False, True, False]
    assert outcomes["step_at_reaction"].isna().tolist() == [False, True, False, True]


def test_run_facts_are_at_hand(tmp_path):
    results = load_results(two_patients(tmp_path, seed=7))
    assert (results.scenario, results.reference, results.arms) == ("comparison", "full_dose", list(TWO_ARMS))
    assert results.run["seed"] == 7
    assert results.path == tmp_path
    assert len(results.columns) == len(dictionary())
    assert "2 patients" in repr(results)


def test_a_text_path_works_too(tmp_path):
    assert len(load_results(str(two_patients(tmp_path))).outcomes) == 4


def test_failed_rows_warn_with_their_number_and_reason(tmp_path):
    rows = arm_outcomes("full_dose", [SEVERE, FAILED]) + arm_outcomes("rdd", [FAILED, NONE])
    with pytest.warns(FailedRowsWarning, match="2 of 4 rows failed.*histamine is not finite"):
        results = load_results(write_run(tmp_path, rows, arms=TWO_ARMS))
    assert results.failed["patient_id"].tolist() == [1, 0]


@pytest.mark.parametrize(
    "missing", ["run.json", "columns.csv", "patients.parquet", "outcomes.parquet", "events.parquet"]
)
def test_a_missing_file_is_named(tmp_path, missing):
    (two_patients(tmp_path) / missing).unlink()
    with pytest.raises(RunFolderError, match=rf"not a run folder: {missing} missing"):
        load_results(tmp_path)


def test_an_empty_folder_a_file_and_nothing_are_told_apart(tmp_path):
    with pytest.raises(RunFolderError, match=r"not a run folder: run\.json, columns\.csv"):
        load_results(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunFolderError, match="is a file; give the folder"):
        load_results(tmp_path / "file")
    with pytest.raises(RunFolderError, match="does not exist"):
        load_results(tmp_path / "nowhere")


def test_a_wrong_path_names_the_folder_that_may_have_been_meant(tmp_path):
    run = two_patients(tmp_path / "runs" / "comparison-1a2b3c4d")
    with pytest.raises(RunFolderError, match=rf"comparison does not exist; did you mean {run}\?"):
        load_results(tmp_path / "runs" / "comparison")
    with pytest.raises(RunFolderError, match=rf"does not exist; did you mean {run}\?"):
        load_results(tmp_path / "runs" / "comparisn-1a2b3c4d")
    with pytest.raises(RunFolderError, match=rf"is not a run folder: .*; it holds the run folder {run}$"):
        load_results(tmp_path / "runs")
    with pytest.raises(RunFolderError, match=r"nothing_like_it does not exist$"):
        load_results(tmp_path / "runs" / "nothing_like_it")


def test_an_unfinished_run_says_how_to_finish_it(tmp_path):
    (tmp_path / "shards").mkdir()
    with pytest.raises(UnfinishedRunError, match=r"shards/ present.*run the same command again to finish"):
        load_results(tmp_path)
    (two_patients(tmp_path / "other", finished=False))
    with pytest.raises(UnfinishedRunError, match="run the same command again"):
        load_results(tmp_path / "other")


def test_damaged_files_are_named(tmp_path):
    (two_patients(tmp_path / "a") / "outcomes.parquet").write_bytes(b"PAR1")
    with pytest.raises(RunFolderError, match=r"outcomes\.parquet cannot be read"):
        load_results(tmp_path / "a")
    (two_patients(tmp_path / "b") / "run.json").write_text('{"scenario": ')
    with pytest.raises(RunFolderError, match=r"run\.json is not valid JSON"):
        load_results(tmp_path / "b")
    (two_patients(tmp_path / "c") / "run.json").write_text(json.dumps({"scenario": "x", "arms": []}))
    with pytest.raises(RunFolderError, match=r"run\.json lacks reference"):
        load_results(tmp_path / "c")
    two_patients(tmp_path / "d", reference="placebo")
    with pytest.raises(RunFolderError, match="'placebo' is not one of the arms"):
        load_results(tmp_path / "d")
    (two_patients(tmp_path / "e") / "columns.csv").write_text("table,name\noutcomes,arm\n")
    with pytest.raises(RunFolderError, match=r"columns\.csv has the columns table, name; expected table, name, kind"):
        load_results(tmp_path / "e")


def test_rows_that_contradict_the_dictionary_are_refused(tmp_path):
    write_run(tmp_path / "a", [outcome("full_dose", 0, SEVERE, severity="deadly")], arms=["full_dose"])
    with pytest.raises(RunFolderError, match=r"outcomes\.severity holds deadly; columns\.csv allows none \| mild"):
        load_results(tmp_path / "a")
    write_run(tmp_path / "b", [outcome("full_dose", 0, NONE)] * 2, arms=["full_dose"])
    with pytest.raises(RunFolderError, match="1 rows appear twice"):
        load_results(tmp_path / "b")
    write_run(tmp_path / "c", [outcome("placebo", 0, NONE)], arms=["full_dose"])
    with pytest.raises(RunFolderError, match=r"arms that run\.json does not name: placebo"):
        load_results(tmp_path / "c")
    folder = two_patients(tmp_path / "d")
    pd.read_parquet(folder / "outcomes.parquet").drop(columns="severity").to_parquet(folder / "outcomes.parquet")
    with pytest.raises(RunFolderError, match=r"outcomes\.parquet lacks severity"):
        load_results(folder)


def test_an_integer_column_with_a_gap_stays_integer(tmp_path):
    rows = [outcome("full_dose", 0, NONE), outcome("full_dose", 1, NONE, reactions=None)]
    reactions = load_results(write_run(tmp_path, rows, arms=["full_dose"])).outcomes["reactions"]
    assert str(reactions.dtype) == "Int64"
    assert reactions.isna().tolist() == [False, True]


def test_timeseries_are_read_in_part(tmp_path):
    results = load_results(two_patients(tmp_path, recorded={"timeseries": series_rows()}))
    assert len(results.timeseries()) == 8
    part = results.timeseries(patient_id=1, arm="rdd", columns=["plasma_mg_per_l"])
    assert part["plasma_mg_per_l"].tolist() == [10.0, 11.0]
    assert list(part) == ["scenario", "arm", "patient_id", "replicate", "time_min", "plasma_mg_per_l"]
    with pytest.raises(LookupError, match="arm 'placebo' is not in this run; its arms are full_dose, rdd"):
        results.timeseries(arm="placebo")
    with pytest.raises(LookupError, match="timeseries has no column plasma; it has scenario"):
        results.timeseries(columns=["plasma"])


def test_skin_clones_and_lattice_are_read_in_part(tmp_path):
    keys = {"scenario": "comparison", "replicate": 0, "arm": "rdd"}
    clones = [dict.fromkeys((c.name for c in TABLES["clones"]), 7) | keys | {"patient_id": i} for i in (0, 1)]
    lattice = [
        dict.fromkeys((c.name for c in TABLES["lattice"]), 0.0)
        | keys
        | {"patient_id": 1, "patch": 2, "place": 5, "mucosa": False, "detached": True, "ctl": 3, "time_d": 4.0}
    ]
    recorded = {"skin": skin_days("rdd", 1, 20.0, 2.0, 28.0), "clones": clones, "lattice": lattice}
    results = load_results(two_patients(tmp_path, recorded=recorded))
    part = results.skin(patient_id=1, arm="rdd", columns=["detached_percent"])
    assert list(part) == ["scenario", "arm", "patient_id", "replicate", "time_d", "detached_percent"]
    assert part["detached_percent"].tolist() == [0.0, 0.0, 20.0, 20.0]
    assert results.skin(arm="full_dose").empty
    assert results.clones(patient_id=1)["memory_cells"].tolist() == [7]
    picture = results.lattice(columns=["detached"])
    assert picture[["time_d", "patch", "place", "detached"]].iloc[0].tolist() == [4.0, 2, 5, True]
    assert [results.recorded(table) for table in ("skin", "cells")] == [True, False]
    with pytest.raises(LookupError, match="skin has no column percent; it has scenario"):
        results.skin(columns=["percent"])


@pytest.mark.parametrize("table", ["timeseries", "cells", "skin", "clones", "lattice"])
def test_what_was_not_recorded_says_how_to_record_it(tmp_path, table):
    with pytest.raises(RunFolderError, match=rf"did not record {table}; add `record: \[{table}\]`"):
        getattr(load_results(two_patients(tmp_path)), table)()


def test_one_patient_with_everything_about_them(tmp_path):
    results = load_results(two_patients(tmp_path, events=step_events("rdd", "ladder_12_step", 3)))
    patient = results.patient(0)
    assert patient.traits["age_y"] == 40.0
    assert patient.outcomes["severity"].tolist() == [SEVERE, MILD]
    assert len(patient.events) == 3
    with pytest.raises(LookupError, match="patient 9 is not in this run, which has 2 patients with ids from 0 to 1"):
        results.patient(9)


def test_pairing_puts_arms_side_by_side(tmp_path):
    results = load_results(two_patients(tmp_path))
    assert results.paired("severe").to_numpy().tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert results.paired("reacted")["rdd"].tolist() == [1.0, 0.0]
    assert results.paired("delivered_dose_mg").to_numpy().tolist() == [[2400.0, 2400.0]] * 2
    assert results.paired("severity")["full_dose"].tolist() == [SEVERE, NONE]
    assert list(results.paired("severe").columns) == list(TWO_ARMS)
    with pytest.raises(ValueError, match="unknown metric 'death'; choose one of reacted, moderate_or_severe, severe"):
        results.paired("death")


def test_pairing_leaves_a_failed_row_missing(tmp_path):
    rows = arm_outcomes("full_dose", [SEVERE, FAILED]) + arm_outcomes("rdd", [MILD, NONE])
    with pytest.warns(FailedRowsWarning):
        results = load_results(write_run(tmp_path, rows, arms=TWO_ARMS))
    assert results.paired("severe")["full_dose"].isna().tolist() == [False, True]


@pytest.mark.parametrize("replicates", [1, 3])
def test_row_order_in_the_file_does_not_matter(tmp_path, replicates):
    grades = random.Random(4).choices([NONE, MILD, SEVERE], k=90)
    rows = arm_outcomes("full_dose", grades, replicates) + arm_outcomes("rdd", grades[::-1], replicates)
    folder = write_run(tmp_path, rows, arms=TWO_ARMS, events=step_events("rdd", "ladder_12_step", 3))
    before = load_results(folder)
    shuffled = pd.read_parquet(folder / "outcomes.parquet").sample(frac=1, random_state=3)
    shuffled.to_parquet(folder / "outcomes.parquet", index=False)
    after = load_results(folder)
    assert before.outcomes["patient_id"].tolist() != after.outcomes["patient_id"].tolist()
    pd.testing.assert_frame_equal(before.paired("severe"), after.paired("severe"))
    for view in (analysis.summarise_arms, analysis.comparison_table, analysis.compare_arms, analysis.steps_at_reaction):
        pd.testing.assert_frame_equal(view(before), view(after))


def test_loading_needs_neither_the_simulator_nor_the_heavy_libraries(tmp_path):
    two_patients(tmp_path)
    code = (
        "import sys, analysis\n"
        "assert analysis.__version_marker__ == 'desensim'\n"
        f"results = analysis.load_results({str(tmp_path)!r})\n"
        "analysis.format_table(analysis.comparison_table(results))\n"
        "import analysis.figures.comparison\n"
        "heavy = {'abm', 'numba', 'mesa', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == 0, done.stderr


def test_every_public_name_can_be_imported():
    for name in analysis.__all__:
        assert getattr(analysis, name).__class__.__name__ != "module"
    assert set(analysis.__all__) <= set(dir(analysis))
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = analysis.nonsense
