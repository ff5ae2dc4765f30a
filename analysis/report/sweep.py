"""The report of a sweep: its points side by side; each point is a run with a report of its own."""

from __future__ import annotations

import math

import pandas as pd

from analysis.courses import drug_words
from analysis.figures.points import plot_points
from analysis.formatting import capitalised, difference_text, percent, share_text
from analysis.load import RunResults
from analysis.metrics import metric_named
from analysis.points import SweepResults, points_table
from analysis.report.checks import enough, limits_section, parameters_section, provenance_section
from analysis.report.design import population_section
from analysis.report.parts import Check, Checks, Page, Picture, Section, Table, Text, picture
from analysis.report.pictures import courses_picture
from analysis.treatment import treatment_table

MOST_TOLD = 6
_DRAWN = "A line for each point of the sweep, a marker with its interval for each arm, as in the table."


def sweep_page(results: SweepResults) -> Page:
    """Build the report of a sweep."""
    run, points = results.run, results.points
    title = run.get("question") or results.scenario
    number, first = next(results.runs())
    tables = [points_table(results, metric) for metric in results.metrics_shown()]
    sections = [
        _short(tables), _design(results, first), _first(population_section(first), number), _results(tables),
        _treatment(results), _checks(results, int(tables[0]["n"].max())), _first(parameters_section(first), number),
        provenance_section(results), limits_section(),
    ]  # fmt: skip
    about = [
        ("Points", f"{len(points):,}"), ("Arms", ", ".join(results.arms)), ("Swept", ", ".join(results.swept)),
        *_sizes(results),
        ("Drugs", ", ".join(drug_words(str(drug)) for drug in run.get("drugs", [])) or "?"),
        ("Finished", str(run.get("timings", {}).get("finished", "?")).split("T")[0]),
        ("Program", f"desensim {run.get('version', '?')}"),
    ]  # fmt: skip
    return Page(title, f"Report of the sweep “{results.scenario}”", about, sections)


def _sizes(results: SweepResults) -> list[tuple[str, str]]:
    """Patients, cells and seed: what every point has of them, or from the least to the most."""
    found: dict[str, set[int]] = {"Patients": set(), "Mast cells per patient": set(), "Seed": set()}
    for _, run in results.runs():
        found["Patients"].add(len(run.patients))
        for name, key in (("Mast cells per patient", "cells"), ("Seed", "seed")):
            found[name] |= {int(run.run[key])} if key in run.run else set()
    return [(name, _span(sorted(values), "{}" if name == "Seed" else "{:,}")) for name, values in found.items()]


def _span(values: list[int], form: str) -> str:
    ends = [form.format(value) for value in (values[0], values[-1])] if values else ["?"]
    return " to ".join(dict.fromkeys(ends))


def _first(section: Section, number: int) -> Section:
    """A section that describes one point, and says so."""
    told = Text([f"As at point {number}; what is swept is other at other points."])
    return section._replace(blocks=[told, *section.blocks])


def _short(tables: list[pd.DataFrame]) -> Section:
    """For each arm the points with the least and the most risk."""
    lines = []
    for table in tables:
        label = capitalised(metric_named(table["metric"].iloc[0]).label)
        known = table[table["risk"].notna()]
        for arm in list(dict.fromkeys(known["arm"]))[:MOST_TOLD]:
            rows = known[known["arm"] == arm]
            least, most = rows.loc[rows["risk"].idxmin()], rows.loc[rows["risk"].idxmax()]
            if least["risk"] == most["risk"]:
                lines.append(f"{label}, {arm}: {percent(least['risk'])} at every point.")
            else:
                lines.append(
                    f"{label}, {arm}: from {percent(least['risk'])} (point {least['point']}: {least['label']}) to "
                    f"{percent(most['risk'])} (point {most['point']}: {most['label']})."
                )
    return Section("in_short", "In short", [Text(lines or ["No patient finished."], listed=True)])


def _treatment(results: SweepResults) -> Section:
    """What was delivered at each point, next to harm."""
    rows = []
    for number, run in results.runs():
        for _, row in treatment_table(run).iterrows():
            shares = [share_text(row, name) for name in ("reached", "harmed", "treated_unharmed")]
            rows.append([str(number), row["arm"], str(row["n"]), *shares])
    heads = ["point", "arm", "n", "treated", "harmed", "treated unharmed"]
    notes = ["Treated: exposure target met, or all given where there is none. In brackets: 95 % intervals."]
    return Section("treatment", "Treatment delivered", [Table("Point by point", heads, rows, notes, words=2)])


def _design(results: SweepResults, first: RunResults) -> Section:
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
    given = courses_picture(first, "What each arm gives at the first point.")
    return Section("question", "Question and design", [Text(lines), swept, points, *given])


def _results(tables: list[pd.DataFrame]) -> Section:
    blocks: list[Table | Picture] = []
    for table in tables:
        metric = table["metric"].iloc[0]
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
    return [share_text(row, "risk"), "reference" if row["arm"] == row["reference"] else difference_text(row)]


def _checks(results: SweepResults, patients: int) -> Section:
    failed = int(results.run.get("failed") or 0)
    there = sum((folder / "run.json").is_file() for folder in results.folders)
    checks = [
        Check("Failed rows", failed == 0, f"{failed} in all points"),
        Check("Completeness", there == len(results.points), f"{there} of {len(results.points)} points are there"),
        Check("Finished", bool(results.run.get("finished")), "every point was written to its end"),
        enough(patients),
    ]
    return Section("checks", "Checks", [Checks(checks)])
