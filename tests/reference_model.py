"""The slow twin: the rules of a mast cell in plain Python, one cell and one short step at a time.

Written from the model's equations, not from the kernels: continuous rates in float64, integrated by the midpoint rule,
and counts drawn by NumPy's own binomial and Poisson generators. The kernels must equal it in distribution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Rules:
    """Numbers of the rules, per minute and per cell, from a mapping of parameter names to values."""

    numbers: Mapping[str, float]
    pool: float = field(init=False)

    def __post_init__(self) -> None:
        n = self.numbers
        self.hapten = n["ige_receptor.hapten_per_antigen"]
        self.k2 = n["ige_receptor.crosslinking_per_receptor"]
        self.opening = n["ige_receptor.relaxation_per_min"]
        self.internalised = n["ige_receptor.internalisation_per_min"]
        self.returned = math.log(2.0) / (60.0 * n["ige_receptor.return_half_life_h"])
        self.pool = n["mast_cell.ship1_pool"]
        self.ship1_min = n["mast_cell.ship1_time_min"]
        self.lock_min = n["mast_cell.memory_lock_min"]
        self.rearm_min = 60.0 * n["mast_cell.memory_rearm_h"]
        self.hold = n["mast_cell.memory_hold_crosslinks"]
        self.activation = n["mast_cell.activation_crosslinks"]
        self.calcium_min = n["mast_cell.calcium_time_min"]
        self.hazard_max = n["mast_cell.release_hazard_per_min"]
        self.steepness = n["mast_cell.release_steepness"]
        self.desensitised = n["mrgprx2.desensitisation_per_min"]
        self.recovered = math.log(2.0) / (60.0 * n["mrgprx2.recovery_half_life_h"])

    def equilibrium(self, receptors: float, antigen: float) -> float:
        """Mean cross-links of a cell in balance with `antigen` (K·C)."""
        sites = 1.0 + antigen + self.hapten * antigen
        d = antigen / sites**2 * self.k2 * receptors
        if d < 1e-9:
            return receptors * d
        return receptors * (1.0 + 2.0 * d - math.sqrt(1.0 + 4.0 * d)) / (2.0 * d)

    def recruited(self, links: float) -> float:
        """SHIP-1 that cross-links recruit from a finite pool."""
        return links * self.pool / (self.pool + links) if links > 0.0 else 0.0

    def hazard(self, calcium: float, threshold: float) -> float:
        """Rate of release per minute."""
        steep = max(calcium / threshold, 0.0) ** self.steepness
        return self.hazard_max * steep / (1.0 + steep)


@dataclass
class Cell:
    """One mast cell of one specificity; `expression` is the drive of its MRGPRX2, of which `lost` is out of use."""

    receptors: float
    threshold: float
    clock: float = math.inf
    inside: float = 0.0
    links: int = 0
    memory: float = 0.0
    ship1: float = 0.0
    calcium: float = 0.0
    hazard: float = 0.0
    fired_min: float | None = None
    expression: float = 0.0
    lost: float = 0.0

    def rates(
        self, rules: Rules, links: float, expected: float, response: float, at: tuple[float, ...]
    ) -> tuple[float, ...]:
        """Return the rates of change of (receptors, inside, memory, ship1, calcium, lost) at the values `at`."""
        _, inside, memory, ship1, calcium, lost = at
        moved = rules.internalised * links - rules.returned * inside
        recruited = rules.recruited(links)
        if recruited > memory:
            memory_rate = (recruited - memory) / rules.lock_min
        else:
            memory_rate = (recruited - memory) / rules.rearm_min * rules.hold / (rules.hold + expected)
        net = max(links - ship1, 0.0) / (rules.activation + ship1)
        ship1_rate = (max(recruited, memory) - ship1) / rules.ship1_min
        drive = net + self.expression * response * (1.0 - lost)
        lost_rate = rules.desensitised * response * (1.0 - lost) - rules.recovered * lost
        return -moved, moved, memory_rate, ship1_rate, (drive - calcium) / rules.calcium_min, lost_rate

    def step(
        self, rules: Rules, antigen: float, start_min: float, dt: float, rng: np.random.Generator, agonist: float = 0.0
    ) -> None:
        """Let `dt` minutes pass in constant antigen, and agonist of MRGPRX2 (over its EC50)."""
        response = agonist**2 / (1.0 + agonist**2)
        expected = rules.equilibrium(self.receptors, antigen)
        stay = math.exp(-rules.opening * dt)
        after = int(rng.binomial(self.links, stay)) + int(rng.poisson(expected * (1.0 - stay)))
        links = 0.5 * (self.links + after)
        here = (self.receptors, self.inside, self.memory, self.ship1, self.calcium, self.lost)
        first = self.rates(rules, links, expected, response, here)
        middle = tuple(x + 0.5 * dt * rate for x, rate in zip(here, first, strict=True))
        second = self.rates(rules, links, expected, response, middle)
        end = tuple(x + dt * rate for x, rate in zip(here, second, strict=True))
        self.receptors, self.inside, self.memory, self.ship1, self.calcium, self.lost = end
        self.links = after
        self.hazard += dt * rules.hazard(middle[4], self.threshold)
        if self.fired_min is None and self.hazard >= self.clock:
            self.fired_min = start_min + dt


def run(
    cells: list[Cell],
    rules: Rules,
    antigen: Callable[[float], float],
    until_min: float,
    dt: float,
    rng: np.random.Generator,
    look_at: Callable[[float, list[Cell]], None] = lambda _time, _cells: None,
    agonist: Callable[[float], float] = lambda _time: 0.0,
) -> None:
    """Let time pass for all cells in steps of `dt` minutes; `look_at` is shown the cells after each step."""
    for number in range(round(until_min / dt)):
        now = number * dt
        level = antigen(now + 0.5 * dt)
        for cell in cells:
            cell.step(rules, level, now, dt, rng, agonist(now + 0.5 * dt))
        look_at(now + dt, cells)
