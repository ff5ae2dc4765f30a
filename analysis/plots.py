"""Figures fit for a talk. matplotlib is imported when a figure is drawn, never before."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.compare import comparison_table
from analysis.formatting import DISCLAIMER, difference_text, finding, needed_text, percent
from analysis.load import RunResults
from analysis.metrics import DEFAULT_METRIC, SEVERITIES
from analysis.summarise import steps_at_reaction

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito (2008), told apart by every kind of colour vision; hatches carry the two worst grades into grey print.
SEVERITY_COLOURS = {"none": "#56B4E9", "mild": "#F0E442", "moderate": "#E69F00", "severe": "#D55E00"}
SEVERITY_HATCHES = {"none": "", "mild": "", "moderate": "///", "severe": "xxx"}
_MINUS = "\u2212"
_INK, _QUIET = "#1A1A1A", "#595959"
_SIZE_INCHES = (16.0, 9.0)
_TITLE, _HEAD, _TEXT, _FOOT = 29, 21, 19, 15


def plot_comparison(
    results: RunResults, metric: str = DEFAULT_METRIC, *, labels: Mapping[str, str] | None = None
) -> Figure:
    """Draw how the patients fared in each arm and by how much the arms differ from the reference.

    Parameters
    ----------
    results : RunResults
    metric : str
        A name in `analysis.METRICS`; the grades drawn are those of its column.
    labels : mapping of str to str, optional
        Names to show for arms; others show their own with spaces for underscores and abbreviations in capitals.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("comparison.png", dpi=120)``.
    """
    table = comparison_table(results, metric)
    names = {arm: _arm_name(arm, labels) for arm in results.arms}
    figure = _new_figure(finding(table, names))
    grid = {"left": 0.14, "right": 0.985, "top": 0.72, "bottom": 0.205, "wspace": 0.11}
    widths = (1.0, 0.53, 0.49)
    left, middle, right = figure.subplots(1, 3, gridspec_kw=grid, width_ratios=widths, sharey=True)
    _draw_severity(left, table, names)
    _draw_differences(middle, table, names)
    _write_numbers(right, table)
    base = names[results.reference] if len(names[results.reference]) <= 22 else "the reference"
    for axis, head in ((left, "Worst grade of every patient"), (middle, f"Difference from {base}")):
        figure.text(axis.get_position().x0, 0.8, head, fontsize=_TEXT, weight="bold", color=_INK, va="bottom")
    _draw_foot(figure, results, table, [f"Number needed: patients to treat this way, not with {base}, to spare one."])
    return figure


def plot_steps(results: RunResults, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw at which step the first symptom came, for every arm with a protocol of more than one step.

    Parameters and result as in `plot_comparison`; a ValueError says if no arm has such a protocol.
    """
    steps = steps_at_reaction(results)
    many = steps[["arm", "protocol", "step"]].drop_duplicates().groupby(["arm", "protocol"]).size()
    ladders = [arm for arm in results.arms if arm in many.index and many[arm].max() > 1]
    if not ladders:
        raise ValueError("no arm of this run has a protocol of more than one step; there are no steps to draw")
    names = {arm: _arm_name(arm, labels) for arm in results.arms}
    figure = _new_figure(_steps_finding(steps, ladders[0], names))
    grid = {"left": 0.085, "right": 0.985, "top": 0.79, "bottom": 0.21, "hspace": 0.6}
    axes = figure.subplots(len(ladders), 1, gridspec_kw=grid, squeeze=False, sharey=True)[:, 0]
    for axis, arm in zip(axes, ladders, strict=True):
        _draw_steps(axis, steps[steps["arm"] == arm], names[arm])
    axes[-1].set_xlabel("step running at the first symptom", fontsize=_TEXT, color=_INK, labelpad=8)
    figure.supylabel("patients", fontsize=_TEXT, color=_INK, x=0.012)
    figure.legend(
        handles=[_patch(grade) for grade in SEVERITIES[1:]],
        loc="upper right",
        bbox_to_anchor=(0.985, 0.9),
        ncols=3,
        frameon=False,
        fontsize=_TEXT,
        title="worst grade",
        title_fontsize=_TEXT,
        alignment="right",
        handlelength=1.3,
    )
    _draw_foot(figure, results, comparison_table(results), [])
    return figure


def _steps_finding(steps: pd.DataFrame, arm: str, names: Mapping[str, str]) -> str:
    share = steps[steps["arm"] == arm].groupby(["protocol", "step"], sort=False)["share"].sum()
    if share.sum() == 0:
        return f"No patient reacts with {names[arm]}"
    protocol, step = share.index[int((share.cumsum() < 0.5 * share.sum() - 1e-12).sum())]
    where = f"step {step}" if len(share[protocol]) > 1 else _arm_name(protocol, None)
    return f"With {names[arm]}, {percent(share.sum())} of patients react, half of these by {where}"


