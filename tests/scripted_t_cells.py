"""T cells that show what a script says, so that tests know when each sign comes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from abm.engine.immunity import NO_DISEASE

BLOCK_BINS = 1024


class Scripted:
    """T cells whose signs come in blocks that are known beforehand; block n ends n · 64 min after the first start."""

    def __init__(self, signs: dict[int, tuple[str, ...]], detached_percent: dict[int, float] | None = None) -> None:
        self.signs, self.percents = signs, detached_percent or {}
        self.next_bin, self.detached_percent, self.died = BLOCK_BINS, 0.0, False
        self.moved: list[int] = []
        self.began: list[int] = []

    def move(self, state, rates, now_bin: int) -> tuple[str, ...]:
        assert now_bin == self.next_bin
        self.next_bin += BLOCK_BINS
        block = now_bin // BLOCK_BINS
        self.moved.append(block)
        self.detached_percent = self.percents.get(block, self.detached_percent)
        signs = self.signs.get(block, ())
        self.died |= "death" in signs
        return signs

    def plan(self, now_bin: int, state, rates) -> int:
        return self.next_bin

    def copy(self) -> Scripted:
        return copy.deepcopy(self)

    def begin_arm(self, now_bin: int) -> None:
        self.began.append(now_bin)

    def outcome(self) -> dict[str, Any]:
        return NO_DISEASE | {"died": self.died}

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        return {"skin": {"block": np.array(self.moved)}, "clones": {"block": np.array(self.moved)}}
