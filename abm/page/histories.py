"""What patients lived through before an arm begins, kept for a while: a class that opens one lesson lives it once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from abm.engine.course import Course
from abm.mesa_model import TissueModel, history
from abm.page.settings import Settings
from abm.parameters.catalog import parameters_of
from abm.population import draw_patient
from abm.scenario import Scenario
from abm.scenario_file import resolved_yaml

MOST_KEPT = 6

_Key = tuple[str, int, str]
_LOCK = threading.Lock()
_KEPT: OrderedDict[_Key, tuple[threading.Lock, list[Course | None]]] = OrderedDict()


def model_of(settings: Settings, scenario: Scenario, arm: str) -> TissueModel:
    """Return a model of one arm, at its start.

    Raises
    ------
    ValueError
        As `TissueModel`.
    """
    chosen: dict[str, Any] = {"arm": arm, "patient": settings.patient, "cells": None, "seed": None}
    minutes = settings.lesson.step_min
    after = next((each.after for each in scenario.arms if each.name == arm), "")
    if not after:
        return TissueModel(scenario=scenario, minutes_per_step=minutes, **chosen)
    with _LOCK:
        key = (resolved_yaml(scenario), settings.patient, after)
        lock, lived = _KEPT.setdefault(key, (threading.Lock(), []))
        _KEPT.move_to_end(key)
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    # One history is lived once, while others wait for it alone; the model is made under the lock, too, because it may
    # add a recovery to what is kept.
    with lock:
        if not lived:
            numbers = parameters_of(scenario.drugs, scenario.parameters)
            lived.append(history(scenario, arm, draw_patient(scenario, numbers, settings.patient), numbers))
        return TissueModel(scenario=scenario, minutes_per_step=minutes, before=lived[0], **chosen)
