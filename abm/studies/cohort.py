"""Patients through arms in memory, for checks that need no run folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from abm.engine.body import run_arm
from abm.parameters.catalog import DRUGS, ParameterSet, default_parameters
from abm.population import select_patients
from abm.protocols import build_protocol
from abm.scenario import Arm, Cohort, Condition, Gap, ReactionRule, Scenario, Step

PREMEDICATION = frozenset({"H1", "H2"})
STOP_RULE = ReactionRule(pause_min=30.0, resume_at="same_step")
SKIN_TEST_POSITIVE = Condition("skin_test_positive", "==", True)


@dataclass(frozen=True)
class World:
    """The world a check looks at.

    Attributes
    ----------
    patients, cells : int
        Size of the cohort, and mast-cell agents per patient.
    seed : int
        Key of every random number.
    changed : mapping of str to float
        Parameters that differ from the defaults: empty for the model as it is.
    """

    patients: int
    cells: int
    seed: int = 20
    changed: Mapping[str, float] = field(default_factory=dict)

    def parameters(self, **ablation: float) -> ParameterSet:
        """The parameter set; `ablation` names use ``__`` for the dot and give way to `changed`."""
        ablated = {name.replace("__", "."): value for name, value in ablation.items()}
        return default_parameters().with_overrides(ablated | dict(self.changed))


def course(drug: str, *items: str | float) -> tuple[Step | Gap, ...]:
    """Steps of named protocols at the drug's usual dose; a number is a gap in hours."""
    steps: list[Step | Gap] = []
    for item in items:
        if isinstance(item, str):
            steps.extend(build_protocol(item, drug, DRUGS[drug].usual_dose_mg))
        else:
            steps.append(Gap(60.0 * item))
    return tuple(steps)


def direct_arm(drug: str) -> Arm:
    """Full dose at once, without premedication or rule."""
    return Arm("full_dose", course(drug, "full_dose"), reference=True)


def ladder_arm(drug: str, bare: bool = False) -> Arm:
    """The 12-step ladder with premedication and the stop rule; `bare`: without either."""
    steps = course(drug, "ladder_12_step")
    return Arm("ladder_bare", steps) if bare else Arm("ladder", steps, PREMEDICATION, STOP_RULE)


def study(
    world: World,
    drug: str,
    arms: Sequence[Arm],
    select: tuple[Condition, ...] = (SKIN_TEST_POSITIVE,),
    population: str = "sensitised_adult",
) -> Scenario:
    """Scenario of a check: the first patients of `population` that meet `select`, allergic to `drug`."""
    return Scenario(
        name="verify", question="", cohort=Cohort(population, world.patients, select), allergic_to=(drug,),
        arms=tuple(arms), cells=world.cells, seed=world.seed,
    )  # fmt: skip


def each_patient(scenario: Scenario, parameters: ParameterSet, treat: Callable[[Mapping[str, Any]], Any]) -> list[Any]:
    """Apply `treat` to every patient on all cores, in the order of patients."""
    rows = select_patients(scenario, parameters).to_dict("records")
    patients: list[dict[str, Any]] = [{str(key): value for key, value in row.items()} for row in rows]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(treat, patients))


def outcomes(scenario: Scenario, parameters: ParameterSet) -> pd.DataFrame:
    """Outcome rows of all arms, one row per patient and arm, with `arm` and `patient_id`."""

    def treat(patient: Mapping[str, Any]) -> list[dict[str, Any]]:
        number = patient["patient_id"]
        return [
            {"arm": arm.name, "patient_id": number} | run_arm(arm, scenario, patient, 0, parameters).outcome
            for arm in scenario.arms
        ]

    return pd.DataFrame([row for rows in each_patient(scenario, parameters, treat) for row in rows])
