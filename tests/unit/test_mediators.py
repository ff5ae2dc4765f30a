"""Mediators in blood, pressure and the time of their peaks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_worlds import a_patient, equal_cells, parameters

from abm.biology.mediators import relaxed, systolic_pressure
from abm.engine.advance import note_extremes, step_body
from abm.engine.clock import DOUBLINGS, STEP_MIN
from abm.engine.rates import BODY_RATE
from abm.engine.state import BODY

K_HISTAMINE = math.log(2.0) * 60.0 / 102.0


def body_after(fired_per_step, k: int = 4, steps: int = 240, cells: int = 1000, **overrides: float):
    """Times (min), histamine and tryptase after each step in which `fired_per_step(n)` skin cells fire."""
    state, rates = equal_cells(cells, 0.0, numbers=parameters(**overrides))
    rows = []
    for n in range(steps):
        step_body(state, rates, k, (fired_per_step(n), 0, 0))
        note_extremes(state)
        rows.append(((n + 1) * STEP_MIN[k], state.body[BODY.histamine], state.body[BODY.tryptase]))
    return state, np.array(rows).T


def test_relaxation_is_the_exact_solution() -> None:
    level, rest, source, rate = 3.0, 0.5, 0.7, 0.4
    for dt in (0.1, 1.0, 30.0):
        expected = rest + source / rate + (level - rest - source / rate) * math.exp(-rate * dt)
        assert relaxed(level, rest, source, math.exp(-rate * dt), rate) == pytest.approx(expected, rel=1e-14)
    two_halves = level
    for _ in range(2):
        two_halves = relaxed(two_halves, rest, source, math.exp(-rate * 0.5), rate)
    assert two_halves == pytest.approx(relaxed(level, rest, source, math.exp(-rate), rate), rel=1e-14)


def test_one_percent_of_ten_billion_cells_in_ten_minutes_gives_3_ng_per_ml() -> None:
    """1e8 cells × 1.9 pg = 0.19 mg over 10 min at 6.1 L/min: 3.1 ng/mL in balance (2.8 with 1.7 pg)."""
    state, (times, histamine, _) = body_after(
        lambda n: 1 if n < 10 else 0, steps=40, tissue__mast_cells_skin=1e9, cells=100
    )
    balance = 1e7 * 1.9 / 1e6 / 6.1
    rise = histamine[9] - 0.2
    assert rise == pytest.approx(balance * (1 - math.exp(-K_HISTAMINE * 10.0)), rel=1e-9)
    assert 2.4 < rise < 3.2
    assert state.body[BODY.peak_histamine] == histamine[9]
    assert times[int(np.argmax(histamine))] == 10.0


def test_histamine_halves_in_102_seconds() -> None:
    _, (times, histamine, _) = body_after(lambda n: 5 if n == 0 else 0, k=0, steps=200)
    decay = np.log((histamine[1:] - 0.2) / (histamine[0] - 0.2))
    assert decay == pytest.approx(-math.log(2) * (times[1:] - times[0]) * 60.0 / 102.0, rel=1e-6)


def test_tryptase_peaks_after_histamine_between_30_and_120_minutes() -> None:
    state, (times, histamine, tryptase) = body_after(lambda n: 20 if n < 5 else 0)
    assert 30.0 <= times[int(np.argmax(tryptase))] <= 120.0
    assert times[int(np.argmax(histamine))] <= 10.0
    assert state.body[BODY.peak_tryptase] == tryptase.max() > 4.5
    k_in, k_out = 1 / 30.0, math.log(2) / 120.0
    assert times[int(np.argmax(tryptase))] == pytest.approx(2.5 + math.log(k_in / k_out) / (k_in - k_out), abs=2.0)


@pytest.mark.parametrize("k", range(DOUBLINGS))
def test_mediators_at_rest_stay_at_rest(k) -> None:
    state, _ = body_after(lambda _n: 0, k=k, steps=20)
    assert state.body[BODY.histamine] == pytest.approx(0.2, rel=1e-12)
    assert state.body[BODY.tryptase] == pytest.approx(4.5, rel=1e-12)
    assert state.body[BODY.lowest_systolic] == pytest.approx(120.0)


def test_tryptase_content_reaches_blood_over_time() -> None:
    """1 % of 35 pg × 6e9 cells × 1 % in 4 L, absorbed in 30 min and lost in 2 h: the Bateman curve."""
    _, (times, _, tryptase) = body_after(lambda n: 10 if n == 0 else 0, k=4, steps=400)
    full = 0.01 * 6e9 * 35.0 / 1e3 * 0.01 / 4000.0
    k_in, k_out = 1 / 30.0, math.log(2) / 120.0
    bateman = full * k_in / (k_in - k_out) * (np.exp(-k_out * times) - np.exp(-k_in * times))
    late = times > 60.0
    assert (tryptase - 4.5)[late] == pytest.approx(bateman[late], rel=0.03)


def test_pressure_falls_with_histamine_to_its_floor() -> None:
    assert systolic_pressure(120.0, 0.0, 0.7, 20.0) == 120.0
    assert systolic_pressure(120.0, 20.0, 0.7, 20.0) == pytest.approx(120.0 * 0.65)
    assert systolic_pressure(120.0, 1e9, 0.7, 20.0) == pytest.approx(36.0)
    falling = [systolic_pressure(120.0, rise, 0.7, 20.0) for rise in np.linspace(0, 100, 50)]
    assert np.all(np.diff(falling) < 0)


def test_a_patients_own_thresholds_and_premedication_scale_the_body_rates() -> None:
    _, plain = equal_cells(10, 0.0)
    _, tolerant = equal_cells(10, 0.0, symptom_factor=2.0)
    for name in ("flush", "skin", "lung", "gut"):
        index = getattr(BODY_RATE, name)
        assert tolerant.body[index] == pytest.approx(2.0 * plain.body[index])
    assert tolerant.body[BODY_RATE.pressure_scale] == pytest.approx(0.5 * plain.body[BODY_RATE.pressure_scale])
    assert a_patient()["symptom_factor"] == 1.0
