"""Slow immunity in the world that differs by one thing: threads, another arm, another replicate."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from abm.provenance import content_hash
from abm.scenario_file import load_scenario
from abm.study import run_study

CHANGES = [
    "patients=4", "cells=120", "replicates=2", "parameters={drugs.penicillin_g.sensitisation_per_d: 0.5}",
    "arms.first_exposure.course.0.for=4 d", "arms.soon_again.course.0.for=1 d", "arms.ten_years_later.course.0.for=1 d",
]  # fmt: skip


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("ten_years", CHANGES)


@pytest.fixture(scope="module")
def one_thread(scenario, tmp_path_factory):
    return run_study(scenario, out=tmp_path_factory.mktemp("one") / "run", workers=1)


def rows_hash(results, table: str, **wanted) -> str:
    rows = pq.read_table(results.path / f"{table}.parquet")
    for column, values in wanted.items():
        rows = rows.filter(pc.field(column).isin(list(values)))
    assert rows.num_rows > 0
    return content_hash(rows)


def test_one_and_two_threads_give_equal_hashes_over_ten_years(scenario, one_thread, tmp_path) -> None:
    two = run_study(scenario, out=tmp_path / "run", workers=2)
    assert set(two.run["content_hashes"]) == {"patients", "outcomes", "events", "ige"}
    assert two.run["content_hashes"] == one_thread.run["content_hashes"]


def test_somebody_is_primed_and_replicates_are_chances_of_their_own(one_thread) -> None:
    first = one_thread.outcomes[one_thread.outcomes["arm"] == "first_exposure"]
    primed = first.pivot(index="patient_id", columns="replicate", values="sensitised_d")
    assert primed.notna().to_numpy().any()
    assert (primed[0] != primed[1]).any()


def test_an_arm_left_out_changes_no_other(scenario, one_thread, tmp_path) -> None:
    arms = tuple(arm for arm in scenario.arms if arm.name != "soon_again")
    fewer = run_study(replace(scenario, arms=arms), out=tmp_path / "run", workers=1)
    for table in ("outcomes", "ige"):
        assert rows_hash(fewer, table) == rows_hash(one_thread, table, arm=[arm.name for arm in arms])


def test_ten_years_fade_ige_and_keep_memory(one_thread) -> None:
    ige = one_thread.ige()
    assert list(ige.columns[:6]) == ["scenario", "arm", "patient_id", "replicate", "time_d", "allergen"]
    ends = one_thread.outcomes.set_index(["arm", "patient_id", "replicate"])
    before, after = ends.loc["first_exposure"], ends.loc["avoidance"]
    had = before["specific_ige_end_ku_per_l"] > 0.5
    assert had.any()
    kept = after["specific_ige_end_ku_per_l"][had] / before["specific_ige_end_ku_per_l"][had]
    assert (kept < 0.4).all()
    assert (after["memory_b_end_share"][had] > 0.7).all()
