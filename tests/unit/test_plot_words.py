"""What figures say fits what they draw: intervals, numbers of patients, marks that do not hide each other."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from run_folder_fixture import MILD, NONE, SEVERE, arm_outcomes, outcome, skin_run, step_events, talk_run, write_run
from test_analysis_plots import outside, words

import analysis as an
from analysis.figures.drawing import ink_on, virtual_patients
from analysis.figures.incidence import log_ticks
from analysis.figures.patient import given_so_far
from analysis.figures.protocol_front import unbeaten


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    return an.load_results(talk_run(tmp_path_factory.mktemp("talk"), patients=40))


def contrast(one: str, other: str) -> float:
    def luminance(colour: object) -> float:
        parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        return float(np.dot(parts, [0.2126, 0.7152, 0.0722]))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_words_on_any_cell_of_the_maps_can_be_read():
    cells = [colormaps["cividis_r"](0.05 + 0.9 * share) for share in np.linspace(0.0, 1.0, 101)]
    assert min(contrast(cell, ink_on(cell)) for cell in cells) >= 4.5


def test_cells_of_the_atlas_have_that_ink():
    rows = [
        {"drug": "a", "half_life_min": 60.0, "step_reached": 3, "gap_h": gap, "restart_step": 1, "n": 20, "risk": risk,
         "risk_low": 0.0, "risk_high": 1.0}
        for gap, risk in ((1.0, 0.5), (2.0, 0.52), (3.0, 0.0))
    ]  # fmt: skip
    figure = an.plot_interruption_atlas(an.restart_table(pd.DataFrame(rows)))
    axis = figure.axes[0]
    faces = [patch.get_facecolor() for patch in axis.patches]
    assert min(contrast(face, text.get_color()) for face, text in zip(faces, axis.texts[::3], strict=True)) >= 4.5
    assert "the usual dose)." in words(figure)
    assert outside(figure) == []


@pytest.mark.parametrize("which", ["steps", "body surface"])
def test_intervals_are_named_only_where_they_are_drawn(talk, tmp_path, which):
    figure = an.plot_steps(talk) if which == "steps" else an.plot_body_surface(an.load_results(skin_run(tmp_path)))
    assert "intervals" not in words(figure)
    assert "95% intervals" in words(an.plot_comparison(talk))


def test_grades_of_one_arm_have_no_intervals(tmp_path):
    run = an.load_results(write_run(tmp_path, arm_outcomes("rdd", [MILD, NONE]), arms=["rdd"], reference="rdd"))
    assert "intervals" not in words(an.plot_comparison(run))


def test_numbers_of_patients_are_words():
    assert virtual_patients([1]) == "1 virtual patient"
    assert virtual_patients([12.0, 12.0]) == "12 virtual patients"
    assert virtual_patients(pd.Series([10, 8, 8])) == "8–10 virtual patients"


def test_one_patient_is_no_half_of_several(tmp_path):
    at = {"protocol_at_reaction": "ladder_12_step", "step_at_reaction": 9}
    rows, events = [outcome("rdd", 0, MILD, **at)], step_events("rdd", "ladder_12_step", 12)
    run = an.load_results(write_run(tmp_path / "run", rows, arms=["rdd"], reference="rdd", events=events))
    figures = [
        an.plot_step_at_breakthrough(run, "rdd"), an.plot_steps(run), an.plot_comparison(run), an.plot_dilemma(run),
        an.plot_incidence(an.cumulative_incidence(run, "dose_mg")),
    ]  # fmt: skip
    said = [words(figure) for figure in figures]
    assert "The one breakthrough of RDD comes at step 9" in said[0]
    assert all("1 virtual patient" in each and "1 virtual patients" not in each for each in said)
    assert all("half of the" not in each for each in said)


def test_a_forest_of_one_arm_has_no_panel_of_differences(talk):
    table = an.comparison_table(talk).iloc[[0]]
    figure = an.plot_forest(table)
    assert len(figure.axes) == 1
    assert "Left of zero" not in words(figure)


def test_long_labels_stay_on_the_slide(talk):
    long = {"rdd": "a name of an arm that is very long indeed", "full_dose": "Desensibilisierungsprotokollteil"}
    assert outside(an.plot_forest(an.comparison_table(talk), labels=long)) == []


def test_a_log_scale_has_four_ticks_or_more():
    assert log_ticks(42.0, 5000.0) == [100.0, 300.0, 1000.0, 3000.0]
    assert log_ticks(0.01, 500.0) == [0.01, 0.1, 1.0, 10.0, 100.0]
    assert len(log_ticks(90.0, 700.0)) >= 3


def test_bars_of_the_dilemma_that_lie_on_each_other_can_be_told_apart(tmp_path):
    rows = [row for arm in "ab" for row in arm_outcomes(arm, [NONE] * 9 + [SEVERE])] + arm_outcomes("c", [SEVERE] * 10)
    run = an.load_results(write_run(tmp_path / "run", rows, arms=["a", "b", "c"], reference="a"))
    figure = an.plot_dilemma(run)
    broad = [container.lines[2][0].get_linewidth()[0] for container in figure.axes[0].containers]
    assert broad[0] > broad[1] == broad[2]
    corner = [text for text in figure.axes[0].texts if "unharmed" in text.get_text()]
    assert corner[0].get_position()[1] < -5


def test_the_drug_given_rises_within_a_step_and_is_flat_between():
    told = [
        ("step_start", 0.0, 0.0), ("step_end", 10.0, 5.0), ("step_start", 60.0, 5.0), ("pause", 70.0, 15.0),
        ("resume", 90.0, 15.0), ("step_start", 90.0, 15.0), ("step_end", 100.0, 25.0), ("dose", 200.0, 75.0),
    ]  # fmt: skip
    frame = pd.DataFrame(told, columns=["event", "time_min", "cumulative_dose_mg"])
    times, given = given_so_far(frame)
    assert np.interp([5.0, 10.0, 35.0, 59.0, 65.0, 80.0, 95.0, 199.0], times, given) == pytest.approx(
        [2.5, 5.0, 5.0, 5.0, 10.0, 15.0, 20.0, 25.0]
    )
    assert given[-1] == 75.0
    assert (np.diff(times) >= 0).all()


def test_signs_at_one_time_stand_below_each_other_and_the_caption_fits():
    signs = ["onset", "detached", "withdrawal", "death"]
    frame = pd.DataFrame({"arm": "a", "event": ["dose", *signs], "time_min": [0.0, 50.0, 100.0, 100.0, 100.0],
                          "cumulative_dose_mg": 200.0, "severity": "none"})  # fmt: skip
    figure = an.plot_patient(frame)
    marks = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    assert len({(line.get_xdata()[0], line.get_ydata()[0]) for line in marks}) == 4
    assert len({str(line.get_marker()) for line in marks}) == 4
    assert "Stars" not in words(figure)
    assert "Stars" in words(an.plot_patient(frame.replace("onset", "reaction")))


def front() -> tuple[pd.DataFrame, pd.DataFrame]:
    trials = pd.DataFrame({"duration_min": [60.0, 200.0, 500.0], "looks": [1, 2, 2], "risk": [0.8, 0.3, 0.1]})
    told = [("ladder_12_step", 339, 0.08), ("one_bag", 339, 0.08), ("design_1", 180, 0.12), ("design_2", 184, 0.125),
            ("design_3", 188, 0.12), ("design_4", 330, 0.081), ("design_5", 600, 0.01)]  # fmt: skip
    table = pd.DataFrame(told, columns=["protocol", "duration_min", "risk"])
    limits = {"risk_low": table["risk"] * 0.8, "risk_high": table["risk"] * 1.2, "worst_risk": table["risk"] * 2.0}
    return trials, table.assign(n=1000, **limits)


def test_the_front_shows_the_worst_risk_and_joins_what_nothing_beats():
    trials, protocols = front()
    figure = an.plot_protocol_front(trials, protocols)
    axis = figure.axes[0]
    crosses = next(line for line in axis.lines if line.get_marker() == "x")
    assert crosses.get_ydata().tolist() == pytest.approx([24.0, 25.0, 24.0, 16.2, 2.0])
    legend = " ".join(text.get_text() for text in axis.get_legend().get_texts())
    assert "finalists, worst over the fitted parameters' ranges" in legend.replace("\n", " ")
    joined = next(line for line in axis.lines if line.get_linestyle() == "-" and len(line.get_xdata()) > 1)
    assert joined.get_ydata().tolist() == pytest.approx([12.0, 8.1, 1.0])
    assert unbeaten(protocols.sort_values(["duration_min", "risk"])).sum() == 4
    assert "square-root scale" in axis.get_ylabel()
    assert "Numbers: designs." in words(figure)
    assert outside(figure) == []


def test_numbers_of_designs_lie_on_no_mark_and_on_no_other():
    trials, protocols = front()
    trials = pd.DataFrame({"duration_min": [205.0, 655.0, 190.0], "looks": 2, "risk": [0.14, 0.013, 0.1]})
    figure = an.plot_protocol_front(trials, protocols)
    axis = figure.axes[0]
    figure.draw_without_rendering()
    for hours, risk in zip(trials["duration_min"] / 60.0, 100.0 * trials["risk"], strict=True):
        spot = axis.transData.transform((hours, risk))
        assert not any(text.get_window_extent().contains(*spot) for text in axis.texts)
    boxes = [text.get_window_extent() for text in axis.texts if text.get_text().isdigit()]
    assert len(boxes) == 5
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    for row in protocols.to_dict("records"):
        for risk in (row["risk"], row["worst_risk"] if row["protocol"].startswith("design") else row["risk"]):
            x, y = axis.transData.transform((row["duration_min"] / 60.0, 100.0 * risk))
            assert not any(box.contains(x, y) for box in boxes)
