"""The interruption atlas: gap × step reached × half-life, and the step at which a ladder may be taken up again."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.drawing import FOOT, HEAD, INK, QUIET, arm_name, ink_on, new_figure, virtual_patients
from analysis.figures.frames import need_rows
from analysis.formatting import DISCLAIMER, percent
from analysis.intervals import Method, share_interval
from analysis.load import RunResults
from analysis.metrics import paired_values, patient_means
from analysis.points import SweepResults, need_sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

METRIC = "moderate_or_severe_after_gap"
NEXT_DOSE = "next_dose"
LAST_STEP = 12
MARGIN = 0.05
_ROWS = ["drug", "half_life_min", "step_reached", "gap_h"]


def terminal_half_life_min(parameters: Mapping[str, float], drug: str, weight_kg: float = 70.0) -> float:
    """Half-life of the slowest phase in plasma, minutes.

    Parameters
    ----------
    parameters : mapping of str to float
        Values by full name (``drugs.<drug>.clearance_l_per_h`` and so on), as in ``parameters.csv``.
    drug : str
    weight_kg : float
        Scales the central volume.

    Returns
    -------
    float
        ln 2 over the smallest eigenvalue of the rate matrix of one to three compartments.
    """

    def number(key: str) -> float:
        return float(parameters.get(f"drugs.{drug}.{key}", 0.0))

    out = [number("peripheral_in_per_h"), number("peripheral_2_in_per_h")]
    back = [number("peripheral_out_per_h"), number("peripheral_2_out_per_h")]
    held = [place for place in (0, 1) if out[place] > 0.0 and back[place] > 0.0]
    rates = np.zeros((1 + len(held),) * 2)
    lost_per_h = number("clearance_l_per_h") / (number("central_l_per_kg") * weight_kg)
    rates[0, 0] = -lost_per_h - sum(out[place] for place in held)
    for row, place in enumerate(held, start=1):
        rates[row, 0], rates[0, row], rates[row, row] = out[place], back[place], -back[place]
    return float(60.0 * math.log(2.0) / np.abs(np.linalg.eigvals(rates).real).min())


def interruption_table(sweep: SweepResults, *, interval: Method = "wilson", level: float = 0.95) -> pd.DataFrame:
    """Tell the risk of every way to go on, for every drug, gap and step reached.

    Parameters
    ----------
    sweep : SweepResults
        A run of the scenario ``interruption_atlas`` or one like it: every point has one drug, one gap and one step at
        which the ladder is broken off, the same in all arms; an arm ``from_<n>`` takes the ladder up at step n, an arm
        ``next_dose`` gives the usual dose.
    interval : {"wilson", "exact"}
    level : float
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        One row per drug, step reached, gap and restart: ``drug``, ``half_life_min``, ``step_reached``, ``gap_h``,
        ``restart_step`` (13 is the next dose), ``n``, ``risk`` of a moderate or severe reaction after the gap with
        ``risk_low`` and ``risk_high``. Steps beyond the next one are left out.

    Raises
    ------
    LookupError
        If gap or step are not swept, or not the same in all arms of a point.
    ValueError
        If the run is no sweep.
    """
    need_sweep(sweep, "interruption_table")
    rows = []
    for number, run in sweep.runs():
        point = sweep.points.set_index("point").loc[number]
        reached, gap_h = (_same(sweep, point, key) for key in ("to_step", "gap"))
        drug = str(point["swept_drug"]) if "swept_drug" in point else str(run.run["drugs"][0])
        head = {"drug": drug, "half_life_min": _half_life(run, drug), "step_reached": int(reached), "gap_h": gap_h}
        values = paired_values(run.outcomes, run.arms, METRIC)
        for arm in run.arms:
            step = _restart_step(arm)
            if step <= reached + 1:
                found = share_interval(patient_means(values[arm]).dropna(), interval, level)
                rows.append({
                    **head, "restart_step": step, "n": int(values[arm].notna().groupby(level=0).any().sum()),
                    "risk": found.estimate, "risk_low": found.low, "risk_high": found.high,
                })  # fmt: skip
    table = pd.DataFrame(rows).sort_values([*_ROWS[1:], "restart_step"], kind="stable", ignore_index=True)
    return table


def _same(sweep: SweepResults, point: pd.Series, key: str) -> float:
    """The value of the swept paths that end in `key`, which all arms of a point must share."""
    columns = [axis["column"] for axis in sweep.axes if axis["path"].endswith(f".{key}")]
    values = {float(point[column]) for column in columns}
    if len(values) != 1:
        raise LookupError(f"this sweep is no interruption atlas: {key!r} takes {len(values)} values in one point")
    return values.pop()


def _restart_step(arm: str) -> int:
    if arm == NEXT_DOSE:
        return LAST_STEP + 1
    found = re.fullmatch(r"from_(\d+)", arm)
    if found is None:
        raise LookupError(f"arm {arm!r} is neither from_<step> nor {NEXT_DOSE}")
    return int(found.group(1))


def _half_life(run: RunResults, drug: str) -> float:
    numbers = pd.read_csv(run.path / "parameters.csv").set_index("name")["value"]
    return terminal_half_life_min(numbers.to_dict(), drug, float(run.patients["weight_kg"].median()))


def restart_table(table: pd.DataFrame, *, margin: float = MARGIN) -> pd.DataFrame:
    """Tell for every interruption the risk of going on, and the latest step that is as safe as step 1.

    Parameters
    ----------
    table : pandas.DataFrame
        From `interruption_table`.
    margin : float
        By how much the risk may exceed that of a restart at step 1, on the same patients.

    Returns
    -------
    pandas.DataFrame
        One row per drug, step reached and gap: ``gap_h``, ``step_reached``, ``drug``, ``half_life_min``, ``n``;
        ``risk`` of going on with the next step (after step 12 the next dose), with ``risk_low`` and ``risk_high``;
        ``safe_restart_step``, the latest step whose risk, and that of every earlier one, is within the margin;
        ``risk_at_restart`` with its limits, and ``risk_from_1``.

    Raises
    ------
    ValueError
        If the frame has no rows or lacks a column.
    """
    need_rows(table, (*_ROWS, "restart_step", "n", "risk", "risk_low", "risk_high"))
    rows = []
    for _, part in table.groupby(_ROWS, sort=False):
        part = part.sort_values("restart_step")
        on, first = part.iloc[-1], part.iloc[0]
        within = part["risk"] <= first["risk"] + margin + 1e-12
        safe = part[within.cummin()].iloc[-1]
        limits = {f"{name}{end}": row[f"risk{end}"] for name, row in (("risk", on), ("risk_at_restart", safe))
                  for end in ("", "_low", "_high")}  # fmt: skip
        rows.append({
            **{name: on[name] for name in ("gap_h", "step_reached", "drug", "half_life_min", "n")}, **limits,
            "safe_restart_step": safe["restart_step"], "risk_from_1": first["risk"],
        })  # fmt: skip
    return pd.DataFrame(rows)


def plot_interruption_atlas(table: pd.DataFrame, *, labels: Mapping[str, str] | None = None) -> Figure:
    """Draw the table of `restart_table`: a map for each drug, gap across, step reached down.

    Parameters
    ----------
    table : pandas.DataFrame
    labels : mapping of str to str, optional
        Names to show for drugs.

    Returns
    -------
    matplotlib.figure.Figure
        16:9; save it with ``figure.savefig("interruption_atlas.png", dpi=120)``.

    Raises
    ------
    ValueError
        If the frame has no rows or lacks a column.
    """
    need_rows(table, (*_ROWS, "safe_restart_step", "n", "risk", "risk_low", "risk_high"))
    figure = new_figure("After an interruption: the risk of going on, and where to restart")
    drugs = list(dict.fromkeys(table.sort_values("half_life_min")["drug"]))
    axes = figure.subplots(
        1, len(drugs), sharey=True, squeeze=False,
        gridspec_kw={"left": 0.075, "right": 0.985, "top": 0.8, "bottom": 0.2, "wspace": 0.06},
    )[0]  # fmt: skip
    for axis, drug in zip(axes, drugs, strict=True):
        part = table[table["drug"] == drug]
        _draw_map(axis, part)
        hours = part["half_life_min"].iloc[0] / 60.0
        axis.set_title(f"{arm_name(drug, labels)}, half-life {hours:.1f} h", fontsize=HEAD, color=INK, loc="left")
    axes[0].set_ylabel("step reached before the gap", fontsize=HEAD - 3, color=INK)
    note = (
        "Colour and first line: share with a moderate or severe reaction if the next step is given (after step 12 the "
        "usual dose), 95% interval.\nThird line: the latest step whose risk, in the same patients, "
        "is at most 5 points above that of a restart at step 1 (dose: the usual dose)."
    )
    figure.text(0.02, 0.055, note, fontsize=FOOT, color=QUIET, va="bottom", linespacing=1.3)
    n = f"In each field {virtual_patients(table['n'])}.  {DISCLAIMER}."
    figure.text(0.02, 0.018, n, fontsize=FOOT, color=QUIET, va="bottom")
    return figure


def _draw_map(axis: Axes, part: pd.DataFrame) -> None:
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    gaps, steps = sorted(part["gap_h"].unique()), sorted(part["step_reached"].unique())
    for row in part.itertuples():
        x, y = gaps.index(row.gap_h), steps.index(row.step_reached)
        colour = colormaps["cividis_r"](0.05 + 0.9 * row.risk)
        axis.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=colour, edgecolor="none"))
        ink = ink_on(colour)
        again = "dose" if row.safe_restart_step > LAST_STEP else f"step {row.safe_restart_step:.0f}"
        limits = f"({percent(row.risk_low, '')}\u2013{percent(row.risk_high, '')})"
        for place, text, size, weight in (
            (-0.22, percent(row.risk), 19, "bold"), (0.06, limits, 12, "normal"), (0.29, again, 14, "normal"),
        ):  # fmt: skip
            axis.text(x, y + place, text, ha="center", va="center", fontsize=size, weight=weight, color=ink)
    axis.set_xlim(-0.5, len(gaps) - 0.5)
    axis.set_ylim(len(steps) - 0.5, -0.5)
    axis.set_xticks(range(len(gaps)), [f"{gap:g} h" for gap in gaps], fontsize=16, color=INK)
    axis.set_yticks(range(len(steps)), [str(step) for step in steps], fontsize=16, color=INK)
    axis.set_xlabel("gap without drug", fontsize=HEAD - 3, color=INK)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)
