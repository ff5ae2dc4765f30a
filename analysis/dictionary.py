"""The data dictionary as a readable page."""

from __future__ import annotations

import pandas as pd

_INTRO = """# Data dictionary

Every column of every table in a run folder. Each run carries the same list as `columns.csv`; this page is generated
from the program and a test holds it to it. Times count from the start of the course. `string`, `int64`, `float64`,
`boolean` and `Int64` are pandas types (`boolean` and `Int64` may be missing); names with bars between them are
ordered categories.
"""


def data_dictionary_markdown(columns: pd.DataFrame) -> str:
    """Render a data dictionary.

    Parameters
    ----------
    columns : pandas.DataFrame
        Columns table, name, kind, unit, meaning, as in ``RunResults.columns``.
    """
    parts = [_INTRO]
    for table in columns["table"].drop_duplicates():
        parts += [f"## {table}.parquet", "", "| column | type | unit | meaning |", "|---|---|---|---|"]
        for row in columns[columns["table"] == table].itertuples(index=False):
            kind = row.kind.replace("|", "\\|")
            parts.append(f"| `{row.name}` | {kind} | {row.unit} | {row.meaning} |")
        parts.append("")
    return "\n".join(parts)
