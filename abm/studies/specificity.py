"""Tolerance of one allergen beside allergy to another (P8), under either scope of the mast cell's brake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from abm.engine.body import new_course, outcome_of
from abm.parameters.catalog import DRUGS, ParameterSet
from abm.scenario import Arm, Regimen
from abm.studies.checks import Finding, percent, share_text
from abm.studies.cohort import World, direct_arm, each_patient, ladder_arm, study

TOLERATED = "penicillin_g"
OTHERS = ("ceftriaxone", "peanut")
MARGIN = 0.10
"""Largest difference in risk that still counts as none."""

_WATCHED_MIN = 120.0


def challenge_arm(drug: str) -> Arm:
    """A usual dose at once without preparation: infused, or swallowed where there is no infusion."""
    if "infusion" in DRUGS[drug].routes:
        return direct_arm(drug)
    return Arm("full_dose", (Regimen(drug, "challenge", 1, DRUGS[drug].usual_dose_mg, _WATCHED_MIN, 1),))


def truces(world: World, other: str, parameters: ParameterSet) -> pd.DataFrame:
    """Reactions of patients with IgE for penicillin G and for `other`, one row per patient.

    Of those whom the ladder of penicillin G made tolerant, without a reaction. Columns: ``other`` and ``tolerated`` (a
    full dose of either without preparation), ``other_after`` and ``tolerated_after`` (the same two hours after the
    ladder, from the same end). No premedication and no rule: cells alone decide.
    """
    ladder, own, challenge = ladder_arm(TOLERATED, bare=True), direct_arm(TOLERATED), challenge_arm(other)
    scenario = replace(study(world, TOLERATED, [own]), allergic_to=(TOLERATED, other))

    def treat(patient: Mapping[str, Any]) -> dict[str, bool] | None:
        before = new_course(ladder, scenario, patient, 0, parameters)
        before.run(_WATCHED_MIN)
        if before.recorder.reactions:
            return None
        found = {}
        for name, arm in (("other", challenge), ("tolerated", own)):
            for when, end in (("", None), ("_after", before)):
                run = new_course(replace(arm, after=ladder.name if end else ""), scenario, patient, 0, parameters, end)
                run.run(_WATCHED_MIN)
                found[name + when] = bool(outcome_of(run, parameters)["reacted"])
        return found

    return pd.DataFrame([row for row in each_patient(scenario, parameters, treat) if row is not None])


def p8_specific(world: World) -> Finding:
    """The ladder of one drug leaves the response to another allergen as it was; under a cell-wide brake it does not."""
    from analysis.intervals import paired_difference

    apart = {other: truces(world, other, world.parameters()) for other in OTHERS}
    cell_wide = truces(world, OTHERS[-1], world.parameters(mast_cell__cell_wide_inhibition=1.0))
    limits = {other: paired_difference(rows.other_after, rows.other, level=0.90) for other, rows in apart.items()}
    furthest = max(max(-found.low, found.high) for found in limits.values())
    together = paired_difference(cell_wide.other_after, cell_wide.other, level=0.90)
    reacts = min(float(rows.other.mean()) for rows in apart.values())
    kept = max(float(rows.tolerated_after.mean() / max(1e-9, rows.tolerated.mean())) for rows in apart.values())
    return Finding(
        passed=bool(furthest < MARGIN and together.high < -MARGIN and reacts >= 0.6 and kept <= 0.25),
        statistic="furthest limit of the 90 % interval (two one-sided tests at 5 %) of the change in risk of another "
        f"allergen ({' or '.join(OTHERS)}) by the ladder of {TOLERATED}, in patients clean in it, paired",
        value=furthest,
        n=min(len(rows) for rows in apart.values()),
        bound=f"< {MARGIN:.2f}, where ≥ 0.60 react to the other allergen and the ladder's own drug keeps ≤ 0.25 of its "
        f"risk; under a cell-wide brake the interval lies below −{MARGIN:.2f}",
        detail="; ".join(_told(other, rows, limits[other]) for other, rows in apart.items())
        + f"; cell-wide: {_told(OTHERS[-1], cell_wide, together)}; "
        f"{TOLERATED} again, over its direct risk: {percent(kept)}",
    )


def _told(other: str, rows: pd.DataFrame, limits: Any) -> str:
    alone, after = int(rows.other.sum()), int(rows.other_after.sum())
    return (
        f"{other} alone {share_text(alone, len(rows))}, after the ladder {share_text(after, len(rows))}, "
        f"difference {limits.low:+.3f} to {limits.high:+.3f}"
    )
