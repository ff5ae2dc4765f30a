"""Who is treated: the population, how many of it, and the conditions on them."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from abm.cohort_file import WORDS
from abm.scenario import Cohort, Condition
from abm.scenario_arms import read_names
from abm.scenario_keys import GIVEN, SCENARIO, limits
from abm.scenario_population import PopulationReader
from abm.scenario_tree import Node, Report, describe, shorten

if TYPE_CHECKING:
    from abm.scenario_schema import Vocabulary

_RELATIONS = {"==": operator.eq, ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_COMPARISON = re.compile(r"(==|>=|<=|>|<)\s*(\S+)")


class CohortReader:
    """Reads the keys `population`, `patients`, `select` and `given` of a scenario."""

    def __init__(self, report: Report, words: Vocabulary) -> None:
        self._report = report
        self._words = words

    def cohort(self, fields: Mapping[str, Node]) -> Cohort | None:
        """The cohort, or None after noting problems."""
        report = self._report
        who = (
            PopulationReader(report, self._words.populations).who(fields["population"])
            if "population" in fields
            else None
        )
        patients = None
        if "patients" in fields:
            patients = report.whole(fields["patients"], "patients", *limits(SCENARIO, "patients"))
        select = self._select(fields["select"]) if "select" in fields else ()
        given = self._conditioned_on(fields["given"]) if "given" in fields else frozenset()
        if who is None or patients is None:
            return None
        if who.rows is not None and patients > len(who.rows.ids):
            found = f"patients is {patients}, and the cohort's file has {len(who.rows.ids)}"
            report.add("S104", fields["patients"].mark, f"{found}; ask for no more than those")
        if who.rows is not None and given:
            message = "given draws other alleles and clones than the patients of a cohort's file have; leave one out"
            report.add("S106", fields["given"].mark, message)
        return Cohort(who.name, patients, select, given, who.described, who.rows)

    def _conditioned_on(self, node: Node) -> frozenset[str]:
        """One thing that candidates are drawn conditioned on, or a list of such things."""
        if isinstance(node.value, list):
            return read_names(node, GIVEN, "S309", "given", self._report)
        name = self._report.choice(node, GIVEN, "S309", "given")
        return frozenset() if name is None else frozenset((name,))

    def _select(self, node: Node) -> tuple[Condition, ...]:
        conditions: list[Condition] = []
        for trait, value in (self._report.mapping(node, "select") or {}).items():
            if trait not in self._words.traits:
                message = f"unknown trait {shorten(trait)!r}"
                self._report.add("S304", node.keys[trait], message, self._words.traits, trait)
                continue
            own: list[Condition] = []
            for bound in value.value if isinstance(value.value, list) else [value]:
                condition = self._condition(trait, bound)
                if condition is not None:
                    self._check_copies(condition, bound)
                    own.append(condition)
            if not _can_be_met(own):
                found = " and ".join(f"{each.relation} {_shown(each.value)}" for each in own)
                self._report.add("S404", value.mark, f"{trait} cannot be {found} at once; all conditions must be met")
            conditions += own
        return tuple(conditions)

    def _check_copies(self, condition: Condition, node: Node) -> None:
        """Note a condition on an allele that no number of copies meets."""
        if condition.trait.startswith("hla_") and not any(
            _RELATIONS[condition.relation](copies, condition.value) for copies in (0, 1, 2)
        ):
            found = f"{condition.relation} {condition.value:g}"
            self._report.add(
                "S404", node.mark, f"{condition.trait} {found}: a person has 0, 1 or 2 copies of an allele"
            )

    def _condition(self, trait: str, node: Node) -> Condition | None:
        """One bound on a trait, which must fit the trait's kind."""
        kind = self._words.traits[trait]
        value = node.value
        if node.broken:
            return None
        if kind == "bool":
            if isinstance(value, bool):
                return Condition(trait, "==", value)
            wanted = "true or false"
        elif kind == "str":
            if isinstance(value, str):
                if trait in WORDS and value not in WORDS[trait]:
                    self._report.add("S320", node.mark, f"{trait} is {shorten(value)!r}", WORDS[trait], value)
                    return None
                return Condition(trait, "==", value)
            wanted = "a text"
        else:
            if isinstance(value, int | float) and not isinstance(value, bool):
                number = self._report.number(node, trait)
                return None if number is None else Condition(trait, "==", number)
            match = _COMPARISON.fullmatch(value.strip()) if isinstance(value, str) else None
            if match is not None:
                number = _finite(match.group(2))
                if number is not None:
                    return Condition(trait, match.group(1), number)  # type: ignore[arg-type]
            wanted = 'a number or a comparison such as ">= 0.35" (==, >=, <=, >, <; no unit)'
        self._report.add("S404", node.mark, f"{trait} is {describe(node)}; {wanted} is needed")
        return None


def _can_be_met(conditions: Sequence[Condition]) -> bool:
    """Whether one value can meet all conditions on a trait."""
    if any(not isinstance(condition.value, float) for condition in conditions):
        return len({condition.value for condition in conditions}) == 1
    bounds = [(float(condition.value), condition.relation) for condition in conditions]
    at_least = [(value, relation == ">") for value, relation in bounds if relation in (">", ">=", "==")]
    at_most = [(value, relation == "<") for value, relation in bounds if relation in ("<", "<=", "==")]
    return all(
        low < high or (low == high and not (above or below)) for low, above in at_least for high, below in at_most
    )


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower()


def _finite(text: str) -> float | None:
    """Number of a comparison, None for anything else."""
    if not re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return None
    number = float(text)
    return number if abs(number) < float("inf") else None
