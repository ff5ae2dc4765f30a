"""Disposition of a drug: linear compartments."""

from __future__ import annotations

import numpy as np
from numba import njit

CENTRAL, PERIPHERAL, ADDUCT, GUT, METABOLITE, PERIPHERAL_2, DEPOT = 0, 1, 2, 3, 4, 5, 6
STATES = 7


def rate_matrix(
    elimination_per_min: float,
    to_peripheral: float,
    from_peripheral: float,
    adduct_per_min: float,
    absorption_per_min: float = 0.0,
    formation_per_min: float = 0.0,
    metabolite_per_min: float = 0.0,
    to_peripheral_2: float = 0.0,
    from_peripheral_2: float = 0.0,
    depot_per_min: float = 0.0,
) -> np.ndarray:
    """Rates of change of what the body holds of a drug, per minute.

    Parameters
    ----------
    elimination_per_min, to_peripheral, from_peripheral, to_peripheral_2, from_peripheral_2 : float
        k10, k12, k21, k13 and k31 of a model of one to three compartments, 1/min; both peripheral compartments exchange
        with the central one.
    adduct_per_min : float
        Turnover of the labile adduct, 1/min.
    absorption_per_min, depot_per_min : float
        Absorption of a swallowed dose and of one injected into a muscle, 1/min; gut and depot hold what will be
        absorbed, so bioavailability is put on the dose.
    formation_per_min, metabolite_per_min : float
        Metabolite formed, mg per mg of drug in the central compartment and minute (part of what is eliminated, times
        the ratio of molar masses), and its elimination, 1/min.

    Returns
    -------
    ndarray, shape (7, 7)
        ``x' = M·x + (infusion rate, 0, …)`` for central and peripheral amount, adduct, amount in the gut, metabolite,
        second peripheral amount and amount in the muscle. The third state is the labile adduct in units of the central
        amount with which it is in balance: ``A' = k_A·(central − A)``. It takes nothing from the drug (a trace).
    """
    rates = np.zeros((STATES, STATES))
    rates[CENTRAL, CENTRAL] = -(elimination_per_min + to_peripheral + to_peripheral_2)
    rates[CENTRAL, PERIPHERAL], rates[PERIPHERAL, CENTRAL] = from_peripheral, to_peripheral
    rates[CENTRAL, PERIPHERAL_2], rates[PERIPHERAL_2, CENTRAL] = from_peripheral_2, to_peripheral_2
    rates[CENTRAL, GUT], rates[CENTRAL, DEPOT] = absorption_per_min, depot_per_min
    rates[ADDUCT, CENTRAL], rates[METABOLITE, CENTRAL] = adduct_per_min, formation_per_min
    lost = (from_peripheral, adduct_per_min, absorption_per_min, metabolite_per_min, from_peripheral_2, depot_per_min)
    for state, rate in enumerate(lost, start=PERIPHERAL):
        rates[state, state] = -rate
    return rates


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


@njit(nogil=True, cache=True, error_model="numpy")
def amount_after(step, x, i, rate):
    """State `i` of a drug after a step with propagator `step`, from all its states `x` and an infusion of `rate`."""
    return (
        step[i, 0] * x[0] + step[i, 1] * x[1] + step[i, 2] * x[2] + step[i, STATES] * rate
        + step[i, 3] * x[3] + step[i, 4] * x[4] + step[i, 5] * x[5] + step[i, 6] * x[6]
    )  # fmt: skip


@njit(nogil=True, cache=True, error_model="numpy")
def amounts_after(step, x, rate):
    """All seven states of a drug after a step."""
    return (
        amount_after(step, x, 0, rate), amount_after(step, x, 1, rate), amount_after(step, x, 2, rate),
        amount_after(step, x, 3, rate), amount_after(step, x, 4, rate), amount_after(step, x, 5, rate),
        amount_after(step, x, 6, rate),
    )  # fmt: skip


@njit(nogil=True, cache=True, error_model="numpy")
def exposure_over(step, x, rate):
    """Integral of exposure to a drug over a step, in minutes at the therapeutic level (exact)."""
    return (
        step[0] * x[0] + step[1] * x[1] + step[2] * x[2] + step[3] * x[3] + step[4] * x[4]
        + step[STATES] * rate + step[5] * x[5] + step[6] * x[6]
    )  # fmt: skip


def infusion_peak(steps: np.ndarray, minutes_per_step: float, rate: float, infusion_min: float) -> np.ndarray:
    """State at the end of an infusion of constant `rate` from rest, shape (n,); `steps` is one propagator."""
    state = np.zeros(steps.shape[0])
    for _ in range(round(infusion_min / minutes_per_step)):
        state = (steps[:, :-1] * state).sum(axis=1) + steps[:, -1] * rate
    return state
