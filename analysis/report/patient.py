"""The page of one patient: traits, how every arm went, the time line, and what was recorded."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.figures.drawing import arm_name
from analysis.figures.patient import plot_patient, plot_series
from analysis.formatting import short
from analysis.load import PatientRecord, RunResults
from analysis.report.checks import limits_section, provenance_section
from analysis.report.parts import Page, Picture, Section, Table, Text, picture

MOST_EVENTS = 400
_NOTHING = {"–", "none", "no", "0"}


def patient_page(results: RunResults, patient_id: int) -> Page:
    """Build the page of one patient; a LookupError names the ids there are."""
    record = results.patient(patient_id)
    title = f"Patient {patient_id} of the run “{results.scenario}”"
    sections = [
        _short(results, record), _traits(results, record), _outcomes(results, record), *_course(record),
        *_series(results, patient_id), _events(record), provenance_section(results), limits_section(),
    ]  # fmt: skip
    traits = record.traits
    about = [
        ("Patient", str(patient_id)), ("Age and sex", f"{traits['age_y']:.0f} years, {traits['sex']}"),
        ("Weight", f"{traits['weight_kg']:.0f} kg"), ("Arms", str(len(results.arms))),
        ("Replicates", str(record.outcomes["replicate"].nunique())), ("Seed", str(results.run.get("seed", "?"))),
        ("Program", f"desensim {results.run.get('version', '?')}"),
    ]  # fmt: skip
    return Page(title, "Report of one virtual patient", about, sections)


def _short(results: RunResults, record: PatientRecord) -> Section:
    lines = []
    for _, row in record.outcomes.iterrows():
        again = f", replicate {row['replicate']}" if record.outcomes["replicate"].nunique() > 1 else ""
        lines.append(f"{arm_name(row['arm'], None)}{again}: {_fate(row)}.")
    question = results.run.get("question")
    return Section("in_short", "In short", [*([Text([question])] if question else []), Text(lines, listed=True)])


def _fate(row: pd.Series) -> str:
    """Say in a line how an arm went."""
    if row["status"] == "failed":
        return f"the simulation failed ({row['failure_reason']})"
    if "treated" in row and row["treated"] is not pd.NA and not row["treated"]:
        return "not treated: died in the arm before"
    parts = []
    if str(row["severity"]) != "none":
        dose, step = row["dose_at_reaction_mg"], row["step_at_reaction"]
        at = "" if pd.isna(step) else f" in step {int(step)} of {row['protocol_at_reaction']}"
        parts.append(
            f"{row['severity']} reaction after {short(float(row['onset_min']))} min{at}, {short(float(dose))} mg"
        )
    if "necrolysis" in row and str(row["necrolysis"]) != "none":
        onset, worst = float(row["skin_onset_d"]), float(row["max_detached_percent"])
        parts.append(f"{row['necrolysis']} from day {short(onset)}, {short(worst)} % of the body surface detached")
        parts += ["died"] if row["died"] is not pd.NA and bool(row["died"]) else []
    given = f"{short(float(row['delivered_dose_mg']))} of {short(float(row['planned_dose_mg']))} mg given"
    return ", ".join([*(parts or ["no reaction"]), given])


def _traits(results: RunResults, record: PatientRecord) -> Section:
    described = results.columns[results.columns["table"] == "patients"]
    rows = []
    for row in described.itertuples(index=False):
        if row.name == "patient_id" or row.name not in record.traits:
            continue
        value, everyone = record.traits[row.name], results.patients[row.name]
        number = pd.api.types.is_numeric_dtype(everyone) and not pd.api.types.is_bool_dtype(everyone)
        rank = f"{100 * float((everyone <= value).mean()):.0f} %" if number and everyone.nunique() > 1 else ""
        rows.append([row.name, row.meaning, row.unit, _text(value), rank])
    heads = ["trait", "meaning", "unit", "value", "share of the cohort at or below"]
    return Section("traits", "Traits", [Table("Traits and tests", heads, rows, words=3)])


def _outcomes(results: RunResults, record: PatientRecord) -> Section:
    """Every outcome that any arm has, arms side by side."""
    described = results.columns[results.columns["table"] == "outcomes"]
    frame = record.outcomes.drop(columns=["scenario", "patient_id"])
    several = frame["replicate"].nunique() > 1
    heads = [f"{row['arm']}, {row['replicate']}" if several else str(row["arm"]) for _, row in frame.iterrows()]
    rows, empty = [], []
    for row in described.itertuples(index=False):
        if row.name not in frame or row.name in ("arm", "replicate"):
            continue
        values = [_text(value) for value in frame[row.name]]
        if set(values) <= _NOTHING:
            empty.append(row.name)
        else:
            rows.append([row.name, row.unit, *values])
    notes = [f"Missing, none, no or zero in every arm: {', '.join(empty)}."] if empty else []
    table = Table("Outcomes, arms side by side", ["outcome", "unit", *heads], rows, notes, words=2)
    meanings = [[row.name, row.meaning] for row in described.itertuples(index=False) if row.name in frame]
    told = Table("What the outcomes mean", ["outcome", "meaning"], meanings, words=2, folded=True)
    return Section("outcomes", "How every arm went", [table, told])


def _course(record: PatientRecord) -> list[Section]:
    events = record.events[record.events["replicate"] == record.events["replicate"].min()]
    if events.empty:
        return []
    figure = plot_patient(events, title=f"Doses and reactions of patient {record.patient_id}")
    drawn = "A row for each arm: drug given so far over time, with marks for reactions, treatments, pauses and signs."
    caption = f"Doses and reactions in every arm{_which(record.events)}."
    return [Section("course", "Time line", [picture("patient", figure, caption, drawn)])]


def _which(frame: pd.DataFrame) -> str:
    """Say which replicate is drawn where there are several."""
    several = frame["replicate"].nunique() > 1
    return f", replicate {frame['replicate'].min()} of {frame['replicate'].nunique()}" if several else ""


def _series(results: RunResults, patient_id: int) -> list[Section]:
    """What was recorded of the patient, where the run has it."""
    blocks: list[Picture] = []
    for table, read, words in (
        ("timeseries", results.timeseries, "Drug, mediators and blood pressure"),
        ("skin", results.skin, "T cells and skin"),
    ):
        if not results.recorded(table):
            continue
        frame = read(patient_id=patient_id)
        which = _which(frame)
        frame = frame[frame["replicate"] == frame["replicate"].min()]
        if len(frame):
            title = f"{words} of patient {patient_id}"
            drawn = "A panel for each quantity over time, a line for each arm."
            blocks.append(picture(table, plot_series(frame, title=title), f"{words} over time{which}.", drawn))
    return [Section("series", "Recorded over time", blocks)] if blocks else []


def _events(record: PatientRecord) -> Section:
    shown = record.events.head(MOST_EVENTS)
    rows = [
        [f"{row['arm']}", str(row["event"]), _text(row["protocol"]), _text(row["time_min"]), _text(row["step"]),
         _text(row["dose_mg"]), _text(row["cumulative_dose_mg"]), _text(row["severity"])]
        for _, row in shown.iterrows()
    ]  # fmt: skip
    heads = ["arm", "event", "protocol", "time, min", "step", "dose, mg", "dose so far, mg", "grade"]
    more = len(record.events) - len(shown)
    notes = [f"{more} later events are in events.parquet."] if more else []
    table = Table(f"All {len(record.events):,} events", heads, rows, notes, words=3, folded=True)
    kinds = record.events.groupby(["event", "arm"], sort=False).size().unstack(fill_value=0)
    counts = [[str(event), *(str(count) for count in row)] for event, row in kinds.iterrows()]
    return Section("events", "Events", [Table("How many", ["event", *map(str, kinds.columns)], counts), table])


def _text(value: Any) -> str:
    """Format any value of a table; a dash where it is missing."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, float):
        return short(value)
    return {"True": "yes", "False": "no", "": "–"}.get(str(value), str(value))
