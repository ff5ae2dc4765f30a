"""Named protocols: the published tables, and doses that add up exactly."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.parameters import protocol_tables as tables
from abm.parameters.catalog import DRUGS
from abm.protocol_table import protocol_table
from abm.protocols import (
    LONG,
    OPTION_RANGES,
    PENICILLIN_ORAL,
    PROTOCOLS,
    build_ladder,
    build_protocol,
    long_protocol,
    penicillin_oral_doses,
)
from abm.scenario import Gap, Step

PRINTED_MG = "0.040 0.100 0.200 0.400 1.000 2.000 4.000 8.000 19.843 39.685 79.370 1845.362".split()
PRINTED_CUMULATIVE_MG = "0.040 0.140 0.340 0.740 1.740 3.740 7.740 15.740 35.583 75.268 154.638 2000.000".split()
PRINTED_ML = "0.50 1.25 2.50 5.00 1.25 2.50 5.00 10.00 2.50 5.00 10.00 232.50".split()
PRINTED_ML_PER_H = "2.0 5.0 10.0 20.0 5.0 10.0 20.0 40.0 10.0 20.0 40.0 80.0".split()
PRINTED_MG_PER_ML = ["0.080"] * 4 + ["0.800"] * 4 + ["7.937"] * 4

doses_mg = st.floats(min_value=1e-9, max_value=1e6)


def test_ladder_reproduces_the_published_2000_mg_example_to_the_printed_digit() -> None:
    table = protocol_table(build_protocol("ladder_12_step", "penicillin_g", 2000.0))
    assert [f"{value:.3f}" for value in table["dose_mg"]] == PRINTED_MG
    assert [f"{value:.3f}" for value in table["cumulative_dose_mg"]] == PRINTED_CUMULATIVE_MG
    assert [f"{value:.2f}" for value in table["volume_ml"]] == PRINTED_ML
    assert [f"{value:.1f}" for value in table["rate_ml_per_h"]] == PRINTED_ML_PER_H
    assert [f"{value:.3f}" for value in table["concentration_mg_per_ml"]] == PRINTED_MG_PER_ML
    assert list(table["duration_min"]) == [15.0] * 11 + [174.375]
    assert list(table["bag"]) == [1] * 4 + [2] * 4 + [3] * 4
    assert list(table["step"]) == list(range(1, 13))
    assert table["duration_min"].sum() == 339.375 == tables.LADDER_12_STEP_MIN


@settings(deadline=None, derandomize=True)
@given(dose_mg=doses_mg, shuffle=st.randoms(use_true_random=False))
def test_ladder_doses_add_up_exactly_in_any_order(dose_mg: float, shuffle: random.Random) -> None:
    doses = [step.dose_mg for step in build_protocol("ladder_12_step", "penicillin_g", dose_mg)]
    assert math.fsum(doses) == dose_mg
    assert sum(doses) == dose_mg
    assert list(itertools.accumulate(doses))[-1] == dose_mg
    shuffle.shuffle(doses)
    assert sum(doses) == dose_mg
    assert all(dose > 0.0 for dose in doses)


@settings(deadline=None, derandomize=True)
@given(dose_mg=doses_mg)
def test_ladder_doses_follow_concentration_and_rate(dose_mg: float) -> None:
    steps = build_protocol("ladder_12_step", "penicillin_g", dose_mg)
    bag_3_mg = dose_mg - math.fsum(step.dose_mg for step in steps if step.bag < 3)
    content_mg = {1: dose_mg / 100.0, 2: dose_mg / 10.0, 3: bag_3_mg}
    for step in steps:
        assert step.dose_mg == pytest.approx(content_mg[step.bag] * step.volume_ml / 250.0, rel=1e-9)
    bag_3_ml = math.fsum(step.volume_ml for step in steps if step.bag == 3)
    assert bag_3_ml == pytest.approx(250.0, rel=1e-12)


@pytest.mark.parametrize("drug", sorted(DRUGS))
def test_full_dose_takes_the_usual_time(drug: str) -> None:
    (step,) = build_protocol("full_dose", drug, DRUGS[drug].usual_dose_mg)
    assert step == Step(drug, "full_dose", 1, 0, DRUGS[drug].usual_infusion_min, DRUGS[drug].usual_dose_mg)
    assert math.isnan(step.rate_ml_per_h)


def test_slow_infusion_gives_the_same_dose_over_the_length_of_the_ladder() -> None:
    ladder = build_protocol("ladder_12_step", "carboplatin", 450.0)
    (slow,) = build_protocol("slow_infusion", "carboplatin", 450.0)
    assert slow.duration_min == sum(step.duration_min for step in ladder)
    assert slow.dose_mg == 450.0
    assert slow.rate_mg_per_min == pytest.approx(450.0 / 339.375)
    assert build_protocol("slow_infusion", "carboplatin", 450.0, 600.0)[0].duration_min == 600.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("leader", "penicillin_g", 1.0), "unknown protocol 'leader'; allowed: full_dose"),
        (("full_dose", "penicillin_g", 0.0), "the dose must be between"),
        (("full_dose", "penicillin_g", -1.0), "the dose must be between"),
        (("full_dose", "penicillin_g", math.nan), "the dose must be between"),
        (("full_dose", "penicillin_g", math.inf), "the dose must be between"),
        (("full_dose", "penicillin_g", 1.0, 0.0), "duration_min of full_dose must be from 0.0625"),
        (("full_dose", "penicillin_g", 1.0, math.nan), "duration_min of full_dose must be from 0.0625"),
        (("ladder_12_step", "penicillin_g", 1.0, 60.0), "has no option 'duration_min'; it has interval_min"),
    ],
)
def test_refuses_impossible_protocols(arguments: tuple[str, str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build_protocol(*arguments)


def test_every_protocol_is_described_with_its_source() -> None:
    assert {"full_dose", "ladder_12_step", "one_bag", "ladder", "graded_10_fold", "slow_infusion"} <= set(PROTOCOLS)
    for name, info in PROTOCOLS.items():
        assert info.name == name
        assert len(info.description) > 20
        assert len(info.source) > 20
        if name == PENICILLIN_ORAL:
            course = penicillin_oral_doses("penicillin_v")
        else:
            course = (long_protocol if name in LONG else build_protocol)(name, "ceftriaxone", 1000.0)
        steps = [item for item in course if not isinstance(item, Gap)]
        assert {step.protocol for step in steps} == {name}
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))
        # The engine's time lattice must hold every named protocol without rounding.
        assert all(step.duration_min * 16.0 == round(step.duration_min * 16.0) for step in steps)


ladders = st.fixed_dictionaries(
    {
        "start_fraction": st.floats(1e-6, 0.5),
        "ratio": st.floats(1.01, 1000.0),
        "interval_min": st.sampled_from([1.0, 5.0, 15.0, 30.0, 7.3]),
    }
)


@settings(deadline=None, derandomize=True)
@given(dose_mg=doses_mg, options=ladders, shuffle=st.randoms(use_true_random=False))
def test_doses_of_any_ladder_add_up_exactly_in_any_order(
    dose_mg: float, options: dict[str, float], shuffle: random.Random
) -> None:
    steps = build_ladder("penicillin_g", dose_mg, **options)
    doses = [step.dose_mg for step in steps]
    assert sum(doses) == math.fsum(doses) == dose_mg
    shuffle.shuffle(doses)
    assert sum(doses) == dose_mg
    assert all(dose > 0.0 for dose in doses)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))


@settings(deadline=None, derandomize=True)
@given(options=ladders)
def test_a_ladder_starts_and_rises_as_it_is_told(options: dict[str, float]) -> None:
    steps = build_ladder("carboplatin", 450.0, **options)
    by_ratio = [450.0 * options["start_fraction"] * options["ratio"] ** k for k in range(len(steps))]
    for step, dose_mg in list(zip(steps, by_ratio, strict=True))[:-1]:
        assert step.dose_mg == pytest.approx(dose_mg, rel=1e-9)
        assert step.duration_min == options["interval_min"]
    # The last step is the one in which the full dose would be passed; it runs at its own rate until all is given.
    assert sum(by_ratio[:-1]) < 450.0 <= sum(by_ratio) * (1.0 + 1e-8)
    assert steps[-1].dose_mg <= by_ratio[-1] * (1.0 + 1e-8)
    wanted_min = steps[-1].dose_mg / by_ratio[-1] * options["interval_min"]
    assert abs(steps[-1].duration_min - wanted_min) <= 1.0 / 16.0
    assert steps[-1].duration_min * 16.0 == round(steps[-1].duration_min * 16.0)


def test_a_known_ladder() -> None:
    steps = build_ladder("penicillin_g", 1000.0, 1e-3, 2.0, 15.0)
    assert [step.dose_mg for step in steps[:9]] == pytest.approx([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0])
    assert steps[9].dose_mg == pytest.approx(1000.0 - 511.0)
    assert steps[9].duration_min == 14.3125  # 489 / 512 of 15 min, to the nearest 3.75 s
    assert build_ladder("penicillin_g", 1000.0, 1e-3, 2.0, 15.0) == build_protocol(
        "ladder", "penicillin_g", 1000.0, start_fraction=1e-3
    )


def test_fewer_steps_make_the_last_one_longer_and_its_time_can_be_given() -> None:
    few = build_ladder("penicillin_g", 1000.0, 1e-3, 2.0, 15.0, step_count=5)
    assert [step.dose_mg for step in few] == pytest.approx([1.0, 2.0, 4.0, 8.0, 985.0])
    assert few[-1].duration_min == 923.4375  # 985 mg at 16 mg in 15 min
    given = build_ladder("penicillin_g", 1000.0, 1e-3, 2.0, 15.0, step_count=5, last_min=180.0)
    assert given[:-1] == few[:-1]
    assert (given[-1].dose_mg, given[-1].duration_min) == (few[-1].dose_mg, 180.0)
    with pytest.raises(ValueError, match="step 10 reaches the full dose; at most 10 steps are possible, not 11"):
        build_ladder("penicillin_g", 1000.0, 1e-3, 2.0, 15.0, step_count=11)


@settings(deadline=None, derandomize=True)
@given(dose_mg=doses_mg, first=st.integers(1, 12))
def test_steps_that_are_left_out_leave_their_dose_to_the_last_bag(dose_mg: float, first: int) -> None:
    whole = build_protocol("ladder_12_step", "penicillin_g", dose_mg)
    rest = build_protocol("ladder_12_step", "penicillin_g", dose_mg, from_step=first)
    assert [step.number for step in rest] == list(range(first, 13))
    assert sum(step.dose_mg for step in rest) == dose_mg
    for step, same in zip(rest, whole[first - 1 :], strict=True):
        if step.bag < 3:
            assert step == same
        elif step.number < 12:
            assert (step.duration_min, step.rate_ml_per_h) == (same.duration_min, same.rate_ml_per_h)
            assert same.dose_mg <= step.dose_mg <= 1.009 * same.dose_mg
    if first <= 9:
        bag_3 = [step for step in rest if step.bag == 3]
        assert math.fsum(step.volume_ml for step in bag_3) == pytest.approx(250.0)


@pytest.mark.parametrize("interval_min", [1.0, 5.0, 30.0])
@pytest.mark.parametrize("name", ["ladder_12_step", "one_bag"])
def test_another_interval_gives_the_same_doses_at_other_rates(name: str, interval_min: float) -> None:
    usual = build_protocol(name, "ceftriaxone", 2000.0)
    other = build_protocol(name, "ceftriaxone", 2000.0, interval_min=interval_min)
    for step, same in zip(other, usual, strict=True):
        assert step.dose_mg == same.dose_mg
        assert step.duration_min == pytest.approx(same.duration_min * interval_min / 15.0)
        assert step.volume_ml == pytest.approx(same.volume_ml)
    slow_end = build_protocol(name, "ceftriaxone", 2000.0, interval_min=interval_min, last_min=usual[-1].duration_min)
    assert slow_end[:-1] == other[:-1]
    assert slow_end[-1] == usual[-1]
    assert slow_end[-1].rate_ml_per_h == pytest.approx(usual[-1].rate_ml_per_h)


def test_one_bag_has_the_doses_and_times_of_the_ladder() -> None:
    ladder = build_protocol("ladder_12_step", "carboplatin", 450.0)
    bag = build_protocol("one_bag", "carboplatin", 450.0)
    for one, other in zip(bag, ladder, strict=True):
        assert (one.number, one.duration_min, one.dose_mg) == (other.number, other.duration_min, other.dose_mg)
        assert one.dose_mg / one.volume_ml == pytest.approx(450.0 / 250.0)
    printed = "0.0200 0.0500 0.1000 0.2000 0.5000 1.0000 2.0000 4.0000 9.9213 19.8426 39.6852 79.3704".split()
    assert [f"{step.rate_ml_per_h:.4f}" for step in bag] == printed
    assert math.fsum(step.volume_ml for step in bag) == pytest.approx(250.0)
    assert {step.bag for step in bag} == {1}


def test_pump_rates_of_ones_own_empty_the_bag() -> None:
    rates = (1.0, 10.0, 100.0)
    steps = build_protocol("one_bag", "carboplatin", 500.0, interval_min=30.0, rates_ml_per_h=rates)
    assert [step.duration_min for step in steps] == [30.0, 30.0, 146.6875]  # 244.5 mL at 100 mL/h
    assert [step.dose_mg for step in steps] == pytest.approx([1.0, 10.0, 489.0])
    assert [step.rate_ml_per_h for step in steps] == pytest.approx(rates, rel=1e-3)
    assert sum(step.dose_mg for step in steps) == 500.0
    with pytest.raises(ValueError, match="empty the bag of 250 mL before the last"):
        build_protocol("one_bag", "carboplatin", 500.0, rates_ml_per_h=(1000.0, 2000.0))


def test_graded_challenge_is_a_hundredth_a_tenth_and_the_rest() -> None:
    steps = build_protocol("graded_10_fold", "ceftriaxone", 2000.0)
    assert [step.dose_mg for step in steps] == pytest.approx([20.0, 200.0, 1780.0])
    assert [step.duration_min for step in steps] == [30.0, 30.0, DRUGS["ceftriaxone"].usual_infusion_min]
    steps = build_protocol("graded_10_fold", "ceftriaxone", 2000.0, start_fraction=1e-6, interval_min=20.0)
    assert [step.dose_mg for step in steps] == pytest.approx([0.002, 0.02, 0.2, 2.0, 20.0, 200.0, 1777.778])
    assert sum(step.dose_mg for step in steps) == 2000.0


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("ladder", {"start_fraction": 0.0}, "start_fraction of ladder must be from 1e-06 to 0.5, not 0.0"),
        ("ladder", {"ratio": 1.0}, "ratio of ladder must be from 1.01"),
        ("ladder", {"ratio": math.nan}, "ratio of ladder must be from 1.01"),
        ("ladder", {"interval_min": 0.01}, "interval_min of ladder must be from 0.0625"),
        ("ladder", {"step_count": 2.5}, "step_count of ladder must be a whole number"),
        ("ladder_12_step", {"from_step": 13}, "from_step of ladder_12_step must be from 1 to 12"),
        ("ladder_12_step", {"ratio": 2.0}, "ladder_12_step has no option 'ratio'; it has interval_min"),
        ("full_dose", {"nothing": 1.0}, "full_dose has no option 'nothing'"),
        ("one_bag", {"rates_ml_per_h": (1.0, -1.0)}, "rates_ml_per_h of one_bag must be from"),
    ],
)
def test_options_that_cannot_be_are_refused(name: str, options: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build_protocol(name, "penicillin_g", 1.0, **options)


def test_every_option_has_a_range() -> None:
    assert {option for info in PROTOCOLS.values() for option in info.options} == set(OPTION_RANGES)


def test_the_oral_protocol_is_the_published_table() -> None:
    table = protocol_table(penicillin_oral_doses("penicillin_v"))
    units = [100, 200, 400, 800, 1600, 3200, 6400, 12000, 24000, 48000, 80000, 160000, 320000, 640000]
    given_units = [100, 300, 700, 1500, 3100, 6300, 12700, 24700, 48700, 96700, 176700, 336700, 656700, 1296700]
    printed_ml = "0.1 0.2 0.4 0.8 1.6 3.2 6.4 1.2 2.4 4.8 1.0 2.0 4.0 8.0".split()
    assert list(table["units"]) == units
    assert list(table["cumulative_units"]) == given_units
    assert [f"{ml:.1f}" for ml in table["volume_ml"]] == printed_ml
    assert [f"{value:.0f}" for value in table["units_per_ml"]] == ["1000"] * 7 + ["10000"] * 3 + ["80000"] * 4
    assert list(table["dose_mg"])[::13] == [0.0625, 400.0]
    assert table["cumulative_dose_mg"].iloc[-1] == 810.4375
    assert list(table["clock"])[-1] == "3:15"
    assert table["duration_min"].sum() == 225.0  # 3 h 45 min with the observation
    assert list(table["step"]) == list(range(1, 15))


def test_the_oral_protocol_is_of_a_drug_with_units_and_its_dose_is_not_open() -> None:
    with pytest.raises(ValueError, match="carboplatin has none stated"):
        penicillin_oral_doses("carboplatin")
    with pytest.raises(ValueError, match="is swallowed and its doses are fixed"):
        build_protocol(PENICILLIN_ORAL, "penicillin_v", 800.0)
