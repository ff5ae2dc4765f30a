"""The mast cell's rule as array expressions in NumPy, float32. For measuring only; see `mesa_agents`."""

from __future__ import annotations

import numpy as np

from abm.engine.rates import SCALAR, Rates
from abm.engine.state import State

FEW = 40.0


class NumpyTissue:
    """All mast cells of `state` as whole arrays; `move` takes them through one step of the engine's lattice."""

    def __init__(self, state: State, rates: Rates, rng: int = 1) -> None:
        self.rates, self.rng = rates, np.random.default_rng(rng)
        self.receptors, self.inside = state.receptors[0].copy(), state.inside[0].copy()
        self.crosslinks, self.memory, self.ship1 = (a[0].copy() for a in (state.crosslinks, state.memory, state.ship1))
        self.calcium, self.hazard = state.calcium.copy(), state.hazard.copy()
        self.threshold, self.clock, self.place = state.threshold, state.clock, state.place
        self.fired = state.fired_bin >= 0

    def expected(self, antigen: np.float32) -> np.ndarray:
        """Cross-links at equilibrium with the antigen at every cell's place."""
        scalar = self.rates.scalar
        here = antigen * self.place
        free = 1 / (1 + here + self.rates.hapten_per_antigen[0] * here)
        d = here * free * free * scalar[SCALAR.crosslinking] * self.receptors
        return self.receptors * 2 * d / (1 + 2 * d + np.sqrt(1 + 4 * d))

    def draw(self, target: np.ndarray, kept: np.float32) -> np.ndarray:
        """Cross-links after the step."""
        survive, born = self.crosslinks * kept, target * (1 - kept)
        mean = survive + born
        if self.rates.scalar[SCALAR.noise] <= 0:
            return mean
        normal = self.rng.standard_normal(mean.size, dtype=np.float32)
        drawn = np.floor(mean + np.sqrt(survive * (1 - kept) + born) * normal + np.float32(0.5))
        few = np.flatnonzero(mean < FEW)
        if few.size:
            stay = self.rng.binomial(self.crosslinks[few].astype(np.int64), float(kept))
            drawn[few] = stay + self.rng.poisson(born[few])
        return np.clip(drawn, 0, np.floor(self.receptors))

    def move(self, minutes: float, k: int, antigen: float) -> None:
        """Let `minutes` (2^k base bins) pass in a drug level of `antigen`."""
        scalar, level = self.rates.scalar, np.float32(antigen)
        kept, share_ship, share_lock, rearm, internalised, returned, share_calcium = self.rates.cell[k]
        links = self.draw(self.expected(level), kept)
        middle = np.float32(0.5) * (self.crosslinks + links)
        moved = middle * internalised - self.inside * returned
        self.receptors -= moved
        self.inside += moved
        recruited = middle * scalar[SCALAR.pool] / (scalar[SCALAR.pool] + middle + np.float32(1e-6))
        x = rearm * scalar[SCALAR.hold] / (scalar[SCALAR.hold] + self.expected(level))
        share = np.where(recruited > self.memory, share_lock, x / (1 + np.float32(0.5) * x))
        self.memory += (recruited - self.memory) * share
        before, self.crosslinks = self.ship1, links
        self.ship1 = before + (np.maximum(recruited, self.memory) - before) * share_ship
        held = np.float32(0.5) * (before + self.ship1)
        signal = scalar[SCALAR.syk] * np.maximum(middle - held, 0) / (scalar[SCALAR.activation] + held)
        self.release(signal, share_calcium, np.float32(minutes))

    def release(self, signal: np.ndarray, share_calcium: np.float32, minutes: np.float32) -> None:
        """Calcium, integrated hazard and degranulation."""
        scalar = self.rates.scalar
        after = self.calcium + (signal - self.calcium) * share_calcium
        middle = np.float32(0.5) * (self.calcium + after)
        ratio = np.minimum(middle / self.threshold, np.float32(30.0))
        fourth = ratio * ratio * ratio * ratio
        sixteenth = fourth * fourth * fourth * fourth
        power = sixteenth * fourth
        rate = scalar[SCALAR.hazard_max] * power / (1 + power) + scalar[SCALAR.graded] * middle
        self.hazard += rate * minutes
        self.fired |= self.hazard >= self.clock
        self.calcium = after
