"""Desensitization is no cure (P9): IgE and memory stay, the next cycle meets the same allergy.

The contrast is what does change them: omalizumab, and three years of immunotherapy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from abm.engine.body import new_course, run_arm
from abm.engine.course import Course
from abm.long_protocols import immunotherapy_doses
from abm.parameters.catalog import DRUGS
from abm.parameters.protocol_tables import IMMUNOTHERAPY_MIN, IMMUNOTHERAPY_SHARE
from abm.scenario import Arm, Gap, Regimen
from abm.studies.checks import Finding, percent
from abm.studies.cohort import PREMEDICATION, STOP_RULE, World, course, each_patient, study

DRUG = "carboplatin"
CYCLES_D = (7, 14, 21, 28)
"""Days from one ladder to the next."""

EQUIVALENT = (0.8, 1.25)
"""Bounds within which two levels count as equal, as in bioequivalence."""

LARGEST_DIFFERENCE = 0.15
"""Bound on the change of risk, with its 90 % interval inside: two one-sided tests at 5 %."""

LEAST_CONTRAST = 0.25
_DAY_MIN = 1440.0
_LEVELS = ("specific_ige_end_ku_per_l", "memory_b_end_share")


def ladder() -> Arm:
    """A cycle as it is given in clinics."""
    return Arm("ladder", course(DRUG, "ladder_12_step"), PREMEDICATION, STOP_RULE)


def full(name: str, after: str = "", days: float = 0.0) -> Arm:
    """A full dose without preparation, `days` after the end of another arm."""
    return Arm(name, course(DRUG, "full_dose"), after=after, recovery_min=_DAY_MIN * days)


def omalizumab() -> Arm:
    """Four injections of 300 mg, one every four weeks."""
    every = 28 * _DAY_MIN
    return Arm("omalizumab", (Regimen("omalizumab", "anti_ige", 1, 300.0, every, 4, "subcutaneous"),))


def immunotherapy() -> Arm:
    """Three years of injections."""
    dose_mg = IMMUNOTHERAPY_SHARE * DRUGS[DRUG].usual_dose_mg
    return Arm("immunotherapy", immunotherapy_doses(DRUG, dose_mg, IMMUNOTHERAPY_MIN))


def waiting(days: float) -> Arm:
    """Nothing for so long."""
    return Arm("waiting", (Gap(_DAY_MIN * days),))


def ratio_interval(after: Sequence[float], before: Sequence[float]) -> tuple[float, float, float]:
    """Geometric mean of after/before and its 90 % interval over patients; 1 where both are 0 in everybody."""
    pairs = [(a, b) for a, b in zip(after, before, strict=True) if a > 0.0 or b > 0.0]
    if not pairs:
        return 1.0, 1.0, 1.0
    logs = np.log(np.maximum(np.array(pairs), 1e-12)) @ np.array([1.0, -1.0])
    half = 1.645 * logs.std(ddof=1) / math.sqrt(len(logs)) if len(logs) > 1 else 0.0
    low, middle, high = (math.exp(float(x)) for x in (logs.mean() - half, logs.mean(), logs.mean() + half))
    return middle, low, high


def difference_interval(first: Sequence[bool], second: Sequence[bool]) -> tuple[float, float, float]:
    """Paired difference of shares, second less first, and its 90 % interval (Wald with the +½ of Agresti and Min)."""
    one, two = np.array(first, bool), np.array(second, bool)
    n, gained, lost = len(one), int((two & ~one).sum()), int((one & ~two).sum())
    b, c, m = gained + 0.5, lost + 0.5, n + 2.0
    middle = (b - c) / m
    half = 1.645 * math.sqrt(b + c - (b - c) ** 2 / m) / m
    return (gained - lost) / n, middle - half, middle + half


def p9_no_cure(world: World) -> Finding:
    """After a cycle the patient has the same IgE and memory, and reacts as before; immunotherapy changes that."""
    rows = _cohort(world)
    ratios = {
        f"{name.removesuffix('_share').removesuffix('_ku_per_l')} day {days}": ratio_interval(
            rows[f"{name} {days}"], rows[f"{name} untreated {days}"]
        )
        for days in CYCLES_D
        for name in _LEVELS
    }
    again = {f"ladder day {d}": difference_interval(rows["ladder"], rows[f"ladder {d}"]) for d in CYCLES_D}
    again["full dose day 28"] = difference_interval(rows["direct"], rows["direct 28"])
    cures = {name: float(rows["direct"].mean() - rows[name].mean()) for name in ("omalizumab", "immunotherapy")}
    same = all(EQUIVALENT[0] <= low and high <= EQUIVALENT[1] for _, low, high in ratios.values())
    armed = all(low >= -LARGEST_DIFFERENCE for _, low, _ in again.values())
    helped = all(cured >= LEAST_CONTRAST for cured in cures.values())
    worst = max((abs(math.log(end)) for _, *ends in ratios.values() for end in ends), default=0.0)
    return Finding(
        passed=bool(same and armed and helped),
        statistic="ratio of IgE and memory B cells after a ladder to those of the same patient untreated, "
        "days 7 to 28: 90 % limit furthest from 1",
        value=math.exp(worst),
        n=len(rows),
        bound=f"0.80–1.25; risk in the next ladder (days 7, 14, 21, 28) and of a full dose on day 28 not lower than "
        f"the first time by {LARGEST_DIFFERENCE} (90 % interval, paired); omalizumab and immunotherapy lower the "
        f"risk of a full dose by {LEAST_CONTRAST} or more",
        detail=_told(rows, ratios, again, cures),
    )


def _told(
    rows: pd.DataFrame,
    ratios: Mapping[str, tuple[float, float, float]],
    again: Mapping[str, tuple[float, float, float]],
    cures: Mapping[str, float],
) -> str:
    """What was seen, in words."""
    parts = [f"direct {percent(float(rows['direct'].mean()))}, first ladder {percent(float(rows['ladder'].mean()))}"]
    parts += [f"{name} ×{middle:.3f} ({low:.3f}–{high:.3f})" for name, (middle, low, high) in ratios.items()]
    parts += [f"{name} {middle:+.3f} ({low:+.3f} to {high:+.3f})" for name, (middle, low, high) in again.items()]
    parts += [f"{name} {-cured:+.2f}" for name, cured in cures.items()]
    return "; ".join(parts)


def _cohort(world: World) -> pd.DataFrame:
    """Every patient through every history, one row each."""
    parameters = world.parameters()
    first = ladder()
    scenario = study(world, DRUG, [first])

    def ends(arm: Arm, patient: Mapping[str, Any], before: Course | None = None) -> tuple[dict[str, Any], Course]:
        result = run_arm(arm, scenario, patient, 0, parameters, before)
        return result.outcome, result.course

    def treat(patient: Mapping[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = {"direct": ends(full("direct"), patient)[0]["reacted"]}
        outcome, treated = ends(first, patient)
        row["ladder"] = outcome["reacted"]
        for days in CYCLES_D:
            cycle = Arm(f"ladder {days}", first.course, PREMEDICATION, STOP_RULE, after="ladder",
                        recovery_min=_DAY_MIN * days - treated.now_min)  # fmt: skip
            begun = new_course(cycle, scenario, patient, 0, parameters, treated)
            levels, untreated = _levels(begun), _levels(ends(waiting(days), patient)[1])
            row |= {f"{name} {days}": levels[name] for name in _LEVELS}
            row |= {f"{name} untreated {days}": untreated[name] for name in _LEVELS}
            begun.run(scenario.follow_up_min)
            row[f"ladder {days}"] = begun.recorder.reactions > 0
        row["direct 28"] = ends(full("again", "ladder", 28.0), patient, treated)[0]["reacted"]
        for cure in (omalizumab(), immunotherapy()):
            row[cure.name] = ends(full("then", cure.name), patient, ends(cure, patient)[1])[0]["reacted"]
        return row

    return pd.DataFrame(each_patient(scenario, parameters, treat))


def _levels(course: Course) -> dict[str, float]:
    """IgE and memory B cells of a patient at this moment."""
    assert course.slow is not None
    found = course.slow.outcome()
    return {name: float(found[name]) for name in _LEVELS}
