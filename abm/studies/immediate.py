"""Checks of the immediate part: what full dose, ladder and interruption must do (P1–P4, P7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from abm.engine.bath import bathe
from abm.engine.body import new_course
from abm.engine.rates import patient_rates
from abm.engine.state import empty_state
from abm.parameters.catalog import ParameterSet, default_parameters
from abm.scenario import Arm, Scenario
from abm.studies.checks import Finding, interval, percent, share_text
from abm.studies.cohort import World, course, direct_arm, each_patient, ladder_arm, outcomes, study
from abm.studies.interruption import Recovery, recovery


def p1_full_dose(world: World) -> Finding:
    """Sensitised patients react to a full dose within minutes, and their cells fire completely or not at all."""
    parameters = world.parameters()
    arm = direct_arm("penicillin_g")
    scenario = study(world, "penicillin_g", [arm])

    def treat(patient: Mapping[str, Any]) -> tuple[bool, float, float]:
        run = new_course(arm, scenario, patient, 0, parameters)
        run.run(120.0)
        chance = 1.0 - np.exp(-run.state.hazard.astype(np.float64))
        undecided = float(((chance > 0.1) & (chance < 0.9)).mean())
        first = run.recorder.first
        return first is not None, first["time_min"] if first else np.nan, undecided

    rows = each_patient(scenario, parameters, treat)
    reacted = sum(row[0] for row in rows)
    onset = float(np.nanmedian([row[1] for row in rows])) if reacted else np.nan
    undecided = float(np.mean([row[2] for row in rows]))
    low = interval(reacted, len(rows))[0]
    return Finding(
        passed=bool(low >= 0.6 and onset <= 15.0 and undecided <= 0.2),
        statistic="share of skin-test positives that react to a full dose, lower 95 % bound",
        value=low,
        n=len(rows),
        bound="≥ 0.60; median onset ≤ 15 min; four of five cells decided: ≤ 20 % have a chance of firing between 10 "
        "and 90 %, a quarter of what it would be (80 %) if every chance were as frequent",
        detail=f"{share_text(reacted, len(rows))}; median onset {onset:.1f} min; cells in between {percent(undecided)}",
    )


def p2_without_ige(world: World) -> Finding:
    """People without IgE for the drug never react, whatever the schedule; those with IgE in the same cohort do."""
    drug = "penicillin_g"
    arms = [
        direct_arm(drug),
        ladder_arm(drug, bare=True),
        Arm("slow", course(drug, "slow_infusion")),
        Arm("again", course(drug, "full_dose", 48.0, "full_dose")),
    ]
    parameters = world.parameters()
    scenario = study(world, drug, arms, select=(), population="unselected")
    frame = outcomes(scenario, parameters)
    with_ige = set(patients_with_ige(scenario, parameters))
    without = frame[~frame.patient_id.isin(with_ige)]
    reactions = int(without.reacted.sum())
    return Finding(
        passed=reactions == 0 and without.released_fraction.max() == 0.0 and len(without) > 0,
        statistic="reactions in courses of people without specific IgE",
        value=float(reactions),
        n=len(without),
        bound="0, and not one mast cell fired",
        detail=f"upper 95 % bound {percent(interval(reactions, len(without))[1])}; "
        f"{len(with_ige)} of {world.patients} people carry IgE, "
        f"{int(frame.reacted.sum()) - reactions} of their courses react",
    )


def patients_with_ige(scenario: Scenario, parameters: ParameterSet) -> list[int]:
    """Numbers of the cohort's patients that carry IgE for the first drug."""
    return [
        number
        for number in each_patient(scenario, parameters, lambda p: p["patient_id"] if p["sensitised"] else None)
        if number is not None
    ]


def closed_form(antigen: float, hapten: float, crosslinking: float) -> float:
    """Cross-linked fraction at equilibrium in float64 as printed, (1 + 2d − √(1 + 4d))/2d (Dembo & Goldstein 1978)."""
    bound = antigen / (1.0 + antigen + hapten)
    free = 1.0 / (1.0 + antigen + hapten)
    d = bound * free * crosslinking
    return float((1.0 + 2.0 * d - np.sqrt(1.0 + 4.0 * d)) / (2.0 * d))


