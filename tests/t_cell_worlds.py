"""Small worlds of T cells and epidermis that tests build: one clone, one patch, T cells put where a test wants them."""

from __future__ import annotations

import numpy as np
from small_worlds import PINNED, a_patient, same_bits

from abm.engine.immune_rates import ImmuneRates, immune_rates, skin_rates
from abm.engine.immune_state import PLACES, SIDE, STEPS_PER_BLOCK, ImmuneState, empty_immune_state
from abm.engine.immunity import Immunity
from abm.engine.skin_blocks import regrow
from abm.engine.skin_kernel import SkinRates, step_patch
from abm.parameters.catalog import ParameterSet, default_parameters

SITES = SIDE * SIDE
ADDRESS = np.array([7, 0, 3], np.uint64)
STORED = ("ctl_site", "ctl_events", "ctl_clone", "ctl_engaged", "ctl_id", "ctl_until")
"""Arrays of `ImmuneState` that are ordered by where a T cell is stored."""

HELD = {
    "clones.priming_per_day": 0.5, "clones.anergy_per_day": 0.3, "clones.anergy_half_antigen": 0.02,
    "clones.naive_turnover_per_day": 0.0005, "clones.lag_h": 36.0, "clones.division_h": 8.0, "clones.divisions": 17.0,
    "clones.division_half_antigen": 1.2, "clones.recall_division_half_antigen": 0.05, "clones.treg_strength": 0.5,
    "clones.death_per_day": 0.5, "clones.rescued_share": 0.6, "clones.survival_half_antigen": 0.2,
    "clones.memory_share": 0.1, "clones.resident_share": 0.5, "clones.memory_maturation_d": 14.0,
    "clones.memory_half_life_y": 10.0, "clones.recall_per_day": 6.0, "clones.recall_half_antigen": 1e-3,
    "clones.recall_divisions": 5.0, "clones.homing_per_day": 0.15, "clones.homing_boost": 2.0,
    "clones.skin_division_per_day": 0.2, "clones.damage_half_share": 0.05, "clones.damage_memory_d": 1.0,
    "clones.prodrome_effectors": 5e7, "clones.precursor_frequency": 1e-6, "clones.precursor_sd": 1.0,
    "clones.affinity_sd": 0.4, "clones.naive_cd8_cells": 6.3e10,
    "epidermis.sites_per_mm2": 25_115.0, "epidermis.turnover_d": 14.0, "epidermis.body_skin_m2": 1.75,
    "epidermis.ctl_speed_um_per_min": 1.5, "epidermis.engage_chance": 0.3, "epidermis.kill_half_antigen": 2e-3,
    "epidermis.stay_chance": 0.9, "epidermis.hit_min": 20.0, "epidermis.hits_to_kill": 3.0,
    "epidermis.hit_half_life_min": 50.0, "epidermis.granulysin_diffusion_um2_per_s": 50.0,
    "epidermis.granulysin_half_life_min": 30.0, "epidermis.granulysin_per_hit_mm2": 0.004,
    "epidermis.granulysin_at_rest": 0.05, "epidermis.arming_half_share": 0.03, "epidermis.bystander_per_h": 0.1,
    "epidermis.detach_share": 0.5, "epidermis.involved_share": 0.2, "epidermis.healing_d": 10.0,
    "epidermis.healing_spread": 0.4, "epidermis.healing_half_granulysin": 0.3, "clones.recalled_at_once": 0.5,
    "severity.healed_share": 0.005,
    "epidermis.site_factor_sd": 1.2, "epidermis.mucosa_factor": 20.0,
    "severity.onset_share": 0.01, "severity.mucosa_share": 0.02, "severity.death_window_d": 21.0,
    "severity.scorten_intercept": -4.448, "severity.scorten_slope": 1.237, "severity.item_half_percent": 20.0,
}  # fmt: skip
"""Numbers of T cells and epidermis that tests of the machine use, so that a new fit does not move their worlds."""


def parameters(**overrides: float) -> ParameterSet:
    """Return the default parameters, those of cells held; ``group__name=value`` replaces ``group.name``."""
    replaced = {key.replace("__", "."): value for key, value in overrides.items()}
    return default_parameters().with_overrides(PINNED | HELD | replaced)


