"""The report of a sweep: its points side by side; each point is a run with a report of its own."""

from __future__ import annotations

import math

import pandas as pd

from analysis.courses import drug_words
from analysis.formatting import capitalised, difference_text, percent
from analysis.metrics import metric_named
from analysis.points import SweepResults, points_table
from analysis.points_plot import plot_points
from analysis.report_checks import limits_section, provenance_section
from analysis.report_parts import Check, Checks, Page, Picture, Section, Table, Text, picture

_DRAWN = "A line for each point of the sweep, a marker with its interval for each arm, as in the table."


def sweep_page(results: SweepResults) -> Page:
    """Build the report of a sweep."""
    run, points = results.run, results.points
    title = run.get("question") or results.scenario
    sections = [_design(results), _results(results), _checks(results), provenance_section(results), limits_section()]
    about = [
        ("Points", f"{len(points):,}"), ("Arms", ", ".join(results.arms)), ("Swept", ", ".join(results.swept)),
        ("Drugs", ", ".join(drug_words(str(drug)) for drug in run.get("drugs", [])) or "?"),
        ("Finished", str(run.get("timings", {}).get("finished", "?")).split("T")[0]),
        ("Program", f"desensim {run.get('version', '?')}"),
    ]  # fmt: skip
    return Page(title, f"Report of the sweep “{results.scenario}”", about, sections)


def _design(results: SweepResults) -> Section:
    rows = [[axis["path"], axis["column"], axis["unit"] or "–", axis["kind"]] for axis in results.axes]
    lines = [results.run.get("question") or f"Scenario {results.scenario}."]
    lines.append(
        f"{len(results.points):,} points; the same virtual patients at each, unless who is treated is swept. Every "
        f"point is a run folder of its own: desensim report {results.path.name}/{results.points['folder'].iloc[0]} "
        "writes the report of the first."
    )
    swept = Table("What is swept", ["place in the scenario", "column", "unit", "kind"], rows, words=4)
    listed = [[str(row["point"]), str(row["label"])] for _, row in results.points.iterrows()]
    points = Table("The points", ["point", "values"], listed, words=2)
    return Section("question", "Question and design", [Text(lines), swept, points])


def _results(results: SweepResults) -> Section:
    blocks: list[Table | Picture] = []
    for metric in results.metrics_shown():
        table = points_table(results, metric)
        caption = f"{capitalised(metric_named(metric).label)}, point by point"
        if table["arm"].nunique() <= 12:
            blocks.append(picture(f"points_{metric}", plot_points(table), f"{caption}.", _DRAWN))
        rows = [[str(row["point"]), row["arm"], str(int(row["n"])), *_numbers(row)]
                for _, row in table.iterrows()]  # fmt: skip
        notes = ["In brackets: 95 % intervals. Difference: from the point's reference arm, in percentage points."]
        blocks.append(Table(caption, ["point", "arm", "n", "risk", "difference"], rows, notes, words=2))
    return Section("results", "Results", blocks)


def _numbers(row: pd.Series) -> list[str]:
    if math.isnan(row["risk"]):
        return ["–", "–"]
    risk = f"{percent(row['risk'])} ({percent(row['risk_low'], '')}-{percent(row['risk_high'], '')})"
    return [risk, "reference" if row["arm"] == row["reference"] else difference_text(row)]


def _checks(results: SweepResults) -> Section:
    failed = int(results.run.get("failed") or 0)
    there = sum((folder / "run.json").is_file() for folder in results.folders)
    checks = [
        Check("Failed rows", failed == 0, f"{failed} in all points"),
        Check("Completeness", there == len(results.points), f"{there} of {len(results.points)} points are there"),
        Check("Finished", bool(results.run.get("finished")), "every point was written to its end"),
    ]
    return Section("checks", "Checks", [Checks(checks)])
