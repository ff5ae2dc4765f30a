"""Traits of one virtual patient: what a population states of them, and else the parameters of the default adult.

Every trait has random numbers of its own, so a population that states one trait, or a user who gives it, changes no
other that does not follow from it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Any

from abm.parameters.catalog import ParameterSet
from abm.random_streams import Stream, normals, uniforms
from abm.trait_laws import Correlation, Described, TraitLaw, correlated, factor

_TRAITS = int(Stream.PATIENT_TRAITS)
_STANDARD = NormalDist()
_rows = functools.lru_cache(maxsize=64)(factor)


@dataclass(frozen=True)
class Population:
    """A population: what it stands for, which parameter (or 1) is the share of people with IgE, and ancestry.

    `laws` are those of the traits in which it differs from the default adult, by trait.
    """

    name: str
    meaning: str
    sensitised_parameter: str | None
    ancestry: str
    laws: Mapping[str, TraitLaw] = field(default_factory=dict)
    correlations: tuple[Correlation, ...] = ()


FEW = "patients.sensitised_share"

POPULATIONS: dict[str, Population] = {
    population.name: population
    for population in (
        Population("sensitised_adult", "adults with IgE for the drug, whatever their tests say", None, "european"),
        Population("unselected", "adults of whom few carry IgE for the drug", FEW, "european"),
        Population(
            "european_adult",
            "the same people as `unselected`, named by their ancestry, which sets the HLA alleles",
            FEW,
            "european",
        ),
        Population("han_chinese_adult", "Han Chinese adults of whom few carry IgE for the drug", FEW, "han_chinese"),
    )
}
"""Built-in populations; those of `scenarios/populations/` differ from one of them."""


def population_of(described: Described) -> Population:
    """The population that a file describes, over the built-in one that it is like."""
    return replace(
        POPULATIONS[described.like],
        name=described.name,
        meaning=described.meaning,
        ancestry=described.ancestry,
        laws={law.trait: law for law in described.laws},
        correlations=described.correlations,
    )


def traits_of(
    p: ParameterSet,
    population: Population,
    seed: int,
    patient_id: int,
    allergens: int,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Draw the traits of a candidate.

    Parameters
    ----------
    p : ParameterSet
        The numbers of the model.
    population : Population
        Whose laws hold.
    seed, patient_id : int
        Address of the random numbers.
    allergens : int
        How many drugs the IgE can be specific for, 1 or 2.
    known : mapping of str to value, optional
        Traits that are given and not drawn, as a row of the user's own cohort.

    Returns
    -------
    dict of str to value
        By column of the table `patients`, without alleles, clones and tests.
    """
    return _Person(p, population, seed, patient_id, known or {}).traits(allergens)


