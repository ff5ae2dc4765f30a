"""Swallowed drugs: absorption, metabolites, kidneys and exposure against closed forms and printed numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_worlds import PENICILLIN, a_patient

from abm.biology import pharmacokinetics as pk
from abm.engine import advance as machine
from abm.engine.clock import BASE_MIN, DOUBLINGS, MINUTE, STEP_MIN
from abm.engine.disposition import disposition, drug_matrix
from abm.engine.rates import Rates, patient_rates
from abm.engine.state import State, empty_state
from abm.parameters.catalog import DRUGS, default_parameters

P = default_parameters()
SWALLOWED = [name for name, drug in DRUGS.items() if drug.seen_by_t_cells]
"""Drugs that T cells see; all of them are swallowed."""
DAY = 1440 * 16
KA, KE, KM, FORMED = 0.0167, 0.0081, 0.00052, 0.0075
LONG = DOUBLINGS - 1


def rates_of(drug: str, **traits) -> Rates:
    return patient_rates(P, a_patient(**traits), (drug,), (1, 1, 1), frozenset(), (7, 0, 0))


def at_rest() -> State:
    return empty_state(np.array([0, 1, 2, 3]), 4, 0)


def swallow(state: State, rates: Rates, drug: str, dose_mg: float = 0.0) -> None:
    state.drug[0, pk.GUT] += (dose_mg or DRUGS[drug].usual_dose_mg) * rates.bioavailability[0]


def pass_time(state: State, rates: Rates, start: int, end: int, k: int = MINUTE) -> None:
    for now in range(start, end, 1 << k):
        machine.step_drug(state, rates, now, k)


def antigenic_mg_per_l(state: State, rates: Rates, drug: str) -> float:
    exposure = state.drug[0, rates.antigenic[0]] * rates.t_cell_per_mg[0]
    return float(exposure * P[f"drugs.{drug}.therapeutic_mg_per_l"])


def half_life_h(state: State, rates: Rates, compartment: int, after_h: int, over_h: int) -> float:
    pass_time(state, rates, 0, after_h * 960)
    before = state.drug[0, compartment]
    pass_time(state, rates, after_h * 960, (after_h + over_h) * 960)
    return over_h * math.log(2.0) / math.log(before / state.drug[0, compartment])


def bateman(t: np.ndarray, first: float, second: float) -> np.ndarray:
    return first / (first - second) * (np.exp(-second * t) - np.exp(-first * t))


@pytest.mark.parametrize("k", range(DOUBLINGS))
def test_a_swallowed_dose_in_one_compartment_is_the_bateman_curve(k) -> None:
    step = pk.step_matrices(pk.rate_matrix(KE, 0.0, 0.0, 0.1, KA), BASE_MIN, DOUBLINGS)[k]
    x = np.eye(pk.STATES)[pk.GUT] * 300.0
    for n in range(1, 25):
        x = step[:, :-1] @ x
        t = n * STEP_MIN[k]
        assert x[pk.CENTRAL] == pytest.approx(300.0 * bateman(t, KA, KE), rel=1e-9)
        assert x[pk.GUT] == pytest.approx(300.0 * math.exp(-KA * t), rel=1e-9)
    assert x[pk.METABOLITE] == x[pk.PERIPHERAL] == 0.0


@pytest.mark.parametrize("k", range(DOUBLINGS))
def test_a_metabolite_after_a_bolus_is_the_bateman_curve(k) -> None:
    step = pk.step_matrices(pk.rate_matrix(KE, 0.0, 0.0, 0.1, KA, FORMED, KM), BASE_MIN, DOUBLINGS)[k]
    x = np.eye(pk.STATES)[pk.CENTRAL] * 300.0
    for n in range(1, 25):
        x = step[:, :-1] @ x
        expected = 300.0 * FORMED / KE * bateman(n * STEP_MIN[k], KE, KM)
        assert x[pk.METABOLITE] == pytest.approx(expected, rel=1e-9)


def test_a_metabolite_after_a_swallowed_dose_is_the_sum_of_three_exponentials() -> None:
    step = pk.step_matrices(pk.rate_matrix(KE, 0.0, 0.0, 0.1, KA, FORMED, KM), BASE_MIN, DOUBLINGS)[LONG]
    x = np.eye(pk.STATES)[pk.GUT] * 300.0
    for n in range(1, 60):
        x = step[:, :-1] @ x
        expected = sum(
            300.0 * KA * FORMED * math.exp(-a * n * 64.0) / ((b - a) * (c - a))
            for a, b, c in ((KA, KE, KM), (KE, KA, KM), (KM, KA, KE))
        )
        assert x[pk.METABOLITE] == pytest.approx(expected, rel=1e-9)


PRINTED_H = [
    ("sulfamethoxazole", pk.CENTRAL, 10.0, 12.8),
    ("carbamazepine", pk.CENTRAL, 17.0, 25.0),
    ("allopurinol", pk.CENTRAL, 0.8, 2.0),
    ("allopurinol", pk.METABOLITE, 12.0, 30.0),
    ("lamotrigine", pk.CENTRAL, 25.0, 33.0),
    ("abacavir", pk.CENTRAL, 0.91, 2.17),
]


@pytest.mark.parametrize(("drug", "compartment", "low", "high"), PRINTED_H)
def test_printed_half_lives_come_out_after_a_single_dose(drug, compartment, low, high) -> None:
    """Late enough that absorption is over; carbamazepine between that of a first dose and that after weeks."""
    state, rates = at_rest(), rates_of(drug)
    swallow(state, rates, drug)
    slow = 72 if high > 10.0 else 10
    assert low <= half_life_h(state, rates, compartment, slow, slow) <= high


PRINTED_PEAKS = [
    ("sulfamethoxazole", pk.CENTRAL, (26.0, 63.0), (1.0, 4.0)),
    ("allopurinol", pk.CENTRAL, (1.5, 3.0), (0.5, 2.0)),
    ("allopurinol", pk.METABOLITE, (4.3, 7.3), (2.0, 7.0)),
    ("lamotrigine", pk.CENTRAL, (0.8, 1.6), (1.7, 2.3)),
    ("abacavir", pk.CENTRAL, (0.88, 3.19), (0.5, 1.0)),
]


@pytest.mark.parametrize(("drug", "compartment", "level", "hours"), PRINTED_PEAKS)
def test_printed_peaks_come_out(drug, compartment, level, hours) -> None:
    state, rates = at_rest(), rates_of(drug)
    swallow(state, rates, drug)
    litres = P[f"drugs.{drug}.{'metabolite' if compartment == pk.METABOLITE else 'central'}_l_per_kg"] * 70.0
    levels = []
    for minute in range(12 * 60):
        pass_time(state, rates, 16 * minute, 16 * minute + 16)
        levels.append(state.drug[0, compartment] / litres)
    assert level[0] <= max(levels) <= level[1]
    assert hours[0] <= (int(np.argmax(levels)) + 1) / 60.0 <= hours[1]


@pytest.mark.parametrize("drug", SWALLOWED)
def test_the_average_of_a_regimen_is_dose_over_clearance(drug) -> None:
    """F·dose / (CL·τ), times what becomes metabolite where that is seen; also the exposure that a block would read."""
    state, rates = at_rest(), rates_of(drug, clearance_factor=1.3)
    every = round(DRUGS[drug].usual_every_h * 960)
    for dose in range(30 * 24 * 960 // every):
        swallow(state, rates, drug)
        state.exposure[:] = 0.0
        pass_time(state, rates, dose * every, (dose + 1) * every, MINUTE + 2)
    given_mg_per_h = P[f"drugs.{drug}.bioavailability"] * DRUGS[drug].usual_dose_mg / DRUGS[drug].usual_every_h
    level = given_mg_per_h / (1.3 * P[f"drugs.{drug}.clearance_l_per_h"])
    if DRUGS[drug].metabolite:
        formed = given_mg_per_h * P[f"drugs.{drug}.metabolite_mg_per_mg"]
        level = formed / P[f"drugs.{drug}.metabolite_clearance_l_per_h"]
    mean = state.exposure[0] / (DRUGS[drug].usual_every_h * 60.0)
    assert mean == pytest.approx(level / P[f"drugs.{drug}.therapeutic_mg_per_l"], rel=1e-5)
    assert state.exposure[1] == 0.0


@pytest.mark.parametrize("drug", SWALLOWED)
def test_the_usual_regimen_is_about_therapeutic(drug) -> None:
    part = P[f"drugs.{drug}.bioavailability"] * DRUGS[drug].usual_dose_mg / DRUGS[drug].usual_every_h
    clearance = P[f"drugs.{drug}.clearance_l_per_h"]
    if DRUGS[drug].metabolite:
        part *= P[f"drugs.{drug}.metabolite_mg_per_mg"]
        clearance = P[f"drugs.{drug}.metabolite_clearance_l_per_h"]
    assert part / clearance == pytest.approx(P[f"drugs.{drug}.therapeutic_mg_per_l"], rel=0.15)


@pytest.mark.parametrize("drug", SWALLOWED)
@pytest.mark.parametrize("k", [0, MINUTE, LONG])
def test_exposure_is_the_integral_whatever_the_step(drug, k) -> None:
    """Against a trapezoid over seconds of SciPy's path, while a dose is absorbed and an infusion runs."""
    from scipy.linalg import expm

    state, rates = at_rest(), rates_of(drug)
    swallow(state, rates, drug)
    state.pump[0] = (0.0, 1024.0, 2.0, 0)
    n = pk.STATES
    matrix = np.zeros((n + 1, n + 1))
    matrix[:n, :n], matrix[0, n] = drug_matrix(P, drug, a_patient()), 1.0
    small, x, seen = expm(matrix / 60.0), np.array([*state.drug[0], 2.0]), []
    for _ in range(64 * 60 + 1):
        seen.append(x[rates.antigenic[0]] * rates.t_cell_per_mg[0])
        x = small @ x
    pass_time(state, rates, 0, 1024, k)
    assert state.exposure[0] == pytest.approx(np.trapezoid(seen, dx=1.0 / 60.0), rel=1e-7)
    assert state.drug[0] == pytest.approx((np.linalg.inv(small) @ x)[:n], rel=1e-9)


