"""The decision map of the last lesson, filled field by field with patients who are treated on the spot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from abm.page.lessons import Lesson
from abm.page.settings import Settings, scenario_of, settings_of
from abm.page.stage import harmed
from abm.parameters.catalog import parameters_of
from abm.population import select_patients
from abm.treatment import Work, treat_patient

_HISTORY = "history"
MOST_PATIENTS = 50


class DecisionMap:
    """Who was harmed, by mechanism and by way of giving the drug, among the patients treated so far."""

    def __init__(self, lesson: Lesson) -> None:
        self._settings: Settings = settings_of(lesson)
        self._lesson = lesson
        self._treated = [0] * len(lesson.points)
        self._arms = [arm.name for arm in scenario_of(self._settings).arms if arm.name != _HISTORY]
        self._counts = [{arm: [0, 0] for arm in self._arms} for _ in lesson.points]

    def treat_next(self) -> None:
        """Treat one more patient of the mechanism that has had the fewest, in every arm, as a study does."""
        point = min(range(len(self._treated)), key=self._treated.__getitem__)
        number = self._treated[point]
        if number >= MOST_PATIENTS:
            return
        scenario = scenario_of(replace(self._settings, point=point))
        scenario = replace(scenario, cohort=replace(scenario.cohort, patients=number + 1))
        numbers = parameters_of(scenario.drugs, scenario.parameters)
        patient = select_patients(scenario, numbers).to_dict("records")[number]
        for row in treat_patient(Work(scenario, numbers, ()), patient):
            outcome = row.outcome
            if outcome["arm"] != _HISTORY and outcome["treated"]:
                count = self._counts[point][outcome["arm"]]
                count[0] += 1
                count[1] += harmed(outcome)
        self._treated[point] += 1

    @property
    def even(self) -> bool:
        """Whether every mechanism has had as many patients."""
        return len(set(self._treated)) == 1

    def table(self) -> dict[str, Any]:
        """The map as the page draws it."""
        return {
            "heads": [self._lesson.short.get(arm, arm) for arm in self._arms],
            "rows": [
                {
                    "name": name.partition(":")[0],
                    "fields": [{"n": count[arm][0], "harmed": count[arm][1]} for arm in self._arms],
                }
                for name, count in zip(self._lesson.points, self._counts, strict=True)
            ],
            "done": self.even,
            "treated": sum(self._treated),
        }