def p3_bell(world: World) -> Finding:
    """Cross-links at equilibrium are a bell in the antigen, and free hapten lowers and shifts it."""
    nominal, parameters = default_parameters(), world.parameters()
    per_receptor = nominal["ige_receptor.crosslinking_per_receptor"]
    hapten_ratio = nominal["ige_receptor.hapten_per_antigen"]
    worst, count = 0.0, 0
    for crosslinking in (0.1, 1.0, 10.0):
        receptors = crosslinking / per_receptor
        for antigen in (0.01, 0.1, 1.0, 10.0, 100.0):
            expected = receptors * closed_form(antigen, hapten_ratio * antigen, crosslinking)
            links = crosslinks_at_equilibrium(world, parameters, receptors, antigen)
            error = np.sqrt(expected / links.size)
            worst = max(worst, abs(float(links.mean()) - expected) / float(error))
            count += links.size
    bell = [
        crosslinks_at_equilibrium(world, parameters, 1.0 / per_receptor, antigen).mean() for antigen in (0.05, 0.5, 5.0)
    ]
    return Finding(
        passed=bool(worst < 4.0 and bell[1] > bell[0] and bell[1] > bell[2]),
        statistic="largest distance of the mean number of cross-links from the closed form, in standard errors",
        value=worst,
        n=count,
        bound="< 4 over 15 conditions (K2·S0 0.1–10, KC 0.01–100, hapten 1:1)",
        detail=f"mean cross-links at KC 0.05, 0.5, 5 with K2·S0 = 1: {bell[0]:.0f}, {bell[1]:.0f}, {bell[2]:.0f}",
    )


def crosslinks_at_equilibrium(world: World, parameters: ParameterSet, receptors: float, antigen: float) -> np.ndarray:
    """Cross-links of every cell after ten minutes in a constant antigen; no receptor is lost meanwhile."""
    factors = ("volume_factor", "renal_factor", "clearance_factor", "ship1_factor", "syk_factor", "symptom_factor")
    patient = {"weight_kg": 70.0, "baseline_tryptase_ng_per_ml": 4.5} | dict.fromkeys(factors, 1.0)
    kept = parameters.with_overrides({"ige_receptor.internalisation_per_min": 0.0})
    rates = patient_rates(kept, patient, ("penicillin_g",), (1, 1, 1), frozenset(), (world.seed, 0, 0))
    state = empty_state(np.array([0, world.cells, world.cells, world.cells]), 1, 0)
    state.receptors[0] = np.float32(receptors)
    bathe(state, rates, 0, 160, antigen)
    return state.crosslinks[0].astype(np.float64)


def p4_ladder_works(world: World) -> Finding:
    """The 12-step ladder is borne where a direct dose is not."""
    drug = "penicillin_g"
    frame = outcomes(study(world, drug, [direct_arm(drug), ladder_arm(drug)]), world.parameters())
    direct, ladder = frame[frame.arm == "full_dose"], frame[frame.arm == "ladder"]
    share = ladder.severity.value_counts(normalize=True).reindex(["none", "mild", "moderate", "severe"], fill_value=0.0)
    borne = int(ladder.severity.isin(["none", "mild"]).sum())
    reacted = int(direct.reacted.sum())
    first = ladder.step_at_reaction.dropna().astype(int)
    late = (
        f"{percent((first == 12).mean())} at step 12, {percent((first >= 9).mean())} in bag 3" if len(first) else "none"
    )
    return Finding(
        passed=bool(interval(reacted, len(direct))[0] >= 0.6 and borne / len(ladder) >= 0.9),
        statistic="share of ladders, premedicated and with the stop rule, without or with a mild reaction "
        "(penicillin G, sensitised adults with a positive skin test)",
        value=borne / len(ladder),
        n=len(ladder),
        bound="≥ 0.90, where the direct dose, without either, reacts in ≥ 0.60 (lower 95 % bound)",
        detail=f"direct {share_text(reacted, len(direct))}; ladder none/mild/moderate/severe "
        + "/".join(f"{100 * s:.0f}" for s in share)
        + f" % against 67/27/6 % (none/mild/severe, n = 413); none or mild {share_text(borne, len(ladder))}; "
        f"breakthroughs {late}",
    )


