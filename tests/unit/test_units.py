"""Quantities as text: what is read, what is refused, and that nothing is guessed."""

from __future__ import annotations

import math
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.units import DIMENSIONS, QuantityError, dimension_of, format_quantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("15 min", "time", 15.0),
        ("36h", "time", 2160.0),
        ("7 s", "time", 7 / 60),
        ("1 d", "time", 1440.0),
        ("2 days", "time", 2880.0),
        ("1 day", "time", 1440.0),
        ("1 week", "time", 10080.0),
        ("2 weeks", "time", 20160.0),
        ("2 w", "time", 20160.0),
        ("1 y", "time", 525960.0),
        ("0.5 years", "time", 262980.0),
        ("1 year", "time", 525960.0),
        ("0.1 mg", "mass", 0.1),
        (".5 g", "mass", 500.0),
        ("5. mg", "mass", 5.0),
        ("1e-3 kg", "mass", 1000.0),
        ("250 ng", "mass", 0.00025),
        ("1 ug", "mass", 0.001),
        ("1 \N{MICRO SIGN}g", "mass", 0.001),
        ("1 \N{GREEK SMALL LETTER MU}g", "mass", 0.001),
        ("+3 mg", "mass", 3.0),
        ("0 mg", "mass", 0.0),
        ("250 mL", "volume", 250.0),
        ("0.25 L", "volume", 250.0),
        ("20 mL/h", "flow", 20.0),
        ("2 mL / min", "flow", 120.0),
        ("1 L/h", "flow", 1000.0),
        ("6 mg/h", "mass rate", 0.1),
        ("3 g/h", "mass rate", 50.0),
        ("30 ug/min", "mass rate", 0.03),
        ("0.8 mg/mL", "concentration", 0.8),
        ("0.8 g/L", "concentration", 0.8),
        ("800 mg/L", "concentration", 0.8),
        ("7.1 ng/mL", "concentration", 7.1e-6),
    ],
)
def test_reads_every_unit_correctly_rounded(text: str, dimension: str, value: float) -> None:
    assert parse_quantity(text, dimension) == value


@pytest.mark.parametrize(
    ("text", "dimension", "complaint", "words"),
    [
        ("15", "time", "no unit", "for example '15 min'"),
        (15, "time", "no unit", "allowed units: s, min, h"),
        (0.5, "mass", "no unit", "2400 mg"),
        pytest.param(10**5000, "mass", "no unit", "2400 mg", id="huge int"),
        ("5 U", "mass", "wrong unit", "is an activity, a mass is needed"),
        ("5 IU", "mass", "wrong unit", "'IU', which is not known here"),
        ("5 MG", "mass", "wrong unit", "did you mean 'mg'?"),
        ("5 mg", "time", "wrong unit", "is a mass, a time is needed"),
        ("5 mg/m2", "mass", "wrong unit", "ng, ug"),
        ("3 m", "time", "wrong unit", "'m'"),
        ("3 planck_constant", "time", "wrong unit", "not known"),
        ("2 mg/min", "flow", "wrong unit", "is a mass rate, a flow is needed"),
        ("5 mg 3", "mass", "wrong unit", "'mg 3'"),
        ("2 * 3 mg", "mass", "wrong unit", "not known"),
        ("2,400 mg", "mass", "not a quantity", "without a separator"),
        ("0,1 mg", "mass", "not a quantity", "decimals with a point"),
        ("mg", "mass", "not a quantity", "number with a unit"),
        ("", "mass", "not a quantity", "number with a unit"),
        ("\N{ARABIC-INDIC DIGIT THREE} mg", "mass", "not a quantity", "number with a unit"),
        ("9" * 200 + " mg", "mass", "not a quantity", "too long"),
        (None, "mass", "not a quantity", "a mass is needed"),
        (True, "mass", "not a quantity", "a mass is needed"),
        (["1 mg"], "mass", "not a quantity", "a mass is needed"),
        ("nan mg", "mass", "not finite", "not a finite number"),
        ("-inf h", "time", "not finite", "not a finite number"),
        (".inf", "time", "not finite", "not a finite number"),
        (math.nan, "mass", "not finite", "not a finite number"),
        (math.inf, "mass", "not finite", "not a finite number"),
        ("-3 mg", "mass", "negative", "is negative"),
        ("-1e-300 mg", "mass", "negative", "is negative"),
        ("1.1 kg", "mass", "out of range", "more than 1 kg"),
        ("101 years", "time", "out of range", "more than 100 years"),
        ("1e400 h", "time", "out of range", "more than 100 years"),
        ("1e999999999999 mg", "mass", "out of range", "more than 1 kg"),
        ("1e-999999999999 mg", "mass", "out of range", "too small"),
        ("1e-20 mg", "mass", "out of range", "too small"),
    ],
)
def test_refuses_with_a_remedy(text: object, dimension: str, complaint: str, words: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text, dimension)
    assert caught.value.complaint == complaint
    assert words in str(caught.value)


def test_every_listed_unit_is_read_and_belongs_to_one_dimension() -> None:
    for kind in DIMENSIONS.values():
        assert parse_quantity(f"1 {kind.canonical}", kind.name) == 1.0
        assert parse_quantity(kind.example, kind.name) > 0.0
        for unit in kind.units:
            assert parse_quantity(f"0.001 {unit}", kind.name) > 0.0
            assert dimension_of(unit) == kind.name
    units = [unit for kind in DIMENSIONS.values() for unit in kind.units]
    assert len(units) == len(set(units))
    assert dimension_of("parsec") is None


@settings(deadline=None, derandomize=True)
@given(
    value=st.fractions(min_value=Fraction(1, 10**6), max_value=700, max_denominator=10**6),
    unit=st.sampled_from([("s", Fraction(1, 60)), ("min", Fraction(1)), ("h", Fraction(60)), ("d", Fraction(1440))]),
)
def test_conversion_is_the_correctly_rounded_exact_product(value: Fraction, unit: tuple[str, Fraction]) -> None:
    written = repr(float(value))
    assert parse_quantity(f"{written} {unit[0]}", "time") == float(Fraction(written) * unit[1])


@settings(deadline=None, derandomize=True)
@given(value=st.floats(min_value=1e-12, max_value=1e6))
def test_written_quantities_read_back_to_the_same_float(value: float) -> None:
    assert parse_quantity(format_quantity(value, "mass"), "mass") == value


@settings(deadline=None, derandomize=True)
@given(text=st.text("0123456789.,+-eE_ nainfmghLµ/\n\0é٣", max_size=20), kind=st.sampled_from(sorted(DIMENSIONS)))
def test_any_text_is_a_finite_number_or_a_quantity_error(text: str, kind: str) -> None:
    try:
        value = parse_quantity(text, kind)
    except QuantityError as error:
        value = None
        words = str(error)
    assert words if value is None else 0.0 <= value <= DIMENSIONS[kind].largest


def test_importing_units_leaves_pint_unloaded() -> None:
    code = (
        "import sys, abm.units\n"
        "assert 'pint' not in sys.modules\n"
        "assert abm.units.parse_quantity('1 h', 'time') == 60.0\n"
        "assert 'pint' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_articles_suit_the_word_that_follows() -> None:
    with pytest.raises(QuantityError, match="is a time, an exposure is needed"):
        parse_quantity("3 h", "exposure")
    with pytest.raises(QuantityError, match="an activity is needed"):
        parse_quantity([], "activity")
