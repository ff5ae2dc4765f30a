"""What happens once a block: T cells come, go and divide, places come off, are renewed and heal."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from t_cell_worlds import (
    ADDRESS,
    SITES,
    STORED,
    a_patch,
    copied,
    inconsistencies,
    put_ctl,
    random_sites,
    run_steps,
    unlike,
)

from abm.engine.clone_kernel import share_of
from abm.engine.immune_rates import site_factors
from abm.engine.immune_state import BLOCK_DAYS, MOST_CTL, PLACES, SHARES, SITES_PER_PLACE
from abm.engine.skin_blocks import (
    admit,
    close_block,
    ctl_fates,
    drop_ctl,
    is_bare,
    is_quiet,
    regrow,
    rest_on_bare_patch,
)
from abm.engine.skin_kernel import SKIN_RATE, TRACE, kill, place_of, site_of, strike

BLOCK_MIN = 64.0


def killed(state, sites, p: int = 0) -> None:
    for site in sites:
        kill(state, p, site)


def sites_of(place: int) -> list[int]:
    return [site_of(place, k) for k in range(SITES_PER_PLACE)]


def test_site_factors_are_quantiles_of_a_log_normal_with_mean_one() -> None:
    for sd in (0.0, 0.4, 1.2, 3.0):
        factors = site_factors(sd, 20.0)
        assert factors[-1] == 20.0
        assert (factors[:-1] * SHARES).sum() == pytest.approx(1.0, rel=1e-12)
        assert (np.diff(factors[:-1]) <= 0).all()
    middle = 1.0 - (np.cumsum(SHARES) - 0.5 * SHARES)
    law = stats.lognorm(1.2).ppf(middle)
    assert site_factors(1.2, 1.0)[:-1] == pytest.approx(law / (law * SHARES).sum(), rel=1e-9)


def test_shares_of_the_body_add_up_to_one() -> None:
    assert SHARES.sum() == pytest.approx(1.0, rel=1e-12)
    _, rates = a_patch()
    assert (rates.share[-1], rates.share[:-1].sum()) == (0.0, pytest.approx(1.0, rel=1e-12))
    assert rates.body_share == pytest.approx(SITES / 25_115 / 1.75e6, rel=1e-12)


def test_arrivals_are_a_poisson_number_at_random_sites_and_times() -> None:
    state, rates = a_patch()
    state.arriving[0] = round(12.0 / (rates.body_share * rates.factor[0]))
    counts, sites, times = [], [], []
    for block in range(800):
        state.ctl_count[0] = 0
        assert admit(state, rates, 0, block, block * BLOCK_MIN, BLOCK_MIN, ADDRESS)
        n = state.ctl_count[0]
        counts.append(n)
        sites.extend(state.ctl_site[0, :n])
        times.extend(state.ctl_until[0, :n] - block * BLOCK_MIN)
        assert not state.ctl_engaged[0, :n].any()
    assert abs(np.mean(counts) - 12.0) < 4 * np.sqrt(12 / 800)
    assert np.var(counts) == pytest.approx(12.0, rel=0.2)
    assert stats.kstest(np.array(times) / BLOCK_MIN, "uniform").pvalue > 1e-3
    assert stats.chisquare(np.bincount(np.array(sites) // SITES_PER_PLACE, minlength=PLACES)).pvalue > 1e-3
    assert state.ctl_entered[0] == sum(counts)


def test_a_clone_enters_by_its_own_numbers_and_where_it_is_called() -> None:
    state, rates = a_patch(patches=2, clones=2)
    state.arriving[:] = round(10.0 / (rates.body_share * rates.factor[0]))
    for p in range(2):
        admit(state, rates, p, 5, 0.0, BLOCK_MIN, ADDRESS)
    alone = a_patch(patches=2, clones=2)[0]
    alone.arriving[1] = state.arriving[1]
    admit(alone, rates, 0, 5, 0.0, BLOCK_MIN, ADDRESS)
    mine = state.ctl_clone[0, : state.ctl_count[0]] == 1
    assert 0 < alone.ctl_count[0] == mine.sum() < state.ctl_count[0]
    assert np.array_equal(state.ctl_id[0, : state.ctl_count[0]][mine], alone.ctl_id[0, : alone.ctl_count[0]])
    assert not set(state.ctl_id[0, : state.ctl_count[0]]) & set(state.ctl_id[1, : state.ctl_count[1]])


def test_a_patch_fills_up_and_what_cannot_be_drawn_is_told() -> None:
    state, rates = a_patch()
    state.arriving[0] = round(400.0 / (rates.body_share * rates.factor[0]))
    for block in range(200):
        assert admit(state, rates, 0, block, 0.0, BLOCK_MIN, ADDRESS)
    assert 0.999 * MOST_CTL < state.ctl_count[0] <= MOST_CTL
    empty, rates = a_patch()
    empty.arriving[0] = round(600.0 / (rates.body_share * rates.factor[0]))
    assert not admit(empty, rates, 0, 0, 0.0, BLOCK_MIN, ADDRESS)


def test_t_cells_die_and_divide_by_their_chances() -> None:
    state, _ = a_patch(clones=2)
    put_ctl(state, random_sites(1500))
    put_ctl(state, random_sites(1500), clone=1)
    ctl_fates(state, 0, np.array([0.2, 0.0]), np.array([0.0, 0.1]), 3, ADDRESS)
    assert stats.binomtest(int(state.ctl_left[0]), 1500, 0.2).pvalue > 1e-3
    assert stats.binomtest(int(state.ctl_born[0]), 1500, 0.1).pvalue > 1e-3
    assert (state.ctl_clone[0, : state.ctl_count[0]] == 1).sum() == 1500 + state.ctl_born[0]
    assert inconsistencies(state) == []


def fates_of(order: np.ndarray) -> dict[int, tuple]:
    """Those alive by address after three blocks, when T cells were stored in this order."""
    state, rates = a_patch()
    put_ctl(state, random_sites(200))
    for name in STORED:
        stored = getattr(state, name)
        stored[0, :200] = stored[0, :200][order]
    for block in range(3):
        run_steps(state, rates, 16, 0.3, first=16 * block)
        ctl_fates(state, 0, np.array([0.15]), np.array([0.2]), block, ADDRESS)
    n = state.ctl_count[0]
    columns = [getattr(state, name)[0, :n].tolist() for name in STORED]
    return {row[4]: row for row in zip(*columns, strict=True)}


def test_a_t_cells_numbers_do_not_depend_on_where_it_is_stored() -> None:
    first = fates_of(np.arange(200))
    for order in (np.arange(200)[::-1], np.random.default_rng(2).permutation(200)):
        assert fates_of(order) == first
    assert len(first) > 150
    started = {(1_000_003 * n + 17) % 2**32 for n in range(200)}
    assert len(set(first) - started) > 50, "daughters are among them"
    assert len(set(first) & started) < 200


def test_removing_a_t_cell_keeps_all_others() -> None:
    state, _ = a_patch()
    put_ctl(state, range(6))
    assert drop_ctl(state, 0, 1, 4, 5) == 3
    assert state.ctl_count[0] == 5
    assert state.ctl_site[0, :5].tolist() == [0, 3, 2, 5, 4]


def test_a_daughter_starts_beside_her_mother_with_numbers_of_her_own() -> None:
    state, _ = a_patch()
    put_ctl(state, [77], engaged=1, until_min=9.0)
    ctl_fates(state, 0, np.array([0.0]), np.array([1.0]), 0, ADDRESS)
    assert state.ctl_site[0, :2].tolist() == [77, 77]
    assert state.ctl_until[0, :2].tolist() == [9.0, 9.0]
    assert (state.ctl_engaged[0, 1], state.ctl_id[0, 0] != state.ctl_id[0, 1]) == (0, True)
    full, _ = a_patch()
    put_ctl(full, random_sites(MOST_CTL))
    ctl_fates(full, 0, np.array([0.0]), np.array([1.0]), 0, ADDRESS)
    assert (full.ctl_count[0], full.ctl_born[0]) == (MOST_CTL, 0)


def test_a_place_comes_off_when_half_of_it_is_dead() -> None:
    state, rates = a_patch()
    killed(state, sites_of(3)[:32])
    killed(state, sites_of(9)[:31])
    rates.number[SKIN_RATE.turnover] = 0.0
    close_block(state, rates, 0, 4, ADDRESS)
    assert np.flatnonzero(state.detached[0]).tolist() == [3]
    assert (state.living[0, 3], state.living[0, 9]) == (0, 33)
    assert inconsistencies(state) == []


def test_dead_keratinocytes_are_replaced_by_turnover() -> None:
    state, rates = a_patch()
    rates.number[SKIN_RATE.detach] = 2.0
    killed(state, range(SITES))
    close_block(state, rates, 0, 1, ADDRESS)
    renewed = share_of(rates.number[SKIN_RATE.turnover], BLOCK_DAYS)
    assert renewed == pytest.approx(BLOCK_DAYS / 14.0, rel=2e-3)
    rates.number[SKIN_RATE.turnover] = 5.0
    state.alive[0] = 0
    state.living[0] = 0
    close_block(state, rates, 0, 2, ADDRESS)
    assert stats.binomtest(int(state.alive.sum()), SITES, share_of(5.0, BLOCK_DAYS)).pvalue > 1e-3
    assert inconsistencies(state) == []


def test_a_place_left_in_peace_heals_around_its_mean_time_and_granulysin_delays_it() -> None:
    healed = {}
    for level in (0.0, 0.3):
        state, rates = a_patch()
        killed(state, range(SITES))
        days = np.full(PLACES, np.nan)
        for block in range(700):
            state.granulysin[0] = level
            close_block(state, rates, 0, block, ADDRESS)
            days[np.isnan(days) & (state.detached[0] == 0)] = (block + 1) * BLOCK_DAYS
        healed[level] = days
    assert healed[0.0].min() >= 6.0
    assert healed[0.0].max() <= 14.0 + BLOCK_DAYS
    assert abs(healed[0.0].mean() - 10.0) < 4 * 8 / np.sqrt(12 * PLACES)
    assert healed[0.3] == pytest.approx(2.0 * healed[0.0], abs=2.1 * BLOCK_DAYS)


def test_a_new_keratinocyte_has_an_exponential_endurance_from_now() -> None:
    state, _ = a_patch()
    assert stats.kstest(state.endurance[0].astype(float), "expon").pvalue > 1e-3
    state.hazard[0] = 3.0
    killed(state, range(SITES))
    for site in range(SITES):
        regrow(state, 0, site, 7, ADDRESS)
    assert stats.kstest(state.endurance[0].astype(float) - 3.0, "expon").pvalue > 1e-3
    assert state.next_death[0].min() <= state.endurance[0].min()
    assert inconsistencies(state) == []


def test_quiet_and_bare_patches_are_told_from_others() -> None:
    state, rates = a_patch()
    assert is_quiet(state, 0)
    assert not is_bare(state, 0)
    state.granulysin[0, 3] = 2 * TRACE
    assert not is_quiet(state, 0)
    state.granulysin[0, 3] = 0.0
    strike(state, rates, 0, 5)
    assert not is_quiet(state, 0)
    killed(state, range(SITES))
    assert is_bare(state, 0)


def test_on_a_bare_patch_t_cells_wait_and_granulysin_fades() -> None:
    state, rates = a_patch()
    killed(state, range(SITES))
    put_ctl(state, [1, 2], engaged=1, until_min=10.0)
    state.ctl_until[0, 1] = 70.0
    state.granulysin[0] = 1.0
    rest_on_bare_patch(state, rates, 0, 16, 64.0)
    assert state.ctl_until[0, :2].tolist() == [64.0, 70.0]
    assert not state.ctl_engaged.any()
    assert state.granulysin[0] == pytest.approx(0.5 ** (64.0 / 30.0), rel=1e-12)


@pytest.mark.parametrize("how", ["granulysin", "detachment"])
def test_who_dies_with_live_hits_and_grows_again_is_listed_once(how) -> None:
    state, rates = a_patch()
    rates.number[SKIN_RATE.turnover] = 1e6
    strike(state, rates, 0, 100)
    run_steps(state, rates, 1)
    assert state.hurt_count[0] == 1
    killed(state, [100] if how == "granulysin" else range(SITES))
    rates.number[SKIN_RATE.healing_d] = 1e-6
    close_block(state, rates, 0, 0, ADDRESS)
    assert state.alive[0, 100] == 1
    strike(state, rates, 0, 100)
    assert state.hurt[0, : state.hurt_count[0]].tolist() == [100]


def test_a_block_without_t_cells_on_whole_skin_changes_nothing() -> None:
    state, rates = a_patch()
    before = copied(state)
    assert admit(state, rates, 0, 9, 9 * BLOCK_MIN, BLOCK_MIN, ADDRESS)
    ctl_fates(state, 0, np.array([0.5]), np.array([0.5]), 9, ADDRESS)
    close_block(state, rates, 0, 9, ADDRESS)
    assert unlike(state, before) == []
    assert place_of(0) == 0
