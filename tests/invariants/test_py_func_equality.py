"""The compiled kernels give, bit for bit, what Python makes of their own source."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import one_small_run
import pytest
from small_worlds import same_bits


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pure")
    fields = one_small_run.tissue_fields()
    np.save(folder / "fields.npy", fields)
    program = Path(one_small_run.__file__)
    subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", program, folder / "fields.npy", folder / "pure.npz"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=True,
    )
    with np.load(folder / "pure.npz") as pure:
        return one_small_run.final_states(fields), dict(pure)


def test_every_array_is_equal_to_the_bit(both) -> None:
    compiled, pure = both
    assert compiled.keys() == pure.keys()
    assert [name for name in compiled if not same_bits(compiled[name], pure[name])] == []


def test_the_small_runs_reach_every_part_of_the_kernels(both) -> None:
    compiled, _ = both
    fired = {name: int((compiled[f"{name}.fired_bin"] >= 0).sum()) for name in one_small_run.SCHEDULES}
    assert fired["few"] == 0
    assert 0 < fired["many"] < one_small_run.CELLS
    assert 0 < fired["no_noise"] < one_small_run.CELLS
    assert fired["graded"] > 0
    assert 0 < fired["opened"] < one_small_run.CELLS
    assert compiled["opened.lost_mrgprx2"].max() > 0.0
    assert not compiled["many.mrgprx2"].any()
    assert 0 < compiled["few.crosslinks"][0].max() < 40
    assert compiled["many.crosslinks"][0].max() > 40
    assert compiled["many.crosslinks"][1].max() > 0
    assert compiled["few.crosslinks"][0].dtype == np.float32
    assert np.any(compiled["no_noise.crosslinks"] % 1 > 0)


def test_a_difference_of_one_bit_is_seen(both) -> None:
    compiled, _ = both
    changed = compiled["many.calcium"].copy()
    changed[0] = np.nextafter(changed[0], np.float32(np.inf))
    assert not same_bits(changed, compiled["many.calcium"])
