"""Checks that take one mechanism away: what it carried must fail (A1–A3)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import ttest_rel

from abm.studies.checks import Finding, percent, share_text
from abm.studies.cohort import World, direct_arm, ladder_arm, outcomes, study
from abm.studies.interruption import recovery

_DRUG = "penicillin_g"
_NOT_SATURABLE = 1e9
_NEVER = 1e9


def a1_no_ship1(world: World) -> Finding:
    """Without SHIP-1 the ladder protects nobody (a prediction: no experiment has shown it)."""
    scenario = study(world, _DRUG, [direct_arm(_DRUG), ladder_arm(_DRUG)])
    frame = outcomes(scenario, world.parameters(mast_cell__ship1_pool=0.0))
    reactors = set(frame[(frame.arm == "full_dose") & frame.reacted].patient_id)
    ladder = frame[(frame.arm == "ladder") & frame.patient_id.isin(reactors)]
    clean = int((~ladder.reacted).sum())
    return Finding(
        passed=bool(len(ladder) > 0 and clean / len(ladder) <= 0.05),
        statistic="share clean in the ladder among those who react to a direct dose, without SHIP-1 (prediction)",
        value=clean / max(1, len(ladder)),
        n=len(ladder),
        bound="≤ 0.05",
        detail=f"clean {share_text(clean, len(ladder))}; severe {percent((ladder.severity == 'severe').mean())}",
    )


def a2_threshold_and_saturation(world: World) -> Finding:
    """No threshold: the ladder releases more than a direct dose; no saturation of SHIP-1: no late breakthrough."""
    arms = [direct_arm(_DRUG), ladder_arm(_DRUG, bare=True)]
    graded = outcomes(
        study(world, _DRUG, arms),
        world.parameters(mast_cell__release_hazard_per_min=0.0, mast_cell__graded_release_per_min=0.004),
    )
    direct = graded[graded.arm == "full_dose"].sort_values("patient_id").released_fraction.to_numpy()
    ladder = graded[graded.arm == "ladder_bare"].sort_values("patient_id").released_fraction.to_numpy()
    test = ttest_rel(ladder, direct, alternative="greater")
    scenario = study(world, _DRUG, [ladder_arm(_DRUG)])
    unlimited = _late(outcomes(scenario, world.parameters(mast_cell__ship1_pool=_NOT_SATURABLE)))
    normal = _late(outcomes(scenario, world.parameters()))
    difference = float(np.mean(ladder - direct))
    return Finding(
        passed=bool(test.pvalue < 0.001 and unlimited <= 0.02 and normal >= 0.1),
        statistic="released fraction of the ladder minus direct, linear release, paired",
        value=difference,
        n=len(direct),
        bound="> 0 with p < 0.001; and breakthroughs in bag 3 ≥ 0.10, without saturation ≤ 0.02",
        detail=f"linear release: ladder {ladder.mean():.3f}, direct {direct.mean():.3f}, p = {test.pvalue:.1e}; "
        f"breakthroughs in bag 3: {percent(normal)} with saturation, {percent(unlimited)} without",
    )


def _late(frame: pd.DataFrame) -> float:
    """Share of courses whose first reaction falls into bag 3 (steps 9–12)."""
    return float((frame.step_at_reaction.fillna(0).astype(int) >= 9).mean())


def a3_no_slow_memory(world: World) -> Finding:
    """Without the slow memory tolerance is gone within hours of the drug, instead of a day or two."""
    hours = (0.0, 6.0)
    forgetful = recovery(world, _DRUG, hours, world.parameters(mast_cell__memory_lock_min=_NEVER))
    normal = recovery(world, _DRUG, hours, world.parameters())
    without, with_memory = forgetful.risk_at(6.0) / forgetful.direct_risk, normal.risk_at(6.0) / normal.direct_risk
    return Finding(
        passed=bool(without >= 0.8 and with_memory <= 0.4),
        statistic="risk of a full dose 6 h after the drug is gone over that of a direct dose, without the slow memory",
        value=without,
        n=forgetful.clean,
        bound="≥ 0.80, and ≤ 0.40 with it",
        detail=f"without memory {percent(without)} (n = {forgetful.clean}), "
        f"with it {percent(with_memory)} (n = {normal.clean})",
    )
