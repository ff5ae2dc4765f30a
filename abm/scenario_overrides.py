"""Values put into a scenario's tree before it is read: ``--set path=value``, the key `set`, the points of a sweep."""

from __future__ import annotations

import dataclasses

from abm.scenario_tree import Mark, Node, Report, ScenarioError, shorten
from abm.scenario_yaml import parse

READ_BEFORE = ("extends", "set")
"""Keys whose work is done when paths are followed."""

_WHOLE_AFTER = {"parameters": 1, "sweep": 2}
"""Names of parameters and swept paths hold dots: what follows so many parts is one part."""


def apply_override(root: Node, override: str, report: Report) -> Node:
    """Return the tree with the value of one ``path=value`` in its place."""
    path, separator, text = override.partition("=")
    path = path.strip()
    mark = Mark(f"--set {shorten(path or override)}", 0, 0)
    if not separator or not path:
        report.add("S010", mark, "write path=value, for example patients=50")
        return root
    try:
        value = _value(text.strip(), mark, report)
    except ScenarioError as error:
        report.problems.extend(error.problems)
        return root
    return put(root, path, value, mark, report)


def apply_set(root: Node, report: Report) -> Node:
    """Return the tree with the values of its key `set` in their places, and without that key."""
    node = root.value.get("set") if isinstance(root.value, dict) else None
    if node is None:
        return root
    root = without(root, "set")
    for path, value in (report.mapping(node, "set") or {}).items():
        root = put(root, path, value, node.keys[path], report)
    return root


def put(root: Node, path: str, value: Node, mark: Mark, report: Report) -> Node:
    """Return the tree with `value` at a dotted path; what lies on the way is copied, the rest shared."""
    head = path.partition(".")[0]
    if head in READ_BEFORE:
        report.add("S010", mark, f"{head!r} is read before any value is put in its place; write it in the file")
        return root
    parts = path.split(".", _WHOLE_AFTER.get(head, -1))
    return _put(root, parts, 0, value, mark, report)


def without(node: Node, key: str) -> Node:
    """Return a map without one of its keys."""
    assert isinstance(node.value, dict)
    values = {name: child for name, child in node.value.items() if name != key}
    return dataclasses.replace(node, value=values, keys={name: node.keys[name] for name in values})


def _put(node: Node, parts: list[str], depth: int, value: Node, mark: Mark, report: Report) -> Node:
    part, last = parts[depth], depth == len(parts) - 1
    if isinstance(node.value, list):
        if not (part.isascii() and part.isdigit() and len(part) < 6 and int(part) < len(node.value)):
            report.add("S010", mark, f"{shorten(part)!r} is no item of a list of {len(node.value)}; the first is 0")
            return node
        items = list(node.value)
        items[int(part)] = value if last else _put(items[int(part)], parts, depth + 1, value, mark, report)
        return dataclasses.replace(node, value=items)
    if not isinstance(node.value, dict):
        if not node.broken:
            report.add("S010", mark, f"{shorten(part)!r} is below a plain value; nothing can be set there")
        return node
    child, key_mark = node.value.get(part), node.keys.get(part, mark)
    if last:
        child, key_mark = value, mark
    else:
        made = depth == 0 or parts[0] == "sweep"
        if made and (child is None or (child.value is None and not child.broken)):
            child = Node({}, mark)
        if child is None:
            report.add("S010", mark, f"there is no {shorten(part)!r}", node.value, part)
            return node
        child = _put(child, parts, depth + 1, value, mark, report)
    return dataclasses.replace(node, value={**node.value, part: child}, keys={**node.keys, part: key_mark})


def _value(text: str, mark: Mark, report: Report) -> Node:
    """Tree of an override's value; a comparison such as ``>= 0.35`` is a text without quotes."""
    if not text:
        return Node(None, mark)
    if text[0] in "<>":
        return Node(text, mark, text)
    return parse(text, mark, report)
