"""Populations that come as files: drawn by the thousand, they are what their sources print."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from abm.parameters.catalog import default_parameters
from abm.parameters.sources import SOURCES
from abm.scenario_file import named_population
from abm.scenario_source import shipped_populations
from abm.trait_laws import CONTINUOUS, Described, TraitLaw
from abm.traits import population_of, traits_of

P = default_parameters()
COUNT = 3000
NAMES = list(shipped_populations())
Z = float(stats.norm.isf(1e-3 / (2 * 60)))
"""|z| allowed in this file: about sixty comparisons, together wrong by chance once in a thousand seeds."""


@cache
def described(name: str) -> Described:
    found = named_population(name).described
    assert found is not None
    return found


@cache
def crowd(name: str) -> pd.DataFrame:
    return pd.DataFrame([traits_of(P, population_of(described(name)), 3, number, 1) for number in range(COUNT)])


LAWS = [(name, law.trait) for name in NAMES for law in described(name).laws if law.trait in CONTINUOUS]


def law_of(name: str, trait: str) -> TraitLaw:
    return next(law for law in described(name).laws if law.trait == trait)


def expected(law: TraitLaw) -> tuple[float, float]:
    """Mean and standard deviation of a law's values (of their logarithms, if lognormal), with its ends cut off."""
    center, spread = law.center[0], law.spread[0]
    if law.distribution == "lognormal":
        return math.log(center), spread
    ends = ((law.low - center) / spread, (law.high - center) / spread)
    cut = stats.truncnorm(*ends, center, spread)
    return float(cut.mean()), float(cut.std())


@pytest.mark.parametrize(("name", "trait"), LAWS)
def test_means_and_spreads_are_those_of_the_file(name: str, trait: str) -> None:
    law = law_of(name, trait)
    values = crowd(name)[trait].to_numpy()
    values = np.log(values) if law.distribution == "lognormal" else values
    mean, sd = expected(law)
    assert abs(values.mean() - mean) < Z * sd / math.sqrt(COUNT)
    assert abs(values.std() / sd - 1.0) < Z / math.sqrt(2 * COUNT)
    assert abs(values.mean() - (mean + 0.2 * sd)) > Z * sd / math.sqrt(COUNT), "a mean 0.2 sd off is seen"
    assert abs(values.std() / (1.2 * sd) - 1.0) > Z / math.sqrt(2 * COUNT), "so is a spread 20 % off"
    assert crowd(name)[trait].between(law.low, law.high).all()


@pytest.mark.parametrize("name", NAMES)
def test_shares_are_those_of_the_file(name: str) -> None:
    for law in described(name).laws:
        if law.trait in CONTINUOUS:
            continue
        found = crowd(name)[law.trait]
        share = (found == "female").mean() if law.trait == "sex" else found.mean()
        assert abs(share - law.center[0]) <= Z * math.sqrt(law.center[0] * (1.0 - law.center[0]) / COUNT), law.trait


@pytest.mark.parametrize("name", NAMES)
def test_correlations_are_those_of_the_file(name: str) -> None:
    for pair in described(name).correlations:
        logs = [np.log(crowd(name)[trait]) if _is_lognormal(name, trait) else crowd(name)[trait]
                for trait in (pair.first, pair.second)]  # fmt: skip
        r = float(np.corrcoef(*logs)[0, 1])
        z = (math.atanh(r) - math.atanh(pair.value)) * math.sqrt(COUNT - 3)
        assert abs(z) < Z, (pair.first, pair.second, r)


def _is_lognormal(name: str, trait: str) -> bool:
    return law_of(name, trait).distribution == "lognormal"


@pytest.mark.parametrize("name", NAMES)
def test_every_law_has_a_known_source_and_a_place(name: str) -> None:
    who = described(name)
    assert who.name == name
    assert who.meaning
    assert {each.source for each in (*who.laws, *who.correlations)} <= SOURCES.keys()
    assert all(each.where for each in (*who.laws, *who.correlations))
    assert all(law.note for law in who.laws if law.kind != "measured")


PRINTED = {
    "pregnant": {
        "weight_kg": (65.0 + (10.0 + 16.7) / 2, 0.02), "renal_factor": ((1.40 + 1.556) / 2, 0.03),
        "height_cm": (164.0, 0.005), "sensitised": (0.0769, 0.25), "age_y": ((26.8 + 29.7) / 2, 0.02),
    },
    "oncology_recurrent": {
        "age_y": (63.0, 0.02), "weight_kg": ((44.0 + 74.0) / 2, 0.03), "renal_factor": ((0.32 + 1.01) / 2, 0.03),
        "sensitised": (0.27, 0.12), "malignancy": (1.0, 0.0),
    },
    "cystic_fibrosis": {
        "age_y": (21.0, 0.02), "weight_kg": (43.1, 0.02), "height_cm": (100.0 * math.sqrt(43.1 / 16.7), 0.01),
        "sensitised": (54 / 150, 0.1),
    },
    "volunteer": {
        "age_y": (25.0, 0.02), "weight_kg": (71.1, 0.02), "renal_factor": (1.05, 0.09), "sensitised": (0.0, 0.0),
    },
}  # fmt: skip
"""Means that the sources print (see `scenarios/populations/`), and how far off, in parts, a simulated mean may be."""


@pytest.mark.parametrize("name", NAMES)
def test_simulated_means_are_the_printed_ones(name: str) -> None:
    for trait, (value, off) in PRINTED[name].items():
        found = crowd(name)[trait]
        middle = float(found.median() if _is_lognormal(name, trait) else found.mean())
        assert abs(middle - value) <= off * max(value, 1e-9), (trait, middle)


def test_plasma_in_late_pregnancy_is_half_as_much_again() -> None:
    """Aguree 2019: 48 % (44 to 51) above that before pregnancy, in a woman who weighed 65 kg then."""
    people = crowd("pregnant")
    volume = (people["weight_kg"] * people["volume_factor"]).median() / 65.0
    assert 1.44 < volume < 1.51


def test_the_body_mass_index_in_cystic_fibrosis_is_the_printed_one() -> None:
    """Bulitta 2007, table 1: 16.7 ± 1.1 kg/m² at 43.1 ± 7.8 kg."""
    people = crowd("cystic_fibrosis")
    index = people["weight_kg"] / (people["height_cm"] / 100.0) ** 2
    assert index.median() == pytest.approx(16.7, rel=0.02)
    assert index.std() == pytest.approx(1.1, rel=0.2)


def test_clearance_per_kg_in_cystic_fibrosis_is_raised_as_measured() -> None:
    """Bulitta 2019: 1.46 ± 0.16 times that of volunteers, per kg; clearances do not go with weight in the model."""
    people = crowd("cystic_fibrosis")
    per_kg = people["clearance_factor"] * 70.0 / people["weight_kg"]
    assert 1.30 < per_kg.median() < 1.62


def test_kidneys_of_women_with_cancer_fail_with_age_as_those_of_donors() -> None:
    people = crowd("oncology_recurrent")
    slope = float(np.polyfit(people["age_y"], people["renal_factor"], 1)[0])
    assert slope == pytest.approx(-0.0077, abs=0.002)


def test_nobody_among_volunteers_has_ige_for_a_drug() -> None:
    assert (crowd("volunteer")[["specific_ige_ku_per_l", "specific_receptors_per_cell"]] == 0.0).all(axis=None)
    assert not crowd("volunteer")["sensitised"].any()
