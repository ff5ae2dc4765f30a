"""Cross-linking against the closed form and its printed table; receptors in and out."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

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
IN_CHAINS = {
    0.1: (0.0020, 0.0162, 0.0471, 0.0162, 0.0020),
    1.0: (0.0191, 0.1375, 0.3137, 0.1375, 0.0191),
    10.0: (0.1582, 0.5770, 0.7853, 0.5770, 0.1582),
    100.0: (0.6138, 0.9144, 0.9672, 0.9144, 0.6138),
    1000.0: (0.9258, 0.9892, 0.9962, 0.9892, 0.9258),
}
"""Share of bivalent receptors in chains of at least two, 1 − (1 − p)². KC is of the whole ligand: twice the single-site
constant times the concentration of the ligand; K2·S0 counts 2M sites in cross-links for M doubly bound ligands."""

MANY_VALENT = {2: (0.501, 0.172), 3: (0.287, 0.294), 5: (0.138, 0.456), 10: (0.0498, 0.651), 16: (0.0253, 0.752)}
"""Single-site KC at which most receptors are cross-linked, and their share, for ligands of f sites and Kx·R_T = 1."""


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
@pytest.mark.parametrize("place", range(5))
def test_receptors_in_chains_have_every_printed_digit(k2_s0, place) -> None:
    assert f"{1 - (1 - fraction(KC[place], k2_s0)) ** 2:.4f}" == f"{IN_CHAINS[k2_s0][place]:.4f}"


@pytest.mark.parametrize("k2_s0", TABLE)
def test_a_digit_in_the_last_printed_place_would_be_seen(k2_s0) -> None:
    """Four digits tell the constants' conventions apart: K of a single site would print another table."""
    single_site = [f"{fraction(2.0 * kc, k2_s0):.4f}" for kc in KC]
    assert single_site != [f"{p:.4f}" for p in TABLE[k2_s0]]


def many_valent(single_site: float, sites: int, cross: float = 1.0) -> float:
    """Share of receptors in cross-links with a ligand of so many sites, Kx·R_T = `cross`: no rings, mass action.

    ``R_T = R + f·KC·R·(1 + Kx·R)^(f−1)`` for free receptors R; those in cross-links are that without its linear part.
    """

    def bound(free: float, less: float) -> float:
        return sites * single_site * free * ((1.0 + cross * free) ** (sites - 1) - less)

    free = brentq(lambda r: r + bound(r, 0.0) - 1.0, 0.0, 1.0, xtol=1e-14)
    return bound(free, 1.0)


@pytest.mark.parametrize("sites", MANY_VALENT)
def test_closed_form_of_many_valent_ligands_has_every_printed_digit(sites) -> None:
    """The model holds two sites alone; the table of the others stands beside it, so that the gap is known."""
    where, share = MANY_VALENT[sites]
    best = minimize_scalar(lambda x: -many_valent(math.exp(x), sites), bounds=(-6.0, 1.0), method="bounded")
    assert f"{-best.fun:.3f}" == f"{share:.3f}"
    assert math.exp(best.x) == pytest.approx(where, rel=4e-3)


@pytest.mark.parametrize("k2_s0", [0.1, 1.0, 30.0])
def test_two_sites_of_the_many_valent_form_are_the_model(k2_s0) -> None:
    """K of the whole ligand is twice that of a site."""
    for antigen in np.logspace(-3, 2, 11):
        assert fraction(antigen, k2_s0) == pytest.approx(many_valent(antigen / 2.0, 2, k2_s0), rel=3e-6)


def test_at_the_peak_d_is_a_quarter_of_k2_s0() -> None:
    assert float(bound_product.py_func(F32(1.0), F32(0.0))) == 0.25
    for k2_s0 in TABLE:
        d = k2_s0 / 4.0
        assert fraction(1.0, k2_s0) == pytest.approx((1 + 2 * d - math.sqrt(1 + 4 * d)) / (2 * d), rel=1e-5)


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
