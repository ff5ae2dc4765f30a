"""A million outcome rows load and are summarised in seconds and in a gibibyte."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmark"))

from million_rows import measured, write_folder


def test_a_small_folder_is_read_as_it_was_written(tmp_path):
    found = measured(write_folder(tmp_path / "run", rows=4000))
    assert found["rows"] == 4000
    assert found["reacted"] == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=0.05)


@pytest.mark.slow
def test_a_million_rows_fit_in_a_gibibyte(tmp_path):
    found = measured(write_folder(tmp_path / "run"))
    assert found["rows"] == 1_000_000
    assert found["reacted"] == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=0.005)
    assert found["peak_gib"] <= 1.0
