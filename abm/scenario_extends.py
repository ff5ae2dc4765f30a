"""`extends`: a scenario as another one, changed. Maps merge, everything else is replaced, an empty value takes away."""

from __future__ import annotations

import os
from pathlib import Path

from abm.scenario_overrides import apply_set, without
from abm.scenario_source import locate_beside, read_tree
from abm.scenario_tree import Mark, Node, Report, shorten
from abm.scenario_yaml import refusal

MOST_PARENTS = 16


def whole_tree(path: Path, label: str, report: Report) -> Node:
    """Tree of a file with all that it inherits: first its parent, whole, then what it says itself, then its `set`.

    Every value keeps the file and line where it was written.

    Raises
    ------
    ScenarioError
        A file cannot be read or parsed, or the files extend each other in a circle.
    """
    return _whole(path, label, report, None, [])


def _whole(path: Path, label: str, report: Report, blamed: Mark | None, below: list[tuple[str, str]]) -> Node:
    """The tree of `path`, which the files in `below` (identity and name) extend one after the other."""
    identity = _identity(path)
    names = " extends ".join([*(name for _, name in below), label])
    if blamed is not None and identity in [before for before, _ in below]:
        raise refusal("S501", blamed, f"scenarios extend each other in a circle: {names}")
    if blamed is not None and len(below) > MOST_PARENTS:
        raise refusal("S501", blamed, f"more than {MOST_PARENTS} scenarios extend each other: {names}")
    own = read_tree(path, label, report, blamed)
    said = own.value.get("extends") if isinstance(own.value, dict) else None
    if said is None:
        return apply_set(own, report)
    given = report.text(said, "extends")
    own = without(own, "extends")
    if given is None:
        return apply_set(own, report)
    parent = locate_beside(given, path, label)
    whole = _whole(*parent, report, said.mark, [*below, (identity, label)])
    if not isinstance(whole.value, dict) and not whole.broken:
        report.add("S103", said.mark, f"{shorten(given)!r} holds no map, so nothing can be taken from it")
        return own
    return apply_set(merged(whole, own), report)


def _identity(path: Path) -> str:
    """What two names of one file have in common."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # a name that no file can have
        return str(path)


def merged(parent: Node, child: Node) -> Node:
    """The child with what only the parent says; where both say a map, merged in the same way."""
    if not (isinstance(parent.value, dict) and isinstance(child.value, dict)) or parent.broken or child.broken:
        return child
    values, keys = dict(parent.value), dict(parent.keys)
    for key, node in child.value.items():
        if key in values and node.value is None and not node.broken:
            del values[key], keys[key]
        else:
            values[key] = merged(values[key], node) if key in values else node
            keys[key] = child.keys[key]
    return Node(values, child.mark, keys=keys)
