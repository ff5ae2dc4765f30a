"""The ODE oracle: the mechanism of a mast cell without noise, as ordinary differential equations, and what fires of it.

Written from the equations of docs/model.md, not from the kernels: float64, SciPy's eighth-order Runge–Kutta method with
tight tolerances. What happens to a cell before it fires does not depend on its threshold, so the equations are solved
once for each number of receptors, and the hazard is integrated for every threshold afterwards. The expected fraction is
F(t) = ∫∫ (1 − e^(−H(t; θ, R))) over the log-normal laws of θ and R.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Stretch:
    """A stretch of time in which nothing is changed from outside.

    `antigen` holds the level (a bath); otherwise the antigen follows from the drug, infused at `rate_mg_per_min`.
    Calcium is integrated into the hazard by Simpson's rule on `looks_per_min` points a minute.
    """

    minutes: float
    rate_mg_per_min: float = 0.0
    antigen: float | None = None
    looks_per_min: float = 16.0


def _no_drug() -> np.ndarray:
    return np.zeros((3, 3))


@dataclass(frozen=True)
class Drug:
    """Central and peripheral amount and labile adduct: x' = M·x + (rate, 0, 0), antigen = x₂ · `antigen_per_mg`."""

    rates: np.ndarray = field(default_factory=_no_drug)
    antigen_per_mg: float = 1.0


def drug_of(p: Numbers, name: str, weight_kg: float = 70.0, usual_mg: float = 2400.0, usual_min: float = 30.0) -> Drug:
    """Disposition of a drug in an adult with average clearance; a usual dose ends at the reference antigen at 70 kg."""
    get = {key: p[f"drugs.{name}.{key}"] for key in ("central_l_per_kg", "clearance_l_per_h", "adduct_half_life_min")}
    there, back = (p[f"drugs.{name}.peripheral_{way}_per_h"] / 60.0 for way in ("in", "out"))

    def matrix(kg: float) -> np.ndarray:
        k10 = get["clearance_l_per_h"] / 60.0 / (get["central_l_per_kg"] * kg)
        turnover = math.log(2.0) / get["adduct_half_life_min"]
        return np.array([[-k10 - there, back, 0.0], [there, -back, 0.0], [turnover, 0.0, -turnover]])

    inflow = np.array([usual_mg / usual_min, 0.0, 0.0])
    reference = solve_ivp(lambda _t, x: matrix(70.0) @ x + inflow, (0.0, usual_min), np.zeros(3), rtol=1e-11, atol=1e-9)
    per_mg = p["ige_receptor.antigen_at_peak"] / reference.y[2, -1] * 70.0 / weight_kg
    return Drug(matrix(weight_kg), per_mg)


@dataclass(frozen=True)
class Cells:
    """Receptors and relative antigen of groups of cells that the equations are solved for, and their weights."""

    receptors: np.ndarray
    place: np.ndarray
    weight: np.ndarray


def lognormal(median: float, sd: float, step: float = 0.0625, reach: float = 5.0) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the trapezoidal rule over the normal logarithm; exact to rounding for a smooth function."""
    z = np.arange(-reach, reach + 0.5 * step, step)
    weight = np.exp(-0.5 * z * z)
    return median * np.exp(sd * z), weight / weight.sum()


def population(p: Numbers, receptors: float, place: tuple[np.ndarray, np.ndarray] | None = None) -> Cells:
    """Cells of a person with a median of `receptors`, at places of given levels and weights (all 1 if None)."""
    levels, shares = place or (np.ones(1), np.ones(1))
    nodes, weight = lognormal(receptors, p["mast_cell.receptor_sd_cells"], step=0.25)
    return Cells(np.repeat(nodes, levels.size), np.tile(levels, nodes.size), np.outer(weight, shares).ravel())


def gauss(values: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss quadrature for the mean over a finite sample: nodes and weights from its moments (Lanczos)."""
    v, before = np.full(values.size, values.size**-0.5), np.zeros(values.size)
    diagonal, beside, b = [], [], 0.0
    for _ in range(nodes):
        w = values * v - b * before
        diagonal.append(float(w @ v))
        w -= diagonal[-1] * v
        b = float(np.linalg.norm(w))
        beside.append(b)
        before, v = v, w / b
    places, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1))
    return places, vectors[0] ** 2


