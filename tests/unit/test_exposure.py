"""What reaches the plasma: areas, peaks and times above a level against closed forms, and targets met or missed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_worlds import CEFTRIAXONE, FULL, LADDER, PENICILLIN, a_patient, a_scenario, a_step, an_arm, parameters

from abm.engine.body import run_arm
from abm.engine.plasma import minutes_above
from abm.parameters.catalog import DRUGS
from abm.scenario import Gap, ReactionRule, Regimen, Target

QUIET = a_patient(specific_receptors_per_cell=0.0, clearance_factor=1.3, weight_kg=80.0)
SULFA, CARBOPLATIN = "sulfamethoxazole", "carboplatin"
P = parameters()


def outcome(*course, patient=QUIET, drug=PENICILLIN, target=None, rule=None, allergic_to=None, **settings):
    arm = an_arm(*course, rule=rule)
    scenario = a_scenario(arm, allergic_to=allergic_to or (drug,), target=target, **settings)
    return run_arm(arm, scenario, patient, 0, P).outcome


def clearance_ml_per_min(drug):
    return P[f"drugs.{drug}.clearance_l_per_h"] * 1.3 * 1000.0 / 60.0


def litres(drug):
    return P[f"drugs.{drug}.central_l_per_kg"] * 80.0


def seconds_above(level_mg_per_ml, drug, dose_mg, infusion_min):
    """Minutes above a total level of one infusion into one compartment, from the formulas of its rise and fall."""
    k = clearance_ml_per_min(drug) / (1000.0 * litres(drug))
    plateau = dose_mg / infusion_min / clearance_ml_per_min(drug)
    peak = plateau * -math.expm1(-k * infusion_min)
    rises = -math.log1p(-level_mg_per_ml / plateau) / k
    return infusion_min - rises + math.log(peak / level_mg_per_ml) / k


@pytest.mark.parametrize("course", [FULL, LADDER], ids=["full dose", "ladder"])
def test_the_area_of_a_whole_dose_is_dose_over_clearance(course) -> None:
    row = outcome(course, follow_up_min=5.0)
    assert row["exposure_drug"] == PENICILLIN
    assert row["auc_mg_min_per_ml"] == pytest.approx(2400.0 / clearance_ml_per_min(PENICILLIN), rel=1e-9)
    assert row["delivered_share"] == pytest.approx(1.0, rel=1e-12)


def test_two_compartments_and_the_gut_hold_to_it_too() -> None:
    carboplatin = outcome(a_step(450.0, 30.0, drug=CARBOPLATIN), drug=CARBOPLATIN)
    assert carboplatin["auc_mg_min_per_ml"] == pytest.approx(450.0 / clearance_ml_per_min(CARBOPLATIN), rel=1e-9)
    sulfa = outcome(Regimen(SULFA, "swallowed", 1, 800.0, 720.0, 3), drug=SULFA)
    absorbed = 3 * 800.0 * P[f"drugs.{SULFA}.bioavailability"]
    assert sulfa["auc_mg_min_per_ml"] == pytest.approx(absorbed / clearance_ml_per_min(SULFA), rel=1e-9)


def test_the_peak_is_that_of_the_formula() -> None:
    k = clearance_ml_per_min(PENICILLIN) / (1000.0 * litres(PENICILLIN))
    peak = 1000.0 * 80.0 / clearance_ml_per_min(PENICILLIN) * -math.expm1(-30.0 * k)
    assert outcome(FULL)["peak_plasma_mg_per_l"] == pytest.approx(peak, rel=1e-9)
    ka, ke = P[f"drugs.{SULFA}.absorption_per_h"] / 60.0, clearance_ml_per_min(SULFA) / (1000.0 * litres(SULFA))
    at = math.log(ka / ke) / (ka - ke)
    bateman = 800.0 * P[f"drugs.{SULFA}.bioavailability"] * ka / (litres(SULFA) * (ka - ke))
    swallowed = outcome(Regimen(SULFA, "swallowed", 1, 800.0, 720.0, 1), drug=SULFA)
    expected = bateman * (math.exp(-ke * at) - math.exp(-ka * at))
    assert swallowed["peak_plasma_mg_per_l"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("level", [2e-4, 2e-3, 1.1e-2])
def test_the_time_above_is_that_of_the_formula_within_a_second(level) -> None:
    """The level is a free one, the formula's a total one. The arm itself is watched for an hour only."""
    bound = P[f"drugs.{PENICILLIN}.bound_share"]
    row = outcome(FULL, target=Target("time_above", level, 0.5, 1440.0))
    expected = seconds_above(level / (1.0 - bound), PENICILLIN, 2400.0, 30.0)
    assert row["time_above_target_percent"] * 14.4 == pytest.approx(expected, abs=1 / 60)
    assert row["target_met"] == (expected >= 720.0)


