"""The middle of a report: what happened in the arms, with intervals, and what was delivered."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analysis.compare import comparison_table
from analysis.delayed import metrics_shown
from analysis.figures.dilemma import treatment_finding
from analysis.figures.drawing import arm_name
from analysis.finding import finding
from analysis.formatting import (
    capitalised,
    comparison_cells,
    comparison_notes,
    comparison_title,
    difference_text,
    needed_text,
    percent,
    short,
)
from analysis.load import RunResults
from analysis.metrics import metric_named
from analysis.precision import precision_table
from analysis.report.parts import Picture, Section, Table, Text, typeset
from analysis.summarise import summarise_arms
from analysis.treatment import treatment_table
from analysis.treatment_text import treatment_cells, treatment_notes, treatment_title

WANTED_POINTS = 5.0
MOST_TOLD = 6


def short_section(results: RunResults, comparisons: list[pd.DataFrame], treatments: pd.DataFrame) -> Section:
    """State the findings of a run in a few sentences, no more than their intervals allow."""
    names = {arm: arm_name(arm, None) for arm in results.arms}
    lines = [f"{finding(table, names)}." for table in comparisons]
    empty = [names[row["arm"]] for _, row in comparisons[0].iterrows() if row["n"] == 0]
    lines += [f"No result: {', '.join(empty)}; every row failed or is missing (see the checks)."] if empty else []
    for table in comparisons if len(results.arms) <= MOST_TOLD else ():
        metric = metric_named(table["metric"].iloc[0])
        for _, row in table[table["arm"] != table["reference"]].iterrows():
            if not math.isnan(row["risk_difference"]):
                lines.append(
                    f"{capitalised(metric.label)}, {row['arm']} and {row['reference']}: difference "
                    f"{typeset(difference_text(row))} percentage points; {int(row['helped'])} helped, "
                    f"{int(row['harmed'])} harmed, {int(row['unchanged'])} unchanged."
                )
    lines.append(f"{treatment_finding(treatments, names)}.")
    return Section("in_short", "In short", [Text(lines, listed=True)])


def results_section(results: RunResults, comparisons: list[pd.DataFrame], pictures: list[Picture]) -> Section:
    """Tables of every kind of reaction there is, of pairs, of when reactions came, and of precision."""
    blocks: list[Table | Picture] = []
    for table in comparisons:
        heads, *rows = comparison_cells(table)
        blocks.append(Table(comparison_title(table), heads, rows, comparison_notes(table)))
        blocks += [_pairs(table), _precision(results, table["metric"].iloc[0])] if len(table) > 1 else []
    when = _when(results)
    return Section("results", "Results", [*blocks, *([when] if when else []), *pictures])


def treatment_section(table: pd.DataFrame, pictures: list[Picture]) -> Section:
    """What was delivered, next to harm."""
    heads, *rows = treatment_cells(table)
    return Section(
        "treatment",
        "Treatment delivered",
        [Table(treatment_title(table), heads, rows, treatment_notes(table)), *pictures],
    )


def tables_of(results: RunResults) -> tuple[list[pd.DataFrame], pd.DataFrame]:
    """The comparison of every kind of reaction, and the table of treatments."""
    return [comparison_table(results, metric) for metric in metrics_shown(results)], treatment_table(results)


def _pairs(table: pd.DataFrame) -> Table:
    metric = metric_named(table["metric"].iloc[0])
    rows = []
    for _, row in table[(table["arm"] != table["reference"]) & table["risk_difference"].notna()].iterrows():
        p = "< 0.001" if row["mcnemar_p"] < 0.001 else f"{row['mcnemar_p']:.3f}"
        counts = [str(int(row[kind])) for kind in ("helped", "harmed", "unchanged", "excluded")]
        rows.append([row["arm"], difference_text(row), _ratio(row), needed_text(row), *counts, p])
    heads = ["arm", "difference, points", "ratio", "number needed", "helped", "harmed", "unchanged", "left out", "p"]
    level = f"{100 * table['level'].iloc[0]:g} %"
    notes = [
        f"{capitalised(metric.label)}; arm against {table['reference'].iloc[0]} in the same patients; in brackets "
        f"{level} intervals (Tango for differences, Bonett and Price for ratios; with replicates by bootstrap over "
        "patients); p: exact McNemar test. Left out: pairs of which one side failed or was not treated."
    ]
    return Table(f"{capitalised(metric.label)}, pair by pair", heads, rows, notes)


def _ratio(row: pd.Series) -> str:
    values = [row[f"risk_ratio{end}"] for end in ("", "_low", "_high")]
    if math.isnan(values[0]):
        return "–"
    first, low, high = ("∞" if math.isinf(value) else f"{value:.2g}" for value in values)
    return f"{first} ({low} to {high})"


def _precision(results: RunResults, metric: str) -> Table:
    table = precision_table(results, metric, half_width=WANTED_POINTS / 100.0)
    rows = [
        [
            row["arm"],
            _times(row["variance_reduction"]),
            _count(row["patients_paired"]),
            _count(row["patients_unpaired"]),
        ]
        for _, row in table.iterrows()
    ]
    heads = ["arm", "variance, unpaired ÷ paired", "patients needed, paired", "per arm, unpaired"]
    notes = [
        f"Patients needed for a 95 % interval of the difference of ± {WANTED_POINTS:g} percentage points, with the "
        "variation that this run shows; unpaired: other patients in each arm."
    ]
    return Table(f"{capitalised(metric_named(metric).label)}, precision", heads, rows, notes)


def _when(results: RunResults) -> Table | None:
    """When and at which dose those who react began to."""
    summary = summarise_arms(results)
    if summary["onset_min_median"].isna().all():
        return None
    rows = []
    for _, row in summary.iterrows():
        doses = _doses(results, row["arm"])
        rows.append(
            [row["arm"], percent(row["reacted"]),
             _quartiles(*(row[f"onset_min_{q}"] for q in ("median", "q25", "q75"))),
             _quartiles(*(row[f"step_at_reaction_{q}"] for q in ("median", "q25", "q75"))),
             _quartiles(*doses)]
        )  # fmt: skip
    heads = ["arm", "any reaction", "onset, min", "step", "dose so far, mg"]
    notes = [
        "Median (quartiles) of those who react; an arm that prevents early reactions has later medians for that alone."
    ]
    return Table("When immediate reactions began", heads, rows, notes)


def _doses(results: RunResults, arm: str) -> tuple[float, float, float]:
    """Median and quartiles of the dose up to the first symptom, as the curve of its incidence has them."""
    rows = results.outcomes[results.outcomes["arm"] == arm]
    doses = rows["dose_at_reaction_mg"].dropna().to_numpy("float64")
    if not doses.size:
        return (math.nan,) * 3
    low, middle, high = np.quantile(doses, [0.25, 0.5, 0.75], method="inverted_cdf")
    return float(middle), float(low), float(high)


def _quartiles(middle: float, low: float, high: float) -> str:
    return "–" if math.isnan(middle) else f"{short(middle)} ({short(low)} to {short(high)})"


def _times(value: float) -> str:
    return "–" if math.isnan(value) else "∞" if math.isinf(value) else f"{value:.2g}"


def _count(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:,.0f}"
