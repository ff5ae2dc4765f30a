"""The drug field of a tissue patch: capillaries on a lattice, free drug in between, mast cells at sites."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit

from abm.biology.tissue_field import steady_site
from abm.random_streams import Stream, uniforms

SIDE = 48
SITE_UM = 10.0


@njit(nogil=True, cache=True, error_model="numpy")
def steady_field(exchange, diffusion_per_site, loss, sweeps):
    """Relative drug level on a square lattice in balance, plasma = 1, no flux through its edges.

    Parameters
    ----------
    exchange : ndarray of float64, shape (side, side)
        Exchange with plasma of each site, 1/s; zero without a capillary.
    diffusion_per_site, loss : float
        D/dx² and λ, 1/s.
    sweeps : int
        Largest number of Gauss–Seidel sweeps with over-relaxation 1.8; stops at a change below 1e-7.
    """
    side = exchange.shape[0]
    level = np.ones_like(exchange)
    for _ in range(sweeps):
        change = 0.0
        for y in range(side):
            for x in range(side):
                total, neighbours = 0.0, 0.0
                if y > 0:
                    total += level[y - 1, x]
                    neighbours += 1.0
                if y < side - 1:
                    total += level[y + 1, x]
                    neighbours += 1.0
                if x > 0:
                    total += level[y, x - 1]
                    neighbours += 1.0
                if x < side - 1:
                    total += level[y, x + 1]
                    neighbours += 1.0
                balanced = steady_site(total, neighbours, exchange[y, x], diffusion_per_site, loss)
                step = 1.8 * (balanced - level[y, x])
                level[y, x] += step
                change = max(change, abs(step))
        if change < 1e-7:
            break
    return level


@njit(nogil=True, cache=True, error_model="numpy")
def place_capillaries(distance_sites, exchange_per_s, side, patient, organ, seed, stream):
    """Capillaries at random sites, on average one in a square of `distance_sites`; at least one."""
    exchange = np.zeros((side, side))
    for site in range(side * side):
        chance = uniforms(site + side * side * organ, 0, patient, stream, seed, 0)[0]
        if chance < 1.0 / (distance_sites * distance_sites):
            exchange[site // side, site % side] = exchange_per_s
    middle = side // 2
    if exchange.sum() == 0.0:
        exchange[middle, middle] = exchange_per_s
    return exchange


@lru_cache(maxsize=1024)
def patch_field(
    distance_um: float,
    exchange_per_s: float,
    diffusion_um2_per_s: float,
    loss_per_s: float,
    patient: int,
    organ: int,
    seed: int,
) -> np.ndarray:
    """Drug level relative to the patch's mean, flattened, shape (side²,); read-only."""
    exchange = place_capillaries(
        distance_um / SITE_UM, exchange_per_s, SIDE, patient, organ, seed, int(Stream.CELL_PLACE)
    )
    level = steady_field(exchange, diffusion_um2_per_s / SITE_UM**2, loss_per_s, 4000)
    relative = (level / level.mean()).ravel()
    relative.setflags(write=False)
    return relative
