"""scripts/ladder_table.py prints what docs/model.md says of a ladder: as many cross-links, a fraction of the signal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_ladder_ends_with_the_cross_links_of_a_direct_dose_and_a_fraction_of_its_calcium():
    command = [sys.executable, str(ROOT / "scripts" / "ladder_table.py"), "penicillin_g", "3", "100"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == [*map(str, range(1, 13)), "full dose at once"]
    antigen, crosslinks, ship1, _, calcium = (float(cell) for cell in rows[11][1:6])
    direct = [float(cell) for cell in rows[12][1:6]]
    assert float(rows[0][1]) < 1e-4 * antigen
    assert 0.4 * direct[1] < crosslinks < 1.5 * direct[1]
    assert 0.5 * crosslinks < ship1 < crosslinks
    assert calcium < 0.4 * direct[4]
