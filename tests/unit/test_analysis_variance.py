"""The nested analysis of variance against sums made by hand, and against drawn numbers of known spread."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import nested_variance


def balanced(groups: float, patients: float, chance: float) -> np.ndarray:
    """Two groups at ± one number, two patients at ± another around each, two replicates at ± a third."""
    signs = np.array([-1.0, 1.0])
    return groups * signs[:, None, None] + patients * signs[None, :, None] + chance * signs[None, None, :]


def test_two_of_each_give_what_the_sums_of_squares_say() -> None:
    # Mean squares: within 2c², between patients 4b², between groups 8a²; then p = 2b² - c² and g = 2a² - b².
    split = nested_variance(balanced(5.0, 3.0, 1.0))
    assert split.chance == pytest.approx(2.0)
    assert split.patients == pytest.approx(2 * 9.0 - 1.0)
    assert split.groups == pytest.approx(2 * 25.0 - 9.0)
    assert split.total == pytest.approx(2.0 + 17.0 + 41.0)
    assert split.shares == pytest.approx((41.0 / 60.0, 17.0 / 60.0, 2.0 / 60.0))


def test_a_component_below_zero_is_zero() -> None:
    split = nested_variance(balanced(0.0, 0.1, 3.0))
    assert (split.groups, split.patients) == (0.0, 0.0)
    assert split.chance == pytest.approx(18.0)


def test_drawn_numbers_of_known_spread_are_recovered() -> None:
    dice = np.random.default_rng(5)
    shape = (400, 6, 3)
    values = (
        dice.normal(0.0, 2.0, shape[:1])[:, None, None]
        + dice.normal(0.0, 1.0, shape[:2])[:, :, None]
        + dice.normal(10.0, 0.5, shape)
    )
    split = nested_variance(values)
    # Standard errors of the components at this size: 0.30, 0.033 and 0.004.
    assert split.groups == pytest.approx(4.0, abs=0.9)
    assert split.patients == pytest.approx(1.0, abs=0.1)
    assert split.chance == pytest.approx(0.25, abs=0.015)


def test_where_nothing_varies_there_are_no_shares() -> None:
    split = nested_variance(np.ones((3, 3, 2)))
    assert split.total == 0.0
    assert np.isnan(split.shares).all()


@pytest.mark.parametrize(
    "values", [np.ones((3, 3)), np.ones((1, 3, 2)), np.ones((3, 3, 1)), np.full((2, 2, 2), np.nan)]
)
def test_what_cannot_be_split_is_refused(values) -> None:
    with pytest.raises(ValueError, match=r"at least 2|must have a value"):
        nested_variance(values)
