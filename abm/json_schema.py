"""The JSON Schema of scenario and population files (draft 2020-12), by which editors complete, explain and underline.

Made from the tables of `abm.scenario_keys` and the vocabulary, as the readers are. It says what a file may look like;
what only makes sense together (a gap at the end of a course, an arm that follows a later one) is the readers' affair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from abm.cohort_file import WORDS
from abm.population_keys import NEEDED_IN_A_POPULATION_FILE, POPULATION
from abm.scenario_keys import ITEM, ITEM_FORMS, SCENARIO, TABLES, Key, needed
from abm.scenario_kinds import (
    Anything,
    Choice,
    Either,
    Flag,
    Kind,
    ListOf,
    MapOf,
    Nothing,
    Number,
    Quantity,
    Table,
    Text,
    Whole,
)
from abm.scenario_schema import vocabulary
from abm.units import DIMENSIONS, with_article

Schema = dict[str, Any]

FILE = "scenario.schema.json"
MODELINE = "# yaml-language-server: $schema={}"
_NAME = "^[A-Za-z][A-Za-z0-9_-]{0,63}$"
_OF_OWN_DRUGS = {r"^drugs\.[A-Za-z][A-Za-z0-9_-]{0,63}\.[a-z0-9_]+$": {"type": ["number", "null"]}}
_PATH = r"^[^.]+(\.[^.]+)*$"
_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_COMPARISON = rf"^\s*(==|>=|<=|>|<)\s*{_NUMBER}\s*$"
_INHERITING = ("extends", "set", "sweep")
_NULLABLE = "_or_removed"


def scenario_schema() -> Schema:
    """Return the whole schema.

    A file that says `extends`, `set` or `sweep` is complete only with what they add, so in such a file no key is
    needed, and an empty value takes an inherited key away. A file that says what only a population says is one.
    """
    whole, part = _Maker(inherits=False), _Maker(inherits=True)
    definitions = {
        **{name: whole.table(name, keys) for name, keys in TABLES.items()},
        **{f"{name}{_NULLABLE}": part.table(name, keys) for name, keys in TABLES.items() if name in _MERGED},
        **_shared(),
    }
    definitions["population_file"] = _population_file(definitions["population"])
    scenario = {
        "if": {"anyOf": [{"required": [key]} for key in _INHERITING]},
        "then": {"$ref": f"#/$defs/scenario{_NULLABLE}"},
        "else": {"$ref": "#/$defs/scenario"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "desensim scenario",
        "description": "Who is treated, with what, how, for how long, and what is recorded; or a population.",
        "type": "object",
        "if": {"anyOf": [{"required": [key]} for key in sorted(POPULATION.keys() - SCENARIO.keys())]},
        "then": {"$ref": "#/$defs/population_file"},
        "else": scenario,
        "$defs": definitions,
    }


def schema_text() -> str:
    """Return the schema as the file that editors read."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


def _population_file(population: Schema) -> Schema:
    """Schema of a population in a file of its own, which describes people and has none."""
    properties = {key: schema for key, schema in population["properties"].items() if key != "from"}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": list(NEEDED_IN_A_POPULATION_FILE),
    }


_ONE_OF = {
    "step": ("dose", "rate"), "dose": ("every", "route"), "target": ("time_above", "auc"),
    "population": ("name", "like", "from"),
}  # fmt: skip
"""Keys of which a table needs one."""

_MERGED = (
    *("scenario", "own_drug", "own_number", "population", "trait", "by_sex"),
    *("arm", "on_reaction", "stop_drug_when", "target"),
)
"""Tables of which a file may say a part, the rest being inherited; lists, and so their items, are always whole."""


class _Maker:
    """Turns kinds into schemas; where a file inherits, keys may be absent or empty."""

    def __init__(self, inherits: bool) -> None:
        self.inherits = inherits

    def table(self, name: str, keys: Mapping[str, Key]) -> Schema:
        """Schema of a map with known keys; an item of a course has a few of them at a time."""
        properties = {key: self.key(keys[key]) for key in keys}
        if keys is ITEM:
            return {"anyOf": [_form(properties, head, beside) for head, beside in ITEM_FORMS.items()]}
        schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if needed(keys) and not (self.inherits and name in _MERGED):
            schema["required"] = list(needed(keys))
        if name in _ONE_OF and not (self.inherits and name in _MERGED):
            schema["anyOf"] = [{"required": [key]} for key in _ONE_OF[name]]
        return schema

    def key(self, key: Key) -> Schema:
        """Schema of one key, with its meaning as hover text."""
        default = f"; where it is left out: {key.default}" if key.default else ""
        schema = self.kind(key.kind)
        if self.inherits:
            schema = {"anyOf": [schema, {"type": "null"}]}
        return {"description": f"{key.meaning}{default}", **schema}

    def kind(self, kind: Kind) -> Schema:
        """Schema of what may stand there."""
        match kind:
            case Text(name, pattern):
                form = _NAME if name else pattern
                return {"type": "string", **({"pattern": form} if form else {})}
            case Flag():
                return {"type": "boolean"}
            case Whole(low, high):
                return {"type": "integer", "minimum": low, "maximum": high}
            case Number(low, high):
                return {"type": "number", **({} if low is None else {"minimum": low, "maximum": high})}
            case Nothing():
                return {"type": "null"}
            case Quantity(dimensions):
                refs = [{"$ref": f"#/$defs/{_defined(name)}"} for name in dimensions]
                return refs[0] if len(refs) == 1 else {"anyOf": refs}
            case Choice(names, others):
                return _choice(names, others)
            case ListOf(item, least, most):
                bounds = {"minItems": least} if least else {}
                return {"type": "array", "items": self.kind(item), **bounds, **({"maxItems": most} if most else {})}
            case MapOf(value, keys):
                return self.map(value, keys)
            case Table(name):
                partly = self.inherits and name in _MERGED
                return {"$ref": f"#/$defs/{name}{_NULLABLE if partly else ''}"}
            case Either(kinds):
                return {"anyOf": [self.kind(each) for each in kinds]}
            case Anything():
                return {}

    def map(self, value: Kind, keys: str) -> Schema:
        """Schema of a map whose keys are names, paths or words of the vocabulary."""
        if keys in ("traits", "parameters"):
            return {"$ref": f"#/$defs/{keys}{_NULLABLE if self.inherits else ''}"}
        inner = self.kind(value)
        if self.inherits and keys == "names":
            inner = {"anyOf": [inner, {"type": "null"}]}
        pattern = _NAME if keys == "names" else _PATH
        return {"type": "object", "propertyNames": {"pattern": pattern}, "additionalProperties": inner}


