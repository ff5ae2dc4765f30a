"""What staff give for a reaction, and when."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from abm.biology.reaction import MODERATE, NONE
from abm.engine.relief import RESCUE
from abm.engine.state import BODY, COUNT

if TYPE_CHECKING:
    from abm.engine.bedside import Bedside

_LOOK_EVERY_MIN = 1.0


class Rescue:
    """Medicines of the rule `on_reaction` for one patient in one arm.

    Staff come when a reaction has been recognised, in the infusion or after it, and look every minute while symptoms
    last. Adrenaline goes into a muscle from a moderate grade on, and again after its interval while that lasts;
    antihistamines (H1 and H2) go into a vein at any grade.
    """

    def __init__(self, course: Bedside) -> None:
        self.course = course
        self.due_min = math.inf
        self._last_min = {"adrenaline": -math.inf, "antihistamine": -math.inf}

    def call(self) -> None:
        """Symptoms begin: somebody will be there when they have been recognised."""
        rule = self.course.arm.on_reaction
        if rule is not None and rule.treat and math.isinf(self.due_min):
            self.due_min = self.course.now_min + rule.recognised_after_min

    def act(self) -> None:
        """Give what the patient needs now, and come again while symptoms last."""
        course = self.course
        rule, grade = course.arm.on_reaction, int(course.state.count[COUNT.grade])
        assert rule is not None
        if grade == NONE or course.died:
            self.due_min = math.inf
            return
        number = course.rates.rescue
        severe_enough = "adrenaline" in rule.treat and grade >= MODERATE
        if severe_enough and self._is_time("adrenaline", number[RESCUE.adrenaline_every_min]):
            dose_mg = number[RESCUE.adrenaline_mg]
            self._give("adrenaline", BODY.adrenaline_muscle_mg, dose_mg, dose_mg)
        if "antihistamine" in rule.treat and self._is_time("antihistamine", number[RESCUE.antihistamine_every_min]):
            self._give("antihistamine", BODY.antihistamine_given, 1.0, number[RESCUE.antihistamine_mg])
        self.due_min = course.now_min + _LOOK_EVERY_MIN

    def _is_time(self, medicine: str, every_min: float) -> bool:
        if self.course.now_min - self._last_min[medicine] < every_min:
            return False
        self._last_min[medicine] = self.course.now_min
        return True

    def _give(self, medicine: str, place: int, amount: float, dose_mg: float) -> None:
        """Put an amount into its place of the body, and note the dose."""
        self.course.state.body[place] += amount
        self.course.recorder.treatment(medicine, float(dose_mg))
