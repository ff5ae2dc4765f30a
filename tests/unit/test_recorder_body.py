"""What a run leaves behind: rows that match the declared columns and the state."""

from __future__ import annotations

import numpy as np
import pytest
from small_worlds import FULL, LADDER, a_patient, a_scenario, an_arm, parameters

from abm.engine.body import run_arm
from abm.output_columns import TABLES
from abm.scenario import Gap

STRONG = a_patient(specific_receptors_per_cell=40_000.0)
KEYS = {"scenario", "arm", "patient_id", "replicate"}
GRADES = ("none", "mild", "moderate", "severe")


def result_of(*course, record=("timeseries", "cells"), **settings):
    arm = an_arm(*course)
    scenario = a_scenario(arm, record=frozenset(record), **settings)
    return run_arm(arm, scenario, STRONG, 0, parameters())


@pytest.fixture(scope="module")
def full():
    return result_of(FULL)


def columns(table: str) -> set[str]:
    return {column.name for column in TABLES[table]} - KEYS


def test_rows_have_exactly_the_declared_columns(full) -> None:
    assert set(full.outcome) == columns("outcomes") - {"status", "failure_reason"}
    assert all(set(event) == columns("events") for event in full.events)
    assert set(full.recorded["timeseries"]) == columns("timeseries")
    assert set(full.recorded["cells"]) == columns("cells")


def test_nothing_is_recorded_unasked() -> None:
    plain = result_of(FULL, record=())
    assert plain.recorded == {}


def test_recording_changes_no_outcome(full) -> None:
    plain = result_of(FULL, record=())
    assert str(plain.outcome) == str(full.outcome)
    assert str(plain.events) == str(full.events)


def test_cells_tell_what_the_outcome_counts(full) -> None:
    cells = full.recorded["cells"]
    assert cells["cell"].tolist() == list(range(300))
    for organ in ("skin", "lung", "gut"):
        here = cells["organ"] == organ
        assert np.isfinite(cells["fired_min"][here]).mean() == full.outcome[f"released_fraction_{organ}"]
    assert np.nanmin(cells["fired_min"]) <= full.outcome["onset_min"]
    assert np.median(cells["receptors"]) == pytest.approx(40_000.0, rel=0.15)
    assert np.median(cells["threshold"]) == pytest.approx(parameters()["mast_cell.release_threshold"], rel=0.15)


def test_receptors_are_those_before_treatment(full) -> None:
    later = result_of(FULL, Gap(1440.0), FULL)
    assert np.array_equal(full.recorded["cells"]["receptors"], later.recorded["cells"]["receptors"])


def test_time_series_is_in_order_and_meets_the_extremes(full) -> None:
    series, row = full.recorded["timeseries"], full.outcome
    assert np.all(np.diff(series["time_min"]) > 0)
    assert np.all(np.diff(series["released_fraction"]) >= 0)
    assert np.all(series["time_min"] % 1.0 == 0.0)
    assert series["time_min"][-1] == 90.0
    assert series["histamine_ng_per_ml"].max() <= row["peak_histamine_ng_per_ml"]
    assert series["histamine_ng_per_ml"].max() > 0.9 * row["peak_histamine_ng_per_ml"]
    assert series["tryptase_ng_per_ml"].max() == pytest.approx(row["peak_tryptase_ng_per_ml"], rel=1e-3)
    assert series["systolic_mmhg"].min() >= row["lowest_systolic_mmhg"]
    worst = max(GRADES.index(word) for word in series["severity"])
    assert worst <= GRADES.index(row["severity"])


def test_a_long_time_series_is_drained_without_loss() -> None:
    """More rows than the engine's table holds: a month in quiet steps, and reactions in between."""
    from abm.engine import body

    series = []
    for rows in (body._ROWS, 16):
        original, body._ROWS = body._ROWS, rows
        try:
            series.append(result_of(LADDER, follow_up_min=3000.0).recorded["timeseries"])
        finally:
            body._ROWS = original
    assert len(series[0]["time_min"]) > 200
    assert all(np.array_equal(series[0][name], series[1][name]) for name in series[0])


def test_severity_is_the_worst_and_reacted_agrees(full) -> None:
    row = full.outcome
    assert row["reacted"]
    assert row["severity"] in GRADES[1:]
    assert row["severity_before_gap"] == "none"
    assert row["severity_after_gap"] == row["severity"]
    calm = run_arm(an_arm(FULL), a_scenario(an_arm(FULL)), a_patient(specific_receptors_per_cell=0.0), 0, parameters())
    assert (calm.outcome["reacted"], calm.outcome["severity"]) == (False, "none")
