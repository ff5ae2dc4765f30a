"""The compiled kernels of T cells and epidermis give, bit for bit, what Python makes of their own source."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import one_small_skin
import pytest
from small_worlds import same_bits
from t_cell_worlds import inconsistencies

from abm.engine.immune_state import BODY, POOL, ImmuneState


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    out = tmp_path_factory.mktemp("pure") / "pure.npz"
    subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", one_small_skin.__file__, out],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
    )
    with np.load(out) as pure:
        return one_small_skin.final_states(), dict(pure)


def test_every_array_of_the_skin_is_equal_to_the_bit(both) -> None:
    compiled, pure = both
    assert compiled.keys() == pure.keys()
    assert [name for name in compiled if not same_bits(compiled[name], pure[name])] == []


def test_the_small_run_reaches_every_part_of_the_kernels(both) -> None:
    compiled, _ = both
    state = ImmuneState(*(compiled[name] for name in ImmuneState._fields))
    assert state.ctl_entered.sum() > 60
    assert state.ctl_left.sum() > 0
    assert state.ctl_born.sum() > 0
    assert state.body[BODY.killed_by_contact] > 0
    assert state.body[BODY.killed_by_granulysin] > 0
    assert state.body[BODY.detached_share] > 0
    assert (state.living > 0).any()
    assert state.cells[0, POOL.recall_lag :].sum() > 0
    assert (compiled["cells later"] != state.cells).any()
    assert inconsistencies(state) == []


def test_one_bit_more_of_granulysin_is_seen(both) -> None:
    compiled, _ = both
    changed = compiled["granulysin"].copy()
    changed[1, 0] = np.nextafter(changed[1, 0], np.inf)
    assert not same_bits(changed, compiled["granulysin"])
