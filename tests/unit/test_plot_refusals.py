"""Figures refuse frames that they would draw wrongly, or not at all, in one line with the remedy."""

from __future__ import annotations

import pandas as pd
import pytest
from run_folder_fixture import talk_run

import analysis as an

TIMES = {"arm": "rdd", "replicate": 0, "patient_id": [3, 4], "time_min": [0.0, 1.0]}
SERIES = pd.DataFrame({**TIMES, "plasma_mg_per_l": 1.0})
EVENTS = pd.DataFrame({**TIMES, "event": "step_start", "cumulative_dose_mg": 0.0, "severity": "none"})
CELLS = pd.DataFrame({**TIMES, "cell": 0, "organ": "skin", "threshold": 1.0, "fired_min": 1.0})
OF_A_PATIENT = [
    (an.plot_series, SERIES, "results.timeseries(patient_id=7)"),
    (an.plot_patient, EVENTS, "results.patient(7).events"),
    (an.plot_raster, CELLS, "results.cells(patient_id=7)"),
]
OF_A_FRAME = [
    *(draw for draw, _, _ in OF_A_PATIENT), an.plot_traces, an.plot_forest, an.plot_points, an.plot_decision_map,
    an.plot_interruption_atlas, an.plot_bell, an.plot_incidence, an.restart_table,
    lambda frame: an.plot_sensitivity(frame, "rdd"), lambda frame: an.plot_protocol_front(frame, frame),
]  # fmt: skip


@pytest.mark.parametrize(("draw", "frame", "remedy"), OF_A_PATIENT)
def test_several_patients_are_refused(draw, frame, remedy):
    with pytest.raises(ValueError, match="holds 2 patients, the figure shows one") as told:
        draw(frame)
    assert remedy in str(told.value)
    with pytest.raises(ValueError, match="holds 2 replicates"):
        draw(frame.assign(patient_id=3, replicate=[0, 1]))
    if draw is not an.plot_raster:
        draw(frame.assign(patient_id=3))


@pytest.mark.parametrize(("draw", "frame", "remedy"), OF_A_PATIENT)
def test_no_rows_are_told(draw, frame, remedy):
    del remedy
    with pytest.raises(ValueError, match="the frame has no rows; nothing to draw"):
        draw(frame.iloc[:0])


@pytest.mark.parametrize("draw", OF_A_FRAME)
def test_a_frame_without_columns_is_told(draw):
    with pytest.raises(ValueError, match=r"the frame lacks [a-z_]+"):
        draw(pd.DataFrame())


def test_a_series_without_a_known_quantity_is_told():
    with pytest.raises(ValueError, match="nothing to draw; it needs one of plasma_mg_per_l"):
        an.plot_series(SERIES.assign(patient_id=3).drop(columns="plasma_mg_per_l"))


@pytest.mark.parametrize("ask", [an.points_table, an.decision_table, an.interruption_table])
def test_a_plain_run_is_no_sweep(ask, tmp_path):
    run = an.load_results(talk_run(tmp_path, patients=20))
    with pytest.raises(ValueError, match="reads the points of a sweep, and this is <RunResults"):
        ask(run)
