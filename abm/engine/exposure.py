"""Exposure that a treatment aims at, and what of it an arm reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.biology import pharmacokinetics as pk
from abm.engine.clock import bins
from abm.engine.plasma import let_run_out
from abm.engine.state import PLASMA, SPECIFICITIES, State
from abm.parameters.catalog import ParameterSet
from abm.scenario import Arm, Gap, Target

if TYPE_CHECKING:
    from abm.engine.bedside import Bedside
    from abm.engine.rates import Rates

_ML_PER_L = 1000.0
_STILL_COMING = (pk.CENTRAL, pk.PERIPHERAL, pk.PERIPHERAL_2, pk.GUT, pk.DEPOT)
NO_TARGET = (math.inf, math.inf, 0.0, 0.0)
"""Row of `Rates.target` of a drug without one."""


def targets_of(drugs: Sequence[str], own: Target | None, parameters: ParameterSet) -> tuple[Target | None, ...]:
    """Target of each drug, None where it has none; `own` is a scenario's, for the first drug."""
    known = [_known_target(drug, parameters) for drug in drugs]
    return tuple(known if own is None else [own, *known[1:]])


def _known_target(drug: str, p: ParameterSet) -> Target | None:
    kind, at = p.drugs[drug].target, f"drugs.{drug}.target_"
    if kind == "time_above":
        return Target("time_above", p[f"{at}free_mg_per_l"] / _ML_PER_L, p[f"{at}share"], 60.0 * p[f"{at}within_h"])
    return Target("auc", p[f"{at}auc_mg_min_per_ml"], p[f"{at}share"], math.inf) if kind else None


def target_row(target: Target | None, litres: float, free_share: float) -> tuple[float, float, float, float]:
    """Row of `Rates.target` of a drug of which `free_share` is not on protein, in a central volume of `litres`."""
    if target is None:
        return NO_TARGET
    if target.kind == "auc":
        return math.inf, target.share * target.level * _ML_PER_L * litres, 0.0, target.within_min
    total = target.level / free_share if free_share > 0.0 else math.inf
    return total * _ML_PER_L * litres, math.inf, target.share, target.within_min


def begin_exposure(state: State, rates: Rates, start_bin: int) -> None:
    """Count exposure anew from base bin `start_bin`, the start of an arm."""
    state.plasma[:] = 0.0
    state.plasma[:, PLASMA.peak] = state.drug[:, pk.CENTRAL]
    for a in range(SPECIFICITIES):
        window_min = rates.target[a, 3]
        state.window[a] = start_bin + math.floor(bins(window_min)) if math.isfinite(window_min) else 0


def followed_drug(arm: Arm, drugs: Sequence[str]) -> str:
    """The drug whose exposure tells whether an arm treats: the first one it gives of those that are followed.

    Of an arm that gives nothing it is the first drug that is followed; empty where only others are given.
    """
    given = [item.drug for item in arm.course if not isinstance(item, Gap)]
    return next((drug for drug in given if drug in drugs), "" if given else drugs[0])


def exposure_outcome(course: Bedside) -> dict[str, Any]:
    """Columns of the outcome row about exposure: as if nothing more were given after this moment.

    What is still in a living body goes on to count: for the area all of it (amount / clearance), for the window what is
    above the level until it ends.
    """
    drug = followed_drug(course.arm, course.drugs)
    if not drug:
        return NOT_FOLLOWED
    a, state, rates = course.drugs.index(drug), course.state, course.rates
    amounts, seen, litres = state.drug[a].copy(), state.plasma[a].copy(), float(rates.litres[a])
    area = float(seen[PLASMA.area])
    if not course.died:
        left_mg = float(amounts[[*_STILL_COMING]].sum())
        area += left_mg / float(rates.elimination_per_min[a]) if left_mg > 0.0 else 0.0
        steps = (rates.drug_step[a], rates.plasma_step[a], rates.target[a, 0])
        let_run_out(amounts, seen, state.window[a], *steps, course.now_bin)
    auc = area / (_ML_PER_L * litres)
    return {
        "exposure_drug": drug,
        "auc_mg_min_per_ml": auc if math.isfinite(auc) else math.nan,
        "peak_plasma_mg_per_l": float(seen[PLASMA.peak]) / litres,
        **_met(seen, area, rates.target[a]),
    }


def _met(seen: np.ndarray, area: float, target: np.ndarray) -> dict[str, Any]:
    """Whether the exposure reached the target; missing where there is none."""
    _, wanted, share, window_min = (float(number) for number in target)
    if share > 0.0:
        reached = float(seen[PLASMA.above]) / window_min
        return {"time_above_target_percent": 100.0 * reached, "target_met": reached >= share}
    found = float(seen[PLASMA.window_area]) if math.isfinite(window_min) else area
    return {"time_above_target_percent": math.nan, "target_met": None if math.isinf(wanted) else found >= wanted}


NOT_FOLLOWED: dict[str, Any] = {
    "exposure_drug": "",
    "auc_mg_min_per_ml": math.nan,
    "peak_plasma_mg_per_l": math.nan,
    "time_above_target_percent": math.nan,
    "target_met": None,
}
"""What the outcome row says of an arm that gives only drugs which the engine does not follow."""
