"""Selections of cells do what Mesa's AgentSet does, as far as cells that the engine moves allow."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from abm import TissueModel
from abm.tissue_views import MastCell, TCell


@pytest.fixture(scope="module")
def reacting() -> TissueModel:
    model = TissueModel(arm="full_dose", patient=1, cells=600)
    for _ in range(12):
        model.step()
    return model


def test_a_cell_cannot_be_written_to(reacting):
    cell = reacting.mast_cells[0]
    with pytest.raises(AttributeError, match=r"a cell is read-only: .* change parameters instead"):
        cell.calcium = 5.0
    with pytest.raises(AttributeError, match="a cell is read-only"):
        cell.unique_id = 5
    with pytest.raises(AttributeError, match="a cell is read-only"):
        del cell.unique_id
    assert cell.unique_id == 0


def test_a_cell_is_equal_to_itself_and_among_its_like(reacting):
    cells = reacting.mast_cells
    assert cells[3] == cells[3] == reacting.space.mast_cells()[3]
    assert cells[3] != cells[4]
    assert cells[3] != TissueModel(cells=10).mast_cells[3]
    assert cells[3] != 3
    assert len({cells[3], cells[3], cells[4]}) == 2
    assert cells[3] in cells
    assert cells[3] in cells.select(organ="skin")
    assert cells[3] not in cells.select(organ="lung")
    assert 3 not in cells
    assert TissueModel(cells=10).mast_cells[3] not in cells


def test_a_slice_is_a_selection(reacting):
    cells = reacting.mast_cells
    assert cells[2:8:2].unique_ids.tolist() == [2, 4, 6]
    assert cells[-1].unique_id == 599
    assert cells[[5, 1]].unique_ids.tolist() == [5, 1]
    assert len(cells.select(organ="skin")[-2:]) == 2
    with pytest.raises(IndexError):
        _ = cells[600]
    with pytest.raises(TypeError):
        _ = cells["calcium"]


def test_a_filter_may_be_asked_of_each_cell_as_in_mesa(reacting):
    cells, state = reacting.mast_cells, reacting.course.state
    asked: list[int] = []

    def fired_in_skin(cell) -> bool:
        asked.append(cell.unique_id)
        return cell.organ == "skin" and cell.fired

    assert cells.select(fired_in_skin).unique_ids.tolist() == cells.select(organ="skin", fired=True).unique_ids.tolist()
    assert asked == list(range(600))
    assert len(cells.select(lambda cell: cell.unique_id % 2 == 0)) == 300
    some = cells.select(lambda some: np.arange(len(some)) < 5)
    assert some.unique_ids.tolist() == [0, 1, 2, 3, 4]
    mask = state.fired_bin >= 0
    assert cells.select(lambda _: mask).unique_ids.tolist() == np.flatnonzero(mask).tolist()
    assert len(cells.select(organ="nowhere").select(lambda cell: cell.fired)) == 0


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (lambda cell: cell.colour == "red", AttributeError, "MastCell has no 'colour'; it has organ"),
        (lambda cell: cell.organ.colour == "red", AttributeError, "'str' object has no attribute 'colour'"),
        (lambda some: some.get("colour") == 1, AttributeError, "MastCells have no 'colour'; they have organ"),
        (lambda cell: cell.calcium + "a" > 3, TypeError, "unsupported operand"),
        (lambda some: some.get("calcium"), ValueError, r"float32 of shape \(600,\); needed: True or False of a"),
        (lambda some: some.get("fired")[:3], ValueError, r"a boolean array of shape \(600,\) of the selection"),
    ],
)
def test_a_filter_that_is_none_is_told(reacting, wrong, error, said):
    with pytest.raises(error, match=said):
        reacting.mast_cells.select(wrong)


def test_select_takes_the_first_as_in_mesa(reacting):
    cells = reacting.mast_cells
    fired = cells.select(fired=True).unique_ids
    assert cells.select(fired=True, at_most=3).unique_ids.tolist() == fired[:3].tolist()
    assert cells.select(at_most=0.5).unique_ids.tolist() == list(range(300))
    assert len(cells.select(at_most=1)) == 1
    assert len(cells.select(at_most=1.0)) == 600
    assert len(cells.select(agent_type=MastCell)) == 600
    assert len(cells.select(agent_type=TCell)) == 0


def test_several_names_and_several_functions(reacting):
    cells = reacting.mast_cells
    both = cells.get(["calcium", "threshold"])
    np.testing.assert_array_equal(both[:, 1], cells.get("threshold"))
    mixed = cells.get(["organ", "calcium", "unique_id"])
    assert mixed[7].tolist() == [cells[7].organ, pytest.approx(cells[7].calcium), 7]
    assert cells.get("colour", "default", 3).tolist() == [3] * 600
    with pytest.raises(ValueError, match="handle_missing is 'no'; needed: 'error' or 'default'"):
        cells.get("colour", "no")
    calcium = cells.get("calcium")
    assert cells.agg("calcium", [np.min, np.max]) == [calcium.min(), calcium.max()]


def test_map_goes_cell_by_cell(reacting):
    cells = reacting.mast_cells[:20]
    assert (
        cells.map(lambda cell, factor: cell.threshold * factor, factor=2.0) == (2.0 * cells.get("threshold")).tolist()
    )
    assert cells.map("as_dict")[3] == cells[3].as_dict()


def test_what_a_map_keeps_still_moves_on():
    model = TissueModel(arm="full_dose", patient=1, cells=50)
    kept = model.mast_cells.map(lambda cell: (cell.fired, cell))
    for _ in range(12):
        model.step()
    fired = (model.course.state.fired_bin >= 0).tolist()
    assert any(fired)
    assert [cell.fired for _, cell in kept] == fired
    assert not any(before for before, _ in kept)


def test_sorted_as_mesa_sorts(reacting):
    cells = reacting.mast_cells
    ids, organs, threshold = range(600), cells.get("organ").tolist(), cells.get("threshold").tolist()
    for ascending in (False, True):
        for name, values in (("organ", organs), ("threshold", threshold)):
            wanted = sorted(ids, key=values.__getitem__, reverse=not ascending)
            assert cells.sort(name, ascending).unique_ids.tolist() == wanted
            assert cells.sort(lambda cell, n=name: getattr(cell, n), ascending).unique_ids.tolist() == wanted
        times = cells.sort("fired_min", ascending).get("fired_min")
        fired = len(cells.select(fired=True))
        assert np.isnan(times[fired:]).all()
        assert (np.diff(times[:fired]) * (1 if ascending else -1) >= 0.0).all()


def test_shuffled_by_the_models_own_chance(reacting):
    cells = reacting.mast_cells
    first, second = (TissueModel(cells=100).mast_cells.shuffle().unique_ids.tolist() for _ in range(2))
    assert first == second
    assert sorted(first) == list(range(100)) != first
    assert TissueModel(cells=100, seed=2).mast_cells.shuffle().unique_ids.tolist() != first
    assert cells.unique_ids.tolist() == list(range(600))


def test_groups_as_mesa_groups(reacting):
    cells = reacting.mast_cells
    groups = cells.groupby("organ")
    assert list(groups.groups) == ["skin", "lung", "gut"]
    assert groups.count() == cells.count_by("organ")
    assert len(groups) == 3
    assert groups.agg("calcium", np.max) == {o: cells.select(organ=o).agg("calcium", np.max) for o in groups.groups}
    assert groups.map(len) == groups.map("__len__") == groups.count()
    assert {value: rows.unique_ids.tolist() for value, rows in groups}["lung"] == np.flatnonzero(
        cells.get("organ") == "lung"
    ).tolist()
    by_call = cells.groupby(lambda cell: (cell.organ, cell.fired), result_type="list")
    assert by_call.count()["skin", True] == len(cells.select(organ="skin", fired=True))
    assert by_call.agg("threshold", max)["gut", False] == cells.select(organ="gut", fired=False).agg("threshold", max)
    assert len(cells.select(organ="nowhere").groupby("organ")) == 0


def test_what_a_selection_has_not_is_told(reacting):
    with pytest.raises(AttributeError, match=r"a selection of MastCells has no 'fired'; get\('fired'\) returns it"):
        _ = reacting.mast_cells.fired


def test_cells_are_copied_as_views_and_not_pickled(reacting):
    cells = reacting.mast_cells[:3]
    assert copy.deepcopy(cells[1]) == copy.copy(cells[1]) == cells[1]
    assert copy.deepcopy(cells)[1] == copy.copy(cells)[1] == cells[1]
    with pytest.raises(TypeError, match=r"cells cannot be pickled: they are views; keep what get\(\) or as_dict\(\)"):
        pickle.dumps(cells[1])