def _form(properties: Mapping[str, Schema], head: str, beside: tuple[str, ...]) -> Schema:
    """One form of an item of a course: its head, and what may go with it."""
    always = [head, "dose", "for"] if head == "every" else [head]
    shown = {name: properties[name] for name in (head, *beside)}
    return {"type": "object", "properties": shown, "required": always, "additionalProperties": False}


def _choice(names: tuple[str, ...] | str, others: bool) -> Schema:
    listed = {"enum": list(names)} if not isinstance(names, str) else {"$ref": f"#/$defs/{names}"}
    return {"anyOf": [listed, {"type": "string", "pattern": _NAME}]} if others else listed


def _shared() -> Schema:
    """The words of the vocabulary and the quantities."""
    words = _words()
    maps: Schema = {}
    for inherits in (False, True):
        ending = _NULLABLE if inherits else ""
        maps[f"traits{ending}"] = _closed(
            {name: _condition(name, *row) for name, row in words["traits"].items()}, inherits
        )
        maps[f"parameters{ending}"] = _closed(words["parameters"], inherits) | {"patternProperties": _OF_OWN_DRUGS}
    names = {name: {"enum": list(words[name])} for name in ("drugs", "populations", "protocols")}
    return names | maps | {_defined(name): _quantity(name) for name in DIMENSIONS}


def _closed(properties: Mapping[str, Schema], inherits: bool) -> Schema:
    if inherits:
        properties = {name: _nullable(schema) for name, schema in properties.items()}
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _nullable(schema: Schema) -> Schema:
    rest = {key: value for key, value in schema.items() if key != "description"}
    return {"description": schema["description"], "anyOf": [rest, {"type": "null"}]}


@cache
def _words() -> dict[str, Any]:
    """Drugs, populations and protocols by name, traits with kind and meaning, parameters as schemas."""
    from abm.output_columns import TABLES as COLUMNS
    from abm.parameters.catalog import all_parameters
    from abm.protocols import PROTOCOLS

    known = vocabulary()
    meanings = {column.name: _with_unit(column.meaning, column.unit) for column in COLUMNS["patients"]}
    return {
        "drugs": tuple(known.drugs),
        "populations": known.populations,
        "protocols": tuple(PROTOCOLS),
        "traits": {name: (kind, meanings.get(name, name)) for name, kind in known.traits.items()},
        "parameters": {
            p.name: {
                "description": f"{p.value:g} {p.unit}".strip() + f"; range {p.low:g} to {p.high:g}, {p.kind}",
                "type": "number",
                "minimum": p.hard_low,
                "maximum": p.hard_high,
            }
            for p in all_parameters()
        },
    }


def _with_unit(meaning: str, unit: str) -> str:
    return f"{meaning} ({unit})" if unit else meaning


def _condition(name: str, kind: str, meaning: str) -> Schema:
    """A condition on a trait, or a list of them."""
    text: Schema = {"enum": list(WORDS[name])} if name in WORDS else {"type": "string"}
    bound: Schema = {"bool": {"type": "boolean"}, "str": text}.get(
        kind, {"anyOf": [{"type": "number"}, {"type": "string", "pattern": _COMPARISON}]}
    )
    return {"description": meaning, "anyOf": [bound, {"type": "array", "items": bound}]}


def _quantity(name: str) -> Schema:
    kind = DIMENSIONS[name]
    units = "|".join(re.escape(unit).replace("/", r"\s*/\s*") for unit in kind.units)
    pattern = rf"^\s*{_NUMBER}\s*({units})\s*$"
    return {"description": f"{with_article(name)} such as {kind.example}", "type": "string", "pattern": pattern}


def _defined(dimension: str) -> str:
    return dimension.replace(" ", "_")
