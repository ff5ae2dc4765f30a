"""What a scenario may say: every key, type, range and default, checked in one pass over the tree."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from abm.protocols import PROTOCOLS
from abm.scenario import Cohort, Regimen, Scenario, Step
from abm.scenario_arms import ArmsReader, read_names
from abm.scenario_cohort import CohortReader
from abm.scenario_course import CourseReader
from abm.scenario_doses import read_dose
from abm.scenario_drugs import drug_of, read_drugs
from abm.scenario_keys import RECORDABLE, SCENARIO, SCOPES, limits, needed
from abm.scenario_samples import read_samples
from abm.scenario_source import shipped_populations
from abm.scenario_steps import read_steps
from abm.scenario_target import read_target
from abm.scenario_tree import Node, Report, shorten

if TYPE_CHECKING:
    from abm.parameters.drugs import Drug


@dataclass(frozen=True)
class Vocabulary:
    """The names a scenario may use.

    Attributes
    ----------
    drugs : mapping of str to Drug
        The drug catalogue.
    populations : tuple of str
        Named populations.
    traits : mapping of str to str
        Selectable traits and tests, each ``"bool"``, ``"float"`` or ``"str"``.
    parameters : mapping of str to str
        Parameter names and their units.
    with_clones : tuple of str
        Drugs that T-cell clones can fit.
    check_parameter : callable
        Raises ValueError for a value that the named parameter cannot have.
    """

    drugs: Mapping[str, Drug]
    populations: tuple[str, ...]
    traits: Mapping[str, str]
    parameters: Mapping[str, str]
    with_clones: tuple[str, ...]
    check_parameter: Callable[[str, float], object]


@functools.cache
def vocabulary() -> Vocabulary:
    """The names that the catalogue and the populations define."""
    from abm.parameters.catalog import DRUGS, all_parameters, default_parameters
    from abm.parameters.t_cell import CLONES
    from abm.population import TRAITS
    from abm.traits import POPULATIONS

    return Vocabulary(
        drugs=DRUGS,
        populations=(*POPULATIONS, *shipped_populations()),
        traits=TRAITS,
        parameters={parameter.name: parameter.unit for parameter in all_parameters()},
        with_clones=tuple(CLONES),
        check_parameter=lambda name, value: default_parameters().with_overrides({name: value}),
    )


def with_drugs(words: Vocabulary, own: Mapping[str, Drug]) -> Vocabulary:
    """The names that a scenario with drugs of its own may use."""
    from abm.parameters.catalog import all_parameters, clones_of, parameters_of

    return replace(
        words,
        drugs={**words.drugs, **own},
        parameters={parameter.name: parameter.unit for parameter in all_parameters(own)},
        with_clones=(*words.with_clones, *(name for name, drug in own.items() if clones_of(drug))),
        check_parameter=lambda name, value: parameters_of(own, {name: value}),
    )


def read_scenario(root: Node, report: Report) -> Scenario | None:
    """Check a whole tree; None if anything is wrong, with every problem noted in the report."""
    required = needed(SCENARIO)
    if isinstance(root.value, dict) and not root.broken and not set(root.value) & set(SCENARIO):
        message = f"this is no scenario: it has none of the keys of one; needed: {', '.join(required)}"
        report.add("S102", root.mark, message)
        return None
    fields = report.fields(root, SCENARIO, required, "the scenario")
    return None if fields is None else _ScenarioReader(fields, report, vocabulary()).scenario()


_SCOPE = "mast_cell.cell_wide_inhibition"


class _ScenarioReader:
    """Reads the top level of one scenario."""

    def __init__(self, fields: dict[str, Node], report: Report, words: Vocabulary) -> None:
        self._fields = fields
        self._report = report
        self._words = words

    def scenario(self) -> Scenario | None:
        """The scenario, or None after noting problems."""
        own = self._given("drugs", lambda node: read_drugs(node, self._report), {})
        self._words = with_drugs(self._words, own) if own else self._words
        drug = self._given("drug", self._drug)
        protocols = self._own_protocols()
        drugs = self._words.drugs
        dose = self._given("dose", lambda node: read_dose(node, "dose", self._report, drugs.get(drug or ""), drugs))
        arms = ArmsReader(self._report, CourseReader(self._report, drugs, protocols, drug, dose))
        values: dict[str, Any] = {
            "name": self._given("name", self._name),
            "question": self._given("question", lambda node: self._report.text(node, "question"), ""),
            "cohort": CohortReader(self._report, self._words).cohort(self._fields),
            "allergic_to": self._given("allergic_to", self._allergic_to, (drug,)),
            "arms": self._given("arms", arms.arms),
            "cells": self._whole("cells", 10_000),
            "replicates": self._whole("replicates", 1),
            "seed": self._whole("seed", 1),
            "follow_up_min": self._given("follow_up", self._follow_up, 120.0),
            "record": self._given("record", self._record, frozenset()),
            "parameters": self._given("parameters", self._parameters, {}) | self._scope(),
            "target": self._given("target", lambda node: read_target(node, self._report)),
            "samples": self._given("samples", lambda node: read_samples(node, self._report), ()),
            "drugs": own,
        }
        self._check_given(values["allergic_to"], values["cohort"])
        return None if self._report.problems else Scenario(**values)

    def _given(self, key: str, read: Callable[[Node], Any], default: Any = None) -> Any:
        """What `read` makes of a key's value, or the default where the key is absent."""
        return read(self._fields[key]) if key in self._fields else default

    def _whole(self, key: str, default: int | None = None) -> int | None:
        return self._given(key, lambda node: self._report.whole(node, key, *limits(SCENARIO, key)), default)

    def _follow_up(self, node: Node) -> float | None:
        return self._report.quantity(node, "time", "follow_up", None)

    def _drug(self, node: Node) -> str | None:
        return self._report.choice(node, self._words.drugs, "S301", "drug")

    def _name(self, node: Node) -> str | None:
        text = self._report.text(node, "name")
        return text if text is not None and self._report.name(text, node.mark) else None

    def _check_given(self, drugs: tuple[str | None, ...] | None, cohort: Cohort | None) -> None:
        """Note a cohort that is to have clones for a drug that none can fit."""
        drug = drugs[0] if drugs else None
        if drug and cohort and "fitting_clone" in cohort.given and drug not in self._words.with_clones:
            known = ", ".join(self._words.with_clones)
            self._report.add(
                "S407", self._fields["given"].mark, f"no T-cell clone fits {drug!r}; drugs with clones: {known}"
            )

    def _record(self, node: Node) -> frozenset[str]:
        return read_names(node, RECORDABLE, "S308", "record", self._report)

    def _allergic_to(self, node: Node) -> tuple[str, ...] | None:
        items = self._report.items(node, "allergic_to")
        if items is None:
            return None
        if not 1 <= len(items) <= 2:
            self._report.add("S105", node.mark, f"allergic_to names {len(items)} drugs; one or two are needed")
            return None
        drugs = [self._drug(item) for item in items]
        if len(drugs) == 2 and drugs[0] is not None and drugs[0] == drugs[1]:
            self._report.add("S108", items[1].mark, f"{drugs[1]!r} is named twice in allergic_to")
        return tuple(drug for drug in drugs if drug is not None)

    def _parameters(self, node: Node) -> dict[str, float]:
        values: dict[str, float] = {}
        for name, value in (self._report.mapping(node, "parameters") or {}).items():
            if name not in self._words.parameters and ("S301", drug_of(name)) in self._report.wrongly_defined:
                continue
            if name not in self._words.parameters:
                text = f"unknown parameter {shorten(name)!r}; `desensim show parameters` lists them"
                self._report.add("S305", node.keys[name], text, self._words.parameters, name, listed=False)
                continue
            unit = self._words.parameters[name]
            what = f"{name} (in {unit}, without writing it)" if unit else name
            number = self._report.number(value, what)
            if number is None:
                continue
            try:
                self._words.check_parameter(name, number)
            except ValueError as error:
                self._report.add("S405", value.mark, str(error))
            values[name] = number
        return values

    def _scope(self) -> dict[str, float]:
        """The parameter that `scope` sets, which must not be set twice."""
        if "scope" not in self._fields:
            return {}
        node = self._fields["scope"]
        scope = self._report.choice(node, SCOPES, "S331", "scope")
        if isinstance(stated := self._fields.get("parameters"), Node) and _SCOPE in (stated.keys or {}):
            self._report.add("S106", stated.keys[_SCOPE], f"'scope' sets {_SCOPE}; leave one of them out")
        return {} if scope is None else {_SCOPE: float(scope == SCOPES[1])}

    def _own_protocols(self) -> dict[str, tuple[Step | Regimen, ...]]:
        protocols: dict[str, tuple[Step | Regimen, ...]] = {}
        if "protocols" not in self._fields:
            return protocols
        node = self._fields["protocols"]
        for name, steps in (self._report.mapping(node, "protocols") or {}).items():
            if self._report.name(name, node.keys[name]) and name in PROTOCOLS:
                self._report.add("S108", node.keys[name], f"{name!r} is a named protocol already; choose another name")
            protocols[name] = read_steps(steps, name, self._report, self._words.drugs)
        return protocols
