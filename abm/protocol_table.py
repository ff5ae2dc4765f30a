"""Protocols as the table a nurse would read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from abm.biology.dosing import units_of_mg
from abm.scenario import Gap, Regimen, Step

if TYPE_CHECKING:
    import pandas as pd


def protocol_table(steps: Iterable[Step | Gap | Regimen]) -> pd.DataFrame:
    """Tabulate what is given as a nurse would read it, one row a step or dose.

    Parameters
    ----------
    steps : iterable of Step, Gap or Regimen
        Steps and doses in order; a gap makes no row and moves the clock.

    Returns
    -------
    pandas.DataFrame
        Columns ``clock`` (h:mm from the start), ``drug``, ``route``, ``protocol``, ``step``, ``bag`` (missing where
        there is none), ``concentration_mg_per_ml`` and ``rate_ml_per_h`` (missing where only mass and time are stated),
        ``rate_mg_per_min`` (missing for a dose at once), ``duration_min`` (of a dose at once: until the next),
        ``volume_ml``, ``per`` (what a dose is reckoned by, as in `abm.scenario.Step`; empty for mg), ``dose_mg``,
        ``cumulative_dose_mg`` (of that drug) and ``cumulative_percent`` (of all of that drug in the table), ``units``,
        ``units_per_ml`` and ``cumulative_units`` (missing for a drug without units of activity, and for doses that
        depend on the patient).
    """
    import pandas as pd

    course = [single for item in steps for single in _singly(item)]
    planned_mg: dict[str, float] = {}
    for step in course:
        if not isinstance(step, Gap):
            planned_mg[step.drug] = planned_mg.get(step.drug, 0.0) + step.dose_mg
    rows = []
    clock_min = 0.0
    given_mg = dict.fromkeys(planned_mg, 0.0)
    for step in course:
        if not isinstance(step, Gap):
            given_mg[step.drug] += step.dose_mg
            row = _row(step, clock_min, given_mg[step.drug], planned_mg[step.drug])
            rows.append(row | _units(step, row))
        clock_min += step.duration_min
    table = pd.DataFrame(rows, columns=list(_TABLE_COLUMNS))
    return table.astype(_TABLE_COLUMNS)


def _singly(item: Step | Gap | Regimen) -> list[Step | Gap | Regimen]:
    """Each dose of a regimen by itself."""
    return [replace(item, times=1)] * item.times if isinstance(item, Regimen) else [item]


_TABLE_COLUMNS = {
    "clock": "string",
    "drug": "string",
    "route": "string",
    "protocol": "string",
    "step": "int64",
    "bag": "Int64",
    "concentration_mg_per_ml": "float64",
    "rate_ml_per_h": "float64",
    "rate_mg_per_min": "float64",
    "duration_min": "float64",
    "volume_ml": "float64",
    "per": "string",
    "dose_mg": "float64",
    "cumulative_dose_mg": "float64",
    "cumulative_percent": "float64",
    "units": "float64",
    "units_per_ml": "float64",
    "cumulative_units": "float64",
}


def _row(step: Step | Regimen, clock_min: float, given_mg: float, planned_mg: float) -> dict[str, Any]:
    infusion = step if isinstance(step, Step) else None
    volume_ml = step.volume_ml
    return {
        "clock": _clock(clock_min),
        "drug": step.drug,
        "route": "infusion" if isinstance(step, Step) else step.route,
        "protocol": step.protocol,
        "step": step.number,
        "bag": (infusion.bag or None) if infusion else None,
        "concentration_mg_per_ml": step.dose_mg / volume_ml if volume_ml else math.nan,
        "rate_ml_per_h": infusion.rate_ml_per_h if infusion else math.nan,
        "rate_mg_per_min": infusion.rate_mg_per_min if infusion else math.nan,
        "duration_min": step.duration_min,
        "volume_ml": volume_ml,
        "per": step.per,
        "dose_mg": step.dose_mg,
        "cumulative_dose_mg": given_mg,
        "cumulative_percent": 100.0 * given_mg / planned_mg if planned_mg else math.nan,
    }


def _units(step: Step | Regimen, row: dict[str, Any]) -> dict[str, float]:
    """The same dose in units of activity."""
    from abm.parameters.catalog import DRUGS

    units_per_mg = DRUGS[step.drug].units_per_mg if step.drug in DRUGS and not step.per else 0.0
    if not units_per_mg:
        return dict.fromkeys(("units", "units_per_ml", "cumulative_units"), math.nan)
    units = units_of_mg(step.dose_mg, units_per_mg)
    return {
        "units": units,
        "units_per_ml": units / row["volume_ml"] if row["volume_ml"] else math.nan,
        "cumulative_units": units_of_mg(row["cumulative_dose_mg"], units_per_mg),
    }


def _clock(time_min: float) -> str:
    """Elapsed time as h:mm, with seconds only where there are any."""
    seconds = round(time_min * 60.0)
    text = f"{seconds // 3600}:{seconds % 3600 // 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text
