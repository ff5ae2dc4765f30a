"""scripts/test.py: what it runs, and that nothing missing or failed ends as success."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


class Machine:
    """Stands in for the set-up and the tools: knows which Pythons are there and which tools fail."""

    def __init__(self) -> None:
        self.missing: set[tuple[int, int]] = set()
        self.broken: set[str] = set()
        self.ran: list[tuple[str, list[str]]] = []

    def passes(self, title: str, binaries: Path, command: list[str]) -> bool:
        self.ran.append((binaries.name, command))
        return title not in self.broken


@pytest.fixture
def machine(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    spec = spec_from_file_location("script_test", SCRIPTS / "test.py")
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    machine = Machine()

    def ready(extras, wanted, name):
        assert extras
        if wanted in machine.missing:
            raise script._environment.MissingPython("not there")
        return Path(name)

    monkeypatch.setattr(script._environment, "ready", ready)
    monkeypatch.setattr(script, "passes", machine.passes)
    machine.main = script.main
    yield machine
    sys.modules.pop("_environment", None)


def test_every_check_and_the_tests_run_once(machine, capsys):
    assert machine.main([]) == 0
    assert [command[0] for _, command in machine.ran] == ["ruff", "ruff", "mypy", "lint-imports", "pytest"]
    assert {folder for folder, _ in machine.ran} == {".venv"}
    assert capsys.readouterr().out.strip() == "Python of .venv: passed"


def test_arguments_go_to_pytest(machine):
    machine.main(["--slow", "-x", "tests/unit"])
    assert machine.ran[-1][1] == ["pytest", "-m", "", "-x", "tests/unit"]


def test_every_python_is_tested_and_named(machine, capsys):
    assert machine.main(["--every-python"]) == 0
    assert [folder for folder, command in machine.ran if command[0] == "pytest"] == [
        ".venv-3.13",
        ".venv-3.12",
        ".venv-3.11",
    ]
    assert capsys.readouterr().out.split("\n")[1:4] == [
        "Python 3.13: passed",
        "Python 3.12: passed",
        "Python 3.11: passed",
    ]


@pytest.mark.parametrize(("options", "status"), [([], 1), (["--allow-missing"], 0)])
def test_a_missing_python_is_never_counted_as_passed(machine, capsys, options, status):
    machine.missing = {(3, 12)}
    assert machine.main(["--every-python", *options]) == status
    assert "Python 3.12: missing, nothing was run" in capsys.readouterr().out


def test_the_checks_run_even_if_the_newest_python_is_missing(machine):
    machine.missing = {(3, 13)}
    machine.main(["--every-python"])
    assert [folder for folder, command in machine.ran if command[0] == "mypy"] == [".venv-3.12"]


def test_a_machine_without_any_python_fails_even_if_missing_ones_are_allowed(machine):
    machine.missing = {(3, 11), (3, 12), (3, 13)}
    assert machine.main(["--every-python", "--allow-missing"]) == 1


@pytest.mark.parametrize("title", ["style", "format", "types", "imports"])
def test_a_failed_check_fails_the_whole(machine, capsys, title):
    machine.broken = {title}
    assert machine.main(["--allow-missing"]) == 1
    assert f"failed: {title}" in capsys.readouterr().out


def test_failed_tests_fail_the_whole(machine):
    machine.broken = {"tests (.venv-3.12)"}
    assert machine.main(["--every-python", "--allow-missing"]) == 1
