"""Named protocols: from a drug and a dose to the steps of an infusion or the doses to swallow."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Unpack

from abm.biology.dosing import mg_of_units
from abm.long_protocols import (
    IMMUNOTHERAPY,
    MAINTENANCE,
    MOST_MAINTENANCE_DOSES,
    immunotherapy_doses,
    maintenance_doses,
)
from abm.parameters import protocol_tables as tables
from abm.parameters.drug import Drug
from abm.protocol_builders import BUILDERS, ProtocolOptions
from abm.scenario import Item, Per, Regimen, Step
from abm.units import MINUTES_PER_BASE_BIN

LARGEST_DOSE_MG = 1e6
SMALLEST_DOSE_MG = 1e-9
PENICILLIN_ORAL = "penicillin_oral_14_step"
_LONGEST_MIN = 52_596_000.0

OPTION_RANGES: dict[str, tuple[float, float]] = {
    "duration_min": (MINUTES_PER_BASE_BIN, _LONGEST_MIN),
    "interval_min": (MINUTES_PER_BASE_BIN, _LONGEST_MIN),
    "last_min": (MINUTES_PER_BASE_BIN, _LONGEST_MIN),
    "start_fraction": (1e-6, 0.5),
    "ratio": (1.01, 1000.0),
    "step_count": (2, 1000),
    "from_step": (1, len(tables.LADDER_12_STEP)),
    "to_step": (1, len(tables.LADDER_12_STEP)),
    "missed": (2, MOST_MAINTENANCE_DOSES),
    "rates_ml_per_h": (1e-6, 1e5),
}
"""Least and largest value of each option of a protocol."""

OVER_USUAL_TIME = {"full_dose": "duration_min", "graded_10_fold": "last_min"}
"""Options that are the drug's usual infusion time unless chosen."""


class ProtocolInfo(NamedTuple):
    """What a named protocol is, where it comes from, and what of it may be chosen (see `ProtocolOptions`)."""

    name: str
    description: str
    source: str
    options: tuple[str, ...]


PROTOCOLS: dict[str, ProtocolInfo] = {
    info.name: info
    for info in (
        ProtocolInfo(
            "full_dose",
            "the whole dose at a constant rate over the drug's usual infusion time",
            tables.FULL_DOSE_SOURCE,
            ("duration_min",),
        ),
        ProtocolInfo(
            "ladder_12_step",
            "rapid drug desensitization: 12 steps of rising rate from three bags (1/100, 1/10, the rest)",
            tables.LADDER_12_STEP_SOURCE,
            ("interval_min", "from_step", "to_step", "last_min"),
        ),
        ProtocolInfo(
            "one_bag",
            "the doses and times of the 12-step ladder from one undiluted bag, by pump rate alone",
            tables.ONE_BAG_SOURCE,
            ("interval_min", "from_step", "to_step", "last_min", "rates_ml_per_h"),
        ),
        ProtocolInfo(
            "ladder",
            "steps that rise by a ratio from a start fraction up to the full dose; the last gives what is left",
            tables.LADDER_SOURCE,
            ("start_fraction", "ratio", "interval_min", "step_count", "last_min"),
        ),
        ProtocolInfo(
            "graded_10_fold",
            "graded challenge: 1/100 and 1/10 of the dose over 30 min each, the rest over the usual infusion time",
            tables.GRADED_SOURCE,
            ("start_fraction", "interval_min", "last_min"),
        ),
        ProtocolInfo(
            PENICILLIN_ORAL,
            "14 rising doses of penicillin V by mouth every 15 min, 1,296,700 units in all, then 30 min of observation",
            tables.PENICILLIN_ORAL_SOURCE,
            (),
        ),
        ProtocolInfo(
            "slow_infusion",
            "the whole dose at a constant rate over as long as the 12-step ladder takes",
            tables.SLOW_INFUSION_SOURCE,
            ("duration_min",),
        ),
        ProtocolInfo(
            MAINTENANCE,
            "therapy that goes on: the dose every interval, the first at once; some of them may be missed",
            tables.MAINTENANCE_SOURCE,
            ("interval_min", "duration_min", "missed"),
        ),
        ProtocolInfo(
            IMMUNOTHERAPY,
            "allergen immunotherapy: injections under the skin, adsorbed to a carrier, weekly and doubling ten times, "
            "then the dose every four weeks; three years in all",
            tables.IMMUNOTHERAPY_SOURCE,
            ("duration_min",),
        ),
    )
}
LONG = (MAINTENANCE, IMMUNOTHERAPY)
"""Protocols that are more than steps of one infusion."""


def build_protocol(
    name: str,
    drug: str,
    dose_mg: float,
    duration_min: float | None = None,
    *,
    per: Per = "",
    **options: Unpack[ProtocolOptions],
) -> tuple[Step, ...]:
    """Write out the steps of a named protocol that is infused.

    Parameters
    ----------
    name, drug : str
        A key of `PROTOCOLS` (see `penicillin_oral_doses` and `long_protocol` for others), and of the drug catalogue.
    dose_mg : float
        Full dose in mg. The steps' doses add up to exactly this number, in any order of summation.
    duration_min, per : float, str, optional
        Length of an infusion instead of the usual one; what the dose is reckoned by, as in `abm.scenario.Step`.
    **options
        Other choices that the protocol allows; see `abm.protocol_builders.ProtocolOptions`.

    Returns
    -------
    tuple of Step

    Raises
    ------
    ValueError
        For an unknown protocol, a dose or an option outside its range, or an option that the protocol does not have.
    KeyError
        For a drug that is not in the catalogue, where its usual infusion time is needed.
    """
    if name not in PROTOCOLS:
        raise ValueError(f"unknown protocol {name!r}; allowed: {', '.join(PROTOCOLS)}")
    if not SMALLEST_DOSE_MG <= dose_mg <= LARGEST_DOSE_MG:
        raise ValueError(f"the dose must be between {SMALLEST_DOSE_MG:g} and {LARGEST_DOSE_MG:g} mg, not {dose_mg!r}")
    chosen: dict[str, Any] = {**options} if duration_min is None else {**options, "duration_min": duration_min}
    for option, value in chosen.items():
        _check_option(name, option, value)
    if name not in BUILDERS:
        if name in LONG:
            raise ValueError(f"{name} is no infusion in steps; long_protocol writes it out")
        raise ValueError(f"{name} is swallowed and its doses are fixed; penicillin_oral_doses writes them out")
    usual = OVER_USUAL_TIME.get(name)
    if usual is not None and usual not in chosen:
        chosen[usual] = usual_infusion_min(drug)
    rows = BUILDERS[name](float(dose_mg), **chosen)
    return tuple(Step(drug, name, *row, per=per) for row in rows)


def long_protocol(
    name: str,
    drug: str,
    dose_mg: float,
    duration_min: float | None = None,
    *,
    per: Per = "",
    known: Drug | None = None,
    **options: Unpack[ProtocolOptions],
) -> tuple[Item, ...]:
    """Write out `maintenance` or `immunotherapy`.

    Parameters
    ----------
    name, drug, dose_mg, per : str, str, float, str
        As in `build_protocol`; the dose is each of a maintenance, and the one that an immunotherapy keeps up.
    known : Drug, optional
        The drug, where it is none of the catalogue.
    duration_min : float, optional
        How long it goes on: six intervals, or three years.
    **options
        ``interval_min`` (else the drug's usual interval), ``missed``.

    Raises
    ------
    ValueError
        For an option that is out of range or that the protocol does not have, or options that do not fit together.
    """
    from abm.parameters.catalog import DRUGS

    chosen: dict[str, Any] = {**options} if duration_min is None else {**options, "duration_min": duration_min}
    for option, value in chosen.items():
        _check_option(name, option, value)
    if name == IMMUNOTHERAPY:
        return immunotherapy_doses(drug, dose_mg, chosen.get("duration_min", tables.IMMUNOTHERAPY_MIN), per)
    about = DRUGS[drug] if known is None else known
    interval_min = options.get("interval_min", 60.0 * about.usual_every_h)
    length_min = chosen.get("duration_min", 6.0 * interval_min)
    infused = "infusion" in about.routes
    return maintenance_doses(
        drug, dose_mg, interval_min, length_min, about.usual_infusion_min, options.get("missed", ()), per, infused
    )


