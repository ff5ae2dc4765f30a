"""A few blocks of T cells and epidermis whose whole state is kept; run without compilation, it is the `.py_func`.

`python one_small_skin.py OUT`: write all states.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from t_cell_worlds import clone_rates, put_ctl

from abm.engine import immune_kernel
from abm.engine.immune_state import PATCHES, PLACES, POOL, SIDE, ImmuneState, empty_immune_state
from abm.engine.skin_kernel import kill, site_of

BLOCKS = 5
CELLS = (POOL.naive, POOL.memory, POOL.resident, POOL.precursor, POOL.lag, POOL.dividing, POOL.recall_dividing)


def prepared() -> tuple[ImmuneState, object]:
    """A patient in the middle of the disease: cells in every pool, two patches with T cells and what they did."""
    rates = clone_rates(2, epidermis__bystander_per_h=1.0, epidermis__turnover_d=0.5, epidermis__healing_d=0.1,
                        epidermis__hit_min=3.0, epidermis__granulysin_per_hit_mm2=0.02)  # fmt: skip
    state = empty_immune_state(2)
    rng = np.random.default_rng(6)
    state.endurance[:] = rng.exponential(size=state.endurance.shape)
    state.next_death[:] = state.endurance.reshape(PATCHES, 8, 8, 8, 8).min(axis=(2, 4)).reshape(PATCHES, PLACES)
    state.cells[0, list(CELLS)] = 4 * 10 ** np.arange(1, 8)
    state.cells[1, [POOL.naive, POOL.memory]] = 7, 50
    state.cells[:, POOL.effector] = 2 * 10**8
    for p in (1, PATCHES - 1):
        put_ctl(state, [site_of(place, k) for place in (9, 18) for k in range(12)], p=p)
    for k in range(40):
        kill(state, 1, site_of(30, k))
        kill(state, 2, site_of(5, k % 20) if k < 20 else site_of(6, k % 20))
    for place in range(PLACES):
        for k in range(SIDE * SIDE // PLACES):
            if place < 3 or k < 3:
                state.alive[4, site_of(place, k)] = 0
    state.living[4] = state.alive[4].reshape(8, 8, 8, 8).sum(axis=(1, 3)).ravel()
    return state, rates


def final_states() -> dict[str, np.ndarray]:
    """Every array after each exposure: five blocks of much antigen, then one long quiet stretch of the clones."""
    state, rates = prepared()
    for block in range(BLOCKS):
        assert immune_kernel.move_block(state, rates, 1.3 if block < 3 else 1e-4, block)
    found = {name: array.copy() for name, array in state._asdict().items()}
    immune_kernel.move_clones(state, rates, 0.0, BLOCKS, 20.0)
    return found | {"cells later": state.cells.copy(), "ledger later": state.ledger.copy()}


if __name__ == "__main__":
    assert not hasattr(immune_kernel.move_block, "py_func"), "compiled after all"
    np.savez(sys.argv[1], **final_states())
