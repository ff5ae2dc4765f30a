"""Blood samples: they show the time series, count from start or onset, tell a rise by its rule, and change nothing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scenario_texts import SMALL, problems, same_scenario, write
from small_worlds import FULL, LADDER, a_patient, a_scenario, a_step, an_arm, parameters, same_bits

from abm.biology.mediators import level_within, tryptase_rise
from abm.engine.body import run_arm
from abm.engine.samples import RISE_COUNTS_FOR_MIN
from abm.output_columns import TABLES
from abm.scenario import Gap, Sample
from abm.scenario_file import load_scenario, resolved_yaml

TIMES = (0.0, 7.0, 30.0, 60.0, 90.0)


def result_of(*samples: Sample, course=FULL, record=("timeseries",), patient=None, **settings):
    scenario = a_scenario(an_arm(course), samples=samples, record=frozenset(record), **settings)
    return run_arm(scenario.arms[0], scenario, patient or a_patient(), 0, parameters())


def drawn(*samples: Sample, **settings) -> dict[str, np.ndarray]:
    return result_of(*samples, **settings).recorded["samples"]


@pytest.fixture(scope="module")
def seen():
    """A patient who reacts, with samples at whole minutes and in between."""
    return result_of(*(Sample(time) for time in TIMES), Sample(30.5), Sample(60.0, "onset"), Sample(0.0, "onset"))


def test_levels_are_those_of_the_time_series(seen) -> None:
    series, table = seen.recorded["timeseries"], seen.recorded["samples"]
    assert set(table) == {column.name for column in TABLES["samples"]} - {"scenario", "arm", "patient_id", "replicate"}
    for name in ("tryptase_ng_per_ml", "histamine_ng_per_ml"):
        here = np.interp(table["time_min"], series["time_min"], series[name])
        on_rows = np.isin(table["time_min"], series["time_min"])
        assert on_rows.sum() >= len(TIMES) - 1, "all but the start"
        assert table[name][on_rows] == pytest.approx(here[on_rows], rel=1e-6)
        calm = ~(table["after_onset_min"] < 2.0)
        assert calm.sum() == len(TIMES) + 2, "the burst at the onset lies between two rows"
        assert table[name][calm] == pytest.approx(here[calm], rel=2e-2, abs=0.02), "a curve lies near the chord"
    levels = seen.recorded["samples"]["tryptase_ng_per_ml"]
    assert levels.max() > 1.05 * levels.min(), "there is something to see"


def test_times_count_from_the_start_and_from_the_onset(seen) -> None:
    table = seen.recorded["samples"]
    onset = next(event["time_min"] for event in seen.events if event["event"] == "reaction")
    assert table["sample"].tolist() == list(range(1, len(TIMES) + 4))
    assert table["after"].tolist() == ["start"] * (len(TIMES) + 1) + ["onset"] * 2
    assert table["time_min"][: len(TIMES)].tolist() == list(TIMES)
    assert table["time_min"][-2:] == pytest.approx([onset + 60.0, onset], abs=1.0 / 16)
    since = table["time_min"] - onset
    assert table["after_onset_min"] == pytest.approx(np.where(since >= -1.0 / 16, since, np.nan), abs=0.07, nan_ok=True)


def test_a_rise_is_above_1_2_baselines_and_2() -> None:
    assert not tryptase_rise(1.2 * 4.5 + 2.0, 4.5)
    assert tryptase_rise(7.41, 4.5)
    assert not tryptase_rise(7.41, 5.0), "the baseline is the patient's own"


def test_a_rise_is_told_within_four_hours_of_the_onset_only(seen) -> None:
    late = Sample(RISE_COUNTS_FOR_MIN, "onset"), Sample(RISE_COUNTS_FOR_MIN + 1.0, "onset"), Sample(0.0)
    table = drawn(*late)
    assert table["tryptase_rise_positive"].tolist()[1:] == [None, None]
    assert isinstance(table["tryptase_rise_positive"][0], bool | np.bool_)
    for level, rise in zip(*(seen.recorded["samples"][name] for name in ("tryptase_ng_per_ml",
                           "tryptase_rise_positive")), strict=True):  # fmt: skip
        assert rise is None or rise == (level > 1.2 * 4.5 + 2.0)
    found = {
        share: drawn(Sample(60.0, "onset"), patient=a_patient(specific_receptors_per_cell=share))
        for share in (3_000.0, 60_000.0)
    }
    assert bool(found[60_000.0]["tryptase_rise_positive"][0]), "many receptors, much tryptase"


def test_without_an_onset_there_is_no_sample_after_it() -> None:
    table = drawn(Sample(60.0, "onset"), Sample(10.0), patient=a_patient(specific_receptors_per_cell=0.0))
    assert table["sample"].tolist() == [2]
    assert np.isnan(table["after_onset_min"]).all()
    assert table["tryptase_rise_positive"].tolist() == [None]
    assert table["tryptase_ng_per_ml"] == pytest.approx([4.5], rel=1e-5)


@pytest.mark.parametrize("course", [FULL, LADDER, (*FULL, Gap(2000.0), *FULL)], ids=["full", "ladder", "gap"])
def test_taking_blood_changes_nothing_else(course) -> None:
    samples = *(Sample(time) for time in (0.0, 0.3, 17.77, 90.0, 1111.1, 5000.0)), Sample(33.3, "onset")
    settings = {"course": course, "record": ("timeseries", "cells")}
    without, with_samples = result_of(**settings), result_of(*samples, **settings)
    assert "samples" not in without.recorded
    assert repr(with_samples.outcome) == repr(without.outcome)
    assert with_samples.events == without.events
    for table in ("timeseries", "cells"):
        for name, column in without.recorded[table].items():
            assert same_bits(np.asarray(column), np.asarray(with_samples.recorded[table][name])), (table, name)


def test_samples_after_the_end_follow_the_patient_without_drug() -> None:
    long = drawn(Sample(600.0), Sample(1200.0), follow_up_min=1300.0)
    short = drawn(Sample(600.0), Sample(1200.0), follow_up_min=10.0)
    assert long["tryptase_ng_per_ml"] == pytest.approx(short["tryptase_ng_per_ml"], rel=1e-5)
    assert long["time_min"].tolist() == short["time_min"].tolist() == [600.0, 1200.0]


def test_a_level_within_a_step_is_that_of_the_closed_form() -> None:
    rest, source, rate = 1.0, 0.7, 0.02
    level = lambda t: rest + source / rate + (3.0 - rest - source / rate) * math.exp(-rate * t)  # noqa: E731
    assert level_within(3.0, level(8.0), rate, 5.0, 8.0) == pytest.approx(level(5.0), rel=1e-12)
    assert level_within(3.0, level(8.0), rate, 4.0, 8.0) != pytest.approx((3.0 + level(8.0)) / 2, rel=1e-4)
    assert level_within(3.0, 4.0, rate, 0.0, 0.0) == 4.0


def test_samples_are_read_and_survive_the_resolved_file(tmp_path: Path) -> None:
    text = SMALL + "samples: [{at: 0 min}, {at: 1 h, after: onset}, {at: 20 s, after: start}]\n"
    scenario = load_scenario(write(tmp_path, text))
    assert scenario.samples == (Sample(0.0), Sample(60.0, "onset"), Sample(20 / 60))
    assert same_scenario(load_scenario(write(tmp_path, resolved_yaml(scenario))), scenario)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ("[{at: 60}]", "7:16: S201"),
        ("[{at: 1 mg}]", "7:16: S202"),
        ("[{at: -1 h}]", "7:16: S203"),
        ("[{after: onset}]", "7:11: S102 missing key 'at'"),
        ("[{at: 1 h, after: onsett}]", "7:28: S314 unknown moment to count from 'onsett'"),
        ("[{at: 1 h, befor: onset}]", "7:21: S101 unknown key 'befor'"),
        ("1 h", "7:10: S103"),
        (f"[{', '.join(['{at: 1 h}'] * 101)}]", "7:10: S105 samples asks for 101; at most 100"),
    ],
)
def test_faults_of_samples_are_told(tmp_path: Path, samples: str, expected: str) -> None:
    (found,) = problems(tmp_path, SMALL + f"samples: {samples}\n")
    assert expected in found


def test_steps_of_half_a_minute_are_sampled_too() -> None:
    table = drawn(Sample(0.25), course=[a_step(1.0, 0.5)])
    assert table["time_min"].tolist() == [0.25]
