"""What is brought to the page: a run folder, of which every patient can be replayed, and an uploaded scenario."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from abm.page.lessons import Lesson
from abm.scenario import Scenario
from abm.scenario_file import load_scenario
from abm.scenario_tree import Mark, Report, ScenarioError
from abm.scenario_yaml import decode, parse, plain

LARGEST_UPLOAD_BYTES = 100_000
MOST_CELLS = 20_000
MOST_ARMS = 12
LONGEST_D = 4000.0
RUN, UPLOAD = "run", "upload"

_FILES = (".yaml", ".yml", ".csv")
_LONG_MIN = 10 * 1440.0
_DAY_MIN = 1440.0


@dataclass(frozen=True)
class Served:
    """A run folder that the page offers: its lesson and the patients in it."""

    lesson: Lesson
    patients: tuple[int, ...]


class Offer:
    """What this server offers beside the lessons; set once before the first visitor."""

    run: Served | None = None


def run_of(folder: Path, patient: int | None) -> Served:
    """Make a lesson of a run folder.

    Raises
    ------
    RunFolderError
        If it is no finished run folder, or that of a sweep.
    ValueError
        If the run has no such patient.
    """
    from analysis import RunFolderError, SweepResults, load_results

    results = load_results(folder)
    if isinstance(results, SweepResults):
        raise RunFolderError(f"{folder} is a sweep; give the folder of one of its points")
    patients = tuple(int(number) for number in results.patients["patient_id"])
    chosen = patients[0] if patient is None else patient
    if chosen not in patients:
        raise ValueError(f"patient {chosen} is not in {folder}; it has {len(patients)}, among them {patients[:5]}")
    scenario = load_scenario(folder / "scenario.yaml")
    lead = (
        f"A replay of the run {folder.name}: {len(patients)} patients. Choose one by number; what you see is what ran."
    )
    lesson = replace(lesson_of(scenario, RUN, "Your run", lead, chosen), patients=patients)
    return Served(lesson, patients)


def lesson_of(scenario: Scenario, name: str, title: str, lead: str, patient: int = 0) -> Lesson:
    """Make a lesson without a question of any scenario: the reference arm and the first of the others."""
    arms = [arm.name for arm in scenario.arms]
    reference = scenario.reference.name
    other = next((arm for arm in arms if arm != reference), reference)
    longest = max(sum(item.duration_min for item in arm.course) for arm in scenario.arms) + scenario.follow_up_min
    long = longest > _LONG_MIN
    speeds = (64.0, 384.0, _DAY_MIN, 7 * _DAY_MIN) if long else (1.0, 5.0, 15.0, 60.0, 384.0)
    return Lesson(
        name=name, title=title, lead=lead, question="", options=(), after="", why="", scenario=scenario,
        arms=(reference, other), patient=patient, cells=scenario.cells, speeds=speeds, speed=speeds[1],
        step_min=64.0 if long else 1.0,
    )  # fmt: skip


def uploaded(name: str, text: str | None) -> Lesson:
    """Check a scenario that a visitor brings; it may name no file of this computer.

    Raises
    ------
    ScenarioError, ValueError
        In words for the visitor.
    """
    if text is None or len(text.encode()) > LARGEST_UPLOAD_BYTES:
        raise ValueError(f"a scenario file may have {LARGEST_UPLOAD_BYTES // 1000} kB at most")
    label = Path(name).name[:60] or "scenario.yaml"
    report = Report()
    tree = plain(parse(decode(text.encode(), label), Mark(label), report))
    report.raise_if_any()
    for named in _names_of_files(tree):
        raise ValueError(f"{label}: {named!r} asks for another file, and an uploaded scenario has to be whole")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            scenario = load_scenario(path)
        except ScenarioError as error:
            raise ValueError(str(error).replace(str(path), label)) from None
    _require_small(scenario, label)
    return lesson_of(scenario, UPLOAD, "Your scenario", scenario.question or scenario.name)


def _require_small(scenario: Scenario, label: str) -> None:
    """Raise a ValueError where a scenario would keep the page busy; a study runs it (desensim run)."""
    arms = {arm.name: arm for arm in scenario.arms}
    if scenario.cells > MOST_CELLS:
        raise ValueError(f"{label}: the page shows {MOST_CELLS:,} mast cells at most; set cells to that or fewer")
    if len(arms) > MOST_ARMS:
        raise ValueError(f"{label}: the page shows {MOST_ARMS} arms at most, and it has {len(arms)}")
    for name in arms:
        days, arm = 0.0, name
        while arm:
            days += (sum(item.duration_min for item in arms[arm].course) + scenario.follow_up_min) / _DAY_MIN
            arm = arms[arm].after
        if days > LONGEST_D:
            raise ValueError(
                f"{label}: arm {name} and those before it last {days:,.0f} days; {LONGEST_D:,.0f} are shown at most"
            )


def _names_of_files(value: Any) -> Iterator[str]:
    """Whatever would make the reader open a file."""
    if isinstance(value, dict):
        yield from (key for key in value if key in ("extends", "from"))
        value = list(value.values())
    if isinstance(value, list):
        for child in value:
            yield from _names_of_files(child)
    if isinstance(value, str) and value.endswith(_FILES):
        yield value
