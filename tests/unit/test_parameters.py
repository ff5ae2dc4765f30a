"""Every number is traced, in its range, refused when impossible, and read by something."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import re

import numpy as np
import pytest
from small_worlds import BOTH, PENICILLIN, a_patient, a_scenario, an_arm

from abm.biology.mast_cell import release_hazard
from abm.engine.cells import organ_cells, patient_state
from abm.engine.exposure import targets_of
from abm.engine.immune_state import BODY, empty_immune_state
from abm.engine.immunity import new_immunity
from abm.engine.necrolysis import Necrolysis
from abm.engine.prescription import size_of
from abm.engine.rates import patient_rates
from abm.engine.slow_immunity import SlowImmunity
from abm.parameters.catalog import (
    DRUGS,
    OutOfRange,
    ParameterSet,
    UnknownParameter,
    all_parameters,
    default_parameters,
    drug_named,
)
from abm.parameters.parameter import Parameter
from abm.parameters.population_sources import POPULATION_SOURCES
from abm.parameters.sources import SOURCES
from abm.parameters.t_cell import CLONES
from abm.population import _candidate, draw_patient
from abm.repertoire import GivenFittingClone, repertoire_of
from abm.scenario import Cohort
from abm.scenario_source import shipped_populations
from abm.traits import POPULATIONS, traits_of

DELAYED = {"clones", "epidermis", "severity"}
"""Groups of the delayed mechanism alone."""

FOR_A_RULE = {"gimborn_2005", "sancho_serra_2011", "sullivan_1982", "wong_1994"} | {
    "cohan_1989", "phillips_1983", "schleimer_1983", "simons_1992", "greco_1990",
}  # fmt: skip
"""Sources of a rule's form (SHIP-1 at high antigen; specificity; agonists that share MRGPRX2, with and without synergy;
what holds no mast cell back), not of a number."""

BESIDE = {"osullivan_1993", "rybak_1992", "sahai_1989", "barnes_1986"}
"""Published outcomes that results are laid beside (docs/mrgprx2.md)."""

KINDS = {"measured", "derived", "fitted", "assumed"}
NAMES = [parameter.name for parameter in all_parameters()]
FIXED = {"mast_cell.release_steepness"}
"""Not open to change: the kernel has it as a product of five factors (see the test of its value below)."""


@pytest.mark.parametrize("parameter", all_parameters(), ids=NAMES)
def test_a_number_can_be_traced(parameter) -> None:
    assert parameter.low <= parameter.value <= parameter.high
    if parameter.name not in FIXED:
        assert parameter.hard_low <= parameter.low <= parameter.high <= parameter.hard_high
    assert math.isfinite(parameter.value)
    assert parameter.kind in KINDS
    assert len(parameter.where) >= 4 or parameter.kind == "assumed"
    assert parameter.system
    assert parameter.source in SOURCES
    assert parameter.note or parameter.kind == "measured"
    if parameter.kind == "measured":
        assert parameter.source != "model", "what the project assumes is not measured"
    if parameter.source == "model":
        assert parameter.kind in ("assumed", "fitted")


def test_names_are_unique_and_their_values_the_defaults() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(default_parameters())
    assert {p.name: p.value for p in all_parameters()} == dict(default_parameters())
    groups = {"ige_receptor", "mast_cell", "mediators", "symptoms", "tissue", "patients", "hla", "t_cell", "drugs"}
    groups |= {"dosing", "rescue", "slow_immunity", "mrgprx2"}
    assert {name.split(".")[0] for name in NAMES} == groups | DELAYED


def test_units_stand_in_the_names_that_carry_one() -> None:
    ends = {
        "_min": "min", "_h": "h", "_s": "s", "_pg": "pg/cell", "_um": "µm", "_mm": "mm", "_mmhg": "mmHg", "_kg": "kg",
        "_per_min": "1/min", "_ng_per_ml": "ng/mL", "_ku_per_l": "kU/L", "_l_per_h": "L/h", "_l_per_kg": "L/kg",
        "_per_h": "1/h", "_per_s": "1/s", "_l_per_min": "L/min", "_um2_per_s": "µm²/s", "_um_per_min": "µm/min",
        "_d": "d", "_per_day": "1/d", "_per_d": "1/d", "_per_mm2": "1/mm²", "_hit_mm2": "mm²", "_m2": "m²",
        "_percent": "%",
        "_ml_per_min": "mL/min", "_ml_per_min_per_173_m2": "mL/min/1.73 m²",
    }  # fmt: skip
    for parameter in all_parameters():
        fitting = [end for end in ends if parameter.name.endswith(end)]
        if fitting:
            assert parameter.unit == ends[max(fitting, key=len)], parameter.name


def test_every_source_is_described_and_used() -> None:
    assert all(len(text) > 15 for text in SOURCES.values())
    parameters = {parameter.source for parameter in all_parameters()}
    files = " ".join(path.read_text(encoding="utf-8") for path in shipped_populations().values())
    populations = {key for key in SOURCES if re.search(rf"\b{key}\b", files)}
    assert parameters | FOR_A_RULE | BESIDE | populations == set(SOURCES)
    assert set(POPULATION_SOURCES) <= populations


@pytest.mark.parametrize("delayed", [False, True], ids=["immediate", "delayed"])
def test_a_mechanism_has_six_fitted_numbers_and_each_says_to_what(delayed) -> None:
    """At most six may be free in each mechanism; notes speak of "one of six", so there must be six.

    Five of each six share a fit. The sixth has a target of its own: the spread between patients (reactions of skin-test
    positives) and the entry into mucosa (erosions a day or so before the skin).
    """
    others = {"slow_immunity", "mrgprx2"}
    numbers = [p for p in all_parameters() if p.kind == "fitted" and group(p.name) not in others]
    fitted = {p.name: p.note for p in numbers if (group(p.name) in DELAYED) == delayed}
    assert len(fitted) == 6
    assert all(len(note) > 40 for note in fitted.values())
    alone = [name for name, note in fitted.items() if not note.startswith("one of six numbers fitted together to")]
    assert alone == ["epidermis.mucosa_factor" if delayed else "patients.specific_share_sd"]


def test_mrgprx2_has_two_fitted_numbers() -> None:
    fitted = {p.name: p.note for p in all_parameters() if p.kind == "fitted" and group(p.name) == "mrgprx2"}
    assert set(fitted) == {"mrgprx2.drive", "mrgprx2.cell_sd"}
    assert all("scripts/fit_mrgprx2.py" in note for note in fitted.values())


def group(name: str) -> str:
    return name.split(".")[0]


UNTRACEABLE = (
    {"value": 0.5},
    {"value": math.nan},
    {"source": "hearsay"},
    {"note": "", "kind": "assumed"},
    {"note": "", "kind": "fitted"},
)


@pytest.mark.parametrize("change", UNTRACEABLE)
def test_an_untraceable_number_is_refused(change) -> None:
    good = {"value": 2.0, "unit": "min", "low": 1.0, "high": 3.0, "kind": "measured", "system": "human",
            "source": "brown_2004", "where": "table 1", "note": "why"}  # fmt: skip
    assert Parameter(**good).value == 2.0
    with pytest.raises(ValueError, match=r"range|source|note"):
        Parameter(**(good | change))


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        UnknownParameter, match=r"'mast_cell\.ship_pool'; did you mean 'mast_cell\.ship1_pool'"
    ) as caught:
        default_parameters().with_overrides({"mast_cell.ship_pool": 1.0})
    assert caught.value.nearest[0] == "mast_cell.ship1_pool"
    with pytest.raises(KeyError):
        default_parameters()["nothing.at.all"]
    with pytest.raises(KeyError, match="did you mean 'ceftriaxone'"):
        drug_named("ceftriaxon")
    assert drug_named(PENICILLIN) is DRUGS[PENICILLIN]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0, 1e30])
@pytest.mark.parametrize("name", ["mast_cell.ship1_pool", "ige_receptor.relaxation_per_min", "tissue.agents_skin"])
def test_an_impossible_value_is_refused(name, value) -> None:
    with pytest.raises(OutOfRange, match=name.replace(".", r"\.")):
        default_parameters().with_overrides({name: value})


def test_an_override_changes_one_number_of_a_copy() -> None:
    changed = default_parameters().with_overrides({"mast_cell.ship1_pool": 0.0})
    assert changed["mast_cell.ship1_pool"] == 0.0
    assert default_parameters()["mast_cell.ship1_pool"] > 0.0
    assert [n for n in NAMES if changed[n] != default_parameters()[n]] == ["mast_cell.ship1_pool"]
    with pytest.raises(TypeError):
        changed["mast_cell.ship1_pool"] = 1.0


def other_value(parameter: Parameter) -> float:
    """A clearly different value that is permitted."""
    for value in (parameter.value * 1.5, parameter.value * 0.5, parameter.value + 0.5, parameter.value + 1e-3):
        if value != parameter.value and parameter.hard_low <= value <= parameter.hard_high:
            return value
    raise AssertionError(f"{parameter.name} cannot be anything else")


def drug_numbers(p: ParameterSet, drug: str, premedication: frozenset[str] = frozenset()) -> list[np.ndarray]:
    """What the engine is given for a drug: its rates, and what slow immunity multiplies with."""
    targets = targets_of((drug,), None, p)
    patient, cells = a_patient(renal_factor=0.5), organ_cells(300, p)
    rates = patient_rates(p, patient, (drug,), cells, premedication, (7, 0, 0), targets)
    slow = SlowImmunity(a_patient(), p, (drug,), (7, 0, 0))
    last = np.array([slow.lag_bins, slow.granules_bins, slow.litres])
    return [*(np.asarray(part, dtype=float) for part in rates), *slow.rates, last]


def body_numbers(p: ParameterSet) -> list[np.ndarray]:
    """Doses by AUC, cells and body at rest."""
    cells = organ_cells(300, p)
    opened = patient_rates(p, a_patient(), ("vancomycin",), cells, frozenset(), (7, 0, 0))
    state = patient_state(a_patient(), p, opened, 300, 0)
    doses = np.array([size_of("AUC", a_patient(renal_factor=kidneys), p) for kidneys in (0.5, 3.0)])
    return [np.array(cells), doses, state.mrgprx2, state.receptors, state.threshold, state.place, state.body]


def clone_numbers(p: ParameterSet, drug: str) -> list[np.ndarray]:
    """What the delayed mechanism of a patient with two fitting clones is given, for a drug it can be asked for."""
    scenario = a_scenario(an_arm(), allergic_to=(drug,))
    immunity = new_immunity(a_patient(fitting_clones=2), scenario, p, (7, 0, 0))
    rates = immunity.rates
    of_skin = [np.asarray(part, dtype=float) for part in rates.skin]
    limits = np.array([immunity.block_half_lives, immunity.all_t_cells, *immunity.disease.limits])
    return [limits, rates.clone, rates.affinity, rates.naive, rates.signal, rates.engage, *of_skin]


def risks(p: ParameterSet) -> list[np.ndarray]:
    """SCORTEN and the integrated risk of death of some hundred patients, at several extents of detachment."""
    found, state = [], empty_immune_state(1)
    state.body[BODY.involved_share] = 1.0
    for percent in (2.0, 20.0, 60.0):
        state.body[BODY.detached_share] = percent / 100.0
        for number in range(300):
            disease = Necrolysis(a_patient(number), p, (7, 0, number))
            disease.endurance = math.inf
            disease.signs(state, 1.0, 1.0)
            disease.signs(state, 6.0, 5.0)
            found.append((disease.outcome()["scorten"], disease.hazard))
    return [np.array(found)]


def people(p: ParameterSet, tests: bool) -> list[dict]:
    """Traits of candidates of both populations; with `tests`, those that the tests show too."""
    if tests:
        scenario = a_scenario(an_arm())
        return [draw_patient(scenario, p, number) for number in range(40)]
    found = [traits_of(p, POPULATIONS[name], 7, number, 1) for name in POPULATIONS for number in range(400)]
    known = a_scenario(an_arm(), allergic_to=("cetuximab",))
    preformed = dataclasses.replace(known, cohort=Cohort("unselected", 1))
    genes = repertoire_of(p, "european", "cetuximab")
    found += [_candidate(preformed, p, genes, number) for number in range(400)]
    for drug, name in itertools.product(CLONES, POPULATIONS):
        repertoire = repertoire_of(p, POPULATIONS[name].ancestry, drug)
        found.append(GivenFittingClone(repertoire, lambda copies: True).draw(7, 0))
    return found


RELIEVED = {"H1": frozenset({"H1"}), "H1, H2": BOTH, "others": frozenset({"montelukast", "corticosteroid"})}
READERS = {
    "body": body_numbers,
    f"drugs.{PENICILLIN}.": functools.partial(drug_numbers, drug=PENICILLIN),
    "people, tested": functools.partial(people, tests=True),
    **{f"T cells, {drug}": functools.partial(clone_numbers, drug=drug) for drug in CLONES},
    "risks": risks,
    "people": functools.partial(people, tests=False),
    **{name: functools.partial(drug_numbers, drug=PENICILLIN, premedication=given) for name, given in RELIEVED.items()},
    **{f"drugs.{drug}.": functools.partial(drug_numbers, drug=drug) for drug in DRUGS},
}
"""All that reads parameters; who is likeliest to read one comes first, and the others are not asked any more."""


@functools.cache
def untouched(reader: str) -> object:
    return comparable(READERS[reader](default_parameters()))


def comparable(numbers: list) -> list:
    return [part.tobytes() if isinstance(part, np.ndarray) else part for part in numbers]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in FIXED])
def test_no_number_is_dead(name) -> None:
    parameter = next(p for p in all_parameters() if p.name == name)
    changed = default_parameters().with_overrides({name: other_value(parameter)})
    likeliest_first = sorted(READERS, key=lambda reader: not name.startswith(reader))
    assert any(comparable(READERS[reader](changed)) != untouched(reader) for reader in likeliest_first)


def test_the_steepness_is_that_of_the_kernel() -> None:
    f32 = np.float32
    ratio = 1.1
    rate = float(release_hazard.py_func(f32(4.5 * ratio), f32(4.5), f32(1.0), f32(0.0)))
    exponent = math.log(rate / (1.0 - rate)) / math.log(ratio)
    assert exponent == pytest.approx(default_parameters()["mast_cell.release_steepness"], rel=1e-4)
    with pytest.raises(OutOfRange):
        default_parameters().with_overrides({"mast_cell.release_steepness": 12.0})


def test_drugs_differ_in_how_long_they_stay() -> None:
    per_hour = {
        name: default_parameters()[f"drugs.{name}.clearance_l_per_h"]
        / (70 * default_parameters()[f"drugs.{name}.central_l_per_kg"])
        for name in DRUGS
    }
    assert per_hour["penicillin_g"] > per_hour["carboplatin"] > per_hour["ceftriaxone"]
    assert all(drug.usual_dose_mg > 0 and drug.usual_infusion_min > 0 and drug.half_life for drug in DRUGS.values())
    assert all(dataclasses.is_dataclass(drug) and drug.name == name for name, drug in DRUGS.items())
