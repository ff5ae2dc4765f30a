"""Checks of the delayed part: first exposure, recall, the ladder after the disease, the HLA gate (P11–P14)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from abm.parameters.catalog import DRUGS, ParameterSet
from abm.parameters.t_cell import CLONES, EVERYONE
from abm.population import select_patients
from abm.protocols import build_protocol
from abm.scenario import Condition, Gap, Scenario, Step
from abm.studies import immediate
from abm.studies.checks import Finding, interval, percent, share_text
from abm.studies.cohort import World
from abm.studies.necrolysis_cohort import (
    AGAIN,
    DAY_MIN,
    class_text,
    courses,
    daily_dose_mg,
    daily_ladder,
    delayed_study,
    first_exposure,
    ladder_into_therapy,
    later,
    mean_interval,
    mean_text,
    quantile_text,
    single_dose,
    survivors,
    usual,
)

_DRUG = "carbamazepine"
_IGE_CELLS = 2_000
_CLASSES = ("SJS", "overlap", "TEN")


def p11_first_exposure(world: World) -> Finding:
    """A first exposure makes people with a fitting clone ill in the window of 4 to 28 days."""
    parameters = world.parameters()
    ill = _first(world, _DRUG, world.patients, parameters)
    others = [
        _first(world, drug, max(8, world.patients // 3), parameters) for drug in ("sulfamethoxazole", "allopurinol")
    ]
    cases = ill[ill.case]
    onset = cases.skin_onset_d
    in_window = int(((onset >= 4.0) & (onset <= 28.0)).sum())
    early = int((onset < 4.0).sum())
    median = float(onset.median()) if len(cases) else float("nan")
    passed = len(cases) > 0 and 10.0 <= median <= 24.0 and in_window / len(cases) >= 0.9 and early / len(cases) < 0.02
    texts = [_first_text(_DRUG, ill)] + [
        _first_text(drug, frame) for drug, frame in zip(("sulfamethoxazole", "allopurinol"), others, strict=True)
    ]
    return Finding(
        passed=bool(passed),
        statistic="median day of onset at a first exposure (carbamazepine, Han Chinese with a fitting clone, usual "
        "dose for 56 days, withdrawn a day after onset)",
        value=median,
        n=len(cases),
        bound="10–24 days; ≥ 0.90 of cases on days 4–28, < 0.02 before day 4",
        detail=f"days 4–28 {share_text(in_window, len(cases))}, before day 4 {share_text(early, len(cases))}; "
        + "; ".join(texts)
        if len(cases)
        else "no case",
    )


def _first(world: World, drug: str, patients: int, parameters: ParameterSet) -> pd.DataFrame:
    return courses(delayed_study(world, drug, [first_exposure(drug)], patients=patients), parameters)


def _first_text(drug: str, frame: pd.DataFrame) -> str:
    """Cases, onset, classes, speed, mucosa and deaths of one drug in words."""
    cases = frame[frame.case]
    if not len(cases):
        return f"{drug}: no case among {len(frame)}"
    deaths = "/".join(
        f"{int(of_class.died.sum())} of {len(of_class)}"
        for of_class in (cases[cases.necrolysis == c] for c in _CLASSES)
    )
    return (
        f"{drug}: {len(cases)} of {len(frame)} fall ill, onset {quantile_text(cases.skin_onset_d)} d (5/50/95 %), "
        f"SJS/overlap/TEN {class_text(frame)}, from 10 to 90 % of the extent in "
        f"{cases.detached_10_to_90_d.median():.1f} d, mucosa {(cases.skin_onset_d - cases.mucosa_d).median():.1f} d "
        f"before the skin (medians), deaths {deaths}"
    )


def p12_recall(world: World) -> Finding:
    """Survivors given the drug again a year later fall ill sooner, and most of them wider."""
    frame = courses(
        delayed_study(world, _DRUG, [first_exposure(_DRUG), later(AGAIN, [usual(_DRUG, 28.0)])]), world.parameters()
    )
    first, again = survivors(frame, AGAIN)
    if not len(first):
        return _nobody("share of survivors ill again by day 4", "≥ 0.90")
    soon = int((again.skin_onset_d <= 4.0).sum())
    wider = int((again.max_detached_percent >= first.max_detached_percent).sum())
    dead = int(frame[(frame.arm == "first_exposure") & frame.case].died.sum())
    return Finding(
        passed=bool(soon / len(first) >= 0.9 and interval(wider, len(first))[0] > 0.5),
        statistic="share of survivors of a first exposure whose skin falls ill by day 4 of the usual dose a year later "
        "(carbamazepine, paired)",
        value=soon / len(first),
        n=len(first),
        bound="≥ 0.90, and the surface detached at least that of the first time in > 0.50 (lower 95 % bound)",
        detail=f"by day 4 {share_text(soon, len(first))}; at least as wide {share_text(wider, len(first))}; onset "
        f"{quantile_text(again.skin_onset_d)} d (5/50/95 %) against {quantile_text(first.skin_onset_d)} d; median "
        f"surface {again.max_detached_percent.median():.0f} % against {first.max_detached_percent.median():.0f} %. "
        f"Only survivors are compared ({dead} died at the first exposure): their first reactions were the milder ones",
    )


def _nobody(statistic: str, bound: str) -> Finding:
    return Finding(False, statistic, float("nan"), 0, bound, "nobody fell ill at the first exposure and lived")


def p13_ladder_is_futile(world: World) -> Finding:
    """Desensitization that protects the IgE allergic does nothing for primed T cells, at any speed."""
    drug = _DRUG
    arms = [
        first_exposure(drug),
        later(AGAIN, [usual(drug, 14.0)]),
        later("ladder", ladder_into_therapy(drug, 14.0)),
        later("daily_ladder", daily_ladder(drug, 7.0)),
        later("thousandth", single_dose(drug, 1e-3, 21.0)),
        later("avoidance", [Gap(21.0 * DAY_MIN)]),
    ]
    frame = courses(delayed_study(world, drug, arms), world.parameters())
    first, direct, ladder, daily, thousandth, avoided = survivors(frame, *(arm.name for arm in arms[1:]))
    if not len(first):
        return _nobody("share of primed patients ill by day 4 of the ladder into therapy", "≥ 0.90")
    n, dose_mg = len(first), daily_dose_mg(drug)
    by_day_4 = int((ladder.skin_onset_d <= 4.0).sum())
    low_dose = int((daily.dose_at_skin_onset_mg < dose_mg).sum())
    extent = (ladder.max_detached_percent - direct.max_detached_percent).to_numpy()
    ige = immediate.p4_ladder_works(replace(world, cells=_IGE_CELLS, patients=max(200, world.patients)))
    harmless = int(avoided.case.sum())
    passed = (
        by_day_4 / n >= 0.9 and low_dose / n > 0.5 and harmless == 0 and mean_interval(extent)[0] >= -5.0
        and ige.passed and _same_fractions(drug, "penicillin_g")
    )  # fmt: skip
    return Finding(
        passed=bool(passed),
        statistic="share of primed patients (carbamazepine, a year after) whose skin falls ill by day 4 of the 12-step "
        "ladder into the usual dose",
        value=by_day_4 / n,
        n=n,
        bound="≥ 0.90, where the same dose fractions of penicillin G meet P4's bound; daily ladder 1/1000 → 1 below "
        "one daily dose > 0.50; avoidance 0; the ladder's surface not less than a direct dose's (mean difference above "
        "−5 %, lower 95 % bound)",
        detail=f"ladder {share_text(by_day_4, n)}, {percent((ladder.skin_onset_d <= 0.25).mean())} within its 6 hours; "
        f"daily ladder: ill below one daily dose {share_text(low_dose, n)}, at any dose "
        f"{share_text(int(daily.case.sum()), n)}, median dose {daily.dose_at_skin_onset_mg.median() / dose_mg:.2f} "
        f"daily doses; single 1/1000 dose {share_text(int(thousandth.case.sum()), n)}; avoidance "
        f"{share_text(harmless, n)}; surface after the ladder minus direct {mean_text(extent)} %; IgE: ladder borne "
        f"in {percent(ige.value)} of {ige.n} (P4 {'met' if ige.passed else 'MISSED'})",
    )


def _same_fractions(first: str, second: str) -> bool:
    """Whether the ladder gives the same shares of the dose, in the same times, of both drugs."""

    def table(drug: str) -> np.ndarray:
        steps = build_protocol("ladder_12_step", drug, DRUGS[drug].usual_dose_mg)
        return np.array([(s.dose_mg / DRUGS[drug].usual_dose_mg, s.duration_min) for s in steps if isinstance(s, Step)])

    return bool(np.allclose(table(first), table(second), rtol=1e-9))


_GATES = (
    ("carbamazepine", "hla_b_15_02", 0.01, 0.06),
    ("allopurinol", "hla_b_58_01", 0.01, 0.06),
    ("abacavir", "hla_b_57_01", 0.35, 0.65),
)
_PEOPLE_PER_PATIENT = 50
_TREATED = 10


def p14_hla_gate(world: World) -> Finding:
    """Without the allele nobody falls ill; of carriers as many as were counted."""
    parameters = world.parameters()
    cases, clones, people, treated, passed, notes = 0, 0, 0, 0, True, []
    for drug, allele, least, most in _GATES:
        fit, drawn = drawn_without_allele(world, drug, parameters)
        ill, given = treated_without_allele(world, drug, fit, parameters)
        cases, clones, people, treated = cases + ill, clones + fit, people + drawn, treated + given
        share, text = carriers(world, drug, allele, parameters)
        passed = passed and least <= share <= most
        notes.append(f"{drug}, carriers of {_allele(allele)}: {text}; asked {percent(least)} to {percent(most)}")
    return Finding(
        passed=bool(passed and cases == 0),
        statistic="cases in people without an allele that presents the drug (carbamazepine, allopurinol, abacavir)",
        value=float(cases),
        n=people,
        bound="0; carriers of B*15:02 and B*58:01 0.01–0.06, of B*57:01 0.35–0.65",
        detail=f"without the allele {clones} of {people} have a fitting clone, and of {treated} given the drug (all "
        f"who have one among them) {cases} fall ill: upper 95 % bound {1e3 * interval(cases, people)[1]:.1f} per "
        "1,000; " + "; ".join(notes) + f"; {_population_rate(world, parameters)}",
    )


def _allele(trait: str) -> str:
    """``B*15:02`` for ``hla_b_15_02``."""
    _, gene, group, protein = trait.split("_")
    return f"{gene.upper()}*{group}:{protein}"


def drawn_without_allele(world: World, drug: str, parameters: ParameterSet) -> tuple[int, int]:
    """People with a fitting clone, and people: drawn as they come, with none of the alleles that present the drug."""
    drawn = select_patients(_without_allele(world, drug, _PEOPLE_PER_PATIENT * world.patients), parameters)
    return int((drawn.fitting_clones > 0).sum()), len(drawn)


def treated_without_allele(world: World, drug: str, fit: int, parameters: ParameterSet) -> tuple[int, int]:
    """Cases and people treated for 28 days: a few without the allele or a clone, and the `fit` who have a clone."""
    few = courses(_without_allele(world, drug, _TREATED), parameters)
    if fit == 0:
        return int(few.case.sum()), len(few)
    fitting = courses(_without_allele(world, drug, fit, Condition("fitting_clones", ">=", 1)), parameters)
    return int(few[few.peak_effectors == 0].case.sum() + fitting.case.sum()), len(few) + len(fitting)


def _without_allele(world: World, drug: str, people: int, *more: Condition) -> Scenario:
    select = tuple(Condition(allele, "==", 0) for allele, _ in CLONES[drug] if allele != EVERYONE)
    arms = [first_exposure(drug, 28.0)]
    return delayed_study(replace(world, cells=1), drug, arms, select + more, fitting_clone=False, patients=people)


def carriers(world: World, drug: str, allele: str, parameters: ParameterSet) -> tuple[float, str]:
    """Share of carriers that fall ill, and the text with its 95 % interval.

    ``P(case | carrier) = P(≥ 1 fitting clone | carrier) · P(case | ≥ 1 clone, carrier)``: the first is exact (the
    weight of the conditional draw), the second is counted.
    """
    scenario = delayed_study(
        world, drug, [first_exposure(drug)], (Condition(allele, ">=", 1),), patients=max(8, world.patients // 3)
    )
    frame = courses(scenario, parameters)
    ill, n, weight = int(frame.case.sum()), len(frame), float(frame.case_weight.iloc[0])
    low, high = interval(ill, n)
    text = (
        f"{100 * weight * ill / n:.2f} % fall ill ({100 * weight * low:.2f} to {100 * weight * high:.2f}; with a "
        f"fitting clone {100 * weight:.2f} %, of those ill {share_text(ill, n)})"
    )
    return weight * ill / n, text


def _population_rate(world: World, parameters: ParameterSet) -> str:
    """What follows for all new users of carbamazepine, with and without the allele."""
    scenario = delayed_study(world, _DRUG, [first_exposure(_DRUG)], patients=max(8, world.patients // 3))
    frame = courses(scenario, parameters)
    ill, n, weight = int(frame.case.sum()), len(frame), float(frame.case_weight.iloc[0])
    low, high = interval(ill, n)
    return (
        f"all Han Chinese new users of carbamazepine: {1e4 * weight * ill / n:.1f} per 10,000 "
        f"({1e4 * weight * low:.1f} to {1e4 * weight * high:.1f})"
    )
