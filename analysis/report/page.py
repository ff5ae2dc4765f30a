"""The report of a run: one HTML file that shows the question, what was done, what came of it, and what to doubt.

It holds its style and figures, loads nothing from anywhere, and prints on A4.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analysis.asked import require_one_run
from analysis.courses import drug_words
from analysis.load import RunResults
from analysis.points import SweepResults
from analysis.report.checks import checks_section, limits_section, parameters_section, provenance_section
from analysis.report.design import design_section, population_section
from analysis.report.parts import Page, rendered, written
from analysis.report.pictures import Pictures, pictures_of
from analysis.report.results import results_section, short_section, tables_of, treatment_section

FILE = "report.html"


def write_report(
    results: RunResults | SweepResults, path: str | Path | None = None, *, patient_id: int | None = None
) -> Path:
    """Write the report of a run, of a sweep, or of one patient of a run.

    Parameters
    ----------
    results : RunResults or SweepResults
    path : path, optional
        File, or the folder that it is to stand in; by default ``report.html`` in the run folder, of a patient
        ``patient-<id>.html``.
    patient_id : int, optional
        A patient of the run: then the page tells this patient's traits and course in every arm.

    Returns
    -------
    pathlib.Path
        The file, written whole or not at all.

    Raises
    ------
    LookupError
        If the run has no such patient.
    ValueError
        If a patient of a sweep is asked for; a point of it is a run that has patients.
    OSError
        If the file cannot be written.
    """
    if not isinstance(results, SweepResults):
        require_one_run(results)
    name = FILE if patient_id is None else f"patient-{patient_id}.html"
    file = results.path / name if path is None else Path(path)
    return written(file / name if file.is_dir() else file, report_html(results, patient_id=patient_id))


def report_html(
    results: RunResults | SweepResults, *, patient_id: int | None = None, pictures: Pictures | None = None
) -> str:
    """Return the report as HTML; see `write_report`. `pictures` are those of a run, where they have been drawn."""
    if isinstance(results, SweepResults):
        from analysis.report.sweep import sweep_page

        if patient_id is not None:
            raise ValueError(
                f"{results.path} is a sweep, whose points have the same patients; give the folder of one point, "
                f"such as {results.folders[0]}"
            )
        return rendered(sweep_page(results))
    if patient_id is not None:
        from analysis.report.patient import patient_page

        return rendered(patient_page(results, patient_id))
    return rendered(_run_page(results, pictures))


def _run_page(results: RunResults, drawn: Pictures | None) -> Page:
    comparisons, treatments = tables_of(results)
    pictures = pictures_of(results, comparisons) if drawn is None else drawn
    sections = [
        short_section(results, comparisons, treatments),
        design_section(results, pictures.design),
        population_section(results),
        results_section(results, comparisons, pictures.results),
        treatment_section(treatments, pictures.treatment),
        checks_section(results, comparisons),
        parameters_section(results),
        provenance_section(results),
        limits_section(),
    ]
    title = results.run.get("question") or results.scenario
    return Page(title, f"Report of the run “{results.scenario}”", about(results), sections)


def about(results: RunResults) -> list[tuple[str, str]]:
    """What stands in the head of a report."""
    run: dict[str, Any] = results.run
    return [
        ("Patients", f"{len(results.patients):,}"),
        ("Arms", str(len(results.arms))),
        ("Mast cells per patient", f"{run['cells']:,}" if "cells" in run else "?"),
        ("Replicates", str(run.get("replicates", "?"))),
        ("Drugs", ", ".join(drug_words(drug) for drug in run.get("drugs", [])) or "?"),
        ("Seed", str(run.get("seed", "?"))),
        ("Finished", str(run.get("timings", {}).get("finished", "?")).split("T")[0]),
        ("Program", f"desensim {run.get('version', '?')}"),
    ]
