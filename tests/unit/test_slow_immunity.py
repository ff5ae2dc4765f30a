"""Slow immunity of one patient: what is measured after a sensitization, a loss, a recall, anti-IgE, immunotherapy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from slow_worlds import FREE_OF_IGE, inject, level, pass_days, slow_patient
from small_worlds import PENICILLIN

from abm.engine.slow_kernel import effects, rest_blocks
from abm.engine.slow_rates import OWN
from abm.engine.slow_state import ANSWER, SERUM, SLOW_BINS, SLOW_DAYS
from abm.parameters.catalog import DRUGS, default_parameters

P = default_parameters()
USUAL_MG = DRUGS[PENICILLIN].usual_dose_mg


def soon(**more: float):
    """Numbers with which a day of treatment primes everybody."""
    names = {f"drugs.{PENICILLIN}.sensitisation_per_d": 1e3}
    return P.with_overrides(names | {f"slow_immunity.{name}": value for name, value in more.items()})


def test_nothing_moves_without_drug_but_the_yearly_loss() -> None:
    slow = slow_patient()
    pass_days(slow, 365.25)
    kept = math.exp(-0.155)
    assert level(slow, "long_lived") == pytest.approx(3.4 * kept, rel=1e-3)
    assert level(slow, "ige") == pytest.approx(3.4 * kept, rel=3e-3)
    assert level(slow, "memory") == pytest.approx(3.4 * math.exp(-0.02), rel=1e-3)
    assert level(slow, "free") == 1.0
    assert 1.0 - level(slow, "ige") / 3.4 == pytest.approx(0.15, abs=0.015)


def test_a_patient_without_loss_is_in_balance_for_ever() -> None:
    still = P.with_overrides({"slow_immunity.loss_per_y": 0.0, "slow_immunity.memory_loss_per_y": 0.0})
    slow = slow_patient(still)
    before = slow.state.answer.copy()
    pass_days(slow, 3650.0)
    assert slow.state.answer == pytest.approx(before, rel=1e-9)
    assert slow.state.serum[SERUM.basophil] == pytest.approx(1.0)


def test_a_first_exposure_makes_ige_in_one_to_three_weeks_and_memory_stays_when_ige_is_lost() -> None:
    slow = slow_patient(soon(), **FREE_OF_IGE)
    set_point = slow.rates.own[0, OWN.set_point]
    assert pass_days(slow, 1.1, presence=0.9) == 1
    pass_days(slow, 4.0)
    assert level(slow, "ige") < 0.05 * set_point
    pass_days(slow, 16.0)
    assert level(slow, "ige") > 0.5 * set_point
    pass_days(slow, 30.0)
    assert level(slow, "memory") == pytest.approx(set_point, rel=0.05)
    pass_days(slow, 3650.0)
    assert level(slow, "ige") < 0.25 * set_point
    assert level(slow, "memory") > 0.8 * set_point


def test_b_cells_on_their_way_are_neither_made_nor_lost() -> None:
    """What the four stages hold, with what has come out of them, is what was primed."""
    slow = slow_patient(soon(loss_per_y=0.0, memory_loss_per_y=0.0, recall_per_d=0.0), **FREE_OF_IGE)
    set_point = slow.rates.own[0, OWN.set_point]
    pass_days(slow, SLOW_DAYS, presence=0.9)
    for _ in range(20):
        pass_days(slow, 1.5)
        waiting = slow.state.answer[0, ANSWER.naive : ANSWER.recall].sum()
        assert waiting + level(slow, "long_lived") == pytest.approx(set_point, rel=1e-3)
        assert level(slow, "memory") == pytest.approx(level(slow, "long_lived"), rel=1e-12)


def test_priming_is_a_poisson_event_of_the_days_with_drug() -> None:
    """In 400 patients the share primed within ten days is 1 − e^(−r·days·presence), within three standard errors."""
    numbers = P.with_overrides({f"drugs.{PENICILLIN}.sensitisation_per_d": 0.05})
    primed = 0
    for number in range(400):
        slow = slow_patient(numbers, patient_id=number, **FREE_OF_IGE)
        rates = slow.rates
        primed += rates.own[0, OWN.threshold] <= 0.05 * 10.0 * 0.9
    share = 1.0 - math.exp(-0.45)
    assert abs(primed / 400 - share) < 3.0 * math.sqrt(share * (1.0 - share) / 400)
    wrong = 1.0 - math.exp(-0.45 * 1.5)
    assert abs(primed / 400 - wrong) > 3.0 * math.sqrt(wrong * (1.0 - wrong) / 400)


def test_a_drug_that_primes_nobody_and_people_who_have_ige_already() -> None:
    nobody = slow_patient(soon(), ("sulfamethoxazole",), **FREE_OF_IGE)
    assert pass_days(nobody, 60.0, presence=1.0) == 0
    assert level(nobody, "ige") == 0.0
    assert pass_days(slow_patient(soon()), 10.0, presence=1.0) == 0


def test_a_recall_is_there_in_days_and_larger_in_proportion_where_ige_was_lost() -> None:
    fresh, faded = slow_patient(), slow_patient()
    pass_days(faded, 3650.0)
    before = level(faded, "ige")
    for slow in (fresh, faded):
        pass_days(slow, 7.0, presence=0.9)
    after_week = level(faded, "ige")
    pass_days(faded, 7.0)
    pass_days(fresh, 7.0)
    assert after_week > 1.2 * before
    assert level(faded, "ige") / before > 2.0 > level(fresh, "ige") / 3.4 > 1.2
    pass_days(faded, 90.0)
    assert level(faded, "ige") < 1.5 * before


def test_one_day_of_treatment_changes_next_to_nothing() -> None:
    slow = slow_patient()
    pass_days(slow, SLOW_DAYS, presence=0.9)
    highest = 0.0
    for _ in range(30):
        pass_days(slow, 1.1)
        highest = max(highest, level(slow, "ige") / 3.4)
    assert 1.0 < highest < 1.25
    assert level(slow, "memory") == pytest.approx(3.4, rel=0.01)
    assert level(slow, "regulation_lasting") < 1e-3
    assert level(slow, "igg4") < 0.01


def test_omalizumab_in_the_published_order() -> None:
    """Free IgE in days, FcεRI of basophils in two weeks, mast cells of the skin later; total IgE rises."""
    slow = slow_patient()
    inject(slow, "omalizumab", 300.0, "subcutaneous")
    pass_days(slow, 3.0)
    assert level(slow, "free") <= 0.04
    cells_early = level(slow, "receptors") / 12_000.0
    assert cells_early > 0.85
    pass_days(slow, 11.0)
    assert level(slow, "basophil") <= 0.27
    assert level(slow, "receptors") / 12_000.0 > level(slow, "basophil")
    for _ in range(2):
        pass_days(slow, 14.0)
        inject(slow, "omalizumab", 300.0, "subcutaneous")
        pass_days(slow, 14.0)
    assert level(slow, "receptors") / 12_000.0 < 0.15
    total = level(slow, "other_ige") + level(slow, "ige")
    assert 2.0 < total / 64.0 < 5.0
    pass_days(slow, 400.0)
    assert level(slow, "free") == pytest.approx(1.0, rel=1e-3)
    assert level(slow, "basophil") == pytest.approx(1.0, rel=0.05)


def test_omalizumab_is_absorbed_and_cleared_as_printed() -> None:
    """Without IgE: peak after 6–8 days, then a half-life of 23 days."""
    slow = slow_patient(total_ige_ku_per_l=0.0, fceri_per_cell=0.0, **FREE_OF_IGE)
    inject(slow, "omalizumab", 300.0, "subcutaneous")
    found = []
    for _ in range(160):
        pass_days(slow, SLOW_DAYS)
        found.append(level(slow, "anti_ige"))
    assert 5.5 <= (int(np.argmax(found)) + 1) * SLOW_DAYS <= 8.0
    late = math.log(found[90] / found[159]) / (69 * SLOW_DAYS)
    assert math.log(2.0) / late == pytest.approx(23.3, rel=0.03)
    given = 300.0 / 0.149 / (0.0967 * 70.0)
    assert max(found) == pytest.approx(given * 0.83, rel=0.03)


def immunised(years: float):
    """A patient after so many years of immunotherapy, and the levels at 12 weeks."""
    slow, early = slow_patient(), {}
    for week in range(round(years * 52.0)):
        if week < 10:
            inject(slow, PENICILLIN, 0.01 * USUAL_MG * 2.0 ** (week - 10), "adsorbed")
        elif (week - 10) % 4 == 0:
            inject(slow, PENICILLIN, 0.01 * USUAL_MG, "adsorbed")
        pass_days(slow, 7.0)
        if week in (3, 11):
            early |= {(name, week): level(slow, name) for name in ("ige", "regulation", "igg4")}
    return slow, early


def test_immunotherapy_in_the_published_order() -> None:
    """IgE rises first, regulation within weeks, IgG4 in months; after three years IgE is no higher than before."""
    slow, early = immunised(3.0)
    assert 1.5 <= early["ige", 11] / 3.4 <= 3.0
    assert early["regulation", 11] > 0.5
    assert early["igg4", 3] < 0.1 < early["igg4", 11]
    assert level(slow, "igg4") == pytest.approx(11.6, rel=0.15)
    assert level(slow, "ige") / 3.4 < 1.1
    assert level(slow, "memory") > 3.0
    pass_days(slow, 730.0)
    assert level(slow, "igg4") == pytest.approx(1.8, rel=0.4)
    assert level(slow, "ige") / 3.4 < 0.8


def test_a_short_immunotherapy_does_not_last() -> None:
    """Two years after stopping, mast cells are damped half as much again after three years as after one, or more."""
    left = []
    for years in (1.0, 3.0):
        slow, _ = immunised(years)
        pass_days(slow, 730.0)
        left.append(1.0 - effects(slow.state.answer, slow.rates.shared)[4])
    assert left[1] > 1.5 * left[0]


def test_quiet_years_in_one_go_or_block_by_block_are_the_same_bits() -> None:
    one, two = slow_patient(), slow_patient()
    pass_days(one, 400 * SLOW_DAYS)
    rates, left = two.rates, 400
    while left > 0:
        few = two.state
        moved, _ = rest_blocks(few.answer, few.serum, rates.own, rates.shared, rates.pursuit, min(left, 37), two.felt,
                               1e9, 1e9)  # fmt: skip
        left -= moved
    assert one.state.answer.tobytes() == two.state.answer.tobytes()


def test_the_kernel_is_its_python_source_bit_for_bit() -> None:
    from abm.engine import slow_kernel

    one, two = slow_patient(), slow_patient()
    for slow in (one, two):
        inject(slow, "omalizumab", 300.0, "subcutaneous")
        inject(slow, PENICILLIN, 1.0, "adsorbed")
    pass_days(one, 12 * SLOW_DAYS, presence=0.4)
    for _ in range(12):
        slow_kernel.move_slow_block.py_func(*two.state, two.rates.own, two.rates.shared, two.rates.pursuit, 0.4, 0.0)
    assert one.state.answer.tobytes() == two.state.answer.tobytes()
    assert one.state.serum.tobytes() == two.state.serum.tobytes()


def test_blocks_cut_no_step_of_the_engine() -> None:
    from abm.engine.clock import DOUBLINGS

    assert SLOW_BINS % (1 << (DOUBLINGS - 1)) == 0


@pytest.mark.parametrize(
    ("traits", "receptors", "ige"),
    [
        ({"specific_ige_ku_per_l": 3.4, "specific_receptors_per_cell": 0.0}, 0.0, 3.4),
        ({"specific_ige_ku_per_l": 0.0, "specific_receptors_per_cell": 22_500.0}, 22_500.0, 6.4),
        ({"specific_ige_ku_per_l": 90.0, "specific_receptors_per_cell": 9_000.0}, 9_000.0, 90.0),
    ],
)
def test_people_whose_serum_and_cells_are_known_apart_stay_as_they_are(traits, receptors, ige) -> None:
    still = P.with_overrides({"slow_immunity.loss_per_y": 0.0, "slow_immunity.memory_loss_per_y": 0.0})
    slow = slow_patient(still, **traits)
    pass_days(slow, 365.0)
    assert level(slow, "receptors") == pytest.approx(receptors, rel=1e-9)
    assert level(slow, "ige") == pytest.approx(ige, rel=1e-9)
