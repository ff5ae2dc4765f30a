"""What a ladder owes its safety to, drawn: risk over a sweep, and the step of the breakthrough."""

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
from analysis.formatting import percent
from analysis.intervals import share_interval
from analysis.load import RunResults
from analysis.metrics import finished
from analysis.sweeps import sweep_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PUBLISHED_STEPS = (
    "Published, about 180 reactions in 413 ladders: about half at step 12 and about three quarters in bag 3 "
    "[not checked]"
)
_LOG_SPAN = 12.0
_MOST_TICKS = 6
_MARGIN = 0.08


def plot_sweep(results: RunResults, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw the risk of a reaction over each sweep of a run, beside that of the full dose and other references.

    A panel for each sweep of `sweep_table`: the share of patients with any reaction and with a moderate or severe one,
    with exact 95 % intervals. Bands across all panels are the arms that belong to no sweep, any reaction.

    Parameters
    ----------
    results : RunResults
    labels : mapping of str to str, optional
        Words below the axis for a sweep (``{"every_min": "minutes a step lasts"}``), and names of references.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("sweep.png", dpi=120)``.

    Raises
    ------
    ValueError
        If no two arms differ in one number alone.
    """
    table = sweep_table(results)
    sweeps = [sweep for sweep in table["sweep"].unique() if sweep]
    if not sweeps:
        raise ValueError("no two arms of this run differ in one number alone; there is no sweep to draw")
    references = table[table["sweep"] == ""]
    figure = new_figure(_sweep_finding(table, labels))
    grid = {"left": 0.075, "right": 0.985, "top": 0.7, "bottom": 0.215, "wspace": 0.17}
    axes = figure.subplots(1, len(sweeps), gridspec_kw=grid, squeeze=False, sharey=True)[0]
    for axis, sweep in zip(axes, sweeps, strict=True):
        for place, (_, row) in enumerate(references.iterrows()):
            _draw_reference(axis, row, place)
        _draw_curves(axis, table[table["sweep"] == sweep].sort_values("value"))
        label = (labels or {}).get(sweep, sweep.replace("_", " "))
        axis.set_xlabel(textwrap.fill(label, 18), fontsize=TEXT, color=INK, labelpad=8, va="top")
        axis.xaxis.set_label_coords(0.5, -0.09)
    axes[0].set_ylim(0, 103)
    axes[0].yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    axes[0].set_ylabel("patients", fontsize=TEXT, color=INK)
    _sweep_legend(figure, axes[0], [arm_name(arm, labels) for arm in references["arm"]])
    draw_foot(figure, results, comparison_table(results), ["Bars and bands: exact intervals."])
    return figure


_CURVES = (("reacted", "any reaction", ARM_STYLES[0]), ("moderate_or_severe", "moderate or severe", ARM_STYLES[1]))
_REFERENCES = (("#0072B2", "-"), ("#009E73", "--"), ("#CC79A7", ":"), ("#E69F00", "-."))


def _draw_curves(axis: Axes, rows: pd.DataFrame) -> None:
    from matplotlib.transforms import ScaledTranslation

    values = rows["value"].to_numpy(float)
    for place, (column, label, (colour, line, marker)) in enumerate(_CURVES):
        middle, low, high = (100 * rows[f"{column}{end}"].to_numpy(float) for end in ("", "_low", "_high"))
        errors = np.maximum([middle - low, high - middle], 0.0)
        style: dict[str, Any] = {
            "color": colour,
            "linestyle": line,
            "marker": marker,
            "markersize": 10,
            "zorder": 4 - place,
        }
        # Side by side, so that the bars of one curve do not hide those of the other.
        beside = axis.transData + ScaledTranslation((4 - 8 * place) / 72, 0, axis.figure.dpi_scale_trans)
        axis.errorbar(
            values, middle, errors, transform=beside, linewidth=2.5, elinewidth=2, capsize=5, label=label, **style
        )
    if values.min() > 0 and values.max() / values.min() > _LOG_SPAN:
        axis.set_xscale("log")
    _draw_ticks(axis, values)
    _draw_limits(axis, values)
    axis.minorticks_off()
    axis.tick_params(axis="both", labelsize=TEXT, labelcolor=QUIET)
    bare(axis)


def _draw_ticks(axis: Axes, values: NDArray[np.float64]) -> None:
    """Mark every value, and name those that have room for their name."""
    places = np.log(values) if axis.get_xscale() == "log" else values
    least = (places.max() - places.min()) / _MOST_TICKS
    named = [values[0]]
    for place, value in enumerate(values[1:], start=1):
        if places[place] - places[list(values).index(named[-1])] > least:
            named.append(value)
    axis.set_xticks(values, [_tick(value) if value in named else "" for value in values])


def _draw_limits(axis: Axes, values: NDArray[np.float64]) -> None:
    """Leave room beside the first and the last value."""
    if axis.get_xscale() == "log":
        beside = (values[-1] / values[0]) ** _MARGIN
        axis.set_xlim(values[0] / beside, values[-1] * beside)
    else:
        beside = _MARGIN * (values[-1] - values[0])
        axis.set_xlim(values[0] - beside, values[-1] + beside)


def _tick(value: float) -> str:
    """Format 0.001 as a power of ten, and 5 as it is."""
    exponent = math.log10(value) if value > 0 else math.nan
    return f"$10^{{{exponent:.0f}}}$" if exponent < -1.5 and abs(exponent - round(exponent)) < 1e-9 else f"{value:g}"


def _draw_reference(axis: Axes, row: pd.Series, place: int) -> None:
    colour, line = _REFERENCES[place % len(_REFERENCES)]
    axis.axhspan(100 * row["reacted_low"], 100 * row["reacted_high"], color=colour, alpha=0.13, linewidth=0, zorder=0)
    axis.axhline(100 * row["reacted"], color=colour, linestyle=line, linewidth=3, zorder=1)


def _sweep_legend(figure: Figure, axis: Axes, references: list[str]) -> None:
    curves, labels = axis.get_legend_handles_labels()
    bands = [line for line in axis.lines if line.get_linewidth() == 3]
    figure.legend(
        handles=[*curves, *bands],
        labels=[*labels, *(f"any reaction: {name}" for name in references)],
        loc="upper left", bbox_to_anchor=(0.066, 0.845), ncols=3, frameon=False, fontsize=FOOT, columnspacing=2.5,
    )  # fmt: skip


def _sweep_finding(table: pd.DataFrame, labels: Mapping[str, str] | None) -> str:
    """State the range of the sweeps and the references."""
    swept = table[table["sweep"] != ""]
    least, most = swept.loc[swept["reacted"].idxmin()], swept.loc[swept["reacted"].idxmax()]
    ends = [f"{percent(row['reacted'])} ({arm_name(row['arm'], labels)})" for row in (least, most)]
    others = [
        f"{arm_name(row['arm'], labels)} {percent(row['reacted'])}" for _, row in table[table["sweep"] == ""].iterrows()
    ]
    return f"Any reaction: from {ends[0]} to {ends[1]}" + (f"; {', '.join(others)}" if others else "")


def plot_step_at_breakthrough(results: RunResults, arm: str, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw at which step of a ladder the first symptom came, of those patients to whom it came.

    Parameters
    ----------
    results : RunResults
    arm : str
        An arm that gives a protocol of several steps.
    labels : mapping of str to str, optional
        Names to show for arms, as in `plot_comparison`.

    Returns
    -------
    matplotlib.figure.Figure
        16:9. Bars are shares of the first breakthroughs with exact 95 % intervals, bands are the bags with their
        shares; a ladder of 12 steps from three bags says what was published of it.

    Raises
    ------
    ValueError
        If the run has no such arm, or its protocols have one step each.
    """
    steps = _breakthroughs(results, arm)
    name, total = arm_name(arm, labels), int(steps["count"].sum())
    figure = new_figure(_breakthrough_finding(steps, name))
    axis = figure.subplots(gridspec_kw={"left": 0.085, "right": 0.985, "top": 0.83, "bottom": 0.275})
    found = [share_interval(np.repeat([1.0, 0.0], [k, total - k]), "exact") for k in steps["count"]]
    middle, low, high = (100 * np.array([each[i] for each in found]) for i in range(3))
    places = np.arange(len(steps))
    axis.bar(places, middle, 0.72, color="#56B4E9", edgecolor="white")
    axis.errorbar(places, middle, np.maximum([middle - low, high - middle], 0.0), fmt="none", color=INK, capsize=6)
    top = 1.2 * max(10.0, float(np.nanmax(high)) if total else 0.0)
    axis.set_ylim(0, top)
    _draw_bags(axis, steps, top)
    for place, count in enumerate(steps["count"]):
        axis.text(place, -0.105 * top, f"{count}", fontsize=FOOT, color=QUIET, ha="center", va="top")
    axis.text(-0.62, -0.105 * top, "n", fontsize=FOOT, color=QUIET, ha="right", va="top")
    axis.set_xticks(places, [str(step) for step in steps["step"]], fontsize=TEXT)
    axis.set_xlim(-0.6, len(steps) - 0.4)
    axis.set_xlabel("step running at the first symptom", fontsize=TEXT, color=INK, labelpad=36)
    axis.set_ylabel("first breakthroughs", fontsize=TEXT, color=INK)
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    axis.locator_params(axis="y", nbins=5)
    axis.tick_params(axis="both", labelsize=TEXT, labelcolor=QUIET)
    bare(axis)
    known = len(steps) == 12 and steps["bag"].nunique() == 3
    figure.text(0.02, 0.093, f"{PUBLISHED_STEPS}." if known else "", fontsize=FOOT, color=QUIET, va="bottom")
    table = comparison_table(results)
    draw_foot(figure, results, table[table["arm"] == arm], ["Bars: exact intervals."])
    return figure


def _breakthroughs(results: RunResults, arm: str) -> pd.DataFrame:
    """First symptoms at each step of an arm's ladder: ``step``, ``bag``, ``count``."""
    if arm not in results.arms:
        raise ValueError(f"unknown arm {arm!r}; this run has {', '.join(results.arms)}")
    starts = results.events[(results.events["arm"] == arm) & (results.events["event"] == "step_start")]
    sizes = starts.groupby("protocol", observed=True)["step"].nunique()
    if not len(sizes) or sizes.max() < 2:
        raise ValueError(f"arm {arm!r} has no protocol of more than one step; there are no steps to draw")
    ladder = sizes.idxmax()
    places = starts[starts["protocol"] == ladder][["step", "bag"]].drop_duplicates("step").sort_values("step")
    rows = finished(results.outcomes)
    rows = rows[(rows["arm"] == arm) & (rows["protocol_at_reaction"] == ladder)]
    counts = rows["step_at_reaction"].value_counts()
    return places.assign(count=[int(counts.get(step, 0)) for step in places["step"]]).reset_index(drop=True)


def _breakthrough_finding(steps: pd.DataFrame, name: str) -> str:
    total = int(steps["count"].sum())
    if total == 0:
        return f"No patient reacts during the steps of {name}"
    last = steps.iloc[-1]
    if total == 1:
        return f"The one breakthrough of {name} comes at step {steps.loc[steps['count'].idxmax(), 'step']}"
    at_last = f"Of {total} first breakthroughs of {name}, {percent(last['count'] / total)} come at step {last['step']}"
    if steps["bag"].nunique() < 2:
        return at_last
    in_last = steps.loc[steps["bag"] == last["bag"], "count"].sum() / total
    return f"{at_last} and {percent(in_last)} in bag {last['bag']}"


def _draw_bags(axis: Axes, steps: pd.DataFrame, top: float) -> None:
    """Shade every other bag, and write each one's name and share."""
    total = int(steps["count"].sum())
    if steps["bag"].nunique() < 2:
        return
    for place, (bag, rows) in enumerate(steps.groupby("bag")):
        left, right = rows.index.min() - 0.5, rows.index.max() + 0.5
        axis.axvspan(left, right, color=QUIET, alpha=0.12 if place % 2 == 0 else 0.03, linewidth=0, zorder=0)
        count = int(rows["count"].sum())
        found = share_interval(np.repeat([1.0, 0.0], [count, total - count]), "exact")
        share = f": {percent(found.estimate)} ({percent(found.low)} to {percent(found.high)})" if total else ""
        axis.text((left + right) / 2, 0.985 * top, f"bag {bag}{share}", fontsize=TEXT, color=INK, ha="center", va="top")
