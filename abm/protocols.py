"""Named protocols: from a drug and a dose to the steps of an infusion."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from abm.parameters import protocol_tables as tables
from abm.scenario import Gap, Regimen, Step

if TYPE_CHECKING:
    import pandas as pd

LARGEST_DOSE_MG = 1e6
SMALLEST_DOSE_MG = 1e-9


class ProtocolInfo(NamedTuple):
    """What a named protocol is and where it comes from.

    `adjustable_time` says whether its length may be chosen (a ladder's may not).
    """

    name: str
    description: str
    source: str
    adjustable_time: bool


PROTOCOLS: dict[str, ProtocolInfo] = {
    info.name: info
    for info in (
        ProtocolInfo(
            "full_dose",
            "the whole dose at a constant rate over the drug's usual infusion time",
            tables.FULL_DOSE_SOURCE,
            adjustable_time=True,
        ),
        ProtocolInfo(
            "ladder_12_step",
            "rapid drug desensitization: 12 steps of rising rate from three bags (1/100, 1/10, the rest)",
            tables.LADDER_12_STEP_SOURCE,
            adjustable_time=False,
        ),
        ProtocolInfo(
            "slow_infusion",
            "the whole dose at a constant rate over as long as the 12-step ladder takes",
            tables.SLOW_INFUSION_SOURCE,
            adjustable_time=True,
        ),
    )
}


def build_protocol(name: str, drug: str, dose_mg: float, duration_min: float | None = None) -> tuple[Step, ...]:
    """Write out the steps of a named protocol.

    Parameters
    ----------
    name : str
        A key of `PROTOCOLS`.
    drug : str
        Name in the drug catalogue.
    dose_mg : float
        Full dose in mg. The steps' doses add up to exactly this number, in any order of summation.
    duration_min : float, optional
        Length in minutes of `full_dose` or `slow_infusion` instead of the default.

    Returns
    -------
    tuple of Step

    Raises
    ------
    ValueError
        For an unknown protocol, a dose or length outside its range, or a length for a ladder.
    KeyError
        For a drug that is not in the catalogue, where its usual infusion time is needed.
    """
    if name not in PROTOCOLS:
        raise ValueError(f"unknown protocol {name!r}; allowed: {', '.join(PROTOCOLS)}")
    if not SMALLEST_DOSE_MG <= dose_mg <= LARGEST_DOSE_MG:
        raise ValueError(f"the dose must be between {SMALLEST_DOSE_MG:g} and {LARGEST_DOSE_MG:g} mg, not {dose_mg!r}")
    if duration_min is not None:
        if not PROTOCOLS[name].adjustable_time:
            raise ValueError(f"the length of {name} is fixed by its steps; leave the time out")
        if not (math.isfinite(duration_min) and duration_min > 0):
            raise ValueError(f"the length of {name} must be more than 0 minutes, not {duration_min!r}")
    return _BUILDERS[name](drug, float(dose_mg), duration_min)


def _full_dose(drug: str, dose_mg: float, duration_min: float | None) -> tuple[Step, ...]:
    return (_constant("full_dose", drug, dose_mg, duration_min or usual_infusion_min(drug)),)


def _slow_infusion(drug: str, dose_mg: float, duration_min: float | None) -> tuple[Step, ...]:
    return (_constant("slow_infusion", drug, dose_mg, duration_min or tables.LADDER_12_STEP_MIN),)


def _constant(protocol: str, drug: str, dose_mg: float, duration_min: float) -> Step:
    return Step(drug, protocol, number=1, bag=0, duration_min=float(duration_min), dose_mg=dose_mg)


def _ladder_12_step(drug: str, dose_mg: float, _duration_min: float | None = None) -> tuple[Step, ...]:
    """Steps of the ladder.

    Doses are whole multiples of the spacing of floats at the full dose (a relative change below 1e-11), so every
    partial sum is exact and the last dose is exactly what is left.
    """
    grain_mg = math.ulp(dose_mg)
    steps: list[Step] = []
    given_mg = 0.0
    bag = 0
    for number, row in enumerate(tables.LADDER_12_STEP, start=1):
        if row.bag != bag:
            bag, left_ml = row.bag, tables.BAG_VOLUME_ML
            content_mg = dose_mg * tables.BAG_DILUTION[bag] if bag in tables.BAG_DILUTION else dose_mg - given_mg
        minutes = row.duration_min if row.duration_min is not None else left_ml / row.rate_ml_per_h * 60.0
        volume_ml = row.rate_ml_per_h * minutes / 60.0
        left_ml -= volume_ml
        if number == len(tables.LADDER_12_STEP):
            step_mg = dose_mg - given_mg
        else:
            step_mg = round(content_mg * volume_ml / tables.BAG_VOLUME_ML / grain_mg) * grain_mg
        given_mg += step_mg
        steps.append(Step(drug, "ladder_12_step", number, bag, minutes, step_mg, row.rate_ml_per_h))
    return tuple(steps)


_BUILDERS: dict[str, Callable[[str, float, float | None], tuple[Step, ...]]] = {
    "full_dose": _full_dose,
    "ladder_12_step": _ladder_12_step,
    "slow_infusion": _slow_infusion,
}


def usual_infusion_min(drug: str) -> float:
    """Minutes over which the drug's usual dose is given, from the catalogue."""
    from abm.parameters.catalog import DRUGS

    return float(DRUGS[drug].usual_infusion_min)


def protocol_table(steps: Iterable[Step | Gap | Regimen]) -> pd.DataFrame:
    """Tabulate what is given as a nurse would read it, one row a step or swallowed dose.

    Parameters
    ----------
    steps : iterable of Step, Gap or Regimen
        Steps and doses in order; a gap makes no row and moves the clock.

    Returns
    -------
    pandas.DataFrame
        Columns ``clock`` (h:mm from the start), ``drug``, ``protocol``, ``step``, ``bag`` (missing where none is
        stated), ``concentration_mg_per_ml`` and ``rate_ml_per_h`` (missing where only mass and time are stated),
        ``rate_mg_per_min`` (missing for a swallowed dose), ``duration_min`` (of a swallowed dose: until the next),
        ``volume_ml``, ``dose_mg``, ``cumulative_dose_mg`` (of that drug) and ``cumulative_percent`` (of all of that
        drug in the table).
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
            rows.append(_row(step, clock_min, given_mg[step.drug], planned_mg[step.drug]))
        clock_min += step.duration_min
    table = pd.DataFrame(rows, columns=list(_TABLE_COLUMNS))
    return table.astype(_TABLE_COLUMNS)


def _singly(item: Step | Gap | Regimen) -> list[Step | Gap | Regimen]:
    """Each dose of a regimen by itself."""
    return [replace(item, times=1)] * item.times if isinstance(item, Regimen) else [item]


_TABLE_COLUMNS = {
    "clock": "string",
    "drug": "string",
    "protocol": "string",
    "step": "int64",
    "bag": "Int64",
    "concentration_mg_per_ml": "float64",
    "rate_ml_per_h": "float64",
    "rate_mg_per_min": "float64",
    "duration_min": "float64",
    "volume_ml": "float64",
    "dose_mg": "float64",
    "cumulative_dose_mg": "float64",
    "cumulative_percent": "float64",
}


def _row(step: Step | Regimen, clock_min: float, given_mg: float, planned_mg: float) -> dict[str, object]:
    infusion = step if isinstance(step, Step) else None
    volume_ml = infusion.volume_ml if infusion else math.nan
    return {
        "clock": _clock(clock_min),
        "drug": step.drug,
        "protocol": step.protocol,
        "step": step.number,
        "bag": (infusion.bag or None) if infusion else None,
        "concentration_mg_per_ml": step.dose_mg / volume_ml if volume_ml else math.nan,
        "rate_ml_per_h": infusion.rate_ml_per_h if infusion else math.nan,
        "rate_mg_per_min": infusion.rate_mg_per_min if infusion else math.nan,
        "duration_min": step.duration_min,
        "volume_ml": volume_ml,
        "dose_mg": step.dose_mg,
        "cumulative_dose_mg": given_mg,
        "cumulative_percent": 100.0 * given_mg / planned_mg if planned_mg else math.nan,
    }


def _clock(time_min: float) -> str:
    """Elapsed time as h:mm, with seconds only where there are any."""
    seconds = round(time_min * 60.0)
    text = f"{seconds // 3600}:{seconds % 3600 // 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text
