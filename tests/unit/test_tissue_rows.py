"""Cells as rows: views show the arrays as they are, selections reckon as arrays do, rasters hold every cell."""

from __future__ import annotations

import numpy as np
import pytest

from abm import TissueModel
from abm.page.rasters import ALERT, BRAKED, DEAD, DETACHED, EMPTY, FIRED, RESTING, T_CELL, Dermis, Epidermis
from abm.tissue_views import MastCell


@pytest.fixture(scope="module")
def reacting() -> TissueModel:
    model = TissueModel(arm="full_dose", patient=1, cells=600)
    for _ in range(12):
        model.step()
    return model


@pytest.fixture(scope="module")
def blistering() -> TissueModel:
    model = TissueModel(scenario="sjs", arm="first_exposure", patient=1, cells=10, minutes_per_step=64.0)
    while model.running and model.course.immunity.detached_percent < 5.0:
        model.step()
    return model


def test_a_view_is_the_row_at_this_moment():
    model = TissueModel(arm="full_dose", patient=1, cells=300)
    cell, state = model.mast_cells[7], model.course.state
    assert isinstance(cell, MastCell)
    before = cell.calcium
    for _ in range(10):
        model.step()
    assert cell.calcium == state.calcium[7] != before
    assert (cell.unique_id, cell.organ) == (7, "skin")
    assert cell.receptors == state.receptors[0, 7]
    assert cell.pos == (cell.x_um, cell.y_um)
    assert "calcium" in dir(cell)
    assert "MastCell 7: organ=skin" in repr(cell)
    with pytest.raises(AttributeError, match="MastCell has no 'colour'; it has organ"):
        _ = cell.colour


def test_selections_are_those_of_the_arrays(reacting):
    cells, state = reacting.mast_cells, reacting.course.state
    fired = cells.select(organ="skin", fired=True)
    wanted = np.flatnonzero(state.fired_bin[: state.organ_start[1]] >= 0)
    assert wanted.size > 10
    np.testing.assert_array_equal(fired.unique_ids, wanted)
    np.testing.assert_array_equal(fired.get("calcium"), state.calcium[wanted])
    assert fired.agg("threshold", np.mean) == state.threshold[wanted].mean()
    assert fired[3].unique_id == wanted[3]
    assert [cell.unique_id for cell in fired][:5] == wanted[:5].tolist()
    near = cells.select(lambda some: some.get("calcium") > some.get("threshold") / 2, fired=False)
    assert set(near.unique_ids) == set(np.flatnonzero((state.calcium > state.threshold / 2) & (state.fired_bin < 0)))
    skin, lung, gut = np.diff(state.organ_start).tolist()
    assert cells.count_by("organ") == {"gut": gut, "lung": lung, "skin": skin}
    assert len(cells.select(threshold_above=4.0)) + len(cells.select(threshold_at_most=4.0)) == 600
    assert len(cells.select(organ_not="skin")) == 600 - int(state.organ_start[1])


def test_a_wrong_name_is_told(reacting):
    with pytest.raises(AttributeError, match="MastCells have no 'colour'; they have organ"):
        reacting.mast_cells.select(colour="red")


def test_the_worst_so_far_is_kept(blistering):
    frame = blistering.datacollector.get_model_vars_dataframe()
    assert frame["max_detached_percent"].iloc[-1] == blistering.outcome()["max_detached_percent"] >= 5.0
    assert (frame["max_detached_percent"] >= frame["detached_percent"]).all()


def test_what_is_got_is_a_copy(reacting):
    reacting.mast_cells.get("calcium")[:] = -1.0
    assert reacting.course.state.calcium.min() >= 0.0


def test_nobody_without_a_fitting_clone_has_epidermis(reacting):
    assert len(reacting.keratinocytes) == len(reacting.t_cells) == 0
    assert not Epidermis(reacting).picture().any()


def test_every_skin_cell_has_its_pixel(reacting):
    dermis = Dermis(reacting)
    drawn = dermis.pixels[dermis.pixels >= 0]
    assert drawn.size == np.unique(drawn).size > 0.95 * dermis.pixels.size
    row, column = np.divmod(dermis.pixels, dermis.side)
    sites = reacting.space.sites[: dermis.pixels.size]
    visible = dermis.pixels >= 0
    np.testing.assert_array_equal((row // 2 * 48 + column // 2)[visible], sites[visible])
    cell = int(np.flatnonzero(visible)[10])
    assert dermis.nearest(int(row[cell]), int(column[cell])) == cell


def test_a_pixel_tells_how_its_cell_is(reacting):
    dermis, state = Dermis(reacting), reacting.course.state
    raster, codes = dermis.picture().ravel(), dermis.conditions()
    n = codes.size
    assert raster.dtype == np.uint8
    assert (raster != EMPTY).sum() == (dermis.pixels >= 0).sum()
    np.testing.assert_array_equal(codes == FIRED, state.fired_bin[:n] >= 0)
    alert = (codes == ALERT) & (state.fired_bin[:n] < 0)
    assert (state.calcium[:n][alert] >= 0.5 * state.threshold[:n][alert]).all()
    assert set(np.unique(codes)) <= {RESTING, BRAKED, ALERT, FIRED}
    assert FIRED in codes


def test_epidermis_is_where_it_is_on_the_picture(blistering):
    epidermis, skin = Epidermis(blistering), blistering.course.immunity.state
    picture = epidermis.picture()
    assert picture.shape == (128, 320)
    patch = int(np.argmax(skin.ctl_count))
    top, left, site = patch // 5 * 64, patch % 5 * 64, int(skin.ctl_site[patch, 0])
    assert picture[top + site // 64, left + site % 64] == T_CELL
    dead, detached = int((skin.alive == 0).sum()), int(skin.detached.sum()) * 64
    assert detached > 0
    covered = int(skin.ctl_count.sum())
    assert detached - covered <= (picture == DETACHED).sum() <= detached
    assert (np.isin(picture, (DEAD, DETACHED))).sum() <= dead + detached
    cell = epidermis.nearest(top + 5, left + 9)
    assert (cell // 4096, cell % 4096) == (patch, 5 * 64 + 9)
    assert blistering.keratinocytes[cell].patch == patch


def test_t_cells_are_those_in_the_patches(blistering):
    skin, cells = blistering.course.immunity.state, blistering.t_cells
    assert len(cells) == skin.ctl_count.sum() > 0
    assert cells.count_by("patch") == {p: int(n) for p, n in enumerate(skin.ctl_count) if n}
    patch = int(np.argmax(skin.ctl_count))
    assert cells.select(patch=patch)[0].events == skin.ctl_events[patch, 0]
    alive = blistering.keratinocytes.agg("alive", np.sum)
    assert alive == skin.alive.sum() < skin.alive.size
