"""Numbers of a drug's disposition as they are printed, turned into rates of exchange between compartments.

Which function fits depends on what a source prints: flows between compartments, or half-lives. All take litres, hours
and L/h in an adult of 70 kg; volumes keep their ratio in other people. The range of a rate is half to twice its value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from abm.parameters.parameter import Parameter

LN2 = math.log(2.0)


def _exchange(place: str, into: float, out: float, source: str, where: str, note: str) -> dict[str, Parameter]:
    """Rates into and out of a peripheral compartment, per hour."""
    return {
        f"{place}_{way}_per_h": Parameter(
            value, "1/h", 0.5 * value, 2.0 * value, "derived", "human plasma", source, where, note
        )
        for way, value in (("in", into), ("out", out))
    }


def from_flows(central_l: float, flows: Sequence[tuple[float, float]], source: str, where: str) -> dict[str, Parameter]:
    """Return the exchange with one or two peripheral compartments from printed flows.

    Parameters
    ----------
    central_l : float
        V1.
    flows : sequence of (float, float)
        Q in L/h and volume in L of each peripheral compartment: (Q2, V2), (Q3, V3).

    Notes
    -----
    In at Q/V1, out at Q/V of the compartment.
    """
    found: dict[str, Parameter] = {}
    for place, (flow, litres) in zip(("peripheral", "peripheral_2"), flows, strict=False):
        note = f"in = Q/V1 = {flow:g}/{central_l:g}, out = Q/V = {flow:g}/{litres:g}"
        found |= _exchange(place, flow / central_l, flow / litres, source, where, note)
    return found


def from_terminal_half_life(
    central_l: float, clearance_l_per_h: float, steady_l: float, half_life_h: float, source: str, where: str
) -> dict[str, Parameter]:
    """Return the exchange of two compartments from V1, CL, the volume at steady state Vss and the terminal half-life.

    Notes
    -----
    ``k21 = (k10 − β) / (k10/β − Vss/V1)`` and ``k12 = k21·(Vss/V1 − 1)``, from α + β = k10 + k12 + k21 and
    αβ = k10·k21.

    Raises
    ------
    ValueError
        If no two compartments have these numbers.
    """
    k10, beta, ratio = clearance_l_per_h / central_l, LN2 / half_life_h, steady_l / central_l
    if not (k10 > beta and k10 / beta > ratio > 1.0):
        raise ValueError(
            f"no two compartments: V1 {central_l:g}, Vss {steady_l:g}, CL/β {clearance_l_per_h / beta:g} L"
        )
    out = (k10 - beta) / (k10 / beta - ratio)
    note = (
        f"k21 = (k10 − β)/(k10/β − Vss/V1), k12 = k21·(Vss/V1 − 1) with V1 {central_l:g} L, Vss {steady_l:g} L, "
        f"CL {clearance_l_per_h:g} L/h, β = ln 2/{half_life_h:g} h"
    )
    return _exchange("peripheral", out * (ratio - 1.0), out, source, where, note)


def from_three_half_lives(
    central_l: float,
    clearance_l_per_h: float,
    steady_l: float,
    half_lives_h: tuple[float, float, float],
    source: str,
    where: str,
) -> dict[str, Parameter]:
    """Return the exchange of three compartments from V1, CL, Vss and all three half-lives.

    Notes
    -----
    With the sums S1 = α + β + γ, S2 = αβ + αγ + βγ and S3 = αβγ: k21 and k31 are the roots of
    ``z² − (S2 − P·Vss/V1)/k10·z + P`` with ``P = k21·k31 = S3/k10``; then k12 + k13 = S1 − k10 − k21 − k31 and
    k12/k21 + k13/k31 = Vss/V1 − 1.

    Raises
    ------
    ValueError
        If no three compartments have these numbers.
    """
    k10, ratio = clearance_l_per_h / central_l, steady_l / central_l
    a, b, c = (LN2 / half_life_h for half_life_h in half_lives_h)
    product = a * b * c / k10
    total = (a * b + a * c + b * c - product * ratio) / k10
    root = total * total - 4.0 * product
    quick, slow = (0.5 * (total + sign * math.sqrt(max(root, 0.0))) for sign in (1.0, -1.0))
    left = a + b + c - k10 - total
    into_slow = (left - (ratio - 1.0) * quick) * slow / (slow - quick) if root > 0.0 else -1.0
    if not 0.0 < into_slow < left:
        raise ValueError(f"no three compartments: V1 {central_l:g}, Vss {steady_l:g} L, half-lives {half_lives_h} h")
    note = (
        f"from α, β, γ = ln 2/{half_lives_h[0]:g}, {half_lives_h[1]:g} and {half_lives_h[2]:g} h, V1 {central_l:g} L, "
        f"Vss {steady_l:g} L, CL {clearance_l_per_h:g} L/h: k21·k31 = αβγ/k10, "
        "k21 + k31 = (αβ + αγ + βγ − k21·k31·Vss/V1)/k10"
    )
    return _exchange("peripheral", left - into_slow, quick, source, where, note) | _exchange(
        "peripheral_2", into_slow, slow, source, where, note
    )
