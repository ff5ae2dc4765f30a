"""T cells and epidermis against closed forms: growth, extinction, waiting times, half-lives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit
from scipy import stats
from t_cell_worlds import ADDRESS, SITES, a_patch, clone_rates, put_ctl, run_steps
from verdict import FAMILY_WISE_ERROR, critical_z, failures, z_of_mean, z_of_variances

from abm.engine.clone_kernel import CLONE_RATE, step_clone
from abm.engine.immune_state import BLOCK_DAYS, CELLS_MADE, POOL, STEP_MIN, empty_immune_state
from abm.engine.skin_kernel import SKIN_RATE, settle_hits, step_ctl

FINE_DAYS = BLOCK_DAYS / 32.0
SATURATING = 1e9


@njit
def many_steps(state, r, antigen, renewed_to, days, first, count, address):
    """Take clone 0 through so many steps."""
    for n in range(first, first + count):
        step_clone(state, r, 0, antigen, renewed_to, days, n, address)


def ended(start: dict[int, int], antigen: float, days: float, step_days: float, worlds: int, renewed=0.0, **overrides):
    """Cells by pool after some days in so many worlds, each with its own random numbers; shape (worlds, pools)."""
    rates, found = clone_rates(**overrides), []
    for world in range(worlds):
        state = empty_immune_state(1, 1)
        for pool, cells in start.items():
            state.cells[0, pool] = cells
        address = np.array([11, 0, world], np.uint64)
        many_steps(state, rates.clone, antigen, renewed, step_days, 0, round(days / step_days), address)
        found.append(state.cells[0].copy())
    return np.array(found)


DAY_BLOCKS = 22
GROWTH_DAYS = DAY_BLOCKS * BLOCK_DAYS
"""A whole number of the engine's blocks, nearly a day."""
DIVIDE = 3.0


def grown(step_days: float, worlds: int = 2000, division_h: float = 8.0) -> np.ndarray:
    """Cells after nearly a day of division from twenty that never leave."""
    overrides = {"clones__divisions": 20.0, "clones__division_h": division_h}
    return ended({POOL.dividing: 20}, SATURATING, GROWTH_DAYS, step_days, worlds, **overrides).sum(axis=1)


@pytest.fixture(scope="module")
def fine() -> np.ndarray:
    return grown(FINE_DAYS)


@pytest.fixture(scope="module")
def blockwise() -> np.ndarray:
    return grown(BLOCK_DAYS)


def yule(rate: float = DIVIDE) -> float:
    """Mean of twenty lines of a pure birth process."""
    return 20 * math.exp(rate * GROWTH_DAYS)


def spread_by_steps(steps_per_block: int) -> float:
    """Variance of twenty lines that double with a chance of e^(βΔ) − 1 a step (Galton and Watson)."""
    steps, each = DAY_BLOCKS * steps_per_block, math.exp(DIVIDE * BLOCK_DAYS / steps_per_block)
    return 20 * (each - 1) * (2 - each) * each ** (steps - 1) * (each**steps - 1) / (each - 1)


def spread_of_yule() -> float:
    """Variance of twenty lines of a pure birth process."""
    each = math.exp(DIVIDE * GROWTH_DAYS)
    return 20 * each * (each - 1)


def z_of_variance(sample: np.ndarray, variance: float) -> float:
    """z of a sample variance against a known one, its error from the fourth moment."""
    return z_of_mean((sample - sample.mean()) ** 2 * sample.size / (sample.size - 1), variance)


def test_dividing_cells_grow_as_a_pure_birth_process(fine) -> None:
    law = stats.nbinom(20, math.exp(-DIVIDE * GROWTH_DAYS)).rvs(size=20_000, random_state=1) + 20.0
    assert law.mean() == pytest.approx(yule(), rel=0.01)
    assert law.var() == pytest.approx(spread_of_yule(), rel=0.05)
    assert failures({"mean": z_of_mean(fine, yule()), "variance": z_of_variances(fine, law)}) == {}


