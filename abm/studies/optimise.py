"""``desensim optimise``: short ladders that are safe in fresh patients, beside the published protocols."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from abm import provenance
from abm.scenario import Arm, Scenario
from abm.scenario_writer import resolved_yaml
from abm.studies.common_numbers import SamePatients, measured, numbers_of
from abm.studies.ladder_design import PUBLISHED, Design, Given, published_steps, what_is_given
from abm.studies.optimise_search import MEASURE, Effort, Judge, Progress, finalists, plausible_sets, search
from abm.studies.point_store import PointStore, write_csv
from abm.studies.science import science
from abm.study_run import default_folder, run_scenario
from abm.whole_files import write_whole

if TYPE_CHECKING:
    from analysis import RunResults

REFERENCE = PUBLISHED[0]
_FRESH_SEED = 1_000_003
_ROBUST_PATIENTS = 100


@dataclasses.dataclass(frozen=True)
class Optimum:
    """What an optimisation found.

    Attributes
    ----------
    folder : Path
    trials : DataFrame
        As `abm.studies.optimise_search.search` returns it.
    protocols : DataFrame
        The published protocols and the finalists on the fresh patients; see `docs/optimise.md` for the columns.
    winner : str
        Name of the protocol in ``winner.yaml``.
    why : str
        By what rule it was chosen: ``"limit"``, ``"safer and shorter"``, ``"least risk"``; ``"riskier"`` for the least
        risk where every design has more than the reference.
    """

    folder: Path
    trials: pd.DataFrame
    protocols: pd.DataFrame
    winner: str
    why: str


def optimise(
    scenario: Scenario,
    arm: Arm,
    effort: Effort,
    folder: Path | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> Optimum:
    """Look for the shortest ladder that is safe, and write what was found into a folder.

    Parameters
    ----------
    scenario : Scenario
        Gives patients, drug and the numbers of the model.
    arm : Arm
        Gives dose, premedication and the rule at a reaction; its course is what is replaced.
    effort : Effort
    folder : Path, optional
        By default ``runs/optimise-<scenario name>-<hash of everything that decides the numbers>``. The same call again
        goes on where it was.
    threads : int
        The results do not depend on it.
    progress : callable, optional
        Called with what is counted, how many are done, and how many there are.

    Raises
    ------
    MissingExtra
        Optuna is not installed.
    BadQuestion
        The arm gives no infusion.
    SelectionError, RunFolderError, CannotWrite
        As `abm.study.run_study`.
    """
    science("optuna")
    tell = progress or (lambda what, done, total: None)
    given = what_is_given(scenario, arm)
    scenario, arm = _alone(scenario, arm)
    identity = _identity(scenario, effort)
    folder = folder or default_folder(f"optimise-{scenario.name}", identity)
    store = PointStore(folder, identity)
    with store.opened():
        people = SamePatients(_sized(scenario, effort.patients, effort.cells), threads)
        full_dose = dataclasses.replace(arm, name="full_dose", course=published_steps("full_dose", given))
        sets = store.get("sets", lambda: plausible_sets(people, full_dose, effort.sets, effort.seed))
        judge = Judge(people, arm, sets, effort)
        known = {name: _published(store, judge, name, given) for name in PUBLISHED}
        trials = search(folder, given, judge, effort, tell)
        write_csv(folder / "search.csv", _with_published(trials, known, given))
        designs = finalists(trials, effort, known[REFERENCE]["risk"])
        fresh = _fresh_scenario(scenario, arm, given, designs, effort)
        run_scenario(fresh, folder / "fresh", threads, partial(tell, "fresh patients"))
        table = _protocol_table(folder / "fresh", fresh, designs, effort)
        table = table.join(_robustness(store, fresh, sets, effort, threads, tell), on="protocol")
        write_csv(folder / "protocols.csv", table)
        winner, why = choose(table)
        kept = [name for name in dict.fromkeys((winner, shorter_and_as_safe(table))) if name]
        text = _winner_yaml(scenario, arm, given, {name: _numbered(designs, name) for name in kept}, why)
        write_whole(folder / "winner.yaml", lambda file: file.write(text.encode()))
    return Optimum(folder, trials, table, winner, why)


def _alone(scenario: Scenario, arm: Arm) -> tuple[Scenario, Arm]:
    """The scenario with nothing but one arm, in which patients are as drawn."""
    arm = dataclasses.replace(arm, reference=True, after="", recovery_min=0.0)
    return dataclasses.replace(scenario, arms=(arm,), replicates=1, record=frozenset(), samples=()), arm


def _sized(scenario: Scenario, patients: int, cells: int) -> Scenario:
    return dataclasses.replace(scenario, cohort=dataclasses.replace(scenario.cohort, patients=patients), cells=cells)


def _identity(scenario: Scenario, effort: Effort) -> dict[str, Any]:
    whole = provenance.identity(scenario, numbers_of(scenario))
    asked = {**whole["scenario"], "effort": dataclasses.asdict(effort)}
    return {**whole, "scenario": asked, "hash": provenance.digest([whole["hash"], dataclasses.asdict(effort)])}


def _published(store: PointStore, judge: Judge, name: str, given: Given) -> dict[str, Any]:
    """What the search's own patients say of a published protocol."""
    found: dict[str, Any] = store.get(f"published {name}", lambda: judge(published_steps(name, given), both=True))
    return found


