"""A sweep: many scenarios that differ in the values of a few dotted paths."""

from __future__ import annotations

from dataclasses import dataclass

from abm.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that a sweep varies.

    Attributes
    ----------
    path : str
        Dotted path into the scenario file, as ``--set`` takes it.
    column : str
        Its column in tables, with the unit where it is a quantity.
    unit : str
        Unit of the numbers in that column, empty where they have none.
    kind : {"int64", "float64", "boolean", "string"}
        Type of that column.
    """

    path: str
    column: str
    unit: str
    kind: str


@dataclass(frozen=True, slots=True)
class Point:
    """One combination of a sweep's values: its number, a value for each axis, and the scenario they make."""

    number: int
    values: tuple[float | bool | str, ...]
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Sweep:
    """Many scenarios that differ in the values of some paths.

    `source` is the whole file, which loads where `files` (name and text) lie beside it.
    """

    name: str
    question: str
    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    source: str
    files: tuple[tuple[str, str], ...] = ()