def test_the_time_above_of_a_ladder_is_that_of_a_fine_reference() -> None:
    level, window = 1e-3, 301.3
    k = clearance_ml_per_min(PENICILLIN) / (1000.0 * litres(PENICILLIN))
    step_min, conc, above, steps = 1 / 600, 0.0, 0.0, [(s.duration_min, s.rate_mg_per_min) for s in LADDER]
    ends = np.cumsum([length for length, _ in steps])
    total = level / (1.0 - P[f"drugs.{PENICILLIN}.bound_share"])
    for i in range(round(window / step_min)):
        place = int(np.searchsorted(ends, (i + 0.5) * step_min))
        rate = steps[place][1] if place < len(steps) else 0.0
        plateau = rate / clearance_ml_per_min(PENICILLIN)
        conc = plateau + (conc - plateau) * math.exp(-k * step_min)
        above += step_min * (conc > total)
    row = outcome(LADDER, target=Target("time_above", level, 0.5, window))
    assert row["time_above_target_percent"] == pytest.approx(100.0 * above / window, abs=0.02)


def test_a_line_crosses_where_it_should() -> None:
    assert minutes_above(1.0, 3.0, 1.5, 4.0) == pytest.approx(3.0)
    assert minutes_above(3.0, 1.0, 1.5, 4.0) == pytest.approx(3.0)
    assert [minutes_above(2.0, 2.0, level, 4.0) for level in (1.0, 2.0)] == [4.0, 0.0]


def test_an_area_is_met_by_the_share_asked_for_and_only_within_its_window() -> None:
    area = 2400.0 / clearance_ml_per_min(PENICILLIN)
    met = [outcome(FULL, target=Target("auc", area / part, 0.8, math.inf))["target_met"] for part in (0.79, 0.81)]
    assert met == [False, True]
    assert not outcome(FULL, target=Target("auc", area, 0.8, 60.0))["target_met"]
    assert outcome(FULL, target=Target("auc", area, 0.8, 1440.0))["target_met"]


@pytest.mark.parametrize("drug", [name for name, drug in DRUGS.items() if drug.target])
def test_a_usual_dose_meets_the_drugs_own_target_and_a_hundredth_does_not(drug) -> None:
    usual = DRUGS[drug].usual_dose_mg
    average = a_patient(specific_receptors_per_cell=0.0)
    met = [
        outcome(a_step(dose, 30.0, drug=drug), patient=average, drug=drug)["target_met"]
        for dose in (usual, usual / 100.0)
    ]
    assert met == [True, False]


def test_a_dose_in_a_moment_peaks_at_dose_over_volume() -> None:
    row = outcome(Regimen(PENICILLIN, "own", 1, 600.0, 60.0, 1, "bolus"))
    assert row["peak_plasma_mg_per_l"] == pytest.approx(600.0 / litres(PENICILLIN), rel=1e-12)
    assert row["auc_mg_min_per_ml"] == pytest.approx(600.0 / clearance_ml_per_min(PENICILLIN), rel=1e-9)


def test_an_arm_that_gives_nothing_treats_nobody() -> None:
    row = outcome(Gap(1440.0))
    assert (row["exposure_drug"], row["auc_mg_min_per_ml"], row["target_met"]) == (PENICILLIN, 0.0, False)
    assert math.isnan(row["delivered_share"])


def test_what_is_not_followed_or_has_no_target_is_missing() -> None:
    other = outcome(a_step(1000.0, 30.0, drug=CEFTRIAXONE))
    assert (other["exposure_drug"], other["target_met"]) == ("", None)
    assert math.isnan(other["auc_mg_min_per_ml"])
    assert math.isnan(other["peak_plasma_mg_per_l"])
    aimless = outcome(a_step(800.0, 60.0, drug=SULFA), drug=SULFA)
    assert aimless["target_met"] is None
    assert aimless["auc_mg_min_per_ml"] > 0.0


def test_of_two_followed_drugs_the_row_tells_of_the_first_one_given() -> None:
    both = (PENICILLIN, CEFTRIAXONE)
    row = outcome(a_step(1000.0, 30.0, drug=CEFTRIAXONE), FULL, allergic_to=both)
    assert row["exposure_drug"] == CEFTRIAXONE
    assert row["auc_mg_min_per_ml"] == pytest.approx(1000.0 / clearance_ml_per_min(CEFTRIAXONE), rel=1e-9)


def test_who_stops_keeps_what_was_given() -> None:
    strong = a_patient(specific_receptors_per_cell=40_000.0, clearance_factor=1.3, weight_kg=80.0)
    row = outcome(FULL, patient=strong, rule=ReactionRule(0.0, "never"))
    assert not row["completed"]
    assert 0.0 < row["delivered_share"] < 1.0
    expected = row["delivered_dose_mg"] / clearance_ml_per_min(PENICILLIN)
    assert row["auc_mg_min_per_ml"] == pytest.approx(expected, rel=1e-9)
