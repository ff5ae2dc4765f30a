"""The decision map: which way of giving a drug serves which mechanism. Rows are points of a sweep, columns arms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures.drawing import FOOT, INK, QUIET, TEXT, arm_name, ink_on, new_figure, virtual_patients
from analysis.figures.frames import need_rows
from analysis.formatting import DISCLAIMER, percent
from analysis.intervals import Method, share_interval
from analysis.metrics import answers, finished, patient_means
from analysis.points import SweepResults, need_sweep
from analysis.treatment import treatment_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHARES = ("harmed", "reacted", "reached", "treated_unharmed")
_ANY = {"reacted": "severity", "any_necrolysis": "necrolysis"}
"""Metrics of any reaction, immediate or delayed, and the column that each needs."""
_NOTE = (
    "Colour: share harmed (moderate or severe immediate reaction, or epidermal necrolysis). Any reaction: mild ones "
    "too. Treated unharmed:\nexposure target met, or all given, without harm. In brackets: 95% intervals. An arm that "
    "gives nothing harms nobody and treats nobody."
)


def decision_table(
    sweep: SweepResults, *, rows: str = "swept_drug", arms: Sequence[str] | None = None, interval: Method = "wilson"
) -> pd.DataFrame:
    """Tell for every mechanism and strategy who was harmed and who was treated.

    Parameters
    ----------
    sweep : SweepResults
        A sweep whose points are mechanisms and whose arms are strategies.
    rows : str
        Column of `SweepResults.points` that names the points.
    arms : sequence of str, optional
        Strategies, in order; all arms if None.
    interval : {"wilson", "exact"}
        As in `analysis.treatment_table`.

    Returns
    -------
    pandas.DataFrame
        One row per point and arm: `rows`, ``arm``, ``n`` patients treated, and ``harmed``, ``reacted`` (any reaction,
        mild ones included), ``reached`` and ``treated_unharmed``, each with ``_low`` and ``_high``.

    Raises
    ------
    LookupError
        If there is no such column or arm.
    ValueError
        If the run is no sweep.
    """
    need_sweep(sweep, "decision_table")
    if rows not in sweep.points:
        raise LookupError(f"no column {rows!r} is swept; there are {', '.join(sweep.swept)}")
    chosen = list(sweep.arms if arms is None else arms)
    unknown = [arm for arm in chosen if arm not in sweep.arms]
    if unknown:
        raise LookupError(f"arm {unknown[0]!r} is not in this sweep; its arms are {', '.join(sweep.arms)}")
    names = dict(zip(sweep.points["point"], sweep.points[rows], strict=True))
    parts = [_of_point(run, interval).assign(**{rows: names[number]}) for number, run in sweep.runs()]
    table = pd.concat(parts, ignore_index=True)
    columns = [f"{share}{end}" for share in _SHARES for end in ("", "_low", "_high")]
    order = {arm: place for place, arm in enumerate(chosen)}
    kept = table[table["arm"].isin(chosen)][[rows, "arm", "n", *columns]]
    return kept.sort_values("arm", key=lambda arm: arm.map(order), kind="stable").sort_values(
        rows, key=lambda name: name.map({value: place for place, value in enumerate(names.values())}), kind="stable",
        ignore_index=True,
    )  # fmt: skip


def _of_point(run: Any, interval: Method) -> pd.DataFrame:
    """The treatment table of one point, with the share of any reaction."""
    known = finished(run.outcomes)
    felt = pd.concat([answers(known, metric) for metric, column in _ANY.items() if column in known], axis=1).max(axis=1)
    keyed = known.assign(felt=felt).set_index(["patient_id", "replicate"])
    found = {
        arm: share_interval(patient_means(keyed.loc[keyed["arm"] == arm, "felt"]), interval, 0.95) for arm in run.arms
    }
    shares = pd.DataFrame(
        [(arm, *found[arm]) for arm in run.arms], columns=["arm", "reacted", "reacted_low", "reacted_high"]
    )
    return treatment_table(run, interval=interval).merge(shares, on="arm")


def plot_decision_map(
    table: pd.DataFrame,
    *,
    rows: str = "swept_drug",
    labels: Mapping[str, str] | None = None,
    title: str = "Which way of giving a drug serves which mechanism",
) -> Figure:
    """Draw a decision table as a map for the wall.

    Parameters
    ----------
    table : pandas.DataFrame
        From `decision_table`.
    rows : str
        As there.
    labels : mapping of str to str, optional
        Names to show for rows and arms.
    title : str
        Head of the figure.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("decision_map.png", dpi=120)``.

    Raises
    ------
    ValueError
        If the frame has no rows or lacks a column.
    """
    need_rows(table, (rows, "arm", "n", "harmed", "reacted", "treated_unharmed"))
    figure = new_figure(title)
    axis = figure.subplots(gridspec_kw={"left": 0.19, "right": 0.98, "top": 0.8, "bottom": 0.17})
    heads, arms = list(dict.fromkeys(table[rows])), list(dict.fromkeys(table["arm"]))
    for _, row in table.iterrows():
        _draw_field(axis, row, arms.index(row["arm"]), heads.index(row[rows]), FOOT if len(arms) < 6 else FOOT - 2)
    axis.set_xlim(-0.5, len(arms) - 0.5)
    axis.set_ylim(len(heads) - 0.5, -0.5)
    axis.set_xticks(range(len(arms)), [arm_name(arm, labels) for arm in arms], fontsize=TEXT, color=INK)
    axis.set_yticks(range(len(heads)), [arm_name(head, labels) for head in heads], fontsize=TEXT, color=INK)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)
    figure.text(0.02, 0.055, _NOTE, fontsize=FOOT, color=QUIET, va="bottom", linespacing=1.3)
    counts = {head: virtual_patients(table.loc[table[rows] == head, "n"]).split()[0] for head in heads}
    n = ", ".join(f"{arm_name(head, None)} {count}" for head, count in counts.items())
    figure.text(0.02, 0.018, f"Virtual patients: {n}.  {DISCLAIMER}.", fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _draw_field(axis: Axes, row: pd.Series, column: int, line: int, size: int) -> None:
    """One field: colour, share harmed, share with any reaction, share treated without harm."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    known = row["n"] > 0 and row["harmed"] == row["harmed"]
    colour = colormaps["cividis_r"](0.05 + 0.9 * row["harmed"]) if known else "#EEEEEE"
    axis.add_patch(Rectangle((column - 0.48, line - 0.46), 0.96, 0.92, facecolor=colour, edgecolor="none"))
    ink = ink_on(colour)
    if not known:
        axis.text(column, line, "nobody", ha="center", va="center", fontsize=TEXT, color=QUIET)
        return
    harmed, unharmed = (_with_interval(row, share) for share in ("harmed", "treated_unharmed"))
    axis.text(
        column, line - 0.26, percent(row["harmed"]), ha="center", va="center", fontsize=30, weight="bold", color=ink
    )
    below = (
        f"harmed {harmed}\nany reaction {percent(row['reacted'])}\n"
        f"treated unharmed\n{percent(row['treated_unharmed'])} {unharmed}"
    )
    axis.text(column, line + 0.155, below, ha="center", va="center", fontsize=size, color=ink, linespacing=1.3)


def _with_interval(row: pd.Series, share: str) -> str:
    low, high = (percent(row[f"{share}_{end}"], "") for end in ("low", "high"))
    return f"({low}\u2013{high})"
