"""``desensim optimise`` and ``desensim sensitivity``: options, progress, and what is printed at the end."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abm.cli_words import DISCLAIMER, bar_columns

if TYPE_CHECKING:
    import pandas as pd

QUIET_SECONDS = 30.0
_SHOWN = 12
Changes = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value of the scenario; repeatable.")
]
Out = Annotated[Path | None, typer.Option(help="Folder; the same command again resumes.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Threads; by default one per processor.")]

OPTIMISE_EXAMPLE = "Example: desensim optimise rdd --set drug=ceftriaxone --out runs/ceftriaxone_ladder"
SENSITIVITY_EXAMPLE = "Example: desensim sensitivity comparison --arm full_dose --arm rdd --out runs/sensitivity"


def optimise(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Shipped name or file.")] = "rdd",
    arm: Annotated[str | None, typer.Option(help="Arm whose protocol is replaced; else the reference.")] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="Designs that are looked at (100).")] = None,
    patients: Annotated[int | None, typer.Option(min=3, help="Patients of the search (60).")] = None,
    cells: Annotated[int | None, typer.Option(min=50, help="Mast cells of each in the search (600).")] = None,
    sets: Annotated[int | None, typer.Option(min=0, help="Other sets of the fitted parameters (3).")] = None,
    quantile: Annotated[float | None, typer.Option(min=0, max=1, help="Of the risks over the sets (0.75).")] = None,
    fresh: Annotated[int | None, typer.Option(min=10, help="Patients no search has seen (1000).")] = None,
    fresh_cells: Annotated[int | None, typer.Option(min=50, help="Mast cells of those (2000).")] = None,
    limit: Annotated[float | None, typer.Option(min=0.001, max=0.5, help="Of the risk's upper bound (0.05).")] = None,
    finalists: Annotated[int | None, typer.Option(min=1, max=20, help="Designs tried on fresh patients (5).")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Key of the search's own choices (1).")] = None,
    out: Out = None,
    workers: Workers = None,
    changes: Changes = None,
) -> None:
    """Look for the shortest ladder that is safe, beside the published protocols.

    Safe: the upper 95 % bound of the share of fresh patients with a moderate or severe reaction is within the limit.
    """
    from abm.scenario_file import load_scenario
    from abm.studies import optimise as study
    from abm.studies.optimise_search import Effort
    from abm.studies.science import BadQuestion

    asked = load_scenario(scenario, changes or ())
    arms = {each.name: each for each in asked.arms}
    if arm is not None and arm not in arms:
        raise BadQuestion(f"no arm {arm!r}; the arms of {asked.name} are {', '.join(arms)}")
    effort = Effort(**_given(
        trials=trials, patients=patients, cells=cells, sets=sets, quantile=quantile, fresh=fresh,
        fresh_cells=fresh_cells, limit=limit, finalists=finalists, seed=seed,
    ))  # fmt: skip
    with counted() as progress:
        found = study.optimise(asked, arms[arm] if arm else asked.reference, effort, out, _threads(workers), progress)
    typer.echo(protocols_text(found.protocols, effort.limit))
    typer.echo(study.verdict(found, effort))
    _figure(
        found.folder / "front.png",
        lambda draw: draw.plot_protocol_front(found.trials, found.protocols, limit=effort.limit),
    )
    whose = "The scenario of the least risky design" if found.why == "riskier" else "The winner's scenario"
    typer.echo(f"{whose}: {found.folder / 'winner.yaml'}; everything is in {found.folder}\n{DISCLAIMER}")


def sensitivity(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Shipped name or file.")],
    measure: Annotated[str, typer.Option(help="Outcome that parameters are ranked by.")] = "harmed",
    parameters: Annotated[
        list[str] | None, typer.Option("--parameter", help="Name or pattern such as 'mast_cell.*'; repeatable.")
    ] = None,
    arms: Annotated[list[str] | None, typer.Option("--arm", help="Arm to look at; repeatable.")] = None,
    patients: Annotated[int | None, typer.Option(min=2, help="Patients at every point (24).")] = None,
    cells: Annotated[int | None, typer.Option(min=10, help="Mast cells of each; else the scenario's.")] = None,
    top: Annotated[int | None, typer.Option(min=0, help="Leading parameters for Morris' screening (8).")] = None,
    trajectories: Annotated[int | None, typer.Option(min=0, help="Morris' trajectories (6).")] = None,
    sobol_top: Annotated[int | None, typer.Option(min=0, help="Leading parameters for Sobol' indices (3).")] = None,
    sobol_points: Annotated[int | None, typer.Option(min=0, help="Their base sample, a power of two (16).")] = None,
    sets: Annotated[int | None, typer.Option(min=0, help="Sets of all parameters, to split the variance (20).")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Key of the designs (1).")] = None,
    out: Out = None,
    workers: Workers = None,
    changes: Changes = None,
) -> None:
    """Rank assumed and fitted parameters by what they change, and split the variance of the outcome.

    All points have the same patients and the same chance events. Measures: harmed, moderate_or_severe, reacted,
    any_necrolysis, released_fraction, max_detached_percent.
    """
    from abm.scenario_file import load_scenario
    from abm.studies import sensitivity as study

    plan = study.Plan(measure=measure, parameters=tuple(parameters or ()), arms=tuple(arms or ()), **_given(
        patients=patients, cells=cells, top=top, trajectories=trajectories, sobol_top=sobol_top,
        sobol_points=sobol_points, sets=sets, seed=seed,
    ))  # fmt: skip
    with counted() as progress:
        found = study.sensitivity(load_scenario(scenario, changes or ()), plan, out, _threads(workers), progress)
    typer.echo(ranking_text(found.table))
    typer.echo(variance_text(found.variance))
    for arm in dict.fromkeys(found.table["arm"]):
        _figure(found.folder / f"{arm}.png", methodcaller("plot_sensitivity", found.table, arm))
    typer.echo(f"Everything is in {found.folder}\n{DISCLAIMER}")


def _given(**sizes: Any) -> dict[str, Any]:
    return {name: size for name, size in sizes.items() if size is not None}


def _threads(workers: int | None) -> int:
    from abm.provenance import usable_cpus

    return usable_cpus() if workers is None else workers


def _figure(path: Path, draw: Callable[[Any], Any]) -> None:
    """Draw a figure with a function of `analysis`."""
    import analysis
    from abm.whole_files import write_whole

    drawing = draw(analysis)
    write_whole(path, lambda file: drawing.savefig(file, format="png", dpi=120))
    typer.echo(f"Figure: {path}")


def protocols_text(table: pd.DataFrame, limit: float) -> str:
    """The protocols by length: risk on the fresh patients with exact limits, and the difference from the ladder's."""
    lines = [
        f"{'protocol':<16}{'steps':>6}{'hours':>7}{'moderate or severe, %':>24}{'difference, points':>22}"
        f"{'other sets, %':>16}"
    ]
    for row in table.sort_values("duration_min").itertuples():
        risk = f"{100 * row.risk:.1f} ({100 * row.risk_low:.1f}\u2013{100 * row.risk_high:.1f})"
        gap = "reference"
        if row.risk_difference == row.risk_difference:
            limits = f"{100 * row.risk_difference_low:.1f} to {100 * row.risk_difference_high:.1f}"
            gap = f"{100 * row.risk_difference:.1f} ({limits})"
        mark = " *" if row.risk_high <= limit else ""
        lines.append(
            f"{row.protocol:<16}{row.steps:>6}{row.duration_min / 60:>7.2f}{risk:>24}{gap:>22}"
            f"{100 * row.robust_risk:>9.0f}, {100 * row.worst_risk:.0f}{mark}"
        )
    lines.append(
        f"{int(table['n'].max())} fresh patients, exact 95 % limits. Other sets: quantile and worst of the risks under "
        f"other sets of the fitted parameters.\n* within the limit of {100 * limit:g} %"
    )
    return "\n".join(lines)


