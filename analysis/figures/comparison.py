"""Figures fit for a talk. matplotlib is imported when a figure is drawn, never before."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.compare import comparison_table
from analysis.figures.drawing import (
    FOOT,
    GRADE_COLOURS,
    GRADE_HATCHES,
    HEAD,
    INK,
    MINUS,
    QUIET,
    TEXT,
    arm_name,
    bare,
    box,
    draw_foot,
    hatching,
    new_figure,
    patch,
)  # fmt: skip
from analysis.finding import finding
from analysis.formatting import difference_text, needed_text, percent
from analysis.load import RunResults
from analysis.metrics import NECROLYSIS, SEVERITIES, finished, metric_named
from analysis.summarise import steps_at_reaction

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_comparison(
    results: RunResults, metric: str | None = None, *, labels: Mapping[str, str] | None = None
) -> Figure:
    """Draw how the patients fared in each arm and by how much the arms differ from the reference.

    Parameters
    ----------
    results : RunResults
    metric : str, optional
        A name in `analysis.METRICS`; the grades drawn are those of its column. By default chosen by what happened.
    labels : mapping of str to str, optional
        Names to show for arms; others show their own with spaces for underscores and abbreviations in capitals.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("comparison.png", dpi=120)``.
    """
    table = comparison_table(results, metric)
    grades = NECROLYSIS if metric_named(table["metric"].iloc[0]).delayed else SEVERITIES
    names = {arm: arm_name(arm, labels) for arm in results.arms}
    figure = new_figure(finding(table, names))
    if len(table) == 1:
        axis = figure.subplots(gridspec_kw={"left": 0.14, "right": 0.97, "top": 0.72, "bottom": 0.205})
        _draw_grades(axis, table, names, grades)
        draw_foot(figure, results, table, [], intervals=False)
        return figure
    grid = {"left": 0.14, "right": 0.985, "top": 0.72, "bottom": 0.205, "wspace": 0.11}
    left, middle, right = figure.subplots(1, 3, gridspec_kw=grid, width_ratios=(1.0, 0.53, 0.49), sharey=True)
    _draw_grades(left, table, names, grades)
    _draw_differences(middle, table, names)
    _write_numbers(right, table)
    base = names[results.reference] if len(names[results.reference]) <= 22 else "the reference"
    for axis, head in ((left, "Worst grade of every patient"), (middle, f"Difference from {base}")):
        figure.text(axis.get_position().x0, 0.8, head, fontsize=TEXT, weight="bold", color=INK, va="bottom")
    draw_foot(figure, results, table, [f"Number needed: patients to treat this way, not with {base}, to spare one."])
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
    names = {arm: arm_name(arm, labels) for arm in results.arms}
    figure = new_figure(_steps_finding(steps, ladders[0], names, _patients_in(results, ladders[0])))
    grid = {"left": 0.085, "right": 0.985, "top": 0.79, "bottom": 0.21, "hspace": 0.6}
    axes = figure.subplots(len(ladders), 1, gridspec_kw=grid, squeeze=False, sharey=True)[:, 0]
    for axis, arm in zip(axes, ladders, strict=True):
        _draw_steps(axis, steps[steps["arm"] == arm], names[arm])
    axes[-1].set_xlabel("step running at the first symptom", fontsize=TEXT, color=INK, labelpad=8)
    figure.supylabel("patients", fontsize=TEXT, color=INK, x=0.012)
    figure.legend(
        handles=[patch(grade) for grade in SEVERITIES[1:]],
        loc="upper right",
        bbox_to_anchor=(0.985, 0.9),
        ncols=3,
        frameon=False,
        fontsize=TEXT,
        title="worst grade",
        title_fontsize=TEXT,
        alignment="right",
        handlelength=1.3,
    )
    draw_foot(figure, results, comparison_table(results), [], intervals=False)
    return figure


def _patients_in(results: RunResults, arm: str) -> int:
    known = finished(results.outcomes)
    return int(known.loc[known["arm"] == arm, "patient_id"].nunique())


def _steps_finding(steps: pd.DataFrame, arm: str, names: Mapping[str, str], patients: int) -> str:
    share = steps[steps["arm"] == arm].groupby(["protocol", "step"], sort=False)["share"].sum()
    if share.sum() == 0:
        return f"No patient reacts with {names[arm]}"
    protocol, step = share.index[int((share.cumsum() < 0.5 * share.sum() - 1e-12).sum())]
    where = f"step {step}" if len(share[protocol]) > 1 else arm_name(protocol, None)
    half = "half of these " if share.sum() * patients > 1.5 else ""
    return f"With {names[arm]}, {percent(share.sum())} of patients react, {half}by {where}"


def _draw_grades(axis: Axes, table: pd.DataFrame, names: Mapping[str, str], grades: tuple[str, ...]) -> None:
    for y, (_, row) in enumerate(table.iterrows()):
        left = 0.0
        for grade in grades:
            width = 100 * row[grade]
            if not width > 0:
                continue
            axis.barh(y, width, 0.62, left, color=GRADE_COLOURS[grade], edgecolor="white", linewidth=2)
            axis.barh(y, width, 0.62, left, **hatching(grade))
            if width >= 8:
                behind = box(GRADE_COLOURS[grade]) if GRADE_HATCHES[grade] and width > 12 else None
                style: dict[str, Any] = {"ha": "center", "va": "center", "bbox": behind, "color": "black"}
                size = HEAD if width > 12 else FOOT
                axis.text(left + width / 2, y, percent(row[grade]), fontsize=size, **style)
            left += width
    heads = [textwrap.fill(names[arm], 13) for arm in table["arm"]]
    longest = max(len(line) for head in heads for line in head.split("\n"))
    axis.set_yticks(range(len(table)), heads, fontsize=HEAD if longest <= 12 else TEXT)
    edge = 0.5 if len(table) > 1 else 0.8
    axis.set_ylim(len(table) - 1 + edge, -edge)
    axis.set_xlim(0, 100)
    axis.set_xticks([0, 50, 100], ["0%", "50%", "100%"], fontsize=TEXT, color=QUIET)
    axis.get_xticklabels()[-1].set_horizontalalignment("right")
    axis.set_xlabel("patients", fontsize=TEXT, color=INK)
    bare(axis)
    axis.legend(
        handles=[patch(grade) for grade in grades],
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=4,
        frameon=False,
        fontsize=TEXT,
        handlelength=1.3,
        handletextpad=0.4,
        columnspacing=1.1,
        borderpad=0,
    )


def _draw_differences(axis: Axes, table: pd.DataFrame, names: Mapping[str, str]) -> None:
    axis.axvline(0, color=QUIET, linewidth=2)
    limits = 100 * table[["risk_difference_low", "risk_difference_high"]].astype("float64")
    low, high = min(limits.min().min(), 0.0), max(limits.max().max(), 0.0)
    low, high = (low, high) if high > low else (-100.0, 100.0)
    for y, (_, row) in enumerate(table.iterrows()):
        if row["arm"] == row["reference"]:
            axis.plot([0], [y], "D", color="white", markeredgecolor=INK, markeredgewidth=3, markersize=15)
        elif not math.isnan(row["risk_difference"]):
            d, start, end = (100 * row[f"risk_difference{end}"] for end in ("", "_low", "_high"))
            axis.plot([start, end], [y, y], color=INK, linewidth=6, solid_capstyle="butt")
            axis.plot([d], [y], "o", color=INK, markersize=17)
    span = high - low
    axis.set_xlim(low - 0.08 * span, high + 0.08 * span)
    axis.locator_params(axis="x", nbins=4)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", MINUS))
    axis.tick_params(axis="x", labelsize=TEXT, labelcolor=QUIET)
    axis.tick_params(axis="y", labelleft=False)
    axis.set_xlabel("percentage points", fontsize=TEXT, color=INK)
    _arrows(axis, -low > 0.25 * span, high > 0.25 * span)
    bare(axis)


def _arrows(axis: Axes, fewer: bool, more: bool) -> None:
    """Say on which side of zero reactions are fewer, where there is room to say it."""
    where = axis.get_xaxis_transform()
    if fewer:
        axis.text(0, 1.02, "\u25c0 fewer ", transform=where, fontsize=TEXT, color=INK, ha="right", va="bottom")
    if more:
        axis.text(0, 1.02, " more \u25b6", transform=where, fontsize=TEXT, color=INK, ha="left", va="bottom")


def _write_numbers(axis: Axes, table: pd.DataFrame) -> None:
    axis.set_axis_off()
    where = axis.get_yaxis_transform()
    crowded = len(table) > 4
    for y, (_, row) in enumerate(table.iterrows()):
        if row["arm"] == row["reference"]:
            axis.text(0.02, y, "reference", transform=where, fontsize=TEXT, color=QUIET, va="center")
        elif math.isnan(row["risk_difference"]):
            axis.text(0.02, y, "no patients to compare", transform=where, fontsize=TEXT, color=QUIET, va="center")
        else:
            difference = difference_text(row).replace("-", MINUS)
            needed = f"number needed {needed_text(row)}".replace("needed harm", "to harm")
            needed = needed.removeprefix("number needed ") if row["number_needed_for"] == "neither" else needed
            needed = needed.removeprefix("number ") if crowded else needed.replace(" (", "\n(")
            style: dict[str, Any] = {"transform": where, "color": INK, "fontsize": FOOT if crowded else TEXT}
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
            axis.text(x, height, percent(height / 100), fontsize=FOOT, color=INK, ha="center", va="bottom")
    several = (sizes > 1).sum() > 1
    ticks = [f"{step}\n{arm_name(at, None)}" if several and step == 1 else str(step) for at, step in places]
    axis.set_xticks(range(len(places)), ticks, fontsize=TEXT)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    axis.locator_params(axis="y", nbins=3)
    axis.tick_params(axis="y", labelsize=TEXT, labelcolor=QUIET)
    rest = steps[steps["protocol"].isin(sizes[sizes == 1].index)].groupby("protocol", sort=False)["share"].sum()
    heads = [f"{percent(1 - steps['share'].sum())} never react"]
    heads += [f"{percent(share)} first at {arm_name(protocol, None)}" for protocol, share in rest.items()]
    axis.set_title(f"{name}: {', '.join(heads)}", fontsize=HEAD, loc="left", pad=12)
    axis.set_ylim(0, 1.18 * max([*bottoms, axis.get_ylim()[1] / 1.18, 1.0]))
    bare(axis)


def _bars(axis: Axes, x: Any, heights: Any, bottoms: Any, grade: str, width: float) -> None:
    axis.bar(x, heights, width, bottoms, color=GRADE_COLOURS[grade], edgecolor="white", linewidth=1)
    axis.bar(x, heights, width, bottoms, **hatching(grade))
