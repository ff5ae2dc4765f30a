"""scripts/cell_experiments.py: published experiments in a dish, with misses left in the table."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "cell_experiments.py"


@pytest.fixture(scope="module")
def table() -> tuple[list[dict[str, str]], str]:
    """Rows of the table by their heads, and the last line."""
    command = [sys.executable, "-W", "error", str(SCRIPT), "300"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=600)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]], lines[-1]


def row_of(table, words: str) -> dict[str, str]:
    (row,) = [row for row in table[0] if words in row["measured"]]
    return row


@pytest.mark.slow
def test_every_source_has_its_rows_and_a_verdict(table) -> None:
    rows, last = table
    sources = {row["experiment"].split(",")[0].split(" ")[0] for row in rows}
    assert sources == {"Harmon", "Zhao", "Sancho-Serra", "Morales", "Hoffmann", "Komiya", "Dembo", "Gimborn"}
    verdicts = [row["inside"] for row in rows]
    assert set(verdicts) == {"yes", "**no**", "–"}
    assert last.startswith(f"{verdicts.count('yes')} of {verdicts.count('yes') + verdicts.count('**no**')} inside.")
    assert "not medical advice" in last


@pytest.mark.slow
def test_what_is_missed_says_why(table) -> None:
    assert [row["measured"] for row in table[0] if row["inside"] == "**no**" and not row["remark"]] == []


@pytest.mark.slow
def test_closed_forms_and_limits_come_out(table) -> None:
    assert row_of(table, "K·C with most cross-links")["simulated"] == "1"
    assert row_of(table, "full dose after rising doses")["inside"] == "yes"
    assert row_of(table, "of that at the optimum")["inside"] == "yes"
    first, second = (float(row_of(table, f"highest mean calcium {m} min")["simulated"]) for m in (5, 30))
    assert first < second < 1.1


@pytest.fixture(scope="module")
def experiments():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        return importlib.import_module("_cell_experiments")
    finally:
        sys.path.remove(str(ROOT / "scripts"))


def test_two_experiments_with_few_cells(experiments) -> None:
    dish = experiments.Dish(cells=200)
    (peak, over, without) = experiments.bell(dish)
    assert (peak.simulated, peak.inside) == ("1", True)
    assert (over.inside, without.inside) == (True, False)
    calm, loaded, morales = experiments.rising_doses(dish)
    assert float(calm.simulated.rstrip(" %")) < 25.0 < float(loaded.simulated.rstrip(" %"))
    assert morales.inside


def test_a_dose_is_found_by_bisection(experiments) -> None:
    assert experiments.dose_for(lambda u: u**2, 1e-6) == pytest.approx(1e-3, rel=1e-5)


def test_the_script_is_short() -> None:
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 60
