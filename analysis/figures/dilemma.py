"""The figure of the dilemma: harm against treatment delivered, one marker for each arm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.compare import comparison_table
from analysis.figures.drawing import ARM_STYLES, FOOT, HEAD, INK, QUIET, TEXT, arm_name, bare, draw_foot, new_figure
from analysis.formatting import percent
from analysis.load import RunResults
from analysis.treatment import treatment_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NOTE = "Treated: exposure target met (all given, if there is none). Harmed: moderate or severe reaction, or SJS/TEN."
_NEAR, _BROADER = 0.02, 4
_CORNER: dict[str, Any] = {"color": QUIET, "fontsize": FOOT, "style": "italic"}


def plot_dilemma(results: RunResults, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw the share of patients harmed against the share treated, with both intervals, one marker for each arm.

    Parameters
    ----------
    results : RunResults
    labels : mapping of str to str, optional
        Names to show for arms, as in `plot_comparison`.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("dilemma.png", dpi=120)``.
    """
    table = treatment_table(results)
    names = {arm: arm_name(arm, labels) for arm in results.arms}
    figure = new_figure(treatment_finding(table, names))
    axis = figure.subplots(gridspec_kw={"left": 0.11, "right": 0.645, "top": 0.8, "bottom": 0.215})
    for place, beneath in _beneath(table).items():
        _draw_arm(axis, table.iloc[place], place, beneath)
    _frame(axis)
    handles, texts = axis.get_legend_handles_labels()
    heads = [f"{names[arm]}\n{_treated_unharmed(row)}" for arm, (_, row) in zip(texts, _shown(table), strict=True)]
    style: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (0.66, 0.5), "frameon": False}
    figure.legend(
        handles, heads, fontsize=TEXT if len(heads) < 6 else FOOT, labelspacing=0.9, handlelength=1.2, title="arm",
        title_fontsize=HEAD, alignment="left", **style,
    )  # fmt: skip
    figure.text(0.02, 0.093, _NOTE, fontsize=FOOT, color=QUIET, va="bottom")
    draw_foot(figure, results, comparison_table(results), [])
    return figure


def _shown(table: pd.DataFrame) -> list[tuple[int, pd.Series]]:
    """Rows of the arms that have patients."""
    return [(place, row) for place, (_, row) in enumerate(table.iterrows()) if row["n"] > 0]


def _treated_unharmed(row: pd.Series) -> str:
    low, high = (percent(row[f"treated_unharmed_{end}"], "") for end in ("low", "high"))
    return f"{percent(row['treated_unharmed'])} ({low}\u2013{high}) treated unharmed"


def treatment_finding(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Name the arm in which most patients are treated unharmed, and the share in the reference."""
    known = table[table["treated_unharmed"].notna()]
    if known.empty:
        return "No patient finished"
    best = known.loc[known["treated_unharmed"].idxmax()]
    base = known[known["arm"] == best["reference"]]
    start = f"{percent(best['treated_unharmed'])} of patients are treated without harm with {names[best['arm']]}"
    if best["treated_unharmed"] == 0.0:
        return "Nobody is treated without harm, in any arm" if len(known) > 1 else "Nobody is treated without harm"
    if best["treated_unharmed"] < 0.5 and best["harmed"] > 0.5:
        most = f"at most {percent(best['treated_unharmed'])} ({names[best['arm']]})"
        return f"Few patients are treated without harm in any arm, {most}" if len(known) > 1 else start
    if base.empty or best["arm"] == best["reference"]:
        return f"{start}, more than in any other arm" if len(known) > 1 else start
    other = f"{percent(base.iloc[0]['treated_unharmed'])} with {names[best['reference']]}"
    clear = best["difference_low"] > 0.0
    return f"{start}, {other}" if clear else f"{start}, {other}: no clear difference"


def _beneath(table: pd.DataFrame) -> dict[int, int]:
    """For each arm that has patients, how many later ones have a bar on a bar of it."""
    shown = _shown(table)
    return {place: sum(other > place and _on_another(row, later) for other, later in shown) for place, row in shown}


def _on_another(row: pd.Series, later: pd.Series) -> bool:
    """Whether two arms share their height or their side, and their bars along it overlap."""
    return any(
        abs(row[same] - later[same]) < _NEAR
        and max(row[f"{along}_low"], later[f"{along}_low"]) <= min(row[f"{along}_high"], later[f"{along}_high"])
        for same, along in (("reached", "harmed"), ("harmed", "reached"))
    )


def _draw_arm(axis: Axes, row: pd.Series, place: int, beneath: int) -> None:
    """Draw a mark and its bars, broader by each arm that lies on top, so that an edge of each can be seen."""
    colour, _, marker = ARM_STYLES[place % len(ARM_STYLES)]
    x, y = 100 * row["reached"], 100 * row["harmed"]
    sides = [
        [[max(0.0, middle - 100 * row[f"{name}_low"])], [max(0.0, 100 * row[f"{name}_high"] - middle)]]
        for name, middle in (("reached", x), ("harmed", y))
    ]
    axis.errorbar(
        [x], [y], xerr=sides[0], yerr=sides[1], fmt=marker, color=colour, ecolor=colour, clip_on=False,
        elinewidth=3 + _BROADER * beneath, capsize=7 + _BROADER * beneath, capthick=3, label=row["arm"],
        markersize=17 + _BROADER * beneath, markeredgecolor="white", markeredgewidth=1.5, zorder=3 + 0.01 * place,
    )  # fmt: skip


def _frame(axis: Axes) -> None:
    ticks = [0, 25, 50, 75, 100]
    axis.set_xlim(-4, 104)
    axis.set_ylim(-14, 104)
    axis.set_xticks(ticks, [f"{tick}%" for tick in ticks], fontsize=TEXT, color=QUIET)
    axis.set_yticks(ticks, [f"{tick}%" for tick in ticks], fontsize=TEXT, color=QUIET)
    axis.grid(color="#DDDDDD", linewidth=1)
    axis.set_axisbelow(True)
    axis.set_xlabel("patients treated", fontsize=TEXT, color=INK)
    axis.set_ylabel("patients harmed", fontsize=TEXT, color=INK)
    for x, y, text, side in (
        (0, 108, "harmed and not treated", "left"),
        (100, 108, "treated, at the price of harm", "right"),
        (0, -10, "spared, not treated", "left"),
        (100, -10, "treated unharmed", "right"),
    ):
        axis.text(x, y, text, ha=side, va="center", **_CORNER)
    bare(axis)
