"""A frame for a figure that no run folder holds: single cells over time."""

from __future__ import annotations

import pandas as pd

from abm import TissueModel


def cell_traces(cells: int, shown: int = 10, patient: int = 0, minutes: float = 40.0) -> pd.DataFrame:
    """Follow some cells of one patient through a full dose; columns as `analysis.plot_traces` reads them."""
    model = TissueModel(scenario="full_dose", arm="full_dose", patient=patient, cells=cells, minutes_per_step=0.25)
    chosen = range(0, cells, max(1, cells // shown))
    rows = []
    while model.running and model.course.now_min < minutes:
        model.step()
        for number in chosen:
            cell = model.mast_cells[number]
            rows.append({"cell": number, "time_min": model.course.now_min, **cell.as_dict()})
    return pd.DataFrame(rows)
