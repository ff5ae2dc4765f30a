"""Fit MRGPRX2 of mast cells to infusions of vancomycin in volunteers (Polk 1988, Healy 1990): a script to copy.

Two numbers are free: the drive at a full response, and how much cells differ. The likelihood is binomial in who
reacts. ``python scripts/fit_mrgprx2.py --patients 60 --cells 4000`` takes minutes; ``--evaluations 0`` only compares the
numbers in use. Research and teaching software, not medical advice.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from collections import Counter

import numpy as np
from scipy.optimize import minimize
from scipy.stats import binomtest

from abm import load_scenario, run_study

PUBLISHED = {
    "one_hour": [("Polk 1988", 9, 11), ("Healy 1990", 8, 10)], "two_hours": [("Healy 1990", 3, 10)],
    "half_dose": [("Polk 1988", 0, 11)],
}  # fmt: skip
FREE = {"mrgprx2.drive": 4.5, "mrgprx2.cell_sd": 1.1}


def reacting(numbers: dict[str, float], patients: int, cells: int) -> Counter[str]:
    """Return how many volunteers react in each arm of `red_man` that was studied; the same ones for any numbers."""
    study = load_scenario("red_man")
    arms = tuple(
        dataclasses.replace(arm, reference=arm.name == "one_hour") for arm in study.arms if arm.name in PUBLISHED
    )
    study = dataclasses.replace(study, arms=arms, parameters={**study.parameters, **numbers})
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run_study(study, patients=patients, cells=cells, out=f"{folder}/run").outcomes
    return Counter(outcomes.loc[outcomes["reacted"].fillna(False).astype(bool), "arm"])


def main(words: list[str] | None = None) -> None:
    """Fit, then print simulated and published shares with exact 95 % intervals."""
    parser = argparse.ArgumentParser(description="Fit MRGPRX2 to vancomycin in volunteers.")
    for name, usual in (("patients", 40), ("cells", 3000), ("evaluations", 15)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    given = parser.parse_args(words)

    def misfit(logs: np.ndarray) -> float:
        found = reacting(dict(zip(FREE, np.exp(logs).tolist(), strict=True)), given.patients, given.cells)
        share = {arm: (found[arm] + 0.5) / (given.patients + 1.0) for arm in PUBLISHED}
        rows = [(share[arm], k, n) for arm, trials in PUBLISHED.items() for _, k, n in trials]
        return -sum(k * np.log(p) + (n - k) * np.log(1.0 - p) for p, k, n in rows)

    best = {}
    if given.evaluations:
        start, options = np.log([*FREE.values()]), {"maxfev": given.evaluations}
        simplex = start + np.array([[0.0, 0.0], [0.3, 0.0], [0.15, -0.2]])
        found = minimize(misfit, start, method="Nelder-Mead", options=options | {"initial_simplex": simplex})
        best = dict(zip(FREE, np.exp(found.x).tolist(), strict=True))
        print(*(f"{name} = {value:.3g}" for name, value in best.items()), f"misfit {found.fun:.2f}", sep="; ")
    count = reacting(best, given.patients, given.cells)
    for arm, trials in PUBLISHED.items():
        for source, k, n in trials:
            low, high = binomtest(k, n).proportion_ci()
            print(f"{arm}: {count[arm]}/{given.patients}, {source} {k}/{n} ({low:.2f} to {high:.2f})")
    print("Research and teaching software, not medical advice.")


if __name__ == "__main__":
    main()
