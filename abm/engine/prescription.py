"""Doses per kg, per m² and by AUC, turned into mg for one patient when an arm begins."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from abm.biology.dosing import body_surface_m2, calvert_mg, split_exactly
from abm.parameters.catalog import ParameterSet
from abm.scenario import Arm, Gap, Item, Per, Regimen, Step, passes

_REFERENCE_M2 = 1.73


def arm_for(arm: Arm, patient: Mapping[str, Any], parameters: ParameterSet) -> Arm:
    """Return the arm with every dose in mg for this patient; an arm with nothing to reckon as it is."""
    course = prescribed(arm.course, lambda per: size_of(per, patient, parameters))
    return arm if course == arm.course else replace(arm, course=course)


def prescribed(course: tuple[Item, ...], size: Callable[[Per], float]) -> tuple[Item, ...]:
    """Return a course in mg; `size` says how many mg one unit of a dose is for the patient.

    The steps of one protocol add up to exactly its whole dose, as they do without a patient.
    """
    items: list[Item] = []
    for together in passes(course):
        first = together[0]
        if isinstance(first, Gap) or first.per == "":
            items += together
        else:
            items += _in_mg(together, size(first.per))
    return tuple(items)


def _in_mg(items: tuple[Item, ...], mg_per_unit: float) -> list[Item]:
    """Steps and doses of one protocol in mg."""
    steps = [item.dose_mg for item in items if isinstance(item, Step)]
    doses_mg = iter(split_exactly(math.fsum(steps) * mg_per_unit, steps) if steps else ())
    scaled: list[Item] = []
    for item in items:
        if isinstance(item, Step):
            scaled.append(replace(item, dose_mg=next(doses_mg), per=""))
        elif isinstance(item, Regimen):
            scaled.append(replace(item, dose_mg=item.dose_mg * mg_per_unit, per=""))
    return scaled


def size_of(per: Per, patient: Mapping[str, Any], parameters: ParameterSet) -> float:
    """How many mg one unit of a dose is: kg of body weight, m² of body surface, or mg for an AUC of 1.

    Glomerular filtration is the patient's share of a young adult's, times the body surface over 1.73 m².
    """
    weight_kg = float(patient["weight_kg"])
    if per == "kg":
        return weight_kg
    surface_m2 = body_surface_m2(weight_kg, float(patient["height_cm"]))
    if per == "m2":
        return surface_m2
    young = parameters["dosing.young_gfr_ml_per_min_per_173_m2"]
    gfr_ml_per_min = young * float(patient["renal_factor"]) * surface_m2 / _REFERENCE_M2
    return mg_per_auc(gfr_ml_per_min, parameters)


def mg_per_auc(gfr_ml_per_min: float, parameters: ParameterSet) -> float:
    """mg for an AUC of 1 at a glomerular filtration, by Calvert's formula with the cap on filtration."""
    cap = parameters["dosing.calvert_gfr_cap_ml_per_min"]
    return calvert_mg(1.0, gfr_ml_per_min, cap, parameters["dosing.calvert_nonrenal_ml_per_min"])
