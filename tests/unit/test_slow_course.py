"""Slow immunity beside a course: when mast cells feel it, years without drug, injections, and what is recorded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_worlds import FULL, PENICILLIN, a_patient, a_scenario, an_arm, differing, parameters, same_bits, treated

from abm.engine.body import new_course, run_arm
from abm.engine.rest import is_at_rest, is_quiet
from abm.engine.slow_state import SLOW_BINS
from abm.engine.state import COUNT
from abm.long_protocols import immunotherapy_doses
from abm.parameters.catalog import DRUGS
from abm.scenario import Arm, Gap, Regimen

DAY = 1440.0
YEAR = 365.25 * DAY
NAIVE = {"sensitised": False, "specific_ige_ku_per_l": 0.0, "specific_receptors_per_cell": 0.0}
SOON = {f"drugs.{PENICILLIN}.sensitisation_per_d": 1e3}
STRONG = a_patient(specific_receptors_per_cell=40_000.0)


def waited(days: float, patient=None, **settings):
    return treated(an_arm(Gap(days * DAY)), patient, follow_up_min=0.0, **settings)


def gone_on(arm: Arm, before, patient=None, numbers=None, **settings):
    """An arm that follows another course."""
    scenario = a_scenario(arm, **settings)
    course = new_course(arm, scenario, patient or a_patient(), 0, numbers or parameters(), before)
    course.run(60.0)
    return course


def again(days: float, *course) -> Arm:
    return replace(an_arm(*course, name="again"), reference=False, after="arm", recovery_min=days * DAY)


def test_a_day_leaves_every_bit_as_it_is_without_slow_immunity() -> None:
    arm, scenario = an_arm(FULL, Gap(20 * 60.0), FULL), a_scenario(an_arm(FULL))
    ends = []
    for with_it in (True, False):
        course = new_course(arm, scenario, STRONG, 0, parameters())
        course.slow = course.slow if with_it else None
        course.run(600.0)
        ends.append(course.state)
    assert differing(*ends, leave_out=("signal", "links", "noise")) == []


def test_ige_and_with_it_the_load_of_every_cell_fades_over_years() -> None:
    before, after = waited(0.01).state, waited(2 * 365.25).state
    assert after.receptors[0] == pytest.approx(before.receptors[0] * np.exp(-0.31), rel=0.02)
    assert same_bits(before.threshold, after.threshold)
    assert after.count[COUNT.steps_taken] < 2000


def test_ten_years_take_no_more_than_three_times_the_steps_of_a_day() -> None:
    day = treated(an_arm(FULL), STRONG, follow_up_min=DAY - 30.0)
    years = treated(an_arm(FULL), STRONG, follow_up_min=10 * YEAR)
    assert years.state.count[COUNT.steps_taken] < 3 * day.state.count[COUNT.steps_taken]
    assert years.now_bin > 3600 * day.now_bin


def test_cells_fade_in_blocks_as_they_do_in_steps() -> None:
    """Ten days after a dose the slow memory of every cell is what steps of 64 min make of it, to one in a thousand."""
    arm, scenario = an_arm(FULL), a_scenario(an_arm(FULL))
    ends = []
    for faded in (True, False):
        numbers = parameters(slow_immunity__loss_per_y=0.0, slow_immunity__recall_per_d=0.0)
        course = new_course(arm, scenario, STRONG, 0, numbers)
        course.slow = course.slow if faded else None
        course.run(10 * DAY)
        ends.append(course.state)
    blocks, steps = ends
    assert blocks.count[COUNT.steps_taken] < steps.count[COUNT.steps_taken] - 80
    assert steps.memory[0].max() > 1.0
    assert blocks.memory[0] == pytest.approx(steps.memory[0], rel=1e-3)
    assert blocks.ship1[0] == pytest.approx(steps.ship1[0], rel=1e-2)
    assert blocks.receptors[0] == pytest.approx(steps.receptors[0], rel=1e-5)


def test_cells_rest_only_after_the_slow_memory_has_gone() -> None:
    early = treated(an_arm(FULL), STRONG, follow_up_min=10 * DAY)
    late = treated(an_arm(FULL), STRONG, follow_up_min=60 * DAY)
    assert is_quiet(early.state, early.rates, early.now_bin)
    assert not is_at_rest(early.state, early.rates, early.now_bin)
    assert is_at_rest(late.state, late.rates, late.now_bin)
    assert early.state.memory.max() > 0.01 >= late.state.memory.max()
    assert (late.state.inside == 0.0).all()


def test_rest_skips_nothing_that_would_have_happened() -> None:
    """The same years in steps, without slow immunity, end with cells that differ by less than a receptor."""
    arm, scenario = an_arm(FULL), a_scenario(an_arm(FULL))
    ends = []
    for still in (True, False):
        numbers = parameters(slow_immunity__loss_per_y=0.0, slow_immunity__recall_per_d=0.0)
        course = new_course(arm, scenario, STRONG, 0, numbers)
        course.slow = course.slow if still else None
        course.run(60 * DAY)
        ends.append(course.state)
    rested, stepped = ends
    assert rested.count[COUNT.steps_taken] < stepped.count[COUNT.steps_taken]
    assert np.abs(rested.receptors - stepped.receptors).max() < 1.0
    assert (
        rested.count[COUNT.fired_skin : COUNT.fired_gut + 1] == stepped.count[COUNT.fired_skin : COUNT.fired_gut + 1]
    ).all()
    assert np.abs(rested.memory - stepped.memory).max() < 0.01


def test_looking_does_not_change_the_years() -> None:
    scenario = a_scenario(an_arm(FULL))
    plain = new_course(an_arm(FULL), scenario, STRONG, 0, parameters())
    plain.run(200 * DAY)
    watched = new_course(an_arm(FULL), scenario, STRONG, 0, parameters())
    looks = sum(1 for _ in watched.play(200 * DAY, interval_min=DAY))
    assert looks >= 20
    assert differing(plain.state, watched.state) == []
    assert plain.slow.state.answer.tobytes() == watched.slow.state.answer.tobytes()


def test_a_first_course_makes_an_allergy_that_the_next_one_meets() -> None:
    numbers = parameters(**{key.replace(".", "__"): value for key, value in SOON.items()})
    patient = a_patient(**NAIVE)
    first = treated(an_arm(FULL), patient, numbers, follow_up_min=60.0)
    assert first.recorder.reactions == 0
    soon = gone_on(again(2.0, FULL), first, patient, numbers)
    later = gone_on(again(60.0, FULL), first, patient, numbers)
    assert soon.recorder.reactions == 0
    assert later.recorder.reactions >= 1
    assert (later.state.receptors[0] > 0.0).all()
    assert later.state.armed[0] == 1


def test_priming_is_an_event_and_a_column() -> None:
    numbers = parameters(**{key.replace(".", "__"): value for key, value in SOON.items()})
    result = run_arm(an_arm(FULL), a_scenario(an_arm(FULL), follow_up_min=2 * DAY), a_patient(**NAIVE), 0, numbers)
    assert [event["event"] for event in result.events if event["event"] == "sensitised"] == ["sensitised"]
    assert 0.0 < result.outcome["sensitised_d"] <= 1.0
    nobody = run_arm(an_arm(FULL), a_scenario(an_arm(FULL)), a_patient(**NAIVE), 0, parameters())
    assert np.isnan(nobody.outcome["sensitised_d"])
    assert nobody.outcome["specific_ige_end_ku_per_l"] == 0.0


def test_cells_of_a_new_allergy_are_armed_as_if_the_patient_had_been_drawn_with_it() -> None:
    """Each cell keeps its own factor on the patient's median."""
    numbers = parameters(**{key.replace(".", "__"): value for key, value in SOON.items()})
    made = treated(an_arm(FULL), a_patient(**NAIVE), numbers, follow_up_min=80 * DAY).state.receptors[0]
    drawn = treated(an_arm(Gap(1.0)), a_patient(), numbers, follow_up_min=0.0).state.receptors[0]
    assert made / made.mean() == pytest.approx(drawn / drawn.mean(), rel=1e-4)


