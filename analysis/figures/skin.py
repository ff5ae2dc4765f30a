"""The figure of delayed reactions: how much skin is detached day by day, and the same patients' exposures in pairs."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.compare import comparison_table
from analysis.figures.drawing import ARM_STYLES, FOOT, INK, QUIET, TEXT, arm_name, bare, draw_foot, new_figure
from analysis.finding import finding
from analysis.formatting import percent
from analysis.load import RunResults
from analysis.metrics import finished, paired_values

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLASS_LIMITS = (10.0, 30.0)
"""Body surface detached, %, that parts SJS, overlap and TEN."""

_GRID_D = 0.25
_TICKS = (0, 10, 30, 50, 100)
_MOST_LINES = 60
_MOST_PANELS = 4
_HOW_TO_READ = "Lines: patients; band: their middle half; thick: median of those alive; ticks below: days of onset."


def plot_body_surface(results: RunResults, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw the body surface detached over days, arm by arm, and its greatest extent in pairs.

    Left, a panel for each of the first four arms in which anybody fell ill: thin lines are patients, the band holds the
    middle half of them and the thick line is the median of those alive; marks at the bottom are onsets. Right, each
    patient's greatest extent in those arms against that in the reference.

    Parameters
    ----------
    results : RunResults
        A run that recorded ``skin``.
    labels : mapping of str to str, optional
        Names to show for arms, as in `plot_comparison`.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("body_surface.png", dpi=120)``.

    Raises
    ------
    RunFolderError
        If the run did not record ``skin``.
    """
    skin = results.skin(columns=["detached_percent"])
    table = comparison_table(results, "any_necrolysis")
    names = {arm: arm_name(arm, labels) for arm in results.arms}
    ill = [arm for arm in results.arms if (table.loc[table["arm"] == arm, "any_necrolysis"] > 0).any()]
    panels = ill[:_MOST_PANELS] or [results.reference]
    pairs = [arm for arm in panels if arm != results.reference]
    figure = new_figure(_surface_finding(table, names))
    grid = {"left": 0.075, "right": 0.985, "top": 0.74, "bottom": 0.2, "wspace": 0.12}
    widths = [1.0] * len(panels) + [1.25] * bool(pairs)
    axes = figure.subplots(1, len(widths), gridspec_kw=grid, width_ratios=widths, squeeze=False)[0]
    days = _days(skin, results)
    for axis, arm in zip(axes, panels, strict=False):
        row = table[table["arm"] == arm].iloc[0]
        _draw_days(axis, _courses(results, skin, arm, days), days, results.arms.index(arm))
        _draw_onsets(axis, results, arm)
        _label_panel(axis, names[arm], row, ARM_STYLES[results.arms.index(arm) % len(ARM_STYLES)])
    if pairs:
        _draw_pairs(axes[-1], results, pairs, names[results.reference])
    _share_height(axes, len(panels), skin)
    figure.text(0.02, 0.093, _HOW_TO_READ, fontsize=FOOT, color=QUIET, va="bottom")
    draw_foot(figure, results, table, _notes(results, panels, ill, names), intervals=False)
    return figure


