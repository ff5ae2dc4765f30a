"""What a result hangs on: a tornado of parameters at the ends of their ranges, and Morris' µ* against σ."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.drawing import FOOT, HEAD, INK, QUIET, TEXT, arm_name, bare, new_figure
from analysis.figures.frames import need_rows
from analysis.formatting import DISCLAIMER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LOW, _HIGH = "#0072B2", "#D55E00"
_MOST_BARS = 14
_MEASURED = {
    "harmed": "share of patients harmed",
    "moderate_or_severe": "share with a moderate or severe reaction",
    "reacted": "share with any reaction",
    "any_necrolysis": "share with epidermal necrolysis",
    "released_fraction": "share of mast cells degranulated",
    "max_detached_percent": "greatest body surface detached, %, mean",
}
_LABELLED = 8
_NEAR_ZERO = 0.12
_LINE = 0.038
_SHIFTS = (0.015, -0.05, 0.055, -0.09, 0.095)


def plot_sensitivity(table: pd.DataFrame, arm: str, *, title: str = "") -> Figure:
    """Draw the leading parameters of one arm.

    Parameters
    ----------
    table : pandas.DataFrame
        ``sensitivity.csv`` of ``desensim sensitivity``: ``arm``, ``measure``, ``parameter``, ``kind``, ``at_value``,
        ``at_low``, ``at_high``, ``effect``; and, where there was a screening, ``mu_star`` and ``sigma``.
    arm : str
    title : str
        Head of the figure; by default made of the arm.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; the tornado on the left, and on the right µ* against σ where there was a screening.

    Raises
    ------
    LookupError
        If the table has no such arm.
    ValueError
        If the frame has no rows or lacks a column.
    """
    need_rows(table, ("arm", "measure", "parameter", "kind", "at_value", "at_low", "at_high", "effect"))
    part = table[table["arm"] == arm]
    if part.empty:
        raise LookupError(f"no arm {arm!r} in this table; there are {', '.join(dict.fromkeys(table['arm']))}")
    figure = new_figure(title or f"What the outcome of {arm_name(arm, None)} hangs on")
    screened = "mu_star" in part and part["mu_star"].notna().any()
    left = figure.add_axes((0.26, 0.21, 0.33 if screened else 0.7, 0.63))
    moving = part[part["effect"] > 0.0].sort_values("effect", ascending=False, kind="stable")
    _draw_tornado(left, moving.head(_MOST_BARS), part)
    if screened:
        _draw_morris(figure.add_axes((0.69, 0.21, 0.285, 0.63)), part[part["mu_star"].notna()])
    still = len(part) - len(moving)
    note = (
        f"Left: each parameter at the ends of its range, the others as they are, in the same patients; {still} of "
        f"{len(part)} change nothing here.\n(f): fitted, the others assumed. Right: all of the leading ones at once."
    )
    figure.text(0.02, 0.055, note, fontsize=FOOT, color=QUIET, va="bottom", linespacing=1.3)
    figure.text(0.02, 0.018, f"{DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _name(row: pd.Series) -> str:
    short = str(row["parameter"]).replace("_", " ").replace(".", ": ", 1)
    short = short.removeprefix("drugs: ")
    return f"{short} (f)" if row["kind"] == "fitted" else short


def _draw_tornado(axis: Axes, part: pd.DataFrame, whole: pd.DataFrame) -> None:
    usual, measure = float(whole["at_value"].iloc[0]), str(whole["measure"].iloc[0])
    for place, (_, row) in enumerate(part.iterrows()):
        for end, colour, shift in (("at_low", _LOW, -0.19), ("at_high", _HIGH, 0.19)):
            width = row[end] - usual
            axis.barh(place + shift, width, left=usual, height=0.36, color=colour)
            if width == 0.0:
                axis.plot([usual], [place + shift], marker="|", color=colour, markersize=8)
    axis.axvline(usual, color=INK, linewidth=1.2)
    axis.set_yticks(range(len(part)), [_name(row) for _, row in part.iterrows()], fontsize=13, color=INK)
    axis.set_ylim(max(len(part), 1) - 0.4, -0.6)
    axis.set_xlabel(_MEASURED.get(measure, measure.replace("_", " ")), fontsize=TEXT - 1, color=INK)
    axis.tick_params(axis="x", labelsize=TEXT - 4, colors=INK)
    axis.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    axis.set_axisbelow(True)
    bare(axis)
    for place, (text, colour) in enumerate((("low end", _LOW), ("high end", _HIGH))):
        axis.text(0.0 + 0.34 * place, 1.02, f"\u25a0 {text}", transform=axis.transAxes, fontsize=TEXT - 3, color=colour)
    if part.empty:
        axis.text(0.5, 0.5, "nothing changes the outcome", transform=axis.transAxes, ha="center", fontsize=HEAD)


def _short(parameter: str) -> str:
    return parameter.rpartition(".")[2].replace("_", " ")


def _draw_morris(axis: Axes, part: pd.DataFrame) -> None:
    part = part.sort_values("mu_star", ascending=False, kind="stable")
    axis.errorbar(
        part["mu_star"], part["sigma"], xerr=part["mu_star_interval"], fmt="o", color=INK, markersize=8,
        elinewidth=1.0, ecolor="#AAAAAA",
    )  # fmt: skip
    top = float(np.nanmax([*part["mu_star"], *part["sigma"], 1e-9])) * 1.15
    axis.plot([0.0, top], [0.0, top], color="#AAAAAA", linewidth=1.0, linestyle=":")
    axis.set_xlim(0.0, top)
    axis.set_ylim(0.0, top)
    far = part[part["mu_star"] + part["sigma"] > _NEAR_ZERO * top].head(_LABELLED)
    taken: list[float] = []
    for _, row in far.iterrows():
        places = [float(row["sigma"]) + shift * top for shift in _SHIFTS]
        free = [y for y in places if all(abs(y - other) >= _LINE * top for other in taken)]
        y = free[0] if free else places[0]
        taken.append(y)
        right = row["mu_star"] > 0.55 * top
        axis.text(
            row["mu_star"] + (-0.02 if right else 0.02) * top, y, _short(row["parameter"]),
            ha="right" if right else "left", fontsize=12, color=INK,
        )  # fmt: skip
    still = [_short(name) for name in part["parameter"] if name not in set(far["parameter"])]
    if still:
        text = textwrap.fill(f"near 0: {', '.join(still)}", 44)
        axis.text(0.03, 0.98, text, transform=axis.transAxes, fontsize=12, color=QUIET, va="top", linespacing=1.4)
    axis.set_xlabel("µ*: mean size of the effect", fontsize=TEXT - 3, color=INK)
    axis.set_ylabel("σ: how much it depends on the others", fontsize=TEXT - 3, color=INK)
    axis.tick_params(labelsize=TEXT - 4, colors=INK)
    axis.set_title("Morris' screening", fontsize=TEXT - 1, color=INK, loc="left")
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
