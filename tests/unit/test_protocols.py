"""Named protocols: the published table, exact doses, and the nurse's table."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.parameters import protocol_tables as tables
from abm.parameters.catalog import DRUGS
from abm.protocols import PROTOCOLS, build_protocol, protocol_table
from abm.scenario import Gap, Regimen, Step

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
        (("ladder", "penicillin_g", 1.0), "unknown protocol 'ladder'; allowed: full_dose"),
        (("full_dose", "penicillin_g", 0.0), "the dose must be between"),
        (("full_dose", "penicillin_g", -1.0), "the dose must be between"),
        (("full_dose", "penicillin_g", math.nan), "the dose must be between"),
        (("full_dose", "penicillin_g", math.inf), "the dose must be between"),
        (("full_dose", "penicillin_g", 1.0, 0.0), "more than 0 minutes"),
        (("full_dose", "penicillin_g", 1.0, math.nan), "more than 0 minutes"),
        (("ladder_12_step", "penicillin_g", 1.0, 60.0), "fixed by its steps"),
    ],
)
def test_refuses_impossible_protocols(arguments: tuple[str, str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build_protocol(*arguments)


def test_every_protocol_is_described_with_its_source() -> None:
    assert list(PROTOCOLS) == ["full_dose", "ladder_12_step", "slow_infusion"]
    for name, info in PROTOCOLS.items():
        assert info.name == name
        assert len(info.description) > 20
        assert len(info.source) > 20
        steps = build_protocol(name, "ceftriaxone", 1000.0)
        assert {step.protocol for step in steps} == {name}
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))
        # The engine's time lattice must hold every named protocol without rounding.
        assert all(step.duration_min * 16.0 == round(step.duration_min * 16.0) for step in steps)


def test_table_keeps_the_clock_over_gaps_and_counts_each_drug_for_itself() -> None:
    course = (
        Step("penicillin_g", "a", 1, 0, 30.0, 100.0),
        Gap(60.5),
        Step("carboplatin", "b", 1, 2, 90.0, 300.0, 10.0),
        Step("penicillin_g", "a", 1, 0, 30.0, 300.0),
    )
    table = protocol_table(course)
    assert list(table["clock"]) == ["0:00", "1:30:30", "3:00:30"]
    assert list(table["cumulative_dose_mg"]) == [100.0, 300.0, 400.0]
    assert list(table["cumulative_percent"]) == [25.0, 100.0, 100.0]
    assert list(table["bag"].isna()) == [True, False, True]
    assert list(table["rate_ml_per_h"].isna()) == [True, False, True]
    assert table["concentration_mg_per_ml"][1] == pytest.approx(20.0)


def test_table_of_nothing_has_its_columns() -> None:
    assert list(protocol_table(()).columns) == list(
        protocol_table(build_protocol("full_dose", "carboplatin", 1.0)).columns
    )


def test_each_swallowed_dose_is_a_row() -> None:
    step = Step("abacavir", "test_dose", 1, 0, 30.0, 2.0)
    table = protocol_table([step, Gap(60.0), Regimen("abacavir", "daily", 1, 10.0, 720.0, 3)])
    assert list(table["clock"]) == ["0:00", "1:30", "13:30", "25:30"]
    assert list(table["protocol"]) == ["test_dose", "daily", "daily", "daily"]
    assert list(table["dose_mg"]) == [2.0, 10.0, 10.0, 10.0]
    assert list(table["cumulative_dose_mg"]) == [2.0, 12.0, 22.0, 32.0]
    assert table["cumulative_percent"].iloc[-1] == 100.0
    assert list(table["duration_min"]) == [30.0, 720.0, 720.0, 720.0]
    for name in ("bag", "rate_ml_per_h", "rate_mg_per_min", "volume_ml", "concentration_mg_per_ml"):
        assert table[name].iloc[1:].isna().all(), name
