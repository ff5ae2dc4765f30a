"""What relieves symptoms: medicines given beforehand or for a reaction, and the leukotrienes one of them blocks.

Everything here acts after the mast cell, on how much of a mediator it takes to be felt, but for adrenaline, which also
holds back the release of cells that have not fired yet.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from abm.biology.mediators import chained
from abm.biology.reaction import occupied
from abm.engine.clock import STEP_MIN
from abm.engine.state import BODY
from abm.parameters.catalog import ParameterSet

_LN2 = math.log(2.0)
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}


class Relief(NamedTuple):
    """Indices into `Rates.relief`. The first six are rates per minute, in the order of `Rates.chain`."""

    forming: int = 0
    lasting: int = 1
    absorption: int = 2
    elimination: int = 3
    onset: int = 4
    waning: int = 5
    leukotriene_gain: int = 6
    leukotriene_block: int = 7
    adrenaline_ng_per_ml_per_mg: int = 8
    half_effect: int = 9
    shift_max: int = 10
    half_restraint: int = 11
    restraint_max: int = 12
    antihistamine_skin: int = 13
    antihistamine_all: int = 14


class RescueNumber(NamedTuple):
    """Indices into `Rates.rescue`: doses and intervals."""

    adrenaline_mg: int = 0
    adrenaline_every_min: int = 1
    antihistamine_mg: int = 2
    antihistamine_every_min: int = 3


RELIEF, RESCUE = Relief(), RescueNumber()


def antihistamine_shifts(p: ParameterSet, premedication: frozenset[str]) -> tuple[float, float]:
    """Factors on the thresholds of the skin and on all others, of H1 and H2 antihistamines given beforehand."""
    both = p["symptoms.h1_h2_shift"] if {"H1", "H2"} <= premedication else 1.0
    return max(both, p["symptoms.h1_flush_shift"] if "H1" in premedication else 1.0), both


def _rates_per_min(p: ParameterSet) -> tuple[float, ...]:
    return (
        1.0 / p["symptoms.leukotriene_forming_min"],
        1.0 / p["symptoms.leukotriene_lasting_min"],
        1.0 / p["rescue.adrenaline_absorption_min"],
        _LN2 / p["rescue.adrenaline_half_life_min"],
        1.0 / p["rescue.antihistamine_onset_min"],
        _LN2 / (60.0 * p["rescue.antihistamine_half_life_h"]),
    )


def chain_table(p: ParameterSet) -> np.ndarray:
    """What is left after a step of each length, e^(−rate·dt); shape (11, 6)."""
    return np.array([[math.exp(-rate * dt) for rate in _rates_per_min(p)] for dt in STEP_MIN])


def relief_row(p: ParameterSet, premedication: frozenset[str]) -> np.ndarray:
    """Row of `Relief`; an antihistamine given for a reaction adds what the one given beforehand has left."""
    skin, all_others = antihistamine_shifts(p, premedication)
    skin_then, all_then = antihistamine_shifts(p, premedication | {"H1", "H2"})
    litres = p["rescue.adrenaline_clearance_l_per_min"] * p["rescue.adrenaline_half_life_min"] / _LN2
    local, lasting = p["symptoms.local_memory_min"], p["symptoms.leukotriene_lasting_min"]
    rest = (
        p["symptoms.leukotriene_share"] * local / lasting,
        p["symptoms.montelukast_block"] if "montelukast" in premedication else 0.0,
        1000.0 / litres,
        p["rescue.adrenaline_half_effect_ng_per_ml"],
        p["rescue.adrenaline_shift_max"],
        p["rescue.adrenaline_half_restraint_ng_per_ml"],
        p["rescue.adrenaline_restraint_max"],
        skin_then / skin - 1.0,
        all_then / all_others - 1.0,
    )
    return np.array([*_rates_per_min(p), *rest])


def rescue_row(p: ParameterSet) -> np.ndarray:
    """Row of `RescueNumber`."""
    return np.array(
        [
            p["rescue.adrenaline_dose_mg"],
            p["rescue.adrenaline_interval_min"],
            p["rescue.antihistamine_dose_mg"],
            60.0 * p["rescue.antihistamine_interval_h"],
        ]
    )


@njit(**_OPTIONS)
def step_relief(body, relief, kept, released, minutes):
    """Leukotrienes of the lung, of whose cells `released` per minute fire, and medicines in the body, after a step.

    Leukotrienes form in the minutes after a cell has fired and act for longer than what it held. Their scale is such
    that of a lasting release they are `leukotriene_share` of the local mediators.
    """
    body[BODY.leukotriene_forming], body[BODY.leukotriene] = chained(
        body[BODY.leukotriene_forming], body[BODY.leukotriene], released, kept[0], kept[1], relief[RELIEF.forming],
        relief[RELIEF.lasting], relief[RELIEF.leukotriene_gain], minutes,
    )  # fmt: skip
    body[BODY.adrenaline_muscle_mg], body[BODY.adrenaline_mg] = chained(
        body[BODY.adrenaline_muscle_mg], body[BODY.adrenaline_mg], 0.0, kept[2], kept[3], relief[RELIEF.absorption],
        relief[RELIEF.elimination], 1.0, minutes,
    )  # fmt: skip
    body[BODY.antihistamine_given], body[BODY.antihistamine] = chained(
        body[BODY.antihistamine_given], body[BODY.antihistamine], 0.0, kept[4], kept[5], relief[RELIEF.onset],
        relief[RELIEF.waning], 1.0, minutes,
    )  # fmt: skip


@njit(**_OPTIONS)
def relief_of(body, relief):
    """Factors by which medicines given for a reaction raise the thresholds of the skin, and all others; 1 without."""
    level = body[BODY.adrenaline_mg] * relief[RELIEF.adrenaline_ng_per_ml_per_mg]
    adrenaline = 1.0 + relief[RELIEF.shift_max] * occupied(level, relief[RELIEF.half_effect])
    share = min(1.0, body[BODY.antihistamine])
    return (
        adrenaline * (1.0 + share * relief[RELIEF.antihistamine_skin]),
        adrenaline * (1.0 + share * relief[RELIEF.antihistamine_all]),
    )


@njit(**_OPTIONS)
def restraint_of(body, relief):
    """Share of the release hazard that adrenaline takes away."""
    level = body[BODY.adrenaline_mg] * relief[RELIEF.adrenaline_ng_per_ml_per_mg]
    return relief[RELIEF.restraint_max] * occupied(level, relief[RELIEF.half_restraint])
