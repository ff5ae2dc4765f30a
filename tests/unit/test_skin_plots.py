"""The figure of body surface: what is drawn is what the tables hold, and it can be read from the back row."""

from __future__ import annotations

import numpy as np
import pytest
from run_folder_fixture import not_treated_row, skin_days, skin_outcome, skin_run, write_run
from test_analysis_plots import PROJECTED_WIDTH_INCHES, SMALLEST_POINTS, outside, words

from analysis import RunFolderError, RunResults, load_results, plot_body_surface, plot_comparison
from analysis.figures.drawing import ARM_STYLES
from analysis.figures.skin import CLASS_LIMITS


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> RunResults:
    return load_results(skin_run(tmp_path_factory.mktemp("skin")))


def thick(axis):
    """The median line of a panel."""
    [line] = [line for line in axis.lines if line.get_linewidth() == 5]
    return line


@pytest.mark.parametrize("draw", [plot_body_surface, plot_comparison])
def test_the_slide_is_legible_and_complete(results, draw):
    figure = draw(results)
    width, height = figure.get_size_inches()
    assert width / height == pytest.approx(16 / 9)
    sizes = [text.get_fontsize() for axis in figure.axes for text in axis.texts]
    assert min(sizes) * PROJECTED_WIDTH_INCHES / width >= SMALLEST_POINTS
    assert outside(figure) == []
    said = words(figure)
    assert "Simulation: research and teaching, not medical advice" in said
    assert "n = 20 virtual patients, those alive in each arm" in said
    assert "all with a fitting clone (0.2% have one)" in said


def test_the_title_states_what_pairs_show(results):
    said = words(plot_body_surface(results, labels={"second_exposure": "re-exposure"}))
    assert "With re-exposure the skin falls ill 9 days sooner than with first exposure" in said
    assert "at least as much of it detaches in 100% of pairs" in said
    assert "Nobody falls ill with avoidance." in said


def test_panels_hold_patients_median_onsets_and_class_limits(results):
    first, second, _ = plot_body_surface(results).axes
    thin = [line for line in first.lines if line.get_linewidth() < 1]
    assert len(thin) == 20
    middle = dict(zip(*thick(first).get_data(), strict=True))
    assert middle[9.0] == 0.0
    assert middle[15.0] == pytest.approx(np.median(5.0 + 2.0 * np.arange(20)))
    assert middle[25.0] == pytest.approx(np.median(5.0 + 2.0 * np.arange(3, 20)))  # three had died on day 20
    assert {line.get_ydata()[0] for line in first.lines if len(line.get_ydata()) == 2} >= set(CLASS_LIMITS)
    onsets = next(line for line in second.lines if line.get_marker() == "|")
    assert onsets.get_xdata().tolist() == [2.0] * 17


def test_a_line_ends_with_the_patient(results):
    first = plot_body_surface(results).axes[0]
    drawn = [line.get_ydata() for line in first.lines if line.get_linewidth() < 1]
    assert [np.isnan(line).any() for line in drawn] == [True] * 3 + [False] * 17


def test_points_are_the_pairs(results):
    figure = plot_body_surface(results)
    [points] = figure.axes[-1].collections
    pairs = results.paired("max_detached_percent")[["first_exposure", "second_exposure"]].dropna()
    drawn = np.asarray(points.get_offsets(), dtype=float)
    assert drawn[~np.isnan(drawn).any(axis=1)] == pytest.approx(pairs.to_numpy(float))


def test_arms_differ_by_more_than_colour():
    assert len({(line, marker) for _, line, marker in ARM_STYLES}) == len(ARM_STYLES)


def test_smaller_extents_are_told_where_onset_stays(tmp_path):
    rows = [skin_outcome("late", i, 40.0) for i in range(5)] + [skin_outcome("soon", i, 10.0) for i in range(5)]
    skin = [day for arm, extent in (("late", 40.0), ("soon", 10.0)) for day in skin_days(arm, 0, extent, 12.0, 28.0)]
    run = write_run(tmp_path, rows, arms=["late", "soon"], reference="late", recorded={"skin": skin})
    said = words(plot_body_surface(load_results(run)))
    assert "With soon, 30 % of body surface less detached than with late (median of pairs)" in said


@pytest.mark.parametrize("extent", [None, 12.0])
def test_one_arm_needs_no_pairs(tmp_path, extent):
    rows = [skin_outcome("only", i, extent) for i in range(4)]
    run = write_run(tmp_path, rows, arms=["only"], reference="only", recorded={"skin": []})
    figure = plot_body_surface(load_results(run))
    assert len(figure.axes) == 1
    assert outside(figure) == []


def test_when_everybody_had_died_the_panels_of_others_stand(tmp_path):
    rows = [skin_outcome("first", i, 50.0, died=True, death_d=20.0) for i in range(3)]
    rows += [not_treated_row("again", i) for i in range(3)]
    skin = [day for i in range(3) for day in skin_days("first", i, 50.0, 12.0, 20.0)]
    run = write_run(tmp_path, rows, arms=["first", "again"], reference="first", recorded={"skin": skin})
    figure = plot_body_surface(load_results(run))
    assert len(figure.axes) == 1
    assert outside(figure) == []


def test_many_arms_with_long_names_fit(tmp_path):
    arms = [f"withdrawn_after_{i}_days_of_fever" for i in range(7)]
    rows = [skin_outcome(arm, i, 5.0 + i, onset_d=20.0 - i) for arm in arms for i in range(6)]
    skin = [day for arm in arms for i in range(6) for day in skin_days(arm, i, 5.0 + i, 12.0, 28.0)]
    run = write_run(tmp_path, rows, arms=arms, reference=arms[0], recorded={"skin": skin})
    figure = plot_body_surface(load_results(run))
    assert outside(figure) == []
    assert "3 more arms in which some fall ill are not drawn." in words(figure)


def test_without_the_table_the_remedy_is_told(tmp_path):
    run = write_run(tmp_path, [skin_outcome("only", 0, 12.0)], arms=["only"], reference="only")
    with pytest.raises(RunFolderError, match=r"add `record: \[skin\]` to the scenario"):
        plot_body_surface(load_results(run))
