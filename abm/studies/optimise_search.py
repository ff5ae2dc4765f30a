"""The search for short and safe ladders: Optuna proposes, a few patients judge, then more patients."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest, qmc

from abm.parameters.catalog import all_parameters
from abm.parameters.parameter import Parameter
from abm.population import SelectionError
from abm.scenario import Arm, Step
from abm.studies.common_numbers import CourseFailed, SamePatients, measured, span, within
from abm.studies.ladder_design import (
    FIRST_TRIALS,
    INTERVAL_MIN,
    LAST_MIN,
    RATIO,
    START_LOG10,
    STEPS,
    Design,
    Given,
    design_of,
)
from abm.studies.point_store import whole_lines
from abm.studies.science import science

Progress = Callable[[str, int, int], None]

MEASURE = "moderate_or_severe"
JOURNAL = "search.log"
_HOPELESS = 0.2
"""A design whose risk in the few first patients is surely (one-sided 95 %) above this is not looked at further."""

_DRAWS = 64
_STILL_ALLERGIC = 0.5


@dataclass(frozen=True)
class Effort:
    """Sizes of a search.

    Attributes
    ----------
    trials : int
        Designs that are looked at.
    patients, cells : int
        Of the second look; the first takes a third of the patients and a quarter of the cells.
    sets : int
        Other sets of the fitted parameters under which the second look is repeated, on half of the patients.
    quantile : float
        Which quantile of the risks, over the fitted set and the others, is to be small.
    fresh, fresh_cells, limit : int, int, float
        Patients that no search has seen, their mast cells, and what the upper 95 % bound of their risk should not
        exceed.
    finalists : int
        Designs that are tried on them.
    seed : int
        Key of the search's own choices.
    """

    trials: int = 100
    patients: int = 60
    cells: int = 600
    sets: int = 3
    quantile: float = 0.75
    fresh: int = 1000
    fresh_cells: int = 2000
    limit: float = 0.05
    finalists: int = 5
    seed: int = 1


def fitted_parameters(people: SamePatients) -> list[Parameter]:
    """Numbers that were fitted and have a range."""
    return [p for p in all_parameters(people.scenario.drugs) if p.kind == "fitted" and span(p)[0] < span(p)[1]]


def plausible_sets(people: SamePatients, full_dose: Arm, wanted: int, seed: int) -> list[dict[str, float]]:
    """Draw sets of the fitted parameters from their ranges, and keep those that still describe allergic people.

    Kept are sets under which the full dose harms at least half as many as under the fitted set: safety in people whom
    nothing harms says nothing about a protocol.

    Returns
    -------
    list of dict
        Up to `wanted` sets, the first such points of a scrambled Sobol' sequence of 64.
    """
    fitted = fitted_parameters(people)
    if not wanted or not fitted:
        return []
    usual = _risk(people, full_dose, {})
    kept: list[dict[str, float]] = []
    for point in qmc.Sobol(len(fitted), scramble=True, seed=seed).random(_DRAWS):
        drawn = {p.name: within(p, float(share)) for p, share in zip(fitted, point, strict=True)}
        try:
            harms = _risk(people, full_dose, drawn)
        except (CourseFailed, SelectionError):
            continue
        if harms >= _STILL_ALLERGIC * usual:
            kept.append(drawn)
        if len(kept) == wanted:
            break
    return kept


def _risk(people: SamePatients, arm: Arm, changed: Mapping[str, float], **sizes: Any) -> float:
    return float(np.nanmean(measured(people.outcomes(changed, arms=[arm], **sizes), MEASURE)[arm.name]))


@dataclass(frozen=True)
class Judge:
    """Looks at protocols on the same patients, twice: the second time where the first was not hopeless."""

    people: SamePatients
    arm: Arm
    sets: Sequence[Mapping[str, float]]
    effort: Effort

    def __call__(self, steps: tuple[Step, ...], both: bool = False) -> dict[str, Any]:
        """Return the risk with the fitted parameters, those of the other sets, and their quantile.

        `both` says to look twice in any case. Designs that were looked at once have no other sets.
        """
        effort, ids = self.effort, self.people.ids
        arm = dataclasses.replace(self.arm, course=steps, reference=True)
        few, cells = ids[: max(1, len(ids) // 3)], max(50, effort.cells // 4)
        first = _risk(self.people, arm, {}, ids=few, cells=cells)
        harmed = round(first * len(few))
        if not both and binomtest(harmed, len(few), _HOPELESS, alternative="greater").pvalue < 0.05:
            return {"looks": 1, "risk": first, "risks_of_sets": [], "robust_risk": first}
        risk = _risk(self.people, arm, {}, cells=effort.cells)
        half = ids[: max(1, len(ids) // 2)]
        others = [_risk(self.people, arm, changed, ids=half, cells=effort.cells) for changed in self.sets]
        robust = float(np.quantile([risk, *others], effort.quantile))
        return {"looks": 2, "risk": risk, "risks_of_sets": others, "robust_risk": robust}


def search(folder: Path, given: Given, judge: Judge, effort: Effort, progress: Progress) -> pd.DataFrame:
    """Run the trials that are missing, and return all of them.

    The study is kept in ``search.log`` of `folder` (Optuna's journal). Each proposal depends on the seed and the trials
    before it alone, so a search that was stopped goes on as if it had not been.

    Returns
    -------
    DataFrame
        One row per trial: ``trial``, the five numbers of the design, ``duration_min``, ``looks``, ``risk``,
        ``robust_risk``.
    """
    optuna = science("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = _study(optuna, folder)
    space = _space(optuna)
    known: dict[Design, dict[str, Any]] = {}
    while (done := len(_finished(optuna, study))) < effort.trials:
        progress("designs", done, effort.trials)
        study.sampler = optuna.samplers.TPESampler(seed=effort.seed + 1000 * done, n_startup_trials=20)
        if done < len(FIRST_TRIALS) and not study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.WAITING,)):
            study.enqueue_trial(FIRST_TRIALS[done])
        trial = study.ask(space)
        design = design_of(trial.params).allowed(given.usual_min)
        if design.step_count < 2:
            judged = {"looks": 1, "risk": 1.0, "risks_of_sets": [], "robust_risk": 1.0}
        else:
            judged = known[design] if design in known else judge(design.steps(given))
        known[design] = judged
        trial.set_user_attr("design", design.numbers())
        trial.set_user_attr("judged", judged)
        study.tell(trial, [design.duration_min, judged["robust_risk"]])
    progress("designs", effort.trials, effort.trials)
    rows = [
        {"trial": number, **trial.user_attrs["design"], "duration_min": trial.values[0]}
        | {key: trial.user_attrs["judged"][key] for key in ("looks", "risk", "robust_risk")}
        for number, trial in enumerate(_finished(optuna, study))
    ]
    return pd.DataFrame(rows)


def _study(optuna: Any, folder: Path) -> Any:
    """The study in the folder; a line and a trial that a killed process left unfinished are given up."""
    whole_lines(folder / JOURNAL, lambda line: isinstance(line, dict) and "op_code" in line)
    journal = science("optuna.storages.journal")
    storage = optuna.storages.JournalStorage(journal.JournalFileBackend(str(folder / JOURNAL)))
    study = optuna.create_study(
        study_name="optimise", storage=storage, directions=["minimize", "minimize"], load_if_exists=True
    )
    for trial in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    return study


def _finished(optuna: Any, study: Any) -> list[Any]:
    return list(study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,)))


def _space(optuna: Any) -> dict[str, Any]:
    number, whole = optuna.distributions.FloatDistribution, optuna.distributions.IntDistribution
    return {
        "start_log10": number(*START_LOG10, step=0.25),
        "ratio": number(*RATIO, step=0.1),
        "interval_min": whole(*INTERVAL_MIN),
        "step_count": whole(*STEPS),
        "last_min": whole(*LAST_MIN, step=5),
    }


def pareto(minutes: Sequence[float], risk: Sequence[float]) -> np.ndarray:
    """Mark what nothing else beats: no other is as short and as safe, and shorter or safer.

    Returns
    -------
    ndarray of bool
        Of two that are equal in both the first is marked.
    """
    order = np.lexsort((risk, minutes))
    front = np.zeros(len(order), bool)
    least = np.inf
    for place in order:
        if risk[place] < least:
            front[place], least = True, risk[place]
    return front


def finalists(trials: pd.DataFrame, effort: Effort, safe_risk: float) -> list[Design]:
    """Choose designs for the fresh patients: from both fronts (risk, robust risk), spread over time.

    Those are preferred whose risk is no more than `safe_risk` (that of the reference protocol) or the limit.
    """
    looked = trials[trials["looks"] == 2].drop_duplicates(["duration_min", "risk", "robust_risk"])
    on_front = pareto(looked["duration_min"].tolist(), looked["risk"].tolist())
    on_front |= pareto(looked["duration_min"].tolist(), looked["robust_risk"].tolist())
    front = looked[on_front].sort_values(["duration_min", "risk"], ignore_index=True)
    safe = front[front["risk"] <= max(safe_risk, effort.limit)]
    chosen = safe if len(safe) else front.nsmallest(effort.finalists, "risk").sort_values("duration_min")
    places = np.unique(np.linspace(0, len(chosen) - 1, min(effort.finalists, len(chosen))).round().astype(int))
    names = [field.name for field in dataclasses.fields(Design)]
    return [Design(**row) for row in chosen.iloc[places][names].to_dict("records")]
