"""The lattice of time, the arrays, and what parameters and traits become for the kernels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from small_worlds import BOTH, CEFTRIAXONE, PENICILLIN, a_patient, parameters

from abm.engine.cells import organ_cells, patient_state
from abm.engine.clock import BASE_MIN, BINS_PER_MIN, DOUBLINGS, FINEST, MINUTE, STEP_MIN, bins, minutes
from abm.engine.field import patch_field
from abm.engine.rates import BODY_RATE, SCALAR, Rates, patient_rates
from abm.engine.relief import RELIEF
from abm.engine.state import BODY, COUNT, GROUP, ORGANS, RECORD_COLUMNS, empty_state
from abm.parameters.catalog import default_parameters

P = default_parameters()
CELLS = 9000


def rates_of(premedication=frozenset(), numbers=P, drugs=(PENICILLIN,), address=(7, 1, 5), **traits) -> Rates:
    return patient_rates(numbers, a_patient(**traits), drugs, (40, 30, 30), premedication, address)


@pytest.fixture(scope="module")
def rested():
    return patient_state(a_patient(5), P, rates_of(), CELLS, 0)


def test_the_lattice_is_exact() -> None:
    assert (BASE_MIN * BINS_PER_MIN, STEP_MIN[MINUTE], STEP_MIN[FINEST]) == (1.0, 1.0, 0.25)
    assert STEP_MIN[0] * 60 == 3.75
    assert STEP_MIN[-1] == 64.0
    assert np.array_equal(STEP_MIN[1:], 2 * STEP_MIN[:-1])
    assert len(STEP_MIN) == DOUBLINGS
    assert bins(339.375) == 5430.0
    assert minutes(bins(174.375)) == 174.375


@pytest.mark.parametrize("cells", [3, 63, 64, 65, 1000])
def test_state_at_rest_has_the_right_shapes_and_types(cells) -> None:
    state = empty_state(np.array([0, 1, 2, cells]), 4, 5)
    for name in ("receptors", "inside", "crosslinks", "memory", "ship1"):
        assert getattr(state, name).shape == (2, cells)
        assert getattr(state, name).dtype == np.float32
        assert not getattr(state, name).any()
    assert state.noise.size % GROUP == 0
    assert cells <= state.noise.size < cells + GROUP
    assert (state.fired_bin == -1).all()
    assert np.isinf(state.clock).all()
    assert state.body.shape == (len(BODY),)
    assert state.count.shape == (len(COUNT),)
    assert state.record.shape == (5, len(RECORD_COLUMNS))
    arrays = [getattr(state, name) for name in state._fields]
    assert not any(np.shares_memory(a, b) for n, a in enumerate(arrays) for b in arrays[:n])


def test_indices_are_a_numbering_without_holes() -> None:
    for index in (BODY, COUNT, SCALAR, BODY_RATE):
        assert list(index) == list(range(len(index)))


def test_rates_of_a_step_compound_to_those_of_the_next() -> None:
    rates = rates_of()
    assert rates.cell.dtype == np.float32
    kept = rates.cell[:, 0].astype(float)
    assert kept[1:] == pytest.approx(kept[:-1] ** 2, rel=1e-5, abs=1e-30)
    for column in (1, 2, 5, 6):
        left = 1.0 - rates.cell[:, column].astype(float)
        assert left[1:] == pytest.approx(left[:-1] ** 2, rel=1e-4, abs=1e-6)
    for column in (3, 4):
        assert rates.cell[1:, column] == pytest.approx(2 * rates.cell[:-1, column], rel=1e-6)
    assert rates.kept[1:] == pytest.approx(rates.kept[:-1] ** 2, rel=1e-12)


def test_rates_of_a_minute_are_those_of_the_parameters() -> None:
    row, p = rates_of().cell[MINUTE].astype(float), P
    half_life_min = 60.0 * p["ige_receptor.return_half_life_h"]
    expected = [
        math.exp(-p["ige_receptor.relaxation_per_min"]), 1 - math.exp(-1 / p["mast_cell.ship1_time_min"]),
        1 - math.exp(-1 / p["mast_cell.memory_lock_min"]), 1 / (60.0 * p["mast_cell.memory_rearm_h"]),
        p["ige_receptor.internalisation_per_min"], 1 - 0.5 ** (1 / half_life_min),
        1 - math.exp(-1 / p["mast_cell.calcium_time_min"]),
    ]  # fmt: skip
    assert row == pytest.approx(expected, rel=1e-5)
    kept = rates_of().kept[MINUTE]
    assert kept[0] == pytest.approx(0.5 ** (60.0 / 102.0))
    assert kept[2] == pytest.approx(0.5 ** (1 / 120.0))


def test_traits_reach_their_scalars_and_no_other() -> None:
    plain = rates_of().scalar
    for trait, index in (("ship1_factor", SCALAR.pool), ("syk_factor", SCALAR.syk)):
        changed = rates_of(**{trait: 2.0}).scalar
        assert changed[index] == pytest.approx(2.0 * plain[index])
        assert np.flatnonzero(changed != plain).tolist() == [index]
    assert plain[SCALAR.noise] == 1.0
    assert plain[SCALAR.crosslinking] == np.float32(P["ige_receptor.crosslinking_per_receptor"])


def test_premedication_shifts_thresholds_and_nothing_else() -> None:
    plain, h1, h2, both = (rates_of(pre) for pre in (frozenset(), frozenset({"H1"}), frozenset({"H2"}), BOTH))
    for name in Rates._fields:
        if name not in ("body", "relief"):
            assert np.array_equal(getattr(plain, name), getattr(both, name)), name
    left_to_give = [RELIEF.antihistamine_skin, RELIEF.antihistamine_all]
    assert np.flatnonzero(plain.relief != both.relief).tolist() == left_to_give
    assert not both.relief[left_to_give].any()
    assert np.array_equal(plain.body, h2.body), "H2 alone shifts nothing"
    shift_h1, shift = P["symptoms.h1_flush_shift"], P["symptoms.h1_h2_shift"]
    for index, first, second in (
        (BODY_RATE.flush, shift_h1, shift), (BODY_RATE.skin, shift_h1, shift), (BODY_RATE.lung, 1.0, shift),
        (BODY_RATE.gut, 1.0, shift), (BODY_RATE.pressure_scale, 1.0, 1.0 / shift),
    ):  # fmt: skip
        assert h1.body[index] == pytest.approx(first * plain.body[index])
        assert both.body[index] == pytest.approx(second * plain.body[index])
    others = [n for n in BODY_RATE if n not in range(BODY_RATE.flush, BODY_RATE.pressure_scale + 1)]
    assert np.array_equal(plain.body[others], both.body[others])


def test_a_cell_stands_for_as_many_as_its_organ_holds() -> None:
    few, many = (
        patient_rates(P, a_patient(), (PENICILLIN,), sizes, frozenset(), (1, 0, 0))
        for sizes in ((40, 30, 30), (400, 300, 300))
    )
    first, last = BODY_RATE.histamine_per_cell_skin, BODY_RATE.tryptase_ng_per_cell_gut + 1
    assert few.body[first:last] == pytest.approx(10.0 * many.body[first:last])
    ng = 40 * few.body[BODY_RATE.tryptase_ng_per_cell_skin]
    assert ng == pytest.approx(P["tissue.mast_cells_skin"] * P["mediators.tryptase_skin_pg"] / 1e3)


def test_two_drugs_have_a_row_each_and_the_address_is_kept() -> None:
    two = rates_of(drugs=(PENICILLIN, CEFTRIAXONE))
    one, other = rates_of(), rates_of(drugs=(CEFTRIAXONE,))
    assert np.array_equal(two.drug_step[0], one.drug_step[0])
    assert np.array_equal(two.drug_step[1], other.drug_step[0])
    assert not one.drug_step[1].any()
    assert one.antigen_per_mg[1] == 0.0
    assert one.address.tolist() == [7, 1, 5]
    assert one.address.dtype == np.uint64


@pytest.mark.parametrize("cells", [3, 4, 10, 999, 10_000])
def test_every_organ_has_cells_and_all_are_used(cells) -> None:
    sizes = organ_cells(cells, P)
    assert min(sizes) >= 1
    assert sum(sizes) == cells
    extreme = organ_cells(cells, parameters(tissue__agents_skin=0.9, tissue__agents_lung=0.05))
    assert min(extreme) >= 1


def test_cells_are_armed_as_the_patient_is(rested) -> None:
    z = 4.5 / math.sqrt(CELLS)
    receptors, threshold = np.log(rested.receptors[0]), np.log(rested.threshold)
    assert abs(receptors.mean() - math.log(12_000.0)) < z * P["mast_cell.receptor_sd_cells"]
    assert abs(receptors.std() / P["mast_cell.receptor_sd_cells"] - 1) < z
    assert abs(threshold.mean() - math.log(P["mast_cell.release_threshold"])) < z * P["mast_cell.threshold_sd_cells"]
    assert abs(threshold.std() / P["mast_cell.threshold_sd_cells"] - 1) < z
    assert abs(np.corrcoef(receptors, threshold)[0, 1]) < z
    assert stats.kstest(rested.clock, "expon").pvalue > 1e-3
    assert abs(np.corrcoef(rested.clock, threshold)[0, 1]) < z
    assert not rested.receptors[1].any()


def test_cells_stand_at_sites_of_their_organs_field(rested) -> None:
    shared = [
        P[f"tissue.{key}"] for key in ("capillary_exchange_per_s", "drug_diffusion_um2_per_s", "tissue_loss_per_s")
    ]
    for organ, name in enumerate(ORGANS):
        place = rested.place[rested.organ_start[organ] : rested.organ_start[organ + 1]]
        field = patch_field(P[f"tissue.capillary_distance_{name}_um"], *shared, 5, organ, 7).astype(np.float32)
        assert np.isin(place, field).all()
        assert len(np.unique(place)) > 500
        assert place.mean() == pytest.approx(1.0, abs=0.02)
    assert rested.body[BODY.histamine] == P["mediators.histamine_baseline_ng_per_ml"]
    assert rested.body[BODY.systolic] == P["symptoms.systolic_at_rest_mmhg"]


def test_a_threshold_factor_moves_every_threshold() -> None:
    base, high = (patient_state(a_patient(5, threshold_factor=f), P, rates_of(), 100, 0) for f in (1.0, 2.0))
    assert high.threshold == pytest.approx(2.0 * base.threshold, rel=1e-6)
    assert np.array_equal(base.receptors, high.receptors)


def test_antigen_that_is_no_drug_brings_the_general_share_of_hapten() -> None:
    """A bath of cells names no drug."""
    bath = patient_rates(P, a_patient(), (), (3, 1, 1), frozenset(), (7, 0, 0))
    assert bath.hapten_per_antigen.tolist() == [np.float32(P["ige_receptor.hapten_per_antigen"])] * 2
    assert not bath.antigen_per_mg.any()
