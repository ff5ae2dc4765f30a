"""Equations of slow immunity against closed forms and limits."""

from __future__ import annotations

import math

import pytest
from scipy.integrate import solve_ivp

from abm.biology.slow_immunity import (
    block_weights,
    divided,
    either,
    followed,
    free_share,
    loaded,
    receptor_level,
    saturation,
    steep,
)


@pytest.mark.parametrize(("rate", "length"), [(1e-6, 0.3), (0.3, 0.36), (2.0, 5.0), (40.0, 10.0)])
def test_pursuit_of_a_straight_line_is_exact(rate: float, length: float) -> None:
    value, start, end = 3.0, 1.0, 7.0
    found = followed(value, start, end, *block_weights(rate, length))
    slope = (end - start) / length
    at_end = end - slope / rate
    exact = at_end + (value - (start - slope / rate)) * math.exp(-rate * length)
    assert found == pytest.approx(exact, rel=1e-9, abs=1e-9)


def test_pursuit_of_a_constant_does_not_depend_on_the_blocks() -> None:
    whole = followed(2.0, 5.0, 5.0, *block_weights(0.4, 9.0))
    value = 2.0
    for _ in range(30):
        value = followed(value, 5.0, 5.0, *block_weights(0.4, 0.3))
    assert value == pytest.approx(whole, rel=1e-13)
    assert whole == pytest.approx(5.0 - 3.0 * math.exp(-3.6), rel=1e-13)


def test_a_rate_of_nothing_keeps_everything() -> None:
    assert followed(2.5, 9.0, 9.0, *block_weights(0.0, 1.0)) == 2.5


@pytest.mark.parametrize("ige", [1e-6, 0.8, 30.0])
@pytest.mark.parametrize("antibody", [0.0, 1e-6, 1.0, 200.0])
def test_free_share_keeps_the_law_of_mass_action(ige: float, antibody: float) -> None:
    share = free_share(ige, antibody, 1.07)
    bound = ige * (1.0 - share)
    assert 0.0 <= share <= 1.0
    assert ige * share * (antibody - bound) == pytest.approx(1.07 * bound, rel=1e-6, abs=1e-12)
    if antibody == 0.0:
        assert share == 1.0


def test_published_levels_of_anti_ige_leave_a_hundredth() -> None:
    """A hundred times Kd of antibody in excess: free IgE −99 % (MacGlashan 1997)."""
    assert free_share(0.8, 107.0, 1.07) == pytest.approx(1.0 / 101.0, rel=0.02)


def test_limits_of_the_saturating_responses() -> None:
    assert saturation(0.0, 1.0) == steep(0.0, 1.0) == 0.0
    assert saturation(2.0, 2.0) == steep(2.0, 2.0) == divided(2.0, 2.0) == 0.5
    assert steep(0.1, 0.4) < 0.02 < saturation(0.1, 0.4)
    assert divided(0.0, 1.0) == 1.0
    assert either(0.0, 0.0) == 0.0
    assert either(1.0, 0.3) == either(0.3, 1.0) == 1.0
    assert either(0.5, 0.5) == 0.75


def test_receptors_of_a_cell_follow_free_ige() -> None:
    assert receptor_level(0.0, 96.0, 0.02) == 0.02
    assert receptor_level(96.0, 96.0, 0.0) == 0.5
    assert receptor_level(1e9, 96.0, 0.02) == pytest.approx(1.0)
    assert loaded(0.0, 0.0, 96.0, 0.02, 8.0) == 0.0
    assert loaded(64.0, 6.4, 96.0, 0.02, 8.0) == pytest.approx(
        receptor_level(64.0, 96.0, 0.02) * 64.0 / 72.0 * 0.1, rel=1e-12
    )


def test_a_chain_of_pursuits_has_the_shape_of_its_erlang_law() -> None:
    """Four stages of 3 days: what has left them after t days is the Erlang distribution function."""
    step, stages = 0.05, [1.0, 0.0, 0.0, 0.0]
    weights = block_weights(1.0 / 3.0, step)
    for _ in range(round(12.0 / step)):
        start = end = 0.0
        for i, before in enumerate(stages):
            stages[i] = followed(before, start, end, *weights)
            start, end = before, stages[i]
    x = 12.0 / 3.0
    still = math.exp(-x) * sum(x**k / math.factorial(k) for k in range(4))
    assert sum(stages) == pytest.approx(still, rel=1e-3)
    exact = solve_ivp(
        lambda t, y: [-y[0] / 3, (y[0] - y[1]) / 3, (y[1] - y[2]) / 3, (y[2] - y[3]) / 3],
        (0.0, 12.0), [1.0, 0.0, 0.0, 0.0], rtol=1e-9, atol=1e-12,
    )  # fmt: skip
    assert stages == pytest.approx(list(exact.y[:, -1]), rel=1e-3)
