"""No T cell and no keratinocyte comes from nowhere or vanishes, whatever the exposure."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from t_cell_worlds import an_immunity, clone_rates, copied, inconsistencies

from abm.engine.clone_kernel import step_clone
from abm.engine.immune_kernel import move_block, move_clones
from abm.engine.immune_state import BLOCK_DAYS, BODY, CELLS_LOST, CELLS_MADE, POOL, empty_immune_state

EXPOSURE = st.one_of(st.just(0.0), st.floats(1e-6, 1e-2), st.floats(0.01, 5.0))
COURSES = st.lists(st.tuples(EXPOSURE, st.integers(1, 120)), min_size=1, max_size=6)


def made_less_lost(state) -> np.ndarray:
    return state.ledger[:, CELLS_MADE] - state.ledger[:, CELLS_LOST]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    course=COURSES, patient=st.integers(0, 1000), memory=st.integers(0, 10**7), effectors=st.integers(0, 10**9),
    years=st.integers(0, 5),
)  # fmt: skip
def test_cells_of_a_clone_are_those_at_first_and_made_less_lost(course, patient, memory, effectors, years) -> None:
    """Priming, division, recall, contraction and quiet years."""
    rates = clone_rates(2, (7, 0, patient))
    state = empty_immune_state(2, 1)
    state.cells[:, POOL.naive] = rates.naive
    state.cells[0, [POOL.memory, POOL.resident, POOL.precursor]] = memory
    state.cells[1, POOL.effector] = effectors
    start, block = state.cells.sum(axis=1), 0
    for exposure, blocks in course:
        for block in range(block, block + blocks):  # noqa: B020
            for clone in range(2):
                antigen = exposure * rates.affinity[clone]
                step_clone(state, rates.clone, clone, antigen, rates.naive[clone], BLOCK_DAYS, block, rates.address)
            assert np.array_equal(state.cells.sum(axis=1), start + made_less_lost(state))
            assert state.cells.min() >= 0
            assert state.ledger.min() >= 0
        block += 1
    for year in range(years):
        move_clones(state, rates, 0.0, 10**6 + year, 365.0)
        assert np.array_equal(state.cells.sum(axis=1), start + made_less_lost(state))


@settings(max_examples=12, deadline=None, derandomize=True)
@given(course=COURSES, patient=st.integers(0, 1000), power=st.integers(5, 10))
def test_t_cells_and_keratinocytes_of_the_skin_add_up(course, patient, power) -> None:
    immunity = an_immunity(2, address=(7, 0, patient))
    state, block = immunity.state, 0
    state.cells[:, POOL.effector] = 10**power
    start = state.cells.sum(axis=1)
    for exposure, blocks in course:
        for _ in range(blocks):
            assert move_block(state, immunity.rates, exposure, block)
            block += 1
        assert inconsistencies(state) == []
        assert np.array_equal(state.cells.sum(axis=1), start + made_less_lost(state))
        assert 0.0 <= state.body[BODY.detached_share] <= state.body[BODY.involved_share] <= 1.0
        assert state.granulysin.min() >= 0.0
        assert 0.0 <= state.body[BODY.damage] < 1.0


def test_the_worlds_above_hold_all_that_can_happen() -> None:
    immunity = an_immunity(2)
    state = immunity.state
    state.cells[:, POOL.effector] = 10**9
    for block in range(120):
        move_block(state, immunity.rates, 1.0, block)
    before = copied(state)
    for block in range(120, 800):
        move_block(state, immunity.rates, 0.0, block)
    assert before.ctl_born.sum() > 0 < state.ctl_left.sum()
    assert before.detached.sum() > state.detached.sum()
    assert state.alive.sum() > before.alive.sum()
    assert state.cells[:, POOL.memory].min() > 1e6
