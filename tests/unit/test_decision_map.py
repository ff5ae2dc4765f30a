"""The decision map: every mechanism under every strategy, counted as the tables of its runs count."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from analysis import (
    decision_table,
    format_points,
    load_results,
    plot_decision_map,
    plot_points,
    points_table,
    treatment_table,
)

ROOT = Path(__file__).parents[2]
STRATEGIES = ["full_dose", "slow", "ladder", "premedicated", "avoided"]
DRUGS = ["penicillin_g", "vancomycin", "carbamazepine"]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("map") / "run"
    words = [sys.executable, "scripts/decision_map.py", "--patients", "2", "--cells", "300", "--out", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_script_prints_a_row_for_each_mechanism_and_strategy_and_draws_them(made) -> None:
    folder, told = made
    table = pd.read_csv(folder / "decision_map.csv")
    assert [(row.swept_drug, row.arm) for row in table.itertuples()] == [
        (drug, arm) for drug in DRUGS for arm in STRATEGIES
    ]
    assert "not medical advice" in told
    assert (folder / "decision_map.png").read_bytes().startswith(b"\x89PNG")


def test_its_numbers_are_those_of_the_treatment_table_of_each_point(made) -> None:
    sweep = load_results(made[0])
    table = decision_table(sweep, arms=["ladder"])
    for number, run in sweep.runs():
        whole = treatment_table(run).set_index("arm").loc["ladder"]
        mine = table.iloc[number]
        assert mine["harmed"] == whole["harmed"]
        assert mine["treated_unharmed_high"] == whole["treated_unharmed_high"]


def test_any_reaction_counts_mild_and_delayed_ones_too(made) -> None:
    sweep = load_results(made[0])
    table = decision_table(sweep).set_index(["swept_drug", "arm"])
    for number, run in sweep.runs():
        drug = sweep.points["swept_drug"].iloc[number]
        for arm in STRATEGIES:
            rows = run.outcomes[(run.outcomes["arm"] == arm) & run.outcomes["treated"].fillna(False).astype(bool)]
            any_reaction = (rows["severity"] != "none") | (rows["necrolysis"] != "none")
            assert table.loc[(drug, arm), "reacted"] == any_reaction.mean()
    assert (table["reacted"] >= table["harmed"]).all()


def test_avoiding_harms_nobody_and_treats_nobody(made) -> None:
    avoided = decision_table(load_results(made[0]), arms=["avoided"])
    assert avoided["harmed"].tolist() == [0.0, 0.0, 0.0]
    assert avoided["treated_unharmed"].tolist() == [0.0, 0.0, 0.0]


def test_a_sweep_of_both_mechanisms_asks_for_harm_of_either_kind(made) -> None:
    sweep = load_results(made[0])
    table, harm = points_table(sweep), decision_table(sweep).set_index(["swept_drug", "arm"])["harmed"]
    assert set(table["metric"]) == {"harmed"}
    found = table.set_index(["swept_drug", "arm"])["risk"]
    pd.testing.assert_series_equal(found, harm.reindex(found.index), check_names=False)
    first = table[table["arm"] == "history"].set_index("swept_drug")
    assert first.loc["carbamazepine", "risk"] == 1.0
    assert first.loc["carbamazepine", "risk_difference"] == pytest.approx(1.0 - found["carbamazepine", "full_dose"])
    axis = plot_points(table).axes[0]
    assert axis.get_xlabel() == "patients with moderate or severe reaction, or necrolysis"
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["penicillin G", "vancomycin", "carbamazepine"]
    assert "moderate or severe reaction, or necrolysis" in format_points(table).lower()
    with pytest.raises(ValueError, match=r"choose one of reacted, .*, harmed"):
        points_table(sweep, "pain")


def test_fields_are_filled_within_their_edges_and_the_foot_counts_the_arms(made) -> None:
    table = decision_table(load_results(made[0]))
    table.loc[(table["swept_drug"] == "carbamazepine") & (table["arm"] != "history"), "n"] = 1
    table[["harmed", "reacted"]] = 1.0
    figure = plot_decision_map(table)
    axis = figure.axes[0]
    figure.draw_without_rendering()
    for patch, text in zip(axis.patches, axis.texts[1::2], strict=True):
        edge, words = patch.get_window_extent(), text.get_window_extent()
        assert edge.x0 + 3 < words.x0
        assert words.x1 < edge.x1 - 3
    assert "penicillin G 2, vancomycin 2, carbamazepine 1–2." in figure.texts[-1].get_text()


def test_unknown_rows_and_arms_are_told(made) -> None:
    sweep = load_results(made[0])
    with pytest.raises(LookupError, match="no column 'colour' is swept; there are swept_drug"):
        decision_table(sweep, rows="colour")
    with pytest.raises(LookupError, match="arm 'prayer' is not in this sweep"):
        decision_table(sweep, arms=["prayer"])


def test_a_field_without_patients_says_nobody(made) -> None:
    table = decision_table(load_results(made[0]), arms=STRATEGIES)
    table.loc[0, ["n", "harmed"]] = [0, float("nan")]
    figure = plot_decision_map(table, labels={"penicillin_g": "IgE"})
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[0] == "nobody"
    assert "IgE" in [label.get_text() for label in figure.axes[0].get_yticklabels()]
