"""HLA alleles and fitting clones: frequencies, the exact conditional distribution, its weight, and the gate."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter

import numpy as np
import pytest
from scipy import stats
from small_worlds import FULL, PENICILLIN, a_scenario, an_arm, parameters

from abm.parameters.catalog import all_parameters, default_parameters
from abm.parameters.hla import ANCESTRIES, LOCI
from abm.parameters.t_cell import CLONES, EVERYONE
from abm.population import POPULATIONS, SelectionError, draw_patient, select_patients
from abm.repertoire import ALLELES, GivenFittingClone, repertoire_of
from abm.scenario import Cohort, Condition

P = default_parameters()
NO_IGE = Condition("sensitised", "==", False)
SEED, DRAWS, GIVEN = 5, 200_000, 20_000
RAISED = parameters(
    t_cell__clones_carbamazepine_b_15_02=0.9, t_cell__clones_carbamazepine_a_31_01=2.0, t_cell__second_copy=1.5,
    hla__han_chinese_a_31_01=0.2, hla__han_chinese_b_15_02=0.25,
)  # fmt: skip
"""A population in which every genotype and several clones are common enough to be counted."""


def cohort(drug: str, population: str, *select: Condition, given: bool = True, patients: int = 6):
    scenario = dataclasses.replace(a_scenario(an_arm(FULL), seed=SEED), allergic_to=(drug,))
    conditioned = frozenset({"fitting_clone"}) if given else frozenset()
    return dataclasses.replace(scenario, cohort=Cohort(population, patients, tuple(select), conditioned))


def anybody(copies: dict[str, int]) -> bool:
    return True


@pytest.fixture(scope="module")
def crowd() -> list[dict]:
    repertoire = repertoire_of(RAISED, "han_chinese", "carbamazepine")
    return [repertoire.draw(SEED, number) for number in range(DRAWS)]


def kind(person: dict) -> tuple[int, int, int]:
    """Copies of the two alleles that present the drug, and the clones (five stands for more)."""
    return person["hla_b_15_02"], person["hla_a_31_01"], min(person["fitting_clones"], 5)


@pytest.mark.parametrize("ancestry", ANCESTRIES)
def test_alleles_are_as_frequent_as_their_parameters_say(ancestry) -> None:
    repertoire = repertoire_of(P, ancestry, "carbamazepine")
    people = [repertoire.draw(SEED, number) for number in range(50_000)]
    for allele in ALLELES:
        f = P[f"hla.{ancestry}_{allele.removeprefix('hla_')}"]
        for copies, share in enumerate(((1 - f) ** 2, 2 * f * (1 - f), f * f)):
            found = sum(person[allele] == copies for person in people)
            assert stats.binomtest(found, len(people), share).pvalue > 1e-4, (allele, copies)


def test_alleles_of_one_locus_exclude_each_other_on_a_chromosome(crowd) -> None:
    for locus in LOCI.values():
        assert max(sum(person[allele] for allele in locus) for person in crowd) == 2
    one = [p for p in crowd if p["hla_b_15_02"] == 1]
    expected = P["hla.han_chinese_b_58_01"] / (1 - RAISED["hla.han_chinese_b_15_02"])
    assert stats.binomtest(sum(p["hla_b_58_01"] for p in one), len(one), expected).pvalue > 1e-4


def test_carriers_are_as_many_as_the_studies_count() -> None:
    counted = {
        "han_chinese_b_15_02": 0.077, "han_chinese_b_58_01": 571 / 2910, "han_chinese_b_57_01": 0.0088,
        "han_chinese_a_31_01": 4 / 144, "european_b_57_01": 109 / 1956, "european_b_58_01": 0.015,
        "european_a_31_01": 0.035, "european_b_15_02": 0.0004,
    }  # fmt: skip
    carriers = {name: 1 - (1 - P[f"hla.{name}"]) ** 2 for name in counted}
    assert carriers == pytest.approx(counted, rel=0.01)


@pytest.mark.parametrize("ancestry", ANCESTRIES)
def test_genotypes_are_all_there_are(ancestry) -> None:
    table = list(repertoire_of(P, ancestry, "abacavir").genotypes())
    assert len(table) == len({tuple(copies.values()) for copies, _ in table}) == 30
    assert math.fsum(share for _, share in table) == pytest.approx(1.0, rel=1e-12)
    for allele in ALLELES:
        mean = math.fsum(copies[allele] * share for copies, share in table)
        assert mean == pytest.approx(2 * P[f"hla.{ancestry}_{allele.removeprefix('hla_')}"], rel=1e-12)


def test_clones_given_the_alleles_are_poisson(crowd) -> None:
    repertoire = repertoire_of(RAISED, "han_chinese", "carbamazepine")
    for b, a in ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)):
        clones = [p["fitting_clones"] for p in crowd if (p["hla_b_15_02"], p["hla_a_31_01"]) == (b, a)]
        mean = 0.9 * (0, 1, 2.5)[b] + 2.0 * (0, 1, 2.5)[a]
        assert repertoire.mean_clones(dict.fromkeys(ALLELES, 0) | {"hla_b_15_02": b, "hla_a_31_01": a}) == (
            pytest.approx(mean)
        )
        assert abs(np.mean(clones) - mean) <= 4.0 * math.sqrt(mean / len(clones))
        assert abs(np.mean(np.equal(clones, 0)) - math.exp(-mean)) <= 4.0 * math.sqrt(0.25 / len(clones))


SELECTED = {
    "anybody": anybody,
    "one copy": lambda copies: copies["hla_b_15_02"] == 1,
    "screened": lambda copies: copies["hla_b_15_02"] == 0,
}


@pytest.mark.parametrize("allowed", SELECTED.values(), ids=SELECTED)
def test_the_weight_is_the_share_with_a_fitting_clone(crowd, allowed) -> None:
    given = GivenFittingClone(repertoire_of(RAISED, "han_chinese", "carbamazepine"), allowed)
    inside = [person for person in crowd if allowed(person)]
    found = np.mean([person["fitting_clones"] > 0 for person in inside])
    error = math.sqrt(given.weight * (1 - given.weight) / len(inside))
    assert abs(found - given.weight) < 4.0 * error
    assert abs(found - 1.05 * given.weight) > 4.0 * error, "a weight 5 % off is seen"


@pytest.mark.parametrize("allowed", SELECTED.values(), ids=SELECTED)
def test_people_drawn_given_a_clone_are_distributed_as_those_who_have_one(crowd, allowed) -> None:
    given = GivenFittingClone(repertoire_of(RAISED, "han_chinese", "carbamazepine"), allowed)
    found = Counter(kind(given.draw(SEED, number)) for number in range(GIVEN))
    expected = Counter(kind(person) for person in crowd if allowed(person) and person["fitting_clones"] > 0)
    assert min(clones for _, _, clones in found) == 1
    common = [cell for cell, count in expected.items() if count > 50]
    assert set(found) <= set(expected)
    table = np.array([[found[cell] for cell in common], [expected[cell] for cell in common]])
    assert stats.chi2_contingency(table).pvalue > 1e-4


def test_few_clones_are_drawn_exactly_where_they_are_rare() -> None:
    given = GivenFittingClone(repertoire_of(P, "european", "sulfamethoxazole"), anybody)
    assert {given.draw(SEED, number)["fitting_clones"] for number in range(2000)} == {1}
    mean = P["t_cell.clones_sulfamethoxazole"]
    assert given.weight == pytest.approx(-math.expm1(-mean), rel=1e-9)


@pytest.mark.parametrize(
    ("drug", "allele"),
    [("carbamazepine", "b_15_02"), ("allopurinol", "b_58_01"), ("abacavir", "b_57_01"), ("carbamazepine", "a_31_01")],
)
def test_the_risk_of_carriers_is_the_published_one_at_most(drug, allele) -> None:
    risk = {"b_15_02": 0.03, "b_58_01": 0.03, "b_57_01": 0.5, "a_31_01": 1.2e-3}[allele]
    repertoire = repertoire_of(P, "european", drug)
    one = GivenFittingClone(repertoire, lambda copies: copies == dict.fromkeys(ALLELES, 0) | {f"hla_{allele}": 1})
    assert one.weight == pytest.approx(risk, rel=0.01)
    nobody = GivenFittingClone(repertoire, lambda copies: not any(copies.values()))
    assert nobody.weight == 0.0


INCIDENCE = {
    ("carbamazepine", "han_chinese"): 0.0023, ("abacavir", "european"): 0.027, ("lamotrigine", "european"): 2.82e-4,
    ("sulfamethoxazole", "european"): 3.19e-5,
}  # fmt: skip
"""Cases among all who take the drug; λ was set to the risk of carriers where an allele is needed."""


@pytest.mark.parametrize(("drug", "ancestry"), INCIDENCE)
def test_the_share_with_a_fitting_clone_is_of_the_order_of_the_incidence(drug, ancestry) -> None:
    share = GivenFittingClone(repertoire_of(P, ancestry, drug), anybody).weight
    assert share == pytest.approx(INCIDENCE[drug, ancestry], rel=0.07)


def test_without_the_gate_everybody_presents_the_drug_as_carriers_do() -> None:
    for drug, fits in CLONES.items():
        largest = max(P[name] for _, name in fits)
        for ancestry in ANCESTRIES:
            repertoire = repertoire_of(parameters(t_cell__hla_gate=0.0), ancestry, drug)
            assert {repertoire.mean_clones(copies) for copies, _ in repertoire.genotypes()} == {largest}
            half = repertoire_of(parameters(t_cell__hla_gate=0.5), ancestry, drug)
            none = dict.fromkeys(ALLELES, 0)
            needed = largest if fits[0][0] == EVERYONE else 0.0
            assert half.mean_clones(none) == pytest.approx(0.5 * needed + 0.5 * largest)


def test_each_drug_names_alleles_and_parameters_that_exist() -> None:
    names = {parameter.name for parameter in all_parameters()}
    for fits in CLONES.values():
        assert {allele for allele, _ in fits} <= {*ALLELES, EVERYONE}
        assert {name for _, name in fits} <= names
    assert set(ANCESTRIES) == {population.ancestry for population in POPULATIONS.values()}


def test_alleles_do_not_depend_on_the_drug() -> None:
    people = [repertoire_of(P, "han_chinese", drug).draw(SEED, 3) for drug in (*CLONES, PENICILLIN)]
    assert len({tuple(person[allele] for allele in ALLELES) for person in people}) == 1
    assert people[-1]["fitting_clones"] == 0


def test_a_given_cohort_shares_all_else_with_the_candidates_of_the_same_number() -> None:
    drawn = select_patients(cohort("carbamazepine", "han_chinese_adult", NO_IGE), P)
    plain = select_patients(cohort("carbamazepine", "han_chinese_adult", NO_IGE, given=False), P)
    changing = [*ALLELES, "fitting_clones", "case_weight"]
    assert drawn.drop(columns=changing).equals(plain.drop(columns=changing))
    assert (drawn["fitting_clones"] >= 1).all()
    assert (plain["case_weight"] == 1.0).all()
    expected = GivenFittingClone(repertoire_of(P, "han_chinese", "carbamazepine"), anybody).weight
    assert set(drawn["case_weight"]) == {expected}
    number = int(drawn["patient_id"].iloc[3])
    assert draw_patient(cohort("carbamazepine", "han_chinese_adult"), P, number) == drawn.iloc[3].to_dict()


def test_a_screened_given_cohort_carries_the_weight_of_the_screened() -> None:
    screened = Condition("hla_b_15_02", "==", 0)
    old = Condition("age_y", ">", 50.0)
    people = select_patients(cohort("carbamazepine", "han_chinese_adult", screened, old, NO_IGE), P)
    assert (people["hla_b_15_02"] == 0).all()
    assert (people["hla_a_31_01"] >= 1).all()
    assert (people["age_y"] > 50.0).all()
    allowed = SELECTED["screened"]
    expected = GivenFittingClone(repertoire_of(P, "han_chinese", "carbamazepine"), allowed).weight
    assert set(people["case_weight"]) == {expected}
    carrier = Condition("hla_b_15_02", ">=", 1)
    carriers = select_patients(cohort("carbamazepine", "han_chinese_adult", carrier, NO_IGE), P)
    assert carriers["case_weight"].iloc[0] == pytest.approx(0.0305, rel=0.02)


REFUSED = {
    "no clones": ((PENICILLIN, "european_adult"), r"'penicillin_g', and it has none; drugs .*carbamazepine"),
    "no allele": (
        ("abacavir", "european_adult", Condition("hla_b_57_01", "==", 0)),
        r"nobody of 'european_adult' with hla_b_57_01 == 0 can have .*'abacavir'; loosen select:",
    ),
    "no such people": (
        ("abacavir", "european_adult", Condition("hla_b_57_01", ">=", 3)), r"nobody of 'european_adult'",
    ),
    "said twice": (
        ("abacavir", "european_adult", Condition("fitting_clones", ">=", 2)), r"leave fitting_clones out of select:",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_is_refused_with_the_reason(asked, message) -> None:
    with pytest.raises(SelectionError, match=message):
        select_patients(cohort(*asked), P)


def test_no_clones_at_all_are_refused() -> None:
    with pytest.raises(SelectionError, match="with any alleles can have"):
        select_patients(cohort("lamotrigine", "unselected"), parameters(t_cell__clones_lamotrigine=0.0))
