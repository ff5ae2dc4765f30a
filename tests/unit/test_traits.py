"""Traits: what a population states changes what it is about and nothing else, and so does what is known of somebody."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math

import pytest

from abm.parameters.catalog import default_parameters
from abm.trait_laws import CONTINUOUS, Correlation, Described, TraitLaw
from abm.traits import POPULATIONS, population_of, traits_of

P = default_parameters()
ADULT = POPULATIONS["sensitised_adult"]
FOLLOWS = {
    "total_ige_ku_per_l": {"specific_ige_ku_per_l", "specific_ige_2_ku_per_l"},
    "fceri_per_cell": {"specific_receptors_per_cell", "specific_receptors_2_per_cell"},
    "age_y": {"renal_factor", "malignancy"},
}
"""Traits that follow from another one."""

UNTOUCHED = {
    "sensitised_adult": "3bcd266f9e49005a",
    "unselected": "37d361003c5c1ba0",
}
"""Hashes of 200 candidates to 12 digits as they were before a population could be described; later traits apart."""


def people(population=ADULT, count: int = 60, known=None) -> list[dict]:
    return [traits_of(P, population, 3, number, 2, known) for number in range(count)]


def stating(*laws: TraitLaw, correlations=()):
    return dataclasses.replace(ADULT, laws={law.trait: law for law in laws}, correlations=correlations)


def a_law(trait: str) -> TraitLaw:
    limits = CONTINUOUS[trait]
    middle = math.sqrt(max(limits.low, 0.5) * min(limits.high, 90.0))
    return TraitLaw(
        trait, "lognormal", (middle, middle), (0.3, 0.3), limits.low, limits.high, limits.unit, "measured", "x", "y"
    )


def changed(before: list[dict], after: list[dict]) -> set[str]:
    return {name for one, other in zip(before, after, strict=True) for name in one if one[name] != other[name]}


@pytest.mark.parametrize("name", UNTOUCHED)
def test_built_in_populations_are_as_they_were(name: str) -> None:
    found = [
        {trait: f"{value:.12g}" if isinstance(value, float) else value for trait, value in person.items()}
        for person in people(POPULATIONS[name], 200)
    ]
    for person in found:
        assert person.pop("volume_factor") == "1"
        assert float(person.pop("mrgprx2_factor")) > 0.0
    assert hashlib.sha256(json.dumps(found).encode()).hexdigest()[:16] == UNTOUCHED[name]


@pytest.mark.parametrize("trait", CONTINUOUS)
def test_a_law_changes_its_trait_and_what_follows_from_it(trait: str) -> None:
    before, after = people(), people(stating(a_law(trait)))
    found = changed(before, after)
    assert trait in found
    assert found <= {trait} | FOLLOWS.get(trait, set())
    ranks = [sorted(range(60), key=lambda n, who=who: who[n][trait]) for who in (before, after)]
    if trait not in ("volume_factor", "renal_factor", "weight_kg", "height_cm"):
        assert ranks[0] == ranks[1], "the same random number stands behind the trait"


def test_a_share_of_women_changes_what_goes_with_sex_alone() -> None:
    women = TraitLaw("sex", "categorical", (1.0, 0.0), (0.0, 0.0), 0.0, 1.0, "", "measured", "x", "y")
    before, after = people(), people(stating(women))
    assert {person["sex"] for person in after} == {"female"}
    assert changed(before, after) == {"sex", "weight_kg", "height_cm", "renal_factor"}
    was_female = [number for number, person in enumerate(before) if person["sex"] == "female"]
    assert was_female
    assert all(before[number] == after[number] for number in was_female)


def test_yes_or_no_traits_have_the_share_stated() -> None:
    law = TraitLaw("malignancy", "bernoulli", (0.3, 0.3), (0.0, 0.0), 0.0, 1.0, "", "measured", "x", "y")
    found = people(stating(law), 2000)
    assert changed(people(count=200), found[:200]) == {"malignancy"}
    z = (sum(person["malignancy"] for person in found) - 600) / math.sqrt(2000 * 0.3 * 0.7)
    assert abs(z) < 3.9
    assert (700 - 600) / math.sqrt(2000 * 0.3 * 0.7) > 3.9, "35 % would be seen"


def test_correlating_age_needs_no_law_for_it_and_leaves_its_ends() -> None:
    linked = stating(correlations=(Correlation("age_y", "renal_factor", -0.5, "x", "y"),))
    before, after = people(), people(linked)
    assert [person["age_y"] for person in after] == pytest.approx([person["age_y"] for person in before])
    assert changed(before, after) <= {"age_y", "renal_factor", "malignancy"}


@pytest.mark.parametrize(
    ("trait", "value"),
    [("age_y", 41.0), ("weight_kg", 60.0), ("baseline_tryptase_ng_per_ml", 12.0), ("malignancy", True),
     ("sensitised", True), ("symptom_factor", 0.7), ("volume_factor", 1.2), ("ancestry", "han_chinese")],
)  # fmt: skip
def test_what_is_known_is_kept_and_changes_no_other_trait(trait: str, value: object) -> None:
    before, after = people(), people(known={trait: value})
    assert {person[trait] for person in after} == {value}
    assert changed(before, after) <= {trait} | FOLLOWS.get(trait, set())


def test_known_specific_ige_makes_somebody_sensitised_and_sets_the_share_on_cells() -> None:
    unselected = POPULATIONS["unselected"]
    person = traits_of(P, unselected, 3, 1, 1, {"specific_ige_ku_per_l": 7.0, "total_ige_ku_per_l": 70.0})
    assert (person["sensitised"], person["specific_ige_ku_per_l"]) == (True, 7.0)
    on_cells = person["fceri_per_cell"] * P["patients.occupied_share"] * 0.1
    assert person["specific_receptors_per_cell"] == pytest.approx(on_cells)
    more = traits_of(P, unselected, 3, 1, 1, {"specific_ige_ku_per_l": 1e5})
    assert more["total_ige_ku_per_l"] == 1e5, "the total is no less than its part"
    none = traits_of(P, ADULT, 3, 1, 1, {"sensitised": False})
    assert none["specific_ige_ku_per_l"] == none["specific_receptors_per_cell"] == 0.0


def test_a_described_population_is_the_one_it_is_like_where_it_states_nothing() -> None:
    plain = population_of(Described("mine", "people", "han_chinese_adult", "han_chinese"))
    assert people(plain) == people(POPULATIONS["han_chinese_adult"])
