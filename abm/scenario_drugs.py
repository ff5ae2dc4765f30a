"""A scenario's own drugs: written out, or by what is different from a drug of the catalogue.

A number needs its unit, range, kind and source here as it does in `abm.parameters`; without them it does not load.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from abm.own_drug_keys import LONGEST, MOST_DRUGS, NEEDED_WITHOUT_LIKE, OWN_DRUG, OWN_NUMBER, ROUTES
from abm.parameters.catalog import DRUGS, clones_of
from abm.parameters.drug import Drug, labile_adduct, one_compartment
from abm.parameters.hla import LOCI
from abm.parameters.parameter import OWN, Parameter
from abm.parameters.sources import SOURCES
from abm.parameters.t_cell import EVERYONE
from abm.scenario_keys import needed
from abm.scenario_kinds import Number as Bounded
from abm.scenario_tree import Node, Report, describe, shorten

_FIRST = ("central_l_per_kg", "clearance_l_per_h")
_ALONG: dict[str, tuple[str, ...]] = {
    "absorption_per_h": ("bioavailability",),
    "peripheral_2_in_per_h": ("peripheral_2_out_per_h",),
    "metabolite_mg_per_mg": ("metabolite_l_per_kg", "metabolite_clearance_l_per_h"),
    "therapeutic_mg_per_l": ("presented_half_life_h",),
    "target_free_mg_per_l": ("target_share", "target_within_h"),
    "target_auc_mg_min_per_ml": ("target_share",),
}
"""Numbers that some numbers are of no use without."""

_FOR_ROUTE = {"oral": "absorption_per_h", "intramuscular": "depot_absorption_per_h"}


def read_drugs(node: Node, report: Report) -> dict[str, Drug]:
    """Read the drugs under the key `drugs`, by name; what is wrong with them is noted in the report."""
    found: dict[str, Drug] = {}
    entries = report.mapping(node, "drugs") or {}
    if len(entries) > MOST_DRUGS:
        report.add("S105", node.mark, f"{len(entries)} own drugs; at most {MOST_DRUGS} are allowed")
    for name, value in entries.items():
        if name in DRUGS:
            report.add("S108", node.keys[name], f"{name!r} is a drug of the catalogue already; choose another name")
        elif len(entries) <= MOST_DRUGS and report.name(name, node.keys[name]):
            drug = _DrugReader(name, value, report).drug(DRUGS | found)
            if drug is not None:
                found[name] = drug
        if name not in DRUGS | found:
            report.wrongly_defined.add(("S301", name))
    return found


def drug_of(parameter: str) -> str:
    """The drug that a parameter's full name names; empty if it is none of a drug's."""
    parts = parameter.split(".")
    return parts[1] if len(parts) == 3 and parts[0] == "drugs" else ""


@cache
def known_numbers() -> dict[str, Parameter]:
    """What the numbers of a drug may be: an example of each, by its key; λ of T-cell clones for every allele too."""
    known = {key: number for drug in DRUGS.values() for key, number in drug.parameters.items()}
    example = next(iter(_lambdas()))
    alleles = (EVERYONE, *(allele for locus in LOCI.values() for allele in locus))
    return known | {f"clones_{allele}": example for allele in alleles}


def _lambdas() -> list[Parameter]:
    """Mean numbers of fitting clones in the catalogue."""
    from abm.parameters.catalog import all_parameters

    names = {name for drug in DRUGS.values() for name in clones_of(drug).values()}
    return [number for number in all_parameters() if number.name in names]


class _DrugReader:
    """Reads one drug."""

    def __init__(self, name: str, node: Node, report: Report) -> None:
        self._name, self._node, self._report = name, node, report
        self._what = f"the drug {name}"

    def drug(self, others: Mapping[str, Drug]) -> Drug | None:
        """The drug, or None after noting problems."""
        before = len(self._report.problems)
        fields = self._report.fields(self._node, OWN_DRUG, (), self._what)
        if fields is None:
            return None
        like = None
        if "like" in fields:
            like = self._report.choice(fields["like"], others, "S301", "drug")
        else:
            for key in NEEDED_WITHOUT_LIKE:
                if key not in fields:
                    self._report.add("S102", self._node.mark, f"missing key {key!r} in {self._what}, which has no like")
        facts = self._facts(fields)
        numbers = self._numbers(fields["numbers"]) if "numbers" in fields else {}
        if len(self._report.problems) > before or ("like" in fields and like is None):
            return None
        drug = self._made(others[like] if like else None, facts, numbers)
        self._check_whole(drug)
        return drug if len(self._report.problems) == before else None

    def _facts(self, fields: Mapping[str, Node]) -> dict[str, Any]:
        """What is said of the drug beside its numbers, by attribute of `Drug`."""
        report = self._report
        readers: dict[str, tuple[str, Callable[[Node], Any]]] = {
            "label": ("label", lambda node: report.text(node, "label")),
            "usual_dose": ("usual_dose_mg", lambda node: report.quantity(node, "mass", "usual_dose")),
            "usual_infusion": ("usual_infusion_min", lambda node: self._minutes(node, "usual_infusion")),
            "usual_every": ("usual_every_h", lambda node: _hours(self._minutes(node, "usual_every"))),
            "routes": ("routes", self._routes),
            "molar_mass_g_per_mol": ("molar_mass_g_per_mol", lambda node: self._bounded(node, "molar_mass_g_per_mol")),
            "mechanism": ("mechanism", lambda node: report.text(node, "mechanism")),
            "half_life": ("half_life", lambda node: report.text(node, "half_life")),
            "metabolite": ("metabolite", lambda node: report.text(node, "metabolite")),
            "units_per_mg": ("units_per_mg", lambda node: self._bounded(node, "units_per_mg")),
        }
        return {attribute: read(fields[key]) for key, (attribute, read) in readers.items() if key in fields}

    def _minutes(self, node: Node, key: str) -> float | None:
        """A time that infusions, followed minute by minute, and regimens can have."""
        minutes = self._report.quantity(node, "time", key)
        longest_min, longest = LONGEST[key]
        if minutes is not None and not 1.0 <= minutes <= longest_min:
            self._report.add("S205", node.mark, f"{key} is {shorten(node.text)}; allowed: 1 min to {longest}")
        return minutes

    def _routes(self, node: Node) -> tuple[str, ...]:
        items = self._report.items(node, "routes") or []
        if not items and isinstance(node.value, list):
            self._report.add("S105", node.mark, f"{self._what} has no route; one is needed: {', '.join(ROUTES)}")
        found = [self._report.choice(item, ROUTES, "S313", "route") for item in items]
        return tuple(dict.fromkeys(route for route in found if route is not None))

    def _bounded(self, node: Node, key: str) -> float | None:
        kind = OWN_DRUG[key].kind
        assert isinstance(kind, Bounded)
        assert kind.low is not None
        assert kind.high is not None
        low, high = kind.low, kind.high
        number = self._report.number(node, key)
        if number is not None and not low <= number <= high:
            self._report.add("S104", node.mark, f"{key} is {number:g}; allowed: {low:g} to {high:g}")
        return number

    def _numbers(self, node: Node) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        for key, value in (self._report.mapping(node, f"numbers of {self._what}") or {}).items():
            if key not in known_numbers():
                text = f"a drug has no number {shorten(key)!r}"
                self._report.add("S305", node.keys[key], text, known_numbers(), key)
                continue
            number = self._number(key, value)
            if number is not None:
                found[key] = number
        return found

    def _number(self, key: str, node: Node) -> Parameter | None:
        report, example = self._report, known_numbers()[key]
        before = len(report.problems)
        fields = report.fields(node, OWN_NUMBER, needed(OWN_NUMBER), key)
        if fields is None:
            return None
        value, low, high = (report.number(fields[part], part) if part in fields else None for part in _ORDER)
        kind = report.choice(fields["kind"], _KINDS, "S317", "kind of number") if "kind" in fields else None
        words = {part: report.text(fields[part], part) for part in _WORDS if part in fields}
        self._check_words(key, kind, words, fields, node)
        self._check_unit(key, example.unit, fields, node)
        if len(report.problems) > before or value is None or low is None or high is None:
            return None
        if not low <= value <= high:
            report.add("S104", fields["value"].mark, f"{key} is {value:g}, outside its own range {low:g} to {high:g}")
        elif self._possible(key, fields, {"value": value, "low": low, "high": high}):
            source = str(words["source"])
            return Parameter(
                value, example.unit, low, high, kind, words.get("system") or "human",  # type: ignore[arg-type]
                source if source in SOURCES else f"{OWN}{source}", str(words["where"]), words.get("note") or "",
                example.hard_low, example.hard_high,
            )  # fmt: skip
        return None

    def _possible(self, key: str, fields: Mapping[str, Node], found: Mapping[str, float]) -> bool:
        """Whether the number and the ends of its range, any of which a run may use, are ones that it can have."""
        example = known_numbers()[key]
        for part, number in found.items():
            if not example.hard_low <= number <= example.hard_high:
                of = key if part == "value" else f"{part} of {key}"
                allowed = f"{example.hard_low:g} to {example.hard_high:g} {example.unit}".strip()
                self._report.add("S405", fields[part].mark, f"{of} = {number:g} is not possible; allowed: {allowed}")
                return False
        return True

    def _check_words(
        self, key: str, kind: str | None, words: Mapping[str, str | None], fields: Mapping[str, Node], node: Node
    ) -> None:
        """Note empty words, and a number without the reasoning that its kind asks for."""
        for part, text in words.items():
            if text is not None and not text.strip():
                self._report.add("S103", fields[part].mark, f"{part} of {key} is empty; say where the number is from")
        if kind not in (None, "measured") and "note" not in fields:
            self._report.add("S102", node.mark, f"missing key 'note' in {key}: why, as the number is {kind}")

    def _check_unit(self, key: str, unit: str, fields: Mapping[str, Node], node: Node) -> None:
        if "unit" not in fields:
            if unit:
                self._report.add("S201", node.mark, f"{key} has no unit; write unit: {unit}")
        elif self._report.text(fields["unit"], "unit") not in (None, unit):
            wanted = f"unit: {unit}" if unit else "no unit"
            self._report.add("S202", fields["unit"].mark, f"unit is {describe(fields['unit'])}; {key} needs {wanted}")

    def _made(self, like: Drug | None, facts: dict[str, Any], numbers: dict[str, Parameter]) -> Drug:
        """The drug from what is stated and what it is like."""
        label = facts.pop("label", self._name.replace("_", " "))
        if like is not None:
            clones = {f"clones_{allele}": _as_stated(name) for allele, name in clones_of(like).items()}
            inherited = {key: _bounded_as_all(key, number) for key, number in (like.parameters | clones).items()}
            return dataclasses.replace(like, name=self._name, label=label, parameters=inherited | numbers, **facts)
        facts = {"half_life": "", "mechanism": "IgE"} | facts
        always = {key: _bounded_as_all(key, number) for key, number in (one_compartment() | labile_adduct()).items()}
        return Drug(self._name, label, parameters=always | numbers, **facts)

    def _check_whole(self, drug: Drug) -> None:
        """Note numbers that what is stated is of no use without."""
        wanted = [(key, "every drug") for key in _FIRST]
        wanted += [(_FOR_ROUTE[route], f"the route {route}") for route in drug.routes if route in _FOR_ROUTE]
        wanted += [("metabolite_mg_per_mg", "a metabolite")] if drug.metabolite else []
        wanted += [("therapeutic_mg_per_l", "T-cell clones")] if clones_of(drug) else []
        wanted += [(key, head) for head, keys in _ALONG.items() if head in drug.parameters for key in keys]
        for key, whose in wanted:
            if key not in drug.parameters:
                self._report.add("S102", self._node.mark, f"missing number {key!r} in {self._what}; {whose} needs it")


def _hours(minutes: float | None) -> float | None:
    return None if minutes is None else minutes / 60.0


_ORDER = ("value", "low", "high")
_WORDS = ("system", "source", "where", "note")
_KINDS = ("measured", "derived", "fitted", "assumed")


def _bounded_as_all(key: str, number: Parameter) -> Parameter:
    """An inherited number with the hard limits of one that is stated."""
    example = known_numbers()[key]
    return dataclasses.replace(number, name="", hard_low=example.hard_low, hard_high=example.hard_high)


def _as_stated(name: str) -> Parameter:
    """A number of the catalogue by its full name."""
    return next(number for number in _lambdas() if number.name == name)
