"""Browser tests are left out where there is no browser; `tests/conftest.py` says how many."""

from __future__ import annotations

from browsers import find_browser

collect_ignore_glob = [] if find_browser() else ["test_*.py"]
