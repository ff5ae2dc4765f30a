"""``desensim run``: one study at a time, its progress, and the block that shows it."""

from __future__ import annotations

import contextlib
import sys
import textwrap
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from abm.scenario import Scenario
    from analysis import RunResults

WIDTH = 100
QUIET_SECONDS = 30.0
"""Off a terminal a line of progress is printed this often."""


def run_one(study: Scenario, out: Path | None, workers: int | None, csv: bool) -> int:
    """Run one study, show it and return how many of its rows failed."""
    from abm.study import run_study

    with warnings.catch_warnings(), progress_of(study) as progress:
        warnings.filterwarnings("ignore", module="analysis")
        warnings.filterwarnings("ignore", message=".*rows failed")
        results = run_study(study, out=out, workers=workers, progress=progress)
    if csv:
        from abm.run_folder import write_csv_copies

        write_csv_copies(results.path)
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


def _show(study: Scenario, results: RunResults) -> None:
    """Print the block of one study: what is asked, a table for each kind of reaction there is, the treatment
    delivered, and the figures."""
    from analysis import (
        comparison_table,
        format_table,
        format_treatment,
        metrics_shown,
        plot_body_surface,
        plot_comparison,
        plot_dilemma,
        treatment_table,
    )

    typer.echo(heading(study))
    for metric in metrics_shown(results):
        typer.echo(format_table(comparison_table(results, metric)))
    typer.echo(f"\n{format_treatment(treatment_table(results))}")
    _figure(results, "comparison.png", plot_comparison)
    _figure(results, "dilemma.png", plot_dilemma)
    if results.recorded("skin") and "any_necrolysis" in metrics_shown(results):
        _figure(results, "body_surface.png", plot_body_surface)


def heading(study: Scenario) -> str:
    """Return what is asked, between rules, so that the blocks of several studies stand apart."""
    rule = "=" * WIDTH
    return "\n".join([rule, *textwrap.wrap(study.question or study.name, WIDTH), rule, ""])


def _figure(results: RunResults, name: str, draw: Callable[[RunResults], Any]) -> None:
    """Draw a figure into the run folder; the tables of a finished run never change, so neither does its figure."""
    from abm.whole_files import write_whole

    path = results.path / name
    if not path.exists():
        drawing = draw(results)
        write_whole(path, lambda file: drawing.savefig(file, format="png", dpi=120))
    typer.echo(f"Figure: {path}")


@contextlib.contextmanager
def progress_of(study: Scenario) -> Iterator[Any]:
    """Yield a progress callback: a bar with the time left on a terminal, a line now and then elsewhere."""
    quiet = QuietLines(study)
    if not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("gone, left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: list[Any] = []

        def update(done: int, patients: int) -> None:
            if not tasks:
                quiet.head(done, patients)
                tasks.append(bar.add_task("patients", total=patients, completed=done))
            bar.update(tasks[0], completed=done)

        yield update


class QuietLines:
    """Progress where nobody watches a terminal."""

    def __init__(self, study: Scenario) -> None:
        self.study = study
        self.before: int | None = None
        self.start = self.last = 0.0

    def head(self, done: int, patients: int) -> None:
        """Say what is about to be run."""
        resumed = f"; {done:,} patients were done before" if done else ""
        times = f" × {self.study.replicates} replicates" if self.study.replicates > 1 else ""
        arms = f"{len(self.study.arms)} arm{'s' if len(self.study.arms) > 1 else ''}"
        sizes = f"{patients:,} patients × {arms}{times} × {self.study.cells:,} mast cells"
        typer.echo(f"{self.study.name}: {sizes}{resumed}", err=True)

    def __call__(self, done: int, patients: int) -> None:
        now = time.monotonic()
        if self.before is None:
            self.before, self.start, self.last = done, now, now
            self.head(done, patients)
        if now - self.last < QUIET_SECONDS or done >= patients:
            return
        self.last = now
        minutes = (now - self.start) / 60 * (patients - done) / max(done - self.before, 1)
        rest = f", about {minutes:.1f} min left" if done > self.before else ""
        typer.echo(f"{self.study.name}: {done:,} of {patients:,} patients{rest}", err=True)
