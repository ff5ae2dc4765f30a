"""Disposition of a drug against closed forms and SciPy's matrix exponential."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm
from small_worlds import PENICILLIN, a_patient, a_scenario, an_arm, equal_cells

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
    "three compartments and a muscle": pk.rate_matrix(
        0.0097, 0.0158, 0.0019, 0.139, 0.03, 0.004, 0.0007, 1.6e-4, 3.0e-5, 0.025
    ),
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
    n = pk.STATES
    augmented = np.zeros((n + 1, n + 1))
    augmented[:n, :n], augmented[0, n] = MATRICES[name], 1.0
    exact = expm(augmented * STEP_MIN[k])[:n]
    assert pk.step_matrices(MATRICES[name], BASE_MIN, DOUBLINGS)[k] == pytest.approx(exact, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("name", MATRICES)
def test_two_half_steps_are_one_step(name) -> None:
    steps = pk.step_matrices(MATRICES[name], BASE_MIN, DOUBLINGS)
    x = np.array([3.0, 1.0, 0.5, 7.0, 2.0, 4.0, 6.0])
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


def test_three_compartments_are_the_sum_of_three_exponentials() -> None:
    """Coefficients from the partial fractions of (s + k21)(s + k31) / ((s + α)(s + β)(s + γ))."""
    k10, k12, k21, k13, k31, rate, length = 0.0097, 0.0158, 0.0019, 1.6e-4, 3.0e-5, 1.3, 120
    matrix = pk.rate_matrix(k10, k12, k21, 0.139, to_peripheral_2=k13, from_peripheral_2=k31)
    square = matrix[np.ix_(*[[pk.CENTRAL, pk.PERIPHERAL, pk.PERIPHERAL_2]] * 2)]
    roots = -np.linalg.eigvals(square).real
    t = np.arange(6001.0)
    expected = np.zeros_like(t)
    for r in roots:
        others = [other for other in roots if other != r]
        share = (k21 - r) * (k31 - r) / ((others[0] - r) * (others[1] - r))
        expected += rate * share / r * -np.expm1(-r * np.minimum(t, length)) * np.exp(-r * np.maximum(t - length, 0.0))
    found = amounts(matrix, rate, length, 6000)[:, pk.CENTRAL]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_dose_in_a_muscle_is_the_bateman_curve() -> None:
    ka, k10 = 0.025, 0.0097
    step = pk.step_matrices(pk.rate_matrix(k10, 0.0, 0.0, 0.1, depot_per_min=ka), BASE_MIN, DOUBLINGS)[MINUTE]
    x = np.eye(pk.STATES)[pk.DEPOT] * 1000.0
    for minute in range(1, 300):
        x = step[:, :-1] @ x
        curve = 1000.0 * ka / (ka - k10) * (math.exp(-k10 * minute) - math.exp(-ka * minute))
        assert x[pk.CENTRAL] == pytest.approx(curve, rel=1e-9)
        assert x[pk.DEPOT] == pytest.approx(1000.0 * math.exp(-ka * minute), rel=1e-9)
    assert x[pk.GUT] == 0.0


def test_the_adduct_after_a_bolus_is_the_bateman_curve() -> None:
    k10, ka = 0.0145, 0.139
    step = pk.step_matrices(pk.rate_matrix(k10, 0.0, 0.0, ka), BASE_MIN, DOUBLINGS)[MINUTE]
    x = np.eye(pk.STATES)[pk.CENTRAL] * 1000.0
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
    if DRUGS[drug].usual_infusion_min > p[f"drugs.{drug}.adduct_half_life_min"]:
        assert at_end <= series["antigen"].max() < 1.3 * at_end, "the adduct follows the drug by its half-life"


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
