"""Addressed random numbers: published vectors, own functions against SciPy, counts against exact distributions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import special, stats

from abm.random_streams import (
    Stream,
    binomial_inverse,
    exp_f64,
    exp_negative,
    log_f32,
    normal_from_symmetric,
    normals,
    philox,
    poisson_inverse,
    symmetric_f32,
    uniforms,
    unit_f64,
)

F32, U64 = np.float32, np.uint64
KNOWN = {
    "zeros": ([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    "ones": ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    "pi": (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
}


def words(*address: int) -> list[int]:
    return [int(word) for word in philox(*(U64(part) for part in address))]


@pytest.mark.parametrize("name", KNOWN)
def test_philox_gives_the_published_vectors(name) -> None:
    counter, key, expected = KNOWN[name]
    assert " ".join(f"{word:08x}" for word in words(*counter, *key)) == expected


def test_every_part_of_an_address_matters() -> None:
    base = (5, 6, 7, 3, 1, 0)
    found = {tuple(words(*base))}
    for place in range(6):
        for change in (1, 2, 2**31):
            found.add(tuple(words(*(part + change * (n == place) for n, part in enumerate(base)))))
    assert len(found) == 19


def test_numbers_of_streams_never_move() -> None:
    assert [(stream.name, stream.value) for stream in Stream][:19] == [
        ("PATIENT_TRAITS", 0), ("CELL_TRAITS", 1), ("RELEASE_CLOCK", 2), ("CROSS_LINKS", 3), ("FEW_CROSS_LINKS", 4),
        ("CROSS_LINKS_2", 5), ("FEW_CROSS_LINKS_2", 6), ("SKIN_TEST", 7), ("ASSAY", 8), ("CELL_PLACE", 9),
        ("CLONE_TRAITS", 20), ("T_CELL_COUNTS", 21), ("CTL_ARRIVALS", 22), ("CTL_PLACES", 23), ("CTL_EVENTS", 24),
        ("CTL_FATES", 25), ("KERATINOCYTES", 26), ("KERATINOCYTE_FATES", 27), ("SEVERITY", 28),
    ]  # fmt: skip
    assert len({stream.value for stream in Stream}) == len(Stream.__members__), "no two names for one number"


def test_uniforms_are_uniform_and_never_zero_or_one() -> None:
    drawn = np.array([uniforms(i, 0, 0, 0, 1, 0) for i in range(5000)])
    assert stats.kstest(drawn.ravel(), "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(drawn.T) - np.eye(4)).max() < 4 / math.sqrt(5000)
    assert 0.0 < unit_f64(U64(0)) < 2.0**-32
    assert 1.0 - 2.0**-32 < unit_f64(U64(2**32 - 1)) < 1.0
    assert F32(-1.0) < symmetric_f32(U64(0)) < F32(-0.9999998)
    assert F32(0.9999998) < symmetric_f32(U64(2**32 - 1)) < F32(1.0)


def test_normals_are_normal() -> None:
    drawn = np.array([normals(i, 3, 2, 1, 9, 0) for i in range(5000)]).ravel()
    assert stats.kstest(drawn, "norm").pvalue > 1e-3
    assert abs(drawn.mean()) < 4 / math.sqrt(drawn.size)
    assert abs(drawn.var() - 1) < 4 * math.sqrt(2 / drawn.size)


def test_the_normal_transform_is_the_inverse_of_the_normal_distribution() -> None:
    x = np.concatenate([np.linspace(-0.999, 0.999, 2001), 1 - 2.0 ** -np.arange(3, 24), 2.0 ** -np.arange(3, 24) - 1])
    x = x.astype(F32)
    found = np.array([normal_from_symmetric(v) for v in x], np.float64)
    exact = math.sqrt(2.0) * special.erfinv(x.astype(np.float64))
    assert np.abs(found - exact).max() < 4e-6
    assert np.abs(found[x != 0] / exact[x != 0] - 1).max() < 4e-6


def test_log_is_the_logarithm() -> None:
    x = np.concatenate([np.logspace(-37, 38, 3001), np.linspace(0.5, 2.0, 2001)]).astype(F32)
    found, exact = np.array([log_f32(v) for v in x], np.float64), np.log(x.astype(np.float64))
    assert np.abs(found - exact).max() < 2e-7 * np.abs(exact).max()
    near = np.abs(exact) > 1e-3
    assert np.abs(found / np.where(near, exact, 1.0) - 1)[near].max() < 5e-7


def test_exp_is_the_exponential() -> None:
    x = np.concatenate([np.linspace(0, 5, 501), np.logspace(-12, 2.8, 301)])
    found = np.array([[exp_negative(v), exp_f64(v), exp_f64(-v)] for v in x])
    assert found[:, 0] == pytest.approx(np.exp(-x), rel=1e-12)
    assert found[:, 1] == pytest.approx(np.exp(x), rel=1e-12)
    assert found[:, 2] == pytest.approx(np.exp(-x), rel=1e-12)
    assert exp_negative(0.0) == 1.0
    assert exp_negative(1e6) == 0.0


@pytest.mark.parametrize("mean", [1e-6, 0.01, 0.7, 3.0, 39.9, 200.0])
def test_poisson_counts_are_the_quantiles(mean) -> None:
    grid = np.concatenate([np.linspace(0.0005, 0.9995, 1000), [1e-9, 1 - 1e-9]])
    found = np.array([poisson_inverse(mean, u) for u in grid])
    assert np.array_equal(found, stats.poisson.ppf(grid, mean))


@pytest.mark.parametrize(("trials", "chance"), [(1, 0.3), (7, 0.01), (40, 0.5), (79, 0.117), (200, 0.45), (40, 1e-9)])
def test_binomial_counts_are_the_quantiles(trials, chance) -> None:
    grid = np.concatenate([np.linspace(0.0005, 0.9995, 1000), [1e-9, 1 - 1e-9]])
    found = np.array([binomial_inverse(trials, chance, u) for u in grid])
    assert np.array_equal(found, stats.binom.ppf(grid, trials, chance))


def test_counts_end_where_the_distribution_ends() -> None:
    assert poisson_inverse(0.0, 0.999) == 0
    assert binomial_inverse(5, 0.5, 1.0) == 5
    assert binomial_inverse(0, 0.5, 0.9) == 0
    assert 20 < poisson_inverse(3.0, 1.0) <= 2000, "rounded terms may end below 1: the search is bounded"


@pytest.mark.parametrize("kind", ["poisson", "binomial"])
def test_counts_from_addressed_uniforms_pass_a_chi_square(kind) -> None:
    u = [uniforms(i, 11, 0, int(Stream.FEW_CROSS_LINKS), 1, 0)[0] for i in range(8000)]
    if kind == "poisson":
        counts, law = np.array([poisson_inverse(6.0, v) for v in u]), stats.poisson(6.0)
    else:
        counts, law = np.array([binomial_inverse(30, 0.2, v) for v in u]), stats.binom(30, 0.2)
    edges = np.arange(2, 11)
    seen = np.bincount(np.searchsorted(edges, counts), minlength=len(edges) + 1)
    steps = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]]))
    assert stats.chisquare(seen, steps * len(u)).pvalue > 1e-3
    wrong = stats.poisson(6.0 * 1.05) if kind == "poisson" else stats.binom(30, 0.2 * 1.05)
    steps = np.diff(np.concatenate([[0.0], wrong.cdf(edges), [1.0]]))
    assert stats.chisquare(seen, steps * len(u)).pvalue < 1e-4, "a mean 5 % off would be seen"


def test_neighbouring_addresses_are_uncorrelated() -> None:
    table = np.array([[uniforms(i, t, 0, 3, 1, 0)[0] for t in range(20)] for i in range(200)])
    for first, second in itertools.combinations(range(6), 2):
        assert abs(np.corrcoef(table[:, first], table[:, second])[0, 1]) < 4.5 / math.sqrt(200)
    assert abs(np.corrcoef(table[:-1].ravel(), table[1:].ravel())[0, 1]) < 4.5 / math.sqrt(table.size)
