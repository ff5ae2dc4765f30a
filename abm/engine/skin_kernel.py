"""A patch of epidermis with cytotoxic T cells on it, in steps of four minutes.

====  =======================================================================  ================================
 #    what happens in a step                                                   where
====  =======================================================================  ================================
 1    every T cell lives its events: moves on, stops at a target, hits         `step_ctl`
 2    hits of the step are added, old ones forgotten, three live ones kill     `settle_hits`
 3    granulysin spreads and fades                                             `spread`
 4    granulysin kills                                                         `step_granulysin`
====  =======================================================================  ================================

What happens once a block stands in engine/skin_blocks.py. A step reads the epidermis as it was at its start, so the
order of T cells cannot matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from abm.biology.keratinocyte import armed, bystander_per_min
from abm.engine.immune_state import BODY, COARSE, PLACES, SIDE, SITES_PER_PLACE, STEP_MIN
from abm.random_streams import U64, Stream, log_f32, philox, uniforms, unit_f64

F32 = np.float32
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
_EVENTS = U64(int(Stream.CTL_EVENTS))
_CELL_FATES = int(Stream.KERATINOCYTE_FATES)
_SITES = SIDE * SIDE
_HITS, _HITS_SHIFT = 1 << 19, 18

TRACE = 1e-3
"""Granulysin (in half-maximal concentrations) below which nothing dies of it: one in 1e9 of the greatest hazard."""
_PER_PLACE = SIDE // COARSE


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
    involved: int = 12
    healing_spread: int = 13
    healing_half: int = 14


class SkinRates(NamedTuple):
    """Constants of the epidermis.

    `number`: see `SkinRate`. `modes` (COARSE, COARSE) is the orthonormal cosine transform; of each mode of granulysin,
    `fade` (PLACES,) is what a step keeps, and `arrive` (PLACES,) what is left of a release that is even over the step.
    `factor` (patches,): T-cell entry relative to the mean of the skin; `share` (patches,): body surface a patch stands
    for; `body_share`: a patch's area as a share of the body's skin; `sites_per_mm2`: keratinocytes of the lattice.
    """

    number: np.ndarray
    modes: np.ndarray
    fade: np.ndarray
    arrive: np.ndarray
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
            for four in range(0, state.hits[p, site], 4):
                item = p * _SITES + site + _HITS + (four << _HITS_SHIFT)
                u = uniforms(item, step, address[2], _CELL_FATES, address[0], address[1])
                for hit in range(min(4, state.hits[p, site] - four)):
                    if u[hit] < kept:
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
    """Diffusion and decay of granulysin over a step, exact in every mode for a release that is even over the step.

    A trace, too little to kill anybody, only fades. Returns whether there was more than that.
    """
    level, source = state.granulysin[p], state.source[p]
    if max(level.max(), source.max()) < TRACE:
        for place in range(PLACES):
            level[place] = level[place] * rates.fade[0] + source[place] * rates.arrive[0]
            source[place] = 0.0
        return False
    wave, released = np.empty(PLACES), np.empty(PLACES)
    transformed(rates.modes, level, wave, False)
    transformed(rates.modes, source, released, False)
    for mode in range(PLACES):
        wave[mode] = wave[mode] * rates.fade[mode] + released[mode] * rates.arrive[mode]
    transformed(rates.modes, wave, level, True)
    for place in range(PLACES):
        level[place] = max(level[place], 0.0)
        source[place] = 0.0
    return True


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
def step_patch(state, rates, p, step, engage, address):
    """One step of patch `p`; `step` counts steps on the absolute clock."""
    step_ctl(state, rates, p, (step + 1) * STEP_MIN, engage, address)
    settle_hits(state, rates, p, step, address)
    if spread(state, rates, p):
        step_granulysin(state, rates, p)
