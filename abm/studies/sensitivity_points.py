"""Which numbers a sensitivity analysis varies, and what comes out of the same patients when it does."""

from __future__ import annotations

import dataclasses
import difflib
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from abm.parameters.catalog import ParameterSet, all_parameters
from abm.parameters.parameter import Parameter
from abm.population import SelectionError, draw_patient
from abm.scenario import Scenario
from abm.studies.common_numbers import MEASURES, CourseFailed, SamePatients, measured, span, within
from abm.studies.science import BadQuestion
from abm.sweep import NotedParameters
from abm.treatment import Work, treat_patient

_LOOKED_AT = 3
UNCERTAIN = ("assumed", "fitted")


@dataclasses.dataclass(frozen=True)
class Varied:
    """A parameter that is varied, the value it has in the scenario, and whether anything in the scenario reads it."""

    parameter: Parameter
    value: float
    used: bool = True

    @property
    def name(self) -> str:
        """Full name."""
        return self.parameter.name

    def at(self, share: float) -> float:
        """The value at a share of the way through the range."""
        return within(self.parameter, share)

    @property
    def ends(self) -> tuple[float, float]:
        """Low and high end of the range."""
        return span(self.parameter)


class _ReadByName(NotedParameters):
    """Numbers that note which of them were read; to go through their names is not to read them."""

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def with_overrides(self, overrides: Mapping[str, float]) -> ParameterSet:
        """Return a copy with some values replaced, whose readings are noted here too."""
        return _ReadByName(ParameterSet(self._values, self.own_drugs).with_overrides(overrides), self.read)


def used_parameters(people: SamePatients) -> set[str]:
    """Names of the numbers that are read while the first patients are drawn and go through all arms."""
    scenario = people.scenario
    noted = _ReadByName(people.parameters({}))
    noted.own_drugs, noted.drugs = dict(scenario.drugs), people.parameters({}).drugs
    few = dataclasses.replace(scenario, cells=min(scenario.cells, 100), replicates=1)
    for number in people.ids[:_LOOKED_AT]:
        treat_patient(Work(few, noted, ("outcomes", "events")), draw_patient(few, noted, number))
    return noted.read


def varied(people: SamePatients, patterns: Sequence[str] = (), kinds: Sequence[str] = UNCERTAIN) -> list[Varied]:
    """Choose what is varied: parameters of these kinds that have a range, in the order of the tables.

    Parameters
    ----------
    people : SamePatients
    patterns : sequence of str
        Names, or patterns such as ``mast_cell.*``, of which each must fit; all if there are none.
    kinds : sequence of str
        What is uncertain. A parameter that is named in full is taken whatever its kind.

    Raises
    ------
    BadQuestion
        With the nearest name.
    """
    numbers: ParameterSet = people.parameters({})
    used = used_parameters(people)
    every = [p for p in all_parameters(people.scenario.drugs) if span(p)[0] < span(p)[1]]
    chosen: set[str] = set()
    for pattern in patterns or ("*",):
        found = {p.name for p in every if p.name == pattern}
        found |= {p.name for p in every if p.kind in kinds and fnmatch.fnmatchcase(p.name, pattern)}
        if not found:
            near = difflib.get_close_matches(pattern, [p.name for p in every], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise BadQuestion(f"no parameter {pattern!r} that has a range and is {' or '.join(kinds)}{hint}")
        chosen |= found
    return [Varied(p, numbers[p.name], p.name in used) for p in every if p.name in chosen]


def found_at(people: SamePatients, changed: Mapping[str, float], **sizes: Any) -> dict[str, Any]:
    """Treat the patients under changed numbers.

    Returns
    -------
    dict
        By measure, then arm, a list for each patient of the values of the replicates. Where patients cannot be drawn or
        simulated under these numbers, only ``failed`` with the reason.
    """
    try:
        outcomes = people.outcomes(changed, **sizes)
    except (CourseFailed, SelectionError) as error:
        return {"failed": str(error)}
    return {
        measure: {arm: values.tolist() for arm, values in measured(outcomes, measure).items()} for measure in MEASURES
    }


def values_of(found: Mapping[str, Any], measure: str, arm: str) -> np.ndarray:
    """The values of one measure and arm, shape (patients, replicates); one NaN where the point failed."""
    if "failed" in found:
        return np.full((1, 1), np.nan)
    return np.array(found[measure][arm], dtype=np.float64)


def mean_of(found: Mapping[str, Any], measure: str, arm: str) -> float:
    """Their mean over those who were treated; NaN where there is none."""
    values = values_of(found, measure, arm)
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def arms_alone(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """The scenario with some of its arms, and those that they follow.

    Raises
    ------
    BadQuestion
        If there is no such arm.
    """
    known = {arm.name: arm for arm in scenario.arms}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadQuestion(f"no arm {unknown[0]!r}; the arms of {scenario.name} are {', '.join(known)}")
    kept, ahead = set(names or known), list(names or known)
    while ahead:
        before = known[ahead.pop()].after
        if before and before not in kept:
            kept.add(before)
            ahead.append(before)
    arms = [arm for arm in scenario.arms if arm.name in kept]
    if not any(arm.reference for arm in arms):
        arms[0] = dataclasses.replace(arms[0], reference=True)
    return dataclasses.replace(scenario, arms=tuple(arms))