def test_at_the_engines_blocks_growth_is_exact_in_the_mean(blockwise) -> None:
    assert abs(z_of_mean(blockwise, yule())) < critical_z(1)


@pytest.mark.parametrize("step_days", [FINE_DAYS, BLOCK_DAYS], ids=["fine", "blocks"])
def test_a_division_rate_two_percent_wrong_would_be_seen(step_days) -> None:
    assert abs(z_of_mean(grown(step_days, division_h=8.0 / 1.02), yule())) > critical_z(2)


def test_at_the_engines_blocks_lines_differ_less_than_those_of_a_birth_process(blockwise, fine) -> None:
    """What a block costs: a cell divides at most once in it, so very fast and very slow lines are rarer."""
    z = {"blocks": z_of_variance(blockwise, spread_by_steps(1)), "fine": z_of_variance(fine, spread_by_steps(32))}
    assert failures(z) == {}
    assert z_of_variance(blockwise, spread_of_yule()) < -critical_z(1)
    lost = {n: 1 - spread_by_steps(n) / spread_of_yule() for n in (1, 2, 8, 32)}
    assert 0.2 < lost[1] < 0.3, "of the variance at the fastest division, none of the mean"
    assert lost[2] / lost[1] == pytest.approx(0.5, abs=0.05)
    assert lost[32] / lost[8] == pytest.approx(0.25, abs=0.02)


def dividing_and_made(blocks: int, death_per_day: float, start: int, worlds: int = 600) -> tuple[np.ndarray, ...]:
    """Dividing cells and divisions after so many blocks at an antigen that half of the deserters' rescue needs."""
    alone = {"clones__divisions": 20.0, "clones__homing_per_day": 0.0, "clones__memory_share": 0.0}
    rates, found = clone_rates(clones__death_per_day=death_per_day, **alone), []
    for world in range(worlds):
        state = empty_immune_state(1, 1)
        state.cells[0, POOL.dividing] = start
        address = np.array([12, 0, world], np.uint64)
        many_steps(state, rates.clone, 0.2, 0.0, BLOCK_DAYS, 0, blocks, address)
        dividing = state.cells[0, POOL.dividing : POOL.recall_dividing].sum()
        found.append((dividing, state.ledger[0, CELLS_MADE]))
    return tuple(np.array(found, float).T)


BIRTH = DIVIDE * 0.2 / 1.4


@pytest.mark.parametrize(("blocks", "start"), [(1, 20_000), (112, 150)])
@pytest.mark.parametrize("death", [0.5, 2 * BIRTH, 2.0], ids=["grows", "stays", "shrinks"])
def test_cells_that_divide_or_leave_grow_by_the_difference_of_the_rates(death, blocks, start) -> None:
    """Dividing cells N₀·e^((d−l)t), divisions d·∫N: exact in one of the engine's blocks and in many."""
    days, net = blocks * BLOCK_DAYS, BIRTH - death / 2
    lived = days if abs(net) < 1e-9 else math.expm1(net * days) / net
    dividing, made = dividing_and_made(blocks, death, start)
    z = {"dividing": z_of_mean(dividing, start * math.exp(net * days)),
         "divisions": z_of_mean(made, start * BIRTH * lived)}  # fmt: skip
    assert failures(z) == {}
    assert abs(z_of_mean(made, 1.05 * start * BIRTH * lived)) > critical_z(2)