@pytest.mark.parametrize(("kidneys", "days"), [(1.0, (0.5, 1.25)), (0.3, (2.5, 4.0)), (0.1, (7.0, 12.0))])
def test_failing_kidneys_keep_oxypurinol_for_days(kidneys, days) -> None:
    state, rates = at_rest(), rates_of("allopurinol", renal_factor=kidneys)
    swallow(state, rates, "allopurinol")
    assert days[0] <= half_life_h(state, rates, pk.METABOLITE, 96, 48) / 24.0 <= days[1]


def test_kidneys_take_the_renal_share_of_a_drug_and_all_of_its_metabolite() -> None:
    for drug in DRUGS:
        well, ill = (drug_matrix(P, drug, a_patient(renal_factor=kidneys)) for kidneys in (1.0, 0.4))
        share = P.get(f"drugs.{drug}.renal_share", 0.0)
        out, same = pk.CENTRAL, well[[pk.PERIPHERAL, pk.PERIPHERAL_2], pk.CENTRAL].sum()
        assert ill[out, out] + same == pytest.approx((1.0 - 0.6 * share) * (well[out, out] + same), rel=1e-12)
        assert ill[pk.METABOLITE, pk.METABOLITE] == pytest.approx(0.4 * well[pk.METABOLITE, pk.METABOLITE])
        assert ill[pk.METABOLITE, out] == well[pk.METABOLITE, out], "what is formed does not pass the kidney"


