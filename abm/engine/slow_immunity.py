"""Sensitization, IgE and what changes it over weeks and years, beside the clock of a course."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from abm.biology.slow_immunity import saturation
from abm.engine.cells import receptor_factors, regranulate
from abm.engine.clock import BASE_MIN
from abm.engine.rates import SCALAR, Rates
from abm.engine.slow_kernel import effects, move_slow_block, rest_blocks, to_be_felt
from abm.engine.slow_rates import SHARED, SlowRates, slow_rates
from abm.engine.slow_records import SlowRecords, memory_share
from abm.engine.slow_state import ANSWER, SERUM, SLOW_BINS, SLOW_DAYS, SlowState
from abm.engine.state import PLASMA, SPECIFICITIES, State
from abm.parameters.catalog import ParameterSet
from abm.scenario import Regimen, Scenario

F32 = np.float32
FELT = 0.01
"""Cells are touched when their load, the antigen that IgG4 leaves, or their damping has moved by a hundredth."""

FEW_RECEPTORS = 100.0
FADES_AFTER_D = 4.0
"""Days without drug after which quiet cells are followed in blocks in place of steps."""

_SLOW_MIN = SLOW_BINS * BASE_MIN
_TRACE = 1e-9
_MG_PER_NMOL_PER_KDA = 1e-6


def new_slow_immunity(
    patient: Mapping[str, Any], scenario: Scenario, parameters: ParameterSet, address: tuple[int, int, int]
) -> SlowImmunity:
    """IgE and B cells of a patient, in balance."""
    return SlowImmunity(patient, parameters, scenario.allergic_to, address, "ige" in scenario.record)


class SlowImmunity:
    """B cells, IgE, IgG4 and regulation of one patient, for both specificities.

    It moves in blocks of 8192 base bins (8 h 32 min) on the absolute lattice. These are multiples of the engine's
    longest step, so that they cut none. Mast cells are touched only when something has moved by `FELT`: an hour of
    treatment leaves every bit as it would be without this class.

    Attributes
    ----------
    state, rates : SlowState, SlowRates
        What there is, and the patient's constants.
    next_bin : int
        Base bin at which it wants to be moved.
    sensitised_bin : int
        Base bin at which the patient was primed for the first drug, −1 if not since birth of this object.
    """

    def __init__(
        self,
        patient: Mapping[str, Any],
        parameters: ParameterSet,
        drugs: Sequence[str],
        address: tuple[int, int, int],
        record: bool = False,
    ) -> None:
        self.rates: SlowRates
        self.state: SlowState
        self.rates, self.state = slow_rates(parameters, patient, drugs, address)
        self.drugs, self.record = tuple(drugs), record
        self.known = parameters.drugs
        self.receptor_sd = parameters["mast_cell.receptor_sd_cells"]
        day_bins = 1440.0 / BASE_MIN
        self.lag_bins = day_bins * parameters["mast_cell.regranulation_lag_d"]
        self.granules_bins = day_bins * parameters["mast_cell.regranulation_d"]
        self.litres = parameters["drugs.omalizumab.central_l_per_kg"] * float(patient["weight_kg"])
        self.felt = np.array(effects(self.state.answer, self.rates.shared))
        self.block, self.start_bin, self.next_bin, self.sensitised_bin = 0, 0, SLOW_BINS, -1
        self.last_with_drug = 0
        self.area_seen, self.area_before = np.zeros(SPECIFICITIES), np.zeros(SPECIFICITIES)
        self.records = SlowRecords(self.drugs, record)

    def copy(self) -> SlowImmunity:
        """The same patient once more, to go another way; records begin anew."""
        twin = copy.copy(self)
        twin.state = SlowState(*(array.copy() for array in self.state))
        twin.felt = self.felt.copy()
        twin.area_seen, twin.area_before = self.area_seen.copy(), self.area_before.copy()
        twin.records = SlowRecords(self.drugs, self.record)
        return twin

    def begin_arm(self, now_bin: int, body: State) -> None:
        """Start an arm: days count from here; `body` is the patient before its counters are set back."""
        self.start_bin = now_bin
        self.area_before += body.plasma[:, PLASMA.area] - self.area_seen
        self.area_seen[:] = 0.0
        self.records = SlowRecords(self.drugs, self.record)
        self.records.note(self.state, self.rates, 0.0)

    def give(self, regimen: Regimen) -> None:
        """Put a dose under the skin: anti-IgE that is absorbed, or a drug adsorbed to a carrier that stays there.

        What is adsorbed is shown by the lymph nodes beside it and broken down; what of it would reach mast cells
        elsewhere is left out.
        """
        if regimen.route == "adsorbed" and regimen.drug in self.drugs:
            a = self.drugs.index(regimen.drug)
            self.state.answer[a, ANSWER.depot] += regimen.dose_mg / self.known[regimen.drug].usual_dose_mg
        elif self.known[regimen.drug].binds_ige:
            nmol = regimen.dose_mg / (self.known[regimen.drug].molar_mass_g_per_mol * _MG_PER_NMOL_PER_KDA)
            self.state.serum[SERUM.under_skin] += nmol / self.litres

    def long_without_drug(self) -> bool:
        """Whether the last drug was in the body `FADES_AFTER_D` ago or longer."""
        return (self.block - self.last_with_drug) * SLOW_DAYS >= FADES_AFTER_D

    def plan(self, now_bin: int) -> int:
        """Choose `next_bin`, the end of the block in which `now_bin` lies."""
        self.next_bin = (now_bin // SLOW_BINS + 1) * SLOW_BINS
        return self.next_bin

    def move(self, body: State, base: Rates, now_bin: int) -> tuple[list[str], bool]:
        """Move up to the last block that has ended by `now_bin`, with the drug that was in the body since.

        Parameters
        ----------
        body : State
            The patient's mast cells and drug; receptors are scaled where serum IgE has moved.
        base : Rates
            The arm's constants, as they are without slow immunity.

        Returns
        -------
        primed, changed : list of str, bool
            Drugs for which the patient was primed, and whether `effective` has changed.
        """
        blocks = now_bin // SLOW_BINS - self.block
        if blocks <= 0:
            return [], False
        area = body.plasma[:, PLASMA.area] - self.area_seen + self.area_before
        self.area_seen[:], self.area_before[:] = body.plasma[:, PLASMA.area], 0.0
        mean = area / (_SLOW_MIN * blocks) * base.antigen_per_mg
        half = self.rates.shared[SHARED.antigen_half]
        if mean.max() > _TRACE:
            self.last_with_drug = now_bin // SLOW_BINS
        presence = [float(saturation(float(level), half)) if level > 0.0 else 0.0 for level in mean]
        primed, changed = [], False
        while blocks > 0:
            moved, bits = self._some_blocks(blocks, presence)
            blocks -= moved
            self.block += moved
            primed += [drug for a, drug in enumerate(self.drugs) if bits >> a & 1]
            if bits & 1:
                self.sensitised_bin = self.block * SLOW_BINS
            changed = self._touch(body, base.address) or changed
            self.records.note(self.state, self.rates, (self.block * SLOW_BINS - self.start_bin) * BASE_MIN / 1440.0)
        regranulate(body, self.block * SLOW_BINS, self.lag_bins, self.granules_bins, base.address)
        self.next_bin = (self.block + 1) * SLOW_BINS
        return primed, changed

    def _some_blocks(self, blocks: int, presence: list[float]) -> tuple[int, int]:
        """Move by one block with drug, or by several without, as far as no row is due and no cell feels it."""
        answer, serum = self.state
        own, shared, pursuit = self.rates.own, self.rates.shared, self.rates.pursuit
        if presence[0] + presence[1] > 0.0:
            return 1, int(move_slow_block(answer, serum, own, shared, pursuit, presence[0], presence[1]))
        day = self.records.next_day()
        if not math.isinf(day):
            due = math.ceil((self.start_bin * BASE_MIN / 1440.0 + day) / SLOW_DAYS)
            blocks = min(blocks, max(1, due - self.block))
        moved, bits = rest_blocks(answer, serum, own, shared, pursuit, blocks, self.felt, FELT, FEW_RECEPTORS)
        return int(moved), int(bits)

    def _touch(self, body: State, address: np.ndarray) -> bool:
        """Bring the mast cells' load up to date; returns whether antigen or signal have another factor now."""
        answer, shared = self.state.answer, self.rates.shared
        if not to_be_felt(answer, shared, self.felt, FELT, FEW_RECEPTORS):
            return False
        now = np.array(effects(answer, shared))
        for a in range(SPECIFICITIES):
            if abs(now[a] - self.felt[a]) <= FELT * max(self.felt[a], FEW_RECEPTORS):
                now[a] = self.felt[a]
            elif body.armed[a] == 0:
                body.receptors[a] = (now[a] * receptor_factors(body, self.receptor_sd, address)).astype(F32)
                body.armed[a] = 1
            else:
                factor = F32(now[a] / self.felt[a])
                body.receptors[a] *= factor
                body.inside[a] *= factor
        changed = bool((now[2:] != self.felt[2:]).any())
        self.felt = now
        return changed

    def effective(self, base: Rates) -> Rates:
        """An arm's constants with what IgG4 leaves of the antigen, and regulatory T cells of the signal.

        `base` itself while both leave everything.
        """
        if (self.felt[2:] == 1.0).all():
            return base
        scalar = base.scalar.copy()
        scalar[SCALAR.syk] *= F32(self.felt[4])
        return base._replace(antigen_per_mg=base.antigen_per_mg * self.felt[2:4], scalar=scalar)

    def outcome(self) -> dict[str, Any]:
        """Columns of the outcome row that this mechanism decides, for the first drug."""
        row = self.state.answer[0]
        since = (self.sensitised_bin - self.start_bin) * BASE_MIN / 1440.0
        return {
            "sensitised_d": since if self.sensitised_bin >= self.start_bin and self.sensitised_bin >= 0 else math.nan,
            "specific_ige_end_ku_per_l": float(row[ANSWER.ige]),
            "memory_b_end_share": memory_share(row, self.rates.own[0]),
            "igg4_end_u_per_ml": float(row[ANSWER.igg4]),
            "receptors_end_per_cell": float(row[ANSWER.receptors]),
        }

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """The opt-in table, where it was asked for."""
        return {"ige": self.records.table()} if self.record else {}
