"""Pictures of the teaching page, drawn with matplotlib from a model as it stands. Colours are Okabe and Ito's."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from abm.engine.field import SIDE, SITE_UM
from abm.mesa_model import TissueModel

BLUE, VERMILLION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
LOW_SYSTOLIC_MMHG = 90.0
_SIZE = (6.2, 4.2)
_PATCH_UM = SIDE * SITE_UM


def draw_patch(model: TissueModel) -> Figure:
    """Draw the skin patch: the drug field, resting mast cells as blue dots, fired ones as orange crosses."""
    figure, axes = _axes()
    sites = model.space.sites[: int(model.course.state.organ_start[1])]
    extent = (0.0, _PATCH_UM, 0.0, _PATCH_UM)
    image = axes.imshow(model.space.drug_field, origin="lower", extent=extent, cmap="Greys", alpha=0.5)
    bar = figure.colorbar(image, ax=axes, shrink=0.85)
    bar.set_label("drug here ÷ mean of the patch")
    fired = model.course.state.fired_bin[: sites.size] >= 0
    x, y = (sites % SIDE + 0.5) * SITE_UM, (sites // SIDE + 0.5) * SITE_UM
    axes.scatter(x[~fired], y[~fired], s=9, c=BLUE, marker="o", linewidths=0, label=f"resting: {int((~fired).sum())}")
    axes.scatter(x[fired], y[fired], s=34, c=VERMILLION, marker="X", linewidths=0, label=f"fired: {int(fired.sum())}")
    axes.set(xlim=(0, _PATCH_UM), ylim=(0, _PATCH_UM), xlabel="µm", ylabel="µm")
    axes.set_title(f"Mast cells of the skin, {_clock(model.course.now_min)} after the start")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=11, markerscale=1.6)
    return figure


def draw_histamine(model: TissueModel) -> Figure:
    """Draw histamine in blood over time."""
    figure, axes = _over_time(model, "histamine_ng_per_ml", VERMILLION)
    axes.set(ylabel="ng/mL", title="Histamine in blood")
    axes.set_ylim(bottom=0.0)
    return figure


def draw_pressure(model: TissueModel) -> Figure:
    """Draw systolic blood pressure over time, with 90 mmHg, below which an adult's is low."""
    figure, axes = _over_time(model, "systolic_mmhg", BLUE)
    axes.axhline(LOW_SYSTOLIC_MMHG, color=GREY, linestyle="--", linewidth=1)
    axes.annotate("90 mmHg", (0.99, LOW_SYSTOLIC_MMHG), xycoords=("axes fraction", "data"), ha="right", va="bottom")
    axes.set(ylabel="mmHg", ylim=(40.0, 140.0), title="Systolic blood pressure")
    return figure


def draw_dose(model: TissueModel) -> Figure:
    """Draw the drug given so far over time, on a logarithmic scale as a ladder needs one."""
    figure, axes = _over_time(model, "dose_mg", GREEN)
    axes.set(ylabel="mg", title="Drug given so far")
    axes.set_yscale("symlog", linthresh=0.01)
    axes.set_ylim(0.0, 10_000.0)
    return figure


def _axes() -> tuple[Figure, Axes]:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _over_time(model: TissueModel, name: str, color: str) -> tuple[Figure, Axes]:
    shown = model.datacollector.model_vars
    figure, axes = _axes()
    hours = np.array(shown["time_min"]) / 60.0
    axes.plot(hours, shown[name], color=color, linewidth=2)
    axes.plot(hours[-1:], shown[name][-1:], "o", color=color)
    axes.set_xlim(0.0, max(1.0, 1.05 * hours[-1]))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 3, 6, 10]))
    axes.set_xlabel("hours since the start")
    axes.grid(alpha=0.3)
    return figure, axes


def _clock(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"
