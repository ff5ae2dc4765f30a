"""The command ``desensim``: thin, and quick to start, because every command imports what it needs when it runs."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from abm import cli_design, cli_dry_run, cli_new, cli_protocol, cli_report, cli_run, cli_serve, cli_show
from abm.cli_words import DISCLAIMER

app = typer.Typer(
    name="desensim",
    help=f"Simulate drug hypersensitivity and desensitization in virtual patients. {DISCLAIMER}",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
cli_show.app.command("protocol", epilog=cli_protocol.EXAMPLES)(cli_protocol.protocol)
app.add_typer(cli_show.app, name="show")
app.command(epilog="Example: desensim serve    or: desensim serve runs/comparison --patient 7")(cli_serve.serve)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # A terminal that knows no × or ε still gets the table.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` ends the program quietly, as it ends any other.
    try:
        app()
    except SystemExit as end:
        if end.code == 130:
            # A worker may still be busy with one patient; nothing of it is wanted, so do not wait.
            print(end="", flush=True)
            os._exit(130)
        raise


@contextlib.contextmanager
def user_errors() -> Iterator[None]:
    """Turn what the user can put right into a message and exit code 2, Ctrl-C into 130."""
    try:
        yield
    except KeyboardInterrupt as stop:
        typer.echo(str(stop) or "stopped; the same command resumes", err=True)
        raise typer.Exit(130) from None
    except Exception as error:
        from abm.script import can_be_put_right, told

        if not can_be_put_right(error):
            raise
        for line in told(error):
            typer.echo(line, err=True)
        raise typer.Exit(2) from None


# What they raise is told as for every other command.
app.command("optimise", epilog=cli_design.OPTIMISE_EXAMPLE)(user_errors()(cli_design.optimise))
app.command("sensitivity", epilog=cli_design.SENSITIVITY_EXAMPLE)(user_errors()(cli_design.sensitivity))


@app.command(epilog="Example: desensim run comparison --patients 50 --out runs/first")
def run(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO", help="Shipped names or scenario files.")],
    patients: Annotated[int | None, typer.Option(min=1, help="Patients instead of the scenario's.")] = None,
    cells: Annotated[int | None, typer.Option(min=1, help="Mast cells per patient.")] = None,
    replicates: Annotated[int | None, typer.Option(min=1, help="Repetitions of the biology's chance.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Key of every random number.")] = None,
    out: Annotated[Path | None, typer.Option(help="Run folder; with several scenarios, the folder of theirs.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; by default one per processor.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Also write the tables as CSV.")] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change a value of the scenario; repeatable."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would cost and how precise it would be; write nothing.")
    ] = False,
) -> None:
    """Treat the same virtual patients in every arm and compare the arms; in a sweep, at every point.

    The same command again resumes a run that was stopped, and shows one that is finished.
    """
    with user_errors():
        from abm.scenario_file import load_study
        from abm.study import require_own_analysis, with_sizes

        require_own_analysis()
        note_hidden_packages()
        studies = [
            with_sizes(
                load_study(name, changes or ()), patients=patients, cells=cells, replicates=replicates, seed=seed
            )
            for name in scenarios
        ]
        if dry_run:
            for study in studies:
                typer.echo(cli_dry_run.text(study, workers))
            return
        failed = 0
        for study in studies:
            folder = out / study.name if out is not None and len(studies) > 1 else out
            failed += cli_run.run_one(study, folder, workers, csv)
    if failed:
        raise typer.Exit(3)


def note_hidden_packages() -> None:
    """Warn of files in the working folder that would hide our packages from a script started there."""
    package = Path(__file__).resolve().parent
    for name in ("abm", "analysis"):
        ours = package.with_name(name)
        for found in (Path.cwd() / f"{name}.py", Path.cwd() / name / "__init__.py"):
            if found.is_file() and ours not in found.resolve().parents:
                typer.echo(f"note: {found} hides desensim's package {name!r} from scripts started here", err=True)


@app.command(epilog="Example: desensim check my_study.yaml")
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Scenario files or shipped names.")],
) -> None:
    """Check scenario files without running them; every problem is shown with its line."""
    wrong = False
    with user_errors():
        from abm.scenario_file import ScenarioError, load_study

        for name in files:
            try:
                study = load_study(name)
            except ScenarioError as error:
                typer.echo(str(error), err=True)
                wrong = True
                continue
            typer.echo(f"{name}: fine: {cli_run.described(study)}")
    if wrong:
        raise typer.Exit(2)


@app.command(epilog="Example: desensim new my_study --like rdd --drug ceftriaxone")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the scenario, and of its file.")],
    like: Annotated[str | None, typer.Option(help="Shipped scenario or file to copy.")] = None,
    drug: Annotated[str | None, typer.Option(help="Drug that is given.")] = None,
    out: Annotated[Path | None, typer.Option(help="File; by default NAME.yaml. Never overwritten.")] = None,
) -> None:
    """Write a commented scenario to start from."""
    with user_errors():
        cli_new.write(name, like, drug, out)


@app.command(epilog="Example: desensim report runs/first --patient 7")
def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run or sweep.")],
    patient: Annotated[int | None, typer.Option(metavar="ID", help="Tell one patient's course instead.")] = None,
    out: Annotated[Path | None, typer.Option(help="File; by default report.html in the run folder.")] = None,
) -> None:
    """Write a finished run as one page (HTML) that can be read offline, printed and passed on."""
    with user_errors():
        from abm.study import require_own_analysis

        require_own_analysis()
        cli_report.write(run, patient, out)


@app.command(epilog="Example: desensim verify P4 A1 --quick")
def verify(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Checks to run; by default all.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer patients: ten minutes on two cores in all.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Check that the model shows the phenomena it claims; exit code 1 if one is missing."""
    passed = True
    with user_errors():
        from abm.studies.verify import CHECKS, run_checks

        chosen = [name.upper() for name in ids or ()]
        unknown = [name for name in chosen if name not in CHECKS]
        if unknown:
            typer.echo(f"unknown check {', '.join(unknown)}; there are {', '.join(CHECKS)}", err=True)
            raise typer.Exit(2)
        left = chosen or list(CHECKS)
        if not as_json:
            typer.echo(DISCLAIMER)
            more = "" if quick else "; --quick asks fewer patients"
            count = "1 check" if len(left) == 1 else f"{len(left)} checks, one after the other"
            typer.echo(f"{count}: up to a minute or two each{more}")
        try:
            for result in run_checks(left, quick):
                passed = passed and result.passed
                left = left[1:]
                typer.echo(_json_line(result) if as_json else _check_line(result))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped; for what is left: desensim verify {' '.join(left)}") from None
    if not passed:
        raise typer.Exit(1)


def _check_line(result: Any) -> str:
    verdict = "passed" if result.passed else "FAILED"
    numbers = f"{result.statistic} = {_number(result.value)}, bound {result.bound}, n = {result.n}"
    detail = f"\n    {result.detail}" if result.detail else ""
    return f"{result.id} {verdict}: {result.claim}\n    {numbers}, {result.seconds:.1f} s{detail}"


def _json_line(result: Any) -> str:
    import dataclasses
    import json

    from abm.provenance import plain

    return json.dumps(plain(dataclasses.asdict(result)), ensure_ascii=False, allow_nan=False)


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
