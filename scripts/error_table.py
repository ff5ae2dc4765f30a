"""Measure errors of the engine against a fine reference; prints the rows of the tables of docs/numerics.md.

`error_table.py steps | cells | lattice | noise [patients [cells]]`: the share of cells that degranulates in a direct
dose, in the ladder, and in the ladder with a full dose after 30 h without drug, by the length of the finest step, by
the number of cells, by the lattice of the tissue, and with and without the noise of cross-links. Each takes minutes.
"""

from __future__ import annotations

import sys

from _error_rows import by_cells, by_lattice, by_noise, by_step

TABLES = {"steps": by_step, "cells": by_cells, "lattice": by_lattice, "noise": by_noise}


def main(table: str = "steps", *sizes: int) -> None:
    """Print the rows of one table; `sizes` are the patients and the cells."""
    if table not in TABLES:
        raise SystemExit(f"no table {table!r}; there are {', '.join(TABLES)}")
    for row in TABLES[table](*sizes):
        print(row, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:4]))
