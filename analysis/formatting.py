"""The comparison table as plain text, and the wording of its numbers."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.metrics import SEVERITIES, metric_named

WIDTH = 100
DISCLAIMER = "Simulation: research and teaching, not medical advice"
_HEADS = ("arm", "n", *SEVERITIES, "risk", "difference", "number needed")


def format_table(table: pd.DataFrame) -> str:
    """Print the frame of `analysis.comparison_table` as plain ASCII text of at most 100 columns."""
    label, reference = metric_named(table["metric"].iloc[0]).label, table["reference"].iloc[0]
    rows = [list(_HEADS), *(_cells(row) for _, row in table.iterrows())]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADS))]
    between = "  " if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else " "
    widths[0] = max(8, min(widths[0], WIDTH - sum(widths[1:]) - len(between) * (len(widths) - 1)))
    lines = [_line(row, widths, between) for row in rows]
    lines.insert(1, "-" * (sum(widths) + len(between) * (len(widths) - 1)))
    title = f"{capitalised(label)}: arms compared with {reference} on the same patients"
    return "\n".join([*textwrap.wrap(title, WIDTH), "", *lines, "", *_notes(table, label, reference)])


def capitalised(text: str) -> str:
    """Raise the first letter and leave the rest alone."""
    return text[:1].upper() + text[1:]


def percent(share: float, sign: str = "%") -> str:
    """Format a share as a percentage that never rounds a rare event to none, nor a missed one to all."""
    if math.isnan(share):
        return "-"
    value = 100 * share
    if value < 1e-9 or value > 100 - 1e-9:
        return f"{value:.0f}{sign}"
    if value < 0.05 or value > 99.95:
        return f"<0.1{sign}" if value < 1 else f">99.9{sign}"
    fine = value < 9.95 or value > 99
    return f"{f'{value:.1f}'.removesuffix('.0') if fine else _half_up(value)}{sign}"


def difference_text(row: pd.Series) -> str:
    """Format the risk difference of a row of `comparison_table` in percentage points with its interval."""
    values = [100 * row[f"risk_difference{end}"] for end in ("", "_low", "_high")]
    if math.isnan(values[0]):
        return "-"
    fine = max(abs(value) for value in values) < 9.95
    # A limit just beside zero must not read as zero: whether the interval includes zero is what a reader looks for.
    estimate, low, high = (
        f"{value + 0.0:.1f}" if fine or 0 < abs(value) < 0.95 else _half_up(value) for value in values
    )
    return f"{estimate} ({low} to {high})"


def needed_text(row: pd.Series) -> str:
    """Format the number needed of a row of `comparison_table`; an infinite limit reads as "or more"."""
    if math.isnan(row["number_needed"]):
        return "-"
    if row["number_needed_for"] == "neither":
        return "no difference"
    estimate, low, high = (_patients(row[f"number_needed{end}"]) for end in ("", "_low", "_high"))
    harm = "harm " if row["number_needed_for"] == "harm" else ""
    return f"{harm}{estimate} ({low} or more)" if high == "inf" else f"{harm}{estimate} ({low} to {high})"


def finding(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """State in words what a comparison table shows, and no more than its intervals allow."""
    label = metric_named(table["metric"].iloc[0]).plural
    base = table[table["arm"] == table["reference"]].iloc[0]
    others = table[(table["arm"] != base["arm"]) & table["risk_difference"].notna()]
    falls = others[others["risk_difference_high"] < 0].sort_values("risk_difference", kind="stable")
    rises = others[others["risk_difference_low"] > 0].sort_values("risk_difference", ascending=False, kind="stable")
    unclear = others.drop(index=[*falls.index, *rises.index])
    start = percent(base["risk"])
    if falls.empty and rises.empty:
        shares = ", ".join(f"{names[row['arm']]} {percent(row['risk'])}" for _, row in others.iterrows())
        opening = f"No clear difference in {label}: " if shares else f"{capitalised(label)}: "
        return f"{opening}{names[base['arm']]} {start}{', ' if shares else ''}{shares}"
    if len(others) > 3:
        return _many(label, names, falls, rises, unclear)
    clauses: list[str] = []
    for verb, rows in (("fall", falls), ("rise", rises)):
        for i, (_, row) in enumerate(rows.iterrows()):
            end = percent(row["risk"])
            change = f", {'they' if clauses else label} {verb} from {start}" if i == 0 else ""
            little = i > 0 and verb == "fall" and row["risk"] > base["risk"] / 2
            clauses.append(f"with {names[row['arm']]}{change}{' only' if little else ''} to {end}")
    clauses += [f"with {names[row['arm']]} no clear change ({percent(row['risk'])})" for _, row in unclear.iterrows()]
    return capitalised("; ".join(clauses))


def _many(label: str, names: Mapping[str, str], falls: pd.DataFrame, rises: pd.DataFrame, unclear: pd.DataFrame) -> str:
    """State the finding of more arms than a title can name."""
    all_arms = len(falls) + len(rises) + len(unclear)
    parts = []
    for verb, rows in (("fall", falls), ("rise", rises)):
        if len(rows):
            first = rows.iloc[0]
            most = f"most with {names[first['arm']]}, to {percent(first['risk'])}"
            parts.append(f"{verb} in {len(rows)} of {all_arms} arms ({most})")
    parts += [f"no clear change in {len(unclear)}"] if len(unclear) else []
    return f"{capitalised(label)} " + "; ".join(parts)


def _half_up(value: float) -> str:
    return f"{math.copysign(math.floor(abs(value) + 0.5 + 1e-9), value) + 0.0:.0f}"


def _patients(number: float) -> str:
    return f"{number:.1f}" if number < 9.95 else f"{number:.0f}"


def _cells(row: pd.Series) -> list[str]:
    start = [row["arm"], str(row["n"])]
    if not row["n"]:
        return start + ["-"] * (len(_HEADS) - 2)
    start += [percent(row[grade]) for grade in SEVERITIES]
    start.append(f"{percent(row['risk'])} ({percent(row['risk_low'], '')}-{percent(row['risk_high'], '')})")
    return start + (["reference", ""] if row["arm"] == row["reference"] else [difference_text(row), needed_text(row)])


def _line(cells: list[str], widths: list[int], between: str) -> str:
    name = cells[0] if len(cells[0]) <= widths[0] else cells[0][: widths[0] - 2] + ".."
    rest = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return between.join([name.ljust(widths[0]), *rest]).rstrip()


def _notes(table: pd.DataFrame, label: str, reference: str) -> list[str]:
    notes = []
    test = "exact McNemar p" if table["replicates"].iloc[0] == 1 else "sign test p"
    for _, row in table[table["arm"] != reference].iterrows():
        if row["helped"] + row["harmed"] + row["unchanged"] > 0:
            counts = ", ".join(f"{int(row[kind])} {kind}" for kind in ("helped", "harmed", "unchanged"))
            p = "< 0.001" if row["mcnemar_p"] < 0.001 else f"{row['mcnemar_p']:.3f}"
            notes.append(f"{row['arm']}: {counts}; {test} {p}")
    level = f"{100 * table['level'].iloc[0]:g} %"
    notes.append(f"Risk of {label}; difference in percentage points; in brackets: {level} intervals.")
    notes.append(f"Number needed: patients to treat so, not with {reference}, to spare one (harm: to hurt one).")
    if np.isinf(table["number_needed_high"].astype("float64")).any():
        notes.append('"or more": the difference may be zero or reversed, so there is no finite upper bound.')
    if table["replicates"].iloc[0] > 1:
        notes.append(f"{table['replicates'].iloc[0]} replicates are averaged per patient; intervals are over patients.")
    failed = int(table["failed_rows"].sum())
    if failed:
        notes.append(f"{failed} failed rows are left out, with their partners in the paired differences.")
    return [line for note in [*notes, f"{DISCLAIMER}."] for line in textwrap.wrap(note, WIDTH)]