_MANY = 200
AFTER_GONE_H = (0.0, 12.0, 24.0, 36.0, 48.0, 72.0)


def p7_temporary(world: World) -> Finding:
    """The truce ends: the risk of a full dose returns after the drug is gone, on one clock for all drugs."""
    parameters = world.parameters()
    short = [recovery(world, drug, AFTER_GONE_H, parameters) for drug in ("penicillin_g", "ceftriaxone")]
    midpoints = [found.midpoint_h for found in short]
    slow = recovery(world, "carboplatin", (0.0, 24.0, 48.0, 72.0, 504.0), parameters)
    rearmed = slow.risk_at(504.0) / slow.direct_risk
    stays = kept_present(replace(world, patients=max(8, world.patients // 4)))
    half_life_h = np.log(2.0) / _slowest_rate_per_h("carboplatin", parameters)
    notes = [_recovery_text(found) for found in short]
    notes.append(
        f"carboplatin: mid-point {(slow.gone_h + slow.midpoint_h) / half_life_h:.0f} half-lives of {half_life_h:.1f} h "
        f"after the ladder, risk on day 21 {percent(rearmed)} of direct (n = {slow.clean})"
    )
    notes.append(f"penicillin G every 4 h for three days instead: {percent(stays)} react")
    in_time = all(_in_time(found) for found in short)
    return Finding(
        passed=bool(in_time and rearmed >= 0.9 and np.isfinite(slow.midpoint_h) and stays <= 0.15),
        statistic="hours after the drug is gone until the risk is half that of a direct dose, nearest to a limit",
        value=min(midpoints, key=lambda m: min(m - 24.0, 48.0 - m)),
        n=sum(found.clean for found in short),
        bound="24–48 h for penicillin G and ceftriaxone (fewer than 200 patients: the 95 % interval reaches into it); "
        "carboplatin on day 21 ≥ 0.9 of direct; drug kept up ≤ 0.15",
        detail="; ".join(notes),
    )


def _in_time(found: Recovery) -> bool:
    """Whether the mid-point lies in 24–48 h; of a small cohort, whether its 95 % interval reaches into it."""
    low, high = (found.midpoint_h,) * 2 if found.clean >= _MANY else found.midpoint_interval_h
    return bool(high >= 24.0 and low <= 48.0)


def _recovery_text(found: Recovery) -> str:
    low, high = found.midpoint_interval_h
    risks = "/".join(f"{value:.2f}" for value in found.risk)
    hours = "/".join(f"{value:.0f}" for value in found.after_gone_h)
    return (
        f"{found.drug}: gone {found.gone_h:.0f} h after the ladder, then mid-point {found.midpoint_h:.0f} h "
        f"({low:.0f} to {high:.0f}; risk {risks} at {hours} h; direct {percent(found.direct_risk)}, n = {found.clean})"
    )


def kept_present(world: World) -> float:
    """Share of patients clean in the ladder who react within three days of regular doses every 4 h."""
    drug = "penicillin_g"
    gaps: list[str | float] = ["ladder_12_step"]
    for _ in range(18):
        gaps += [3.5, "full_dose"]
    arm = Arm("kept", course(drug, *gaps))
    frame = outcomes(study(world, drug, [arm]), world.parameters())
    ladder_end_min = 339.375
    clean = frame[~(frame.onset_min <= ladder_end_min)]
    return float((clean.onset_min > ladder_end_min).mean())


def _slowest_rate_per_h(drug: str, p: ParameterSet) -> float:
    """Slowest rate of a two-compartment drug in a reference adult, per hour."""
    out = p[f"drugs.{drug}.clearance_l_per_h"] / (70.0 * p[f"drugs.{drug}.central_l_per_kg"])
    back = p[f"drugs.{drug}.peripheral_out_per_h"]
    total = out + p[f"drugs.{drug}.peripheral_in_per_h"] + back
    return float(0.5 * (total - np.sqrt(total**2 - 4.0 * out * back)))
