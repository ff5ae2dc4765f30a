"""One visitor: what the browser asks for, and what it is shown. Nobody shares a visitor's models."""

from __future__ import annotations

import logging
import math
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from abm.page.decision import DecisionMap
from abm.page.files import data_csv, scenario_text
from abm.page.lessons import Lesson, lessons
from abm.page.own import RUN, UPLOAD, Offer, uploaded
from abm.page.settings import Settings, changed, read_query, scenario_of, settings_of
from abm.page.stage import Stage
from abm.population import SelectionError
from abm.scenario_tree import ScenarioError

IDLE_S = 1800.0
"""Seconds without a word from the browser after which a visitor's models are let go."""

_LOG = logging.getLogger("desensim.page")
_VISITORS: weakref.WeakSet[Visitor] = weakref.WeakSet()
_UNDERSTOOD = (ScenarioError, SelectionError, ValueError)
_LONGEST_ADVANCE_MIN = 10 * 1440.0


class Visitor:
    """The state of one open page.

    Parameters
    ----------
    query : str, optional
        What the link says after the question mark.

    Attributes
    ----------
    shown : dict
        Everything that the browser shows, by the names of the board's properties.
    """

    def __init__(self, query: str | None = None) -> None:
        self._lock = threading.Lock()
        self._own: dict[str, Lesson] = {RUN: Offer.run.lesson} if Offer.run else {}
        self._stage: Stage | None = None
        self._map: DecisionMap | None = None
        self._maps: dict[str, DecisionMap] = {}
        self._scenes = self._frames = self._files = 0
        self._heard_s = time.monotonic()
        self.shown: dict[str, Any] = {"file": {"n": 0}, "map": None}
        settings, problems = read_query(query, Offer.run.lesson if Offer.run else None)
        try:
            self._begin(settings)
        except _UNDERSTOOD as error:
            problems.append(str(error))
            self._begin(settings_of(settings.lesson))
        self.shown["problems"] = problems
        _VISITORS.add(self)

    def hear(self, message: Mapping[str, Any]) -> None:
        """Do what the browser asks for; what cannot be done is told on the page, and the page stays as it was."""
        with self._lock:
            self._heard_s = time.monotonic()
            problems: list[str] = []
            try:
                kind = str(message.get("kind"))
                if kind not in _DONE:
                    raise ValueError(f"the page was asked for something that it does not know: {kind[:40]!r}")
                self._wake()
                _DONE[kind](self, message)
            except _UNDERSTOOD as error:
                problems = [str(error)]
            except Exception:
                _LOG.exception("a visitor's page failed")
                problems = [
                    "Something went wrong in the program; what you asked for was not done. Start again, please."
                ]
            if problems or message.get("kind") != "advance":
                self.shown = self.shown | {"problems": problems}
            if problems:
                self._picture()

    def drop_if_idle(self, now_s: float) -> bool:
        """Let the models go if nothing was heard for long; a word from the browser makes them anew."""
        with self._lock:
            if self._stage is None or now_s - self._heard_s < IDLE_S:
                return False
            self._stage = self._map = None
            self._maps.clear()
            return True

    @property
    def stage(self) -> Stage:
        """The two arms that are shown."""
        assert self._stage is not None
        return self._stage

    def _wake(self) -> None:
        if self._stage is None:
            self._begin(self._settings)

    def _begin(self, settings: Settings) -> None:
        """Show other settings from the start; nothing changes if they cannot be shown."""
        stage = Stage(settings)
        self._stage, self._settings = stage, settings
        lesson = settings.lesson
        self._scenes += 1
        if lesson.points and lesson.name not in self._maps:
            self._maps[lesson.name] = DecisionMap(lesson)
        self._map = self._maps.get(lesson.name)
        titles = {
            **{name: each.title for name, each in lessons().items()},
            **{n: e.title for n, e in self._own.items()},
        }
        offered = [arm.name for arm in stage.scenario.arms]
        self.shown = self.shown | {
            "catalogue": [{"name": name, "title": title} for name, title in titles.items()],
            "lesson": _lesson_shown(lesson),
            "patients": list(Offer.run.patients[:500]) if Offer.run and lesson.name == RUN else [],
            "chosen": {
                "patient": settings.patient, "arms": list(settings.arms), "values": dict(settings.values),
                "point": settings.point, "query": settings.query(),
                "offered": [
                    {"name": arm, "label": lesson.labels.get(arm, arm.replace("_", " "))} for arm in offered
                ],
            },
            "scene": stage.setting() | {"n": self._scenes},
            "map": self._map.table() if self._map else None,
        }  # fmt: skip
        self._picture()

    def _picture(self) -> None:
        self._frames += 1
        self.shown = self.shown | {"frame": self.stage.frame() | {"n": self._frames, "scene": self._scenes}}

    def _advance(self, message: Mapping[str, Any]) -> None:
        if message.get("scene") == self._scenes:
            self.stage.advance(_finite(message.get("minutes"), 1.0 / 16.0, _LONGEST_ADVANCE_MIN))
        self._picture()

    def _change(self, message: Mapping[str, Any]) -> None:
        key, text = str(message.get("key")), str(message.get("value"))
        settings = changed(replace(self._settings, acts=()), key, text)
        if key == "point":
            settings = replace(settings, arms=settings.lesson.arms)
        self._begin(settings)

    def _lesson(self, message: Mapping[str, Any]) -> None:
        known = {**lessons(), **self._own}
        name = str(message.get("name"))
        if name not in known:
            raise ValueError(f"there is no lesson {name[:40]!r}")
        self._begin(settings_of(known[name]))

    def _reset(self, message: Mapping[str, Any]) -> None:
        self._begin(replace(self._settings, acts=()))

    def _act(self, message: Mapping[str, Any]) -> None:
        arm, what, lasting = message.get("arm"), str(message.get("what")), message.get("minutes")
        if arm not in (0, 1) or what not in ("hold", "release", "stop"):
            raise ValueError("the drug of the first or second arm can be paused, resumed or stopped")
        self.stage.act(int(arm), what, math.inf if lasting is None else _finite(lasting, 1.0, 1e6))
        self._settings = replace(self._settings, acts=tuple(self.stage.acts))
        self.shown = self.shown | {"chosen": self.shown["chosen"] | {"query": self._settings.query()}}
        self._picture()

    def _pick(self, message: Mapping[str, Any]) -> None:
        self.stage.point_at(int(_finite(message.get("row"), -1, 1e5)), int(_finite(message.get("column"), -1, 1e5)))
        self._picture()

    def _fill(self, message: Mapping[str, Any]) -> None:
        if self._map is not None:
            self._map.treat_next()
            self.shown = self.shown | {"map": self._map.table()}

    def _file(self, message: Mapping[str, Any]) -> None:
        csv = message.get("what") == "csv"
        text = data_csv(self.stage) if csv else scenario_text(self.stage)
        self._files += 1
        name = f"desensim_{self._settings.lesson.name}_patient_{self._settings.patient}.{'csv' if csv else 'yaml'}"
        kind = "text/csv" if csv else "application/yaml"
        self.shown = self.shown | {"file": {"n": self._files, "name": name, "text": text, "type": kind}}

    def _upload(self, message: Mapping[str, Any]) -> None:
        text = message.get("text")
        lesson = uploaded(str(message.get("name")), None if text is None else str(text))
        scenario_of(settings_of(lesson))
        self._begin(settings_of(lesson))
        self._own[UPLOAD] = lesson


