"""Repeat published experiments on mast cells and basophils in a dish, and lay the figures side by side.

`cell_experiments.py [cells [seed]]` prints the table of docs/in_vitro.md in a minute. Nothing is fitted to it: where an
experiment needs a dose that is not known in the units of the model, it is set by one of its figures, and that row says
so. Research and teaching software, not medical advice.
"""

from __future__ import annotations

import argparse

from _cell_experiments import EXPERIMENTS, Dish, Row
from _whole_number import whole_number

VERDICTS = {True: "yes", False: "**no**", None: "–"}


def line(row: Row) -> str:
    """Return a row of a Markdown table."""
    cells = (row.source, row.measured, row.simulated, row.published, VERDICTS[row.inside], row.remark)
    return f"| {' | '.join(cells)} |"


def main(words: list[str] | None = None) -> None:
    """Print the table, and how many of the figures lie inside."""
    parser = argparse.ArgumentParser(description="Lay published experiments on cells in a dish beside simulated ones.")
    parser.add_argument("cells", nargs="?", type=whole_number, default=3000, help="cells of each experiment")
    parser.add_argument("seed", nargs="?", type=whole_number, default=1, help="key of all random numbers")
    given = parser.parse_args(words)
    cells, seed = given.cells, given.seed
    rows = [row for experiment in EXPERIMENTS for row in experiment(Dish(cells, seed))]
    print("| experiment | measured | simulated | published | inside | remark |", "|" + " --- |" * 6, sep="\n")
    print(*map(line, rows), sep="\n")
    judged = [row.inside for row in rows if row.inside is not None]
    print(f"\n{sum(judged)} of {len(judged)} inside. Research and teaching software, not medical advice.")


if __name__ == "__main__":
    main()
