"""``desensim report``: a finished run as one page that can be read, printed and passed on."""

from __future__ import annotations

import warnings
from pathlib import Path

import typer


def write(run: Path, patient_id: int | None, out: Path | None) -> None:
    """Write the report of a run folder, and say where it is; exit code 2 where the run or the patient is unknown."""
    from analysis import RunFolderError, load_results
    from analysis.report import write_report

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        try:
            path = write_report(load_results(run), out, patient_id=patient_id)
        except (RunFolderError, LookupError, ValueError, OSError) as error:
            typer.echo(str(error) if isinstance(error, OSError) else str(error.args[0]), err=True)
            raise typer.Exit(2) from None
    for warning in told:
        if issubclass(warning.category, UserWarning):
            typer.echo(f"note: {warning.message}", err=True)
    typer.echo(f"Report: {path}")
