"""The interruption atlas: half-lives in closed form, the restart rule on a known table, and a small whole run."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from analysis import interruption_table, load_results, plot_interruption_atlas, restart_table
from analysis.interruption_atlas import terminal_half_life_min
from analysis.intervals import wilson_limits

ROOT = Path(__file__).parents[2]
SMALL = """\
extends: interruption_atlas
name: small_atlas
patients: 3
cells: 100
follow_up: 10 min
arms: {from_4: null, from_7: null}
sweep:
  grid: {drug: [penicillin_g, ceftriaxone]}
  zip:
    arms.from_1.course.0.to_step: &reached [3, 12]
    arms.from_10.course.0.to_step: *reached
    arms.next_dose.course.0.to_step: *reached
    arms.from_1.course.1.gap: &gaps [2 h, 48 h]
    arms.from_10.course.1.gap: *gaps
    arms.next_dose.course.1.gap: *gaps
    arms.from_4.course.0.to_step: null
    arms.from_7.course.0.to_step: null
    arms.from_4.course.1.gap: null
    arms.from_7.course.1.gap: null
"""


def test_one_compartment_has_the_half_life_of_volume_and_clearance() -> None:
    numbers = {"drugs.a.central_l_per_kg": 0.5, "drugs.a.clearance_l_per_h": 7.0}
    assert terminal_half_life_min(numbers, "a", 70.0) == pytest.approx(60.0 * math.log(2.0) * 35.0 / 7.0)


def test_two_compartments_have_that_of_their_slower_phase() -> None:
    k10, k12, k21 = 0.2, 0.5, 0.1
    numbers = {
        "drugs.a.central_l_per_kg": 1.0, "drugs.a.clearance_l_per_h": 70.0 * k10, "drugs.a.peripheral_in_per_h": k12,
        "drugs.a.peripheral_out_per_h": k21,
    }  # fmt: skip
    total = k10 + k12 + k21
    slow = (total - math.sqrt(total * total - 4.0 * k10 * k21)) / 2.0
    assert terminal_half_life_min(numbers, "a", 70.0) == pytest.approx(60.0 * math.log(2.0) / slow)


def ways(*risks: float) -> pd.DataFrame:
    steps = (1, 4, 7, 10, 13)[: len(risks)]
    return pd.DataFrame({
        "drug": "a", "half_life_min": 60.0, "step_reached": 12, "gap_h": 24.0, "restart_step": steps, "n": 100,
        "risk": risks, "risk_low": [risk / 2 for risk in risks], "risk_high": [min(1.0, 2 * risk) for risk in risks],
    })  # fmt: skip


@pytest.mark.parametrize(
    ("risks", "step", "risk"),
    [
        ((0.1, 0.1, 0.12, 0.14, 0.5), 10, 0.5),
        ((0.1, 0.1, 0.1, 0.1, 0.15), 13, 0.15),
        ((0.1, 0.2, 0.1, 0.1, 0.1), 1, 0.1),
        ((0.1, 0.05), 4, 0.05),
    ],
)
def test_the_safe_step_is_the_latest_before_the_risk_rises(risks, step, risk) -> None:
    row = restart_table(ways(*risks)).iloc[0]
    assert (row["safe_restart_step"], row["risk"], row["risk_from_1"]) == (step, risk, risks[0])
    assert row["risk_high"] == min(1.0, 2 * risk)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("atlas")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    words = [
        sys.executable,
        "-W",
        "error",
        str(ROOT / "scripts" / "interruption_atlas.py"),
        "small.yaml",
        "--out",
        "run",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*words, "--workers", "1"], cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return folder / "run", done.stdout


def test_the_script_writes_a_row_for_each_interruption_and_draws(made) -> None:
    folder, told = made
    table = pd.read_csv(folder / "interruption_atlas.csv")
    columns = "gap_h step_reached drug half_life_min risk risk_low risk_high safe_restart_step".split()
    assert set(columns) <= set(table.columns)
    assert sorted(zip(table["drug"], table["step_reached"], table["gap_h"], strict=True)) == [
        ("ceftriaxone", 3, 2.0), ("ceftriaxone", 12, 48.0), ("penicillin_g", 3, 2.0), ("penicillin_g", 12, 48.0),
    ]  # fmt: skip
    assert "not medical advice" in told
    assert (folder / "interruption_atlas.png").read_bytes().startswith(b"\x89PNG")


def test_risks_are_those_after_the_gap(made) -> None:
    sweep = load_results(made[0])
    table = interruption_table(sweep)
    row = table[(table["drug"] == "penicillin_g") & (table["step_reached"] == 12) & (table["restart_step"] == 13)].iloc[
        0
    ]
    outcomes = sweep.point(1).outcomes
    again = outcomes[outcomes["arm"] == "next_dose"]["severity_after_gap"]
    events = int(again.isin(["moderate", "severe"]).sum())
    assert (row["n"], row["risk"]) == (3, pytest.approx(events / 3))
    assert (row["risk_low"], row["risk_high"]) == pytest.approx(wilson_limits(events, 3))
    # After step 3 a restart at step 10 would leave steps out, so it is not on the map.
    assert table[table["step_reached"] == 3]["restart_step"].tolist() == [1, 1]


def test_half_lives_are_those_of_the_drugs(made) -> None:
    hours = interruption_table(load_results(made[0])).groupby("drug")["half_life_min"].first() / 60.0
    assert 0.4 <= hours["penicillin_g"] <= 0.9
    assert 5.8 <= hours["ceftriaxone"] <= 8.7


def test_another_sweep_is_no_atlas(made) -> None:
    sweep = load_results(made[0])
    sweep.axes = [axis for axis in sweep.axes if not axis["path"].endswith(".gap")]
    with pytest.raises(LookupError, match="no interruption atlas: 'gap' takes 0 values"):
        interruption_table(sweep)


def test_the_figure_names_drugs_by_half_life(made) -> None:
    figure = plot_interruption_atlas(pd.read_csv(made[0] / "interruption_atlas.csv"), labels={"ceftriaxone": "Y"})
    titles = [axis.get_title(loc="left") for axis in figure.axes]
    assert titles[0].startswith("penicillin G, half-life 0.")
    assert titles[1].startswith("Y, half-life ")
