"""One patient's course in every arm: doses, reactions and what was done, and what blood and pressure did meanwhile."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.courses import duration_words
from analysis.figures.drawing import ARM_STYLES, FOOT, GRADE_COLOURS, INK, QUIET, TEXT, arm_name, bare, new_figure
from analysis.figures.frames import need_one_patient, need_rows
from analysis.formatting import DISCLAIMER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ARMS = 6
_LONG, _QUIET_WIDTH = 0.3, 0.14
_BELOW = 50.0
"""How far below the first step the scale begins, so that its rise is seen."""

_STAR, _LEVELS, _APART = 0.82, (0.55, 0.32, 0.12), 0.014
_BEGINS, _ENDS, _BETWEEN = ("step_start",), ("step_end", "pause", "stop", "withdrawal", "death"), 24
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_SIGNS = {
    "reaction": "*", "treatment": "P", "pause": "|", "stop": "x", "withdrawal": "X", "prodrome": "v", "mucosa": "^",
    "onset": "D", "detached": "s", "healed": "o", "death": "$†$",
}  # fmt: skip
_SERIES = (
    ("plasma_mg_per_l", "drug in plasma,\nmg/L"), ("histamine_ng_per_ml", "histamine,\nng/mL"),
    ("tryptase_ng_per_ml", "tryptase,\nng/mL"), ("systolic_mmhg", "systolic,\nmmHg"),
)  # fmt: skip
_SKIN_SERIES = (
    ("ctl_per_mm2", "T cells in skin,\n1/mm²"), ("involved_percent", "skin ill,\n% of body"),
    ("detached_percent", "skin detached,\n% of body"),
)  # fmt: skip


def plot_patient(events: pd.DataFrame, *, labels: Mapping[str, str] | None = None, title: str = "") -> Figure:
    """Draw one patient's doses, reactions and rules on a time line, a row for each arm.

    Parameters
    ----------
    events : pandas.DataFrame
        The events of one patient, one replicate, as `results.patient(7).events` holds them; the first `MOST_ARMS` arms
        are drawn.
    labels : mapping of str to str, optional
        Names to show for arms, as in `plot_comparison`.
    title : str
        Head of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("patient.png", dpi=120)``. The blue area is as high as the drug given so far
        (log scale): it rises within a step and is flat where nothing is given. Stars are reactions, in the colour of
        the grade with which they begin; quiet stretches are shortened and hatched.

    Raises
    ------
    ValueError
        If the frame has no rows, lacks a column or holds several patients.
    """
    need_rows(events, ("arm", "event", "time_min", "cumulative_dose_mg", "severity"))
    need_one_patient(events, "results.patient(7).events")
    arms = list(dict.fromkeys(events["arm"]))[:MOST_ARMS]
    figure = new_figure(title or "Doses and reactions of one patient")
    grid = {"left": 0.2, "right": 0.985, "top": 0.82, "bottom": 0.16, "hspace": 0.75}
    axes = figure.subplots(max(1, len(arms)), 1, gridspec_kw=grid, squeeze=False)[:, 0]
    for axis, arm in zip(axes, arms, strict=False):
        _draw_line(axis, events[events["arm"] == arm], arm_name(arm, labels))
    axes[-1].set_xlabel("time after the start of the course", fontsize=TEXT, color=INK, labelpad=6)
    _legend(figure, axes[0], events)
    note = "Blue: drug given so far, mg (log scale)."
    if (events["event"] == "reaction").any():
        note += " Stars: a reaction begins (yellow mild, orange moderate, red severe)."
    if any(_quiet(events.loc[events["arm"] == arm, "time_min"]) for arm in arms):
        note += " Hatched: a quiet stretch, shortened."
    figure.text(0.02, 0.047, note, fontsize=FOOT, color=QUIET, va="bottom")
    figure.text(0.02, 0.014, f"A virtual patient. {DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _draw_line(axis: Axes, rows: pd.DataFrame, name: str) -> None:
    places, ticks = _shortened(rows["time_min"])
    times, given = given_so_far(rows)
    least = rows.loc[rows["event"].isin(["step_end", "dose"]) & (rows["cumulative_dose_mg"] > 0), "cumulative_dose_mg"]
    if len(least):
        axis.set_yscale("log")
        low, most = float(least.min()) / _BELOW, float(given.max())
        high = most * (most / low) ** 0.3
        x, heights = np.interp(times, *places), np.maximum(given, low)
        axis.fill_between(x, low, heights, color="#56B4E9", linewidth=0, alpha=0.8)
        axis.set_ylim(low, high)
        axis.set_yticks([most], [f"{most:,.4g} mg"], fontsize=FOOT, color=QUIET)
    else:
        axis.set_yticks([])
    axis.minorticks_off()
    _draw_signs(axis, rows, places)
    axis.set_xlim(0, 1.02)
    names = [duration_words(tick) if tick else "0" for tick in ticks]
    axis.set_xticks(np.interp(ticks, *places), names, fontsize=FOOT, color=QUIET)
    for start, end in _quiet(rows["time_min"]):
        axis.axvspan(*np.interp([start, end], *places), facecolor="none", hatch="///", edgecolor="#CFCFCF", linewidth=0)
    axis.set_title("\n".join(textwrap.wrap(name, 40)), fontsize=TEXT, loc="left", color=INK, weight="bold", pad=6)
    bare(axis)


def given_so_far(events: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Drug given so far over time, of one patient in one arm: rising evenly within a step, else flat.

    Parameters
    ----------
    events : pandas.DataFrame
        ``time_min``, ``event`` and ``cumulative_dose_mg``, in the order in which they happened.

    Returns
    -------
    times, given : array of shape (n,)
        Minutes, and mg; two at one time where a dose is given in a moment.
    """
    times, given, running = [0.0], [0.0], False
    for event, time, total in zip(
        events["event"], events["time_min"].astype(float), events["cumulative_dose_mg"].astype(float), strict=True
    ):
        if running:
            # Points between, since an even rise is no straight line on a log scale.
            times += list(np.linspace(times[-1], time, _BETWEEN))
            given += list(np.linspace(given[-1], total, _BETWEEN))
        times, given = [*times, time, time], [*given, given[-1], max(total, given[-1])]
        running = event in _BEGINS or (running and event not in _ENDS)
    return np.array(times), np.array(given)


