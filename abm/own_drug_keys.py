"""The words of a scenario's own drug and of its numbers, key by key; part of `abm.scenario_keys`."""

from __future__ import annotations

from abm.population_keys import KINDS_OF_NUMBERS
from abm.scenario_kinds import Choice, Key, ListOf, MapOf, Number, Quantity, Table, Text

MOST_DRUGS = 20
ROUTES = ("infusion", "oral", "bolus", "intramuscular")
LONGEST = {"usual_infusion": (43_200.0, "30 d"), "usual_every": (525_960.0, "1 y")}
"""Longest times, in minutes and as they are written."""

OWN_DRUG = {
    "like": Key(Choice("drugs", open=True), "the drug whose facts and numbers hold where nothing else is stated"),
    "label": Key(Text(), "name in tables", default="the name, with spaces"),
    "usual_dose": Key(Quantity(("mass",)), "usual single dose of an adult"),
    "usual_infusion": Key(Quantity(("time",)), "usual length of its infusion, or over which a protocol spreads it"),
    "usual_every": Key(Quantity(("time",)), "interval of the usual regimen"),
    "routes": Key(ListOf(Choice(ROUTES), 1), "how it is given"),
    "molar_mass_g_per_mol": Key(Number(10.0, 1e6), "of the drug without counter-ions"),
    "mechanism": Key(Text(), "how people react to it at once, in a few words"),
    "half_life": Key(Text(), "half-life in plasma, for tables"),
    "metabolite": Key(Text(), "the metabolite that T cells see, where it is not the drug itself"),
    "units_per_mg": Key(Number(1e-3, 1e9), "units of activity per mg, of a drug dosed in them"),
    "numbers": Key(MapOf(Table("own_number")), "numbers of the drug, by the name they have in `show parameters`"),
}

NEEDED_WITHOUT_LIKE = ("usual_dose", "usual_infusion", "usual_every", "routes", "molar_mass_g_per_mol", "numbers")

OWN_NUMBER = {
    "value": Key(Number(), "the number", needed=True),
    "unit": Key(Text(), "its unit, as `show parameters` has it"),
    "low": Key(Number(), "least value that the evidence allows", needed=True),
    "high": Key(Number(), "greatest value that the evidence allows", needed=True),
    "kind": Key(Choice(KINDS_OF_NUMBERS), "how the number is known", needed=True),
    "system": Key(Text(), "the system it was measured in", default="human"),
    "source": Key(Text(), "where it was read", needed=True),
    "where": Key(Text(), "the place in the source", needed=True),
    "note": Key(Text(), "conversion or reasoning; needed unless measured"),
}
