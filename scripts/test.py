"""Set up once, then check everything: style, types, import rules and the tests.

`python3 scripts/test.py [--slow] [--every-python [--allow-missing]] [arguments of pytest]`
Ends with exit status 0 only if every check passed on every Python asked for.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import _environment

CHECKS = (
    ("style", ["ruff", "check", "--output-format=concise", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("imports", ["lint-imports"]),
)
NOT_RUN = "nothing was run"
MISSING = f"missing, {NOT_RUN}"
PARALLEL = ["--numprocesses=logical", "--dist=loadfile"]


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Split the arguments into ours and those for pytest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="Other arguments go to pytest.")
    parser.add_argument("--slow", action="store_true", help="also run the tests marked slow")
    parser.add_argument("--every-python", action="store_true", help="run the tests on Python 3.11, 3.12 and 3.13")
    parser.add_argument("--allow-missing", action="store_true", help="a Python that is not there is no failure")
    return parser.parse_known_args(arguments)


def passes(title: str, binaries: Path, command: list[str]) -> bool:
    """Run one tool of the environment in the checkout; tell whether it succeeded."""
    print(f"\n== {title}: {' '.join(command)}", flush=True)
    tool = [str(binaries / command[0]), *command[1:]]
    return subprocess.call(tool, cwd=_environment.ROOT, env=_environment.clean_variables()) == 0


def test_one(name: str, wanted: tuple[int, int] | None, checks: bool, pytest: list[str]) -> str:
    """Set up one Python and run the tests on it (with `checks` the others too); return the verdict."""
    try:
        binaries = _environment.ready(extras=True, wanted=wanted, name=name)
    except _environment.SetUpError as error:
        _environment.say(str(error))
        return MISSING if isinstance(error, _environment.MissingPython) else f"set-up failed, {NOT_RUN}"
    failed = [title for title, command in CHECKS if checks and not passes(title, binaries, command)]
    if not passes(f"tests ({name})", binaries, ["pytest", *pytest]):
        failed.append("tests")
    return f"failed: {', '.join(failed)}" if failed else "passed"


def main(arguments: list[str]) -> int:
    """Run what was asked for and print one line per Python; return 0 if all is well."""
    options, pytest = parse(arguments)
    pytest = [*(["-m", ""] if options.slow else []), *(pytest or PARALLEL)]
    targets: dict[str, tuple[int, int] | None] = {".venv": None}
    if options.every_python:
        targets = {".venv-{}.{}".format(*version): version for version in _environment.SUPPORTED}
    verdicts: dict[str, str] = {}
    for name, wanted in targets.items():
        unchecked = all(verdict.endswith(NOT_RUN) for verdict in verdicts.values())
        verdicts[name] = test_one(name, wanted, checks=unchecked, pytest=pytest)
    print()
    for name, verdict in verdicts.items():
        label = "Python {}.{}".format(*targets[name]) if targets[name] else "Python of .venv"
        print(f"{label}: {verdict}", flush=True)
    excused = {"passed", MISSING} if options.allow_missing else {"passed"}
    return 0 if "passed" in verdicts.values() and set(verdicts.values()) <= excused else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
