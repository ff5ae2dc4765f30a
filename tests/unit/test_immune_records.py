"""What is kept of T cells and epidermis: extremes, rows, snapshots, and nothing that was not asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from t_cell_worlds import SITES, an_immunity, put_ctl

from abm.engine.immune_kernel import count_cells
from abm.engine.immune_records import ImmuneRecords
from abm.engine.immune_state import BLOCK_DAYS, BODY, PATCHES, PLACES, POOL
from abm.engine.skin_kernel import kill

ALL = frozenset({"skin", "clones", "lattice"})


def noted(record=ALL, blocks: int = 45):
    """Records of some blocks in which detachment and effectors grow."""
    immunity = an_immunity(2, record=record)
    state = immunity.state
    put_ctl(state, [0, 1, SITES - 1], p=3)
    for site in range(64):
        kill(state, 0, site)
    for block in range(blocks):
        state.cells[0, POOL.effector], state.cells[1, POOL.skin] = 100 * (block + 1), 1_750_000 * (block + 1)
        state.body[BODY.dead_share], state.body[BODY.detached_share] = 0.2, min(0.01 * block, 0.3)
        state.body[BODY.granulysin] = 0.5 if block == 3 else 0.1
        count_cells(state)
        immunity.records.note(state, (block + 1) * BLOCK_DAYS, 0.7)
    return immunity


@pytest.fixture(scope="module")
def kept():
    return noted()


def test_extremes_are_the_largest_values_seen(kept) -> None:
    assert kept.records.peak_effectors == 45 * 1_750_100
    assert kept.records.peak_ctl_per_mm2 == pytest.approx(45.0, rel=1e-12)
    assert kept.records.peak_granulysin == 0.5
    assert kept.records.skin_mm2 == pytest.approx(1.75e6, rel=1e-12)


def test_a_row_of_skin_is_kept_for_every_block(kept) -> None:
    skin = kept.tables()["skin"]
    assert all(column.shape == (45,) for column in skin.values())
    assert skin["time_d"] == pytest.approx(BLOCK_DAYS * np.arange(1, 46), rel=1e-12)
    assert skin["exposure"].tolist() == [0.7] * 45
    assert skin["effectors"].tolist() == [100.0 * n for n in range(1, 46)]
    assert skin["ctl_per_mm2"] == pytest.approx(np.arange(1, 46), rel=1e-12)
    assert skin["detached_percent"] == pytest.approx(np.minimum(np.arange(45), 30), rel=1e-12)
    assert skin["dead_percent"].tolist() == [20.0] * 45


def test_a_snapshot_is_kept_once_a_day_while_there_is_damage(kept) -> None:
    lattice = kept.tables()["lattice"]
    assert lattice["time_d"].size == 2 * PATCHES * PLACES
    assert np.unique(lattice["time_d"]) == pytest.approx([22 * BLOCK_DAYS, 44 * BLOCK_DAYS])
    day = lattice["time_d"] == lattice["time_d"][0]
    assert lattice["ctl"][day].sum() == 3
    assert lattice["ctl"][day & (lattice["patch"] == 3)][[0, 63]].tolist() == [2, 1]
    assert lattice["living_share"][day & (lattice["patch"] == 0)][0] == 1 - 8 / 64
    assert lattice["mucosa"][day].sum() == PLACES
    healthy = an_immunity(record=ALL)
    for block in range(50):
        healthy.records.note(healthy.state, block * BLOCK_DAYS, 0.0)
    assert healthy.tables()["lattice"]["time_d"].size == 0


def test_a_clone_has_one_row_with_what_became_of_it(kept) -> None:
    clones = kept.tables()["clones"]
    assert clones["clone"].tolist() == [0, 1]
    assert clones["naive_in_health"].tolist() == clones["naive"].tolist()
    assert clones["effectors"].tolist() == [4500, 0]
    assert clones["skin_effectors"].tolist() == [0, 45 * 1_750_000]
    in_pools = sum(clones[name] for name in (
        "naive", "silenced", "effectors", "skin_effectors", "dividing", "precursors", "memory_cells",
        "resident_memory_cells"))  # fmt: skip
    assert np.array_equal(in_pools, kept.state.cells.sum(axis=1))


@pytest.mark.parametrize("asked", [frozenset(), frozenset({"skin"}), frozenset({"clones", "timeseries"})])
def test_nothing_is_kept_that_was_not_asked_for(asked) -> None:
    immunity = noted(asked, 30)
    assert set(immunity.tables()) == asked - {"timeseries"}
    assert len(immunity.records.rows) == (30 if "skin" in asked else 0)
    assert immunity.records.snapshots == []
    assert immunity.records.peak_granulysin == 0.5


def test_the_rise_of_detachment_is_timed_between_a_tenth_and_nine_tenths(kept) -> None:
    assert kept.records.detached_10_to_90_d() == pytest.approx((27 - 3) * BLOCK_DAYS, rel=1e-12)
    assert math.isnan(an_immunity().records.detached_10_to_90_d())


def test_records_start_empty_with_every_arm(kept) -> None:
    fresh = ImmuneRecords(kept.records.record, kept.rates)
    assert (fresh.peak_effectors, fresh.days, fresh.rows, fresh.snapshots) == (0.0, [], [], [])
    assert fresh.tables(kept.state)["skin"]["time_d"].size == 0