def slopes(p: Numbers, cells: Cells, antigen: float, x: np.ndarray) -> np.ndarray:
    """Rates of change of receptors, those inside, cross-links, memory, SHIP-1 and calcium; shape (6, groups)."""
    receptors, inside, links, memory, ship1, calcium = x
    u = antigen * cells.place
    d = u / (1.0 + u + p["ige_receptor.hapten_per_antigen"] * u) ** 2
    d = d * p["ige_receptor.crosslinking_per_receptor"] * receptors
    expected = receptors * 2.0 * d / (1.0 + 2.0 * d + np.sqrt(1.0 + 4.0 * d))
    pool, hold = p["mast_cell.ship1_pool"], p["mast_cell.memory_hold_crosslinks"]
    recruited = links * pool / (pool + links)
    returned = math.log(2.0) / (60.0 * p["ige_receptor.return_half_life_h"])
    taken_in = p["ige_receptor.internalisation_per_min"] * links - returned * inside
    rearming = hold / (hold + expected) / (60.0 * p["mast_cell.memory_rearm_h"])
    remembered = (recruited - memory) * np.where(recruited > memory, 1.0 / p["mast_cell.memory_lock_min"], rearming)
    signal = np.maximum(links - ship1, 0.0) / (p["mast_cell.activation_crosslinks"] + ship1)
    return np.array(
        [
            -taken_in,
            taken_in,
            p["ige_receptor.relaxation_per_min"] * (expected - links),
            remembered,
            (np.maximum(recruited, memory) - ship1) / p["mast_cell.ship1_time_min"],
            (signal - calcium) / p["mast_cell.calcium_time_min"],
        ]
    )


def calcium_over_time(
    p: Numbers, cells: Cells, course: Sequence[Stretch], drug: Drug, rtol: float = 1e-7
) -> tuple[np.ndarray, np.ndarray]:
    """Times (min), and calcium of every group at them; shape (times, groups)."""
    groups = cells.receptors.size
    x = np.zeros(3 + 6 * groups)
    x[3 : 3 + groups] = cells.receptors
    times, calcium, now = [np.zeros(1)], [np.zeros((1, groups))], 0.0
    for stretch in course:
        if stretch.antigen is not None:
            x[:3] = (0.0, 0.0, stretch.antigen)
        inflow = np.array([stretch.rate_mg_per_min, 0.0, 0.0])

        def rates(_t: float, y: np.ndarray, inflow: np.ndarray = inflow) -> np.ndarray:
            moved = slopes(p, cells, y[2] * drug.antigen_per_mg, y[3:].reshape(6, groups))
            return np.concatenate([drug.rates @ y[:3] + inflow, moved.ravel()])

        looks = np.linspace(0.0, stretch.minutes, 1 + 2 * math.ceil(stretch.minutes * stretch.looks_per_min / 2.0))
        found = solve_ivp(rates, (0.0, stretch.minutes), x, method="DOP853", t_eval=looks, rtol=rtol, atol=1e-7)
        x = found.y[:, -1]
        times.append(now + looks[1:])
        calcium.append(found.y[3 + 5 * groups :, 1:].T)
        now += stretch.minutes
    return np.concatenate(times), np.concatenate(calcium)


def hazards(p: Numbers, times: np.ndarray, calcium: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Integrated hazard at the end, shape (groups, thresholds); Simpson's rule on pairs of intervals."""
    total = np.zeros((calcium.shape[1], thresholds.size))
    steepness = p["mast_cell.release_steepness"]
    thirds = (times[2::2] - times[:-2:2]) / 6.0
    weight = np.zeros(times.size)
    weight[:-2:2] += thirds
    weight[1:-1:2] += 4.0 * thirds
    weight[2::2] += thirds
    for share, now in zip(weight, calcium, strict=True):
        if now.max() > 0.2 * thresholds.min():
            total += share / (1.0 + np.minimum(thresholds / np.maximum(now[:, None], 1e-9), 30.0) ** steepness)
    return p["mast_cell.release_hazard_per_min"] * total


def fired_fraction(
    p: Numbers,
    receptors: float,
    course: Sequence[Stretch],
    drug: Drug | None = None,
    place: tuple[np.ndarray, np.ndarray] | None = None,
    **finer: Any,
) -> float:
    """Expected share of the cells that have fired at the end of `course`."""
    cells = population(p, receptors, place)
    times, calcium = calcium_over_time(p, cells, course, drug or Drug(), **finer)
    thresholds, weight = lognormal(p["mast_cell.release_threshold"], p["mast_cell.threshold_sd_cells"])
    fired = -np.expm1(-hazards(p, times, calcium, thresholds))
    return float(cells.weight @ fired @ weight)
