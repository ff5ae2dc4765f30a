"""A page of one's own around the model, in Mesa's way: ``solara run docs/examples/own_mesa_page.py``.

Teaching model, not medical advice. Needs the extras (``pip install 'desensim[viz]'``).
"""

from __future__ import annotations

import numpy as np
import solara
from matplotlib.figure import Figure
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from abm import TissueModel

PARAMETERS = {
    "scenario": "comparison",
    "arm": {"type": "Select", "label": "Treatment", "value": "rdd", "values": ["full_dose", "rdd", "interruption"]},
    "patient": {"type": "SliderInt", "label": "Patient", "value": 1, "min": 0, "max": 50, "step": 1},
    "cells": {"type": "SliderInt", "label": "Mast cells", "value": 1000, "min": 100, "max": 5000, "step": 100},
    "minutes_per_step": {"type": "SliderInt", "label": "Minutes per step", "value": 5, "min": 1, "max": 60, "step": 1},
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
    SolaraViz(
        model, components=[(Brakes, 0)], model_params=PARAMETERS, name="My page (teaching model, not medical advice)"
    )
