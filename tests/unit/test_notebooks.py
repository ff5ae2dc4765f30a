"""The notebooks run from top to bottom in an empty folder, and are committed without outputs."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
BOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


def outputs(book: nbformat.NotebookNode) -> list[str]:
    """What its cells printed or showed as text."""
    shown = []
    for cell in book.cells:
        for output in cell.get("outputs", ()):
            shown.append(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return shown


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_it_is_committed_without_outputs_and_says_what_it_is_not(path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert len(code) >= 5
    assert [cell.outputs for cell in code] == [[]] * len(code)
    assert [cell.execution_count for cell in code] == [None] * len(code)
    assert "not medical advice" in " ".join(book.cells[0].source.split())


def test_there_are_three() -> None:
    assert [path.stem for path in BOOKS] == ["designing_a_protocol", "first_run", "own_drug_and_protocol"]


SLOW = {"designing_a_protocol"}
RUN = [pytest.param(path, marks=[pytest.mark.slow] * (path.stem in SLOW), id=path.stem) for path in BOOKS]


@pytest.mark.parametrize("path", RUN)
def test_it_runs(path, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert all(cell.execution_count for cell in book.cells if cell.cell_type == "code")
    assert list((tmp_path / "runs").iterdir())
    assert any(outputs(book))
    for cell in book.cells:
        if cell.cell_type == "code" and "plot_" in cell.source.splitlines()[-1]:
            assert any("image/png" in output.get("data", {}) for output in cell.outputs), cell.source