def _quiet(times: pd.Series) -> list[tuple[float, float]]:
    """Long stretches in which nothing happens."""
    known = np.unique(np.append(0.0, times.to_numpy(float)))
    return [
        (float(start), float(end))
        for start, end in pairwise(known)
        if end - start > 360.0 and end - start > _LONG * known[-1]
    ]


def _shortened(times: pd.Series) -> tuple[tuple[list[float], list[float]], list[float]]:
    """A scale of time from 0 to 1 on which quiet stretches are short: its knots, and the times to mark."""
    quiet, end = _quiet(times), max(float(times.max()), 1.0)
    busy = max(end - sum(stop - start for start, stop in quiet), 1.0)
    knots, places = [0.0], [0.0]
    for start, stop in quiet:
        places.append(places[-1] + (start - knots[-1]) / busy)
        places.append(places[-1] + _QUIET_WIDTH)
        knots += [start, stop]
    places.append(places[-1] + (end - knots[-1]) / busy)
    knots.append(end)
    ticks = [0.0, *(each for pair in quiet for each in pair), end] if quiet else [share * end for share in _TICKS]
    return (knots, [place / places[-1] for place in places]), sorted(set(ticks))


def _draw_signs(axis: Axes, rows: pd.DataFrame, places: tuple[list[float], list[float]]) -> None:
    where = axis.get_xaxis_transform()
    shown = rows[rows["event"].isin(list(_SIGNS))]
    heights = _heights(shown, np.interp(shown["time_min"], *places))
    for height, (_, row) in zip(heights, shown.iterrows(), strict=True):
        grade = str(row["severity"]) if row["event"] == "reaction" else "none"
        colour = GRADE_COLOURS.get(grade, INK) if row["event"] == "reaction" else INK
        size = {"reaction": 22, "death": 16}.get(str(row["event"]), 11)
        style: dict[str, Any] = {"markersize": size, "markeredgecolor": INK, "transform": where, "clip_on": False}
        axis.plot([np.interp(row["time_min"], *places)], [height], marker=_SIGNS[row["event"]], color=colour, **style)


