"""``desensim serve``: the teaching page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def serve(
    run: Annotated[Path | None, typer.Argument(metavar="[RUN]", help="Run folder whose patients are replayed.")] = None,
    patient: Annotated[int | None, typer.Option(min=0, help="Patient of the run to begin with.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on this computer; 0 takes any.")] = 8765,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
    mesa: Annotated[bool, typer.Option("--mesa", help="Mesa's plain page in place of the lessons.")] = False,
) -> None:
    """Show the simulation in the browser: seven lessons, two arms of one patient side by side. Needs no internet."""
    from abm.page.server import ExtrasMissing, PortTaken, require_extras
    from abm.page.server import serve as start
    from abm.scenario_tree import ScenarioError

    def say(text: str) -> None:
        typer.echo(text, err=True)

    try:
        require_extras()
        if mesa and run is not None:
            raise ValueError("--mesa shows a patient of its own; leave the run out, or leave --mesa out to replay it")
        if run is not None:
            from abm.page.own import Offer, run_of

            Offer.run = run_of(run, patient)
        elif patient is not None:
            raise ValueError("--patient is the number of a patient of a run; name the run's folder too")
        start(port, not no_open, mesa, say)
    except (ExtrasMissing, PortTaken, ScenarioError, ValueError) as error:
        say(str(error))
        raise typer.Exit(2) from None
