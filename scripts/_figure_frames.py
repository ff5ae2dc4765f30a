"""What `make_figures.py` draws that no run folder holds, and how it saves a figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from abm import TissueModel, load_scenario
from abm.studies.optimise import optimise
from abm.studies.optimise_search import Effort
from abm.studies.sensitivity import Plan, sensitivity

WIDTHS = {"slide": (1280, 96), "print": (3508, 300)}
"""Dots across, and dots an inch where the picture is placed: the second is A4 across."""


def save(figure: Any, stem: Path) -> Path:
    """Save a figure for slides and for print; return the first file."""
    for use, (dots, inch) in WIDTHS.items():
        page = {"dpi": (inch, inch)}
        figure.savefig(stem.with_name(f"{stem.name}_{use}.png"), dpi=dots / figure.get_figwidth(), pil_kwargs=page)
    return stem.with_name(f"{stem.name}_slide.png")


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


def searched_ladders(patients: int, cells: int, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Search a few ladders; designs and protocols as `analysis.plot_protocol_front` reads them."""
    few, least = max(3, patients // 2), max(50, cells // 4)
    effort = Effort(
        trials=6, patients=few, cells=least, sets=1, fresh=max(10, patients), fresh_cells=least, finalists=3
    )
    scenario = load_scenario("rdd", ["follow_up=10 min"])
    found = optimise(scenario, scenario.reference, effort, folder)
    return found.trials, found.protocols


def sensitivity_table(patients: int, cells: int, folder: Path) -> pd.DataFrame:
    """Vary the numbers of the mast cell; a table as `analysis.plot_sensitivity` reads it, of the arm ``rdd``."""
    plan = Plan(
        parameters=("mast_cell.*",), patients=max(2, patients // 2), cells=max(10, cells // 4), top=3, trajectories=2,
        sobol_top=0, sets=0,
    )  # fmt: skip
    return sensitivity(load_scenario("rdd", ["follow_up=10 min"]), plan, folder).table