_DONE: dict[str, Callable[[Visitor, Mapping[str, Any]], None]] = {
    "advance": Visitor._advance, "change": Visitor._change, "lesson": Visitor._lesson, "reset": Visitor._reset,
    "act": Visitor._act, "pick": Visitor._pick, "fill": Visitor._fill, "file": Visitor._file,
    "upload": Visitor._upload,
}  # fmt: skip


def drop_idle(now_s: float | None = None) -> int:
    """Let the models of every idle visitor go; returns how many."""
    return sum(visitor.drop_if_idle(time.monotonic() if now_s is None else now_s) for visitor in list(_VISITORS))


def _finite(value: Any, low: float, high: float) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"needed is a number from {low:g} to {high:g}, not {str(value)[:40]!r}")
    return float(value)


def _lesson_shown(lesson: Lesson) -> dict[str, Any]:
    names = ("name", "title", "lead", "question", "after", "why", "speed", "arms", "harm")
    return {name: getattr(lesson, name) for name in names} | {
        "speeds": list(lesson.speeds),
        "points": list(lesson.points),
        "options": [{"text": option.text, "harm": list(option.harm)} for option in lesson.options],
        "sliders": [
            {name: getattr(slider, name) for name in ("name", "label", "unit", "low", "high", "step")}
            for slider in lesson.sliders
        ],
    }
