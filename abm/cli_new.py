"""``desensim new``: a commented scenario to start from."""

from __future__ import annotations

from pathlib import Path

import typer


def write(name: str, like: str | None, drug: str | None, out: Path | None) -> None:
    """Write the file and say what to do with it; what is there already is never touched."""
    from abm.scenario_template import write_new

    path = out if out is not None else Path(f"{name}.yaml")
    try:
        write_new(name, like, drug, path)
    except FileExistsError:
        typer.echo(f"{path} is there already and is left as it is; choose another name, or --out", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"Written: {path}. Next: desensim run {path} --dry-run")
