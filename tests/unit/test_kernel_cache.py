"""Compiled kernels are dropped when any file that goes into them changes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from abm.engine.kernel_cache import drop_stale_kernels, kernels_are_kept


@pytest.fixture
def package(tmp_path) -> Path:
    for folder in ("engine", "biology"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.py").write_text("A = 1\n", encoding="utf-8")
    (tmp_path / "random_streams.py").write_text("B = 2\n", encoding="utf-8")
    return tmp_path


def kernels(package: Path) -> set[str]:
    return {path.name for path in (package / "engine" / "__pycache__").iterdir()}


def fill(package: Path) -> None:
    for name in ("step.nbi", "step.1.nbc", "one.cpython-313.pyc"):
        (package / "engine" / "__pycache__" / name).write_bytes(b"")


@pytest.mark.parametrize("changed", ["engine/one.py", "biology/one.py", "random_streams.py"])
def test_a_change_in_any_source_drops_every_kernel(package, changed) -> None:
    cache = package / "engine" / "__pycache__"
    assert drop_stale_kernels(cache, package)
    fill(package)
    assert not drop_stale_kernels(cache, package)
    assert {"step.nbi", "step.1.nbc"} <= kernels(package)
    (package / changed).write_text("A = 3\n", encoding="utf-8")
    assert drop_stale_kernels(cache, package)
    assert kernels(package) == {"one.cpython-313.pyc", "kernel_sources.sha256"}


def test_kernels_of_an_unknown_source_are_dropped(package) -> None:
    (package / "engine" / "__pycache__").mkdir()
    fill(package)
    assert drop_stale_kernels(package / "engine" / "__pycache__", package)
    assert "step.nbi" not in kernels(package)


def test_a_cache_that_cannot_be_made_is_no_error(package) -> None:
    shutil.rmtree(package / "engine")
    assert not drop_stale_kernels(package / "engine" / "__pycache__", package)


def test_kernels_are_kept_once_made_from_these_sources_by_this_python(package) -> None:
    cache = package / "engine" / "__pycache__"
    assert not kernels_are_kept(cache, package)
    drop_stale_kernels(cache, package)
    (cache / "advance.advance-1.py399.1.nbc").write_bytes(b"")
    assert not kernels_are_kept(cache, package)
    (cache / f"advance.advance-1.py{sys.version_info[0]}{sys.version_info[1]}.1.nbc").write_bytes(b"")
    assert kernels_are_kept(cache, package)
    (package / "random_streams.py").write_text("B = 5\n", encoding="utf-8")
    assert not kernels_are_kept(cache, package)
