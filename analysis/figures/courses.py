"""The protocols of a run, drawn: what is given, when, and how much of it at a time."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis.courses import Stretch, courses, dose_words, duration_words
from analysis.figures.drawing import FOOT, INK, QUIET, TEXT, arm_name, bare, new_figure
from analysis.formatting import DISCLAIMER
from analysis.load import RunResults

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_DRAWN = 5
_GAP_WIDTH = 0.35
_SHORT_WIDTH = 0.3
_BAG_COLOURS = ("#56B4E9", "#0072B2", "#56B4E9", "#0072B2")


def plot_courses(results: RunResults, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw the course of every arm: a bar for each step, a line for each dose given in a moment, gaps hatched.

    Time runs from left to right within each stretch of a course; stretches have widths of their own, so that a ladder
    of hours can be seen beside weeks of tablets. Arms with the same course share a row.

    Parameters
    ----------
    results : RunResults
    labels : mapping of str to str, optional
        Names to show for arms, as in `plot_comparison`.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("courses.png", dpi=120)``.

    Raises
    ------
    ValueError
        If run.json does not hold the courses.
    """
    rows = list(_distinct(courses(results)).items())
    if not rows:
        raise ValueError(f"{results.path / 'run.json'} does not hold the courses of the arms; there is nothing to draw")
    more = sum(len(arms) for _, arms in rows[MOST_DRAWN:])
    rows = rows[:MOST_DRAWN]
    drugs = list(dict.fromkeys(stretch.drug for course, _ in rows for stretch in course if stretch.doses))
    figure = new_figure(f"What each arm gives{f' of {drugs[0]}' if len(drugs) == 1 else ''}")
    grid = {"left": 0.255, "right": 0.985, "top": 0.855, "bottom": 0.15, "hspace": 0.62 if len(rows) > 3 else 0.42}
    axes = figure.subplots(len(rows), 1, gridspec_kw=grid, squeeze=False)[:, 0]
    doses = [dose.dose for course, _ in rows for stretch in course for dose in stretch.doses if dose.dose > 0]
    low, high = (min(doses) / 2, max(doses) * 2) if doses else (0.5, 2.0)
    for axis, (course, arms) in zip(axes, rows, strict=True):
        _draw_course(axis, course, low, high, len(drugs) > 1)
        _name(axis, [arm_name(arm, labels) for arm in arms])
    units = list(dict.fromkeys(dose.unit for course, _ in rows for stretch in course for dose in stretch.doses)) or [
        "mg"
    ]
    axes[-1].set_xlabel("time after the start of the course", fontsize=TEXT, color=INK, labelpad=6)
    axes[0].text(
        -0.008, 1.0, f"{' or '.join(units)} in each step\n", transform=axes[0].transAxes, fontsize=FOOT, color=INK,
        ha="right", va="bottom",
    )  # fmt: skip
    rest = f" {more} more arms are not drawn." if more else ""
    note = (
        f"Heights are on a logarithmic scale; shades tell bags apart; each stretch has a time scale of its own.{rest}"
    )
    figure.text(0.02, 0.047, note, fontsize=FOOT, color=QUIET, va="bottom")
    figure.text(0.02, 0.014, f"{DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _distinct(found: dict[str, tuple[Stretch, ...]]) -> dict[tuple[Stretch, ...], list[str]]:
    """Arms by course, in the order of the first."""
    arms: dict[tuple[Stretch, ...], list[str]] = {}
    for arm, course in found.items():
        arms.setdefault(course, []).append(arm)
    return arms


def _widths(course: tuple[Stretch, ...]) -> list[float]:
    """Width of each stretch, the whole being 1: gaps and lone short steps are narrow."""
    longest = max(stretch.duration_min for stretch in course)
    raw = [
        _GAP_WIDTH
        if not stretch.doses
        else _SHORT_WIDTH
        if len(stretch.doses) == 1 and len(course) > 1
        else max(0.5, stretch.duration_min / longest)
        for stretch in course
    ]
    return [width / sum(raw) for width in raw]


def _draw_course(axis: Axes, course: tuple[Stretch, ...], low: float, high: float, several: bool) -> None:
    left, ticks, names = 0.0, list[float](), list[str]()
    for stretch, width in zip(course, _widths(course), strict=True):
        scale = width / stretch.duration_min if stretch.duration_min else 0.0
        if not stretch.doses:
            axis.axvspan(left, left + width, facecolor="#F2F2F2", hatch="///", edgecolor="#D9D9D9", linewidth=0)
        for dose in stretch.doses:
            x = left + scale * (dose.start_min - stretch.start_min)
            colour = _BAG_COLOURS[max(dose.bag - 1, 0) % len(_BAG_COLOURS)]
            if dose.length_min > 0:
                style: dict[str, Any] = {"color": colour, "edgecolor": "white", "linewidth": 0.8}
                axis.bar(x, max(dose.dose, low), scale * dose.length_min, align="edge", **style)
            else:
                axis.vlines(x, low, max(dose.dose, low), color=colour, linewidth=2)
        middle, room = left + width / 2, max(10, int(94 * width))
        words = "\n".join(
            textwrap.wrap(stretch.words if several else f"{stretch.dose} {stretch.how}".strip(), room)[:3]
        )
        axis.text(
            middle, 0.97, words, transform=axis.get_xaxis_transform(), fontsize=FOOT, color=INK, ha="center", va="top",
            linespacing=1.05,
        )  # fmt: skip
        ticks.append(left)
        names.append(duration_words(stretch.start_min) if stretch.start_min else "0")
        left += width
    end = course[-1].start_min + course[-1].duration_min
    _frame(axis, [*ticks, left], [*names, duration_words(end)], low, high)


def _frame(axis: Axes, ticks: list[float], names: list[str], low: float, high: float) -> None:
    import numpy as np

    axis.set_yscale("log")
    axis.set_ylim(low, high * (high / low) ** 0.55)
    axis.set_xlim(0.0, 1.005)
    axis.set_xticks(ticks, names, fontsize=FOOT, color=QUIET)
    axis.get_xticklabels()[0].set_horizontalalignment("left")
    axis.get_xticklabels()[-1].set_horizontalalignment("right")
    decades = [10.0**power for power in range(int(np.ceil(np.log10(low))), int(np.log10(high / 2)) + 1)]
    shown = [decades[0], decades[-1]] if len(decades) > 1 else decades
    axis.set_yticks(shown, [dose_words(tick, "").strip() for tick in shown], fontsize=FOOT, color=QUIET)
    axis.minorticks_off()
    bare(axis)


def _name(axis: Axes, names: list[str]) -> None:
    head = "\n".join(textwrap.wrap(", ".join(names), 17)[:4])
    axis.text(
        -0.075, 0.42, head, transform=axis.transAxes, fontsize=TEXT, color=INK, ha="right", va="center", weight="bold",
        linespacing=1.1,
    )  # fmt: skip