def _new_figure(title: str) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_INCHES, facecolor="white")
    FigureCanvasAgg(figure)
    lines = textwrap.wrap(title, 66)
    size = _TITLE if len(lines) <= 2 else _TITLE - 6
    lines = lines if len(lines) <= 2 else textwrap.wrap(title, 84)[:3]
    figure.text(0.02, 0.965, "\n".join(lines), fontsize=size, weight="bold", color=_INK, va="top", linespacing=1.15)
    return figure


def _draw_severity(axis: Axes, table: pd.DataFrame, names: Mapping[str, str]) -> None:
    for y, (_, row) in enumerate(table.iterrows()):
        left = 0.0
        for grade in SEVERITIES:
            width = 100 * row[grade]
            if not width > 0:
                continue
            axis.barh(y, width, 0.62, left, color=SEVERITY_COLOURS[grade], edgecolor="white", linewidth=2)
            axis.barh(y, width, 0.62, left, **_hatching(grade))
            if width >= 6:
                box = _box(SEVERITY_COLOURS[grade]) if SEVERITY_HATCHES[grade] and width > 12 else None
                style: dict[str, Any] = {"ha": "center", "va": "center", "bbox": box, "color": "black"}
                text = percent(row[grade]) if width > 12 else f"{width:.0f}%"
                axis.text(left + width / 2, y, text, fontsize=_HEAD if width > 12 else _FOOT, **style)
            left += width
    axis.set_yticks(range(len(table)), [textwrap.fill(names[arm], 14) for arm in table["arm"]], fontsize=_HEAD)
    axis.set_ylim(len(table) - 0.5, -0.5)
    axis.set_xlim(0, 100)
    axis.set_xticks([0, 50, 100], ["0%", "50%", "100%"], fontsize=_TEXT, color=_QUIET)
    axis.get_xticklabels()[-1].set_horizontalalignment("right")
    axis.set_xlabel("patients", fontsize=_TEXT, color=_INK)
    _bare(axis)
    axis.legend(
        handles=[_patch(grade) for grade in SEVERITIES],
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=4,
        frameon=False,
        fontsize=_TEXT,
        handlelength=1.3,
        handletextpad=0.4,
        columnspacing=1.1,
        borderpad=0,
    )


def _draw_differences(axis: Axes, table: pd.DataFrame, names: Mapping[str, str]) -> None:
    axis.axvline(0, color=_QUIET, linewidth=2)
    limits = 100 * table[["risk_difference_low", "risk_difference_high"]].astype("float64")
    low, high = min(limits.min().min(), 0.0), max(limits.max().max(), 0.0)
    low, high = (low, high) if high > low else (-100.0, 100.0)
    for y, (_, row) in enumerate(table.iterrows()):
        if row["arm"] == row["reference"]:
            axis.plot([0], [y], "D", color="white", markeredgecolor=_INK, markeredgewidth=3, markersize=15)
        elif not math.isnan(row["risk_difference"]):
            d, start, end = (100 * row[f"risk_difference{end}"] for end in ("", "_low", "_high"))
            axis.plot([start, end], [y, y], color=_INK, linewidth=6, solid_capstyle="butt")
            axis.plot([d], [y], "o", color=_INK, markersize=17)
    span = high - low
    axis.set_xlim(low - 0.08 * span, high + 0.08 * span)
    axis.locator_params(axis="x", nbins=4)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", _MINUS))
    axis.tick_params(axis="x", labelsize=_TEXT, labelcolor=_QUIET)
    axis.tick_params(axis="y", labelleft=False)
    axis.set_xlabel("percentage points", fontsize=_TEXT, color=_INK)
    _arrows(axis, -low > 0.25 * span, high > 0.25 * span)
    _bare(axis)


def _arrows(axis: Axes, fewer: bool, more: bool) -> None:
    """Say on which side of zero reactions are fewer, where there is room to say it."""
    where = axis.get_xaxis_transform()
    if fewer:
        axis.text(0, 1.02, "\u25c0 fewer ", transform=where, fontsize=_TEXT, color=_INK, ha="right", va="bottom")
    if more:
        axis.text(0, 1.02, " more \u25b6", transform=where, fontsize=_TEXT, color=_INK, ha="left", va="bottom")


def _write_numbers(axis: Axes, table: pd.DataFrame) -> None:
    axis.set_axis_off()
    where = axis.get_yaxis_transform()
    crowded = len(table) > 4
    for y, (_, row) in enumerate(table.iterrows()):
        if row["arm"] == row["reference"]:
            axis.text(0.02, y, "reference", transform=where, fontsize=_TEXT, color=_QUIET, va="center")
        elif math.isnan(row["risk_difference"]):
            axis.text(0.02, y, "no patients to compare", transform=where, fontsize=_TEXT, color=_QUIET, va="center")
        else:
            difference = difference_text(row).replace("-", _MINUS)
            needed = f"number needed {needed_text(row)}".replace("needed harm", "to harm")
            needed = needed.removeprefix("number needed ") if row["number_needed_for"] == "neither" else needed
            needed = needed.removeprefix("number ") if crowded else needed.replace(" (", "\n(")
            style: dict[str, Any] = {"transform": where, "color": _INK, "fontsize": _FOOT if crowded else _TEXT}
            axis.text(0.02, y - 0.06, difference, weight="bold", va="bottom", **style)
            axis.text(0.02, y, needed, va="top", linespacing=1.2, **style)


