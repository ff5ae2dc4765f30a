"""A user's own patients: a CSV file with one row a patient, read as strictly as a scenario.

Columns are traits of the table `patients`, in its units; any of them may be left out, and a cell may be empty: what is
not known of a patient is drawn. Every fault is told with file, line and column.
"""

from __future__ import annotations

import csv
import math
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from abm.parameters.hla import ANCESTRIES, LOCI
from abm.patient_rows import PatientRows, Value
from abm.scenario_tree import Mark, Node, Report, ScenarioError, shorten
from abm.scenario_yaml import decode, refusal
from abm.trait_laws import CONTINUOUS, SEXES, YES_OR_NO, Range

LARGEST_FILE_BYTES = 256 << 20
LARGEST_ID = 2**32 - 1
_MOST_PROBLEMS = 50
_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_ALLELES = tuple(trait for locus in LOCI.values() for trait in locus)
_IGE = ("specific_ige_ku_per_l", "specific_ige_2_ku_per_l")

NUMBERS: dict[str, Range] = {
    **CONTINUOUS,
    **dict.fromkeys(_IGE, Range("kU/L", 0.0, 1e6)),
    **dict.fromkeys(("specific_receptors_per_cell", "specific_receptors_2_per_cell"), Range("per cell", 0.0, 1e8)),
}
WHOLE: dict[str, tuple[int, int]] = {
    **dict.fromkeys(_ALLELES, (0, 2)),
    "fitting_clones": (0, 1000),
    "patient_id": (0, LARGEST_ID),
}
WORDS: dict[str, tuple[str, ...]] = {"sex": SEXES, "ancestry": ANCESTRIES}
COLUMNS = ("patient_id", *NUMBERS, *YES_OR_NO, *WORDS, *(name for name in WHOLE if name != "patient_id"))
"""What a cohort's file may hold."""

_FOLLOWS = {
    **dict.fromkeys(("skin_test_wheal_mm", "skin_test_positive"), "the virtual skin test tells it"),
    **dict.fromkeys(("specific_ige_assay_ku_per_l", "specific_ige_positive"), "the virtual assay tells it"),
    "case_weight": "it is 1 for a patient who is not drawn `given:` something",
}
"""Columns of `patients` that are results, not traits."""


def read_cohort(node: Node, beside: Callable[[Mark, str], Path], report: Report) -> PatientRows | None:
    """The patients of the file that `node` names, or None after noting what is wrong with it."""
    given = report.text(node, "from")
    if given is None:
        return None
    path = beside(node.mark, given)
    label = str(Path(node.mark.file).parent / given) if node.mark.line else given
    try:
        return _Reader(label, report).patients(decode(_bytes(path, given, node.mark), label))
    except ScenarioError as error:
        report.problems.extend(error.problems)
        return None


def _bytes(path: Path, given: str, mark: Mark) -> bytes:
    """Content of the file; one that cannot be read is told where it is named."""
    shown = shorten(given)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise refusal("S002", mark, f"{shown!r} is not a file; a CSV file is needed")
        if status.st_size > LARGEST_FILE_BYTES:
            raise refusal("S006", mark, f"{shown!r} is larger than {LARGEST_FILE_BYTES >> 20} MiB")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise refusal("S001", mark, f"there is no file {shown!r}, seen from the file that names it") from None
    except OSError as error:
        raise refusal("S003", mark, f"{shown!r} cannot be read: {error.strerror}") from None


