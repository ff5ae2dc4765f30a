"""Overrides such as ``patients=50``: a value put into a scenario's tree before it is checked."""

from __future__ import annotations

from collections.abc import Callable

from abm.scenario_tree import Mark, Node, Report, ScenarioError, shorten

Parse = Callable[[str, Mark, Report], Node]


def apply_override(root: Node, override: str, parse: Parse, report: Report) -> None:
    """Put the value of one ``path=value`` in its place in the tree."""
    path, separator, text = override.partition("=")
    path = path.strip()
    mark = Mark(f"--set {shorten(path or override)}", 0, 0)
    if not separator or not path:
        report.add("S010", mark, "write path=value, for example patients=50")
        return
    try:
        value = _value(text.strip(), mark, parse, report)
    except ScenarioError as error:
        report.problems.extend(error.problems)
        return
    head, _, rest = path.partition(".")
    # Parameter names contain dots themselves.
    parts = [head, rest] if head == "parameters" and rest else path.split(".")
    node = root
    for depth, part in enumerate(parts[:-1]):
        child = _child(node, part, mark, report, create=depth == 0)
        if child is None:
            return
        node = child
    last = parts[-1]
    if isinstance(node.value, list):
        if _child(node, last, mark, report, create=False) is not None:
            node.value[int(last)] = value
    elif isinstance(node.value, dict):
        node.value[last] = value
        node.keys[last] = mark
    elif not node.broken:
        report.add("S010", mark, "leads to a place below a plain value; nothing can be set there")


def _value(text: str, mark: Mark, parse: Parse, report: Report) -> Node:
    """Tree of an override's value; a comparison such as ``>= 0.35`` is a text without quotes."""
    if not text:
        return Node(None, mark)
    if text[0] in "<>":
        return Node(text, mark, text)
    return parse(text, mark, report)


def _child(node: Node, part: str, mark: Mark, report: Report, create: bool) -> Node | None:
    """What is under one part of a path, made where allowed; None after noting that there is nothing."""
    if isinstance(node.value, list):
        if part.isascii() and part.isdigit() and len(part) < 6 and int(part) < len(node.value):
            item: Node = node.value[int(part)]
            return item
        report.add("S010", mark, f"{shorten(part)!r} is no item of a list of {len(node.value)}; the first is 0")
        return None
    if not isinstance(node.value, dict):
        if not node.broken:
            report.add("S010", mark, f"{shorten(part)!r} is below a plain value; nothing can be set there")
        return None
    if part not in node.value:
        if not create:
            report.add("S010", mark, f"there is no {shorten(part)!r}", node.value, part)
            return None
        node.value[part] = Node({}, mark)
        node.keys[part] = mark
    elif create and node.value[part].value is None:
        node.value[part] = Node({}, mark)
    child: Node = node.value[part]
    return child