def ranking_text(table: pd.DataFrame) -> str:
    """The leading parameters of each arm."""
    lines = []
    for arm, part in table.groupby("arm", sort=False):
        unused = int((~part["used"]).sum())
        lines.append(f"\n{arm}: {part['measure'].iloc[0]} is {part['at_value'].iloc[0]:.3g} as things are")
        lines.append(
            f"{'parameter':<44}{'kind':<9}{'at low':>9}{'at high':>9}{'effect':>9}{'± s.e.':>8}{'µ*':>8}{'σ':>8}"
        )
        for row in part[part["effect"] > 0.0].head(_SHOWN).itertuples():
            screened = f"{row.mu_star:>8.3f}{row.sigma:>8.3f}" if row.mu_star == row.mu_star else f"{'-':>8}{'-':>8}"
            lines.append(
                f"{row.parameter:<44}{row.kind:<9}{row.at_low:>9.3g}{row.at_high:>9.3g}{row.effect:>9.3g}"
                f"{row.standard_error:>8.2g}{screened}"
            )
        silent = int((part["effect"] == 0.0).sum())
        lines.append(
            f"of {len(part)} parameters {silent} have no effect here, {unused} of them because nothing reads them"
        )
    return "\n".join(lines)


def variance_text(table: pd.DataFrame) -> str:
    """The split of the variance."""
    if table.empty:
        return ""
    lines = ["\nVariance of the outcome of one course, by origin:"]
    for row in table.itertuples():
        if row.variance <= 0.0:
            lines.append(f"{row.arm:<20}nothing varies")
            continue
        shares = (("parameters", row.parameters), ("patients", row.patients), ("chance", row.chance))
        lines.append(f"{row.arm:<20}" + ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares))
    return "\n".join(lines)


@contextlib.contextmanager
def counted() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a callback for what is counted: a bar for each kind on a terminal, a line now and then elsewhere."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(*bar_columns(), console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def update(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield update


class _Lines:
    """Progress where nobody watches a terminal."""

    def __init__(self) -> None:
        self.what, self.last = "", 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what == self.what and now - self.last < QUIET_SECONDS:
            return
        self.what, self.last = what, now
        typer.echo(f"{what}: {done:,} of {total:,}", err=True)
