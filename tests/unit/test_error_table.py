"""scripts/error_table.py: the engine's step is short enough, and the measurement can tell when it is not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from abm.engine.clock import FINEST

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "error_table.py"
PATIENTS, CELLS = 4, 500


@pytest.fixture(scope="module")
def table():
    specification = importlib.util.spec_from_file_location("error_table", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference(table):
    return table.fired_shares(PATIENTS, CELLS, 0, table.EVERYWHERE)


def error(shares, reference):
    return np.sqrt(((shares - reference) ** 2).mean(axis=0)).max()


def test_the_step_in_use_changes_hardly_a_cell(table, reference):
    exact, steps = reference
    shares, fewer = table.fired_shares(PATIENTS, CELLS, FINEST, table.SILENT)
    assert exact.mean() > 0.05
    assert error(shares, exact) <= 0.003
    assert fewer < steps / 5


def test_a_step_of_two_minutes_shows_as_an_error(table, reference):
    shares, _ = table.fired_shares(PATIENTS, CELLS, 5, table.SILENT)
    assert error(shares, reference[0]) > 0.003


def test_the_script_prints_its_table(table, capsys):
    table.main(1, 100)
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 6
    assert all(row.count("|") == 6 for row in rows)
    assert rows[0].startswith("| 3.75 s everywhere |")
