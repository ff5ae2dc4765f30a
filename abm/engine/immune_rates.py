"""Parameters and a patient's traits, turned into what the T-cell and skin kernels multiply with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from abm.biology.t_cell import LAG_STAGES
from abm.engine.immune_state import COARSE, DIVISIONS, MUCOSA, RECALL_DIVISIONS, SHARES, SIDE, STEP_MIN
from abm.engine.skin_kernel import SkinRates
from abm.parameters.catalog import ParameterSet
from abm.random_streams import Stream, normals

_TRAITS = int(Stream.CLONE_TRAITS)


class ImmuneRates(NamedTuple):
    """Constants of one patient.

    `clone`: see `clone_kernel.CloneRate`. `affinity`, `naive` (clones,): factor on the antigen, and naive cells in
    health. `skin`: see `skin_kernel.SkinRates`. `signal`: share of the damage signal that follows within a block, and
    the dead share that raises half of it. `engage`: half-maximal antigen, and the chance at saturation. `address`:
    seed, replicate, patient.
    """

    clone: np.ndarray
    affinity: np.ndarray
    naive: np.ndarray
    skin: SkinRates
    signal: np.ndarray
    engage: np.ndarray
    address: np.ndarray


def immune_rates(p: ParameterSet, patient: Mapping[str, Any], address: tuple[int, int, int]) -> ImmuneRates:
    """Constants of a patient with at least one fitting clone; `address` is seed, replicate, patient.

    Clones are the patient's own: they do not depend on the replicate.
    """
    clones = int(patient["fitting_clones"])
    drawn = [normals(clone, 0, address[2], _TRAITS, address[0], 0) for clone in range(clones)]
    frequency = p["clones.precursor_frequency"] * p["clones.naive_cd8_cells"]
    return ImmuneRates(
        clone=clone_table(p, float(patient["treg_factor"])),
        affinity=np.array([math.exp(p["clones.affinity_sd"] * z[1]) for z in drawn]),
        naive=np.array([max(1.0, round(frequency * math.exp(p["clones.precursor_sd"] * z[0]))) for z in drawn]),
        skin=skin_rates(p),
        signal=np.array([-math.expm1(-STEP_MIN * 16 / 1440 / p["clones.damage_memory_d"]),
                         p["clones.damage_half_share"]]),
        engage=np.array([p["epidermis.kill_half_antigen"], p["epidermis.engage_chance"]]),
        address=np.array(address, np.uint64),
    )  # fmt: skip


def clone_table(p: ParameterSet, treg: float) -> np.ndarray:
    """Rates of the T-cell kernel, in the order of `CloneRate`; per day."""
    divisions = min(DIVISIONS, round(p["clones.divisions"]))
    return np.array([
        p["clones.naive_cd8_cells"], p["clones.priming_per_day"], p["clones.anergy_per_day"],
        p["clones.anergy_half_antigen"], p["clones.naive_turnover_per_day"],
        24.0 * LAG_STAGES / p["clones.lag_h"], 24.0 / p["clones.division_h"], divisions,
        p["clones.division_half_antigen"], treg, p["clones.treg_strength"], p["clones.death_per_day"],
        p["clones.rescued_share"], p["clones.survival_half_antigen"], p["clones.memory_share"],
        1.0 / p["clones.memory_maturation_d"], math.log(2.0) / (365.25 * p["clones.memory_half_life_y"]),
        p["clones.recall_per_day"], p["clones.recall_half_antigen"],
        min(RECALL_DIVISIONS, round(p["clones.recall_divisions"])), p["clones.homing_per_day"],
        p["clones.homing_boost"], p["clones.skin_division_per_day"], p["clones.recall_division_half_antigen"],
        p["clones.resident_share"], p["clones.recalled_at_once"],
    ])  # fmt: skip


def site_factors(sd: float, mucosa: float) -> np.ndarray:
    """T-cell entry of every patch relative to the skin's mean: the middle quantiles of a log-normal, mucosa last."""
    above = np.cumsum(SHARES) - 0.5 * SHARES
    factors = np.array([math.exp(-sd * NormalDist().inv_cdf(float(q))) for q in above])
    return np.append(factors / (factors * SHARES).sum(), mucosa)


def skin_rates(p: ParameterSet) -> SkinRates:
    """Constants of the skin kernel."""
    site_um = 1000.0 / math.sqrt(p["epidermis.sites_per_mm2"])
    place_um = site_um * SIDE / COARSE
    fade_per_min = math.log(2.0) / p["epidermis.granulysin_half_life_min"]
    lost = mode_loss(60.0 * p["epidermis.granulysin_diffusion_um2_per_s"], fade_per_min, place_um)
    share = np.append(SHARES, 0.0)
    assert share.size == MUCOSA + 1
    return SkinRates(
        number=np.array([
            site_um / p["epidermis.ctl_speed_um_per_min"], p["epidermis.stay_chance"], p["epidermis.hit_min"],
            p["epidermis.hits_to_kill"], 0.5 ** (STEP_MIN / p["epidermis.hit_half_life_min"]),
            p["epidermis.granulysin_per_hit_mm2"] / (place_um / 1000.0) ** 2, p["epidermis.granulysin_at_rest"],
            p["epidermis.arming_half_share"], p["epidermis.bystander_per_h"] / 60.0, p["epidermis.detach_share"],
            1.0 / p["epidermis.turnover_d"], p["epidermis.healing_d"],
            p["epidermis.involved_share"],
            p["epidermis.healing_spread"], p["epidermis.healing_half_granulysin"],
        ]),
        modes=cosine_modes(),
        fade=np.exp(-lost),
        arrive=-np.expm1(-lost) / lost,
        factor=site_factors(p["epidermis.site_factor_sd"], p["epidermis.mucosa_factor"]),
        share=share,
        body_share=SIDE * SIDE / p["epidermis.sites_per_mm2"] / (1e6 * p["epidermis.body_skin_m2"]),
        sites_per_mm2=p["epidermis.sites_per_mm2"],
    )  # fmt: skip


def cosine_modes() -> np.ndarray:
    """Orthonormal cosine transform (DCT-II), shape (COARSE, COARSE): no flux through a patch's edges."""
    k, x = np.mgrid[:COARSE, :COARSE]
    modes = np.sqrt(2.0 / COARSE) * np.cos(np.pi * k * (x + 0.5) / COARSE)
    modes[0] /= np.sqrt(2.0)
    return np.asarray(modes)


def mode_loss(diffusion_um2_per_min: float, fade_per_min: float, place_um: float) -> np.ndarray:
    """Exponent by which every mode of granulysin falls in a step: ``(D·λ + k)·dt``, λ of the five-point stencil."""
    wave = 2.0 - 2.0 * np.cos(np.pi * np.arange(COARSE) / COARSE)
    rate = diffusion_um2_per_min * (wave[:, None] + wave[None, :]) / place_um**2 + fade_per_min
    return np.asarray(rate * STEP_MIN).ravel()
