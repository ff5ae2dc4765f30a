"""T cells and epidermis of one patient through a block of 64 min, or through many quiet ones at once."""

from __future__ import annotations

import numpy as np
from numba import njit

from abm.biology.keratinocyte import damage_signal, engages
from abm.biology.t_cell import death_per_day, saturating
from abm.engine.clone_kernel import CLONE_RATE, share_of, step_clone
from abm.engine.immune_state import (
    BLOCK_DAYS,
    BODY,
    MUCOSA,
    PLACES,
    POOL,
    SIDE,
    SITES_PER_PLACE,
    STEP_MIN,
    STEPS_PER_BLOCK,
)
from abm.engine.skin_blocks import admit, close_block, ctl_fates, is_bare, is_quiet, regrow, rest_on_bare_patch
from abm.engine.skin_kernel import SKIN_RATE, step_patch

_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}
_BLOCK_MIN = STEP_MIN * STEPS_PER_BLOCK


@njit(**_OPTIONS)
def fresh_skin(state, address):
    """Give every keratinocyte its endurance, and every clone nothing yet."""
    for p in range(state.alive.shape[0]):
        for place in range(PLACES):
            state.next_death[p, place] = np.inf
        for site in range(SIDE * SIDE):
            regrow(state, p, site, 0, address)


@njit(**_OPTIONS)
def all_quiet(state):
    """Whether neither clones nor skin can change within days without a drug."""
    return clones_quiet(state) and skin_quiet(state)


@njit(**_OPTIONS)
def clones_quiet(state):
    """Whether no clone has cells that change within days: none in lag or division, no effector."""
    for clone in range(state.arriving.size):
        c = state.cells[clone]
        if c[POOL.effector] + c[POOL.skin] > 0:
            return False
        for pool in range(POOL.lag, c.size):
            if c[pool] > 0:
                return False
    return True


@njit(**_OPTIONS)
def skin_quiet(state):
    """Whether every patch is whole and nothing can happen in it."""
    for p in range(state.alive.shape[0]):
        if not is_quiet(state, p):
            return False
        for place in range(PLACES):
            if state.living[p, place] * PLACES != SIDE * SIDE:
                return False
    return True


@njit(**_OPTIONS)
def survey_patch(state, p, involved):
    """Shares of a patch dead, involved and detached, and its mean granulysin."""
    dead, ill, off, level = 0.0, 0.0, 0.0, 0.0
    for place in range(PLACES):
        lost = 1.0 - state.living[p, place] / SITES_PER_PLACE
        dead += lost
        ill += 1.0 if lost >= involved else 0.0
        off += state.detached[p, place]
        level += state.granulysin[p, place]
    return dead / PLACES, ill / PLACES, off / PLACES, level / PLACES


@njit(**_OPTIONS)
def survey(state, rates):
    """Take stock of the skin: shares dead, involved and detached, granulysin, and the damage signal."""
    body, skin = state.body, rates.skin
    involved = skin.number[SKIN_RATE.involved]
    dead, ill, off, level = 0.0, 0.0, 0.0, 0.0
    for p in range(MUCOSA):
        found = survey_patch(state, p, involved)
        dead += skin.share[p] * found[0]
        ill += skin.share[p] * found[1]
        off += skin.share[p] * found[2]
        level += skin.share[p] * found[3]
    body[BODY.dead_share], body[BODY.involved_share], body[BODY.detached_share] = dead, ill, off
    body[BODY.granulysin] = level
    body[BODY.mucosa_share] = survey_patch(state, MUCOSA, involved)[1]
    body[BODY.damage] += rates.signal[0] * (damage_signal(dead, rates.signal[1]) - body[BODY.damage])


@njit(**_OPTIONS)
def count_cells(state):
    """Sums over the clones, for those who look."""
    body = state.body
    for entry, pool in (
        (BODY.effectors, POOL.effector),
        (BODY.skin_effectors, POOL.skin),
        (BODY.memory, POOL.memory),
        (BODY.resident, POOL.resident),
    ):
        body[entry] = state.cells[:, pool].sum()


@njit(**_OPTIONS)
def move_clones(state, rates, exposure, block, days):
    """Move every clone on by `days` at a mean exposure (1 = therapeutic)."""
    for clone in range(state.arriving.size):
        antigen = exposure * rates.affinity[clone]
        step_clone(state, rates.clone, clone, antigen, rates.naive[clone], days, block, rates.address)
    count_cells(state)


@njit(**_OPTIONS)
def move_block(state, rates, exposure, block):
    """One block: clones of the body, then every patch in steps of four minutes. Returns whether all had room."""
    move_clones(state, rates, exposure, block, BLOCK_DAYS)
    clones = state.arriving.size
    engage, death, division = np.empty(clones), np.empty(clones), np.empty(clones)
    r = rates.clone
    for clone in range(clones):
        antigen = exposure * rates.affinity[clone]
        engage[clone] = engages(antigen, rates.engage[0], rates.engage[1])
        dies = death_per_day(antigen, r[CLONE_RATE.death], r[CLONE_RATE.rescued], r[CLONE_RATE.survival_half])
        death[clone] = share_of(dies, BLOCK_DAYS)
        divides = r[CLONE_RATE.skin_division] * saturating(antigen, r[CLONE_RATE.division_half])
        division[clone] = share_of(divides, BLOCK_DAYS)
    for p in range(state.alive.shape[0]):
        if not admit(state, rates.skin, p, block, block * _BLOCK_MIN, _BLOCK_MIN, rates.address):
            return False
        if is_bare(state, p):
            rest_on_bare_patch(state, rates.skin, p, STEPS_PER_BLOCK, (block + 1) * _BLOCK_MIN)
        elif not is_quiet(state, p):
            for step in range(STEPS_PER_BLOCK):
                step_patch(state, rates.skin, p, block * STEPS_PER_BLOCK + step, engage, rates.address)
        ctl_fates(state, p, death, division, block, rates.address)
        close_block(state, rates.skin, p, block, rates.address)
    survey(state, rates)
    return True
