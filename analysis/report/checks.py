"""The last sections of a report: whether the run is whole, what it rests on, where it comes from, its limits."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.courses import duration_words
from analysis.load import RunResults
from analysis.metrics import not_treated
from analysis.points import SweepResults
from analysis.report.parts import Check, Checks, Section, Table, Text

KINDS = ("measured", "derived", "fitted", "assumed")
FEW_PATIENTS = 30
_LIMITS = (
    "These are virtual patients of a simplified model. Its numbers say what follows from the model's assumptions, not "
    "what will happen to a person.",
    "Intervals describe chance among patients of this virtual population. They do not contain the uncertainty about "
    "the model or its parameters.",
    "Compare arms rather than reading one arm's level: the same patients go through all arms with equal chance events.",
    "The delayed part (T cells) rests on fewer measurements than the immediate one, many of them in mice.",
    "After Stevens-Johnson syndrome or toxic epidermal necrolysis the drug must not be given again, by any schedule.",
)


def checks_section(results: RunResults, comparisons: list[pd.DataFrame]) -> Section:
    """Say whether rows failed or are missing, and where numbers are too few to read much into."""
    outcomes, patients = results.outcomes, len(results.patients)
    failed, expected = results.failed, patients * len(results.arms) * max(1, outcomes["replicate"].nunique())
    reasons = "; ".join(f"{reason} ({count})" for reason, count in failed["failure_reason"].value_counts()[:5].items())
    dead = int(not_treated(outcomes).sum())
    checks = [
        Check("Failed rows", failed.empty, f"{len(failed)} of {len(outcomes):,}" + (f": {reasons}" if reasons else "")),
        Check(
            "Completeness", len(outcomes) == expected,
            f"{len(outcomes):,} of {expected:,} rows (patients × arms × replicates)",
        ),
        Check("Finished", bool(results.run.get("finished", True)), "every table was written to its end"),
        Check(
            "Content hashes", bool(results.run.get("content_hashes")),
            f"{len(results.run.get('content_hashes', {}))} tables have one in run.json, to compare with another run's; "
            "the files are not hashed again here",
        ),
        Check(
            "Program", results.run.get("dirty") is not True,
            "files were changed since the commit" if results.run.get("dirty") else "as released or committed",
        ),
        enough(patients),
        *_changed(results),
    ]  # fmt: skip
    if dead:
        checks.append(Check("Not treated", True, f"{dead} rows of patients who died in the arm that this one follows"))
    checks += [_discordant(table) for table in comparisons if len(table) > 1]
    return Section("checks", "Checks", [Checks(checks)])


def enough(patients: int) -> Check:
    """Whether there are patients enough to read estimates and not only intervals."""
    few = f"; fewer than {FEW_PATIENTS}: read the intervals, not the estimates"
    return Check("Patients", patients >= FEW_PATIENTS, f"{patients:,}{few if patients < FEW_PATIENTS else ''}")


def _discordant(table: pd.DataFrame) -> Check:
    compared = table[table["helped"].notna() & table["risk_difference"].notna()]
    least = int((compared["helped"] + compared["harmed"]).min()) if len(compared) else 0
    more = "" if least >= 10 else "; with fewer than 10 a difference is uncertain, however small its p"
    name = f"Pairs that differ ({table['metric'].iloc[0]})"
    return Check(name, least >= 10, f"{least} in the arm with fewest{more}")


def _changed(results: RunResults) -> list[Check]:
    changed = results.run.get("identity", {}).get("scenario", {}).get("parameters") or {}
    if not changed:
        return []
    listed = ", ".join(f"{name} = {value:g}" for name, value in changed.items())
    return [Check("Parameters", False, f"the scenario changes {listed}")]


def parameters_section(results: RunResults) -> Section:
    """Count the numbers of the model by kind, and list them, the fitted ones in sight."""
    file = results.path / "parameters.csv"
    if not file.is_file():
        return Section("parameters", "Parameters by kind", [Text(["This run folder holds no parameters.csv."])])
    table = pd.read_csv(file, keep_default_na=False, dtype={"name": "string", "unit": "string"})
    table = table.assign(group=_groups(table["name"], set(results.run.get("drugs", []))))
    counts = pd.crosstab(table["group"], table["kind"]).reindex(columns=list(KINDS), fill_value=0)
    rows = [[str(group), *(str(count or "–") for count in row)] for group, row in counts.iterrows()]
    rows.append(["all", *(f"{count:,}" for count in counts.sum())])
    assumed = float((table["kind"] == "assumed").mean())
    lines = [
        f"{len(table):,} numbers, each with a source in parameters.csv. {100 * assumed:.0f} % are assumptions: "
        "measured by nobody, with a reason and a range. Measured: in an experiment. Derived: from measured ones. "
        "Fitted: to published outcomes."
    ]
    lists = [_listed(table, kind) for kind in KINDS if (table["kind"] == kind).any()]
    return Section(
        "parameters", "Parameters by kind", [Text(lines), Table("How many", ["group", *KINDS], rows), *lists]
    )


def _groups(names: pd.Series, used: set[str]) -> pd.Series:
    """What a name has before its last point; drugs that are not in the run together."""
    groups = names.str.rsplit(".", n=1).str[0]
    other = groups.str.startswith("drugs.") & ~groups.str.removeprefix("drugs.").isin(used)
    return groups.mask(other, "drugs, others")


def _listed(table: pd.DataFrame, kind: str) -> Table:
    chosen = table[table["kind"] == kind]
    rows = [
        [row["name"], row["source"], row["unit"], f"{float(row['value']):.4g}",
         f"{float(row['low']):.3g} to {float(row['high']):.3g}"]
        for _, row in chosen.iterrows()
    ]  # fmt: skip
    heads = ["name", "source", "unit", "value", "range"]
    return Table(f"{len(rows)} {kind}", heads, rows, words=3, folded=kind != "fitted")


def provenance_section(results: RunResults | SweepResults) -> Section:
    """Say what made the run, and how to make it again."""
    run = results.run
    sessions = run.get("timings", {}).get("sessions", [])
    seconds = sum(session.get("seconds") or 0.0 for session in sessions)
    rows = [
        ["program", f"desensim {run.get('version', '?')}"],
        ["commit", _commit(run)],
        ["seed", str(run.get("seed", "?"))],
        ["identity", str(run.get("identity", {}).get("hash", "not recorded"))],
        ["finished", str(run.get("timings", {}).get("finished", "not recorded"))],
        ["computed in", f"{duration_words(seconds / 60)}, {len(sessions)} session{'s' if len(sessions) != 1 else ''}"],
        ["command", " ".join(map(str, run.get("command", []))) or "from Python"],
        *([name, str(value)] for name, value in run.get("environment", {}).items()),
        *([f"hash of {name}", str(value)] for name, value in run.get("content_hashes", {}).items()),
    ]
    again = "desensim run scenario.yaml, with the run folder's scenario.yaml and this version, gives the same numbers."
    return Section(
        "provenance", "Provenance", [Text([again]), Table("Birth certificate", ["what", "value"], rows, words=2)]
    )


def _commit(run: dict[str, Any]) -> str:
    if not run.get("commit"):
        return "an installed release"
    return str(run["commit"]) + (", with changes that were not committed" if run.get("dirty") else "")


def limits_section() -> Section:
    """Say what the results are not."""
    return Section("limits", "Limits", [Text(_LIMITS, listed=True)])
