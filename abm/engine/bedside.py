"""A patient in the course of time: drug goes in, time passes, signs are seen."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.biology.pharmacokinetics import CENTRAL, DEPOT, GUT
from abm.biology.reaction import GRADES, NONE
from abm.engine.advance import NEVER, REACHED, REACTION, ROWS_FULL, advance
from abm.engine.clock import bins, minutes
from abm.engine.rates import Rates
from abm.engine.recorder import Recorder
from abm.engine.rescue import Rescue
from abm.engine.rest import cells_are_at_rest, fade_block, is_quiet, put_at_rest
from abm.engine.slow_state import SLOW_BINS
from abm.engine.state import BODY, COUNT, State
from abm.scenario import Arm, Gap, Regimen, Step

if TYPE_CHECKING:
    from abm.engine.immunity import Immunity
    from abm.engine.samples import Samples
    from abm.engine.slow_immunity import SlowImmunity

EPISODE_MIN = 30.0
"""Symptoms after fewer symptom-free minutes belong to the same reaction."""

MOST_PAUSES = 20
_ENTERS = {"oral": GUT, "bolus": CENTRAL, "intramuscular": DEPOT}
_DEATH, _DETACHED = "death", "detached"


class EngineError(RuntimeError):
    """The state of a patient is no longer finite, or a drug cannot be given."""


class Bedside:
    """What every moment of an arm has in common, whatever is being given.

    The engine moves between whole base bins; times here are exact, and the pump's segments carry the fractions. Times
    count from the start of the arm, bins from the start of the first arm of the patient's life.

    Parameters
    ----------
    state, rates : State, Rates
        As made by `abm.engine.cells.patient_state` and `abm.engine.rates.patient_rates`.
    arm : Arm
        What is given, premedication and the rules for reactions.
    drugs : sequence of str
        Drugs that the two specificities stand for; another drug is given, and nothing answers.
    immunity : Immunity, optional
        T cells and epidermis of a patient who has clones that fit the drug.
    start_bin : int
        Base bin at which the arm starts.
    slow : SlowImmunity, optional
        IgE and B cells, which change over weeks.
    """

    def __init__(
        self,
        state: State,
        rates: Rates,
        arm: Arm,
        drugs: tuple[str, ...],
        immunity: Immunity | None = None,
        start_bin: int = 0,
        slow: SlowImmunity | None = None,
    ) -> None:
        self.state, self.arm, self.drugs, self.immunity, self.slow = state, arm, drugs, immunity, slow
        self.rates = rates
        self.start_bin = self.now_bin = start_bin
        self.now_min = 0.0
        self.queue: deque[Step | Gap | Regimen] = deque(arm.course)
        self.step: Step | Regimen | None = None
        self.step_start_min, self.infusing, self.giving = 0.0, False, False
        self.delivered_mg, self.pauses, self.stop_at_min = 0.0, 0, math.inf
        self.withdraw_at_min, self.course_over = math.inf, False
        self.stopped, self.withdrawn, self.worst_before_gap = False, False, NONE
        self.gap_end_min, self.elapsed_min = math.nan, 0.0
        self.interval_bins, self.look_at_bin = 0, NEVER
        self.held_until_min, self.ending = -math.inf, False
        self.rested: dict[tuple[float, frozenset[str]], Any] = {}
        self.recorder = Recorder(self)
        self.rescue = Rescue(self)
        self.samples: Samples | None = None

    @property
    def rates(self) -> Rates:
        """Constants of this moment: those that were given, with what slow immunity makes of them."""
        return self._rates

    @rates.setter
    def rates(self, rates: Rates) -> None:
        self._base = rates
        self._rates = rates if self.slow is None else self.slow.effective(rates)

    def _waiting(self, end_min: float) -> Iterator[None]:
        self.infusing, self.stop_at_min = False, math.inf
        while self.now_min < end_min and not self.died:
            yield from self._pass(end_min)

    def dose_so_far_mg(self) -> float:
        """Drug given since the start of the course, the running step's part included."""
        if not self.infusing or not isinstance(self.step, Step):
            return self.delivered_mg
        part = (self.now_min - self.step_start_min) / self.step.duration_min
        return self.delivered_mg + self.step.dose_mg * min(1.0, part)

    def _pass(self, end_min: float) -> Iterator[None]:
        """Move on to `end_min`, or to the moment at which staff stop the drug or the patient dies."""
        end_min = min(end_min, self._next_act_min())
        end_bin = self._bin_at(end_min)
        while self.now_bin < end_bin and not self.died:
            reason = self._move_on(end_bin)
            self.now_min = minutes(self.now_bin - self.start_bin)
            if not np.isfinite(self.state.body).all():
                raise EngineError(f"mediators are not finite at {self.now_min:.2f} min of arm {self.arm.name!r}")
            if reason == ROWS_FULL:
                self.recorder.drain()
            if reason == REACTION:
                self._note_reaction()
            if self.samples is not None:
                self.samples.take(self)
            if self.immunity is not None and self.now_bin >= self.immunity.next_bin:
                self._note_signs(self.immunity)
            if self.slow is not None and self.now_bin >= self.slow.next_bin:
                self._note_slow(self.slow)
            if self.now_bin >= self.look_at_bin:
                yield
                self.look_at_bin = (self.now_bin // self.interval_bins + 1) * self.interval_bins
            # Asked for after the look, because a hand may have stopped the pump meanwhile.
            soonest = self._next_act_min()
            if soonest <= end_min:
                end_min = max(soonest, self.now_min)
                end_bin = self._bin_at(end_min)
        if not self.died:
            self.now_min = end_min
            if self.now_min >= self.rescue.due_min:
                self.rescue.act()
            if self.now_min >= self.withdraw_at_min:
                self._withdraw()

    def _next_act_min(self) -> float:
        """When staff next do something: stop the pump, withdraw the drug, look at somebody who reacts."""
        return min(self.stop_at_min, self.withdraw_at_min, self.rescue.due_min)

    def _move_on(self, end_bin: int) -> int:
        """Let time pass towards `end_bin`; returns why it stopped, as `advance` does.

        A patient at rest is asked for at the ends of slow blocks alone, so that looking changes nothing.
        """
        goal, pause_at = end_bin, self.look_at_bin
        if self.immunity is not None:
            goal = min(goal, self.immunity.plan(self.now_bin, self.state, self.rates))
        if self.samples is not None:
            pause_at = min(pause_at, self.samples.pause_at(self.state, self.now_bin))
        if self.slow is not None:
            if self._rests(goal):
                return REACHED
            goal = min(goal, self.slow.plan(self.now_bin))
        reached, reason = advance(self.state, self.rates, self.now_bin, goal, pause_at)
        self.now_bin = int(reached)
        return int(reason)

    def _rests(self, goal: int) -> bool:
        """Let time pass at once where nothing moves; returns whether it did.

        Patients with T cells that fit the drug go on in steps, as before them.
        """
        assert self.slow is not None
        state, rates, now = self.state, self.rates, self.now_bin
        if now % SLOW_BINS != 0 or self.immunity is not None or not is_quiet(state, rates, now):
            return False
        end = self.slow.plan(now)
        if cells_are_at_rest(state):
            put_at_rest(state, rates)
            self.now_bin = goal
        elif end <= goal and self.slow.long_without_drug():
            fade_block(state, rates)
            self.now_bin = end
        return self.now_bin > now

    def _note_slow(self, slow: SlowImmunity) -> None:
        """Move IgE and B cells on, and note a drug for which the patient was primed."""
        primed, changed = slow.move(self.state, self._base, self.now_bin)
        for _ in primed:
            self.recorder.event("sensitised")
        if changed:
            self.rates = self._base

    def _bin_at(self, time_min: float) -> int:
        """Base bin in which a time of this arm lies."""
        return self.start_bin + math.floor(bins(time_min))

    def _note_signs(self, immunity: Immunity) -> None:
        """Move T cells and epidermis on by a block, note what became visible, and start the rule's clock."""
        signs = immunity.move(self.state, self.rates, self.now_bin)
        for sign in signs:
            if sign == _DEATH:
                self._cut_short()
            self.recorder.event(sign)
        rule = self.arm.stop_drug_when
        if rule is None or self.course_over or self.ended or not math.isinf(self.withdraw_at_min):
            return
        seen = immunity.detached_percent >= rule.percent if rule.sign == _DETACHED else rule.sign in signs
        if seen:
            self.withdraw_at_min = self.now_min + rule.delay_min

    def _withdraw(self) -> None:
        """Give no more drug; what was still planned is left out."""
        self.withdraw_at_min = math.inf
        if not self.course_over:
            self._cut_short()
            self.withdrawn = True
            self.recorder.event("withdrawal")

    def _cut_short(self) -> None:
        """End a running infusion; what has been given counts."""
        step = self.step
        if self.infusing and isinstance(step, Step):
            done = min(1.0, (self.now_min - self.step_start_min) / step.duration_min)
            self._set_pump(self.step_start_min, self.now_min, step)
            self._close_step(step.dose_mg * done)

    def _note_reaction(self) -> None:
        """Symptoms begin: a new reaction if they come after long enough without, and the rule's clock starts."""
        if minutes(int(self.state.count[COUNT.symptom_free_bins])) > EPISODE_MIN:
            self.recorder.reaction()
        rule = self.arm.on_reaction
        self.rescue.call()
        if rule is not None and self.giving and math.isinf(self.stop_at_min) and self.pauses < MOST_PAUSES:
            self.stop_at_min = self.now_min + rule.recognised_after_min

    def _give_dose(self, regimen: Regimen) -> None:
        """Put one dose where it enters the body, less what never reaches the blood."""
        if regimen.under_skin:
            if self.slow is not None:
                self.slow.give(regimen)
            return
        self.delivered_mg += regimen.dose_mg
        if regimen.drug in self.drugs:
            a = self.drugs.index(regimen.drug)
            reaches = self.rates.bioavailability[a] if regimen.route == "oral" else 1.0
            self.state.drug[a, _ENTERS[regimen.route]] += regimen.dose_mg * reaches

    def _close_step(self, dose_mg: float) -> None:
        self.infusing = False
        self.delivered_mg += dose_mg

    def _set_pump(self, start_min: float, end_min: float, step: Step) -> None:
        """Write the running step into the pump; the row before keeps the last bin's fraction of the step before."""
        pump = self.state.pump
        start, end = self.start_bin + bins(start_min), self.start_bin + bins(end_min)
        if pump[0, 0] != start:
            pump[1:] = pump[:-1].copy()
        drug = self.drugs.index(step.drug) if step.drug in self.drugs else -1
        pump[0] = (start, end, step.rate_mg_per_min, drug)

    @property
    def died(self) -> bool:
        """Whether the patient has died."""
        return self.immunity is not None and self.immunity.died

    @property
    def ended(self) -> bool:
        """Whether nothing more is given: stopped at a reaction, withdrawn for a delayed one, or dead."""
        return self.stopped or self.withdrawn or self.died

    @property
    def grade(self) -> str:
        """Grade at this moment, as a word."""
        return GRADES[int(self.state.count[COUNT.grade])]

    @property
    def lowest_systolic_mmhg(self) -> float:
        """Lowest systolic pressure so far, mmHg."""
        return float(self.state.body[BODY.lowest_systolic])
