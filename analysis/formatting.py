"""The comparison table as plain text, and the wording of its numbers."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.metrics import NECROLYSIS, SEVERITIES, Metric, metric_named

WIDTH = 100
DISCLAIMER = "Simulation: research and teaching, not medical advice"
_COMPARED = ("difference", "number needed")


def format_table(table: pd.DataFrame) -> str:
    """Print the frame of `analysis.comparison_table` as plain ASCII text of at most 100 columns.

    The columns are those of immediate or of delayed reactions, as the table's metric asks; with a single arm nothing is
    compared.
    """
    lines, notes = aligned(comparison_cells(table)), comparison_notes(table)
    wrapped = [line for note in [*notes, f"{DISCLAIMER}."] for line in textwrap.wrap(note, WIDTH)]
    return "\n".join([*textwrap.wrap(comparison_title(table), WIDTH), "", *lines, "", *wrapped])


def comparison_title(table: pd.DataFrame) -> str:
    """Say what a comparison table counts, and what the arms are compared with."""
    metric, reference = metric_named(table["metric"].iloc[0]), table["reference"].iloc[0]
    compared = f": arms compared with {reference} on the same patients" if len(table) > 1 else f" in {reference}"
    return capitalised(metric.label) + compared


def comparison_cells(table: pd.DataFrame) -> list[list[str]]:
    """Return the heads, then the cells of each arm, of a comparison table as text."""
    delayed = metric_named(table["metric"].iloc[0]).delayed
    cells = [_delayed_cells(row) if delayed else _immediate_cells(row) for _, row in table.iterrows()]
    heads = [head for head in cells[0] if len(table) > 1 or head not in _COMPARED]
    return [heads, *([row[head] for head in heads] for row in cells)]


def comparison_notes(table: pd.DataFrame) -> list[str]:
    """Return the sentences that belong below a comparison table: pair by pair, then how to read it."""
    metric, reference = metric_named(table["metric"].iloc[0]), table["reference"].iloc[0]
    return [*_pair_notes(table, metric, reference), *_general_notes(table, metric, reference)]


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Set rows of cells in columns of at most 100 characters, the first row as a head over a rule.

    The first column goes on in a further line where the others leave it too little room.
    """
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    between = "  " if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else " "
    widths[0] = max(8, min(widths[0], WIDTH - sum(widths[1:]) - len(between) * (len(widths) - 1)))
    head, *body = ([_line(line, widths, between) for line in _lines(row, widths[0])] for row in rows)
    rule = "-" * (sum(widths) + len(between) * (len(widths) - 1))
    return [*head, rule, *(line for lines in body for line in lines)]


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


def short(value: float) -> str:
    """Format a quantity to three digits, without powers of ten; a dash where it is missing."""
    if math.isnan(value):
        return "-"
    if 0 < abs(value) < 0.0005:
        return "<0.001" if value > 0 else ">-0.001"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


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


def quartiles_text(row: pd.Series, name: str) -> str:
    """Format a median with its quartiles."""
    values = [row[f"{name}_{label}"] for label in ("median", "q25", "q75")]
    if math.isnan(values[0]):
        return "-"
    middle, low, high = (f"{value:.1f}" if value < 9.95 else _half_up(value) for value in values)
    return f"{middle} ({low}-{high})"


def _half_up(value: float) -> str:
    return f"{math.copysign(math.floor(abs(value) + 0.5 + 1e-9), value) + 0.0:.0f}"


def _patients(number: float) -> str:
    return f"{number:.1f}" if number < 9.95 else f"{number:.0f}"


def _immediate_cells(row: pd.Series) -> dict[str, str]:
    grades = {grade: percent(row[grade]) if row["n"] else "-" for grade in SEVERITIES}
    return _first_cells(row) | grades | _last_cells(row) | {"number needed": _needed_cell(row)}


def _delayed_cells(row: pd.Series) -> dict[str, str]:
    grades = {grade: percent(row[grade]) if row["n"] else "-" for grade in NECROLYSIS[1:]}
    extent = {"died": percent(row["died"]), "day of onset": quartiles_text(row, "skin_onset_d")}
    extent |= {"detached %": quartiles_text(row, "max_detached_percent")}
    return _first_cells(row) | grades | extent | _last_cells(row)


def share_text(row: pd.Series, name: str, to: str = "-") -> str:
    """A share with its limits, as ``7.5% (4.6-12)``; a dash where there is none."""
    if math.isnan(row[name]):
        return "-"
    return f"{percent(row[name])} ({percent(row[f'{name}_low'], '')}{to}{percent(row[f'{name}_high'], '')})"


def _first_cells(row: pd.Series) -> dict[str, str]:
    return {"arm": row["arm"], "n": str(row["n"])}


def _last_cells(row: pd.Series) -> dict[str, str]:
    if not row["n"]:
        return {"risk": "-", "difference": "-"}
    is_reference = row["arm"] == row["reference"]
    return {"risk": share_text(row, "risk"), "difference": "reference" if is_reference else _difference_cell(row)}


def _difference_cell(row: pd.Series) -> str:
    return difference_text(row) if "risk_difference" in row else "-"


def _needed_cell(row: pd.Series) -> str:
    if row["arm"] == row["reference"] and row["n"]:
        return ""
    return needed_text(row) if row["n"] else "-"


