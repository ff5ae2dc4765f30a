"""Scenario files: defaults, everything that can be said, overrides, and the resolved file that loads back."""

from __future__ import annotations

import dataclasses
import math
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_texts import LARGE, SMALL, same_scenario, write

from abm.parameters.catalog import DRUGS
from abm.protocols import build_ladder, build_protocol, penicillin_oral_doses
from abm.scenario import Arm, Cohort, Condition, Gap, ReactionRule, Regimen, Scenario, Step, StopRule
from abm.scenario_file import CODES, ScenarioError, load_scenario, resolved_yaml, shipped_scenarios
from abm.scenario_steps import same_steps

ROOT = Path(__file__).resolve().parents[2]


def test_defaults_fill_what_is_left_out(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, SMALL))
    drug = DRUGS["penicillin_g"]
    step = Step("penicillin_g", "full_dose", 1, 0, drug.usual_infusion_min, drug.usual_dose_mg)
    assert scenario == Scenario(
        name="small",
        question="",
        cohort=Cohort("sensitised_adult", 3),
        allergic_to=("penicillin_g",),
        arms=(Arm("direct", (step,), reference=True),),
    )
    assert (scenario.cells, scenario.replicates, scenario.seed, scenario.follow_up_min) == (10_000, 1, 1, 120.0)


def test_everything_that_can_be_said_is_understood(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, LARGE))
    assert scenario.cohort == Cohort(
        "unselected",
        7,
        (
            Condition("skin_test_positive", "==", True),
            Condition("age_y", ">=", 18.0),
            Condition("age_y", "<", 70.0),
            Condition("sex", "==", "female"),
            Condition("specific_ige_ku_per_l", "==", 0.5),
        ),
        frozenset({"fitting_clone"}),
    )
    assert scenario.allergic_to == ("sulfamethoxazole", "carboplatin")
    assert (scenario.cells, scenario.replicates, scenario.seed, scenario.follow_up_min) == (500, 2, 0, 1440.0)
    assert scenario.record == {"timeseries", "cells", "skin", "clones", "lattice"}
    assert scenario.parameters == {"mast_cell.ship1_pool": 0.0}
    _, ladder, by_hand, *_ = scenario.arms
    assert scenario.reference.name == "direct"
    assert ladder.premedication == {"H1", "H2"}
    assert ladder.on_reaction == ReactionRule(30.0, "previous_step", 1.5)
    carboplatin = build_protocol("full_dose", "carboplatin", DRUGS["carboplatin"].usual_dose_mg, 60.0)
    full = build_protocol("full_dose", "penicillin_g", 2000.0)
    steps = build_protocol("ladder_12_step", "penicillin_g", 2000.0)
    assert ladder.course == (*steps, Gap(2880.0), *carboplatin, *full)
    assert by_hand.on_reaction == ReactionRule(0.0, "never")
    own = (
        Step("penicillin_g", "own", 1, 0, 15.0, 0.1),
        Step("penicillin_g", "own", 2, 2, 15.0, pytest.approx(4.0), 20.0),
        Step("carboplatin", "own", 3, 0, 30.0, pytest.approx(3.0)),
        Step("penicillin_g", "own", 4, 0, 20 / 60, 0.3, 10.0),
    )
    slow = build_protocol("slow_infusion", "penicillin_g", 3000.0)
    assert by_hand.course == (*own, *own, *slow, Step("penicillin_g", "last", 4, 0, 2.0, 1.0))
    assert [math.isnan(step.rate_ml_per_h) for step in by_hand.course[:4]] == [True, False, True, False]
    assert by_hand.course[1].rate_ml_per_h == 20.0


