"""Cumulative incidence of the first reaction over the dose given, over minutes or over days."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.drawing import (
    ARM_STYLES,
    FOOT,
    HEAD,
    INK,
    QUIET,
    TEXT,
    arm_name,
    bare,
    new_figure,
    virtual_patients,
)
from analysis.figures.frames import need_rows
from analysis.formatting import DISCLAIMER, percent, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "dose_mg": ("dose given so far, mg", "first symptom", "the dose given"),
    "time_min": ("time after the start of the course, min", "first symptom", "time"),
    "skin_d": ("time after the start of the course, days", "skin visibly ill", "days"),
}
_LOG_SPAN = 30.0


def plot_incidence(table: pd.DataFrame, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw who has reacted by each dose, or time, arm by arm, with intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        From `analysis.cumulative_incidence`, on any of its scales.
    labels : mapping of str to str, optional
        Names to show for arms, as in `plot_comparison`.

    Returns
    -------
    matplotlib.figure.Figure
        16:9. Steps are Aalen and Johansen's estimate, bands its limits; other ends (death, withdrawal, the end of
        treatment) compete and are not drawn.

    Raises
    ------
    ValueError
        If nobody reacts in any arm, or the frame has no rows or lacks a column.
    """
    scale = next((name for name in _WORDS if name in table), "time_min")
    need_rows(table, ("arm", "cause", scale, "incidence", "incidence_low", "incidence_high", "n"))
    reacted = table[table["cause"] == "reaction"]
    if reacted.empty:
        raise ValueError("nobody reacts in this run; there is no incidence to draw")
    arms = list(dict.fromkeys(table["arm"]))
    figure = new_figure(_finding(reacted, arms, scale, labels))
    axis = figure.subplots(gridspec_kw={"left": 0.09, "right": 0.74, "top": 0.82, "bottom": 0.215})
    start, end = _ends(reacted[scale], table[scale])
    for place, arm in enumerate(arms):
        _draw_arm(axis, reacted[reacted["arm"] == arm], scale, place, (start, end), arm_name(arm, labels))
    _frame(axis, scale, start, end)
    figure.legend(
        *axis.get_legend_handles_labels(), loc="center left", bbox_to_anchor=(0.745, 0.52), frameon=False,
        fontsize=TEXT if len(arms) < 7 else FOOT, title="arm", title_fontsize=HEAD, alignment="left",
        labelspacing=0.8, handlelength=2.2,
    )  # fmt: skip
    n = virtual_patients(table.groupby("arm", sort=False)["n"].max())
    read = f"n = {n}. Steps: cumulative incidence (Aalen–Johansen); bands: 95% intervals. "
    figure.text(0.02, 0.055, read, fontsize=FOOT, color=QUIET, va="bottom")
    rest = f"Death, withdrawal and the end of treatment compete with the reaction. {DISCLAIMER}."
    figure.text(0.02, 0.018, rest, fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def plot_dose_to_reaction(table: pd.DataFrame, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw `plot_incidence` of a table over ``dose_mg``; a ValueError says if it is over another scale."""
    if "dose_mg" not in table:
        raise ValueError('the table has no dose_mg; make it with cumulative_incidence(results, "dose_mg")')
    return plot_incidence(table, labels=labels)


def _ends(reacted: pd.Series, everything: pd.Series) -> tuple[float, float]:
    above = reacted[reacted > 0]
    start = float(above.min()) if len(above) else 1.0
    return start, max(float(everything.max()), start)


def _draw_arm(axis: Axes, rows: pd.DataFrame, scale: str, place: int, ends: tuple[float, float], name: str) -> None:
    colour, line, _ = ARM_STYLES[place % len(ARM_STYLES)]
    start, end = ends
    if rows.empty:
        axis.plot([0.5 * start, end], [0, 0], color=colour, linestyle=line, linewidth=4, label=f"{name}\nnobody")
        return
    x = np.append(rows[scale].to_numpy(float), end)
    values = {
        name: np.append(rows[name], rows[name].iloc[-1]) for name in ("incidence", "incidence_low", "incidence_high")
    }
    low, high = 100 * values["incidence_low"], 100 * values["incidence_high"]
    axis.fill_between(x, low, high, step="post", color=colour, alpha=0.16, linewidth=0)
    last = rows.iloc[-1]
    limits = f"({percent(last['incidence_low'], '')}–{percent(last['incidence_high'], '')})"
    label = f"{name}\n{percent(last['incidence'])} {limits}"
    axis.step(x, 100 * values["incidence"], where="post", color=colour, linestyle=line, linewidth=4, label=label)


def _frame(axis: Axes, scale: str, start: float, end: float) -> None:
    if end / start > _LOG_SPAN:
        axis.set_xscale("log")
        axis.set_xlim(0.5 * start, 1.05 * end)
        axis.set_xticks(log_ticks(0.5 * start, 1.05 * end))
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    else:
        axis.set_xlim(0, 1.03 * end)
    axis.set_ylim(0, 102)
    axis.set_yticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
    axis.set_xlabel(_WORDS[scale][0], fontsize=TEXT, color=INK, labelpad=8)
    axis.set_ylabel(f"patients with {_WORDS[scale][1]}", fontsize=TEXT, color=INK)
    axis.tick_params(axis="both", labelsize=TEXT, labelcolor=QUIET)
    axis.minorticks_off()
    axis.grid(axis="y", color="#E5E5E5", linewidth=1)
    axis.set_axisbelow(True)
    bare(axis)


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten between two ends, with halves and fifths of them where there are less than four."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5)):
        ticks = [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]
        if len(ticks) >= 4:
            break
    return ticks


def _finding(reacted: pd.DataFrame, arms: list[str], scale: str, labels: Mapping[str, str] | None) -> str:
    """State by which dose or time half of those who react have done so, in the arms with most and fewest reactions."""
    last = reacted.groupby("arm", sort=False)["incidence"].last().reindex(arms, fill_value=0.0)
    unit = {"dose_mg": " mg", "time_min": " min", "skin_d": " days"}[scale]
    parts = []
    for arm in list(dict.fromkeys([last.idxmax(), last.idxmin()])):
        rows = reacted[(reacted["arm"] == arm) & (reacted["incidence"] >= last[arm] / 2 - 1e-9)]
        several = last[arm] * reacted.loc[reacted["arm"] == arm, "n"].max() > 1.5 if last[arm] > 0 else False
        half = f", {'half of them ' if several else ''}by {short(rows[scale].iloc[0])}{unit}" if last[arm] > 0 else ""
        parts.append(f"{percent(last[arm])} react with {arm_name(arm, labels)}{half}")
    return "; ".join(parts)
