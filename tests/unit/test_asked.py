"""What is asked of the functions of `analysis`: one run, a level that is one, patients that are there."""

from __future__ import annotations

import numpy as np
import pytest
from run_folder_fixture import MILD, NONE, SEVERE, arm_outcomes, write_run

import analysis as an

ARMS = ["full_dose", "rdd"]
DESCRIBING = [
    an.comparison_table, an.compare_arms, an.summarise_arms, an.precision_table, an.treatment_table, an.reaction_ends,
    an.cumulative_incidence, an.reaction_free, an.steps_at_reaction, an.write_report, an.plot_comparison, an.plot_steps,
    an.plot_dilemma,
]  # fmt: skip
WITH_LEVEL = [
    an.comparison_table, an.compare_arms, an.summarise_arms, an.precision_table, an.treatment_table,
    an.cumulative_incidence, an.reaction_free,
]  # fmt: skip


@pytest.fixture
def two(tmp_path):
    rows = arm_outcomes("full_dose", [SEVERE, NONE]) + arm_outcomes("rdd", [MILD, NONE])
    return [write_run(tmp_path / name, rows, arms=ARMS) for name in "ab"]


@pytest.mark.parametrize("describe", DESCRIBING, ids=lambda each: each.__name__)
def test_what_describes_one_run_refuses_several(two, describe):
    """Patients of other runs with the same number would count as replicates of one."""
    with pytest.raises(TypeError, match=r"describes the arms of one run.*\.runs\['a'\]"):
        describe(an.load_results(two))


@pytest.mark.parametrize("describe", WITH_LEVEL, ids=lambda each: each.__name__)
@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_level_is_between_0_and_1(two, describe, level):
    with pytest.raises(ValueError, match="it must be between 0 and 1"):
        describe(an.load_results(two[0]), level=level)


def followed(folder, patients):
    """A run of so many patients with a time series of one row each."""
    series = [
        {"arm": "full_dose", "patient_id": i, "replicate": 0, "time_min": 1.0, "plasma_mg_per_l": 1.0}
        for i in range(patients)
    ]
    return write_run(folder, arm_outcomes("full_dose", [NONE] * patients), arms=["full_dose"],
                     recorded={"timeseries": series})  # fmt: skip


def test_patients_are_asked_for_by_any_whole_number(tmp_path):
    run = an.load_results(followed(tmp_path, 3))
    first = run.outcomes["patient_id"].iloc[0]
    assert isinstance(first, np.integer)
    assert set(run.timeseries(patient_id=first)["patient_id"]) == {0}
    assert set(run.timeseries(patient_id=np.array([0, 2]))["patient_id"]) == {0, 2}
    with pytest.raises(LookupError, match="has no patient 99"):
        run.timeseries(patient_id=[0, 99])


def test_of_several_runs_a_patient_is_in_one_of_them(tmp_path):
    both = an.load_results([followed(tmp_path / "few", 1), followed(tmp_path / "more", 3)])
    assert set(both.timeseries(patient_id=2)["run"]) == {"more"}
    assert set(both.timeseries(patient_id=0)["run"]) == {"few", "more"}
    with pytest.raises(LookupError, match="patient 9 is in none of"):
        both.timeseries(patient_id=[0, 9])


def test_an_incidence_is_read_on_its_own_scale(two):
    table = an.cumulative_incidence(an.load_results(two[0]), "dose_mg")
    with pytest.raises(ValueError, match="over dose_mg, not time_min"):
        an.incidence_at(table, "time_min", 10.0)


def test_damage_is_told_with_its_file(two):
    (two[0] / "patients.parquet").write_bytes(b"PAR1xx")
    with pytest.raises(an.RunFolderError, match=r"patients\.parquet cannot be read"):
        an.load_results(two[0])
    run = (two[1] / "run.json").read_text()
    (two[1] / "run.json").write_text(run.replace('["full_dose", "rdd"]', "null"))
    with pytest.raises(an.RunFolderError, match="arms is None; it must name the arms"):
        an.load_results(two[1])
