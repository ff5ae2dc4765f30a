"""`sweep`: one file, many scenarios, which differ in the values of some dotted paths."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Sequence
from typing import NamedTuple

from abm.scenario_axes import axes_of, shown
from abm.scenario_beside import with_files_beside
from abm.scenario_keys import MOST_POINTS, RANGE, SCALES, SOBOL, SWEEP, limits, needed, paths_of_whole_numbers
from abm.scenario_overrides import put, without
from abm.scenario_points import Point, Sweep
from abm.scenario_schema import read_scenario
from abm.scenario_tree import Mark, Node, Problem, Report, describe, shorten
from abm.scenario_writer import sweep_yaml
from abm.scenario_yaml import plain
from abm.units import quantity_parts

_MOST_PROBLEMS = 20


class Line(NamedTuple):
    """One swept path, where it was written, and the values it takes from point to point of its block."""

    path: str
    mark: Mark
    values: list[Node]


Block = list[Line]
"""Lines of equal length that go in step."""


def read_sweep(root: Node, overridden: Sequence[str], report: Report) -> Sweep | None:
    """Check a whole tree that has the key `sweep`, at every point; None after noting problems."""
    assert isinstance(root.value, dict)
    node, base = root.value["sweep"], without(root, "sweep")
    blocks = _blocks(node, report)
    lines = [line for block in blocks for line in block]
    _check_paths(lines, overridden, report)
    count = math.prod(len(block[0].values) for block in blocks)
    if not lines and not report.problems:
        report.add("S105", node.mark, "this sweep varies nothing; write paths with values under grid, zip or sobol")
    if count > MOST_POINTS:
        report.add("S105", node.mark, f"this sweep has {count:,} points; at most {MOST_POINTS:,} are allowed")
    if report.problems:
        return None
    points = _points(base, lines, _rows(blocks), report)
    return None if report.problems else _sweep(root, points)


def _rows(blocks: list[Block]) -> list[list[Node]]:
    """Values of every point, in the order of the lines of all blocks."""
    steps = (list(zip(*(line.values for line in block), strict=True)) for block in blocks)
    return [[value for part in combination for value in part] for combination in itertools.product(*steps)]


def _sweep(root: Node, points: list[Point]) -> Sweep:
    """The sweep of these points, as it is shown and written: with the files it names in a folder of its own."""
    moved, files = with_files_beside(root)
    assert isinstance(moved.value, dict)
    blocks = _blocks(moved.value["sweep"], Report())
    lines = [line for block in blocks for line in block]
    axes = axes_of([line.path for line in lines], [line.values for line in lines])
    values = [tuple(shown(node, axis) for node, axis in zip(row, axes, strict=True)) for row in _rows(blocks)]
    points = [Point(point.number, row, point.scenario) for point, row in zip(points, values, strict=True)]
    first = points[0].scenario
    return Sweep(first.name, first.question, axes, tuple(points), sweep_yaml(plain(moved)), files)


def _points(base: Node, lines: list[Line], rows: list[list[Node]], report: Report) -> list[Point]:
    """The scenario of every row; a problem is told once, with the first point that has it if not all have."""
    points: list[Point] = []
    found: dict[Problem, list[int]] = {}
    for number, row in enumerate(rows):
        own = Report()
        tree = base
        for line, value in zip(lines, row, strict=True):
            tree = put(tree, line.path, value, line.mark, own)
        scenario = None if own.problems else read_scenario(tree, own)
        if scenario is not None:
            points.append(Point(number, (), scenario))
        for problem in dict.fromkeys(own.problems):
            found.setdefault(problem, []).append(number)
        if len(found) >= _MOST_PROBLEMS:
            break
    for problem, where in found.items():
        first = "" if len(where) == len(rows) else f" (first at point {where[0]} of the sweep)"
        report.problems.append(Problem(problem.code, problem.message + first, problem.mark))
    return points


def _check_paths(lines: list[Line], overridden: Sequence[str], report: Report) -> None:
    """Note paths that cannot be swept: whole keys of the file that are read before, or places that meet."""
    for number, line in enumerate(lines):
        if line.path.partition(".")[0] == "sweep":
            report.add("S010", line.mark, "a sweep cannot vary itself")
        for other in lines[:number]:
            if _meet(line.path, other.path):
                where = "is swept already" if line.path == other.path else f"and {shorten(other.path)!r} overlap"
                report.add("S108", line.mark, f"{shorten(line.path)!r} {where}")
        for path in overridden:
            if _meet(line.path, path):
                mark = Mark(f"--set {shorten(path)}", 0, 0)
                report.add("S010", mark, f"the sweep varies {shorten(line.path)!r}, so the value would be lost")


def _meet(one: str, other: str) -> bool:
    """Whether two paths are equal or one leads through the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _blocks(node: Node, report: Report) -> list[Block]:
    """What the sweep combines: each path of the grid by itself, the zip as one, the Sobol' points as one."""
    fields = report.fields(node, SWEEP, (), "sweep") or {}
    blocks: list[Block] = []
    if "grid" in fields:
        blocks += [[line] for line in _lines(fields["grid"], "grid", report)]
    if "zip" in fields:
        block = _lines(fields["zip"], "zip", report)
        counts = {line.path: len(line.values) for line in block}
        if len(set(counts.values())) > 1:
            found = ", ".join(f"{shorten(path)}: {count}" for path, count in counts.items())
            report.add("S106", fields["zip"].mark, f"lists in zip have different lengths ({found})")
        elif block:
            blocks.append(block)
    if "sobol" in fields:
        block = _sobol(fields["sobol"], report)
        blocks += [block] if block else []
    for block in blocks:
        _check_different(block, report)
    return blocks