@pytest.mark.parametrize("first", [POOL.lag, POOL.recall_lag, POOL.skin_lag], ids=["naive", "blood", "skin"])
def test_the_lag_has_the_mean_of_its_parameter_at_the_engines_blocks(first) -> None:
    """Mean wait = ∫ share still waiting; its variance is that of three geometric stages, below Erlang's."""
    rates, state, start = clone_rates().clone, empty_immune_state(1, 1), 1_000_000
    state.cells[0, first] = start
    waiting = []
    for block in range(600):
        waiting.append(state.cells[0, first : first + 3].sum() / start)
        many_steps(state, rates, 0.0, 0.0, BLOCK_DAYS, block, 1, ADDRESS)
    assert state.cells[0, first : first + 3].sum() == 0
    still, number = np.array(waiting), np.arange(600)
    mean = still.sum() * BLOCK_DAYS
    variance = ((2 * number + 1) * still).sum() * BLOCK_DAYS**2 - mean**2
    share = 2.0 * BLOCK_DAYS
    expected = 3 * (1 - share) / 4.0
    error = math.sqrt(expected / start)
    assert abs(mean - 1.5) / error < critical_z(3)
    assert abs(mean - 1.5 * 1.005) / error > critical_z(3), "half a percent would be seen"
    assert variance == pytest.approx(expected, rel=0.01)


def test_a_small_clone_in_the_skin_dies_out_as_a_birth_death_process() -> None:
    birth, death, days = 0.3, 0.2, 6.0
    e = math.exp((birth - death) * days)
    for start in (1, 3):
        lost = (death * (e - 1) / (birth * e - death)) ** start
        cells = ended({POOL.skin: start}, SATURATING, days, BLOCK_DAYS / 4, 2000, clones__skin_division_per_day=birth,
                      clones__memory_share=0.0)[:, POOL.skin]  # fmt: skip
        assert stats.binomtest(int((cells == 0).sum()), 2000, lost).pvalue > FAMILY_WISE_ERROR / 2
        assert abs(z_of_mean(cells, start * e)) < critical_z(2)
    wrong = (1.25 * death * (e - 1) / (birth * e - 1.25 * death)) ** 3
    assert stats.binomtest(int((cells == 0).sum()), 2000, wrong).pvalue < FAMILY_WISE_ERROR


def test_naive_cells_without_renewal_die_out_one_by_one() -> None:
    years = 4.0
    cells = ended({POOL.naive: 2}, 0.0, 365.25 * years, 16 * BLOCK_DAYS, 1500)[:, POOL.naive]
    lost = (1 - math.exp(-0.0005 * 365.25 * years)) ** 2
    assert stats.binomtest(int((cells == 0).sum()), 1500, lost).pvalue > FAMILY_WISE_ERROR


@pytest.mark.parametrize("step_days", [BLOCK_DAYS, 512 * BLOCK_DAYS], ids=["blocks", "quiet stretches"])
def test_memory_and_naive_cells_pass_years_alike_in_one_step_or_many(step_days) -> None:
    days, worlds = 2048 * BLOCK_DAYS, 400
    cells = ended({POOL.naive: 60, POOL.memory: 3000}, 0.0, days, step_days, worlds, renewed=60.0)
    kept = 0.5 ** (days / 3652.5)
    z = {
        "memory": z_of_mean(cells[:, POOL.memory], 3000 * kept),
        "memory's spread": z_of_variances(
            cells[:, POOL.memory], stats.binom(3000, kept).rvs(size=20_000, random_state=2)
        ),
        "naive": z_of_mean(cells[:, POOL.naive], 60.0),
        "naive's spread": z_of_variances(
            cells[:, POOL.naive] - 60,
            naive_after(days).rvs(size=20_000, random_state=3) + stats.poisson(60 * (1 - naive_kept(days))).rvs(
                size=20_000, random_state=4
            ),
        ),
    }  # fmt: skip
    assert failures(z) == {}
    assert abs(z_of_mean(cells[:, POOL.memory], 3000 * 0.5 ** (1.05 * days / 3652.5))) > critical_z(4)


def naive_kept(days: float) -> float:
    return math.exp(-0.0005 * days)


def naive_after(days: float):
    return stats.binom(60, naive_kept(days))


def test_naive_cells_are_primed_and_silenced_in_the_ratio_of_their_rates() -> None:
    x, days, start = 0.8, 1.0, 2000
    primes, silences = 0.5 * x * x / (1 + x * x), 0.3 * x / (x + 0.02) / (1 + x * x)
    cells = ended({POOL.naive: start}, x, days, days / 23, 60, clones__naive_turnover_per_day=0.0)
    left = start * math.exp(-(primes + silences))
    z = {"naive": z_of_mean(cells[:, POOL.naive], left),
         "silenced": z_of_mean(cells[:, POOL.silenced], (start - left) * silences / (primes + silences))}  # fmt: skip
    assert failures(z) == {}
    assert abs(z_of_mean(cells[:, POOL.naive], start * math.exp(-1.05 * (primes + silences)))) > critical_z(2)


