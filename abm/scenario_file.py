"""Scenario files: from a name or path to a checked `Scenario` or `Sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

from abm.scenario import Item, Scenario
from abm.scenario_codes import CODES
from abm.scenario_course import CourseReader
from abm.scenario_extends import whole_tree
from abm.scenario_overrides import apply_override
from abm.scenario_points import Sweep
from abm.scenario_population import PopulationReader, Who
from abm.scenario_schema import read_scenario, vocabulary
from abm.scenario_source import locate, shipped_scenarios
from abm.scenario_sweep import read_sweep
from abm.scenario_tree import Mark, Node, Problem, Report, ScenarioError
from abm.scenario_writer import resolved_yaml
from abm.scenario_yaml import parse

__all__ = [
    "CODES",
    "Problem",
    "ScenarioError",
    "load_scenario",
    "load_study",
    "named_population",
    "read_protocol",
    "resolved_yaml",
    "shipped_scenarios",
]


def load_scenario(name_or_path: str | PathLike[str], overrides: Sequence[str] = ()) -> Scenario:
    """Read, check and resolve a scenario.

    Parameters
    ----------
    name_or_path : str or path
        Name of a shipped scenario, such as ``rdd``, or a YAML file.
    overrides : sequence of str
        ``path=value`` texts, for example ``patients=50`` or ``arms.rdd.premedication=[H1]``; the value is read as YAML
        and takes the place of what the file and those it extends say, before anything is checked.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem of the file and of the overrides; also for a sweep, which is more than one scenario.
    """
    study = _load(name_or_path, overrides, single=True)
    assert isinstance(study, Scenario)
    return study


def load_study(name_or_path: str | PathLike[str], overrides: Sequence[str] = ()) -> Scenario | Sweep:
    """Read, check and resolve a scenario, or a sweep with all its points; otherwise as `load_scenario`."""
    return _load(name_or_path, overrides, single=False)


def _load(name_or_path: str | PathLike[str], overrides: Sequence[str], single: bool) -> Scenario | Sweep:
    report = Report()
    root = whole_tree(*locate(name_or_path), report)
    for override in overrides:
        root = apply_override(root, override, report)
    found: Scenario | Sweep | None
    if isinstance(root.value, dict) and "sweep" in root.value:
        if single:
            message = "this is a sweep of several scenarios; load_study reads it, `desensim run` runs it"
            report.add("S502", root.keys["sweep"], message)
        paths = [override.partition("=")[0].strip() for override in overrides]
        found = None if report.problems else read_sweep(root, paths, report)
    else:
        found = read_scenario(root, report)
    report.raise_if_any()
    assert found is not None
    return found


def named_population(name_or_path: str | PathLike[str]) -> Who:
    """Read a population by its name, or from a file; refused as in a scenario.

    Returns
    -------
    Who
        Its `name`, and what a file says of it (`described`, None for a built-in one), as a `Cohort` takes them.

    Raises
    ------
    ScenarioError
        With every problem of the name or the file.
    """
    report = Report()
    who = PopulationReader(report, vocabulary().populations).who(Node(str(name_or_path), Mark("population", 0)))
    report.raise_if_any()
    assert who is not None
    return who


def read_protocol(name: str, drug: str, chosen: Sequence[str] = ()) -> tuple[Item, ...]:
    """Read a named protocol as if it stood in a file; `chosen` holds texts such as ``dose=1 g``, refused as there."""
    from abm.parameters.catalog import DRUGS

    report = Report()
    root = parse(f"[{{protocol: {name}, drug: {drug}}}]", Mark("protocol", 0), report)
    for text in chosen:
        root = apply_override(root, f"0.{text}", report)
    course = CourseReader(report, DRUGS, {}, drug, None).course(root, "the protocol")
    report.raise_if_any()
    return course
