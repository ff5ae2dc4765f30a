"""Convergence: to the continuous model with the step (second order), and to its mean with the number of cells."""

from __future__ import annotations

import math

import numpy as np
import pytest
import reference_model
from scipy.integrate import solve_ivp
from small_worlds import FULL, a_patient, an_arm, bathed, equal_cells, parameters, treated

from abm.engine.advance import step_cells
from abm.engine.clock import STEP_MIN

QUIET = parameters(mast_cell__noise=0.0)
RULES = reference_model.Rules(QUIET)
RECEPTORS = 30_000.0
THRESHOLDS = (3.0, 4.5, 7.0)
LENGTH_MIN = 16.0


def ramp(time: float) -> float:
    """Antigen K·C: a rise over minutes to a plateau, as after the start of an infusion."""
    return 0.06 * (1.0 - math.exp(-time / 5.0))


def exact_hazards() -> np.ndarray:
    """Integrated hazard of a cell of each threshold, from the continuous equations without noise (SciPy, 1e-10)."""

    def rates(time: float, x: np.ndarray) -> list[float]:
        receptors, inside, links, memory, ship1, calcium = x[:6]
        cell = reference_model.Cell(receptors, 1.0)
        expected = RULES.equilibrium(receptors, ramp(time))
        slow = cell.rates(RULES, links, expected, 0.0, (receptors, inside, memory, ship1, calcium, 0.0))[:5]
        links_rate = RULES.opening * (expected - links)
        return [slow[0], slow[1], links_rate, *slow[2:], *(RULES.hazard(calcium, t) for t in THRESHOLDS)]

    start = [RECEPTORS, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    solved = solve_ivp(rates, (0.0, LENGTH_MIN), start, method="LSODA", rtol=1e-9, atol=1e-9, max_step=0.05)
    return solved.y[6:, -1]


def kernel_hazards(k: int) -> np.ndarray:
    """The same from the kernels at steps of 2^k base bins."""
    state, rates = equal_cells(len(THRESHOLDS), RECEPTORS, numbers=QUIET)
    state.threshold[:] = THRESHOLDS
    state.exposed[0] = 1
    for now in range(0, round(LENGTH_MIN * 16), 1 << k):
        middle = now / 16.0 + 0.5 * STEP_MIN[k]
        step_cells(state, rates, now, k, (np.float32(ramp(middle)), np.float32(0.0)))
    return state.hazard.astype(float)


@pytest.fixture(scope="module")
def errors() -> dict[int, np.ndarray]:
    """Error of the fired fraction 1 − e^(−H) at each step, per threshold."""
    exact = 1.0 - np.exp(-exact_hazards())
    assert np.all((exact > 0.02) & (exact < 0.9999)), exact
    return {k: 1.0 - np.exp(-kernel_hazards(k)) - exact for k in range(5)}


def test_halving_the_step_quarters_the_error(errors) -> None:
    sizes = {k: float(np.sqrt(np.mean(error**2))) for k, error in errors.items()}
    orders = [math.log2(sizes[k + 1] / sizes[k]) for k in range(1, 4)]
    assert 1.6 < np.mean(orders) < 2.6, (sizes, orders)


def test_error_table_at_constant_steps(errors) -> None:
    """Bounds on the error of the fired fraction at 3.75, 7.5, 15, 30 and 60 s, about twice what is measured."""
    bounds = {0: 7e-4, 1: 2.6e-3, 2: 1e-2, 3: 3.6e-2, 4: 0.1}
    worst = {k: float(np.abs(error).max()) for k, error in errors.items()}
    assert all(worst[k] < bounds[k] for k in bounds), worst


def test_a_step_of_a_minute_is_too_long(errors) -> None:
    assert np.abs(errors[4]).max() > 4 * np.abs(errors[2]).max()


def fired_share(cells: int, replicate: int) -> float:
    course = treated(an_arm(FULL), a_patient(specific_receptors_per_cell=25_000.0), replicate=replicate, cells=cells)
    return float((course.state.fired_bin >= 0).mean())


def test_spread_between_replicates_is_that_of_independent_cells() -> None:
    """Given the cells' traits, chance alone spreads the share at most as √(p(1−p)/N), and as N^−½."""
    spread = {}
    for cells in (100, 400, 1600):
        shares = [fired_share(cells, replicate) for replicate in range(40)]
        spread[cells] = np.std(shares, ddof=1)
        p = np.mean(shares)
        assert spread[cells] < 1.35 * math.sqrt(p * (1 - p) / cells)
    assert 2.0 < spread[100] / spread[1600] < 8.0, "fourfold but for the error of two spreads of 40"


def test_more_cells_come_nearer_to_the_patients_own_value() -> None:
    """Over seeds (other cells of the same person), the share spreads as √(p(1−p)/N)."""
    for cells in (200, 800):
        shares = []
        for seed in range(40):
            state, rates = equal_cells(cells, 25_000.0, seed=seed)
            rng = np.random.default_rng(seed)
            state.threshold[:] = 4.5 * np.exp(0.42 * rng.standard_normal(cells))
            state.clock[:] = rng.exponential(size=cells)
            bathed(state, rates, 0.05, 15.0, k=2)
            shares.append((state.fired_bin >= 0).mean())
        p = np.mean(shares)
        assert 0.2 < p < 0.98
        assert 0.7 < np.std(shares, ddof=1) / math.sqrt(p * (1 - p) / cells) < 1.35
