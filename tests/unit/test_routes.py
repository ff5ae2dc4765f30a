"""Routes: what a scenario may say, what is refused, and how doses given in a moment go through a course."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_texts import SMALL, problems, write
from small_worlds import a_patient, a_scenario, an_arm, parameters

from abm.engine.body import new_course
from abm.engine.course import Course
from abm.output_columns import TABLES
from abm.parameters.catalog import DRUGS
from abm.protocol_table import protocol_table
from abm.scenario import ReactionRule, Regimen, Step
from abm.scenario_file import load_scenario
from abm.scenario_steps import AT_ONCE
from abm.scenario_writer import resolved_yaml

CEFAZOLIN = SMALL.replace("drug: penicillin_g", "drug: cefazolin")
DOUBLING = tuple(Regimen("penicillin_v", "mouth", n + 1, 2.0**n, 15.0, 1) for n in range(6))


def course_in(folder: Path, items: str, text: str = CEFAZOLIN) -> tuple:
    return load_scenario(write(folder, text.replace("[full_dose]", items))).arms[0].course


def test_the_routes_of_doses_are_read(tmp_path: Path) -> None:
    steps = (
        "[{steps: [{dose: 1 mg, route: bolus, for: 15 min}, {dose: 2 mg, for: 15 min, route: infusion}, "
        "{dose: 3 mg, route: intramuscular, for: 30 min, drug: penicillin_g}, "
        "{dose: 4 mg, route: oral, for: 1 h, drug: amoxicillin}]}, "
        "{dose: 5 mg, every: 8 h, for: 24 h, route: intramuscular}]"
    )
    assert course_in(tmp_path, steps) == (
        Regimen("cefazolin", "own_steps", 1, 1.0, 15.0, 1, "bolus"),
        Step("cefazolin", "own_steps", 2, 0, 15.0, 2.0),
        Regimen("penicillin_g", "own_steps", 3, 3.0, 30.0, 1, "intramuscular"),
        Regimen("amoxicillin", "own_steps", 4, 4.0, 60.0, 1, "oral"),
        Regimen("cefazolin", "injected", 1, 5.0, 480.0, 3, "intramuscular"),
    )


def test_a_resolved_file_keeps_the_routes(tmp_path: Path) -> None:
    steps = "[{steps: [{dose: 1 mg, route: bolus, for: 15 min}, {dose: 2 mg, for: 15 min}]}, full_dose]"
    scenario = load_scenario(write(tmp_path, CEFAZOLIN.replace("[full_dose]", steps)))
    again = load_scenario(write(tmp_path, resolved_yaml(scenario)))
    assert again == scenario
    assert "route: bolus" in resolved_yaml(scenario)
    assert "route" not in resolved_yaml(load_scenario(write(tmp_path, SMALL)))


@pytest.mark.parametrize(
    ("drug", "items", "expected"),
    [
        ("cefazolin", "[{dose: 1 mg, every: 1 h, for: 1 h}]", "S312 'cefazolin' is not swallowed; drugs that are: pen"),
        ("penicillin_v", "[full_dose]", "S312 'penicillin_v' is not infused; drugs that are: penicillin_g, "),
        ("lamotrigine", "[ladder_12_step]", "S312 'lamotrigine' is not infused; drugs that are: penicillin_g, "),
        (
            "paclitaxel",
            "[{steps: [{dose: 1 mg, route: bolus, for: 1 h}]}]",
            "S312 'paclitaxel' is not given as a bolus",
        ),
        ("cetuximab", "[{steps: [{dose: 1 mg, route: intramuscular, for: 1 h}]}]", "is not injected into a muscle"),
        ("cefazolin", "[{steps: [{dose: 1 mg, route: bolous, for: 1 h}]}]", "S313 .*did you mean 'bolus'"),
        ("cefazolin", "[{dose: 1 mg, every: 1 h, for: 2 h, route: infusion}]", "S313 .*'infusion'"),
        ("cefazolin", "[{steps: [{dose: 1 mg, route: bolus}]}]", "S102 missing key 'for'"),
        ("cefazolin", "[{steps: [{rate: 1 mg/min, route: bolus, for: 1 h}]}]", "S106 'rate' is of an infusion"),
    ],
)
def test_a_route_that_a_drug_does_not_have_is_refused(tmp_path: Path, drug: str, items: str, expected: str) -> None:
    text = SMALL.replace("drug: penicillin_g", f"drug: {drug}").replace("[full_dose]", items)
    found = problems(tmp_path, text)
    with pytest.raises(AssertionError, match=expected):
        assert not found, "\n".join(found)


def test_a_refused_route_names_those_the_drug_has(tmp_path: Path) -> None:
    found = problems(tmp_path, SMALL.replace("drug: penicillin_g", "drug: penicillin_v"))
    assert any(line.endswith("its routes: oral, adsorbed") for line in found)


def test_routes_of_drugs_are_those_that_scenarios_know() -> None:
    assert {route for drug in DRUGS.values() for route in drug.given_by} == {"infusion", *AT_ONCE}


def swallowing(rule: ReactionRule | None = None) -> Course:
    arm = an_arm(DOUBLING, rule=rule)
    scenario = a_scenario(arm, allergic_to=("penicillin_v",), cells=300)
    return new_course(arm, scenario, a_patient(specific_receptors_per_cell=0.0), 0, parameters())


def given(course: Course) -> list[tuple[int, float, float]]:
    return [(e["step"], e["time_min"], e["dose_mg"]) for e in course.recorder.events if e["event"] == "dose"]


def test_a_ladder_of_swallowed_steps_goes_through_a_course() -> None:
    course = swallowing()
    course.run(0.0)
    assert given(course) == [(n + 1, 15.0 * n, 2.0**n) for n in range(6)]
    assert course.delivered_mg == 63.0
    assert course.now_min == 90.0
    assert {name for row in course.recorder.events for name in row} <= {c.name for c in TABLES["events"]}


@pytest.mark.parametrize(
    ("resume_at", "steps"), [("same_step", [4, 5, 6]), ("previous_step", [2, 4, 5, 6]), ("first_step", [1, 2, 4, 5, 6])]
)
def test_a_reaction_in_a_swallowed_ladder_resumes_where_the_rule_says(resume_at, steps) -> None:
    """In step 3 the dose is in the body already, so `same_step` goes on with the next."""
    course = swallowing(ReactionRule(40.0, resume_at, 0.0))
    course.stop_at_min = 33.0
    course.run(0.0)
    assert [number for number, _, _ in given(course)] == [1, 2, 3, *steps]
    assert given(course)[3][1] == 73.0


def test_a_table_of_doses_names_their_routes() -> None:
    table = protocol_table([*DOUBLING, Step("penicillin_g", "end", 1, 0, 30.0, 100.0)])
    assert table["route"].tolist() == ["oral"] * 6 + ["infusion"]
    assert table["cumulative_percent"].iloc[5] == 100.0
    assert table["clock"].tolist()[:3] == ["0:00", "0:15", "0:30"]
