"""Cells held in a given antigen: what is counted, and which steps are taken."""

from __future__ import annotations

import numpy as np
from small_worlds import equal_cells, parameters

from abm.engine.bath import bathe, choose_bath_step

F32 = np.float32
DAY = 24 * 60 * 16


def test_bathing_holds_the_antigen_and_counts() -> None:
    state, rates = equal_cells(200, 30_000.0)
    state.clock[:] = 0.5
    fired = bathe(state, rates, 0, 160, 0.1)
    assert fired == (state.fired_bin >= 0).sum() == 200
    assert not state.drug.any()


def step(state, rates, now: int, end: int, last: int, antigen: float, other: float = 0.0) -> int:
    state.count[4] = last
    return int(choose_bath_step(state, rates, now, end, (F32(antigen), F32(other))))


def test_steps_double_from_one_base_bin_where_nothing_can_fire() -> None:
    state, rates = equal_cells(600, 30_000.0)
    state.exposed[0] = 1
    assert [step(state, rates, 0, DAY, last, 0.0) for last in (0, 1, 5, 10)] == [1, 2, 6, 10]
    assert step(state, rates, 3, DAY, 5, 0.0) == 0, "aligned"
    assert step(state, rates, 0, 7, 5, 0.0) == 2, "no longer than what is left"


def test_one_base_bin_is_taken_where_cells_could_fire() -> None:
    state, rates = equal_cells(600, 30_000.0)
    state.exposed[0] = 1
    assert step(state, rates, 0, DAY, 5, 0.1) == 0
    state.fired_bin[:] = 0
    assert step(state, rates, 0, DAY, 5, 0.1) == 6, "who has fired is not waited for"


def test_graded_release_forbids_coarse_steps() -> None:
    state, rates = equal_cells(600, 30_000.0, numbers=parameters(mast_cell__graded_release_per_min=1e-30))
    state.exposed[0] = 1
    assert step(state, rates, 0, DAY, 5, 0.0) == 0


def test_the_other_antigen_is_looked_at_too() -> None:
    state, rates = equal_cells(600, 30_000.0)
    state.receptors[1], state.exposed[:] = 30_000.0, 1
    assert step(state, rates, 0, DAY, 5, 0.0, 0.1) == 0
