"""Swallowed doses, signs of a delayed reaction, withdrawal and death, with T cells that follow a script."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scripted_t_cells import Scripted
from small_worlds import CEFTRIAXONE, FULL, PENICILLIN, a_patient, a_scenario, a_step, an_arm, parameters

from abm.biology.pharmacokinetics import GUT
from abm.engine.body import new_course
from abm.engine.course import Course
from abm.scenario import Gap, ReactionRule, Regimen, StopRule

CALM = a_patient(specific_receptors_per_cell=0.0)
STRONG = a_patient(specific_receptors_per_cell=60_000.0)


def doses(times: int, every_min: float = 720.0, dose_mg: float = 200.0, number: int = 1, drug: str = PENICILLIN):
    return Regimen(drug, "own", number, dose_mg, every_min, times)


def course_of(
    *course, immunity: Scripted | None = None, patient=CALM, stop: StopRule | None = None, **settings
) -> Course:
    arm = an_arm(*course, stop=stop, rule=settings.pop("rule", None))
    made = new_course(arm, a_scenario(arm, cells=30, **settings), patient, 0, parameters())
    made.immunity = immunity
    return made


def events(course: Course, *kinds: str) -> list[tuple[str, float]]:
    return [(e["event"], e["time_min"]) for e in course.recorder.events if not kinds or e["event"] in kinds]


def outcome(course: Course):
    return course.recorder.outcome((0.6, 0.1, 0.3))


def test_each_dose_goes_into_the_gut_when_it_is_due() -> None:
    course = course_of(doses(56), Gap(1000.0), doses(2, 0.3, 7.0, 2))
    course.rates.bioavailability[0] = 0.8
    course.run(0.0)
    assert course.state.drug[0, GUT] == pytest.approx(0.8 * (56 * 200.0 + 14.0), rel=1e-12)
    found = course.recorder.events
    assert [e["event"] for e in found] == ["dose"] * 58
    assert [e["time_min"] for e in found[:56]] == [720.0 * n for n in range(56)]
    assert [e["time_min"] for e in found[56:]] == [56 * 720.0 + 1000.0, 56 * 720.0 + 1000.3]
    assert [e["dose_mg"] for e in found] == [200.0] * 56 + [7.0] * 2
    assert [e["cumulative_dose_mg"] for e in found] == [*(200.0 * n for n in range(1, 57)), 11_207.0, 11_214.0]
    assert [(e["drug"], e["protocol"], e["step"], e["bag"]) for e in found[55:57]] == [
        (PENICILLIN, "own", 1, 0),
        (PENICILLIN, "own", 2, 0),
    ]
    assert all(math.isnan(e["rate_ml_per_h"]) for e in found)
    row = outcome(course)
    assert row["planned_dose_mg"] == row["delivered_dose_mg"] == 11_214.0
    assert (row["completed"], row["delay_min"]) == (True, pytest.approx(0.0, abs=1e-9))
    assert course.elapsed_min == pytest.approx(56 * 720.0 + 1000.6, rel=1e-13)


def test_avoidance_gives_nothing_and_takes_its_time() -> None:
    course = course_of(Gap(40_320.0), immunity=Scripted({3: ("healed",)}))
    course.run(60.0)
    row = outcome(course)
    assert events(course) == [("healed", 192.0)]
    assert (course.now_min, row["delivered_dose_mg"], row["planned_dose_mg"]) == (40_380.0, 0.0, 0.0)
    assert (row["completed"], row["reacted"], row["delay_min"]) == (True, False, 0.0)
    assert course.recorder.events[0]["drug"] == ""


def test_a_swallowed_drug_that_nothing_answers_is_given_all_the_same() -> None:
    course = course_of(doses(3, drug=CEFTRIAXONE))
    course.run(0.0)
    assert course.delivered_mg == 600.0
    assert not course.state.drug.any()


def test_a_reaction_puts_off_the_doses_that_are_left() -> None:
    course = course_of(
        a_step(2400.0, 30.0), doses(4, 20.0, 1.0, 2), patient=STRONG, rule=ReactionRule(47.0, "same_step", 0.0)
    )
    course.run(0.0)
    stops = events(course, "pause", "resume")
    assert stops[0][0] == "pause"
    assert len(events(course, "dose")) == 4
    assert course.delivered_mg == pytest.approx(2404.0)
    assert outcome(course)["completed"]


def test_a_dose_is_put_off_only_as_long_as_the_pause_asks() -> None:
    for pause_min, due in ((3.0, 20.0), (47.0, 52.0)):
        course = course_of(doses(3, 20.0), rule=ReactionRule(pause_min, "same_step", 0.0))
        course.stop_at_min = 5.0
        course.run(0.0)
        assert events(course) == [
            ("dose", 0.0), ("pause", 5.0), ("resume", due), ("dose", due), ("dose", due + 20.0)
        ]  # fmt: skip
        assert outcome(course)["delay_min"] == pytest.approx(due - 20.0)


def test_a_reaction_to_swallowed_doses_can_end_them_or_repeat_earlier_ones() -> None:
    never = course_of(doses(3, 20.0), rule=ReactionRule(0.0, "never", 0.0))
    never.stop_at_min = 25.0
    never.run(0.0)
    assert events(never) == [("dose", 0.0), ("dose", 20.0), ("stop", 25.0)]
    assert not outcome(never)["completed"]
    again = course_of(doses(1, 20.0, 1.0), doses(1, 20.0, 2.0, 2), rule=ReactionRule(0.0, "previous_step", 0.0))
    again.stop_at_min = 25.0
    again.run(0.0)
    assert [e["dose_mg"] for e in again.recorder.events if e["event"] == "dose"] == [1.0, 2.0, 1.0]


def test_t_cells_are_moved_block_by_block_and_change_nothing_else() -> None:
    script = Scripted({2: ("prodrome", "mucosa"), 5: ("onset",)})
    with_script, without = course_of(doses(3, 100.0), immunity=script), course_of(doses(3, 100.0))
    for course in (with_script, without):
        course.slow = None  # or somebody without T cells who gets no drug that is followed would rest at once
        course.run(64.5)
    assert script.moved == [1, 2, 3, 4, 5]
    assert outcome(with_script)["reacted"]
    assert not outcome(without)["reacted"]
    assert outcome(with_script)["dose_at_skin_onset_mg"] == 600.0
    assert math.isnan(outcome(without)["dose_at_skin_onset_mg"])
    signs = [("prodrome", 128.0), ("mucosa", 128.0), ("onset", 320.0)]
    assert events(with_script, "prodrome", "mucosa", "onset") == signs
    assert events(without) == events(with_script, "dose")
    assert with_script.now_min == without.now_min == 364.5
    for name, array in without.state._asdict().items():
        assert np.array_equal(array, getattr(with_script.state, name)), name


def test_looking_on_changes_no_sign() -> None:
    course = course_of(doses(3, 100.0), immunity=Scripted({2: ("onset",)}))
    seen = [course.now_min for _ in course.play(64.5, 7.0)]
    assert len(seen) > 3
    assert events(course, "onset") == [("onset", 128.0)]


@pytest.mark.parametrize(("delay_min", "given"), [(0.0, 2), (71.5, 2), (72.5, 3), (500.0, 6)])
def test_a_sign_ends_the_doses_after_the_delay_and_the_planned_time_still_passes(delay_min, given) -> None:
    script = Scripted({2: ("onset",), 3: ("onset",)})
    course = course_of(doses(6, 100.0), immunity=script, stop=StopRule("onset", delay_min=delay_min))
    course.run(64.0)
    row = outcome(course)
    assert len(events(course, "dose")) == given
    assert row["delivered_dose_mg"] == 200.0 * given
    assert (row["completed"], row["delay_min"]) == (given == 6, 0.0)
    assert events(course, "withdrawal") == ([] if row["completed"] else [("withdrawal", 128.0 + delay_min)])
    assert course.now_min == 664.0


def test_a_share_of_detached_skin_is_a_sign() -> None:
    script = Scripted({}, {2: 4.9, 3: 5.0, 4: 30.0})
    course = course_of(doses(6, 100.0), immunity=script, stop=StopRule("detached", 5.0))
    course.run(0.0)
    assert events(course, "withdrawal") == [("withdrawal", 192.0)]
    assert outcome(course)["withdrawn_d"] == 192.0 / 1440.0


def test_withdrawal_stops_a_running_infusion_and_counts_what_was_given() -> None:
    script = Scripted({1: ("mucosa",)})
    course = course_of(a_step(100.0, 200.0), Gap(50.0), FULL, immunity=script, stop=StopRule("mucosa", delay_min=36.0))
    course.run(10.0)
    assert events(course) == [("step_start", 0.0), ("mucosa", 64.0), ("withdrawal", 100.0)]
    assert course.recorder.events[1]["dose_mg"] == pytest.approx(32.0)
    assert course.recorder.events[2]["dose_mg"] == 0.0
    assert course.delivered_mg == pytest.approx(50.0)
    assert course.state.pump[0, 1] == 1600.0
    assert course.now_min == 290.0
    assert not outcome(course)["completed"]


def test_withdrawal_in_a_gap_or_pause_gives_nothing_more() -> None:
    gap = course_of(a_step(1.0, 10.0), Gap(100.0), doses(2), immunity=Scripted({1: ("onset",)}), stop=StopRule("onset"))
    gap.run(0.0)
    assert events(gap, "withdrawal", "dose") == [("withdrawal", 64.0)]
    assert gap.now_min == 1550.0
    pause = course_of(
        doses(3, 20.0), immunity=Scripted({1: ("onset",)}), stop=StopRule("onset"),
        rule=ReactionRule(300.0, "same_step", 0.0),
    )  # fmt: skip
    pause.stop_at_min = 5.0
    pause.run(0.0)
    assert events(pause) == [("dose", 0.0), ("pause", 5.0), ("onset", 64.0), ("withdrawal", 64.0)]
    assert pause.now_min == 305.0


def test_signs_after_the_course_withdraw_nothing() -> None:
    script = Scripted({3: ("onset",)})
    course = course_of(doses(1, 100.0), immunity=script, stop=StopRule("onset"))
    course.run(200.0)
    assert events(course) == [("dose", 0.0), ("onset", 192.0)]
    assert outcome(course)["completed"]


def test_death_ends_everything_at_once() -> None:
    script = Scripted({1: ("onset",), 2: ("detached", "death")})
    course = course_of(a_step(100.0, 256.0), doses(3), immunity=script)
    course.run(10_000.0)
    assert course.died
    assert events(course) == [("step_start", 0.0), ("onset", 64.0), ("detached", 128.0), ("death", 128.0)]
    assert (course.now_min, course.now_bin, script.moved) == (128.0, 2048, [1, 2])
    assert course.delivered_mg == pytest.approx(50.0)
    row = outcome(course)
    assert (row["completed"], row["delay_min"], row["treated"]) == (False, 0.0, True)
