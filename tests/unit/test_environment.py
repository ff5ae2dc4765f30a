"""scripts/_environment.py: which Python and installer are taken, what the lock holds, what is said when it fails."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / ".ci" / "requirements.lock").read_text(encoding="utf-8")


def load_environment():
    spec = spec_from_file_location("_environment", ROOT / "scripts" / "_environment.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


environment = load_environment()


def write_command(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def write_python(path: Path, version: tuple[int, int, int], usable: bool = True) -> Path:
    """A command that answers the probe as Python `version` would."""
    answer = json.dumps([list(version), str(path), usable])
    return write_command(path, f"echo '{answer}'")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine without any Python: an empty home, an empty PATH, and this Python out of sight."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    return tmp_path


def test_the_newest_supported_python_that_works_is_taken(machine):
    write_command(machine / "bin" / "python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    write_python(machine / "bin" / "python3.12", (3, 12, 1))
    write_python(machine / "bin" / "python3", (3, 14, 0))
    write_python(machine / "bin" / "python3.11", (3, 11, 9))
    assert [python.version for python in environment.find_pythons()] == [(3, 12, 1), (3, 11, 9)]


def test_a_python_that_the_packages_do_not_support_is_passed_over(machine):
    write_python(machine / "bin" / "python3.13", (3, 13, 0), usable=False)
    write_python(machine / "bin" / "python3", (3, 11, 2))
    assert [python.version for python in environment.find_pythons()] == [(3, 11, 2)]


@pytest.mark.parametrize("place", ["home", "PYENV_ROOT", "shims on PATH"])
def test_pythons_under_pyenv_are_found(machine, monkeypatch, place):
    root = machine / "home" / ".pyenv" if place == "home" else machine / "elsewhere"
    write_python(root / "versions" / "3.12.4" / "bin" / "python", (3, 12, 4))
    if place == "PYENV_ROOT":
        monkeypatch.setenv("PYENV_ROOT", str(root))
    if place == "shims on PATH":
        monkeypatch.setenv("PATH", str(root / "shims"))
    assert [python.version for python in environment.find_pythons()] == [(3, 12, 4)]


def test_the_python_that_runs_the_script_counts(machine, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(write_python(machine / "odd" / "interpreter", (3, 11, 5))))
    assert [python.version for python in environment.find_pythons()] == [(3, 11, 5)]


def test_a_missing_version_is_an_error_that_names_what_was_found(machine):
    write_python(machine / "bin" / "python3", (3, 10, 2))
    with pytest.raises(environment.MissingPython, match=r"3\.12 is needed.*\n?.*Found only: 3\.10\.2"):
        environment.find_pythons((3, 12))


def test_uv_is_used_where_it_works(machine):
    python = environment.Python((3, 12, 1), str(write_command(machine / "bin" / "python3.12", "exit 0")))
    assert environment.choose_installer([python], machine / ".venv").install[0] == "{python}"
    uv = write_command(machine / "bin" / "uv", "exit 0")
    assert environment.choose_installer([python], machine / ".venv").make[:2] == [str(uv), "venv"]
    write_command(uv, "exit 1")
    assert environment.choose_installer([python], machine / ".venv").install[0] == "{python}"


@pytest.mark.parametrize(
    ("manager", "command"),
    [("apt-get", "apt-get install python3.11-venv"), ("dnf", "dnf install python3-pip"), ("none", "install pip or uv")],
)
def test_without_ensurepip_and_pip_one_package_command_is_told(machine, manager, command):
    write_command(machine / "bin" / manager, "exit 0")
    python = environment.Python((3, 11, 2), str(write_command(machine / "bin" / "python3.11", "exit 1")))
    with pytest.raises(environment.SetUpError, match=command):
        environment.choose_installer([python], machine / ".venv")


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("Temporary failure in name resolution", "Connect to the internet"),
        ("OSError: No space left on device", "disk is full"),
        ("anything else", "Run the same command again"),
    ],
)
def test_a_failed_step_says_what_to_do(output, told):
    with pytest.raises(environment.SetUpError, match=told) as caught:
        environment.run_step([sys.executable, "-c", f"import sys; sys.exit({output!r})"])
    assert output in str(caught.value)


def test_packages_from_outside_stay_out_and_the_package_index_stays(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PIP_TARGET", "/somewhere")
    monkeypatch.setenv("PIP_CERT", "/certificates")
    variables = environment.clean_variables()
    assert "PYTHONPATH" not in variables
    assert "PIP_TARGET" not in variables
    assert variables["PIP_CERT"] == "/certificates"


def pins(text: str) -> dict[str, list[str]]:
    """The pin lines of a lock, by package."""
    found: dict[str, list[str]] = {}
    for line in re.findall(r"^[a-z0-9].*$", text, flags=re.MULTILINE):
        found.setdefault(line.split("==")[0], []).append(line)
    return found


def requirements(*groups: str) -> set[str]:
    """The packages pyproject.toml asks for: the core, and those extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = project["dependencies"] + [line for group in groups for line in project["optional-dependencies"][group]]
    return {re.match(r"[A-Za-z0-9._-]+", line).group().replace(".", "-").lower() for line in asked}


def test_the_lock_covers_the_project_and_its_build():
    core, extras = LOCK.split(environment.EXTRAS_DIVIDER)
    assert requirements() | {"hatchling"} <= pins(core).keys()
    assert requirements("science", "viz", "test") <= pins(LOCK).keys()
    assert pins(core).keys().isdisjoint(pins(extras).keys())


def test_every_pin_is_exact_and_hashed():
    blocks = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) > 40
    assert [
        block for block in blocks if not re.match(r"[a-z0-9-]+==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", block)
    ] == []


def test_the_lock_names_no_host():
    assert re.findall(r"https?:|file:|--(?:extra-)?index-url|--find-links|--trusted-host", LOCK) == []


def test_only_forks_for_another_python_or_platform_repeat_a_package():
    repeated = [lines for lines in pins(LOCK).values() if len(lines) > 1]
    assert [lines for lines in repeated if not all("python_full_version" in line for line in lines)] == []
