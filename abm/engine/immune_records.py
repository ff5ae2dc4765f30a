"""What is kept of T cells and epidermis: extremes, and the opt-in tables `skin`, `clones` and `lattice`."""

from __future__ import annotations

import math

import numpy as np

from abm.engine.immune_rates import ImmuneRates
from abm.engine.immune_state import (
    BLOCK_DAYS,
    BODY,
    COARSE,
    MUCOSA,
    PLACES,
    POOL,
    SIDE,
    SITES_PER_PLACE,
    ImmuneState,
)

_SKIN_COLUMNS = (
    "time_d", "exposure", "effectors", "skin_effectors", "memory_cells", "resident_memory_cells", "ctl_per_mm2",
    "granulysin", "dead_percent", "involved_percent", "detached_percent", "mucosa_percent", "damage_signal",
)  # fmt: skip
_SNAPSHOT_BLOCKS = round(1.0 / BLOCK_DAYS)


class ImmuneRecords:
    """Collects one arm's records: a row of `skin` per block, a snapshot of `lattice` per day while there is damage."""

    def __init__(self, record: frozenset[str], rates: ImmuneRates) -> None:
        self.record, self.rates = record, rates
        self.days: list[float] = []
        self.detached: list[float] = []
        self.rows: list[tuple[float, ...]] = []
        self.snapshots: list[np.ndarray] = []
        self.peak_effectors, self.peak_ctl_per_mm2, self.peak_granulysin = 0.0, 0.0, 0.0
        self.skin_mm2 = SITES_PER_PLACE * PLACES / (rates.skin.sites_per_mm2 * rates.skin.body_share)

    def note(self, state: ImmuneState, day: float, exposure: float) -> None:
        """Keep what the end of a block shows."""
        body = state.body.tolist()
        effectors, in_skin = body[BODY.effectors], body[BODY.skin_effectors]
        per_mm2 = in_skin / self.skin_mm2
        self.peak_effectors = max(self.peak_effectors, effectors + in_skin)
        self.peak_ctl_per_mm2 = max(self.peak_ctl_per_mm2, per_mm2)
        self.peak_granulysin = max(self.peak_granulysin, body[BODY.granulysin])
        self.days.append(day)
        self.detached.append(body[BODY.detached_share])
        if "skin" in self.record:
            self.rows.append((
                day, exposure, effectors, in_skin, body[BODY.memory], body[BODY.resident], per_mm2,
                body[BODY.granulysin], 100.0 * body[BODY.dead_share], 100.0 * body[BODY.involved_share],
                100.0 * body[BODY.detached_share], 100.0 * body[BODY.mucosa_share], body[BODY.damage],
            ))  # fmt: skip
        if "lattice" in self.record and len(self.days) % _SNAPSHOT_BLOCKS == 0 and body[BODY.dead_share] > 0.0:
            self.snapshots.append(self._snapshot(state, day))

    def _snapshot(self, state: ImmuneState, day: float) -> np.ndarray:
        """Places of all patches: day, patch, place, living share, detached, granulysin, T cells."""
        patches = state.alive.shape[0]
        ctl = np.zeros((patches, PLACES))
        for p in range(patches):
            sites = state.ctl_site[p, : state.ctl_count[p]]
            ctl[p] = np.bincount(places_of(sites), minlength=PLACES)
        patch, place = np.divmod(np.arange(patches * PLACES), PLACES)
        return np.column_stack([
            np.full(patch.size, day), patch, place, state.living.ravel() / SITES_PER_PLACE, state.detached.ravel(),
            state.granulysin.ravel(), ctl.ravel(),
        ])  # fmt: skip

    def detached_10_to_90_d(self) -> float:
        """Days between a tenth and nine tenths of the greatest extent; NaN where nothing detached."""
        detached = np.array(self.detached)
        if detached.size == 0 or detached.max() == 0.0:
            return math.nan
        early = np.argmax(detached >= 0.1 * detached.max())
        late = np.argmax(detached >= 0.9 * detached.max())
        return float(self.days[late] - self.days[early])

    def tables(self, state: ImmuneState) -> dict[str, dict[str, np.ndarray]]:
        """The tables that were asked for."""
        tables: dict[str, dict[str, np.ndarray]] = {}
        if "skin" in self.record:
            rows = np.array(self.rows, float).reshape(len(self.rows), len(_SKIN_COLUMNS))
            tables["skin"] = dict(zip(_SKIN_COLUMNS, rows.T, strict=True))
        if "clones" in self.record:
            tables["clones"] = self._clones(state)
        if "lattice" in self.record:
            rows = np.concatenate([np.zeros((0, 7)), *self.snapshots])
            tables["lattice"] = {
                "time_d": rows[:, 0], "patch": rows[:, 1].astype(np.int64), "place": rows[:, 2].astype(np.int64),
                "mucosa": rows[:, 1] == MUCOSA, "living_share": rows[:, 3], "detached": rows[:, 4] > 0.0,
                "granulysin": rows[:, 5], "ctl": rows[:, 6].astype(np.int64),
            }  # fmt: skip
        return tables

    def _clones(self, state: ImmuneState) -> dict[str, np.ndarray]:
        cells = state.cells
        dividing = cells[:, POOL.lag :].sum(axis=1)
        return {
            "clone": np.arange(cells.shape[0]), "affinity": self.rates.affinity,
            "naive_in_health": self.rates.naive.astype(np.int64), "naive": cells[:, POOL.naive],
            "silenced": cells[:, POOL.silenced], "dividing": dividing, "effectors": cells[:, POOL.effector],
            "skin_effectors": cells[:, POOL.skin],
            "precursors": cells[:, POOL.precursor] + cells[:, POOL.skin_precursor],
            "memory_cells": cells[:, POOL.memory], "resident_memory_cells": cells[:, POOL.resident],
            "made": state.ledger[:, 0], "lost": state.ledger[:, 1],
        }  # fmt: skip


def places_of(sites: np.ndarray) -> np.ndarray:
    """Place of every site, as `skin_kernel.place_of`."""
    per_place = SIDE // COARSE
    return np.asarray((sites // SIDE // per_place) * COARSE + (sites % SIDE) // per_place)
