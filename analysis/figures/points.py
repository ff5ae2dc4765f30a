"""The points of a sweep drawn: risk at every point, a marker for each arm."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures.drawing import (
    ARM_STYLES,
    FOOT,
    INK,
    QUIET,
    TEXT,
    arm_name,
    bare,
    filled,
    new_figure,
    virtual_patients,
)
from analysis.figures.frames import need_rows
from analysis.formatting import DISCLAIMER, capitalised, percent
from analysis.harm import measure_named
from analysis.point_names import point_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_POINTS = 20
_SHORT = 34


def plot_points(table: pd.DataFrame, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw the risk of each arm at each point of a sweep, with intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        From `analysis.points_table`; the first `MOST_POINTS` points are drawn.
    labels : mapping of str to str, optional
        Names to show for arms, as in `plot_comparison`.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("points.png", dpi=120)``.

    Raises
    ------
    ValueError
        If the frame has no rows or lacks a column.
    """
    need_rows(table, ("point", "label", "arm", "metric", "n", "risk", "risk_low", "risk_high"))
    points, arms = list(dict.fromkeys(table["point"])), list(dict.fromkeys(table["arm"]))
    shown = table[table["point"].isin(points[:MOST_POINTS])]
    count = min(len(points), MOST_POINTS)
    metric = measure_named(table["metric"].iloc[0])
    heads = _numbered(point_names(table))
    figure = new_figure(_finding(table, metric.label, labels, heads))
    axis = figure.subplots(gridspec_kw={"left": 0.3, "right": 0.76, "top": 0.83, "bottom": 0.19})
    for place, arm in enumerate(arms):
        _draw_arm(axis, shown[shown["arm"] == arm], points, place, len(arms), arm_name(arm, labels))
    size = TEXT if count <= 8 else FOOT - (count > 14) * 3
    ticks = [_head(heads[point], size) for point in points[:MOST_POINTS]]
    axis.set_yticks(range(count), ticks, fontsize=size, color=INK)
    axis.set_ylim(count - 0.5, -0.5)
    for line in range(1, count):
        axis.axhline(line - 0.5, color="#E5E5E5", linewidth=1)
    axis.set_xlim(-2, 102)
    axis.set_xticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"], fontsize=TEXT, color=QUIET)
    axis.set_xlabel(f"patients with {metric.label}", fontsize=TEXT, color=INK)
    bare(axis)
    figure.legend(
        *axis.get_legend_handles_labels(), loc="center left", bbox_to_anchor=(0.775, 0.52), frameon=False, title="arm",
        title_fontsize=TEXT, fontsize=TEXT if len(arms) < 8 else FOOT, alignment="left",
    )  # fmt: skip
    more = f" {len(points) - count} more points are in the table." if len(points) > count else ""
    n = f"n = {virtual_patients(table['n'])} at each point. Bars: 95% intervals.{more}"
    figure.text(0.02, 0.055, n, fontsize=FOOT, color=QUIET, va="bottom")
    figure.text(0.02, 0.018, f"{DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _draw_arm(axis: Axes, rows: pd.DataFrame, points: list[int], place: int, arms: int, name: str) -> None:
    colour, _, marker = ARM_STYLES[place % len(ARM_STYLES)]
    beside = (place - (arms - 1) / 2) * min(0.2, 0.7 / arms)
    known = rows[rows["risk"].notna()]
    y = [points.index(point) + beside for point in known["point"]]
    middle, low, high = (100 * known[f"risk{end}"].to_numpy(float) for end in ("", "_low", "_high"))
    axis.hlines(y, low, high, color=colour, linewidth=3)
    axis.plot(middle, y, marker, color=colour, markersize=13 if arms < 6 else 11, markeredgecolor=colour, label=name)


def _numbered(names: dict[int, str]) -> dict[int, str]:
    """Put numbers before names that are too long for a title, which then names points by their numbers."""
    if all(len(name) <= _SHORT for name in names.values()):
        return names
    return {point: f"{point}: {name}" for point, name in names.items()}


def _head(name: str, size: int) -> str:
    return filled(textwrap.shorten(name, 60, placeholder="…"), 4.4, size)


def _finding(table: pd.DataFrame, label: str, labels: Mapping[str, str] | None, heads: Mapping[int, str]) -> str:
    """Name the point and arm with the least and the greatest risk."""
    if not math.isfinite(table["risk"].max()):
        return "No patient finished"
    ends = [table.loc[table["risk"].idxmin()], table.loc[table["risk"].idxmax()]]
    by_number = any(len(name) > _SHORT for name in heads.values())
    named = [f"point {row['point']}" if by_number else heads[row["point"]] for row in ends]
    words = [
        f"{percent(row['risk'])} ({arm_name(row['arm'], labels)}; {at})" for row, at in zip(ends, named, strict=True)
    ]
    return capitalised(f"{label}: from {words[0]} to {words[1]}")
