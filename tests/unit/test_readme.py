"""README.md: its links lead somewhere, its commands exist, and its lines of Python run as printed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python3 scripts/run\.py ([^#\n]+)", README, flags=re.MULTILINE)


def test_links_lead_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_exists(command):
    words = shlex.split(command)
    start = 2 if words[0] == "show" else 1
    options = [word for word in words if word.startswith("--")]
    ask = [sys.executable, "-c", "from abm.cli import main; main()", *words[:start], "--help"]
    printed = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [option for option in options if option not in printed] == []


def test_the_python_lines_run(tmp_path):
    [lines] = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len([line for line in lines.splitlines() if line.strip()]) <= 10
    small = lines.replace("patients=20, cells=1000", "patients=3, cells=200")
    assert small != lines
    done = subprocess.run([sys.executable, "-c", small], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "not medical advice" in done.stdout
    assert (tmp_path / "comparison.png").stat().st_size > 10_000
    assert list(tmp_path.glob("runs/comparison-*/run.json"))
