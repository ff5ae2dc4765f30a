"""The words of a scenario file, key by key: what each means and what may stand there.

The readers take names, ranges and choices from here, `abm.json_schema` makes the editor's help of it, and
`abm.scenario_template` the comments of a new file, so the three cannot drift apart. A new key is a line in one of these
tables and what its reader does with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from abm.own_drug_keys import OWN_DRUG, OWN_NUMBER
from abm.population_keys import BY_SEX, CORRELATION, MOST_SAMPLES, POPULATION, SAMPLE, TRAIT
from abm.protocols import OPTION_RANGES
from abm.scenario import Route
from abm.scenario_kinds import (
    Anything,
    Choice,
    Either,
    Flag,
    Key,
    ListOf,
    MapOf,
    Nothing,
    Number,
    Quantity,
    Table,
    Text,
    Whole,
)

RECORDABLE = ("timeseries", "cells", "skin", "clones", "lattice", "ige")
GIVEN = ("fitting_clone",)
PREMEDICATION = ("H1", "H2", "montelukast", "corticosteroid")
TREATMENTS = ("adrenaline", "antihistamine")
RESUME_AT = ("same_step", "previous_step", "first_step", "never")
SIGNS = ("prodrome", "mucosa", "onset", "detached")
SCOPES = ("specific", "cell-wide")
SCALES = ("linear", "log")
AT_ONCE: tuple[Route, ...] = ("oral", "bolus", "intramuscular", "subcutaneous", "adsorbed")
MOST_PATIENTS = 1_000_000
MOST_CELLS = 1_000_000
MOST_REPLICATES = 10_000
LARGEST_SEED = 2**32 - 1
MOST_ARMS = 50
MOST_STEPS = 1000
MOST_RATES = 100
MOST_BAGS = 100
MOST_POINTS = 10_000


def _whole(option: str) -> Whole:
    low, high = OPTION_RANGES[option]
    return Whole(int(low), int(high))


_TIME = Quantity(("time",))
_DOSE = Either(
    (
        Quantity(("mass", "mass per weight", "mass per area", "activity")),
        Text(pattern=r"^\s*AUC\s*=?\s*(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\s*$"),
    )
)
_PERCENT = Text(pattern=r"^\s*[0-9]{1,3}(\.[0-9]*)?\s*%\s*$")
_DRUG = Choice("drugs", open=True)

SCENARIO: dict[str, Key] = {
    "name": Key(Text(name=True), "the name in every table", needed=True),
    "question": Key(Text(), "what is asked, in a sentence"),
    "population": Key(
        Either((Choice("populations"), Text(pattern=r"\.ya?ml$"), Table("population"))),
        "population that candidates come from: a name, a population's file, or what is different from one",
        needed=True,
    ),
    "patients": Key(Whole(1, MOST_PATIENTS), "how many virtual patients", needed=True),
    "select": Key(MapOf(Anything(), "traits"), "conditions on traits and tests of a candidate", default="everyone"),
    "given": Key(
        Either((Choice(GIVEN), ListOf(Choice(GIVEN)))), "what patients are drawn conditioned on", default="nothing"
    ),
    "drug": Key(_DRUG, "the drug that is given", needed=True),
    "drugs": Key(MapOf(Table("own_drug")), "own drugs, beside those of the catalogue", default="none"),
    "allergic_to": Key(
        ListOf(_DRUG, 1, 2), "drugs the IgE can be specific for; T-cell clones fit the first", default="the drug"
    ),
    "scope": Key(
        Choice(SCOPES), "whether a tolerant mast cell is so for one allergen or for all of them", default="specific"
    ),
    "dose": Key(_DOSE, "full dose of every protocol that gives this drug", default="the drug's usual dose"),
    "cells": Key(Whole(1, MOST_CELLS), "mast-cell agents a patient", default="10000"),
    "replicates": Key(Whole(1, MOST_REPLICATES), "independent repetitions of the biology's chance", default="1"),
    "seed": Key(Whole(0, LARGEST_SEED), "key of all random numbers", default="1"),
    "follow_up": Key(_TIME, "observation after the end of a course", default="2 h"),
    "record": Key(ListOf(Choice(RECORDABLE)), "opt-in tables", default="nothing"),
    "parameters": Key(
        MapOf(Number(), "parameters"), "other values for named parameters, in their own units", default="nothing"
    ),
    "protocols": Key(
        MapOf(ListOf(Either((Table("step"), Table("dose"))), 1, MOST_STEPS)), "own protocols by name", default="none"
    ),
    "samples": Key(ListOf(Table("sample"), 0, MOST_SAMPLES), "blood samples of each patient", default="none"),
    "target": Key(Either((Table("target"), Nothing())), "exposure that the treatment needs", default="the drug's own"),
    "arms": Key(MapOf(Table("arm")), "the ways to treat the same patients, by name", needed=True),
    "extends": Key(Text(), "another scenario (a shipped name, or a file seen from this one) that this one changes"),
    "set": Key(MapOf(Anything(), ""), "values for dotted paths, put in place before anything is checked"),
    "sweep": Key(Table("sweep"), "values for dotted paths; each combination is a point: a scenario of its own"),
}

ARM = {
    "reference": Key(Flag(), "the arm that the others are compared with; exactly one", default="false"),
    "premedication": Key(ListOf(Choice(PREMEDICATION)), "medicines before the drug", default="nothing"),
    "on_reaction": Key(
        Either((Table("on_reaction"), Nothing())), "what staff do at an immediate reaction", default="nothing is done"
    ),
    "stop_drug_when": Key(
        Either((Table("stop_drug_when"), Nothing())),
        "when staff withdraw the drug for a delayed reaction",
        default="never",
    ),
    "after": Key(Text(), "an arm above, at whose end this one takes the patients over", default="patients as drawn"),
    "recover": Key(_TIME, "time without drug between that end and the start of this arm", default="0 min"),
    "course": Key(
        ListOf(Either((Choice("protocols", open=True), Table("item"))), 1), "what is given, in order", needed=True
    ),
}

TARGET = {
    "time_above": Key(Quantity(("concentration",)), "free concentration in plasma to be above"),
    "auc": Key(Quantity(("exposure",)), "area under the total concentration in plasma to be reached"),
    "share": Key(_PERCENT, "share of the time, or of that area", needed=True),
    "within": Key(_TIME, "time that counts", default="24 h for a time, all of it for an area"),
}

ON_REACTION = {
    "pause": Key(_TIME, "how long the pump stands still"),
    "resume_at": Key(Choice(RESUME_AT), "where the course goes on", needed=True),
    "recognised_after": Key(_TIME, "from the first symptom to the pump being stopped", default="2 min"),
    "treat": Key(ListOf(Choice(TREATMENTS)), "medicines for the reaction", default="nothing"),
}

STOP_DRUG_WHEN = {
    "sign": Key(Choice(SIGNS), "the sign that counts", needed=True),
    "percent": Key(Number(), "body surface that must be detached, for the sign `detached`"),
    "delay": Key(_TIME, "time until somebody acts", default="0 min"),
}

ITEM = {
    "protocol": Key(Choice("protocols", open=True), "a named or own protocol"),
    "drug": Key(_DRUG, "another drug than the scenario's"),
    "dose": Key(_DOSE, "dose of the protocol, or each swallowed dose"),
    "every": Key(_TIME, "interval of swallowed doses"),
    "for": Key(_TIME, "length of an infusion, or how long doses are swallowed"),
    "gap": Key(_TIME, "nothing is given for so long"),
    "steps": Key(ListOf(Either((Table("step"), Table("dose"))), 1, MOST_STEPS), "steps written out in place"),
    "label": Key(Text(name=True), "the protocol's name in tables"),
    "route": Key(Choice(AT_ONCE), "how each dose is given", default="oral"),
    "interval": Key(_TIME, "length of each step of a protocol but the last"),
    "last": Key(_TIME, "length of the last step"),
    "start": Key(Number(*OPTION_RANGES["start_fraction"]), "share of the dose in the first step"),
    "ratio": Key(Number(*OPTION_RANGES["ratio"]), "each dose or rate over the one before it"),
    "step_count": Key(_whole("step_count"), "number of steps"),
    "from_step": Key(_whole("from_step"), "step to begin with; those before it are left out"),
    "to_step": Key(_whole("to_step"), "step after which the protocol is broken off; those after it are not given"),
    "missed": Key(ListOf(_whole("missed"), 1, MOST_RATES), "numbers of doses of a maintenance that are left out"),
    "rates": Key(ListOf(Quantity(("flow",)), 1, MOST_RATES), "pump rates, each held for the interval"),
}
PROTOCOL_OPTIONS = (
    "for",
    "interval",
    "last",
    "start",
    "ratio",
    "step_count",
    "from_step",
    "to_step",
    "missed",
    "rates",
)
"""What may be chosen of a named protocol; each goes with some of them."""

ITEM_FORMS: dict[str, tuple[str, ...]] = {
    "protocol": ("drug", "dose", *PROTOCOL_OPTIONS),
    "gap": (),
    "steps": ("drug", "label"),
    "every": ("dose", "for", "drug", "label", "route"),
}
"""Keys of an item of which there is exactly one, each with those it may go with."""

STEP = {
    "dose": Key(_DOSE, "drug given over the step"),
    "rate": Key(Quantity(("flow", "mass rate")), "rate of the pump, or of the drug"),
    "concentration": Key(Quantity(("concentration",)), "what is in the bag, with a rate in mL/h"),
    "for": Key(_TIME, "length of the step", needed=True),
    "bag": Key(Whole(0, MOST_BAGS), "the bag hung", default="0: none"),
    "step": Key(Whole(1, MOST_STEPS), "number in tables", default="the position"),
    "drug": Key(_DRUG, "another drug than the item's"),
    "route": Key(Choice(("infusion",)), "how the step is given"),
}

DOSE = {
    "dose": Key(_DOSE, "each swallowed dose", needed=True),
    "every": Key(_TIME, "interval; with a route it may be left out: a single dose"),
    "for": Key(_TIME, "how long; a whole number of intervals", needed=True),
    "step": STEP["step"],
    "drug": STEP["drug"],
    "route": ITEM["route"],
}

SWEEP = {
    "grid": Key(MapOf(ListOf(Anything(), 1), ""), "paths with lists of values: every combination"),
    "zip": Key(MapOf(ListOf(Anything(), 1), ""), "paths with lists of equal length, which go in step"),
    "sobol": Key(Table("sobol"), "points spread evenly over ranges"),
}

SOBOL = {
    "points": Key(Whole(1, MOST_POINTS), "how many points; a power of two is spread best", needed=True),
    "over": Key(MapOf(Table("range"), ""), "paths with their ranges", needed=True),
}

_BOUND = Either((Number(), Text()))
RANGE = {
    "low": Key(_BOUND, "least value: a number, or a quantity with its unit", needed=True),
    "high": Key(_BOUND, "greatest value, in the same unit", needed=True),
    "scale": Key(Choice(SCALES), "spread evenly in the value or in its logarithm", default="linear"),
}

TABLES: dict[str, Mapping[str, Key]] = {
    "scenario": SCENARIO,
    "own_drug": OWN_DRUG,
    "own_number": OWN_NUMBER,
    "population": POPULATION,
    "trait": TRAIT,
    "by_sex": BY_SEX,
    "correlation": CORRELATION,
    "sample": SAMPLE,
    "arm": ARM,
    "target": TARGET,
    "on_reaction": ON_REACTION,
    "stop_drug_when": STOP_DRUG_WHEN,
    "item": ITEM,
    "step": STEP,
    "dose": DOSE,
    "sweep": SWEEP,
    "sobol": SOBOL,
    "range": RANGE,
}


def needed(table: Mapping[str, Key]) -> tuple[str, ...]:
    """Keys of a table that must be there."""
    return tuple(name for name, key in table.items() if key.needed)


def limits(table: Mapping[str, Key], name: str) -> tuple[int, int]:
    """Least and greatest whole number that a key may hold."""
    kind = table[name].kind
    assert isinstance(kind, Whole)
    return kind.low, kind.high


def paths_of_whole_numbers() -> Iterable[str]:
    """Top-level keys that hold a whole number."""
    return (name for name, key in SCENARIO.items() if isinstance(key.kind, Whole))
