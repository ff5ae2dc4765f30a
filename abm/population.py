"""Virtual patients: traits and tests, drawn before any arm is known.

A patient is a function of the seed, the patient's number and the parameters. Selection goes through candidates 0, 1,
2 … and keeps those that meet every condition, so a larger study contains the smaller one unchanged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from abm.engine.bath import bathe
from abm.engine.cells import arm_with
from abm.engine.clock import bins
from abm.engine.rates import patient_rates
from abm.engine.state import empty_state
from abm.output_columns import TABLES
from abm.parameters.catalog import DRUGS, ParameterSet
from abm.parameters.t_cell import CLONES
from abm.random_streams import Stream, normals, uniforms
from abm.repertoire import ALLELES, GivenFittingClone, Repertoire, repertoire_of
from abm.scenario import Condition, Scenario

_TRAITS = int(Stream.PATIENT_TRAITS)
_SKIN_TEST_BIN = 2**30
_SKIN_TEST_CELLS = 600
_MOST_CANDIDATES_PER_PATIENT = 5000


class SelectionError(ValueError):
    """Nobody, or too few candidates, meet the conditions of `select:` and `given:`."""


@dataclass(frozen=True)
class Population:
    """A named population: what it stands for, which parameter (or 1) is the share of people with IgE, and ancestry."""

    name: str
    meaning: str
    sensitised_parameter: str | None
    ancestry: str


_FEW = "patients.sensitised_share"

POPULATIONS: dict[str, Population] = {
    population.name: population
    for population in (
        Population("sensitised_adult", "adults with IgE for the drug, whatever their tests say", None, "european"),
        Population("unselected", "adults of whom few carry IgE for the drug", _FEW, "european"),
        Population(
            "european_adult",
            "the same people as `unselected`, named by their ancestry, which sets the HLA alleles",
            _FEW,
            "european",
        ),
        Population("han_chinese_adult", "Han Chinese adults of whom few carry IgE for the drug", _FEW, "han_chinese"),
    )
}

TRAITS: dict[str, str] = {
    column.name: {"boolean": "bool", "string": "str"}.get(column.kind, "float")
    for column in TABLES["patients"]
    if column.name != "patient_id"
}


def select_patients(scenario: Scenario, parameters: ParameterSet) -> pd.DataFrame:
    """Draw the patients of a study.

    Returns
    -------
    DataFrame
        One row per patient in the order of candidate numbers; columns of the table `patients`.

    Raises
    ------
    SelectionError
        If fewer than one candidate in 5000 meets the conditions, or nobody can have what is given.
    """
    genes = _genes(scenario, parameters)
    chosen: list[dict[str, Any]] = []
    number = 0
    while len(chosen) < scenario.cohort.patients:
        patient = _chosen(scenario, parameters, genes, number)
        if patient is not None:
            chosen.append(patient)
        number += 1
        if number >= _MOST_CANDIDATES_PER_PATIENT * (len(chosen) + 1):
            wanted = ", ".join(f"{c.trait} {c.relation} {c.value}" for c in scenario.cohort.select)
            raise SelectionError(
                f"only {len(chosen)} of {number} candidates of {scenario.cohort.population!r} meet "
                f"{wanted}; loosen select:, or choose another population"
            )
    columns = [column.name for column in TABLES["patients"]]
    return pd.DataFrame(chosen)[columns].astype({c.name: c.kind for c in TABLES["patients"]})


def draw_patient(scenario: Scenario, parameters: ParameterSet, patient_id: int) -> dict[str, Any]:
    """Draw one candidate: traits first, then what skin test and assay say of them.

    Raises
    ------
    SelectionError
        If nobody can have what the cohort is drawn given.
    """
    patient = _candidate(scenario, parameters, _genes(scenario, parameters), patient_id)
    return patient | _tests(scenario, parameters, patient)


def _chosen(
    scenario: Scenario, parameters: ParameterSet, genes: Repertoire | GivenFittingClone, patient_id: int
) -> dict[str, Any] | None:
    """The candidate, if it meets every condition; tests are done only on those whose traits do."""
    patient = _candidate(scenario, parameters, genes, patient_id)
    if not all(_meets(patient, c) for c in scenario.cohort.select if c.trait in patient):
        return None
    patient |= _tests(scenario, parameters, patient)
    return patient if all(_meets(patient, c) for c in scenario.cohort.select) else None


def _candidate(
    scenario: Scenario, parameters: ParameterSet, genes: Repertoire | GivenFittingClone, patient_id: int
) -> dict[str, Any]:
    population = POPULATIONS[scenario.cohort.population]
    own = _with_share_of(parameters, scenario.allergic_to[0])
    traits = _traits(own, population, scenario.seed, patient_id, len(scenario.allergic_to))
    return traits | genes.draw(scenario.seed, patient_id)


def _with_share_of(p: ParameterSet, drug: str) -> ParameterSet:
    """Numbers in which the share of unselected people with IgE is the drug's own, if it states one."""
    if "sensitised_share" not in DRUGS[drug].parameters:
        return p
    return p.with_overrides({_FEW: p[f"drugs.{drug}.sensitised_share"]})


