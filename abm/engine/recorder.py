"""What a run leaves behind: events, the outcome row, time series and cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.biology.reaction import GRADES
from abm.engine.clock import minutes
from abm.engine.state import BODY, COUNT, ORGANS, RECORD_COLUMNS
from abm.scenario import Gap, Regimen, Step

if TYPE_CHECKING:
    from abm.engine.bedside import Bedside

_DELAYED = ("prodrome", "mucosa", "onset", "detached")
"""Signs of a delayed reaction that count as having reacted."""


class Recorder:
    """Keeps the events of one course and turns the final state into rows."""

    def __init__(self, course: Bedside) -> None:
        self.course = course
        self.events: list[dict[str, Any]] = []
        self.first: dict[str, Any] | None = None
        self.first_after_gap_min = math.nan
        self.reactions = 0
        self.first_over_min = math.nan
        self._chunks: list[np.ndarray] = []

    def event(self, kind: str, dose_mg: float = 0.0) -> None:
        """Append an event at the course's present time; `dose_mg` is what a step that is over gave, or a dose."""
        course, step = self.course, self.course.step
        total = course.dose_so_far_mg()
        running = total - course.delivered_mg if course.infusing else dose_mg
        self.events.append(
            {
                "event_number": len(self.events),
                "time_min": course.now_min,
                "event": kind,
                "drug": step.drug if step else "",
                "protocol": step.protocol if step else "",
                "step": step.number if step else None,
                "bag": (step.bag if isinstance(step, Step) else 0) if step else None,
                "rate_ml_per_h": step.rate_ml_per_h if isinstance(step, Step) else math.nan,
                "dose_mg": running,
                "cumulative_dose_mg": total,
                "severity": course.grade,
            }
        )

    def reaction(self) -> None:
        """Note that a reaction begins."""
        course = self.course
        self.reactions += 1
        if self.reactions == 2:
            self.first_over_min = course.now_min - minutes(int(course.state.count[COUNT.symptom_free_bins]))
        self.event("reaction")
        if self.first is None:
            self.first = self.events[-1]
        if math.isnan(self.first_after_gap_min) and course.now_min > course.gap_end_min:
            self.first_after_gap_min = course.now_min - course.gap_end_min

    def treatment(self, medicine: str, dose_mg: float) -> None:
        """Note that a medicine is given for a reaction."""
        self.event("treatment")
        self.events[-1] |= {"drug": medicine, "dose_mg": dose_mg}

    def _recovery_min(self) -> float:
        """Time from the first symptom to the end of the first reaction; NaN without one, or while it lasts."""
        count = self.course.state.count
        if self.first is None or (self.reactions == 1 and count[COUNT.grade] > 0):
            return math.nan
        over_min = self.first_over_min
        if self.reactions == 1:
            over_min = minutes(int(count[COUNT.last_symptom_bin]) - self.course.start_bin)
        return max(0.0, over_min - float(self.first["time_min"]))

    def _planned_mg(self) -> float:
        """Drug that the arm's course asks for."""
        items = [
            item for item in self.course.arm.course
            if not isinstance(item, Gap) and not (isinstance(item, Regimen) and item.under_skin)
        ]  # fmt: skip
        return math.fsum(item.dose_mg if isinstance(item, Step) else item.total_dose_mg for item in items)

    def _treated(self) -> dict[str, float | int]:
        """How long the first reaction lasted, and how many doses were given for reactions."""
        given = [event["drug"] for event in self.events if event["event"] == "treatment"]
        return {
            "recovery_min": self._recovery_min(),
            "rescue_doses": len(given),
            "adrenaline_doses": given.count("adrenaline"),
        }

    def _first(self, kind: str) -> dict[str, Any]:
        """The first event of a kind, empty if there is none."""
        return next((event for event in self.events if event["event"] == kind), {})

    def drain(self) -> None:
        """Move the filled rows of the time series out of the engine's table."""
        count = self.course.state.count
        self._chunks.append(self.course.state.record[: count[COUNT.rows]].copy())
        count[COUNT.rows] = 0

    def timeseries(self) -> dict[str, np.ndarray]:
        """Time series so far, one array per column."""
        self.drain()
        rows = np.concatenate(self._chunks) if self._chunks else np.zeros((0, len(RECORD_COLUMNS)))
        table = dict(zip(RECORD_COLUMNS, rows.T, strict=True))
        return {
            "time_min": table["time_min"] - minutes(self.course.start_bin),
            "plasma_mg_per_l": table["plasma"],
            "antigen": table["antigen"],
            "histamine_ng_per_ml": table["histamine"],
            "tryptase_ng_per_ml": table["tryptase"],
            "systolic_mmhg": table["systolic"],
            "released_fraction": table["released"] / int(self.course.state.organ_start[-1]),
            "severity": np.array(GRADES, dtype=object)[table["grade"].astype(int)],
            "airway_leukotrienes": table["leukotriene"],
            "adrenaline_ng_per_ml": table["adrenaline"],
        }

    def cells(self, receptors: np.ndarray) -> dict[str, np.ndarray]:
        """One entry per mast cell; `receptors` are those of the first specificity before treatment, shape (cells,)."""
        state, start_bin = self.course.state, self.course.start_bin
        organ = np.repeat(np.array(ORGANS, dtype=object), np.diff(state.organ_start))
        # A cell that fired before an arm began did not fire in it.
        fired = np.where(state.fired_bin >= start_bin, minutes(1) * (state.fired_bin - start_bin), np.nan)
        return {
            "cell": np.arange(state.calcium.size),
            "organ": organ,
            "receptors": receptors.astype(np.float64),
            "threshold": state.threshold.astype(np.float64),
            "fired_min": fired,
        }

    def outcome(self, weights: tuple[float, float, float]) -> dict[str, Any]:
        """The outcome row; `weights` are the organs' shares of the body's mast cells."""
        course, state, planned_mg = self.course, self.course.state, self._planned_mg()
        sizes = np.diff(state.organ_start)
        released = [float(state.count[COUNT.fired_skin + o]) / float(sizes[o]) for o in range(3)]
        after = int(state.count[COUNT.worst])
        gap = any(isinstance(item, Gap) for item in course.arm.course)
        worst = max(after, course.worst_before_gap)
        first = self.first or {}
        delay_min = course.elapsed_min - sum(item.duration_min for item in course.arm.course)
        return {
            "treated": True,
            "reacted": worst > 0 or any(event["event"] in _DELAYED for event in self.events),
            "severity": GRADES[worst],
            "severity_after_gap": GRADES[after],
            "severity_before_gap": GRADES[course.worst_before_gap] if gap else GRADES[0],
            "reactions": self.reactions,
            "onset_min": first.get("time_min", math.nan),
            "onset_after_gap_min": self.first_after_gap_min,
            "protocol_at_reaction": first.get("protocol", ""),
            "step_at_reaction": first.get("step"),
            "bag_at_reaction": first.get("bag"),
            "dose_at_reaction_mg": first.get("cumulative_dose_mg", math.nan),
            "released_fraction": float(sum(w * r for w, r in zip(weights, released, strict=True))),
            **{f"released_fraction_{organ}": r for organ, r in zip(ORGANS, released, strict=True)},
            "peak_histamine_ng_per_ml": float(state.body[BODY.peak_histamine]),
            "peak_tryptase_ng_per_ml": float(state.body[BODY.peak_tryptase]),
            "lowest_systolic_mmhg": course.lowest_systolic_mmhg,
            "planned_dose_mg": planned_mg,
            "delivered_dose_mg": course.delivered_mg,
            "delivered_share": course.delivered_mg / planned_mg if planned_mg > 0.0 else math.nan,
            "dose_at_skin_onset_mg": self._first("onset").get("cumulative_dose_mg", math.nan),
            "withdrawn_d": self._first("withdrawal").get("time_min", math.nan) / 1440.0,
            "completed": not course.ended and not course.queue,
            **self._treated(),
            "delay_min": max(0.0, delay_min) if course.died else delay_min,
        }
