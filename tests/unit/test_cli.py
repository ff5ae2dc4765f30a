"""The command line: what it prints, what it writes and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from abm import cli, treatment
from abm.cli import DISCLAIMER, app

ROOT = Path(cli.__file__).parents[1]
SMALL = ("--patients", "4", "--cells", "200")
SHIPPED = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
COMMANDS = ("run", "check", "verify", "show protocol", "show drugs", "show parameters", "show columns", "show patient")


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def printed(result: Result) -> str:
    return " ".join(result.output.split())


@pytest.fixture
def scenario_file(tmp_path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nquestion: Is less safer?\npopulation: sensitised_adult\npatients: 3\ncells: 200\n"
        "drug: penicillin_g\narms:\n  usual: {reference: true, course: [full_dose]}\n"
        "  ladder: {course: [ladder_12_step]}\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_an_example(command) -> None:
    result = call(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"Example: desensim {command}" in printed(result)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom abm.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('numpy', 'numba', 'pandas', 'pyarrow', 'matplotlib', 'ruamel', 'pint', 'mesa')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    )
    assert "Commands" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_run_prints_the_comparison_and_writes_a_figure(tmp_path) -> None:
    result = call("run", "comparison", *SMALL, "--out", str(tmp_path / "run"), "--csv", "--set", "follow_up=1 h")
    assert result.exit_code == 0, result.output
    for arm in ("full_dose", "rdd", "interruption"):
        assert f"\n{arm}" in result.stdout
    assert "not medical advice" in result.stdout
    assert str(tmp_path / "run") in result.stdout
    assert (tmp_path / "run" / "comparison.png").read_bytes().startswith(b"\x89PNG")
    for table in ("patients", "outcomes", "events"):
        assert (tmp_path / "run" / f"{table}.csv").read_text(encoding="utf-8").count("\n") > 4
    assert not [path for path in (tmp_path / "run").iterdir() if path.name.startswith(".")]
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["identity"]["scenario"]["follow_up_min"] == 60.0
    again = call("run", "comparison", *SMALL, "--out", str(tmp_path / "run"), "--set", "follow_up=1 h")
    assert again.exit_code == 0
    assert again.stdout == result.stdout


def test_run_of_several_scenarios_gives_each_its_folder(tmp_path, scenario_file) -> None:
    result = call("run", "full_dose", str(scenario_file), *SMALL, "--out", str(tmp_path / "runs"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "runs" / "mine" / "run.json").exists()
    assert (tmp_path / "runs" / "full_dose" / "run.json").exists()


def test_a_failing_patient_ends_with_3_and_is_told(tmp_path, scenario_file, monkeypatch) -> None:
    real = treatment.run_arm

    def run_arm(arm, study, patient, replicate, parameters, before):
        if arm.name == "ladder" and patient["patient_id"] == 1:
            raise ArithmeticError("no longer finite")
        return real(arm, study, patient, replicate, parameters, before)

    monkeypatch.setattr(treatment, "run_arm", run_arm)
    result = call("run", str(scenario_file), "--out", str(tmp_path / "run"))
    assert result.exit_code == 3
    assert "1 of 6 rows failed" in result.output
    assert "ArithmeticError: no longer finite" in result.output
    assert "\nladder" in result.stdout


def test_when_everyone_fails_there_is_no_table(tmp_path, scenario_file, monkeypatch) -> None:
    monkeypatch.setattr(treatment, "run_arm", lambda *_: 1 / 0)
    result = call("run", str(scenario_file), "--out", str(tmp_path / "run"))
    assert result.exit_code == 3
    assert "6 of 6 rows failed" in result.output
    assert "ZeroDivisionError" in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "comparizon"), "did you mean 'comparison'?"),
        (("run", "."), "is a folder"),
        (("run", "empty.yaml"), "empty.yaml:1:1: S005"),
        (("run", "binary.yaml"), "binary.yaml:1:1: S004"),
        (("run", "unsafe.yaml"), "unsafe.yaml:1:7: S008"),
        (("run", "comparison", "--set", "patients=lots"), "--set patients: S103"),
        (("run", "comparison", "--set", "drug=penicilin_g"), "did you mean 'penicillin_g'?"),
        (("run", "comparison", "--patients", "0"), "--patients"),
        (("run", "comparison", "--patients", "many"), "--patients"),
        (("run", "comparison", "--patients", "1" + "0" * 30), "patients is 1000"),
        (("run", "comparison", "--seed", "-1"), "--seed"),
        (("run", "comparison", "--cells", "nan"), "--cells"),
        (("run", "comparison", "--workers", "0"), "--workers"),
        (("run", "comparison", "--set", "parameters.mast_cell.ship1_pol=1"), "ship1_pool"),
        (("run", "comparison", *SMALL, "--out", "binary.yaml"), "is a file, not a folder"),
        (("run", "comparison", *SMALL, "--out", "binary.yaml/run"), "cannot write binary.yaml/run: Not a directory"),
        (("run", "comparison", *SMALL, "--out", "."), "not empty and holds no run"),
        (("run",), "SCENARIO"),
        (("check", "empty.yaml", "comparison"), "empty.yaml:1:1: S005"),
        (("verify", "Z9"), "unknown check Z9"),
        (("show", "protocol", "lader_12_step"), "did you mean 'ladder_12_step'?"),
        (("show", "protocol", "full_dose", "--dose", "450"), "has no unit"),
        (("show", "protocol", "full_dose", "--dose", "-1mg"), "negative"),
        (("show", "protocol", "full_dose", "--drug", "carboplatine"), "did you mean 'carboplatin'?"),
        (("show", "columns", "outcome"), "did you mean 'outcomes'?"),
        (("show", "patient", "1", "--population", "adults"), "allowed: sensitised_adult, unselected"),
        (("show", "patient", "1", "--drug", "aspirin"), "unknown drug 'aspirin'"),
        (("show", "patient", "1", "--seed", str(2**40)), "below 4294967296"),
        (("show", "patient", "one"), "ID"),
    ],
)
@pytest.mark.usefixtures("checks")
def test_wrong_input_ends_with_2_and_writes_nothing(tmp_path, monkeypatch, words, told) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.yaml").touch()
    Path("binary.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    Path("unsafe.yaml").write_text("name: !!python/object/apply:os.system [true]\n")
    before = sorted(tmp_path.rglob("*"))
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert told in printed(result)
    assert "Traceback" not in result.output
    assert sorted(tmp_path.rglob("*")) == before


def test_too_few_patients_to_select_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("abm.population._MOST_CANDIDATES_PER_PATIENT", 20)
    words = ("--set", "select={age_y: '> 200'}", "--out", str(tmp_path / "run"))
    result = call("run", "comparison", *SMALL, *words)
    assert result.exit_code == 2
    assert "age_y" in result.output
    assert not (tmp_path / "run").exists()


def test_an_error_of_the_program_is_not_taken_for_the_users(monkeypatch, tmp_path) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("abm.study.run_study", broken)
    result = call("run", "comparison", *SMALL, "--out", str(tmp_path / "run"))
    assert isinstance(result.exception, ZeroDivisionError)


def test_another_run_in_the_folder_is_told(tmp_path, scenario_file) -> None:
    assert call("run", str(scenario_file), "--out", str(tmp_path / "run")).exit_code == 0
    result = call("run", str(scenario_file), "--out", str(tmp_path / "run"), "--patients", "4")
    assert result.exit_code == 2
    assert "differs in: patients 3, now 4" in printed(result)
    assert "choose another --out or delete it" in printed(result)


def test_a_users_own_files_that_hide_ours_are_told(tmp_path, scenario_file) -> None:
    (tmp_path / "analysis.py").write_text("x = 1\n")
    words = ["run", str(scenario_file), "--out", "run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def started(*python: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *python, *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            timeout=120,
        )

    hidden = started("-m", "abm.cli")
    assert hidden.returncode == 2
    assert f"{tmp_path / 'analysis.py'} hides the package 'analysis'" in hidden.stderr
    assert not (tmp_path / "run").exists()
    beside = started("-P", "-m", "abm.cli")
    assert beside.returncode == 0, beside.stderr
    assert "note:" in beside.stderr
    assert "hides desensim's package 'analysis'" in beside.stderr


def test_check_accepts_what_ships(scenario_file) -> None:
    result = call("check", *SHIPPED, str(scenario_file))
    assert result.exit_code == 0
    assert "comparison: fine: 200 patients, arms full_dose (reference), rdd, interruption" in printed(result)


@dataclass
class FakeResult:
    id: str
    passed: bool
    claim: str = "the claim"
    statistic: str = "share"
    value: float = 0.93
    n: int = 100
    bound: str = "at least 0.9"
    seconds: float = 1.5
    detail: str = ""


@pytest.fixture
def checks(monkeypatch) -> None:
    def run_checks(ids: list[str], quick: bool) -> Iterator[FakeResult]:
        for name in ids:
            yield FakeResult(name, name != "A1", detail=f"quick={quick}", value=float("nan") if quick else 0.93)

    module = types.SimpleNamespace(CHECKS={"P4": 1, "A1": 2}, run_checks=run_checks)
    monkeypatch.setitem(sys.modules, "abm.studies.verify", module)


@pytest.mark.usefixtures("checks")
def test_verify_prints_each_check_and_fails_with_1() -> None:
    good = call("verify", "p4")
    assert good.exit_code == 0
    assert "P4 passed: the claim share = 0.93, bound at least 0.9, n = 100" in printed(good)
    assert DISCLAIMER in good.stdout
    bad = call("verify")
    assert bad.exit_code == 1
    assert "A1 FAILED" in bad.stdout


def test_verify_that_is_stopped_says_what_is_left(monkeypatch) -> None:
    def run_checks(ids: list[str], quick: bool) -> Iterator[FakeResult]:
        yield FakeResult(ids[0], True)
        raise KeyboardInterrupt

    module = types.SimpleNamespace(CHECKS={"P4": 1, "A1": 2, "A2": 3}, run_checks=run_checks)
    monkeypatch.setitem(sys.modules, "abm.studies.verify", module)
    stopped = call("verify")
    assert stopped.exit_code == 130
    assert "desensim verify A1 A2" in stopped.stderr


@pytest.mark.usefixtures("checks")
def test_verify_as_json_is_one_object_a_line() -> None:
    result = call("verify", "--json", "--quick")
    assert result.exit_code == 1
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [item["id"] for item in objects] == ["P4", "A1"]
    assert {"id", "passed", "statistic", "n", "bound", "seconds"} <= set(objects[0])
    assert objects[0]["value"] is None
    assert objects[0]["detail"] == "quick=True"
