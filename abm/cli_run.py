"""``desensim run``: one study at a time, its progress, and the block that shows it."""

from __future__ import annotations

import contextlib
import sys
import textwrap
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from abm.cli_words import bar_columns
from abm.engine.kernel_cache import kernels_are_kept

if TYPE_CHECKING:
    from abm.scenario import Scenario
    from abm.scenario_points import Point, Sweep
    from analysis import RunResults, SweepResults

WIDTH = 100
QUIET_SECONDS = 30.0
"""Off a terminal a line of progress is printed this often."""

REPORT = "report.html"
FIGURES = ("comparison.png", "body_surface.png", "dilemma.png")
"""Of the figures of a run, those that are named on the terminal."""


def run_one(study: Scenario | Sweep, out: Path | None, workers: int | None, csv: bool) -> int:
    """Run one study, show it and return how many of its rows failed."""
    from abm.study import run_study

    with warnings.catch_warnings(), progress_of(study) as progress:
        warnings.filterwarnings("ignore", module="analysis")
        warnings.filterwarnings("ignore", message=".*rows failed")
        results = run_study(study, out=out, workers=workers, progress=progress)
    if csv:
        _write_csv(results)
    failed = results.failed
    if len(failed):
        typer.echo(
            f"{len(failed)} of {len(results.outcomes)} rows failed; their reasons are in outcomes.parquet. "
            f"The first: {failed['failure_reason'].iloc[0]}",
            err=True,
        )
    if len(failed) < len(results.outcomes):
        _show(study, results)
    typer.echo(f"Everything is in {results.path}")
    return len(failed)


def _write_csv(results: RunResults | SweepResults) -> None:
    """Write every table as CSV beside it, those of a sweep's points too."""
    from abm.run_folder import write_csv_copies

    write_csv_copies(results.path)
    for folder in getattr(results, "folders", ()):
        write_csv_copies(folder)


def _show(study: Scenario | Sweep, results: RunResults | SweepResults) -> None:
    """Print the block of one study: what is asked, a table for each kind of reaction there is, the treatment
    delivered, and where the figures and the report are."""
    from analysis import SweepResults, format_points, format_table, format_treatment, points_table
    from analysis.report.results import tables_of

    typer.echo(heading(study))
    if isinstance(results, SweepResults):
        for metric in results.metrics_shown():
            typer.echo(format_points(points_table(results, metric)) + "\n")
        _report(results, [])
        return
    comparisons, treatments = tables_of(results)
    for table in comparisons:
        typer.echo(format_table(table))
    typer.echo(f"\n{format_treatment(treatments)}")
    _report(results, comparisons)


def _report(results: RunResults | SweepResults, comparisons: list[Any]) -> None:
    """Draw and write what a finished run lacks of figures and report; its tables never change, so neither do these."""
    from abm.whole_files import write_whole

    path = results.path / REPORT
    if not path.exists():
        from analysis import RunResults
        from analysis.report import report_html
        from analysis.report.pictures import pictures_of

        drawn = pictures_of(results, comparisons) if isinstance(results, RunResults) else None
        for picture in drawn.all if drawn else ():
            write_whole(results.path / f"{picture.name}.png", partial(_write, picture.png))
        write_whole(path, partial(_write, report_html(results, pictures=drawn).encode()))
    for name in FIGURES:
        if (results.path / name).exists():
            typer.echo(f"Figure: {results.path / name}")
    typer.echo(f"Report: {path}")


def _write(content: bytes, file: BinaryIO) -> None:
    file.write(content)


def _first(study: Scenario | Sweep) -> tuple[Scenario, tuple[Point, ...]]:
    """The scenario, or that of a sweep's first point, and the points."""
    from abm.scenario_points import Sweep

    return (study.points[0].scenario, study.points) if isinstance(study, Sweep) else (study, ())


def described(study: Scenario | Sweep) -> str:
    """Say in a line whom a checked study treats, and how; of a sweep, also what it varies."""
    one, points = _first(study)
    arms = ", ".join(arm.name + (" (reference)" if arm.reference else "") for arm in one.arms)
    swept = f"{len(points):,} points over {', '.join(axis.path for axis in study.axes)}; " if points else ""  # type: ignore[union-attr]
    return f"{swept}{one.cohort.patients:,} patients, arms {arms}"


def sizes_of(study: Scenario | Sweep) -> str:
    """Say how much there is to run; of a sweep's points, the first."""
    one, points = _first(study)
    times = f" × {one.replicates} replicates" if one.replicates > 1 else ""
    arms = f"{len(one.arms)} arm{'s' if len(one.arms) > 1 else ''}"
    many = f"{len(points):,} points × " if points else ""
    return f"{many}{one.cohort.patients:,} patients × {arms}{times} × {one.cells:,} mast cells"


def heading(study: Scenario | Sweep) -> str:
    """Return what is asked, between rules, so that the blocks of several studies stand apart."""
    rule = "=" * WIDTH
    return "\n".join([rule, *textwrap.wrap(study.question or study.name, WIDTH), rule, ""])


@contextlib.contextmanager
def progress_of(study: Scenario | Sweep) -> Iterator[Any]:
    """Yield a progress callback: a bar with the time left on a terminal, a line now and then elsewhere."""
    quiet = QuietLines(study)
    if not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(*bar_columns(), console=Console(stderr=True), transient=True) as bar:
        tasks: list[Any] = []

        def update(done: int, patients: int) -> None:
            if not tasks:
                quiet.head(done)
                tasks.append(bar.add_task("patients", total=patients, completed=done))
            bar.update(tasks[0], completed=done)

        yield update


class QuietLines:
    """Progress where nobody watches a terminal."""

    def __init__(self, study: Scenario | Sweep) -> None:
        self.study = study
        self.before: int | None = None
        self.start = self.last = 0.0

    def head(self, done: int) -> None:
        """Say what is about to be run."""
        resumed = f"; {done:,} patients were done before" if done else ""
        typer.echo(f"{self.study.name}: {sizes_of(self.study)}{resumed}", err=True)
        if not kernels_are_kept():
            typer.echo("compiling the simulation first; on a new computer that takes about a minute", err=True)

    def __call__(self, done: int, patients: int) -> None:
        now = time.monotonic()
        if self.before is None:
            self.before, self.start, self.last = done, now, now
            self.head(done)
        if now - self.last < QUIET_SECONDS or done >= patients:
            return
        self.last = now
        minutes = (now - self.start) / 60 * (patients - done) / max(done - self.before, 1)
        rest = f", about {minutes:.1f} min left" if done > self.before else ""
        typer.echo(f"{self.study.name}: {done:,} of {patients:,} patients{rest}", err=True)
