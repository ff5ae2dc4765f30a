"""What pairing gains, and the patients needed: against NumPy, SciPy and the interval that follows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from run_folder_fixture import NONE, SEVERE, arm_outcomes, outcome, talk_run, write_run
from scipy.stats import norm, pearsonr

from analysis import load_results
from analysis.precision import patients_needed, precision_table


def test_numbers_are_those_of_numpy_and_scipy(tmp_path):
    results = load_results(talk_run(tmp_path, patients=80))
    values = results.paired("severe")
    arm, base = values["rdd"].to_numpy(float), values["full_dose"].to_numpy(float)
    row = precision_table(results, "severe", half_width=0.04).set_index("arm").loc["rdd"]
    assert row["n"] == 80
    assert row["difference"] == pytest.approx(arm.mean() - base.mean())
    assert row["correlation"] == pytest.approx(pearsonr(arm, base).statistic)
    together = np.var(arm - base, ddof=1)
    assert row["variance_reduction"] == pytest.approx((np.var(arm, ddof=1) + np.var(base, ddof=1)) / together)
    assert row["patients_paired"] == math.ceil((norm.ppf(0.975) / 0.04) ** 2 * together)


def test_as_many_patients_as_needed_give_the_wanted_interval():
    rng = np.random.default_rng(1)
    n = int(patients_needed(2.0, 0.25))
    means = rng.normal(0.0, 2.0, (4000, n)).mean(axis=1)
    assert np.mean(np.abs(means) < 0.25) == pytest.approx(0.95, abs=0.012)
    assert patients_needed(0.001, 0.1) == 2
    assert math.isnan(patients_needed(math.nan, 0.1))
    with pytest.raises(ValueError, match="half_width is 0; it must be above 0"):
        patients_needed(0.5, 0.0)
    with pytest.raises(ValueError, match="level is 95; it must be between 0 and 1"):
        patients_needed(0.5, 0.1, level=95)


def test_where_nobody_fares_otherwise_the_patients_needed_are_not_known(tmp_path):
    """Eight who all fall ill do not show that two would be enough."""
    rows = arm_outcomes("full_dose", [SEVERE] * 8) + arm_outcomes("rdd", [NONE] * 8)
    row = precision_table(load_results(write_run(tmp_path, rows, arms=["full_dose", "rdd"])), "severe").iloc[0]
    assert math.isnan(row["patients_paired"])
    assert math.isnan(row["patients_unpaired"])


def test_equal_arms_gain_everything_by_pairing(tmp_path):
    grades = [SEVERE, NONE] * 10
    rows = arm_outcomes("full_dose", grades) + arm_outcomes("rdd", grades)
    row = precision_table(load_results(write_run(tmp_path, rows, arms=["full_dose", "rdd"])), "severe").iloc[0]
    assert math.isinf(row["variance_reduction"])
    assert math.isnan(row["patients_paired"])
    assert row["patients_unpaired"] > 100


def test_a_column_of_numbers_can_be_asked_for(tmp_path):
    rows = [outcome("full_dose", i, NONE, delay_min=float(i)) for i in range(5)]
    rows += [outcome("rdd", i, NONE, delay_min=float(i) + 3.0) for i in range(5)]
    results = load_results(write_run(tmp_path, rows, arms=["full_dose", "rdd"]))
    row = precision_table(results, "delay_min", half_width=1.0).iloc[0]
    assert row["difference"] == pytest.approx(3.0)
    assert row["correlation"] == pytest.approx(1.0)


def test_one_patient_has_no_precision_and_wrong_words_are_refused(tmp_path):
    rows = [outcome("full_dose", 0, NONE), outcome("rdd", 0, SEVERE)]
    results = load_results(write_run(tmp_path, rows, arms=["full_dose", "rdd"]))
    row = precision_table(results).iloc[0]
    assert row["n"] == 1
    assert math.isnan(row["patients_paired"])
    with pytest.raises(ValueError, match="arm 'placebo' is not in this run"):
        precision_table(results, reference="placebo")
    with pytest.raises(ValueError, match="it must be above 0"):
        precision_table(results, half_width=0.0)
