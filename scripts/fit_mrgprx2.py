"""Fit MRGPRX2 of mast cells to infusions of vancomycin in volunteers (Polk 1988, Healy 1990): a script to copy.

The likelihood is binomial in who reacts; ``--evaluations 0`` only compares the numbers in use. Not medical advice.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile

import numpy as np
from scipy.optimize import minimize
from scipy.stats import binomtest

from abm import load_scenario, run_script, run_study

TRIALS = [
    ("one_hour", "Polk 1988", 9, 11), ("one_hour", "Healy 1990", 8, 10), ("two_hours", "Healy 1990", 3, 10),
    ("half_dose", "Polk 1988", 0, 11),
]  # fmt: skip
FREE = {"mrgprx2.drive": 3.5, "mrgprx2.cell_sd": 1.1}


def reacting(numbers: dict[str, float], patients: int, cells: int) -> dict[str, int]:
    """Return how many volunteers react in each arm of `red_man` that was studied; the same ones for any numbers."""
    study = load_scenario("red_man")
    arms = tuple(arm for arm in study.arms if arm.name in {row[0] for row in TRIALS})
    study = dataclasses.replace(study, arms=arms, parameters={**study.parameters, **numbers})
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run_study(study, patients=patients, cells=cells, out=f"{folder}/run").outcomes
    return outcomes["reacted"].fillna(False).astype(bool).groupby(outcomes["arm"]).sum().to_dict()


def main(words: list[str] | None = None) -> None:
    """Fit, then print simulated and published shares with exact 95 % intervals."""
    parser = argparse.ArgumentParser(description="Fit MRGPRX2 to vancomycin in volunteers.")
    for name, usual in (("patients", 40), ("cells", 8000), ("evaluations", 12)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    given, numbers = parser.parse_args(words), {}

    def misfit(logs: np.ndarray) -> float:
        found = reacting(dict(zip(FREE, np.exp(logs).tolist(), strict=True)), given.patients, given.cells)
        rows = [((found[arm] + 0.5) / (given.patients + 1.0), k, n) for arm, _, k, n in TRIALS]
        return -sum(k * np.log(p) + (n - k) * np.log(1.0 - p) for p, k, n in rows)

    if given.evaluations:
        simplex = np.log([*FREE.values()]) + np.array([[0.0, 0.0], [0.3, 0.0], [0.15, -0.2]])
        options = {"maxfev": given.evaluations, "initial_simplex": simplex}
        found = minimize(misfit, simplex[0], method="Nelder-Mead", options=options)
        numbers = dict(zip(FREE, np.exp(found.x).tolist(), strict=True))
        print(*(f"{name} = {value:.3g}" for name, value in numbers.items()), f"misfit {found.fun:.2f}", sep="; ")
    count = reacting(numbers, given.patients, given.cells)
    for arm, source, k, n in TRIALS:
        low, high = binomtest(k, n).proportion_ci()
        print(f"{arm}: {count[arm]}/{given.patients}; {source} {k}/{n} ({low:.2f} to {high:.2f}). Not medical advice.")


if __name__ == "__main__":
    run_script(main)
