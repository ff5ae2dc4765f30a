"""Scenarios made at random run, or are refused in words; and the JSON Schema and the reader agree on structure."""

from __future__ import annotations

import copy
import itertools
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from scenario_generator import files

from abm.json_schema import scenario_schema
from abm.population import SelectionError
from abm.scenario import Scenario
from abm.scenario_file import CODES, Problem, ScenarioError, load_study
from abm.scenario_points import Sweep
from abm.study import run_study

VALID = jsonschema.Draft202012Validator(scenario_schema())
STRUCTURAL = set("S101 S102 S103 S201 S202 S206 S301 S303 S304 S305 S306 S307 S308 S309 S310".split())
MADE = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}


def fits(study: Scenario | Sweep) -> bool:
    """Whether a study is small enough to be run here."""
    scenarios = [point.scenario for point in study.points] if isinstance(study, Sweep) else [study]
    return len(scenarios) <= 6 and all(
        scenario.cohort.patients <= 2
        and scenario.cells <= 100
        and scenario.replicates <= 2
        and scenario.follow_up_min <= 1440
        and sum(item.duration_min for arm in scenario.arms for item in arm.course) <= 30 * 1440
        for scenario in scenarios
    )


def loaded(path: Path) -> tuple[Scenario | Sweep | None, list[Problem]]:
    """A study, or the problems of a file that holds none."""
    try:
        return load_study(path), []
    except ScenarioError as error:
        return None, error.problems


def not_replaced(doc: dict[str, Any]) -> dict[str, Any]:
    """A scenario less what its own `set` and `sweep` replace: the reader never looks at that, an editor does."""
    kept, sweep = copy.deepcopy(doc), doc.get("sweep") or {}
    axes = [doc.get("set") or {}, *(sweep.get(way) or {} for way in ("grid", "zip", "sobol"))]
    for path in itertools.chain.from_iterable(axis.get("over", axis) for axis in axes):
        *above, last = path.split(".")
        place: Any = kept
        for name in above:
            place = place.get(name) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.pop(last, None)
    return kept


def outcome(doc: dict[str, Any], parent: dict[str, Any] | None, folder: Path) -> str:
    """Load and run a scenario; anything but a clean refusal goes through."""
    path = folder / "made.yaml"
    path.write_text(json.dumps(doc, ensure_ascii=False), encoding="utf-8")
    if parent is not None:
        (folder / "parent.yaml").write_text(json.dumps(parent), encoding="utf-8")
    study, refusal = loaded(path)
    if study is None:
        assert refusal
        assert all(problem.code in CODES and problem.message for problem in refusal)
        if VALID.is_valid(doc) and not {"extends", "set", "sweep"} & set(doc):
            assert [problem for problem in refusal if problem.code in STRUCTURAL] == []
        return "refused"
    judged = not_replaced(doc)
    assert VALID.is_valid(judged), next(VALID.iter_errors(judged)).message
    if not fits(study):
        return "too large to run here"
    try:
        results = run_study(study, out=folder / "run", workers=1)
    except SelectionError:
        return "nobody to treat"
    assert set(results.outcomes["status"]) == {"ok"}
    return "run: sweep" if isinstance(study, Sweep) else "run"


def tally(examples: int) -> Counter[str]:
    """What came of so many different files."""
    found: Counter[str] = Counter()

    @settings(max_examples=examples, **MADE)
    @given(made=files())
    def tried(made: tuple[dict[str, Any], dict[str, Any] | None]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            found[outcome(*made, Path(folder))] += 1

    tried()
    return found


def test_what_a_sweep_replaces_is_left_out_of_the_judgement() -> None:
    doc = {"arms": {"one": {"course": [{"gapx": "6 h"}]}}, "sweep": {"grid": {"arms.one.course": [["full_dose"]]}}}
    assert not VALID.is_valid(doc)
    assert not_replaced(doc)["arms"] == {"one": {}}
    assert VALID.is_valid(not_replaced(doc))
    assert not VALID.is_valid(not_replaced(doc | {"sweep": {"grid": {"patients": [1, 2]}}}))


def test_a_hundred_scenarios_run_or_are_refused() -> None:
    found = tally(100)
    assert found.total() >= 100
    assert found["run"] >= 20
    assert found["refused"] >= 20


@pytest.mark.slow
def test_a_thousand_scenarios_run_or_are_refused() -> None:
    found = tally(1200)
    assert found.total() >= 1000
    assert found["run"] >= 250
    assert found["run: sweep"] >= 30
    assert found["refused"] >= 250