def _line(cells: Sequence[str], widths: list[int], between: str) -> str:
    rest = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return between.join([cells[0].ljust(widths[0]), *rest]).rstrip()


def _lines(row: Sequence[str], width: int) -> list[list[str]]:
    """The lines of a row: one, and more with what of a long name is left, which is parted at its underscores."""
    names = [""]
    for part in re.findall(r"[^_]*_|[^_]+", row[0]):
        if len(names[-1]) + len(part) > width and names[-1].strip():
            names.append("  ")
        names[-1] += part
        while len(names[-1]) > width:
            names[-1:] = [names[-1][:width], f"  {names[-1][width:]}"]
    return [[names[0], *row[1:]], *([name, *([""] * (len(row) - 1))] for name in names[1:])]


def _pair_notes(table: pd.DataFrame, metric: Metric, reference: str) -> list[str]:
    """How each arm did against the reference patient by patient, and who was not treated in it."""
    notes = _untreated_notes(table)
    test = "exact McNemar p" if table["replicates"].iloc[0] == 1 else "sign test p"
    for _, row in table[table["arm"] != reference].iterrows():
        if not row["helped"] + row["harmed"] + row["unchanged"] > 0:
            continue
        counts = ", ".join(f"{int(row[kind])} {kind}" for kind in ("helped", "harmed", "unchanged"))
        p = "< 0.001" if row["mcnemar_p"] < 0.001 else f"{row['mcnemar_p']:.3f}"
        notes.append(f"{row['arm']}: {counts}; {test} {p}")
        if metric.delayed and row["ill_in_both"] > 0:
            notes.append(_ill_twice(row, reference))
    return notes


def _untreated_notes(table: pd.DataFrame) -> list[str]:
    """Who had died before an arm, told once for arms with the same history."""
    missing = table[table["not_treated"] > 0]
    notes = []
    for (after, died, n), rows in missing.groupby(["after", "not_treated", "n"], sort=False):
        of = f"of {after}" if after else "before"
        arms = ", ".join(rows["arm"])
        notes.append(f"{arms}: {died} of {n + died} had died {of} and were not treated again.")
    return notes


def _ill_twice(row: pd.Series, reference: str) -> str:
    """How onset and extent differ in patients who fall ill in both arms."""
    days, points = row["onset_difference_d_median"], row["detached_difference_percent_median"]
    when = f"{abs(days):.1f} d {'later' if days > 0 else 'earlier'}" if abs(days) >= 0.05 else "on the same day"
    extent = f"{abs(points):.1f} % of the body surface {'more' if points > 0 else 'less'} detached"
    limits = f"{percent(row['as_much_detached_low'], '')}-{percent(row['as_much_detached_high'], '')}"
    return (
        f"{row['arm']}: {int(row['ill_in_both'])} fall ill here and in {reference}: here {when}, with {extent} "
        f"(medians of pairs); with at least as much in {percent(row['as_much_detached'])} ({limits})."
    )


def _general_notes(table: pd.DataFrame, metric: Metric, reference: str) -> list[str]:
    level = f"{100 * table['level'].iloc[0]:g} %"
    compared = len(table) > 1
    difference = "; difference in percentage points" if compared else ""
    notes = [f"Risk of {metric.label}{difference}; in brackets: {level} intervals."]
    if metric.delayed:
        notes += _population_notes(table)
        notes.append("Died: by the end of the arm. Onset and greatest area detached: median (quartiles) of those ill.")
    elif compared:
        notes.append(f"Number needed: patients to treat so, not with {reference}, to spare one (harm: to hurt one).")
        if np.isinf(table["number_needed_high"].astype("float64")).any():
            notes.append('"or more": the difference may be zero or reversed, so there is no finite upper bound.')
    notes += _other_mechanism(table, metric)
    if table["replicates"].iloc[0] > 1:
        notes.append(f"{table['replicates'].iloc[0]} replicates are averaged per patient; intervals are over patients.")
    failed = int(table["failed_rows"].sum())
    if failed:
        partners = ", with their partners in the paired differences" if compared else ""
        notes.append(f"{failed} failed rows are left out{partners}.")
    return notes


def _population_notes(table: pd.DataFrame) -> list[str]:
    """What the shares come to in the population that a conditioned cohort was drawn from."""
    rates = []
    for _, row in table[table["per_100000"].notna()].iterrows():
        rate, low, high = (_rate(row[f"per_100000{end}"]) for end in ("", "_low", "_high"))
        rates.append(f"{row['arm']} {rate} ({low}-{high})")
    if not rates:
        return []
    return [
        f"Of 100,000 people whom the scenario admits, treated so, fall ill: {', '.join(rates)}. Only those with a "
        "fitting T-cell clone are simulated: the rate is their known share times their risk, its interval that of the "
        "risk."
    ]


def _rate(number: float) -> str:
    return f"{number:.0f}" if number >= 9.95 else f"{number:.1f}"


def _other_mechanism(table: pd.DataFrame, metric: Metric) -> list[str]:
    """Say so where the table leaves out reactions of the other kind."""
    if metric.delayed and table["immediate"].iloc[0]:
        return ["There were immediate reactions too: comparison_table(results, 'moderate_or_severe') shows them."]
    if not metric.delayed and table["delayed"].iloc[0]:
        return ["Delayed reactions of the skin too: comparison_table(results, 'any_necrolysis') shows them."]
    return []
