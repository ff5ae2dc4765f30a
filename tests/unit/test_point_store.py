"""The store of findings: what is kept, what a killed process leaves, and what is refused."""

from __future__ import annotations

import json

import pytest

from abm.run_folder import DifferentRun, RunFolderError
from abm.studies.point_store import FOUND, PointStore
from abm.whole_files import FolderInUse

IDENTITY = {"hash": "a", "version": "1", "code": "c", "parameters": "p", "scenario": {"cells": 5}}


def test_a_finding_is_made_once(tmp_path) -> None:
    made = []

    def find() -> list[float]:
        made.append(1)
        return [0.25, 1.0]

    for _ in range(2):
        with PointStore(tmp_path / "new" / "study", IDENTITY).opened() as store:
            assert store.get("point 1", find) == [0.25, 1.0]
    assert len(made) == 1


def test_a_half_written_line_is_cut_off(tmp_path) -> None:
    with PointStore(tmp_path, IDENTITY).opened() as store:
        store.put("a", 1.0)
        store.put("b", None)
    with open(tmp_path / FOUND, "ab") as file:
        file.write(b'["c", 0.1')
    with PointStore(tmp_path, IDENTITY).opened() as store:
        assert store.found == {"a": 1.0, "b": None}
        store.put("c", 2.0)
    lines = (tmp_path / FOUND).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [["a", 1.0], ["b", None], ["c", 2.0]]


@pytest.mark.parametrize("line", [b'["b", 0.1["c", 2.0]', b"\x00\x00", b"{}", b'["b"]'])
def test_a_damaged_line_in_the_middle_is_told_with_its_place(tmp_path, line) -> None:
    with PointStore(tmp_path, IDENTITY).opened() as store:
        store.put("a", 1.0)
    with open(tmp_path / FOUND, "ab") as file:
        file.write(line + b'\n["d", 4.0]\n["e"')
    before = (tmp_path / FOUND).read_bytes()
    told = r"found.jsonl is damaged in line 2; choose another --out"
    with pytest.raises(RunFolderError, match=told), PointStore(tmp_path, IDENTITY).opened():
        pass
    assert (tmp_path / FOUND).read_bytes() == before


def test_the_folder_of_another_study_is_refused(tmp_path) -> None:
    with PointStore(tmp_path, IDENTITY).opened():
        pass
    other = PointStore(tmp_path, {**IDENTITY, "hash": "b", "scenario": {"cells": 6}})
    with pytest.raises(DifferentRun, match="cells 5, now 6"), other.opened():
        pass


def test_a_folder_with_something_else_is_left_alone(tmp_path) -> None:
    (tmp_path / "letters.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(RunFolderError, match="holds something else"), PointStore(tmp_path, IDENTITY).opened():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_one_process_at_a_time(tmp_path) -> None:
    first, second = PointStore(tmp_path, IDENTITY).opened(), PointStore(tmp_path, IDENTITY).opened()
    with first, pytest.raises(FolderInUse), second:
        pass
