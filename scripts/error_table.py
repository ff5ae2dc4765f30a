"""Measure errors of the engine against a fine reference; prints the rows of the tables of docs/numerics.md.

`error_table.py steps | cells | lattice | noise [patients [cells]]`: the share of cells that degranulates in a direct
dose, in the ladder, and in the ladder with a full dose after 30 h without drug, by the length of the finest step, by
the number of cells, by the lattice of the tissue, and with and without the noise of cross-links. Each takes minutes.
"""

from __future__ import annotations

import argparse

from _error_rows import by_cells, by_lattice, by_noise, by_step
from _whole_number import whole_number

TABLES = {"steps": by_step, "cells": by_cells, "lattice": by_lattice, "noise": by_noise}


def main(words: list[str] | None = None) -> None:
    """Print the rows of one table."""
    parser = argparse.ArgumentParser(description="Measure errors of the engine against a fine reference.")
    parser.add_argument("table", nargs="?", choices=TABLES, default="steps")
    parser.add_argument("patients", nargs="?", type=whole_number)
    parser.add_argument("cells", nargs="?", type=whole_number)
    given = parser.parse_args(words)
    for row in TABLES[given.table](*(size for size in (given.patients, given.cells) if size is not None)):
        print(row, flush=True)


if __name__ == "__main__":
    main()
