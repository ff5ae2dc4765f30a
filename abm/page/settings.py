"""What a visitor has chosen, as a link says it and as a scenario; nothing of a link is trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from abm.page.lessons import Lesson, lessons
from abm.scenario import Scenario
from abm.scenario_file import load_study
from abm.scenario_points import Sweep
from abm.scenario_tree import nearest

KINDS = ("hold", "release", "stop")
"""What a hand can do to the drug of an arm."""

MOST_ACTS = 200
LARGEST_PATIENT = 2**32 - 1
_LONGEST_QUERY = 8000


@dataclass(frozen=True, slots=True)
class Act:
    """A hand on the drug: which arm, when (minutes of the arm's clock), what, and for how long a hold."""

    arm: int
    time_min: float
    kind: str
    for_min: float = math.inf

    def text(self) -> str:
        """As a link holds it."""
        lasting = "" if math.isinf(self.for_min) else f"~{self.for_min:g}"
        return f"{self.arm}~{self.time_min!r}~{self.kind}{lasting}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides what is shown.

    Attributes
    ----------
    values : tuple of (str, float)
        Where the sliders stand.
    acts : tuple of Act
        What a hand did, in order.
    """

    lesson: Lesson
    patient: int
    arms: tuple[str, str]
    values: tuple[tuple[str, float], ...]
    point: int = 0
    acts: tuple[Act, ...] = ()

    def query(self) -> str:
        """The link's part after the question mark; what stands as the lesson has it is left out."""
        start = settings_of(self.lesson)
        pairs: list[tuple[str, str]] = [("lesson", self.lesson.name)]
        if self.patient != start.patient:
            pairs.append(("patient", str(self.patient)))
        if self.point != start.point:
            pairs.append(("point", str(self.point)))
        pairs += [
            (name, now) for name, now, first in zip(("first", "second"), self.arms, start.arms, strict=True)
            if now != first
        ]  # fmt: skip
        pairs += [(name, f"{value:g}") for (name, value) in self.values if dict(start.values)[name] != value]
        if self.acts:
            pairs.append(("hand", ",".join(act.text() for act in self.acts)))
        return urlencode(pairs)


def settings_of(lesson: Lesson) -> Settings:
    """Return a lesson as it begins."""
    values = tuple((slider.name, float(slider.value)) for slider in lesson.sliders)
    return Settings(lesson, lesson.patient, lesson.arms, values, lesson.point)


def read_query(query: str | None, more: Lesson | None = None) -> tuple[Settings, list[str]]:
    """Read a link.

    Parameters
    ----------
    query : str, optional
        Part after the question mark.
    more : Lesson, optional
        A lesson beside the shipped ones.

    Returns
    -------
    settings, problems : Settings, list of str
        What can be used of the link, the lesson's own choice elsewhere, and what was wrong.
    """
    if query is not None and len(query) > _LONGEST_QUERY:
        return settings_of(next(iter(lessons().values()))), ["this link is too long; it was not used"]
    pairs = dict(parse_qsl(query or "", keep_blank_values=True))
    known = lessons() | ({more.name: more} if more else {})
    name = pairs.pop("lesson", (more or next(iter(known.values()))).name)
    problems: list[str] = []
    if name not in known:
        near = nearest(name, known)
        problems.append(f"there is no lesson {name[:40]!r}" + (f"; did you mean {near!r}?" if near else ""))
        name = next(iter(known))
    settings = settings_of(known[name])
    for key, text in pairs.items():
        try:
            settings = changed(settings, key, text)
        except ValueError as error:
            problems.append(str(error))
    return settings, problems


def changed(settings: Settings, key: str, text: str) -> Settings:
    """Return the settings with one of them changed.

    Raises
    ------
    ValueError
        If there is no such setting or the value is not allowed, in words for the visitor.
    """
    if key == "patient":
        number = int(_number("patient", text, 0, LARGEST_PATIENT, whole=True))
        there = settings.lesson.patients
        if there and number not in there:
            raise ValueError(f"patient {number} is not in this run; it has {len(there)}, among them {there[:5]}")
        return replace(settings, patient=number)
    if key == "point" and settings.lesson.points:
        most = len(settings.lesson.points) - 1
        return replace(settings, point=int(_number("mechanism", text, 0, most, whole=True)))
    if key in ("first", "second"):
        place = ("first", "second").index(key)
        arms = tuple(text[:60] if each == place else arm for each, arm in enumerate(settings.arms))
        return replace(settings, arms=(arms[0], arms[1]))
    if key == "hand":
        return replace(settings, acts=tuple(_act(each) for each in text.split(",")[:MOST_ACTS]))
    slider = next((slider for slider in settings.lesson.sliders if slider.name == key), None)
    if slider is None:
        raise ValueError(f"this lesson has no setting {key[:40]!r}")
    value = _number(slider.label, text, slider.low, slider.high)
    values = tuple((name, value if name == key else old) for name, old in settings.values)
    return replace(settings, values=values)


def scenario_of(settings: Settings) -> Scenario:
    """Return the scenario that the settings ask for.

    Raises
    ------
    ScenarioError
        If the scenario cannot be made so.
    """
    lesson = settings.lesson
    if isinstance(lesson.scenario, Scenario):
        return lesson.scenario
    study = load_study(lesson.scenario, lesson.overrides(dict(settings.values)))
    scenario = study.points[settings.point].scenario if isinstance(study, Sweep) else study
    if not lesson.points:
        scenario = replace(scenario, cells=lesson.cells)
    return scenario


def _number(what: str, text: str, low: float, high: float, whole: bool = False) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{what} is {text[:40]!r}; needed is {kind} from {low:g} to {high:,.15g}")
    return value


def _act(text: str) -> Act:
    arm, time_min, kind, *lasting = (*text.split("~"), "", "")[: 4 if text.count("~") > 2 else 3]
    if arm not in ("0", "1") or kind not in KINDS:
        raise ValueError(f"what a hand did, {text[:40]!r}, cannot be read; needed is arm~minutes~{'|'.join(KINDS)}")
    return Act(
        int(arm), _number("time of a hand", time_min, 0.0, 1e7), kind,
        _number("length of a hold", lasting[0], 1.0, 1e6) if lasting else math.inf,
    )  # fmt: skip
