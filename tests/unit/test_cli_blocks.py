"""What `desensim run` shows: a block for each study, its progress, and a quiet end where nobody reads on."""

from __future__ import annotations

import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from abm import cli_run
from abm.cli import app

ROOT = Path(cli_run.__file__).parents[1]


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def small_study(patients: int, **sizes: object) -> types.SimpleNamespace:
    """Return what a progress line reads of a study."""
    return types.SimpleNamespace(name="s", cohort=types.SimpleNamespace(patients=patients), **sizes)


def printed(result: Result) -> str:
    return " ".join(result.output.split())


def test_a_t_cell_history_has_its_own_table_and_figure(tmp_path) -> None:
    words = ("run", "sjs", "--patients", "2", "--out", str(tmp_path / "run"))
    words += ("--set", "arms={first: {reference: true, course: [{dose: 200 mg, every: 12 h, for: 20 d}]}}")
    result = call(*words)
    assert result.exit_code == 0, result.output
    assert "\nSJS history: what does the drug do to people" in result.stdout
    assert "Epidermal necrolysis in first" in result.stdout
    assert "Of 100,000 people whom the scenario" in printed(result)
    assert "Moderate or severe" not in result.stdout
    for figure in ("comparison.png", "body_surface.png"):
        assert (tmp_path / "run" / figure).read_bytes().startswith(b"\x89PNG")
        assert figure in result.stdout
    bare = call(*words[:-1], words[-1].replace("20 d", "1 d"), "--set", "record=[]", "--out", str(tmp_path / "bare"))
    assert bare.exit_code == 0, bare.output
    assert not (tmp_path / "bare" / "body_surface.png").exists()


def test_each_block_of_several_says_what_is_asked(tmp_path) -> None:
    few = ("--patients", "2", "--cells", "200", "--out", str(tmp_path / "runs"))
    result = call("run", "full_dose", "rdd", *few)
    rule = "=" * 100
    for question in ("How often, how soon and how severely", "How many skin-test positive patients"):
        assert f"{rule}\n{question}" in result.stdout
    assert "compared" not in result.stdout


def test_a_closed_pipe_ends_quietly() -> None:
    program = "from abm.cli import main; main()"
    started = subprocess.Popen(
        [sys.executable, "-c", program, "show", "parameters"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    started.stdout.readline()
    started.stdout.close()
    assert started.stderr.read() == b""
    assert started.wait(timeout=60) in (0, -getattr(signal, "SIGPIPE", 0))
    started.stderr.close()


def test_quiet_progress_tells_the_time_left(capsys, monkeypatch) -> None:
    monkeypatch.setattr(cli_run, "kernels_are_kept", lambda: True)
    clock = iter([100.0, 110.0, 140.0, 141.0])
    monkeypatch.setattr(cli_run.time, "monotonic", lambda: next(clock))
    study = small_study(90, arms=[1, 2], cells=1000, replicates=3)
    lines = cli_run.QuietLines(study)
    for done in (10, 20, 30, 90):
        lines(done, 90)
    assert capsys.readouterr().err.splitlines() == [
        "s: 90 patients × 2 arms × 3 replicates × 1,000 mast cells; 10 patients were done before",
        "s: 30 of 90 patients, about 2.0 min left",
    ]


@pytest.mark.parametrize(("kept", "lines"), [(True, 1), (False, 2)])
def test_what_has_to_be_compiled_first_is_told(capsys, monkeypatch, kept, lines) -> None:
    monkeypatch.setattr(cli_run, "kernels_are_kept", lambda: kept)
    cli_run.QuietLines(small_study(4, arms=[1], cells=10, replicates=1)).head(0)
    told = capsys.readouterr().err.splitlines()
    assert len(told) == lines
    assert told[-1].startswith("compiling the simulation first") != kept


def test_progress_on_a_terminal_is_a_bar(capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    study = small_study(4, arms=[1], cells=10, replicates=1)
    with cli_run.progress_of(study) as update:
        update(1, 4)
        update(4, 4)
    assert "s: 4 patients × 1 arm × 10 mast cells; 1 patients were done before" in capsys.readouterr().err