class _Reader:
    """Reads one table, and gives up after many faults."""

    def __init__(self, label: str, report: Report) -> None:
        self._label = label
        self._report = report
        self._names: list[str] = []

    def patients(self, text: str) -> PatientRows | None:
        """The rows of a text."""
        before = len(self._report.problems)
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2:
            raise refusal("S005", Mark(self._label), "has no patients: column names and a row each are needed")
        self._head(*lines[0])
        rows: list[dict[str, Value]] = []
        lines_of: dict[int, int] = {}
        for number, line in lines[1:]:
            if len(self._report.problems) > before + _MOST_PROBLEMS:
                self._report.add("S006", Mark(self._label, number), "more faults follow; these first")
                break
            row = self._row(number, line)
            if row is not None:
                row.setdefault("patient_id", len(rows))
                self._check_id(row, number, lines_of)
                rows.append(row)
        if len(self._report.problems) > before:
            return None
        columns = tuple(name for name in COLUMNS if name in self._names and name != "patient_id")
        ids = tuple(int(row["patient_id"]) for row in rows)  # type: ignore[arg-type]
        return PatientRows(columns, ids, tuple(tuple(row.get(name) for name in columns) for row in rows))

    def _head(self, number: int, line: str) -> None:
        """Names of the columns; a file with a wrong one is not read further."""
        before = len(self._report.problems)
        for name, column in self._cells(number, line):
            mark = Mark(self._label, number, column)
            if name in _FOLLOWS:
                self._report.add("S318", mark, f"{name} cannot be given: {_FOLLOWS[name]}; leave the column out")
            elif name not in COLUMNS:
                hint = "; columns are separated by commas" if ";" in name or "\t" in name else ""
                self._report.add("S304", mark, f"unknown column {shorten(name)!r}{hint}", COLUMNS, name)
            elif name in self._names:
                self._report.add("S108", mark, f"the column {name!r} is there twice")
            self._names.append(name)
        if len(self._report.problems) > before:
            raise ScenarioError([])

    def _cells(self, number: int, line: str) -> list[tuple[str, int]]:
        """Cells of a line with the column where each begins."""
        try:
            cells = next(csv.reader([line], strict=True))
        except csv.Error as error:
            raise refusal("S319", Mark(self._label, number), f"this line is no CSV: {error}") from None
        starts, place, quoted = [1], 0, False
        for place, char in enumerate(line, 2):
            quoted ^= char == '"'
            if char == "," and not quoted:
                starts.append(place)
        return [(cell.strip(), start) for cell, start in zip(cells, starts, strict=True)]

    def _row(self, number: int, line: str) -> dict[str, Value] | None:
        """Known traits of one patient."""
        cells = self._cells(number, line)
        if len(cells) != len(self._names):
            found = f"{len(cells)} cells in this row, {len(self._names)} columns above"
            self._report.add("S105", Mark(self._label, number, cells[-1][1]), found)
            return None
        before = len(self._report.problems)
        row: dict[str, Value] = {}
        for name, (text, column) in zip(self._names, cells, strict=True):
            if text:
                row[name] = self._value(name, text, Mark(self._label, number, column))
        if len(self._report.problems) == before:
            places = (Mark(self._label, number, column) for _, column in cells)
            self._check_together(row, dict(zip(self._names, places, strict=True)))
        return row

    def _value(self, name: str, text: str, mark: Mark) -> Value:
        if name in WORDS:
            if text not in WORDS[name]:
                self._report.add("S320", mark, f"{name} is {shorten(text)!r}", WORDS[name], text)
            return text
        if name in YES_OR_NO:
            if text.lower() not in ("true", "false"):
                self._report.add("S103", mark, f"{name} is {shorten(text)!r}; true or false is needed")
            return text.lower() == "true"
        return self._number(name, text, mark)

    def _number(self, name: str, text: str, mark: Mark) -> Value:
        unit = NUMBERS[name].unit if name in NUMBERS else ""
        low, high = WHOLE[name] if name in WHOLE else (NUMBERS[name].low, NUMBERS[name].high)
        if not _NUMBER.fullmatch(text):
            code = "S204" if re.fullmatch(r"[-+]?\.?(nan|inf(inity)?)", text, re.IGNORECASE) else "S103"
            in_unit = f" in {unit}, without writing it," if unit else ""
            self._report.add(code, mark, f"{name} is {shorten(text)!r}; a number{in_unit} is needed")
            return None
        value = float(text)
        if name in WHOLE and math.isfinite(value) and value != math.floor(value):
            self._report.add("S103", mark, f"{name} is {shorten(text)}; a whole number is needed")
        elif not low <= value <= high:
            code = "S203" if value < 0.0 <= low else "S104"
            self._report.add(code, mark, f"{name} is {shorten(text)}; allowed: {low:g} to {high:g} {unit}".rstrip())
        return int(value) if name in WHOLE and math.isfinite(value) else value

    def _check_id(self, row: Mapping[str, Value], number: int, lines_of: dict[int, int]) -> None:
        """Note a number that another patient has."""
        patient_id = row["patient_id"]
        if isinstance(patient_id, int) and patient_id in lines_of:
            mark = Mark(self._label, number)
            self._report.add("S108", mark, f"patient_id {patient_id} is that of line {lines_of[patient_id]} already")
        elif isinstance(patient_id, int):
            lines_of[patient_id] = number

    def _check_together(self, row: Mapping[str, Value], places: Mapping[str, Mark]) -> None:
        """Note values of one patient that contradict each other."""
        specific = [name for name in _IGE if row.get(name)]
        own = sum(value for name in specific if isinstance(value := row[name], float))
        if specific and row.get("sensitised") is False:
            self._report.add("S412", places[specific[0]], f"{specific[0]} is {own:g}, and sensitised is false")
        total = row.get("total_ige_ku_per_l")
        if specific and isinstance(total, float) and own > total:
            found = f"specific IgE of {own:g} kU/L is more than the total of {total:g}"
            self._report.add("S412", places[specific[0]], found)
