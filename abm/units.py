"""The one unit system: minutes, mg, mL inside; text with a unit at the border.

A user writes quantities as text, for example ``"15 min"`` or ``"0.8 mg/mL"``. `parse_quantity` turns such a text into a
float in the canonical unit of its dimension. A bare number is refused, so a unit can never be guessed. Conversions are
exact fractions, rounded to a float once at the end. pint is loaded at the first call, not with this module.
"""

from __future__ import annotations

import functools
import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from pint import UnitRegistry

Complaint = Literal["no unit", "wrong unit", "not a quantity", "not finite", "negative", "out of range"]

MINUTES_PER_BASE_BIN = 1.0 / 16.0
"""Shortest stretch of time the simulator resolves, in minutes (3.75 s)."""


class QuantityError(ValueError):
    """A text that is no usable quantity; the message says what is wrong and how to write it.

    Attributes
    ----------
    complaint : str
        What kind of fault it is, for programs.
    """

    def __init__(self, complaint: Complaint, message: str) -> None:
        super().__init__(message)
        self.complaint: Complaint = complaint


class Dimension(NamedTuple):
    """One kind of quantity: its canonical unit, the units a text may use, its largest value and an example."""

    name: str
    canonical: str
    units: tuple[str, ...]
    largest: float
    largest_text: str
    example: str


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension(
            "time",
            "min",
            tuple("s min h d day days w week weeks y year years".split()),
            52_596_000.0,
            "100 years",
            "15 min",
        ),
        Dimension("mass", "mg", ("ng", "ug", "µg", "mg", "g", "kg"), 1e6, "1 kg", "2400 mg"),
        Dimension("mass per weight", "mg/kg", ("ug/kg", "µg/kg", "mg/kg", "g/kg"), 1e3, "1 g/kg", "15 mg/kg"),
        Dimension("mass per area", "mg/m2", ("ug/m2", "µg/m2", "mg/m2", "g/m2"), 1e5, "100 g/m2", "175 mg/m2"),
        Dimension("activity", "U", ("U", "kU", "MU"), 1e10, "10000 MU", "4 MU"),
        Dimension("volume", "mL", ("mL", "L"), 1e5, "100 L", "250 mL"),
        Dimension("flow", "mL/h", ("mL/h", "mL/min", "L/h"), 1e5, "100 L/h", "20 mL/h"),
        Dimension("mass rate", "mg/min", ("ug/min", "µg/min", "mg/min", "mg/h", "g/h"), 1e6, "1 kg/min", "2 mg/min"),
        Dimension(
            "concentration", "mg/mL", tuple("ng/mL ug/mL µg/mL mg/L mg/mL g/L".split()), 1e4, "10 g/mL", "0.8 mg/mL"
        ),
        Dimension("exposure", "mg*min/mL", ("mg*min/mL", "mg*h/L"), 1e6, "1 kg*min/mL", "5 mg*min/mL"),
    )
}

_DEFINITIONS = (
    "minute = [time] = min",
    "second = minute / 60 = s",
    "hour = 60 * minute = h",
    "day = 24 * hour = d = days",
    "week = 7 * day = w = weeks",
    "year = 365.25 * day = y = years",
    "milligram = [mass] = mg",
    "microgram = milligram / 1000 = ug = µg",
    "nanogram = microgram / 1000 = ng",
    "gram = 1000 * milligram = g",
    "kilogram = 1000 * gram = kg",
    "square_meter = [area] = m2",
    "unit_of_activity = [activity] = U",
    "kilounit = 1000 * unit_of_activity = kU",
    "megaunit = 1000000 * unit_of_activity = MU",
    "milliliter = [volume] = mL",
    "liter = 1000 * milliliter = L",
)
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*([^\s0-9+.,-].*)?", re.DOTALL)
_NOT_FINITE = re.compile(r"[+-]?\.?(nan|inf|infinity)\b.*", re.IGNORECASE | re.DOTALL)
_LONGEST_TEXT = 80
_SMALLEST = 1e-16


@functools.cache
def _registry() -> UnitRegistry[Any]:
    """A registry that knows the units above and nothing else, so ``h`` is an hour and ``meter`` is refused."""
    import pint

    registry: UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Fraction, on_redefinition="raise")
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


@functools.cache
def _factor(unit: str, canonical: str) -> Fraction:
    """Exact number of canonical units in one `unit`."""
    registry = _registry()
    return Fraction(registry.Quantity(Fraction(1), unit).to(canonical).magnitude)