def _genes(scenario: Scenario, parameters: ParameterSet) -> Repertoire | GivenFittingClone:
    """What alleles and clones are drawn from: the population, or those in it who have a fitting clone.

    Alleles and clones are independent of all other traits, so conditions on those do not change the weight.
    """
    cohort, drug = scenario.cohort, scenario.allergic_to[0]
    repertoire = repertoire_of(parameters, POPULATIONS[cohort.population].ancestry, drug)
    if "fitting_clone" not in cohort.given:
        return repertoire
    if drug not in CLONES:
        raise SelectionError(
            f"given: fitting_clone asks for T-cell clones that fit {drug!r}, and it has none; drugs with T-cell "
            f"clones: {', '.join(CLONES)}"
        )
    if any(c.trait == "fitting_clones" for c in cohort.select):
        raise SelectionError("given: fitting_clone says what fitting_clones is; leave fitting_clones out of select:")
    on_alleles = [c for c in cohort.select if c.trait in ALLELES]
    genes = GivenFittingClone(repertoire, lambda copies: all(_meets(copies, c) for c in on_alleles))
    if genes.weight > 0.0:
        return genes
    whom = " and ".join(f"{c.trait} {c.relation} {c.value:g}" for c in on_alleles) or "any alleles"
    raise SelectionError(
        f"nobody of {cohort.population!r} with {whom} can have a T-cell clone that fits {drug!r}; loosen select:, or "
        "choose another population or other parameters"
    )


def _tests(scenario: Scenario, parameters: ParameterSet, patient: dict[str, Any]) -> dict[str, Any]:
    return _skin_test(parameters, patient, scenario) | _assay(parameters, patient, scenario.seed)


def _traits(p: ParameterSet, population: Population, seed: int, patient_id: int, allergens: int) -> dict[str, Any]:
    u_age, u_sex, u_ige, u_malignancy = uniforms(0, 0, patient_id, _TRAITS, seed, 0)
    z_weight, z_ige, z_fceri, z_share = normals(1, 0, patient_id, _TRAITS, seed, 0)
    z_threshold, z_ship1, z_syk, z_clearance = normals(2, 0, patient_id, _TRAITS, seed, 0)
    z_symptom, z_tryptase, z_share_2, z_treg = normals(3, 0, patient_id, _TRAITS, seed, 0)
    z_renal, z_height = normals(4, 0, patient_id, _TRAITS, seed, 0)[:2]
    age_y = p["patients.age_low_y"] + (p["patients.age_high_y"] - p["patients.age_low_y"]) * u_age
    sex = "female" if u_sex < 0.5 else "male"
    sensitised = u_ige < (p[population.sensitised_parameter] if population.sensitised_parameter else 1.0)
    shares = _specific_shares(p, (z_share, z_share_2)[:allergens]) if sensitised else (0.0, 0.0)

    def spread(trait: str, z: float) -> float:
        return math.exp(p[f"patients.{trait}_sd"] * z)

    return {
        "patient_id": patient_id,
        "age_y": age_y,
        "sex": sex,
        "weight_kg": p[f"patients.weight_{sex}_kg"] * spread("weight", z_weight),
        "sensitised": sensitised,
        **_ige(p, sensitised, shares, z_ige, z_fceri),
        "threshold_factor": spread("threshold", z_threshold),
        "ship1_factor": spread("ship1", z_ship1),
        "syk_factor": spread("syk", z_syk),
        "clearance_factor": spread("clearance", z_clearance),
        "symptom_factor": spread("symptom", z_symptom),
        "baseline_tryptase_ng_per_ml": p["patients.baseline_tryptase_ng_per_ml"]
        * spread("baseline_tryptase", z_tryptase),
        "ancestry": population.ancestry,
        "treg_factor": spread("treg", z_treg),
        "renal_factor": _kidney_function(p, age_y, sex) * spread("renal", z_renal),
        "malignancy": u_malignancy < _malignancy_share(p, age_y),
        "height_cm": _height_cm(p, sex, z_weight, z_height),
    }


