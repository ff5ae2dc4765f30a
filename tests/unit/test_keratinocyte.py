"""A keratinocyte's rules: printed formulas, borders, and that they move the way they should."""

from __future__ import annotations

import numpy as np
import pytest

from abm.biology.keratinocyte import armed, bystander_per_min, damage_signal, engages

LEVEL = np.logspace(-3, 3, 301)


def test_granulysin_is_steep_and_half_maximal_at_one() -> None:
    assert bystander_per_min(0.0, 0.1) == 0.0
    assert bystander_per_min(1.0, 0.1) == 0.05
    assert bystander_per_min(0.02, 0.1) / bystander_per_min(0.01, 0.1) == pytest.approx(8.0, rel=1e-5)
    assert bystander_per_min(1e3, 0.1) == pytest.approx(0.1, rel=1e-8)
    assert (np.diff(bystander_per_min(LEVEL, 0.1)) > 0).all()


def test_dying_neighbours_arm_t_cells() -> None:
    assert armed(0.0, 0.05, 0.03) == 0.05
    assert armed(0.03, 0.05, 0.03) == pytest.approx(0.525, rel=1e-14)
    assert armed(1.0, 0.05, 0.03) == pytest.approx(0.05 + 0.95 / 1.03, rel=1e-14)
    assert armed(0.5, 1.0, 0.03) == 1.0


def test_killing_takes_little_antigen() -> None:
    assert engages(0.0, 2e-3, 0.3) == 0.0
    assert engages(2e-3, 2e-3, 0.3) == 0.15
    assert engages(1.0, 2e-3, 0.3) == pytest.approx(0.3 / 1.002, rel=1e-14)


def test_the_damage_signal_is_half_at_its_half_saturation() -> None:
    assert damage_signal(0.0, 0.05) == 0.0
    assert damage_signal(0.05, 0.05) == 0.5
    assert damage_signal(1.0, 0.05) == pytest.approx(1.0 / 1.05, rel=1e-14)
