"""The risk forest: every arm's risk, and its difference from the reference, as numbers and intervals."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures.drawing import FOOT, INK, MINUS, QUIET, TEXT, arm_name, bare, filled, new_figure, virtual_patients
from analysis.figures.frames import need_rows
from analysis.finding import finding
from analysis.formatting import DISCLAIMER, capitalised, difference_text, percent
from analysis.metrics import metric_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ROWS = 24


def plot_forest(table: pd.DataFrame, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw risks and paired risk differences with their intervals, one line an arm, the numbers beside them.

    Parameters
    ----------
    table : pandas.DataFrame
        From `analysis.comparison_table`; at most `MOST_ROWS` arms are drawn.
    labels : mapping of str to str, optional
        Names to show for arms, as in `plot_comparison`.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("forest.png", dpi=120)``. Of one arm only the risk is drawn.

    Raises
    ------
    ValueError
        If the frame has no rows or lacks a column.
    """
    need_rows(table, ("arm", "reference", "metric", "n", "level", "risk", "risk_low", "risk_high"))
    names = {arm: arm_name(arm, labels) for arm in table["arm"]}
    figure, shown = new_figure(finding(table, names)), table.head(MOST_ROWS)
    size = TEXT if len(shown) <= 8 else FOOT if len(shown) <= 16 else FOOT - 3
    grid = {"left": 0.19, "right": 0.79, "top": 0.765, "bottom": 0.205, "wspace": 0.62}
    panels = 2 if len(shown) > 1 else 1
    axes = figure.subplots(1, panels, gridspec_kw=grid, sharey=True, squeeze=False)[0]
    _draw_risks(axes[0], shown, size)
    _frame(axes[0], [names[arm] for arm in shown["arm"]], size)
    heads = [f"Risk of {metric_named(table['metric'].iloc[0]).label}"]
    if panels > 1:
        _draw_differences(axes[1], shown, size)
        heads.append(f"Difference from {names[table['reference'].iloc[0]]}")
    for axis, head in zip(axes, heads, strict=True):
        words = textwrap.wrap(head, 38 * (3 - panels))
        x = axis.get_position().x0
        figure.text(x, 0.785, "\n".join(map(capitalised, words[:1])) + "\n".join(["", *words[1:]]), fontsize=TEXT,
                    weight="bold", color=INK, va="bottom")  # fmt: skip
    _foot(figure, table, len(table) - len(shown))
    return figure


def _draw_risks(axis: Axes, shown: pd.DataFrame, size: int) -> None:
    for place, (_, row) in enumerate(shown.iterrows()):
        _draw_line(axis, place, [100 * row[f"risk{end}"] for end in ("", "_low", "_high")], "s")
        risk = f"{percent(row['risk'])} ({percent(row['risk_low'], '')}–{percent(row['risk_high'], '')})"
        _write(axis, place, risk if row["n"] else "nobody treated", size)


def _draw_differences(axis: Axes, shown: pd.DataFrame, size: int) -> None:
    for place, (_, row) in enumerate(shown.iterrows()):
        base = row["arm"] == row["reference"]
        if base:
            axis.plot([0], [place], "D", color="white", markeredgecolor=INK, markeredgewidth=2.5, markersize=11)
        else:
            _draw_line(axis, place, [100 * row[f"risk_difference{end}"] for end in ("", "_low", "_high")], "o")
        _write(axis, place, "reference" if base else difference_text(row).replace("-", MINUS), size)
    low, high = axis.get_xlim()
    low, high = min(low, -10.0), max(high, 10.0)
    axis.set_xlim(low - 0.04 * (high - low), high + 0.04 * (high - low))
    axis.axvline(0, color=QUIET, linewidth=2, zorder=0)
    axis.locator_params(axis="x", nbins=4)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", MINUS))
    axis.set_xlabel("percentage points", fontsize=TEXT, color=INK)
    axis.tick_params(axis="y", labelleft=False)
    _plain(axis)


def _draw_line(axis: Axes, y: int, values: list[float], marker: str) -> None:
    middle, low, high = values
    if math.isnan(middle):
        return
    axis.plot([low, high], [y, y], color=INK, linewidth=3.5, solid_capstyle="butt")
    axis.plot([middle], [y], marker, color="#0072B2", markeredgecolor=INK, markersize=12)


def _write(axis: Axes, y: int, text: str, size: int) -> None:
    axis.text(1.04, y, text, transform=axis.get_yaxis_transform(), fontsize=size, color=INK, va="center")


def _frame(left: Axes, names: list[str], size: int) -> None:
    left.set_ylim(len(names) - 0.4, -0.6)
    left.set_yticks(range(len(names)), [filled(name, 2.8, size) for name in names], fontsize=size, color=INK)
    left.set_xlim(-2, 102)
    left.set_xticks([0, 50, 100], ["0%", "50%", "100%"])
    left.set_xlabel("patients", fontsize=TEXT, color=INK)
    _plain(left)


def _plain(axis: Axes) -> None:
    axis.tick_params(axis="x", labelsize=TEXT, labelcolor=QUIET)
    axis.grid(axis="y", color="#EEEEEE", linewidth=1)
    axis.set_axisbelow(True)
    bare(axis)


def _foot(figure: Figure, table: pd.DataFrame, hidden: int) -> None:
    level, several = f"{100 * table['level'].iloc[0]:g}%", len(table) > 1
    more = f" {hidden} more arms are not drawn." if hidden else ""
    same = ", the same in every arm" if several else ""
    read = f"n = {virtual_patients([table['n'].max()])}{same}. In brackets and as bars: {level} intervals.{more}"
    figure.text(0.02, 0.055, read, fontsize=FOOT, color=QUIET, va="bottom")
    zero = "Left of zero: fewer than in the reference. " if several else ""
    figure.text(0.02, 0.018, f"{zero}{DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
