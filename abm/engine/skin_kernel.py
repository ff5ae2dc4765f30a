"""A patch of epidermis with cytotoxic T cells on it, in steps of four minutes.

====  =======================================================================  ================================
 #    what happens in a step                                                   where
====  =======================================================================  ================================
 1    every T cell lives its events: moves on, stops at a target, hits         `step_ctl`
 2    hits of the step are added, old ones forgotten, three live ones kill     `settle_hits`
 3    granulysin spreads and fades                                             `spread`
 4    granulysin kills                                                         `step_granulysin`
====  =======================================================================  ================================

Once a block (16 steps): T cells come (`admit`), go or divide (`ctl_fates`), places detach, are renewed and heal
(`close_block`). A step reads the epidermis as it was at its start, so the order of T cells cannot matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from abm.biology.keratinocyte import armed, bystander_per_min
from abm.engine.clone_kernel import share_of
from abm.engine.immune_state import (
    BLOCK_DAYS,
    BODY,
    COARSE,
    MOST_CTL,
    PLACES,
    SIDE,
    SITES_PER_PLACE,
    STEP_MIN,
)
from abm.random_streams import U64, Stream, log_f32, philox, poisson_inverse, uniforms, unit_f64

F32 = np.float32
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
_EVENTS, _FATES = U64(int(Stream.CTL_EVENTS)), U64(int(Stream.CTL_FATES))
_ARRIVALS, _PLACES = int(Stream.CTL_ARRIVALS), U64(int(Stream.CTL_PLACES))
_CELLS, _CELL_FATES = int(Stream.KERATINOCYTES), int(Stream.KERATINOCYTE_FATES)
_SITES = SIDE * SIDE
_PER_PLACE = SIDE // COARSE
_QUIET = 1e-4
_MOST_COMING = 500.0


class SkinRate(NamedTuple):
    """Indices into `SkinRates.number`."""

    move_min: int = 0
    stay: int = 1
    hit_min: int = 2
    hits: int = 3
    hit_kept: int = 4
    release: int = 5
    at_rest: int = 6
    arming_half: int = 7
    bystander: int = 8
    detach: int = 9
    turnover: int = 10
    healing_d: int = 11
    late_release: int = 12
    involved: int = 13


class SkinRates(NamedTuple):
    """Constants of the epidermis.

    `number`: see `SkinRate`. `modes` (COARSE, COARSE) is the orthonormal cosine transform, `fade` (PLACES,) what each
    mode of granulysin keeps in a step. `factor` (patches,): T-cell entry relative to the mean of the skin; `share`
    (patches,): body surface a patch stands for; `body_share`: a patch's area as a share of the body's skin;
    `sites_per_mm2`: keratinocytes of the lattice per mm².
    """

    number: np.ndarray
    modes: np.ndarray
    fade: np.ndarray
    factor: np.ndarray
    share: np.ndarray
    body_share: float
    sites_per_mm2: float


SKIN_RATE = SkinRate()


@njit(**_OPTIONS)
def place_of(site):
    """Place that a site belongs to."""
    return (site // SIDE // _PER_PLACE) * COARSE + (site % SIDE) // _PER_PLACE


@njit(**_OPTIONS)
def site_of(place, k):
    """The k-th site of a place."""
    y, x = (place // COARSE) * _PER_PLACE + k // _PER_PLACE, (place % COARSE) * _PER_PLACE + k % _PER_PLACE
    return y * SIDE + x


@njit(**_OPTIONS)
def neighbour(site, u):
    """One of the four neighbours at random; a T cell at the patch's edge stays."""
    y, x = site // SIDE, site % SIDE
    way = np.int64(4.0 * u)
    if way == 0:
        y = max(y - 1, 0)
    elif way == 1:
        y = min(y + 1, SIDE - 1)
    elif way == 2:
        x = max(x - 1, 0)
    else:
        x = min(x + 1, SIDE - 1)
    return y * SIDE + x


@njit(**_OPTIONS)
def waiting(mean, u):
    """Exponential waiting time with the given mean."""
    return -mean * np.float64(log_f32(F32(u)))


@njit(**_OPTIONS)
def step_ctl(state, rates, p, end_min, engage, address):
    """Let every T cell of patch `p` live its events until `end_min`; `engage` (clones,) as of `keratinocyte.engages`.

    An event carries its own time, so nothing is lost to the step's length.
    """
    number = rates.number
    for i in range(state.ctl_count[p]):
        until, site, events = state.ctl_until[p, i], state.ctl_site[p, i], state.ctl_events[p, i]
        engaged = state.ctl_engaged[p, i]
        while until < end_min:
            words = philox(state.ctl_id[p, i], U64(events), address[2], _EVENTS, address[0], address[1])
            events += 1
            if engaged == 1:
                engaged = 0
                if state.alive[p, site] == 1:
                    strike(state, rates, p, site)
                    if unit_f64(words[0]) < number[SKIN_RATE.stay]:
                        engaged = 1
            else:
                site = neighbour(site, unit_f64(words[0]))
                meets = state.alive[p, site] == 1 and state.target[site] == 1
                if meets and unit_f64(words[1]) < engage[state.ctl_clone[p, i]]:
                    engaged = 1
            until += (
                waiting(number[SKIN_RATE.hit_min], unit_f64(words[2])) if engaged == 1 else number[SKIN_RATE.move_min]
            )
        state.ctl_until[p, i], state.ctl_site[p, i], state.ctl_events[p, i] = until, site, events
        state.ctl_engaged[p, i] = engaged


