"""Printed tables: nothing of a long name is lost, and no line is too long."""

from __future__ import annotations

import pytest

from analysis.formatting import WIDTH, aligned


@pytest.mark.parametrize("name", ["short", "penicillin_after_ladder", "a" * 70, "_".join("abcdefghij" * 9)])
def test_a_long_name_goes_on_in_a_further_line(name: str) -> None:
    lines = aligned([["arm", *(["difference"] * 8)], [name, *(["1.0 (2-3)"] * 8)]])
    assert max(map(len, lines)) <= WIDTH
    assert lines[1] == "-" * len(lines[1])
    first, *more = lines[2:]
    assert first.split()[0] + "".join(line.strip() for line in more) == name
    assert first.count("1.0 (2-3)") == 8
