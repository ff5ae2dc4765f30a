"""Mesa's plain page in a real browser: it opens, steps, and nothing leaves the machine."""

from __future__ import annotations

import re

from browsers import Watch, served


def test_the_plain_page_steps(chromium) -> None:
    with served("--mesa") as address:
        page = chromium.new_page()
        page.set_default_timeout(60_000)
        watch = Watch(page, address)
        page.goto(address)
        page.get_by_text(re.compile(r": 0 mg given so far")).wait_for()
        page.get_by_role("button", name="Step", exact=True).click()
        page.get_by_text(re.compile(r": 80 mg given so far")).wait_for()
        assert page.get_by_text("Teaching model, not medical advice").is_visible()
        page.close()
        assert watch.errors == []
        assert watch.outside == []
