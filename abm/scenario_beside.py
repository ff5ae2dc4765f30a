"""Files that a sweep needs beside it: the populations and patients that its scenarios name, to be written along."""

from __future__ import annotations

from pathlib import PurePath

from abm.population_text import population_file
from abm.scenario_population import PopulationReader, cohort_rows, is_file
from abm.scenario_schema import vocabulary
from abm.scenario_tree import Node, Report

_TAKEN = {"scenario.yaml", "columns.csv", "points.csv"}
_SWEPT = {"population": "population", "population.like": "like", "population.from": "from"}


def with_files_beside(root: Node) -> tuple[Node, tuple[tuple[str, str], ...]]:
    """A sweep's tree that names files in its own folder, and those files: name and text, in the order of the tree.

    Whatever the files were like, they are written resolved, so none of them needs another.
    """
    files = _Files()
    fields = _fields(root)
    if "population" in fields:
        fields["population"] = files.moved("population", fields["population"])
    sweep = _fields(fields["sweep"])
    for way in ("grid", "zip"):
        if way in sweep:
            lines = _fields(sweep[way])
            for path in [path for path in lines if path in _SWEPT]:
                values = lines[path].value
                assert isinstance(values, list)
                lines[path] = _with(lines[path], [files.moved(_SWEPT[path], value) for value in values])
            sweep[way] = _with(sweep[way], lines)
    fields["sweep"] = _with(fields["sweep"], sweep)
    return _with(root, fields), tuple(files.texts.items())


def _fields(node: Node) -> dict[str, Node]:
    assert isinstance(node.value, dict)
    return dict(node.value)


def _with(node: Node, value: object) -> Node:
    return Node(value, node.mark, node.text, node.keys, node.broken)


class _Files:
    """Files by their name in the folder, each once."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def moved(self, key: str, node: Node) -> Node:
        """What stands under `population`, `like` or `from`, naming files in the folder."""
        if isinstance(node.value, dict):
            named = {
                key: self.moved(key, value) for key, value in node.value.items() if key in ("name", "like", "from")
            }
            return _with(node, node.value | named)
        text = None if not isinstance(node.value, str) else self._text(key, node)
        return node if text is None else _with(node, self._name(str(node.value), text))

    def _text(self, key: str, node: Node) -> str | None:
        """The resolved file that a node names; None where it names none, or none that can be read."""
        report = Report()
        if key == "from":
            rows = cohort_rows(node, report)
            return None if rows is None else rows.text()
        if not is_file(str(node.value)):
            return None
        who = PopulationReader(report, vocabulary().populations).who(node)
        return population_file(who.described) if who and who.described and not report.problems else None

    def _name(self, given: str, text: str) -> str:
        """A name in the folder: the file's own, with a number where another file has it."""
        path = PurePath(given)
        names = (path.name, *(f"{path.stem}_{number}{path.suffix}" for number in range(2, len(self.texts) + 3)))
        name = next(name for name in names if name not in _TAKEN and self.texts.get(name, text) == text)
        self.texts[name] = text
        return name
