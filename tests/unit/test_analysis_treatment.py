"""Treatment delivered next to harm: counts by hand, intervals, pairs, runs without exposure, and the figure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from run_folder_fixture import MILD, NONE, SEVERE, not_treated_row, outcome, skin_outcome, write_run
from scipy.stats import binomtest

from analysis import format_treatment, load_results, plot_dilemma, treatment_table
from analysis.figures.dilemma import treatment_finding
from analysis.intervals import tango_limits

ARMS = ("full_dose", "rdd", "avoidance")
TARGET = {"penicillin_g": {"kind": "time_above", "level": 0.00025, "share": 0.5, "within_min": 360.0}}
EXPOSURE = {"exposure_drug": "penicillin_g", "auc_mg_min_per_ml": 4.0, "peak_plasma_mg_per_l": 40.0}


def rows():
    """Ten patients: the full dose treats nine of whom six are harmed; the ladder eight, one of them harmed."""
    nothing = {"planned_dose_mg": 0.0, "delivered_dose_mg": 0.0, "auc_mg_min_per_ml": 0.0, "target_met": False}
    found = []
    for i in range(10):
        full = EXPOSURE | {"time_above_target_percent": 90.0, "target_met": i != 9}
        found.append(outcome("full_dose", i, SEVERE if i < 6 else NONE, **full))
        ladder = EXPOSURE | {"time_above_target_percent": 60.0, "target_met": i < 8, "delay_min": 30.0 * (i == 0)}
        if i >= 8:
            ladder |= {"completed": False, "delivered_dose_mg": 240.0}
        found.append(outcome("rdd", i, SEVERE if i in (0, 9) else MILD, **ladder))
        found.append(outcome("avoidance", i, NONE, **(EXPOSURE | nothing)))
    return found


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return load_results(write_run(tmp_path_factory.mktemp("run"), rows(), arms=ARMS, targets=TARGET))


def test_the_table_counts_what_was_delivered_and_whom_it_harmed(results) -> None:
    table = treatment_table(results).set_index("arm")
    assert table["n"].tolist() == [10, 10, 10]
    assert table["completed"].tolist() == [1.0, 0.8, 0.0]
    assert table["target_met"].tolist() == [0.9, 0.8, 0.0]
    assert table["harmed"].tolist() == [0.6, 0.2, 0.0]
    assert table["treated_unharmed"].tolist() == pytest.approx([0.3, 0.7, 0.0])
    assert table["delivered_share_median"].tolist()[:2] == [1.0, 1.0]
    assert np.isnan(table["delivered_share_median"]["avoidance"])
    assert table.loc["rdd", "delivered_share_q25"] == 1.0
    assert table["delivered_dose_mg_median"].tolist() == [2400.0, 2400.0, 0.0]


def test_intervals_are_those_of_shares_and_of_pairs(results) -> None:
    for method in ("wilson", "exact"):
        row = treatment_table(results, interval=method).set_index("arm").loc["rdd"]
        limits = binomtest(7, 10).proportion_ci(0.95, method=method)
        found = (row["treated_unharmed_low"], row["treated_unharmed_high"])
        assert found == pytest.approx((limits.low, limits.high), abs=1e-12)
    # Patients 1 to 5 gain by the ladder, patient 8 loses: it is treated unharmed by the full dose alone.
    assert row["difference"] == pytest.approx(0.4)
    assert (row["difference_low"], row["difference_high"]) == pytest.approx(tango_limits(5, 1, 10))
    assert np.isnan(treatment_table(results).set_index("arm").loc["full_dose", "difference"])


def test_another_reference_turns_the_difference_round(results) -> None:
    row = treatment_table(results, reference="rdd").set_index("arm").loc["full_dose"]
    assert row["difference"] == pytest.approx(-0.4)
    with pytest.raises(ValueError, match="arm 'ladder' is not in this run"):
        treatment_table(results, reference="ladder")


def test_without_a_target_who_completed_is_treated_and_giving_nothing_is_no_treatment(tmp_path) -> None:
    aimless = [row | {"target_met": None, "exposure_drug": ""} for row in rows()]
    table = treatment_table(load_results(write_run(tmp_path, aimless, arms=ARMS))).set_index("arm")
    assert table["target_met"].isna().all()
    assert table["reached"].tolist() == [1.0, 0.8, 0.0]
    assert table["treated_unharmed"].tolist() == pytest.approx([0.4, 0.7, 0.0])


def test_a_run_from_before_these_columns_can_still_be_read(tmp_path) -> None:
    folder = write_run(tmp_path, rows(), arms=ARMS)
    new = [*EXPOSURE, "delivered_share", "time_above_target_percent", "target_met"]
    pd.read_parquet(folder / "outcomes.parquet").drop(columns=new).to_parquet(folder / "outcomes.parquet", index=False)
    columns = pd.read_csv(folder / "columns.csv", dtype="string", keep_default_na=False)
    columns[~columns["name"].isin(new)].to_csv(folder / "columns.csv", index=False)
    results = load_results(folder)
    table = treatment_table(results).set_index("arm")
    assert table["reached"].tolist() == [1.0, 0.8, 0.0]
    assert table.loc["rdd", "delivered_share_median"] == 1.0
    assert "No target is known" in format_treatment(treatment_table(results))


def test_delayed_reactions_are_harm_and_the_dead_are_left_out(tmp_path) -> None:
    arms = ("first", "second")
    found = [skin_outcome("first", i, 20.0 if i < 3 else None, completed=i >= 3, died=i == 0) for i in range(4)]
    found += [not_treated_row("second", 0)] + [skin_outcome("second", i, None) for i in range(1, 4)]
    table = treatment_table(load_results(write_run(tmp_path, found, arms=arms, reference="first"))).set_index("arm")
    assert table["n"].tolist() == [4, 3]
    assert table["harmed"].tolist() == [0.75, 0.0]
    assert table["treated_unharmed"].tolist() == [0.25, 1.0]
    assert table.loc["second", "difference"] == pytest.approx(2 / 3)


def test_replicates_are_averaged_per_patient(tmp_path) -> None:
    found = [outcome("full_dose", i // 2, SEVERE if i % 2 else NONE, i % 2, target_met=i != 0) for i in range(8)]
    row = treatment_table(load_results(write_run(tmp_path, found, arms=("full_dose",)))).iloc[0]
    assert (row["n"], row["treated_unharmed"], row["replicates"]) == (4, pytest.approx(3 / 8), 2)


def test_the_text_says_what_the_target_is_within_100_columns(results) -> None:
    text = format_treatment(treatment_table(results))
    assert max(map(len, text.splitlines())) <= 100
    assert "penicillin_g: free plasma concentration above 0.25 mg/L for 50 % of the first 6 h" in " ".join(text.split())
    [ladder] = [line for line in text.splitlines() if line.startswith("rdd")]
    assert ladder.split()[:5] == ["rdd", "10", "80%", "100%", "0"]
    assert "70% (40-89)" in ladder
    [avoided] = [line for line in text.splitlines() if line.startswith("avoidance")]
    assert avoided.split()[2:5] == ["0%", "-", "0"]
    assert "not medical advice" in text


def test_one_arm_is_not_compared(tmp_path) -> None:
    found = [row for row in rows() if row["arm"] == "rdd"]
    text = format_treatment(
        treatment_table(load_results(write_run(tmp_path, found, arms=("rdd",), reference="rdd", targets=TARGET)))
    )
    assert text.startswith("Treatment delivered, next to harm in rdd\n")
    assert "difference" not in text.splitlines()[2]


def test_the_figure_has_a_marker_with_both_intervals_for_each_arm(results) -> None:
    figure = plot_dilemma(results, labels={"rdd": "ladder"})
    axis = figure.axes[0]
    marks = {bar.get_label(): bar for bar in axis.containers}
    places = {arm: (float(bar[0].get_xdata()[0]), float(bar[0].get_ydata()[0])) for arm, bar in marks.items()}
    assert places == {
        "full_dose": pytest.approx((90.0, 60.0)), "rdd": pytest.approx((80.0, 20.0)), "avoidance": (0.0, 0.0),
    }  # fmt: skip
    assert all(bar.has_xerr and bar.has_yerr for bar in marks.values())
    assert len({bar[0].get_marker() for bar in marks.values()}) == 3
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("patients treated", "patients harmed")
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words[1].startswith("ladder\n70% (40")
    assert "70% of patients are treated without harm with ladder, 30% with full dose" in " ".join(
        figure.texts[0].get_text().split()
    )
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("unharmed", "harmed", "told"),
    [
        ((0.03, 0.0), (0.97, 0.0), "Few patients are treated without harm in any arm, at most 3% (exposed)"),
        ((0.6, 0.9), (0.4, 0.1), "90% of patients are treated without harm with avoided, 60% with exposed"),
    ],
)
def test_no_arm_is_praised_that_harms_nearly_everybody(unharmed, harmed, told) -> None:
    table = pd.DataFrame(
        {"arm": ["exposed", "avoided"], "reference": "exposed", "treated_unharmed": unharmed, "harmed": harmed,
         "difference_low": [np.nan, 0.1]}
    )  # fmt: skip
    assert treatment_finding(table, {"exposed": "exposed", "avoided": "avoided"}) == told