def test_doses_to_swallow_and_arms_that_follow_are_understood(tmp_path: Path) -> None:
    *_, again, once_more = load_scenario(write(tmp_path, LARGE)).arms
    assert (again.after, again.recovery_min) == ("ladder", 1.5 * 365.25 * 1440.0)
    assert again.stop_drug_when == StopRule("detached", 5.0, 1440.0)
    assert again.course == (
        Regimen("sulfamethoxazole", "by_day", 1, 1.0, 1440.0, 1),
        Regimen("abacavir", "by_day", 5, 10.0, 480.0, 6),
        Step("sulfamethoxazole", "by_day", 3, 0, 15.0, 0.1),
        Gap(1440.0),
        Regimen("allopurinol", "swallowed", 1, 200.0, 720.0, 56),
        Regimen("allopurinol", "swallowed", 2, 400.0, 400 / 60, 36),
    )
    assert (again.course[4].duration_min, again.course[4].total_dose_mg) == (28 * 1440.0, 11_200.0)
    assert (once_more.after, once_more.recovery_min, once_more.stop_drug_when) == ("again", 0.0, StopRule("mucosa"))
    assert once_more.course == (Regimen("carbamazepine", "weekly", 1, 5.0, 10_080.0, 3),)


def test_options_of_named_protocols_are_understood_and_survive_the_resolved_file(tmp_path: Path) -> None:
    courses = {
        "fast": "{protocol: ladder_12_step, interval: 5 min, last: 1 h, from_step: 9}",
        "own": "{protocol: ladder, start: 1e-5, ratio: 3, interval: 10 min, step_count: 5, last: 2 h, dose: 1 g}",
        "graded": "{protocol: graded_10_fold, start: 1e-6, interval: 20 min}",
        "bag": "{protocol: one_bag, rates: [1 mL/h, 10 mL/h, 1 L/h], interval: 30 min}",
        "slow": "{protocol: slow_infusion, for: 10 h}",
    }
    text = SMALL + "".join(f"  {name}: {{course: [{course}]}}\n" for name, course in courses.items())
    scenario = load_scenario(write(tmp_path, text))
    arms = {arm.name: arm.course for arm in scenario.arms}
    assert arms["fast"] == build_protocol(
        "ladder_12_step", "penicillin_g", 2400.0, interval_min=5.0, last_min=60.0, from_step=9
    )
    assert arms["own"] == build_ladder("penicillin_g", 1000.0, 1e-5, 3.0, 10.0, step_count=5, last_min=120.0)
    assert arms["graded"] == build_protocol(
        "graded_10_fold", "penicillin_g", 2400.0, start_fraction=1e-6, interval_min=20.0
    )
    assert arms["bag"] == build_protocol(
        "one_bag", "penicillin_g", 2400.0, rates_ml_per_h=(1.0, 10.0, 1000.0), interval_min=30.0
    )
    assert arms["slow"] == build_protocol("slow_infusion", "penicillin_g", 2400.0, 600.0)
    resolved = resolved_yaml(scenario)
    assert same_scenario(load_scenario(write(tmp_path, resolved)), scenario)


def test_doses_that_depend_on_the_patient_survive_the_resolved_file(tmp_path: Path) -> None:
    text = SMALL.replace("patients: 3", "patients: 3\ndose: 2 MU") + (
        "  by_auc: {course: [{protocol: ladder_12_step, drug: carboplatin, dose: AUC 5}]}\n"
        "  by_area: {course: [{protocol: ladder, dose: 175 mg/m², interval: 7 min}]}\n"
        "  by_kg: {course: [{dose: 15 mg/kg, every: 12 h, for: 1 d, drug: abacavir}]}\n"
        "  mixed: {course: [{steps: [{dose: 1 mg/kg, for: 1 h}, {dose: 60 kU, for: 1 h}, {dose: 1 g/m2, for: 1 h}]}]}\n"
        "  oral: {course: [{protocol: penicillin_oral_14_step, drug: penicillin_v}]}\n"
    )
    scenario = load_scenario(write(tmp_path, text))
    arms = {arm.name: arm.course for arm in scenario.arms}
    assert arms["direct"] == build_protocol("full_dose", "penicillin_g", 1200.0)
    assert arms["by_auc"] == build_protocol("ladder_12_step", "carboplatin", 5.0, per="AUC")
    assert arms["by_area"] == build_protocol("ladder", "penicillin_g", 175.0, per="m2", interval_min=7.0)
    assert arms["by_kg"] == (Regimen("abacavir", "swallowed", 1, 15.0, 720.0, 2, per="kg"),)
    assert [(step.dose_mg, step.per) for step in arms["mixed"]] == [(1.0, "kg"), (36.0, ""), (1000.0, "m2")]
    oral = penicillin_oral_doses("penicillin_v")
    assert same_steps(arms["oral"], oral)
    resolved = resolved_yaml(scenario)
    assert "{protocol: ladder_12_step, drug: carboplatin, dose: AUC 5.0}" in resolved
    assert "{protocol: penicillin_oral_14_step, drug: penicillin_v}" in resolved
    assert same_scenario(load_scenario(write(tmp_path, resolved)), scenario)


