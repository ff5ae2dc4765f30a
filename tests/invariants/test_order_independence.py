"""The world that differs by one thing: threads, order, more patients, another arm change nothing else."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from abm import study_run
from abm.parameters.catalog import default_parameters
from abm.population import select_patients
from abm.provenance import content_hash
from abm.scenario import Scenario
from abm.scenario_file import load_scenario
from abm.study import run_study

PATIENTS = 6


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    changes = [f"patients={PATIENTS}", "cells=200", "replicates=2", "record=[timeseries, cells]"]
    return load_scenario("comparison", changes)


@pytest.fixture(scope="module")
def one_thread(scenario, tmp_path_factory):
    return run_study(scenario, out=tmp_path_factory.mktemp("one") / "run", workers=1)


def hashes(results) -> dict[str, str]:
    return results.run["content_hashes"]


def rows_hash(results, table: str, patients=None, arms=None) -> str:
    """Hash of the rows of some patients and arms."""
    rows = pq.read_table(results.path / f"{table}.parquet")
    if patients is not None:
        rows = rows.filter(pc.field("patient_id").isin(list(patients)))
    if arms is not None:
        rows = rows.filter(pc.field("arm").isin(list(arms)))
    assert rows.num_rows > 0
    return content_hash(rows)


def test_one_and_two_threads_give_equal_hashes(scenario, one_thread, tmp_path) -> None:
    two = run_study(scenario, out=tmp_path / "run", workers=2)
    assert set(hashes(two)) == {"patients", "outcomes", "events", "timeseries", "cells"}
    assert hashes(two) == hashes(one_thread)


def test_the_hash_in_run_json_is_that_of_the_file(one_thread) -> None:
    for table, expected in hashes(one_thread).items():
        assert rows_hash(one_thread, table) == expected


def test_the_hashes_would_show_a_difference(scenario, one_thread, tmp_path) -> None:
    other = run_study(scenario, out=tmp_path / "run", seed=scenario.seed + 1)
    assert all(hashes(other)[table] != value for table, value in hashes(one_thread).items())


@pytest.mark.parametrize("seconds", [0.0, 0.01, 100.0])
def test_the_size_of_shards_changes_nothing(scenario, one_thread, tmp_path, monkeypatch, seconds) -> None:
    monkeypatch.setattr(study_run, "SHARD_SECONDS", seconds)
    assert hashes(run_study(scenario, out=tmp_path / "run")) == hashes(one_thread)


@pytest.mark.parametrize("order", [[5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2]])
def test_patients_in_any_order_give_equal_hashes(scenario, one_thread, tmp_path, monkeypatch, order) -> None:
    real, treated = study_run._Run._waiting, []

    def waiting(run, shards):
        listed = list(real(run, shards))
        for place in order:
            treated.append(listed[place][1]["patient_id"])
            yield listed[place]

    monkeypatch.setattr(study_run._Run, "_waiting", waiting)
    assert hashes(run_study(scenario, out=tmp_path / "run", workers=1)) == hashes(one_thread)
    assert treated == [one_thread.patients["patient_id"].iloc[place] for place in order]


def test_more_patients_contain_the_first_unchanged(scenario, one_thread, tmp_path) -> None:
    more = run_study(scenario, out=tmp_path / "run", patients=2 * PATIENTS)
    first = list(one_thread.patients["patient_id"])
    assert list(more.patients["patient_id"])[:PATIENTS] == first
    assert len(more.patients) == 2 * PATIENTS
    for table, expected in hashes(one_thread).items():
        assert rows_hash(more, table, patients=first) == expected


def test_another_arm_changes_no_other(scenario, one_thread, tmp_path) -> None:
    slow = replace(load_scenario("full_dose", ["cells=200"]).arms[0], name="again", reference=False)
    more = run_study(replace(scenario, arms=(slow, *scenario.arms)), out=tmp_path / "run")
    assert more.arms == ["again", *one_thread.arms]
    for table in ("outcomes", "events", "timeseries", "cells"):
        assert rows_hash(more, table, arms=one_thread.arms) == hashes(one_thread)[table]
    assert hashes(more)["patients"] == hashes(one_thread)["patients"]


def test_an_arm_less_changes_no_other(scenario, one_thread, tmp_path) -> None:
    kept = tuple(arm for arm in scenario.arms if arm.name != "rdd")
    fewer = run_study(replace(scenario, arms=kept), out=tmp_path / "run")
    names = [arm.name for arm in kept]
    for table in ("outcomes", "events", "timeseries", "cells"):
        assert hashes(fewer)[table] == rows_hash(one_thread, table, arms=names)


def test_patients_are_drawn_before_the_arms_are_known(scenario) -> None:
    turned = replace(scenario, arms=tuple(reversed(scenario.arms)), replicates=5, cells=77)
    first = select_patients(scenario, default_parameters())
    assert first.equals(select_patients(turned, default_parameters()))
