"""P10 holds, and fails in worlds in which it does not."""

from __future__ import annotations

import pandas as pd
import pytest

from abm.protocols import build_protocol
from abm.studies import red_man
from abm.studies.cohort import World
from abm.studies.red_man import DRUG, Pair

P = World(1, 1).parameters()


@pytest.mark.slow
def test_p10_holds_at_the_size_of_a_quick_check() -> None:
    found = red_man.p10_not_ige(World(50, 5000))
    assert found.passed, found.detail


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"mrgprx2.drive": 0.0}, id="no MRGPRX2"),
        pytest.param({"mrgprx2.drive": 1e5}, id="everybody reacts to any level"),
    ],
)
def test_p10_fails_where_it_does_not_hold(changed: dict[str, float]) -> None:
    assert not red_man.p10_not_ige(World(12, 300, changed=changed)).passed


@pytest.mark.slow
def test_a_ladder_that_helped_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten patients who react to one rate of the same peak and bear the ladder: what IgE's logic would do."""
    real = red_man.discordant

    def helped(table: pd.DataFrame, first: str, second: str) -> Pair:
        pair = real(table, first, second)
        return Pair(10, 0, len(table)) if (first, second) == ("same_peak", "ladder") else pair

    assert Pair(10, 0, 60).chance < 0.01 < Pair(6, 4, 60).chance
    world = World(40, 4000)
    assert red_man.p10_not_ige(world).passed
    monkeypatch.setattr(red_man, "discordant", helped)
    assert not red_man.p10_not_ige(world).passed


def test_the_ladder_of_ige_would_be_seen() -> None:
    """Where it is IgE's logic, a ladder spares those who react to one rate of the same peak; SHIP-1 does it."""
    ladder = build_protocol("ladder_12_step", DRUG, red_man.LARGE_MG)
    assert Pair(8, 0, 8).chance == pytest.approx(2.0**-8)
    assert Pair(0, 0, 8).chance == 1.0
    minutes = red_man.minutes_of_equal_peak(P, ladder)
    one_rate = build_protocol("full_dose", DRUG, red_man.LARGE_MG, minutes)
    assert red_man.peak_mg(P, one_rate) == pytest.approx(red_man.peak_mg(P, ladder), rel=0.01)
    assert 60.0 < minutes < sum(step.duration_min for step in ladder)


def test_ship1_would_be_seen_where_a_patient_has_ige(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same comparison in people with IgE for vancomycin is not equal to the last bit."""
    from dataclasses import replace

    from abm.scenario import Cohort
    from abm.studies.cohort import outcomes

    real, world = red_man.study_of, World(6, 400, changed={"mrgprx2.drive": 0.0})
    monkeypatch.setattr(
        red_man, "study_of", lambda w, arms: replace(real(w, arms), cohort=Cohort("sensitised_adult", w.patients))
    )
    frame = outcomes(red_man.study_of(world, red_man.arms(P)[:1]), world.parameters())
    assert not red_man.same_without_ship1(world, frame)
