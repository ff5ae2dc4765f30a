"""MRGPRX2: the receptor's equations against closed forms, and what is printed of the drugs that open it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_worlds import a_patient

from abm.biology import mrgprx2
from abm.biology import pharmacokinetics as pk
from abm.engine.clock import BASE_MIN, DOUBLINGS
from abm.engine.disposition import disposition, drug_matrix
from abm.parameters.catalog import DRUGS, default_parameters

F32 = np.float32
P = default_parameters()
HELD = (pk.CENTRAL, pk.PERIPHERAL, pk.PERIPHERAL_2)


def response(level: float) -> float:
    return float(mrgprx2.agonist_response.py_func(F32(level)))


@pytest.mark.parametrize("level", [1e-3, 0.1, 0.5, 1.0, 3.0, 100.0])
def test_the_response_is_that_of_hill(level: float) -> None:
    assert response(level) == pytest.approx(level**2 / (1.0 + level**2), rel=1e-6)


def test_the_response_is_half_at_the_ec50_none_without_and_whole_with_much() -> None:
    assert [response(level) for level in (0.0, 1.0, 1e30)] == [0.0, 0.5, 1.0]


def test_without_synergy_the_levels_of_two_agonists_add_up_to_the_last_bit() -> None:
    for first, second in [(0.0, 0.3), (0.41, 0.07), (1e-9, 3.0)]:
        assert mrgprx2.joint_level.py_func(first, second, 0.0) == first + second


@pytest.mark.parametrize("synergy", [0.0, 1.5, 20.0])
def test_synergy_bends_the_line_of_equal_response(synergy: float) -> None:
    """Greco: at one response of Hill's curve, x₁/y + x₂/y + α·x₁·x₂/y = 1, with y the level of it for each alone."""
    first = 0.4
    for y in (0.5, 1.0, 2.0):
        second = (y - first) / (1.0 + synergy * first)
        assert mrgprx2.joint_level.py_func(first, second, synergy) == pytest.approx(y)
        assert response(y) == pytest.approx(response(float(mrgprx2.joint_level(first, second, synergy))))


def test_synergy_changes_no_agonist_that_is_alone() -> None:
    assert mrgprx2.joint_level.py_func(0.7, 0.0, 20.0) == mrgprx2.joint_level.py_func(0.0, 0.7, 20.0) == 0.7


@pytest.mark.parametrize("loss", [0.0, 1e-4, 0.3, 2.0, 8.0])
def test_what_is_kept_is_exponential(loss: float) -> None:
    assert float(mrgprx2.kept_after.py_func(F32(loss))) == pytest.approx(math.exp(-loss), abs=3e-5)


@pytest.mark.parametrize("level", [0.0, 0.4, 5.0])
@pytest.mark.parametrize("minutes", [0.0625, 4.0, 40.0])
def test_tachyphylaxis_solves_its_equation(level: float, minutes: float) -> None:
    """T' = k_d·H·(1 − T) − k_r·T from T = 0.4, at constant H."""
    off, back, start = 0.14, 0.002, 0.4
    hill = level**2 / (1.0 + level**2)
    rate = off * hill + back
    balance = off * hill / rate
    expected = balance + (start - balance) * math.exp(-rate * minutes)
    args = (F32(start), F32(hill), F32(off * minutes), F32(back * minutes))
    assert float(mrgprx2.tachyphylaxis_after.py_func(*args)) == pytest.approx(expected, abs=5e-5)
    assert float(mrgprx2.tachyphylaxis_after(*args)) == float(mrgprx2.tachyphylaxis_after.py_func(*args))


def test_many_short_steps_lose_what_one_long_step_does() -> None:
    lost, step = F32(0.0), mrgprx2.tachyphylaxis_after
    for _ in range(640):
        lost = step(lost, F32(0.5), F32(0.14 / 16.0), F32(0.002 / 16.0))
    assert float(lost) == pytest.approx(float(step(F32(0.0), F32(0.5), F32(0.14 * 40), F32(0.002 * 40))), abs=1e-4)


def test_the_drive_is_expression_times_response_of_what_is_left() -> None:
    assert float(mrgprx2.mrgprx2_drive.py_func(F32(8.0), F32(0.5), F32(0.25))) == 3.0


def half_lives_min(drug: str) -> list[float]:
    places = HELD[: DRUGS[drug].compartments]
    rates = -np.linalg.eigvals(drug_matrix(P, drug, a_patient())[np.ix_(places, places)])
    return sorted(math.log(2.0) / rates.real)