def _with_published(trials: pd.DataFrame, known: Mapping[str, dict[str, Any]], given: Given) -> pd.DataFrame:
    rows = [
        {"protocol": name, "duration_min": sum(step.duration_min for step in published_steps(name, given))}
        | {key: judged[key] for key in ("looks", "risk", "robust_risk")}
        for name, judged in known.items()
    ]
    named = trials.assign(protocol="ladder")
    return pd.concat([named[["protocol", *trials.columns]], pd.DataFrame(rows)], ignore_index=True)


def _fresh_scenario(scenario: Scenario, arm: Arm, given: Given, designs: Sequence[Design], effort: Effort) -> Scenario:
    """The published protocols and the finalists as arms, for patients whom the search has not seen."""
    courses = {name: published_steps(name, given) for name in PUBLISHED}
    courses |= {f"design_{number}": design.steps(given) for number, design in enumerate(designs, start=1)}
    arms = tuple(
        dataclasses.replace(arm, name=name, course=course, reference=name == REFERENCE)
        for name, course in courses.items()
    )
    question = "How safe are designed ladders in patients whom the search has not seen?"
    fresh = _sized(scenario, effort.fresh, effort.fresh_cells)
    seed = (scenario.seed + _FRESH_SEED) % 2**32
    return dataclasses.replace(fresh, name="optimise_fresh", question=question, arms=arms, seed=seed)


def _protocol_table(folder: Path, fresh: Scenario, designs: Sequence[Design], effort: Effort) -> pd.DataFrame:
    """One row per protocol: what it is, its length, and its risk with exact limits beside the reference's."""
    import analysis

    results: RunResults = analysis.load_results(folder)  # type: ignore[assignment]
    compared = analysis.comparison_table(results, MEASURE, interval="exact").set_index("arm")
    treated = analysis.treatment_table(results).set_index("arm")
    delay = results.outcomes.groupby("arm", observed=True)["delay_min"].mean()
    rows = []
    for arm in fresh.arms:
        designed = arm.name.startswith("design_")
        row: dict[str, Any] = {"protocol": arm.name, "steps": len(arm.course)}
        row |= _numbered(designs, arm.name).numbers() if designed else {}
        row["duration_min"] = sum(item.duration_min for item in arm.course)
        row["mean_delay_min"] = float(delay[arm.name])
        row["completed"] = float(treated.loc[arm.name, "completed"])
        for name in (
            "n",
            "risk",
            "risk_low",
            "risk_high",
            "risk_difference",
            "risk_difference_low",
            "risk_difference_high",
        ):
            row[name] = compared.loc[arm.name, name]
        row["within_limit"] = bool(row["risk_high"] <= effort.limit)
        rows.append(row)
    return pd.DataFrame(rows)


def _robustness(
    store: PointStore, fresh: Scenario, sets: Sequence[Mapping[str, float]], effort: Effort, threads: int,
    tell: Progress,
) -> pd.DataFrame:  # fmt: skip
    """Risks of all arms under the other sets, in the first of the fresh patients: their quantile, and the worst."""
    people = SamePatients(_sized(fresh, min(effort.fresh, _ROBUST_PATIENTS), effort.cells), threads)
    found = []
    for number, changed in enumerate([{}, *sets]):
        key = f"fresh set {number}"
        if number and key not in store.found:
            tell("other sets of parameters", number - 1, len(sets))
        found.append(store.get(key, partial(_risks, people, changed)))
    if sets:
        tell("other sets of parameters", len(sets), len(sets))
    risks = pd.DataFrame(found)
    return pd.DataFrame({"robust_risk": risks.quantile(effort.quantile), "worst_risk": risks.max()})


