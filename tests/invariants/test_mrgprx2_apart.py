"""IgE and MRGPRX2 know nothing of each other: worlds that differ in one of them, and courses that must not change."""

from __future__ import annotations

import numpy as np
from mrgprx2_worlds import VANCOMYCIN, digest, given, infused, penicillin_course
from small_worlds import FULL, LADDER, PENICILLIN, differing

from abm.scenario import Gap

BOTH_DRUGS = (PENICILLIN, VANCOMYCIN)
ARMED = {"sensitised": True, "specific_receptors_per_cell": 12_000.0}
FAST = infused(1000.0, 10.0, number=1)


def test_courses_without_an_agonist_are_what_they_were_before_mrgprx2() -> None:
    """Digest of a full dose and a ladder of penicillin G, taken before there was an MRGPRX2."""
    course = penicillin_course()
    assert (course.state.fired_bin >= 0).sum() == 37
    assert digest(course.state) == "3f26d11d0c0037e7"


def test_a_digest_sees_one_bit() -> None:
    state = penicillin_course().state
    state.calcium[5] = np.nextafter(state.calcium[5], np.float32(np.inf))
    assert digest(state) != "3f26d11d0c0037e7"


def test_without_an_agonist_the_trait_changes_nothing() -> None:
    first, second = penicillin_course(mrgprx2_factor=1.0), penicillin_course(mrgprx2_factor=50.0)
    assert differing(first.state, second.state) == []


def test_an_agonist_that_is_not_given_changes_nothing() -> None:
    """Vancomycin as the second drug of the study, which this arm does not give."""
    first, second = (given([FULL[0]], BOTH_DRUGS, **ARMED, mrgprx2_factor=factor) for factor in (1.0, 9.0))
    assert set(differing(first.state, second.state)) <= {"mrgprx2"}
    assert (first.state.fired_bin >= 0).any()


def fired_by_vancomycin(*before, **traits) -> tuple[np.ndarray, np.ndarray]:
    """Cells that fire in a fast infusion of vancomycin after something else, and those that fired before it."""
    course = given([*before, FAST], BOTH_DRUGS, 2000, **traits)
    start = sum(step.duration_min for step in before) * 16
    fired = course.state.fired_bin
    return fired >= start, (fired >= 0) & (fired < start)


def test_a_patient_made_tolerant_by_a_ladder_answers_vancomycin_as_ever() -> None:
    wait = Gap(24.0 * 60.0)
    after_ladder, gone = fired_by_vancomycin(*LADDER, wait, **ARMED)
    pause = Gap(sum(step.duration_min for step in LADDER) + 24.0 * 60.0)
    untreated, none = fired_by_vancomycin(pause, **ARMED)
    assert not none.any()
    left = ~gone
    assert untreated[left].sum() > 100
    assert (after_ladder[left] != untreated[left]).mean() < 0.002


def test_and_its_tolerance_is_not_touched_by_vancomycin() -> None:
    """A ladder after vancomycin that used MRGPRX2 and opened no cell is, to the bit, that of a patient without it."""
    course = [FAST, Gap(1440.0), *LADDER]
    states = [given(course, BOTH_DRUGS, 600, **ARMED, mrgprx2_factor=factor).state for factor in (0.01, 0.0)]
    assert states[0].lost_mrgprx2.max() > 1e-3
    assert states[0].memory[0].min() > 1.0
    ours = {"receptors", "inside", "crosslinks", "memory", "ship1", "fired_bin"}
    assert ours & set(differing(*states)) == set()


def test_ige_is_not_needed_and_ship1_has_no_part_in_it() -> None:
    """First exposure; the SHIP-1 of the patient is nought, as it is, and tenfold."""
    states = [given([FAST], ship1_factor=factor).state for factor in (0.0, 1.0, 10.0)]
    assert (states[0].fired_bin >= 0).sum() > 30
    for other in states[1:]:
        assert differing(states[0], other) == []


def test_ship1_would_be_seen_where_ige_does_it() -> None:
    states = [given([FULL[0]], (PENICILLIN,), **ARMED, ship1_factor=factor).state for factor in (0.0, 1.0)]
    assert "fired_bin" in differing(*states)


def test_equal_dosing_until_then_is_equal_until_then() -> None:
    short = given([infused(500.0, 30.0)]).state
    long = given([infused(500.0, 30.0), infused(500.0, 30.0, number=2)]).state
    early = 30 * 16
    before = [np.where(state.fired_bin < early, state.fired_bin, -1) for state in (short, long)]
    assert (before[0] == before[1]).all()


def test_a_second_dose_finds_fewer_cells_though_its_peak_is_higher() -> None:
    """Polk 1988: reactions decline with later doses. Cells that fired are empty, and receptors are not all back."""
    course = given([infused(1000.0, 60.0), Gap(660.0), infused(1000.0, 60.0, number=2)], cells=3000)
    fired = course.state.fired_bin
    first, second = ((fired >= 0) & (fired < 720 * 16)).sum(), (fired >= 720 * 16).sum()
    assert first > 5
    assert second < 0.6 * first


def test_receptors_come_back_within_a_week() -> None:
    state = given([FAST, Gap(7.0 * 1440.0)]).state
    soon = given([FAST]).state
    assert soon.lost_mrgprx2.max() > 0.05
    assert state.lost_mrgprx2.max() < 1e-6
