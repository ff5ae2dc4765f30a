"""Arms that go on where another ended: the same patient, nothing shared, counted anew, and nobody else changed."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scripted_t_cells import Scripted
from small_worlds import (
    BOTH,
    FULL,
    LADDER,
    a_patient,
    a_scenario,
    a_step,
    an_arm,
    differing,
    parameters,
    treated,
)

from abm import treatment
from abm.engine import body
from abm.engine.body import new_course, run_arm
from abm.engine.state import BODY, State
from abm.output_tables import table_from_rows
from abm.parameters.catalog import default_parameters
from abm.scenario import Arm, Gap, Regimen, StopRule
from abm.study import run_study
from abm.treatment import Treated, Work, treat_patient

STRONG = a_patient(specific_receptors_per_cell=40_000.0)
FOLLOW_UP_MIN = 98.0
"""With the half hour of the full dose a whole number of the engine's longest steps, 2 × 64 min."""

COUNTERS = ("body", "count", "record", "pump", "signal", "links", "noise", "plasma", "window")


def follows(name: str, after: str, *course, recovery_min: float = 640.0, **more) -> Arm:
    return replace(an_arm(*course, name=name, **more), reference=False, after=after, recovery_min=recovery_min)


FIRST = an_arm(FULL, name="first")
TINY = follows("tiny", "first", [a_step(1e-9, 10.0)])
AGAIN = follows("again", "first", FULL)
THIRD = follows("third", "again", LADDER, premedication=BOTH)


def ended(arm: Arm, before=None, patient=STRONG, **settings):
    scenario = a_scenario(arm, follow_up_min=FOLLOW_UP_MIN, **settings)
    course = new_course(arm, scenario, patient, 0, parameters(), before)
    course.run(scenario.follow_up_min)
    return course


@pytest.fixture(scope="module")
def first():
    return ended(FIRST)


def test_two_arms_in_a_row_are_one_long_course_to_the_cells(first) -> None:
    again = ended(AGAIN, first)
    whole = treated(an_arm(FULL, Gap(FOLLOW_UP_MIN + 640.0), FULL), STRONG, follow_up_min=FOLLOW_UP_MIN)
    assert again.now_bin == whole.now_bin
    assert differing(again.state, whole.state, leave_out=COUNTERS) == []
    for name in ("histamine", "tryptase", "tryptase_tissue", "systolic"):
        assert again.state.body[getattr(BODY, name)] == whole.state.body[getattr(BODY, name)]


def test_the_earlier_arm_is_neither_changed_nor_shared(first) -> None:
    kept = State(*(array.copy() for array in first.state))
    again = ended(AGAIN, first)
    assert differing(first.state, kept, leave_out=()) == []
    for name in State._fields:
        assert not np.shares_memory(getattr(first.state, name), getattr(again.state, name)), name
    assert first.recorder.events[0]["time_min"] == 0.0
    scripted = ended(FIRST)
    scripted.immunity = Scripted({})
    scripted.immunity.next_bin = 3 * 1024
    after = new_course(AGAIN, a_scenario(AGAIN), STRONG, 0, parameters(), scripted)
    assert after.immunity is not scripted.immunity
    assert (after.immunity.moved, scripted.immunity.moved) == ([*range(3, 13)], [])
    assert after.immunity.began == [after.start_bin] == [12 * 1024]


def test_what_is_counted_starts_anew(first) -> None:
    scenario = a_scenario(TINY, record=frozenset({"cells", "timeseries"}), follow_up_min=60.0)
    earlier = run_arm(FIRST, scenario, STRONG, 0, parameters())
    later = run_arm(TINY, scenario, STRONG, 0, parameters(), earlier.course)
    assert earlier.outcome["reacted"]
    assert earlier.outcome["released_fraction"] > 0.1
    row = later.outcome
    assert (row["treated"], row["reacted"], row["severity"], row["reactions"]) == (True, False, "none", 0)
    assert (row["released_fraction"], row["delivered_dose_mg"], row["planned_dose_mg"]) == (0.0, 1e-9, 1e-9)
    assert row["peak_histamine_ng_per_ml"] < 0.1 * earlier.outcome["peak_histamine_ng_per_ml"]
    assert row["lowest_systolic_mmhg"] > earlier.outcome["lowest_systolic_mmhg"]
    assert [e["time_min"] for e in later.events] == [0.0, 10.0]
    series, cells = later.recorded["timeseries"], later.recorded["cells"]
    assert 0.0 < series["time_min"][0] <= 4.0
    assert series["time_min"][-1] <= 70.0
    assert np.isnan(cells["fired_min"]).all()
    assert np.isfinite(earlier.recorded["cells"]["fired_min"]).any()


