"""Grades of a reaction (Brown 2004)."""

from __future__ import annotations

import itertools

import pytest

from abm.biology.reaction import GRADES, MILD, MODERATE, NONE, SEVERE, grade

LIMITS = (100.0, 90.0, 4.0)


@pytest.mark.parametrize(
    ("skin", "airway", "gut", "systolic", "expected"),
    [
        (0.0, 0.0, 0.0, 120.0, NONE),
        (0.99, 0.99, 0.99, 101.0, NONE),
        (1.0, 0.0, 0.0, 120.0, MILD),
        (50.0, 0.0, 0.0, 120.0, MILD),
        (0.0, 1.0, 0.0, 120.0, MODERATE),
        (0.0, 0.0, 1.0, 120.0, MODERATE),
        (0.0, 0.0, 0.0, 99.9, MODERATE),
        (0.0, 0.0, 0.0, 100.0, NONE),
        (9.0, 3.99, 99.0, 90.0, MODERATE),
        (0.0, 4.0, 0.0, 120.0, SEVERE),
        (0.0, 0.0, 0.0, 89.9, SEVERE),
        (1.0, 5.0, 1.0, 60.0, SEVERE),
    ],
)
def test_grade_table(skin, airway, gut, systolic, expected) -> None:
    assert grade(skin, airway, gut, systolic, *LIMITS) == expected


def test_grades_never_fall_when_anything_gets_worse() -> None:
    levels = (0.0, 0.5, 1.0, 3.0, 5.0)
    pressures = (130.0, 100.0, 95.0, 80.0)
    for s, a, g, p in itertools.product(range(4), range(4), range(4), range(3)):
        here = grade(levels[s], levels[a], levels[g], pressures[p], *LIMITS)
        worse = (
            grade(levels[s + 1], levels[a], levels[g], pressures[p], *LIMITS),
            grade(levels[s], levels[a + 1], levels[g], pressures[p], *LIMITS),
            grade(levels[s], levels[a], levels[g + 1], pressures[p], *LIMITS),
            grade(levels[s], levels[a], levels[g], pressures[p + 1], *LIMITS),
        )
        assert min(worse) >= here


def test_words_stand_in_the_order_of_the_numbers() -> None:
    assert GRADES == ("none", "mild", "moderate", "severe")
    assert [GRADES[n] for n in (NONE, MILD, MODERATE, SEVERE)] == list(GRADES)