def an_immunity(
    clones: int = 1,
    record: frozenset[str] = frozenset(),
    address=(7, 0, 3),
    traits=None,
    complex_half_life_h: float = 1e-3,
    **overrides: float,
) -> Immunity:
    """Return the delayed mechanism of an average adult with fitting clones; antigen follows the drug at once."""
    patient = a_patient(fitting_clones=clones, **(traits or {}))
    return Immunity(patient, parameters(**overrides), address, complex_half_life_h, record)


def clone_rates(clones: int = 1, address=(7, 0, 3), **overrides: float) -> ImmuneRates:
    """Return the rates of an average adult with fitting clones."""
    return immune_rates(parameters(**overrides), a_patient(fitting_clones=clones), address)


def a_patch(patches: int = 1, clones: int = 1, **overrides: float) -> tuple[ImmuneState, SkinRates]:
    """Return healthy patches without T cells, and the constants of the epidermis."""
    state, rates = empty_immune_state(clones, patches), skin_rates(parameters(**overrides))
    for p in range(patches):
        state.next_death[p] = np.inf
        for site in range(SITES):
            regrow(state, p, site, 0, ADDRESS)
    return state, rates


def put_ctl(state: ImmuneState, sites, p: int = 0, engaged: int = 0, until_min: float = 0.0, clone: int = 0) -> None:
    """Put T cells on the sites of a patch; their addresses are whole numbers spread over 32 bits."""
    for site in sites:
        i = int(state.ctl_count[p])
        state.ctl_site[p, i], state.ctl_until[p, i], state.ctl_clone[p, i] = site, until_min, clone
        state.ctl_id[p, i] = (1_000_003 * int(state.ctl_entered.sum()) + 17) % 2**32
        state.ctl_events[p, i], state.ctl_engaged[p, i] = 0, engaged
        state.ctl_count[p] += 1
        state.ctl_entered[p] += 1


def random_sites(count: int, seed: int = 1) -> np.ndarray:
    """Return sites at random."""
    return np.random.default_rng(seed).integers(0, SITES, count)


def run_steps(
    state: ImmuneState, rates: SkinRates, steps: int, engage: float = 1.0, first: int = 0, p: int = 0
) -> None:
    """Take a patch through steps of four minutes."""
    chance = np.full(state.arriving.size, engage)
    for step in range(first, first + steps):
        step_patch(state, rates, p, step, chance, ADDRESS)


def blocks(count: int) -> int:
    """Steps in so many blocks."""
    return count * STEPS_PER_BLOCK


def inconsistencies(state: ImmuneState) -> list[str]:
    """What does not add up in an epidermis: living keratinocytes per place, T cells, the list of those hurt."""
    found = []
    patches = state.alive.shape[0]
    by_place = state.alive.reshape(patches, 8, 8, 8, 8).sum(axis=(2, 4)).reshape(patches, PLACES)
    if not np.array_equal(by_place, state.living):
        found.append("living")
    if not np.array_equal(state.ctl_count, state.ctl_entered + state.ctl_born - state.ctl_left):
        found.append("ctl")
    for p in range(patches):
        listed = state.hurt[p, : state.hurt_count[p]]
        if np.unique(listed).size != listed.size:
            found.append(f"hurt twice in patch {p}")
        if not set(np.flatnonzero(state.hits[p])) <= set(listed.tolist()):
            found.append(f"hit but not listed in patch {p}")
        if state.hits[p][state.alive[p] == 0].any() or state.new_hits[p].any():
            found.append(f"hits on the dead in patch {p}")
    return found


def unlike(first: ImmuneState, second: ImmuneState, leave_out=()) -> list[str]:
    """Names of the arrays in which two states differ in any bit."""
    names = [name for name in ImmuneState._fields if name not in leave_out]
    return [name for name in names if not same_bits(getattr(first, name), getattr(second, name))]


def copied(state: ImmuneState) -> ImmuneState:
    """Return a state that shares no array with `state`."""
    return ImmuneState(*(array.copy() for array in state))
