"""How the risk of a full dose comes back after the drug is gone."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.biology import pharmacokinetics as pk
from abm.engine.body import new_course, run_arm
from abm.engine.clock import MINUTE, STEP_MIN
from abm.engine.course import Course
from abm.engine.rates import patient_rates
from abm.engine.state import COUNT
from abm.parameters.catalog import DRUGS, ParameterSet
from abm.protocols import build_protocol
from abm.scenario import Arm
from abm.studies.checks import crossing
from abm.studies.cohort import World, course, direct_arm, each_patient, ladder_arm, study

_COARSE = MINUTE + 4
"""The wash-out is followed in steps of 16 min."""


@dataclass(frozen=True)
class Recovery:
    """Risk of a reaction to a full dose, by hours after the drug is gone, in patients clean in the ladder.

    `gone_h` is the median time from the end of the ladder until the adduct is below its peak in ladder step 1;
    `midpoint_interval_h` the bootstrap 95 % interval of the mid-point.
    """

    drug: str
    clean: int
    gone_h: float
    direct_risk: float
    after_gone_h: np.ndarray
    risk: np.ndarray
    midpoint_interval_h: tuple[float, float]

    @property
    def midpoint_h(self) -> float:
        """Hours after the drug is gone at which the risk is half-way from none to that of a direct dose."""
        return crossing(self.after_gone_h, self.risk, 0.5 * self.direct_risk)

    def risk_at(self, hours: float) -> float:
        """Risk at one of the simulated times."""
        return float(self.risk[np.flatnonzero(self.after_gone_h == hours)[0]])


def hours_until_gone(drug: str, patient: Mapping[str, Any], parameters: ParameterSet) -> float:
    """Hours from the end of the ladder until the adduct is below its peak of ladder step 1 in this patient."""
    rates = patient_rates(parameters, patient, (drug,), (1, 1, 1), frozenset(), (0, 0, 0))
    minute = rates.drug_step[0, MINUTE]
    state, limit = np.zeros(pk.STATES), 0.0
    for step in build_protocol("ladder_12_step", drug, DRUGS[drug].usual_dose_mg):
        for _ in range(round(step.duration_min)):
            state = (minute[:, :-1] * state).sum(axis=1) + minute[:, -1] * step.rate_mg_per_min
        limit = limit or float(state[pk.ADDUCT])
    passed = 0
    coarse = rates.drug_step[0, _COARSE]
    while state[pk.ADDUCT] > limit:
        state = (coarse[:, :-1] * state).sum(axis=1)
        passed += 1
    return passed * float(STEP_MIN[_COARSE]) / 60.0


def recovery(world: World, drug: str, after_gone_h: Sequence[float], parameters: ParameterSet) -> Recovery:
    """Take patients through the ladder once, and from its end through every gap to a full dose.

    The ladder is premedicated and has the stop rule; the full dose after the gap has neither, as the direct one.
    """
    ladder, direct = ladder_arm(drug), direct_arm(drug)
    scenario = study(world, drug, [direct, ladder])

    def treat(patient: Mapping[str, Any]) -> tuple[bool, float, bool, list[bool]]:
        gone_h = hours_until_gone(drug, patient, parameters)
        reacts = bool(run_arm(direct, scenario, patient, 0, parameters).outcome["reacted"])
        after_ladder = new_course(ladder, scenario, patient, 0, parameters)
        after_ladder.run(0.0)
        clean = after_ladder.recorder.reactions == 0
        after_ladder.rates = new_course(direct, scenario, patient, 0, parameters).rates
        again = [_reacts_after(after_ladder, drug, gone_h + hours) for hours in after_gone_h] if clean else []
        return clean, gone_h, reacts, again

    rows = [row for row in each_patient(scenario, parameters, treat) if row[0]]
    again = np.array([row[3] for row in rows], float).reshape(len(rows), len(after_gone_h))
    direct_reacts = np.array([row[2] for row in rows], float)
    times = np.array(after_gone_h, float)
    return Recovery(
        drug, len(rows), float(np.median([row[1] for row in rows])), float(direct_reacts.mean()), times,
        again.mean(axis=0), _midpoint_interval(times, again, direct_reacts),
    )  # fmt: skip


def _midpoint_interval(times: np.ndarray, again: np.ndarray, direct: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mid-point from 500 redrawn cohorts; a curve that never gets there counts as infinite."""
    dice = np.random.default_rng(20)
    drawn = dice.integers(0, len(direct), (500, len(direct)))
    midpoints = [crossing(times, again[rows].mean(axis=0), 0.5 * direct[rows].mean()) for rows in drawn]
    low, high = np.quantile(np.nan_to_num(midpoints, nan=np.inf), [0.025, 0.975], method="nearest")
    return float(low), float(high)


def _reacts_after(after_ladder: Course, drug: str, gap_h: float) -> bool:
    """Whether a full dose `gap_h` hours after the ladder gives symptoms (the worst grade is counted anew there)."""
    again = copy.deepcopy(after_ladder)
    again.arm = Arm("again", course(drug, gap_h, "full_dose"))
    again.queue.extend(again.arm.course)
    again.run(120.0)
    return bool(again.state.count[COUNT.worst] > 0)
