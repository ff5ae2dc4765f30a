"""Puts `tests/` on the import path, so that every test folder finds the helpers; says which tests were left out."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def browser_tests() -> int:
    """Number of test functions that need a browser."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (HERE / "browser").glob("test_*.py")]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return sum(function.name.startswith("test_") for function in functions)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests were left out for want of a browser."""
    from browsers import find_browser

    if find_browser() is None:
        terminalreporter.write_line(
            f"left out: {browser_tests()} browser tests, as there is no browser; "
            "install Chromium or Chrome, or name one in DESENSIM_BROWSER",
            yellow=True,
        )
