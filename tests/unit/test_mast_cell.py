"""Signalling of one cell: limits, adaptation, fold-change detection, threshold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from abm.biology import mast_cell

F32 = np.float32


def recruited(links: float, pool: float) -> float:
    return float(mast_cell.ship1_recruited.py_func(F32(links), F32(pool)))


def memory(w: float, target: float, lock: float, rearm: float, hold: float, links: float) -> float:
    return float(mast_cell.memory_after.py_func(F32(w), F32(target), F32(lock), F32(rearm), F32(hold), F32(links)))


def net(links: float, ship1: float, activation: float = 25.0, syk: float = 1.0) -> float:
    return float(mast_cell.net_signal.py_func(F32(links), F32(ship1), F32(activation), F32(syk)))


def hazard(calcium: float, threshold: float = 4.5, top: float = 0.5, graded: float = 0.0) -> float:
    return float(mast_cell.release_hazard.py_func(F32(calcium), F32(threshold), F32(top), F32(graded)))


def test_ship1_follows_few_links_and_is_finite_for_many() -> None:
    assert recruited(10.0, 1e6) == pytest.approx(10.0, rel=1e-4)
    assert recruited(2500.0, 2500.0) == pytest.approx(1250.0, rel=1e-6)
    assert recruited(1e9, 2500.0) == pytest.approx(2500.0, rel=1e-4)
    assert recruited(0.0, 0.0) == 0.0
    assert recruited(100.0, 0.0) == 0.0
    values = [recruited(links, 2500.0) for links in np.logspace(0, 5, 50)]
    assert np.all(np.diff(values) > 0)


def test_memory_locks_exponentially() -> None:
    w, share = 0.0, -math.expm1(-1.0 / 90.0)
    for _ in range(90):
        w = memory(w, 100.0, share, 1.0 / 1680.0, 0.2, 150.0)
    assert w == pytest.approx(100.0 * (1 - math.exp(-1.0)), rel=1e-5)


def test_memory_fades_exponentially_without_links_and_waits_with_them() -> None:
    free = held = half = 100.0
    for _ in range(1680):
        free = memory(free, 0.0, 0.01, 1.0 / 1680.0, 0.2, 0.0)
        half = memory(half, 0.0, 0.01, 1.0 / 1680.0, 0.2, 0.2)
        held = memory(held, 0.0, 0.01, 1.0 / 1680.0, 0.2, 20.0)
    assert free == pytest.approx(100.0 * math.exp(-1.0), rel=1e-4)
    assert half == pytest.approx(100.0 * math.exp(-0.5), rel=1e-4)
    assert held == pytest.approx(100.0 * math.exp(-0.2 / 20.2), rel=1e-4)


@pytest.mark.parametrize("x", [1e-6, 0.001, 0.04])
def test_the_short_form_of_fading_is_close_to_the_exponential(x) -> None:
    assert 1 - memory(1.0, 0.0, 0.5, x, 1.0, 0.0) == pytest.approx(-math.expm1(-x), rel=max(x * x / 6, 0.08))
    assert memory(1.0, 0.0, 0.5, x, 1.0, 0.0) == pytest.approx(math.exp(-x), abs=max(x**3 / 6, 2e-7))


def test_memory_between_its_targets_never_overshoots() -> None:
    for w, target in ((0.0, 10.0), (10.0, 0.0), (5.0, 5.0)):
        for rearm in (1e-4, 0.5, 50.0):
            assert min(w, target) <= memory(w, target, 0.9, rearm, 0.2, 0.0) or rearm > 2.0
    assert memory(7.0, 7.0, 0.3, 0.3, 0.2, 0.0) == 7.0


def test_net_signal_is_zero_once_adapted_and_fold_change_on_a_ramp() -> None:
    assert net(100.0, 100.0) == 0.0
    assert net(50.0, 100.0) == 0.0
    assert net(112.5, 0.0) == pytest.approx(4.5)
    assert net(112.5, 0.0, syk=0.5) == pytest.approx(2.25)
    assert net(2e6, 1e6) == pytest.approx(1.0, rel=1e-4), "a doubling above SHIP-1 gives 1 whatever the level"
    assert net(2e3, 1e3) == pytest.approx(1.0, rel=0.03)
    for level in (1e4, 1e5, 1e6):
        tau, doubling = 11.7, 15.0
        growth = math.log(2.0) / doubling
        lag = level / (1.0 + growth * tau)
        assert net(level, lag) == pytest.approx(growth * tau, rel=0.01), "relative growth over SHIP-1's time"


def test_hazard_is_half_at_the_threshold_and_steep_around_it() -> None:
    assert hazard(4.5) == pytest.approx(0.25)
    assert hazard(4.5 * 0.5) < 0.5e-5
    assert hazard(4.5 * 0.6) < 2e-5, "what the choice of steps relies on"
    assert hazard(9.0) == pytest.approx(0.5, rel=1e-5)
    assert hazard(0.0) == 0.0
    assert hazard(1e9) == pytest.approx(0.5)
    for ratio in (0.7, 0.9, 1.1, 1.4):
        assert hazard(4.5 * ratio) == pytest.approx(0.5 / (1 + ratio**-20.0), rel=1e-5)


def test_graded_release_is_in_proportion_to_calcium() -> None:
    assert hazard(1.0, graded=0.1) == pytest.approx(0.1, rel=1e-3)
    assert hazard(2.0, graded=0.1) == pytest.approx(0.2, rel=1e-3)
