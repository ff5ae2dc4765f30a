"""What staff give for a reaction: to whom, when, how often; how long it lasts then; and what stays as it was."""

from __future__ import annotations

from itertools import pairwise

import pytest
from small_worlds import FULL, LADDER, a_patient, a_step, an_arm, differing, parameters, treated

from abm.engine.state import COUNT
from abm.scenario import ReactionRule
from abm.scenario_file import load_scenario
from abm.scenario_writer import resolved_yaml

STRONG = a_patient(specific_receptors_per_cell=25_000.0)
BOTH_MEDICINES = frozenset({"adrenaline", "antihistamine"})
PLAIN = ReactionRule(30.0, "same_step")
TREATED = ReactionRule(30.0, "same_step", treat=BOTH_MEDICINES)
ADRENALINE = ReactionRule(30.0, "same_step", treat=frozenset({"adrenaline"}))
MILD_ONLY = {
    "symptoms__local_release_lung": 1.0,
    "symptoms__local_release_gut": 1.0,
    "symptoms__pressure_fall_max": 0.0,
}


def events(course, *kinds: str) -> list[dict]:
    return [event for event in course.recorder.events if event["event"] in kinds]


def given(course) -> list[tuple[str, float]]:
    return [(event["drug"], event["time_min"]) for event in events(course, "treatment")]


def row(course) -> dict:
    return course.recorder.outcome((0.6, 0.1, 0.3))


def test_medicines_are_given_when_the_reaction_has_been_recognised() -> None:
    course = treated(an_arm(FULL, rule=TREATED), STRONG)
    onset = events(course, "reaction")[0]["time_min"]
    first = {medicine: minute for medicine, minute in reversed(given(course))}
    assert first["antihistamine"] == first["adrenaline"] == onset + 2.0
    doses = {event["drug"]: event["dose_mg"] for event in events(course, "treatment")}
    assert doses == {"adrenaline": 0.5, "antihistamine": 50.0}
    assert row(course)["rescue_doses"] == len(given(course))
    assert row(course)["adrenaline_doses"] == sum(medicine == "adrenaline" for medicine, _ in given(course))


def test_adrenaline_is_repeated_after_its_interval_while_it_is_needed_and_antihistamines_are_not() -> None:
    numbers = parameters(rescue__adrenaline_shift_max=0.01, rescue__adrenaline_restraint_max=0.0)
    course = treated(an_arm(FULL, rule=TREATED), STRONG, numbers)
    times = [minute for medicine, minute in given(course) if medicine == "adrenaline"]
    assert len(times) >= 2
    assert all(later - earlier >= 10.0 for earlier, later in pairwise(times))
    assert sum(medicine == "antihistamine" for medicine, _ in given(course)) == 1


def test_a_mild_reaction_gets_no_adrenaline() -> None:
    course = treated(an_arm(FULL, rule=TREATED), STRONG, parameters(**MILD_ONLY))
    assert row(course)["severity"] == "mild"
    assert {medicine for medicine, _ in given(course)} == {"antihistamine"}


def test_treatment_makes_a_reaction_milder_and_shorter() -> None:
    plain, treated_one = (row(treated(an_arm(FULL, rule=rule), STRONG)) for rule in (PLAIN, ADRENALINE))
    assert treated_one["recovery_min"] < plain["recovery_min"]
    assert plain["onset_min"] == treated_one["onset_min"]
    assert treated_one["released_fraction"] <= plain["released_fraction"]


def test_until_the_first_medicine_nothing_differs() -> None:
    plain, other = (treated(an_arm(LADDER, rule=rule), STRONG) for rule in (PLAIN, TREATED))
    first = given(other)[0][1]
    before = [
        [event for event in course.recorder.events if event["time_min"] < first and event["event"] != "treatment"]
        for course in (plain, other)
    ]
    assert repr(before[0]) == repr(before[1])
    assert len(before[0]) > 5


def test_whoever_does_not_react_gets_nothing_and_has_the_same_bits() -> None:
    calm = a_patient(specific_receptors_per_cell=200.0)
    plain, other = (treated(an_arm(LADDER, rule=rule), calm) for rule in (PLAIN, TREATED))
    assert differing(plain.state, other.state) == []
    assert plain.recorder.events == other.recorder.events or repr(plain.recorder.events) == repr(other.recorder.events)
    assert row(other)["rescue_doses"] == 0
    assert row(other)["recovery_min"] != row(other)["recovery_min"]


@pytest.mark.parametrize("resume_at", ["never", "same_step"])
def test_staff_come_also_when_the_drug_is_stopped_for_good_or_all_given(resume_at) -> None:
    rule = ReactionRule(30.0, resume_at, recognised_after_min=5.0, treat=BOTH_MEDICINES)
    course = treated(an_arm(a_step(2400.0, 2.0), rule=rule), STRONG)
    assert given(course)[0][1] == events(course, "reaction")[0]["time_min"] + 5.0


def test_recovery_is_the_length_of_the_first_reaction() -> None:
    course = treated(an_arm(FULL), STRONG, follow_up_min=300.0, record=frozenset({"timeseries"}))
    table = course.recorder.timeseries()
    felt = table["time_min"][table["severity"] != "none"]
    found = row(course)
    assert course.recorder.reactions == 1
    assert found["recovery_min"] == pytest.approx(felt.max() - found["onset_min"], abs=1.1)


def test_a_reaction_that_lasts_has_no_recovery_yet() -> None:
    course = treated(an_arm(FULL), STRONG, parameters(symptoms__local_memory_min=5000.0), follow_up_min=5.0)
    assert course.state.count[COUNT.grade] > 0
    assert row(course)["recovery_min"] != row(course)["recovery_min"]


def test_the_second_reaction_does_not_count_for_the_recovery_of_the_first() -> None:
    numbers = parameters(mast_cell__ship1_pool=800.0)
    course = treated(an_arm(LADDER, rule=PLAIN), STRONG, numbers)
    assert course.recorder.reactions >= 2
    begins = [event["time_min"] for event in events(course, "reaction")]
    assert 0.0 <= row(course)["recovery_min"] <= begins[1] - begins[0] - 30.0


def test_the_words_are_read_and_survive_the_resolved_file(tmp_path) -> None:
    scenario = load_scenario("premedication")
    arms = {arm.name: arm for arm in scenario.arms}
    assert arms["rescue"].on_reaction == ReactionRule(30.0, "same_step", 2.0, BOTH_MEDICINES)
    assert arms["montelukast"].premedication == {"H1", "H2", "montelukast"}
    text = resolved_yaml(scenario)
    assert text.count("treat: [adrenaline, antihistamine]") == 1
    (tmp_path / "again.yaml").write_text(text, encoding="utf-8")
    assert load_scenario(tmp_path / "again.yaml") == scenario
