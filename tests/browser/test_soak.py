"""Ten minutes of visitors: the server's memory does not go on growing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from browsers import ROOT


@pytest.mark.slow
def test_ten_minutes_of_three_visitors_take_bounded_memory() -> None:
    script = ROOT / "tests" / "benchmark" / "page_load.py"
    command = [sys.executable, str(script), "--visitors", "3", "--seconds", "600"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr
    memory_mb = [float(line.split()[-1]) for line in done.stdout.splitlines()[2:]]
    assert len(memory_mb) >= 9
    assert max(memory_mb[5:]) <= 1.05 * max(memory_mb[:5]), memory_mb
