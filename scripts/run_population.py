"""Run one scenario over a population and compare its arms: a script to copy and change.

Example: ``python scripts/run_population.py comparison --patients 50``, with a Python that has desensim installed (the
``.venv`` that scripts/run.py makes is one). Research and teaching software, not medical advice.
"""

from __future__ import annotations

import argparse
import sys

from abm import run_script, run_study
from analysis import comparison_table, format_table, summarise_arms


def main(words: list[str] | None = None) -> int:
    """Run the study, print the comparison, and save a summary beside the tables."""
    parser = argparse.ArgumentParser(description="Run a scenario over a population and compare its arms.")
    parser.add_argument("scenario", nargs="?", default="comparison", help="shipped name or file")
    parser.add_argument("--patients", type=int, help="instead of the scenario's")
    parser.add_argument("--cells", type=int, help="mast cells per patient")
    parser.add_argument("--out", help="run folder; the same call again resumes or shows it")
    given = parser.parse_args(words)

    results = run_study(given.scenario, patients=given.patients, cells=given.cells, out=given.out, progress=tell)

    print(format_table(comparison_table(results)))

    # Everything is a pandas frame, so any other question is a line or two: at which dose did symptoms begin?
    reacted = results.outcomes[results.outcomes["reacted"].fillna(False)]
    print("\nMedian dose at the first symptom, mg:")
    print(reacted.groupby("arm")["dose_at_reaction_mg"].median().reindex(results.arms).to_string())

    summarise_arms(results).to_csv(results.path / "summary.csv", index=False)
    print(f"\nRun folder: {results.path}")
    return 0


def tell(done: int, patients: int) -> None:
    """Show how far the study is, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r{done} of {patients} patients", end="\n" if done == patients else "", file=sys.stderr)


if __name__ == "__main__":
    run_script(main)
