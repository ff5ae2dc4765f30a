"""The world that differs by one thing, with T cells: storage, dosing, arms, other clones, other mechanisms."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from small_worlds import a_patient, a_scenario, an_arm, differing
from t_cell_worlds import ADDRESS, STORED, an_immunity, copied, parameters, put_ctl, random_sites, unlike

from abm.engine.body import new_course, run_arm
from abm.engine.immune_kernel import move_block
from abm.engine.immune_state import POOL
from abm.engine.immunity import NO_DISEASE
from abm.scenario import Gap, Regimen
from abm.scenario_file import load_scenario
from abm.study import run_study
from abm.treatment import Work, treat_patient

DRUG = "sulfamethoxazole"
ILL = a_patient(fitting_clones=1, specific_receptors_per_cell=8000.0)
TWICE_DAILY = Regimen(DRUG, "daily", 1, 800.0, 720.0, 12)
FREQUENT = {"clones__precursor_frequency": 1e-4, "clones__lag_h": 12.0}
"""Numbers with which six days make somebody ill."""


def ended(*course, patient=ILL, **settings):
    arm = an_arm(*course)
    scenario = a_scenario(arm, allergic_to=(DRUG,), cells=40, follow_up_min=0.0, **settings)
    run = new_course(arm, scenario, patient, 0, parameters(**FREQUENT))
    run.run(0.0)
    return run


def stored_in(order: np.ndarray) -> object:
    """The skin after some blocks, with the T cells of one patch stored in this order at first."""
    immunity = an_immunity(2)
    state = immunity.state
    put_ctl(state, random_sites(150), p=0)
    put_ctl(state, random_sites(50, 2), p=0, clone=1)
    for name in STORED:
        stored = getattr(state, name)
        stored[0, :200] = stored[0, :200][order]
    state.cells[:, POOL.effector] = 10**8
    for block in range(30):
        assert move_block(state, immunity.rates, 1.0, block)
    return state


def test_where_t_cells_are_stored_changes_no_bit() -> None:
    first = stored_in(np.arange(200))
    assert first.ctl_born[0] > 0 < first.ctl_left[0]
    assert (first.alive[0] == 0).sum() > 500
    for seed in (1, 2):
        other = stored_in(np.random.default_rng(seed).permutation(200))
        assert unlike(first, other, leave_out=(*STORED, "hurt")) == []
        for p in range(10):
            n = first.ctl_count[p]
            rows = [sorted(zip(*(getattr(s, name)[p, :n].tolist() for name in STORED), strict=True))
                    for s in (first, other)]  # fmt: skip
            assert rows[0] == rows[1]
            hurt = [set(s.hurt[p, : s.hurt_count[p]].tolist()) for s in (first, other)]
            assert hurt[0] == hurt[1]


def test_another_address_is_another_history() -> None:
    one, other = an_immunity(2), an_immunity(2, address=(7, 1, int(ADDRESS[2])))
    for immunity in (one, other):
        immunity.state.cells[:, POOL.effector] = 10**8
        for block in range(20):
            move_block(immunity.state, immunity.rates, 1.0, block)
    assert {"cells", "alive", "ctl_id", "ctl_site"} <= set(unlike(one.state, other.state))


def test_equal_dosing_until_a_day_gives_equal_bits_until_then() -> None:
    first, second = (
        ended(TWICE_DAILY),
        ended(replace(TWICE_DAILY, times=11), replace(TWICE_DAILY, dose_mg=1.0, times=1)),
    )
    more = ended(replace(TWICE_DAILY, times=11))
    assert unlike(first.immunity.state, second.immunity.state) != []
    assert more.recorder.events == first.recorder.events[: len(more.recorder.events)]
    looked = []
    for course in ((TWICE_DAILY,), (replace(TWICE_DAILY, times=11), Gap(720.0))):
        arm = an_arm(*course)
        scenario = a_scenario(arm, allergic_to=(DRUG,), cells=40)
        run = new_course(arm, scenario, ILL, 0, parameters(**FREQUENT))
        for _ in run.play(0.0, 60.0):
            if run.now_min >= 11 * 720.0:
                break
        looked.append((run.now_bin, copied(run.immunity.state)))
    assert looked[0][0] == looked[1][0]
    assert unlike(looked[0][1], looked[1][1]) == []
    assert looked[0][1].cells[0, POOL.naive + 1 :].sum() > 0


def test_t_cells_change_nothing_of_the_mast_cells() -> None:
    with_clone = ended(TWICE_DAILY)
    without = ended(TWICE_DAILY, patient=ILL | {"fitting_clones": 0})
    assert without.immunity is None
    assert with_clone.immunity.state.cells[0].sum() > 0
    assert set(differing(with_clone.state, without.state, leave_out=())) <= {"exposure", "count"}
    keep = [name for name in with_clone.recorder.outcome((0.6, 0.1, 0.3)) if name not in NO_DISEASE]
    rows = [run.recorder.outcome((0.6, 0.1, 0.3)) for run in (with_clone, without)]
    delayed = {"prodrome", "mucosa", "onset", "detached", "healed", "death"}
    told = [event for event in with_clone.recorder.events if event["event"] not in delayed]
    assert len(told) < len(with_clone.recorder.events), "T cells have signs of their own, which shift the numbers"
    assert [unnumbered(event) for event in told] == [unnumbered(event) for event in without.recorder.events]
    may_differ = {"reacted", "onset_min", "dose_at_skin_onset_mg"}
    assert {name for name in keep if repr(rows[0][name]) != repr(rows[1][name])} <= may_differ


def unnumbered(event: dict) -> dict:
    return {name: value for name, value in event.items() if name != "event_number"}


@pytest.fixture(scope="module")
def arms():
    first = replace(an_arm(TWICE_DAILY, name="first"), reference=True)
    again = replace(an_arm(replace(TWICE_DAILY, times=4), name="again"), reference=False, after="first",
                    recovery_min=60_000.0)  # fmt: skip
    avoid = replace(an_arm(Gap(4 * 720.0), name="avoid"), reference=False, after="first", recovery_min=60_000.0)
    return first, again, avoid


def rows_of(*chosen) -> dict[str, str]:
    scenario = a_scenario(*chosen, allergic_to=(DRUG,), cells=30, follow_up_min=0.0)
    treated = treat_patient(Work(scenario, parameters(**FREQUENT), ("outcomes", "events")), ILL)
    return {row.outcome["arm"]: repr((row.outcome, row.events)) for row in treated}


def test_a_re_exposure_is_the_same_whether_or_not_another_arm_is_there(arms) -> None:
    first, again, avoid = arms
    everything = rows_of(first, again, avoid)
    assert rows_of(first, again)["again"] == everything["again"]
    assert rows_of(first, avoid, again)["again"] == everything["again"]
    assert rows_of(first)["first"] == everything["first"]
    assert "'status': 'ok'" in everything["again"]


def test_the_patient_handed_on_is_a_copy(arms) -> None:
    first, again, _ = arms
    scenario = a_scenario(first, again, allergic_to=(DRUG,), cells=30, follow_up_min=0.0)
    earlier = run_arm(first, scenario, ILL, 0, parameters(**FREQUENT)).course
    kept = pickle.dumps(earlier.immunity.state)
    later = run_arm(again, scenario, ILL, 0, parameters(**FREQUENT), earlier).course
    assert pickle.dumps(earlier.immunity.state) == kept
    assert later.immunity.block > earlier.immunity.block
    memory = [course.immunity.state.cells[0, POOL.memory] for course in (earlier, later)]
    assert memory[1] != memory[0]


def test_a_study_of_histories_gives_equal_hashes_on_one_and_two_threads(tmp_path) -> None:
    scenario = load_scenario("sjs", ["patients=4", "record=[skin, clones, lattice]"])
    one, two = (run_study(scenario, out=tmp_path / str(workers), workers=workers) for workers in (1, 2))
    assert {"outcomes", "events", "skin", "clones", "lattice"} <= set(one.run["content_hashes"])
    assert one.run["content_hashes"] == two.run["content_hashes"]
    assert (one.outcomes["peak_effectors"].dropna() > 0.0).any()
    few = run_study(replace(scenario, cohort=replace(scenario.cohort, patients=3)), out=tmp_path / "few")
    assert few.outcomes.equals(
        one.outcomes[one.outcomes["patient_id"].isin(few.patients["patient_id"])].reset_index(drop=True)
    )


def test_looking_on_changes_no_bit_of_t_cells_whatever_the_interval() -> None:
    arm = an_arm(replace(TWICE_DAILY, times=6), Gap(40_000.0), replace(TWICE_DAILY, times=2))
    scenario = a_scenario(arm, allergic_to=(DRUG,), cells=20, follow_up_min=0.0)
    alone = new_course(arm, scenario, ILL, 0, parameters(**FREQUENT))
    alone.run(0.0)
    for interval_min in (37.0, 5000.0):
        watched = new_course(arm, scenario, ILL, 0, parameters(**FREQUENT))
        assert sum(1 for _ in watched.play(0.0, interval_min)) > 5
        assert unlike(watched.immunity.state, alone.immunity.state) == []
        assert watched.recorder.events == alone.recorder.events
