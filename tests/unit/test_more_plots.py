"""Figures that take a frame: what they state and draw, and what they refuse."""

from __future__ import annotations

import pandas as pd
import pytest
from run_folder_fixture import NONE, arm_outcomes, step_events, talk_run, write_run

from analysis import comparison_table, cumulative_incidence, load_results
from analysis.figures.cells import plot_raster, plot_traces
from analysis.figures.forest import MOST_ROWS, plot_forest
from analysis.figures.incidence import plot_dose_to_reaction, plot_incidence
from analysis.figures.patient import plot_patient, plot_series
from analysis.figures.points import plot_points


def title(figure) -> str:
    return " ".join(figure.texts[0].get_text().split())


def words(figure) -> str:
    axes = [text.get_text() for axis in figure.axes for text in axis.texts]
    return " ".join([*axes, *(text.get_text() for text in figure.texts)])


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    return load_results(talk_run(tmp_path_factory.mktemp("talk"), patients=40))


def labelled(figure) -> bool:
    """Whether every row of panels has units below and beside it."""
    return all(axis.get_xlabel() for axis in figure.axes[-1:])


def test_a_forest_has_a_line_for_each_arm(talk):
    table = comparison_table(talk)
    figure = plot_forest(table)
    left = figure.axes[0]
    squares = [line for line in left.lines if line.get_marker() == "s"]
    assert [line.get_xdata()[0] for line in squares] == pytest.approx((100 * table["risk"]).tolist())
    assert "reference" in words(figure)
    assert "not medical advice" in words(figure)
    assert labelled(figure)


def test_a_forest_says_what_it_leaves_out(talk):
    table = comparison_table(talk)
    many = pd.concat([table] + [table.iloc[[1]].assign(arm=f"arm_{n}") for n in range(MOST_ROWS)], ignore_index=True)
    assert "3 more arms are not drawn" in words(plot_forest(many))


def test_incidence_is_drawn_as_it_is(talk):
    table = cumulative_incidence(talk, "dose_mg")
    figure = plot_dose_to_reaction(table)
    steps = [line for line in figure.axes[0].lines if line.get_drawstyle() == "steps-post"]
    ends = table[table["cause"] == "reaction"].groupby("arm", sort=False)["incidence"].last()
    assert [line.get_ydata()[-1] for line in steps] == pytest.approx((100 * ends.reindex(talk.arms)).tolist())
    assert "mg" in figure.axes[0].get_xlabel()
    with pytest.raises(ValueError, match="has no dose_mg"):
        plot_dose_to_reaction(cumulative_incidence(talk, "time_min"))


def test_nobody_reacting_is_refused(tmp_path):
    results = load_results(write_run(tmp_path, arm_outcomes("full_dose", [NONE, NONE]), arms=["full_dose"]))
    with pytest.raises(ValueError, match="nobody reacts"):
        plot_incidence(cumulative_incidence(results))


def test_traces_end_where_a_cell_degranulates():
    times = [0.0, 1.0, 2.0, 3.0]
    rows = [{"cell": cell, "time_min": t, "crosslinks": 10 * t, "ship1": t, "calcium": t, "threshold": 2.0,
             "fired": cell == 0 and t >= 2.0} for cell in (0, 1) for t in times]  # fmt: skip
    figure = plot_traces(pd.DataFrame(rows))
    crossed = [line for line in figure.axes[0].lines if line.get_marker() == "X"]
    assert [line.get_xdata()[0] for line in crossed] == [2.0]
    assert figure.axes[2].lines[0].get_ydata().tolist() == [0.0, 0.5, 1.0]
    assert title(figure) == "1 of these 2 mast cells degranulate"
    with pytest.raises(ValueError, match="the frame lacks fired"):
        plot_traces(pd.DataFrame(rows).drop(columns="fired"))


