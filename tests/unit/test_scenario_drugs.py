"""Drugs of a scenario's own: read with their sources, refused without, and run as those of the catalogue."""

from __future__ import annotations

import numpy as np
import pytest
from scenario_texts import SMALL

from abm.parameters.catalog import DRUGS, all_parameters, parameters_of
from abm.parameters.drug import ABOVE_ZERO
from abm.scenario_file import ScenarioError, load_scenario, resolved_yaml
from abm.study import run_study
from analysis import load_results

NUMBER = "{value: 33.6, unit: L/h, low: 20, high: 50, kind: measured, source: Me 2024, where: table 2}"
VOLUME = "{value: 0.55, unit: L/kg, low: 0.4, high: 0.7, kind: derived, source: Me 2024, where: text, note: 38 / 70}"
WHOLE = f"""\
drugs:
  mine:
    usual_dose: 2400 mg
    usual_infusion: 30 min
    usual_every: 4 h
    routes: [infusion, bolus]
    molar_mass_g_per_mol: 334.4
    numbers:
      clearance_l_per_h: {NUMBER}
      central_l_per_kg: {VOLUME}
"""
LIKE = "drugs:\n  mine: {like: penicillin_g}\n"


def text_of(drugs: str, drug: str = "mine", more: str = "") -> str:
    return SMALL.replace("drug: penicillin_g", f"{drugs}drug: {drug}") + more


def read(tmp_path, text: str):
    path = tmp_path / "own.yaml"
    path.write_text(text)
    return load_scenario(path)


