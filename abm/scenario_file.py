"""Scenario files: YAML 1.2 to a validated `Scenario` and back.

The only module that reads YAML. A file is read as events, so that every value keeps its line and column, no tag is ever
acted on and aliases cannot grow without bound. `abm.scenario_schema` then checks the whole tree in one pass.
"""

from __future__ import annotations

import copy
import itertools
import re
import stat
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from abm.scenario import Item, Scenario
from abm.scenario_course import CourseReader
from abm.scenario_overrides import apply_override
from abm.scenario_schema import read_scenario
from abm.scenario_tree import CODES, Mark, Node, Problem, Report, ScenarioError, nearest, shorten
from abm.scenario_writer import resolved_yaml

__all__ = ["CODES", "Problem", "ScenarioError", "load_scenario", "read_protocol", "resolved_yaml", "shipped_scenarios"]

_LARGEST_FILE_BYTES = 262_144
_MOST_VALUES = 10_000
_DEEPEST = 12
_MOST_BRACKETS = 100
_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}


def load_scenario(name_or_path: str | PathLike[str], overrides: Sequence[str] = ()) -> Scenario:
    """Read, check and resolve a scenario.

    Parameters
    ----------
    name_or_path : str or path
        Name of a shipped scenario, such as ``rdd``, or a YAML file.
    overrides : sequence of str
        ``path=value`` texts, for example ``patients=50`` or ``arms.rdd.premedication=[H1]``; the value is read as YAML
        and takes the place of what the file says, before anything is checked.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem of the file and of the overrides.
    """
    text, label = _read(name_or_path)
    report = Report()
    root = _parse(text, Mark(label), report)
    for override in overrides:
        apply_override(root, override, _parse, report)
    scenario = read_scenario(root, report)
    report.raise_if_any()
    assert scenario is not None
    return scenario


def read_protocol(name: str, drug: str, chosen: Sequence[str] = ()) -> tuple[Item, ...]:
    """Read a named protocol as if it stood in a file; `chosen` holds texts such as ``dose=1 g``, refused as there."""
    from abm.parameters.catalog import DRUGS

    report = Report()
    root = _parse(f"[{{protocol: {name}, drug: {drug}}}]", Mark("protocol", 0), report)
    for text in chosen:
        apply_override(root, f"0.{text}", _parse, report)
    course = CourseReader(report, DRUGS, {}, drug, None).course(root, "the protocol")
    report.raise_if_any()
    return course


def shipped_scenarios() -> dict[str, Path]:
    """Scenarios that come with the library, name to file."""
    package = Path(__file__).resolve().parent
    checkout = package.parent
    candidates = [package / "_scenarios", checkout / "scenarios"]
    if (checkout / "pyproject.toml").is_file():
        candidates.reverse()
    for folder in candidates:
        found = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
        if found:
            return found
    return {}


def _read(name_or_path: str | PathLike[str]) -> tuple[str, str]:
    """Text of a scenario and how to call it in messages."""
    path, mark = _locate(name_or_path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise _stop("S002", mark, f"is {kind}; a scenario file (.yaml) is needed")
        if status.st_size > _LARGEST_FILE_BYTES:
            raise _stop("S006", mark, f"is larger than {_LARGEST_FILE_BYTES // 1024} KiB; is this a scenario?")
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        shipped = shipped_scenarios()
        near = nearest(path.stem, shipped)
        hint = f"; did you mean {near!r}?" if near else ""
        message = f"no such file, and no shipped scenario of that name; shipped: {', '.join(shipped)}{hint}"
        raise _stop("S001", mark, message) from None
    except OSError as error:
        raise _stop("S003", mark, f"cannot be read: {error.strerror}") from None
    return _decode(data, mark.file), mark.file


def _locate(name_or_path: str | PathLike[str]) -> tuple[Path, Mark]:
    """File of a scenario and how to call it in messages; a shipped name goes before a file of that name."""
    given = str(name_or_path)
    shipped = shipped_scenarios()
    if isinstance(name_or_path, str) and given in shipped:
        path = shipped[given]
        return path, Mark(_short_path(path))
    label = "".join(char if char.isprintable() else "?" for char in given)
    if not given:
        raise _stop("S001", Mark("(no name)"), f"no file is named; shipped scenarios: {', '.join(shipped)}")
    return Path(name_or_path), Mark(label)


def _short_path(path: Path) -> str:
    """Path below the working folder if it is there."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _decode(data: bytes, label: str) -> str:
    """Text of a file that must be UTF-8 without control characters and must say something."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", errors="replace")
        raise _stop("S004", _mark_after(before, label), "is not UTF-8 text; save the file as UTF-8") from None
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    depth = max(itertools.accumulate(_BRACKETS.get(char, 0) for char in text), default=0)
    if depth > _MOST_BRACKETS:
        # The parser's time grows with the square of the open brackets.
        raise _stop("S006", Mark(label), f"has {depth} brackets open at once; nested more than {_DEEPEST} deep")
    control = _CONTROL.search(text)
    if control:
        where = _mark_after(text[: control.start()], label)
        raise _stop("S004", where, f"has the control character U+{ord(control.group()):04X}; this is no text file")
    return text


