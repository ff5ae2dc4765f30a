"""Time against risk: the designs of a search, the published protocols, and what fresh patients say of the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.drawing import ARM_STYLES, FOOT, HEAD, INK, QUIET, TEXT, bare, new_figure
from analysis.formatting import DISCLAIMER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DESIGN = "#E69F00"
_SEARCHED = "#BBBBBB"


def plot_protocol_front(trials: pd.DataFrame, protocols: pd.DataFrame, *, limit: float = 0.05) -> Figure:
    """Draw how long protocols take against how many patients have a moderate or severe reaction.

    Parameters
    ----------
    trials : pandas.DataFrame
        Designs of the search: ``duration_min``, ``looks`` and ``risk`` (``search.csv``).
    protocols : pandas.DataFrame
        Published protocols and finalists on fresh patients (``protocols.csv``).
    limit : float
        Of the upper bound.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("front.png", dpi=120)``.
    """
    figure = new_figure("Time against risk: designed ladders beside the published protocols")
    axis = figure.subplots(gridspec_kw={"left": 0.075, "right": 0.72, "top": 0.86, "bottom": 0.23})
    looked = trials[trials["looks"] == 2]
    axis.scatter(
        looked["duration_min"] / 60.0, 100.0 * looked["risk"], s=34, color=_SEARCHED, label="designs of the search",
        zorder=1,
    )  # fmt: skip
    axis.axhline(100.0 * limit, color=INK, linewidth=1.2, linestyle=":", zorder=1)
    axis.text(1.0, 100.0 * limit, f" limit\n {100 * limit:g} %", transform=axis.get_yaxis_transform(), fontsize=FOOT,
              color=INK, va="center")  # fmt: skip
    designed = protocols["protocol"].str.startswith("design_")
    _draw_designs(axis, protocols[designed])
    _draw_published(axis, protocols[~designed])
    axis.set_xscale("log")
    ticks = [0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24]
    spread = pd.concat([looked["duration_min"], protocols["duration_min"]]) / 60.0
    shown = [tick for tick in ticks if 0.7 * spread.min() <= tick <= 1.3 * spread.max()]
    axis.set_xticks(shown, [f"{tick:g}" for tick in shown])
    axis.minorticks_off()
    # Roots spread the small risks that matter and still reach the full dose's.
    axis.set_yscale("function", functions=(lambda y: np.sqrt(np.maximum(y, 0.0)), np.square))
    axis.set_yticks([0, 1, 5, 10, 20, 40, 60, 80, 100])
    axis.set_ylim(0.0, min(102.0, 1.08 * 100.0 * float(max(protocols["risk_high"].max(), looked["risk"].max()))))
    axis.set_xlabel("planned length, hours", fontsize=HEAD - 2, color=INK)
    axis.set_ylabel("moderate or severe, % of patients", fontsize=HEAD - 2, color=INK)
    axis.tick_params(labelsize=TEXT - 2, colors=INK)
    axis.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    axis.set_axisbelow(True)
    bare(axis)
    axis.legend(loc="upper left", bbox_to_anchor=(1.08, 1.0), fontsize=TEXT - 3, frameon=False, labelspacing=0.8)
    note = (
        f"Bars: exact 95% intervals on {int(protocols['n'].max())} patients whom the search has not seen. Their upper "
        f"ends should be below the limit.\nGrey: in the search's own, fewer patients; {len(trials) - len(looked)} "
        f"hopeless designs of {len(trials)} are left out."
    )
    figure.text(0.02, 0.055, note, fontsize=FOOT, color=QUIET, va="bottom", linespacing=1.3)
    figure.text(0.02, 0.018, f"{DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _bars(part: pd.DataFrame) -> np.ndarray:
    lower, upper = part["risk"] - part["risk_low"], part["risk_high"] - part["risk"]
    return 100.0 * np.array([lower, upper], dtype=float)


def _draw_designs(axis: Axes, part: pd.DataFrame) -> None:
    part = part.sort_values("duration_min")
    hours, risk = part["duration_min"] / 60.0, 100.0 * part["risk"]
    axis.errorbar(
        hours, risk, yerr=_bars(part), fmt="*-", color=_DESIGN, markersize=15, linewidth=1.5, capsize=4, zorder=3,
        label="finalists, fresh patients",
    )  # fmt: skip
    for x, y, name in zip(hours, risk, part["protocol"], strict=True):
        axis.annotate(
            name.removeprefix("design_"), (x, y), xytext=(11, 9), textcoords="offset points", fontsize=FOOT,
            color=INK, weight="bold",
        )  # fmt: skip


def _draw_published(axis: Axes, part: pd.DataFrame) -> None:
    for row, (colour, _, marker) in zip(part.to_dict("records"), ARM_STYLES, strict=False):
        axis.errorbar(
            # Protocols of one length would hide each other's bars.
            [row["duration_min"] / 60.0 * (1.025 if row["protocol"] == "one_bag" else 1.0)], [100.0 * row["risk"]],
            yerr=_bars(pd.DataFrame([row])), fmt=marker, color=colour, markersize=11, linewidth=2.0, capsize=5,
            zorder=4, label=row["protocol"].replace("_", " "),
        )  # fmt: skip
