"""Experiments on patches of epidermis with a fixed number of T cells: killing against density, and a lasting attack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from abm.engine.immune_kernel import fresh_skin
from abm.engine.immune_rates import skin_rates
from abm.engine.immune_state import (
    BLOCK_DAYS,
    BODY,
    COARSE,
    SIDE,
    SITES_PER_PLACE,
    STEP_MIN,
    STEPS_PER_BLOCK,
    ImmuneState,
    empty_immune_state,
)
from abm.engine.skin_blocks import close_block
from abm.engine.skin_kernel import step_patch
from abm.parameters.catalog import ParameterSet

_SITES = SIDE * SIDE
_PER_PLACE = SIDE // COARSE
_STEPS_PER_DAY = round(1440.0 / STEP_MIN)


def new_patches(patches: int, ctl: int, target_share: float, seed: int) -> tuple[ImmuneState, np.ndarray]:
    """Whole patches, each with `ctl` T cells at random sites; a random share of the keratinocytes presents the drug.

    Returns
    -------
    ImmuneState, ndarray
        The patches, and the address of their random numbers.
    """
    dice = np.random.default_rng(seed)
    state, address = empty_immune_state(1, patches), np.array((seed, 0, 0), np.uint64)
    fresh_skin(state, address)
    state.target[:] = 0
    state.target[dice.permutation(_SITES)[: round(target_share * _SITES)]] = 1
    state.ctl_count[:] = ctl
    state.ctl_site[:, :ctl] = dice.integers(0, _SITES, (patches, ctl))
    state.ctl_id[:, :ctl] = dice.integers(0, 2**62, (patches, ctl))
    state.ctl_until[:, :ctl] = STEP_MIN * dice.random((patches, ctl))
    return state, address


@dataclass(frozen=True)
class Killing:
    """Kills in patches in which every dead target is replaced.

    Attributes
    ----------
    ctl_per_mm2, targets_per_mm2 : float
        Mean densities, of the living targets.
    kills_per_mm2_d : float
        Kills by contact per mm² and day.
    """

    ctl_per_mm2: float
    targets_per_mm2: float
    kills_per_mm2_d: float

    @property
    def kills_per_ctl_d(self) -> float:
        """Kills by one T cell in a day."""
        return self.kills_per_mm2_d / self.ctl_per_mm2


def killing(parameters: ParameterSet, ctl: int, target_share: float, patches: int, seed: int) -> Killing:
    """Count kills of `ctl` T cells a patch at saturating antigen in a day, after half a day to settle.

    A dead target comes back once no T cell holds on to it, so that a T cell has to search after every kill.
    """
    rates = skin_rates(parameters)
    engage = np.array([parameters["epidermis.engage_chance"]])
    state, address = new_patches(patches, ctl, target_share, seed)
    settling, steps = _STEPS_PER_DAY // 2, _STEPS_PER_DAY
    living, killed = 0.0, 0.0
    for step in range(settling + steps):
        for p in range(patches):
            step_patch(state, rates, p, step, engage, address)
            _replace(state, p)
        if step >= settling:
            living += float(state.alive[:, state.target == 1].sum())
        elif step == settling - 1:
            killed = float(state.body[BODY.killed_by_contact])
    kills = float(state.body[BODY.killed_by_contact]) - killed
    mm2 = patches * _SITES / rates.sites_per_mm2
    return Killing(ctl * patches / mm2, living / steps / mm2, kills / mm2)


def _replace(state: ImmuneState, p: int) -> None:
    """Dead keratinocytes that no T cell holds live again."""
    dead = np.flatnonzero(state.alive[p] == 0)
    if dead.size == 0:
        return
    count = int(state.ctl_count[p])
    held = state.ctl_site[p, :count][state.ctl_engaged[p, :count] == 1]
    back = dead[~np.isin(dead, held)]
    state.alive[p, back] = 1
    np.add.at(state.living[p], back // SIDE // _PER_PLACE * COARSE + back % SIDE // _PER_PLACE, 1)


@dataclass(frozen=True)
class DoubleSaturation:
    """``K = k·E·T / (1 + E/hE + T/hT)`` fitted to kill rates (Gadhamsetty et al. 2014), densities per mm².

    Attributes
    ----------
    kills_at_saturation : float
        Kills per T cell and day where targets abound, ``k·hT``.
    half_ctl, half_targets : float
        hE and hT, per mm².
    r_squared : float
        Share of the variance of log K that the curve explains, over all densities.
    """

    kills_at_saturation: float
    half_ctl: float
    half_targets: float
    r_squared: float


def double_saturation(observed: list[Killing]) -> DoubleSaturation:
    """Fit the doubly saturated rate by least squares of log K; NaN where nothing was killed at some densities."""
    e = np.array([o.ctl_per_mm2 for o in observed])
    t = np.array([o.targets_per_mm2 for o in observed])
    k = np.array([o.kills_per_mm2_d for o in observed])
    if (k <= 0.0).any():
        return DoubleSaturation(np.nan, np.nan, np.nan, np.nan)

    def log_rate(x: np.ndarray) -> np.ndarray:
        most, half_e, half_t = np.exp(x)
        return np.asarray(np.log(most / half_t * e * t / (1.0 + e / half_e + t / half_t)))

    fit = least_squares(lambda x: log_rate(x) - np.log(k), np.log([10.0, 1_000.0, 1_000.0]))
    rest = np.sum(fit.fun**2) / np.sum((np.log(k) - np.log(k).mean()) ** 2)
    most, half_ctl, half_targets = (float(value) for value in np.exp(fit.x))
    return DoubleSaturation(most, half_ctl, half_targets, float(1.0 - rest))


@dataclass(frozen=True)
class Attack:
    """Skin after days under a fixed density of T cells: shares detached and dead, by patch."""

    detached: np.ndarray
    dead: np.ndarray


def attack(parameters: ParameterSet, ctl_per_mm2: float, days: float, patches: int, seed: int) -> Attack:
    """Keep `ctl_per_mm2` T cells in every patch at saturating antigen for `days`; nobody comes or goes."""
    rates = skin_rates(parameters)
    engage = np.array([parameters["epidermis.engage_chance"]])
    ctl = max(1, round(ctl_per_mm2 * _SITES / rates.sites_per_mm2))
    state, address = new_patches(patches, ctl, 1.0, seed)
    for block in range(round(days / BLOCK_DAYS)):
        for p in range(patches):
            for step in range(STEPS_PER_BLOCK):
                step_patch(state, rates, p, block * STEPS_PER_BLOCK + step, engage, address)
            close_block(state, rates, p, block, address)
    return Attack(state.detached.mean(axis=1), 1.0 - state.living.mean(axis=1) / SITES_PER_PLACE)
