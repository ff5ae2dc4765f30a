"""Mesa's plain page around one patient: ``desensim serve --mesa``. Teaching model, not medical advice."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import solara
from matplotlib.figure import Figure
from mesa.visualization import SolaraViz
from mesa.visualization.utils import update_counter

from abm.mesa_model import TissueModel
from abm.page.pictures import draw_dose, draw_histamine, draw_patch, draw_pressure
from abm.parameters.catalog import parameters_of
from abm.population import select_patients
from abm.scenario_file import load_scenario

STUDY = "comparison"
START: dict[str, Any] = {"scenario": STUDY, "arm": "full_dose", "cells": 2000, "minutes_per_step": 1}
_PATIENTS = 12


@lru_cache(maxsize=1)
def patients() -> list[int]:
    """Return the numbers of the first patients of the study."""
    study = load_scenario(STUDY, [f"patients={_PATIENTS}"])
    chosen = select_patients(study, parameters_of(study.drugs, study.parameters))
    return [int(number) for number in chosen["patient_id"]]


def choices() -> dict[str, Any]:
    """Return what a visitor can set, in the form that Mesa's page reads."""
    arms = [arm.name for arm in load_scenario(STUDY).arms]
    return {
        "scenario": STUDY,
        "arm": _choice("Treatment", START["arm"], arms),
        "patient": _choice("Patient number", patients()[0], patients()),
        "cells": _choice("Mast cells", START["cells"], [500, 1000, 2000, 5000, 10_000]),
        "minutes_per_step": _choice("Minutes per step", START["minutes_per_step"], [1, 2, 5, 10, 15, 30]),
    }


def _choice(label: str, value: Any, values: list[Any]) -> dict[str, Any]:
    # Mesa's sliders do not show their numbers.
    return {"type": "Select", "label": label, "value": value, "values": values}


def _picture(draw: Callable[[TissueModel], Figure]) -> Callable[[TissueModel], Any]:
    def component(model: TissueModel) -> Any:
        return solara.FigureMatplotlib(draw(model))

    return component


@solara.component
def Patch(model: TissueModel) -> None:
    """Show the skin patch."""
    update_counter.get()
    solara.FigureMatplotlib(draw_patch(model))


@solara.component
def Condition(model: TissueModel) -> None:
    """Say in words how the patient is at this moment."""
    update_counter.get()
    solara.Text(condition(model))


def condition(model: TissueModel) -> str:
    """Return a line on how the patient is at this moment."""
    course = model.course
    released = model.datacollector.model_vars["released_fraction"][-1]
    return (
        f"Patient {model.patient['patient_id']}, {course.arm.name.replace('_', ' ')}"
        f"{'' if model.running else ' (over)'}: {course.dose_so_far_mg():.4g} mg given so far · "
        f"{released:.1%} of all mast cells have fired · reaction at this moment: {course.grade}"
    )


@solara.component
def Page() -> None:
    """Show one patient; every visitor has a model of their own."""
    model = solara.use_memo(lambda: solara.reactive(TissueModel(patient=patients()[0], **START)), [])
    solara.Title("desensim: one patient")
    solara.Style(".v-tabs { display: none; }")  # Mesa's tab "Page 0" stands alone here.
    with solara.Column(gap="0px", margin=2):
        solara.Text("Teaching model, not medical advice. Choose on the left, press Reset, then ▶ or Step.")
        Condition(model.value)
    SolaraViz(
        model,
        components=[(Patch, 0), *((_picture(draw), 0) for draw in (draw_histamine, draw_dose, draw_pressure))],
        model_params=choices(),
        name="One patient under the lens",
        play_interval=100,
    )
