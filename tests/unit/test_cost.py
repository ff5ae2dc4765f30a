"""What a dry run says: exact counts, times of the right order, and the precision of textbook intervals."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from scenario_texts import SMALL, write
from scipy.stats import binomtest, norm
from typer.testing import CliRunner

from abm.cli import app
from abm.cost import (
    TIMES_OFF,
    cost_of,
    half_width,
    half_width_of_difference,
    half_width_paired,
    patients_needed,
)
from abm.engine.body import run_arm
from abm.parameters.catalog import default_parameters
from abm.population import select_patients
from abm.scenario_file import load_scenario, load_study
from abm.study import run_study
from analysis.intervals import paired_difference


def test_counts_are_products_summed_over_points() -> None:
    one = cost_of(load_scenario("comparison", ["patients=7", "replicates=2", "cells=50"]))
    assert (one.points, one.courses, one.agents) == (1, 42, 2100)
    swept = cost_of(load_study("comparison", ["cells=50", "sweep.grid.patients=[7, 10]"]))
    assert (swept.points, swept.courses, swept.patients) == (2, 51, (7, 10))
    assert swept.seconds > one.seconds / 2
    assert cost_of(load_scenario("rdd", ["patients=4"])).simulated_days == pytest.approx(4 * (339.375 + 120) / 1440)


@pytest.mark.parametrize(("events", "n"), [(50, 100), (10, 100), (5, 10), (200, 400)])
def test_the_width_of_a_risk_is_wilson_s(events: int, n: int) -> None:
    interval = binomtest(events, n).proportion_ci(method="wilson")
    assert half_width(events / n, n) == pytest.approx((interval.high - interval.low) / 2, rel=1e-6)


def test_the_width_of_a_paired_difference_is_that_of_discordant_pairs() -> None:
    arm = np.repeat([0.0, 1.0, 0.0, 1.0], [80, 80, 20, 20])
    reference = np.repeat([0.0, 1.0, 1.0, 0.0], [80, 80, 20, 20])
    found = paired_difference(arm, reference)
    assert half_width_paired(0.2, 200) == pytest.approx((found.high - found.low) / 2, rel=0.05)
    assert half_width_of_difference(0.5, 200) == pytest.approx(norm.ppf(0.975) * np.sqrt(0.5 / 200))


def test_patients_needed_give_the_width_and_one_fewer_does_not() -> None:
    needed = patients_needed(0.05)
    assert (needed.risk, needed.difference, needed.paired) == (385, 769, 308)
    assert half_width_of_difference(0.5, needed.difference) <= 0.05
    assert half_width_of_difference(0.5, needed.difference - 1) > 0.05


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("comparison", ("patients=6", "cells=4000")),
        ("rdd", ("patients=6", "cells=2000", "replicates=3")),
        ("sjs_withdrawal", ("patients=4",)),
    ],
)
def test_the_stored_times_are_of_the_right_order(name: str, overrides: tuple[str, ...]) -> None:
    """Processor time of this thread, so that a busy machine does not decide; one in ten and ten times are far off."""
    scenario, parameters = load_scenario(name, overrides), default_parameters()
    patients = select_patients(scenario, parameters).to_dict("records")
    run_arm(scenario.arms[0], scenario, patients[0], 0, parameters)
    start = time.thread_time()
    select_patients(scenario, parameters)
    for patient in patients:
        for arm in scenario.arms:
            for replicate in range(scenario.replicates):
                run_arm(arm, scenario, patient, replicate, parameters)
    taken = time.thread_time() - start
    assert cost_of(scenario).seconds == pytest.approx(taken, rel=0, abs=9 * taken)
    assert cost_of(scenario).seconds > taken / 10
    assert TIMES_OFF < 10


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("comparison", ("patients=40", "cells=20")),
        ("comparison", ("patients=10", "cells=100", "record=[timeseries, cells]")),
        ("sjs", ("patients=4", "record=[skin]")),
    ],
)
def test_the_size_on_disk_is_of_the_right_order(name: str, overrides: tuple[str, ...], tmp_path: Path) -> None:
    scenario = load_scenario(name, overrides)
    results = run_study(scenario, out=tmp_path / "run")
    found = sum(path.stat().st_size for path in results.path.rglob("*") if path.is_file())
    assert found / 3 < cost_of(scenario).bytes < found * 3


@pytest.mark.parametrize(
    "population",
    ["pregnant", "mine.yaml", "{like: pregnant, name: other}", "{from: cohort.csv, like: mine.yaml}"],
)
@pytest.mark.parametrize("sweep", ["", "sweep: {grid: {seed: [1, 2]}}\n"])
def test_a_dry_run_of_any_population(tmp_path: Path, monkeypatch, population: str, sweep: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("name: mine\nmeaning: my people\nlike: volunteer\n", encoding="utf-8")
    (tmp_path / "cohort.csv").write_text("age_y\n30\n40\n50\n", encoding="utf-8")
    write(tmp_path, SMALL.replace("sensitised_adult", population) + sweep)
    result = CliRunner().invoke(app, ["run", "study.yaml", "--dry-run"])
    assert result.exit_code == 0, result.output
    assert f"= {6 if sweep else 3} courses" in result.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cohort.csv", "mine.yaml", "study.yaml"]


def test_a_dry_run_writes_nothing_and_says_what_matters(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["run", "comparison", "--dry-run", "--patients", "385", "--set", "sweep.grid.seed=[1, 2]"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    for part in (
        "2 points × 385 patients × 3 arms × 1 replicate = 2,310 courses",
        "10,000 mast cells a patient",
        "within a factor of 3",
        "±5.0 points at 50%",
        "385 patients for a risk of 50 %",
        "not medical advice",
    ):
        assert part in told, told
    assert list(tmp_path.iterdir()) == []
