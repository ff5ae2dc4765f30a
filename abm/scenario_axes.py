"""What a sweep varies as columns of a table: names, units, types, values."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from abm.output_columns import TABLES
from abm.scenario_points import Axis
from abm.scenario_schema import vocabulary
from abm.scenario_tree import Node
from abm.scenario_yaml import plain
from abm.units import DIMENSIONS, parse_quantity, quantity_parts

_TAKEN = {"point", "label", "folder"} | {column.name for columns in TABLES.values() for column in columns}


def axes_of(paths: Sequence[str], values: Sequence[Sequence[Node]]) -> tuple[Axis, ...]:
    """An axis for each path: a column named by as little of the path as tells it from the others."""
    typed = [_type(path, nodes) for path, nodes in zip(paths, values, strict=True)]
    axes: list[Axis] = []
    for path, (unit, kind) in zip(paths, typed, strict=True):
        ending = "" if path.startswith("parameters.") or not unit else f"_{_spelled(unit)}"
        others = [other for other in paths if other != path] + [axis.column for axis in axes]
        axes.append(Axis(path, _column(path, ending, others), unit, kind))
    return tuple(axes)


def _column(path: str, ending: str, others: Sequence[str]) -> str:
    parts = [re.sub(r"[^A-Za-z0-9_]", "_", part) for part in path.split(".")]
    for count in range(1, len(parts) + 1):
        name = "_".join(parts[-count:])
        alone = all(path.split(".")[-count:] != other.split(".")[-count:] for other in others)
        if alone and name[:1].isalpha() and name + ending not in {*_TAKEN, *others}:
            return name + ending
    return f"swept_{'_'.join(parts)}{ending}"


def _type(path: str, nodes: Sequence[Node]) -> tuple[str, str]:
    """Unit and type of a column that holds these values."""
    values = [node.value for node in nodes]
    if all(isinstance(value, bool) for value in values):
        return "", "boolean"
    unit = vocabulary().parameters.get(path.removeprefix("parameters."), "") if path.startswith("parameters.") else ""
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return unit, "float64" if path.startswith("parameters.") else "int64"
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return unit, "float64"
    found = [quantity_parts(value) for value in values]
    dimensions, units = {each[2] if each else "" for each in found}, {each[1] if each else "" for each in found}
    if len(dimensions) > 1 or "" in dimensions:
        return "", "string"
    return (units.pop() if len(units) == 1 else DIMENSIONS[dimensions.pop()].canonical), "float64"


def shown(node: Node, axis: Axis) -> float | bool | str:
    """The value of a point as its column holds it."""
    value = node.value
    if axis.kind == "string":
        return value if isinstance(value, str) else json.dumps(plain(node), ensure_ascii=False)
    if isinstance(value, str):
        parts = quantity_parts(value)
        assert parts is not None
        return parts[0] if parts[1] == axis.unit else parse_quantity(value, parts[2])
    if isinstance(value, bool):
        return value
    assert isinstance(value, int | float)
    return float(value) if axis.kind == "float64" else value


def _spelled(unit: str) -> str:
    """A unit as part of a column's name."""
    return re.sub(r"[^a-z0-9]", "_", unit.lower().replace("µ", "u").replace("/", "_per_"))
