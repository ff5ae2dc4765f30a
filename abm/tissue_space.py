"""Where cells are: places and rasters of the tissue of one patient, and what is known of the cells by name."""

from __future__ import annotations

import math
from functools import cached_property
from random import Random

import numpy as np

from abm.engine.cells import cell_sites
from abm.engine.clock import minutes
from abm.engine.course import Course
from abm.engine.field import SIDE, SITE_UM, patch_field
from abm.engine.immune_state import COARSE, PATCHES
from abm.engine.immune_state import SIDE as SKIN_SIDE
from abm.engine.state import ORGANS
from abm.parameters.catalog import ParameterSet
from abm.tissue_rows import Rows
from abm.tissue_views import Column, Columns, Keratinocyte, MastCell, TCell

_PER_PLACE = SKIN_SIDE // COARSE


class TissueSpace:
    """The skin as a lattice, in rasters that are made when they are asked for.

    Attributes
    ----------
    width, height : int
        Sites of the patch of dermis in which the skin's mast cells stand.
    site_um : float
        Width of a site, µm.
    patches, epidermis_side : int
        Number of patches of epidermis (the last is mucosa), and the sites along one; a keratinocyte stands on each.
    keratinocyte_um : float
        Width of such a site, µm.
    """

    width = height = SIDE
    site_um = SITE_UM
    patches, epidermis_side = PATCHES, SKIN_SIDE

    def __init__(self, course: Course, parameters: ParameterSet, random: Random) -> None:
        self._course, self._p, self._random = course, parameters, random
        self.keratinocyte_um = 1000.0 / math.sqrt(parameters["epidermis.sites_per_mm2"])

    @cached_property
    def sites(self) -> np.ndarray:
        """Site of every mast cell on the patch of its organ, as the engine drew it; int32, shape (cells,)."""
        course = self._course
        return cell_sites(course.state.organ_start, SIDE * SIDE, course.rates.address)

    @cached_property
    def drug_field(self) -> np.ndarray:
        """Level of the drug relative to the mean of the skin's patch; shape (height, width)."""
        seed, _, patient = (int(number) for number in self._course.rates.address)
        p = self._p
        field = patch_field(
            p["tissue.capillary_distance_skin_um"], p["tissue.capillary_exchange_per_s"],
            p["tissue.drug_diffusion_um2_per_s"], p["tissue.tissue_loss_per_s"], patient, 0, seed,
        )  # fmt: skip
        return field.reshape(SIDE, SIDE)

    def mast_cells(self) -> Rows:
        """All mast cells."""
        return Rows(MastCell, self._mast_cell_columns, lambda: self._course.state.calcium.size, self._random)

    def keratinocytes(self) -> Rows:
        """All keratinocytes of the patches; none in people whose T cells do not fit the drug."""
        skin = self._course.immunity
        count = 0 if skin is None else skin.state.alive.size
        return Rows(Keratinocyte, self._keratinocyte_columns, lambda: count, self._random)

    def t_cells(self) -> Rows:
        """The cytotoxic T cells that are in the patches at this moment."""
        skin = self._course.immunity

        def count() -> int:
            return 0 if skin is None else int(skin.state.ctl_count.sum())

        return Rows(TCell, self._t_cell_columns, count, self._random)

    # One for all selections: by it, cells know whether they belong together.
    @cached_property
    def _mast_cell_columns(self) -> Columns:
        return Columns(self._of_mast_cells())

    @cached_property
    def _keratinocyte_columns(self) -> Columns:
        return Columns(self._of_keratinocytes())

    @cached_property
    def _t_cell_columns(self) -> Columns:
        return Columns(self._of_t_cells())

    def _of_mast_cells(self) -> dict[str, Column]:
        course, state = self._course, self._course.state
        organs = np.repeat(np.array(ORGANS), np.diff(state.organ_start))
        return {
            "organ": lambda: organs,
            "x_um": lambda: (self.sites % SIDE + 0.5) * SITE_UM,
            "y_um": lambda: (self.sites // SIDE + 0.5) * SITE_UM,
            "drug_level": lambda: state.place,
            "receptors": lambda: state.receptors[0],
            "receptors_inside": lambda: state.inside[0],
            "crosslinks": lambda: state.crosslinks[0],
            "ship1": lambda: state.ship1[0],
            "memory": lambda: state.memory[0],
            "receptors_2": lambda: state.receptors[1],
            "crosslinks_2": lambda: state.crosslinks[1],
            "ship1_2": lambda: state.ship1[1],
            "calcium": lambda: state.calcium,
            "threshold": lambda: state.threshold,
            "fired": lambda: state.fired_bin >= course.start_bin,
            "fired_min": lambda: np.where(
                state.fired_bin >= course.start_bin, minutes(1) * (state.fired_bin - course.start_bin), np.nan
            ),
        }

    def _of_keratinocytes(self) -> dict[str, Column]:
        immunity = self._course.immunity
        if immunity is None:
            return dict.fromkeys(("patch", "x_um", "y_um", "alive", "detached", "hits", "granulysin"), _nobody)
        skin = immunity.state
        patch, site = np.divmod(np.arange(skin.alive.size), SKIN_SIDE * SKIN_SIDE)
        x, y = (site % SKIN_SIDE + 0.5) * self.keratinocyte_um, (site // SKIN_SIDE + 0.5) * self.keratinocyte_um
        return {
            "patch": lambda: patch,
            "x_um": lambda: x,
            "y_um": lambda: y,
            "alive": lambda: skin.alive.ravel() == 1,
            "detached": lambda: over_sites(skin.detached).ravel() == 1,
            "hits": lambda: skin.hits.ravel(),
            "granulysin": lambda: over_sites(skin.granulysin).ravel(),
        }

    def _of_t_cells(self) -> dict[str, Column]:
        immunity = self._course.immunity
        if immunity is None:
            return dict.fromkeys(("patch", "x_um", "y_um", "clone", "engaged", "events"), _nobody)
        skin = immunity.state

        def of(array: np.ndarray) -> np.ndarray:
            return np.concatenate([array[p, :n] for p, n in enumerate(skin.ctl_count)])

        return {
            "patch": lambda: np.repeat(np.arange(PATCHES), skin.ctl_count),
            "x_um": lambda: (of(skin.ctl_site) % SKIN_SIDE + 0.5) * self.keratinocyte_um,
            "y_um": lambda: (of(skin.ctl_site) // SKIN_SIDE + 0.5) * self.keratinocyte_um,
            "clone": lambda: of(skin.ctl_clone),
            "engaged": lambda: of(skin.ctl_engaged) == 1,
            "events": lambda: of(skin.ctl_events),
        }


def over_sites(places: np.ndarray) -> np.ndarray:
    """Spread what is followed in places of 8 × 8 sites over the sites; (patches, places) → (patches, sites)."""
    coarse = places.reshape(-1, COARSE, COARSE)
    return coarse.repeat(_PER_PLACE, axis=1).repeat(_PER_PLACE, axis=2).reshape(len(places), -1)


def _nobody() -> np.ndarray:
    return np.zeros(0)
