"""Clinical course of epidermal necrolysis: signs, extent, SCORTEN, death."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from abm.biology.severity import necrolysis_class, raised, scorten_mortality
from abm.engine.immune_state import BODY, ImmuneState
from abm.parameters.catalog import ParameterSet
from abm.random_streams import Stream, uniforms

_SURELY = 1.0 - 1e-12
_ITEMS = ("heart_rate", "urea", "glucose", "bicarbonate")


class Necrolysis:
    """What a clinician sees of one patient, block by block.

    Signs are counted anew in every arm. A day is counted from the start of the arm. SCORTEN is that of the extent so
    far; its risk of death is spread over the weeks after onset, and the patient dies when the integrated hazard passes
    an Exp(1) threshold of the patient's own.
    """

    def __init__(self, patient: Mapping[str, Any], parameters: ParameterSet, address: tuple[int, int, int]) -> None:
        self.p = parameters
        self.fixed_points = int(float(patient["age_y"]) >= 40.0) + int(bool(patient["malignancy"]))
        seed, replicate, number = address
        self.tolerance = uniforms(0, 0, number, int(Stream.SEVERITY), seed, 0)
        self.endurance = -math.log(uniforms(1, 0, number, int(Stream.SEVERITY), seed, replicate)[0])
        self.limits = (
            parameters["clones.prodrome_effectors"], parameters["severity.mucosa_share"],
            parameters["severity.onset_share"], parameters["severity.healed_share"],
        )  # fmt: skip
        self.died, self.arms = False, 0
        self.begin()

    def begin(self) -> None:
        """Count signs and extent anew."""
        self.first: dict[str, float] = {}
        self.max_detached_percent, self.percent_on_day_1, self.hazard = 0.0, 0.0, 0.0
        self.arms += 1

    def signs(self, state: ImmuneState, day: float, days: float) -> tuple[str, ...]:
        """Look at the patient at the end of a block; returns the signs seen for the first time in this arm."""
        body = state.body
        percent = 100.0 * float(body[BODY.detached_share])
        self.max_detached_percent = max(self.max_detached_percent, percent)
        fever, mucosa, onset, healed = self.limits
        seen = {
            "prodrome": body[BODY.effectors] + body[BODY.skin_effectors] >= fever,
            "mucosa": body[BODY.mucosa_share] >= mucosa,
            "onset": body[BODY.involved_share] >= onset,
            "detached": percent >= 1.0,
        }
        if "onset" in self.first:
            seen["healed"] = body[BODY.involved_share] < healed and not seen["prodrome"]
            seen["death"] = self._dies(percent, day, days)
        new = tuple(sign for sign, there in seen.items() if there and sign not in self.first)
        self.first |= dict.fromkeys(new, day)
        return new

    def _dies(self, percent: float, day: float, days: float) -> bool:
        since = day - self.first["onset"]
        if since <= 1.0:
            self.percent_on_day_1 = max(self.percent_on_day_1, percent)
        window = self.p["severity.death_window_d"]
        at_risk = min(since, window) - max(since - days, 0.0)
        if at_risk <= 0.0 or self.died:
            return False
        risk = scorten_mortality(self._score(), self.p["severity.scorten_intercept"], self.p["severity.scorten_slope"])
        self.hazard -= math.log1p(-min(risk, _SURELY)) * at_risk / window
        self.died = self.hazard > self.endurance
        return self.died

    def _score(self) -> int:
        """SCORTEN from traits and extent (Bastuji-Garin 2000); laboratory items by the patient's own tolerance."""
        p, half = self.p, self.p["severity.item_half_percent"]
        points = self.fixed_points + int(self.percent_on_day_1 > 10.0)
        for item, tolerance in zip(_ITEMS, self.tolerance, strict=True):
            chance = raised(self.max_detached_percent, p[f"severity.{item}_at_rest"], p[f"severity.{item}_most"], half)
            points += int(tolerance < chance)
        return points

    def outcome(self) -> dict[str, Any]:
        """Clinical columns of the outcome row; days count from the start of the arm."""
        ill = "onset" in self.first
        return {
            "necrolysis": necrolysis_class(self.max_detached_percent, ill),
            "prodrome_d": self.first.get("prodrome", math.nan),
            "mucosa_d": self.first.get("mucosa", math.nan),
            "skin_onset_d": self.first.get("onset", math.nan),
            "healed_d": self.first.get("healed", math.nan),
            "max_detached_percent": self.max_detached_percent,
            "scorten": self._score() if ill else None,
            "died": "death" in self.first,
            "death_d": self.first.get("death", math.nan),
        }
