"""The interruption atlas: risk of taking a drug up again, by gap, by step reached, and by how long the drug stays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from analysis.courses import drug_words, duration_words
from analysis.drawing import FOOT, INK, QUIET, TEXT, new_figure
from analysis.formatting import DISCLAIMER, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = ("gap_h", "step_reached", "drug", "half_life_min", "risk", "risk_low", "risk_high")
MOST_PANELS = 4


def plot_atlas(table: pd.DataFrame, *, title: str = "") -> Figure:
    """Draw risk over gap and step reached, a panel for each drug, from the shortest half-life to the longest.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a field: ``gap_h``, hours without the drug; ``step_reached``, last step given before; ``drug``;
        ``half_life_min``, of the drug in plasma; ``risk``, share of patients, with ``risk_low`` and ``risk_high``. The
        first `MOST_PANELS` drugs are drawn.
    title : str
        Head of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("atlas.png", dpi=120)``. Fields without a row stay white.

    Raises
    ------
    ValueError
        If a column is missing or a field is told twice.
    """
    missing = [name for name in COLUMNS if name not in table]
    if missing or table.empty:
        raise ValueError(
            f"the atlas lacks {', '.join(missing)}" if missing else "the atlas has no rows; nothing to draw"
        )
    if table.duplicated(["drug", "half_life_min", "gap_h", "step_reached"]).any():
        raise ValueError("the atlas tells a field (drug, half_life_min, gap_h, step_reached) twice; choose one of them")
    panels = list(table.sort_values("half_life_min").groupby(["half_life_min", "drug"], sort=True))[:MOST_PANELS]
    figure = new_figure(title or _finding(table))
    grid = {"left": 0.075, "right": 0.985, "top": 0.755, "bottom": 0.2, "wspace": 0.06}
    axes = figure.subplots(1, len(panels), gridspec_kw=grid, squeeze=False, sharey=True)[0]
    gaps, steps = sorted(table["gap_h"].unique()), sorted(table["step_reached"].unique())
    for axis, ((half_life, drug), rows) in zip(axes, panels, strict=True):
        for _, row in rows.iterrows():
            _draw_field(axis, row, gaps.index(row["gap_h"]), steps.index(row["step_reached"]), len(gaps) * len(panels))
        _frame(axis, gaps, len(steps), len(panels))
        head = f"{drug_words(str(drug))}\nhalf-life {duration_words(float(half_life))}"
        axis.set_title(head, fontsize=TEXT, color=INK, weight="bold", loc="left", linespacing=1.2)
    axes[0].set_yticks(range(len(steps)), [f"{step:g}" for step in steps], fontsize=TEXT, color=INK)
    axes[0].set_ylabel("last step given before the gap", fontsize=TEXT, color=INK)
    figure.supxlabel("hours without the drug", fontsize=TEXT, color=INK, y=0.115)
    note = "Share of patients who react when the drug is taken up again; in brackets 95% intervals where there is room."
    figure.text(0.02, 0.055, note, fontsize=FOOT, color=QUIET, va="bottom")
    figure.text(0.02, 0.018, f"{DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _draw_field(axis: Axes, row: pd.Series, x: int, y: int, columns: int) -> None:
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    known = not math.isnan(row["risk"])
    colour = colormaps["cividis_r"](0.05 + 0.9 * row["risk"]) if known else "#EEEEEE"
    axis.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=colour, edgecolor="none"))
    ink = "white" if known and row["risk"] > 0.5 else INK
    size = TEXT if columns <= 12 else FOOT if columns <= 20 else FOOT - 4
    text = percent(row["risk"])
    axis.text(
        x, y, text, ha="center", va="bottom" if columns <= 12 else "center", fontsize=size, color=ink, weight="bold"
    )
    if known and columns <= 12:
        limits = f"({percent(row['risk_low'], '')}–{percent(row['risk_high'], '')})"
        axis.text(x, y - 0.02, limits, ha="center", va="top", fontsize=FOOT - 1, color=ink)


def _frame(axis: Axes, gaps: list[float], steps: int, panels: int) -> None:
    axis.set_xlim(-0.5, len(gaps) - 0.5)
    axis.set_ylim(-0.5, steps - 0.5)
    size = TEXT if len(gaps) * panels <= 16 else FOOT if len(gaps) * panels <= 28 else FOOT - 4
    axis.set_xticks(range(len(gaps)), [f"{gap:g}" for gap in gaps], fontsize=size, color=INK)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)


def _finding(table: pd.DataFrame) -> str:
    least, most = table.loc[table["risk"].idxmin()], table.loc[table["risk"].idxmax()]

    def told(row: pd.Series) -> str:
        return (
            f"{percent(row['risk'])} ({row['gap_h']:g} h after step {row['step_reached']:g}, {drug_words(row['drug'])})"
        )

    return f"After an interruption from {told(least)} to {told(most)} react"
