"""P15 holds, and fails where an antihistamine stabilises mast cells, or relieves nobody."""

from __future__ import annotations

import pytest

from abm.studies.cohort import World
from abm.studies.premedication import p15_mediators_and_symptoms


def look(**changed: float) -> bool:
    world = World(20, 240, changed={name.replace("__", "."): value for name, value in changed.items()})
    return p15_mediators_and_symptoms(world).passed


def test_holds_in_a_small_world() -> None:
    assert look()


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"mast_cell__h1_stabilisation": 0.3}, id="it stabilises mast cells"),
        pytest.param({"symptoms__h1_flush_shift": 1.0, "symptoms__h1_h2_shift": 1.0}, id="it relieves nobody"),
        pytest.param({"symptoms__montelukast_block": 0.0}, id="montelukast blocks nothing"),
        pytest.param({"symptoms__corticosteroid_shift": 1.5}, id="a corticosteroid helps at once"),
    ],
)
def test_fails_in_a_world_where_it_does_not_hold(changed) -> None:
    assert not look(**changed)