def injections(times: int) -> Arm:
    return an_arm(Regimen("omalizumab", "anti_ige", 1, 300.0, 28 * DAY, times, "subcutaneous"))


def test_omalizumab_disarms_mast_cells_over_weeks_and_counts_as_no_dose_of_the_drug() -> None:
    one, four = treated(injections(1), STRONG, follow_up_min=0.0), treated(injections(4), STRONG, follow_up_min=0.0)
    armed = waited(0.01, STRONG).state.receptors[0]
    assert (one.state.receptors[0] < 0.6 * armed).all()
    assert (four.state.receptors[0] < 0.2 * armed).all()
    assert four.delivered_mg == 0.0
    assert gone_on(again(0.0, FULL), four, STRONG).recorder.reactions == 0
    assert gone_on(again(0.0, FULL), waited(112.0, STRONG), STRONG).recorder.reactions == 1


def test_immunotherapy_leaves_less_antigen_and_less_signal_until_long_after() -> None:
    course = immunotherapy_doses(PENICILLIN, 0.01 * DRUGS[PENICILLIN].usual_dose_mg, 3 * YEAR)
    treated_for_years = treated(an_arm(*course), STRONG, follow_up_min=0.0)
    plain = waited(0.01, STRONG).rates
    assert treated_for_years.rates.antigen_per_mg[0] < 0.2 * plain.antigen_per_mg[0]
    assert treated_for_years.rates.scalar[4] < 0.6 * plain.scalar[4]
    assert treated_for_years.delivered_mg == 0.0
    later = gone_on(again(730.0, FULL), treated_for_years, STRONG)
    assert later.rates.antigen_per_mg[0] > 2.0 * treated_for_years.rates.antigen_per_mg[0]
    assert plain.antigen_per_mg[0] == waited(0.01, STRONG).rates.antigen_per_mg[0]