@njit(**_OPTIONS)
def strike(state, rates, p, site):
    """One hit: counted at the site, and granulysin released into its place."""
    if state.new_hits[p, site] == 0 and state.hits[p, site] == 0:
        state.hurt[p, state.hurt_count[p]] = site
        state.hurt_count[p] += 1
    if state.new_hits[p, site] < 200:
        state.new_hits[p, site] += 1
    number, place = rates.number, place_of(site)
    dead = 1.0 - state.living[p, place] / SITES_PER_PLACE
    state.source[p, place] += number[SKIN_RATE.release] * armed(
        dead, number[SKIN_RATE.at_rest], number[SKIN_RATE.arming_half]
    )


@njit(**_OPTIONS)
def settle_hits(state, rates, p, step, address):
    """Forget old hits, add new ones, and kill where enough live together."""
    kept = rates.number[SKIN_RATE.hit_kept]
    listed = state.hurt_count[p]
    left = 0
    for h in range(listed):
        site = state.hurt[p, h]
        if state.alive[p, site] == 1:
            live = 0
            for hit in range(state.hits[p, site]):
                if uniforms(p * _SITES + site, step, address[2], _CELL_FATES, address[0], address[1])[hit & 3] < kept:
                    live += 1
            live += state.new_hits[p, site]
            state.hits[p, site] = min(live, 200)
            if live >= rates.number[SKIN_RATE.hits]:
                kill(state, p, site)
                state.body[BODY.killed_by_contact] += 1.0
        else:
            state.hits[p, site] = 0
        state.new_hits[p, site] = 0
        if state.hits[p, site] > 0:
            state.hurt[p, left] = site
            left += 1
    state.hurt_count[p] = left


@njit(**_OPTIONS)
def kill(state, p, site):
    """A keratinocyte dies."""
    state.alive[p, site] = 0
    state.hits[p, site] = 0
    state.living[p, place_of(site)] -= 1


@njit(**_OPTIONS)
def transformed(modes, field, out, inverse):
    """Two-dimensional cosine transform of a patch's places (or its inverse), summed in a fixed order."""
    half = np.empty((COARSE, COARSE))
    for a in range(COARSE):
        for y in range(COARSE):
            total = 0.0
            for x in range(COARSE):
                total += (modes[x, a] if inverse else modes[a, x]) * field[y * COARSE + x]
            half[y, a] = total
    for b in range(COARSE):
        for a in range(COARSE):
            total = 0.0
            for y in range(COARSE):
                total += (modes[y, b] if inverse else modes[b, y]) * half[y, a]
            out[b * COARSE + a] = total


@njit(**_OPTIONS)
def spread(state, rates, p):
    """Diffusion and decay of granulysin over a step, exact in every mode; what was released counts from mid-step."""
    level = state.granulysin[p]
    for place in range(PLACES):
        level[place] += state.source[p, place] * rates.number[SKIN_RATE.late_release]
        state.source[p, place] = 0.0
    wave = np.empty(PLACES)
    transformed(rates.modes, level, wave, False)
    for mode in range(PLACES):
        wave[mode] *= rates.fade[mode]
    transformed(rates.modes, wave, level, True)
    for place in range(PLACES):
        level[place] = max(level[place], 0.0)


@njit(**_OPTIONS)
def step_granulysin(state, rates, p):
    """Add up the hazard of every place and kill whose endurance it passes."""
    for place in range(PLACES):
        state.hazard[p, place] += STEP_MIN * bystander_per_min(
            state.granulysin[p, place], rates.number[SKIN_RATE.bystander]
        )
        if state.hazard[p, place] < state.next_death[p, place]:
            continue
        lowest = np.inf
        for k in range(SITES_PER_PLACE):
            site = site_of(place, k)
            if state.alive[p, site] == 1:
                if state.endurance[p, site] <= state.hazard[p, place]:
                    kill(state, p, site)
                    state.body[BODY.killed_by_granulysin] += 1.0
                else:
                    lowest = min(lowest, np.float64(state.endurance[p, site]))
        state.next_death[p, place] = lowest


@njit(**_OPTIONS)
def admit(state, rates, p, block, start_min, block_min, address):
    """T cells of the running block enter patch `p`: a Poisson number of each clone, at random sites and times.

    Returns whether there was room for all.
    """
    for clone in range(state.arriving.size):
        mean = state.arriving[clone] * rates.body_share * rates.factor[p]
        if mean <= 0.0:
            continue
        item = p * 64 + clone
        if mean > _MOST_COMING:
            return False
        u = uniforms(item, block, address[2], _ARRIVALS, address[0], address[1])[0]
        coming = poisson_inverse(mean, u)
        for n in range(coming):
            i = state.ctl_count[p]
            if i >= MOST_CTL:
                return False
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
            state.healing[p, place] += BLOCK_DAYS / (
                1.0 + 10.0 * state.granulysin[p, place] * state.granulysin[p, place]
            )
            heals = state.healing[p, place] >= number[SKIN_RATE.healing_d] * (0.6 + 0.8 * u[1])
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


@njit(**_OPTIONS)
def is_quiet(state, p):
    """Whether nothing can happen in a patch: no T cell, no live hit, no granulysin to speak of."""
    if state.ctl_count[p] > 0 or state.hurt_count[p] > 0:
        return False
    for place in range(PLACES):
        if state.granulysin[p, place] > _QUIET:
            return False
    return True


@njit(**_OPTIONS)
def step_patch(state, rates, p, step, engage, address):
    """One step of patch `p`; `step` counts steps on the absolute clock."""
    step_ctl(state, rates, p, (step + 1) * STEP_MIN, engage, address)
    settle_hits(state, rates, p, step, address)
    spread(state, rates, p)
    step_granulysin(state, rates, p)
