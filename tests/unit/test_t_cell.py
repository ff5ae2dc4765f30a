"""A clone's rules: printed formulas, borders, and that they move the way they should."""

from __future__ import annotations

import numpy as np
import pytest

from abm.biology.t_cell import (
    LAG_STAGES,
    anergy_per_day,
    death_per_day,
    homing_per_day,
    presented,
    priming_per_day,
    regulated,
    saturating,
)

ANTIGEN = np.logspace(-6, 4, 401)


def test_antigen_on_cells_follows_the_drug_with_the_complexs_half_life() -> None:
    assert presented(0.0, 1.0, 1.0) == pytest.approx((0.5, 1 - 0.5 / np.log(2)), rel=1e-12)
    assert presented(1.0, 0.0, 1.0) == pytest.approx((0.5, 0.5 / np.log(2)), rel=1e-12)
    assert presented(0.3, 0.3, 7.0) == pytest.approx((0.3, 0.3), rel=1e-12)
    assert presented(5.0, 2.0, 1000.0)[0] == pytest.approx(2.0, rel=1e-12)
    half, first = presented(0.2, 1.5, 0.4)
    whole, second = presented(half, 1.5, 0.8)
    assert presented(0.2, 1.5, 1.2) == pytest.approx((whole, (first * 0.4 + second * 0.8) / 1.2), rel=1e-12)


def test_a_response_is_half_at_its_half_saturation() -> None:
    assert saturating(0.2, 0.2) == 0.5
    assert saturating(0.0, 0.2) == 0.0
    assert saturating(3.0, 1.0) == 0.75
    assert (np.diff(saturating(ANTIGEN, 0.2)) > 0).all()


def test_priming_is_half_at_a_therapeutic_exposure_and_steep_below() -> None:
    assert priming_per_day(1.0, 0.5) == 0.25
    assert priming_per_day(0.01, 0.5) == pytest.approx(0.5e-4, rel=1e-3)
    assert priming_per_day(0.01, 0.5) / priming_per_day(0.001, 0.5) == pytest.approx(100.0, rel=1e-3)
    assert priming_per_day(0.0, 0.5) == 0.0
    assert priming_per_day(1e4, 0.5) == pytest.approx(0.5, rel=1e-7)


def test_naive_cells_are_silenced_between_what_is_seen_and_what_primes() -> None:
    assert anergy_per_day(0.02, 0.3, 0.02) == pytest.approx(0.3 * 0.5 / 1.0004, rel=1e-12)
    assert anergy_per_day(1.0, 0.3, 0.02) == pytest.approx(0.15 / 1.02, rel=1e-12)
    silenced = anergy_per_day(ANTIGEN, 0.3, 0.02)
    assert silenced[0] < 1e-4
    assert silenced[-1] < 1e-7
    assert 0.02 < ANTIGEN[silenced.argmax()] < 1.0
    assert np.diff(np.sign(np.diff(silenced))).any(), "it rises and falls again"


def test_what_a_small_dose_silences_exceeds_what_it_primes() -> None:
    primed, silenced = priming_per_day(ANTIGEN, 0.5), anergy_per_day(ANTIGEN, 0.3, 0.02)
    assert (primed < silenced)[ANTIGEN < 0.5].all()
    assert (primed > silenced)[ANTIGEN > 1.0].all()


def test_regulatory_t_cells_are_felt_as_far_as_they_differ_from_the_usual() -> None:
    assert regulated(1.0, 0.5) == 1.0
    assert regulated(0.0, 0.5) == 1.5
    assert regulated(3.0, 0.5) == 0.6
    assert regulated(7.0, 0.0) == 1.0


def test_antigen_keeps_a_share_of_effectors_alive() -> None:
    assert death_per_day(0.0, 0.5, 0.6, 0.2) == 0.5
    assert death_per_day(0.2, 0.5, 0.6, 0.2) == pytest.approx(0.35, rel=1e-14)
    assert death_per_day(1e9, 0.5, 0.6, 0.2) == pytest.approx(0.2, rel=1e-8)
    assert death_per_day(1e9, 0.5, 1.0, 0.2) == pytest.approx(0.0, abs=1e-9)
    assert (np.diff(death_per_day(ANTIGEN, 0.5, 0.6, 0.2)) < 0).all()


def test_damaged_skin_calls_effectors() -> None:
    assert homing_per_day(0.15, 0.0, 2.0) == 0.15
    assert homing_per_day(0.15, 1.0, 2.0) == pytest.approx(0.45, rel=1e-14)
    assert homing_per_day(0.15, 0.5, 0.0) == 0.15


def test_the_lag_has_stages() -> None:
    assert LAG_STAGES == 3
