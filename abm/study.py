"""Run a study, a scenario or a sweep of them, from Python.

A study that was stopped or killed is resumed by calling it again.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from abm import provenance
from abm.run_folder import RunFolderError
from abm.scenario import Scenario
from abm.scenario_file import load_study
from abm.scenario_keys import SCENARIO, limits
from abm.scenario_points import Point, Sweep
from abm.scenario_tree import Mark, Report
from abm.scenario_yaml import parse, plain
from abm.study_run import Progress, StudyStopped, run_scenario
from abm.sweep import run_sweep

if TYPE_CHECKING:
    from analysis import RunResults, SweepResults

__all__ = ["BadSize", "HiddenPackage", "StudyStopped", "require_own_analysis", "run_study", "with_sizes"]


class BadSize(ValueError):
    """A number of patients, cells, replicates or workers, or a seed, that is out of range."""


class HiddenPackage(ImportError):
    """A file of the user's hides a package this program needs."""


def run_study(
    scenario: Scenario | Sweep | str | os.PathLike[str],
    *,
    out: str | os.PathLike[str] | None = None,
    patients: int | None = None,
    cells: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> RunResults | SweepResults:
    """Run a study, or finish or load it where it was run before.

    Parameters
    ----------
    scenario : Scenario, Sweep, str or path
        The study, the name of a shipped scenario, or a scenario file.
    out : path, optional
        Run folder; by default ``runs/<scenario name>-<hash of everything that decides the numbers>``.
    patients, cells, replicates, seed : int, optional
        Replace the scenario's own.
    workers : int, optional
        Threads; by default one per usable processor. The results do not depend on it.
    progress : callable, optional
        Called with the patients done and the patients in all, now and then.

    Returns
    -------
    analysis.RunResults or analysis.SweepResults
        The same object that ``analysis.load_results(out)`` returns; the second for a sweep.

    Raises
    ------
    ScenarioError
        The scenario file is wrong.
    SelectionError
        The population does not hold enough patients that meet the conditions.
    RunFolderError
        The folder holds something else, or another process writes it.
    CannotWrite
        The folder cannot be written.
    StudyStopped
        Ctrl-C was pressed.
    BadSize
        A number above is out of range.
    """
    require_own_analysis()
    study = with_sizes(
        scenario if isinstance(scenario, Scenario | Sweep) else load_study(scenario),
        patients=patients,
        cells=cells,
        replicates=replicates,
        seed=seed,
    )
    threads = provenance.usable_cpus() if workers is None else _in_range("workers", workers, 1, 1024)
    path = Path(out) if out is not None else None
    if isinstance(study, Sweep):
        return _load(run_sweep(study, path, threads, progress or _silent))
    return _load(run_scenario(study, path, threads, progress or _silent))


def _load(path: Path) -> RunResults | SweepResults:
    """Read the finished run; a table damaged since then is the folder's fault and told as such."""
    import analysis

    try:
        return analysis.load_results(path)
    except analysis.RunFolderError as error:
        raise RunFolderError(f"{error}; choose another --out, or delete the folder to run it anew") from None


def with_sizes(study: Scenario | Sweep, **sizes: int | None) -> Scenario | Sweep:
    """Return the study with some of its sizes replaced.

    Parameters
    ----------
    study : Scenario or Sweep
    **sizes : int, optional
        Any of ``patients``, ``cells``, ``replicates`` and ``seed``.

    Raises
    ------
    BadSize
        A number is out of range, or the sweep varies it.
    """
    given = {name: _in_range(name, size, *limits(SCENARIO, name)) for name, size in sizes.items() if size is not None}
    if isinstance(study, Scenario):
        return _with_sizes(study, given)
    swept = [axis.path for axis in study.axes if axis.path in given]
    if swept:
        raise BadSize(_varied(study, swept[0], given[swept[0]]))
    points = [Point(point.number, point.values, _with_sizes(point.scenario, given)) for point in study.points]
    return replace(study, points=tuple(points))


def _varied(sweep: Sweep, name: str, wanted: int) -> str:
    """Say how to replace a size that a sweep varies: all its values, where the file lists them."""
    said = plain(parse(sweep.source, Mark(sweep.name), Report()))["sweep"]
    found = f"the sweep varies {name!r}, so one number does not say which of its values to replace"
    for block in ("grid", "zip"):
        values = (said.get(block) or {}).get(name)
        if values is not None:
            new = [wanted] * (1 if block == "grid" else len(values))
            return f"{found}; give them all in place of {values}: --set 'sweep.{block}.{name}={new}'"
    return f"{found}; give its range: --set 'sweep.sobol.over.{name}={{low: …, high: …}}'"


def _with_sizes(scenario: Scenario, given: dict[str, int]) -> Scenario:
    sizes = dict(given)
    cohort = replace(scenario.cohort, patients=sizes.pop("patients", scenario.cohort.patients))
    return replace(scenario, cohort=cohort, **sizes)  # type: ignore[arg-type]


def require_own_analysis() -> None:
    """Raise `HiddenPackage` where a user's ``analysis.py`` would be imported instead of ours."""
    spec = importlib.util.find_spec("analysis")
    ours = Path(__file__).resolve().parents[1] / "analysis"
    found = [Path(place).resolve() for place in (spec.submodule_search_locations or ())] if spec else []
    if ours not in found:
        shown = (spec.origin or (found[0] if found else "something")) if spec else "nothing"
        raise HiddenPackage(
            f"{shown} hides the package 'analysis' that comes with desensim; rename it or start from another folder"
        )


def _in_range(name: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise BadSize(f"{name} is {value}; allowed: {low} to {high}")
    return int(value)


def _silent(done: int, patients: int) -> None:
    """Report nothing."""
