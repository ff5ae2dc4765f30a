"""Single mast cells: what happens inside some of them over time, and when each of them degranulates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.drawing import FOOT, INK, QUIET, TEXT, arm_name, bare, new_figure
from analysis.figures.frames import need_one_patient, need_rows
from analysis.formatting import DISCLAIMER, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_TRACES = 12
_ORGANS = {"skin": ("#E69F00", "o"), "lung": ("#0072B2", "^"), "gut": ("#009E73", "s")}
_OTHER = (INK, "D")
_FIRED, _SILENT = "#D55E00", "#0072B2"
_PANELS = (
    ("crosslinks", "cross-links\nper cell"), ("ship1", "SHIP-1\nper cell"),
    ("calcium", "Ca²⁺\n÷ threshold"),
)  # fmt: skip


def plot_traces(traces: pd.DataFrame, *, title: str = "") -> Figure:
    """Draw cross-links, SHIP-1 and Ca²⁺ of single cells over time.

    Parameters
    ----------
    traces : pandas.DataFrame
        One row a cell and time: ``cell``, ``time_min``, ``crosslinks``, ``ship1``, ``calcium``, ``threshold`` (in the
        unit of calcium) and ``fired``, whether the cell has degranulated by then. The first `MOST_TRACES` cells are
        drawn.
    title : str
        Head of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("traces.png", dpi=120)``. Cells that degranulate are red and end in a cross,
        the others are blue and dashed.

    Raises
    ------
    ValueError
        If the frame has no rows or lacks a column.
    """
    need_rows(traces, ("cell", "time_min", "crosslinks", "ship1", "calcium", "threshold", "fired"))
    cells = list(dict.fromkeys(traces["cell"]))[:MOST_TRACES]
    shown = traces[traces["cell"].isin(cells)].assign(calcium=traces["calcium"] / traces["threshold"])
    fired = shown.groupby("cell", sort=False)["fired"].any()
    figure = new_figure(title or f"{int(fired.sum())} of these {len(cells)} mast cells degranulate")
    grid = {"left": 0.16, "right": 0.975, "top": 0.84, "bottom": 0.17, "hspace": 0.3}
    axes = figure.subplots(len(_PANELS), 1, gridspec_kw=grid, sharex=True)
    for axis, (column, words) in zip(axes, _PANELS, strict=True):
        for cell in cells:
            _draw_trace(axis, shown[shown["cell"] == cell], column)
        axis.set_ylabel(words, fontsize=FOOT, color=INK, rotation=0, ha="right", va="center", labelpad=12)
        axis.locator_params(axis="y", nbins=3)
        axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.4g}")
        axis.tick_params(axis="both", labelsize=FOOT, labelcolor=QUIET)
        axis.set_ylim(bottom=0)
        bare(axis)
    axes[-1].axhline(1.0, color=INK, linewidth=1.5, linestyle=":")
    axes[-1].set_xlabel("time after the start of the course, min", fontsize=TEXT, color=INK)
    note = "Red with a cross: degranulates there. Blue, dashed: does not. Dotted: Ca²⁺ of half the greatest hazard."
    figure.text(0.02, 0.047, note, fontsize=FOOT, color=QUIET, va="bottom")
    figure.text(0.02, 0.014, f"{DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _draw_trace(axis: Axes, rows: pd.DataFrame, column: str) -> None:
    after = rows["fired"].to_numpy(bool)
    if not after.any():
        axis.plot(rows["time_min"], rows[column], color=_SILENT, linewidth=1.8, linestyle="--", alpha=0.85)
        return
    end = int(np.argmax(after)) + 1
    alive = rows.iloc[:end]
    axis.plot(alive["time_min"], alive[column], color=_FIRED, linewidth=2, alpha=0.85)
    axis.plot(alive["time_min"].iloc[-1:], alive[column].iloc[-1:], "X", color=_FIRED, markersize=9, clip_on=False)


def plot_raster(cells: pd.DataFrame) -> Figure:
    """Draw when each mast cell of one patient degranulates, a mark for each, a panel for each arm.

    Parameters
    ----------
    cells : pandas.DataFrame
        Of one patient and one replicate, from ``results.cells(patient_id=7)``. The first four arms are drawn.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("raster.png", dpi=120)``.

    Raises
    ------
    ValueError
        If the frame has no rows, lacks a column or holds several patients.
    """
    need_rows(cells, ("arm", "cell", "organ", "threshold", "fired_min"))
    need_one_patient(cells, "results.cells(patient_id=7)")
    arms = list(dict.fromkeys(cells["arm"]))[:4]
    shares = {arm: float(cells.loc[cells["arm"] == arm, "fired_min"].notna().mean()) for arm in arms}
    words = "; ".join(f"{percent(share)} with {arm_name(arm, None)}" for arm, share in shares.items())
    figure = new_figure(f"Mast cells of one patient that degranulate: {words}")
    grid = {"left": 0.085, "right": 0.985, "top": 0.75, "bottom": 0.19, "wspace": 0.1}
    axes = figure.subplots(1, len(arms), gridspec_kw=grid, squeeze=False, sharey=True)[0]
    for axis, arm in zip(axes, arms, strict=True):
        _draw_raster(axis, cells[cells["arm"] == arm], arm_name(arm, None))
    axes[0].set_ylabel("mast cells, lowest threshold at the top", fontsize=TEXT, color=INK)
    handles = [
        axes[0].plot([], [], marker, color=colour, markersize=10, label=organ)[0]
        for organ, (colour, marker) in _ORGANS.items()
    ]
    figure.legend(
        handles=handles, loc="upper right", bbox_to_anchor=(0.985, 0.86), ncols=3, frameon=False, fontsize=TEXT
    )
    note = "Each mark is a cell that degranulates, at the time when it does. Cells without a mark do not degranulate, "
    note += "or have filled up again."
    figure.text(0.02, 0.047, note, fontsize=FOOT, color=QUIET, va="bottom")
    figure.text(0.02, 0.014, f"A virtual patient. {DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _draw_raster(axis: Axes, rows: pd.DataFrame, name: str) -> None:
    taken = rows.sort_values(["threshold", "cell"]).reset_index(drop=True)
    places = np.arange(len(taken))
    hours = rows["fired_min"].max() > 600.0
    x = taken["fired_min"].to_numpy(float) / (60.0 if hours else 1.0)
    fired = ~np.isnan(x)
    for organ in dict.fromkeys(taken["organ"].astype(str)):
        colour, marker = _ORGANS.get(organ, _OTHER)
        shown = fired & (taken["organ"].astype(str) == organ).to_numpy()
        axis.scatter(x[shown], places[shown], s=24, color=colour, marker=marker, linewidths=0)
    if not fired.any():
        axis.text(0.5, 0.5, "none", transform=axis.transAxes, fontsize=TEXT, color=QUIET, ha="center", va="center")
    axis.set_ylim(len(taken), -1)
    axis.set_yticks([])
    axis.set_title(name, fontsize=TEXT, loc="left", color=INK, weight="bold")
    axis.set_xlim(0, 1.05 * float(x[fired].max()) if fired.any() else 1.0)
    axis.locator_params(axis="x", nbins=4)
    axis.tick_params(axis="x", labelsize=TEXT, labelcolor=QUIET)
    axis.set_xlabel(f"{'hours' if hours else 'min'} after the start", fontsize=TEXT, color=INK)
    bare(axis)