def _risks(people: SamePatients, changed: Mapping[str, float]) -> dict[str, float]:
    return {arm: float(np.nanmean(values)) for arm, values in measured(people.outcomes(changed), MEASURE).items()}


def shorter_and_as_safe(protocols: pd.DataFrame) -> str:
    """The shortest design that is shorter than the reference and has no more risk in the same patients; else empty."""
    reference = protocols.set_index("protocol").loc[REFERENCE]
    designs = protocols[protocols["protocol"].str.startswith("design_")].sort_values(["duration_min", "risk"])
    better = designs[(designs["risk"] <= reference["risk"]) & (designs["duration_min"] < reference["duration_min"])]
    return str(better["protocol"].iloc[0]) if len(better) else ""


def choose(protocols: pd.DataFrame) -> tuple[str, str]:
    """Choose the winner of the designs, and say by which rule.

    The shortest whose upper limit is within the limit; without one, the shortest that is shorter than the reference
    and has no more risk on the same patients; without one, the least risky, be it riskier than the reference.
    """
    designs = protocols[protocols["protocol"].str.startswith("design_")].sort_values(["duration_min", "risk"])
    within = designs[designs["within_limit"]]
    if len(within):
        return str(within["protocol"].iloc[0]), "limit"
    better = shorter_and_as_safe(protocols)
    if better:
        return better, "safer and shorter"
    least = designs.sort_values(["risk", "duration_min"]).iloc[0]
    riskier = least["risk"] > protocols.set_index("protocol").loc[REFERENCE, "risk"]
    return str(least["protocol"]), "riskier" if riskier else "least risk"


def verdict(found: Optimum, effort: Effort) -> str:
    """Say in two sentences what was found."""
    reference = found.protocols.set_index("protocol").loc[REFERENCE]
    what = f"{_told(found.protocols, found.winner)} ({_told(found.protocols, REFERENCE)})"
    limit = f"the limit of {100 * effort.limit:g} %"
    said = {
        "limit": f"The shortest design within {limit}: {what}.",
        "safer and shorter": (
            f"No design that was tried on fresh patients is within {limit}, nor need {REFERENCE} be "
            f"(upper bound {100 * reference['risk_high']:.1f} %). The shortest that is shorter than it and has no more "
            f"risk in the same patients: {what}."
        ),
        "least risk": (
            f"No design is within {limit}, and none is both shorter than {REFERENCE} and as safe. Least risk: {what}."
        ),
        "riskier": (
            f"No winner: every design that was tried on fresh patients was riskier than {REFERENCE}. The least risky: "
            f"{what}."
        ),
    }
    other = shorter_and_as_safe(found.protocols)
    if found.why == "limit" and other not in ("", found.winner):
        return f"{said['limit']}\nShorter than {REFERENCE}, with no more risk: {_told(found.protocols, other)}."
    return said[found.why]


def _told(protocols: pd.DataFrame, name: str) -> str:
    row = protocols.set_index("protocol").loc[name]
    hours, risk, bound = row["duration_min"] / 60.0, 100 * row["risk"], 100 * row["risk_high"]
    return f"{name} takes {hours:.2f} h; risk {risk:.1f} %, upper 95 % bound {bound:.1f} %"


def _numbered(designs: Sequence[Design], name: str) -> Design:
    return designs[int(name.removeprefix("design_")) - 1]


def _winner_yaml(scenario: Scenario, arm: Arm, given: Given, kept: Mapping[str, Design], why: str) -> str:
    """A scenario of the winner beside the reference protocol, and of a shorter design that is as safe."""
    arms = [dataclasses.replace(arm, name=REFERENCE, course=published_steps(REFERENCE, given))]
    head = "# Written by `desensim optimise`. Simulation: research and teaching, not medical advice. In short:\n"
    for name, (found, design) in zip(("designed_ladder", "shorter_ladder"), kept.items(), strict=False):
        arms.append(dataclasses.replace(arm, name=name, course=design.steps(given), reference=False))
        head += f"# {name} ({found}): {design.words()}\n"
    if why == "riskier":
        head += f"# No winner: riskier than {REFERENCE} in fresh patients, as was every design that was tried.\n"
    question = f"Is the designed ladder as safe as {REFERENCE}?"
    whole = dataclasses.replace(scenario, name="designed_ladder", question=question, arms=tuple(arms))
    return head + resolved_yaml(whole)
