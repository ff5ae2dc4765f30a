"""The table a nurse would read."""

from __future__ import annotations

import pytest

from abm.protocol_table import protocol_table
from abm.protocols import build_protocol
from abm.scenario import Gap, Regimen, Step


def test_table_keeps_the_clock_over_gaps_and_counts_each_drug_for_itself() -> None:
    course = (
        Step("penicillin_g", "a", 1, 0, 30.0, 100.0),
        Gap(60.5),
        Step("carboplatin", "b", 1, 2, 90.0, 300.0, 10.0),
        Step("penicillin_g", "a", 1, 0, 30.0, 300.0),
    )
    table = protocol_table(course)
    assert list(table["clock"]) == ["0:00", "1:30:30", "3:00:30"]
    assert list(table["cumulative_dose_mg"]) == [100.0, 300.0, 400.0]
    assert list(table["cumulative_percent"]) == [25.0, 100.0, 100.0]
    assert list(table["bag"].isna()) == [True, False, True]
    assert list(table["rate_ml_per_h"].isna()) == [True, False, True]
    assert table["concentration_mg_per_ml"][1] == pytest.approx(20.0)


def test_table_of_nothing_has_its_columns() -> None:
    assert list(protocol_table(()).columns) == list(
        protocol_table(build_protocol("full_dose", "carboplatin", 1.0)).columns
    )


def test_each_swallowed_dose_is_a_row() -> None:
    step = Step("abacavir", "test_dose", 1, 0, 30.0, 2.0)
    table = protocol_table([step, Gap(60.0), Regimen("abacavir", "daily", 1, 10.0, 720.0, 3)])
    assert list(table["clock"]) == ["0:00", "1:30", "13:30", "25:30"]
    assert list(table["protocol"]) == ["test_dose", "daily", "daily", "daily"]
    assert list(table["dose_mg"]) == [2.0, 10.0, 10.0, 10.0]
    assert list(table["cumulative_dose_mg"]) == [2.0, 12.0, 22.0, 32.0]
    assert table["cumulative_percent"].iloc[-1] == 100.0
    assert list(table["duration_min"]) == [30.0, 720.0, 720.0, 720.0]
    for name in ("bag", "rate_ml_per_h", "rate_mg_per_min", "volume_ml", "concentration_mg_per_ml"):
        assert table[name].iloc[1:].isna().all(), name