def problems(tmp_path, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(tmp_path, text)
    return [f"{p.code} {p.mark.line}:{p.mark.column} {p.message}" for p in caught.value.problems]


def test_a_drug_written_out_has_what_was_stated_and_what_every_drug_has(tmp_path) -> None:
    drug = read(tmp_path, text_of(WHOLE)).drugs["mine"]
    assert (drug.label, drug.usual_dose_mg, drug.usual_every_h, drug.routes) == (
        "mine",
        2400.0,
        4.0,
        ("infusion", "bolus"),
    )
    assert drug.parameters["clearance_l_per_h"].source == "own: Me 2024"
    assert drug.parameters["adduct_half_life_min"].value == 5.0
    assert drug.compartments == 1


@pytest.mark.parametrize("drugs", [WHOLE, LIKE, "drugs:\n  mine: {like: carbamazepine, label: 'our \"own\" drug'}\n"])
def test_a_resolved_scenario_loads_back_to_an_equal_one(tmp_path, drugs) -> None:
    scenario = read(tmp_path, text_of(drugs))
    assert read(tmp_path, resolved_yaml(scenario)) == scenario


def test_a_drug_like_another_does_to_the_last_bit_what_that_one_does(tmp_path) -> None:
    small = ["patients=3", "cells=200"]
    (tmp_path / "one.yaml").write_text(text_of(LIKE))
    (tmp_path / "two.yaml").write_text(SMALL)
    own, known = (
        run_study(load_scenario(tmp_path / f"{name}.yaml", small), out=tmp_path / name) for name in ("one", "two")
    )
    for column in ("peak_histamine_ng_per_ml", "fired_skin", "plasma_auc_mg_min_per_ml"):
        if column in known.outcomes:
            np.testing.assert_array_equal(own.outcomes[column], known.outcomes[column])
    assert own.outcomes["severity"].tolist() == known.outcomes["severity"].tolist()
    assert load_results(tmp_path / "one").run["drugs"] == ["mine"]
    assert "drugs.mine.clearance_l_per_h,33.6" in (tmp_path / "one" / "parameters.csv").read_text()


def test_a_number_that_is_changed_is_the_one_that_counts(tmp_path) -> None:
    faster = WHOLE.replace("value: 33.6", "value: 45")
    slow, fast = (read(tmp_path, text_of(drugs)) for drugs in (WHOLE, faster))
    name = "drugs.mine.clearance_l_per_h"
    assert parameters_of(slow.drugs, {})[name] == 33.6
    assert parameters_of(fast.drugs, {})[name] == 45.0
    swept = read(tmp_path, text_of(WHOLE, more=f"parameters: {{{name}: 21}}\n"))
    assert parameters_of(swept.drugs, swept.parameters)[name] == 21.0
    assert name in {parameter.name for parameter in all_parameters(slow.drugs)}
    assert name not in {parameter.name for parameter in all_parameters()}
    assert "mine" not in DRUGS


def test_t_cell_clones_come_along_and_can_be_stated(tmp_path) -> None:
    stated = "{value: 2.0, low: 1, high: 3, kind: assumed, source: model, where: here, note: as many as we like}"
    drugs = f"drugs:\n  mine: {{like: carbamazepine, numbers: {{clones_hla_b_57_01: {stated}}}}}\n"
    scenario = read(tmp_path, text_of(drugs, more="given: fitting_clone\n"))
    keys = {key for key in scenario.drugs["mine"].parameters if key.startswith("clones_")}
    assert keys == {"clones_hla_b_15_02", "clones_hla_a_31_01", "clones_hla_b_57_01"}


@pytest.mark.parametrize(
    ("drugs", "expected"),
    [
        ("drugs: {penicillin_g: {like: ceftriaxone}}\n", "S108 4:9 'penicillin_g' is a drug of the catalogue already"),
        ("drugs: {mine: {like: penicilin_g}}\n", "did you mean 'penicillin_g'?"),
        ("drugs: {'9': {like: penicillin_g}}\n", "S107"),
        ("drugs: {mine: {}}\n", "S102 4:15 missing key 'usual_dose' in the drug mine, which has no like"),
        ("drugs: {mine: {like: penicillin_g, usual_dose: 3}}\n", "S201"),
        ("drugs: {mine: {like: penicillin_g, usual_dose: -3 mg}}\n", "S203"),
        ("drugs: {mine: {like: penicillin_g, routes: []}}\n", "S105"),
        ("drugs: {mine: {like: penicillin_g, routes: [orall]}}\n", "did you mean 'oral'?"),
        ("drugs: {mine: {like: penicillin_g, routes: [oral]}}\n", "missing number 'absorption_per_h'"),
        ("drugs: {mine: {like: penicillin_g, colour: red}}\n", "S101"),
        ("drugs: {mine: {like: penicillin_g, molar_mass_g_per_mol: 1.0e+30}}\n", "S104"),
        ("drugs: 7\n", "S103"),
        (WHOLE.replace("clearance_l_per_h", "clearence_l_per_h"), "did you mean 'clearance_l_per_h'?"),
        (WHOLE.replace("unit: L/h, ", ""), "S201 12:26 clearance_l_per_h has no unit; write unit: L/h"),
        (WHOLE.replace("unit: L/h", "unit: mL/h"), "S202"),
        (WHOLE.replace("low: 20", "low: 40"), "S104"),
        (WHOLE.replace("value: 33.6", "value: .nan"), "S204"),
        (WHOLE.replace("source: Me 2024, where: table 2", "where: table 2"), "missing key 'source'"),
        (WHOLE.replace(", note: 38 / 70", ""), "missing key 'note' in central_l_per_kg: why, as the number is derived"),
        (WHOLE.replace("kind: measured", "kind: guessed"), "S317"),
        (WHOLE.replace("value: 0.55, unit: L/kg, low: 0.4", "value: 0, unit: L/kg, low: 0"), "S405"),
        (WHOLE.replace("value: 33.6, unit: L/h, low: 20", "value: 0, unit: L/h, low: 0"),
         "S405 12:34 clearance_l_per_h = 0 is not possible; allowed: 1e-12 to 1e+12 L/h"),
        (WHOLE.replace("low: 20", "low: 0"), "S405 12:56 low of clearance_l_per_h = 0 is not possible"),
        (WHOLE.replace("usual_infusion: 30 min", "usual_infusion: 20 s"),
         "S205 7:21 usual_infusion is 20 s; allowed: 1 min"),
        (WHOLE.replace("usual_infusion: 30 min", "usual_infusion: 1 y"), "S205"),
        (WHOLE.replace("usual_every: 4 h", "usual_every: 1 s"), "S205"),
        (WHOLE.replace("    routes:", "    units_per_mg: 0\n    routes:"), "S104"),
        (WHOLE.replace(f"      central_l_per_kg: {VOLUME}\n", ""), "missing number 'central_l_per_kg'"),
        ("drugs: {" + ", ".join(f"d{n}: {{like: penicillin_g}}" for n in range(21)) + "}\n", "S105"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path, drugs, expected) -> None:
    found = problems(tmp_path, text_of(drugs, "penicillin_g"))
    assert any(expected in problem for problem in found), found


@pytest.mark.parametrize("key", ABOVE_ZERO)
def test_what_the_equations_divide_by_is_above_zero_in_every_drug(tmp_path, key) -> None:
    for name, drug in DRUGS.items():
        if key in drug.parameters:
            override = f"parameters: {{drugs.{name}.{key}: 0}}\n"
            assert "S405" in problems(tmp_path, SMALL + override)[0]


def test_an_unknown_drug_is_refused_beside_own_ones(tmp_path) -> None:
    assert "did you mean 'mine'?" in problems(tmp_path, text_of(LIKE, "mime"))[0]


@pytest.mark.parametrize(
    "drugs",
    [
        "drugs:\n  mine: {like: penicilin_g}\n",
        LIKE.replace("penicillin_g", "penicillin_g, usual_dose: 3"),
        WHOLE.replace("value: 33.6, unit: L/h, low: 20", "value: 0, unit: L/h, low: 0"),
        "drugs:\n  first: {like: penicillin_g, colour: red}\n  mine: {like: first}\n",
        "drugs:\n  mine: 7\n",
    ],
)
def test_a_fault_in_a_drug_is_told_once_and_not_where_the_drug_is_used(tmp_path, drugs) -> None:
    more = "allergic_to: [mine]\nparameters: {drugs.mine.clearance_l_per_h: 3}\n"
    found = problems(tmp_path, text_of(drugs, more=more).replace("[full_dose]", "[{protocol: full_dose, drug: mine}]"))
    assert len(found) == 1
    assert "S301 unknown drug 'mine'" not in found[0]
