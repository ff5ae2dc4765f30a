"""Figures say what the tables say and can be read from the back row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from run_folder_fixture import FAILED, MILD, NONE, SEVERE, arm_outcomes, step_events, talk_run, write_run

from analysis import (
    FailedRowsWarning,
    RunResults,
    comparison_table,
    format_table,
    load_results,
    plot_comparison,
    plot_steps,
)
from analysis.finding import finding

PROJECTED_WIDTH_INCHES = 13.333
SMALLEST_POINTS = 12


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> RunResults:
    return load_results(talk_run(tmp_path_factory.mktemp("talk")))


def texts(figure: Figure) -> list[Text]:
    figure.draw_without_rendering()
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def words(figure: Figure) -> str:
    return " ".join(" ".join(text.get_text().split()) for text in texts(figure))


def outside(figure: Figure) -> list[str]:
    """Texts that stick out of the figure; ticks beyond the limits of an axis are not drawn and do not count."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    width, height = figure.get_size_inches() * figure.dpi
    ticks = {tick.get_text() for axis in figure.axes for tick in (*axis.get_xticklabels(), *axis.get_yticklabels())}
    return [
        text
        for text, box in boxes
        if (box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height) and text not in ticks
    ]


@pytest.mark.parametrize("draw", [plot_comparison, plot_steps])
def test_a_slide_is_16_to_9_legible_and_complete(results, draw):
    figure = draw(results)
    width, height = figure.get_size_inches()
    assert width / height == pytest.approx(16 / 9)
    assert min(text.get_fontsize() for text in texts(figure)) * PROJECTED_WIDTH_INCHES / width >= SMALLEST_POINTS
    assert min(text.get_fontsize() for text in texts(figure)) >= 14
    assert outside(figure) == []
    said = words(figure)
    assert "n = 200 virtual patients" in said
    assert "penicillin G" in said
    assert "seed 1" in said
    assert "Simulation: research and teaching, not medical advice" in said


def test_the_title_states_the_finding_of_the_table(results):
    names = {"full_dose": "full dose", "rdd": "RDD", "interruption": "interruption"}
    assert finding(comparison_table(results), names) in words(plot_comparison(results))
    names["rdd"] = "the ladder"
    said = words(plot_comparison(results, labels={"rdd": "the ladder"}))
    assert finding(comparison_table(results), names) in said


def test_bars_and_forest_show_the_numbers_of_the_table(results):
    table = comparison_table(results, "severe")
    left, middle, _ = plot_comparison(results, "severe").axes
    solid = [bar for bar in left.patches if bar.get_fill()]
    drawn = np.array([bar.get_width() for bar in solid]).reshape(3, 4) / 100
    assert drawn == pytest.approx(table[["none", "mild", "moderate", "severe"]].to_numpy(float))
    ranges = [line.get_xdata() for line in middle.lines if len(line.get_xdata()) == 2 and line.get_linewidth() > 5]
    expected = 100 * table[["risk_difference_low", "risk_difference_high"]].dropna().to_numpy(float)
    assert np.array(ranges, float) == pytest.approx(expected)


def test_grades_differ_by_more_than_colour(results):
    left = plot_comparison(results).axes[0]
    hatches = {bar.get_hatch() for bar in left.patches if not bar.get_fill()}
    assert {"///", "xxx"} <= hatches
    assert {text.get_text() for text in left.get_legend().get_texts()} == {"none", "mild", "moderate", "severe"}


def test_steps_show_every_step_of_the_ladder_and_the_rest_in_words(results):
    figure = plot_steps(results)
    assert [len(axis.get_xticks()) for axis in figure.axes] == [12, 12]
    said = words(figure)
    assert "RDD: 73% never react" in said
    assert "first at full dose" in said
    top = figure.axes[0]
    heights = sum(bar.get_height() for bar in top.patches if bar.get_fill())
    assert heights == pytest.approx(27)


def test_a_run_without_a_ladder_has_no_steps_to_draw(tmp_path):
    events = step_events("full_dose", "full_dose", 1)
    run = write_run(tmp_path, arm_outcomes("full_dose", [NONE]), arms=["full_dose"], events=events)
    with pytest.raises(ValueError, match="no arm of this run has a protocol of more than one step"):
        plot_steps(load_results(run))


@pytest.mark.parametrize("grades", [[NONE] * 30, [SEVERE] * 30, [MILD]])
def test_extreme_runs_can_be_drawn(tmp_path: Path, grades):
    arms = ["full_dose", "rdd"]
    rows = [row for arm in arms for row in arm_outcomes(arm, grades)]
    events = step_events("full_dose", "full_dose", 1) + step_events("rdd", "ladder_12_step", 12)
    extreme = load_results(write_run(tmp_path, rows, arms=arms, events=events, seed=3))
    for figure in (plot_comparison(extreme), plot_steps(extreme)):
        assert outside(figure) == []
        assert "seed 3" in words(figure)


def test_failed_rows_and_a_lone_arm_are_drawn_honestly(tmp_path):
    rows = arm_outcomes("full_dose", [SEVERE, NONE, NONE]) + arm_outcomes("rdd", [FAILED] * 3)
    with pytest.warns(FailedRowsWarning):
        broken = load_results(write_run(tmp_path / "a", rows, arms=["full_dose", "rdd"]))
    said = words(plot_comparison(broken))
    assert "3 failed rows left out" in said
    assert "no patients to compare" in said
    lone = load_results(write_run(tmp_path / "b", arm_outcomes("full_dose", [SEVERE]), arms=["full_dose"]))
    figure = plot_comparison(lone)
    said = words(figure)
    assert "Moderate or severe reactions: full dose 100%" in said
    assert len(figure.axes) == 1
    assert not [word for word in ("Difference", "reference", "Number needed", "in every arm") if word in said]


def test_figure_and_table_round_alike(tmp_path):
    """10.5 % lies half-way: 11 in print, so 11 in the figure."""
    grades = [NONE] * 79 + [MILD] * 21 + [SEVERE] * 100
    both = load_results(write_run(tmp_path, arm_outcomes("full_dose", grades), arms=["full_dose"]))
    assert "11%" in format_table(comparison_table(both))
    assert "11%" in words(plot_comparison(both))


def test_many_arms_with_long_names_fit(tmp_path):
    arms = [f"ladder_with_a_long_name_{i}" for i in range(7)]
    grades = [[SEVERE] * k + [NONE] * (40 - k) for k in (20, 18, 10, 5, 1, 0, 38)]
    rows = [row for arm, own in zip(arms, grades, strict=True) for row in arm_outcomes(arm, own)]
    figure = plot_comparison(load_results(write_run(tmp_path, rows, arms=arms, reference=arms[0])))
    assert outside(figure) == []
    figure.savefig(tmp_path / "many.png", dpi=60)
    assert (tmp_path / "many.png").stat().st_size > 10_000
