"""What may stand under a key of a scenario file: the kinds that the tables of `abm.scenario_keys` name."""

from __future__ import annotations

from typing import NamedTuple, Union


class Text(NamedTuple):
    """Any text; `name` for one that can be a name in files and tables, `pattern` for one of a certain form."""

    name: bool = False
    pattern: str = ""


class Flag(NamedTuple):
    """True or false."""


class Whole(NamedTuple):
    """A whole number from `low` to `high`."""

    low: int
    high: int


class Number(NamedTuple):
    """A finite number, from `low` to `high` where they are stated."""

    low: float | None = None
    high: float | None = None


class Quantity(NamedTuple):
    """A text with a number and a unit of one of the `dimensions` of `abm.units`."""

    dimensions: tuple[str, ...]


class Choice(NamedTuple):
    """One of some names, or of the vocabulary's ``drugs``, ``populations`` and so on; `open` where others may stand."""

    names: tuple[str, ...] | str
    open: bool = False


class ListOf(NamedTuple):
    """A list of `least` to `most` items of one kind."""

    item: Kind
    least: int = 0
    most: int | None = None


class MapOf(NamedTuple):
    """A map from names, or from the vocabulary's ``traits`` or ``parameters``, or (empty) from paths, to one kind."""

    value: Kind
    keys: str = "names"


class Table(NamedTuple):
    """A map with the keys of the table of that name in `TABLES`."""

    name: str


class Either(NamedTuple):
    """One of several kinds."""

    kinds: tuple[Kind, ...]


class Anything(NamedTuple):
    """Any value: what may stand there depends on the place it is put into."""


class Nothing(NamedTuple):
    """An empty value."""


Kind = Union[  # noqa: UP007  (names of classes further up and down)
    Text, Flag, Whole, Number, Quantity, Choice, ListOf, MapOf, Table, Either, Anything, Nothing
]


class Key(NamedTuple):
    """What may stand under a key, what it means, whether it must be there, and what holds where it is not."""

    kind: Kind
    meaning: str
    needed: bool = False
    default: str = ""
