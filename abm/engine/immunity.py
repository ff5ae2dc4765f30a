"""The delayed mechanism of one patient: T cells and epidermis beside the clock of a course, and their signs."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from abm.biology.t_cell import presented
from abm.engine.immune_kernel import all_quiet, fresh_skin, move_block, move_clones
from abm.engine.immune_rates import ImmuneRates, immune_rates
from abm.engine.immune_records import ImmuneRecords
from abm.engine.immune_state import BLOCK_BINS, BLOCK_DAYS, BODY, POOL, ImmuneState, empty_immune_state
from abm.engine.necrolysis import Necrolysis
from abm.engine.rates import Rates
from abm.engine.state import State
from abm.parameters.catalog import ParameterSet
from abm.scenario import Scenario

_QUIET_BLOCKS = 512
_BLOCK_MIN = 1440.0 * BLOCK_DAYS
_NO_EXPOSURE = 1e-9


class SkinFull(RuntimeError):
    """More T cells entered a patch than it can hold."""


def new_immunity(
    patient: Mapping[str, Any], scenario: Scenario, parameters: ParameterSet, address: tuple[int, int, int]
) -> Immunity | None:
    """T cells and epidermis of a patient in whom at least one clone fits the drug; else None."""
    if int(patient["fitting_clones"]) == 0:
        return None
    complex_h = parameters[f"drugs.{scenario.allergic_to[0]}.presented_half_life_h"]
    return Immunity(patient, parameters, address, complex_h, scenario.record)


class Immunity:
    """T-cell clones and epidermis of one patient.

    It moves in blocks of 1024 base bins on the absolute lattice. While nothing happens (no drug, no effector, whole
    skin) many blocks are taken at once, so that years cost little.

    Attributes
    ----------
    next_bin : int
        Base bin at which it wants to be moved.
    shown : float
        Antigen on cells at this moment, 1 at a lasting therapeutic exposure.
    died : bool
        Whether the patient has died of epidermal necrolysis.
    """

    def __init__(
        self,
        patient: Mapping[str, Any],
        parameters: ParameterSet,
        address: tuple[int, int, int],
        complex_half_life_h: float,
        record: frozenset[str] = frozenset(),
    ) -> None:
        self.block_half_lives, self.shown = 24.0 * BLOCK_DAYS / complex_half_life_h, 0.0
        self.rates: ImmuneRates = immune_rates(parameters, patient, address)
        self.state: ImmuneState = empty_immune_state(self.rates.naive.size)
        self.state.cells[:, POOL.naive] = self.rates.naive
        fresh_skin(self.state, self.rates.address)
        self.all_t_cells = parameters["clones.all_t_cells"]
        self.next_bin, self.start_bin, self.block = BLOCK_BINS, 0, 0
        self.disease = Necrolysis(patient, parameters, address)
        self.records = ImmuneRecords(record, self.rates)

    @property
    def died(self) -> bool:
        """Whether the patient has died."""
        return self.disease.died

    @property
    def detached_percent(self) -> float:
        """Body surface detached at this moment, %."""
        return 100.0 * float(self.state.body[BODY.detached_share])

    def copy(self) -> Immunity:
        """The same patient once more, to go another way; records begin anew."""
        twin = copy.copy(self)
        twin.state = ImmuneState(*(array.copy() for array in self.state))
        twin.disease = copy.copy(self.disease)
        twin.disease.first = dict(self.disease.first)
        twin.records = ImmuneRecords(self.records.record, self.rates)
        return twin

    def begin_arm(self, now_bin: int) -> None:
        """Start an arm: signs and extremes are counted anew from here."""
        self.start_bin = now_bin
        self.disease.begin()
        self.records = ImmuneRecords(self.records.record, self.rates)

    def plan(self, now_bin: int, drug: State, rates: Rates) -> int:
        """Choose `next_bin`: the end of this block, or, while nothing can happen, of a long stretch of them.

        Stretches end on a lattice of their own or where a drug is given, never where an arm or a rule happens to look,
        so that looking changes no number.
        """
        if self._quiet(now_bin, drug, rates):
            self.next_bin = (self.block // _QUIET_BLOCKS + 1) * _QUIET_BLOCKS * BLOCK_BINS
            return self.next_bin
        passed = now_bin // BLOCK_BINS - self.block
        if passed > 0:
            self._rest(passed, 0.0)
            self.block += passed
        self.next_bin = (self.block + 1) * BLOCK_BINS
        return self.next_bin

    def _quiet(self, now_bin: int, drug: State, rates: Rates) -> bool:
        body = self.state.body
        if self.shown > _NO_EXPOSURE or body[BODY.effectors] + body[BODY.skin_effectors] > 0.0:
            return False
        left = np.abs(drug.drug[0]).max() * rates.t_cell_per_mg[0] + drug.exposure[0] / _BLOCK_MIN
        pumping = drug.pump[:, 1].max() > now_bin
        return bool(left < _NO_EXPOSURE and not pumping and all_quiet(self.state))

    def move(self, drug: State, rates: Rates, now_bin: int) -> tuple[str, ...]:
        """Move up to `now_bin` with the exposure that has passed, and return the signs seen for the first time.

        Raises
        ------
        SkinFull
            If more T cells enter a patch than it can hold.
        """
        blocks = now_bin // BLOCK_BINS - self.block
        exposure = float(drug.exposure[0]) / (_BLOCK_MIN * blocks)
        drug.exposure[0] = 0.0
        self.shown, antigen = presented(self.shown, exposure, blocks * self.block_half_lives)
        if blocks > 1:
            self._rest(blocks, antigen)
        elif not move_block(self.state, self.rates, antigen, self.block):
            raise SkinFull("more T cells entered a patch of skin than it can hold; lower clones.homing_per_day")
        self.block += blocks
        self.next_bin = (self.block + 1) * BLOCK_BINS
        day = (now_bin - self.start_bin) * BLOCK_DAYS / BLOCK_BINS
        self.records.note(self.state, day, exposure)
        return self.disease.signs(self.state, day, blocks * BLOCK_DAYS)

    def _rest(self, blocks: int, antigen: float) -> None:
        """Let quiet blocks pass for the clones; the damage signal fades as it does block by block."""
        move_clones(self.state, self.rates, antigen, self.block, blocks * BLOCK_DAYS)
        self.state.body[BODY.damage] *= (1.0 - float(self.rates.signal[0])) ** blocks

    def outcome(self) -> dict[str, Any]:
        """Columns of the outcome row that this mechanism decides."""
        body = self.state.body
        return self.disease.outcome() | {
            "peak_effectors": float(self.records.peak_effectors),
            "peak_ctl_per_mm2": float(self.records.peak_ctl_per_mm2),
            "peak_granulysin": float(self.records.peak_granulysin),
            "detached_10_to_90_d": self.records.detached_10_to_90_d(),
            "memory_cells": float(body[BODY.memory]),
            "resident_memory_cells": float(body[BODY.resident]),
            "memory_share_of_t_cells": float(body[BODY.memory]) / self.all_t_cells,
        }

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """The opt-in tables that were asked for, by name."""
        return self.records.tables(self.state)


NO_DISEASE: dict[str, Any] = {
    "necrolysis": "none",
    "prodrome_d": math.nan,
    "mucosa_d": math.nan,
    "skin_onset_d": math.nan,
    "healed_d": math.nan,
    "max_detached_percent": 0.0,
    "scorten": None,
    "died": False,
    "death_d": math.nan,
    "peak_effectors": 0.0,
    "peak_ctl_per_mm2": 0.0,
    "peak_granulysin": 0.0,
    "detached_10_to_90_d": math.nan,
    "memory_cells": 0.0,
    "resident_memory_cells": 0.0,
    "memory_share_of_t_cells": 0.0,
}
"""What the outcome row says of people in whom no clone fits."""
