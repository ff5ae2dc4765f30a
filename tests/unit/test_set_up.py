"""scripts/run.py on a bare checkout: real environments, made offline from a lock of one small local wheel."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAMP = "desensim-set-up.json"
BACKEND = '''
"""A build backend without dependencies, so that no index is needed."""
import os, pathlib, time, zipfile


def build_editable(folder, config_settings=None, metadata_directory=None):
    if os.environ.get("HANG"):
        pathlib.Path(os.environ["HANG"]).touch()
        time.sleep(600)
    info = "desensim-0.1.0.dist-info/"
    with zipfile.ZipFile(os.path.join(folder, "desensim-0.1.0-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("desensim.pth", os.getcwd())
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: desensim\\nVersion: 0.1.0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "entry_points.txt", "[console_scripts]\\ndesensim = abm.cli:main\\n")
        wheel.writestr(info + "RECORD", "")
    return "desensim-0.1.0-py3-none-any.whl"
'''
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "desensim"
version = "0.1.0"
"""
CLI = """
import sys
import small_core
def main():
    print("ran", *sys.argv[1:])
"""


def write_wheel(folder: Path, name: str) -> str:
    """Write an empty importable wheel and return its line in a hashed lock."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return f"{name} @ {path.as_uri()} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Checkout:
    """A small checkout with the real set-up scripts, on a machine with one Python and an empty home."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.root, self.python, self.bin = folder / "check out", python, folder / "bin"
        for name in ("scripts", ".ci", "abm"):
            (self.root / name).mkdir(parents=True)
        self.bin.mkdir()
        for name in ("run.py", "_environment.py"):
            shutil.copy(ROOT / "scripts" / name, self.root / "scripts")
        (self.root / "backend.py").write_text(BACKEND, encoding="utf-8")
        (self.root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
        (self.root / "abm" / "cli.py").write_text(CLI, encoding="utf-8")
        self.lock = self.root / ".ci" / "requirements.lock"
        self.lock.write_text(
            write_wheel(folder, "small_core") + "# ---- extras: test\n" + write_wheel(folder, "small_extra")
        )
        libraries = sysconfig.get_config_var("LIBDIR") or ""
        self.variables = {"PATH": str(self.bin), "HOME": str(folder / "home"), "LD_LIBRARY_PATH": libraries}

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start run.py in its own process group."""
        return subprocess.Popen(
            [str(self.python), str(self.root / "scripts" / "run.py"), *arguments],
            cwd=self.root.parent,
            env={**self.variables, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run run.py; return its exit code and what it printed on both streams."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=300)
        return process.returncode, output, errors


def base_python() -> Path:
    """The Python that this environment was made from."""
    return Path(os.path.realpath(sys._base_executable))


def python_without_ensurepip(folder: Path) -> Path:
    """A working Python as stock Debian has it: this one's library, but no ensurepip and no packages."""
    library = Path(sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix, "base": sys.base_prefix}))
    target = folder / "lib" / library.name
    (target / "site-packages").mkdir(parents=True)
    for entry in library.iterdir():
        if entry.name not in {"ensurepip", "site-packages", "dist-packages", "__pycache__"}:
            (target / entry.name).symlink_to(entry)
    (folder / "bin").mkdir()
    return Path(shutil.copy(base_python(), folder / "bin"))


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path, base_python())


@pytest.fixture
def stock_checkout(tmp_path):
    """A checkout on a machine whose only Python has no ensurepip."""
    python = python_without_ensurepip(tmp_path / "stock")
    absent = subprocess.run([python, "-c", "import ensurepip"], capture_output=True, text=True)
    assert "No module named 'ensurepip'" in absent.stderr
    return Checkout(tmp_path, python)


def test_first_run_sets_up_and_the_next_starts_at_once(checkout):
    code, output, errors = checkout.run()
    assert (code, output) == (0, "ran run comparison sjs\n")
    assert "Setting up .venv (once" in errors
    assert checkout.run("show", "drugs --json") == (0, "ran show drugs --json\n", "")


