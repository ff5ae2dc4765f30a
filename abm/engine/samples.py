"""Blood samples at stated times of an arm. Looking changes nothing: steps are planned as if nobody drew blood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm.biology.mediators import level_within, tryptase_rise
from abm.engine.advance import NEVER
from abm.engine.clock import bins, minutes
from abm.engine.rates import BODY_RATE, Rates
from abm.engine.state import BODY, COUNT, State
from abm.scenario import Sample

if TYPE_CHECKING:
    from abm.engine.bedside import Bedside

RISE_COUNTS_FOR_MIN = 240.0
"""A rise of tryptase counts up to four hours after symptoms began."""

_LONGEST_FIRST_STEP = 8


class Blood(NamedTuple):
    """What a sample shows: when it was taken (base bins, with a fraction), and the levels in ng/mL."""

    bin: float
    tryptase: float
    histamine: float


class Samples:
    """The samples asked for in one arm, and those taken.

    Parameters
    ----------
    asked : sequence of Sample
        In the order of the scenario.
    start_bin : int
        Base bin at which the arm starts.
    """

    def __init__(self, asked: Sequence[Sample], start_bin: int) -> None:
        self.asked, self.start_bin = tuple(asked), start_bin
        self.onset_bin: float | None = None
        self.taken: dict[int, Blood] = {}
        self._before: Blood | None = None

    def next_due(self) -> float:
        """Base bin of the next sample, `NEVER` where none is known to come."""
        return min((due for number, due in self._due() if number not in self.taken), default=float(NEVER))

    def pause_at(self, state: State, now_bin: int) -> int:
        """Note the levels, and say where to pause so that the step across the next sample is taken by itself.

        Steps at most double, so in half of the time that is left they cannot come to cross its end.
        """
        self._before = _levels(state, now_bin)
        due = self.next_due()
        if due >= NEVER:
            return NEVER
        longest = max(1 << int(state.count[COUNT.step]), _LONGEST_FIRST_STEP)
        return now_bin + max(1, int((due - now_bin) / 2) - longest)

    def take(self, course: Bedside) -> None:
        """Take every sample that has come due by now; `course` may be a copy that lives on after the arm."""
        now = _levels(course.state, course.now_bin)
        first = course.recorder.first
        if self.onset_bin is None and first is not None and course.start_bin == self.start_bin:
            self.onset_bin = self.start_bin + bins(first["time_min"])
        before = self._before if self._before is not None and self._before.bin < now.bin else now
        for number, due in self._due():
            if number not in self.taken and due <= now.bin:
                self.taken[number] = _between(before, now, due, course.rates)

    def _due(self) -> list[tuple[int, float]]:
        starts = {"start": float(self.start_bin), "onset": self.onset_bin}
        known = [(number, starts[sample.after], sample) for number, sample in enumerate(self.asked, 1)]
        return [(number, start + bins(sample.time_min)) for number, start, sample in known if start is not None]

    def table(self, baseline_ng_per_ml: float) -> dict[str, np.ndarray]:
        """Samples taken, one entry per sample and column; a rise is missing where the sample says nothing of it."""
        numbers = sorted(self.taken)
        rows = [self.taken[number] for number in numbers]
        time_min = np.array([minutes(row.bin - self.start_bin) for row in rows])
        onset_min = np.nan if self.onset_bin is None else minutes(self.onset_bin - self.start_bin)
        since = time_min - onset_min
        since[~(since >= 0.0)] = np.nan
        rises = [
            tryptase_rise(row.tryptase, baseline_ng_per_ml) if minute <= RISE_COUNTS_FOR_MIN else None
            for row, minute in zip(rows, since, strict=True)
        ]
        return {
            "sample": np.array(numbers, dtype=np.int64),
            "after": np.array([self.asked[number - 1].after for number in numbers], dtype=object),
            "time_min": time_min,
            "after_onset_min": since,
            "tryptase_ng_per_ml": np.array([row.tryptase for row in rows]),
            "histamine_ng_per_ml": np.array([row.histamine for row in rows]),
            "tryptase_rise_positive": np.array(rises, dtype=object),
        }


def _levels(state: State, now_bin: int) -> Blood:
    return Blood(float(now_bin), float(state.body[BODY.tryptase]), float(state.body[BODY.histamine]))


def _between(before: Blood, now: Blood, due: float, rates: Rates) -> Blood:
    """Levels at a moment inside the last step."""
    passed, whole = minutes(due - before.bin), minutes(now.bin - before.bin)
    kinds = ((before.tryptase, now.tryptase, BODY_RATE.tryptase_rate), (before.histamine, now.histamine, _HISTAMINE))
    tryptase, histamine = (level_within(a, b, float(rates.body[rate]), passed, whole) for a, b, rate in kinds)
    return Blood(due, tryptase, histamine)


_HISTAMINE = BODY_RATE.histamine_rate
