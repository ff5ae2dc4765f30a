"""Granulysin on a patch against closed forms: a line and a point of release, at steady state and before."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm
from t_cell_worlds import a_patch

from abm.engine.immune_state import COARSE, SIDE, STEP_MIN
from abm.engine.skin_kernel import spread
from abm.parameters.catalog import default_parameters

PLACE_UM = 1000.0 / math.sqrt(25_115.0) * SIDE / COARSE
FADE = math.log(2) / 30.0


def released(sites, steps: int, **overrides: float) -> np.ndarray:
    """Granulysin after so many steps of even release into some places, a half-maximal concentration a step."""
    state, rates = a_patch(**overrides)
    for _ in range(steps):
        state.source[0, sites] += 1.0
        assert spread(state, rates, 0)
    return state.granulysin[0].copy()


@pytest.mark.parametrize("diffusion", [0.5, 1.0, 2.0, 50.0])
def test_granulysin_reaches_as_far_as_the_five_point_stencil_says(diffusion) -> None:
    """From a line, c(x) ∝ cosh((N − ½ − x)·μ) with 2·cosh μ = 2 + k·dx²/D; √(D/k) where dx resolves it."""
    field = released(slice(None, None, COARSE), 400, epidermis__granulysin_diffusion_um2_per_s=diffusion)
    level = field.reshape(COARSE, COARSE)[3]
    mu = math.acosh(1 + FADE * PLACE_UM**2 / (2 * 60 * diffusion))
    expected = np.cosh((COARSE - 0.5 - np.arange(COARSE)) * mu)
    assert level == pytest.approx(expected / expected.sum() / (STEP_MIN * FADE), rel=1e-6)
    reach = math.sqrt(60 * diffusion / FADE)
    assert PLACE_UM / mu == pytest.approx(reach * (1 + (PLACE_UM / reach) ** 2 / 24), rel=0.02)


def losses(diffusion_um2_per_s: float) -> np.ndarray:
    """Matrix A of ``c' = −A·c + release``: exchange between neighbours, nothing through the edges, fading."""
    exchange = 60.0 * diffusion_um2_per_s / PLACE_UM**2
    y, x = np.divmod(np.arange(COARSE**2), COARSE)
    near = (np.abs(y[:, None] - y) + np.abs(x[:, None] - x)) == 1
    return np.diag(exchange * near.sum(axis=1) + FADE) - exchange * near


@pytest.mark.parametrize("source", [0, 3 * COARSE + 4], ids=["corner", "middle"])
@pytest.mark.parametrize("steps", [1, 5, 400], ids=["a step", "five steps", "steady"])
def test_granulysin_of_a_point_source_is_the_closed_form_at_the_default_diffusion(source, steps) -> None:
    """``c(t) = A⁻¹·(1 − e^(−At))·release``: even the first step is exact, as the release is even over it."""
    usual = {f"epidermis__{name}": default_parameters()[f"epidermis.{name}"]
             for name in ("granulysin_diffusion_um2_per_s", "granulysin_half_life_min")}  # fmt: skip
    assert usual["epidermis__granulysin_half_life_min"] == 30.0
    a = losses(usual["epidermis__granulysin_diffusion_um2_per_s"])
    release = np.zeros(COARSE**2)
    release[source] = 1.0 / STEP_MIN
    expected = np.linalg.solve(a, release - expm(-a * STEP_MIN * steps) @ release)
    assert released(source, steps, **usual) == pytest.approx(expected, rel=1e-6, abs=1e-12)
