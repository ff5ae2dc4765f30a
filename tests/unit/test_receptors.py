"""Cross-linking against the closed form and its printed table; receptors in and out."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from abm.biology.receptors import bound_product, crosslinked_fraction, receptors_moved

F32 = np.float32
KC = (0.01, 0.1, 1.0, 10.0, 100.0)
TABLE = {
    0.1: (0.0010, 0.0081, 0.0238, 0.0081, 0.0010),
    1.0: (0.0096, 0.0713, 0.1716, 0.0713, 0.0096),
    10.0: (0.0825, 0.3496, 0.5367, 0.3496, 0.0825),
    100.0: (0.3786, 0.7074, 0.8190, 0.7074, 0.3786),
    1000.0: (0.7276, 0.8959, 0.9387, 0.8959, 0.7276),
}
IN_CHAINS = {0.1: 0.0471, 1.0: 0.3137, 10.0: 0.7853, 100.0: 0.9672, 1000.0: 0.9962}


def fraction(antigen: float, k2_s0: float, hapten: float = 0.0, receptors: float = 1e4) -> float:
    """Fraction cross-linked as the kernel computes it: float32, with K2·S0 spread over `receptors`."""
    product = bound_product.py_func(F32(antigen), F32(hapten))
    return float(crosslinked_fraction.py_func(product, F32(k2_s0 / receptors), F32(receptors)))


def textbook(antigen: float, k2_s0: float, hapten: float = 0.0) -> float:
    """(1 + 2d − √(1 + 4d))/2d as printed, with fifty digits."""
    with localcontext() as context:
        context.prec = 50
        free = 1 / (1 + Decimal(antigen) + Decimal(hapten))
        d = Decimal(antigen) * free * free * Decimal(k2_s0)
        return float((1 + 2 * d - (1 + 4 * d).sqrt()) / (2 * d))


@pytest.mark.parametrize("k2_s0", TABLE)
@pytest.mark.parametrize("place", range(5))
def test_fraction_has_every_printed_digit(k2_s0, place) -> None:
    assert f"{fraction(KC[place], k2_s0):.4f}" == f"{TABLE[k2_s0][place]:.4f}"


@pytest.mark.parametrize("k2_s0", IN_CHAINS)
def test_receptors_in_chains_have_every_printed_digit(k2_s0) -> None:
    assert f"{1 - (1 - fraction(1.0, k2_s0)) ** 2:.4f}" == f"{IN_CHAINS[k2_s0]:.4f}"


@pytest.mark.parametrize("k2_s0", [1e-4, 0.1, 3.0, 1000.0])
@pytest.mark.parametrize("hapten", [0.0, 0.5, 20.0])
def test_fraction_equals_the_textbook_form(k2_s0, hapten) -> None:
    for antigen in np.logspace(-5, 3, 33):
        expected = textbook(antigen, k2_s0, hapten)
        assert fraction(antigen, k2_s0, hapten) == pytest.approx(expected, rel=2e-6, abs=0)


def test_few_cross_links_lose_no_digits() -> None:
    """The printed form would be 0 in float32; the true limit is d."""
    assert fraction(1e-6, 1e-3) == pytest.approx(1e-9, rel=1e-5)


@pytest.mark.parametrize("hapten", [0.0, 1.0, 9.0])
def test_the_bell_peaks_at_one_plus_the_hapten(hapten) -> None:
    antigens = (1.0 + hapten) * np.logspace(-1, 1, 401)
    values = [fraction(a, 10.0, hapten) for a in antigens]
    assert antigens[int(np.argmax(values))] == pytest.approx(1.0 + hapten, rel=0.012)
    assert values[0] < 0.7 * max(values)
    assert values[-1] < 0.7 * max(values)


def test_the_bell_is_symmetric_in_the_logarithm() -> None:
    for antigen in np.logspace(-4, 0, 41):
        assert fraction(antigen, 10.0) == pytest.approx(fraction(1.0 / antigen, 10.0), rel=3e-5)


def test_hapten_blocks_and_alone_links_nothing() -> None:
    blocked = [fraction(0.3, 10.0, hapten) for hapten in (0.0, 0.3, 3.0, 30.0, 3e4)]
    assert np.all(np.diff(blocked) < 0)
    assert blocked[-1] < 1e-6
    assert fraction(0.0, 10.0, 50.0) == 0.0


def test_no_linking_constant_and_no_receptors_mean_no_links() -> None:
    assert fraction(1.0, 0.0) == 0.0
    assert crosslinked_fraction.py_func(F32(0.25), F32(1.0), F32(0.0)) == 0.0
    assert fraction(1.0, 1e-7) < 1e-7


def test_the_compiled_function_is_the_one_tested() -> None:
    product = F32(0.17)
    compiled = crosslinked_fraction(product, F32(3.3e-5), F32(1e4))
    assert compiled == crosslinked_fraction.py_func(product, F32(3.3e-5), F32(1e4))


def test_receptors_move_in_with_links_and_out_exponentially() -> None:
    moved = receptors_moved.py_func
    assert moved(F32(100.0), F32(0.0), F32(0.01), F32(0.5)) == pytest.approx(1.0)
    assert moved(F32(0.0), F32(80.0), F32(0.01), F32(0.25)) == pytest.approx(-20.0)
    surface, inside = 1000.0, 0.0
    share, rate = -math.expm1(-0.01), 0.0
    inside, surface = 400.0, 600.0
    for _ in range(100):
        m = float(moved(F32(0.0), F32(inside), F32(rate), F32(share)))
        surface, inside = surface - m, inside + m
    assert inside == pytest.approx(400.0 * math.exp(-1.0), rel=1e-5)
