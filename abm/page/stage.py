"""Two arms of one patient on one clock, as a visitor sees them."""

from __future__ import annotations

import math
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from abm.biology.pharmacokinetics import CENTRAL
from abm.biology.reaction import GRADES
from abm.mesa_model import TissueModel
from abm.page.histories import model_of
from abm.page.rasters import Dermis, Epidermis
from abm.page.settings import Act, Settings, scenario_of
from abm.scenario import Arm, Gap, Regimen, Step

LONGEST_S = 0.25
"""Computing time after which a picture is sent, however much of the interval has passed."""

ROW = (
    "time_min", "dose_mg", "histamine_ng_per_ml", "systolic_mmhg", "released_fraction", "severity", "detached_percent",
    "skin_t_cells",
)  # fmt: skip
"""Numbers of a moment that the page draws over time, in this order."""

_HARM = ("moderate", "severe")
PATIENCE_MIN = 1440.0
"""How long after its planned end an arm goes on whose drug is held back by hand."""


class Stage:
    """Two models of one patient, moved together.

    Parameters
    ----------
    settings : Settings
        What is shown; the acts in it are carried out again at their times.

    Raises
    ------
    ScenarioError, ValueError
        If the scenario, an arm or the patient cannot be shown, in words for the visitor.
    """

    def __init__(self, settings: Settings) -> None:
        self.scenario = scenario_of(settings)
        self.settings = settings
        self.models = tuple(model_of(settings, self.scenario, arm) for arm in settings.arms)
        delayed = self.models[0].course.immunity is not None
        self.pictures = tuple((Epidermis if delayed else Dermis)(model) for model in self.models)
        self.cell = self._typical_cell()
        self.clock_min = 0.0
        self.acts: list[Act] = []
        self._later = list(settings.acts)
        self._sent = [0, 0]

    @property
    def running(self) -> bool:
        """Whether time goes on in either arm: neither over, nor left waiting for a hand."""
        return any(self._goes_on(model) for model in self.models)

    @property
    def left_waiting(self) -> bool:
        """Whether nothing goes on because the drug of an arm is held back, and nobody lets it go or stops it."""
        return not self.running and any(model.running for model in self.models)

    def _goes_on(self, model: TissueModel) -> bool:
        course = model.course
        return model.running and not (
            course.held and not course.ending and course.now_min > planned_min(model) + PATIENCE_MIN
        )

    def advance(self, minutes: float, longest_s: float = LONGEST_S) -> None:
        """Let `minutes` pass in both arms, or as much as can be computed in `longest_s` seconds.

        An arm in which the engine takes a longer step is ahead of the clock until the clock has caught up.
        """
        end_s = time.monotonic() + longest_s
        goal = self.clock_min + minutes
        while (behind := self._behind(goal)) and time.monotonic() < end_s:
            arm = min(behind, key=lambda each: self.models[each].course.now_min)
            self._carry_out(arm)
            self.models[arm].step()
        if self.running:
            behind = self._behind(goal)
            self.clock_min = min((self.models[arm].course.now_min for arm in behind), default=goal)
        else:
            self.clock_min = max(model.course.now_min for model in self.models)

    def _behind(self, goal: float) -> list[int]:
        return [n for n, model in enumerate(self.models) if self._goes_on(model) and model.course.now_min < goal]

    def act(self, arm: int, kind: str, for_min: float = math.inf) -> None:
        """Hold the drug of an arm back, let it go on, or stop it for good; what a link still had to come is dropped."""
        course = self.models[arm].course
        if not self.models[arm].running or course.course_over:
            return
        self._later = []
        self._apply(Act(arm, course.now_min, kind, for_min))

    def _apply(self, act: Act) -> None:
        course = self.models[act.arm].course
        if act.kind == "hold":
            course.hold(act.for_min)
        else:
            course.release() if act.kind == "release" else course.stop()
        self.acts.append(act)

    def _carry_out(self, arm: int) -> None:
        """Do what a link says was done at this moment."""
        now = self.models[arm].course.now_min
        for act in [act for act in self._later if act.arm == arm and act.time_min <= now]:
            self._later.remove(act)
            self._apply(act)

    def point_at(self, row: int, column: int) -> None:
        """Put the cell under the lens that is at a pixel of the picture."""
        down, across = self.pictures[0].shape
        if 0 <= row < down and 0 <= column < across:
            self.cell = self.pictures[0].nearest(row, column)

    def _typical_cell(self) -> int:
        """The middle one of the mast cells in sight, by receptors for its threshold; in epidermis, of the patch."""
        picture, model = self.pictures[0], self.models[0]
        if isinstance(picture, Epidermis):
            return picture.side**2 // 2 + picture.side // 2
        state, n = model.course.state, picture.pixels.size
        ease = (state.receptors[0, :n] + state.mrgprx2[:n]) / state.threshold[:n]
        seen = np.flatnonzero(picture.in_close_up())
        if not seen.size:
            seen = np.flatnonzero(picture.pixels >= 0)
        return int(seen[np.argsort(ease[seen], kind="stable")[seen.size // 2]])

    def frame(self) -> dict[str, Any]:
        """What has changed since the last frame, ready to be sent."""
        return {
            "clock_min": self.clock_min,
            "running": self.running,
            "left_waiting": self.left_waiting,
            "cell": self.cell,
            "spot": self._spot(),
            "arms": [self._arm_frame(number) for number in range(len(self.models))],
        }

    def _spot(self) -> list[int] | None:
        """Row and column of the cell under the lens, where pixels are cells of the dermis."""
        picture = self.pictures[0]
        if isinstance(picture, Epidermis):
            return None
        return [int(place) for place in divmod(int(picture.pixels[self.cell]), picture.side)]

    def _arm_frame(self, number: int) -> dict[str, Any]:
        model, course = self.models[number], self.models[number].course
        outcome = model.outcome()
        return {
            "picture": b64encode(self.pictures[number].picture().tobytes()).decode(),
            "rows": list(self._new_rows(number)),
            "lens": self._lens(model),
            "status": status(model),
            "running": model.running,
            "held": course.held and not course.ending,
            "over": course.course_over or course.ended or course.ending,
            "worst": outcome["severity"],
            "necrolysis": outcome["necrolysis"],
            "blood_mg": float(f"{course.state.drug[:, CENTRAL].sum():.4g}"),
            "harm": harmed(outcome),
        }

    def _new_rows(self, number: int) -> Iterator[list[float]]:
        kept = self.models[number].datacollector.model_vars
        columns = [kept[name] for name in ROW]
        for row in range(self._sent[number], len(columns[0])):
            yield [float(f"{_plain(column[row]):.5g}") for column in columns]
        self._sent[number] = len(columns[0])

    def _lens(self, model: TissueModel) -> dict[str, float | bool]:
        if isinstance(self.pictures[0], Epidermis):
            if not len(model.keratinocytes):
                return {}
            cell = model.keratinocytes[self.cell]
            near = model.t_cells.get("patch") == cell.patch
            return {
                "alive": cell.alive, "detached": cell.detached, "hits": int(cell.hits),
                "granulysin": float(f"{cell.granulysin:.3g}"), "t_cells": int(near.sum()), "patch": cell.patch + 1,
            }  # fmt: skip
        mast = model.mast_cells[self.cell]
        names = ("receptors", "receptors_2", "crosslinks", "crosslinks_2", "ship1", "ship1_2", "calcium", "threshold")
        return {name: float(f"{getattr(mast, name):.4g}") for name in names} | {"fired": mast.fired}

    def setting(self) -> dict[str, Any]:
        """What does not change while time passes: the arms' plans, the pictures' shapes."""
        down, across = self.pictures[0].shape
        return {
            "tissue": "epidermis" if isinstance(self.pictures[0], Epidermis) else "dermis",
            "down": down,
            "across": across,
            "end_min": max(planned_min(model) for model in self.models),
            "cells": int(self.models[0].course.state.calcium.size),
            "plans": [list(plan(model.course.arm)) for model in self.models],
        }


def planned_min(model: TissueModel) -> float:
    """Length of the arm as planned, with its follow-up, minutes."""
    return sum(item.duration_min for item in model.course.arm.course) + model.study.follow_up_min


def plan(arm: Arm) -> Iterator[dict[str, Any]]:
    """What the arm means to give: start and end in minutes (the same for a dose), dose in mg, number."""
    now = 0.0
    for item in arm.course:
        if isinstance(item, Step):
            yield {"from": now, "to": now + item.duration_min, "mg": item.dose_mg, "number": item.number}
        elif isinstance(item, Regimen):
            times = [now + item.every_min * dose for dose in range(item.times)]
            yield from ({"from": at, "to": at, "mg": item.dose_mg, "number": item.number} for at in times)
        now += item.duration_min


def status(model: TissueModel) -> str:
    """What is being done at this moment, in a few words."""
    course = model.course
    if course.died:
        return "died"
    if not model.running:
        return "over"
    if course.ending or course.stopped:
        return "drug stopped for good"
    if course.withdrawn:
        return "drug withdrawn"
    if course.course_over:
        return "all given"
    if course.held:
        return "drug paused by hand"
    if course.giving and course.step is not None:
        most = max((item.number for item in course.arm.course if not isinstance(item, Gap)), default=1)
        return f"giving step {course.step.number} of {most}" if most > 1 else "drug is being given"
    if not list(plan(course.arm)):
        return "no drug is given"
    if course.recorder.events and course.recorder.events[-1]["event"] == "pause":
        return "paused at a reaction"
    return "no drug for a while" if course.now_min > 0.0 else "about to begin"


def harmed(outcome: Mapping[str, Any]) -> bool:
    """Whether an outcome row tells of harm: a moderate or severe immediate reaction, or epidermal necrolysis."""
    return outcome["severity"] in _HARM or outcome["necrolysis"] != "none"


def _plain(value: Any) -> float:
    return float(GRADES.index(value)) if isinstance(value, str) else float(value)
