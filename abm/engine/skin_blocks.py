"""What happens to a patch of epidermis once a block (64 min): T cells come, go and divide, places come off and heal."""

from __future__ import annotations

import numpy as np
from numba import njit

from abm.biology.keratinocyte import healing_speed
from abm.engine.clone_kernel import share_of
from abm.engine.immune_state import BLOCK_DAYS, MOST_CTL, PLACES, SIDE, SITES_PER_PLACE
from abm.engine.skin_kernel import SKIN_RATE, TRACE, kill, place_of, site_of, waiting
from abm.random_streams import U64, Stream, philox, poisson_inverse, uniforms, unit_f64

F32 = np.float32
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
_ARRIVALS, _PLACES = int(Stream.CTL_ARRIVALS), U64(int(Stream.CTL_PLACES))
_FATES = U64(int(Stream.CTL_FATES))
_CELLS, _CELL_FATES = int(Stream.KERATINOCYTES), int(Stream.KERATINOCYTE_FATES)
_SITES = SIDE * SIDE
_MOST_AT_ONCE = 500.0


@njit(**_OPTIONS)
def admit(state, rates, p, block, start_min, block_min, address):
    """T cells of the running block enter patch `p`: a Poisson number of each clone, at random sites and times.

    A patch fills up: entry falls in proportion to the room left, one T cell per keratinocyte being the most. Returns
    whether the number was one that can be drawn.
    """
    for clone in range(state.arriving.size):
        room = 1.0 - state.ctl_count[p] / MOST_CTL
        mean = state.arriving[clone] * rates.body_share * rates.factor[p] * room
        if mean <= 0.0:
            continue
        item = p * 64 + clone
        if mean > _MOST_AT_ONCE:
            return False
        u = uniforms(item, block, address[2], _ARRIVALS, address[0], address[1])[0]
        for n in range(min(poisson_inverse(mean, u), MOST_CTL - state.ctl_count[p])):
            i = state.ctl_count[p]
            words = philox(U64(item * MOST_CTL + n), U64(block), address[2], _PLACES, address[0], address[1])
            state.ctl_site[p, i] = np.int64(unit_f64(words[0]) * _SITES)
            state.ctl_until[p, i] = start_min + block_min * unit_f64(words[1])
            state.ctl_id[p, i], state.ctl_clone[p, i] = words[2], clone
            state.ctl_events[p, i], state.ctl_engaged[p, i] = 0, 0
            state.ctl_count[p] += 1
            state.ctl_entered[p] += 1
    return True


@njit(**_OPTIONS)
def ctl_fates(state, p, death, division, block, address):
    """Who dies, leaves or divides in the block; `death` and `division` (clones,) are chances.

    A daughter starts with its own address, taken from its mother's.
    """
    i = 0
    mothers = state.ctl_count[p]
    while i < mothers:
        words = philox(state.ctl_id[p, i], U64(block), address[2], _FATES, address[0], address[1])
        clone = state.ctl_clone[p, i]
        if unit_f64(words[0]) < death[clone]:
            state.ctl_left[p] += 1
            last = state.ctl_count[p] - 1
            mothers = drop_ctl(state, p, i, mothers, last)
            continue
        if unit_f64(words[1]) < division[clone] and state.ctl_count[p] < MOST_CTL:
            d = state.ctl_count[p]
            state.ctl_site[p, d], state.ctl_until[p, d] = state.ctl_site[p, i], state.ctl_until[p, i]
            state.ctl_id[p, d], state.ctl_clone[p, d] = words[2], clone
            state.ctl_events[p, d], state.ctl_engaged[p, d] = 0, 0
            state.ctl_count[p] += 1
            state.ctl_born[p] += 1
        i += 1


