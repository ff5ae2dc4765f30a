"""Checks of what a ladder owes its safety to: its pace, its steps, its small start, and that it rises (P5, P6)."""

from __future__ import annotations

import pandas as pd
from scipy.stats import binomtest

from abm.parameters.catalog import DRUGS
from abm.protocols import build_protocol
from abm.scenario import Arm, Step
from abm.studies.checks import Finding, interval, percent, share_text
from abm.studies.cohort import PREMEDICATION, STOP_RULE, World, course, direct_arm, outcomes, study

DRUG = "penicillin_g"
INTERVALS_MIN = (1.0, 5.0, 10.0, 15.0, 30.0)
RATIOS = (2.0, 4.0, 10.0)
FIRST_STEPS = (1, 5, 9, 11)
_START = 2e-5
"""Share of the dose in step 1 of the 12-step ladder."""


def interval_steps(drug: str, interval_min: float) -> tuple[Step, ...]:
    """The pump rates of the 12-step ladder, each held for another time; the last until the bag is empty."""
    dose_mg = DRUGS[drug].usual_dose_mg
    rates = tuple(step.rate_ml_per_h for step in build_protocol("one_bag", drug, dose_mg))
    return build_protocol("one_bag", drug, dose_mg, interval_min=interval_min, rates_ml_per_h=rates)


def ratio_steps(drug: str, ratio: float) -> tuple[Step, ...]:
    """Steps of 15 min from the ladder's first dose up to the full one, each `ratio` times the one before."""
    return build_protocol(
        "ladder", drug, DRUGS[drug].usual_dose_mg, start_fraction=_START, ratio=ratio, interval_min=15.0
    )


def shortened_steps(drug: str, from_step: int) -> tuple[Step, ...]:
    """The 12-step ladder from one of its steps on; what the steps before would have given comes with the last bag."""
    return build_protocol("ladder_12_step", drug, DRUGS[drug].usual_dose_mg, from_step=from_step)


def sweeps(drug: str) -> dict[str, tuple[Step, ...]]:
    """Every protocol of the sweeps by the name of its arm."""
    return (
        {f"every_{minutes:g}_min": interval_steps(drug, minutes) for minutes in INTERVALS_MIN}
        | {f"ratio_{ratio:g}": ratio_steps(drug, ratio) for ratio in RATIOS}
        | {f"from_step_{first}": shortened_steps(drug, first) for first in FIRST_STEPS}
    )


def p5_pace_and_start(world: World) -> Finding:
    """A ladder fails that is too fast, too steep, or begins too high; slower than ten minutes a step gains little."""
    arms = [Arm(name, steps, PREMEDICATION, STOP_RULE) for name, steps in sweeps(DRUG).items()]
    first = Arm(arms[0].name, arms[0].course, PREMEDICATION, STOP_RULE, reference=True)
    reacted = _side_by_side(outcomes(study(world, DRUG, [first, *arms[1:]]), world.parameters()))
    rises = {
        "interval 15 → 5 min": _rise(reacted, "every_15_min", "every_5_min"),
        "interval 5 → 1 min": _rise(reacted, "every_5_min", "every_1_min"),
        "ratio 2 → 4": _rise(reacted, "ratio_2", "ratio_4"),
        "ratio 4 → 10": _rise(reacted, "ratio_4", "ratio_10"),
        "first 8 of 12 steps left out, start 1e-2": _rise(reacted, "from_step_1", "from_step_9"),
    }
    slow = reacted[["every_10_min", "every_15_min", "every_30_min"]].mean()
    flat = float(slow.max() - slow.min())
    worst = max(rises.values())
    return Finding(
        passed=bool(worst < 0.01 and flat <= 0.1),
        statistic="largest p (exact McNemar, one-sided) of five steps towards faster, steeper, higher",
        value=worst,
        n=len(reacted),
        bound="< 0.01 each: any reaction, paired; and intervals of 10, 15 and 30 min within 0.10 of each other",
        detail=f"{_shares(reacted)}; " + ", ".join(f"{name} p {p:.1e}" for name, p in rises.items()),
    )


def p6_slow_infusion(world: World) -> Finding:
    """Giving the same dose over the ladder's hours at a constant rate is not desensitization."""
    slow, ladder = Arm("slow", course(DRUG, "slow_infusion")), Arm("ladder", course(DRUG, "ladder_12_step"))
    reacted = _side_by_side(outcomes(study(world, DRUG, [direct_arm(DRUG), slow, ladder]), world.parameters()))
    among = reacted[reacted["full_dose"]]
    kept, spared = int(among["slow"].sum()), _rise(reacted, "ladder", "slow")
    low = interval(kept, len(among))[0] if len(among) else 0.0
    return Finding(
        passed=bool(low > 0.5 and spared < 0.01),
        statistic="share of direct reactors who react to the same dose over the ladder's hours, lower bound",
        value=low,
        n=len(among),
        bound="> 0.50 (exact 95 % interval), none premedicated; and the ladder reacts less, p < 0.01",
        detail=f"slow infusion {share_text(kept, len(among))} of direct reactors; {_shares(reacted)}; p {spared:.1e}",
    )


def _side_by_side(frame: pd.DataFrame) -> pd.DataFrame:
    """Whether each patient reacted, one column an arm."""
    return frame.pivot(index="patient_id", columns="arm", values="reacted").astype(bool)


def _rise(reacted: pd.DataFrame, less: str, more: str) -> float:
    """One-sided exact McNemar p of more reactions in `more` than in `less`."""
    harmed = int((reacted[more] & ~reacted[less]).sum())
    spared = int((reacted[less] & ~reacted[more]).sum())
    return float(binomtest(harmed, harmed + spared, 0.5, alternative="greater").pvalue) if harmed + spared else 1.0


def _shares(reacted: pd.DataFrame) -> str:
    return ", ".join(f"{str(arm).replace('_', ' ')} {percent(share)}" for arm, share in reacted.mean().items())
