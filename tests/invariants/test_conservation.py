"""What cannot be lost: drug, pump volume, receptors, cells, mediators."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_worlds import (
    FULL,
    LADDER,
    PENICILLIN,
    a_patient,
    a_scenario,
    a_step,
    an_arm,
    bathed,
    equal_cells,
    parameters,
    treated,
)  # fmt: skip

from abm.biology import pharmacokinetics as pk
from abm.biology.pharmacokinetics import CENTRAL, METABOLITE, STATES, rate_matrix, step_matrices, with_integral
from abm.engine.body import new_course, run_arm
from abm.engine.clock import BASE_MIN, DOUBLINGS, MINUTE, STEP_MIN
from abm.engine.course import Course
from abm.engine.disposition import drug_matrix
from abm.engine.state import BODY, COUNT
from abm.parameters.catalog import DRUGS
from abm.protocols import build_protocol
from abm.scenario import Gap, ReactionRule, Regimen, Step

NO_LOSS = {"drugs__penicillin_g__clearance_l_per_h": 1e-12}
ODD_STEPS = [a_step(3.0, 10.0 / 60.0, 1), a_step(1.0, 1.0 / 60.0, 2), a_step(5.0, 174.375, 3), a_step(7.0, math.pi, 4)]
RULES = [ReactionRule(30.0, at) for at in ("same_step", "previous_step", "first_step", "never")]


@pytest.mark.parametrize(
    "course",
    [(FULL,), (LADDER,), (ODD_STEPS,), (LADDER, Gap(100.3), FULL), ([a_step(1.0, 0.05, n) for n in range(1, 4)],)],
    ids=["full", "ladder", "odd times", "interrupted", "shorter than a bin"],
)
def test_without_elimination_the_body_holds_all_the_pump_gave(course) -> None:
    finished = treated(an_arm(*course), numbers=parameters(**NO_LOSS))
    planned = math.fsum(item.dose_mg for item in finished.arm.course if not isinstance(item, Gap))
    assert finished.delivered_mg == pytest.approx(planned, rel=1e-13)
    assert finished.state.drug[0, :2].sum() == pytest.approx(planned, rel=1e-11)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.resume_at)
@pytest.mark.parametrize("after_min", [2.0, 1.03])
def test_drug_given_around_pauses_is_the_drug_in_the_body(rule, after_min) -> None:
    rule = ReactionRule(rule.pause_min, rule.resume_at, after_min)
    arm = an_arm(LADDER, rule=rule)
    finished = treated(arm, a_patient(specific_receptors_per_cell=60_000.0), parameters(**NO_LOSS))
    kinds = [event["event"] for event in finished.recorder.events]
    assert ("stop" if rule.resume_at == "never" else "pause") in kinds
    assert finished.state.drug[0, :2].sum() == pytest.approx(finished.delivered_mg, rel=1e-11)


ROUNDING = 512.0 * np.finfo(np.float64).eps
"""What a minute may lose: its propagator is squared some twelve times over, and each time its rounding doubles."""

HOLDS = [pk.CENTRAL, pk.PERIPHERAL, pk.PERIPHERAL_2, pk.GUT, pk.DEPOT]
"""States that hold drug; the adduct is a trace, the metabolite is what was eliminated."""


ROUTES = [(name, route) for name, drug in DRUGS.items() for route in drug.routes if route != "subcutaneous"]
"""What goes under the skin is followed by slow immunity."""


@pytest.mark.parametrize(("drug", "route"), ROUTES)
def test_what_was_given_is_in_the_body_or_eliminated(drug, route) -> None:
    """CL·∫C dt, exact, and what is left are the dose at any time, to the rounding of float64."""
    p, dose_mg = parameters(), DRUGS[drug].usual_dose_mg
    matrix = drug_matrix(p, drug, a_patient())
    k10 = -matrix[HOLDS, pk.CENTRAL].sum()
    step = pk.step_matrices(pk.with_integral(matrix, pk.CENTRAL), BASE_MIN, DOUBLINGS)[MINUTE]
    x = np.zeros(pk.STATES + 1)
    site = {"bolus": pk.CENTRAL, "oral": pk.GUT, "intramuscular": pk.DEPOT}.get(route)
    if site is not None:
        x[site] = dose_mg
    for minute in range(1, 1500):
        rate = dose_mg / 30.0 if route == "infusion" and minute <= 30 else 0.0
        x = step[:, :-1] @ x + step[:, -1] * rate
        given = dose_mg * min(1.0, minute / 30.0) if route == "infusion" else dose_mg
        assert x[HOLDS].sum() + k10 * x[-1] == pytest.approx(given, rel=minute * ROUNDING)
    expected = p[f"drugs.{drug}.clearance_l_per_h"] / 60.0 / (70.0 * p[f"drugs.{drug}.central_l_per_kg"])
    assert k10 == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("route", ["bolus", "intramuscular"])
@pytest.mark.parametrize("drug", ["cefazolin", PENICILLIN])
def test_doses_given_in_a_moment_are_in_the_body(drug, route) -> None:
    numbers = parameters(**{f"drugs__{drug}__clearance_l_per_h": 1e-12})
    doses = Regimen(drug, "own", 1, 12.5, 7.3, 3, route)
    finished = treated(an_arm(doses), a_patient(specific_receptors_per_cell=0.0), numbers, allergic_to=(drug,))
    assert finished.delivered_mg == 37.5
    assert finished.state.drug[0, HOLDS].sum() == pytest.approx(37.5, rel=1e-11)


def long_course(drug: str) -> list[Step | Gap | Regimen]:
    """Four weeks: a full dose, a ladder, gaps of 1.5, 5 and 14 days, and a week of swallowed doses if there are any."""
    dose = DRUGS[drug].usual_dose_mg
    full, ladder = (build_protocol(name, drug, dose) for name in ("full_dose", "ladder_12_step"))
    course: list[Step | Gap | Regimen] = [*full, Gap(2160.0), *ladder, Gap(7200.0), *full]
    if DRUGS[drug].oral:
        course += [Gap(1440.0), Regimen(drug, "by_mouth", 1, dose, 720.0, 14)]
    return [*course, Gap(20_160.0), *full]


def taken_through(drug: str, compartment: int, cells: int = 3) -> tuple[Course, float, np.ndarray]:
    """A patient through the long course, ∫ amount in `compartment` dt (mg·min) as the engine adds it up, and M."""
    p, patient, arm = parameters(), a_patient(specific_receptors_per_cell=30_000.0), an_arm(long_course(drug))
    course = new_course(arm, a_scenario(arm, allergic_to=(drug,), cells=cells), patient, 0, p)
    matrix = drug_matrix(p, drug, patient)
    inputs = [*range(STATES), STATES + 1]
    integral = step_matrices(with_integral(matrix, compartment), BASE_MIN, DOUBLINGS)[:, STATES, inputs]
    course.rates.exposure_step[0] = integral
    course.run(600.0)
    return course, float(course.state.exposure[0]), matrix


@pytest.mark.parametrize("drug", DRUGS)
def test_over_weeks_what_was_given_is_in_the_body_or_eliminated(drug) -> None:
    course, integral, matrix = taken_through(drug, CENTRAL)
    given = [item for item in course.arm.course if not isinstance(item, Gap)]
    infused = math.fsum(item.dose_mg for item in given if isinstance(item, Step))
    swallowed = math.fsum(item.dose_mg * item.times for item in given if isinstance(item, Regimen))
    amounts = course.state.drug[0]
    left = amounts[HOLDS].sum()
    eliminated = -matrix[HOLDS, CENTRAL].sum() * integral
    absorbed = infused + swallowed * course.rates.bioavailability[0]
    assert course.delivered_mg == pytest.approx(infused + swallowed, rel=1e-13)
    assert eliminated + left == pytest.approx(absorbed, rel=1e-9)
    assert eliminated > 0.2 * absorbed


@pytest.mark.parametrize("drug", [name for name in DRUGS if DRUGS[name].metabolite])
def test_a_metabolite_is_left_or_eliminated(drug) -> None:
    course, integral, matrix = taken_through(drug, METABOLITE)
    formed = matrix[METABOLITE, CENTRAL] * taken_through(drug, CENTRAL)[1]
    assert formed > 0.0
    gone = -matrix[METABOLITE, METABOLITE] * integral
    assert gone + course.state.drug[0, METABOLITE] == pytest.approx(formed, rel=1e-10)


@pytest.mark.parametrize("drug", DRUGS)
def test_receptors_are_conserved_over_weeks_to_the_rounding_of_float32(drug) -> None:
    """Each step rounds twice, by half of 2⁻²³ at most; over n of them that grows as √n.

    What serum IgE makes of every cell's load is one factor, the same for all.
    """
    arm = an_arm(long_course(drug))
    scenario = a_scenario(arm, allergic_to=(drug,), cells=300)
    course = new_course(arm, scenario, a_patient(specific_receptors_per_cell=30_000.0), 0, parameters())
    before = course.state.receptors[0].astype(np.float64)
    course.run(600.0)
    both = course.state.receptors[0].astype(np.float64) + course.state.inside[0]
    steps = int(course.state.count[COUNT.steps_taken])
    load = course.slow.felt[0] / 30_000.0
    assert np.abs(both / before / load - 1.0).max() < 4.0 * math.sqrt(steps) * 2.0**-23
    assert course.state.receptors.min() >= 0.0


def test_propagators_conserve_mass_exactly_where_nothing_is_eliminated() -> None:
    steps = step_matrices(rate_matrix(0.0, 0.02, 0.05, 0.1), BASE_MIN, DOUBLINGS)
    assert steps[:, :2, 0].sum(axis=1) == pytest.approx(np.ones(DOUBLINGS), rel=1e-12)
    assert steps[:, :2, 1].sum(axis=1) == pytest.approx(np.ones(DOUBLINGS), rel=1e-12)
    assert steps[:, :2, -1].sum(axis=1) == pytest.approx(STEP_MIN, rel=1e-12)


@pytest.mark.parametrize(
    "course", [(FULL,), (LADDER,), (LADDER, Gap(2880.0), FULL)], ids=["full", "ladder", "interrupted"]
)
def test_receptors_on_and_in_a_cell_are_conserved(course) -> None:
    arm = an_arm(*course)
    run = new_course(arm, a_scenario(arm), a_patient(specific_receptors_per_cell=30_000.0), 0, parameters())
    before = run.state.receptors.astype(np.float64).copy()
    run.run(600.0)
    both = run.state.receptors.astype(np.float64) + run.state.inside
    assert run.state.inside[0].max() > 10.0, "some were internalised"
    assert np.abs(both / np.where(before > 0, before, 1.0) - (before > 0)).max() < 2e-5
    assert run.state.receptors.min() >= 0.0
    assert run.state.inside.min() >= 0.0


def test_cross_links_never_exceed_receptors_and_are_whole_numbers() -> None:
    state, rates = equal_cells(500, 200.0, numbers=parameters(ige_receptor__crosslinking_per_receptor=1.0))
    for minute in range(20):
        bathed(state, rates, 0.9, 1.0, start_bin=16 * minute)
        assert (state.crosslinks[0] <= state.receptors[0] + 1.0).all()
        assert (state.crosslinks[0] >= 0).all()
    assert np.array_equal(state.crosslinks[0], np.round(state.crosslinks[0]))
    assert state.crosslinks[0].mean() > 100


def test_every_cell_that_fired_is_counted_once() -> None:
    course = treated(an_arm(FULL), a_patient(specific_receptors_per_cell=40_000.0))
    start = course.state.organ_start
    by_organ = [int((course.state.fired_bin[start[o] : start[o + 1]] >= 0).sum()) for o in range(3)]
    assert by_organ == course.state.count[6:9].tolist()
    assert min(by_organ) > 0
    p = parameters()
    result = run_arm(course.arm, a_scenario(course.arm), a_patient(specific_receptors_per_cell=40_000.0), 0, p)
    shares = [n / (start[o + 1] - start[o]) for o, n in enumerate(by_organ)]
    weights = np.array([p[f"tissue.mast_cells_{organ}"] for organ in ("skin", "lung", "gut")])
    assert [result.outcome[f"released_fraction_{o}"] for o in ("skin", "lung", "gut")] == shares
    assert result.outcome["released_fraction"] == pytest.approx(np.dot(weights, shares) / weights.sum(), rel=1e-12)


def test_tryptase_that_leaves_tissue_arrives_in_blood() -> None:
    """With hardly any elimination, all that spilt over is in blood in the end."""
    p = parameters(mediators__tryptase_half_life_h=1e9)
    course = treated(an_arm(FULL), a_patient(specific_receptors_per_cell=40_000.0), p, follow_up_min=1200.0)
    start = course.state.organ_start
    released_pg = sum(
        p[f"mediators.tryptase_{o}_pg"]
        * p[f"tissue.mast_cells_{o}"]
        * course.state.count[6 + n]
        / (start[n + 1] - start[n])
        for n, o in enumerate(("skin", "lung", "gut"))
    )
    expected = released_pg / 1e3 * p["mediators.tryptase_spillover"] / (1e3 * p["mediators.tryptase_volume_l"])
    rise = course.state.body[BODY.tryptase] - 4.5
    assert rise == pytest.approx(expected, rel=1e-4)
