"""YAML 1.2 as trees of nodes that remember where each value was written, and back.

The only module that reads or writes YAML. A text is read as events, so that every value keeps its line and column, no
tag is ever acted on, a repeated key is found, and ``no`` stays a text.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator
from typing import Any

from abm.scenario_tree import Mark, Node, Problem, Report, ScenarioError, shorten

MOST_VALUES = 10_000
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


def decode(data: bytes, label: str) -> str:
    """Text of a file that must be UTF-8 without control characters and must say something."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", errors="replace")
        raise refusal("S004", _mark_after(before, label), "is not UTF-8 text; save the file as UTF-8") from None
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    depth = max(itertools.accumulate(_BRACKETS.get(char, 0) for char in text), default=0)
    if depth > _MOST_BRACKETS:
        # The parser's time grows with the square of the open brackets.
        raise refusal("S006", Mark(label), f"has {depth} brackets open at once; nested more than {_DEEPEST} deep")
    control = _CONTROL.search(text)
    if control:
        where = _mark_after(text[: control.start()], label)
        raise refusal("S004", where, f"has the control character U+{ord(control.group()):04X}; this is no text file")
    return text


def _mark_after(before: str, label: str) -> Mark:
    return Mark(label, before.count("\n") + 1, len(before) - before.rfind("\n"))


def refusal(code: str, mark: Mark, message: str) -> ScenarioError:
    return ScenarioError([Problem(code, message, mark)])


def parse(text: str, start: Mark, report: Report) -> Node:
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
        raise refusal("S007", mark, f"not valid YAML: {error.problem or error.context}{hint}") from None
    except (YAMLError, ValueError, OverflowError) as error:
        raise refusal("S007", start, f"not valid YAML: {shorten(str(error).splitlines()[0])}") from None


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
                raise refusal("S005", self._start, "is empty; a scenario is needed")
            if kind not in ("StreamStartEvent", "DocumentStartEvent"):
                root = self._node(event, 0)
                break
        for event in self._events:
            if type(event).__name__ == "DocumentStartEvent":
                raise refusal("S007", self._mark(event), "a second document begins here; one scenario a file")
        return root

    def _mark(self, event: Any) -> Mark:
        return _mark_at(self._start, event.start_mark)

    def _node(self, event: Any, depth: int) -> Node:
        """The value that begins with `event`, with all that is in it."""
        mark = self._mark(event)
        if depth > _DEEPEST:
            raise refusal("S006", mark, f"nested more than {_DEEPEST} deep")
        kind = type(event).__name__
        first = self._values
        self._count(1, mark)
        if kind == "AliasEvent":
            return self._alias(event, mark)
        if kind == "ScalarEvent":
            if event.style == ">":
                event.value = event.value.replace("\a", "")  # the parser's mark of where lines were folded
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
        if self._values > MOST_VALUES:
            raise refusal("S006", mark, f"more than {MOST_VALUES} values, aliases written out")

    def _check_text(self, text: str, mark: Mark) -> None:
        control = _CONTROL.search(text)
        if control:
            raise refusal("S004", mark, f"the character U+{ord(control.group()):04X} is not allowed in a text")

    def _alias(self, event: Any, mark: Mark) -> Node:
        if event.anchor not in self._anchors:
            raise refusal("S007", mark, f"the alias {shorten(event.anchor)!r} stands for nothing written before it")
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


def plain(node: Node) -> Any:
    """Values of a tree without their marks, as lists, dicts and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value
