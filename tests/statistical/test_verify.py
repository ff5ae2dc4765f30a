"""Every check can fail: each is shown a world in which its claim does not hold, and one in which it does."""

from __future__ import annotations

import pytest

from abm.studies import ablations, immediate
from abm.studies.checks import crossing, interval
from abm.studies.cohort import World
from abm.studies.verify import CHECKS, UnknownCheck, run_checks

M = "mast_cell."
SMALL = {
    "P1": (30, 400),
    "P2": (40, 100),
    "P3": (1, 3000),
    "P4": (80, 600),
    "A1": (12, 300),
    "A2": (40, 300),
    "A3": (16, 300),
}


def look(check: str, **changed: float) -> bool:
    patients, cells = SMALL[check]
    world = World(patients, cells, changed={name.replace("__", "."): value for name, value in changed.items()})
    return CHECKS[check].look(world).passed


@pytest.mark.parametrize("check", ["P1", "P2", "P3", "A1", "A3"])
def test_holds_in_a_small_world(check: str) -> None:
    assert look(check)


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS)
def test_holds_at_the_size_of_a_quick_check(check: str) -> None:
    found = CHECKS[check].look(CHECKS[check].quick)
    assert found.passed, found.detail


COUNTER_EXAMPLES = [
    pytest.param("P1", {"ige_receptor__antigen_at_peak": 1e-4}, id="P1: hardly any antigen"),
    pytest.param("P1", {"mast_cell__release_hazard_per_min": 0.0, "mast_cell__graded_release_per_min": 0.004},
                 id="P1: cells release by degrees"),
    pytest.param("P3", {"ige_receptor__crosslinking_per_receptor": 3.3e-5 * 1.05}, id="P3: a rate wrong by 5 %"),
    pytest.param("P3", {"ige_receptor__hapten_per_antigen": 0.0}, id="P3: hapten does not block"),
    pytest.param("P4", {"mast_cell__ship1_pool": 0.0}, id="P4: no SHIP-1"),
    pytest.param("P4", {"ige_receptor__antigen_at_peak": 1e-4}, id="P4: the direct dose is harmless too"),
    pytest.param("A1", {"mast_cell__ship1_pool": 1500.0}, id="A1: SHIP-1 is still there"),
    pytest.param("A2", {"mast_cell__release_hazard_per_min": 0.5, "mast_cell__graded_release_per_min": 0.0},
                 id="A2: the threshold is still there"),
    pytest.param("A2", {"mast_cell__ship1_pool": 1500.0}, id="A2: SHIP-1 still saturates"),
    pytest.param("A3", {"mast_cell__memory_lock_min": 90.0}, id="A3: the memory is still there"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "changed"), COUNTER_EXAMPLES)
def test_fails_in_a_world_where_it_does_not_hold(check: str, changed: dict[str, float]) -> None:
    assert not look(check, **changed)


def test_p2_fails_if_people_without_ige_react(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(immediate, "patients_with_ige", lambda scenario, parameters: [])
    world = World(20, 100, changed={"patients.sensitised_share": 0.5})
    assert not immediate.p2_without_ige(world).passed


@pytest.mark.parametrize(("rearm_h", "reason"), [(4.0, "too soon"), (400.0, "too late")])
def test_p7_fails_on_another_clock(rearm_h: float, reason: str) -> None:
    found = immediate.p7_temporary(World(8, 200, changed={"mast_cell.memory_rearm_h": rearm_h}))
    assert not found.passed, reason


def test_ablations_change_one_number_and_give_way_to_the_world() -> None:
    world = World(1, 1, changed={"mast_cell.ship1_pool": 7.0})
    assert world.parameters(mast_cell__ship1_pool=0.0)["mast_cell.ship1_pool"] == 7.0
    assert World(1, 1).parameters(mast_cell__ship1_pool=0.0)["mast_cell.ship1_pool"] == 0.0
    assert ablations.a1_no_ship1.__doc__ is not None
    assert "prediction" in ablations.a1_no_ship1.__doc__


def test_results_come_one_by_one_and_unknown_checks_are_refused_first() -> None:
    result = next(run_checks(["p3"], quick=True))
    assert (result.id, result.passed, result.n) == ("P3", True, 60_000)
    assert result.seconds > 0.0
    with pytest.raises(UnknownCheck, match="did you mean P4"):
        next(run_checks(["P44"]))


def test_crossing_and_interval() -> None:
    import numpy as np

    x, y = np.array([0.0, 10.0, 20.0]), np.array([0.0, 0.4, 0.8])
    assert crossing(x, y, 0.6) == pytest.approx(15.0)
    assert np.isnan(crossing(x, y, 0.9))
    assert interval(6, 9) == pytest.approx((0.299, 0.925), abs=1e-3)
