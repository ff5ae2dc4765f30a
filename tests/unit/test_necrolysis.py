"""The clinical course: signs once and in order, extent, SCORTEN by its published items, the risk of death."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from small_worlds import a_patient
from t_cell_worlds import an_immunity, parameters

from abm.biology.severity import scorten_mortality
from abm.engine.immune_state import BLOCK_DAYS, BODY, empty_immune_state
from abm.engine.necrolysis import Necrolysis

P = parameters()
ITEMS = ("heart_rate", "urea", "glucose", "bicarbonate")


def a_disease(patient_id: int = 3, replicate: int = 0, overrides=None, **traits) -> Necrolysis:
    numbers = P.with_overrides(overrides or {})
    return Necrolysis(a_patient(patient_id, **traits), numbers, (7, replicate, patient_id))


def shown(effectors: float = 0.0, mucosa: float = 0.0, involved: float = 0.0, detached: float = 0.0):
    """Return a body that shows so much."""
    state = empty_immune_state(1)
    state.body[BODY.effectors], state.body[BODY.skin_effectors] = 0.4 * effectors, 0.6 * effectors
    state.body[BODY.mucosa_share], state.body[BODY.involved_share] = mucosa, involved
    state.body[BODY.detached_share] = detached
    return state


def watch(disease: Necrolysis, state, days: float, start: float = 0.0) -> list[tuple[str, float]]:
    """Signs of some days in which the body stays as it is."""
    seen = []
    for block in range(round(days / BLOCK_DAYS)):
        day = start + (block + 1) * BLOCK_DAYS
        seen.extend((sign, day) for sign in disease.signs(state, day, BLOCK_DAYS))
    return seen


def test_signs_are_seen_when_their_threshold_is_reached() -> None:
    disease = a_disease()
    below = shown(4.9e7, 0.0199, 0.0099, 0.0099)
    assert disease.signs(below, 1.0, BLOCK_DAYS) == ()
    assert disease.signs(shown(5e7), 2.0, BLOCK_DAYS) == ("prodrome",)
    assert disease.signs(shown(5e7, 0.02), 3.0, BLOCK_DAYS) == ("mucosa",)
    assert disease.signs(shown(5e7, 0.02, 0.01), 4.0, BLOCK_DAYS) == ("onset",)
    assert disease.signs(shown(5e7, 0.02, 0.02, 0.01), 5.0, BLOCK_DAYS) == ("detached",)
    assert disease.signs(shown(9e6, 0.02, 0.0049, 0.0), 6.0, BLOCK_DAYS) == ("healed",)
    row = disease.outcome()
    days = [row[f"{name}_d"] for name in ("prodrome", "mucosa", "skin_onset", "healed")]
    assert days == [2.0, 3.0, 4.0, 6.0]
    assert (row["necrolysis"], row["max_detached_percent"]) == ("SJS", 1.0)


def test_a_sign_is_told_once_in_an_arm_and_again_in_the_next() -> None:
    disease = a_disease()
    ill = shown(1e9, 0.5, 0.5, 0.05)
    first = watch(disease, ill, 0.5)
    assert [sign for sign, _ in first] == ["prodrome", "mucosa", "onset", "detached"]
    assert {day for _, day in first} == {BLOCK_DAYS}
    disease.begin()
    assert [sign for sign, _ in watch(disease, ill, 0.5)] == ["prodrome", "mucosa", "onset", "detached"]
    assert disease.arms == 2


def test_who_was_never_ill_never_heals() -> None:
    disease = a_disease()
    assert watch(disease, shown(), 2.0) == []
    assert disease.outcome()["scorten"] is None
    assert (disease.outcome()["necrolysis"], disease.outcome()["died"]) == ("none", False)


@pytest.mark.parametrize(
    ("percent", "name"), [(0.5, "SJS"), (9.99, "SJS"), (10.0, "overlap"), (30.0, "overlap"), (30.1, "TEN")]
)
def test_the_class_is_that_of_the_greatest_extent(percent, name) -> None:
    disease = a_disease()
    watch(disease, shown(1e9, 0.5, 0.5, percent / 100.0), 0.2)
    watch(disease, shown(0.0, 0.0, 0.2, 0.001), 0.2, 0.2)
    assert disease.outcome()["necrolysis"] == name
    assert disease.outcome()["max_detached_percent"] == pytest.approx(percent, rel=1e-12)


def certain(**points: bool) -> dict[str, float]:
    """Overrides that make each laboratory item surely abnormal or surely not."""
    found = {}
    for item in ITEMS:
        value = 1.0 if points.get(item) else 0.0
        found |= {f"severity.{item}_at_rest": value, f"severity.{item}_most": value}
    return found


def test_scorten_counts_its_seven_items() -> None:
    def score(percent: float, items: dict[str, float], **traits) -> int:
        disease = a_disease(overrides=items, **traits)
        watch(disease, shown(1e9, 0.5, 0.5, percent / 100.0), 0.3)
        return disease.outcome()["scorten"]

    young = {"age_y": 39.9, "malignancy": False}
    assert score(5.0, certain(), **young) == 0
    assert score(5.0, certain(), age_y=40.0) == 1
    assert score(5.0, certain(), age_y=39.9, malignancy=True) == 1
    assert score(10.0, certain(), **young) == 0
    assert score(10.1, certain(), **young) == 1
    for item in ITEMS:
        assert score(5.0, certain(**{item: True}), **young) == 1
    assert score(60.0, certain(**dict.fromkeys(ITEMS, True)), age_y=70.0, malignancy=True) == 7


def test_the_extent_counts_for_scorten_on_the_first_day_only() -> None:
    disease = a_disease(overrides=certain(), age_y=20.0)
    watch(disease, shown(1e9, 0.5, 0.5, 0.05), 1.5)
    watch(disease, shown(1e9, 0.5, 0.5, 0.5), 1.0, 1.5)
    assert disease.outcome()["scorten"] == 0


def test_laboratory_items_are_as_frequent_as_the_extent_says() -> None:
    scores = []
    for patient in range(1500):
        disease = a_disease(patient, age_y=20.0)
        disease.signs(shown(1e9, 0.5, 0.5, 0.0999), 1.0, BLOCK_DAYS)
        disease.signs(shown(1e9, 0.5, 0.5, 0.0999), 1.0 + BLOCK_DAYS, BLOCK_DAYS)
        scores.append(disease.outcome()["scorten"])
    share = 9.99 / (9.99 + 20.0)
    chances = [
        P[f"severity.{i}_at_rest"] + (P[f"severity.{i}_most"] - P[f"severity.{i}_at_rest"]) * share for i in ITEMS
    ]
    expected, variance = sum(chances), sum(c * (1 - c) for c in chances)
    assert abs(np.mean(scores) - expected) < 4 * math.sqrt(variance / len(scores))


def deaths(score_items: dict[str, float], people: int = 1500, **traits) -> tuple[int, list[float]]:
    """How many of so many people with the same score die within the window, and the days after onset."""
    ill, found = shown(1e9, 0.5, 0.5, 0.05), []
    for patient in range(people):
        disease = a_disease(patient, overrides=score_items, **traits)
        disease.first["onset"] = 0.0
        day = 0.0
        while day < 30.0 and not disease.died:
            day += 0.2
            disease.signs(ill, day, 0.2)
        if disease.died:
            found.append(disease.outcome()["death_d"])
    return len(found), found


def test_the_hazard_of_death_integrates_to_the_risk_of_the_score() -> None:
    disease = a_disease(overrides=certain(urea=True), age_y=50.0)
    disease.endurance = math.inf
    watch(disease, shown(1e9, 0.5, 0.5, 0.05), 40.0)
    risk = scorten_mortality(2, -4.448, 1.237)
    assert disease.outcome()["scorten"] == 2
    assert -math.expm1(-disease.hazard) == pytest.approx(risk, rel=1e-9)


def test_a_long_quiet_stretch_carries_the_risk_of_its_days_within_the_window() -> None:
    disease = a_disease(overrides=certain(urea=True), age_y=50.0)
    disease.endurance = math.inf
    disease.first["onset"] = 0.0
    for day, days in ((5.0, 5.0), (27.8, 22.8), (50.0, 22.2)):
        disease.signs(shown(0.0, 0.0, 0.002), day, days)
    assert -math.expm1(-disease.hazard) == pytest.approx(scorten_mortality(2, -4.448, 1.237), rel=1e-9)


def test_people_die_as_often_as_their_score_says_and_as_an_exponential_within_the_window() -> None:
    risk = scorten_mortality(3, -4.448, 1.237)
    number, days = deaths(certain(urea=True, glucose=True), age_y=50.0)
    assert stats.binomtest(number, 1500, risk).pvalue > 1e-3
    assert stats.binomtest(number, 1500, 1.15 * risk).pvalue < 0.05
    assert max(days) <= 21.0
    rate = -math.log1p(-risk) / 21.0
    law = stats.truncexpon(b=21.0 * rate, scale=1.0 / rate)
    assert stats.kstest(np.array(days) - 0.1, law.cdf).pvalue > 1e-3


def test_death_is_told_once_and_belongs_to_the_replicate() -> None:
    disease = a_disease(overrides=certain(), age_y=50.0)
    disease.endurance = 1e-6
    seen = watch(disease, shown(1e9, 0.5, 0.5, 0.05), 3.0)
    assert [sign for sign, _ in seen].count("death") == 1
    assert disease.died
    assert disease.outcome()["death_d"] == pytest.approx(2 * BLOCK_DAYS)
    other, same = a_disease(replicate=1), a_disease()
    assert np.array_equal(other.tolerance, same.tolerance), "tolerance is the patient's"
    assert other.endurance != same.endurance


def test_the_mechanism_uses_its_own_disease() -> None:
    immunity = an_immunity(traits={"age_y": 39.0, "malignancy": True})
    assert immunity.disease.fixed_points == 1
    assert not immunity.died
