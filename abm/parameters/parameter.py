"""What a parameter is: a number that can be traced."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from abm.parameters.sources import SOURCES

Kind = Literal["measured", "derived", "fitted", "assumed"]

OWN = "own: "
"""How the source of a number begins that a scenario states for a drug of its own."""

FITTED_TOGETHER = (
    "one of six numbers fitted together to Castells 2008 (67/27/6 %), direct challenge of skin-test positives, what a "
    "ladder without its first steps and a slow infusion do, and recovery in 24–48 h"
)
"""How the notes of the numbers begin that one fit of the immediate mechanism gave."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model.

    Attributes
    ----------
    value : float
        Default, in `unit`.
    unit : str
        Unit in plain text; empty for a pure number.
    low, high : float
        Range that the evidence allows, in `unit`; an override outside of the *permitted* range (see `hard_low`,
        `hard_high`) is refused, one outside ``low``–``high`` is allowed for experiments.
    kind : {"measured", "derived", "fitted", "assumed"}
        Measured in an experiment; derived from measured numbers by the sum in `note`; fitted to the published
        outcomes named in `note`; or assumed.
    system : str
        The system it was measured in (species, cell).
    source : str
        Key of `abm.parameters.sources.SOURCES`, or `OWN` and what a scenario says.
    where : str
        Place in the source.
    note : str
        Conversion, reasoning or what it was fitted to.
    hard_low, hard_high : float
        What an override may be at all.

    Raises
    ------
    ValueError
        If the value lies outside its range, the source is unknown, or an assumed or fitted number has no note.
    """

    value: float
    unit: str
    low: float
    high: float
    kind: Kind
    system: str
    source: str
    where: str
    note: str = ""
    hard_low: float = 0.0
    hard_high: float = 1e12
    name: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.low <= self.value <= self.high):
            raise ValueError(f"parameter value {self.value} is outside its range {self.low}–{self.high}")
        if self.source not in SOURCES and not self.source.startswith(OWN):
            raise ValueError(f"unknown source {self.source!r}")
        if self.kind in ("assumed", "fitted", "derived") and not self.note:
            raise ValueError("a derived, fitted or assumed parameter needs a note")
