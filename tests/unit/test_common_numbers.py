"""Treating the same patients again: the numbers are those of a run, and only what is changed changes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from abm.scenario import Scenario
from abm.scenario_file import load_scenario
from abm.studies.common_numbers import CourseFailed, SamePatients, measured
from abm.study import run_study


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    whole = load_scenario("comparison", ["patients=6", "cells=150", "replicates=2", "follow_up=10 min"])
    return dataclasses.replace(whole, arms=whole.arms[:2])


@pytest.fixture(scope="module")
def people(scenario) -> SamePatients:
    return SamePatients(scenario)


def test_the_outcomes_are_those_of_a_run(scenario, people, tmp_path) -> None:
    mine = people.outcomes().set_index(["arm", "patient_id", "replicate"])
    run = run_study(scenario, out=tmp_path / "run", workers=1).outcomes.set_index(["arm", "patient_id", "replicate"])
    for column in ("severity", "released_fraction", "peak_histamine_ng_per_ml", "delay_min"):
        pd.testing.assert_series_equal(
            mine[column].astype("string"), run[column].loc[mine.index].astype("string"), check_index_type=False
        )


def test_a_measure_is_a_number_for_each_patient_and_replicate(people) -> None:
    outcomes = people.outcomes()
    harmed = measured(outcomes, "harmed")
    assert list(harmed) == ["full_dose", "rdd"]
    assert harmed["rdd"].shape == (6, 2)
    direct = outcomes[(outcomes["arm"] == "full_dose") & (outcomes["replicate"] == 1)].sort_values("patient_id")
    assert harmed["full_dose"][:, 1].tolist() == direct["severity"].isin(["moderate", "severe"]).astype(float).tolist()


def test_a_number_that_nothing_reads_changes_nothing(people) -> None:
    usual, changed = people.outcomes(), people.outcomes({"clones.divisions": 12.0})
    pd.testing.assert_frame_equal(usual, changed)


def test_people_stay_the_same_when_their_traits_move(people) -> None:
    usual = people.outcomes(replicates=1)
    fewer = people.outcomes({"patients.specific_share": 0.001}, replicates=1)
    assert fewer["patient_id"].tolist() == usual["patient_id"].tolist()
    assert measured(fewer, "harmed")["full_dose"].mean() < measured(usual, "harmed")["full_dose"].mean()


def test_some_patients_are_treated_as_they_would_be_among_all(people) -> None:
    usual = people.outcomes()
    two = people.outcomes(ids=people.ids[2:4])
    among = usual[usual["patient_id"].isin(people.ids[2:4])].reset_index(drop=True)
    pd.testing.assert_frame_equal(two, among)


def test_an_arm_that_follows_another_is_treated_after_it() -> None:
    scenario = load_scenario("sjs", ["patients=1", "follow_up=0 h"])
    arms = tuple(arm for arm in scenario.arms if arm.name in ("first_exposure", "avoidance"))
    values = measured(SamePatients(dataclasses.replace(scenario, arms=arms)).outcomes(), "any_necrolysis")
    assert values["first_exposure"].shape == (1, 1)
    assert np.nan_to_num(values["avoidance"]).tolist() == [[0.0]]


def test_a_patient_who_cannot_be_simulated_is_told(people, monkeypatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise FloatingPointError("histamine is not finite")

    monkeypatch.setattr("abm.treatment.run_arm", fails)
    with pytest.raises(CourseFailed, match="in arm full_dose failed: FloatingPointError: histamine"):
        people.outcomes()
