"""Sweep the pace, the steepness and the start of a ladder, and draw what it owes its safety to.

Example: ``python scripts/sweep_protocols.py --patients 50 --out runs/sweeps``, with a Python that has desensim
installed (the ``.venv`` that scripts/run.py makes is one). The arms are those of scenarios/sweep_protocols.yaml: copy
that file to sweep other values. Research and teaching software, not medical advice.
"""

from __future__ import annotations

import argparse

from abm import crosslink_bell, run_script, run_study
from analysis import plot_bell, plot_step_at_breakthrough, plot_sweep, sweep_table

LABELS = {
    "every_min": "length of a step, min",
    "ratio": "ratio of a step to the one before",
    "start": "share of the dose in step 1",
    "from_step": "first step given of the 12",
}


def main(words: list[str] | None = None) -> int:
    """Run the study, print a row for each arm, and save the figures beside the tables."""
    parser = argparse.ArgumentParser(description="Sweep the protocols of a scenario and draw the risks.")
    parser.add_argument("scenario", nargs="?", default="sweep_protocols", help="shipped name or file")
    parser.add_argument("--patients", type=int, help="instead of the scenario's")
    parser.add_argument("--cells", type=int, help="mast cells per patient")
    parser.add_argument("--seed", type=int, help="key of all random numbers")
    parser.add_argument("--workers", type=int, help="threads; default one per core")
    parser.add_argument("--out", help="run folder; the same call again resumes or shows it")
    given = parser.parse_args(words)

    size = {"patients": given.patients, "cells": given.cells, "seed": given.seed, "workers": given.workers}
    results = run_study(given.scenario, **size, out=given.out)

    print(f"{'arm':<16}{'none/mild/moderate/severe, %':>30}{'any reaction, % (95% interval)':>34}{'hours':>8}")
    for row in sweep_table(results).itertuples():
        grades = "/".join(f"{100 * share:.0f}" for share in (row.none, row.mild, row.moderate, row.severe))
        any_reaction = f"{100 * row.reacted:.0f} ({100 * row.reacted_low:.0f} to {100 * row.reacted_high:.0f})"
        print(f"{row.arm:<16}{grades:>30}{any_reaction:>34}{row.hours:>8.2f}")

    figures = {"sweep": plot_sweep(results, labels=LABELS), "bell": plot_bell(crosslink_bell(seed=results.run["seed"]))}
    if "ladder_12_step" in results.arms:
        figures["step_at_breakthrough"] = plot_step_at_breakthrough(results, "ladder_12_step")
    for name, figure in figures.items():
        figure.savefig(results.path / f"{name}.png", dpi=120)
    print(f"\nSimulation: research and teaching, not medical advice.\nFigures and tables: {results.path}")
    return 0


if __name__ == "__main__":
    run_script(main)
