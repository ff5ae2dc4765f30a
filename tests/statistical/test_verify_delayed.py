"""Every check of the delayed part can fail: each is shown a world in which its claim does not hold."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from abm.parameters.catalog import DRUGS
from abm.scenario import Gap
from abm.studies import delayed, immediate, necrolysis_cohort
from abm.studies.checks import Finding
from abm.studies.cohort import World
from abm.studies.necrolysis_patch import Killing, attack, double_saturation, killing
from abm.studies.verify import CHECKS

SMALL = {"P11": 8, "P12": 8, "P13": 6, "P14": 4, "C1": 6, "C2": 6, "C3": 4, "A4": 6, "A5": 4, "A6": 5, "A7": 3}
"""Patients in whom a claim that does not hold must be seen."""


@pytest.fixture(autouse=True)
def no_mast_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The IgE half of P13 has its own tests; here it holds unless a test says otherwise."""
    borne = Finding(True, "", 0.95, 200, "")
    monkeypatch.setattr(immediate, "p4_ladder_works", lambda world: borne)


def look(check: str, **changed: float) -> Finding:
    world = World(SMALL[check], 10, changed={name.replace("__", "."): value for name, value in changed.items()})
    return CHECKS[check].look(world)


@pytest.mark.parametrize("check", [pytest.param("P14", marks=pytest.mark.slow), "C1", "C3", "A5"])
def test_holds_in_a_small_world(check: str) -> None:
    found = look(check)
    assert found.passed, found.detail


@pytest.mark.slow
def test_contact_seeds_where_granulysin_needs_dying_neighbours() -> None:
    found = look("A7", epidermis__granulysin_at_rest=0.0)
    assert (found.passed, found.value) == (True, 0.0)


COUNTER_EXAMPLES = [
    pytest.param("P11", {"clones__division_h": 2.0}, id="P11: too soon", marks=pytest.mark.slow),
    pytest.param("P11", {"clones__priming_per_day": 0.0}, id="P11: nobody", marks=pytest.mark.slow),
    pytest.param("P12", {"clones__memory_share": 0.0}, id="P12: nothing remembers", marks=pytest.mark.slow),
    pytest.param("P12", {"clones__priming_per_day": 0.0}, id="P12: nobody was ill", marks=pytest.mark.slow),
    pytest.param("P13", {"clones__memory_share": 0.0}, id="P13: nothing remembers", marks=pytest.mark.slow),
    pytest.param("P14", {"t_cell__hla_gate": 0.0}, id="P14: everybody presents the drug", marks=pytest.mark.slow),
    pytest.param(
        "P14", {"t_cell__clones_abacavir_b_57_01": 0.1}, id="P14: clones for abacavir are rare", marks=pytest.mark.slow
    ),
    pytest.param("C1", {"clones__division_h": 12.0}, id="C1: slow division"),
    pytest.param("C2", {"clones__memory_share": 0.0}, id="C2: no memory", marks=pytest.mark.slow),
    pytest.param(
        "C2", {"clones__memory_half_life_y": 2.0}, id="C2: memory fades in a few years", marks=pytest.mark.slow
    ),
    pytest.param("C3", {"epidermis__hits_to_kill": 100.0}, id="C3: hits never kill"),
    pytest.param("C3", {"epidermis__hit_min": 5.0}, id="C3: killing too fast"),
    pytest.param("A4", {"epidermis__granulysin_per_hit_mm2": 0.05}, id="A4: granulysin is still there"),
    pytest.param("A5", {"t_cell__hla_gate": 1.0}, id="A5: the gate is still there"),
    pytest.param("A6", {"clones__memory_share": 0.1}, id="A6: the memory is still there", marks=pytest.mark.slow),
    pytest.param("A7", {"epidermis__hits_to_kill": 3.0}, id="A7: contact still kills"),
]


@pytest.mark.parametrize(("check", "changed"), COUNTER_EXAMPLES)
def test_fails_in_a_world_where_it_does_not_hold(check: str, changed: dict[str, float]) -> None:
    assert not look(check, **changed).passed


def rows(**columns: list[float]) -> pd.DataFrame:
    """Outcome rows of survivors with what p12 and p13 read."""
    frame = pd.DataFrame(columns)
    frame["case"] = frame.skin_onset_d.notna()
    frame["dose_at_skin_onset_mg"] = np.where(frame.case, 1.0, math.nan)
    return frame


def six_arms(**changed: pd.DataFrame) -> list[pd.DataFrame]:
    """Twenty survivors in the six arms of p13, as the claim has them, but for the arms named."""
    ill = rows(skin_onset_d=[1.0] * 20, max_detached_percent=[20.0] * 20)
    well = rows(skin_onset_d=[math.nan] * 20, max_detached_percent=[0.0] * 20)
    arms = {"first": ill, "direct": ill, "ladder": ill, "daily": ill, "thousandth": well, "avoided": well} | changed
    return list(arms.values())


HALF = {"skin_onset_d": [1.0] * 10 + [math.nan] * 10, "max_detached_percent": [20.0] * 10 + [0.0] * 10}


