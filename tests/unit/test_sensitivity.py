"""Sensitivity: a world with known effects gives exactly these, and a small whole run of the model is complete."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from abm.cli import app
from abm.parameters.catalog import all_parameters
from abm.scenario import Scenario
from abm.scenario_file import load_scenario
from abm.studies import sensitivity as sensitivity_module
from abm.studies.common_numbers import MEASURES, SamePatients, within
from abm.studies.science import BadQuestion
from abm.studies.sensitivity import Plan, leading, paired_error, sensitivity, sobol_indices
from abm.studies.sensitivity_points import arms_alone, found_at, used_parameters, varied

# Three parameters whose ranges are narrow, so that a share of the range is linear in the value.
KNOWN = {"symptoms.systolic_moderate_mmhg": 3.0, "mediators.tryptase_volume_l": -1.0, "patients.age_high_y": 0.0}
NAMES = {p.name: p for p in all_parameters()}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("rdd", ["patients=3", "cells=100", "follow_up=10 min"])


def share(name: str, value: float) -> float:
    return (value - NAMES[name].low) / (NAMES[name].high - NAMES[name].low)


def known_world(people: SamePatients, changed: Mapping[str, float], **sizes: Any) -> dict[str, Any]:
    """An outcome that is linear in the shares of the ranges, beside what is the patient's own, and chance."""
    numbers = people.parameters(changed)
    ids = list(sizes.get("ids") or people.ids)
    replicates = range(sizes.get("replicates") or 1)
    level = sum(slope * share(name, numbers[name]) for name, slope in KNOWN.items())
    values = [[level + 10.0 * (number % 2) + 0.5 * replicate for replicate in replicates] for number in ids]
    return {measure: {"rdd": values} for measure in MEASURES}


@pytest.fixture(scope="module")
def known(scenario, tmp_path_factory) -> sensitivity_module.Sensitivity:
    plan = Plan(
        parameters=tuple(KNOWN), patients=4, top=3, trajectories=5, sobol_top=2, sobol_points=64, sets=4,
        set_patients=4,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sensitivity_module, "found_at", known_world)
        return sensitivity(scenario, plan, tmp_path_factory.mktemp("known") / "study")


def test_each_effect_is_the_known_one(known) -> None:
    table = known.table.set_index("parameter")
    for name, slope in KNOWN.items():
        row = table.loc[name]
        assert row["swing"] == pytest.approx(slope)
        assert row["effect_high"] == pytest.approx(slope * (1.0 - share(name, row["value"])))
        assert row["standard_error"] == pytest.approx(0.0)
    assert table["rank"].to_dict() == dict(zip(KNOWN, (1, 2, 3), strict=True))


def test_the_screening_finds_slopes_and_no_curvature(known) -> None:
    table = known.table.set_index("parameter")
    for name, slope in list(KNOWN.items())[:2]:
        assert table.loc[name, "mu_star"] == pytest.approx(abs(slope))
        assert table.loc[name, "sigma"] == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(table.loc["patients.age_high_y", "mu_star"])


def test_the_indices_are_the_squares_of_the_slopes(known) -> None:
    table = known.table.set_index("parameter")
    for name, part in (("symptoms.systolic_moderate_mmhg", 0.9), ("mediators.tryptase_volume_l", 0.1)):
        assert table.loc[name, "sobol_first"] == pytest.approx(part, abs=0.08)
        assert table.loc[name, "sobol_total"] == pytest.approx(part, abs=0.08)


def test_the_variance_is_that_of_patients_and_of_chance(known) -> None:
    row = known.variance.iloc[0]
    assert row["chance"] * row["variance"] == pytest.approx(0.125)
    assert row["patients"] + row["parameters"] + row["chance"] == pytest.approx(1.0)


def test_without_variation_there_are_no_indices() -> None:
    table = sobol_indices(["a", "b"], "rdd", np.zeros(16), seed=1)
    assert table["sobol_first"].isna().all()


def test_a_range_is_walked_by_ratios_where_it_is_wide_and_stays_possible() -> None:
    assert within(NAMES["mast_cell.ship1_pool"], 0.5) == pytest.approx(5000.0)
    assert within(NAMES["mediators.tryptase_volume_l"], 0.5) == pytest.approx(4.5)
    steep = NAMES["mast_cell.release_steepness"]
    assert within(steep, 0.0) == within(steep, 1.0) == steep.value