class _Person:
    """One candidate while the traits are drawn."""

    def __init__(
        self, p: ParameterSet, population: Population, seed: int, patient_id: int, known: Mapping[str, Any]
    ) -> None:
        self.p, self.population, self.known, self.patient_id = p, population, known, patient_id
        self.u_age, self.u_sex, self.u_ige, self.u_malignancy = uniforms(0, 0, patient_id, _TRAITS, seed, 0)
        weight, ige, fceri, self.z_share = normals(1, 0, patient_id, _TRAITS, seed, 0)
        threshold, ship1, syk, clearance = normals(2, 0, patient_id, _TRAITS, seed, 0)
        symptom, tryptase, self.z_share_2, treg = normals(3, 0, patient_id, _TRAITS, seed, 0)
        renal, height, volume, mrgprx2 = normals(4, 0, patient_id, _TRAITS, seed, 0)
        own = (
            _STANDARD.inv_cdf(self.u_age), weight, height, ige, fceri, threshold, ship1, syk, clearance, symptom,
            tryptase, treg, renal, volume, mrgprx2,
        )  # fmt: skip
        self.z = correlated(_rows(all_pairs(p, population.correlations)), own)
        self.sex = known["sex"] if "sex" in known else "female" if self.u_sex < self._women() else "male"

    def traits(self, allergens: int) -> dict[str, Any]:
        """All traits; `allergens` is how many drugs the IgE can be specific for."""
        p = self.p
        age_y = self._trait("age_y", self._age())
        rest = p["patients.baseline_tryptase_ng_per_ml"]
        return {
            "patient_id": self.patient_id,
            "age_y": age_y,
            "sex": self.sex,
            "weight_kg": self._scaled("weight_kg", p[f"patients.weight_{self.sex}_kg"]),
            **self._ige(allergens),
            "threshold_factor": self._scaled("threshold_factor"),
            "ship1_factor": self._scaled("ship1_factor"),
            "syk_factor": self._scaled("syk_factor"),
            "clearance_factor": self._scaled("clearance_factor"),
            "symptom_factor": self._scaled("symptom_factor"),
            "baseline_tryptase_ng_per_ml": self._scaled("baseline_tryptase_ng_per_ml", rest),
            "ancestry": self.known.get("ancestry", self.population.ancestry),
            "treg_factor": self._scaled("treg_factor"),
            "renal_factor": self._scaled("renal_factor", _kidney_function(p, age_y, self.sex)),
            "malignancy": self._yes("malignancy", self.u_malignancy, _malignancy_share(p, age_y)),
            "height_cm": self._trait("height_cm", self._height()),
            "volume_factor": self._trait("volume_factor", 1.0),
            "mrgprx2_factor": self._scaled("mrgprx2_factor", p["patients.mrgprx2_factor"]),
        }

    def _trait(self, name: str, default: float) -> float:
        """What is known of a trait, what the population's law makes of it, or the default adult's."""
        if name in self.known:
            return float(self.known[name])
        law = self.population.laws.get(name)
        return default if law is None else law.value(self.z[name], self.sex)

    def _scaled(self, name: str, median: float = 1.0) -> float:
        """A trait that is lognormal in the default adult, with the parameter's spread."""
        spread = self.p[_SPREADS[name]]
        return self._trait(name, median * math.exp(spread * self.z[name]))

    def _yes(self, name: str, u: float, share: float) -> bool:
        if name in self.known:
            return bool(self.known[name])
        law = self.population.laws.get(name)
        return bool(u < (share if law is None else law.share(self.sex)))

    def _women(self) -> float:
        law = self.population.laws.get("sex")
        return 0.5 if law is None else law.center[0]

    def _age(self) -> float:
        low, high = self.p["patients.age_low_y"], self.p["patients.age_high_y"]
        linked = any("age_y" in (pair.first, pair.second) for pair in self.population.correlations)
        return low + (high - low) * (_STANDARD.cdf(self.z["age_y"]) if linked else self.u_age)

    def _height(self) -> float:
        """Height in cm, normal within a sex."""
        return self.p[f"patients.height_{self.sex}_cm"] + self.p["patients.height_sd_cm"] * self.z["height_cm"]

    def _ige(self, allergens: int) -> dict[str, Any]:
        """IgE in serum and on mast cells; FcεRI rises with total IgE (correlation of the logarithms)."""
        p, known = self.p, self.known
        few = self.population.sensitised_parameter
        given = [float(known.get(name, 0.0)) for name in _IGE]
        sensitised = self._yes("sensitised", self.u_ige, p[few] if few else 1.0) or sum(given) > 0.0
        factor = p["patients.total_ige_sensitised_factor"] if sensitised else 1.0
        drawn = p["patients.total_ige_ku_per_l"] * factor
        drawn *= math.exp(p["patients.total_ige_sd"] * self.z["total_ige_ku_per_l"])
        total = max(self._trait("total_ige_ku_per_l", drawn), sum(given))
        shares = _specific_shares(p, (self.z_share, self.z_share_2)[:allergens]) if sensitised else (0.0, 0.0)
        fceri = self._scaled("fceri_per_cell", p["patients.fceri_per_cell"])
        occupied = fceri * p["patients.occupied_share"]
        pairs = [
            (serum, bound, known[serum] / total if known.get(serum) else share)
            for serum, bound, share in zip(_IGE, _BOUND, shares, strict=True)
        ]
        return {
            "sensitised": sensitised,
            "total_ige_ku_per_l": total,
            **{serum: float(known.get(serum, total * share)) for serum, _, share in pairs},
            "fceri_per_cell": fceri,
            **{bound: float(known.get(bound, occupied * share)) for _, bound, share in pairs},
        }


_IGE = ("specific_ige_ku_per_l", "specific_ige_2_ku_per_l")
_BOUND = ("specific_receptors_per_cell", "specific_receptors_2_per_cell")
_SPREADS = {
    "weight_kg": "patients.weight_sd",
    "fceri_per_cell": "patients.fceri_sd",
    "baseline_tryptase_ng_per_ml": "patients.baseline_tryptase_sd",
    **{
        f"{name}_factor": f"patients.{name}_sd"
        for name in ("threshold", "ship1", "syk", "clearance", "symptom", "treg", "renal", "mrgprx2")
    },
}
"""Parameter with the log-standard deviation of each trait that is lognormal in the default adult."""


def all_pairs(p: ParameterSet, stated: tuple[Correlation, ...]) -> tuple[tuple[str, str, float], ...]:
    """Correlations of the default adult, and those that a population states in their place or besides."""
    own = tuple((pair.first, pair.second, pair.value) for pair in stated)
    return (
        ("weight_kg", "height_cm", p["patients.height_weight_correlation"]),
        ("total_ige_ku_per_l", "fceri_per_cell", p["patients.fceri_total_ige_correlation"]),
        *own,
    )


def _kidney_function(p: ParameterSet, age_y: float, sex: str) -> float:
    """Mean glomerular filtration at an age, as a share of a young adult's."""
    return 1.0 - p[f"patients.renal_decline_{sex}_per_y"] * max(0.0, age_y - p["patients.renal_decline_from_y"])


def _malignancy_share(p: ParameterSet, age_y: float) -> float:
    """Share of people of an age who have or had cancer; rises exponentially."""
    return p["patients.malignancy_at_42_y"] * math.exp(p["patients.malignancy_rise_per_y"] * (age_y - 42.0))


def _specific_shares(p: ParameterSet, z: tuple[float, ...]) -> tuple[float, float]:
    """Shares of a patient's IgE that are specific for the first and the second allergen; together at most 1."""
    shares = [min(1.0, p["patients.specific_share"] * math.exp(p["patients.specific_share_sd"] * value)) for value in z]
    whole = max(1.0, sum(shares))
    first, second = (share / whole for share in [*shares, 0.0][:2])
    return first, second
