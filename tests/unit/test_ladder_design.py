"""A ladder as five numbers: what it gives, how fast, and that its words say the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from abm.protocols import build_protocol
from abm.scenario_file import load_scenario
from abm.studies.ladder_design import (
    FIRST_TRIALS,
    INTERVAL_MIN,
    LAST_MIN,
    PUBLISHED,
    RATIO,
    START_LOG10,
    STEPS,
    Given,
    design_of,
    published_steps,
    what_is_given,
)
from abm.studies.science import BadQuestion

PENICILLIN = Given("penicillin_g", 2400.0, "", 30.0)
POINTS = st.fixed_dictionaries({
    "start_log10": st.floats(*START_LOG10), "ratio": st.floats(*RATIO), "interval_min": st.integers(*INTERVAL_MIN),
    "step_count": st.integers(*STEPS), "last_min": st.integers(*LAST_MIN),
})  # fmt: skip


@settings(max_examples=150, deadline=None)
@drawn(POINTS, st.sampled_from([1.0, 30.0, 240.0]))
def test_every_point_of_the_space_is_a_ladder_that_gives_the_dose(point, usual_min) -> None:
    design = design_of(point).allowed(usual_min)
    steps = design.steps(PENICILLIN)
    assert len(steps) == design.step_count >= 2
    assert math.fsum(step.dose_mg for step in steps) == 2400.0
    assert sum(step.duration_min for step in steps) == pytest.approx(design.duration_min)
    assert max(step.rate_mg_per_min for step in steps) <= 2400.0 / usual_min * (1 + 1e-9)
    assert design.allowed(usual_min) == design


def test_steps_that_are_too_fast_are_left_to_the_last() -> None:
    point = {"start_log10": -2, "ratio": 10.0, "interval_min": 1, "step_count": 5, "last_min": 5}
    design = design_of(point).allowed(30.0)
    # The second step would give a tenth of the dose in a minute, three times the usual rate.
    assert (design.step_count, design.last_min) == (2, math.ceil(0.99 * 30))


@pytest.mark.parametrize("point", FIRST_TRIALS)
def test_the_words_of_a_design_say_the_same_as_its_steps(point) -> None:
    design = design_of(point).allowed(30.0)
    scenario = load_scenario("rdd", [f"arms.rdd.course=[{design.words()}]"])
    assert scenario.arms[0].course == design.steps(PENICILLIN)


def test_the_published_protocols_are_those_of_the_library() -> None:
    assert published_steps("ladder_12_step", PENICILLIN) == build_protocol("ladder_12_step", "penicillin_g", 2400.0)
    assert published_steps("graded_10_fold", PENICILLIN) == build_protocol("graded_10_fold", "penicillin_g", 2400.0)
    for name in PUBLISHED:
        assert math.fsum(step.dose_mg for step in published_steps(name, PENICILLIN)) == 2400.0


def test_what_is_given_is_read_off_the_first_infusion() -> None:
    scenario = load_scenario("comparison")
    assert what_is_given(scenario, scenario.arms[2]) == PENICILLIN


def test_an_arm_without_an_infusion_cannot_be_designed() -> None:
    scenario = load_scenario("sjs")
    with pytest.raises(BadQuestion, match="'first_exposure' does not begin with an infusion"):
        what_is_given(scenario, scenario.reference)
