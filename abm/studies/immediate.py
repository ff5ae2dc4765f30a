"""Checks of the immediate part: what full dose, ladder and interruption must do (P1–P4, P7)."""

from __future__ import annotations

import numpy as np

from abm.engine.advance import bathe
from abm.engine.body import new_course
from abm.engine.rates import patient_rates
from abm.engine.state import empty_state
from abm.parameters.catalog import default_parameters
from abm.scenario import Arm
from abm.studies.checks import Finding, interval, percent, share_text
from abm.studies.cohort import World, course, direct_arm, each_patient, ladder_arm, outcomes, study
from abm.studies.interruption import recovery

CASTELLS = {"none": 0.67, "mild": 0.27, "severe": 0.06}
"""Outcome of 413 desensitizations (Castells 2008)."""


def p1_full_dose(world: World) -> Finding:
    """Sensitised patients react to a full dose within minutes, and their cells fire completely or not at all."""
    parameters = world.parameters()
    arm = direct_arm("penicillin_g")
    scenario = study(world, "penicillin_g", [arm])

    def treat(patient: dict[str, object]) -> tuple[bool, float, float]:
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
        passed=bool(low >= 0.6 and onset <= 15.0 and undecided <= 0.1),
        statistic="share of skin-test positives that react to a full dose, lower 95 % bound",
        value=low,
        n=len(rows),
        bound="≥ 0.60; median onset ≤ 15 min; ≤ 10 % of cells with a chance of firing between 10 and 90 %",
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
    with_ige = set(outcomes_with_ige(scenario, parameters))
    without = frame[~frame.patient_id.isin(with_ige)]
    reactions = int(without.reacted.sum())
    return Finding(
        passed=reactions == 0 and without.released_fraction.max() == 0.0 and len(without) > 0,
        statistic="reactions in courses of people without specific IgE",
        value=float(reactions),
        n=len(without),
        bound="0, and not one mast cell fired",
        detail=f"upper 95 % bound {percent(interval(reactions, len(without))[1])}; "
        f"{len(with_ige)} of {world.patients} people carry IgE and {int(frame.reacted.sum()) - reactions} of their courses react",
    )


def outcomes_with_ige(scenario: object, parameters: object) -> list[int]:
    """Numbers of the cohort's patients that carry IgE for the first drug."""
    return [
        number
        for number in each_patient(scenario, parameters, lambda p: p["patient_id"] if p["sensitised"] else None)  # type: ignore[arg-type]
        if number is not None
    ]


def closed_form(antigen: float, hapten: float, crosslinking: float) -> float:
    """Cross-linked fraction at equilibrium in float64, as printed: p = (1 + 2d − √(1 + 4d))/2d (Dembo & Goldstein 1978)."""
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
            links = _bath(world, parameters, receptors, antigen)
            error = np.sqrt(expected / links.size)
            worst = max(worst, abs(float(links.mean()) - expected) / float(error))
            count += links.size
    bell = [_bath(world, parameters, 1.0 / per_receptor, antigen).mean() for antigen in (0.05, 0.5, 5.0)]
    return Finding(
        passed=bool(worst < 4.0 and bell[1] > bell[0] and bell[1] > bell[2]),
        statistic="largest distance of the mean number of cross-links from the closed form, in standard errors",
        value=worst,
        n=count,
        bound="< 4 over 15 conditions (K2·S0 0.1–10, KC 0.01–100, hapten 1:1)",
        detail=f"mean cross-links at KC 0.05, 0.5, 5 with K2·S0 = 1: {bell[0]:.0f}, {bell[1]:.0f}, {bell[2]:.0f}",
    )