def test_paired_errors_are_those_of_the_differences() -> None:
    base = np.array([[0.0], [10.0], [5.0]])
    assert paired_error(base + 1.0, base) == pytest.approx(0.0)
    assert paired_error(base + np.array([[0.0], [3.0], [0.0]]), base) == pytest.approx(np.sqrt(3.0 / 3.0))
    assert paired_error(np.full((1, 1), np.nan), base) == 0.0


def test_what_is_read_is_known(scenario) -> None:
    used = used_parameters(SamePatients(scenario))
    assert {"mast_cell.ship1_pool", "symptoms.h1_h2_shift", "patients.specific_share"} <= used
    assert not {"clones.divisions", "epidermis.detach_share", "drugs.vancomycin.mrgprx2_ec50_mg_per_l"} & used


def test_what_is_varied_is_chosen_by_name_pattern_and_kind(scenario) -> None:
    people = SamePatients(scenario)
    found = varied(people, ["mast_cell.memory_*"])
    assert [one.name for one in found] == ["mast_cell.memory_rearm_h", "mast_cell.memory_hold_crosslinks"]
    every = varied(people)
    uncertain = [p.name for p in all_parameters() if p.kind in ("assumed", "fitted") and p.low < p.high]
    assert {one.name for one in every} <= set(uncertain)
    assert len(every) > 150
    assert {one.used for one in every} == {True, False}


def test_unknown_names_are_told_with_the_nearest(scenario, tmp_path) -> None:
    with pytest.raises(BadQuestion, match=r"did you mean 'mast_cell.ship1_pool'"):
        varied(SamePatients(scenario), ["mast_cell.ship_pool"])
    with pytest.raises(BadQuestion, match="no arm 'slow'; the arms of rdd are rdd"):
        arms_alone(scenario, ["slow"])
    with pytest.raises(BadQuestion, match="unknown measure 'luck'"):
        sensitivity(scenario, Plan(measure="luck"), tmp_path / "s")


def test_a_base_sample_that_is_no_power_of_two_is_refused(scenario, tmp_path) -> None:
    with pytest.raises(BadQuestion, match="3 Sobol' points are no power of two; take 2 or 4"):
        sensitivity(scenario, Plan(sobol_points=3), tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_arms_that_others_follow_are_kept() -> None:
    kept = arms_alone(load_scenario("sjs"), ["ladder"])
    assert [arm.name for arm in kept.arms] == ["first_exposure", "ladder"]
    assert sum(arm.reference for arm in kept.arms) == 1
    assert [arm.reference for arm in arms_alone(load_scenario("comparison"), ["rdd"]).arms] == [True]


def test_a_point_that_fails_is_a_finding(scenario, monkeypatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise FloatingPointError("not finite")

    people = SamePatients(scenario)
    monkeypatch.setattr("abm.treatment.run_arm", fails)
    assert "FloatingPointError: not finite" in found_at(people, {})["failed"]


def test_leading_parameters_have_an_effect() -> None:
    table = pd.DataFrame({"parameter": ["a", "b", "a", "b", "c"], "effect": [0.1, 0.3, 0.4, 0.0, 0.0]})
    assert leading(table, 3) == ["a", "b"]
    assert leading(table, 1) == ["a"]


def test_the_command_writes_tables_and_figures_and_resumes(tmp_path) -> None:
    words = [
        "sensitivity", "comparison", "--arm", "rdd", "--parameter", "mast_cell.*", "--patients", "3", "--cells", "100",
        "--top", "2", "--trajectories", "2", "--sobol-points", "2", "--sets", "2", "--workers", "1",
        "--set", "follow_up=10 min", "--out", str(tmp_path / "s"),
    ]  # fmt: skip
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "not medical advice" in done.output
    table = pd.read_csv(tmp_path / "s" / "sensitivity.csv")
    assert table["arm"].unique().tolist() == ["rdd"]
    assert table["parameter"].str.startswith("mast_cell.").all()
    assert table["effect"].is_monotonic_decreasing
    assert (table.loc[~table["used"], "effect"] == 0.0).all()
    assert (tmp_path / "s" / "rdd.png").read_bytes().startswith(b"\x89PNG")
    found = (tmp_path / "s" / "found.jsonl").read_bytes()
    assert CliRunner().invoke(app, words).stdout == done.stdout
    assert (tmp_path / "s" / "found.jsonl").read_bytes() == found


def test_without_salib_the_remedy_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib", None)
    done = CliRunner().invoke(app, ["sensitivity", "rdd", "--out", str(tmp_path / "s")])
    assert done.exit_code == 2
    assert "SALib is not installed; it comes with the extra 'science'" in done.output
