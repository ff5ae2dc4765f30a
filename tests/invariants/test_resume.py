"""A run that is killed at any moment, or stopped with Ctrl-C, is finished by the same command with equal tables.

Most kills hit a process forked from one that has everything imported, because starting Python would take most of the
time; a forked run is a process of its own and is killed like any other. A few hit the command as a user starts it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from abm import study, study_run
from abm.scenario_file import load_scenario
from abm.study import run_study

ROOT = Path(study.__file__).parents[1]
KILLS = 20
PATIENTS = 110
CELLS = 200
GIVE_UP_S = 180.0

# Reads one run a line, as JSON: its words, and how many file operations it may do before it kills itself (or null).
SERVER = """
import contextlib, io, json, os, signal, sys
import matplotlib.backends.backend_agg, matplotlib.figure
import abm.study, abm.study_run, abm.whole_files
from abm.cli import main
from abm.engine.body import run_arm
from abm.parameters.catalog import default_parameters
from abm.population import select_patients
from abm.scenario_file import load_scenario
from analysis import comparison_table, format_table, plot_comparison

abm.study_run.SHARD_SECONDS = 0.0  # one patient a shard
warm = load_scenario("comparison", ["patients=1", "cells=200"])
for patient in select_patients(warm, default_parameters()).to_dict("records"):
    for arm in warm.arms:
        run_arm(arm, warm, patient, 0, default_parameters())
sys.argv = ["desensim", "check", "comparison"]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()

def die_after(operations):
    left = [operations]
    def counted(real):
        def call(*words, **options):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*words, **options)
        return call
    for name in ("fsync", "replace", "unlink", "rmdir", "mkdir"):
        setattr(os, name, counted(getattr(os, name)))

for line in sys.stdin:
    words, operations = json.loads(line)
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        if operations is not None:
            die_after(operations)
        sys.argv = ["desensim", *words]
        try:
            main()
        except SystemExit as end:
            os._exit(end.code or 0)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Runs:
    """Starts runs from a process that has everything imported."""

    def __init__(self) -> None:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
        self.server = subprocess.Popen(
            [sys.executable, "-c", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )

    def start(self, words: list[str], operations: int | None = None) -> int:
        """Start a run and return its process id."""
        assert self.server.stdin is not None
        self.server.stdin.write(json.dumps([words, operations]) + "\n")
        self.server.stdin.flush()
        return self._number()

    def end(self) -> int:
        """Wait for the run and return its exit code, negative for a signal."""
        return self._number()

    def _number(self) -> int:
        assert self.server.stdout is not None
        return int(self.server.stdout.readline())


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    started = Runs()
    yield started
    started.server.communicate()


def is_finished(out: Path) -> bool:
    try:
        return bool(json.loads((out / "run.json").read_text())["finished"])
    except FileNotFoundError:
        return False


def shards(out: Path) -> int:
    return len([path for path in (out / "shards").glob("*") if not path.name.startswith(".")])


def wait_for_a_new_shard(out: Path, before: int) -> None:
    end = time.monotonic() + GIVE_UP_S
    while shards(out) <= before:
        assert time.monotonic() < end, "no new shard"
        time.sleep(0.001)


def hashes(out: Path) -> dict[str, str]:
    return json.loads((out / "run.json").read_text())["content_hashes"]


def undisturbed(out: Path, patients: int, cells: int = CELLS) -> dict[str, str]:
    scenario = load_scenario("comparison", [f"patients={patients}", f"cells={cells}"])
    return run_study(scenario, out=out).run["content_hashes"]


def words_for(out: Path, patients: int = PATIENTS, cells: int = CELLS) -> list[str]:
    return ["run", "comparison", "--patients", str(patients), "--cells", str(cells), "--out", str(out)]


def test_killed_at_random_moments(runs, tmp_path) -> None:
    out = tmp_path / "run"
    dice = random.Random(20)
    for number in range(KILLS):
        process = runs.start(words_for(out))
        if number % 4:
            wait_for_a_new_shard(out, shards(out))
            time.sleep(dice.uniform(0.0, 0.02))
        else:
            time.sleep(dice.uniform(0.0, 0.2))
        os.kill(process, signal.SIGKILL)
        assert runs.end() == -signal.SIGKILL, "the run had ended before it was killed"
        assert not is_finished(out)
    assert 0 < shards(out) < PATIENTS
    runs.start(words_for(out))
    assert runs.end() == 0
    assert is_finished(out)
    assert hashes(out) == undisturbed(tmp_path / "undisturbed", PATIENTS)
    record = json.loads((out / "run.json").read_text())
    assert len(record["timings"]["sessions"]) > KILLS // 2
    assert not list(out.rglob(".*"))


@pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_every_file_operation(runs, tmp_path, monkeypatch, stride) -> None:
    monkeypatch.setattr(study_run, "SHARD_SECONDS", 0.0)
    expected = undisturbed(tmp_path / "undisturbed", 2)
    killed = finished = 0
    for operations in range(0, 200, stride):
        out = tmp_path / f"run{operations}"
        runs.start(words_for(out, 2), operations)
        if runs.end() == 0:
            break
        killed += 1
        finished += is_finished(out)
        assert undisturbed(out, 2) == expected, f"other tables after {operations} operations"
        assert not (out / "shards").exists()
        # What the tables are made into, figures and report, is written after they are whole, and anew.
        leftovers = [path.name for path in out.rglob(".*") if path.suffix not in (".png", ".html")]
        assert leftovers == [], f"leftovers after {operations} operations"
    assert killed * stride < 199, "the run never ended by itself"
    assert killed - finished >= 30 // stride


def started_by_a_user(words: list[str]) -> subprocess.Popen[str]:
    # Background jobs inherit an ignored Ctrl-C; a user's terminal does not.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import runpy; runpy.run_module('abm.cli', run_name='__main__', alter_sys=True)"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )


def test_the_users_command_killed_and_stopped(tmp_path) -> None:
    out, patients, cells = tmp_path / "run", 16, 10_000
    dice = random.Random(3)
    for end in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
        process = started_by_a_user(words_for(out, patients, cells))
        wait_for_a_new_shard(out, shards(out))
        time.sleep(dice.uniform(0.0, 0.1))
        process.send_signal(end)
        _, said = process.communicate(timeout=GIVE_UP_S)
        assert process.returncode == (130 if end == signal.SIGINT else -signal.SIGKILL)
        assert said.count(f" of {patients} patients done; the same command resumes") == (end == signal.SIGINT)
        assert "Traceback" not in said
        assert not is_finished(out)
    assert shards(out) >= 3
    assert undisturbed(out, patients, cells) == undisturbed(tmp_path / "undisturbed", patients, cells)
    assert json.loads((out / "run.json").read_text())["timings"]["sessions"][-1]["patients_before"] > 0
