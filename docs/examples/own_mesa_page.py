"""A page of one's own around the model, in Mesa's way: ``solara run docs/examples/own_mesa_page.py``.

Teaching model, not medical advice. Needs the extras (``pip install 'desensim[viz]'``). What Solara's own server asks of
the internet, and how to turn that off: docs/teaching.md.
"""

from __future__ import annotations

import numpy as np
import solara
from matplotlib.figure import Figure
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from abm import TissueModel


def choice(label: str, value: object, values: list) -> dict:
    """Return a choice in the form that Mesa's page reads; its sliders would not show their numbers."""
    return {"type": "Select", "label": label, "value": value, "values": values}


PARAMETERS = {
    "scenario": "comparison",
    "arm": choice("Treatment", "rdd", ["full_dose", "rdd", "interruption"]),
    "patient": choice("Patient", 1, list(range(51))),
    "cells": choice("Mast cells", 1000, [100, 500, 1000, 2000, 5000]),
    "minutes_per_step": choice("Minutes per step", 5, [1, 5, 15, 30, 60]),
}


@solara.component
def Brakes(model: TissueModel) -> None:
    """Draw calcium against SHIP-1, cell by cell: the selections are arrays, so it is quick."""
    update_counter.get()
    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.subplots()
    skin = model.mast_cells.select(organ="skin")
    axes.scatter(skin.get("ship1"), skin.get("calcium") / skin.get("threshold"), s=6, color="#0072B2")
    axes.axhline(1.0, color="#D55E00", linestyle="--")
    axes.set(xlabel="SHIP-1, cross-links held", ylabel="calcium ÷ threshold", ylim=(0.0, 2.0))
    axes.set_title(f"{skin.agg('fired', np.mean):.0%} of the skin's mast cells have fired")
    solara.FigureMatplotlib(figure)


@solara.component
def Page() -> None:
    """Give every visitor a model of their own."""
    model = solara.use_memo(lambda: solara.reactive(TissueModel(patient=1, cells=1000, minutes_per_step=5.0)), [])
    solara.Title("My page")
    solara.Style(".v-tabs { display: none; }")  # Mesa's tab "Page 0" stands alone here.
    SolaraViz(
        model, components=[(Brakes, 0)], model_params=PARAMETERS, name="My page (teaching model, not medical advice)"
    )
