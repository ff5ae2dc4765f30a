"""How traits are spread over a population: laws that a population file can state, and their draws.

A law turns the standard normal of its trait into a value, so traits can be correlated by correlating these normals (a
Gaussian copula), and a population that states a law keeps the random numbers of one that does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, NamedTuple

Distribution = Literal["normal", "lognormal", "uniform", "bernoulli", "categorical"]
SEXES = ("female", "male")

_STANDARD = NormalDist()
_TINY = 2.0**-53


class Range(NamedTuple):
    """What a trait can be at all, and the unit it is stated in."""

    unit: str
    low: float
    high: float


CONTINUOUS: dict[str, Range] = {
    "age_y": Range("year", 0.0, 120.0),
    "weight_kg": Range("kg", 2.0, 400.0),
    "height_cm": Range("cm", 40.0, 250.0),
    "total_ige_ku_per_l": Range("kU/L", 0.0, 1e6),
    "fceri_per_cell": Range("per cell", 1.0, 1e8),
    "threshold_factor": Range("", 0.01, 100.0),
    "ship1_factor": Range("", 0.0, 100.0),
    "syk_factor": Range("", 0.0, 100.0),
    "clearance_factor": Range("", 0.01, 100.0),
    "symptom_factor": Range("", 0.01, 100.0),
    "baseline_tryptase_ng_per_ml": Range("ng/mL", 0.01, 1e4),
    "treg_factor": Range("", 0.0, 100.0),
    "renal_factor": Range("", 0.01, 10.0),
    "volume_factor": Range("", 0.1, 10.0),
    "mrgprx2_factor": Range("", 0.0, 100.0),
}
"""Traits with a normal of their own, in the order in which they are correlated."""

YES_OR_NO = ("sensitised", "malignancy")
STATED = (*CONTINUOUS, *YES_OR_NO, "sex")
"""Traits that a population can state a law for."""


@dataclass(frozen=True, slots=True)
class TraitLaw:
    """The distribution of one trait, and where it was read.

    Attributes
    ----------
    trait : str
        Name of the column of the table `patients`.
    distribution : {"normal", "lognormal", "uniform", "bernoulli", "categorical"}
        ``categorical`` is for sex: the share of women and of men.
    center : tuple of float
        In women and in men: mean (normal), median (lognormal), share (bernoulli); the shares of the two (categorical).
    spread : tuple of float
        In women and in men: standard deviation (normal), that of the natural logarithm (lognormal), else 0.
    low, high : float
        The law is cut off here; the two ends of a uniform one.
    unit : str
        Unit of all of these but a lognormal's spread.
    kind, source, where, note : str
        As of a `abm.parameters.parameter.Parameter`.
    """

    trait: str
    distribution: Distribution
    center: tuple[float, float]
    spread: tuple[float, float]
    low: float
    high: float
    unit: str
    kind: str
    source: str
    where: str
    note: str = ""

    def value(self, z: float, sex: str) -> float:
        """The trait of a person of this sex whose standard normal is `z`, cut off by inversion."""
        if self.distribution == "uniform":
            return self.low + (self.high - self.low) * _STANDARD.cdf(z)
        center, spread = (pair[SEXES.index(sex)] for pair in (self.center, self.spread))
        z = _cut(z, self._standard(self.low, center, spread), self._standard(self.high, center, spread))
        value = center * math.exp(spread * z) if self.distribution == "lognormal" else center + spread * z
        return min(max(value, self.low), self.high)

    def words(self) -> str:
        """The law as a short text: distribution, numbers of women and men where they differ, and its ends."""
        center, spread = (_pair_text(pair) for pair in (self.center, self.spread))
        ends = f", {self.low:g} to {self.high:g}"
        return {
            "normal": f"normal, mean {center}, sd {spread}{ends}",
            "lognormal": f"lognormal, median {center}, ln-sd {spread}{ends}",
            "uniform": f"uniform{ends}",
            "bernoulli": f"share {center}",
            "categorical": f"female {self.center[0]:g}, male {self.center[1]:g}",
        }[self.distribution]

    def mass(self, sex: str) -> float:
        """Share of the whole law that lies between its ends."""
        center, spread = (pair[SEXES.index(sex)] for pair in (self.center, self.spread))
        low, high = (_below(self._standard(end, center, spread)) for end in (self.low, self.high))
        return high - low

    def share(self, sex: str) -> float:
        """Chance of a yes in a person of this sex."""
        return self.center[SEXES.index(sex)]

    def _standard(self, end: float, center: float, spread: float) -> float:
        """An end as a standard normal; infinite where the trait does not vary or cannot come near it."""
        if spread <= 0.0:
            return math.copysign(math.inf, end - center)
        if self.distribution == "lognormal":
            return math.log(end / center) / spread if end > 0.0 else -math.inf
        return (end - center) / spread


def _pair_text(pair: tuple[float, float]) -> str:
    return f"{pair[0]:g}" if pair[0] == pair[1] else f"{pair[0]:g} (women), {pair[1]:g} (men)"


def _below(end: float) -> float:
    """Share of the standard normal below an end."""
    return _STANDARD.cdf(end) if math.isfinite(end) else float(end > 0.0)


def _cut(z: float, low: float, high: float) -> float:
    """A standard normal between two ends, from one without: ``Φ⁻¹(Φ(a) + Φ(z)·(Φ(b) − Φ(a)))``."""
    below, above = _below(low), _below(high)
    u = below + _STANDARD.cdf(z) * (above - below)
    return _STANDARD.inv_cdf(min(max(u, _TINY), 1.0 - _TINY))


@dataclass(frozen=True, slots=True)
class Correlation:
    """Correlation of the normals of two traits, and where it was read."""

    first: str
    second: str
    value: float
    source: str
    where: str


@dataclass(frozen=True, slots=True)
class Described:
    """A population that a file describes: what it is like, and the laws in which it differs from that.

    Attributes
    ----------
    name, meaning : str
        Its name in tables, and who these people are.
    like : str
        The built-in population whose traits hold where no law is stated.
    ancestry : str
        Sets the frequencies of the HLA alleles.
    laws, correlations : tuple
        What it states itself.
    """

    name: str
    meaning: str
    like: str
    ancestry: str
    laws: tuple[TraitLaw, ...] = ()
    correlations: tuple[Correlation, ...] = ()


class NotPositiveDefinite(ValueError):
    """No traits can be correlated like this."""


def factor(pairs: Sequence[tuple[str, str, float]]) -> tuple[tuple[tuple[int, float], ...], ...]:
    """Cholesky factor of the correlations of all continuous traits, as the entries of each row that are not zero.

    Raises
    ------
    NotPositiveDefinite
        If no traits can be correlated like this.
    """
    names = list(CONTINUOUS)
    rows: list[list[float]] = []
    known = {frozenset((first, second)): value for first, second, value in pairs}
    for i, name in enumerate(names):
        row: list[float] = []
        for j in range(i):
            wanted = known.get(frozenset((name, names[j])), 0.0)
            row.append((wanted - sum(row[k] * rows[j][k] for k in range(j))) / rows[j][j])
        left = 1.0 - sum(entry * entry for entry in row)
        if left <= 1e-9:
            raise NotPositiveDefinite(f"{name} cannot have these correlations with the traits before it")
        rows.append([*row, math.sqrt(left)])
    return tuple(tuple((j, entry) for j, entry in enumerate(row) if entry) for row in rows)


def correlated(rows: Sequence[Sequence[tuple[int, float]]], z: Sequence[float]) -> dict[str, float]:
    """Normals of the continuous traits, by name, from independent ones in the same order."""
    return {
        name: sum((entry * z[j] for j, entry in row[1:]), row[0][1] * z[row[0][0]])
        for name, row in zip(CONTINUOUS, rows, strict=True)
    }
