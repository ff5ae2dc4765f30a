"""What a study costs and how precise it will be, before it is run.

Times come from a stored model of the engine (steps × cells), fitted to measured courses; they are right within a factor
of `TIMES_OFF` on machines like those it was measured on. Precision is that of the normal approximation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from abm.scenario import Arm, Gap, Regimen, Scenario, Step
from abm.scenario_points import Sweep

TIMES_OFF = 3.0
DISCORDANT = (0.1, 0.2)
"""Shares of patients who fare differently in two arms, for which paired precision is told."""

_Z = 1.959964
_START_SECONDS = 2.0
_PATIENT_SECONDS = 0.02
_COURSE_SECONDS = 0.006
_DAY_SECONDS = 2e-4
_GIVING_SECONDS_PER_CELL_MIN = 7e-8
_QUIET_SECONDS_PER_CELL_DAY = 1.2e-6
_CLONE_SECONDS_PER_DAY = 0.007
_CLONE_SECONDS_PER_QUIET_DAY = 0.001
_AFTERMATH_DAYS = 28.0
_YEARS_SECONDS_PER_DAY = 2e-5
_BYTES = {"patient": 150.0, "course": 50.0, "event": 15.0, "point": 145_000.0}
_RECORDED_BYTES = {"timeseries": 5_000.0}
_RECORDED_BYTES_PER_DAY = {"timeseries": 40.0, "skin": 110.0, "lattice": 130.0, "ige": 75.0}
_RECORDED_BYTES_PER_CELL = {"cells": 5.0}


@dataclass(frozen=True)
class Cost:
    """What a study holds and takes.

    Attributes
    ----------
    points, courses : int
        Points of a sweep (1 otherwise), and patients × arms × replicates of all of them.
    patients, arms, replicates, cells : tuple of int
        Of each point.
    agents : int
        Mast cells in all courses.
    with_clones : str
        Which patients also have T cells and epidermis.
    simulated_days : float
        Of all courses.
    seconds, bytes : float
        Time of one processor, and size on disk.
    """

    points: int
    courses: int
    patients: tuple[int, ...]
    arms: tuple[int, ...]
    replicates: tuple[int, ...]
    cells: tuple[int, ...]
    agents: int
    with_clones: str
    simulated_days: float
    seconds: float
    bytes: float


class Needed(NamedTuple):
    """Patients for a half-width: of a risk of one half, and of a difference of different or of the same patients."""

    risk: int
    difference: int
    paired: int


def cost_of(study: Scenario | Sweep) -> Cost:
    """Add up what a study takes."""
    scenarios = [point.scenario for point in study.points] if isinstance(study, Sweep) else [study]
    sizes = [(s.cohort.patients, len(s.arms), s.replicates, s.cells) for s in scenarios]
    courses = [patients * arms * replicates for patients, arms, replicates, _ in sizes]
    patients, arms, replicates, cells = zip(*sizes, strict=True)
    given = all(scenario.cohort.given for scenario in scenarios)
    return Cost(
        points=len(scenarios),
        courses=sum(courses),
        patients=patients,
        arms=arms,
        replicates=replicates,
        cells=cells,
        agents=sum(count * each for count, each in zip(courses, cells, strict=True)),
        with_clones="a clone fits the drug: everybody here" if given else "a clone fits the drug: few people",
        simulated_days=sum(_patients_days(scenario) for scenario in scenarios),
        seconds=_START_SECONDS + sum(map(_seconds, scenarios)),
        bytes=sum(map(_bytes, scenarios)) + (len(scenarios) - 1) * _BYTES["point"],
    )


def _arm_days(arm: Arm, scenario: Scenario) -> float:
    course_min = sum(item.duration_min for item in arm.course)
    return (arm.recovery_min + course_min + scenario.follow_up_min) / 1440.0


def _patients_days(scenario: Scenario) -> float:
    runs = scenario.cohort.patients * scenario.replicates
    return runs * sum(_arm_days(arm, scenario) for arm in scenario.arms)


def _seconds(scenario: Scenario) -> float:
    """Seconds of one processor for one scenario."""
    each = sum(_arm_seconds(arm, scenario) for arm in scenario.arms)
    return scenario.cohort.patients * (_PATIENT_SECONDS + scenario.replicates * each)


def _arm_seconds(arm: Arm, scenario: Scenario) -> float:
    days = _arm_days(arm, scenario)
    giving = sum(_giving_min(arm)) + min(scenario.follow_up_min, 120.0)
    moving = days if scenario.cohort.given else min(days, _moving_days(arm))
    per_cell = _GIVING_SECONDS_PER_CELL_MIN * giving + _QUIET_SECONDS_PER_CELL_DAY * moving
    seconds = _COURSE_SECONDS + _DAY_SECONDS * moving + scenario.cells * per_cell
    if not scenario.cohort.given:
        return seconds + _YEARS_SECONDS_PER_DAY * (days - moving)
    course_days = sum(item.duration_min for item in arm.course) / 1440.0
    ill = min(days, course_days + _AFTERMATH_DAYS)
    return seconds + _CLONE_SECONDS_PER_DAY * ill + _CLONE_SECONDS_PER_QUIET_DAY * (days - ill)


def _moving_days(arm: Arm) -> float:
    """Days of treatment, and those after every dose in which mast cells still move; then the patient is at rest."""
    given = [item for item in arm.course if not isinstance(item, Gap) and not item.under_skin]
    gaps = [item.duration_min / 1440.0 for item in arm.course if isinstance(item, Gap)]
    after = sum(min(days, _AFTERMATH_DAYS) for days in gaps) + _AFTERMATH_DAYS * (2 if arm.after else 1)
    return sum(item.duration_min for item in given) / 1440.0 + after


def _giving_min(arm: Arm) -> Iterator[float]:
    """Minutes in which steps are fine: infusions, and some hours after a swallowed dose."""
    for item in arm.course:
        if isinstance(item, Step):
            yield item.duration_min
        elif isinstance(item, Regimen) and not item.under_skin:
            yield item.times * min(item.every_min, 60.0)


def _bytes(scenario: Scenario) -> float:
    """Bytes on disk of one scenario's run folder."""
    runs = scenario.cohort.patients * scenario.replicates
    events = sum(
        item.times if isinstance(item, Regimen) else 2 for arm in scenario.arms for item in arm.course
        if not isinstance(item, Gap)
    )  # fmt: skip
    amounts = (
        (_RECORDED_BYTES, len(scenario.arms)),
        (_RECORDED_BYTES_PER_DAY, sum(_arm_days(arm, scenario) for arm in scenario.arms)),
        (_RECORDED_BYTES_PER_CELL, scenario.cells * len(scenario.arms)),
    )
    kept = scenario.record
    recorded = sum(size * amount for sizes, amount in amounts for name, size in sizes.items() if name in kept)
    rows = len(scenario.arms) * _BYTES["course"] + events * _BYTES["event"]
    return _BYTES["point"] + scenario.cohort.patients * _BYTES["patient"] + runs * (rows + recorded)


def half_width(risk: float, patients: int) -> float:
    """Half of the 95 % Wilson interval of a risk (Wilson 1927)."""
    z2 = _Z * _Z / patients
    return _Z * math.sqrt(risk * (1.0 - risk) / patients + z2 / (4.0 * patients)) / (1.0 + z2)


def half_width_of_difference(risk: float, patients: int) -> float:
    """Half of the 95 % interval of a difference of two equal risks in so many different patients each."""
    return _Z * math.sqrt(2.0 * risk * (1.0 - risk) / patients)


def half_width_paired(discordant: float, patients: int) -> float:
    """Half of the 95 % interval of a difference in the same patients, of whom that share fares differently.

    The variance of a paired difference d is (share that differs - d²)/n; this is its greatest, at d = 0.
    """
    return _Z * math.sqrt(discordant / patients)


def patients_needed(width: float) -> Needed:
    """Patients for 95 % intervals of half-width `width`, at a risk of one half."""
    n = (_Z / width) ** 2
    return Needed(math.ceil(0.25 * n), math.ceil(0.5 * n), math.ceil(DISCORDANT[-1] * n))
