"""How doses are reckoned: from a patient's size and kidneys, and shared out over steps."""

from __future__ import annotations

import math


def split_exactly(total_mg: float, shares: list[float]) -> list[float]:
    """Share a dose out so that the parts add up to exactly the whole, in any order of summation.

    Parts are whole multiples of the spacing of floats at the total (a relative change below 1e-9 for a part of a
    millionth), so that every partial sum is exact; the largest part takes what the rounding leaves.

    Parameters
    ----------
    total_mg : float
        The whole dose, more than 0.
    shares : list of float
        Sizes of the parts relative to one another, each more than 0.
    """
    grain_mg = math.ulp(total_mg)
    whole = math.fsum(shares)
    sizes = [total_mg * (share / whole) for share in shares]
    # What is below the grain keeps its size: it cannot be told in the sum.
    parts = [round(size / grain_mg) * grain_mg or size for size in sizes]
    largest = max(range(len(parts)), key=parts.__getitem__)
    parts[largest] = total_mg - math.fsum(part for place, part in enumerate(parts) if place != largest)
    return parts


def body_surface_m2(weight_kg: float, height_cm: float) -> float:
    """Body surface in m²: √(height·weight / 3600) (Mosteller, N Engl J Med 1987;317:1098)."""
    return math.sqrt(height_cm * weight_kg / 3600.0)


def calvert_mg(auc: float, gfr_ml_per_min: float, cap_ml_per_min: float, nonrenal_ml_per_min: float) -> float:
    """Dose of carboplatin in mg: AUC·(GFR + 25) (Calvert, J Clin Oncol 1989;7:1748).

    Parameters
    ----------
    auc : float
        Area under the curve that is aimed at, mg/mL·min.
    gfr_ml_per_min, cap_ml_per_min : float
        Glomerular filtration of this patient, not per 1.73 m², and the most of it that counts, mL/min.
    nonrenal_ml_per_min : float
        The formula's 25 mL/min.
    """
    return auc * (min(gfr_ml_per_min, cap_ml_per_min) + nonrenal_ml_per_min)


def mg_of_units(units: float, units_per_mg: float) -> float:
    """Mass in mg of so many units of activity."""
    return units * mg_per_million_units(units_per_mg) / 1e6


def units_of_mg(mg: float, units_per_mg: float) -> float:
    """Units of activity in a mass in mg."""
    return mg * 1e6 / mg_per_million_units(units_per_mg)


def mg_per_million_units(units_per_mg: float) -> float:
    """Mass in mg of a million units of activity.

    Labels print it in whole mg (penicillin G 600, penicillin V 625), so it is taken as whole where it is so to a part
    in a million, and 4,000,000 units are 2,400 mg and not a rounding error less.
    """
    mg = 1e6 / units_per_mg
    whole = float(round(mg))
    return whole if abs(whole - mg) <= 1e-6 * whole else mg
