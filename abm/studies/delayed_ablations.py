"""Checks that take one mechanism of the delayed part away: what it carried must fail (A4–A7)."""

from __future__ import annotations

from abm.parameters.catalog import ParameterSet
from abm.scenario import Condition
from abm.studies.checks import Finding, interval, percent, share_text
from abm.studies.cohort import World
from abm.studies.delayed import carriers, drawn_without_allele
from abm.studies.necrolysis_cohort import (
    AGAIN,
    class_text,
    courses,
    delayed_study,
    first_exposure,
    later,
    mean_interval,
    mean_text,
    survivors,
    usual,
)
from abm.studies.necrolysis_patch import Attack, attack

_DRUG = "carbamazepine"
_MOST_CTL_PER_MM2 = 150.0
_RENEWED_Y = 20.0


def a4_no_granulysin(world: World) -> Finding:
    """Contact alone cannot detach 30 % of the surface at realistic T-cell densities; granulysin can.

    Patches are held at 150 T cells per mm² for four days; of whole patients those count whose skin never held more.
    """
    without, normal = world.parameters(epidermis__granulysin_per_hit_mm2=0.0), world.parameters()
    patches = max(10, world.patients // 2)
    contact, both = (attack(p, _MOST_CTL_PER_MM2, 4.0, patches, world.seed) for p in (without, normal))
    frames = [courses(delayed_study(world, _DRUG, [first_exposure(_DRUG)]), p) for p in (without, normal)]
    calm = [frame[frame.peak_ctl_per_mm2 <= _MOST_CTL_PER_MM2] for frame in frames]
    wide = [int((frame.necrolysis == "TEN").sum()) for frame in calm]
    return Finding(
        passed=bool(contact.detached.max() < 0.3 <= both.detached.mean() and wide[0] == 0 and wide[1] > 0),
        statistic="largest share of a patch detached after 4 days under 150 T cells per mm², without granulysin",
        value=float(contact.detached.max()),
        n=patches,
        bound="< 0.30 in every patch, with granulysin ≥ 0.30 on average; whole patients with ≤ 150 T cells per mm²: no "
        "TEN without it, some with it",
        detail=f"without granulysin {_patch_text(contact)}, with it {_patch_text(both)}; patients with at most 150 T "
        f"cells per mm²: TEN {share_text(wide[0], len(calm[0]))} without granulysin, "
        f"{share_text(wide[1], len(calm[1]))} with it; all patients, SJS/overlap/TEN: {class_text(frames[0])} without "
        f"(up to {frames[0].peak_ctl_per_mm2.max():.0f} T cells per mm²), {class_text(frames[1])} with it",
    )


def _patch_text(seen: Attack) -> str:
    return f"{percent(seen.detached.mean())} detached, {percent(seen.dead.mean())} dead"


def a5_no_hla_gate(world: World) -> Finding:
    """If every HLA presented the drug, people without the allele would fall ill as often as carriers do."""
    open_gate = world.parameters(t_cell__hla_gate=0.0)
    carrier, _ = carriers(world, _DRUG, "hla_b_15_02", world.parameters(t_cell__hla_gate=1.0))
    alleles = (Condition("hla_b_15_02", "==", 0), Condition("hla_a_31_01", "==", 0))
    ill, n, weight = _cases_without(world, alleles, open_gate)
    rate = weight * ill / max(1, n)
    drawn, people = drawn_without_allele(world, _DRUG, open_gate)
    low, high = interval(drawn, people)
    return Finding(
        passed=bool(carrier > 0.0 and 0.5 <= rate / carrier <= 2.0 and low <= 2.0 * carrier and high >= 0.5 * carrier),
        statistic="share of people without the allele that fall ill over that of carriers, without the HLA gate "
        "(carbamazepine)",
        value=rate / carrier if carrier > 0.0 else float("nan"),
        n=n,
        bound="0.5–2, where it is 0 with the gate",
        detail=f"without the allele {percent(rate)} fall ill ({share_text(ill, n)} of those with a fitting clone), "
        f"carriers with the gate {percent(carrier)}; a fitting clone in {share_text(drawn, people)} drawn as they come"
        if n
        else "nobody without the allele can have a fitting clone",
    )


def _cases_without(world: World, alleles: tuple[Condition, ...], parameters: ParameterSet) -> tuple[int, int, float]:
    """Cases, people and weight among those without the alleles, given a fitting clone; zeros if nobody can have one."""
    if parameters["t_cell.hla_gate"] >= 1.0:
        return 0, 0, 0.0
    scenario = delayed_study(world, _DRUG, [first_exposure(_DRUG)], alleles, patients=max(8, world.patients // 2))
    frame = courses(scenario, parameters)
    return int(frame.case.sum()), len(frame), float(frame.case_weight.iloc[0])


def a6_no_memory(world: World) -> Finding:
    """Without memory the second time is like the first, once new naive cells have replaced those used up."""
    arms = [
        first_exposure(_DRUG),
        later(AGAIN, [usual(_DRUG, 56.0)], _RENEWED_Y),
        later("after_1_y", [usual(_DRUG, 56.0)]),
    ]
    frame = courses(delayed_study(world, _DRUG, arms), world.parameters(clones__memory_share=0.0))
    first, again, soon = survivors(frame, AGAIN, "after_1_y")
    if len(first) < 2:
        return Finding(False, "share ill again by day 4", float("nan"), len(first), "≤ 0.05", "too few survivors")
    early = int((again.skin_onset_d <= 4.0).sum() + (soon.skin_onset_d <= 4.0).sum())
    change = (again.skin_onset_d - first.skin_onset_d).dropna().to_numpy()
    low, high = mean_interval(change)
    return Finding(
        passed=bool(early / (2 * len(first)) <= 0.05 and low > -2.0 and high < 2.0),
        statistic="onset at re-exposure minus onset at first exposure without memory, days (paired mean, survivors, 20 "
        "years later)",
        value=float(change.mean()),
        n=len(first),
        bound="95 % interval within ±2 days, and ≤ 0.05 of re-exposures ill by day 4",
        detail=f"{mean_text(change)} d after 20 years; after one year, when few new naive cells have come, "
        f"{mean_text((soon.skin_onset_d - first.skin_onset_d).dropna().to_numpy())} d and {percent(soon.case.mean())} "
        f"ill; surface {again.max_detached_percent.median():.0f} % against {first.max_detached_percent.median():.0f} % "
        f"(median); by day 4 {share_text(early, 2 * len(first))}",
    )


_NEVER = 100.0
_LONG_ENOUGH_D = 21.0


def a7_no_contact_killing(world: World) -> Finding:
    """If hits never kill, granulysin finds nothing dying that would arm the T cells: nobody falls ill."""
    frame = courses(
        delayed_study(world, _DRUG, [first_exposure(_DRUG, _LONG_ENOUGH_D)]),
        world.parameters(epidermis__hits_to_kill=_NEVER),
    )
    ill, n = int(frame.case.sum()), len(frame)
    return Finding(
        passed=ill == 0 and n > 0,
        statistic="cases in 21 days among people with a fitting clone when hits never kill",
        value=float(ill),
        n=n,
        bound="0",
        detail=f"{share_text(ill, n)}; most effectors in a body {frame.peak_effectors.max():.1e}; widest detachment "
        f"{frame.max_detached_percent.max():.1f} %",
    )