def _draw_steps(axis: Axes, steps: pd.DataFrame, name: str) -> None:
    sizes = steps.groupby("protocol", sort=False)["step"].nunique()
    ladder = steps[steps["protocol"].isin(sizes[sizes > 1].index)]
    places = list(ladder[["protocol", "step"]].drop_duplicates().itertuples(index=False, name=None))
    bottoms = [0.0] * len(places)
    for grade in SEVERITIES[1:]:
        of_grade = ladder[ladder["severity"] == grade].set_index(["protocol", "step"])["share"]
        heights = [100 * of_grade[place] for place in places]
        _bars(axis, range(len(places)), heights, bottoms, grade, 0.8)
        bottoms = [bottom + height for bottom, height in zip(bottoms, heights, strict=True)]
    for x, height in enumerate(bottoms):
        if height > 0:
            axis.text(x, height, percent(height / 100), fontsize=_FOOT, color=_INK, ha="center", va="bottom")
    several = (sizes > 1).sum() > 1
    ticks = [f"{step}\n{_arm_name(at, None)}" if several and step == 1 else str(step) for at, step in places]
    axis.set_xticks(range(len(places)), ticks, fontsize=_TEXT)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    axis.locator_params(axis="y", nbins=3)
    axis.tick_params(axis="y", labelsize=_TEXT, labelcolor=_QUIET)
    rest = steps[steps["protocol"].isin(sizes[sizes == 1].index)].groupby("protocol", sort=False)["share"].sum()
    heads = [f"{percent(1 - steps['share'].sum())} never react"]
    heads += [f"{percent(share)} first at {_arm_name(protocol, None)}" for protocol, share in rest.items()]
    axis.set_title(f"{name}: {', '.join(heads)}", fontsize=_HEAD, loc="left", pad=12)
    axis.set_ylim(0, 1.18 * max([*bottoms, axis.get_ylim()[1] / 1.18, 1.0]))
    _bare(axis)


def _bars(axis: Axes, x: Any, heights: Any, bottoms: Any, grade: str, width: float) -> None:
    axis.bar(x, heights, width, bottoms, color=SEVERITY_COLOURS[grade], edgecolor="white", linewidth=1)
    axis.bar(x, heights, width, bottoms, **_hatching(grade))


def _draw_foot(figure: Figure, results: RunResults, table: pd.DataFrame, notes: list[str]) -> None:
    n = sorted({int(count) for count in table["n"]})
    patients = f"n = {n[0]}" if len(n) == 1 else f"n = {n[0]} to {n[-1]}"
    failed = int(table["failed_rows"].sum())
    parts = [
        f"{patients} virtual patients, the same in every arm",
        *([f"{failed} failed rows left out"] if failed else []),
        *([f"{table['replicates'].iloc[0]} replicates"] if table["replicates"].iloc[0] > 1 else []),
        *([", ".join(drug_names(results))] if drug_names(results) else []),
        f"seed {results.run.get('seed', '?')}",
        f"{100 * table['level'].iloc[0]:g}% intervals",
    ]
    figure.text(0.02, 0.055, "  \u00b7  ".join(parts), fontsize=_FOOT, color=_QUIET, va="bottom")
    closing = "  ".join([*notes, f"{DISCLAIMER}."])
    figure.text(0.02, 0.018, closing, fontsize=_FOOT, color=_QUIET, va="bottom")


def drug_names(results: RunResults) -> list[str]:
    """Name the drugs of a run, with spaces for underscores; empty if run.json names none."""
    drugs = results.run.get("drugs") or results.run.get("drug") or []
    return [str(drug).replace("_", " ") for drug in ([drugs] if isinstance(drugs, str) else drugs)]


def _arm_name(arm: str, labels: Mapping[str, str] | None) -> str:
    """Show the user's label, or the name with spaces, where a word without vowels (rdd, h1) is an abbreviation."""
    words = (word if set(word) & set("aeiouyAEIOUY") else word.upper() for word in arm.split("_"))
    return (labels or {}).get(arm, " ".join(words))


def _patch(grade: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(facecolor=SEVERITY_COLOURS[grade], hatch=SEVERITY_HATCHES[grade], edgecolor="white", label=grade)


def _hatching(grade: str) -> dict[str, Any]:
    return {"fill": False, "hatch": SEVERITY_HATCHES[grade], "edgecolor": "#00000055", "linewidth": 0}


def _box(colour: str) -> dict[str, Any]:
    return {"boxstyle": "round,pad=0.15", "facecolor": colour, "edgecolor": "none"}


def _bare(axis: Axes) -> None:
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.tick_params(axis="y", length=0)