def test_the_raster_has_a_dot_for_each_cell_that_fires():
    cells = pd.DataFrame({"arm": ["one"] * 4 + ["two"] * 4, "cell": list(range(4)) * 2, "organ": ["skin", "lung"] * 4,
                          "threshold": 1.0, "fired_min": [1.0, 2.0, None, None] + [None] * 4})  # fmt: skip
    figure = plot_raster(cells)
    fired = [
        {len(marks.get_paths()[0]): len(marks.get_offsets()) for marks in axis.collections} for axis in figure.axes
    ]
    assert [list(each.values()) for each in fired] == [[1, 1], [0, 0]]
    assert len(fired[0]) == 2, "organs have shapes of their own"
    assert "50% with one; 0% with two" in title(figure)
    assert "none" in words(figure)


def test_a_long_quiet_stretch_of_a_patient_is_shortened():
    events = pd.DataFrame(step_events("rdd", "ladder_12_step", 12)).assign(severity="none")
    late = events.iloc[[-1]].assign(time_min=5000.0, event="reaction", severity="severe")
    figure = plot_patient(pd.concat([events, late], ignore_index=True))
    ticks = [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    assert ticks == ["0", "2.75 h", "3.47 d"]
    assert figure.axes[0].get_xticks()[1] > 0.5


def test_series_have_a_panel_for_each_quantity():
    series = pd.DataFrame({"arm": ["a", "a", "b", "b"], "time_min": [0.0, 60.0] * 2, "plasma_mg_per_l": [0.0, 1.0] * 2,
                           "systolic_mmhg": [120.0, 90.0] * 2})  # fmt: skip
    figure = plot_series(series)
    assert [axis.get_ylabel().replace("\n", " ") for axis in figure.axes] == ["drug in plasma, mg/L", "systolic, mmHg"]
    assert figure.axes[0].lines[0].get_xdata().tolist() == [0.0, 1.0]
    assert figure.axes[1].get_xlabel().startswith("hours")


def test_points_have_a_marker_for_each_arm():
    about = {"metric": "severe", "n": 20, "risk_low": 0.0, "risk_high": 0.5}
    rows = [
        about | {"point": point, "label": f"dose {point}", "arm": arm, "risk": 0.1 * point + 0.05}
        for point in range(3)
        for arm in ("full_dose", "rdd")
    ]
    figure = plot_points(pd.DataFrame(rows))
    marked = [line for line in figure.axes[0].lines if line.get_marker() not in ("None", "")]
    assert [len(line.get_xdata()) for line in marked] == [3, 3]
    assert title(figure).startswith("Severe reaction: from 5% (full dose; dose 0) to 25%")


def swept_table(**columns) -> pd.DataFrame:
    """Two points of one arm, with swept columns."""
    frame = pd.DataFrame({"point": [0, 1], "label": ["raw 0", "raw 1"]})
    about = {"arm": "rdd", "metric": "severe", "n": 20, "risk": [0.1, 0.2], "risk_low": 0.0, "risk_high": 0.5}
    return frame.assign(**columns).assign(**about)


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (
            {"swept_drug": ["penicillin_g", "vancomycin"], "select": ["{}", "[]"], "cells": 50},
            ["penicillin G", "vancomycin"],
        ),
        ({"cells": [50, 1000], "population": "sensitised_adult"}, ["cells 50", "cells 1,000"]),
        ({"from_1_course_1_gap_h": [2.0, 48.0], "from_4_course_1_gap_h": [2.0, 48.0]}, ["gap 2 h", "gap 48 h"]),
        ({}, ["raw 0", "raw 1"]),
    ],
)
def test_points_are_named_by_what_tells_them_apart(columns, names):
    figure = plot_points(swept_table(**columns))
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == names
    assert f"from 10% (RDD; {names[0]}) to 20% (RDD; {names[1]})" in title(figure)


def test_points_with_long_names_are_numbered_where_the_title_names_their_numbers():
    figure = plot_points(swept_table(label=["a long name of a point of a sweep " * 2, "short"]))
    ticks = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert [tick[:3] for tick in ticks] == ["0: ", "1: "]
    assert "(RDD; point 0)" in title(figure)
