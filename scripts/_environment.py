"""The project's own Python environment: made once, reused afterwards. Standard library only.

`ready` returns the Python of a finished environment in the checkout (`.venv`). It takes the newest supported Python
that works, installs the hashed lock `.ci/requirements.lock` and then the project itself without dependencies. The
stamp is written last, so an interrupted set-up never looks finished. The system's Python is never written to.

This file and its callers also have to start on an older `python3`, which then finds a supported one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Iterator, NamedTuple  # noqa: UP035  (older Pythons)

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ((3, 13), (3, 12), (3, 11))
EXTRAS_DIVIDER = "# ---- extras:"
STAMP = "desensim-set-up.json"
BINARIES = "Scripts" if os.name == "nt" else "bin"
PROBE = """
import json, sys, sysconfig, ssl, venv, zlib
odd = sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED") or sys.maxsize < 2**32
final = sys.version_info[3] == "final"
path = getattr(sys, "_base_executable", None) or sys.executable
print(json.dumps([list(sys.version_info[:3]), path, bool(final and not odd)]))
"""
PACKAGE_COMMANDS = {
    "apt-get": "apt-get install python{}-venv",
    "dnf": "dnf install python3-pip",
    "zypper": "zypper install python3-pip",
    "apk": "apk add py3-pip",
    "pacman": "pacman -S python-pip",
}
OFFLINE_SIGNS = ("name resolution", "Failed to establish", "Network is unreachable", "dns error", "ConnectTimeout")


class SetUpError(Exception):
    """The environment cannot be made; the message says what to do about it."""


class MissingPython(SetUpError):
    """No supported Python of the wanted version was found."""


class Python(NamedTuple):
    """A Python that ran and reported its version."""

    version: tuple[int, int, int]
    path: str

    def __str__(self) -> str:
        return "Python {}.{}.{} ({})".format(*self.version, self.path)


class Installer(NamedTuple):
    """How to make an environment: the command that makes it, and the start of the one that installs into it.

    In `install`, ``{python}`` stands for the environment's own Python.
    """

    python: str
    make: list[str]
    install: list[str]


def say(text: str) -> None:
    """Print progress where it does not mix with results."""
    print(text, file=sys.stderr, flush=True)


def clean_variables() -> dict[str, str]:
    """Return the process environment without what would leak other packages in, or ours out of the environment."""
    leaky = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__"}
    return {**{name: value for name, value in os.environ.items() if name not in leaky}, "PIP_USER": "0"}


def answer(command: list[str]) -> str | None:
    """Return what a short command prints, or None if it cannot be run, fails or hangs."""
    try:
        printed = subprocess.check_output(
            command, env=clean_variables(), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return printed.decode("utf-8", "replace")


def works(command: list[str]) -> bool:
    """Tell whether `command` succeeds."""
    return answer(command) is not None


def candidates() -> Iterator[list[str]]:
    """Yield commands that may start a Python: this one, those on PATH, those under pyenv."""
    yield [sys.executable]
    names = ["python{}.{}".format(*version) for version in SUPPORTED] + ["python3", "python"]
    pyenv_roots = [Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser(), Path("~/.pyenv").expanduser()]
    for folder in os.get_exec_path():
        if os.path.basename(folder) == "shims":
            pyenv_roots.append(Path(folder).parent)
        yield from ([found] for found in (shutil.which(name, path=folder) for name in names) if found)
    if os.name == "nt":
        yield from (["py", "-{}.{}".format(*version)] for version in SUPPORTED)
    for root in pyenv_roots:
        for major, minor in SUPPORTED:
            for home in root.glob(f"versions/{major}.{minor}*"):
                yield [str(home / ("python.exe" if os.name == "nt" else "bin/python"))]


def find_pythons(wanted: tuple[int, int] | None = None) -> list[Python]:
    """Return the supported Pythons that work, newest first; `wanted` limits them to one version such as (3, 12)."""
    found: dict[str, Python] = {}
    rejected: dict[str, str] = {}
    for command in dict.fromkeys(tuple(command) for command in candidates()):
        try:
            version, path, usable = json.loads(answer([*command, "-c", PROBE]) or "")
        except ValueError:
            continue
        if usable and tuple(version[:2]) in ((wanted,) if wanted else SUPPORTED):
            found.setdefault(os.path.realpath(path), Python(tuple(version), path))
        else:
            rejected[os.path.realpath(path)] = "{}.{}.{} ({})".format(*version, path)
    if not found:
        asked = "{}.{}".format(*wanted) if wanted else "3.11, 3.12 or 3.13"
        others = f" Found only: {', '.join(sorted(rejected.values()))}." if rejected else ""
        raise MissingPython(
            f"Python {asked} is needed and was not found on PATH or under pyenv.{others}\n"
            "Install it (python.org, your package manager, or pyenv) and run the same command again."
        )
    return sorted(found.values(), key=lambda python: python.version, reverse=True)


def installers(pythons: list[Python], folder: Path) -> Iterator[Installer]:
    """Yield the ways to make an environment in `folder`, best first."""
    uv = shutil.which("uv")
    for python in pythons:
        if uv and works([uv, "--version"]):
            make = [uv, "venv", "--quiet", "--no-project", "--python", python.path, str(folder)]
            yield Installer(str(python), make, [uv, "pip", "install", "--quiet", "--python", "{python}"])
    tail = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    for python in pythons:
        make = [python.path, "-m", "venv", str(folder)]
        if works([python.path, "-c", "import ensurepip; ensurepip.version()"]):
            yield Installer(str(python), make, ["{python}", "-m", "pip", *tail])
            continue
        loose_pips = [[other.path, "-m", "pip"] for other in (python, *pythons)]
        loose_pips += [[found] for found in (shutil.which("pip3"), shutil.which("pip")) if found]
        for pip in loose_pips:
            if works([*pip, "--python", python.path, "--version"]):
                yield Installer(str(python), [*make, "--without-pip"], [*pip, "--python", "{python}", *tail])
                break


def choose_installer(pythons: list[Python], folder: Path) -> Installer:
    """Return the best way to make an environment, or say which package is missing."""
    for best in installers(pythons, folder):
        return best
    owned = next((python for python in pythons if python.path.startswith("/usr/bin")), pythons[0])
    sudo = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    known = (sudo + command for manager, command in PACKAGE_COMMANDS.items() if shutil.which(manager))
    remedy = next(known, "install pip or uv").format("{}.{}".format(*owned.version))
    raise SetUpError(f"{owned} comes without ensurepip, and neither pip nor uv was found. Type:\n    {remedy}")


class Environment:
    """One environment folder of a checkout, with the stamp that says what it holds."""

    def __init__(self, root: Path, name: str, extras: bool) -> None:
        self.root, self.folder, self.extras = root, root / name, extras
        self.python = self.folder / BINARIES / ("python.exe" if os.name == "nt" else "python")
        self.stamp_file = self.folder / STAMP
        self.lock_text = (root / ".ci" / "requirements.lock").read_text(encoding="utf-8")
        self.packages = {"root": str(root), "lock": hashlib.sha256(self.lock_text.encode()).hexdigest()}
        self.project = {"project": hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()}

    def stamp(self) -> dict[str, Any]:
        """Read the stamp; empty if there is none, or if the Python behind the environment is gone."""
        try:
            return dict(json.loads(self.stamp_file.read_text(encoding="utf-8"))) if self.python.exists() else {}
        except (OSError, ValueError):
            return {}

    def is_ready(self) -> bool:
        """Tell whether nothing is left to do."""
        stamp = self.stamp()
        return {**stamp, **self.packages, **self.project} == stamp and stamp.get("extras") in (True, self.extras)

    def clear(self, unfinished: bool) -> None:
        """Remove an environment of ours; one that somebody else made is moved aside."""
        if unfinished or self.stamp_file.exists() or not self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        aside = self.folder.with_name(f"{self.folder.name}.old-{os.getpid()}")
        self.folder.rename(aside)
        say(f"  {self.folder.name} was not made by this script: it is now {aside.name}")

    def install(self, installer: Installer) -> None:
        """Install the lock, then the project, and write the stamp last."""
        command = [part.format(python=self.python) for part in installer.install]
        requirements = self.folder / "requirements.txt"
        wanted = self.lock_text if self.extras else self.lock_text.split(EXTRAS_DIVIDER)[0]
        requirements.write_text(wanted, encoding="utf-8")
        say("  installing packages")
        run_step([*command, "--require-hashes", "--requirement", str(requirements)])
        run_step([*command, "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(self.root)])
        stamp = {**self.packages, **self.project, "extras": self.extras, "installer": installer}
        self.stamp_file.write_text(json.dumps(stamp), encoding="utf-8")

    def make(self, wanted: tuple[int, int] | None, unfinished: bool) -> None:
        """Bring the folder to what the lock and pyproject.toml ask for."""
        stamp = self.stamp()
        installer = Installer(*stamp.get("installer", ("", [], [""])))
        if {**stamp, **self.packages} == stamp and shutil.which(installer.install[0].format(python=self.python)):
            say(f"Completing {self.folder.name} …")
            self.extras = self.extras or stamp["extras"]
            self.stamp_file.unlink()
        else:
            say(f"Setting up {self.folder.name} (once, about a minute) …")
            installer = choose_installer(find_pythons(wanted), self.folder)
            say(f"  {installer.python}")
            self.clear(unfinished)
            run_step(installer.make)
        self.install(installer)


def run_step(command: list[str]) -> None:
    """Run one command of the set-up; if it fails, raise with the end of what it said and what to do."""
    done = subprocess.run(
        command, env=clean_variables(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode == 0:
        return
    output = done.stdout.decode("utf-8", "replace")
    tail = "\n".join("    " + line for line in output.strip().splitlines()[-12:])
    remedy = "Run the same command again; if it fails again, the lines above say why."
    if any(sign in output for sign in OFFLINE_SIGNS):
        remedy = "The package index cannot be reached. Connect to the internet (needed once) and run it again."
    elif "No space left" in output:
        remedy = "The disk is full: about 1 GB is needed. Make room and run the same command again."
    raise SetUpError(f"{' '.join(command[:6])} … failed:\n{tail}\n{remedy}")


@contextlib.contextmanager
def one_at_a_time(path: Path) -> Iterator[bool]:
    """Hold the lock file `path`; yield whether an earlier holder was stopped before it finished."""
    with open(path, "a+", encoding="utf-8") as handle:
        handle.seek(0)
        try:
            take_lock(handle.fileno(), wait=False)
        except OSError:
            say("Waiting for another set-up in this checkout …")
            take_lock(handle.fileno(), wait=True)
        unfinished = handle.read() != ""
        handle.write("unfinished\n")
        handle.flush()
        yield unfinished
        handle.truncate(0)


def take_lock(descriptor: int, wait: bool) -> None:
    """Lock an open file until it is closed or the process ends; OSError if it is taken and `wait` is false."""
    if os.name != "nt":
        import fcntl

        return fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    import msvcrt

    while True:
        try:
            return msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            if not wait:
                raise
            time.sleep(0.5)


def ready(extras: bool, wanted: tuple[int, int] | None = None, name: str = ".venv", root: Path = ROOT) -> Path:
    """Return the binaries folder of a finished environment in `root`, making it first if need be.

    `extras` adds what the tests and the page need; `wanted` asks for one version of Python, such as (3, 12).
    Raises SetUpError, whose message says what to do.
    """
    environment = Environment(root, name, extras)
    if not environment.is_ready():
        try:
            with one_at_a_time(root / f"{name}.lock") as unfinished:
                if not environment.is_ready():
                    environment.make(wanted, unfinished)
                    say("  ready")
        except OSError as error:
            raise SetUpError(f"{error}\nThe set-up writes to {root}: use a copy in a folder that you own.") from error
    return environment.python.parent
