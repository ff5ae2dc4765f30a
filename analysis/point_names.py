"""Names of the points of a sweep, short enough for a figure: the values that tell them apart, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import pandas as pd

from analysis.courses import drug_words

_ALONE = ("drug", "population")
_UNIT = re.compile(r"_(min|h|d|y|mg|g|kg|mg_per_kg|percent)$")


def point_names(table: pd.DataFrame) -> dict[int, str]:
    """Name each point of a frame of `analysis.points_table`.

    Parameters
    ----------
    table : pandas.DataFrame
        Swept values stand between ``label`` and ``arm``; where there are none, the label is the name.

    Returns
    -------
    dict of int to str
        In the order of the frame. Columns that say nothing more are left out.
    """
    rows = table.drop_duplicates("point").set_index("point")
    places = list(rows.columns)
    swept = [str(name) for name in places[places.index("label") + 1 : places.index("arm")]]
    told = _telling(rows, swept)
    if not told:
        return {int(point): str(label) for point, label in rows["label"].items()}
    heads = _heads(told)
    return {
        int(point): ", ".join(_value(heads[name], name, row[name]) for name in told) for point, row in rows.iterrows()
    }


def _telling(rows: pd.DataFrame, swept: Sequence[str]) -> list[str]:
    """The first columns that tell all points apart that all of them tell apart, and none of those in vain."""

    def apart(names: Sequence[str]) -> int:
        return len(rows[list(names)].astype(str).drop_duplicates()) if names else min(1, len(rows))

    told: list[str] = []
    for name in swept:
        told += [name] if apart([*told, name]) > apart(told) else []
    for name in list(told):
        rest = [other for other in told if other != name]
        told = rest if apart(rest) == apart(told) else told
    return told


def _heads(columns: Sequence[str]) -> dict[str, str]:
    """What is swept, without the place in the course where that is not needed to tell two columns apart."""
    bare = {name: re.sub(r"^(swept_|.*_course_\d+_)", "", name) for name in columns}
    unlike = len(set(bare.values())) == len(bare)
    return {name: _UNIT.sub("", bare[name] if unlike else name) for name in columns}


def _value(head: str, column: str, value: Any) -> str:
    if isinstance(value, Real) and not isinstance(value, bool):
        value = f"{value:,}" if isinstance(value, Integral) else f"{float(value):,.6g}"
    unit = _UNIT.search(column)
    text = f"{drug_words(str(value))}{f' {unit.group(1)}' if unit else ''}"
    return text if head in _ALONE else f"{head.replace('_', ' ')} {text}"
