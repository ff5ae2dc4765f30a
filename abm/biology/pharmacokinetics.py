"""Disposition of a drug: linear compartments."""

from __future__ import annotations

import numpy as np

CENTRAL, PERIPHERAL, ADDUCT, GUT, METABOLITE = 0, 1, 2, 3, 4
STATES = 5


def rate_matrix(
    elimination_per_min: float,
    to_peripheral: float,
    from_peripheral: float,
    adduct_per_min: float,
    absorption_per_min: float = 0.0,
    formation_per_min: float = 0.0,
    metabolite_per_min: float = 0.0,
) -> np.ndarray:
    """Rates of change of central and peripheral amount, adduct, amount in the gut and of metabolite, per minute.

    Parameters
    ----------
    elimination_per_min, to_peripheral, from_peripheral : float
        k10, k12 and k21 of a one- or two-compartment model, 1/min.
    adduct_per_min : float
        Turnover of the labile adduct, 1/min.
    absorption_per_min : float
        ka of a swallowed dose, 1/min; the gut holds what will be absorbed, so bioavailability is put on the dose.
    formation_per_min, metabolite_per_min : float
        Metabolite formed, mg per mg of drug in the central compartment and minute (part of what is eliminated, times
        the ratio of molar masses), and its elimination, 1/min.

    Returns
    -------
    ndarray, shape (5, 5)
        ``x' = M·x + (infusion rate, 0, 0, 0, 0)``. The third state is the labile adduct in units of the central
        amount with which it is in balance: ``A' = k_A·(central − A)``. It takes nothing from the drug (a trace).
    """
    return np.array(
        [
            [-(elimination_per_min + to_peripheral), from_peripheral, 0.0, absorption_per_min, 0.0],
            [to_peripheral, -from_peripheral, 0.0, 0.0, 0.0],
            [adduct_per_min, 0.0, -adduct_per_min, 0.0, 0.0],
            [0.0, 0.0, 0.0, -absorption_per_min, 0.0],
            [formation_per_min, 0.0, 0.0, 0.0, -metabolite_per_min],
        ]
    )


def with_integral(rates: np.ndarray, compartment: int) -> np.ndarray:
    """Rates with one more state, the time integral of `compartment`; shape (n + 1, n + 1)."""
    n = rates.shape[0]
    extended = np.zeros((n + 1, n + 1))
    extended[:n, :n] = rates
    extended[n, compartment] = 1.0
    return extended


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
