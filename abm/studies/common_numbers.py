"""The same people, with the same chance events, under other protocols or other numbers of the model.

Differences between two such treatments are due to what differs, not to who was drawn or what befell him: these are
common random numbers. Nothing is written; `abm.studies.point_store` keeps what has been found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from abm.parameters.catalog import ParameterSet, parameters_of
from abm.parameters.parameter import Parameter
from abm.population import draw_patient, select_patients
from abm.scenario import Arm, Scenario
from abm.studies.science import BadQuestion
from abm.treatment import Work, treat_patient

_KEPT = 16
_KEYS = ("patient_id", "arm", "replicate")


class CourseFailed(BadQuestion):
    """A patient could not be simulated."""


def _graded(outcomes: pd.DataFrame) -> pd.Series:
    return outcomes["severity"].isin(["moderate", "severe"])


def _necrolysis(outcomes: pd.DataFrame) -> pd.Series:
    return outcomes["necrolysis"].notna() & (outcomes["necrolysis"] != "none")


MEASURES: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "harmed": lambda outcomes: _graded(outcomes) | _necrolysis(outcomes),
    "moderate_or_severe": _graded,
    "reacted": lambda outcomes: outcomes["reacted"],
    "any_necrolysis": _necrolysis,
    "released_fraction": lambda outcomes: outcomes["released_fraction"],
    "max_detached_percent": lambda outcomes: outcomes["max_detached_percent"].fillna(0.0),
}
"""What can be read off the outcomes of a course, as a number per course; yes and no are 1 and 0.

``harmed`` is a moderate or severe immediate reaction, or epidermal necrolysis.
"""


class SamePatients:
    """The patients of a scenario, to be treated again and again.

    Who they are is decided once, by `select:` and with the scenario's own numbers; their traits then follow the numbers
    they are drawn with, from the same random numbers.

    Parameters
    ----------
    scenario : Scenario
    threads : int
        The results do not depend on it.

    Attributes
    ----------
    scenario : Scenario
        With nothing recorded beyond outcomes.
    ids : tuple of int
        Numbers of the patients.

    Raises
    ------
    SelectionError
        As `abm.population.select_patients`.
    """

    def __init__(self, scenario: Scenario, threads: int = 1) -> None:
        self.scenario = dataclasses.replace(scenario, record=frozenset(), samples=())
        self.threads = threads
        chosen = select_patients(self.scenario, self.parameters({}))
        self.ids = tuple(sorted(int(number) for number in chosen["patient_id"]))
        self._drawn: dict[tuple[Any, ...], dict[int, dict[str, Any]]] = {}

    def parameters(self, changed: Mapping[str, float]) -> ParameterSet:
        """The scenario's numbers, some of them `changed`."""
        return numbers_of(self.scenario, changed)

    def outcomes(
        self,
        changed: Mapping[str, float] | None = None,
        *,
        arms: Sequence[Arm] | None = None,
        ids: Sequence[int] | None = None,
        cells: int | None = None,
        replicates: int | None = None,
    ) -> pd.DataFrame:
        """Treat the patients and return the rows of `outcomes`.

        Parameters
        ----------
        changed : mapping of str to float, optional
            Parameters that differ from the scenario's.
        arms, ids, cells, replicates : optional
            In place of the scenario's arms, all patients, and the scenario's sizes.

        Raises
        ------
        CourseFailed
            If a patient could not be simulated.
        """
        changed = dict(changed or {})
        scenario = dataclasses.replace(
            self.scenario, arms=tuple(arms or self.scenario.arms), cells=cells or self.scenario.cells,
            replicates=replicates or self.scenario.replicates,
        )  # fmt: skip
        work = Work(scenario, self.parameters(changed), ("outcomes", "events"))
        patients = [self._patient(number, changed, work.parameters) for number in (self.ids if ids is None else ids)]
        with ThreadPoolExecutor(self.threads, thread_name_prefix="desensim") as pool:
            try:
                treated = list(pool.map(partial(treat_patient, work), patients))
            except BaseException:
                work.stop.set()
                raise
        return _checked(pd.DataFrame([row.outcome for rows in treated for row in rows]))

    def _patient(self, number: int, changed: Mapping[str, float], parameters: ParameterSet) -> dict[str, Any]:
        """One patient's traits under these numbers; those of the last few sets of numbers are kept."""
        key = tuple(sorted(changed.items()))
        if key not in self._drawn:
            while len(self._drawn) >= _KEPT:
                self._drawn.pop(next(iter(self._drawn)))
            self._drawn[key] = {}
        kept = self._drawn[key]
        if number not in kept:
            kept[number] = draw_patient(self.scenario, parameters, number)
        return dict(kept[number])


def numbers_of(scenario: Scenario, changed: Mapping[str, float] | None = None) -> ParameterSet:
    """Return a scenario's numbers, some of them `changed`."""
    return parameters_of(scenario.drugs, {**scenario.parameters, **(changed or {})})


def span(parameter: Parameter) -> tuple[float, float]:
    """Low and high end of a parameter's range, as far as the model may take it."""
    return max(parameter.low, parameter.hard_low), min(parameter.high, parameter.hard_high)


def within(parameter: Parameter, share: float) -> float:
    """The value at a share of the way through the range: by ratios, where it is positive and wide."""
    low, high = span(parameter)
    if low > 0.0 and high / low > 4.0:
        return float(low * (high / low) ** share)
    return float(low + (high - low) * share)


def _checked(outcomes: pd.DataFrame) -> pd.DataFrame:
    failed = outcomes[outcomes["status"] == "failed"]
    if len(failed):
        row = failed.iloc[0]
        raise CourseFailed(f"patient {row['patient_id']} in arm {row['arm']} failed: {row['failure_reason']}")
    return outcomes


def measured(outcomes: pd.DataFrame, measure: str) -> dict[str, np.ndarray]:
    """Put one number per patient and replicate side by side, arm by arm.

    Parameters
    ----------
    outcomes : DataFrame
        From `SamePatients.outcomes`.
    measure : str
        A key of `MEASURES`.

    Returns
    -------
    dict of str to ndarray, shape (patients, replicates)
        By arm; rows in the order of patient numbers. NaN where the patient was not treated.
    """
    values = MEASURES[measure](outcomes).astype("float64").where(outcomes["treated"].fillna(False).astype(bool))
    table = outcomes[list(_KEYS)].assign(value=values)
    return {
        str(arm): part.pivot(index="patient_id", columns="replicate", values="value").to_numpy("float64")
        for arm, part in table.groupby("arm", sort=False)
    }
