"""The report in a real browser: whole, quiet, readable without pictures, and on paper."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from run_folder_fixture import skin_run, talk_run

from analysis import load_results
from analysis.report import write_report

SECTIONS = (
    "In short", "Question and design", "Population", "Results", "Treatment delivered", "Checks", "Parameters by kind",
    "Provenance", "Limits",
)  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    """Reports of a run, of a T-cell history, and of one patient."""
    folder = tmp_path_factory.mktemp("runs")
    run, skin = (load_results(make(folder / name)) for name, make in (("talk", talk_run), ("skin", skin_run)))
    return {"run": write_report(run), "skin": write_report(skin), "patient": write_report(skin, patient_id=5)}


@pytest.fixture(params=["run", "skin", "patient"])
def page(request, chromium, pages) -> Any:
    """An opened report, with what it asked for and what its console said."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    opened = context.new_page()
    opened.asked, opened.said = [], []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.on("pageerror", lambda error: opened.said.append(str(error)))
    opened.goto(pages[request.param].as_uri())
    yield opened
    context.close()


def test_it_asks_for_nothing_and_says_nothing(page):
    outside = [url for url in page.asked if not url.startswith(("file:", "data:"))]
    assert outside == []
    assert len([url for url in page.asked if url.startswith("file:")]) == 1
    assert page.said == []


def test_every_picture_is_there_and_told_in_words(page):
    pictures = page.eval_on_selector_all("img", "all => all.map(i => [i.alt, i.naturalWidth])")
    assert len(pictures) >= 1
    assert all(len(alt) > 40 and width > 1000 for alt, width in pictures)


def test_axe_finds_nothing_serious(page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_wider_than_the_window(page, width):
    page.set_viewport_size({"width": width, "height": 720})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_it_has_all_sections(chromium, pages, tmp_path):
    opened = chromium.new_page()
    opened.goto(pages["run"].as_uri())
    opened.emulate_media(media="print")
    shown = opened.eval_on_selector_all("main h2", "all => all.filter(h => h.offsetHeight > 0).map(h => h.textContent)")
    assert tuple(shown) == SECTIONS
    assert not opened.is_visible("nav")
    assert opened.is_visible(".banner")
    content = opened.pdf(prefer_css_page_size=True)
    opened.close()
    assert content.startswith(b"%PDF")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 15
