"""Frames for figures that no single run folder holds: single cells over time, and a small interruption atlas."""

from __future__ import annotations

from itertools import product

import pandas as pd

from abm import TissueModel, load_study, run_study
from analysis import comparison_table

GAPS_H, STEPS = (6, 48, 96), (6, 12)
HALF_LIVES_MIN = {"penicillin_g": 30.0, "ceftriaxone": 480.0}


def cell_traces(cells: int, shown: int = 10, patient: int = 0, minutes: float = 40.0) -> pd.DataFrame:
    """Follow some cells of one patient through a full dose; columns as `analysis.plot_traces` reads them."""
    model = TissueModel(scenario="full_dose", arm="full_dose", patient=patient, cells=cells, minutes_per_step=0.25)
    chosen = range(0, cells, max(1, cells // shown))
    rows = []
    while model.running and model.course.now_min < minutes:
        model.step()
        for number in chosen:
            cell = model.cell(number)
            rows.append({"cell": number, "time_min": model.course.now_min, **cell._asdict()})
    return pd.DataFrame(rows)


def small_atlas(patients: int, cells: int, out: str) -> pd.DataFrame:
    """Run ladders broken off, gaps and full doses of two drugs; columns as `analysis.plot_atlas` reads them."""
    parts = []
    for drug, half_life_min in HALF_LIVES_MIN.items():
        fields = {f"step_{step}_gap_{gap}h": (step, gap) for step, gap in product(STEPS, GAPS_H)}
        courses = [
            f"{arm}: {{course: [{{protocol: ladder_12_step, to_step: {step}}}, {{gap: {gap} h}}, full_dose]}}"
            for arm, (step, gap) in fields.items()
        ]
        arms = f"arms={{whole: {{reference: true, course: [full_dose]}}, {', '.join(courses)}}}"
        study = load_study("interruption", [arms, f"drug={drug}", f"patients={patients}", f"cells={cells}"])
        risks = comparison_table(run_study(study, out=f"{out}/atlas_{drug}"), "reacted_after_gap").set_index("arm")
        for arm, (step, gap) in fields.items():
            limits = risks.loc[arm, ["risk", "risk_low", "risk_high"]].to_dict()
            parts.append({"gap_h": gap, "step_reached": step, "drug": drug, "half_life_min": half_life_min, **limits})
    return pd.DataFrame(parts)