def test_another_allergen_is_neither_boosted_nor_blocked() -> None:
    two = a_patient(specific_receptors_2_per_cell=9_000.0, specific_ige_2_ku_per_l=3.0)
    course = immunotherapy_doses(PENICILLIN, 24.0, YEAR)
    end = treated(an_arm(*course), two, follow_up_min=0.0, allergic_to=(PENICILLIN, "ceftriaxone"))
    plain = waited(0.01, two, allergic_to=(PENICILLIN, "ceftriaxone"))
    assert end.rates.antigen_per_mg[1] == plain.rates.antigen_per_mg[1]
    faded = end.state.receptors[1] / plain.state.receptors[1]
    assert faded == pytest.approx(np.exp(-0.155), rel=0.03)


def test_the_table_ige_has_a_row_a_day_and_allergen() -> None:
    arm = an_arm(Gap(30 * DAY))
    scenario = a_scenario(arm, record=frozenset({"ige"}), follow_up_min=0.0, allergic_to=(PENICILLIN, "ceftriaxone"))
    table = run_arm(arm, scenario, a_patient(), 0, parameters()).recorded["ige"]
    assert list(table["allergen"][:2]) == [PENICILLIN, "ceftriaxone"]
    days = table["time_d"][table["allergen"] == PENICILLIN]
    assert len(days) == 30
    assert (np.floor(days) == np.arange(30)).all()
    assert table["specific_ige_ku_per_l"][0] == 3.4
    assert table["total_ige_ku_per_l"][0] == pytest.approx(64.0)
    silent = run_arm(arm, replace(scenario, record=frozenset()), a_patient(), 0, parameters())
    assert "ige" not in silent.recorded


def test_asking_for_the_table_changes_no_number() -> None:
    arm = an_arm(FULL)
    plain = run_arm(arm, a_scenario(arm, follow_up_min=90 * DAY), STRONG, 0, parameters())
    asked = a_scenario(arm, follow_up_min=90 * DAY, record=frozenset({"ige"}))
    recorded = run_arm(arm, asked, STRONG, 0, parameters())
    assert differing(plain.course.state, recorded.course.state) == []
    assert plain.outcome == pytest.approx(recorded.outcome, nan_ok=True)


def test_arms_that_follow_share_nothing_with_each_other() -> None:
    first = treated(an_arm(FULL), STRONG, follow_up_min=60.0)
    kept = first.slow.state.answer.copy()
    one = gone_on(again(40.0, FULL), first, STRONG)
    other = gone_on(again(40.0, Gap(DAY)), first, STRONG)
    assert one.slow is not other.slow is not first.slow
    assert first.slow.state.answer.tobytes() == kept.tobytes()
    assert (one.start_bin % 16 == 0 and one.start_bin // SLOW_BINS == one.slow.block) or one.slow.block > 0


def test_cells_that_fired_have_their_granules_again_after_days_and_fire_anew() -> None:
    early = treated(an_arm(FULL), STRONG, follow_up_min=3.9 * DAY)
    late = treated(an_arm(FULL), STRONG, follow_up_min=30 * DAY)
    fired = early.state.fired_bin >= 0
    assert fired.sum() > 50
    assert (late.state.fired_bin < 0).all()
    assert (late.state.hazard[fired] == 0.0).all()
    assert not same_bits(late.state.clock[fired], early.state.clock[fired])
    assert same_bits(late.state.clock[~fired], early.state.clock[~fired])
    assert gone_on(again(30.0, FULL), treated(an_arm(FULL), STRONG, follow_up_min=60.0), STRONG).recorder.reactions == 1


def test_granules_come_back_as_their_law_says() -> None:
    """After a lag of 4 days exponentially with a mean of 2: the share that is ready, within three standard errors."""
    arm = an_arm(FULL)
    for days in (6.0, 8.0):
        end = treated(arm, STRONG, follow_up_min=days * DAY, cells=4000)
        start = treated(arm, STRONG, follow_up_min=DAY, cells=4000)
        fired = start.state.fired_bin >= 0
        passed = (end.slow.block * SLOW_BINS - start.state.fired_bin[fired]) / (16 * DAY)
        expected = -np.expm1(-(passed - 4.0) / 2.0)
        ready = end.state.fired_bin[fired] < 0
        assert abs(ready.mean() - expected.mean()) < 3.0 * np.sqrt((expected * (1 - expected)).mean() / fired.sum())