def test_a_second_reaction_is_timed_from_the_start_of_its_arm(first) -> None:
    later = ended(follows("later", "first", FULL, recovery_min=60_000.0), first)
    row = later.recorder.outcome((0.6, 0.1, 0.3))
    assert row["reacted"]
    assert 0.0 < row["onset_min"] < 120.0
    assert later.start_bin == 128 * 16 + 60_000 * 16


def test_the_start_is_put_off_to_a_whole_minute() -> None:
    odd = ended(an_arm([a_step(1.0, 10.3)], name="first"), patient=a_patient(specific_receptors_per_cell=0.0))
    later = ended(replace(AGAIN, recovery_min=7.77), odd)
    assert later.start_bin == 117 * 16
    assert later.recorder.events[0]["time_min"] == 0.0


def test_premedication_is_that_of_the_arm_itself(first) -> None:
    plain, covered = ended(AGAIN, first), ended(replace(AGAIN, premedication=BOTH), first)
    assert differing(plain.state, covered.state, leave_out=(*COUNTERS,)) == []
    assert not np.array_equal(plain.rates.body, covered.rates.body)


def test_without_the_earlier_arm_there_is_no_later_one() -> None:
    with pytest.raises(ValueError, match="arm 'again' follows 'first'"):
        new_course(AGAIN, a_scenario(AGAIN), STRONG, 0, parameters())


def rows_of(*arms: Arm, replicates: int = 2, **settings) -> list[Treated]:
    scenario = a_scenario(*arms, replicates=replicates, follow_up_min=FOLLOW_UP_MIN, **settings)
    return treat_patient(Work(scenario, parameters(), ("outcomes", "events")), STRONG)


def test_an_arm_that_follows_changes_no_other_arm() -> None:
    alone = rows_of(FIRST)
    together = rows_of(FIRST, TINY, AGAIN, THIRD)
    assert [row.outcome["arm"] for row in together] == [n for n in ("first", "tiny", "again", "third") for _ in "ab"]
    assert all(row.outcome["status"] == "ok" and row.outcome["treated"] for row in together)
    assert together[:2] == alone
    assert rows_of(FIRST, AGAIN)[2:] == together[4:6]
    assert rows_of(FIRST, AGAIN, TINY, THIRD)[6:] == together[6:]
    assert together[4].outcome != together[5].outcome


def test_threads_and_the_order_of_patients_change_nothing(tmp_path) -> None:
    scenario = a_scenario(FIRST, TINY, AGAIN, patients=5, cells=60)
    one, two = (run_study(scenario, out=tmp_path / str(n), workers=n) for n in (1, 2))
    assert one.run["content_hashes"] == two.run["content_hashes"]
    assert len(one.outcomes) == 15


def test_t_cells_are_handed_on_as_mast_cells_are(tmp_path) -> None:
    """Clones that fit the drug: threads, an added arm and looking on change nothing."""
    daily = Regimen("sulfamethoxazole", "daily", 1, 800.0, 720.0, 12)
    first = an_arm(daily, name="first", stop=StopRule("onset", delay_min=1440.0))
    again = follows("again", "first", replace(daily, times=4), recovery_min=100_000.0)
    scenario = a_scenario(first, again, allergic_to=("sulfamethoxazole",), cells=30, record=frozenset({"clones"}))
    cohort = replace(scenario.cohort, population="unselected", patients=3, given=frozenset({"fitting_clone"}))
    scenario = replace(scenario, cohort=cohort)
    one, two = (run_study(scenario, out=tmp_path / str(n), workers=n) for n in (1, 2))
    assert one.run["content_hashes"] == two.run["content_hashes"]
    assert (one.outcomes["peak_effectors"].dropna() > 0.0).all()
    alone = run_study(replace(scenario, arms=(first,)), out=tmp_path / "alone")
    kept = one.outcomes[one.outcomes["arm"] == "first"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.outcomes.reset_index(drop=True), kept)
    patient, numbers = one.patients.iloc[0].to_dict(), default_parameters()
    watched, unwatched = (new_course(first, scenario, patient, 0, numbers) for _ in range(2))
    assert sum(1 for _ in watched.play(60.0, 500.0)) > 10
    unwatched.run(60.0)
    assert watched.recorder.events == unwatched.recorder.events
    assert differing(watched.state, unwatched.state, leave_out=()) == []
    for name, array in unwatched.immunity.state._asdict().items():
        assert np.array_equal(array, getattr(watched.immunity.state, name)), name