def test_hits_come_as_a_poisson_process() -> None:
    state, rates = a_patch(epidermis__stay_chance=0.999)
    rates.number[SKIN_RATE.stay] = 2.0
    put_ctl(state, np.arange(SITES), engaged=1)
    state.ctl_until[0] = 0.0
    minutes = 480.0
    step_ctl(state, rates, 0, minutes, np.array([1.0]), ADDRESS)
    hits = state.ctl_events[0].astype(float)
    first_is_at_once = 1.0
    mean = first_is_at_once + minutes / rates.number[SKIN_RATE.hit_min]
    z = {"mean": z_of_mean(hits, mean), "variance": z_of_mean((hits - mean) ** 2, mean - 1.0)}
    assert failures(z) == {}
    assert abs(z_of_mean(hits, 1 + 1.05 * (mean - 1))) > critical_z(2)


def test_a_serial_killer_leaves_after_a_geometric_number_of_hits() -> None:
    """Hits per meeting with a target that cannot die: 1/(1 − stay)."""
    state, rates = a_patch()
    put_ctl(state, np.arange(0, SITES, 2), engaged=1)
    step_ctl(state, rates, 0, 10_000.0, np.array([0.0]), ADDRESS)
    assert not state.ctl_engaged.any()
    mean = state.source[0].sum() / (rates.number[SKIN_RATE.release] * rates.number[SKIN_RATE.at_rest]) / (SITES // 2)
    error = math.sqrt(0.9) / 0.1 / math.sqrt(SITES // 2)
    assert abs(mean - 10.0) / error < critical_z(1)


@pytest.mark.parametrize("on_each", [2, 4, 7])
def test_hits_are_forgotten_one_by_one_with_their_half_life(on_each) -> None:
    """Every hit has a random number of its own, those beyond the fourth too."""
    state, rates = a_patch()
    rates.number[SKIN_RATE.hits] = 1e9
    state.hits[0] = on_each
    state.hurt[0], state.hurt_count[0] = np.arange(SITES), SITES
    steps = 12
    for step in range(steps):
        settle_hits(state, rates, 0, step, ADDRESS)
    left, kept, wrong = state.hits[0].astype(float), 0.5 ** (steps * STEP_MIN / 50.0), 0.5 ** (steps * STEP_MIN / 45.0)
    total, start = int(left.sum()), on_each * SITES
    assert stats.binomtest(total, start, kept).pvalue > FAMILY_WISE_ERROR
    assert stats.binomtest(total, start, wrong).pvalue < FAMILY_WISE_ERROR
    assert abs(z_of_variance(left, on_each * kept * (1 - kept))) < critical_z(1), "independent"


def test_t_cells_find_targets_in_proportion_to_their_number_while_they_are_few() -> None:
    dead = {}
    for number in (100, 200):
        state, rates = a_patch(epidermis__granulysin_per_hit_mm2=0.0)
        put_ctl(state, np.random.default_rng(number).integers(0, SITES, number))
        run_steps(state, rates, 180, 0.3)
        dead[number] = int((state.alive == 0).sum())
    assert dead[200] / dead[100] == pytest.approx(2.0, abs=4 * 2 * math.sqrt(1 / dead[100] + 1 / dead[200]))
    assert dead[100] > 200


def test_the_table_of_clone_rates_says_what_the_closed_forms_use() -> None:
    r = clone_rates().clone
    assert r[CLONE_RATE.division] == 3.0
    assert (r[CLONE_RATE.death], r[CLONE_RATE.turnover], r[CLONE_RATE.priming]) == (0.5, 0.0005, 0.5)