def test_a_course_of_one_gap_is_avoidance(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, SMALL), ["arms.none={course: [{gap: 28 d}]}"])
    assert scenario.arms[1].course == (Gap(40_320.0),)
    assert same_scenario(load_scenario(write(tmp_path, resolved_yaml(scenario))), scenario)


def test_given_may_be_one_word(tmp_path: Path) -> None:
    one = load_scenario(write(tmp_path, LARGE), ["given=fitting_clone"])
    assert one == load_scenario(write(tmp_path, LARGE))
    assert load_scenario(write(tmp_path, LARGE), ["given=[]"]).cohort.given == frozenset()


@pytest.mark.parametrize("text", [SMALL, LARGE], ids=["small", "large"])
def test_the_resolved_file_loads_back_to_an_equal_scenario(tmp_path: Path, text: str) -> None:
    scenario = load_scenario(write(tmp_path, text))
    resolved = resolved_yaml(scenario)
    again = load_scenario(write(tmp_path, resolved))
    assert same_scenario(again, scenario)
    assert resolved_yaml(again) == resolved


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    question=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    follow_up_min=st.floats(0.0, 1e6).filter(lambda value: value == 0.0 or value > 1e-9),
    dose_mg=st.floats(1e-6, 1e6),
    taken=st.integers(0, 11),
    rate=st.one_of(st.just(math.nan), st.floats(1e-3, 1e4)),
    bound=st.floats(-1e9, 1e9),
    relation=st.sampled_from(["==", ">=", "<=", "<", ">"]),
    every_min=st.floats(0.0625, 20_000.0),
    times=st.integers(1, 200),
    numbers=st.lists(st.integers(1, 1000), min_size=1, max_size=3),
    rule=st.one_of(
        st.none(),
        st.builds(StopRule, st.sampled_from(["prodrome", "mucosa", "onset"]), delay_min=st.floats(0.01, 1e6)),
        st.builds(StopRule, st.just("detached"), st.floats(1e-3, 100.0)),
    ),
    recovery_min=st.floats(0.01, 1e6),
)
def test_scenarios_made_in_python_survive_the_resolved_file(
    tmp_path_factory: pytest.TempPathFactory,
    question: str,
    follow_up_min: float,
    dose_mg: float,
    taken: int,
    rate: float,
    bound: float,
    relation: str,
    every_min: float,
    times: int,
    numbers: list[int],
    rule: StopRule | None,
    recovery_min: float,
) -> None:
    ladder = build_protocol("ladder_12_step", "penicillin_g", dose_mg)
    odd = dataclasses.replace(ladder[-1], rate_ml_per_h=rate, number=3)
    doses = [Regimen("abacavir", "own", number, dose_mg, every_min, times) for number in numbers]
    scenario = Scenario(
        name="made",
        question=question,
        cohort=Cohort("unselected", 1, (Condition("age_y", relation, bound),)),  # type: ignore[arg-type]
        allergic_to=("penicillin_g",),
        arms=(
            Arm("a", ladder, reference=True),
            Arm("b", (*ladder[: taken + 1], Gap(7.3), *ladder[taken:], odd), frozenset({"H2"})),
            Arm("c", (*doses, ladder[0], *doses), after="b", recovery_min=recovery_min, stop_drug_when=rule),
        ),
        follow_up_min=follow_up_min,
    )
    path = tmp_path_factory.getbasetemp() / "made.yaml"
    path.write_text(resolved_yaml(scenario), encoding="utf-8")
    assert same_scenario(load_scenario(path), scenario)