def with_script(monkeypatch, script: dict[int, tuple[str, ...]]) -> None:
    """Give every patient T cells with this script at the start of the first arm."""
    real = body.new_course

    def scripted(arm, *rest):
        course = real(arm, *rest)
        if not arm.after:
            course.immunity = Scripted(script)
        return course

    monkeypatch.setattr(body, "new_course", scripted)


@pytest.mark.parametrize("block", [1, 5], ids=["in the arm", "while recovering"])
def test_who_died_is_not_treated_again(monkeypatch, block) -> None:
    with_script(monkeypatch, {block: ("death",)})
    died, *later = rows_of(FIRST, AGAIN, THIRD, replicates=1)
    assert (died.outcome["status"], died.outcome["treated"]) == ("ok", True)
    assert [event["event"] for event in died.events][-1:] == (["death"] if block == 1 else ["step_end"])
    for row in later:
        filled = {name: value for name, value in row.outcome.items() if value is not None}
        assert filled == {
            "scenario": "small", "arm": row.outcome["arm"], "patient_id": 0, "replicate": 0,
            "status": "ok", "failure_reason": "", "treated": False,
        }  # fmt: skip
        assert row.events == []
    assert table_from_rows("outcomes", [died.outcome, *(row.outcome for row in later)]).num_rows == 3


def test_signs_are_told_once_and_in_the_arm_that_shows_them(monkeypatch) -> None:
    with_script(monkeypatch, {1: ("onset",), 4: ("healed",), 13: ("onset",)})
    found, later = rows_of(FIRST, AGAIN, replicates=1)
    assert [(e["event"], e["time_min"]) for e in found.events if e["event"] in ("onset", "healed")] == [("onset", 64.0)]
    assert [(e["event"], e["time_min"]) for e in later.events if e["event"] in ("onset", "healed")] == [("onset", 64.0)]


def test_an_arm_after_a_failed_one_fails_with_the_reason(monkeypatch) -> None:
    real = treatment.run_arm

    def failing(arm, *rest):
        if arm.name == "again":
            raise ArithmeticError("no longer finite")
        return real(arm, *rest)

    monkeypatch.setattr(treatment, "run_arm", failing)
    reasons = {row.outcome["arm"]: row.outcome["failure_reason"] for row in rows_of(FIRST, AGAIN, THIRD, replicates=1)}
    assert reasons == {
        "first": "",
        "again": "ArithmeticError: no longer finite",
        "third": "the arm before it, again, failed",
    }


def test_patients_are_kept_only_as_long_as_an_arm_waits_for_them(monkeypatch) -> None:
    real = treatment.run_arm
    courses: dict[str, weakref.ref] = {}
    alive: dict[str, set[str]] = {}

    def watched(arm, *rest):
        gc.collect()
        alive[arm.name] = {name for name, course in courses.items() if course() is not None}
        result = real(arm, *rest)
        courses[arm.name] = weakref.ref(result.course)
        return result

    monkeypatch.setattr(treatment, "run_arm", watched)
    last = an_arm([a_step(1.0, 5.0)], name="last")
    rows_of(FIRST, TINY, AGAIN, THIRD, last, replicates=1, cells=30)
    assert alive["again"] == {"first"}
    assert alive["third"] == {"again"}
    assert alive["last"] == set()
