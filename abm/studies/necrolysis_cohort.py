"""Patients through courses of a drug that T cells see: the arms and cohorts that checks of the delayed part share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from abm.engine.body import run_arm
from abm.engine.course import Course
from abm.parameters.catalog import DRUGS, ParameterSet
from abm.protocols import build_protocol
from abm.scenario import Arm, Cohort, Condition, Gap, Regimen, Scenario, Step, StopRule
from abm.studies.cohort import World, each_patient

DAY_MIN = 1440.0
YEAR_MIN = 365.25 * DAY_MIN
FIRST, AGAIN = "first_exposure", "re_exposure"
LADDER_DAYS = 11
"""Days in which a daily dose doubles from a thousandth of the usual one to the whole."""

_DAY_AFTER_ONSET = StopRule("onset", delay_min=DAY_MIN)
_ANCESTRY = {"sulfamethoxazole": "european_adult", "lamotrigine": "european_adult", "abacavir": "european_adult"}


def population_for(drug: str) -> str:
    """Population in which the drug's reactions were counted."""
    return _ANCESTRY.get(drug, "han_chinese_adult")


def daily_dose_mg(drug: str) -> float:
    """What a day of the usual regimen holds, mg."""
    return DRUGS[drug].usual_dose_mg * 24.0 / DRUGS[drug].usual_every_h


def usual(drug: str, days: float) -> Regimen:
    """The usual dose, swallowed at the usual interval for `days`."""
    every_h = DRUGS[drug].usual_every_h
    return Regimen(drug, "usual", 1, DRUGS[drug].usual_dose_mg, 60.0 * every_h, round(24.0 * days / every_h))


def single_dose(drug: str, share: float, days: float) -> tuple[Regimen, Gap]:
    """A share of a daily dose, swallowed once, and days without drug."""
    return Regimen(drug, "single", 1, share * daily_dose_mg(drug), DAY_MIN, 1), Gap((days - 1.0) * DAY_MIN)


def daily_ladder(drug: str, days_after: float) -> tuple[Regimen | Gap, ...]:
    """Daily doses that double from a thousandth of the usual one to the whole, and days without drug."""
    shares = [min(1.0, 2.0**k / 1000.0) for k in range(LADDER_DAYS)]
    doses = [
        Regimen(drug, "daily_ladder", k + 1, share * daily_dose_mg(drug), DAY_MIN, 1) for k, share in enumerate(shares)
    ]
    return *doses, Gap(days_after * DAY_MIN)


def ladder_into_therapy(drug: str, days: float) -> tuple[Step | Regimen, ...]:
    """The 12-step ladder to the usual dose, and the usual regimen after it."""
    return *build_protocol("ladder_12_step", drug, DRUGS[drug].usual_dose_mg), usual(drug, days)


def first_exposure(drug: str, days: float = 56.0) -> Arm:
    """The usual regimen, withdrawn a day after onset."""
    return Arm(FIRST, (usual(drug, days),), reference=True, stop_drug_when=_DAY_AFTER_ONSET)


def later(name: str, course: Sequence[Step | Gap | Regimen], years: float = 1.0) -> Arm:
    """An arm that takes the patient over years after the first exposure; withdrawn a day after onset."""
    return Arm(name, tuple(course), stop_drug_when=_DAY_AFTER_ONSET, after=FIRST, recovery_min=years * YEAR_MIN)


def delayed_study(
    world: World,
    drug: str,
    arms: Sequence[Arm],
    select: tuple[Condition, ...] = (),
    fitting_clone: bool = True,
    patients: int | None = None,
) -> Scenario:
    """Scenario of a check: people of the drug's population, by default drawn given at least one fitting clone."""
    given = frozenset({"fitting_clone"}) if fitting_clone else frozenset()
    cohort = Cohort(population_for(drug), patients or world.patients, select, given)
    return Scenario(
        name="verify", question="", cohort=cohort, allergic_to=(drug,), arms=tuple(arms), cells=world.cells,
        seed=world.seed, follow_up_min=0.0, record=frozenset({"skin"}),
    )  # fmt: skip


def courses(scenario: Scenario, parameters: ParameterSet) -> pd.DataFrame:
    """Outcome rows of all arms, one row per patient and arm, with traits that checks need.

    Patients who died in the arm before are left out of those that follow it. `exposure` is the mean up to onset.
    """

    def treat(patient: Mapping[str, Any]) -> list[dict[str, Any]]:
        ends: dict[str, Course] = {}
        rows = []
        for arm in scenario.arms:
            result = run_arm(arm, scenario, patient, 0, parameters, ends[arm.after] if arm.after else None)
            ends[arm.name] = result.course
            if result.outcome["treated"]:
                traits = {name: patient[name] for name in ("patient_id", "case_weight", "hla_b_15_02")}
                rows.append(traits | {"arm": arm.name, "exposure": _exposure(result.recorded)} | result.outcome)
        return rows

    frame = pd.DataFrame([row for rows in each_patient(scenario, parameters, treat) for row in rows])
    frame["case"] = frame.necrolysis != "none"
    return frame


def _exposure(recorded: Mapping[str, Mapping[str, np.ndarray]]) -> float:
    """Mean exposure (1 = therapeutic) from the second day to the first dead keratinocytes; NaN without T cells."""
    if "skin" not in recorded:
        return math.nan
    table = recorded["skin"]
    early = (table["time_d"] >= 1.0) & (table["involved_percent"] < 1.0)
    return float(table["exposure"][early].mean()) if early.any() else math.nan


def survivors(frame: pd.DataFrame, *names: str) -> list[pd.DataFrame]:
    """Arms of those who fell ill at the first exposure and lived, the first arm first, rows in the same order."""
    by_arm = [frame[frame.arm == name].set_index("patient_id") for name in (FIRST, *names)]
    ill = by_arm[0].index[by_arm[0].case & ~by_arm[0].died.astype(bool)]
    kept = [patient for patient in ill if all(patient in rows.index for rows in by_arm)]
    return [rows.loc[kept] for rows in by_arm]


def mean_text(values: np.ndarray, digits: int = 1) -> str:
    """``mean (low to high)`` with the 95 % interval of the mean."""
    low, high = mean_interval(values)
    return f"{values.mean():.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def mean_interval(values: np.ndarray) -> tuple[float, float]:
    """95 % interval of a mean (Student); infinite below two values."""
    if values.size < 2:
        return -math.inf, math.inf
    half = float(student.ppf(0.975, values.size - 1) * values.std(ddof=1) / math.sqrt(values.size))
    return float(values.mean()) - half, float(values.mean()) + half


def quantile_text(values: pd.Series) -> str:
    """``5 / 50 / 95 %`` quantiles of the values that are there."""
    there = values.dropna()
    return "/".join(f"{q:.1f}" for q in there.quantile([0.05, 0.5, 0.95])) if len(there) else "none"


def class_text(frame: pd.DataFrame) -> str:
    """Shares of SJS, overlap and TEN among the cases, in %."""
    shares = frame[frame.case].necrolysis.value_counts(normalize=True)
    return "/".join(f"{100.0 * shares.get(name, 0.0):.0f}" for name in ("SJS", "overlap", "TEN")) + " %"
