"""Reactions without IgE: what vancomycin must do through MRGPRX2 (P10)."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from abm.biology import pharmacokinetics as pk
from abm.engine.clock import BASE_MIN, DOUBLINGS, MINUTE
from abm.engine.disposition import drug_matrix
from abm.parameters.catalog import ParameterSet
from abm.protocols import build_protocol
from abm.scenario import Arm, Scenario, Step
from abm.scenario_file import load_scenario
from abm.studies.checks import Finding, interval, percent, share_text
from abm.studies.cohort import World, outcomes

DRUG = "vancomycin"
LARGE_MG = 1750.0
"""Dose whose ladder peaks where half of the volunteers react, so that a benefit of the ladder could be seen."""

_ADULT = {"weight_kg": 71.0, "volume_factor": 1.0, "clearance_factor": 1.0, "renal_factor": 1.0}
_SURE = 0.01


class Pair(NamedTuple):
    """Patients who react in one arm of two only: in the first, in the second, of how many."""

    first: int
    second: int
    n: int

    @property
    def chance(self) -> float:
        """One-sided exact chance of as many more in the first, if both arms were alike (McNemar)."""
        both = self.first + self.second
        return float(binomtest(self.first, both, 0.5, alternative="greater").pvalue) if both else 1.0


def p10_not_ige(world: World) -> Finding:
    """Red man: volunteers without IgE react at first exposure, by the level the drug reaches; a ladder adds nothing."""
    parameters = world.parameters()
    scenario = study_of(world, arms(parameters))
    frame = outcomes(scenario, parameters)
    table = frame.pivot(index="patient_id", columns="arm", values="reacted").astype(bool)
    n = len(table)
    reacted = {str(arm): int(table[arm].sum()) for arm in table}
    level = {
        "two_hours over half_dose": discordant(table, "two_hours", "half_dose"),
        "one_hour over two_hours": discordant(table, "one_hour", "two_hours"),
        "ten_minutes over one_hour": discordant(table, "ten_minutes", "one_hour"),
        "large over its ladder": discordant(table, "large", "ladder"),
    }
    ladder = discordant(table, "same_peak", "ladder")
    same = same_without_ship1(world, frame)
    low = interval(reacted["one_hour"], n)[0]
    ordered = all(pair.second <= pair.first for pair in level.values()) and all(
        level[name].chance < _SURE for name in ("one_hour over two_hours", "large over its ladder")
    )
    return Finding(
        passed=bool(low >= 0.4 and ordered and ladder.chance >= _SURE and same),
        statistic="share of volunteers without IgE that react to a first gram of vancomycin over an hour, lower 95 % "
        "bound",
        value=low,
        n=n,
        bound="≥ 0.40; fewer over 2 h, and in a ladder than in an hour (exact, one-sided, p < 0.01); never more in "
        "half "
        "of the dose or at a slower rate; the ladder not better than one rate of the same peak (p ≥ 0.01); outcomes "
        "without SHIP-1 equal to the last bit",
        detail="; ".join(f"{arm} {share_text(count, n)}" for arm, count in reacted.items())
        + f"; one rate of the same peak or the ladder alone react in {ladder.first} and {ladder.second} "
        f"(p = {ladder.chance:.2f}); without SHIP-1 {'equal' if same else 'not equal'}; "
        f"peaks of ladder and one rate {_peak_text(frame)} mg/L; any histamine rise after half of the dose "
        f"{percent(float((frame[frame.arm == 'half_dose'].released_fraction > 0.0).mean()))}",
    )


def _peak_text(frame: pd.DataFrame) -> str:
    medians = frame.groupby("arm").peak_plasma_mg_per_l.median()
    return f"{medians['ladder']:.0f} and {medians['same_peak']:.0f}"


def study_of(world: World, of: tuple[Arm, ...]) -> Scenario:
    """The shipped study of volunteers, at the world's size."""
    shipped = load_scenario("red_man")
    cohort = replace(shipped.cohort, patients=world.patients)
    return replace(shipped, cohort=cohort, cells=world.cells, seed=world.seed, arms=of)


def arms(parameters: ParameterSet) -> tuple[Arm, ...]:
    """A gram over 10, 60 and 120 min, half of it over 60; a large dose over an hour, as a ladder, and at its peak."""
    ladder = build_protocol("ladder_12_step", DRUG, LARGE_MG)
    return (
        Arm("one_hour", _infusion(1000.0, 60.0), reference=True),
        Arm("ten_minutes", _infusion(1000.0, 10.0)),
        Arm("two_hours", _infusion(1000.0, 120.0)),
        Arm("half_dose", _infusion(500.0, 60.0)),
        Arm("large", _infusion(LARGE_MG, 60.0)),
        Arm("ladder", ladder),
        Arm("same_peak", _infusion(LARGE_MG, minutes_of_equal_peak(parameters, ladder))),
    )


def _infusion(dose_mg: float, minutes: float) -> tuple[Step, ...]:
    return build_protocol("full_dose", DRUG, dose_mg, minutes)


def peak_mg(parameters: ParameterSet, steps: tuple[Step, ...]) -> float:
    """Highest central amount of a course of infusions in an adult, by whole minutes."""
    minute = pk.step_matrices(drug_matrix(parameters, DRUG, _ADULT), BASE_MIN, DOUBLINGS)[MINUTE]
    amounts, highest, ahead = np.zeros(pk.STATES), 0.0, 0.0
    for step in steps:
        ahead += step.duration_min
        while ahead >= 1.0:
            amounts = minute[:, :-1] @ amounts + minute[:, -1] * step.rate_mg_per_min
            highest, ahead = max(highest, amounts[pk.CENTRAL]), ahead - 1.0
    return highest


def minutes_of_equal_peak(parameters: ParameterSet, steps: tuple[Step, ...]) -> float:
    """Whole minutes in which the same dose at one rate reaches the peak of `steps`."""
    dose, aim = sum(step.dose_mg for step in steps), peak_mg(parameters, steps)
    low, high = 10, round(sum(step.duration_min for step in steps))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if peak_mg(parameters, _infusion(dose, float(middle))) > aim else (low, middle)
    return float(high)


def discordant(table: pd.DataFrame, first: str, second: str) -> Pair:
    """Patients who react in one of two arms only."""
    one, other = table[first], table[second]
    return Pair(int((one & ~other).sum()), int((other & ~one).sum()), len(table))


def same_without_ship1(world: World, frame: pd.DataFrame) -> bool:
    """Whether an hour's gram has, to the last bit, the same outcome in patients without SHIP-1."""
    without = world.parameters(mast_cell__ship1_pool=0.0)
    arm = arms(without)[0]
    again = outcomes(study_of(world, (arm,)), without)
    seen = ["patient_id", "reacted", "severity", "onset_min", "peak_histamine_ng_per_ml", "released_fraction"]
    mine = frame.loc[frame.arm == arm.name, seen].reset_index(drop=True)
    return bool(mine.equals(again[seen]))
