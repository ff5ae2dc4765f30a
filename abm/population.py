"""Virtual patients: traits and tests, drawn before any arm is known.

A patient is a function of the seed, the patient's number and the parameters. Selection goes through candidates 0, 1,
2 … and keeps those that meet every condition, so a larger study contains the smaller one unchanged.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from abm.engine.bath import bathe
from abm.engine.cells import arm_with
from abm.engine.clock import bins
from abm.engine.rates import patient_rates
from abm.engine.state import empty_state
from abm.output_columns import TABLES
from abm.parameters.catalog import ParameterSet, clones_of
from abm.random_streams import Stream, normals
from abm.repertoire import ALLELES, GivenFittingClone, Repertoire, repertoire_of
from abm.scenario import Condition, Scenario
from abm.trait_laws import NotPositiveDefinite
from abm.traits import FEW, POPULATIONS, Population, population_of, traits_of

_SKIN_TEST_BIN = 2**30
_SKIN_TEST_CELLS = 600
_MOST_CANDIDATES_PER_PATIENT = 5000


class SelectionError(ValueError):
    """Nobody, or too few candidates, meet the conditions of `select:` and `given:`."""


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
    genes, cohort = _genes(scenario, parameters), scenario.cohort
    chosen: list[dict[str, Any]] = []
    seen = 0
    for number, known in _candidates(scenario):
        patient = _chosen(scenario, parameters, genes, number, known)
        if patient is not None:
            chosen.append(patient)
        seen += 1
        if len(chosen) == cohort.patients or seen >= _MOST_CANDIDATES_PER_PATIENT * (len(chosen) + 1):
            break
    if len(chosen) < cohort.patients:
        wanted = ", ".join(f"{c.trait} {c.relation} {c.value}" for c in cohort.select) or "select:"
        whose = "of the user's own patients" if cohort.cohort_rows else f"of {cohort.population!r}"
        remedy = "ask for fewer patients" if cohort.cohort_rows else "choose another population"
        raise SelectionError(
            f"only {len(chosen)} of {seen} candidates {whose} meet {wanted}; loosen select:, or {remedy}"
        )
    columns = [column.name for column in TABLES["patients"]]
    return pd.DataFrame(chosen)[columns].astype({c.name: c.kind for c in TABLES["patients"]})


def _candidates(scenario: Scenario) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Numbers of the candidates, each with what is known of it before it is drawn."""
    rows = scenario.cohort.cohort_rows
    if rows is None:
        return ((number, {}) for number in itertools.count())
    return ((number, rows.known(place)) for place, number in enumerate(rows.ids))


def _who(scenario: Scenario) -> Population:
    """The population that candidates come from."""
    cohort = scenario.cohort
    if cohort.described is not None:
        return population_of(cohort.described)
    if cohort.population not in POPULATIONS:
        raise SelectionError(
            f"population {cohort.population!r} is not built in and not described; built in: {', '.join(POPULATIONS)}; "
            "abm.scenario_file.named_population describes those that come as files"
        )
    return POPULATIONS[cohort.population]


def draw_patient(scenario: Scenario, parameters: ParameterSet, patient_id: int) -> dict[str, Any]:
    """Draw one candidate: traits first, then what skin test and assay say of them.

    Raises
    ------
    SelectionError
        If nobody can have what the cohort is drawn given, or no patient of the user's own has this number.
    """
    rows = scenario.cohort.cohort_rows
    if rows is not None and patient_id not in rows.ids:
        raise SelectionError(
            f"there is no patient {patient_id} among the user's own; numbers begin with {rows.ids[:5]}"
        )
    known = {} if rows is None else rows.known(rows.ids.index(patient_id))
    patient = _candidate(scenario, parameters, _genes(scenario, parameters), patient_id, known)
    return patient | _tests(scenario, parameters, patient)


def _chosen(
    scenario: Scenario,
    parameters: ParameterSet,
    genes: Repertoire | GivenFittingClone,
    patient_id: int,
    known: Mapping[str, Any],
) -> dict[str, Any] | None:
    """The candidate, if it meets every condition; tests are done only on those whose traits do."""
    patient = _candidate(scenario, parameters, genes, patient_id, known)
    if not all(_meets(patient, c) for c in scenario.cohort.select if c.trait in patient):
        return None
    patient |= _tests(scenario, parameters, patient)
    return patient if all(_meets(patient, c) for c in scenario.cohort.select) else None


def _candidate(
    scenario: Scenario,
    parameters: ParameterSet,
    genes: Repertoire | GivenFittingClone,
    patient_id: int,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    own = _with_share_of(parameters, scenario.allergic_to[0])
    try:
        traits = traits_of(own, _who(scenario), scenario.seed, patient_id, len(scenario.allergic_to), known)
    except NotPositiveDefinite as error:
        raise SelectionError(f"correlations of {scenario.cohort.population!r} cannot hold together: {error}") from None
    return traits | genes.draw(scenario.seed, patient_id, known)


def _with_share_of(p: ParameterSet, drug: str) -> ParameterSet:
    """Numbers in which the share of unselected people with IgE is the drug's own, if it states one."""
    if "sensitised_share" not in p.drugs[drug].parameters:
        return p
    return p.with_overrides({FEW: p[f"drugs.{drug}.sensitised_share"]})


def _genes(scenario: Scenario, parameters: ParameterSet) -> Repertoire | GivenFittingClone:
    """What alleles and clones are drawn from: the population, or those in it who have a fitting clone.

    Alleles and clones are independent of all other traits, so conditions on those do not change the weight.
    """
    cohort, drug = scenario.cohort, scenario.allergic_to[0]
    repertoire = repertoire_of(parameters, _who(scenario).ancestry, drug)
    if "fitting_clone" not in cohort.given:
        return repertoire
    if cohort.cohort_rows is not None:
        raise SelectionError("given: fitting_clone draws other alleles and clones than the user's own patients have")
    if not clones_of(parameters.drugs[drug]):
        fitted = [name for name, each in parameters.drugs.items() if clones_of(each)]
        raise SelectionError(
            f"given: fitting_clone asks for T-cell clones that fit {drug!r}, and it has none; drugs with T-cell "
            f"clones: {', '.join(fitted)}"
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
