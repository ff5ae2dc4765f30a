"""Doses that depend on the patient: known answers, exact sums, and what arms get of them."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.biology.dosing import body_surface_m2, calvert_mg, mg_of_units, split_exactly, units_of_mg
from abm.engine.body import run_arm
from abm.engine.prescription import arm_for, prescribed, size_of
from abm.parameters.catalog import DRUGS, default_parameters
from abm.population import draw_patient
from abm.protocols import build_ladder, build_protocol
from abm.scenario import Arm, Cohort, Gap, Regimen, Scenario, Step

PARAMETERS = default_parameters()
PATIENT = {"weight_kg": 70.0, "height_cm": 170.0, "renal_factor": 0.9}


@settings(deadline=None, derandomize=True)
@given(
    total_mg=st.floats(1e-9, 1e6),
    shares=st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=40),
    shuffle=st.randoms(use_true_random=False),
)
def test_parts_add_up_exactly_in_any_order(total_mg: float, shares: list[float], shuffle: random.Random) -> None:
    parts = split_exactly(total_mg, shares)
    assert parts == pytest.approx([total_mg * share / math.fsum(shares) for share in shares], rel=1e-8)
    shuffle.shuffle(parts)
    assert sum(parts) == math.fsum(parts) == total_mg


def test_a_part_that_cannot_be_told_in_the_sum_is_still_given() -> None:
    tiny, whole = split_exactly(1e6, [1e-25, 1.0])
    assert tiny == pytest.approx(1e-19)
    assert tiny + whole == 1e6


def test_body_surface_by_mosteller() -> None:
    assert body_surface_m2(70.0, 175.0) == pytest.approx(1.845, abs=5e-4)
    assert body_surface_m2(100.0, 144.0) == 2.0


@pytest.mark.parametrize(
    ("auc", "gfr", "mg"),
    [(5.0, 90.0, 575.0), (5.0, 125.0, 750.0), (6.0, 200.0, 900.0), (4.0, 126.0, 600.0), (6.0, 0.0, 150.0)],
)
def test_calverts_formula_with_the_cap_on_filtration(auc: float, gfr: float, mg: float) -> None:
    assert calvert_mg(auc, gfr, 125.0, 25.0) == mg


def test_units_of_penicillin() -> None:
    assert mg_of_units(4e6, DRUGS["penicillin_g"].units_per_mg) == 2400.0
    assert mg_of_units(1e6, DRUGS["penicillin_g"].units_per_mg) == 600.0
    assert mg_of_units(400_000, DRUGS["penicillin_v"].units_per_mg) == 250.0
    assert units_of_mg(500.0, DRUGS["penicillin_v"].units_per_mg) == 800_000.0
    assert mg_of_units(83.0, 1.0 / 8.3) == pytest.approx(83.0 * 8.3)


def test_sizes_of_a_patient() -> None:
    assert size_of("kg", PATIENT, PARAMETERS) == 70.0
    surface = math.sqrt(170.0 * 70.0 / 3600.0)
    assert size_of("m2", PATIENT, PARAMETERS) == surface
    gfr = 100.0 * 0.9 * surface / 1.73
    assert size_of("AUC", PATIENT, PARAMETERS) == pytest.approx(gfr + 25.0)
    assert size_of("AUC", PATIENT | {"renal_factor": 2.0}, PARAMETERS) == 150.0


@pytest.mark.parametrize("per", ["kg", "m2", "AUC"])
@settings(deadline=None, derandomize=True, max_examples=30)
@given(amount=st.floats(1e-3, 1e3), size=st.floats(1.0, 150.0), shuffle=st.randoms(use_true_random=False))
def test_a_ladder_for_a_patient_is_the_ladder_of_his_dose(
    per: str, amount: float, size: float, shuffle: random.Random
) -> None:
    for name in ("ladder_12_step", "ladder", "one_bag", "graded_10_fold", "slow_infusion"):
        ordered = build_protocol(name, "carboplatin", amount, per=per)
        assert {step.per for step in ordered} == {per}
        steps = prescribed(ordered, lambda unit: size)
        assert {step.per for step in steps} == {""}
        doses = [step.dose_mg for step in steps]
        whole = build_protocol(name, "carboplatin", amount * size)
        assert doses == pytest.approx([step.dose_mg for step in whole], rel=1e-9)
        assert [step.duration_min for step in steps] == [step.duration_min for step in whole]
        shuffle.shuffle(doses)
        assert sum(doses) == amount * size


def test_only_what_depends_on_the_patient_changes() -> None:
    own = Step("ceftriaxone", "own", 1, 2, 15.0, 3.0, 20.0)
    course = (
        *build_protocol("ladder_12_step", "carboplatin", 5.0, per="AUC"),
        Gap(60.0),
        own,
        Regimen("abacavir", "daily", 1, 10.0, 1440.0, 3, per="kg"),
        *build_ladder("carboplatin", 450.0),
    )
    arm = Arm("a", course)
    for_him = arm_for(arm, PATIENT, PARAMETERS)
    assert for_him.course[12:14] == (Gap(60.0), own)
    assert for_him.course[13].rate_ml_per_h == 20.0
    assert for_him.course[14] == Regimen("abacavir", "daily", 1, 700.0, 1440.0, 3)
    assert for_him.course[15:] == course[15:]
    assert sum(step.dose_mg for step in for_him.course[:12]) == 5.0 * size_of("AUC", PATIENT, PARAMETERS)
    plain = Arm("b", course[13:14])
    assert arm_for(plain, {}, PARAMETERS) is plain


def test_two_passes_of_a_protocol_each_add_up() -> None:
    once = build_protocol("ladder_12_step", "ceftriaxone", 15.0, per="kg")
    twice = prescribed((*once, *once), lambda unit: 71.3)
    for steps in (twice[:12], twice[12:]):
        assert sum(step.dose_mg for step in steps) == 15.0 * 71.3


def test_height_is_that_of_adults_and_goes_with_weight() -> None:
    crowd = [draw(number) for number in range(200)]
    for sex, mean in (("female", 163.0), ("male", 176.0)):
        people = [one for one in crowd if one["sex"] == sex]
        heights = np.array([one["height_cm"] for one in people])
        # Four standard errors of the mean, and of a correlation of 0.52.
        assert abs(heights.mean() - mean) < 4 * 7.2 / math.sqrt(len(people))
        weights = np.log([one["weight_kg"] for one in people])
        assert abs(np.corrcoef(heights, weights)[0, 1] - 0.52) < 4 * (1 - 0.52**2) / math.sqrt(len(people))


def test_arms_of_a_run_get_each_patients_own_dose_and_stay_paired() -> None:
    """Two patients, the same ladder by AUC and in the mg that this makes of it: equal bits, other doses per patient."""
    planned = []
    for number in (0, 1):
        patient = draw(number)
        whole_mg = 5.0 * size_of("AUC", patient, PARAMETERS)
        ordered = Arm("a", build_protocol("full_dose", "carboplatin", 5.0, 30.0, per="AUC"), reference=True)
        in_mg = Arm("a", build_protocol("full_dose", "carboplatin", whole_mg, 30.0), reference=True)
        rows = [run_arm(arm, a_study(arm), patient, 0, PARAMETERS).outcome for arm in (ordered, in_mg)]
        assert repr(rows[0]) == repr(rows[1])  # NaN is not equal to itself
        assert rows[0]["planned_dose_mg"] == rows[0]["delivered_dose_mg"] == whole_mg
        planned.append(whole_mg)
    assert planned[0] != planned[1]


def draw(number: int) -> dict[str, Any]:
    return draw_patient(a_study(Arm("a", (Gap(1.0),), reference=True)), PARAMETERS, number)


def a_study(arm: Arm) -> Scenario:
    return Scenario("s", "", Cohort("unselected", 1), ("carboplatin",), (arm,), cells=60, follow_up_min=5.0)
