"""MRGPRX2: the receptor by which some drugs open a mast cell without IgE."""

from __future__ import annotations

import numpy as np
from numba import njit

F32 = np.float32


@njit(inline="always", error_model="numpy")
def agonist_response(level):
    """Share of the largest response to an agonist: ``x²/(1 + x²)``, x its free concentration over the EC50.

    Hill's equation with a fixed exponent of 2, so that it costs a multiplication and a division. It knows the
    concentration at the cell, not the rate at which the drug runs in. With the threshold of release behind it, the
    number of cells that fire rises about with the fourth power of the concentration where few do.
    """
    level = level if level < F32(1e9) else F32(1e9)
    squared = level * level
    return squared / (F32(1.0) + squared)


@njit(inline="always", error_model="numpy")
def joint_level(first, second, synergy):
    """Level of two agonists at one receptor: ``x₁ + x₂ + α·x₁·x₂``.

    With α = 0 one agonist does what its equivalent of the other would do (additivity of Loewe). With α > 0 each lowers
    the concentration that is needed of the other; an agonist alone is not changed. The response surface of Greco, Park
    and Rustum (1990) for two agonists of equal slope, solved for the level.

    Parameters
    ----------
    first, second : float
        Free concentration of each over its EC50.
    synergy : float
        α, 0 or more.
    """
    return first + second + synergy * first * second


@njit(inline="always", error_model="numpy")
def kept_after(loss):
    """e^(−loss) for loss ≥ 0 in float32, from arithmetic alone, so that a loop around it vectorises.

    The (2,2) Padé form at an eighth of the loss, squared three times; the error is below 2e-5 up to a loss of 8, beyond
    which e⁻⁸ is returned.
    """
    y = F32(0.125) * (loss if loss < F32(8.0) else F32(8.0))
    even = F32(1.0) + y * y * F32(1.0 / 12.0)
    odd = F32(0.5) * y
    share = (even - odd) / (even + odd)
    share = share * share
    share = share * share
    return share * share


@njit(inline="always", error_model="numpy")
def tachyphylaxis_after(lost, response, desensitised, recovered):
    """Share of the cell's MRGPRX2 that does not signal, after a step.

    ``T' = k_d·H·(1 − T) − k_r·T``: receptors in use are taken off the surface (β-arrestin), and come back. Exact for a
    constant response H: T relaxes to k_d·H/(k_d·H + k_r) with the rate k_d·H + k_r. Cross-links of IgE have no part in
    it, and SHIP-1 none.

    Parameters
    ----------
    lost : float32
        T, 0 to 1.
    response : float32
        H from `agonist_response`.
    desensitised, recovered : float32
        k_d·dt and k_r·dt.
    """
    loss = response * desensitised
    total = loss + recovered
    balance = loss / (total + F32(1e-30))
    return balance + (lost - balance) * kept_after(total)


@njit(inline="always", error_model="numpy")
def mrgprx2_drive(expression, response, lost):
    """What MRGPRX2 adds to the signal that drives calcium: ``D·E·H·(1 − T)``.

    Parameters
    ----------
    expression : float32
        D·E: the drive at a full response in a cell of median expression, times this cell's expression.
    response, lost : float32
        H and T.
    """
    return expression * response * (F32(1.0) - lost)
