"""Protocols of days to years: therapy that goes on after a ladder, and allergen immunotherapy."""

from __future__ import annotations

from collections.abc import Sequence

from abm.parameters import protocol_tables as tables
from abm.scenario import Gap, Item, Per, Regimen, Step

MAINTENANCE, IMMUNOTHERAPY = "maintenance", "immunotherapy"
MOST_MAINTENANCE_DOSES = 400


def whole_number(length_min: float, interval_min: float, what: str) -> int:
    """How often an interval goes into a length, which must be a whole number.

    Raises
    ------
    ValueError
        If it is not, or less than 1.
    """
    times = round(length_min / interval_min)
    if times < 1 or abs(length_min / interval_min - times) > 1e-9 * times:
        raise ValueError(
            f"{what} is {length_min / interval_min:.4g} intervals of {interval_min:g} min long; it must be a whole "
            f"number of them, for example {max(1, times) * interval_min:g} min"
        )
    return times


def maintenance_doses(
    drug: str,
    dose_mg: float,
    interval_min: float,
    duration_min: float,
    infusion_min: float,
    missed: Sequence[int] = (),
    per: Per = "",
    infused: bool = True,
) -> tuple[Item, ...]:
    """Write out therapy that goes on: a dose every interval, the first at once; some of them may be missed.

    Parameters
    ----------
    drug : str
        Name in the drug catalogue.
    dose_mg, interval_min, duration_min : float
        Each dose, from one to the next, and all of them together: a whole number of intervals.
    infusion_min : float
        Length of each infusion, shorter than the interval; of a drug that is swallowed it plays no part.
    missed : sequence of int
        Numbers of doses that are not given, from 2 to the last but one: the first and last one stand.
    per : str
        What the dose is reckoned by, as in `abm.scenario.Step`.
    infused : bool
        Whether doses are infused, else swallowed.

    Raises
    ------
    ValueError
        For a length that is no whole number of intervals, too many doses, an infusion longer than its interval, or a
        missed dose that does not exist.
    """
    times = whole_number(duration_min, interval_min, "the maintenance")
    if times > MOST_MAINTENANCE_DOSES:
        raise ValueError(f"the maintenance has {times} doses; at most {MOST_MAINTENANCE_DOSES} are allowed")
    if infused and infusion_min >= interval_min:
        raise ValueError(
            f"an infusion of {infusion_min:g} min does not fit into an interval of {interval_min:g} min; give a longer "
            "one"
        )
    wrong = sorted(number for number in set(missed) if not 1 < number < times)
    if wrong:
        raise ValueError(
            f"dose {wrong[0]} cannot be missed: a maintenance of {times} doses may miss those from 2 to {times - 1}"
        )
    given = [number for number in range(1, times + 1) if number not in set(missed)]
    items: list[Item] = []
    for number, following in zip(given, [*given[1:], times + 1], strict=True):
        wait_min = (following - number) * interval_min
        if infused:
            items.append(Step(drug, MAINTENANCE, number, 0, infusion_min, dose_mg, per=per))
            items += [Gap(wait_min - infusion_min)] if following <= times else []
        else:
            items.append(Regimen(drug, MAINTENANCE, number, dose_mg, wait_min, 1, per=per))
    return tuple(items)


def immunotherapy_doses(drug: str, dose_mg: float, duration_min: float, per: Per = "") -> tuple[Regimen, ...]:
    """Write out injections of a drug adsorbed to a carrier: weekly doses that double, then one every four weeks.

    Parameters
    ----------
    drug, dose_mg : str, float
        The drug, and the dose that is kept up; the first is 1/1,024 of it.
    duration_min : float
        How long it takes altogether; the time after the weekly doses is cut to whole intervals of four weeks.
    per : str
        As in `abm.scenario.Step`.

    Raises
    ------
    ValueError
        If it is too short for the weekly doses and one after them.
    """
    week, month = tables.IMMUNOTHERAPY_BUILD_UP_MIN, tables.IMMUNOTHERAPY_EVERY_MIN
    weekly = tables.IMMUNOTHERAPY_DOUBLINGS
    times = int((duration_min - weekly * week) / month + 1e-9)
    if times < 1:
        least = (weekly * week + month) / (7 * 1440.0)
        raise ValueError(f"an immunotherapy lasts {least:g} weeks at least: the rising doses, and one that is kept up")
    rising = [
        Regimen(drug, IMMUNOTHERAPY, number, dose_mg * 2.0 ** (number - 1 - weekly), week, 1, "adsorbed", per=per)
        for number in range(1, weekly + 1)
    ]
    return (*rising, Regimen(drug, IMMUNOTHERAPY, weekly + 1, dose_mg, month, times, "adsorbed", per=per))
