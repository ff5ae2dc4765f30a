"""A course of treatment being given: steps, doses, gaps, reactions, and what staff do about them."""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Generator, Iterator

from abm.biology.reaction import NONE
from abm.engine.bedside import Bedside, EngineError
from abm.engine.clock import bins
from abm.engine.state import COUNT
from abm.scenario import Gap, Regimen, Step

__all__ = ["Course", "EngineError"]

_LONGEST_WAIT_MIN = 240.0


class Course(Bedside):
    """One patient going through one arm; made of the same things as `Bedside`."""

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
        while self.queue and not self.ended:
            if self.held:
                yield from self._by_hand()
                self._resume(None, None)
                continue
            item = self.queue.popleft()
            if isinstance(item, Gap):
                gaps -= 1
                yield from self._waiting(self.now_min + item.duration_min)
                if gaps == 0:
                    self._end_last_gap()
            else:
                yield from self._giving(item)
        if self.withdrawn:
            yield from self._waiting(sum(item.duration_min for item in self.arm.course))
        self.elapsed_min, self.course_over = self.now_min, True
        yield from self._waiting(self.now_min + follow_up_min)

    @property
    def held(self) -> bool:
        """Whether a hand holds the drug back at this moment."""
        return self.ending or self.now_min < self.held_until_min

    def hold(self, for_min: float = math.inf) -> None:
        """Give nothing from this moment on, for `for_min` minutes or until `release`: a hand, between two looks.

        A running infusion is stopped and what is left of it put off; a dose that is in the body stays there.
        """
        self.held_until_min = self.now_min + for_min
        if self.giving:
            self.stop_at_min = self.now_min

    def release(self) -> None:
        """Go on from where `hold` stopped."""
        self.held_until_min = -math.inf

    def stop(self) -> None:
        """Give nothing more, for good."""
        self.hold()
        self.ending = True

    def give(self, item: Step | Regimen) -> None:
        """Give `item`, and carry out the arm's rules should a reaction be recognised meanwhile."""
        deque(self._giving(item), maxlen=0)

    def wait(self, end_min: float) -> None:
        """Let time pass without infusion until `end_min`."""
        deque(self._waiting(end_min), maxlen=0)

    def _giving(self, item: Step | Regimen) -> Iterator[None]:
        self.step, self.step_start_min, self.giving = item, self.now_min, True
        if isinstance(item, Step):
            yield from self._infusing(item)
        else:
            yield from self._dosing(item)
        self.infusing = self.giving = False

    def _infusing(self, step: Step) -> Iterator[None]:
        self.infusing = True
        end_min = self.now_min + step.duration_min
        self._set_pump(self.now_min, end_min, step)
        self.recorder.event("step_start")
        while self.now_min < end_min:
            yield from self._pass(end_min)
            if self.withdrawn or self.died:
                return
            if self.now_min >= self.stop_at_min:
                yield from self._interrupt(step)
                return
        self._close_step(step.dose_mg)
        self.recorder.event("step_end", step.dose_mg)

    def _dosing(self, regimen: Regimen) -> Iterator[None]:
        for dose in range(1, regimen.times + 1):
            self._give_dose(regimen)
            self.recorder.event("dose", regimen.dose_mg)
            end_min = self.step_start_min + dose * regimen.every_min
            while self.now_min < end_min:
                yield from self._pass(end_min)
                if self.withdrawn or self.died:
                    return
                if self.now_min >= self.stop_at_min:
                    yield from self._put_off(regimen, regimen.times - dose, end_min)
                    return

    def _interrupt(self, step: Step) -> Iterator[None]:
        """Stop the pump, wait until the pause is over and symptoms are gone, and put back what is still to give."""
        done = min(1.0, (self.now_min - self.step_start_min) / step.duration_min)
        self._cut_short()
        by_rule = yield from self._pause(step.dose_mg * done)
        remainder = dataclasses.replace(
            step, duration_min=step.duration_min * (1 - done), dose_mg=step.dose_mg * (1 - done)
        )
        self._resume(step if by_rule else None, remainder if remainder.duration_min > 0.0 else None)

    def _put_off(self, regimen: Regimen, left: int, due_min: float) -> Iterator[None]:
        """Give no more doses until the pause is over and symptoms are gone; no dose comes before it is due."""
        by_rule = yield from self._pause()
        if not self.ended:
            yield from self._waiting(due_min)
        self._resume(regimen if by_rule else None, dataclasses.replace(regimen, times=left) if left else None)

    def _by_hand(self, given_mg: float = 0.0) -> Iterator[None]:
        """Wait while a hand holds the drug back, or stop for good."""
        self.recorder.event("stop" if self.ending else "pause", given_mg)
        while self.held and not self.ending and not self.died:
            yield from self._waiting(min(self.held_until_min, self.now_min + 1.0))
        if self.ending and not self.died:
            self.stopped = True

    def _pause(self, given_mg: float = 0.0) -> Generator[None, None, bool]:
        """Wait until the rule's pause is over and symptoms are gone, or a hand lets go; or stop for good.

        `given_mg` is what the step that is interrupted had given. Returns whether the rule asked for it.
        """
        self.giving = False
        if self.held:
            self.stop_at_min = math.inf
            yield from self._by_hand(given_mg)
            return False
        rule = self.arm.on_reaction
        assert rule is not None
        self.pauses += 1
        self.stop_at_min = math.inf
        if rule.resume_at == "never":
            self.stopped = True
            self.recorder.event("stop", given_mg)
            return True
        self.recorder.event("pause", given_mg)
        yield from self._waiting(self.now_min + rule.pause_min)
        latest = self.now_min + _LONGEST_WAIT_MIN
        while self.state.count[COUNT.grade] > NONE and self.now_min < latest and not self.died:
            yield from self._waiting(self.now_min + 1.0)
        return True

    def _resume(self, item: Step | Regimen | None, remainder: Step | Regimen | None) -> None:
        """Put what is still to give back at the head of the queue, after what a rule repeats before `item`."""
        if self.ended:
            return
        if remainder is not None:
            self.queue.appendleft(remainder)
        if item is not None:
            self.queue.extendleft(reversed(self._repeated(item)))
        self.recorder.event("resume")

    def _repeated(self, item: Step | Regimen) -> list[Step | Regimen]:
        """What of the same protocol is to be given again before the interrupted item goes on."""
        rule = self.arm.on_reaction
        assert rule is not None
        whole = [
            other
            for other in self.arm.course
            if not isinstance(other, Gap) and (other.protocol, other.drug) == (item.protocol, item.drug)
        ]
        earlier = {other.number: other for other in whole if other.number < item.number}
        if rule.resume_at == "previous_step" and earlier:
            return [earlier[max(earlier)]]
        if rule.resume_at == "first_step":
            return [earlier[number] for number in sorted(earlier)]
        return []

    def _end_last_gap(self) -> None:
        self.gap_end_min = self.now_min
        self.worst_before_gap = int(self.state.count[COUNT.worst])
        self.state.count[COUNT.worst] = self.state.count[COUNT.grade]
