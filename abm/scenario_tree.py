"""A scenario's text as a tree that remembers where each value was written, and the problems found in it."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from abm.units import QuantityError, parse_quantity

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_QUANTITY_CODES = {
    "no unit": "S201",
    "wrong unit": "S202",
    "negative": "S203",
    "not finite": "S204",
    "out of range": "S205",
    "not a quantity": "S206",
}


class Mark(NamedTuple):
    """Where something was written: a file with 1-based line and column, or ``--set path`` with line 0."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a scenario: where, a stable code and what to do about it."""

    code: str
    message: str
    mark: Mark

    def __str__(self) -> str:
        return f"{self.mark}: {self.code} {self.message}"


class ScenarioError(Exception):
    """A scenario that cannot be used; `problems` lists everything that is wrong with it, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: list[Problem] = sorted(problems, key=lambda problem: problem.mark)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem]]]:
        return ScenarioError, (self.problems,)


@dataclass(slots=True)
class Node:
    """One value of the file.

    `value` is a scalar, a list of nodes or a dict of nodes; ``keys`` holds where each key of a dict was written.
    A `broken` node already has its problem and is passed over in silence.
    """

    value: object
    mark: Mark
    text: str = ""
    keys: dict[str, Mark] = field(default_factory=dict)
    broken: bool = False


class Report:
    """Collects problems while a tree is read; every reader returns None for what it could not use.

    `wrongly_defined` holds names that the file defines with a fault, each with the code of an unknown one: what uses
    them is passed over in silence.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.wrongly_defined: set[tuple[str, str]] = set()

    def add(
        self,
        code: str,
        mark: Mark,
        message: str,
        allowed: Iterable[str] = (),
        found: str | None = None,
        listed: bool = True,
    ) -> None:
        """Note a problem; `allowed` is listed, unless told not to, and searched for the name nearest to `found`."""
        names = list(allowed)
        if names and listed:
            message += f"; allowed: {_listed(names)}"
        near = nearest(found, names) if found is not None else None
        if near is not None:
            message += f"; did you mean {near!r}?"
        self.problems.append(Problem(code, message, mark))

    def raise_if_any(self) -> None:
        """Raise `ScenarioError` with everything noted so far."""
        if self.problems:
            raise ScenarioError(self.problems)

    def fields(
        self, node: Node, known: Collection[str], required: Collection[str] = (), what: str = ""
    ) -> dict[str, Node] | None:
        """Values of a map by key, without unknown ones; None if the node is no map."""
        values = self.mapping(node, what)
        if values is None:
            return None
        for key, mark in node.keys.items():
            if key not in known:
                self.add("S101", mark, f"unknown key {shorten(key)!r}{_inside(what)}", known, key)
        for key in required:
            if key not in values:
                self.add("S102", node.mark, f"missing key {key!r}{_inside(what)}")
        return {key: value for key, value in values.items() if key in known}

    def mapping(self, node: Node, what: str = "") -> dict[str, Node] | None:
        """Values of a map by key."""
        if isinstance(node.value, dict) and not node.broken:
            return node.value
        self._wrong_type(node, "a map (key: value)", what)
        return None

    def items(self, node: Node, what: str) -> list[Node] | None:
        """Items of a list."""
        if isinstance(node.value, list) and not node.broken:
            return node.value
        self._wrong_type(node, "a list ([a, b])", what)
        return None

    def text(self, node: Node, what: str) -> str | None:
        """A text."""
        if isinstance(node.value, str) and not node.broken:
            return node.value
        self._wrong_type(node, "a text", what)
        return None

    def name(self, text: str, mark: Mark) -> bool:
        """Whether a text can be a name in files and tables."""
        if _NAME.fullmatch(text):
            return True
        rule = "a name begins with a letter and goes on with at most 63 letters, digits, _ or -"
        self.add("S107", mark, f"{shorten(text)!r} cannot be a name; {rule}")
        return False

    def boolean(self, node: Node, what: str) -> bool | None:
        """True or false."""
        if isinstance(node.value, bool) and not node.broken:
            return node.value
        self._wrong_type(node, "true or false", what)
        return None

    def whole(self, node: Node, what: str, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`."""
        value = node.value
        if node.broken or isinstance(value, bool) or not isinstance(value, int):
            if isinstance(value, float) and not node.broken and not math.isfinite(value):
                self.add("S204", node.mark, f"{what} is {describe(node)}; allowed: {low} to {high}")
            else:
                self._wrong_type(node, f"a whole number from {low} to {high}", what)
            return None
        if not low <= value <= high:
            self.add("S104", node.mark, f"{what} is {describe(node)}; allowed: {low} to {high}")
            return None
        return value

    def number(self, node: Node, what: str) -> float | None:
        """A finite number."""
        value = node.value
        if node.broken or isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong_type(node, "a number", what)
            return None
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.add("S204", node.mark, f"{what} is {describe(node)}, which is not a finite number")
            return None
        return number

    def quantity(self, node: Node, dimension: str, what: str, least: float | None = 0.0) -> float | None:
        """A quantity in its canonical unit, more than `least`; `least` None allows zero."""
        if node.broken:
            return None
        try:
            value = parse_quantity(node.value, dimension)
        except QuantityError as error:
            number = isinstance(node.value, int | float) and error.complaint == "no unit"
            message = f"{shorten(node.text)!r} has no unit; {str(error).partition('; ')[2]}" if number else str(error)
            self.add(_QUANTITY_CODES[error.complaint], node.mark, f"{what}: {message}")
            return None
        if least is not None and value <= least:
            limit = "zero" if least == 0 else f"{shorten(node.text)!r}, too little"
            self.add("S203" if value == 0 else "S205", node.mark, f"{what} is {limit}; more is needed")
            return None
        return value

    def choice(self, node: Node, names: Iterable[str], code: str, what: str) -> str | None:
        """One of `names`."""
        text = self.text(node, what)
        if text is None or (code, text) in self.wrongly_defined:
            return None
        allowed = list(names)
        if text not in allowed:
            self.add(code, node.mark, f"unknown {what} {shorten(text)!r}", allowed, text)
            return None
        return text

    def _wrong_type(self, node: Node, wanted: str, what: str) -> None:
        if not node.broken:
            self.add("S103", node.mark, f"{what or 'this'} is {describe(node)}; {wanted} is needed")


def nearest(found: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `found` most resembles, None if none does."""
    by_lower = {name.lower(): name for name in names}
    matches = difflib.get_close_matches(found[:80].lower(), list(by_lower), n=1)
    return by_lower[matches[0]] if matches else None


def describe(node: Node) -> str:
    """What a node holds, in words."""
    value = node.value
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"{str(value).lower()}"
    return f"the text {shorten(value)!r}" if isinstance(value, str) else f"the number {shorten(node.text)}"


def shorten(text: str) -> str:
    """At most 60 characters of a text."""
    return text if len(text) <= 60 else text[:57] + "..."


def _listed(names: list[str]) -> str:
    shown = [shorten(name) for name in names[:25]]
    return ", ".join(shown) + (f" and {len(names) - 25} more" if len(names) > 25 else "")


def _inside(what: str) -> str:
    return f" in {what}" if what else ""