def test_without_ensurepip_an_available_pip_is_used(stock_checkout):
    pip = stock_checkout.bin / "pip3"
    pip.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pip "$@"\n', encoding="utf-8")
    pip.chmod(0o755)
    code, output, errors = stock_checkout.run("check", "mine.yaml")
    assert (code, output) == (0, "ran check mine.yaml\n"), errors


def test_without_ensurepip_and_pip_exit_2_tells_the_package_command(stock_checkout):
    manager = stock_checkout.bin / "apt-get"
    manager.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    manager.chmod(0o755)
    code, output, errors = stock_checkout.run()
    assert (code, output) == (2, "")
    assert f"apt-get install python3.{sys.version_info.minor}-venv" in errors
    assert "Traceback" not in errors
    assert not (stock_checkout.root / ".venv").exists()


def test_a_killed_set_up_is_not_taken_for_a_finished_one(checkout, tmp_path):
    hanging = tmp_path / "hanging"
    process = checkout.start(HANG=str(hanging))
    deadline = time.monotonic() + 120
    while not hanging.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert hanging.exists()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert (checkout.root / ".venv" / "bin" / "python").exists()
    assert not (checkout.root / ".venv" / STAMP).exists()
    code, output, errors = checkout.run("show", "drugs")
    assert (code, output) == (0, "ran show drugs\n"), errors
    assert "Setting up" in errors
    assert not list(checkout.root.glob(".venv.old*"))


def test_two_set_ups_at_once_make_one_environment(checkout):
    processes = [checkout.start("one"), checkout.start("two")]
    printed = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert [output for output, _ in printed] == ["ran one\n", "ran two\n"]
    assert sum("Setting up" in errors for _, errors in printed) == 1


def test_a_changed_lock_makes_the_environment_anew_and_a_changed_project_completes_it(checkout):
    checkout.run()
    leftover = checkout.root / ".venv" / "leftover"
    leftover.touch()
    with open(checkout.root / "pyproject.toml", "a", encoding="utf-8") as project:
        project.write('description = "changed"\n')
    code, output, errors = checkout.run()
    assert (code, output) == (0, "ran run comparison sjs\n")
    assert "Completing .venv" in errors
    assert leftover.exists()
    checkout.lock.write_text("# changed\n" + checkout.lock.read_text())
    code, output, errors = checkout.run()
    assert (code, output) == (0, "ran run comparison sjs\n")
    assert "Setting up .venv" in errors
    assert not leftover.exists()


def test_an_environment_of_somebody_else_is_moved_aside(checkout):
    theirs = checkout.root / ".venv" / "theirs.txt"
    theirs.parent.mkdir()
    theirs.write_text("precious")
    assert checkout.run()[0] == 0
    [aside] = checkout.root.glob(".venv.old*")
    assert (aside / "theirs.txt").read_text() == "precious"


def test_extras_are_added_on_demand(checkout):
    checkout.run()
    packages = next((checkout.root / ".venv" / "lib").glob("python3*")) / "site-packages"
    assert not (packages / "small_extra.py").exists()
    ask = [checkout.python, "-c", "import _environment; _environment.ready(extras=True)"]
    subprocess.run(ask, cwd=checkout.root / "scripts", env=checkout.variables, check=True, capture_output=True)
    assert (packages / "small_extra.py").exists()
    assert json.loads((checkout.root / ".venv" / STAMP).read_text())["extras"] is True
    assert checkout.run() == (0, "ran run comparison sjs\n", "")


def test_a_package_with_another_hash_is_refused(checkout):
    right = re.search("sha256:(.*)", checkout.lock.read_text()).group(1)
    checkout.lock.write_text(checkout.lock.read_text().replace(right, "0" * 64))
    code, output, errors = checkout.run()
    assert (code, output) == (2, "")
    assert "DO NOT MATCH THE HASHES" in errors
    assert not (checkout.root / ".venv" / STAMP).exists()
