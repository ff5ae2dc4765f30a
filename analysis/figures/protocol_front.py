"""Time against risk: the designs of a search, the published protocols, and what fresh patients say of the best."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.drawing import ARM_STYLES, FOOT, HEAD, INK, QUIET, TEXT, bare, new_figure
from analysis.figures.frames import need_rows
from analysis.figures.label_places import Labels
from analysis.formatting import DISCLAIMER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DESIGN = "#E69F00"
_WORST = "#000000"
_ALONG = 40
_SEARCHED = "#BBBBBB"


def plot_protocol_front(trials: pd.DataFrame, protocols: pd.DataFrame, *, limit: float = 0.05) -> Figure:
    """Draw how long protocols take against how many patients have a moderate or severe reaction.

    Parameters
    ----------
    trials : pandas.DataFrame
        Designs of the search: ``duration_min``, ``looks`` and ``risk`` (``search.csv``).
    protocols : pandas.DataFrame
        Published protocols and finalists on fresh patients (``protocols.csv``): ``protocol``, ``duration_min``, ``n``,
        ``risk`` with ``_low`` and ``_high``, and ``worst_risk`` over the ranges of the fitted parameters.
    limit : float
        Of the upper bound.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("front.png", dpi=120)``. A line joins the finalists that no other beats in
        both length and risk.

    Raises
    ------
    ValueError
        If a frame has no rows or lacks a column.
    """
    need_rows(trials, ("duration_min", "looks", "risk"))
    need_rows(protocols, ("protocol", "duration_min", "n", "risk", "risk_low", "risk_high", "worst_risk"))
    figure = new_figure("Time against risk: designed ladders beside the published protocols")
    axis = figure.subplots(gridspec_kw={"left": 0.085, "right": 0.7, "top": 0.86, "bottom": 0.23})
    looked = trials[trials["looks"] == 2]
    axis.scatter(
        looked["duration_min"] / 60.0, 100.0 * looked["risk"], s=34, color=_SEARCHED, label="designs of the search",
        zorder=1,
    )  # fmt: skip
    axis.axhline(100.0 * limit, color=INK, linewidth=1.2, linestyle=":", zorder=1)
    axis.text(1.0, 100.0 * limit, f" limit\n {100 * limit:g} %", transform=axis.get_yaxis_transform(), fontsize=FOOT,
              color=INK, va="center")  # fmt: skip
    designed = protocols["protocol"].str.startswith("design_")
    _frame(axis, looked, protocols)
    _draw_designs(axis, protocols[designed])
    _draw_published(axis, protocols[~designed])
    _name_designs(axis, looked, protocols, designed)
    axis.legend(loc="upper left", bbox_to_anchor=(1.07, 1.0), fontsize=TEXT - 3, frameon=False, labelspacing=0.8)
    note = (
        f"Bars: exact 95% intervals on {int(protocols['n'].max())} patients whom the search has not seen. Their upper "
        "ends should be below the limit. Numbers: designs.\nCrosses: with other values of the fitted parameters, in "
        f"some of them. Grey: in the search's own, fewer patients; {len(trials) - len(looked)} of {len(trials)} "
        "designs are left out."
    )
    figure.text(0.02, 0.055, note, fontsize=FOOT, color=QUIET, va="bottom", linespacing=1.3)
    figure.text(0.02, 0.018, f"{DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _frame(axis: Axes, looked: pd.DataFrame, protocols: pd.DataFrame) -> None:
    axis.set_xscale("log")
    ticks = [0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24]
    spread = pd.concat([looked["duration_min"], protocols["duration_min"]]) / 60.0
    shown = [tick for tick in ticks if 0.7 * spread.min() <= tick <= 1.3 * spread.max()]
    axis.set_xticks(shown, [f"{tick:g}" for tick in shown])
    axis.minorticks_off()
    # Roots spread the small risks that matter and still reach the full dose's.
    axis.set_yscale("function", functions=(lambda y: np.sqrt(np.maximum(y, 0.0)), np.square))
    axis.set_yticks([0, 1, 5, 10, 20, 40, 60, 80, 100])
    highest = max(protocols["risk_high"].max(), protocols["worst_risk"].max(), looked["risk"].max(), 0.05)
    axis.set_ylim(0.0, min(102.0, 108.0 * float(highest)))
    axis.set_xlim(0.8 * spread.min(), 1.25 * spread.max())
    axis.set_xlabel("planned length, hours", fontsize=HEAD - 2, color=INK)
    axis.set_ylabel("moderate or severe, %\n(square-root scale)", fontsize=HEAD - 2, color=INK)
    axis.tick_params(labelsize=TEXT - 2, colors=INK)
    axis.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    axis.set_axisbelow(True)
    bare(axis)


def _bars(part: pd.DataFrame) -> np.ndarray:
    lower, upper = part["risk"] - part["risk_low"], part["risk_high"] - part["risk"]
    return 100.0 * np.array([lower, upper], dtype=float)


def _draw_designs(axis: Axes, part: pd.DataFrame) -> None:
    part = part.sort_values(["duration_min", "risk"])
    hours, risk = part["duration_min"] / 60.0, 100.0 * part["risk"]
    best = unbeaten(part)
    axis.plot(hours[best], risk[best], "-", color=_DESIGN, linewidth=1.5, zorder=2)
    axis.errorbar(
        hours, risk, yerr=_bars(part), fmt="*", color=_DESIGN, markersize=15, linewidth=1.5, capsize=4, zorder=3,
        label="finalists, fresh patients",
    )  # fmt: skip
    axis.plot(
        hours, 100.0 * part["worst_risk"], "x", color=_WORST, markeredgewidth=2.2, markersize=9,
        zorder=5, label="finalists, worst over the\nfitted parameters' ranges",
    )  # fmt: skip


def unbeaten(protocols: pd.DataFrame) -> pd.Series:
    """Mark those that no other beats in both length and risk, in a frame sorted by length, then risk."""
    return protocols["risk"] < protocols["risk"].cummin().shift(fill_value=np.inf)


def _name_designs(axis: Axes, looked: pd.DataFrame, protocols: pd.DataFrame, designed: pd.Series) -> None:
    """Write each design's number beside its star, off every mark and bar."""
    labels = Labels(axis, FOOT)
    for hours, risk in zip(looked["duration_min"] / 60.0, 100.0 * looked["risk"], strict=True):
        labels.avoid((float(hours), float(risk)), 6, if_possible=True)
    for row in protocols.to_dict("records"):
        hours = row["duration_min"] / 60.0
        labels.avoid_line((hours, 100.0 * row["risk_low"]), (hours, 100.0 * row["risk_high"]))
        labels.avoid((hours, 100.0 * row["risk"]), 15)
    for row in protocols[designed].to_dict("records"):
        labels.avoid((row["duration_min"] / 60.0, 100.0 * row["worst_risk"]), 9)
    best = protocols[designed].sort_values(["duration_min", "risk"])
    best = best[unbeaten(best)]
    for start, end in pairwise(best.to_dict("records")):
        hours = np.linspace(start["duration_min"], end["duration_min"], _ALONG) / 60.0
        for x, y in zip(hours, 100.0 * np.linspace(start["risk"], end["risk"], _ALONG), strict=True):
            labels.avoid((float(x), float(y)), 5)
    for row in protocols[designed].to_dict("records"):
        labels.write(row["protocol"].removeprefix("design_"), (row["duration_min"] / 60.0, 100.0 * row["risk"]))


def _draw_published(axis: Axes, part: pd.DataFrame) -> None:
    for row, (colour, _, marker) in zip(part.to_dict("records"), ARM_STYLES, strict=False):
        axis.errorbar(
            # Protocols of one length would hide each other's bars.
            [row["duration_min"] / 60.0 * (1.025 if row["protocol"] == "one_bag" else 1.0)], [100.0 * row["risk"]],
            yerr=_bars(pd.DataFrame([row])), fmt=marker, color=colour, markersize=11, linewidth=2.0, capsize=5,
            zorder=4, label=row["protocol"].replace("_", " "),
        )  # fmt: skip
