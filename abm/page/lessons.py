"""The lessons of the teaching page: data in lessons.yaml, checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from abm.parameters.catalog import default_parameters
from abm.scenario import Scenario
from abm.scenario_tree import Mark, Report
from abm.scenario_yaml import decode, parse, plain

_FILE = Path(__file__).with_name("lessons.yaml")


@dataclass(frozen=True, slots=True)
class Slider:
    """A number that a visitor can change.

    Attributes
    ----------
    value : float
        Where the slider stands unless moved; there it leaves the scenario as it is.
    scales : str
        Parameter of the model that is its default times the slider's value; else the lesson says what it changes.
    """

    name: str
    label: str
    unit: str
    value: float
    low: float
    high: float
    step: float
    scales: str = ""

    def override(self, value: float) -> list[str]:
        """What the slider puts into the scenario by itself, as ``path=value``."""
        if not self.scales or value == self.value:
            return []
        return [f"parameters.{self.scales}={value * default_parameters()[self.scales]:.6g}"]


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to the lesson's question: whether the first and the second arm do harm."""

    text: str
    harm: tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Change:
    """What is put into the scenario once any of the sliders `when` has been moved; braces hold the sliders' values."""

    when: tuple[str, ...]
    set: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: a question put to two arms of a scenario in the same patient.

    Attributes
    ----------
    scenario : str or Scenario
        Shipped scenario, or one that the visitor brought; of a sweep, `points` names its points.
    set : tuple of str
        ``path=value`` texts that make the lesson's arms out of it.
    arms : tuple of str
        First and second arm shown.
    harm : tuple of bool
        Whether the first and the second arm do harm where nothing is changed, if `after` explains just that.
    patients : tuple of int
        Numbers of the patients that can be shown; empty for anybody's.
    labels, short : mapping of str to str
        Names of arms for the visitor, and shorter ones for the heads of a table.
    step_min : float
        Interval of the model, simulated minutes.
    speeds : tuple of float
        Simulated minutes from picture to picture that can be chosen; `speed` is the first choice.
    """

    name: str
    title: str
    lead: str
    question: str
    options: tuple[Option, ...]
    after: str
    why: str
    scenario: str | Scenario
    arms: tuple[str, str]
    patient: int
    cells: int
    speeds: tuple[float, ...]
    speed: float
    step_min: float = 1.0
    set: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    sliders: tuple[Slider, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)
    points: tuple[str, ...] = ()
    point: int = 0
    harm: tuple[bool, bool] | None = None
    patients: tuple[int, ...] = ()

    def overrides(self, values: Mapping[str, float]) -> list[str]:
        """What a visitor's sliders and the lesson itself put into the scenario, as ``path=value`` texts."""
        moved = {slider.name for slider in self.sliders if values[slider.name] != slider.value}
        texts = {name: f"{value:g}" for name, value in values.items()}
        own = [change.set.format(**texts) for change in self.changes if moved & set(change.when)]
        return [*self.set, *own, *(text for slider in self.sliders for text in slider.override(values[slider.name]))]


@lru_cache(maxsize=1)
def lessons() -> dict[str, Lesson]:
    """Return the lessons by name, in order."""
    report = Report()
    tree = plain(parse(decode(_FILE.read_bytes(), _FILE.name), Mark(_FILE.name), report))
    report.raise_if_any()
    known = {name: Slider(name, **told) for name, told in tree["sliders"].items()}
    return {told["name"]: _lesson(told, known) for told in tree["lessons"]}


def _lesson(told: Mapping[str, Any], known: Mapping[str, Slider]) -> Lesson:
    sliders = tuple(
        Slider(**{key: getattr(known[name], key) for key in Slider.__slots__} | (own or {}))
        for name, own in told.get("sliders", {}).items()
    )
    made = {
        "options": tuple(Option(each["text"], tuple(each["harm"])) for each in told["options"]),
        "arms": tuple(told["arms"]),
        "speeds": tuple(float(speed) for speed in told["speeds"]),
        "set": tuple(told.get("set", ())),
        "changes": tuple(Change(tuple(each["when"]), each["set"]) for each in told.get("changes", ())),
        "sliders": sliders,
        "points": tuple(told.get("points", ())),
        "harm": tuple(told["harm"]) if "harm" in told else None,
    }
    return Lesson(**{**told, **made})
