"""A course of treatment being given: the pump, gaps, reactions, and what staff do about them."""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Iterator

import numpy as np

from abm.biology.reaction import GRADES, NONE
from abm.engine.advance import NEVER, REACTION, ROWS_FULL, advance
from abm.engine.clock import bins, minutes
from abm.engine.rates import Rates
from abm.engine.recorder import Recorder
from abm.engine.state import BODY, COUNT, State
from abm.scenario import Arm, Gap, Step

EPISODE_MIN = 30.0
"""Symptoms after fewer symptom-free minutes belong to the same reaction."""

_LONGEST_WAIT_MIN = 240.0
_MOST_PAUSES = 20


class EngineError(RuntimeError):
    """The state of a patient is no longer finite, or a drug cannot be given."""


class Course:
    """One patient going through one arm.

    The engine moves between whole base bins; times here are exact, and the pump's segments carry the fractions.

    Parameters
    ----------
    state, rates : State, Rates
        As made by `abm.engine.cells.patient_state` and `abm.engine.rates.patient_rates`.
    arm : Arm
        Steps, gaps, premedication and the rule for reactions.
    drugs : sequence of str
        Drugs that the two specificities stand for; another drug is given, and nothing answers.
    """

    def __init__(self, state: State, rates: Rates, arm: Arm, drugs: tuple[str, ...]) -> None:
        self.state, self.rates, self.arm, self.drugs = state, rates, arm, drugs
        self.now_bin, self.now_min = 0, 0.0
        self.queue: deque[Step | Gap] = deque(arm.course)
        self.given: list[Step] = []
        self.step: Step | None = None
        self.step_start_min, self.infusing = 0.0, False
        self.delivered_mg, self.pauses, self.stop_at_min = 0.0, 0, math.inf
        self.stopped, self.worst_before_gap = False, NONE
        self.gap_end_min, self.elapsed_min = math.nan, 0.0
        self.interval_bins, self.look_at_bin = 0, NEVER
        self.recorder = Recorder(self)

    def run(self, follow_up_min: float) -> None:
        """Give the whole course and observe for `follow_up_min` minutes."""
        deque(self.play(follow_up_min), maxlen=0)

    def play(self, follow_up_min: float, interval_min: float = math.inf) -> Iterator[None]:
        """Do what `run` does, and stop to be looked at every `interval_min` minutes.

        A long step of the engine is not cut: it is shown when it ends, which may be after the interval's end. Every
        number is the same as without looking.
        """
        if not math.isinf(interval_min):
            self.interval_bins = max(1, round(bins(interval_min)))
            self.look_at_bin = self.now_bin + self.interval_bins
        gaps = sum(isinstance(item, Gap) for item in self.arm.course)
        while self.queue and not self.stopped:
            item = self.queue.popleft()
            if isinstance(item, Gap):
                gaps -= 1
                yield from self._waiting(self.now_min + item.duration_min)
                if gaps == 0:
                    self._end_last_gap()
            else:
                yield from self._giving(item)
        self.elapsed_min = self.now_min
        yield from self._waiting(self.now_min + follow_up_min)

    def give(self, step: Step) -> None:
        """Infuse `step`, and carry out the arm's rule should a reaction be recognised meanwhile."""
        deque(self._giving(step), maxlen=0)

    def wait(self, end_min: float) -> None:
        """Let time pass without infusion until `end_min`."""
        deque(self._waiting(end_min), maxlen=0)

    def _giving(self, step: Step) -> Iterator[None]:
        self.step, self.step_start_min, self.infusing = step, self.now_min, True
        end_min = self.now_min + step.duration_min
        self._set_pump(self.now_min, end_min, step)
        self.recorder.event("step_start")
        while self.now_min < end_min:
            yield from self._pass(min(end_min, self.stop_at_min))
            if self.now_min >= self.stop_at_min:
                yield from self._interrupt(step)
                return
        self._close_step(step.dose_mg)
        self.recorder.event("step_end")

    def _waiting(self, end_min: float) -> Iterator[None]:
        self.infusing, self.stop_at_min = False, math.inf
        while self.now_min < end_min:
            yield from self._pass(end_min)

    def dose_so_far_mg(self) -> float:
        """Drug given since the start of the course, the running step's part included."""
        if self.step is None or not self.infusing:
            return self.delivered_mg
        part = (self.now_min - self.step_start_min) / self.step.duration_min
        return self.delivered_mg + self.step.dose_mg * min(1.0, part)

    def _pass(self, end_min: float) -> Iterator[None]:
        """Move on to `end_min`, or to the bin in which a reaction begins."""
        end_bin = math.floor(bins(end_min))
        while self.now_bin < end_bin:
            reached, reason = advance(self.state, self.rates, self.now_bin, end_bin, self.look_at_bin)
            self.now_bin = int(reached)
            self.now_min = minutes(self.now_bin)
            if not np.isfinite(self.state.body).all():
                raise EngineError(f"mediators are not finite at {self.now_min:.2f} min of arm {self.arm.name!r}")
            if reason == ROWS_FULL:
                self.recorder.drain()
            if reason == REACTION:
                self._note_reaction()
                if self.stop_at_min <= end_min:
                    end_min = max(self.stop_at_min, self.now_min)
                    end_bin = math.floor(bins(end_min))
            if self.now_bin >= self.look_at_bin:
                yield
                self.look_at_bin = (self.now_bin // self.interval_bins + 1) * self.interval_bins
        self.now_min = end_min

    def _note_reaction(self) -> None:
        """Symptoms begin: a new reaction if they come after long enough without, and the rule's clock starts."""
        if minutes(int(self.state.count[COUNT.symptom_free_bins])) > EPISODE_MIN:
            self.recorder.reaction()
        rule = self.arm.on_reaction
        if rule is not None and self.infusing and math.isinf(self.stop_at_min) and self.pauses < _MOST_PAUSES:
            self.stop_at_min = self.now_min + rule.recognised_after_min

    def _interrupt(self, step: Step) -> Iterator[None]:
        """Stop the pump, wait until the pause is over and symptoms are gone, and put back what is still to give."""
        rule = self.arm.on_reaction
        assert rule is not None
        done = min(1.0, (self.now_min - self.step_start_min) / step.duration_min)
        self._set_pump(self.step_start_min, self.now_min, step)
        self._close_step(step.dose_mg * done)
        self.pauses += 1
        self.stop_at_min = math.inf
        if rule.resume_at == "never":
            self.stopped = True
            self.recorder.event("stop")
            return
        self.recorder.event("pause")
        yield from self._waiting(self.now_min + rule.pause_min)
        latest = self.now_min + _LONGEST_WAIT_MIN
        while self.state.count[COUNT.grade] > NONE and self.now_min < latest:
            yield from self._waiting(self.now_min + 1.0)
        remainder = dataclasses.replace(
            step, duration_min=step.duration_min * (1 - done), dose_mg=step.dose_mg * (1 - done)
        )
        if remainder.duration_min > 0.0:
            self.queue.appendleft(remainder)
        self.queue.extendleft(reversed(self._repeated(step)))
        self.recorder.event("resume")

    def _repeated(self, step: Step) -> list[Step]:
        """Steps of the same protocol to give again before the interrupted one goes on."""
        rule = self.arm.on_reaction
        assert rule is not None
        whole = [
            s for s in self.arm.course if isinstance(s, Step) and s.protocol == step.protocol and s.drug == step.drug
        ]
        earlier = {s.number: s for s in whole if s.number < step.number}
        if rule.resume_at == "previous_step" and earlier:
            return [earlier[max(earlier)]]
        if rule.resume_at == "first_step":
            return [earlier[number] for number in sorted(earlier)]
        return []

    def _close_step(self, dose_mg: float) -> None:
        assert self.step is not None
        self.infusing = False
        self.delivered_mg += dose_mg
        self.given.append(self.step)

    def _set_pump(self, start_min: float, end_min: float, step: Step) -> None:
        """Write the running step into the pump; the row before keeps the last bin's fraction of the step before."""
        pump = self.state.pump
        if pump[0, 0] != bins(start_min):
            pump[1:] = pump[:-1].copy()
        drug = self.drugs.index(step.drug) if step.drug in self.drugs else -1
        pump[0] = (bins(start_min), bins(end_min), step.rate_mg_per_min, drug)

    def _end_last_gap(self) -> None:
        self.gap_end_min = self.now_min
        self.worst_before_gap = int(self.state.count[COUNT.worst])
        self.state.count[COUNT.worst] = self.state.count[COUNT.grade]

    @property
    def grade(self) -> str:
        """Grade at this moment, as a word."""
        return GRADES[int(self.state.count[COUNT.grade])]

    @property
    def lowest_systolic_mmhg(self) -> float:
        """Lowest systolic pressure so far, mmHg."""
        return float(self.state.body[BODY.lowest_systolic])
