"""``desensim show protocol``: what is given, as the table a nurse would read."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from abm.cli_show import aligned, refused, require
from abm.cli_words import DISCLAIMER

if TYPE_CHECKING:
    from abm.scenario import Item, Per

EXAMPLES = "Example: desensim show protocol ladder_12_step --drug carboplatin --dose 'AUC 5' --gfr 100"

_HEADS: dict[str, tuple[str, int | None]] = {
    "clock": ("clock", None),
    "drug": ("drug", None),
    "protocol": ("protocol", None),
    "step": ("step", None),
    "route": ("route", None),
    "bag": ("bag", None),
    "concentration_mg_per_ml": ("mg/mL", 4),
    "units_per_ml": ("U/mL", 0),
    "rate_ml_per_h": ("mL/h", 3),
    "duration_min": ("minutes", 3),
    "volume_ml": ("mL", 3),
    "units": ("units", 0),
    "cumulative_units": ("given units", 0),
    "dose_mg": ("dose mg", 3),
    "cumulative_dose_mg": ("given mg", 3),
    "cumulative_percent": ("given %", 3),
}
_OF_UNITS = ("units", "units_per_ml", "cumulative_units")


def protocol(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A protocol, a shipped scenario or a scenario file.")],
    drug: Annotated[str, typer.Option(help="Name of the drug; of a named protocol.")] = "penicillin_g",
    dose: Annotated[
        str | None, typer.Option(help="Full dose: 450mg, '15 mg/kg', '175 mg/m2', 'AUC 5', '4 MU'; else the usual one.")
    ] = None,
    chosen: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="KEY=VALUE", help="What else of it is chosen, such as 'interval=5 min'."),
    ] = None,
    arm: Annotated[str | None, typer.Option(help="Arm of a scenario.")] = None,
    weight: Annotated[float | None, typer.Option(min=1.0, max=500.0, help="Body weight of the patient, kg.")] = None,
    height: Annotated[float | None, typer.Option(min=30.0, max=250.0, help="Height of the patient, cm.")] = None,
    gfr: Annotated[float | None, typer.Option(min=0.0, max=500.0, help="Glomerular filtration, mL/min.")] = None,
) -> None:
    """Show a protocol, or an arm of a scenario, as the table a nurse would read.

    Doses that depend on the patient are shown in mg for the patient that --weight, --height and --gfr describe, else as
    they are ordered."""
    from abm.protocols import PROTOCOLS

    with refused():
        _require_known(name)
        if name in PROTOCOLS:
            course, title = _named(name, drug, dose, chosen or [])
        else:
            course, title = _of_scenario(name, arm)
        course = _for_patient(course, weight, height, gfr)
        _show(course, title)


def _require_known(name: str) -> None:
    """Raise ValueError for a name that is neither a protocol nor looks like a scenario."""
    from pathlib import Path

    from abm.protocols import PROTOCOLS
    from abm.scenario_file import shipped_scenarios

    if name not in shipped_scenarios() and Path(name).suffix not in (".yaml", ".yml"):
        require(name, PROTOCOLS, "protocol")


def _named(name: str, drug: str, dose: str | None, chosen: list[str]) -> tuple[tuple[Item, ...], list[str]]:
    """Course and title of a named protocol; what is chosen is read as in a scenario file."""
    from abm.parameters.catalog import drug_named
    from abm.protocols import PROTOCOLS
    from abm.scenario_file import ScenarioError, read_protocol

    label, info = drug_named(drug).label, PROTOCOLS[name]
    for text in chosen:
        key, separator, _ = text.partition("=")
        if not separator or not key.strip():
            raise ValueError(f"--with {text}: write KEY=VALUE, for example --with 'interval=5 min'")
    try:
        course = read_protocol(name, drug, [*([] if dose is None else [f"dose={dose}"]), *chosen])
    except ScenarioError as error:
        raise ValueError(str(error).replace("--set 0.dose", "--dose").replace("--set 0.", "--with ")) from None
    given = dose or f"{_total(course):g} mg"
    return course, [f"{name}, {label} {given}: {info.description}", f"Source: {info.source}"]


def _total(course: tuple[Item, ...]) -> float:
    """All doses together, in the unit in which they are ordered."""
    from abm.scenario import Regimen, Step

    whole = [item.total_dose_mg for item in course if isinstance(item, Regimen)]
    return math.fsum([*whole, *(item.dose_mg for item in course if isinstance(item, Step))])


def _of_scenario(name: str, arm: str | None) -> tuple[tuple[Item, ...], list[str]]:
    """Course and title of an arm; the only one, or the one named. A sweep is shown at its first point."""
    from abm.scenario_file import ScenarioError, load_study
    from abm.scenario_points import Sweep
    from abm.sweep import label_of

    try:
        study = load_study(name)
    except ScenarioError as error:
        raise ValueError(str(error)) from None
    point = []
    if isinstance(study, Sweep):
        point = textwrap.wrap(f"Point 0 of {len(study.points)}: {label_of(study, study.points[0])}", 100)
        study = study.points[0].scenario
    arms = {each.name: each for each in study.arms}
    if arm is None and len(arms) > 1:
        raise ValueError(f"{study.name} has the arms {', '.join(arms)}; choose one with --arm")
    chosen = next(iter(arms)) if arm is None else arm
    require(chosen, arms, "arm")
    return arms[chosen].course, [f"{study.name}, arm {chosen}: {study.question}".rstrip(": "), *point]


def _for_patient(
    course: tuple[Item, ...], weight: float | None, height: float | None, gfr: float | None
) -> tuple[Item, ...]:
    """The course in mg as far as the patient is described; nothing changes where no measure is given."""
    if weight is None and height is None and gfr is None:
        return course
    from abm.biology.dosing import body_surface_m2
    from abm.engine.prescription import mg_per_auc, prescribed
    from abm.parameters.catalog import default_parameters

    def size(per: Per) -> float:
        if per == "kg" and weight is not None:
            return weight
        if per == "m2" and weight is not None and height is not None:
            return body_surface_m2(weight, height)
        if per == "AUC" and gfr is not None:
            return mg_per_auc(gfr, default_parameters())
        needed = {"kg": "--weight", "m2": "--weight and --height", "AUC": "--gfr"}
        raise ValueError(f"a dose in {'mg/' if per != 'AUC' else ''}{per} needs {needed[per]}")

    return prescribed(course, size)


def _show(course: tuple[Item, ...], title: list[str]) -> None:
    from abm.protocol_table import protocol_table
    from abm.protocols import PENICILLIN_ORAL
    from abm.scenario_doses import unit_of

    table = protocol_table(course)
    pers = list(dict.fromkeys(table["per"]))
    in_units = bool((table["protocol"] == PENICILLIN_ORAL).any())
    shown = [name for name in _HEADS if table[name].notna().any() and (in_units or name not in _OF_UNITS)]
    shown = [name for name in shown if name not in ("drug", "protocol") or table[name].nunique() > 1]
    if (table["route"] == "infusion").all():
        shown.remove("route")
    shown = [name for name in shown if len(pers) == 1 or not name.startswith("cumulative")]
    heads = [_head(name, pers) for name in shown]
    rows = [[_cell(name, row) for name in shown] for row in table.to_dict("records")]
    typer.echo("\n".join(title) + "\n")
    typer.echo(aligned(heads, rows, [name not in ("drug", "protocol") for name in shown]))
    minutes = sum(item.duration_min for item in course)
    typer.echo(f"\n{minutes:.2f} min in all. {DISCLAIMER}")
    if pers != [""]:
        units = " and ".join(unit_of(per) for per in pers if per)
        typer.echo(f"Doses in {units} as ordered; --weight, --height and --gfr show them in mg for a patient.")


def _head(name: str, pers: list[Per]) -> str:
    """Head of a column; doses as they are ordered where they depend on the patient."""
    from abm.scenario_doses import unit_of

    head = _HEADS[name][0]
    return head.replace("mg", " or ".join(unit_of(per) for per in pers)) if name.endswith("dose_mg") else head


def _cell(name: str, row: dict[str, Any]) -> str:
    value, digits = row[name], _HEADS[name][1]
    if value is None or value != value:
        return "-"
    if digits is None:
        return str(value)
    text = f"{value:.{digits}f}"
    return text if float(text) or not value else f"{value:.2g}"
