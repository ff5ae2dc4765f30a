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
    parts = [round(total_mg * (share / whole) / grain_mg) * grain_mg for share in shares]
    largest = max(range(len(parts)), key=parts.__getitem__)
    parts[largest] = total_mg - math.fsum(part for place, part in enumerate(parts) if place != largest)
    return parts
