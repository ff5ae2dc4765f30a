"""Repeat published experiments on mast cells and basophils in a dish, and lay the figures side by side.

`cell_experiments.py [cells [seed]]` prints the table of docs/in_vitro.md in a minute. Nothing is fitted to it: where an
experiment needs a dose that is not known in the units of the model, it is set by one of its figures, and that row says
so. Research and teaching software, not medical advice.
"""

from __future__ import annotations

import sys

from _cell_experiments import EXPERIMENTS, Dish, Row

VERDICTS = {True: "yes", False: "**no**", None: "–"}


def line(row: Row) -> str:
    """Return a row of a Markdown table."""
    cells = (row.source, row.measured, row.simulated, row.published, VERDICTS[row.inside], row.remark)
    return f"| {' | '.join(cells)} |"


def main(cells: int = 3000, seed: int = 1) -> None:
    """Print the table, and how many of the figures lie inside."""
    rows = [row for experiment in EXPERIMENTS for row in experiment(Dish(cells, seed))]
    print("| experiment | measured | simulated | published | inside | remark |", "|" + " --- |" * 6, sep="\n")
    print(*map(line, rows), sep="\n")
    judged = [row.inside for row in rows if row.inside is not None]
    print(f"\n{sum(judged)} of {len(judged)} inside. Research and teaching software, not medical advice.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
