"""`desensim report`, and the report that `desensim run` writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_folder_fixture import FAILED, NONE, SEVERE, arm_outcomes, talk_run, write_run
from typer.testing import CliRunner, Result

from abm.cli import app


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_it_writes_the_report_and_a_patients_page(tmp_path):
    run = talk_run(tmp_path / "run", patients=12)
    result = call("report", str(run))
    assert result.exit_code == 0, result.output
    assert result.stdout == f"Report: {run / 'report.html'}\n"
    assert (run / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    one = call("report", str(run), "--patient", "3", "--out", str(tmp_path / "three.html"))
    assert one.exit_code == 0, one.output
    assert "Patient 3 of the run" in (tmp_path / "three.html").read_text(encoding="utf-8")


def test_failed_rows_are_noted(tmp_path):
    rows = arm_outcomes("full_dose", [SEVERE, NONE, FAILED])
    result = call("report", str(write_run(tmp_path / "run", rows, arms=["full_dose"])))
    assert result.exit_code == 0
    assert "note: 1 of 3 rows failed" in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "nowhere does not exist"),
        (("run", "--patient", "99"), "patient 99 is not in this run, which has 4 patients with ids from 0 to 3"),
        (("run", "--out", "no/such/place.html"), "the folder no/such does not exist; make it, or give another place"),
    ],
)
def test_wrong_input_ends_with_2(tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    talk_run(Path("run"), patients=4)
    before = sorted(tmp_path.rglob("*"))
    result = call("report", *words)
    assert result.exit_code == 2, result.output
    assert told in " ".join(result.stderr.split())
    assert sorted(tmp_path.rglob("*")) == before


def test_help_has_an_example():
    assert "Example: desensim report runs/first --patient 7" in " ".join(call("report", "--help").output.split())


def test_a_sweep_and_its_points_have_reports(tmp_path):
    words = (
        "run",
        "rdd",
        "--patients",
        "2",
        "--cells",
        "50",
        "--set",
        "sweep.grid.seed=[1, 2]",
        "--out",
        str(tmp_path / "s"),
    )
    run = call(*words)
    assert run.exit_code == 0, run.output
    page = (tmp_path / "s" / "report.html").read_text(encoding="utf-8")
    assert f"Report: {tmp_path / 's' / 'report.html'}" in run.stdout
    assert "Report of the sweep" in page
    assert page.count("<img") == 2
    assert call("report", str(tmp_path / "s"), "--patient", "0").exit_code == 2
    point = next(path.parent for path in (tmp_path / "s").rglob("outcomes.parquet"))
    assert call("report", str(point)).exit_code == 0
    full = (point / "report.html").read_text(encoding="utf-8")
    assert "What each arm gives" in full
    assert "Parameters by kind" in full
