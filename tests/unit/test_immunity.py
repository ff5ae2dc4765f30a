"""The delayed mechanism beside the clock: who has it, when it wants to be moved, what quiet years cost and do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_worlds import FULL, a_patient, a_scenario, an_arm
from t_cell_worlds import an_immunity, copied, inconsistencies, parameters, unlike

from abm.biology.severity import CLASSES
from abm.engine.body import new_course
from abm.engine.immune_kernel import clones_quiet, move_block, skin_quiet, survey_patch
from abm.engine.immune_state import BLOCK_BINS, BLOCK_DAYS, BODY, PATCHES, PLACES, POOL
from abm.engine.immunity import NO_DISEASE, Immunity, SkinFull, new_immunity
from abm.engine.rates import Rates, patient_rates
from abm.engine.skin_kernel import kill
from abm.engine.state import State, empty_state

DRUG = "carbamazepine"
YEAR_BLOCKS = round(365.25 / BLOCK_DAYS)


def no_drug() -> tuple[State, Rates]:
    """Return a body without drug, and its rates."""
    rates = patient_rates(parameters(), a_patient(), (DRUG,), (1, 1, 1), frozenset(), (7, 0, 3))
    return empty_state(np.array([0, 1, 2, 3]), 1, 0), rates


def moved(immunity: Immunity, blocks: int, exposure: float = 0.0) -> tuple[str, ...]:
    """Move by so many blocks at once with a mean exposure."""
    state, rates = no_drug()
    state.exposure[0] = exposure * 64.0 * blocks
    return immunity.move(state, rates, (immunity.block + blocks) * BLOCK_BINS)


def sick(effectors: int = 10**9, days: float = 3.0, **settings) -> Immunity:
    """Return a patient whose effectors have had some days of antigen."""
    immunity = an_immunity(**settings)
    immunity.state.cells[:, POOL.effector] = effectors
    for _ in range(round(days / BLOCK_DAYS)):
        moved(immunity, 1, 1.0)
    return immunity


@pytest.fixture(scope="module")
def ill() -> Immunity:
    return sick()


def test_only_people_with_a_fitting_clone_have_it() -> None:
    arm = an_arm(FULL)
    scenario = a_scenario(arm, allergic_to=(DRUG,), record=frozenset({"clones"}))
    assert new_immunity(a_patient(), scenario, parameters(), (7, 0, 3)) is None
    made = new_immunity(a_patient(fitting_clones=3), scenario, parameters(), (7, 0, 3))
    assert made is not None
    assert made.state.cells.shape[0] == 3
    assert made.records.record == {"clones"}
    assert np.array_equal(made.state.cells[:, POOL.naive], made.rates.naive)
    assert made.state.cells.sum() == made.rates.naive.sum() > 0


def test_clones_are_the_patients_own_whatever_the_replicate() -> None:
    first, second, other = (an_immunity(5, address=a).rates for a in ((7, 0, 3), (7, 1, 3), (7, 0, 4)))
    assert np.array_equal(first.naive, second.naive)
    assert np.array_equal(first.affinity, second.affinity)
    assert not np.array_equal(first.affinity, other.affinity)
    few = an_immunity(2, address=(7, 0, 3)).rates
    assert np.array_equal(few.naive, first.naive[:2]), "one more clone changes no other"


def test_frequency_and_affinity_are_log_normal_around_their_parameters() -> None:
    drawn = [an_immunity_rates(patient) for patient in range(400)]
    naive, affinity = (
        np.log(np.concatenate([getattr(each, name) for each in drawn])) for name in ("naive", "affinity")
    )
    assert abs(naive.mean() - math.log(6.3e10 * 1e-6)) < 4 / math.sqrt(naive.size)
    assert abs(affinity.mean()) < 4 * 0.4 / math.sqrt(affinity.size)
    assert affinity.std() == pytest.approx(0.4, rel=0.1)
    assert naive.std() == pytest.approx(1.0, rel=0.1)


def an_immunity_rates(patient: int):
    from abm.engine.immune_rates import immune_rates

    return immune_rates(parameters(), a_patient(patient, fitting_clones=3), (7, 0, patient))


def test_while_there_is_drug_or_disease_every_block_is_taken(ill) -> None:
    state, rates = no_drug()
    healthy = an_immunity()
    assert healthy.plan(0, state, rates) == 512 * BLOCK_BINS
    state.drug[0, 0] = 100.0
    assert healthy.plan(0, state, rates) == BLOCK_BINS
    state.drug[0, 0] = 0.0
    state.pump[0, 1] = 4000
    assert healthy.plan(0, state, rates) == BLOCK_BINS
    assert healthy.plan(4000, state, rates) == 512 * BLOCK_BINS
    assert ill.plan(ill.block * BLOCK_BINS, state, rates) == (ill.block + 1) * BLOCK_BINS
    healthy.shown = 1e-3
    assert healthy.plan(4000, state, rates) == 4 * BLOCK_BINS, "antigen is left on cells"


def test_a_drug_ends_a_quiet_stretch_in_the_block_in_which_it_is_given() -> None:
    immunity = an_immunity()
    state, rates = no_drug()
    immunity.plan(0, state, rates)
    now = 40 * BLOCK_BINS + 7
    assert immunity.plan(now, state, rates) == 512 * BLOCK_BINS
    assert immunity.block == 0
    state.drug[0, 0] = 1.0
    assert immunity.plan(now, state, rates) == 41 * BLOCK_BINS
    assert immunity.block == 40


def test_where_a_course_is_looked_at_changes_no_quiet_year() -> None:
    state, rates = no_drug()
    often, once = (an_immunity() for _ in range(2))
    for immunity in (often, once):
        immunity.state.cells[0, POOL.memory] = 10**5
    for now in range(0, 1500 * BLOCK_BINS, 7 * BLOCK_BINS + 3):
        if now >= often.plan(now, state, rates):
            often.move(state, rates, often.next_bin)
    while once.plan(once.block * BLOCK_BINS, state, rates) < 1500 * BLOCK_BINS:
        once.move(state, rates, once.next_bin)
    assert often.block == once.block == 1024
    assert unlike(often.state, once.state) == []


@pytest.mark.parametrize("pool", ["effector", "skin", "lag", "dividing", "recall_lag", "skin_dividing"])
def test_a_clone_at_work_is_not_quiet(pool) -> None:
    immunity = an_immunity()
    assert clones_quiet(immunity.state)
    immunity.state.cells[0, getattr(POOL, pool)] = 1
    assert not clones_quiet(immunity.state)


def test_broken_skin_is_not_quiet() -> None:
    immunity = an_immunity()
    assert skin_quiet(immunity.state)
    kill(immunity.state, 4, 100)
    assert not skin_quiet(immunity.state)


def test_quiet_years_are_few_steps_and_leave_the_skin_as_it_was() -> None:
    immunity = an_immunity()
    immunity.state.cells[0, POOL.memory] = 10**6
    state, rates = no_drug()
    before, steps = copied(immunity.state), 0
    while immunity.block < 10 * YEAR_BLOCKS:
        immunity.move(state, rates, immunity.plan(immunity.block * BLOCK_BINS, state, rates))
        steps += 1
    assert steps == math.ceil(10 * YEAR_BLOCKS / 512) < 170
    assert unlike(immunity.state, before, leave_out=("cells", "ledger", "body")) == []
    changed = np.flatnonzero(immunity.state.body != before.body)
    assert changed.tolist() == [BODY.memory], "of the sums over the clones only that of memory changes"
    assert immunity.state.body[BODY.memory] == immunity.state.cells[0, POOL.memory]
    assert immunity.state.cells[0, POOL.memory] == pytest.approx(5e5, rel=0.01), "half-life of ten years"


def test_the_damage_signal_fades_in_quiet_times_as_block_by_block() -> None:
    one, many = an_immunity(), an_immunity()
    for immunity in (one, many):
        immunity.state.body[BODY.damage] = 0.4
    moved(many, 40)
    for _ in range(40):
        moved(one, 1)
    assert many.state.body[BODY.damage] == pytest.approx(0.4 * math.exp(-40 * BLOCK_DAYS), rel=1e-9)
    assert one.state.body[BODY.damage] == pytest.approx(many.state.body[BODY.damage], rel=1e-9)


def test_exposure_is_the_mean_of_what_has_passed_and_is_used_up(ill) -> None:
    immunity = an_immunity(record=frozenset({"skin"}))
    state, rates = no_drug()
    state.exposure[0] = 32.0
    immunity.move(state, rates, BLOCK_BINS)
    assert state.exposure[0] == 0.0
    assert immunity.records.rows[0][:2] == (BLOCK_DAYS, 0.5)
    assert (immunity.block, immunity.next_bin) == (1, 2 * BLOCK_BINS)


def test_more_t_cells_than_can_be_drawn_are_an_error_with_its_remedy() -> None:
    immunity = an_immunity(clones__homing_per_day=1000.0)
    immunity.state.cells[0, POOL.effector] = 10**12
    with pytest.raises(SkinFull, match=r"lower clones\.homing_per_day"):
        moved(immunity, 1, 1.0)


def test_mucosa_falls_ill_before_the_skin_and_all_adds_up(ill) -> None:
    first = ill.disease.first
    assert first["prodrome"] <= first["mucosa"] <= first["onset"] <= first["detached"]
    assert inconsistencies(ill.state) == []
    assert ill.state.ctl_count[-1] > ill.state.ctl_count[:-1].max()
    body = ill.state.body
    assert body[BODY.killed_by_contact] > 0
    assert body[BODY.killed_by_granulysin] > 0
    assert 0 < body[BODY.detached_share] <= body[BODY.involved_share] <= 1
    assert ill.detached_percent == 100 * body[BODY.detached_share]


def test_the_survey_weighs_patches_by_the_body_surface_they_stand_for(ill) -> None:
    state, share = ill.state, ill.rates.skin.share
    off = [survey_patch(state, p, 0.2)[2] for p in range(PATCHES)]
    assert state.body[BODY.detached_share] == pytest.approx(np.dot(off, share), rel=1e-12)
    assert off == pytest.approx(state.detached.sum(axis=1) / PLACES, rel=1e-12)
    assert state.body[BODY.mucosa_share] == survey_patch(state, PATCHES - 1, 0.2)[1]


def test_an_arm_counts_its_signs_and_extremes_anew(ill) -> None:
    again = sick(days=1.0)
    assert again.disease.first
    again.begin_arm(again.block * BLOCK_BINS)
    row = again.outcome()
    assert (row["peak_effectors"], row["max_detached_percent"], row["necrolysis"]) == (0.0, 0.0, "none")
    assert math.isnan(row["prodrome_d"])
    assert "prodrome" in moved(again, 1, 1.0)
    assert again.outcome()["prodrome_d"] == pytest.approx(BLOCK_DAYS, rel=1e-12)
    assert moved(again, 1, 1.0) == () or "prodrome" not in again.disease.first


def test_a_copy_is_the_same_patient_and_goes_its_own_way() -> None:
    first = sick(days=1.0)
    twin, kept = first.copy(), copied(first.state)
    signs = dict(first.disease.first)
    assert unlike(twin.state, first.state) == []
    assert (twin.block, twin.next_bin, twin.shown) == (first.block, first.next_bin, first.shown)
    for _ in range(20):
        moved(twin, 1, 1.0)
    assert unlike(first.state, kept) == []
    assert (first.disease.first, first.block) == (signs, twin.block - 20)
    for _ in range(20):
        moved(first, 1, 1.0)
    assert unlike(first.state, twin.state) == []
    assert first.disease.first == twin.disease.first


def test_the_outcome_has_the_columns_of_people_without_a_clone(ill) -> None:
    row = ill.outcome()
    assert row.keys() == NO_DISEASE.keys()
    assert row["necrolysis"] in CLASSES[1:]
    assert row["peak_effectors"] > 1e8
    assert row["peak_ctl_per_mm2"] > 1.0
    healthy = an_immunity().outcome()
    same = [name for name, value in NO_DISEASE.items() if value == healthy[name] or (value != value)]
    assert len(same) == len(NO_DISEASE)


def test_a_course_without_a_fitting_clone_has_no_t_cells() -> None:
    arm = an_arm(FULL)
    course = new_course(arm, a_scenario(arm), a_patient(), 0, parameters())
    assert course.immunity is None
    with_clone = new_course(arm, a_scenario(arm, allergic_to=(DRUG,)), a_patient(fitting_clones=1), 0, parameters())
    assert isinstance(with_clone.immunity, Immunity)


def test_antigen_alone_makes_no_effector_within_the_lag() -> None:
    immunity = an_immunity()
    for block in range(8):
        assert move_block(immunity.state, immunity.rates, 1.0, block)
    assert immunity.state.cells[:, POOL.lag : POOL.lag + 3].sum() > 0
    assert immunity.state.cells[:, POOL.effector].sum() == 0