def peak(drug: str, dose_mg: float, minutes: float) -> float:
    """mg/L at the end of an infusion in a 70-kg adult, by the engine's own propagators of 3.75 s."""
    step = pk.step_matrices(drug_matrix(P, drug, a_patient()), BASE_MIN, DOUBLINGS)[0]
    amount = pk.infusion_peak(step, BASE_MIN, dose_mg / minutes, minutes)[pk.CENTRAL]
    return float(amount) / (70.0 * P[f"drugs.{drug}.central_l_per_kg"])


def tri_exponential(dose_mg: float, minutes: float) -> float:
    """mg/L of vancomycin at the end of an infusion, from the roots of the three compartments by partial fractions."""
    litres = 70.0 * P["drugs.vancomycin.central_l_per_kg"]
    k21, k31 = (P[f"drugs.vancomycin.peripheral{name}_out_per_h"] for name in ("", "_2"))
    k12, k13 = (P[f"drugs.vancomycin.peripheral{name}_in_per_h"] for name in ("", "_2"))
    k10 = P["drugs.vancomycin.clearance_l_per_h"] / litres
    roots = -np.roots([1.0, k10 + k12 + k13 + k21 + k31, k10 * (k21 + k31) + k21 * k31 + k12 * k31 + k13 * k21,
                       k10 * k21 * k31])  # fmt: skip
    total = 0.0
    for one in roots:
        others = [other for other in roots if other is not one and other != one]
        coefficient = (k21 - one) * (k31 - one) / ((others[0] - one) * (others[1] - one))
        total += coefficient / one * (1.0 - math.exp(-one * minutes / 60.0))
    return dose_mg / (minutes / 60.0) / litres * total


@pytest.mark.parametrize(("dose_mg", "minutes"), [(1000.0, 10.0), (1000.0, 60.0), (500.0, 60.0), (1000.0, 240.0)])
def test_vancomycin_follows_its_three_exponentials(dose_mg: float, minutes: float) -> None:
    assert peak("vancomycin", dose_mg, minutes) == pytest.approx(tri_exponential(dose_mg, minutes), rel=1e-6)


def test_printed_half_lives_of_vancomycin_come_out() -> None:
    first, second, third = half_lives_min("vancomycin")
    assert 5.0 < first < 9.0
    assert 30.0 < second < 60.0
    assert 3.0 * 60.0 < third < 9.0 * 60.0


@pytest.mark.parametrize(
    ("drug", "dose_mg", "minutes", "low", "high"),
    [
        pytest.param("vancomycin", 1000.0, 60.0, 45.0, 55.0, id="49.9 in volunteers (Rybak 1992)"),
        pytest.param("vancomycin", 1050.0, 60.0, 50.4, 67.2, id="58.8 ± 8.4 after 15 mg/kg (Sahai 1990)"),
        pytest.param("vancomycin", 1000.0, 30.0, 49.0, 89.0, id="69 ± 20 (Stier 1990)"),
        pytest.param("ciprofloxacin", 400.0, 60.0, 4.1, 5.0, id="4.56 (prescribing information)"),
    ],
)
def test_printed_peaks_come_out(drug: str, dose_mg: float, minutes: float, low: float, high: float) -> None:
    assert low <= peak(drug, dose_mg, minutes) <= high


@pytest.mark.parametrize(
    ("drug", "printed", "rel"),
    [("rocuronium", 70.9, 0.01), ("atracurium", 20.0, 0.01), ("ciprofloxacin", 300.0, 0.01), ("morphine", 150.0, 0.01)],
)
def test_printed_terminal_half_lives_come_out(drug: str, printed: float, rel: float) -> None:
    assert half_lives_min(drug)[-1] == pytest.approx(printed, rel=rel)


def test_the_level_is_free_drug_over_the_ec50() -> None:
    per_mg, efficacy, synergy = disposition(P, "vancomycin", a_patient()).agonist
    total_mg_per_l = 60.0 / (1.0 - 0.42)
    litres = 70.0 * P["drugs.vancomycin.central_l_per_kg"]
    assert per_mg * total_mg_per_l * litres == pytest.approx(1.0)
    assert efficacy == 1.0
    assert synergy == 0.0


def test_only_drugs_that_state_an_ec50_are_agonists() -> None:
    agonists = {name for name, drug in DRUGS.items() if drug.opens_mast_cells}
    assert agonists == {"vancomycin", "ciprofloxacin", "atracurium", "rocuronium", "morphine"}
    for name in set(DRUGS) - agonists:
        assert disposition(P, name, a_patient()).agonist == (0.0, 0.0, 0.0)
