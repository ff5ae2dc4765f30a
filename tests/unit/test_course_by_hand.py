"""A hand on the drug: it holds it back, lets it go on and stops it, between two looks; without it nothing changes."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from small_worlds import PENICILLIN, a_patient, a_scenario, a_step, an_arm

from abm.engine.body import new_course
from abm.engine.course import Course
from abm.parameters.catalog import default_parameters
from abm.scenario import Gap, ReactionRule, Regimen

STEPS = (a_step(10.0, 20.0, 1), a_step(20.0, 20.0, 2))
WITHOUT_IGE = a_patient(specific_receptors_per_cell=0.0)


def played(
    course: Course, *hand: tuple[float, Callable[[Course], None]]
) -> tuple[list[tuple[str, float]], list[float]]:
    """Play a course with a hand that acts at the first looks after these minutes; events, and when it acted."""
    left, acted = list(hand), []
    for _ in course.play(30.0, 1.0):
        if left and course.now_min >= left[0][0]:
            acted.append(course.now_min)
            left.pop(0)[1](course)
    assert not left
    return [(event["event"], event["time_min"]) for event in course.recorder.events], acted


def course_of(*items, rule=None) -> Course:
    arm = an_arm(*items, rule=rule)
    return new_course(arm, a_scenario(arm), WITHOUT_IGE, 0, default_parameters())


def test_an_infusion_is_put_off_and_all_of_it_given():
    course = course_of(*STEPS)
    events, (held, released) = played(course, (6.0, Course.hold), (50.0, Course.release))
    assert 0.0 < held < 20.0
    assert events[:4] == [("step_start", 0.0), ("pause", held), ("resume", released), ("step_start", released)]
    assert [name for name, _ in events[4:]] == ["step_end", "step_start", "step_end"]
    assert events[-1][1] == pytest.approx(40.0 + released - held)
    assert course.delivered_mg == pytest.approx(30.0)
    assert course.recorder.events[1]["cumulative_dose_mg"] == pytest.approx(held / 2.0)


def test_an_interruption_ends_by_itself():
    course = course_of(*STEPS)
    events, (held,) = played(course, (22.0, lambda c: c.hold(90.0)))
    assert [event for event in events if event[0] in ("pause", "resume")] == [("pause", held), ("resume", held + 90.0)]
    assert course.delivered_mg == pytest.approx(30.0)
    assert course.elapsed_min == pytest.approx(130.0)


def test_stopped_is_for_good():
    course = course_of(*STEPS)
    events, (stopped,) = played(course, (6.0, Course.stop))
    assert events[-1] == ("stop", stopped)
    assert course.delivered_mg == pytest.approx(stopped / 2.0)
    assert course.stopped
    course.release()
    assert course.held


def test_a_course_that_is_held_can_be_stopped():
    course = course_of(*STEPS)
    events, (held, _) = played(course, (6.0, Course.hold), (12.0, Course.stop))
    assert events[-1] == ("pause", held)
    assert course.stopped
    assert course.delivered_mg == pytest.approx(held / 2.0)


def test_a_hold_in_a_gap_puts_off_what_comes_after_it():
    course = course_of(STEPS[0], Gap(600.0), STEPS[1])
    events, (held,) = played(course, (30.0, lambda c: c.hold(900.0)))
    assert 20.0 < held < 620.0
    assert events[2:] == [
        ("pause", 620.0), ("resume", held + 900.0), ("step_start", held + 900.0), ("step_end", held + 920.0)
    ]  # fmt: skip


def test_doses_that_are_swallowed_stay_in_the_body():
    course = course_of(Regimen(PENICILLIN, "swallowed", 1, 5.0, 300.0, 3, route="oral"))
    events, (held,) = played(course, (310.0, lambda c: c.hold(1000.0)))
    assert 300.0 < held < 600.0
    assert [time for name, time in events if name == "dose"] == [0.0, 300.0, held + 1000.0]
    assert course.delivered_mg == pytest.approx(15.0)


def test_a_hand_repeats_no_step_as_a_rule_would():
    course = course_of(*STEPS, rule=ReactionRule(pause_min=30.0, resume_at="first_step"))
    events, (held,) = played(course, (21.0, lambda c: c.hold(10.0)))
    starts = [time for name, time in events if name == "step_start"]
    assert starts in ([0.0, 20.0, held + 10.0], [0.0, held + 10.0])
    assert course.pauses == 0


def test_nothing_is_held_unless_a_hand_does():
    course = course_of(*STEPS)
    assert not course.held
    course.hold(math.inf)
    assert course.held
    course.release()
    assert not course.held
