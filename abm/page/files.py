"""What a visitor can take along: the data shown as CSV, and the scenario as YAML."""

from __future__ import annotations

import pandas as pd

from abm.page.stage import Stage
from abm.scenario_file import resolved_yaml

_NOTE = "# Shown by desensim's teaching page: patient {patient}, arms {arms}. Teaching model, not medical advice.\n"
_HAND = "# By hand, beside what is written here: {acts}\n"


def data_csv(stage: Stage) -> str:
    """Return what both arms went through so far, one row per moment; columns as in a run's tables."""
    frames = [
        model.datacollector.get_model_vars_dataframe().assign(arm=arm, patient_id=int(model.patient["patient_id"]))
        for model, arm in zip(stage.models, stage.settings.arms, strict=True)
    ]
    table = pd.concat(frames, ignore_index=True)
    keys = ["arm", "patient_id"]
    return str(table[[*keys, *(name for name in table if name not in keys)]].to_csv(index=False))


def scenario_text(stage: Stage) -> str:
    """Return the scenario that is shown; `desensim run` on it treats the same patient in the same way."""
    acts = "; ".join(f"arm {act.arm + 1}, {act.time_min:g} min: {act.kind}" for act in stage.acts)
    head = _NOTE.format(patient=stage.settings.patient, arms=" and ".join(stage.settings.arms))
    return head + (_HAND.format(acts=acts) if acts else "") + resolved_yaml(stage.scenario)
