"""The tissue of a model as uint8 rasters: what is drawn is looked up in them, pixel by pixel."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from abm.engine.immune_state import PATCHES
from abm.mesa_model import TissueModel

EMPTY, RESTING, BRAKED, ALERT, FIRED = range(5)
"""Values of a raster of dermis: no cell, or one at rest, held by SHIP-1, near its threshold, degranulated."""

LIVING, DYING, DEAD, DETACHED, T_CELL = range(5)
"""Values of a raster of epidermis."""

_SLOTS = 2
_SCATTER = 40503
_ALERT = 0.5
_PATCH_ROWS = 2


class Dermis:
    """The skin's mast cells, each on a pixel of its own: a site of the lattice holds 2 × 2.

    More cells than that on one site are not drawn; counts are of all cells.
    """

    def __init__(self, model: TissueModel) -> None:
        self.model = model
        self.side = model.space.width * _SLOTS
        self.activation = model.parameters["mast_cell.activation_crosslinks"]

    @property
    def shape(self) -> tuple[int, int]:
        """Pixels down and across."""
        return self.side, self.side

    @cached_property
    def pixels(self) -> np.ndarray:
        """Pixel of every skin mast cell in the flattened raster, −1 where none is left; int64, shape (skin cells,)."""
        width = self.model.space.width
        sites = self.model.space.sites[: int(self.model.course.state.organ_start[1])].astype(np.int64)
        order = np.argsort(sites, kind="stable")
        ordered = sites[order]
        rank = np.empty(sites.size, np.int64)
        rank[order] = np.arange(sites.size) - np.searchsorted(ordered, ordered)
        slot = (
            rank + (sites * _SCATTER >> 15)
        ) % _SLOTS**2  # else every site's first cell would stand in the same corner
        row = sites // width * _SLOTS + slot // _SLOTS
        column = sites % width * _SLOTS + slot % _SLOTS
        return np.where(rank < _SLOTS**2, row * self.side + column, -1)

    @cached_property
    def cell_at(self) -> np.ndarray:
        """Cell on every pixel, −1 where none is; int64, shape (pixels,)."""
        found = np.full(self.side**2, -1, np.int64)
        drawn = self.pixels >= 0
        found[self.pixels[drawn]] = np.flatnonzero(drawn)
        return found

    def in_close_up(self) -> np.ndarray:
        """Whether each skin mast cell is drawn in the middle half of the picture; bool, shape (skin cells,)."""
        row, column = np.divmod(self.pixels, self.side)
        low, high = self.side // 4, 3 * self.side // 4
        inside = (row >= low) & (row < high) & (column >= low) & (column < high)
        return (self.pixels >= 0) & inside

    def conditions(self) -> np.ndarray:
        """How every skin mast cell is; uint8, shape (skin cells,)."""
        course, n = self.model.course, self.pixels.size
        state = course.state
        threshold = state.threshold[:n]
        held = np.maximum(state.ship1[0, :n], state.ship1[1, :n]) >= threshold * self.activation
        codes = np.where(held, BRAKED, RESTING)
        codes = np.where(state.calcium[:n] >= _ALERT * threshold, ALERT, codes)
        return np.where(state.fired_bin[:n] >= course.start_bin, FIRED, codes).astype(np.uint8)

    def picture(self) -> np.ndarray:
        """The raster; uint8, shape (side, side)."""
        raster = np.zeros(self.side**2, np.uint8)
        drawn = self.pixels >= 0
        raster[self.pixels[drawn]] = self.conditions()[drawn]
        return raster.reshape(self.shape)

    def nearest(self, row: int, column: int) -> int:
        """The skin mast cell that is drawn nearest to a pixel."""
        rows, columns = np.divmod(self.pixels, self.side)
        far = np.where(self.pixels >= 0, np.hypot(rows - row, columns - column), np.inf)
        return int(np.argmin(far))


class Epidermis:
    """The ten patches of epidermis side by side, five in a row, the mucosa last."""

    def __init__(self, model: TissueModel) -> None:
        self.model = model
        self.side = model.space.epidermis_side

    @property
    def shape(self) -> tuple[int, int]:
        """Pixels down and across."""
        return self.side * _PATCH_ROWS, self.side * PATCHES // _PATCH_ROWS

    def picture(self) -> np.ndarray:
        """The raster; uint8, shape (2 · side, 5 · side)."""
        cells, sites = self.model.keratinocytes, self.side**2
        raster = np.zeros(PATCHES * sites, np.uint8)
        if len(cells):
            alive = cells.get("alive")
            raster[cells.get("hits") > 0] = DYING
            raster[~alive] = DEAD
            raster[cells.get("detached")] = DETACHED
            skin = self.model.course.immunity
            assert skin is not None
            for patch, count in enumerate(skin.state.ctl_count):
                raster[patch * sites + skin.state.ctl_site[patch, :count]] = T_CELL
        across = PATCHES // _PATCH_ROWS
        whole = raster.reshape(_PATCH_ROWS, across, self.side, self.side)
        return whole.transpose(0, 2, 1, 3).reshape(self.shape)

    def nearest(self, row: int, column: int) -> int:
        """The keratinocyte at a pixel."""
        across = PATCHES // _PATCH_ROWS
        patch = row // self.side * across + column // self.side
        return patch * self.side**2 + row % self.side * self.side + column % self.side
