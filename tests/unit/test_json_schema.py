"""The JSON Schema: it knows every key and word of the readers, and is as strict as structure goes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from scenario_texts import LARGE, SMALL

from abm.json_schema import FILE, scenario_schema, schema_text
from abm.scenario_course import OPTIONS
from abm.scenario_file import shipped_scenarios
from abm.scenario_keys import ITEM, ITEM_FORMS, PROTOCOL_OPTIONS, TABLES
from abm.scenario_schema import vocabulary
from abm.scenario_source import shipped_populations
from abm.scenario_tree import Mark, Report
from abm.scenario_yaml import parse, plain

SCHEMA = scenario_schema()
VALID = jsonschema.Draft202012Validator(SCHEMA)


def accepts(text: str) -> bool:
    return VALID.is_valid(plain(parse(text, Mark("text"), Report())))


def test_the_schema_is_one_and_is_shipped() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    folder = next(iter(shipped_scenarios().values())).parent
    assert (folder / FILE).read_text(encoding="utf-8") == schema_text()
    assert json.loads(schema_text()) == SCHEMA


FILES = [*shipped_scenarios().values(), *shipped_populations().values()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_is_accepted_and_names_the_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert accepts(text)
    assert not accepts(f"{text}\npateints: 3\n")
    first = text.partition("\n")[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).resolve() == path.parents[path.parent.name == "populations"] / FILE


PEOPLE = shipped_populations()["cystic_fibrosis"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "is_accepted"),
    [
        ("like: unselected", "like: own.yaml", True),
        ("like: unselected", "like: adults", False),
        ("like: unselected\n", "", False),
        ("meaning: lean", "meening: lean", False),
        ("like: unselected", "like: unselected\nfrom: cohort.csv", False),
        ("    mean: 21", "    meen: 21", False),
        ("    mean: 21", "    mean: {female: 20, male: 22}", True),
        ("    mean: 21", "    mean: {female: 20}", False),
        ("    source: burrows_2007\n", "", False),
        ("distribution: bernoulli", "distribution: binomial", False),
        ("value: 0.931", "value: 1.931", False),
        ("between: [weight_kg, height_cm]", "between: [weight_kg]", False),
    ],
)
def test_structure_of_a_population_is_held(before: str, after: str, is_accepted: bool) -> None:
    assert before in PEOPLE
    assert accepts(PEOPLE.replace(before, after, 1)) is is_accepted


@pytest.mark.parametrize(
    ("population", "is_accepted"),
    [
        ("pregnant", True),
        ("mine.yaml", True),
        ("mine.txt", False),
        ("{name: unselected}", True),
        ("{from: cohort.csv}", True),
        ("{like: pregnant, ancestry: han_chinese}", True),
        ("{ancestry: han_chinese}", False),
        ("{like: pregnant, traits: {weight_kg: {distribution: normal}}}", False),
    ],
)
def test_the_ways_to_say_a_population(population: str, is_accepted: bool) -> None:
    assert accepts(SMALL.replace("sensitised_adult", population)) is is_accepted


def test_samples_are_known() -> None:
    assert accepts(SMALL + "samples: [{at: 1 h, after: onset}]\n")
    assert not accepts(SMALL + "samples: [{at: 1 h, after: lunch}]\n")


def test_every_key_of_every_table_is_in_it_with_its_meaning() -> None:
    for name, table in TABLES.items():
        definition = SCHEMA["$defs"][name]
        forms = definition.get("anyOf", [definition]) if table is ITEM else [definition]
        shown = {key: schema for form in forms for key, schema in form["properties"].items()}
        assert list(shown) == list(table) or set(shown) == set(table), name
        assert all(schema["description"].startswith(table[key].meaning) for key, schema in shown.items())
    assert {key for head, beside in ITEM_FORMS.items() for key in (head, *beside)} == set(ITEM)


def test_every_word_of_the_vocabulary_is_in_it() -> None:
    words, defined = vocabulary(), SCHEMA["$defs"]
    assert defined["drugs"]["enum"] == list(words.drugs)
    assert defined["populations"]["enum"] == list(words.populations)
    assert set(defined["traits"]["properties"]) == set(words.traits)
    assert set(defined["parameters"]["properties"]) == set(words.parameters)
    assert all(schema["description"] for schema in defined["parameters"]["properties"].values())


@pytest.mark.parametrize(
    ("before", "after", "is_accepted"),
    [
        ("", "", True),
        ("patients: 7", "patients: 0", False),
        ("patients: 7", "patients: 7.5", False),
        ("patients: 7", "pateints: 7", False),
        ("patients: 7\n", "", False),
        ("patients: 7\n", "extends: rdd\n", True),
        ("patients: 7\n", "extends: rdd\npatients: null\n", True),
        ("patients: 7", "patients: null", False),
        ("patients: 7\n", "sweep: {grid: {patients: [1, 2]}}\n", True),
        ("patients: 7\n", "sweep: {gird: {patients: [1, 2]}}\n", False),
        ("patients: 7\n", "sweep: {grid: {patients: []}}\n", False),
        ("patients: 7\n", "sweep: {sobol: {points: 4, over: {dose: {low: 1 g, high: 2 g, scale: log}}}}\n", True),
        ("patients: 7\n", "sweep: {sobol: {points: 4, over: {dose: {low: 1 g, scale: log}}}}\n", False),
        ("drug: penicillin_g", "drug: 7", False),
        ("dose: 2 g", "dose: 2", False),
        ("dose: 2 g", "dose: 2 h", False),
        ("dose: 2 g", "dose: 2g", True),
        ("follow_up: 1 d", "follow_up: 1 d ago", False),
        ("gap: 2 d}", "gap: 2 d, dose: 1 g}", False),
        ("for: 20 s}", "for: 20 s, bag: 200}", False),
        ("for: 20 s}", "}", False),
        ("every: 12 h, for: 28 d, drug: allopurinol}", "every: 12 h}", False),
        ("resume_at: never", "resume_at: nowhere", False),
        ("on_reaction: {resume_at: never}", "on_reaction: null", True),
        ("skin_test_positive: true", "skin_test_positive: 1", False),
        ("skin_test_positive: true", "skin_tests: true", False),
        ('">= 18"', '"18 to 20"', False),
        ("mast_cell.ship1_pool: 0", "mast_cell.ship1_pool: many", False),
        ("mast_cell.ship1_pool: 0", "mast_cell.ship1: 0", False),
    ],
)
def test_structure_is_held(before: str, after: str, is_accepted: bool) -> None:
    assert before in LARGE
    assert accepts(LARGE.replace(before, after)) is is_accepted


def test_a_file_that_says_nothing_else_must_be_whole() -> None:
    assert accepts(SMALL)
    assert not accepts("name: x\n")
    assert accepts("name: x\nextends: rdd\n")
    assert not accepts("name: x\nextends: 3\n")


def test_what_may_be_chosen_of_a_protocol_is_the_same_for_reader_and_schema() -> None:
    assert tuple(OPTIONS) == PROTOCOL_OPTIONS
