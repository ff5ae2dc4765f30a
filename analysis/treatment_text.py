"""The table of treatments as plain text: what was delivered, next to harm."""

from __future__ import annotations

import math
import textwrap

import pandas as pd

from analysis.formatting import DISCLAIMER, WIDTH, aligned, difference_text, percent, share_text


def format_treatment(table: pd.DataFrame) -> str:
    """Print the frame of `analysis.treatment_table` as plain text of at most 100 columns."""
    lines = aligned(treatment_cells(table))
    notes = [line for note in treatment_notes(table) for line in textwrap.wrap(note, WIDTH)]
    return "\n".join([*textwrap.wrap(treatment_title(table), WIDTH), "", *lines, "", *notes, f"{DISCLAIMER}."])


def treatment_title(table: pd.DataFrame) -> str:
    """Say what a table of treatments compares."""
    reference = table["reference"].iloc[0]
    compared = f": arms compared with {reference} on the same patients" if len(table) > 1 else f" in {reference}"
    return f"Treatment delivered, next to harm{compared}"


def treatment_cells(table: pd.DataFrame) -> list[list[str]]:
    """Return the heads, then the cells of each arm, of a table of treatments as text."""
    cells = [_cells(row) for _, row in table.iterrows()]
    heads = [head for head in cells[0] if len(table) > 1 or head != "difference"]
    return [heads, *([row[head] for head in heads] for row in cells)]


def _cells(row: pd.Series) -> dict[str, str]:
    first = {"arm": row["arm"], "n": str(row["n"])}
    if row["arm"] == row["reference"]:
        difference = "reference"
    else:
        ends = ("", "_low", "_high")
        difference = difference_text(pd.Series({f"risk_difference{end}": row[f"difference{end}"] for end in ends}))
    return first | {
        "completed": percent(row["completed"]),
        "dose": percent(row["delivered_share_median"]),
        "delay min": _minutes(row["delay_min_median"]),
        "target met": share_text(row, "target_met"),
        "harmed": percent(row["harmed"]),
        "treated unharmed": share_text(row, "treated_unharmed"),
        "difference": difference,
    }


def _minutes(value: float) -> str:
    return "-" if math.isnan(value) else f"{value + 0.0:.0f}"


def treatment_notes(table: pd.DataFrame) -> list[str]:
    """Return the sentences that belong below a table of treatments."""
    targets = [target for target in dict.fromkeys(table["target"]) if target]
    level = f"{100 * table['level'].iloc[0]:g} %"
    notes = ["Completed: every step given. Dose: share of that asked for, and delay: medians."]
    met = table["target_met"].notna()
    if met.any():
        notes.append(f"Target met: {'; '.join(targets) or 'exposure as stated in the scenario'}.")
    if not met.all():
        arms = "" if not met.any() else f" in {', '.join(table.loc[~met, 'arm'])}"
        notes.append(f"No target is known, or the drug given is not followed{arms}: treated is there who completed.")
    notes.append(
        "Treated unharmed: target met (completed, where there is no target) without a moderate or severe reaction or "
        "epidermal necrolysis; an arm that gives nothing treats nobody."
        + (" Difference in percentage points, more is better." if len(table) > 1 else "")
        + f" In brackets: {level} intervals."
    )
    return notes
