"""Checks of the delayed part against numbers that were not fitted: expansion, memory, killing (C1–C3)."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from abm.engine.clone_kernel import step_clone
from abm.engine.immune_rates import immune_rates
from abm.engine.immune_state import BLOCK_DAYS, DIVISIONS, POOL, empty_immune_state
from abm.parameters.catalog import ParameterSet
from abm.scenario import Gap
from abm.studies.checks import Finding, crossing, percent
from abm.studies.cohort import World
from abm.studies.necrolysis_cohort import (
    DAY_MIN,
    courses,
    delayed_study,
    first_exposure,
    later,
    mean_interval,
    mean_text,
    survivors,
)
from abm.studies.necrolysis_patch import double_saturation, killing

_DRUG = "carbamazepine"
_REFERENCE = {"fitting_clones": 1, "treg_factor": 1.0}
_SATURATING = 10.0
_NAIVE = 60_000
_MANY = 1e9
_ILL = 1e8
"""Order of effectors at which patients fall ill."""


def expansion(parameters: ParameterSet, naive: int, exposure: float, days: float, seed: int) -> np.ndarray:
    """Cells of one clone of mean affinity at a constant exposure: columns day, dividing cells, effectors."""
    rates = immune_rates(parameters, _REFERENCE, (seed, 0, 0))
    state = empty_immune_state(1, 1)
    cells = state.cells[0]
    cells[POOL.naive] = naive
    rows = []
    for block in range(round(days / BLOCK_DAYS)):
        step_clone(state, rates.clone, 0, exposure, float(naive), BLOCK_DAYS, block, rates.address)
        dividing = cells[POOL.dividing : POOL.dividing + DIVISIONS].sum()
        rows.append(((block + 1) * BLOCK_DAYS, dividing, cells[POOL.effector] + cells[POOL.skin]))
    return np.array(rows, float)


def _day_of(grown: np.ndarray, number: float, effectors_only: bool = False) -> float:
    """Day on which a clone counts `number` effectors, or cells that divide or have divided."""
    cells = grown[:, 2] if effectors_only else grown[:, 1] + grown[:, 2]
    return crossing(grown[:, 0], np.log(np.maximum(cells, 1.0)), math.log(number))


def division_d(parameters: ParameterSet, exposure: float) -> float:
    """Mean time between divisions at an exposure, days: ``t_div·(1 + K/x)``."""
    slowed = 1.0 + parameters["clones.division_half_antigen"] / exposure
    return parameters["clones.division_h"] / 24.0 * slowed


def c1_expansion(world: World) -> Finding:
    """A clone of 6e4 naive cells makes 1e9 effectors in about a week; twice as many cells save one division."""
    parameters = world.parameters()
    single, double = (expansion(parameters, n, _SATURATING, 14.0, world.seed) for n in (_NAIVE, 2 * _NAIVE))
    day = _day_of(single, _MANY, effectors_only=True)
    saved = (_day_of(single, _ILL) - _day_of(double, _ILL)) / division_d(parameters, _SATURATING)
    frames = [
        courses(delayed_study(world, _DRUG, [first_exposure(_DRUG)]), changed).set_index("patient_id")
        for changed in (parameters, _doubled(parameters))
    ]
    ill = frames[0].index[frames[0].case & frames[1].case]
    if not len(ill):
        return Finding(False, "days to 1e9 effectors", day, 0, "6–9", "no patient fell ill")
    sooner = (frames[0].skin_onset_d - frames[1].skin_onset_d).loc[ill].to_numpy()
    each = frames[0].loc[ill, "exposure"].map(lambda x: division_d(parameters, x)).to_numpy()
    ratio, span = _ratio(sooner, each, world.seed)
    return Finding(
        passed=bool(6.0 <= day <= 9.0 and 0.5 <= saved <= 2.0 and span[1] >= 0.5 and span[0] <= 2.0 and span[0] > 0.0),
        statistic="days until 6e4 naive cells at saturating antigen have become 1e9 effectors",
        value=day,
        n=len(ill),
        bound="6–9; twice the precursors bring 1e8 cells, and onset in patients (paired), forward by 0.5–2 mean times "
        "between divisions (patients: the 95 % interval reaches into it and is above 0)",
        detail=f"1e9 cells with those still dividing on day {_day_of(single, _MANY):.1f}; twice the cells: 1e8 "
        f"earlier by {saved:.2f} division times of {24 * division_d(parameters, _SATURATING):.1f} h; patients' onset "
        f"earlier by {mean_text(24.0 * sooner)} h, {ratio:.2f} ({span[0]:.2f} to {span[1]:.2f}) division times of "
        f"{24.0 * each.mean():.0f} h at their mean exposure, "
        f"{percent(sooner.sum() / frames[0].skin_onset_d.loc[ill].sum())} of the time to onset",
    )


def _doubled(parameters: ParameterSet) -> ParameterSet:
    name = "clones.precursor_frequency"
    return parameters.with_overrides({name: 2.0 * parameters[name]})


def _ratio(sooner: np.ndarray, each: np.ndarray, seed: int) -> tuple[float, tuple[float, float]]:
    """Mean gain over mean division time, with its bootstrap 95 % interval over patients."""
    rows = np.random.default_rng(seed).integers(0, sooner.size, (1_000, sooner.size))
    low, high = np.quantile(sooner[rows].mean(axis=1) / each[rows].mean(axis=1), [0.025, 0.975])
    return float(sooner.mean() / each.mean()), (float(low), float(high))


_LEAST_MEMORY, _MOST_MEMORY, _COUNTED = 1e-5, 4e-3, 1e-4


def c2_memory(world: World) -> Finding:
    """Memory that fits the drug is still there a year later, and hardly less after ten more."""
    day = [Gap(DAY_MIN)]
    arms = [first_exposure(_DRUG), later("year_1", day, 1.0), later("year_11", day, 11.0)]
    _, year, decade = survivors(courses(delayed_study(world, _DRUG, arms), world.parameters()), "year_1", "year_11")
    share = year.memory_share_of_t_cells
    if not len(share) or share.min() <= 0.0:
        return Finding(False, "memory cells as a share of T cells", 0.0, len(share), "more than 0", "some have none")
    logs = np.log10(share.to_numpy())
    typical = float(10.0 ** logs.mean())
    low, high = (10.0**x for x in mean_interval(logs))
    fades = float((share / decade.memory_share_of_t_cells).median())
    return Finding(
        passed=bool(high >= _LEAST_MEMORY and typical <= _MOST_MEMORY and fades < 5.0),
        statistic="circulating memory of fitting clones a year after the disease as a share of all T cells "
        "(survivors, geometric mean)",
        value=typical,
        n=len(share),
        bound=f"{_LEAST_MEMORY:g}–{_MOST_MEMORY:g} (95 % interval reaches into it); ten more years leave more than a "
        "fifth",
        detail=f"{typical:.1e} ({low:.1e} to {high:.1e}), {_range(share)}; {_against_counts(share)}; in the skin "
        f"{_typical(year.resident_memory_cells):.1e} cells, in blood {_typical(year.memory_cells):.1e}; divided by "
        f"{fades:.1f} in ten more years",
    )


def _range(share: pd.Series) -> str:
    low, high = share.quantile([0.05, 0.95])
    return f"patients {low:.1e} to {high:.1e} (5–95 %)"


def _typical(values: pd.Series) -> float:
    """Geometric mean."""
    return float(np.exp(np.log(values.clip(lower=1.0)).mean()))


def _against_counts(share: pd.Series) -> str:
    inside = percent(((share >= _COUNTED) & (share <= _MOST_MEMORY)).mean())
    return (
        f"{inside} in the range counted in blood of patients 0.3 to 12 years after, 1e-4 to 4e-3. Those counts hold "
        "every T cell that answers the drug in culture, CD4 and CD8 and of any avidity; here only the CD8 clones "
        "whose avidity can start the disease are followed, in survivors whose drug is withdrawn a day after onset"
    )


_CTL = (16, 64, 256, 1024)
_TARGETS = (0.01, 0.03, 0.1, 0.3, 1.0)


def c3_double_saturation(world: World) -> Finding:
    """Contact killing saturates in targets and in T cells, as in tissue (Gadhamsetty et al. 2014)."""
    parameters = world.parameters(epidermis__granulysin_per_hit_mm2=0.0)
    settings = [(ctl, share, max(1, world.patients * _CTL[0] // ctl)) for ctl in _CTL for share in _TARGETS]
    with ThreadPoolExecutor() as pool:
        seen = list(pool.map(lambda s: killing(parameters, s[0], s[1], s[2], world.seed), settings))
    fit = double_saturation(seen)
    few, more = seen[0].kills_per_ctl_d, seen[len(_TARGETS)].kills_per_ctl_d
    alone = f"{few:.2f} kills per T cell and day at {seen[0].ctl_per_mm2:.0f} T cells per mm² and "
    alone += f"{more:.2f} at {seen[len(_TARGETS)].ctl_per_mm2:.0f}" + (
        ": a T cell hits often enough to kill alone, so additive hits add no threshold in density"
        if few > 0.7 * more
        else ": hits of several T cells add up, which makes the rate steeper than linear at low density"
    )
    return Finding(
        passed=bool(fit.r_squared >= 0.95 and 2.0 <= fit.kills_at_saturation <= 16.0),
        statistic="R² of log kill rate fitted by K = k·E·T/(1 + E/hE + T/hT), granulysin off",
        value=fit.r_squared,
        n=len(seen),
        bound="≥ 0.95, and 2–16 kills per T cell and day where targets abound",
        detail=f"{fit.kills_at_saturation:.1f} kills per T cell and day at saturation (fit; "
        f"{seen[len(_TARGETS) - 1].kills_per_ctl_d:.1f} seen with every keratinocyte a target), hE {fit.half_ctl:.0f} "
        f"T cells per mm², hT {fit.half_targets:.0f} targets per mm²; at {percent(_TARGETS[0])} targets {alone}",
    )
