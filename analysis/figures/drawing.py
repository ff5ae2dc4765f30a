"""What the figures share: colours, sizes, title, foot. matplotlib is imported when a figure is drawn, never before."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.delayed import case_weight
from analysis.formatting import DISCLAIMER, percent
from analysis.load import RunResults

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito (2008), told apart by every kind of colour vision; hatches carry the two worst grades into grey print.
GRADE_COLOURS = {"none": "#56B4E9", "mild": "#F0E442", "moderate": "#E69F00", "severe": "#D55E00"}
GRADE_HATCHES = {"none": "", "mild": "", "moderate": "///", "severe": "xxx"}
_LIKE = {"SJS": "mild", "overlap": "moderate", "TEN": "severe"}
GRADE_COLOURS |= {name: GRADE_COLOURS[grade] for name, grade in _LIKE.items()}
GRADE_HATCHES |= {name: GRADE_HATCHES[grade] for name, grade in _LIKE.items()}
# Arms by order: colour, line and marker together, so that none of them is needed alone.
ARM_STYLES = (
    ("#000000", "-", "o"), ("#D55E00", "-", "s"), ("#0072B2", "--", "^"), ("#009E73", "-.", "D"),
    ("#CC79A7", ":", "v"), ("#E69F00", "--", "P"),
)  # fmt: skip
MINUS = "\u2212"
INK, QUIET = "#1A1A1A", "#595959"
SIZE_INCHES = (16.0, 9.0)
TITLE, HEAD, TEXT, FOOT = 29, 21, 19, 15


def new_figure(title: str) -> Figure:
    """Begin a 16:9 figure under a title of up to three lines."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE_INCHES, facecolor="white")
    FigureCanvasAgg(figure)
    lines = textwrap.wrap(title, 66)
    size = TITLE if len(lines) <= 2 else TITLE - 6
    lines = lines if len(lines) <= 2 else textwrap.wrap(title, 84)[:3]
    figure.text(0.02, 0.965, "\n".join(lines), fontsize=size, weight="bold", color=INK, va="top", linespacing=1.15)
    return figure


def draw_foot(
    figure: Figure, results: RunResults, table: pd.DataFrame, notes: list[str], *, intervals: bool = True
) -> None:
    """Write below a figure who was simulated, and that this is no medical advice; `intervals` are named if drawn."""
    n = int(table["n"].max())
    same = "those alive in each arm" if table["not_treated"].any() else "the same in every arm"
    failed = int(table["failed_rows"].sum())
    weight = case_weight(results)
    parts = [
        f"n = {virtual_patients([n])}{f', {same}' if len(table) > 1 else ''}",
        *([f"{failed} failed rows left out"] if failed else []),
        *([f"{table['replicates'].iloc[0]} replicates"] if table["replicates"].iloc[0] > 1 else []),
        *([", ".join(drug_names(results))] if drug_names(results) else []),
        *([f"all with a fitting clone ({percent(weight)} have one)"] if weight == weight else []),
        f"seed {results.run.get('seed', '?')}",
        *([f"{100 * table['level'].iloc[0]:g}% intervals"] if intervals else []),
    ]
    between = "  \u00b7  " if len("     ".join(parts)) <= 138 else " \u00b7 "
    figure.text(0.02, 0.055, between.join(parts), fontsize=FOOT, color=QUIET, va="bottom")
    closing = "  ".join([*notes, f"{DISCLAIMER}."])
    figure.text(0.02, 0.018, closing, fontsize=FOOT, color=QUIET, va="bottom")


def virtual_patients(counts: Iterable[float]) -> str:
    """Say how many there are, as a range where groups differ."""
    known = sorted({round(float(count)) for count in counts})
    ends = "–".join(f"{count:,}" for count in dict.fromkeys([known[0], known[-1]]))
    return f"{ends} virtual patient{'' if known[-1] == 1 else 's'}"


def filled(text: str, inches: float, size: float) -> str:
    """Break a label into lines of a width, in a type of `size` points, of which a character takes some 0.6."""
    return textwrap.fill(text, max(6, int(72.0 * inches / (0.6 * size))))


def ink_on(colour: Any) -> str:
    """Choose black or white for words on a colour: the better of the two always has a contrast of 4.5 or more."""
    from matplotlib.colors import to_rgb

    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) else "#FFFFFF"


def drug_names(results: RunResults) -> list[str]:
    """Name the drugs of a run, with spaces for underscores and a lone letter (penicillin G) as a capital."""
    drugs = results.run.get("drugs") or results.run.get("drug") or []
    words = [str(drug).split("_") for drug in ([drugs] if isinstance(drugs, str) else drugs)]
    return [" ".join(word.upper() if len(word) == 1 else word for word in each) for each in words]


def arm_name(arm: str, labels: Mapping[str, str] | None) -> str:
    """Show the user's label, or the name with spaces, where a word without vowels (rdd, h1) is an abbreviation."""
    words = (word if set(word) & set("aeiouyAEIOUY") else word.upper() for word in arm.split("_"))
    return (labels or {}).get(arm, " ".join(words))


def patch(grade: str) -> Any:
    """Make the legend's box of a grade."""
    from matplotlib.patches import Patch

    return Patch(facecolor=GRADE_COLOURS[grade], hatch=GRADE_HATCHES[grade], edgecolor="white", label=grade)


def hatching(grade: str) -> dict[str, Any]:
    """Return how the hatch over a bar of a grade is drawn."""
    return {"fill": False, "hatch": GRADE_HATCHES[grade], "edgecolor": "#00000055", "linewidth": 0}


def box(colour: str) -> dict[str, Any]:
    """Return the box behind a number on a hatched bar."""
    return {"boxstyle": "round,pad=0.15", "facecolor": colour, "edgecolor": "none"}


def bare(axis: Axes) -> None:
    """Leave of an axis' frame the bottom line only."""
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.tick_params(axis="y", length=0)
