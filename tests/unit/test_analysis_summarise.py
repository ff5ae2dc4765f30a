"""Summaries of an arm with known counts, per patient and with SciPy's intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from run_folder_fixture import (
    FAILED,
    MILD,
    MODERATE,
    NONE,
    SEVERE,
    arm_outcomes,
    outcome,
    step_events,
    write_run,
)
from scipy.stats import binomtest

from analysis import FailedRowsWarning, RunResults, load_results, steps_at_reaction, summarise_arms
from analysis.intervals import share_interval
from analysis.summarise import severity_shares

GRADES = [NONE] * 50 + [MILD] * 20 + [MODERATE] * 20 + [SEVERE] * 10


def one_arm(folder: Path, rows: list[dict], **options) -> RunResults:
    return load_results(write_run(folder, rows, arms=["full_dose"], **options))


@pytest.mark.parametrize("method", ["wilson", "exact"])
def test_shares_have_scipys_intervals(tmp_path, method):
    results = one_arm(tmp_path, arm_outcomes("full_dose", GRADES))
    row = summarise_arms(results, interval=method, level=0.9).iloc[0]
    for name, events in {"reacted": 50, "none": 50, "mild": 20, "moderate": 20, "severe": 10, "completed": 100}.items():
        limits = binomtest(events, 100).proportion_ci(0.9, method=method)
        assert row[name] == events / 100
        assert (row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx((limits.low, limits.high), abs=1e-12)
    assert (row["arm"], row["n"], row["failed_rows"]) == ("full_dose", 100, 0)


def test_wilson_is_the_default(tmp_path):
    results = one_arm(tmp_path, arm_outcomes("full_dose", GRADES))
    pd.testing.assert_frame_equal(summarise_arms(results), summarise_arms(results, interval="wilson", level=0.95))


def test_onset_step_and_dose_are_quartiles_over_patients(tmp_path):
    rows = [
        outcome("full_dose", i, SEVERE, onset_min=10.0 * i, step_at_reaction=i, delivered_dose_mg=100.0 * i)
        for i in range(1, 5)
    ]
    rows.append(outcome("full_dose", 5, NONE, delivered_dose_mg=500.0, completed=False))
    row = summarise_arms(one_arm(tmp_path, rows)).iloc[0]
    assert [row[f"onset_min_{q}"] for q in ("q25", "median", "q75")] == [17.5, 25.0, 32.5]
    assert [row[f"step_at_reaction_{q}"] for q in ("q25", "median", "q75")] == [1, 2, 3]
    assert [row[f"delivered_dose_mg_{q}"] for q in ("q25", "median", "q75")] == [200.0, 300.0, 400.0]
    assert row["completed"] == 0.8


def test_without_reactions_onset_and_step_are_missing(tmp_path):
    row = summarise_arms(one_arm(tmp_path, arm_outcomes("full_dose", [NONE] * 5))).iloc[0]
    assert np.isnan(row[["onset_min_median", "step_at_reaction_median"]].astype(float)).all()
    assert row["severe"] == 0
    assert row["severe_high"] > 0


def test_one_patient(tmp_path):
    row = summarise_arms(one_arm(tmp_path, [outcome("full_dose", 3, MILD)])).iloc[0]
    limits = binomtest(1, 1).proportion_ci(method="wilson")
    assert (row["n"], row["mild"]) == (1, 1.0)
    assert (row["mild_low"], row["mild_high"]) == pytest.approx((limits.low, limits.high))


def test_failed_rows_are_counted_and_left_out(tmp_path):
    with pytest.warns(FailedRowsWarning, match="1 of 3"):
        results = one_arm(tmp_path, arm_outcomes("full_dose", [SEVERE, FAILED, NONE]))
    row = summarise_arms(results).iloc[0]
    assert (row["n"], row["failed_rows"], row["severe"]) == (2, 1, 0.5)


def test_replicates_are_averaged_before_anything_else(tmp_path):
    """Patient 0 always reacts, patient 1 once of four: the mean of the patients, not of the reactions."""
    rows = arm_outcomes("full_dose", [SEVERE] * 4 + [MILD] + [NONE] * 3, replicates=4)
    for row, onset in zip(rows, [10.0, 20.0, 30.0, 40.0, 5.0], strict=False):
        row["onset_min"] = onset
    row = summarise_arms(one_arm(tmp_path, rows, replicates=4)).iloc[0]
    assert (row["n"], row["reacted"], row["severe"]) == (2, 0.625, 0.5)
    assert row["onset_min_median"] == 15.0
    assert (row["reacted_low"], row["reacted_high"]) == share_interval([1.0, 0.25])[1:]


def test_severity_shares_add_up(tmp_path):
    shares = severity_shares(one_arm(tmp_path, arm_outcomes("full_dose", GRADES)))
    assert shares.loc["full_dose"].tolist() == [0.5, 0.2, 0.2, 0.1, 100]


def test_steps_at_reaction_follow_the_course_and_keep_empty_steps(tmp_path):
    at = {"protocol_at_reaction": "ladder_12_step"}
    rows = [outcome("full_dose", i, MILD, step_at_reaction=2, **at) for i in (0, 3)]
    rows += [outcome("full_dose", 1, SEVERE), outcome("full_dose", 2, NONE)]
    events = step_events("full_dose", "ladder_12_step", 3) + step_events("full_dose", "full_dose", 1, first_event=3)
    steps = steps_at_reaction(one_arm(tmp_path, rows, events=events))
    total = steps.groupby(["protocol", "step"], sort=False)["share"].sum()
    assert list(total.index) == [("ladder_12_step", 1), ("ladder_12_step", 2), ("ladder_12_step", 3), ("full_dose", 1)]
    assert total.tolist() == [0.0, 0.5, 0.0, 0.25]
    assert steps.loc[steps["severity"] == SEVERE, "share"].tolist() == [0.0, 0.0, 0.0, 0.25]


def test_a_patient_who_stops_early_does_not_reorder_the_course(tmp_path):
    events = step_events("full_dose", "ladder_12_step", 3) + step_events("full_dose", "full_dose", 1, first_event=3)
    early = [events[0], events[3] | {"event_number": 1}]
    events += [event | {"patient_id": 1} for event in early]
    rows = arm_outcomes("full_dose", [NONE, NONE])
    steps = steps_at_reaction(one_arm(tmp_path, rows, events=events)).drop_duplicates(["protocol", "step"])
    assert steps["protocol"].tolist() == ["ladder_12_step"] * 3 + ["full_dose"]


def test_repeated_steps_are_one_place(tmp_path):
    """A step given again after a pause starts twice in the events but is one bar."""
    events = step_events("full_dose", "ladder_12_step", 3)
    events += [event | {"event_number": 3 + i} for i, event in enumerate(events)]
    steps = steps_at_reaction(one_arm(tmp_path, [outcome("full_dose", 0, NONE)], events=events))
    assert steps[["protocol", "step"]].drop_duplicates()["step"].tolist() == [1, 2, 3]
