"""Draw every figure of the package from small runs: ``python scripts/make_figures.py --out figures``.

Saved for slides (1280 × 720) and A4 (300 dots an inch). Research and teaching software, not medical advice."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _figure_frames import cell_traces, save, searched_ladders, sensitivity_table

import analysis as an
from abm import crosslink_bell, load_study, run_script, run_study


def figures(patients: int, cells: int, out: Path) -> Iterator[tuple[str, Any]]:
    """Run what is needed and yield each figure with its name."""
    recorded = load_study("comparison", ["record=[timeseries, cells]"])
    ige = run_study(recorded, patients=patients, cells=cells, out=out / "ige")
    skin = run_study("sjs", patients=patients, out=out / "skin")
    patient = int(ige.outcomes.sort_values("reactions")["patient_id"].iloc[-1])
    for draw in (an.plot_comparison, an.plot_courses, an.plot_dilemma, an.plot_steps):
        yield draw.__name__.removeprefix("plot_"), draw(ige)
    yield "step_at_breakthrough", an.plot_step_at_breakthrough(ige, "rdd")
    yield "forest", an.plot_forest(an.comparison_table(ige))
    yield "dose_to_reaction", an.plot_dose_to_reaction(an.cumulative_incidence(ige, "dose_mg"))
    yield "days_to_skin", an.plot_incidence(an.cumulative_incidence(skin, "skin_d"))
    yield "body_surface", an.plot_body_surface(skin)
    yield "patient", an.plot_patient(ige.patient(patient).events)
    yield "series", an.plot_series(ige.timeseries(patient_id=patient))
    yield "raster", an.plot_raster(ige.cells(patient_id=patient))
    yield "traces", an.plot_traces(cell_traces(cells))
    yield "bell", an.plot_bell(crosslink_bell())
    atlas = an.interruption_table(run_study("interruption_atlas", patients=2, cells=cells, out=out / "atlas"))
    yield "interruption_atlas", an.plot_interruption_atlas(an.restart_table(atlas))
    mechanisms = load_study("decision_map", [f"sweep.zip.cells=[{cells}, {cells}, 10]"])
    sweep = run_study(mechanisms, patients=patients, out=out / "map")
    yield "decision_map", an.plot_decision_map(an.decision_table(sweep))
    yield "points", an.plot_points(an.points_table(sweep))
    ladders = run_study("sweep_protocols", patients=max(2, patients // 4), cells=cells, out=out / "sweep")
    yield "sweep", an.plot_sweep(ladders)
    yield "protocol_front", an.plot_protocol_front(*searched_ladders(patients, cells, out / "search"))
    yield "sensitivity", an.plot_sensitivity(sensitivity_table(patients, cells, out / "sensitivity"), "rdd")


def main() -> None:
    """Draw the figures into a folder, and name each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("figures"), help="folder of figures and runs")
    parser.add_argument("--patients", type=int, default=20)
    parser.add_argument("--cells", type=int, default=1000)
    given = parser.parse_args()
    for name, figure in figures(given.patients, given.cells, given.out):
        print(save(figure, given.out / name), flush=True)


if __name__ == "__main__":
    run_script(main)