def _height_cm(p: ParameterSet, sex: str, z_weight: float, z_height: float) -> float:
    """Height, normal within a sex and correlated with the logarithm of weight."""
    rho = p["patients.height_weight_correlation"]
    z = rho * z_weight + math.sqrt(1.0 - rho * rho) * z_height
    return p[f"patients.height_{sex}_cm"] + p["patients.height_sd_cm"] * z


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


def _ige(
    p: ParameterSet, sensitised: bool, shares: tuple[float, float], z_ige: float, z_fceri: float
) -> dict[str, float]:
    """IgE in serum and on mast cells; FcεRI rises with total IgE (correlation of the logarithms)."""
    factor = p["patients.total_ige_sensitised_factor"] if sensitised else 1.0
    total = p["patients.total_ige_ku_per_l"] * factor * math.exp(p["patients.total_ige_sd"] * z_ige)
    rho = p["patients.fceri_total_ige_correlation"]
    z = rho * z_ige + math.sqrt(1.0 - rho * rho) * z_fceri
    fceri = p["patients.fceri_per_cell"] * math.exp(p["patients.fceri_sd"] * z)
    occupied = fceri * p["patients.occupied_share"]
    return {
        "total_ige_ku_per_l": total,
        "specific_ige_ku_per_l": total * shares[0],
        "specific_ige_2_ku_per_l": total * shares[1],
        "fceri_per_cell": fceri,
        "specific_receptors_per_cell": occupied * shares[0],
        "specific_receptors_2_per_cell": occupied * shares[1],
    }


def _skin_test(p: ParameterSet, patient: dict[str, Any], scenario: Scenario) -> dict[str, Any]:
    """Intradermal test: skin mast cells in a local depot of the drug, the wheal's area in proportion to release."""
    released = 0.0
    if patient["specific_receptors_per_cell"] > 0.0:
        address = (scenario.seed, 0, int(patient["patient_id"]))
        state = empty_state(np.array([0, _SKIN_TEST_CELLS, _SKIN_TEST_CELLS, _SKIN_TEST_CELLS]), 1, 0)
        sizes = (_SKIN_TEST_CELLS, 1, 1)
        rates = patient_rates(p, patient, scenario.allergic_to, sizes, frozenset(), address)
        arm_with(state, patient, p, np.ones((3, 1)), rates.address)
        end = _SKIN_TEST_BIN + int(bins(p["patients.skin_test_minutes"]))
        released = bathe(state, rates, _SKIN_TEST_BIN, end, p["patients.skin_test_antigen"]) / _SKIN_TEST_CELLS
    wheal = p["patients.wheal_full_mm"] * math.sqrt(released)
    return {"skin_test_wheal_mm": wheal, "skin_test_positive": wheal >= p["patients.wheal_cutoff_mm"]}


def _assay(p: ParameterSet, patient: dict[str, Any], seed: int) -> dict[str, Any]:
    """Serum assay: the part of specific IgE that the immobilised hapten binds, with measurement error."""
    z = normals(0, 0, patient["patient_id"], int(Stream.ASSAY), seed, 0)[0]
    measured = patient["specific_ige_ku_per_l"] * p["patients.assay_recovery"] * math.exp(p["patients.assay_sd"] * z)
    return {
        "specific_ige_assay_ku_per_l": measured,
        "specific_ige_positive": measured >= p["patients.assay_cutoff_ku_per_l"],
    }


_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    ">=": lambda a, b: bool(a >= b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    "<": lambda a, b: bool(a < b),
}


def _meets(patient: dict[str, Any], condition: Condition) -> bool:
    return _RELATIONS[condition.relation](patient[condition.trait], condition.value)
