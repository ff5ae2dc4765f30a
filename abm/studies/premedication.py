"""Mediators and symptoms are separate (P15): what is given beforehand changes what is felt, not what is released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from abm.biology.reaction import GRADES
from abm.engine.body import new_course
from abm.parameters.catalog import ParameterSet
from abm.scenario import Arm
from abm.studies.checks import Finding
from abm.studies.cohort import World, course, each_patient, study

DRUG = "penicillin_g"
GIVEN: dict[str, frozenset[str]] = {
    "none": frozenset(),
    "H2": frozenset({"H2"}),
    "corticosteroid": frozenset({"corticosteroid"}),
    "H1": frozenset({"H1"}),
    "H1+H2": frozenset({"H1", "H2"}),
    "montelukast": frozenset({"montelukast"}),
    "all": frozenset({"H1", "H2", "montelukast", "corticosteroid"}),
}
WITHOUT_EFFECT = ("H2", "corticosteroid")
LESS = ("H1", "H1+H2", "montelukast", "all")


class Felt(NamedTuple):
    """One patient with one premedication: when each cell fired, the levels in blood, and minutes at each grade."""

    fired_bin: np.ndarray
    histamine: np.ndarray
    tryptase: np.ndarray
    burden: float

    def same_release(self, other: Felt) -> bool:
        """Whether cells and mediators in blood are the same, bit for bit."""
        return all(
            one.tobytes() == two.tobytes()
            for one, two in (
                (self.fired_bin, other.fired_bin), (self.histamine, other.histamine), (self.tryptase, other.tryptase),
            )
        )  # fmt: skip


def felt(world: World, parameters: ParameterSet) -> pd.DataFrame:
    """Every patient through a full dose with every premedication, without any rule; one row for each of both.

    Columns: ``patient``, ``given``, ``same_release`` (as with none), and ``burden``: minutes with symptoms, each
    minute counted by its grade (1 to 3).
    """
    arms = [Arm(name, course(DRUG, "full_dose"), given) for name, given in GIVEN.items()]
    scenario = replace(study(world, DRUG, arms), record=frozenset({"timeseries"}))

    def treat(patient: Mapping[str, Any]) -> list[dict[str, Any]]:
        seen = {arm.name: _through(arm, scenario, patient, parameters) for arm in arms}
        return [
            {"patient": patient["patient_id"], "given": name, "burden": one.burden}
            | {"same_release": one.same_release(seen["none"]), "released": float((one.fired_bin >= 0).mean())}
            for name, one in seen.items()
        ]

    return pd.DataFrame([row for rows in each_patient(scenario, parameters, treat) for row in rows])


def _through(arm: Arm, scenario: Any, patient: Mapping[str, Any], parameters: ParameterSet) -> Felt:
    run = new_course(arm, scenario, patient, 0, parameters)
    run.run(scenario.follow_up_min)
    table = run.recorder.timeseries()
    grades = np.array([GRADES.index(word) for word in table["severity"]], float)
    since = np.diff(table["time_min"], prepend=0.0)
    return Felt(
        run.state.fired_bin.copy(), table["histamine_ng_per_ml"], table["tryptase_ng_per_ml"],
        float((grades * since).sum()),
    )  # fmt: skip


def p15_mediators_and_symptoms(world: World) -> Finding:
    """Antihistamines and montelukast: fewer symptoms, the same cells fire; H2 alone and a corticosteroid: neither."""
    rows = felt(world, world.parameters())
    burden = rows.pivot(index="patient", columns="given", values="burden")
    apart = int((~rows.same_release).sum())
    gained = {name: _sign_test(burden["none"] - burden[name]) for name in LESS}
    unchanged = all((burden[name] == burden["none"]).all() for name in WITHOUT_EFFECT)
    worst = max(gained.values())
    reacting = int((burden["none"] > 0.0).sum())
    return Finding(
        passed=bool(apart == 0 and unchanged and worst < 0.001),
        statistic="courses in which a premedication changes which cells fire and when, or histamine or tryptase, in "
        "any bit (a full dose of penicillin G, no rule)",
        value=float(apart),
        n=len(rows),
        bound="0; H1, H1 with H2, montelukast and all together lessen symptoms (sign test of minutes × grade, each p < "
        "0.001), H2 alone and a corticosteroid do not change them",
        detail=f"{reacting} of {len(burden)} have symptoms without premedication; mean burden "
        + ", ".join(f"{name} {burden[name].mean():.1f}" for name in GIVEN)
        + f"; largest p {worst:.1e}",
    )


def _sign_test(less: pd.Series) -> float:
    """One-sided p that symptoms became less in those in whom they changed; any that became more count against it."""
    down, up = int((less > 0.0).sum()), int((less < 0.0).sum())
    return float(binomtest(down, down + up, alternative="greater").pvalue) if down + up else 1.0
