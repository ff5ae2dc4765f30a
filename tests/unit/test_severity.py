"""Classes, SCORTEN and its risk of death against what was published."""

from __future__ import annotations

import numpy as np
import pytest

from abm.biology.severity import CLASSES, necrolysis_class, raised, scorten_mortality
from abm.parameters.catalog import default_parameters

P = default_parameters()
PRINTED = {2: 0.121, 3: 0.353, 4: 0.583, 5: 0.90}
"""Mortality by score in the table of Bastuji-Garin 2000; scores 0 and 1 together 3.2 %, 5 stands for 5 and more."""


def test_classes_change_at_ten_and_thirty_percent() -> None:
    borders = {0.0: "SJS", 9.999: "SJS", 10.0: "overlap", 30.0: "overlap", 30.001: "TEN", 100.0: "TEN"}
    assert {percent: necrolysis_class(percent, True) for percent in borders} == borders
    assert necrolysis_class(50.0, False) == "none"
    assert CLASSES == ("none", "SJS", "overlap", "TEN")


@pytest.mark.parametrize("score", PRINTED)
def test_mortality_is_within_five_points_of_the_printed_table(score) -> None:
    """The table counts patients, the formula smooths it: they need not be equal."""
    found = scorten_mortality(score, P["severity.scorten_intercept"], P["severity.scorten_slope"])
    assert found == pytest.approx(PRINTED[score], abs=0.051)


def test_mortality_of_the_lowest_scores_encloses_the_printed_one() -> None:
    low, high = (scorten_mortality(n, P["severity.scorten_intercept"], P["severity.scorten_slope"]) for n in (0, 1))
    assert low < 0.032 < high < 0.04


def test_mortality_is_the_logistic_curve_and_rises_with_every_point() -> None:
    risks = np.array([scorten_mortality(n, P["severity.scorten_intercept"], P["severity.scorten_slope"])
                      for n in range(8)])  # fmt: skip
    assert np.log(risks / (1 - risks)) == pytest.approx(-4.448 + 1.237 * np.arange(8), rel=1e-12)
    assert (np.diff(risks) > 0).all()
    assert risks[-1] < 1.0


def test_laboratory_items_rise_with_the_extent() -> None:
    assert raised(0.0, 0.1, 0.8, 20.0) == 0.1
    assert raised(20.0, 0.1, 0.8, 20.0) == pytest.approx(0.45, rel=1e-14)
    assert raised(100.0, 0.1, 0.8, 20.0) == pytest.approx(0.1 + 0.7 * 100 / 120, rel=1e-14)
