"""The bell of cross-links over the antigen, and how free hapten lowers it, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures.drawing import ARM_STYLES, FOOT, HEAD, INK, QUIET, TEXT, bare, new_figure
from analysis.figures.frames import need_rows
from analysis.formatting import DISCLAIMER, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_bell(points: pd.DataFrame) -> Figure:
    """Draw cross-links at equilibrium against the antigen, with free hapten that blocks.

    Parameters
    ----------
    points : pandas.DataFrame
        ``hapten_per_antigen``; ``antigen`` (K·C, no unit); ``expected``, cross-links per cell of the closed form;
        ``mean``, ``low`` and ``high`` of simulated cells, missing where none were simulated; ``cells``, ``seed``.

    Returns
    -------
    matplotlib.figure.Figure
        16:9. Lines are the closed form, marks and bars the mean and the middle 95 % of the simulated cells.

    Raises
    ------
    ValueError
        If the frame has no rows or lacks a column.
    """
    need_rows(points, ("hapten_per_antigen", "antigen", "expected", "mean", "low", "high", "cells", "seed"))
    figure = new_figure(_bell_finding(points))
    axis = figure.subplots(gridspec_kw={"left": 0.085, "right": 0.985, "top": 0.82, "bottom": 0.225})
    for place, (hapten, rows) in enumerate(points.sort_values("antigen").groupby("hapten_per_antigen")):
        colour, line, marker = ARM_STYLES[place % len(ARM_STYLES)]
        axis.plot(rows["antigen"], rows["expected"], color=colour, linestyle=line, linewidth=3.5)
        seen = rows.dropna(subset=["mean"])
        errors = [seen["mean"] - seen["low"], seen["high"] - seen["mean"]]
        style: dict[str, Any] = {"color": colour, "marker": marker, "markersize": 11, "linestyle": "none"}
        axis.errorbar(seen["antigen"], seen["mean"], errors, elinewidth=2, capsize=6, **style)
        axis.plot(
            [], [], color=colour, linestyle=line, marker=marker, markersize=11, linewidth=3.5, label=f"{hapten:g}"
        )
    axis.set_xscale("log")
    axis.set_ylim(bottom=0)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axis.minorticks_off()
    axis.set_xlabel("antigen, K·C (concentration × affinity, no unit)", fontsize=TEXT, color=INK, labelpad=8)
    axis.set_ylabel("cross-links per cell", fontsize=TEXT, color=INK)
    axis.tick_params(axis="both", labelsize=TEXT, labelcolor=QUIET)
    bare(axis)
    axis.legend(
        title="free hapten per antigen\n(K$_a$·B / K·C)", title_fontsize=TEXT, loc="upper left", frameon=False,
        fontsize=HEAD, alignment="left",
    )  # fmt: skip
    cells, seed = int(points["cells"].max()), int(points["seed"].iloc[0])
    read = "Lines: closed form (Dembo & Goldstein 1978). Marks and bars: mean and middle 95% "
    read += f"of {cells:,} simulated cells."
    figure.text(0.02, 0.055, f"{read}  \u00b7  seed {seed}", fontsize=FOOT, color=QUIET, va="bottom")
    figure.text(0.02, 0.018, f"{DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _bell_finding(points: pd.DataFrame) -> str:
    """State where each bell peaks, and how high."""
    tops = points.loc[points.groupby("hapten_per_antigen")["expected"].idxmax()].sort_values("hapten_per_antigen")
    first, last = tops.iloc[0], tops.iloc[-1]
    most = f"{first['expected']:,.0f} per cell, at K·C {first['antigen']:.2g}"
    head = f"Cross-links rise and fall with the antigen: most, {most}"
    if len(tops) == 1:
        return head
    share = percent(last["expected"] / first["expected"])
    return f"{head}; {last['hapten_per_antigen']:g} free hapten per antigen leave {share} of that"