def _mark_after(before: str, label: str) -> Mark:
    return Mark(label, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _stop(code: str, mark: Mark, message: str) -> ScenarioError:
    return ScenarioError([Problem(code, message, mark)])


def _parse(text: str, start: Mark, report: Report) -> Node:
    """Tree of a YAML text that begins at `start`; what ends the reading is raised, tags and repeated keys are noted."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return _Builder(YAML(typ="rt", pure=True).parse(text), start, report).document()
    except MarkedYAMLError as error:
        spot = error.problem_mark or error.context_mark
        mark = _mark_at(start, spot) if spot else start
        line = text.splitlines()[spot.line] if spot and spot.line < len(text.splitlines()) else ""
        hint = '; put comparisons in quotes: ">= 0.35"' if re.search(r":\s*[>|][=\s]*[0-9]", line) else ""
        raise _stop("S007", mark, f"not valid YAML: {error.problem or error.context}{hint}") from None
    except (YAMLError, ValueError, OverflowError) as error:
        raise _stop("S007", start, f"not valid YAML: {shorten(str(error).splitlines()[0])}") from None


def _mark_at(start: Mark, spot: Any) -> Mark:
    """Where a mark of the parser is; an override has no lines."""
    return Mark(start.file, spot.line + 1, spot.column + 1) if start.line else start


class _Builder:
    """Builds the tree of one document from parser events."""

    def __init__(self, events: Iterator[Any], start: Mark, report: Report) -> None:
        self._events = events
        self._start = start
        self._report = report
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._values = 0

    def document(self) -> Node:
        """The tree of the only document."""
        for event in self._events:
            kind = type(event).__name__
            if kind == "StreamEndEvent":
                raise _stop("S005", self._start, "is empty; a scenario is needed")
            if kind not in ("StreamStartEvent", "DocumentStartEvent"):
                root = self._node(event, 0)
                break
        for event in self._events:
            if type(event).__name__ == "DocumentStartEvent":
                raise _stop("S007", self._mark(event), "a second document begins here; one scenario a file")
        return root

    def _mark(self, event: Any) -> Mark:
        return _mark_at(self._start, event.start_mark)

    def _node(self, event: Any, depth: int) -> Node:
        """The value that begins with `event`, with all that is in it."""
        mark = self._mark(event)
        if depth > _DEEPEST:
            raise _stop("S006", mark, f"nested more than {_DEEPEST} deep")
        kind = type(event).__name__
        first = self._values
        self._count(1, mark)
        if kind == "AliasEvent":
            return self._alias(event, mark)
        if kind == "ScalarEvent":
            node = Node(_scalar(event), mark, event.value)
            self._check_text(event.value, mark)
        elif kind == "SequenceStartEvent":
            node = Node(self._list(depth), mark)
        else:
            node = self._map(mark, depth)
        tag = getattr(event, "tag", None)
        if tag:
            self._report.add("S008", mark, f"the tag {shorten(str(tag))!r} is not allowed; write the plain value")
            node.broken = True
        if event.anchor:
            self._anchors[event.anchor] = (node, self._values - first)
        return node

    def _count(self, values: int, mark: Mark) -> None:
        self._values += values
        if self._values > _MOST_VALUES:
            raise _stop("S006", mark, f"more than {_MOST_VALUES} values, aliases written out")

    def _check_text(self, text: str, mark: Mark) -> None:
        control = _CONTROL.search(text)
        if control:
            raise _stop("S004", mark, f"the character U+{ord(control.group()):04X} is not allowed in a text")

    def _alias(self, event: Any, mark: Mark) -> Node:
        if event.anchor not in self._anchors:
            raise _stop("S007", mark, f"the alias {shorten(event.anchor)!r} stands for nothing written before it")
        node, values = self._anchors[event.anchor]
        self._count(values, mark)
        return copy.deepcopy(node)

    def _list(self, depth: int) -> list[Node]:
        items = []
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            items.append(self._node(event, depth + 1))
        return items

    def _map(self, mark: Mark, depth: int) -> Node:
        values: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if value.value is None and not value.text:
                # The parser places a value that is left out at whatever comes next.
                value.mark = key.mark
            if isinstance(key.value, dict | list):
                self._report.add("S103", key.mark, "a key must be a name")
            elif key.text in values:
                first = f"in line {keys[key.text].line}" if keys[key.text].line else "before"
                self._report.add("S009", key.mark, f"the key {shorten(key.text)!r} was given {first} already")
            else:
                values[key.text] = value
                keys[key.text] = key.mark
        return Node(values, mark, keys=keys)


def _scalar(event: Any) -> object:
    """Value of a scalar by the core schema of YAML 1.2: ``no`` is a text, ``1e-3`` a number."""
    text: str = event.value
    if event.style is not None and event.style != "":
        return text
    if text in _SPECIAL:
        return _SPECIAL[text]
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
