"""What a long study has found so far, a line of JSON for each finding; a killed study goes on where it was."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from abm.provenance import differences, plain
from abm.run_folder import DifferentRun, RunFolderError
from abm.whole_files import locked_folder, remove_leftovers, write_whole, writing

IDENTITY = "identity.json"
FOUND = "found.jsonl"


class PointStore:
    """Findings by key, in a folder that belongs to one study.

    Parameters
    ----------
    path : Path
        The folder.
    identity : mapping
        Everything that decides the numbers, as from `abm.provenance.identity`.
    """

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        self.path = path
        self.identity = plain(identity)
        self.found: dict[str, Any] = {}

    @contextlib.contextmanager
    def opened(self) -> Iterator[PointStore]:
        """Hold the folder, and read what was found before.

        Raises
        ------
        DifferentRun
            The folder holds another study.
        FolderInUse, CannotWrite
            As `abm.whole_files.locked_folder`.
        """
        self._check()
        with locked_folder(self.path, lambda: (self.path / IDENTITY).exists()):
            self._check()
            remove_leftovers(self.path)
            if not (self.path / IDENTITY).exists():
                text = json.dumps(self.identity, indent=1)
                write_whole(self.path / IDENTITY, lambda file: file.write(text.encode()))
            self.found = self._read()
            yield self

    def get(self, key: str, find: Callable[[], Any]) -> Any:
        """Return what was found under `key`, finding and keeping it if it is new. JSON can hold it."""
        if key not in self.found:
            self.put(key, find())
        return self.found[key]

    def put(self, key: str, finding: Any) -> None:
        """Keep a finding; it is on the disk when this returns."""
        line = json.dumps([key, plain(finding)], allow_nan=False) + "\n"
        file = self.path / FOUND
        with writing(file), open(file, "ab") as out:
            out.write(line.encode())
            out.flush()
            os.fsync(out.fileno())
        self.found[key] = json.loads(line)[1]

    def _check(self) -> None:
        """Raise `DifferentRun` for a folder of another study."""
        file = self.path / IDENTITY
        if not file.exists():
            if self.path.is_dir() and any(not entry.name.startswith(".") for entry in self.path.iterdir()):
                raise RunFolderError(f"{self.path} holds something else; choose another --out")
            return
        try:
            old = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunFolderError(f"{file} cannot be read ({error}); choose another --out") from error
        if old != self.identity:
            what = "; ".join(differences(old, self.identity)) or "the study"
            raise DifferentRun(f"{self.path} holds another study ({what}); choose another --out")

    def _read(self) -> dict[str, Any]:
        """Findings on the disk."""
        found: dict[str, Any] = {}
        for line in whole_lines(self.path / FOUND, _is_finding):
            found[line[0]] = line[1]
        return found


def _is_finding(line: Any) -> bool:
    return isinstance(line, list) and len(line) == 2 and isinstance(line[0], str)


def whole_lines(file: Path, fits: Callable[[Any], bool]) -> list[Any]:
    """Read a file of one JSON value a line; a last line that a killed process left half-written is cut off.

    Parameters
    ----------
    file : Path
        May be absent.
    fits : callable
        Whether a value is one of those that the file holds.

    Raises
    ------
    RunFolderError
        A line in the middle is damaged, with its place.
    """
    if not file.exists():
        return []
    data = file.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    found = []
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if not fits(value):
            raise RunFolderError(f"{file} is damaged in line {number}; choose another --out")
        found.append(value)
    if len(whole) < len(data):
        with writing(file), open(file, "r+b") as out:
            out.truncate(len(whole))
            os.fsync(out.fileno())
    return found


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table, whole or not at all."""
    write_whole(path, lambda file: file.write(table.to_csv(index=False).encode()))
