"""The drug field of a tissue patch."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import spsolve

from abm.biology.tissue_field import steady_site
from abm.engine.field import SIDE, patch_field, place_capillaries, steady_field
from abm.parameters.catalog import default_parameters
from abm.random_streams import Stream

PLACE = int(Stream.CELL_PLACE)


def exact_field(exchange: np.ndarray, diffusion: float, loss: float) -> np.ndarray:
    """Steady state by a direct sparse solution."""
    side = exchange.shape[0]
    sites = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate([np.stack([sites[:-1].ravel(), sites[1:].ravel()], 1),
                            np.stack([sites[:, :-1].ravel(), sites[:, 1:].ravel()], 1)])  # fmt: skip
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    links = csr_array((np.full(len(pairs), diffusion), pairs.T), shape=(side * side, side * side))
    system = diags_array(links.sum(axis=1) + exchange.ravel() + loss) - links
    return spsolve(system.tocsc(), exchange.ravel()).reshape(side, side)


@pytest.mark.parametrize(("distance", "diffusion", "loss"), [(5.0, 3.0, 0.002), (10.0, 3.0, 0.02), (3.0, 10.0, 0.0)])
def test_field_equals_a_direct_solution(distance, diffusion, loss) -> None:
    exchange = place_capillaries(distance, 0.5, 24, 5, 0, 1, PLACE)
    found = steady_field(exchange, diffusion, loss, 20_000)
    assert found == pytest.approx(exact_field(exchange, diffusion, loss), abs=2e-4)


def test_without_loss_every_site_has_the_plasma_level() -> None:
    exchange = place_capillaries(6.0, 0.5, 16, 1, 0, 1, PLACE)
    assert steady_field(exchange, 3.0, 0.0, 4000) == pytest.approx(np.ones((16, 16)), abs=1e-6)


def test_a_site_is_the_balance_of_its_flows() -> None:
    level = steady_site(2.0, 4.0, 0.5, 3.0, 0.1)
    assert 3.0 * (2.0 - 4.0 * level) + 0.5 * (1.0 - level) - 0.1 * level == pytest.approx(0.0, abs=1e-12)
    assert steady_site(0.0, 0.0, 0.5, 3.0, 0.0) == 1.0


def test_levels_fall_with_the_distance_from_a_capillary() -> None:
    exchange = np.zeros((15, 15))
    exchange[7, 7] = 0.5
    row = steady_field(exchange, 3.0, 0.01, 4000)[7, 7:]
    assert np.all(np.diff(row) < 0)
    assert 0.0 < row[-1] < row[0] < 1.0


def test_capillaries_are_as_dense_as_asked_and_never_none() -> None:
    counts = [np.count_nonzero(place_capillaries(10.0, 0.5, 48, n, 0, 1, PLACE)) for n in range(40)]
    assert abs(np.mean(counts) - 23.04) < 4 * np.sqrt(23.04 / 40)
    assert np.count_nonzero(place_capillaries(1e4, 0.5, 8, 0, 0, 1, PLACE)) == 1
    patches = [place_capillaries(5.0, 0.5, 48, 0, organ, 1, PLACE).tobytes() for organ in range(3)]
    assert len(set(patches)) == 3, "each organ has its own vessels"


def test_a_patch_is_relative_to_its_mean_and_cannot_be_changed() -> None:
    p = default_parameters()
    level = patch_field(
        p["tissue.capillary_distance_skin_um"], p["tissue.capillary_exchange_per_s"],
        p["tissue.drug_diffusion_um2_per_s"], p["tissue.tissue_loss_per_s"], 0, 0, 1,
    )  # fmt: skip
    assert level.shape == (SIDE * SIDE,)
    assert level.mean() == pytest.approx(1.0, rel=1e-12)
    assert level.min() < 0.98 < 1.01 < level.max()
    with pytest.raises(ValueError, match="read-only"):
        level[0] = 1.0
