"""Tables of the pages in docs/ that are made from the code. Each function returns the lines of one table."""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path

from abm.engine.state import Body, Count, State
from abm.output_columns import TABLES as OUTPUT
from abm.parameters.catalog import DRUGS, all_parameters
from abm.parameters.parameter import Parameter
from abm.parameters.sources import SOURCES
from abm.protocols import PROTOCOLS
from abm.random_streams import Stream
from abm.scenario_file import named_population
from abm.scenario_source import shipped_populations
from abm.studies.verify import CHECKS
from abm.trait_laws import Described
from abm.traits import POPULATIONS

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("measured", "derived", "fitted", "assumed")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a Markdown table; bars inside a cell are escaped."""
    lines = [tuple(head), ("---",) * len(head), *rows]
    return ["| " + " | ".join(str(cell).replace("|", "\\|").strip() for cell in line) + " |" for line in lines]


def group_of(parameter: Parameter) -> str:
    """Return what a parameter's name has before its last point."""
    return parameter.name.rpartition(".")[0]


def parameters(group: str) -> list[str]:
    """Every parameter of a group with all that is known of it."""
    head = ("name", "value", "unit", "range", "kind", "measured in", "source", "where", "note")
    return table(
        head,
        (
            (f"`{p.name}`", f"{p.value:g}", p.unit, f"{p.low:g} to {p.high:g}", p.kind, p.system,
             f"`{p.source}`", p.where, p.note)
            for p in all_parameters()
            if group_of(p) == group
        ),
    )  # fmt: skip


def values(names: str) -> list[str]:
    """Value, kind and source of the parameters in a list of full names with commas."""
    known = {p.name: p for p in all_parameters()}
    rows = [known[name] for name in names.split(",")]
    return table(
        ("parameter", "value", "unit", "kind", "source"),
        ((f"`{p.name}`", f"{p.value:g}", p.unit, p.kind, f"`{p.source}`") for p in rows),
    )


def own_assumptions() -> list[str]:
    """Parameters that no source but this project stands for, with the reason."""
    rows = (
        (f"`{p.name}`", f"{p.value:g}", p.unit, f"{p.low:g} to {p.high:g}", p.note)
        for p in all_parameters()
        if p.source == "model"
    )
    return table(("parameter", "value", "unit", "range", "reason"), rows)


def parameter_counts() -> list[str]:
    """How many parameters each group has, by kind."""
    counts = Counter((group_of(p), p.kind) for p in all_parameters())
    groups = dict.fromkeys(group for group, _ in counts)
    rows = [(f"`{group}`", *(counts[group, kind] for kind in KINDS)) for group in groups]
    rows.append(("all", *(sum(counts[group, kind] for group in groups) for kind in KINDS)))
    return table(("group", *KINDS), rows)


def sources() -> list[str]:
    """Every source, how many parameters name it, and how many laws and correlations of shipped populations."""
    used = Counter(p.source for p in all_parameters())
    stated = Counter(each.source for name in shipped_populations() for each in (*described(name).laws,
                     *described(name).correlations))  # fmt: skip
    rows = ((f"`{key}`", used[key], stated[key], text) for key, text in SOURCES.items())
    return table(("key", "parameters", "traits of populations", "source"), rows)


def described(name: str) -> Described:
    """What the file of a shipped population says."""
    found = named_population(name).described
    assert found is not None
    return found


def populations_from_files() -> list[str]:
    """The populations of `scenarios/populations/`."""
    rows = []
    for name in shipped_populations():
        who = described(name)
        rows.append((f"[`{name}`](#{name})", who.meaning, f"`{who.like}`", ", ".join(f"`{x.trait}`" for x in who.laws)))
    return table(("population", "who", "like", "traits of its own"), rows)


def population(name: str) -> list[str]:
    """Laws and correlations of a population from a file, with their sources."""
    who = described(name)
    rows = [(f"`{x.trait}`", x.words(), x.unit, x.kind, f"`{x.source}`", x.where, x.note) for x in who.laws]
    rows += [
        (f"`{x.first}` and `{x.second}`", f"correlation {x.value:g}", "", "", f"`{x.source}`", x.where, "")
        for x in who.correlations
    ]
    return table(("trait", "law", "unit", "kind", "source", "where", "note"), rows)