def _surface_finding(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """State what pairs of patients ill in two arms show: an onset moved by a day or more, else the change in extent."""
    base = names[table["reference"].iloc[0]]
    others = table[table["arm"] != table["reference"]]
    both = others[others["ill_in_both"] > 0] if "ill_in_both" in others else others.iloc[:0]
    if both.empty:
        return finding(table, names)
    days = both["onset_difference_d_median"].astype("float64")
    row = both.loc[days.abs().idxmax()] if days.abs().max() >= 1.0 else None
    if row is not None:
        shift = row["onset_difference_d_median"]
        when = f"{abs(shift):.0f} days {'later' if shift > 0 else 'sooner'} than with {base}"
        more = f"at least as much of it detaches in {percent(row['as_much_detached'])} of pairs"
        return f"With {names[row['arm']]} the skin falls ill {when} (median), and {more}"
    change = both["detached_difference_percent_median"].astype("float64")
    row = both.loc[change.abs().idxmax()]
    points = row["detached_difference_percent_median"]
    how = f"{abs(points):.0f} % of body surface {'more' if points > 0 else 'less'} detached than with {base}"
    return f"With {names[row['arm']]}, {how} (median of pairs)"


def _days(skin: pd.DataFrame, results: RunResults) -> NDArray[np.float64]:
    longest = float(skin["time_d"].max()) if len(skin) else 1.0
    return np.arange(0.0, longest + _GRID_D / 2, _GRID_D)


def _courses(results: RunResults, skin: pd.DataFrame, arm: str, days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Detached body surface, %, of shape (patients × replicates, days); NaN after death, 0 where no clone fits."""
    keys = ["patient_id", "replicate"]
    rows = finished(results.outcomes)
    rows = rows[rows["arm"] == arm].sort_values(keys)
    death = rows.set_index(keys)["death_d"].astype("float64").fillna(np.inf)
    recorded = {key: each for key, each in skin[skin["arm"] == arm].groupby(keys)}
    courses = np.zeros((len(rows), days.size))
    for place, (key, died) in enumerate(death.items()):
        if key in recorded:
            own = recorded[key]
            courses[place] = np.interp(days, own["time_d"], own["detached_percent"])
        courses[place, days > died] = np.nan
    return courses


def _draw_days(axis: Axes, courses: NDArray[np.float64], days: NDArray[np.float64], place: int) -> None:
    colour, line, _ = ARM_STYLES[place % len(ARM_STYLES)]
    for course in courses[:_MOST_LINES]:
        axis.plot(days, course, color=colour, linewidth=0.8, alpha=0.22)
    alive = ~np.isnan(courses).all(axis=0)
    low, middle, high = np.nanquantile(courses[:, alive], [0.25, 0.5, 0.75], axis=0)
    axis.fill_between(days[alive], low, high, color=colour, alpha=0.25, linewidth=0)
    axis.plot(days[alive], middle, color=colour, linestyle=line, linewidth=5)
    for limit in CLASS_LIMITS:
        axis.axhline(limit, color=QUIET, linewidth=1.2, linestyle=(0, (4, 4)), zorder=0)


def _draw_onsets(axis: Axes, results: RunResults, arm: str) -> None:
    """Mark at the bottom the day on which each patient's skin fell ill."""
    rows = finished(results.outcomes)
    onset = rows.loc[rows["arm"] == arm, "skin_onset_d"].dropna()
    colour = ARM_STYLES[results.arms.index(arm) % len(ARM_STYLES)][0]
    axis.plot(onset, np.full(len(onset), -4.0), "|", color=colour, markersize=16, markeredgewidth=1.4, alpha=0.6)


def _label_panel(axis: Axes, name: str, row: pd.Series, style: tuple[str, str, str]) -> None:
    onset = row["skin_onset_d_median"]
    when = "" if math.isnan(onset) else f", day {onset:.0f}" if onset >= 9.95 else f", day {onset:.1f}"
    colour, _, marker = style
    head = "\n".join(textwrap.wrap(name, 16))
    axis.set_title(head, fontsize=TEXT, weight="bold", color=colour, loc="left", pad=34)
    axis.plot([0.03], [1.05], marker, color=colour, markersize=11, transform=axis.transAxes, clip_on=False)
    text = f"{percent(row['any_necrolysis'])} ill{when}"
    axis.text(0.09, 1.05, text, transform=axis.transAxes, fontsize=FOOT, color=INK, va="center_baseline")
    axis.set_xlim(left=0)
    axis.set_xlabel("days of the course", fontsize=FOOT, color=INK)
    axis.locator_params(axis="x", nbins=5)
    axis.tick_params(axis="both", labelsize=FOOT, labelcolor=QUIET)
    bare(axis)


def _share_height(axes: Any, panels: int, skin: pd.DataFrame) -> None:
    """Give all axes one height, and the first the names of the classes."""
    most = float(skin["detached_percent"].max()) if len(skin) else 0.0
    top = min(103.0, max(40.0, 1.06 * most))
    ticks = [tick for tick in _TICKS if tick <= top]
    for place, axis in enumerate(axes):
        axis.set_ylim(-8.0 * top / 100.0, top)
        axis.set_yticks(ticks, [f"{tick}%" for tick in ticks] if place == 0 else [])
        if place >= panels:
            axis.set_xlim(-3.0 * top / 100.0, top)
            axis.set_xticks(ticks[1:], [f"{tick}%" for tick in ticks[1:]])
            if ticks[-1] > 0.93 * top:
                axis.get_xticklabels()[-1].set_horizontalalignment("right")
    axes[0].set_ylabel("body surface detached", fontsize=TEXT, color=INK)
    for label, height in (("SJS", 0.0), ("overlap", CLASS_LIMITS[0]), ("TEN", CLASS_LIMITS[1])):
        axes[0].text(0.3, height + 0.01 * top, label, fontsize=FOOT, color=QUIET, va="bottom")


def _draw_pairs(axis: Axes, results: RunResults, arms: list[str], base_name: str) -> None:
    """Each patient's greatest extent in an arm against that in the reference."""
    base = results.reference
    values = paired_values(results.outcomes, [base, *arms], "max_detached_percent").astype("float64")
    values = values.groupby(level="patient_id").mean()
    axis.plot([0, 100], [0, 100], color=QUIET, linewidth=1.5, zorder=0)
    for limit in CLASS_LIMITS:
        for line in (axis.axhline, axis.axvline):
            line(limit, color=QUIET, linewidth=1.0, linestyle=(0, (4, 4)), alpha=0.6, zorder=0)
    for arm in arms:
        colour, _, marker = ARM_STYLES[results.arms.index(arm) % len(ARM_STYLES)]
        style: dict[str, Any] = {"marker": marker, "s": 60, "alpha": 0.6, "edgecolors": "white", "linewidths": 0.5}
        axis.scatter(values[base], values[arm], color=colour, **style)
    axis.set_title("Greatest area, in pairs", fontsize=TEXT, weight="bold", color=INK, loc="left", pad=34)
    head = "above the line: more"
    axis.text(0.0, 1.05, head, transform=axis.transAxes, fontsize=FOOT, color=INK, va="center_baseline")
    axis.set_xlabel(f"with {base_name}" if len(base_name) <= 24 else "in the reference", fontsize=FOOT, color=INK)
    axis.tick_params(axis="both", labelsize=FOOT, labelcolor=QUIET)
    bare(axis)


def _notes(results: RunResults, panels: list[str], ill: list[str], names: Mapping[str, str]) -> list[str]:
    well = [names[arm] for arm in results.arms if arm not in ill]
    more = len(ill) - len(panels)
    notes = [f"Nobody falls ill with {' or '.join(well)}."] if well and len(well) < 4 else []
    return notes + ([f"{more} more arms in which some fall ill are not drawn."] if more > 0 else [])
