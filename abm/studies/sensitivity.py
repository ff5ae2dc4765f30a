"""``desensim sensitivity``: which uncertain numbers the results hang on, and how much is due to patients and chance."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm import provenance
from abm.scenario import Scenario
from abm.studies.common_numbers import MEASURES, SamePatients, numbers_of
from abm.studies.point_store import PointStore, write_csv
from abm.studies.science import BadQuestion, science
from abm.studies.sensitivity_points import Varied, arms_alone, found_at, mean_of, values_of, varied
from abm.study_run import default_folder

Progress = Callable[[str, int, int], None]
LEVELS = 4
"""Levels of Morris' grid."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a sensitivity analysis looks at.

    Attributes
    ----------
    measure : str
        A key of `abm.studies.common_numbers.MEASURES`, by which parameters are ranked.
    parameters, arms : tuple of str
        Names or patterns of parameters, and names of arms; all if empty.
    patients, cells : int
        At every point; no `cells` for the scenario's.
    top, trajectories : int
        How many of the leading parameters go into Morris' screening, and its trajectories.
    sobol_top, sobol_points : int
        How many of them get Sobol' indices, and the base sample, a power of two; no indices for less than two.
    sets, set_patients, set_replicates : int
        Sets of all parameters, patients of each and replicates of each patient, for the split of the variance.
    seed : int
        Key of the designs.
    """

    measure: str = "harmed"
    parameters: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()
    patients: int = 24
    cells: int | None = None
    top: int = 8
    trajectories: int = 6
    sobol_top: int = 3
    sobol_points: int = 16
    sets: int = 20
    set_patients: int = 6
    set_replicates: int = 2
    seed: int = 1


@dataclasses.dataclass(frozen=True)
class Sensitivity:
    """What was found: a table by parameter and arm, and the split of the variance by arm; see docs/sensitivity.md."""

    folder: Path
    table: pd.DataFrame
    variance: pd.DataFrame


def sensitivity(
    scenario: Scenario, plan: Plan, folder: Path | None = None, threads: int = 1, progress: Progress | None = None
) -> Sensitivity:
    """Vary uncertain parameters over their ranges, in the same patients with the same chance events.

    Parameters
    ----------
    scenario : Scenario
    plan : Plan
    folder : Path, optional
        Gets ``sensitivity.csv`` and ``variance.csv``; by default ``runs/sensitivity-<scenario name>-<hash of everything
        that decides the numbers>``. The same call again goes on where it was.
    threads : int
        The results do not depend on it.
    progress : callable, optional
        Called with what is counted, how many are done, and how many there are.

    Raises
    ------
    MissingExtra
        SALib is not installed.
    BadQuestion
        For a name or pattern that fits nothing, an unknown arm, or a base sample that is no power of two.
    SelectionError, RunFolderError, CannotWrite
        As `abm.study.run_study`.
    """
    science("SALib")
    if plan.measure not in MEASURES:
        raise BadQuestion(f"unknown measure {plan.measure!r}; choose one of {', '.join(MEASURES)}")
    if plan.sobol_points & (plan.sobol_points - 1):
        near = 2 ** plan.sobol_points.bit_length()
        raise BadQuestion(f"{plan.sobol_points} Sobol' points are no power of two; take {near // 2} or {near}")
    scenario = arms_alone(dataclasses.replace(scenario, record=frozenset(), samples=(), replicates=1), plan.arms)
    scenario = dataclasses.replace(scenario, cells=plan.cells or scenario.cells)
    identity = _identity(scenario, plan)
    folder = folder or default_folder(f"sensitivity-{scenario.name}", identity)
    store = PointStore(folder, identity)
    with store.opened():
        people = SamePatients(_with_patients(scenario, plan.patients), threads)
        study = _Study(people, varied(people, plan.parameters), plan, store, progress or (lambda *told: None))
        table = study.one_at_a_time()
        top = leading(table, plan.top)
        table = table.merge(study.morris(top), on=["parameter", "arm"], how="left")
        table = table.merge(study.sobol(top[: plan.sobol_top]), on=["parameter", "arm"], how="left")
        split = _variance(scenario, study, threads)
        for name, frame in (("sensitivity", table), ("variance", split)):
            write_csv(folder / f"{name}.csv", frame)
    return Sensitivity(folder, table, split)


def _identity(scenario: Scenario, plan: Plan) -> dict[str, Any]:
    whole = provenance.identity(scenario, numbers_of(scenario))
    asked = {**whole["scenario"], "plan": dataclasses.asdict(plan)}
    return {**whole, "scenario": asked, "hash": provenance.digest([whole["hash"], dataclasses.asdict(plan)])}


def _with_patients(scenario: Scenario, patients: int) -> Scenario:
    return dataclasses.replace(scenario, cohort=dataclasses.replace(scenario.cohort, patients=patients))


def leading(table: pd.DataFrame, top: int) -> list[str]:
    """The parameters with the largest effect in any arm, none that has no effect at all."""
    largest = table.groupby("parameter", sort=False)["effect"].max().sort_values(ascending=False, kind="stable")
    return [str(name) for name in largest[largest > 0.0].index[:top]]


@dataclasses.dataclass(frozen=True)
class _Study:
    """The points of one analysis."""

    people: SamePatients
    varied: Sequence[Varied]
    plan: Plan
    store: PointStore
    tell: Progress

    @property
    def arms(self) -> list[str]:
        """The arms that are looked at: those named, or all."""
        return list(self.plan.arms or [arm.name for arm in self.people.scenario.arms])

    def at(self, key: str, changed: Mapping[str, float], **sizes: Any) -> dict[str, Any]:
        """What the patients do at a point, from the store if it is there."""
        found: dict[str, Any] = self.store.get(key, partial(found_at, self.people, changed, **sizes))
        return found

    def one_at_a_time(self) -> pd.DataFrame:
        """Each parameter at the ends of its range, all others as they are."""
        rows, base = [], self.at("base", {})
        for number, one in enumerate(self.varied):
            self.tell("parameters at both ends", number, len(self.varied))
            low, high = (
                self.at(f"{one.name} {end}", {one.name: value}) if one.used and value != one.value else base
                for end, value in zip(("low", "high"), one.ends, strict=True)
            )
            rows += [self._ends(one, arm, base, low, high) for arm in self.arms]
        self.tell("parameters at both ends", len(self.varied), len(self.varied))
        table = pd.DataFrame(rows)
        table["rank"] = table.groupby("arm")["effect"].rank(ascending=False, method="min").astype("Int64")
        return table.sort_values(["arm", "rank"], kind="stable", ignore_index=True)

    def _ends(self, one: Varied, arm: str, base: Any, low: Any, high: Any) -> dict[str, Any]:
        """One row: the outcome at the value and at both ends, the effects and their paired standard error."""
        measure, p = self.plan.measure, one.parameter
        usual, at_low, at_high = (mean_of(found, measure, arm) for found in (base, low, high))
        ends = {"effect_low": at_low - usual, "effect_high": at_high - usual, "swing": at_high - at_low}
        effects = [abs(effect) for effect in ends.values() if np.isfinite(effect)]
        errors = [paired_error(values_of(found, measure, arm), values_of(base, measure, arm)) for found in (low, high)]
        return {
            "arm": arm, "measure": measure, "parameter": one.name, "kind": p.kind, "unit": p.unit, "used": one.used,
            "value": one.value, "low": one.ends[0], "high": one.ends[1], "at_value": usual, "at_low": at_low,
            "at_high": at_high, **ends, "effect": max(effects, default=float("nan")),
            "standard_error": float(np.nanmax([0.0, *errors])),
        }  # fmt: skip

    def _means(self, what: str, names: Sequence[str], shares: np.ndarray) -> pd.DataFrame:
        """Means by arm at points given as shares of the ranges; a point that failed counts as the base."""
        known = {one.name: one for one in self.varied}
        base = self.at("base", {})
        rows = []
        for number, point in enumerate(shares):
            self.tell(f"points of {what}", number, len(shares))
            changed = {name: known[name].at(float(share)) for name, share in zip(names, point, strict=True)}
            found = self.at(f"{what} {number} of {provenance.digest(changed)}", changed)
            found = base if "failed" in found else found
            rows.append({arm: mean_of(found, self.plan.measure, arm) for arm in self.arms})
        self.tell(f"points of {what}", len(shares), len(shares))
        return pd.DataFrame(rows)

    def morris(self, names: Sequence[str]) -> pd.DataFrame:
        """Elementary effects over the unit cube of shares: their mean size and standard deviation (Morris 1991)."""
        columns = ["parameter", "arm", "mu_star", "mu_star_interval", "sigma"]
        if len(names) < 2 or self.plan.trajectories < 2:
            return pd.DataFrame(columns=columns)
        problem = _problem(names)
        sample = science("SALib.sample.morris").sample(
            problem, self.plan.trajectories, num_levels=LEVELS, seed=self.plan.seed
        )
        means = self._means("Morris", names, sample)
        parts = []
        for arm in self.arms:
            found = science("SALib.analyze.morris").analyze(
                problem, sample, means[arm].to_numpy(), num_levels=LEVELS, seed=self.plan.seed
            )
            parts.append(pd.DataFrame({
                "parameter": names, "arm": arm, "mu_star": np.asarray(found["mu_star"], float),
                "mu_star_interval": np.asarray(found["mu_star_conf"], float),
                "sigma": np.asarray(found["sigma"], float),
            }))  # fmt: skip
        return pd.concat(parts, ignore_index=True)

    def sobol(self, names: Sequence[str]) -> pd.DataFrame:
        """First-order and total shares of the variance over the ranges of a few parameters (Saltelli's estimators)."""
        columns = ["parameter", "arm", "sobol_first", "sobol_first_interval", "sobol_total", "sobol_total_interval"]
        if len(names) < 2 or self.plan.sobol_points < 2:
            return pd.DataFrame(columns=columns)
        problem = _problem(names)
        sample = science("SALib.sample.sobol").sample(
            problem, self.plan.sobol_points, calc_second_order=False, seed=self.plan.seed
        )
        means = self._means("Sobol'", names, sample)
        parts = [sobol_indices(names, arm, means[arm].to_numpy(), self.plan.seed) for arm in self.arms]
        return pd.concat(parts, ignore_index=True)[columns]


def sobol_indices(names: Sequence[str], arm: str, values: np.ndarray, seed: int) -> pd.DataFrame:
    """Indices from the outcomes of a sample without second order; missing where the outcome never varies."""
    interval = {"parameter": names, "arm": arm}
    if np.ptp(values) == 0.0:
        nan = float("nan")
        return pd.DataFrame({
            **interval, "sobol_first": nan, "sobol_first_interval": nan, "sobol_total": nan,
            "sobol_total_interval": nan,
        })  # fmt: skip
    found = science("SALib.analyze.sobol").analyze(_problem(names), values, calc_second_order=False, seed=seed)
    return pd.DataFrame({
        **interval, "sobol_first": found["S1"], "sobol_first_interval": found["S1_conf"], "sobol_total": found["ST"],
        "sobol_total_interval": found["ST_conf"],
    })  # fmt: skip


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def paired_error(changed: np.ndarray, base: np.ndarray) -> float:
    """Standard error of the mean change of the same patients; 0 for one patient or a point that failed."""
    if changed.shape != base.shape:
        return 0.0
    change = (changed - base).mean(axis=1)
    change = change[np.isfinite(change)]
    return float(change.std(ddof=1) / np.sqrt(len(change))) if len(change) > 1 else 0.0


def _variance(scenario: Scenario, study: _Study, threads: int) -> pd.DataFrame:
    """Split the variance of the outcome: sets of all parameters, other patients in each set, replicates of each."""
    from analysis.variance import nested_variance

    plan = study.plan
    if plan.sets < 2:
        return pd.DataFrame(columns=["arm", "measure", "parameters", "patients", "chance", "variance", "mean"])
    crowd = SamePatients(_with_patients(scenario, plan.sets * plan.set_patients), threads)
    dice = np.random.default_rng(plan.seed)
    found = []
    for number in range(plan.sets):
        study.tell("sets of all parameters", number, plan.sets)
        changed = {one.name: one.at(float(dice.random())) for one in study.varied if one.used}
        ids = crowd.ids[number * plan.set_patients : (number + 1) * plan.set_patients]
        size = {"ids": ids, "replicates": plan.set_replicates}
        found.append(study.store.get(f"set {number}", partial(found_at, crowd, changed, **size)))
    study.tell("sets of all parameters", plan.sets, plan.sets)
    kept = [each for each in found if "failed" not in each]
    rows = []
    for arm in study.arms:
        values = np.nan_to_num(np.stack([values_of(each, plan.measure, arm) for each in kept]))
        split = nested_variance(values)
        shares = dict(zip(("parameters", "patients", "chance"), split.shares, strict=True))
        rows.append({"arm": arm, "measure": plan.measure, **shares, "variance": split.total, "mean": values.mean()})
    return pd.DataFrame(rows).assign(sets=len(kept), failed_sets=len(found) - len(kept))
