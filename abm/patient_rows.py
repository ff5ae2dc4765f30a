"""Patients that a user brings along: a table of known traits, one row a patient."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import Any

Value = float | int | bool | str | None


@dataclass(frozen=True, slots=True)
class PatientRows:
    """Known traits of some patients; what is not known of one is drawn by its number.

    Attributes
    ----------
    columns : tuple of str
        Traits, as in the table `patients`.
    ids : tuple of int
        Number of each patient.
    values : tuple of tuple
        A row for each patient, in the order of `columns`; None for what is not known.
    """

    columns: tuple[str, ...]
    ids: tuple[int, ...]
    values: tuple[tuple[Value, ...], ...]

    def known(self, place: int) -> dict[str, Any]:
        """What is known of the patient in this row, by trait."""
        row = zip(self.columns, self.values[place], strict=True)
        return {name: value for name, value in row if value is not None}

    def text(self) -> str:
        """The table as CSV with every digit; loads back to an equal one."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("patient_id", *self.columns))
        for number, row in zip(self.ids, self.values, strict=True):
            writer.writerow((number, *(_text(value) for value in row)))
        return out.getvalue()

    @property
    def digest(self) -> str:
        """Hash of the content, whatever the file is called and however its numbers are written."""
        return "sha256:" + hashlib.sha256(self.text().encode()).hexdigest()


def _text(value: Value) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
