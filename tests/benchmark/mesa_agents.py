"""The mast cell's rule as most people would first write it: a Mesa agent per cell, plain Python numbers.

For measuring only. Sub-steps as in `abm.engine.mast_kernel`; chance comes from the model's generators instead of
addresses, so with noise it follows the same rule with other numbers, and without noise it gives the same numbers.
"""

from __future__ import annotations

import math

from mesa import Agent, Model

from abm.engine.rates import SCALAR, Rates
from abm.engine.state import ORGANS, State

FEW = 40.0


class MastCellAgent(Agent):
    """One mast cell and its five sub-steps."""

    def __init__(self, model: AgentTissue, state: State, row: int, organ: str) -> None:
        super().__init__(model)
        self.organ = organ
        self.receptors, self.inside = float(state.receptors[0, row]), float(state.inside[0, row])
        self.crosslinks, self.memory = float(state.crosslinks[0, row]), float(state.memory[0, row])
        self.ship1, self.calcium = float(state.ship1[0, row]), float(state.calcium[row])
        self.hazard, self.threshold = float(state.hazard[row]), float(state.threshold[row])
        self.clock, self.place = float(state.clock[row]), float(state.place[row])
        self.fired = bool(state.fired_bin[row] >= 0)

    def step(self) -> None:
        """Move on by the model's present step."""
        model = self.model
        expected = self._expected()
        links = self._draw(expected)
        self._signal(links, self._expected_after(links))
        after = self.calcium + (self.signal - self.calcium) * model.share_calcium
        ratio = min(30.0, 0.5 * (self.calcium + after) / self.threshold)
        power = ratio**20
        rate = model.hazard_max * power / (1.0 + power) + model.graded * 0.5 * (self.calcium + after)
        self.hazard += rate * model.minutes
        if self.hazard >= self.clock and not self.fired:
            self.fired = True
            model.fired[self.organ] += 1
        self.calcium = after

    def _expected(self) -> float:
        """Cross-links at equilibrium with the antigen at the cell's place."""
        model = self.model
        antigen = model.antigen * self.place
        free = 1.0 / (1.0 + antigen + model.hapten * antigen)
        d = antigen * free * free * model.crosslinking * self.receptors
        return self.receptors * 2.0 * d / (1.0 + 2.0 * d + math.sqrt(1.0 + 4.0 * d))

    def _draw(self, target: float) -> float:
        """Cross-links after the step."""
        model, random = self.model, self.model.random
        survive, born = self.crosslinks * model.kept, target * model.lost
        mean = survive + born
        if not model.noisy:
            return mean
        if mean < FEW:
            drawn = model.rng.binomial(int(self.crosslinks), model.kept) + model.rng.poisson(born)
        else:
            drawn = math.floor(mean + math.sqrt(survive * model.lost + born) * random.gauss(0.0, 1.0) + 0.5)
        return float(min(max(drawn, 0), math.floor(self.receptors)))

    def _expected_after(self, links: float) -> float:
        """Move receptors, and give the cross-links that the antigen would now hold."""
        model = self.model
        moved = 0.5 * (self.crosslinks + links) * model.internalised - self.inside * model.returned
        self.receptors -= moved
        self.inside += moved
        return self._expected()

    def _signal(self, links: float, expected: float) -> None:
        """SHIP-1, memory and net signal."""
        model = self.model
        middle = 0.5 * (self.crosslinks + links)
        recruited = middle * model.pool / (model.pool + middle + 1e-6)
        x = model.rearm * model.hold / (model.hold + expected)
        share = model.share_lock if recruited > self.memory else x / (1.0 + 0.5 * x)
        self.memory += (recruited - self.memory) * share
        ship1 = self.ship1 + (max(recruited, self.memory) - self.ship1) * model.share_ship
        held = 0.5 * (self.ship1 + ship1)
        self.signal = model.syk * max(middle - held, 0.0) / (model.activation + held)
        self.ship1, self.crosslinks = ship1, links


class AgentTissue(Model):
    """The mast cells of `state` as agents; `move` takes them through one step of the engine's lattice."""

    def __init__(self, state: State, rates: Rates, rng: int = 1) -> None:
        super().__init__(rng=rng)
        self.rates, self.fired = rates, dict.fromkeys(ORGANS, 0)
        scalar = [float(value) for value in rates.scalar]
        self.hapten = float(rates.hapten_per_antigen[0])
        self.crosslinking, self.pool = scalar[SCALAR.crosslinking], scalar[SCALAR.pool]
        self.hold, self.activation, self.syk = scalar[SCALAR.hold], scalar[SCALAR.activation], scalar[SCALAR.syk]
        self.hazard_max, self.graded = scalar[SCALAR.hazard_max], scalar[SCALAR.graded]
        self.noisy = scalar[SCALAR.noise] > 0.0
        for number, organ in enumerate(ORGANS):
            for row in range(state.organ_start[number], state.organ_start[number + 1]):
                MastCellAgent(self, state, row, organ)

    def move(self, minutes: float, k: int, antigen: float) -> None:
        """Let `minutes` (2^k base bins) pass in a drug level of `antigen`."""
        rate = [float(value) for value in self.rates.cell[k]]
        self.kept, self.share_ship, self.share_lock, self.rearm, self.internalised, self.returned = rate[:6]
        self.lost, self.share_calcium = 1.0 - rate[0], rate[6]
        self.minutes, self.antigen = minutes, antigen
        self.step()

    def step(self) -> None:
        """Step every agent."""
        self.agents.do("step")
