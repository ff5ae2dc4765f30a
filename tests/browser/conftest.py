"""One real browser for the tests of every page; without one they are left out, and `tests/conftest.py` counts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from browsers import find_browser

collect_ignore_glob = [] if find_browser() else ["test_*.py"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running headless browser (`playwright.sync_api.Browser`); playwright can be started once in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield browser
        browser.close()