def parse_quantity(text: object, dimension: str) -> float:
    """Turn a text such as ``"36 h"`` into a float in the canonical unit of its dimension.

    Parameters
    ----------
    text : object
        What the user wrote; anything but a text with a number and a unit is refused.
    dimension : str
        ``time`` (min), ``mass`` (mg), ``mass per weight`` (mg/kg), ``mass per area`` (mg/m²), ``activity`` (U),
        ``volume`` (mL), ``flow`` (mL/h), ``mass rate`` (mg/min), ``concentration`` (mg/mL) or ``exposure``
        (mg*min/mL).

    Returns
    -------
    float
        Zero or more, in the canonical unit, correctly rounded.

    Raises
    ------
    QuantityError
        For a bare number, an unknown unit, a unit of another dimension, a negative, NaN, infinite or huge value.
    """
    kind = DIMENSIONS[dimension]
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise QuantityError("not a quantity", f"{with_article(kind.name)} is needed; {_how_to_write(kind)}")
    if isinstance(text, float) and not math.isfinite(text):
        raise QuantityError("not finite", f"{text} is not a finite number; {_how_to_write(kind)}")
    if not isinstance(text, str):
        raise QuantityError("no unit", f"a bare number has no unit; {_how_to_write(kind)}")
    number, unit = _split(text, kind)
    value = _checked_number(number, text, kind)
    exact = value * _factor(_known_unit(unit, text, kind), kind.canonical)
    if exact < 0:
        raise QuantityError("negative", f"{text.strip()!r} is negative; {_how_to_write(kind)}")
    if exact > kind.largest:
        raise QuantityError("out of range", _too_large(text, kind))
    if 0 < exact < _SMALLEST:
        raise QuantityError("out of range", f"{text.strip()!r} is below {_SMALLEST:g} {kind.canonical}, too small")
    return float(exact)


def format_quantity(value: float, dimension: str) -> str:
    """Write a canonical value as the text that `parse_quantity` reads back to the same float."""
    return f"{value!r} {DIMENSIONS[dimension].canonical}"


def with_article(name: str) -> str:
    """A word with the article that its first sound asks for."""
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def dimension_of(unit: str) -> str | None:
    """Name of the dimension a unit text belongs to, None for an unknown unit."""
    spelled = _spelled(unit)
    return next((kind.name for kind in DIMENSIONS.values() if spelled in kind.units), None)


def quantity_parts(text: object) -> tuple[float, str, str] | None:
    """Number, unit and dimension of a text such as ``"36 h"``; None for anything that is no quantity."""
    match = _QUANTITY.fullmatch(text.strip()) if isinstance(text, str) else None
    dimension = dimension_of(match.group(2)) if match is not None and match.group(2) else None
    return None if match is None or dimension is None else (float(match.group(1)), _spelled(match.group(2)), dimension)


def _split(text: str, kind: Dimension) -> tuple[str, str]:
    """Number and unit of a text."""
    stripped = text.strip()
    if len(stripped) > _LONGEST_TEXT:
        raise QuantityError("not a quantity", f"{_shorten(stripped)!r} is too long; {_how_to_write(kind)}")
    if _NOT_FINITE.fullmatch(stripped):
        raise QuantityError("not finite", f"{stripped!r} is not a finite number; {_how_to_write(kind)}")
    match = _QUANTITY.fullmatch(stripped)
    if match is None:
        hint = "; write decimals with a point and thousands without a separator" if "," in stripped else ""
        raise QuantityError("not a quantity", f"{stripped!r} is not a number with a unit{hint}; {_how_to_write(kind)}")
    number, unit = match.group(1), match.group(2)
    if not unit:
        raise QuantityError("no unit", f"{stripped!r} has no unit; {_how_to_write(kind)}")
    return number, unit


def _checked_number(number: str, text: str, kind: Dimension) -> Fraction:
    """Exact value of a number's text, after a look at its size so that no exponent can exhaust the memory."""
    rough = float(number)
    if math.isinf(rough):
        raise QuantityError("out of range", _too_large(text, kind))
    if rough == 0.0:
        if re.search("[1-9]", number.lower().partition("e")[0]):
            raise QuantityError("out of range", f"{text.strip()!r} is too small")
        return Fraction(0)
    return Fraction(number)


def _known_unit(unit: str, text: str, kind: Dimension) -> str:
    """The unit's allowed spelling."""
    spelled = _spelled(unit)
    if spelled in kind.units:
        return spelled
    other = dimension_of(unit)
    near = next((known for known in kind.units if known.lower() == spelled.lower()), None)
    if other is not None:
        problem = f"{text.strip()!r} is {with_article(other)}, {with_article(kind.name)} is needed"
    else:
        problem = f"{text.strip()!r} has the unit {unit.strip()!r}, which is not known here"
    hint = f"; did you mean {near!r}?" if near else ""
    raise QuantityError("wrong unit", f"{problem}; {_how_to_write(kind)}{hint}")


def _spelled(unit: str) -> str:
    """Unit without blanks, with the micro sign U+00B5 and an asterisk for a product; ² is read as 2."""
    plain = "".join(unit.split()).replace("\N{GREEK SMALL LETTER MU}", "\N{MICRO SIGN}").replace("²", "2")
    return plain.replace("\N{MIDDLE DOT}", "*")


def _too_large(text: str, kind: Dimension) -> str:
    return f"{text.strip()!r} is more than {kind.largest_text}, the largest {kind.name} that makes sense here"


def _how_to_write(kind: Dimension) -> str:
    return f"allowed units: {', '.join(kind.units)}; for example '{kind.example}'"


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
