"""Lessons are data: each shows what it says, sliders lead to scenarios that load, links are read with mistrust."""

from __future__ import annotations

from dataclasses import replace

import pytest

from abm.page.lessons import lessons
from abm.page.settings import Act, changed, read_query, scenario_of, settings_of
from abm.page.stage import Stage
from abm.parameters.catalog import default_parameters
from abm.scenario_file import shipped_scenarios

SEVEN = "minefield tiptoeing truce only_this_drug red_man never_in_sjs know_your_enemy".split()


def test_there_are_seven_lessons_over_shipped_scenarios():
    assert list(lessons()) == SEVEN
    assert {lesson.scenario for lesson in lessons().values()} <= set(shipped_scenarios())


@pytest.mark.parametrize("name", SEVEN)
def test_a_lesson_is_whole(name):
    lesson = lessons()[name]
    assert all((lesson.title, lesson.lead, lesson.question.endswith("?"), lesson.after, lesson.why))
    assert len({option.harm for option in lesson.options}) == len(lesson.options) >= 3
    assert lesson.speed in lesson.speeds
    arms = {arm.name for arm in scenario_of(settings_of(lesson)).arms}
    assert set(lesson.arms) <= arms <= set(lesson.labels)
    assert all(slider.low <= slider.value <= slider.high for slider in lesson.sliders)


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("minefield", (True, False)),
        ("tiptoeing", (True, False)),
        ("truce", (False, True)),
        ("only_this_drug", (False, True)),
        ("red_man", (True, False)),
        ("never_in_sjs", (True, False)),
        ("know_your_enemy", (True, False)),
    ],
)
def test_a_lesson_shows_what_it_teaches(name, harm):
    stage = Stage(settings_of(lessons()[name]))
    while stage.running:
        stage.advance(1e6, 60.0)
    shown = tuple(arm["harm"] for arm in stage.frame()["arms"])
    assert shown == harm
    assert shown in {option.harm for option in lessons()[name].options}


@pytest.mark.parametrize(("name", "slider"), [(name, s.name) for name in SEVEN for s in lessons()[name].sliders])
def test_a_slider_changes_the_scenario(name, slider):
    settings = settings_of(lessons()[name])
    at_rest = scenario_of(settings)
    ends = next(each for each in lessons()[name].sliders if each.name == slider)
    for value in (ends.low, ends.high):
        moved = scenario_of(changed(settings, slider, str(value)))
        assert (moved == at_rest) == (value == ends.value), value


def test_a_slider_that_scales_multiplies_the_models_own_number():
    moved = scenario_of(changed(settings_of(lessons()["tiptoeing"]), "ship1", "0.5"))
    assert moved.parameters == {"mast_cell.ship1_pool": 0.5 * default_parameters()["mast_cell.ship1_pool"]}


def test_a_link_says_what_was_chosen():
    settings = settings_of(lessons()["truce"])
    for key, text in (("patient", "7"), ("gap", "12"), ("first", "full_dose")):
        settings = changed(settings, key, text)
    settings = replace(settings, acts=(Act(1, 30.0, "hold", 90.0), Act(0, 41.0625, "stop")))
    query = settings.query()
    assert query.startswith("lesson=truce&patient=7&first=full_dose&gap=12&hand=")
    assert read_query(query) == (settings, [])
    assert settings_of(lessons()["truce"]).query() == "lesson=truce"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("lesson=tiptoing", "there is no lesson 'tiptoing'; did you mean 'tiptoeing'?"),
        ("lesson=truce&gap=1e9", "Time without drug is '1e9'; needed is a number from 1 to 120"),
        ("lesson=truce&gap=nan", "Time without drug is 'nan'"),
        ("patient=-1", "patient is '-1'; needed is a whole number from 0 to 4,294,967,295"),
        ("patient=1.5", "patient is '1.5'"),
        ("colour=red", "this lesson has no setting 'colour'"),
        ("hand=0~5~drink", "what a hand did, '0~5~drink', cannot be read"),
        ("hand=2~5~hold", "what a hand did"),
        ("hand=0~x~hold", "time of a hand is 'x'"),
        ("point=9&lesson=know_your_enemy", "mechanism is '9'; needed is a whole number from 0 to 2"),
        ("lesson=" + "x" * 9000, "this link is too long"),
    ],
)
def test_a_wrong_link_is_told_and_the_rest_of_it_used(query, told):
    settings, problems = read_query(query)
    assert len(problems) == 1
    assert told in problems[0]
    assert settings == settings_of(settings.lesson)