@pytest.mark.parametrize(
    ("changed", "passes"),
    [
        pytest.param({}, True, id="all as claimed"),
        pytest.param({"ladder": rows(**HALF)}, False, id="the ladder protects half"),
        pytest.param({"avoided": rows(skin_onset_d=[3.0] + [math.nan] * 19, max_detached_percent=[0.0] * 20)}, False,
                     id="one falls ill without drug"),
        pytest.param({"daily": rows(**HALF)}, False, id="the daily ladder is borne by half"),
        pytest.param({"ladder": rows(skin_onset_d=[1.0] * 20, max_detached_percent=[10.0] * 20)}, False,
                     id="the ladder halves the surface"),
    ],
)  # fmt: skip
def test_p13_judges_every_arm(changed: dict[str, pd.DataFrame], passes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delayed, "courses", lambda scenario, parameters: pd.DataFrame())
    monkeypatch.setattr(delayed, "survivors", lambda frame, *names: six_arms(**changed))
    assert delayed.p13_ladder_is_futile(World(20, 10)).passed is passes


def test_p13_fails_if_the_ladder_does_not_work_in_ige(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delayed, "courses", lambda scenario, parameters: pd.DataFrame())
    monkeypatch.setattr(delayed, "survivors", lambda frame, *names: six_arms())
    monkeypatch.setattr(immediate, "p4_ladder_works", lambda world: Finding(False, "", 0.5, 200, ""))
    assert not delayed.p13_ladder_is_futile(World(20, 10)).passed


def test_the_wide_first_reactions_of_survivors_make_p12_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(first: float, again: float) -> list[pd.DataFrame]:
        return [rows(skin_onset_d=[1.0] * 20, max_detached_percent=[extent] * 20) for extent in (first, again)]

    frame = pd.DataFrame({"arm": ["first_exposure"], "case": [True], "died": [False]})
    monkeypatch.setattr(delayed, "courses", lambda scenario, parameters: frame)
    for extents, passes in (((20.0, 30.0), True), ((30.0, 20.0), False)):
        monkeypatch.setattr(delayed, "survivors", lambda frame, *names, extents=extents: two(*extents))
        assert delayed.p12_recall(World(20, 10)).passed is passes


def test_doubly_saturated_rates_are_recovered_and_others_are_not() -> None:
    densities = [(e, t) for e in (10.0, 100.0, 1e3, 1e4) for t in (100.0, 1e3, 1e4)]
    exact = [Killing(e, t, 0.004 * e * t / (1.0 + e / 2e3 + t / 3e3)) for e, t in densities]
    fit = double_saturation(exact)
    assert (fit.half_ctl, fit.half_targets) == pytest.approx((2e3, 3e3), rel=1e-3)
    assert fit.kills_at_saturation == pytest.approx(12.0, rel=1e-3)
    assert fit.r_squared == pytest.approx(1.0)
    other = [Killing(e, t, 1e-3 * e**2 / t) for e, t in densities]
    assert double_saturation(other).r_squared < 0.8
    assert math.isnan(double_saturation([*exact, Killing(1.0, 1.0, 0.0)]).r_squared)


def test_patches_keep_their_t_cells_and_targets() -> None:
    parameters = World(1, 1).parameters(epidermis__granulysin_per_hit_mm2=0.0)
    seen = killing(parameters, 16, 0.1, 4, seed=3)
    patch_mm2 = 64 * 64 / parameters["epidermis.sites_per_mm2"]
    assert seen.ctl_per_mm2 == pytest.approx(16 / patch_mm2)
    assert 0.9 * 410 / patch_mm2 < seen.targets_per_mm2 <= 410 / patch_mm2
    assert seen == killing(parameters, 16, 0.1, 4, seed=3)
    assert attack(parameters, 150.0, 0.0, 2, seed=3).dead.max() == 0.0
    assert (np.diff([attack(parameters, d, 2.0, 4, seed=3).dead.mean() for d in (20.0, 75.0, 300.0)]) > 0.0).all()


def test_the_daily_ladder_doubles_from_a_thousandth_to_the_whole() -> None:
    *doses, rest = necrolysis_cohort.daily_ladder("allopurinol", 7.0)
    mg = [dose.dose_mg for dose in doses if not isinstance(dose, Gap)]
    assert (mg[0], mg[-1], len(mg), rest.duration_min) == (0.3, 300.0, 11, 7 * 1440.0)
    assert np.diff(np.log2(mg)) == pytest.approx([1.0] * 9 + [math.log2(1000 / 512)])
    assert necrolysis_cohort.daily_dose_mg("carbamazepine") == 2 * DRUGS["carbamazepine"].usual_dose_mg
    single, gap = necrolysis_cohort.single_dose("carbamazepine", 1e-3, 21.0)
    assert (single.dose_mg, single.duration_min + gap.duration_min) == (0.4, 21 * 1440.0)


def test_only_those_who_were_ill_and_lived_are_compared() -> None:
    first = {
        "patient_id": [1, 2, 3],
        "arm": "first_exposure",
        "case": [True, True, False],
        "died": [False, True, False],
    }
    again = {"patient_id": [3, 1], "arm": "again", "case": True, "died": False}
    frame = pd.concat([pd.DataFrame(first), pd.DataFrame(again)])
    assert [list(arm.index) for arm in necrolysis_cohort.survivors(frame, "again")] == [[1], [1]]


def test_an_ablation_gives_way_to_the_world() -> None:
    world = World(1, 10, changed={"epidermis.hits_to_kill": 3.0})
    assert world.parameters(epidermis__hits_to_kill=100.0)["epidermis.hits_to_kill"] == 3.0
