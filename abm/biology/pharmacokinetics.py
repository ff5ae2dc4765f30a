"""Disposition of a drug: linear compartments."""

from __future__ import annotations

import numpy as np

CENTRAL, PERIPHERAL, ADDUCT = 0, 1, 2


def rate_matrix(
    elimination_per_min: float, to_peripheral: float, from_peripheral: float, adduct_per_min: float
) -> np.ndarray:
    """Rates of change of (central amount, peripheral amount, adduct), per minute.

    Parameters
    ----------
    elimination_per_min, to_peripheral, from_peripheral : float
        k10, k12 and k21 of a one- or two-compartment model, 1/min.
    adduct_per_min : float
        Turnover of the labile adduct, 1/min.

    Returns
    -------
    ndarray, shape (3, 3)
        ``x' = M·x + (infusion rate, 0, 0)``. The third state is the labile adduct in units of the central amount
        with which it is in balance: ``A' = k_A·(central − A)``. It takes nothing from the drug (a trace).
    """
    return np.array(
        [
            [-(elimination_per_min + to_peripheral), from_peripheral, 0.0],
            [to_peripheral, -from_peripheral, 0.0],
            [adduct_per_min, 0.0, -adduct_per_min],
        ]
    )


def step_matrices(rates: np.ndarray, base_min: float, doublings: int) -> np.ndarray:
    """Exact propagators of ``x' = M·x + r·e₀`` over base·2^k minutes for a constant infusion rate r.

    Parameters
    ----------
    rates : ndarray, shape (n, n)
        M, per minute.
    base_min : float
        Shortest step, minutes.
    doublings : int
        Number of steps, each twice as long as the one before.

    Returns
    -------
    ndarray, shape (doublings, n, n + 1)
        First n columns: exp(M·dt); last: response to a unit infusion rate. The exponential of the augmented matrix
        by scaling and squaring of its Taylor series (plain sums and products, so equal bits everywhere).
    """
    n = rates.shape[0]
    augmented = np.zeros((n + 1, n + 1))
    augmented[:n, :n] = rates * base_min
    augmented[0, n] = base_min
    squarings = max(0, int(np.ceil(np.log2(max(np.abs(augmented).sum(axis=1).max(), 1e-12)))) + 8)
    small = augmented * 0.5**squarings
    power = np.eye(n + 1)
    total = np.eye(n + 1)
    for k in range(1, 9):
        power = _product(power, small) / k
        total = total + power
    for _ in range(squarings):
        total = _product(total, total)
    steps = np.empty((doublings, n, n + 1))
    for k in range(doublings):
        steps[k] = total[:n]
        total = _product(total, total)
    return steps


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Matrix product summed in a fixed order (BLAS orders differ between machines)."""
    out = np.zeros_like(a)
    for k in range(a.shape[0]):
        out += a[:, k : k + 1] * b[k : k + 1, :]
    return out


def infusion_peak(steps: np.ndarray, minutes_per_step: float, rate: float, infusion_min: float) -> np.ndarray:
    """State at the end of an infusion of constant `rate` from rest, shape (n,); `steps` is one propagator."""
    state = np.zeros(steps.shape[0])
    for _ in range(round(infusion_min / minutes_per_step)):
        state = (steps[:, :-1] * state).sum(axis=1) + steps[:, -1] * rate
    return state
