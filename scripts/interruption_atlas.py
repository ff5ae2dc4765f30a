"""Run the interruption atlas (gap × step reached × half-life), print it and draw it into the run folder.

``python scripts/interruption_atlas.py --out runs/atlas`` takes some minutes; the same command again resumes.
Research and teaching software, not medical advice.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from abm import load_study, run_script, run_study
from analysis import interruption_table, plot_interruption_atlas, restart_table


def main() -> None:
    """Run, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="?", default="interruption_atlas", help="shipped name or file")
    parser.add_argument("--patients", type=int, help="patients at each point")
    parser.add_argument("--cells", type=int, help="mast cells of each patient")
    parser.add_argument("--drugs", nargs="+", help="other drugs than the scenario's")
    parser.add_argument("--out", type=Path, default=Path("runs/interruption_atlas"), help="run folder")
    parser.add_argument("--workers", type=int, help="threads")
    chosen = parser.parse_args()
    overrides = [f"sweep.grid.drug=[{', '.join(chosen.drugs)}]"] if chosen.drugs else []
    size = {"patients": chosen.patients, "cells": chosen.cells, "workers": chosen.workers}
    sweep = run_study(load_study(chosen.scenario, overrides), **size, out=chosen.out, progress=tell)
    ways = interruption_table(sweep)
    atlas = restart_table(ways)
    print(atlas.round(3).to_string(index=False))
    print("Research and teaching software, not medical advice.")
    ways.to_csv(chosen.out / "ways_to_go_on.csv", index=False)
    atlas.to_csv(chosen.out / "interruption_atlas.csv", index=False)
    plot_interruption_atlas(atlas).savefig(chosen.out / "interruption_atlas.png", dpi=120)
    print(f"Tables and figure: {chosen.out}")


def tell(done: int, patients: int) -> None:
    """Show how far the study is, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r{done} of {patients} patients", end="\n" if done == patients else "", file=sys.stderr)


if __name__ == "__main__":
    run_script(main)