def drugs() -> list[str]:
    """The drug catalogue."""
    rows = (
        (
            f"`{d.name}`", f"{d.usual_dose_mg:g}", f"{d.usual_every_h:g}", f"{d.usual_infusion_min:g}",
            ", ".join(d.short_routes), d.compartments, d.half_life, f"{d.molar_mass_g_per_mol:g}", d.mechanism,
            d.seen_as or "–",
        )
        for d in DRUGS.values()
    )  # fmt: skip
    head = (
        "drug",
        "usual dose, mg",
        "every, h",
        "infused over, min",
        "routes",
        "compartments",
        "half-life, as printed",
    )
    return table((*head, "g/mol", "mechanism", "seen by T cells"), rows)


def sub_steps(module: str) -> list[str]:
    """The numbered table in a module's docstring; a row without a number continues the one before."""
    lines = (import_module(module).__doc__ or "").splitlines()
    ruler = next(line for line in lines if line.startswith("===="))
    spans = [match.span() for match in re.finditer("=+", ruler)]
    spans[-1] = (spans[-1][0], 1000)
    rulers = [place for place, line in enumerate(lines) if line.startswith("====")]
    rows: list[list[str]] = []
    for line in lines[rulers[0] + 1 : rulers[2]]:
        cells = [line[start:end].strip() for start, end in spans]
        if line.startswith("===="):
            continue
        if cells[0]:
            rows.append(cells)
        else:
            rows[-1] = [f"{old} {new}".strip() for old, new in zip(rows[-1], cells, strict=True)]
    return table(rows[0], rows[1:])


def state() -> list[str]:
    """State variables, from the docstring of `abm.engine.state.State`."""
    attributes = inspect.cleandoc(State.__doc__ or "").partition("----------\n")[2] + "\n"
    entries = re.findall(r"^(\w[\w, ]*) : (.+)\n((?:    .+\n)+)", attributes, flags=re.MULTILINE)
    rows = ((f"`{names}`", kind, " ".join(text.split())) for names, kind, text in entries)
    return table(("variable", "type and shape", "meaning"), rows)


def fields() -> list[str]:
    """Names of the entries of `State.body` and `State.count`."""
    rows = [(f"`{name}`", ", ".join(fields)) for name, fields in (("body", Body._fields), ("count", Count._fields))]
    return table(("array", "entries, in order"), rows)


def modules(package: str) -> list[str]:
    """Modules of a package with the first line of their docstrings."""
    rows = []
    for path in sorted((ROOT / package).rglob("*.py")):
        first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
        rows.append((f"`{path.relative_to(ROOT).as_posix()}`", first))
    return table(("module", "what it is"), rows)


def output_tables() -> list[str]:
    """The tables of a run folder."""
    rows = ((f"`{name}.parquet`", len(columns), ", ".join(f"`{c.name}`" for c in columns))
            for name, columns in OUTPUT.items())  # fmt: skip
    return table(("table", "columns", "names"), rows)


def checks() -> list[str]:
    """The executable claims of `desensim verify`."""
    rows = ((c.id, c.claim, f"{c.full.patients:,} × {c.full.cells:,}") for c in CHECKS.values())
    return table(("check", "claim", "patients × cells"), rows)


TABLES: dict[str, Callable[..., list[str]]] = {
    "parameters": parameters,
    "values": values,
    "own assumptions": own_assumptions,
    "parameter counts": parameter_counts,
    "sources": sources,
    "drugs": drugs,
    "sub-steps": sub_steps,
    "state": state,
    "fields": fields,
    "modules": modules,
    "output tables": output_tables,
    "checks": checks,
    "streams": lambda: table(("number", "stream"), ((s.value, f"`{s.name}`") for s in Stream)),
    "shipped populations": populations_from_files,
    "population": population,
    "populations": lambda: table(("population", "who"), ((f"`{p.name}`", p.meaning) for p in POPULATIONS.values())),
    "protocols": lambda: table(
        ("protocol", "what is given", "source"), ((f"`{p.name}`", p.description, p.source) for p in PROTOCOLS.values())
    ),
}
"""Functions by the name that a page's marker uses; what follows a colon there is passed on."""
