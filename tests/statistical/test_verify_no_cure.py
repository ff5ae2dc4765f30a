"""P9 holds in a small world, and fails where its claim does not hold."""

from __future__ import annotations

import pytest

from abm.studies.cohort import World
from abm.studies.no_cure import difference_interval, p9_no_cure, ratio_interval

SMALL = (36, 200)


def look(**changed: float):
    return p9_no_cure(World(*SMALL, changed={name.replace("__", "."): value for name, value in changed.items()}))


def test_holds_in_a_small_world() -> None:
    found = look()
    assert found.passed, found.detail


COUNTER_EXAMPLES = [
    pytest.param({"slow_immunity__recall_per_d": 5.0}, id="a single day boosts IgE"),
    pytest.param({"slow_immunity__regulation_half": 1e-3, "slow_immunity__regulation_d": 0.5,
                  "slow_immunity__regulation_lasts_after_y": 0.01, "slow_immunity__mast_cell_damping": 50.0},
                 id="a single day calls up regulation that lasts"),
    pytest.param({"mast_cell__memory_rearm_h": 1e5}, id="tolerance lasts for years"),
    pytest.param({"slow_immunity__igg4_half_u_per_ml": 1e9, "slow_immunity__mast_cell_damping": 0.0},
                 id="immunotherapy does nothing"),
    pytest.param({"drugs__omalizumab__ige_dissociation_nm": 1e6}, id="omalizumab binds nothing"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("changed", COUNTER_EXAMPLES)
def test_fails_in_a_world_where_it_does_not_hold(changed: dict[str, float]) -> None:
    assert not look(**changed).passed


def test_intervals_of_ratios_and_differences() -> None:
    assert ratio_interval([2.0, 2.0], [1.0, 1.0]) == pytest.approx((2.0, 2.0, 2.0))
    assert ratio_interval([0.0], [0.0]) == (1.0, 1.0, 1.0)
    middle, low, high = ratio_interval([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    assert middle == pytest.approx(6.0 ** (1 / 3))
    assert low < middle < high
    change, low, high = difference_interval([True] * 40, [True] * 30 + [False] * 10)
    assert change == -0.25
    assert low < -0.3
    assert -0.25 < high < -0.1
    assert difference_interval([True] * 50, [True] * 50)[1] > -0.05
