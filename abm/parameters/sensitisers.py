"""Drugs that make IgE in people who had none: how often a day of treatment primes somebody.

A drug without an entry primes nobody for IgE, whatever IgE its patients are drawn with.
"""

from __future__ import annotations

import dataclasses

from abm.parameters.drug import Drug
from abm.parameters.parameter import Parameter


def _per_day(value: float, low: float, high: float, source: str, where: str, note: str) -> dict[str, Parameter]:
    number = Parameter(value, "1/d", low, high, "derived", "human", source, where, note, hard_high=1e3)
    return {"sensitisation_per_d": number}


_BETA_LACTAM = _per_day(
    0.005, 0.0, 0.02, "penicillin_antibodies", "24 of 61 in long courses of benzylpenicillin with any antibody",
    "5 % of people in a course of ten days and 13 % in four weeks: below the 39 % with IgG, IgM or IgE after long "
    "courses by vein, above 0 of 46 after three courses by mouth",
)  # fmt: skip
_PLATINUM = _per_day(
    0.02, 0.005, 0.05, "markman_1999", "24 of 205 react, after a median of eight courses",
    "carboplatin is about for most of a day in a course: −ln(1 − 0.12) / (8 × 0.8 d) = 0.02",
)  # fmt: skip

SENSITISERS: dict[str, dict[str, Parameter]] = {
    **dict.fromkeys(("penicillin_g", "penicillin_v", "amoxicillin", "cefazolin", "ceftriaxone"), _BETA_LACTAM),
    **dict.fromkeys(("carboplatin", "oxaliplatin", "cisplatin"), _PLATINUM),
}


def with_sensitisation(drug: Drug) -> Drug:
    """The drug with its chance to prime among its parameters, where one is known."""
    return dataclasses.replace(drug, parameters=drug.parameters | SENSITISERS.get(drug.name, {}))
