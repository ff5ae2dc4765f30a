"""Populations in words: a name, a file, or what is different from a population that has one.

A number without a source does not load. Traits that are not stated are those of the population that it is like.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from abm.cohort_file import read_cohort
from abm.parameters.catalog import default_parameters
from abm.parameters.hla import ANCESTRIES
from abm.patient_rows import PatientRows
from abm.population_keys import CORRELATION, NEEDED_IN_A_POPULATION_FILE, POPULATION
from abm.scenario_keys import needed
from abm.scenario_laws import read_law
from abm.scenario_source import read_tree, shipped_populations
from abm.scenario_tree import Mark, Node, Report, ScenarioError, shorten
from abm.trait_laws import CONTINUOUS, STATED, Correlation, Described, NotPositiveDefinite, TraitLaw, factor
from abm.traits import POPULATIONS, all_pairs

OWN = "own_population"
"""Name of a population that is written out without one."""

_DEFAULT = "sensitised_adult"
_SUFFIXES = (".yaml", ".yml")
_MOST_STEPS = 16


class Who(NamedTuple):
    """A population: its name, what a file says of it, and the user's own patients, where there are such."""

    name: str
    described: Described | None = None
    rows: PatientRows | None = None


class PopulationReader:
    """Reads a population wherever it is written; `names` are the known ones."""

    def __init__(self, report: Report, names: Collection[str]) -> None:
        self._report = report
        self._names = names

    def who(self, node: Node, below: tuple[str, ...] = ()) -> Who | None:
        """The population of a name, a file's path or a map; `below` are the files that led here."""
        if isinstance(node.value, dict):
            return self._written(node, below)
        text = self._report.text(node, "population")
        if text is None:
            return None
        if is_file(text):
            return self._file(_beside(node.mark, text), text, node, below)
        name = self._report.choice(node, self._names, "S303", "population")
        shipped = shipped_populations()
        if name in shipped:
            return self._file(shipped[name], name, node, below)
        return None if name is None else Who(name)

    def _file(self, path: Path, given: str, node: Node, below: tuple[str, ...]) -> Who | None:
        """The population that a file describes."""
        try:
            real = str(path.resolve())
            if real in below or len(below) >= _MOST_STEPS:
                self._report.add("S504", node.mark, f"{shorten(given)!r} is like itself, by way of what it is like")
                return None
            label = str(path) if given == path.stem else str(Path(node.mark.file).parent / given)
            tree = read_tree(path, label, self._report, node.mark)
        except ScenarioError as error:
            self._report.problems.extend(error.problems)
            return None
        return self._written(tree, (*below, real), file=True)

    def _written(self, node: Node, below: tuple[str, ...], file: bool = False) -> Who | None:
        """A population written out, which states what is different from the one that it is `like`."""
        fields = self._report.fields(node, POPULATION, NEEDED_IN_A_POPULATION_FILE if file else (), "population")
        if fields is None:
            return None
        if set(fields) == {"name"}:
            return self.who(fields["name"], below)
        if "from" in fields and file:
            self._report.add(
                "S106", fields["from"].mark, "a population's file describes people; only a scenario has some"
            )
            return None
        if "like" not in fields and "from" not in fields:
            if not file:
                self._report.add("S102", node.mark, "missing key 'like' in population", self._names)
            return None
        like = self.who(fields["like"], below) if "like" in fields else Who(_DEFAULT)
        described = None if like is None else self._described(fields, like, node)
        rows = cohort_rows(fields["from"], self._report) if "from" in fields else None
        if like is None or described is None or ("from" in fields and rows is None):
            return None
        if set(fields) <= {"from", "like"}:
            return Who(like.name, like.described, rows)
        return Who(described.name, described, rows)

    def _described(self, fields: dict[str, Node], like: Who, node: Node) -> Described | None:
        report = self._report
        before = like.described or Described(like.name, "", like.name, _ancestry(like.name))
        name = report.text(fields["name"], "name") if "name" in fields else OWN
        if name is None or not report.name(name, fields.get("name", node).mark):
            return None
        if name in POPULATIONS:
            report.add("S108", fields["name"].mark, f"{name!r} is a built-in population; choose another name")
        meaning = report.text(fields["meaning"], "meaning") if "meaning" in fields else before.meaning
        ancestry: str | None = before.ancestry
        if "ancestry" in fields:
            ancestry = report.choice(fields["ancestry"], ANCESTRIES, "S315", "ancestry")
        laws = {law.trait: law for law in before.laws} | self._laws(fields)
        correlations = self._correlations(fields, before.correlations)
        if meaning is None or ancestry is None:
            return None
        return Described(name, meaning, before.like, ancestry, tuple(laws.values()), correlations)

    def _laws(self, fields: dict[str, Node]) -> dict[str, TraitLaw]:
        laws: dict[str, TraitLaw] = {}
        node = fields.get("traits")
        for trait, value in (self._report.mapping(node, "traits") or {}).items() if node else ():
            if trait not in STATED:
                assert node is not None
                self._report.add("S304", node.keys[trait], f"unknown trait {shorten(trait)!r}", STATED, trait)
                continue
            law = read_law(trait, value, self._report)
            if law is not None:
                laws[trait] = law
        return laws

    def _correlations(self, fields: dict[str, Node], before: tuple[Correlation, ...]) -> tuple[Correlation, ...]:
        node = fields.get("correlations")
        if node is None:
            return before
        found = [pair for item in self._report.items(node, "correlations") or () if (pair := self._pair(item))]
        pairs = {frozenset((pair.first, pair.second)): pair for pair in (*before, *found)}
        try:
            factor(all_pairs(default_parameters(), tuple(pairs.values())))
        except NotPositiveDefinite as error:
            message = f"correlations that cannot hold together: {error}; those of every adult count too"
            self._report.add("S410", node.mark, message)
        return tuple(pairs.values())

    def _pair(self, node: Node) -> Correlation | None:
        report = self._report
        fields = report.fields(node, CORRELATION, needed(CORRELATION), "a correlation")
        if fields is None or set(needed(CORRELATION)) - set(fields):
            return None
        items = report.items(fields["between"], "between") or []
        names = [report.choice(item, CONTINUOUS, "S304", "trait with a number") for item in items]
        if len(names) != 2 or len(set(names)) != 2:
            report.add("S105", fields["between"].mark, "between names two different traits")
            return None
        value = report.number(fields["value"], "value")
        source, where = (report.text(fields[key], key) for key in ("source", "where"))
        if value is not None and not -1.0 < value < 1.0:
            report.add("S104", fields["value"].mark, f"value is {value:g}; allowed: above -1, below 1")
            return None
        if value is None or source is None or where is None or None in names:
            return None
        return Correlation(str(names[0]), str(names[1]), value, source, where)


def is_file(text: str) -> bool:
    """Whether a population is called by its file, not by a name."""
    return text.endswith(_SUFFIXES)


def cohort_rows(node: Node, report: Report) -> PatientRows | None:
    """The user's own patients in the file that `node` names, or None after noting what is wrong with it."""
    return read_cohort(node, _beside, report)


def _beside(mark: Mark, given: str) -> Path:
    """A file as it is seen from the one that names it; from the working folder, if an override does."""
    return Path(mark.file).parent / given if mark.line else Path(given)


def _ancestry(name: str) -> str:
    return POPULATIONS[name].ancestry
