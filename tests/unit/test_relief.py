"""Leukotrienes, what is given beforehand and what is given for a reaction: closed forms, and what stays as it was."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from small_worlds import BOTH, FULL, a_patient, a_scenario, an_arm, differing, parameters, treated

from abm.biology.mediators import chained
from abm.biology.reaction import occupied
from abm.engine import advance as machine
from abm.engine.body import new_course
from abm.engine.clock import STEP_MIN
from abm.engine.mast_kernel import step_release
from abm.engine.rates import BODY_RATE, patient_rates
from abm.engine.relief import RELIEF, relief_of, restraint_of, step_relief
from abm.engine.state import BODY

STRONG = a_patient(specific_receptors_per_cell=25_000.0)
MONTELUKAST, STEROID = frozenset({"montelukast"}), frozenset({"corticosteroid"})


def rates_of(premedication: frozenset[str] = frozenset(), **changed: float):
    return patient_rates(parameters(**changed), a_patient(), ("penicillin_g",), (120, 90, 90), premedication, (7, 0, 0))


def chain(first: float, second: float, source: float, a: float, b: float, gain: float, minutes: float):
    return chained(first, second, source, math.exp(-a * minutes), math.exp(-b * minutes), a, b, gain, minutes)


@pytest.mark.parametrize("rates", [(0.07, 0.198), (0.3, 0.05), (0.1, 0.1)])
@pytest.mark.parametrize("source", [0.0, 0.4])
def test_two_levels_in_a_row_solve_their_equations(rates, source) -> None:
    a, b = rates
    exact = solve_ivp(
        lambda t, x: (source - a * x[0], 0.7 * a * x[0] - b * x[1]), (0.0, 9.0), (2.0, 0.5), rtol=1e-10, atol=1e-12
    )
    assert chain(2.0, 0.5, source, a, b, 0.7, 9.0) == pytest.approx(exact.y[:, -1], rel=1e-8)
    middle = chain(2.0, 0.5, source, a, b, 0.7, 4.0)
    assert chain(*middle, source, a, b, 0.7, 5.0) == pytest.approx(exact.y[:, -1], rel=1e-8)


def test_without_a_source_it_is_batemans_equation() -> None:
    a, b, t = 0.07, 0.198, 8.0
    expected = 0.5 * a / (b - a) * (math.exp(-a * t) - math.exp(-b * t))
    assert chain(0.5, 0.0, 0.0, a, b, 1.0, t)[1] == pytest.approx(expected, rel=1e-12)


def after(rates, minutes: int, released: float = 0.0, **start: float) -> np.ndarray:
    """Rows of the body after each minute."""
    body, rows = np.zeros(len(BODY)), []
    for name, value in start.items():
        body[getattr(BODY, name)] = value
    for _ in range(minutes):
        step_relief(body, rates.relief, rates.chain[4], released, float(STEP_MIN[4]))
        rows.append(body.copy())
    return np.array(rows)


def test_adrenaline_in_a_muscle_peaks_after_eight_minutes() -> None:
    """Injected 0.5 mg: 8 ± 2 min; at that time its absorption and clearance are in balance."""
    rates = rates_of()
    level = after(rates, 60, adrenaline_muscle_mg=0.5)[:, BODY.adrenaline_mg]
    ng_per_ml = level * rates.relief[RELIEF.adrenaline_ng_per_ml_per_mg]
    assert np.argmax(level) + 1 in (8, 9)
    assert 4.0 < ng_per_ml.max() < 12.0
    assert ng_per_ml[-1] < 0.5
    area = ng_per_ml.sum()
    assert area == pytest.approx(1000.0 * 0.5 / parameters()["rescue.adrenaline_clearance_l_per_min"], rel=0.03)


def test_leukotrienes_of_a_lasting_release_are_their_share_of_the_local_mediators() -> None:
    p, released = parameters(), 0.004
    rows = after(rates_of(), 400, released)
    local = released * p["symptoms.local_memory_min"]
    assert rows[-1, BODY.leukotriene] == pytest.approx(p["symptoms.leukotriene_share"] * local, rel=1e-6)


def test_leukotrienes_of_a_burst_come_later_and_sum_to_the_same_share() -> None:
    p = parameters()
    rows = after(rates_of(), 400, leukotriene_forming=0.05)[:, BODY.leukotriene]
    local = 0.05 * np.exp(-np.arange(1, 401) / p["symptoms.local_memory_min"])
    early, late = rows[2] / local[2], rows[39] / local[39]
    assert early < p["symptoms.leukotriene_share"] < late
    assert rows.sum() == pytest.approx(
        p["symptoms.leukotriene_share"] * 0.05 * p["symptoms.local_memory_min"], rel=0.02
    )


def airway(premedication: frozenset[str]) -> tuple[float, np.ndarray]:
    """Lung stimulus over its threshold that the grade sees, from a state with leukotrienes; and the body."""
    arm = an_arm(FULL, premedication=premedication)
    course = new_course(arm, a_scenario(arm), STRONG, 0, parameters())
    seen: list[float] = []
    course.state.body[BODY.local_lung], course.state.body[BODY.leukotriene] = 0.2, 0.14
    for threshold in np.linspace(0.01, 0.4, 400):
        course.rates.body[BODY_RATE.lung] = threshold
        before = course.state.body.copy()
        machine.step_body(course.state, course.rates, 0, (0, 0, 0))
        seen.append(threshold if course.state.count[0] >= 2 else 0.0)
        course.state.body[:] = before
    return max(seen), course.state.body


def test_montelukast_takes_the_leukotrienes_part_off_the_airway() -> None:
    p = parameters()
    without, _ = airway(frozenset())
    with_it, _ = airway(MONTELUKAST)
    assert without == pytest.approx(0.2, abs=0.003)
    assert with_it == pytest.approx(0.2 - p["symptoms.montelukast_block"] * 0.14, abs=0.004)


def test_where_nothing_is_given_every_factor_is_exactly_one() -> None:
    rates, body = rates_of(BOTH), np.zeros(len(BODY))
    assert relief_of(body, rates.relief) == (1.0, 1.0)
    assert restraint_of(body, rates.relief) == 0.0


def test_adrenaline_raises_thresholds_by_its_level_and_holds_cells_back() -> None:
    p, rates, body = parameters(), rates_of(), np.zeros(len(BODY))
    per_mg = rates.relief[RELIEF.adrenaline_ng_per_ml_per_mg]
    body[BODY.adrenaline_mg] = p["rescue.adrenaline_half_effect_ng_per_ml"] / per_mg
    half = 1.0 + 0.5 * p["rescue.adrenaline_shift_max"]
    assert relief_of(body, rates.relief) == pytest.approx((half, half))
    body[BODY.adrenaline_mg] = p["rescue.adrenaline_half_restraint_ng_per_ml"] / per_mg
    share = restraint_of(body, rates.relief)
    assert share == pytest.approx(0.5 * p["rescue.adrenaline_restraint_max"])
    whole, held = hazard_of_a_minute(rates, 1.0), hazard_of_a_minute(rates, 1.0 - share)
    assert held == pytest.approx(whole * (1.0 - share), rel=1e-6)
    assert whole > 0.0
    assert occupied(0.0, 1.0) == 0.0


def hazard_of_a_minute(rates, left: float) -> float:
    """Integrated hazard of a cell that goes on at its threshold for a minute, with the share `left` of it."""
    one, none = np.ones(1, np.float32), np.zeros(1, np.float32)
    hazard, never = none.copy(), np.full(1, -1, np.int32)
    step_release(
        one.copy(), hazard, one, one * 1e6, never, one.copy(), np.float32(0.0), np.float32(1.0), np.int32(5),
        rates.scalar, np.float32(left),
    )  # fmt: skip
    return float(hazard[0])


@pytest.mark.parametrize(
    ("before", "skin", "rest"),
    [(frozenset(), 1.6, 1.6), (frozenset({"H1"}), 1.6 / 1.3, 1.6), (BOTH, 1.0, 1.0)],
    ids=["none", "H1", "H1 and H2"],
)
def test_antihistamines_for_a_reaction_add_what_those_before_have_left(before, skin, rest) -> None:
    rates = rates_of(before, symptoms__h1_flush_shift=1.3, symptoms__h1_h2_shift=1.6)
    rows = after(rates, 240, antihistamine_given=1.0)
    now, later, at_last = (relief_of(rows[minute], rates.relief) for minute in (4, 59, 179))
    assert now[0] <= later[0] <= at_last[0] <= skin
    assert at_last == pytest.approx((1.0 + 0.8 * (skin - 1.0), 1.0 + 0.8 * (rest - 1.0)), rel=0.06)
    body = rows[-1].copy()
    body[BODY.antihistamine] = 5.0
    assert relief_of(body, rates.relief) == pytest.approx((skin, rest)), "more does not block more than all"


@pytest.mark.parametrize("given", [frozenset({"H1"}), BOTH, MONTELUKAST, STEROID, BOTH | MONTELUKAST | STEROID])
def test_premedication_leaves_cells_and_mediators_as_they_were(given) -> None:
    bare, premedicated = treated(an_arm(FULL), STRONG), treated(an_arm(FULL, premedication=given), STRONG)
    assert (bare.state.fired_bin >= 0).any()
    assert set(differing(bare.state, premedicated.state)) <= {"count", "body"}
    for name in ("histamine", "peak_histamine", "tryptase", "peak_tryptase", "local_lung", "leukotriene"):
        place = getattr(BODY, name)
        assert bare.state.body[place] == premedicated.state.body[place]


def test_an_antihistamine_that_stabilises_mast_cells_would_be_seen() -> None:
    changed = parameters(mast_cell__h1_stabilisation=0.3)
    bare = treated(an_arm(FULL), STRONG, changed)
    premedicated = treated(an_arm(FULL, premedication=BOTH), STRONG, changed)
    assert "fired_bin" in differing(bare.state, premedicated.state)
    assert (premedicated.state.fired_bin >= 0).sum() <= (bare.state.fired_bin >= 0).sum()


def test_a_corticosteroid_changes_nothing_unless_its_number_says_so() -> None:
    one, two = treated(an_arm(FULL), STRONG), treated(an_arm(FULL, premedication=STEROID), STRONG)
    assert differing(one.state, two.state) == []
    helped = rates_of(STEROID, symptoms__corticosteroid_shift=1.2).body
    assert helped[BODY_RATE.skin] == pytest.approx(1.2 * rates_of().body[BODY_RATE.skin])


def test_the_time_series_shows_leukotrienes_and_adrenaline() -> None:
    arm = an_arm(FULL)
    course = treated(arm, STRONG, record=frozenset({"timeseries"}))
    table = course.recorder.timeseries()
    assert table["airway_leukotrienes"].max() > 0.0
    assert not table["adrenaline_ng_per_ml"].any()
    assert dataclasses.is_dataclass(arm)