def test_anchors_are_copied_so_that_an_override_changes_one_arm_only() -> None:
    scenario = load_scenario("interruption", ["arms.gap_6h.on_reaction.pause=1 h"])
    pauses = {arm.name: arm.on_reaction.pause_min for arm in scenario.arms if arm.on_reaction}
    assert pauses.pop("gap_6h") == 60.0
    assert set(pauses.values()) == {30.0}
    assert len(pauses) == 5


def test_overrides_change_the_tree_before_it_is_checked() -> None:
    scenario = load_scenario(
        "comparison",
        [
            "patients=50",
            "arms.rdd.premedication=[H1]",
            "parameters.mast_cell.ship1_pool=0",
            "dose=1 g",
            "select.specific_ige_ku_per_l=>= 0.35",
            "arms.interruption.course.1.gap=6 h",
            "arms.full_dose.on_reaction={pause: 0 min, resume_at: never}",
        ],
    )
    arms = {arm.name: arm for arm in scenario.arms}
    assert scenario.cohort.patients == 50
    assert scenario.cohort.select[-1] == Condition("specific_ige_ku_per_l", ">=", 0.35)
    assert scenario.parameters == {"mast_cell.ship1_pool": 0.0}
    assert arms["rdd"].premedication == {"H1"}
    assert arms["interruption"].premedication == {"H1", "H2"}
    assert arms["interruption"].course[12] == Gap(360.0)
    assert arms["full_dose"].on_reaction == ReactionRule(0.0, "never")
    assert sum(step.dose_mg for step in arms["rdd"].course if isinstance(step, Step)) == 1000.0


@pytest.mark.parametrize("name", ["comparison", "full_dose", "interruption", "rdd"])
def test_shipped_scenarios_load_round_trip_and_say_what_is_asked(name: str, tmp_path: Path) -> None:
    path = shipped_scenarios()[name]
    assert path.read_text(encoding="utf-8").splitlines()[1].startswith("# What is asked: ")
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.question.endswith("?")
    assert scenario.cohort.population == "sensitised_adult"
    assert scenario.cohort.select == (Condition("skin_test_positive", "==", True),)
    assert same_scenario(load_scenario(write(tmp_path, resolved_yaml(scenario))), scenario)


def test_the_comparison_differs_by_one_thing_at_a_time() -> None:
    arms = {arm.name: arm for arm in load_scenario("comparison").arms}
    assert list(arms) == ["full_dose", "rdd", "interruption"]
    assert arms["full_dose"].reference
    assert not arms["full_dose"].premedication
    assert arms["full_dose"].on_reaction is None
    assert arms["interruption"].course[:12] == arms["rdd"].course
    assert arms["interruption"].course[12:] == (Gap(2880.0), *arms["full_dose"].course)
    assert arms["interruption"].premedication == arms["rdd"].premedication == {"H1", "H2"}
    assert arms["interruption"].on_reaction == arms["rdd"].on_reaction == ReactionRule(30.0, "same_step")


def test_every_code_and_every_key_is_documented() -> None:
    text = (ROOT / "docs" / "scenario_files.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (S\d{3}) \| (.+?) \|$", text, re.MULTILINE))
    assert rows == CODES
    for key in re.findall(r"^([a-z_]+):", LARGE, re.MULTILINE):
        assert f"`{key}`" in text, key


def test_examples_in_the_documentation_load(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "scenario_files.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(name: .+?)```", text, re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        load_scenario(write(tmp_path, example))


def test_a_scenario_error_can_be_sent_between_processes() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("rdd", ["seed=-1", "cells=0"])
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
    assert str(again) == str(caught.value)
