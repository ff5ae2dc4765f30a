"""Cells in a dish: pulses, washes, what is counted, and what is refused."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest
from small_worlds import a_patient, bathed, equal_cells, parameters

import abm
from abm import Pulse, bathe_cells
from abm.in_vitro import usual_receptors
from abm.parameters.catalog import default_parameters

FULL, WASH = Pulse(0.3, 5.0), Pulse(0.0, 10.0)
bathed_cells = partial(bathe_cells, receptors=11_250.0, parameters=parameters())
"""Cells whose numbers a new fit of the model does not move."""


def test_the_names_are_public() -> None:
    assert abm.bathe_cells is bathe_cells
    assert {"Pulse", "bathe_cells"} <= set(abm.__all__)


def test_a_pulse_is_counted_as_the_cells_say() -> None:
    dish = bathed_cells([FULL, WASH, FULL], cells=500)
    cells, course = dish.cells, dish.over_time
    assert len(cells) == 500
    assert course["time_min"].iloc[-1] == 20.0
    assert course["time_min"].is_monotonic_increasing
    assert course["pulse"].tolist() == sorted(course["pulse"])
    assert course.groupby("pulse")["time_min"].max().tolist() == [5.0, 15.0, 20.0]
    assert dish.released_fraction == course["released_fraction"].iloc[-1] == cells["released_min"].notna().mean()
    assert dish.released_in(1) + dish.released_in(2) + dish.released_in(3) == pytest.approx(dish.released_fraction)
    assert dish.released_in(1, 2) == pytest.approx(dish.released_in(1) + dish.released_in(2))
    assert 0.1 < dish.released_in(1) < 0.99
    first = cells.loc[cells["pulse"] == 1, "released_min"]
    assert 0.0 <= first.min() <= first.max() < 5.0
    assert (cells.loc[cells["pulse"] == 3, "released_min"] >= 15.0).all()


def test_release_never_falls_and_antigen_is_what_was_asked() -> None:
    course = bathed_cells([FULL, WASH], cells=300).over_time
    assert course["released_fraction"].is_monotonic_increasing
    assert course.loc[course["pulse"] == 1, "antigen"].eq(0.3).all()
    assert course.loc[course["pulse"] == 2, "antigen"].eq(0.0).all()
    assert course["crosslinks"].iloc[-1] < 0.01 * course["crosslinks"].max(), "a wash opens them"


def test_a_dish_is_the_patients_kernel() -> None:
    """The same cells held in the same antigen by the engine alone, at the same steps, to the bit."""
    numbers = parameters()
    dish = bathed_cells([Pulse(0.08, 4.0)], cells=400, receptors=30_000.0, seed=7, parameters=numbers)
    state, rates = equal_cells(400, 1.0, numbers=numbers)
    state.receptors[0], state.threshold[:] = dish.cells["receptors"], dish.cells["threshold"]
    bathed(state, rates, 0.08, 4.0)
    assert dish.over_time["crosslinks"].iloc[-1] == state.crosslinks[0].mean()
    assert dish.over_time["calcium"].iloc[-1] == state.calcium.mean()


def test_what_comes_later_changes_nothing_before() -> None:
    short, long = bathed_cells([FULL], cells=300), bathed_cells([FULL, WASH, FULL], cells=300)
    assert short.released_in(1) == long.released_in(1)
    early = long.cells["pulse"] == 1
    assert np.array_equal(short.cells["released_min"][early], long.cells["released_min"][early])


def test_a_wash_cut_in_two_is_the_same_wash() -> None:
    """Steps start fine again after each change, so the last digits move, and hardly a cell."""
    whole = bathed_cells([FULL, Pulse(0.0, 2880.0), FULL], cells=2000)
    halves = bathed_cells([FULL, Pulse(0.0, 1440.0), Pulse(0.0, 1440.0), FULL], cells=2000)
    assert whole.released_in(3) > 0.01
    assert halves.released_in(4) == pytest.approx(whole.released_in(3), abs=0.003)


def test_no_antigen_and_no_ige_release_nothing() -> None:
    assert bathed_cells([Pulse(0.0, 600.0)], cells=200).released_fraction == 0.0
    assert bathed_cells([FULL], cells=200, receptors=0.0).released_fraction == 0.0
    assert bathed_cells([Pulse(0.0, 5.0, 0.3)], cells=200).released_fraction == 0.0
    assert bathed_cells([Pulse(0.0, 5.0, 0.3)], cells=200, other_receptors=11_000.0).released_fraction > 0.1


def test_the_donor_makes_a_difference() -> None:
    dull = bathed_cells([FULL], cells=500, donor=a_patient(threshold_factor=3.0))
    assert dull.released_fraction < 0.5 * bathed_cells([FULL], cells=500).released_fraction
    silent = parameters(mast_cell__release_hazard_per_min=1e-9)
    assert bathed_cells([FULL], cells=500, parameters=silent).released_fraction == 0.0


def test_the_usual_cell_is_the_median_patients() -> None:
    p = default_parameters()
    assert (
        usual_receptors(p) == p["patients.fceri_per_cell"] * p["patients.occupied_share"] * p["patients.specific_share"]
    )
    dish = bathe_cells([WASH], cells=2000)
    assert np.median(dish.cells["receptors"]) == pytest.approx(usual_receptors(p), rel=0.05)


def test_another_seed_is_other_cells() -> None:
    first, second = bathed_cells([FULL], cells=300), bathed_cells([FULL], cells=300, seed=2)
    assert not np.array_equal(first.cells["threshold"], second.cells["threshold"])
    assert bathed_cells([FULL], cells=300).cells.equals(first.cells)


@pytest.mark.parametrize(
    ("pulses", "settings", "said"),
    [
        ([], {}, "pulses is empty"),
        ([FULL, Pulse(-1.0, 5.0)], {}, "pulse 2: antigen is -1; allowed: 0"),
        ([Pulse(float("nan"), 5.0)], {}, "pulse 1: antigen is nan"),
        ([Pulse(0.1, 5.0, float("inf"))], {}, "pulse 1: other_antigen is inf"),
        ([Pulse(0.1, 0.0)], {}, "pulse 1: for_min is 0; allowed: 0.0625"),
        ([Pulse(0.1, 1e9)], {}, "pulse 1: for_min is 1e+09"),
        ([FULL], {"cells": 0}, "cells is 0; allowed: 1"),
        ([FULL], {"seed": -1}, "seed is -1; allowed: 0 to"),
        ([FULL], {"receptors": -2.0}, "receptors is -2; allowed: 0 to"),
        ([FULL], {"other_receptors": float("nan")}, "other_receptors is nan"),
    ],
)
def test_what_cannot_be_is_refused_in_the_callers_words(pulses, settings, said) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        bathe_cells(pulses, **settings)
