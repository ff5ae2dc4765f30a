"""Counts of a clone: exact small numbers, moments of large ones, addresses that never meet, cells that never vanish."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from t_cell_worlds import ADDRESS, clone_rates

from abm.engine import clone_kernel
from abm.engine.clone_kernel import CLONE_RATE, binomial_count, poisson_count, share_of, step_clone
from abm.engine.immune_state import BLOCK_DAYS, POOL, POOLS, empty_immune_state
from abm.random_streams import binomial_from


@pytest.mark.parametrize(("trials", "chance"), [(1, 0.5), (30, 0.1), (30, 0.93), (10**9, 1e-9), (4000, 4e-3)])
def test_few_moving_cells_are_exactly_binomial(trials, chance) -> None:
    drawn = np.array([binomial_count(trials, chance, 0, 2, block, ADDRESS) for block in range(4000)])
    law = stats.binom(trials, chance)
    edges = np.unique(law.ppf([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95]))
    seen = np.bincount(np.searchsorted(edges, drawn), minlength=len(edges) + 1)
    share = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]]))
    kept = share > 1e-6
    assert seen[~kept].sum() == 0
    assert stats.chisquare(seen[kept], share[kept] / share[kept].sum() * drawn.size).pvalue > 1e-4


@pytest.mark.parametrize(("trials", "chance"), [(500, 0.5), (10**6, 3e-5), (10**9, 0.02), (3 * 10**5, 0.97)])
def test_many_moving_cells_have_the_binomials_mean_and_variance(trials, chance) -> None:
    drawn = np.array([binomial_count(trials, chance, 1, 3, block, ADDRESS) for block in range(4000)], float)
    mean, variance = trials * chance, trials * chance * (1 - chance)
    assert abs(drawn.mean() - mean) < 4 * np.sqrt(variance / drawn.size)
    assert drawn.var() == pytest.approx(variance + 1 / 12, rel=0.1)
    assert stats.kstest((drawn - mean) / np.sqrt(variance), "norm").pvalue > 1e-6 or variance < 100


def test_nobody_and_everybody_move_for_certain() -> None:
    assert binomial_count(0, 0.5, 0, 0, 0, ADDRESS) == 0
    assert binomial_count(-3, 0.5, 0, 0, 0, ADDRESS) == 0
    assert binomial_count(10, 0.0, 0, 0, 0, ADDRESS) == 0
    assert binomial_count(10, 1.0, 0, 0, 0, ADDRESS) == 10
    assert poisson_count(0.0, 0, 0, 0, ADDRESS) == 0


@pytest.mark.parametrize("mean", [0.03, 4.0, 19.9, 21.0, 5e4])
def test_new_cells_are_poisson(mean) -> None:
    drawn = np.array([poisson_count(mean, 0, 0, block, ADDRESS) for block in range(6000)], float)
    assert abs(drawn.mean() - mean) < 4 * np.sqrt(mean / drawn.size)
    assert drawn.var() == pytest.approx(mean, rel=0.12 if mean > 1 else 0.4)
    assert (drawn >= 0).all()


def test_counts_stay_possible_when_the_uniform_is_at_its_largest() -> None:
    """The chance of none among so many cells is known to some 1e-8 only, so the search must end by itself."""
    trials, chance = 76_000_000, 2.6e-7
    none = clone_kernel.whole_power(1.0 - chance, trials)
    largest = binomial_from(none * (1.0 - 1e-8), chance / (1.0 - chance), trials, 1.0 - 2.0**-33)
    assert 20 < largest <= 2000


def addresses(monkeypatch, antigen: float) -> list[int]:
    """Moves of all numbers that a clone with cells everywhere draws in a block."""
    moves: list[int] = []

    def binomial(trials, chance, clone, move, block, address):
        moves.append(move)
        return int(trials * min(chance, 0.5))

    def poisson(mean, clone, move, block, address):
        moves.append(move)
        return 5

    with monkeypatch.context() as patched:
        patched.setattr(clone_kernel, "binomial_count", binomial)
        patched.setattr(clone_kernel, "poisson_count", poisson)
        for name in ("step_naive", "step_lag", "step_divisions", "step_effectors", "step_memory"):
            patched.setattr(clone_kernel, name, getattr(clone_kernel, name).py_func)
        rates, state = clone_rates(clones__divisions=20.0, clones__recall_divisions=8.0), empty_immune_state(1)
        state.cells[:] = 1000
        clone_kernel.step_clone.py_func(state, rates.clone, 0, antigen, 60.0, BLOCK_DAYS, 0, ADDRESS)
    return moves


def test_every_number_of_a_clone_has_an_address_of_its_own(monkeypatch) -> None:
    moves = addresses(monkeypatch, 1.0)
    assert len(moves) == len(set(moves)) == 4 + 3 * 3 + 7 + 6 + 2 + 2 * (20 + 8 + 8)
    assert (min(moves), max(moves) < clone_kernel._MOVES) == (0, True), "a move never reaches the next clone's"


def test_two_clones_draw_different_numbers() -> None:
    first, second = ([binomial_count(100, 0.3, clone, 2, block, ADDRESS) for block in range(20)] for clone in (0, 1))
    assert first != second
    near = [binomial_count(100, 0.3, 0, move, 0, ADDRESS) for move in range(20)]
    assert len(set(near)) > 5


def test_pools_do_not_overlap() -> None:
    first = [*POOL[:8], POOL.lag, POOL.recall_lag, POOL.dividing, POOL.recall_dividing, POOL.skin_lag,
             POOL.skin_dividing]  # fmt: skip
    lengths = np.diff([*first, POOLS])
    assert lengths.tolist() == [1] * 8 + [3, 3, 20, 8, 3, 8]


@pytest.mark.parametrize(("rate", "days"), [(0.0, 1.0), (0.5, 2.0), (1e-4, 3650.0), (60.0, BLOCK_DAYS)])
def test_a_share_is_one_less_the_exponential(rate, days) -> None:
    assert share_of(rate, days) == pytest.approx(-np.expm1(-rate * days), rel=1e-11, abs=1e-16)


def test_without_antigen_a_healthy_clone_only_renews_itself() -> None:
    rates, state = clone_rates(), empty_immune_state(1)
    state.cells[0, POOL.naive] = 60
    for block in range(2000):
        step_clone(state, rates.clone, 0, 0.0, 60.0, 1.0, block, ADDRESS)
    assert state.cells[0].sum() == state.cells[0, POOL.naive] > 0
    assert state.ledger[0].min() > 0
    assert state.cells[0].sum() == 60 + state.ledger[0, 0] - state.ledger[0, 1]


def test_half_of_recalled_memory_acts_at_once_where_it_is() -> None:
    rates, state = clone_rates(clones__recall_per_day=1000.0, clones__homing_per_day=0.0), empty_immune_state(1)
    state.cells[0, [POOL.memory, POOL.resident]] = 1_000_000
    step_clone(state, rates.clone, 0, 1.0, 0.0, BLOCK_DAYS, 0, ADDRESS)
    c = state.cells[0]
    assert c[POOL.memory] + c[POOL.resident] < 10
    assert c[POOL.effector] == pytest.approx(500_000, rel=0.02)
    assert c[POOL.skin] == pytest.approx(500_000, rel=0.005)
    assert c[POOL.recall_lag] == pytest.approx(500_000, rel=0.005)
    assert c[POOL.skin_lag] == pytest.approx(500_000, rel=0.005)
    assert state.arriving[0] == c[POOL.skin]


def test_the_table_of_rates_is_in_the_order_of_its_names() -> None:
    r = clone_rates(clones__death_per_day=0.41, clones__homing_per_day=0.123, clones__resident_share=0.77).clone
    assert len(r) == len(CLONE_RATE)
    assert (r[CLONE_RATE.death], r[CLONE_RATE.homing], r[CLONE_RATE.resident_share]) == (0.41, 0.123, 0.77)
    assert (r[CLONE_RATE.lag_stage], r[CLONE_RATE.division], r[CLONE_RATE.divisions]) == (2.0, 3.0, 17.0)
