"""Disposition of a drug against closed forms and SciPy's matrix exponential."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm
from small_worlds import CEFTRIAXONE, PENICILLIN, a_patient, a_scenario, an_arm, equal_cells, treated

from abm.biology import pharmacokinetics as pk
from abm.engine.body import run_arm
from abm.engine.clock import BASE_MIN, DOUBLINGS, MINUTE, STEP_MIN
from abm.engine.rates import patient_rates
from abm.parameters.catalog import DRUGS, default_parameters
from abm.protocols import build_protocol

MATRICES = {
    "one compartment": pk.rate_matrix(0.0145, 0.0, 0.0, 0.139),
    "two compartments": pk.rate_matrix(0.0057, 0.00098, 0.00388, 0.139),
    "fast adduct": pk.rate_matrix(0.3, 0.2, 0.1, 13.0),
    "swallowed, with a metabolite": pk.rate_matrix(0.0145, 0.001, 0.004, 0.139, 0.03, 0.01, 0.0007),
    "nothing happens": pk.rate_matrix(0.0, 0.0, 0.0, 0.0),
}


def amounts(matrix: np.ndarray, rate: float, infusion_min: int, total_min: int) -> np.ndarray:
    """Central, peripheral and adduct after each minute, from rest."""
    step = pk.step_matrices(matrix, BASE_MIN, DOUBLINGS)[MINUTE]
    rows, x = [np.zeros(pk.STATES)], np.zeros(pk.STATES)
    for minute in range(total_min):
        x = step[:, :-1] @ x + step[:, -1] * (rate if minute < infusion_min else 0.0)
        rows.append(x)
    return np.array(rows)


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("k", range(DOUBLINGS))
def test_propagators_equal_scipys_exponential(name, k) -> None:
    augmented = np.zeros((6, 6))
    augmented[:5, :5], augmented[0, 5] = MATRICES[name], 1.0
    exact = expm(augmented * STEP_MIN[k])[:5]
    assert pk.step_matrices(MATRICES[name], BASE_MIN, DOUBLINGS)[k] == pytest.approx(exact, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("name", MATRICES)
def test_two_half_steps_are_one_step(name) -> None:
    steps = pk.step_matrices(MATRICES[name], BASE_MIN, DOUBLINGS)
    x = np.array([3.0, 1.0, 0.5, 7.0, 2.0])
    for k in range(DOUBLINGS - 1):
        once = steps[k][:, :-1] @ x + steps[k][:, -1] * 2.0
        twice = steps[k][:, :-1] @ once + steps[k][:, -1] * 2.0
        assert steps[k + 1][:, :-1] @ x + steps[k + 1][:, -1] * 2.0 == pytest.approx(twice, rel=1e-12)


def test_one_compartment_during_and_after_an_infusion() -> None:
    k10, rate, length = 0.0145, 80.0, 30
    found = amounts(pk.rate_matrix(k10, 0.0, 0.0, 0.139), rate, length, 180)[:, pk.CENTRAL]
    t = np.arange(181.0)
    during = rate / k10 * (1 - np.exp(-k10 * np.minimum(t, length)))
    assert found == pytest.approx(during * np.exp(-k10 * np.maximum(t - length, 0.0)), rel=1e-10, abs=1e-12)


def test_two_compartments_during_and_after_an_infusion() -> None:
    k10, k12, k21, rate, length = 0.0057, 0.00098, 0.00388, 15.0, 30
    total, product = k10 + k12 + k21, k10 * k21
    alpha, beta = ((total + s * math.sqrt(total**2 - 4 * product)) / 2 for s in (1, -1))
    t = np.arange(601.0)
    expected = np.zeros_like(t)
    for rate_1, rate_2 in ((alpha, beta), (beta, alpha)):
        share = (rate_1 - k21) / (rate_1 - rate_2)
        grown = rate * share / rate_1 * (1 - np.exp(-rate_1 * np.minimum(t, length)))
        expected += grown * np.exp(-rate_1 * np.maximum(t - length, 0.0))
    found = amounts(pk.rate_matrix(k10, k12, k21, 0.139), rate, length, 600)[:, pk.CENTRAL]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-11)


def test_the_adduct_after_a_bolus_is_the_bateman_curve() -> None:
    k10, ka = 0.0145, 0.139
    step = pk.step_matrices(pk.rate_matrix(k10, 0.0, 0.0, ka), BASE_MIN, DOUBLINGS)[MINUTE]
    x = np.array([1000.0, 0.0, 0.0, 0.0, 0.0])
    for minute in range(1, 200):
        x = step[:, :-1] @ x
        bateman = 1000.0 * ka / (ka - k10) * (math.exp(-k10 * minute) - math.exp(-ka * minute))
        assert x[pk.ADDUCT] == pytest.approx(bateman, rel=1e-9)


def test_a_long_infusion_reaches_rate_over_clearance() -> None:
    found = amounts(pk.rate_matrix(0.0145, 0.0, 0.0, 0.139), 8.0, 5000, 5000)[-1]
    assert found[[pk.CENTRAL, pk.ADDUCT]] == pytest.approx([8.0 / 0.0145] * 2, rel=1e-9)


def test_infusion_peak_is_the_end_of_the_infusion() -> None:
    matrix = MATRICES["two compartments"]
    step = pk.step_matrices(matrix, BASE_MIN, DOUBLINGS)[MINUTE]
    assert pk.infusion_peak(step, 1.0, 15.0, 30.0) == pytest.approx(amounts(matrix, 15.0, 30, 30)[-1], rel=1e-12)


@pytest.mark.parametrize("drug", DRUGS)
def test_antigen_is_its_parameter_when_a_usual_infusion_ends_in_a_reference_adult(drug) -> None:
    p = default_parameters()
    arm = an_arm(build_protocol("full_dose", drug, DRUGS[drug].usual_dose_mg))
    scenario = a_scenario(arm, allergic_to=(drug,), cells=6, record=frozenset({"timeseries"}))
    series = run_arm(arm, scenario, a_patient(specific_receptors_per_cell=1e5), 0, p).recorded["timeseries"]
    at_end = series["antigen"][series["time_min"] == DRUGS[drug].usual_infusion_min]
    assert at_end == pytest.approx(p["ige_receptor.antigen_at_peak"], rel=1e-6)
    assert at_end <= series["antigen"].max() < 1.3 * at_end, "the adduct follows the drug by its half-life"
    assert series["plasma_mg_per_l"].max() > 0.5 * DRUGS[drug].usual_dose_mg / (
        p[f"drugs.{drug}.central_l_per_kg"] * 70
    )


@pytest.mark.parametrize(("drug", "hours"), [(PENICILLIN, (0.4, 0.9)), (CEFTRIAXONE, (5.8, 8.7))])
def test_printed_half_lives_come_out(drug, hours) -> None:
    arm = an_arm(build_protocol("full_dose", drug, DRUGS[drug].usual_dose_mg))
    finished = treated(arm, a_patient(specific_receptors_per_cell=0.0), allergic_to=(drug,), follow_up_min=0.0)
    before = finished.state.drug[0, 0]
    finished.wait(finished.now_min + 240.0)
    half_life_h = 4.0 * math.log(2.0) / math.log(before / finished.state.drug[0, 0])
    assert hours[0] <= half_life_h <= hours[1]


def test_carboplatin_has_its_two_half_lives() -> None:
    p = default_parameters()
    k10 = p["drugs.carboplatin.clearance_l_per_h"] / (p["drugs.carboplatin.central_l_per_kg"] * 70.0)
    matrix = pk.rate_matrix(
        k10, p["drugs.carboplatin.peripheral_in_per_h"], p["drugs.carboplatin.peripheral_out_per_h"], 1.0
    )
    slow, fast = sorted(math.log(2.0) / -value for value in np.linalg.eigvals(matrix[:2, :2]))[::-1]
    assert 1.1 <= fast <= 2.0
    assert 2.6 <= slow <= 5.9


def test_clearance_factor_and_weight_scale_disposition() -> None:
    _, base = equal_cells(3, 0.0)
    _, quick = equal_cells(3, 0.0, clearance_factor=2.0)
    assert math.log(quick.drug_step[0, 4, 0, 0]) == pytest.approx(2.0 * math.log(base.drug_step[0, 4, 0, 0]), rel=1e-9)
    heavy = patient_rates(
        default_parameters(), a_patient(weight_kg=140.0), (PENICILLIN,), (3, 1, 1), frozenset(), (7, 0, 0)
    )
    assert heavy.litres[0] == pytest.approx(2.0 * base.litres[0])
    assert math.log(heavy.drug_step[0, 4, 0, 0]) == pytest.approx(0.5 * math.log(base.drug_step[0, 4, 0, 0]), rel=1e-9)
    assert heavy.antigen_per_mg[0] == pytest.approx(0.5 * base.antigen_per_mg[0])
