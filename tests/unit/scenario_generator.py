"""Scenario files made at random: most of what the language can say, small enough to run, some of it wrong."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from abm.parameters.catalog import all_parameters
from abm.protocols import PROTOCOLS

Doc = dict[str, Any]

DRUGS = ("penicillin_g", "carboplatin", "carbamazepine", "sulfamethoxazole")
SWALLOWED = ("carbamazepine", "sulfamethoxazole")
WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    3.5,
    "",
    "many",
    "5",
    "5 mg",
    "-1 h",
    "0 min",
    "3 parsecs",
    "1e400 mg",
    "nan h",
    [],
    {},
    [[]],
    {"x": 1},
    "full_dose",
    10**30,
    "é\u2028",
    "a" * 300,
)
SHIPPED = ("rdd", "full_dose", "comparison", "interruption")

minutes = st.sampled_from(["5 min", "20 s", "1 h", "0.5 h", "15 min"])
doses = st.sampled_from(["1 mg", "0.02 g", "300 ug", "1000 mg", "2 g"])
names = st.sampled_from(["first", "second", "third", "a-b", "own_1"])


def optional(fields: dict[str, st.SearchStrategy[Any]], needed: tuple[str, ...] = ()) -> st.SearchStrategy[Doc]:
    """A map with the needed keys and any of the others."""
    must = {key: fields[key] for key in needed}
    return st.fixed_dictionaries(must, optional={key: value for key, value in fields.items() if key not in must})


steps = st.one_of(
    optional(
        {"dose": doses, "for": minutes, "bag": st.integers(0, 3), "drug": st.sampled_from(DRUGS)}, ("dose", "for")
    ),
    st.fixed_dictionaries(
        {"rate": st.sampled_from(["2 mL/h", "60 mL/h"]), "concentration": st.just("0.8 mg/mL"), "for": minutes}
    ),
    st.fixed_dictionaries({"dose": doses, "rate": st.just("20 mL/h"), "for": minutes}),
    st.fixed_dictionaries({"rate": st.sampled_from(["2 mg/min", "6 mg/h"]), "for": minutes}),
)
regimens = st.fixed_dictionaries(
    {
        "dose": st.sampled_from(["1 mg", "200 mg"]),
        "every": st.sampled_from(["6 h", "12 h"]),
        "for": st.sampled_from(["12 h", "1 d", "2 d"]),
        "drug": st.sampled_from(SWALLOWED),
    }
)
choices = st.sampled_from(
    [
        {},
        {"interval": "5 min"},
        {"for": "1 h"},
        {"from_step": 9},
        {"to_step": 4},
        {"interval": "8 h", "for": "24 h", "missed": [2]},
        {"start": 0.01, "ratio": 2},
        {"last": "30 min"},
        {"step_count": 4},
        {"rates": ["10 mL/h", "100 mL/h"]},
    ]
)


@st.composite
def protocol_items(draw: st.DrawFn, own: tuple[str, ...]) -> Any:
    """A named or own protocol, with what may be chosen of it or what may not."""
    name = draw(st.sampled_from([*PROTOCOLS, *own]))
    if draw(st.booleans()):
        return name
    item: Doc = {"protocol": name, **draw(optional({"dose": doses, "drug": st.sampled_from(DRUGS)}))}
    return item | (draw(choices) if draw(st.integers(0, 2)) == 0 else {})


@st.composite
def courses(draw: st.DrawFn, own: tuple[str, ...]) -> list[Any]:
    """A few items, with gaps mostly where they may be."""
    if draw(st.integers(0, 9)) == 0:
        return [{"gap": "6 h"}]
    written = st.fixed_dictionaries({"steps": st.lists(steps, min_size=1, max_size=3)}, optional={"label": names})
    item = st.one_of(protocol_items(own), protocol_items(own), written, regimens)
    course = draw(st.lists(item, min_size=1, max_size=2))
    if len(course) > 1 and draw(st.booleans()):
        course.insert(draw(st.sampled_from([1, 1, 1, 0])), {"gap": draw(st.sampled_from(["30 min", "6 h", "1 d"]))})
    return course


arm_settings = optional(
    {
        "premedication": st.sampled_from([[], ["H1"], ["H2", "H1"]]),
        "on_reaction": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {"pause": minutes, "resume_at": st.sampled_from(["same_step", "first_step", "never"])}
            ),
            optional(
                {"resume_at": st.just("previous_step"), "pause": minutes, "recognised_after": minutes},
                ("resume_at", "pause"),
            ),
        ),
        "stop_drug_when": st.sampled_from(
            [None, {"sign": "onset"}, {"sign": "detached", "percent": 5, "delay": "1 d"}]
        ),
    }
)


@st.composite
def scenarios(draw: st.DrawFn) -> Doc:
    """A scenario whose words fit together, or nearly."""
    drug = draw(st.sampled_from(DRUGS))
    written = st.lists(st.one_of(steps, regimens), min_size=1, max_size=3)
    protocols = draw(st.dictionaries(st.sampled_from(["own_1", "own_2"]), written, max_size=1))
    listed = draw(st.lists(st.sampled_from(["one", "two", "three"]), min_size=1, max_size=3, unique=True))
    arms: Doc = {}
    for number, name in enumerate(listed):
        arms[name] = draw(arm_settings) | {"course": draw(courses(tuple(protocols)))}
        if number == 0:
            arms[name]["reference"] = True
        elif draw(st.integers(0, 3)) == 0:
            arms[name] |= {"after": draw(st.sampled_from(listed)), "recover": draw(st.sampled_from(["0 h", "3 d"]))}
    doc: Doc = {
        "name": "made",
        "population": draw(st.sampled_from(["sensitised_adult", "unselected"])),
        "patients": draw(st.integers(1, 2)),
        "drug": drug,
        "cells": draw(st.integers(20, 50)),
        "arms": arms,
        "follow_up": draw(st.sampled_from(["0 h", "20 min", "2 h"])),
    }
    if protocols:
        doc["protocols"] = protocols
    if drug in SWALLOWED and draw(st.booleans()):
        doc["given"] = draw(st.sampled_from(["fitting_clone", ["fitting_clone"]]))
    numbers = [p for p in all_parameters() if p.kind != "measured" and p.name.startswith(("mast_cell.", "symptoms."))]
    overridden = draw(st.lists(st.sampled_from(numbers), max_size=2, unique_by=lambda p: p.name))
    return doc | draw(
        optional(
            {
                "select": st.sampled_from([{}, {"age_y": ">= 40"}, {"sex": "female", "age_y": [">= 18", "< 60"]}]),
                "dose": doses,
                "seed": st.integers(0, 2**32 - 1),
                "replicates": st.integers(1, 2),
                "record": st.sampled_from([[], ["timeseries"], ["cells", "skin"], ["clones", "lattice"], ["ige"]]),
                "allergic_to": st.sampled_from([["penicillin_g"], ["carboplatin", "penicillin_g"]]),
                "parameters": st.just({p.name: p.low if number else p.high for number, p in enumerate(overridden)}),
            }
        )
    )


swept = st.sampled_from(
    [
        ("seed", [1, 2]),
        ("patients", [1, 2]),
        ("dose", ["1 mg", "2 g"]),
        ("follow_up", ["0 h", "30 min"]),
        ("arms.one.course", [["full_dose"], [{"gap": "1 h"}]]),
        ("arms.one.course.0", ["full_dose", "slow_infusion"]),
        ("parameters.mast_cell.ship1_pool", [0, 1000]),
        ("cells", [20, 30]),
        ("arms.nobody.course", [["full_dose"]]),
        ("arms.rdd.premedication", [[], ["H1"]]),
        ("drug", ["penicillin_g", "carboplatin"]),
        ("seed", []),
        ("x", [1]),
    ]
)
ranges = st.sampled_from(
    [
        ("dose", {"low": "1 mg", "high": "1 g", "scale": "log"}),
        ("patients", {"low": 1, "high": 2}),
        ("parameters.mast_cell.ship1_pool", {"low": 10, "high": 4000}),
        ("dose", {"low": "0 mg", "high": "1 g", "scale": "log"}),
        ("follow_up", {"low": "1 h", "high": "2"}),
    ]
)


@st.composite
def sweeps(draw: st.DrawFn) -> Doc:
    """A sweep of a few points."""
    found: Doc = {}
    kind = draw(st.sampled_from(["grid", "grid", "zip", "sobol", "both"]))
    if kind in ("grid", "both"):
        found["grid"] = dict(draw(st.lists(swept, min_size=1, max_size=2)))
    if kind == "zip":
        found["zip"] = dict(draw(st.lists(swept, min_size=1, max_size=2)))
    if kind in ("sobol", "both"):
        found["sobol"] = {"points": draw(st.integers(1, 3)), "over": dict([draw(ranges)])}
    return found


@st.composite
def files(draw: st.DrawFn) -> tuple[Doc, Doc | None]:
    """A file, and the parent it extends where that is a file too; in one of three, one or two values are wrong."""
    doc, parent = draw(scenarios()), None
    kind = draw(st.integers(0, 9))
    if kind == 0:
        parent, doc = doc, {"extends": "parent.yaml", **draw(_parts(doc))}
    elif kind == 1:
        doc = {
            "extends": draw(st.sampled_from([*SHIPPED, "nothing", "."])),
            "patients": 1,
            "cells": 20,
            **draw(_parts(doc)),
        }
    if draw(st.integers(0, 3)) == 0:
        doc["sweep"] = draw(sweeps())
    if draw(st.integers(0, 5)) == 0:
        path, values = draw(swept)
        doc["set"] = {path: values[0] if values else None}
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 2]))):
        doc = draw(spoiled(doc))
    return doc, parent


def _parts(doc: Doc) -> st.SearchStrategy[Doc]:
    """Some of what a scenario says."""
    return st.lists(st.sampled_from(sorted(set(doc) - {"extends"})), max_size=3).map(
        lambda keys: {key: copy.deepcopy(doc[key]) for key in keys}
    )


@st.composite
def spoiled(draw: st.DrawFn, doc: Doc) -> Doc:
    """The document with one value replaced, taken away, or put under a key of another name."""
    doc = copy.deepcopy(doc)
    places = [place for place in _places(doc) if place]
    if not places:
        return doc
    *way, last = draw(st.sampled_from(places))
    node: Any = doc
    for part in way:
        node = node[part]
    kind = draw(st.integers(0, 3))
    if kind == 0 and isinstance(node, dict):
        node[f"{last}x"] = node.pop(last)
    elif kind == 1:
        del node[last]
    else:
        node[last] = copy.deepcopy(draw(st.sampled_from(WRONG)))
    return doc


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Ways to every value in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, child in inner for place in _places(child, (*way, key)))]