def _bath(world: World, parameters: object, receptors: float, antigen: float) -> np.ndarray:
    """Cross-links of every cell after ten minutes in a constant antigen; no receptor is lost meanwhile."""
    patient = {"weight_kg": 70.0, "clearance_factor": 1.0, "ship1_factor": 1.0, "syk_factor": 1.0, "symptom_factor": 1.0,
               "baseline_tryptase_ng_per_ml": 4.5}  # fmt: skip
    kept = parameters.with_overrides({"ige_receptor.internalisation_per_min": 0.0})  # type: ignore[attr-defined]
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
    late = f"{percent((first == 12).mean())} at step 12, {percent((first >= 9).mean())} in bag 3" if len(first) else "none"
    return Finding(
        passed=bool(interval(reacted, len(direct))[0] >= 0.6 and borne / len(ladder) >= 0.9),
        statistic="ladder without or with a mild reaction, premedicated and with the stop rule (penicillin G, adults with a "
        "positive skin test)",
        value=borne / len(ladder),
        n=len(ladder),
        bound="≥ 0.90, where the direct dose, without either, reacts in ≥ 0.60 (lower 95 % bound)",
        detail=f"direct {share_text(reacted, len(direct))}; ladder none/mild/moderate/severe "
        + "/".join(f"{100 * s:.0f}" for s in share)
        + f" % against 67/27/6 % (none/mild/severe, n = 413); none or mild {share_text(borne, len(ladder))}; "
        f"breakthroughs {late}",
    )


AFTER_GONE_H = (0.0, 12.0, 24.0, 36.0, 48.0, 72.0)


def p7_temporary(world: World) -> Finding:
    """The truce ends: the risk of a full dose returns after the drug is gone, on one clock for all drugs."""
    parameters = world.parameters()
    notes, passed, midpoints = [], True, []
    for drug in ("penicillin_g", "ceftriaxone"):
        found = recovery(world, drug, AFTER_GONE_H, parameters)
        midpoints.append(found.midpoint_h)
        passed = passed and 24.0 <= found.midpoint_h <= 48.0
        notes.append(
            f"{drug}: gone {found.gone_h:.0f} h after the ladder, then mid-point {found.midpoint_h:.0f} h "
            f"(risk {_curve(found.risk)} at {_curve_h(found.after_gone_h)} h; direct {percent(found.direct_risk)}, n = {found.clean})"
        )
    found = recovery(world, "carboplatin", (0.0, 24.0, 48.0, 72.0, 504.0), parameters)
    half_life_h = np.log(2.0) / _slowest_rate_per_h("carboplatin", parameters)
    rearmed = found.risk_at(504.0) / found.direct_risk
    passed = passed and rearmed >= 0.9 and np.isfinite(found.midpoint_h)
    notes.append(
        f"carboplatin: mid-point {(found.gone_h + found.midpoint_h) / half_life_h:.0f} half-lives of {half_life_h:.1f} h after "
        f"the ladder, risk on day 21 {percent(rearmed)} of direct (n = {found.clean})"
    )
    stays = kept_present(world)
    passed = passed and stays <= 0.15
    notes.append(f"penicillin G every 4 h for three days instead: {percent(stays)} react")
    return Finding(
        passed=bool(passed),
        statistic="hours after the drug is gone at which the risk is half that of a direct dose; the one nearest to a limit",
        value=min(midpoints, key=lambda m: min(m - 24.0, 48.0 - m)),
        n=world.patients,
        bound="24–48 h for penicillin G and ceftriaxone; carboplatin on day 21 ≥ 0.9 of direct; drug kept up ≤ 0.15",
        detail="; ".join(notes),
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


def _slowest_rate_per_h(drug: str, p: object) -> float:
    """Slowest rate of a two-compartment drug in a reference adult, per hour."""
    get = lambda key: p[f"drugs.{drug}.{key}"]  # type: ignore[index]  # noqa: E731
    out = get("clearance_l_per_h") / (70.0 * get("central_l_per_kg"))
    total = out + get("peripheral_in_per_h") + get("peripheral_out_per_h")
    return float(0.5 * (total - np.sqrt(total**2 - 4.0 * out * get("peripheral_out_per_h"))))


def _curve(values: np.ndarray) -> str:
    return "/".join(f"{v:.2f}" for v in values)


def _curve_h(values: np.ndarray) -> str:
    return "/".join(f"{v:.0f}" for v in values)
