"""T cells and epidermis against closed forms: growth, extinction, waiting times, half-lives, reach of granulysin."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit
from scipy import stats
from t_cell_worlds import ADDRESS, SITES, a_patch, clone_rates, put_ctl, run_steps
from verdict import FAMILY_WISE_ERROR, critical_z, failures, z_of_mean, z_of_variances

from abm.engine.clone_kernel import CLONE_RATE, step_clone
from abm.engine.immune_state import BLOCK_DAYS, COARSE, POOL, SIDE, STEP_MIN, empty_immune_state
from abm.engine.skin_kernel import SKIN_RATE, settle_hits, spread, step_ctl

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


GROWS = {"clones__divisions": 20.0, "clones__homing_per_day": 0.0, "clones__rescued_share": 1.0}


def grown(step_days: float, worlds: int = 300, division_h: float = 8.0) -> np.ndarray:
    """Cells after a day of division from twenty."""
    return ended({POOL.dividing: 20}, SATURATING, 1.0, step_days, worlds, clones__division_h=division_h, **GROWS).sum(1)


@pytest.fixture(scope="module")
def fine() -> np.ndarray:
    return grown(FINE_DAYS)


def yule() -> float:
    """Mean of twenty lines of a pure birth process after a day of three divisions."""
    return 20 * math.exp(3.0)


def test_dividing_cells_grow_as_a_pure_birth_process(fine) -> None:
    mean = yule()
    law = stats.nbinom(20, 1 / math.exp(3.0)).rvs(size=20_000, random_state=1) + 20.0
    assert law.mean() == pytest.approx(mean, rel=0.01)
    step_error = 3.0 * FINE_DAYS / 2 * 3.0
    z = {"mean": z_of_mean(fine / math.exp(-step_error), mean), "variance": z_of_variances(fine, law)}
    assert failures(z) == {}


def test_a_division_rate_five_percent_wrong_would_be_seen() -> None:
    assert abs(z_of_mean(grown(FINE_DAYS, division_h=8.0 / 1.05), yule())) > critical_z(2)


def test_at_the_engines_blocks_growth_is_the_geometric_one_of_the_steps() -> None:
    """A cell divides at most once a block: e^(βt) becomes (2 − e^(−βΔ))^(t/Δ), which is slower."""
    blocks = round(1.0 / BLOCK_DAYS)
    mean = 20 * (2 - math.exp(-3.0 * BLOCK_DAYS)) ** blocks
    found = grown(BLOCK_DAYS)
    assert abs(z_of_mean(found, mean)) < critical_z(1)
    rate = math.log(mean / 20) / (blocks * BLOCK_DAYS)
    assert 0.88 < rate / 3.0 < 0.89, "the price of a block of 64 min at the fastest division"


def test_growth_converges_to_first_order_in_the_step(fine) -> None:
    exact = {n: math.log(2 - math.exp(-3.0 * BLOCK_DAYS / n)) / (BLOCK_DAYS / n) for n in (1, 2, 8, 32)}
    found = {n: math.log(grown(BLOCK_DAYS / n).mean() / 20) * (1.0 / (round(n / BLOCK_DAYS) * BLOCK_DAYS / n))
             for n in (2, 8)} | {32: math.log(fine.mean() / 20)}  # fmt: skip
    spread = 4 * math.sqrt(1 / 20 / 300)
    assert all(abs(found[n] - exact[n]) < spread for n in found)
    errors = {n: 3.0 - rate for n, rate in exact.items()}
    assert errors[2] / errors[1] == pytest.approx(0.5, abs=0.05)
    assert errors[32] / errors[8] == pytest.approx(0.25, abs=0.02)


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


def test_hits_are_forgotten_with_their_half_life() -> None:
    state, rates = a_patch()
    rates.number[SKIN_RATE.hits] = 1e9
    state.hits[0] = 2
    state.hurt[0], state.hurt_count[0] = np.arange(SITES), SITES
    for step in range(25):
        settle_hits(state, rates, 0, step, ADDRESS)
    left, start = int(state.hits[0].sum()), 2 * SITES
    assert stats.binomtest(left, start, 0.5 ** (25 * STEP_MIN / 50.0)).pvalue > FAMILY_WISE_ERROR
    assert stats.binomtest(left, start, 0.5 ** (1.1 * 25 * STEP_MIN / 50.0)).pvalue < FAMILY_WISE_ERROR
    both = int((state.hits[0] == 2).sum())
    assert stats.binomtest(both, SITES, 0.5 ** (2 * 25 * STEP_MIN / 50.0)).pvalue > FAMILY_WISE_ERROR, "independent"


def steady(diffusion_um2_per_s: float) -> tuple[np.ndarray, float, float]:
    """Steady granulysin along x from a line of steady release at x = 0; with place width (µm) and fading (1/min)."""
    state, rates = a_patch(epidermis__granulysin_diffusion_um2_per_s=diffusion_um2_per_s)
    for _ in range(400):
        state.source[0, ::COARSE] += 1.0
        spread(state, rates, 0)
    place_um = 1000.0 / math.sqrt(25_115.0) * SIDE / COARSE
    return state.granulysin[0].reshape(COARSE, COARSE)[3], place_um, math.log(2) / 30.0


@pytest.mark.parametrize("diffusion", [0.5, 1.0, 2.0])
def test_granulysin_reaches_as_far_as_the_five_point_stencil_says(diffusion) -> None:
    """c(x) ∝ cosh((N − ½ − x)·μ) with 2·cosh μ = 2 + k·dx²/D, away from the source; √(D/k) where dx resolves it."""
    level, place_um, fade = steady(diffusion)
    mu = math.acosh(1 + fade * place_um**2 / (2 * 60 * diffusion))
    expected = np.cosh((COARSE - 0.5 - np.arange(COARSE)) * mu)
    assert level[1:] / level[1] == pytest.approx(expected[1:] / expected[1], rel=0.03, abs=0.003)
    assert level.sum() == pytest.approx(1.0 / (STEP_MIN * fade), rel=1e-9)
    reach = math.sqrt(60 * diffusion / fade)
    assert place_um / mu == pytest.approx(reach * (1 + (place_um / reach) ** 2 / 24), rel=0.02)


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
