"""Cross-linking of IgE-FcεRI by a multivalent antigen, and the loss and return of receptors."""

from __future__ import annotations

import numpy as np
from numba import njit

F32 = np.float32


@njit(inline="always", error_model="numpy")
def bound_product(antigen, hapten):
    """Product b(1−b) of bound and free sites, as it enters cross-linking.

    Parameters
    ----------
    antigen : float32
        K·C of the adduct with K its *whole-ligand* binding constant (twice the single-site one); dimensionless.
    hapten : float32
        Ka·B of free monovalent drug; dimensionless. Occupies sites and bridges none.

    Notes
    -----
    ``KC / (1 + KC + Ka·B)²``: the b(1−b) of Dembo & Goldstein (1978), with 1 + KC replaced by 1 + KC + Ka·B in the
    presence of a blocking hapten. Largest at KC = 1 + Ka·B.
    """
    free = F32(1.0) / (F32(1.0) + antigen + hapten)
    return antigen * free * free


@njit(inline="always", error_model="numpy")
def crosslinked_fraction(product, crosslinking, receptors):
    """Fraction of `receptors` in cross-links at equilibrium.

    Parameters
    ----------
    product : float32
        b(1−b) from `bound_product`.
    crosslinking : float32
        K2 for each receptor of the cell (per receptor), so that K2·S0 = crosslinking × receptors.
    receptors : float32
        Specific IgE-FcεRI on the surface, per cell.

    Notes
    -----
    ``p = (1 + 2d − √(1 + 4d)) / 2d`` with ``d = b(1−b)·K2·S0`` (Dembo & Goldstein 1978; K2 m S = 2M convention),
    written as ``2d / (1 + 2d + √(1 + 4d))``, which loses no digits where d is small.
    """
    d = product * crosslinking * receptors
    return F32(2.0) * d / (F32(1.0) + F32(2.0) * d + np.sqrt(F32(1.0) + F32(4.0) * d))


@njit(inline="always", error_model="numpy")
def receptors_moved(crosslinks, inside, internalised_per_link, share_returned):
    """Net number of receptors that leave the surface in a step (negative: they return).

    Aggregates are internalised with a rate in proportion to cross-links; receptors inside return and are reloaded
    with IgE exponentially. Both factors are already those of the step.
    """
    return crosslinks * internalised_per_link - inside * share_returned
