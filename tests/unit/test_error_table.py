"""scripts/error_table.py: step, cells and lattice are fine enough, and the measurement can tell when they are not."""

from __future__ import annotations

import importlib
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from abm.engine.clock import FINEST
from abm.engine.field import SIDE, SITE_UM

ROOT = Path(__file__).resolve().parents[2]
PATIENTS, CELLS = 4, 500
WIDE_UM = SIDE * SITE_UM


@pytest.fixture(scope="module")
def rows():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        return importlib.import_module("_error_rows")
    finally:
        sys.path.remove(str(ROOT / "scripts"))


@pytest.fixture(scope="module")
def reference(rows):
    return rows.seen(PATIENTS, CELLS, rows.EVERYWHERE, 0)


def error(now, reference) -> float:
    return float(np.sqrt(((now.shares - reference.shares) ** 2).mean(axis=0)).max())


def test_the_step_in_use_changes_hardly_a_cell(rows, reference):
    now = rows.seen(PATIENTS, CELLS, rows.SILENT, FINEST)
    assert reference.shares.mean() > 0.05
    assert error(now, reference) <= 0.003
    assert now.steps < reference.steps / 5


def test_a_step_of_two_minutes_shows_as_an_error(rows, reference):
    assert error(rows.seen(PATIENTS, CELLS, rows.SILENT, 5), reference) > 0.003


def test_fewer_cells_err_as_the_root_of_their_number(rows):
    """In a direct dose the error is at most that of so many independent draws, and three times it for a tenth."""
    exact = rows.seen(PATIENTS, 10_000)
    few, many = (rows.seen(PATIENTS, cells) for cells in (100, 1000))
    share = exact.shares[:, 0]
    for now, cells in ((few, 100), (many, 1000)):
        allowed = np.sqrt((share * (1 - share)).mean() / cells * (1 + cells / 10_000))
        assert 0.2 * allowed < np.sqrt(((now.shares[:, 0] - share) ** 2).mean()) < 2.5 * allowed


@pytest.fixture(scope="module")
def lattices(rows):
    """Levels of one patient at the 10-µm sites, by the size of a site."""
    return {site: rows.lattice({"patient_id": 1}, site, WIDE_UM) for site in (20.0, 10.0, 5.0)}


def test_the_lattice_in_use_is_the_engines_own(rows, lattices):
    numbers = rows.default_parameters()
    exact = importlib.import_module("abm.engine.field").patch_field(
        numbers["tissue.capillary_distance_skin_um"], numbers["tissue.capillary_exchange_per_s"],
        numbers["tissue.drug_diffusion_um2_per_s"], numbers["tissue.tissue_loss_per_s"], 1, 0, rows.SEED,
    )  # fmt: skip
    assert lattices[10.0][0] == pytest.approx(exact, abs=1e-6)


def test_finer_sites_change_the_level_of_a_cell_less_and_less(lattices):
    apart = [math.sqrt(((lattices[a] - lattices[b]) ** 2).mean()) for a, b in ((20.0, 10.0), (10.0, 5.0))]
    assert apart[1] < apart[0]


def test_blocks_are_averaged(rows):
    assert rows.block_means(np.arange(16.0).reshape(4, 4), 2).tolist() == [[2.5, 4.5], [10.5, 12.5]]


@pytest.mark.parametrize(
    ("words", "lines", "bars"), [("steps 1 100", 6, 6), ("cells 1 1000", 2, 8), ("noise 2 100", 3, 6)]
)
def test_the_script_prints_its_tables(words, lines, bars):
    command = [sys.executable, str(ROOT / "scripts" / "error_table.py"), *words.split()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=True)
    printed = done.stdout.splitlines()
    assert len(printed) == lines
    assert [row.count("|") for row in printed] == [bars] * lines


def test_an_unknown_table_is_refused():
    command = [sys.executable, str(ROOT / "scripts" / "error_table.py"), "shells"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment)
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("'shells'", "steps", "cells", "lattice", "noise"))
