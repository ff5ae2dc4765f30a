"""Where scenario files are, and their text."""

from __future__ import annotations

import functools
import os
import stat
from os import PathLike
from pathlib import Path

from abm.scenario_tree import Mark, Node, Report, nearest
from abm.scenario_yaml import decode, parse, refusal

_LARGEST_FILE_BYTES = 262_144


def shipped_scenarios() -> dict[str, Path]:
    """Scenarios that come with the library, name to file."""
    return _shipped("*.yaml")


@functools.cache
def shipped_populations() -> dict[str, Path]:
    """Populations that come as files with the library, name to file."""
    return _shipped("populations/*.yaml")


def _shipped(pattern: str) -> dict[str, Path]:
    package = Path(__file__).resolve().parent
    checkout = package.parent
    candidates = [package / "_scenarios", checkout / "scenarios"]
    if (checkout / "pyproject.toml").is_file():
        candidates.reverse()
    for folder in candidates:
        found = {path.stem: path for path in sorted(folder.glob(pattern))}
        if found:
            return found
    return {}


def locate(name_or_path: str | PathLike[str]) -> tuple[Path, str]:
    """File of a scenario and how to call it in messages; a shipped name goes before a file of that name."""
    given = str(name_or_path)
    shipped = shipped_scenarios()
    if isinstance(name_or_path, str) and given in shipped:
        path = shipped[given]
        return path, _short_path(path)
    if not given:
        raise refusal("S001", Mark("(no name)"), f"no file is named; shipped scenarios: {', '.join(shipped)}")
    return Path(name_or_path), _printable(given)


def locate_beside(given: str, path: Path, label: str) -> tuple[Path, str]:
    """File that the file `path`, called `label`, means by `given`: a shipped name, or a path seen from its folder."""
    shipped = shipped_scenarios()
    if given in shipped:
        return shipped[given], _short_path(shipped[given])
    return path.parent / given, _printable(os.path.normpath(os.path.join(os.path.dirname(label), given)))


def read_tree(path: Path, label: str, report: Report, blamed: Mark | None = None) -> Node:
    """Tree of a file; one that cannot be read is told where it was named, at `blamed` or in itself."""
    mark = blamed or Mark(label)
    who = "" if blamed is None else f"{label} "
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise refusal("S002", mark, f"{who}is {kind}; a scenario file (.yaml) is needed")
        if status.st_size > _LARGEST_FILE_BYTES:
            raise refusal("S006", mark, f"{who}is larger than {_LARGEST_FILE_BYTES // 1024} KiB; is this a scenario?")
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        shipped = shipped_scenarios()
        near = nearest(path.stem, shipped)
        hint = f"; did you mean {near!r}?" if near else ""
        message = f"no such file, and no shipped scenario of that name; shipped: {', '.join(shipped)}{hint}"
        raise refusal("S001", mark, f"{who}{'is ' if who else ''}{message}") from None
    except OSError as error:
        raise refusal("S003", mark, f"{who}cannot be read: {error.strerror}") from None
    return parse(decode(data, label), Mark(label), report)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _short_path(path: Path) -> str:
    """Path below the working folder if it is there."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
