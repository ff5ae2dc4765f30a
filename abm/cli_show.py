"""``desensim show``: what the program knows, as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abm.cli_words import DISCLAIMER

if TYPE_CHECKING:
    from abm.scenario import Scenario

app = typer.Typer(help="Show protocols, drugs, parameters, columns and patients.", no_args_is_help=True)


def aligned(names: Sequence[str], rows: Iterable[Sequence[Any]], numbers: Sequence[bool] | None = None) -> str:
    """Return a plain table; a column that `numbers` marks is set to the right."""
    cells = [list(names), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(names))]
    right = numbers or [False] * len(names)

    def line(row: Sequence[str]) -> str:
        return "  ".join(
            text.rjust(width) if flush else text.ljust(width)
            for text, width, flush in zip(row, widths, right, strict=True)
        ).rstrip()

    return "\n".join([line(cells[0]), "  ".join("-" * width for width in widths), *map(line, cells[1:])])


@contextmanager
def refused() -> Iterator[None]:
    """Turn a refused name or number into a message and exit code 2."""
    from abm.scenario_tree import ScenarioError

    try:
        yield
    except (KeyError, ValueError, ScenarioError) as error:
        typer.echo(str(error.args[0]), err=True)
        raise typer.Exit(2) from None


@app.command(epilog="Example: desensim show drugs")
def drugs() -> None:
    """Show the drugs of the catalogue."""
    from abm.parameters.catalog import DRUGS

    rows = [
        [
            drug.name,
            f"{drug.usual_dose_mg:g}",
            f"{drug.usual_every_h:g}",
            f"{drug.usual_infusion_min:g}",
            ", ".join(drug.short_routes),
            drug.compartments,
            drug.half_life,
            drug.mechanism + (f": {drug.metabolite}" if drug.metabolite else ""),
        ]
        for drug in DRUGS.values()
    ]
    names = ("name", "dose mg", "every h", "over min", "routes", "comp.", "half-life in plasma", "mechanism")
    typer.echo(aligned(names, rows, [False, True, True, True, False, True, False, False]))
    typer.echo(
        "\nUsual doses. Over: of an infusion, or as if there were one. IV: infusion or bolus; IM: into a muscle."
    )
    typer.echo("Of a mixed mechanism the part of IgE alone is simulated. Not medical advice.")


@app.command(epilog="Example: desensim show parameters --json")
def parameters(
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list, one object per parameter.")] = False,
) -> None:
    """Show every number of the model with its range, kind and source."""
    from abm.parameters.catalog import all_parameters

    keys = ("name", "value", "unit", "low", "high", "kind", "source", "where")
    rows = [{key: getattr(parameter, key) for key in keys} for parameter in all_parameters()]
    if as_json:
        # No number has been transcribed a second time by another reader yet.
        listed = [{**row, "second_reading": False} for row in rows]
        typer.echo(json.dumps(listed, indent=1, ensure_ascii=False, allow_nan=False))
        return
    cells = [[f"{row[key]:g}" if isinstance(row[key], float) else row[key] for key in keys] for row in rows]
    typer.echo(aligned(keys, cells, [False, True, False, True, True, False, False, False]))


@app.command(epilog="Example: desensim show columns outcomes")
def columns(
    table: Annotated[str | None, typer.Argument(help="Only this table.")] = None,
) -> None:
    """Show every column of the output tables: type, unit, meaning."""
    from abm.output_columns import TABLES

    if table is not None:
        with refused():
            require(table, TABLES, "table")
    listed = [column for name in ([table] if table else TABLES) for column in TABLES[name]]
    typer.echo(aligned(("table", "column", "type", "unit", "meaning"), listed))


@app.command(epilog="Example: desensim show schema > scenario.schema.json")
def schema() -> None:
    """Show the JSON Schema of scenario files, for editors."""
    from abm.json_schema import schema_text

    typer.echo(schema_text(), nl=False)


@app.command(epilog="Example: desensim show populations pregnant")
def populations(
    name: Annotated[str | None, typer.Argument(help="Only this one (or a file), trait by trait.")] = None,
) -> None:
    """Show the populations, and in what each differs from the default adult."""
    from abm.scenario_schema import vocabulary

    with refused():
        from abm.scenario_file import named_population
        from abm.traits import POPULATIONS, population_of

        listed = [named_population(each) for each in ([name] if name else vocabulary().populations)]
    found = [population_of(who.described) if who.described else POPULATIONS[who.name] for who in listed]
    if name:
        heads = ("trait", "law", "unit", "kind", "source", "where")
        laws = found[0].laws.values()
        rows = [[law.trait, law.words(), law.unit, law.kind, law.source, law.where] for law in laws]
        typer.echo(f"{found[0].name}: {found[0].meaning}\n")
        typer.echo(aligned(heads, rows))
        for pair in found[0].correlations:
            typer.echo(f"{pair.first} and {pair.second} correlate by {pair.value:g} ({pair.source}, {pair.where})")
        return
    rows = [
        [
            each.name,
            each.meaning,
            str(len(each.laws)),
            ", ".join(dict.fromkeys(law.source for law in each.laws.values())),
        ]
        for each in found
    ]
    typer.echo(aligned(("name", "who", "own traits", "sources"), rows, [False, False, True, False]))


@app.command(epilog="Example: desensim show patient 3 --population sensitised_adult --drug penicillin_g --seed 1")
def patient(
    patient_id: Annotated[int, typer.Argument(metavar="ID", min=0, help="Number of the patient.")],
    population: Annotated[str, typer.Option(help="Name of the population, or its file.")] = "sensitised_adult",
    drug: Annotated[str, typer.Option(help="Drug the patient may be allergic to.")] = "penicillin_g",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the study.")] = 1,
) -> None:
    """Show the traits and tests of one virtual patient; the same ID and seed are always the same person.

    A scenario that draws patients `given` a fitting clone gives them other alleles and clones, and leaves the rest."""
    with refused():
        from abm.output_columns import TABLES
        from abm.parameters.catalog import default_parameters, drug_named
        from abm.population import draw_patient

        drug_named(drug)
        if seed >= 2**32 or patient_id >= 2**32:
            raise ValueError("allowed: IDs and seeds below 4294967296")
        row = draw_patient(_study_of(population, drug, seed), default_parameters(), patient_id)
    rows = [
        [name, f"{row[name]:.4g}" if kind == "float64" else row[name], unit, meaning]
        for _, name, kind, unit, meaning in TABLES["patients"]
    ]
    typer.echo(aligned(("trait", "value", "unit", "meaning"), rows, [False, True, False, False]))
    typer.echo(f"\nA virtual patient. {DISCLAIMER}")


def _study_of(population: str, drug: str, seed: int) -> Scenario:
    """Return the least study that such a patient could be in."""
    from abm.protocols import build_protocol
    from abm.scenario import Arm, Cohort, Scenario
    from abm.scenario_file import named_population

    who = named_population(population)
    arm = Arm("full_dose", build_protocol("full_dose", drug, 1.0), reference=True)
    return Scenario("one_patient", "", Cohort(who.name, 1, described=who.described), (drug,), (arm,), seed=seed)


def require(name: str, known: Iterable[str], what: str) -> None:
    """Raise ValueError with the nearest name for one that is unknown."""
    if name not in known:
        from abm.scenario_tree import nearest

        near = nearest(name, known)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"unknown {what} {name!r}; allowed: {', '.join(known)}{hint}")
