"""The figures of sweeps say what their tables say, fit on a slide, and refuse runs that hold nothing to draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from run_folder_fixture import MILD, NONE, SEVERE, arm_outcomes, outcome, step_events, talk_run, write_run
from test_analysis_plots import PROJECTED_WIDTH_INCHES, SMALLEST_POINTS, outside, texts, words

from abm import crosslink_bell
from abm.studies.immediate import closed_form
from analysis import RunResults, load_results, plot_bell, plot_step_at_breakthrough, plot_sweep, sweep_table

REACTED = {"full_dose": 18, "ladder_12_step": 3, "every_1_min": 12, "every_15_min": 3, "start_1e-4": 4, "start_1e-2": 8}


def ends(arm: str) -> list[dict]:
    """Step ends of patients 0 and 1: after 1 h, and after 3."""
    rows = step_events(arm, arm, 2)
    late = [row | {"patient_id": 1, "time_min": 120.0 + row["time_min"]} for row in rows]
    return [row | {"event": "step_end", "time_min": row["time_min"] + 45.0} for row in [*rows, *late]]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> RunResults:
    rows = [
        row for arm, k in REACTED.items() for row in arm_outcomes(arm, [SEVERE] * (k - 1) + [MILD] + [NONE] * (20 - k))
    ]
    events = [row for arm in REACTED for row in ends(arm)]
    return load_results(write_run(tmp_path_factory.mktemp("sweep") / "run", rows, arms=list(REACTED), events=events))


@pytest.fixture(scope="module")
def bell() -> pd.DataFrame:
    return crosslink_bell(cells=200)


def test_arms_that_differ_by_a_number_are_a_sweep(swept):
    table = sweep_table(swept).set_index("arm")
    assert table["sweep"].tolist() == ["", "", "every_min", "every_min", "start", "start"]
    assert table["value"].dropna().tolist() == [1.0, 15.0, 1e-4, 1e-2]
    assert (20 * table["reacted"]).tolist() == pytest.approx(list(REACTED.values()))
    assert (20 * table["moderate_or_severe"]).tolist() == pytest.approx([k - 1 for k in REACTED.values()])
    assert table["hours"].tolist() == pytest.approx([2.0] * 6)
    # Clopper and Pearson's limits of 3 in 20, as tabled.
    assert table.loc["every_15_min", ["reacted_low", "reacted_high"]].tolist() == pytest.approx(
        [0.0321, 0.3789], abs=1e-4
    )


def test_curves_and_bands_are_those_of_the_table(swept):
    figure = plot_sweep(swept, labels={"every_min": "length of a step, min"})
    every, start = figure.axes
    curve = every.containers[0].lines[0]
    assert curve.get_xdata().tolist() == [1.0, 15.0]
    assert curve.get_ydata().tolist() == pytest.approx([60.0, 15.0])
    assert [axis.get_xscale() for axis in (every, start)] == ["log", "log"]
    low, high = start.get_xlim()
    assert 1e-5 < low < 1e-4
    assert 1e-2 < high < 1e-1
    flat = [line.get_ydata()[0] for line in start.lines if line.get_linewidth() == 3]
    assert flat == pytest.approx([90.0, 15.0])
    said = words(figure)
    assert "from 15% (every 15 min) to 60% (every 1 min); full dose 90%, ladder 12 step 15%" in said
    assert "length of a step, min" in said


def test_a_run_without_sweep_is_refused(tmp_path):
    run = load_results(talk_run(tmp_path, patients=20))
    with pytest.raises(ValueError, match="no two arms of this run differ in one number alone"):
        plot_sweep(run)


@pytest.fixture(scope="module")
def broken_through(tmp_path_factory: pytest.TempPathFactory) -> RunResults:
    """Ten breakthroughs of 40 ladders: one at step 6, four at 9, five at 12."""
    at = [6, 9, 9, 9, 9, 12, 12, 12, 12, 12]
    place = [{"protocol_at_reaction": "ladder_12_step", "step_at_reaction": step} for step in at]
    rows = [outcome("rdd", i, MILD, **each) for i, each in enumerate(place)]
    rows += [outcome("rdd", i, NONE) for i in range(10, 40)]
    events = step_events("rdd", "ladder_12_step", 12)
    return load_results(
        write_run(tmp_path_factory.mktemp("l") / "run", rows, arms=["rdd"], reference="rdd", events=events)
    )


def test_steps_are_shares_of_the_breakthroughs_and_bags_add_up(broken_through):
    figure = plot_step_at_breakthrough(broken_through, "rdd", labels={"rdd": "the ladder"})
    heights = [bar.get_height() for bar in figure.axes[0].containers[0].patches]
    assert heights == pytest.approx([0, 0, 0, 0, 0, 10, 0, 0, 40, 0, 0, 50])
    said = words(figure)
    assert "Of 10 first breakthroughs of the ladder, 50% come at step 12 and 90% in bag 3" in said
    assert "bag 2: 10% (0.3% to 45%)" in said
    assert "about half at step 12 and about three quarters in bag 3 [not checked]" in said


def test_arms_without_steps_are_refused_in_words(broken_through, tmp_path):
    with pytest.raises(ValueError, match="unknown arm 'RDD'; this run has rdd"):
        plot_step_at_breakthrough(broken_through, "RDD")
    events = step_events("full_dose", "full_dose", 1)
    run = write_run(tmp_path, arm_outcomes("full_dose", [NONE]), arms=["full_dose"], events=events)
    with pytest.raises(ValueError, match="no protocol of more than one step"):
        plot_step_at_breakthrough(load_results(run), "full_dose")


def test_a_ladder_that_nobody_reacts_to_can_be_drawn(tmp_path):
    events = step_events("rdd", "ladder", 5)
    rows = arm_outcomes("rdd", [NONE] * 5)
    figure = plot_step_at_breakthrough(
        load_results(write_run(tmp_path, rows, arms=["rdd"], reference="rdd", events=events)), "rdd"
    )
    assert "No patient reacts during the steps of RDD" in words(figure)
    assert "Published" not in words(figure)


def test_the_bell_holds_the_closed_form_and_cells_that_lie_on_it(bell):
    assert sorted(bell["hapten_per_antigen"].unique()) == [0.0, 1.0, 10.0]
    receptors = bell["expected"].iloc[0] / closed_form(0.01, 0.0, 1.0)
    at_one = bell[(bell["hapten_per_antigen"] == 10.0) & np.isclose(bell["antigen"], 1.0)].iloc[0]
    assert at_one["expected"] == pytest.approx(receptors * closed_form(1.0, 10.0, 1.0))
    seen = bell.dropna(subset=["mean"])
    assert len(seen) == 27
    assert (np.abs(seen["mean"] - seen["expected"]) / np.sqrt(seen["expected"] / 200)).max() < 4.0
    assert (seen["low"] <= seen["mean"]).all()
    assert (seen["mean"] <= seen["high"]).all()
    tops = bell.loc[bell.groupby("hapten_per_antigen")["expected"].idxmax()].set_index("hapten_per_antigen")
    # Half of the sites bound or blocked: the peak lies at K·C = 1 / (1 + hapten per antigen).
    assert tops["antigen"].tolist() == pytest.approx([1.0, 0.5, 1.0 / 11.0], rel=0.06)


def test_the_bell_is_drawn_as_lines_and_marks(bell):
    axis = plot_bell(bell).axes[0]
    lines = [line for line in axis.lines if len(line.get_xdata()) == 81]
    assert [line.get_ydata().max() for line in lines] == pytest.approx(
        bell.groupby("hapten_per_antigen")["expected"].max()
    )
    assert axis.get_xscale() == "log"
    assert "no unit" in axis.get_xlabel()


@pytest.mark.parametrize("which", ["sweep", "step", "bell"])
def test_slides_are_16_to_9_legible_and_complete(which, swept, broken_through, bell):
    figure = {
        "sweep": lambda: plot_sweep(swept),
        "step": lambda: plot_step_at_breakthrough(broken_through, "rdd"),
        "bell": lambda: plot_bell(bell),
    }[which]()
    width, height = figure.get_size_inches()
    assert width / height == pytest.approx(16 / 9)
    assert min(text.get_fontsize() for text in texts(figure)) * PROJECTED_WIDTH_INCHES / width >= SMALLEST_POINTS
    assert outside(figure) == []
    assert "Simulation: research and teaching, not medical advice" in words(figure)
    assert all(axis.get_xlabel() for axis in figure.axes)
    assert figure.axes[0].get_ylabel()
