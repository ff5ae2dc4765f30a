"""Delayed reactions in tables: shares, onset, extent, pairs, rates in the population; the dead left out but counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from run_folder_fixture import (
    MILD,
    NONE,
    SEVERE,
    arm_outcomes,
    not_treated_row,
    outcome,
    skin_outcome,
    skin_run,
    write_run,
)
from scipy.stats import binomtest

from analysis import (
    RunResults,
    compare_arms,
    comparison_table,
    format_table,
    load_results,
    metrics_shown,
    summarise_arms,
)
from analysis.intervals import tango_limits

ARMS = ("first", "again")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> RunResults:
    return load_results(skin_run(tmp_path_factory.mktemp("skin")))


def two_exposures(folder: Path, pairs: list[tuple[float | None, float | None]], **run) -> RunResults:
    """Greatest areas at the first and the second exposure, by patient."""
    rows = [skin_outcome(ARMS[0], i, first, onset_d=12.0) for i, (first, _) in enumerate(pairs)]
    rows += [skin_outcome(ARMS[1], i, again, onset_d=2.5) for i, (_, again) in enumerate(pairs)]
    return load_results(write_run(folder, rows, arms=ARMS, reference="first", **run))


def row_of(frame, arm: str):
    return frame[frame["arm"] == arm].iloc[0]


@pytest.mark.parametrize("method", ["wilson", "exact"])
def test_classes_and_deaths_are_shares_with_scipys_intervals(results, method):
    row = row_of(summarise_arms(results, interval=method), "first_exposure")
    for name, events in {"any_necrolysis": 20, "sjs": 3, "overlap": 10, "ten": 7, "died": 3}.items():
        limits = binomtest(events, 20).proportion_ci(method=method)
        assert row[name] == pytest.approx(events / 20)
        assert (row[f"{name}_low"], row[f"{name}_high"]) == pytest.approx((limits.low, limits.high))
    assert row["n"] == 20


def test_onset_and_extent_are_quartiles_of_those_who_fall_ill(tmp_path):
    pairs = [(10.0 * i, None) for i in range(1, 6)] + [(None, None)] * 4
    row = row_of(summarise_arms(two_exposures(tmp_path, pairs)), "first")
    assert [row[f"max_detached_percent_{q}"] for q in ("q25", "median", "q75")] == [20.0, 30.0, 40.0]
    assert row["skin_onset_d_median"] == 12.0
    assert np.isnan(row_of(summarise_arms(two_exposures(tmp_path / "b", pairs)), "again")["skin_onset_d_median"])


def test_the_dead_are_left_out_of_rates_and_pairs_but_counted(results):
    table = comparison_table(results)
    assert table["n"].tolist() == [20, 17, 17]
    assert table["not_treated"].tolist() == [0, 3, 3]
    assert table["failed_rows"].tolist() == [0, 0, 0]
    again = row_of(table, "second_exposure")
    assert (again["any_necrolysis"], again["after"]) == (1.0, "first_exposure")
    assert (again["excluded"], again["unchanged"], again["ill_in_both"]) == (3, 17, 17)
    avoided = row_of(compare_arms(results), "avoidance")
    assert (avoided["risk"], avoided["reference_risk"], avoided["n"]) == (0.0, 1.0, 17)
    assert (avoided["risk_difference_low"], avoided["risk_difference_high"]) == tango_limits(0, 17, 17)
    assert results.paired("max_detached_percent")["avoidance"].isna().sum() == 3
    said = format_table(table)
    assert "second_exposure, avoidance: 3 of 20 had died of first_exposure and were not treated again." in said


def test_pairs_tell_onset_and_extent(tmp_path):
    pairs = [(10.0, 20.0), (10.0, 10.0), (40.0, 30.0), (10.0, 40.0), (None, 5.0), (5.0, None), (None, None)]
    row = row_of(compare_arms(two_exposures(tmp_path, pairs)), "again")
    assert (row["ill_in_both"], row["onset_difference_d_median"]) == (4, -9.5)
    assert row["as_much_detached"] == 0.75
    limits = binomtest(3, 4).proportion_ci(method="wilson")
    assert (row["as_much_detached_low"], row["as_much_detached_high"]) == pytest.approx((limits.low, limits.high))
    assert row["detached_difference_percent_median"] == 5.0
    assert (row["helped"], row["harmed"], row["unchanged"]) == (1, 1, 5)


def test_the_rate_in_the_population_is_weight_times_share_where_the_cohort_is_conditioned(results, tmp_path):
    table = comparison_table(results)
    first = row_of(table, "first_exposure")
    low, high = binomtest(20, 20).proportion_ci(method="wilson")
    rates = [first[f"per_100000{end}"] for end in ("", "_low", "_high")]
    assert rates == pytest.approx([200.0, 200.0 * low, 200.0 * high])
    assert table["per_100000"].isna().tolist() == [False, True, True]
    assert "treated so, fall ill: first_exposure 200 (168-200)." in " ".join(format_table(table).split())
    plain = comparison_table(two_exposures(tmp_path, [(10.0, 20.0)] * 4))
    assert plain["per_100000"].isna().all()
    assert "100,000" not in format_table(plain)


def test_the_printed_table_of_a_delayed_study(results):
    lines = format_table(comparison_table(results)).splitlines()
    assert lines[0] == "Epidermal necrolysis: arms compared with first_exposure on the same patients"
    assert "mild" not in lines[2]
    assert lines[2].split() == "arm n SJS overlap TEN died day of onset detached % risk difference".split()
    first = "first_exposure 20 15% 50% 35% 15% 11 (10-11) 24 (15-34) 100% (84-100) reference".split()
    assert lines[4].split() == first
    assert lines[6].split() == "avoidance 17 0% 0% 0% 0% - - 0% (0-18) -100 (-100 to -63)".split()
    said = " ".join(lines)
    assert "second_exposure: 17 fall ill here and in first_exposure: here 9.1 d earlier, with 13.5 % of the" in said
    assert "at least as much in 100% (82-100)" in said
    assert max(len(line) for line in lines) <= 100
    assert lines[-1] == "Simulation: research and teaching, not medical advice."


@pytest.mark.parametrize(("metric", "risk"), [("ten", 7 / 20), ("died", 3 / 20)])
def test_other_delayed_metrics(results, metric, risk):
    table = comparison_table(results, metric)
    assert table["risk"].iloc[0] == pytest.approx(risk)
    assert table["TEN"].iloc[0] == pytest.approx(7 / 20)
    assert format_table(table).isascii()


def test_what_happened_chooses_the_question(results, tmp_path):
    assert metrics_shown(results) == ["any_necrolysis"]
    assert comparison_table(results)["metric"].iloc[0] == "any_necrolysis"
    nothing = load_results(
        write_run(tmp_path / "a", arm_outcomes("first", [NONE] * 3), arms=["first"], reference="first")
    )
    assert metrics_shown(nothing) == ["moderate_or_severe"]
    spared = two_exposures(tmp_path / "b", [(None, None)] * 3, traits={"fitting_clones": 1})
    assert metrics_shown(spared) == ["any_necrolysis"]
    assert "0% (0-56)" in format_table(comparison_table(spared))


def test_where_reactions_are_mild_any_reaction_is_told_too(tmp_path):
    def told(folder, grades):
        return metrics_shown(
            load_results(write_run(tmp_path / folder, arm_outcomes("full_dose", grades), arms=["full_dose"]))
        )

    assert told("mild", [MILD] * 2 + [NONE]) == ["moderate_or_severe", "reacted"]
    assert told("few", [MILD] * 11 + [SEVERE]) == ["moderate_or_severe", "reacted"]
    assert told("more", [MILD] * 5 + [SEVERE]) == ["moderate_or_severe"]


def test_both_kinds_of_reaction_are_told(tmp_path):
    rows = [skin_outcome("first", 0, 12.0), outcome("first", 1, SEVERE)]
    both = load_results(write_run(tmp_path, rows, arms=["first"], reference="first"))
    assert metrics_shown(both) == ["moderate_or_severe", "any_necrolysis"]
    assert "'any_necrolysis') shows them" in format_table(comparison_table(both))
    assert "'moderate_or_severe') shows them" in format_table(comparison_table(both, "any_necrolysis"))


def test_when_everybody_had_died_the_arm_is_empty_and_says_so(tmp_path):
    rows = [skin_outcome("first", i, 50.0, died=True, death_d=20.0) for i in range(3)]
    rows += [not_treated_row("again", i) for i in range(3)]
    run = write_run(tmp_path, rows, arms=ARMS, reference="first", after={"again": "first"})
    text = format_table(comparison_table(load_results(run)))
    assert "again: 3 of 3 had died of first and were not treated again." in text
    assert next(line for line in text.splitlines() if line.startswith("again  ")).split()[1] == "0"


def test_a_single_arm_is_not_compared(tmp_path):
    rows = [skin_outcome("first", i, 12.0) for i in range(3)]
    text = format_table(comparison_table(load_results(write_run(tmp_path, rows, arms=["first"], reference="first"))))
    assert text.startswith("Epidermal necrolysis in first\n")
    assert not [word for word in ("compared", "difference", "reference", "pairs") if word in text]


def test_a_run_folder_from_before_delayed_reactions_is_still_read(tmp_path):
    folder = write_run(tmp_path, arm_outcomes("first", [SEVERE, NONE]), arms=["first"], reference="first")
    old = load_results(folder)
    for table in ("outcomes", "patients"):
        frame = getattr(old, table)
        old.__dict__[table] = frame.drop(
            columns=["treated", "necrolysis", "died", "case_weight", "fitting_clones"], errors="ignore"
        )
    assert comparison_table(old)["risk"].tolist() == [0.5]
    assert "Moderate or severe" in format_table(comparison_table(old))
    with pytest.raises(
        ValueError, match="this run has no column necrolysis, which the metric 'any_necrolysis' asks for"
    ):
        comparison_table(old, "any_necrolysis")
