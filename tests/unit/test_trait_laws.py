"""Laws of traits: closed forms of their quantiles and moments, what is cut off, and correlations that come back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from abm.trait_laws import CONTINUOUS, NotPositiveDefinite, TraitLaw, correlated, factor

SHARES = (np.arange(4000) + 0.5) / 4000
"""Midpoints of equal shares: their quantiles are a law's values without chance."""

TRAITS = list(CONTINUOUS)


def law(distribution: str, center=0.0, spread=0.0, low: float = -math.inf, high: float = math.inf) -> TraitLaw:
    both = [each if isinstance(each, tuple) else (each, each) for each in (center, spread)]
    return TraitLaw("weight_kg", distribution, *both, low, high, "kg", "measured", "here", "there")


def values(of: TraitLaw, sex: str = "female") -> np.ndarray:
    return np.array([of.value(z, sex) for z in stats.norm.ppf(SHARES)])


KNOWN = {
    "normal": (law("normal", 70.0, 12.0), stats.norm(70.0, 12.0)),
    "lognormal": (law("lognormal", 59.0, 0.3, 0.0), stats.lognorm(0.3, scale=59.0)),
    "uniform": (law("uniform", low=18.0, high=80.0), stats.uniform(18.0, 62.0)),
    "cut normal": (law("normal", 70.0, 12.0, 65.0, 80.0), stats.truncnorm(-5 / 12, 10 / 12, 70.0, 12.0)),
    "cut below": (law("normal", 0.665, 0.218, 0.5), stats.truncnorm(-0.165 / 0.218, np.inf, 0.665, 0.218)),
    "cut lognormal": (law("lognormal", 2.0, 0.5, 1.5, 4.0), None),
}


@pytest.mark.parametrize("name", KNOWN)
def test_quantiles_are_those_of_the_closed_form(name: str) -> None:
    found, known = values(KNOWN[name][0]), KNOWN[name][1]
    if known is None:
        logs = stats.truncnorm(math.log(0.75) / 0.5, math.log(2.0) / 0.5, math.log(2.0), 0.5)
        expected = np.exp(logs.ppf(SHARES))
    else:
        expected = known.ppf(SHARES)
        assert found.mean() == pytest.approx(known.mean(), rel=2e-3)
        assert found.std() == pytest.approx(known.std(), rel=1e-2)
    assert found == pytest.approx(expected, rel=1e-9)
    wrong = values(law("normal", 70.0, 13.0)) if name == "normal" else found * 1.01
    assert wrong != pytest.approx(expected, rel=1e-9), "the comparison can fail"


def test_the_far_tails_stay_between_the_ends_and_finite() -> None:
    narrow = law("normal", 70.0, 12.0, 65.0, 80.0)
    assert all(65.0 <= narrow.value(z, "male") <= 80.0 for z in (-40.0, -9.0, 9.0, 40.0))
    assert all(math.isfinite(law("lognormal", 1.0, 0.2, 0.0).value(z, "male")) for z in (-40.0, 40.0))


def test_each_sex_has_its_own_numbers_and_a_law_that_does_not_vary_is_its_center() -> None:
    pair = law("normal", (60.0, 75.0), (5.0, 0.0), 2.0, 400.0)
    assert pair.value(1.0, "female") == pytest.approx(65.0)
    assert pair.value(1.0, "male") == 75.0
    assert law("lognormal", 3.0, 0.0, 0.0, 400.0).value(-2.0, "male") == 3.0


def test_the_mass_between_the_ends() -> None:
    assert law("normal", 0.0, 1.0, -1.0, 1.0).mass("female") == pytest.approx(0.6827, abs=1e-4)
    assert law("lognormal", 1.0, 1.0, 1.0).mass("female") == pytest.approx(0.5)
    assert law("normal", 5.0, 0.0, 6.0, 7.0).mass("female") == 0.0


PAIRS = (("weight_kg", "height_cm", 0.931), ("weight_kg", "clearance_factor", 0.557), ("age_y", "renal_factor", -0.35))


def normals_of(pairs, count: int = 4000) -> dict[str, np.ndarray]:
    rows = factor(pairs)
    draws = np.random.default_rng(5).standard_normal((count, len(TRAITS)))
    people = [correlated(rows, list(z)) for z in draws]
    return {name: np.array([person[name] for person in people]) for name in TRAITS}


def z_of(x: np.ndarray, y: np.ndarray, rho: float) -> float:
    """Fisher's z of a correlation against `rho`."""
    return (math.atanh(float(np.corrcoef(x, y)[0, 1])) - math.atanh(rho)) * math.sqrt(len(x) - 3)


def test_correlations_come_back_and_no_others_appear() -> None:
    implied = {frozenset(pair[:2]): pair[2] for pair in PAIRS}
    pairs = (*PAIRS, ("height_cm", "clearance_factor", 0.519))
    implied[frozenset(("height_cm", "clearance_factor"))] = 0.519
    found = normals_of(pairs)
    bound = float(stats.norm.isf(1e-3 / (2 * 91)))
    for i, first in enumerate(TRAITS):
        assert abs(found[first].mean()) < bound / math.sqrt(4000)
        for second in TRAITS[i + 1 :]:
            rho = implied.get(frozenset((first, second)), 0.0)
            assert abs(z_of(found[first], found[second], rho)) < bound, (first, second)
    assert abs(z_of(found["weight_kg"], found["height_cm"], 0.9)) > bound, "0.03 off is seen"
    assert abs(z_of(found["age_y"], found["renal_factor"], 0.0)) > bound, "so is none at all"


def test_without_correlations_every_trait_has_its_own_normal() -> None:
    z = [float(number) for number in range(len(TRAITS))]
    assert list(correlated(factor(()), z).values()) == z
    only = correlated(factor((("weight_kg", "height_cm", 0.5),)), z)
    assert [name for name, value in zip(TRAITS, z, strict=True) if only[name] != value] == ["height_cm"]


@pytest.mark.parametrize(
    "pairs",
    [
        (("age_y", "weight_kg", 0.9), ("age_y", "height_cm", 0.9), ("weight_kg", "height_cm", -0.9)),
        (("age_y", "weight_kg", 1.0),),
    ],
)
def test_correlations_that_cannot_be_are_refused_as_their_eigenvalues_say(pairs) -> None:
    matrix = np.eye(len(TRAITS))
    for first, second, value in pairs:
        i, j = TRAITS.index(first), TRAITS.index(second)
        matrix[i, j] = matrix[j, i] = value
    assert np.linalg.eigvalsh(matrix).min() < 1e-9
    with pytest.raises(NotPositiveDefinite):
        factor(pairs)
    factor(tuple((first, second, 0.5 * value) for first, second, value in pairs))
