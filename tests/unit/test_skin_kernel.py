"""A patch of epidermis step by step: where T cells go, what hits do, how granulysin spreads and kills."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import fft, linalg
from t_cell_worlds import ADDRESS, SITES, a_patch, copied, inconsistencies, put_ctl, random_sites, run_steps, unlike

from abm.engine.immune_records import places_of
from abm.engine.immune_state import BODY, COARSE, PLACES, SIDE, SITES_PER_PLACE, STEP_MIN
from abm.engine.skin_kernel import (
    SKIN_RATE,
    TRACE,
    neighbour,
    place_of,
    settle_hits,
    site_of,
    spread,
    step_ctl,
    step_granulysin,
    strike,
    transformed,
    waiting,
)

QUIET_GRANULYSIN = {"epidermis__granulysin_per_hit_mm2": 0.0}


def test_every_site_lies_in_one_place() -> None:
    places = np.array([place_of(site) for site in range(SITES)])
    assert (np.bincount(places) == SITES_PER_PLACE).all()
    assert sorted(site_of(place, k) for place in range(PLACES) for k in range(SITES_PER_PLACE)) == list(range(SITES))
    assert all(place_of(site_of(place, k)) == place for place in range(PLACES) for k in range(SITES_PER_PLACE))
    assert np.array_equal(places_of(np.arange(SITES)), places)


def test_a_t_cell_moves_to_one_of_four_neighbours_and_never_off_the_patch() -> None:
    middle = 10 * SIDE + 20
    found = [neighbour(middle, u) for u in (0.1, 0.3, 0.6, 0.9)]
    assert found == [middle - SIDE, middle + SIDE, middle - 1, middle + 1]
    corners = {0: {0, SIDE, 1}, SITES - 1: {SITES - 1, SITES - 1 - SIDE, SITES - 2}}
    for corner, allowed in corners.items():
        assert {neighbour(corner, u) for u in (0.1, 0.3, 0.6, 0.9)} == allowed


def test_waiting_times_are_the_quantiles_of_an_exponential() -> None:
    u = np.array([2.0**-33, 0.01, 0.5, 0.99, 1 - 2.0**-33])
    found = [waiting(20.0, value) for value in u]
    assert found == pytest.approx(-20.0 * np.log(u.astype(np.float32)), rel=1e-6, abs=1e-6)
    assert min(found) >= 0.0


def test_t_cells_that_meet_no_target_walk_at_their_speed() -> None:
    state, rates = a_patch()
    put_ctl(state, random_sites(400))
    start = state.ctl_site[0, :400].copy()
    run_steps(state, rates, 30, engage=0.0)
    assert state.ctl_events[0, :400].tolist() == [math.ceil(30 * STEP_MIN / rates.number[SKIN_RATE.move_min])] * 400
    assert rates.number[SKIN_RATE.move_min] == pytest.approx(1000 / math.sqrt(25_115) / 1.5, rel=1e-12)
    away = np.abs(state.ctl_site[0, :400] // SIDE - start // SIDE) + np.abs(
        state.ctl_site[0, :400] % SIDE - start % SIDE
    )
    assert 0 < away.mean() < 29
    assert (state.hits.sum(), state.hurt_count.sum(), state.alive.sum()) == (0, 0, SITES)


@pytest.mark.parametrize("why", ["dead", "no target"])
def test_only_living_targets_are_stopped_at(why) -> None:
    state, rates = a_patch()
    (state.alive if why == "dead" else state.target)[:] = 0
    put_ctl(state, random_sites(50))
    run_steps(state, rates, 20)
    assert not state.ctl_engaged.any()
    assert state.hurt_count[0] == 0


def test_three_live_hits_kill_and_two_do_not() -> None:
    state, rates = a_patch(**QUIET_GRANULYSIN)
    rates.number[SKIN_RATE.hit_kept] = 1.0
    for step, (here, there) in enumerate([(1, 1), (1, 1), (1, 0)]):
        for site, times in ((100, here), (2000, there)):
            for _ in range(times):
                strike(state, rates, 0, site)
        settle_hits(state, rates, 0, step, ADDRESS)
        assert inconsistencies(state) == []
    assert (state.alive[0, 100], state.alive[0, 2000], state.hits[0, 2000]) == (0, 1, 2)
    assert state.body[BODY.killed_by_contact] == 1.0
    assert state.living[0, place_of(100)] == SITES_PER_PLACE - 1
    assert state.hurt[0, : state.hurt_count[0]].tolist() == [2000]


def test_hits_of_one_step_add_up_and_forgotten_ones_leave_the_list() -> None:
    state, rates = a_patch(**QUIET_GRANULYSIN)
    for _ in range(5):
        strike(state, rates, 0, 7)
    strike(state, rates, 0, 8)
    settle_hits(state, rates, 0, 0, ADDRESS)
    assert (state.alive[0, 7], state.hits[0, 8]) == (0, 1)
    rates.number[SKIN_RATE.hit_kept] = 0.0
    settle_hits(state, rates, 0, 1, ADDRESS)
    assert state.hurt_count[0] == 0
    assert inconsistencies(state) == []


def test_the_cosine_transform_is_that_of_the_textbook_and_its_own_inverse() -> None:
    _, rates = a_patch()
    field = np.random.default_rng(4).random(PLACES)
    wave, back = np.empty(PLACES), np.empty(PLACES)
    transformed(rates.modes, field, wave, False)
    transformed(rates.modes, wave, back, True)
    assert wave.reshape(COARSE, COARSE) == pytest.approx(
        fft.dctn(field.reshape(COARSE, COARSE), norm="ortho"), abs=1e-12
    )
    assert back == pytest.approx(field, abs=1e-13)


def test_granulysin_spreads_as_the_five_point_stencil_without_flux_through_the_edges() -> None:
    """A step against the matrix exponential of the stencil; nothing is made or lost but by fading."""
    state, rates = a_patch(epidermis__granulysin_diffusion_um2_per_s=5.0)
    line = np.diag(-2.0 * np.ones(COARSE)) + np.diag(np.ones(COARSE - 1), 1) + np.diag(np.ones(COARSE - 1), -1)
    line[0, 0] = line[-1, -1] = -1.0
    place_um = 1000.0 / math.sqrt(25_115.0) * SIDE / COARSE
    stencil = np.kron(line, np.eye(COARSE)) + np.kron(np.eye(COARSE), line)
    rate = 5.0 * 60.0 / place_um**2 * stencil - math.log(2) / 30.0 * np.eye(PLACES)
    for place in (0, 27, 63):
        state.granulysin[0] = 0.0
        state.granulysin[0, place] = 5.0
        assert spread(state, rates, 0)
        assert state.granulysin[0] == pytest.approx(5.0 * linalg.expm(STEP_MIN * rate)[place], rel=1e-9, abs=1e-14)
        assert state.granulysin[0].sum() == pytest.approx(5.0 * 0.5 ** (STEP_MIN / 30.0), rel=1e-12)
        assert state.granulysin[0].argmax() == place


def test_an_even_level_only_fades_with_its_half_life() -> None:
    state, rates = a_patch()
    state.granulysin[0] = 2.0
    spread(state, rates, 0)
    assert state.granulysin[0] == pytest.approx(2.0 * 0.5 ** (STEP_MIN / 30.0), rel=1e-12)
    state.granulysin[0] = 0.5 * TRACE
    assert not spread(state, rates, 0)
    assert state.granulysin[0] == pytest.approx(0.5 * TRACE * 0.5 ** (STEP_MIN / 30.0), rel=1e-12)


def test_what_is_released_during_a_step_fades_from_when_it_was() -> None:
    """Steady release r per step into every place: after a step the level is r·(1 − e^(−kΔ))/(kΔ)."""
    state, rates = a_patch()
    state.source[0] = 0.5
    spread(state, rates, 0)
    k = math.log(2) / 30.0 * STEP_MIN
    assert state.granulysin[0] == pytest.approx(0.5 * -math.expm1(-k) / k, rel=1e-12)
    assert not state.source.any()


def test_granulysin_kills_whose_endurance_is_passed_and_nobody_else() -> None:
    state, rates = a_patch()
    state.granulysin[0, 5] = 1.0
    before = copied(state)
    for _ in range(20):
        step_granulysin(state, rates, 0)
    hazard = 20 * STEP_MIN * 0.5 * rates.number[SKIN_RATE.bystander]
    assert state.hazard[0, 5] == pytest.approx(hazard, rel=1e-12)
    sites = [site_of(5, k) for k in range(SITES_PER_PLACE)]
    assert np.array_equal(state.alive[0, sites] == 1, before.endurance[0, sites] > hazard)
    dead = int((state.alive[0] == 0).sum())
    assert 3 < dead < SITES_PER_PLACE
    assert (state.body[BODY.killed_by_granulysin], state.body[BODY.killed_by_contact]) == (dead, 0.0)
    assert state.next_death[0, 5] == before.endurance[0, sites][state.alive[0, sites] == 1].min()
    assert inconsistencies(state) == []


def test_dying_neighbours_arm_the_release() -> None:
    state, rates = a_patch()
    strike(state, rates, 0, 0)
    rest = rates.number[SKIN_RATE.release] * rates.number[SKIN_RATE.at_rest]
    assert state.source[0, 0] == pytest.approx(rest, rel=1e-12)
    state.living[0, 0] = 0
    strike(state, rates, 0, 0)
    assert state.source[0, 0] > 10 * rest
    assert not state.source[0, 1:].any()


def test_an_event_is_neither_lost_nor_doubled_by_the_length_of_a_step() -> None:
    whole, pieces = (a_patch(**QUIET_GRANULYSIN) for _ in range(2))
    chance = np.array([0.3])
    for state, rates in (whole, pieces):
        put_ctl(state, random_sites(80))
        rates.number[SKIN_RATE.hits] = 1e9
    step_ctl(*whole, 0, 64.0, chance, ADDRESS)
    for step in range(16):
        step_ctl(*pieces, 0, 4.0 * (step + 1), chance, ADDRESS)
    assert unlike(whole[0], pieces[0], leave_out=("source", "hurt")) == []
    assert whole[0].source == pytest.approx(pieces[0].source, rel=1e-12)


def test_a_busy_patch_adds_up() -> None:
    state, rates = a_patch()
    put_ctl(state, random_sites(300))
    for step in range(60):
        run_steps(state, rates, 1, first=step)
        assert inconsistencies(state) == []
    assert 200 < (state.alive == 0).sum() == state.body[BODY.killed_by_contact] + state.body[BODY.killed_by_granulysin]