def _check_different(block: Block, report: Report) -> None:
    """Note two points of a block that are equal: the same work twice, for the same numbers."""
    seen: dict[str, int] = {}
    for number, values in enumerate(zip(*(line.values for line in block), strict=True)):
        first = seen.setdefault(repr([plain(value) for value in values]), number)
        if first != number:
            found = ", ".join(
                f"{shorten(line.path)}: {_short(value)}" for line, value in zip(block, values, strict=True)
            )
            message = f"{found} comes twice among the points of the sweep"
            report.add("S108", values[0].mark, f"{message}; leave one out, or spread fewer over the range")
            return


def _short(node: Node) -> str:
    return shorten(node.text or str(plain(node)))


def _lines(node: Node, what: str, report: Report) -> Block:
    """Paths with their lists of values."""
    lines: Block = []
    for path, values in (report.mapping(node, what) or {}).items():
        items = report.items(values, f"{what}: {shorten(path)}")
        if items is not None and not items:
            report.add("S105", values.mark, f"no values for {shorten(path)!r}; a swept path needs at least one")
        elif items:
            lines.append(Line(path, node.keys[path], items))
    return lines


def _sobol(node: Node, report: Report) -> Block:
    """Paths with values from the Sobol' sequence; the first point has the least of each."""
    fields = report.fields(node, SOBOL, needed(SOBOL), "sobol") or {}
    points = report.whole(fields["points"], "points", *limits(SOBOL, "points")) if "points" in fields else None
    ranges = (report.mapping(fields["over"], "over") or {}) if "over" in fields else {}
    if "over" in fields and not ranges and not report.problems:
        report.add("S105", fields["over"].mark, "no paths to spread points over")
    spans = [(path, _span(path, value, report)) for path, value in ranges.items()]
    if points is None or not spans or any(span is None for _, span in spans):
        return []
    shares = _sobol_shares(len(spans), points)
    over = fields["over"]
    return [
        Line(path, over.keys[path], [span.at(share, ranges[path].mark) for share in shares[:, place]])
        for place, (path, span) in enumerate(spans)
        if span is not None
    ]


def _sobol_shares(axes: int, points: int):  # type: ignore[no-untyped-def]
    """The first points of the Sobol' sequence, shape (points, axes), each in [0, 1)."""
    from scipy.stats import qmc

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The balance properties of Sobol")
        return qmc.Sobol(axes, scramble=False).random(points)


class _Span(NamedTuple):
    """A range of numbers in one unit."""

    low: float
    high: float
    unit: str
    log: bool
    whole: bool

    def at(self, share: float, mark: Mark) -> Node:
        """The value at a share of the range; each whole number has an equal part of it."""
        high = self.high + 1.0 if self.whole else self.high
        value = (
            self.low * (high / self.low) ** float(share) if self.log else self.low + float(share) * (high - self.low)
        )
        if self.whole:
            whole = min(math.floor(value), int(self.high))
            return Node(whole, mark, str(whole))
        value = min(value, self.high)
        text = f"{value!r} {self.unit}" if self.unit else repr(value)
        return Node(text if self.unit else value, mark, text)


def _span(path: str, node: Node, report: Report) -> _Span | None:
    """The range of one path."""
    before = len(report.problems)
    fields = report.fields(node, RANGE, needed(RANGE), f"the range of {shorten(path)}") or {}
    scale = report.choice(fields["scale"], SCALES, "S503", "scale") if "scale" in fields else "linear"
    ends = {key: _bound(fields[key], key, report) for key in ("low", "high") if key in fields}
    low, high = ends.get("low"), ends.get("high")
    if low is None or high is None or scale is None or len(report.problems) > before:
        return None
    if low[1] != high[1]:
        units = " and ".join(unit or "none" for unit in (low[1], high[1]))
        report.add("S202", fields["high"].mark, f"low and high have different units ({units}); write both in one")
    elif low[0] >= high[0]:
        report.add("S104", fields["high"].mark, f"high is {describe(fields['high'])}; more than low is needed")
    elif scale == "log" and low[0] <= 0.0:
        report.add("S104", fields["low"].mark, f"low is {describe(fields['low'])}; a logarithm needs more than zero")
    whole = path in set(paths_of_whole_numbers())
    for key, (number, _) in (("low", low), ("high", high)):
        if whole and not number.is_integer():
            report.add("S103", fields[key].mark, f"{key} is {describe(fields[key])}; {path} needs whole numbers")
    if len(report.problems) > before:
        return None
    return _Span(low[0], high[0], low[1], scale == "log", whole)


def _bound(node: Node, what: str, report: Report) -> tuple[float, str] | None:
    """Number and unit of one end of a range."""
    parts = quantity_parts(node.value)
    if parts is not None and not node.broken and math.isfinite(parts[0]):
        return parts[0], parts[1]
    number = report.number(node, f"{what} (a number, or a quantity such as '5 min')")
    return None if number is None else (number, "")