def _heights(shown: pd.DataFrame, x: NDArray[np.float64]) -> list[float]:
    """Reactions on a line of their own; below it other signs, one under the other where they would hide another."""
    found: list[float] = []
    last: dict[float, float] = {}
    for event, place in zip(shown["event"], x, strict=True):
        if event == "reaction":
            found.append(_STAR)
            continue
        free = [level for level in _LEVELS if place - last.get(level, -1.0) > _APART]
        level = free[0] if free else min(_LEVELS, key=lambda each: last[each])
        last[level] = float(place)
        found.append(level)
    return found


def _legend(figure: Figure, axis: Axes, events: pd.DataFrame) -> None:
    seen = [name for name in _SIGNS if (events["event"] == name).any()]
    handles = [
        axis.plot([], [], marker=_SIGNS[name], color="white" if name == "reaction" else INK, markeredgecolor=INK,
                  markersize=17 if name == "reaction" else 11, linestyle="none", label=name)[0]
        for name in seen
    ]  # fmt: skip
    if handles:
        figure.legend(
            handles=handles, loc="upper right", bbox_to_anchor=(0.985, 0.905), ncols=min(8, len(handles)),
            frameon=False, fontsize=FOOT, handletextpad=0.2, columnspacing=1.2,
        )  # fmt: skip


def plot_series(series: pd.DataFrame, *, labels: Mapping[str, str] | None = None, title: str = "") -> Figure:
    """Draw what was recorded of one patient over time, a panel for each quantity, a line for each arm.

    Parameters
    ----------
    series : pandas.DataFrame
        Of one patient and one replicate, from `results.timeseries(patient_id=7)` (minutes), or `results.skin` (days).
    labels : mapping of str to str, optional
        Names to show for arms, as in `plot_comparison`.
    title : str
        Head of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("series.png", dpi=120)``.

    Raises
    ------
    ValueError
        If the frame has no rows, lacks a column or holds several patients.
    """
    days = "time_d" in series
    need_rows(series, ("arm", "time_d" if days else "time_min"))
    need_one_patient(series, "results.timeseries(patient_id=7)" if not days else "results.skin(patient_id=7)")
    shown = [pair for pair in (_SKIN_SERIES if days else _SERIES) if pair[0] in series]
    if not shown:
        needed = ", ".join(name for name, _ in (_SKIN_SERIES if days else _SERIES))
        raise ValueError(f"the frame has nothing to draw; it needs one of {needed}")
    time, per = ("time_d", 1.0) if days else ("time_min", 60.0)
    figure = new_figure(title or "What was recorded over time")
    grid = {"left": 0.15, "right": 0.77, "top": 0.86, "bottom": 0.17, "hspace": 0.28}
    axes = figure.subplots(len(shown), 1, gridspec_kw=grid, squeeze=False, sharex=True)[:, 0]
    for axis, (column, words) in zip(axes, shown, strict=True):
        for place, (arm, rows) in enumerate(series.groupby("arm", sort=False)):
            colour, line, _ = ARM_STYLES[place % len(ARM_STYLES)]
            x = rows[time].to_numpy(float) / per
            axis.plot(x, rows[column], color=colour, linestyle=line, linewidth=3, label=arm_name(str(arm), labels))
        axis.set_ylabel(words, fontsize=FOOT, color=INK, rotation=0, ha="right", va="center", labelpad=14)
        axis.locator_params(axis="y", nbins=3)
        axis.tick_params(axis="both", labelsize=FOOT, labelcolor=QUIET)
        axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.4g}")
        bare(axis)
    axes[-1].set_xlabel(f"{'days' if days else 'hours'} after the start of the course", fontsize=TEXT, color=INK)
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="center left", bbox_to_anchor=(0.785, 0.52), frameon=False,
        fontsize=TEXT, title="arm", title_fontsize=TEXT, alignment="left",
    )  # fmt: skip
    figure.text(0.02, 0.018, f"A virtual patient. {DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure
