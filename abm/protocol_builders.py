"""The steps of the named protocols: how a dose is shared out over time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypedDict

from abm.biology.dosing import split_exactly
from abm.parameters import protocol_tables as tables
from abm.units import MINUTES_PER_BASE_BIN


class ProtocolOptions(TypedDict, total=False):
    """What of a named protocol may be chosen; which of them goes with which protocol is in `abm.protocols.PROTOCOLS`.

    ``interval_min``: length of each step but the last, or time from one dose to the next. ``last_min``: length of the
    last step. ``start_fraction``: share of the dose in the first step. ``ratio``: from one step's dose to the next.
    ``step_count``: number of steps, the last included. ``from_step``, ``to_step``: first and last step that are given.
    ``missed``: numbers of doses that are left out. ``rates_ml_per_h``: pump rates, the last until the bag is empty.
    """

    interval_min: float
    last_min: float
    start_fraction: float
    ratio: float
    step_count: int
    from_step: int
    to_step: int
    missed: tuple[int, ...]
    rates_ml_per_h: tuple[float, ...]


class Row(NamedTuple):
    """One step: number, bag (0 where there is none), minutes, dose in mg, pump rate in mL/h (NaN where not stated)."""

    number: int
    bag: int
    duration_min: float
    dose_mg: float
    rate_ml_per_h: float = math.nan


def constant(dose_mg: float, duration_min: float = tables.LADDER_12_STEP_MIN) -> list[Row]:
    """One step at a constant rate."""
    return [Row(1, 0, float(duration_min), dose_mg)]


def three_bags(
    dose_mg: float,
    interval_min: float = tables.LADDER_12_STEP_INTERVAL_MIN,
    from_step: int = 1,
    last_min: float | None = None,
    to_step: int = len(tables.LADDER_12_STEP),
) -> list[Row]:
    """The 12-step ladder; broken off after `to_step`, which leaves the rest of the dose in the bags.

    Another interval gives the same doses with all pump rates higher or lower, the last step's included. Steps that are
    left out leave their dose to bag 3, which always holds what has not been given before it is hung.

    Doses are whole multiples of the spacing of floats at the full dose (a relative change below 1e-11), so every
    partial sum is exact and the last dose is exactly what is left.
    """
    if to_step < from_step:
        raise ValueError(f"the ladder is broken off at step {to_step}, before step {from_step} that it begins with")
    grain_mg = math.ulp(dose_mg)
    speed = tables.LADDER_12_STEP_INTERVAL_MIN / interval_min
    rows: list[Row] = []
    given_mg = 0.0
    bag = 0
    for number, row in enumerate(tables.LADDER_12_STEP[from_step - 1 :], start=from_step):
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
        rows.append(Row(number, bag, minutes / speed, step_mg, row.rate_ml_per_h * speed))
    return [*rows[:-1], _lasting(rows[-1], last_min)][: to_step - from_step + 1]


def _lasting(row: Row, minutes: float | None) -> Row:
    """A step that takes another time for the same volume."""
    if minutes is None:
        return row
    return row._replace(duration_min=float(minutes), rate_ml_per_h=row.rate_ml_per_h * row.duration_min / minutes)


def one_bag(
    dose_mg: float,
    interval_min: float = tables.LADDER_12_STEP_INTERVAL_MIN,
    from_step: int = 1,
    last_min: float | None = None,
    rates_ml_per_h: Sequence[float] = (),
    to_step: int = len(tables.LADDER_12_STEP),
) -> list[Row]:
    """The 12-step ladder from one undiluted bag: each step gives its dose in the ladder's time, at its own pump rate.

    Rates of one's own are held for the interval each, the last until the bag is empty.
    """
    if rates_ml_per_h:
        return _from_rates(dose_mg, rates_ml_per_h, interval_min, last_min)[:to_step]
    ml_per_mg = tables.BAG_VOLUME_ML / dose_mg
    return [
        row._replace(bag=1, rate_ml_per_h=row.dose_mg * ml_per_mg / row.duration_min * 60.0)
        for row in three_bags(dose_mg, interval_min, from_step, last_min, to_step)
    ]


def _from_rates(
    dose_mg: float, rates_ml_per_h: Sequence[float], interval_min: float, last_min: float | None
) -> list[Row]:
    volumes_ml = [rate * interval_min / 60.0 for rate in rates_ml_per_h[:-1]]
    left_ml = tables.BAG_VOLUME_ML - math.fsum(volumes_ml)
    if left_ml <= 0.0:
        raise ValueError(
            f"these rates empty the bag of {tables.BAG_VOLUME_ML:g} mL before the last of them; give fewer or lower "
            "rates, or a shorter interval"
        )
    minutes = [float(interval_min)] * len(volumes_ml) + [_on_lattice(left_ml / rates_ml_per_h[-1] * 60.0)]
    doses_mg = split_exactly(dose_mg, [*volumes_ml, left_ml])
    rates = [*rates_ml_per_h[:-1], left_ml / minutes[-1] * 60.0]
    rows = [Row(n, 1, *row) for n, row in enumerate(zip(minutes, doses_mg, rates, strict=True), start=1)]
    return [*rows[:-1], _lasting(rows[-1], last_min)]


def rising(
    dose_mg: float,
    start_fraction: float = tables.LADDER_START,
    ratio: float = tables.LADDER_RATIO,
    interval_min: float = tables.LADDER_INTERVAL_MIN,
    step_count: int | None = None,
    last_min: float | None = None,
) -> list[Row]:
    """Doses that rise by a ratio up to the full dose, each over the interval; the last step gives what is left.

    The last step's rate is the one its place in the row has, so it takes less than the interval, unless the steps were
    limited in number (then longer) or its time is given. That time is rounded to the 3.75 s that are resolved.
    """
    shares, next_share = _rising_shares(start_fraction, ratio, step_count)
    minutes = [float(interval_min)] * (len(shares) - 1)
    minutes.append(_on_lattice(shares[-1] / next_share * interval_min) if last_min is None else float(last_min))
    doses_mg = split_exactly(dose_mg, shares)
    return [Row(n, 0, *row) for n, row in enumerate(zip(minutes, doses_mg, strict=True), start=1)]


def _rising_shares(start_fraction: float, ratio: float, step_count: int | None) -> tuple[list[float], float]:
    """Shares of the dose, the last what is left, and the share that the last would be by the ratio."""
    shares: list[float] = []
    share = start_fraction
    # A remainder of a billionth is a rounding error, not a step.
    while math.fsum(shares) + share < 1.0 - 1e-9 and len(shares) + 1 != step_count:
        shares.append(share)
        share *= ratio
    if step_count is not None and len(shares) + 1 < step_count:
        raise ValueError(
            f"from {start_fraction:g} of the dose by a ratio of {ratio:g}, step {len(shares) + 1} reaches the full "
            f"dose; at most {len(shares) + 1} steps are possible, not {step_count}"
        )
    return [*shares, 1.0 - math.fsum(shares)], share


def _on_lattice(minutes: float) -> float:
    """The nearest time that is resolved."""
    return max(1, round(minutes / MINUTES_PER_BASE_BIN)) * MINUTES_PER_BASE_BIN


def graded(
    dose_mg: float,
    last_min: float,
    start_fraction: float = tables.GRADED_START,
    interval_min: float = tables.GRADED_INTERVAL_MIN,
) -> list[Row]:
    """Ten-fold steps up to the full dose, each over the interval; the rest over `last_min`."""
    return rising(dose_mg, start_fraction, tables.GRADED_RATIO, interval_min, None, last_min)


BUILDERS: dict[str, Callable[..., list[Row]]] = {
    "full_dose": constant,
    "ladder_12_step": three_bags,
    "one_bag": one_bag,
    "ladder": rising,
    "graded_10_fold": graded,
    "slow_infusion": constant,
}