def test_drugs_for_the_vein_alone_are_not_absorbed_nor_seen_by_t_cells() -> None:
    found = disposition(P, PENICILLIN, a_patient())
    assert found.bioavailability == found.t_cell_per_mg == 0.0
    assert not found.exposure.any()
    assert found.antigenic == pk.CENTRAL
    state, rates = at_rest(), rates_of(PENICILLIN)
    state.pump[0] = (0.0, 160.0, 80.0, 0)
    pass_time(state, rates, 0, DAY)
    assert state.exposure.tolist() == [0.0, 0.0]


def test_t_cells_see_the_metabolite_of_allopurinol_and_the_others_themselves() -> None:
    for drug in SWALLOWED:
        rates = rates_of(drug)
        assert rates.antigenic[0] == (pk.METABOLITE if drug == "allopurinol" else pk.CENTRAL)
        assert rates.antigenic.dtype == np.int64
        state = at_rest()
        state.drug[0, rates.antigenic[0]] = 10.0
        volume = "metabolite_l_per_kg" if drug == "allopurinol" else "central_l_per_kg"
        assert antigenic_mg_per_l(state, rates, drug) == pytest.approx(10.0 / (70.0 * P[f"drugs.{drug}.{volume}"]))


def test_what_is_swallowed_is_in_the_body_or_eliminated() -> None:
    """Without elimination the body holds what was absorbed; without absorption nothing leaves the gut."""
    kept = P.with_overrides({"drugs.lamotrigine.clearance_l_per_h": 1e-12})
    rates = patient_rates(kept, a_patient(), ("lamotrigine",), (1, 1, 1), frozenset(), (7, 0, 0))
    state = at_rest()
    swallow(state, rates, "lamotrigine")
    pass_time(state, rates, 0, DAY)
    assert state.drug[0, [pk.CENTRAL, pk.GUT]].sum() == pytest.approx(98.0, rel=1e-11)
    assert state.drug[0, pk.GUT] < 1e-9


def test_zero_states_change_no_bit_of_an_infused_drug() -> None:
    """The three states of a drug without what the others hold are those of a matrix that has only them."""
    whole = drug_matrix(P, "carboplatin", a_patient())
    three = pk.step_matrices(whole[:3, :3], BASE_MIN, DOUBLINGS)
    all_states = pk.step_matrices(pk.with_integral(whole, pk.CENTRAL), BASE_MIN, DOUBLINGS)
    assert three[:, :, :3].tobytes() == np.ascontiguousarray(all_states[:, :3, :3]).tobytes()
    assert three[:, :, 3].tobytes() == np.ascontiguousarray(all_states[:, :3, -1]).tobytes()
    rates = rates_of("carboplatin")
    assert rates.drug_step.shape == (2, DOUBLINGS, pk.STATES, pk.STATES + 1)
    assert not rates.drug_step[0, :, :3, [pk.GUT, pk.METABOLITE, pk.PERIPHERAL_2, pk.DEPOT]].any()