def build_ladder(
    drug: str,
    dose_mg: float,
    start_fraction: float = tables.LADDER_START,
    ratio: float = tables.LADDER_RATIO,
    interval_min: float = tables.LADDER_INTERVAL_MIN,
    step_count: int | None = None,
    last_min: float | None = None,
) -> tuple[Step, ...]:
    """Write out a ladder of one's own: `build_protocol` of ``"ladder"``.

    Parameters
    ----------
    drug, dose_mg : str, float
        As in `build_protocol`.
    start_fraction : float
        Share of the full dose in the first step, 1e-6 to 0.5.
    ratio : float
        From one step's dose to the next, at least 1.01.
    interval_min : float
        Minutes of each step but the last.
    step_count : int, optional
        Number of steps, instead of as many as it takes to reach the full dose.
    last_min : float, optional
        Minutes of the last step, instead of as long as the rest takes at the rate that the step has by the ratio.

    Raises
    ------
    ValueError
        As `build_protocol`, and if the full dose is reached before `step_count`.
    """
    options: ProtocolOptions = {"start_fraction": start_fraction, "ratio": ratio, "interval_min": interval_min}
    if step_count is not None:
        options["step_count"] = step_count
    if last_min is not None:
        options["last_min"] = last_min
    return build_protocol("ladder", drug, dose_mg, **options)


def penicillin_oral_doses(drug: str, units_per_mg: float | None = None) -> tuple[Regimen, ...]:
    """Write out the oral protocol: each dose swallowed once, and after the last one the time of observation.

    Parameters
    ----------
    drug : str
        Name in the drug catalogue, or of any drug whose `units_per_mg` is stated.
    units_per_mg : float, optional
        Units of activity in a mg; the catalogue's if None.

    Raises
    ------
    ValueError
        For a drug that states no units of activity: the published doses are in units of penicillin V.
    """
    from abm.parameters.catalog import DRUGS

    if units_per_mg is None:
        units_per_mg = DRUGS[drug].units_per_mg
    if not units_per_mg:
        raise ValueError(f"{PENICILLIN_ORAL} is in units of activity, and {drug} has none stated")
    rows = tables.PENICILLIN_ORAL
    waits_min = [tables.PENICILLIN_ORAL_INTERVAL_MIN] * (len(rows) - 1) + [tables.PENICILLIN_ORAL_OBSERVED_MIN]
    return tuple(
        Regimen(
            drug, PENICILLIN_ORAL, number, mg_of_units(row.units, units_per_mg), wait_min, 1, volume_ml=row.volume_ml
        )
        for number, (row, wait_min) in enumerate(zip(rows, waits_min, strict=True), start=1)
    )


def _check_option(name: str, option: str, value: object) -> None:
    """Raise ValueError for an option that the protocol does not have or that is out of range."""
    if option not in PROTOCOLS[name].options:
        raise ValueError(f"{name} has no option {option!r}; it has {', '.join(PROTOCOLS[name].options) or 'none'}")
    low, high = OPTION_RANGES[option]
    for number in value if isinstance(value, tuple | list) else (value,):
        if not (isinstance(number, int | float) and math.isfinite(number) and low <= number <= high):
            raise ValueError(f"{option} of {name} must be from {low:g} to {high:g}, not {number!r}")
        if option in ("step_count", "from_step", "to_step", "missed") and number != int(number):
            raise ValueError(f"{option} of {name} must be a whole number, not {number!r}")


def usual_infusion_min(drug: str) -> float:
    """Minutes over which the drug's usual dose is given, from the catalogue."""
    from abm.parameters.catalog import DRUGS

    return float(DRUGS[drug].usual_infusion_min)
