"""A course being given: order and times of events, gaps, reactions, pauses, what is resumed."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from small_worlds import CEFTRIAXONE, FULL, LADDER, a_patient, a_scenario, a_step, an_arm, parameters, treated

from abm.engine.body import new_course, run_arm
from abm.engine.course import EngineError
from abm.scenario import Gap, ReactionRule

STRONG = a_patient(specific_receptors_per_cell=60_000.0)
CALM = a_patient(specific_receptors_per_cell=0.0)


def kinds(course) -> list[str]:
    return [event["event"] for event in course.recorder.events]


def given_steps(course) -> list[int]:
    """Numbers of the steps that were begun, in order."""
    return [event["step"] for event in course.recorder.events if event["event"] == "step_start"]


def outcome(course):
    return course.recorder.outcome((0.6, 0.1, 0.3))


def test_a_calm_course_starts_and_ends_every_step_on_time() -> None:
    course = treated(an_arm(LADDER), CALM)
    events = course.recorder.events
    assert [e["event"] for e in events] == ["step_start", "step_end"] * 12
    given = [e["dose_mg"] for e in events if e["event"] == "step_end"]
    assert given == [step.dose_mg for step in LADDER]
    assert [e["event_number"] for e in events] == list(range(24))
    ends = np.cumsum([step.duration_min for step in LADDER])
    assert [e["time_min"] for e in events[1::2]] == pytest.approx(ends, rel=1e-12)
    doses = np.cumsum([step.dose_mg for step in LADDER])
    assert [e["cumulative_dose_mg"] for e in events[1::2]] == pytest.approx(doses, rel=1e-12)
    assert [e["rate_ml_per_h"] for e in events[::2]] == [step.rate_ml_per_h for step in LADDER]
    assert [e["bag"] for e in events[::2]] == [step.bag for step in LADDER]
    row = outcome(course)
    assert (row["completed"], row["delay_min"], row["reactions"], row["severity"]) == (
        True,
        pytest.approx(0.0),
        0,
        "none",
    )
    assert row["delivered_dose_mg"] == pytest.approx(2400.0, rel=1e-13)
    assert math.isnan(row["onset_min"])
    assert row["step_at_reaction"] is None


@pytest.mark.parametrize("minutes", [10.0 / 60.0, 174.375, 1.0, 0.03, math.pi])
def test_steps_of_any_length_end_when_they_should(minutes) -> None:
    course = treated(an_arm([a_step(1.0, minutes, 1), a_step(2.0, minutes, 2)]), CALM, follow_up_min=0.0)
    assert course.now_min == pytest.approx(2 * minutes, rel=1e-13)
    assert course.now_bin == math.floor(2 * minutes * 16)
    assert course.delivered_mg == 3.0


def test_a_gap_gives_nothing_and_takes_its_time() -> None:
    course = treated(an_arm([a_step(1.0, 10.0)], Gap(90.5), [a_step(1.0, 10.0, 2)]), CALM)
    starts = [e["time_min"] for e in course.recorder.events if e["event"] == "step_start"]
    assert starts == [0.0, 100.5]
    assert course.elapsed_min == 110.5
    assert course.now_min == 170.5


def test_a_reaction_is_an_event_at_its_onset_and_fills_the_outcome() -> None:
    course = treated(an_arm(FULL), STRONG)
    first = next(e for e in course.recorder.events if e["event"] == "reaction")
    row = outcome(course)
    assert row["reactions"] == kinds(course).count("reaction") >= 1
    assert 1.0 < row["onset_min"] == first["time_min"] < 30.0
    assert (row["protocol_at_reaction"], row["step_at_reaction"], row["bag_at_reaction"]) == ("full_dose", 1, 0)
    assert row["dose_at_reaction_mg"] == pytest.approx(2400.0 * first["time_min"] / 30.0, rel=1e-12)
    assert first["severity"] in ("mild", "moderate", "severe")
    assert row["completed"]
    assert row["delivered_dose_mg"] == 2400.0


@pytest.mark.parametrize(
    ("resume_at", "repeats"),
    [("same_step", lambda n: []), ("previous_step", lambda n: [n - 1]), ("first_step", lambda n: list(range(1, n)))],
)
def test_resuming_gives_what_it_should(resume_at, repeats) -> None:
    course = treated(an_arm(LADDER, rule=ReactionRule(30.0, resume_at)), STRONG)
    events = course.recorder.events
    pauses = [e for e in events if e["event"] == "pause"]
    assert 1 <= len(pauses) < 20
    number = pauses[0]["step"]
    assert number >= 2
    order = given_steps(course)
    at = order.index(number)
    assert order[: at + 1] == list(range(1, number + 1))
    expected = [*repeats(number), number]
    assert order[at + 1 : at + 1 + len(expected)] == expected
    assert order[-1] == 12
    repeated = sum(LADDER[n - 1].dose_mg for e in pauses for n in repeats(e["step"]))
    row = outcome(course)
    assert row["completed"]
    assert row["planned_dose_mg"] == pytest.approx(2400.0)
    if len(pauses) == 1 or resume_at == "same_step":
        assert row["delivered_dose_mg"] == pytest.approx(2400.0 + repeated, rel=1e-12)
    assert row["delay_min"] >= 30.0 * len(pauses)


def test_the_interrupted_step_goes_on_where_it_stopped() -> None:
    course = treated(an_arm(LADDER, rule=ReactionRule(30.0, "same_step")), STRONG)
    events = course.recorder.events
    at = next(n for n, e in enumerate(events) if e["event"] == "pause")
    step = LADDER[events[at]["step"] - 1]
    start = next(e for e in events[at::-1] if e["event"] == "step_start")
    share = (events[at]["time_min"] - start["time_min"]) / step.duration_min
    before = sum(s.dose_mg for s in LADDER[: step.number - 1])
    assert events[at]["cumulative_dose_mg"] == pytest.approx(before + share * step.dose_mg, rel=1e-12)
    resumed, ended = events[at + 2], next(e for e in events[at + 2 :] if e["event"] != "step_start")
    assert resumed["event"] == "step_start"
    if ended["event"] == "step_end":
        left = step.duration_min * (1 - share)
        assert ended["time_min"] - resumed["time_min"] == pytest.approx(left, rel=1e-9)


def test_the_pump_stops_when_the_reaction_is_recognised() -> None:
    for delay in (0.0, 2.0, 5.5):
        course = treated(an_arm(FULL, rule=ReactionRule(30.0, "never", delay)), STRONG)
        reaction, stop = (
            next(e for e in course.recorder.events if e["event"] == kind) for kind in ("reaction", "stop")
        )
        assert stop["time_min"] - reaction["time_min"] == pytest.approx(delay)
        assert stop["dose_mg"] == stop["cumulative_dose_mg"]
        assert stop["cumulative_dose_mg"] == pytest.approx(2400.0 * stop["time_min"] / 30.0, rel=1e-12)


def test_never_resuming_ends_the_course() -> None:
    course = treated(an_arm(LADDER, Gap(60.0), FULL, rule=ReactionRule(30.0, "never")), STRONG)
    row = outcome(course)
    assert kinds(course)[-1] == "stop" or "reaction" in kinds(course)[kinds(course).index("stop") :]
    assert "pause" not in kinds(course)
    assert not row["completed"]
    assert row["delivered_dose_mg"] < 2400.0 < row["planned_dose_mg"]
    assert given_steps(course)[-1] == max(given_steps(course))


def test_a_pause_lasts_at_least_its_time_and_until_symptoms_are_gone() -> None:
    course = treated(an_arm(LADDER, rule=ReactionRule(5.0, "same_step")), STRONG)
    events = course.recorder.events
    for n, event in enumerate(events):
        if event["event"] == "pause":
            resume = next(e for e in events[n:] if e["event"] == "resume")
            assert resume["time_min"] - event["time_min"] >= 5.0
            assert resume["severity"] == "none"


def test_without_a_rule_nothing_is_stopped() -> None:
    course = treated(an_arm(LADDER), STRONG)
    assert "reaction" in kinds(course)
    assert not {"pause", "resume", "stop"} & set(kinds(course))
    assert outcome(course)["delay_min"] == pytest.approx(0.0)


def test_a_reaction_before_the_gap_is_not_one_after_it() -> None:
    course = treated(an_arm(FULL, Gap(1440.0), [a_step(1e-6, 5.0)]), STRONG)
    row = outcome(course)
    assert row["severity_before_gap"] == row["severity"] != "none"
    assert row["severity_after_gap"] == "none"
    assert math.isnan(row["onset_after_gap_min"])


def test_a_reaction_after_the_gap_is_timed_from_its_end() -> None:
    course = treated(an_arm([a_step(1e-6, 5.0)], Gap(600.0), FULL), STRONG)
    row = outcome(course)
    assert row["severity_before_gap"] == "none"
    assert row["severity_after_gap"] == row["severity"] != "none"
    assert row["onset_after_gap_min"] == pytest.approx(row["onset_min"] - 605.0)


def test_two_drugs_run_through_one_pump() -> None:
    steps = [a_step(100.0, 5.0), a_step(70.0, 5.0, 2, CEFTRIAXONE)]
    arm = an_arm(steps)
    course = new_course(arm, a_scenario(arm, allergic_to=("penicillin_g", CEFTRIAXONE)), CALM, 0, parameters())
    course.run(0.0)
    assert 0.8 * 100.0 < course.state.drug[0, 0] < 100.0
    assert 0.8 * 70.0 < course.state.drug[1, 0] < 70.0


def test_a_state_that_is_not_finite_is_an_error_with_time_and_arm() -> None:
    arm = dataclasses.replace(an_arm(FULL), name="broken")
    course = new_course(arm, a_scenario(arm), STRONG, 0, parameters())
    course.state.body[0] = math.nan
    with pytest.raises(EngineError, match=r"not finite at .* min of arm 'broken'"):
        course.run(10.0)


def test_running_twice_gives_the_same_result() -> None:
    arm = an_arm(LADDER, rule=ReactionRule(30.0, "same_step"))
    scenario = a_scenario(arm, record=frozenset({"cells", "timeseries"}))
    first, second = (run_arm(arm, scenario, STRONG, 0, parameters()) for _ in range(2))
    assert str(first.outcome) == str(second.outcome)
    assert str(first.events) == str(second.events)
    assert set(first.recorded) == {"cells", "timeseries"}
    for name, values in first.recorded["timeseries"].items():
        assert np.array_equal(values, second.recorded["timeseries"][name])