@njit(**_OPTIONS)
def drop_ctl(state, p, i, mothers, last):
    """Remove T cell `i`: the last mother takes its place, the last daughter hers; returns the mothers left."""
    for to, source in ((i, mothers - 1), (mothers - 1, last)):
        state.ctl_site[p, to], state.ctl_until[p, to] = state.ctl_site[p, source], state.ctl_until[p, source]
        state.ctl_id[p, to], state.ctl_clone[p, to] = state.ctl_id[p, source], state.ctl_clone[p, source]
        state.ctl_events[p, to], state.ctl_engaged[p, to] = state.ctl_events[p, source], state.ctl_engaged[p, source]
    state.ctl_count[p] = last
    return mothers - 1


@njit(**_OPTIONS)
def regrow(state, p, site, block, address):
    """A new keratinocyte at a site, with its own endurance."""
    place = place_of(site)
    u = uniforms(p * _SITES + site, block, address[2], _CELLS, address[0], address[1])[0]
    if state.alive[p, site] == 0:
        state.living[p, place] += 1
    state.alive[p, site], state.hits[p, site] = 1, 0
    state.endurance[p, site] = F32(state.hazard[p, place] + waiting(1.0, u))
    state.next_death[p, place] = min(state.next_death[p, place], np.float64(state.endurance[p, site]))


@njit(**_OPTIONS)
def close_block(state, rates, p, block, address):
    """Places detach, dead cells of the others are replaced by turnover, detached ones heal once left in peace."""
    number = rates.number
    renewed = share_of(number[SKIN_RATE.turnover], BLOCK_DAYS)
    for place in range(PLACES):
        if state.living[p, place] == SITES_PER_PLACE:
            continue
        if state.detached[p, place] == 0:
            dead = 1.0 - state.living[p, place] / SITES_PER_PLACE
            if dead >= number[SKIN_RATE.detach]:
                state.detached[p, place], state.healing[p, place] = 1, 0.0
        if state.detached[p, place] == 1:
            u = uniforms(p * PLACES + place, 0, address[2], _CELLS, address[0], address[1])
            speed = healing_speed(state.granulysin[p, place], number[SKIN_RATE.healing_half])
            state.healing[p, place] += BLOCK_DAYS * speed
            own = 1.0 + number[SKIN_RATE.healing_spread] * (2.0 * u[1] - 1.0)
            heals = state.healing[p, place] >= number[SKIN_RATE.healing_d] * own
            for k in range(SITES_PER_PLACE):
                site = site_of(place, k)
                if heals:
                    regrow(state, p, site, block, address)
                elif state.alive[p, site] == 1:
                    kill(state, p, site)
            if heals:
                state.detached[p, place] = 0
        else:
            for k in range(SITES_PER_PLACE):
                site = site_of(place, k)
                if state.alive[p, site] == 0:
                    u = uniforms(p * _SITES + site, block, address[2], _CELL_FATES, address[0], address[1])
                    if u[3] < renewed:
                        regrow(state, p, site, block, address)
    unlist_unhurt(state, p)


@njit(**_OPTIONS)
def unlist_unhurt(state, p):
    """Take those without live hits off the list: who died hurt and grew again would be listed twice."""
    left = 0
    for h in range(state.hurt_count[p]):
        site = state.hurt[p, h]
        if state.hits[p, site] > 0:
            state.hurt[p, left] = site
            left += 1
    state.hurt_count[p] = left


@njit(**_OPTIONS)
def is_quiet(state, p):
    """Whether nothing can happen in a patch: no T cell, no live hit, no granulysin to speak of."""
    return state.ctl_count[p] == 0 and state.hurt_count[p] == 0 and state.granulysin[p].max() <= TRACE


@njit(**_OPTIONS)
def is_bare(state, p):
    """Whether no keratinocyte of a patch is alive."""
    return state.living[p].max() == 0


@njit(**_OPTIONS)
def rest_on_bare_patch(state, rates, p, steps, end_min):
    """A block on a patch with nothing left to kill: T cells wait and granulysin fades."""
    for i in range(state.ctl_count[p]):
        state.ctl_until[p, i] = max(state.ctl_until[p, i], end_min)
        state.ctl_engaged[p, i] = 0
    for place in range(PLACES):
        for _ in range(steps):
            state.granulysin[p, place] *= rates.fade[0]
