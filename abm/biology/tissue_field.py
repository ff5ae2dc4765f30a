"""Free drug between capillaries."""

from __future__ import annotations

from numba import njit


@njit(inline="always", error_model="numpy")
def steady_site(neighbour_sum, neighbours, exchange, diffusion_per_site, loss):
    """Relative drug level at a lattice site in balance with its neighbours.

    The steady state of ``c' = D∇²c + P(1 − c) − λc`` on a square lattice, solved for the site:
    ``c = (D/dx²·Σ neighbours + P) / (D/dx²·n + P + λ)`` with plasma = 1, P the exchange of a site with a capillary
    (0 elsewhere) and λ the loss. Diffusion over 100 µm takes seconds, while plasma changes over minutes: hence steady.
    """
    return (diffusion_per_site * neighbour_sum + exchange) / (diffusion_per_site * neighbours + exchange + loss)
