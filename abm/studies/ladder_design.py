"""A ladder as five numbers that can be varied: start, ratio, interval, number of steps, and how long the rest takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from abm.protocols import build_protocol
from abm.scenario import Arm, Gap, Per, Scenario, Step
from abm.studies.science import BadQuestion

PUBLISHED = ("ladder_12_step", "one_bag", "graded_10_fold", "full_dose", "slow_infusion")
"""Protocols that every design is held against; the first is the reference. The last two are no ladders."""

START_LOG10 = (-6.0, -2.0)
RATIO = (1.2, 10.0)
INTERVAL_MIN = (1, 60)
STEPS = (2, 24)
LAST_MIN = (5, 600)


@dataclass(frozen=True)
class Given:
    """What is to be given.

    Attributes
    ----------
    drug, dose_mg, per : str, float, str
        As in `abm.scenario.Step`; the whole dose.
    usual_min : float
        Usual infusion time of the whole dose, minutes; no step of a design is faster than that rate.
    """

    drug: str
    dose_mg: float
    per: Per
    usual_min: float


@dataclass(frozen=True)
class Design:
    """A ladder of one's own.

    Attributes
    ----------
    start_fraction : float
        Share of the dose in the first step.
    ratio : float
        From one step's dose to the next.
    interval_min : float
        Minutes of each step but the last.
    step_count : int
        Steps, the last included.
    last_min : float
        Minutes over which the last step gives the rest of the dose: how the dose is split between ladder and infusion.
    """

    start_fraction: float
    ratio: float
    interval_min: float
    step_count: int
    last_min: float

    @property
    def duration_min(self) -> float:
        """Planned length, minutes."""
        return (self.step_count - 1) * self.interval_min + self.last_min

    def allowed(self, usual_min: float) -> Design:
        """The nearest design that reaches the dose in its last step, and is nowhere faster than the usual infusion.

        Steps that would be faster, or give more than there is, are left out; what they would have given comes with the
        last one, which takes the longer for it where needed.
        """
        interval = max(self.interval_min, math.ceil(self.start_fraction * usual_min))
        given, share, rising = 0.0, self.start_fraction, 0
        while rising < self.step_count - 1 and given + share < 1.0 - 1e-6 and share * usual_min <= interval:
            given, share, rising = given + share, share * self.ratio, rising + 1
        last = max(self.last_min, math.ceil((1.0 - given) * usual_min))
        return Design(self.start_fraction, self.ratio, float(interval), rising + 1, float(last))

    def steps(self, given: Given) -> tuple[Step, ...]:
        """The steps of an allowed design."""
        return build_protocol(
            "ladder", given.drug, given.dose_mg, per=given.per, start_fraction=self.start_fraction, ratio=self.ratio,
            interval_min=self.interval_min, step_count=self.step_count, last_min=self.last_min,
        )  # fmt: skip

    def words(self) -> str:
        """The design as an item of a course in a scenario file."""
        return (
            f"{{protocol: ladder, start: {self.start_fraction:g}, ratio: {self.ratio:g}, interval: "
            f"{self.interval_min:g} min, step_count: {self.step_count}, last: {self.last_min:g} min}}"
        )

    def numbers(self) -> dict[str, Any]:
        """The five numbers by name."""
        return asdict(self)


def design_of(chosen: Mapping[str, Any]) -> Design:
    """Return the design that a point of the search space stands for, in numbers a pump can be set to."""
    start = 10.0 ** float(chosen["start_log10"])
    return Design(
        float(f"{start:.1e}"), float(chosen["ratio"]), float(chosen["interval_min"]), int(chosen["step_count"]),
        float(chosen["last_min"]),
    )  # fmt: skip


FIRST_TRIALS: tuple[dict[str, Any], ...] = (
    {"start_log10": -4.75, "ratio": 2.4, "interval_min": 15, "step_count": 12, "last_min": 175},
    {"start_log10": -4.75, "ratio": 2.4, "interval_min": 10, "step_count": 12, "last_min": 120},
    {"start_log10": -5.0, "ratio": 2.0, "interval_min": 15, "step_count": 14, "last_min": 120},
    {"start_log10": -2.0, "ratio": 10.0, "interval_min": 30, "step_count": 3, "last_min": 60},
)
"""Where the search begins: near the published ladders."""


def what_is_given(scenario: Scenario, arm: Arm) -> Given:
    """Return what the first infusion of an arm gives.

    Raises
    ------
    BadQuestion
        If there is none.
    """
    from abm.parameters.catalog import DRUGS

    steps = [item for item in arm.course if isinstance(item, Step)]
    if not steps or isinstance(arm.course[0], Gap):
        raise BadQuestion(f"arm {arm.name!r} does not begin with an infusion; name another one with --arm")
    first = [step for step in steps if (step.drug, step.protocol) == (steps[0].drug, steps[0].protocol)]
    dose_mg, drug = math.fsum(step.dose_mg for step in first), steps[0].drug
    known = {**DRUGS, **scenario.drugs}[drug]
    return Given(drug, dose_mg, steps[0].per, float(known.usual_infusion_min))


def published_steps(name: str, given: Given) -> tuple[Step, ...]:
    """The steps of a published protocol for the same dose."""
    options: dict[str, Any] = {}
    if name == "full_dose":
        options["duration_min"] = given.usual_min
    if name == "graded_10_fold":
        options["last_min"] = given.usual_min
    return build_protocol(name, given.drug, given.dose_mg, per=given.per, **options)
