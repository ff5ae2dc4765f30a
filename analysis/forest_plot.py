"""The risk forest: every arm's risk, and its difference from the reference, as numbers and intervals."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.drawing import FOOT, INK, MINUS, QUIET, TEXT, arm_name, bare, new_figure
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
        16:9; save it with ``figure.savefig("forest.png", dpi=120)``.
    """
    names = {arm: arm_name(arm, labels) for arm in table["arm"]}
    figure, shown = new_figure(finding(table, names)), table.head(MOST_ROWS)
    size = TEXT if len(shown) <= 8 else FOOT if len(shown) <= 16 else FOOT - 3
    grid = {"left": 0.19, "right": 0.79, "top": 0.765, "bottom": 0.205, "wspace": 0.62}
    left, right = figure.subplots(1, 2, gridspec_kw=grid, sharey=True)
    for place, (_, row) in enumerate(shown.iterrows()):
        _draw_line(left, place, [100 * row[f"risk{end}"] for end in ("", "_low", "_high")], "s")
        base = row["arm"] == row["reference"]
        if base:
            right.plot([0], [place], "D", color="white", markeredgecolor=INK, markeredgewidth=2.5, markersize=11)
        else:
            _draw_line(right, place, [100 * row[f"risk_difference{end}"] for end in ("", "_low", "_high")], "o")
        risk = f"{percent(row['risk'])} ({percent(row['risk_low'], '')}–{percent(row['risk_high'], '')})"
        _write(left, place, risk if row["n"] else "nobody treated", size)
        _write(right, place, "reference" if base else difference_text(row).replace("-", MINUS), size)
    _frame(left, right, [names[arm] for arm in shown["arm"]], size)
    metric = metric_named(table["metric"].iloc[0])
    for axis, head in (
        (left, f"Risk of {metric.label}"),
        (right, f"Difference from {names[table['reference'].iloc[0]]}"),
    ):
        words = textwrap.wrap(head, 38)
        x = axis.get_position().x0
        figure.text(x, 0.785, "\n".join(map(capitalised, words[:1])) + "\n".join(["", *words[1:]]), fontsize=TEXT,
                    weight="bold", color=INK, va="bottom")  # fmt: skip
    _foot(figure, table, len(table) - len(shown))
    return figure


def _draw_line(axis: Axes, y: int, values: list[float], marker: str) -> None:
    middle, low, high = values
    if math.isnan(middle):
        return
    axis.plot([low, high], [y, y], color=INK, linewidth=3.5, solid_capstyle="butt")
    axis.plot([middle], [y], marker, color="#0072B2", markeredgecolor=INK, markersize=12)


def _write(axis: Axes, y: int, text: str, size: int) -> None:
    axis.text(1.04, y, text, transform=axis.get_yaxis_transform(), fontsize=size, color=INK, va="center")


def _frame(left: Axes, right: Axes, names: list[str], size: int) -> None:
    left.set_ylim(len(names) - 0.4, -0.6)
    left.set_yticks(range(len(names)), [textwrap.fill(name, 22) for name in names], fontsize=size, color=INK)
    left.set_xlim(-2, 102)
    left.set_xticks([0, 50, 100], ["0%", "50%", "100%"])
    left.set_xlabel("patients", fontsize=TEXT, color=INK)
    low, high = right.get_xlim()
    low, high = min(low, -10.0), max(high, 10.0)
    right.set_xlim(low - 0.04 * (high - low), high + 0.04 * (high - low))
    right.axvline(0, color=QUIET, linewidth=2, zorder=0)
    right.locator_params(axis="x", nbins=4)
    right.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", MINUS))
    right.set_xlabel("percentage points", fontsize=TEXT, color=INK)
    right.tick_params(axis="y", labelleft=False)
    for axis in (left, right):
        axis.tick_params(axis="x", labelsize=TEXT, labelcolor=QUIET)
        axis.grid(axis="y", color="#EEEEEE", linewidth=1)
        axis.set_axisbelow(True)
        bare(axis)


def _foot(figure: Figure, table: pd.DataFrame, hidden: int) -> None:
    n, level = int(table["n"].max()), f"{100 * table['level'].iloc[0]:g}%"
    more = f" {hidden} more arms are not drawn." if hidden else ""
    read = f"n = {n} virtual patients, the same in every arm. In brackets and as bars: {level} intervals.{more}"
    figure.text(0.02, 0.055, read, fontsize=FOOT, color=QUIET, va="bottom")
    figure.text(0.02, 0.018, f"Left of zero: fewer than in the reference. {DISCLAIMER}.", fontsize=FOOT, color=QUIET,
                va="bottom")  # fmt: skip
