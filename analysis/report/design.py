"""The first sections of a report: what was asked, what was given, and to whom."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.courses import courses, drug_words, duration_words, rules_in_words, scenario_arms
from analysis.delayed import case_weight
from analysis.formatting import percent, short
from analysis.load import RunResults
from analysis.report.parts import Picture, Section, Table, Text
from analysis.treatment import target_words

MOST_VALUES = 12


def design_section(results: RunResults, pictures: list[Picture]) -> Section:
    """Describe the question, the arms and the courses."""
    scenario = results.run.get("identity", {}).get("scenario", {})
    lines = [results.run.get("question") or f"Scenario {results.scenario}."]
    lines.append(
        f"Every patient goes through every arm with the same chance events; arms are compared with {results.reference} "
        "within patients."
        if len(results.arms) > 1
        else "One arm: the same patients can be compared with another arm by adding it to the scenario."
    )
    targets = [target for drug in results.run.get("targets", {}) if (target := target_words(results, drug))]
    lines += [f"Exposure aimed at: {'; '.join(targets)}."] if targets else []
    if "follow_up_min" in scenario:
        lines.append(f"Followed up for {duration_words(scenario['follow_up_min'])} after the course.")
    return Section("question", "Question and design", [Text(lines), _arms_table(results), *pictures, *_steps(results)])


def _arms_table(results: RunResults) -> Table:
    known, given = {arm["name"]: arm for arm in scenario_arms(results)}, courses(results)
    rows = []
    for arm in results.arms:
        course = "; then ".join(stretch.words for stretch in given.get(arm, ())) or "as in scenario.yaml"
        name = f"{arm} (reference)" if arm == results.reference else arm
        rows.append([name, course, "; ".join(rules_in_words(known.get(arm, {}))) or "–"])
    return Table("The arms", ["arm", "course", "rules"], rows, words=3)


def _steps(results: RunResults) -> list[Table]:
    """Every step of the arms whose course has some, folded away."""
    tables, seen = [], set[tuple[object, ...]]()
    for arm, course in courses(results).items():
        steps = [dose for stretch in course if len(stretch.doses) > 1 for dose in stretch.doses if dose.length_min > 0]
        if not steps or tuple(steps) in seen:
            continue
        seen.add(tuple(steps))
        rows = [
            [str(d.step), d.protocol, str(d.bag or "–"), "–" if d.rate_ml_per_h is None else f"{d.rate_ml_per_h:g}",
             f"{d.length_min:.5g}", f"{d.dose:.4g} {d.unit}", duration_words(d.start_min) if d.start_min else "0"]
            for d in steps
        ]  # fmt: skip
        heads = ["step", "protocol", "bag", "mL/h", "minutes", "dose", "begins after"]
        tables.append(Table(f"Steps of {arm}", heads, rows, words=2, folded=True))
    return tables


def population_section(results: RunResults) -> Section:
    """Describe the patients: numbers by median and quartiles, the rest by counts."""
    patients = results.patients
    scenario = results.run.get("identity", {}).get("scenario", {})
    cohort = scenario.get("cohort", {})
    who = drug_words(str(cohort.get("population", results.run.get("population", "as in scenario.yaml"))))
    lines = [f"{len(patients):,} virtual patients of the population “{who}”."]
    chosen = [_condition(each) for each in cohort.get("select", [])]
    lines += [f"Admitted: {'; '.join(chosen)}."] if chosen else []
    if cohort.get("given"):
        share = case_weight(results)
        lines.append(
            f"Drawn given {', '.join(cohort['given'])}"
            + (f", as {percent(share)} of the population are (one in {1 / share:,.0f})." if share == share else ".")
        )
    described = results.columns[results.columns["table"] == "patients"].set_index("name")
    rows, same = [], []
    for name in patients.columns.drop("patient_id"):
        values = patients[name].dropna()
        if values.nunique() == 1 and len(patients) > 1:
            same.append(f"{name} {_value(values.iloc[0])}")
        elif len(values):
            rows.append([name, *_distribution(values), described.loc[name, "unit"], described.loc[name, "meaning"]])
    heads = ["trait", "median or share", "middle half", "range", "unit", "meaning"]
    notes = [f"The same in everybody: {', '.join(same)}."] if same else []
    rows = [[row[0], row[5], row[4], row[1], row[2], row[3]] for row in rows]
    heads = [heads[0], heads[5], heads[4], heads[1], heads[2], heads[3]]
    return Section("population", "Population", [Text(lines), Table("Traits", heads, rows, notes, words=3)])


def _condition(asked: dict[str, Any]) -> str:
    relation = " " if asked["relation"] == "==" else f" {asked['relation']} "
    value = {True: "yes", False: "no"}.get(asked["value"], asked["value"])
    return f"{asked['trait']}{relation}{value}"


def _distribution(values: pd.Series) -> tuple[str, str, str]:
    if pd.api.types.is_bool_dtype(values):
        return percent(float(values.mean())), "", ""
    if not pd.api.types.is_numeric_dtype(values):
        counts = values.value_counts(normalize=True)[:MOST_VALUES]
        return ", ".join(f"{name} {percent(share)}" for name, share in counts.items()), "", ""
    low, first, middle, third, high = values.astype("float64").quantile([0.0, 0.25, 0.5, 0.75, 1.0])
    return _value(middle), f"{_value(first)} to {_value(third)}", f"{_value(low)} to {_value(high)}"


def _value(value: object) -> str:
    """Format a trait to three digits."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return {"True": "yes", "False": "no"}.get(str(value), str(value))
    return short(float(value))
