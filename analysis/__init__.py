"""Read run folders and answer their questions with pandas; nothing here needs the simulator.

>>> from analysis import load_results, comparison_table, format_table
>>> results = load_results("runs/comparison")          # doctest: +SKIP
>>> print(format_table(comparison_table(results)))     # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.collection import RunCollection
    from analysis.compare import compare_arms, comparison_table
    from analysis.decision_map import decision_table, plot_decision_map
    from analysis.delayed import metrics_shown
    from analysis.dictionary import data_dictionary_markdown
    from analysis.figures.bell import plot_bell
    from analysis.figures.cells import plot_raster, plot_traces
    from analysis.figures.comparison import plot_comparison, plot_steps
    from analysis.figures.courses import plot_courses
    from analysis.figures.dilemma import plot_dilemma
    from analysis.figures.forest import plot_forest
    from analysis.figures.incidence import plot_dose_to_reaction, plot_incidence
    from analysis.figures.patient import plot_patient, plot_series
    from analysis.figures.points import plot_points
    from analysis.figures.protocol_front import plot_protocol_front
    from analysis.figures.sensitivity import plot_sensitivity
    from analysis.figures.skin import plot_body_surface
    from analysis.figures.sweep import plot_step_at_breakthrough, plot_sweep
    from analysis.formatting import format_table
    from analysis.interruption_atlas import interruption_table, plot_interruption_atlas, restart_table
    from analysis.load import (
        FailedRowsWarning,
        MissingRowsWarning,
        RunFolderError,
        RunResults,
        UnfinishedRunError,
        load_results,
    )
    from analysis.metrics import METRICS
    from analysis.points import SweepResults, format_points, points_table
    from analysis.precision import patients_needed, precision_table
    from analysis.report import write_report
    from analysis.summarise import steps_at_reaction, summarise_arms
    from analysis.survival import cumulative_incidence, incidence_at, reaction_ends, reaction_free
    from analysis.sweeps import sweep_table
    from analysis.treatment import treatment_table
    from analysis.treatment_text import format_treatment
    from analysis.variance import nested_variance

# A file named analysis.py in the working folder hides this package; callers tell the two apart by this constant.
__version_marker__ = "desensim"

_HOME = {
    "MissingRowsWarning": "load",
    "RunCollection": "collection",
    "cumulative_incidence": "survival",
    "incidence_at": "survival",
    "reaction_ends": "survival",
    "reaction_free": "survival",
    "precision_table": "precision",
    "patients_needed": "precision",
    "plot_forest": "figures.forest",
    "plot_incidence": "figures.incidence",
    "plot_dose_to_reaction": "figures.incidence",
    "plot_traces": "figures.cells",
    "plot_raster": "figures.cells",
    "plot_courses": "figures.courses",
    "plot_points": "figures.points",
    "plot_patient": "figures.patient",
    "plot_series": "figures.patient",
    "write_report": "report",
    "FailedRowsWarning": "load",
    "RunFolderError": "load",
    "RunResults": "load",
    "UnfinishedRunError": "load",
    "load_results": "load",
    "METRICS": "metrics",
    "compare_arms": "compare",
    "data_dictionary_markdown": "dictionary",
    "decision_table": "decision_map",
    "metrics_shown": "delayed",
    "comparison_table": "compare",
    "interruption_table": "interruption_atlas",
    "plot_interruption_atlas": "interruption_atlas",
    "restart_table": "interruption_atlas",
    "nested_variance": "variance",
    "format_table": "formatting",
    "format_treatment": "treatment_text",
    "plot_bell": "figures.bell",
    "plot_body_surface": "figures.skin",
    "plot_comparison": "figures.comparison",
    "plot_decision_map": "decision_map",
    "plot_dilemma": "figures.dilemma",
    "plot_protocol_front": "figures.protocol_front",
    "plot_sensitivity": "figures.sensitivity",
    "plot_step_at_breakthrough": "figures.sweep",
    "plot_steps": "figures.comparison",
    "plot_sweep": "figures.sweep",
    "steps_at_reaction": "summarise",
    "summarise_arms": "summarise",
    "sweep_table": "sweeps",
    "treatment_table": "treatment",
    "SweepResults": "points",
    "format_points": "points",
    "points_table": "points",
}

__all__ = [
    "METRICS",
    "FailedRowsWarning",
    "MissingRowsWarning",
    "RunCollection",
    "RunFolderError",
    "RunResults",
    "SweepResults",
    "UnfinishedRunError",
    "compare_arms",
    "comparison_table",
    "cumulative_incidence",
    "data_dictionary_markdown",
    "decision_table",
    "format_points",
    "format_table",
    "format_treatment",
    "incidence_at",
    "interruption_table",
    "load_results",
    "metrics_shown",
    "nested_variance",
    "patients_needed",
    "plot_bell",
    "plot_body_surface",
    "plot_comparison",
    "plot_courses",
    "plot_decision_map",
    "plot_dilemma",
    "plot_dose_to_reaction",
    "plot_forest",
    "plot_incidence",
    "plot_interruption_atlas",
    "plot_patient",
    "plot_points",
    "plot_protocol_front",
    "plot_raster",
    "plot_sensitivity",
    "plot_series",
    "plot_step_at_breakthrough",
    "plot_steps",
    "plot_sweep",
    "plot_traces",
    "points_table",
    "precision_table",
    "reaction_ends",
    "reaction_free",
    "restart_table",
    "steps_at_reaction",
    "summarise_arms",
    "sweep_table",
    "treatment_table",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that loading results does not pay for statistics or figures."""
    if name not in _HOME:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    value = getattr(import_module(f"analysis.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
