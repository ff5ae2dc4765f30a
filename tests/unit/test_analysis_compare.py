"""Paired comparisons with known counts: published intervals, failures, replicates, empty grades, one patient."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from run_folder_fixture import FAILED, MILD, MODERATE, NONE, SEVERE, arm_outcomes, outcome, talk_run, write_run
from scipy.stats import binomtest

from analysis import (
    METRICS,
    FailedRowsWarning,
    RunResults,
    compare_arms,
    comparison_table,
    format_table,
    load_results,
)
from analysis.compare import number_needed
from analysis.finding import finding
from analysis.formatting import difference_text, needed_text, percent
from analysis.intervals import tango_limits

TWO_ARMS = ("full_dose", "rdd")


def two_arms(folder: Path, full_dose: list[str], rdd: list[str], replicates: int = 1) -> RunResults:
    rows = arm_outcomes("full_dose", full_dose, replicates) + arm_outcomes("rdd", rdd, replicates)
    return load_results(write_run(folder, rows, arms=TWO_ARMS, replicates=replicates))


def published(folder: Path) -> RunResults:
    """The table of Cavo et al. (2012) as severe reactions: both 59, only rdd 6, only full dose 16, neither 80."""
    kinds = [(SEVERE, SEVERE)] * 59 + [(MODERATE, SEVERE)] * 6 + [(SEVERE, NONE)] * 16 + [(NONE, MILD)] * 80
    return two_arms(folder, [full for full, _ in kinds], [rdd for _, rdd in kinds])


def test_a_comparison_equals_the_published_example(tmp_path):
    """Fagerland, Lydersen & Laake (2017), chapter 8."""
    row = compare_arms(published(tmp_path), metric="severe").iloc[0]
    assert (row["arm"], row["reference"], row["metric"], row["n"]) == ("rdd", "full_dose", "severe", 161)
    differences = [row[f"risk_difference{end}"] for end in ("", "_low", "_high")]
    assert np.round(differences, 4).tolist() == [-0.0621, -0.1240, -0.0054]
    ratios = [row[f"risk_ratio{end}"] for end in ("", "_low", "_high")]
    assert np.round(ratios, 4).tolist() == [0.8667, 0.7579, 0.9910]
    assert row["mcnemar_p"] == pytest.approx(0.052479, abs=1e-6)
    assert (row["helped"], row["harmed"], row["unchanged"], row["excluded"]) == (16, 6, 139, 0)
    assert (row["reference_risk"], row["risk"]) == pytest.approx((75 / 161, 65 / 161))
    assert row["number_needed"] == pytest.approx(161 / 10)


@pytest.mark.parametrize(
    ("metric", "full_dose", "rdd"),
    [("reacted", 0.75, 0.25), ("moderate_or_severe", 0.5, 0.0), ("severe", 0.25, 0.0)],
)
def test_each_metric_counts_its_grades(tmp_path, metric, full_dose, rdd):
    results = two_arms(tmp_path, [NONE, MILD, MODERATE, SEVERE], [NONE, NONE, NONE, MILD])
    row = compare_arms(results, metric).iloc[0]
    assert (row["reference_risk"], row["risk"]) == (full_dose, rdd)


def test_metrics_after_the_gap_read_the_grade_after_the_gap(tmp_path):
    rows = [outcome("full_dose", i, SEVERE) for i in range(4)]
    rows += [outcome("rdd", i, SEVERE, severity_after_gap=MILD, severity_before_gap=SEVERE) for i in range(4)]
    results = load_results(write_run(tmp_path, rows, arms=TWO_ARMS))
    risks = {metric: compare_arms(results, metric).iloc[0]["risk"] for metric in METRICS}
    assert risks == {
        "reacted": 1.0,
        "moderate_or_severe": 1.0,
        "severe": 1.0,
        "reacted_after_gap": 1.0,
        "moderate_or_severe_after_gap": 0.0,
        "severe_after_gap": 0.0,
        "any_necrolysis": 0.0,
        "ten": 0.0,
        "died": 0.0,
    }
    assert comparison_table(results, "severe_after_gap")["mild"].tolist() == [0.0, 1.0]


def test_unknown_metrics_and_arms_are_refused(tmp_path):
    results = published(tmp_path)
    with pytest.raises(ValueError, match="unknown metric 'death'; choose one of reacted, "):
        compare_arms(results, "death")
    with pytest.raises(ValueError, match="arm 'placebo' is not in this run; its arms are full_dose, rdd"):
        compare_arms(results, reference="placebo")


def test_another_reference_turns_the_comparison_round(tmp_path):
    results = published(tmp_path)
    there, back = (compare_arms(results, "severe", reference=arm).iloc[0] for arm in TWO_ARMS)
    assert back["arm"] == "full_dose"
    assert back["risk_difference"] == pytest.approx(-there["risk_difference"])
    assert (back["helped"], back["harmed"]) == (there["harmed"], there["helped"])
    assert (there["number_needed_for"], back["number_needed_for"]) == ("benefit", "harm")


def test_failed_rows_drop_out_in_pairs_and_are_counted(tmp_path):
    full = [SEVERE] * 6 + [FAILED, SEVERE, NONE]
    rdd = [NONE] * 6 + [NONE, FAILED, NONE]
    with pytest.warns(FailedRowsWarning, match="2 of 18"):
        results = two_arms(tmp_path, full, rdd)
    row = compare_arms(results, "severe").iloc[0]
    assert (row["n"], row["excluded"], row["helped"], row["unchanged"]) == (7, 2, 6, 1)
    assert (row["risk_difference_low"], row["risk_difference_high"]) == tango_limits(0, 6, 7)
    table = comparison_table(results, "severe")
    assert table["n"].tolist() == [8, 8]
    assert table["failed_rows"].tolist() == [1, 1]
    assert table["risk"].tolist() == [7 / 8, 0.0]
    assert "2 failed rows are left out" in format_table(table)


def test_an_arm_that_failed_altogether_is_shown_as_such(tmp_path):
    with pytest.warns(FailedRowsWarning, match="3 of 6"):
        results = two_arms(tmp_path, [SEVERE, NONE, MILD], [FAILED] * 3)
    table = comparison_table(results)
    assert table["n"].tolist() == [3, 0]
    text = format_table(table)
    assert next(line for line in text.splitlines() if line.startswith("rdd ")).split() == ["rdd", "0", *"-------"]


def test_replicates_are_averaged_within_patients(tmp_path):
    full = [SEVERE, SEVERE] * 12 + [SEVERE, NONE] * 12
    rdd = [SEVERE, NONE] * 12 + [NONE, NONE] * 12
    results = two_arms(tmp_path, full, rdd, replicates=2)
    row = compare_arms(results, "severe").iloc[0]
    assert row["n"] == 24
    assert (row["reference_risk"], row["risk"], row["risk_difference"]) == (0.75, 0.25, -0.5)
    assert (row["helped"], row["harmed"]) == (24, 0)
    assert row["mcnemar_p"] == pytest.approx(binomtest(24, 24).pvalue)
    assert row["risk_difference_low"] == pytest.approx(tango_limits(0, 12, 24)[0])
    text = format_table(comparison_table(results))
    assert "2 replicates are averaged per patient" in text
    assert "24 helped, 0 harmed, 0 unchanged; sign test p < 0.001" in text


def test_a_failed_replicate_leaves_the_patient_in(tmp_path):
    with pytest.warns(FailedRowsWarning, match="1 of 8"):
        results = two_arms(tmp_path, [SEVERE, FAILED, NONE, NONE], [SEVERE, SEVERE, NONE, NONE], replicates=2)
    row = compare_arms(results, "severe").iloc[0]
    assert (row["n"], row["excluded"], row["risk_difference"], row["unchanged"]) == (2, 1, 0.0, 2)


def test_empty_grades_and_no_reaction_at_all(tmp_path):
    results = two_arms(tmp_path, [NONE] * 20, [NONE] * 20)
    row = compare_arms(results).iloc[0]
    assert row["risk_difference"] == 0
    assert row["risk_difference_high"] == pytest.approx(-row["risk_difference_low"])
    assert row["risk_difference_high"] == pytest.approx(tango_limits(0, 0, 20)[1])
    assert np.isnan(row["risk_ratio"])
    assert (row["number_needed_for"], row["mcnemar_p"]) == ("neither", 1.0)
    assert row["number_needed_low"] == pytest.approx(1 / row["risk_difference_high"])
    assert np.isinf(row["number_needed_high"])
    table = comparison_table(results)
    assert table["severe"].tolist() == [0.0, 0.0]
    assert "no difference" in format_table(table)


def test_one_patient_is_enough_to_compute_and_too_few_to_conclude(tmp_path):
    results = two_arms(tmp_path, [SEVERE], [NONE])
    row = compare_arms(results).iloc[0]
    assert (row["n"], row["risk_difference"], row["mcnemar_p"]) == (1, -1.0, 1.0)
    assert row["risk_difference_high"] > 0
    assert np.isinf(row["number_needed_high"])
    assert "1.0 (1.0 or more)" in format_table(comparison_table(results))


def test_a_single_arm_has_nothing_to_compare_with(tmp_path):
    results = load_results(write_run(tmp_path, arm_outcomes("full_dose", [SEVERE, NONE]), arms=["full_dose"]))
    assert compare_arms(results).empty
    table = comparison_table(results)
    text = format_table(table)
    assert "50% (9.5-91)" in text
    assert text.startswith("Moderate or severe reaction in full_dose\n")
    paired = ("compared", "difference", "number needed", "Number needed", "reference", "pairs", "same patients")
    assert not [word for word in paired if word in text]
    assert finding(table, {"full_dose": "full dose"}) == "Moderate or severe reactions: full dose 50%"


def test_number_needed_is_honest_about_zero():
    # Altman (1998) BMJ 317:1309: a reduction of 10 % with limits -5 % and 25 % is a number needed of 10, from 4 over
    # infinity to 20 harmed.
    kind, estimate, low, high = number_needed(-0.10, -0.25, 0.05)
    assert (kind, estimate, low, high) == ("benefit", pytest.approx(10), pytest.approx(4), float("inf"))
    kind, estimate, low, high = number_needed(0.2, 0.1, 0.25)
    assert (kind, estimate, low, high) == ("harm", pytest.approx(5), pytest.approx(4), pytest.approx(10))
    assert number_needed(0.0, -0.1, 0.2) == ("neither", float("inf"), 5.0, float("inf"))
    assert np.isnan(number_needed(float("nan"), float("nan"), float("nan")).estimate)


def test_the_printed_table_says_what_the_frame_says(tmp_path):
    results = published(tmp_path)
    lines = format_table(comparison_table(results, "severe")).splitlines()
    assert lines[0] == "Severe reaction: arms compared with full_dose on the same patients"
    cells = [line.split() for line in lines]
    assert cells[2] == ["arm", "n", *"none mild moderate severe risk difference number needed".split()]
    assert cells[4] == ["full_dose", "161", "50%", "0%", "3.7%", "47%", "47%", "(39-54)", "reference"]
    assert cells[5] == "rdd 161 9.9% 50% 0% 40% 40% (33-48) -6 (-12 to -0.5) 16 (8.1 to 184)".split()
    assert "rdd: 16 helped, 6 harmed, 139 unchanged; exact McNemar p 0.052" in lines
    assert lines[-1] == "Simulation: research and teaching, not medical advice."


def test_the_printed_table_is_plain_and_fits_a_terminal(tmp_path):
    long = [f"a_very_long_name_of_an_arm_that_nobody_should_use_{i}" for i in range(3)]
    rng = np.random.default_rng(2)
    rows = [row for arm in long for row in arm_outcomes(arm, list(rng.choice([NONE, MILD, MODERATE, SEVERE], 1500)))]
    results = load_results(write_run(tmp_path, rows, arms=long, reference=long[0]))
    for metric in METRICS:
        text = format_table(comparison_table(results, metric))
        assert max(len(line) for line in text.splitlines()) <= 100
        assert text.isascii()


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0%"), (1, "100%"), (0.0001, "<0.1%"), (0.004, "0.4%"), (0.045, "4.5%"), (0.05, "5%"), (0.0998, "10%")]
    + [(0.325, "33%"), (0.995, "99.5%"), (0.9999, ">99.9%"), (float("nan"), "-")],
)
def test_percentages_never_round_a_rare_event_away(share, text):
    assert percent(share) == text


def test_wording_of_differences_and_numbers(tmp_path):
    row = comparison_table(published(tmp_path), "severe").iloc[1]
    assert difference_text(row) == "-6 (-12 to -0.5)"
    assert needed_text(row) == "16 (8.1 to 184)"
    harm = row.copy()
    harm[["number_needed_for", "number_needed_high"]] = ["harm", float("inf")]
    assert needed_text(harm) == "harm 16 (8.1 or more)"


def test_the_finding_states_what_the_intervals_allow(tmp_path):
    names = {"full_dose": "full dose", "rdd": "RDD", "interruption": "interruption"}
    table = comparison_table(load_results(talk_run(tmp_path / "a")))
    assert finding(table, names) == (
        "With RDD, moderate or severe reactions fall from 70% to 4.5%; with interruption only to 59%"
    )
    rise = two_arms(tmp_path / "b", [NONE] * 40, [SEVERE] * 30 + [NONE] * 10)
    assert finding(comparison_table(rise), names) == "With RDD, moderate or severe reactions rise from 0% to 75%"
    same = two_arms(tmp_path / "c", [NONE] * 20 + [SEVERE] * 20, [NONE] * 21 + [SEVERE] * 19)
    assert finding(comparison_table(same, "reacted"), names) == (
        "No clear difference in reactions of any grade: full dose 50%, RDD 48%"
    )


def test_the_finding_of_many_arms_counts_them(tmp_path):
    arms = ["base", "less", "least", "same", "more"]
    severe = dict(zip(arms, (20, 8, 1, 20, 38), strict=True))
    rows = [row for arm in arms for row in arm_outcomes(arm, [SEVERE] * severe[arm] + [NONE] * (40 - severe[arm]))]
    results = load_results(write_run(tmp_path, rows, arms=arms, reference="base"))
    assert finding(comparison_table(results, "severe"), {arm: arm for arm in arms}) == (
        "Severe reactions fall in 2 of 4 arms (most with least, to 2.5%); "
        "rise in 1 of 4 arms (most with more, to 95%); no clear change in 1"
    )
