"""The page of one's own in docs/examples: it renders, shows what is chosen, and stays offline as the docs say."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from test_page_plain import pytestmark as warnings_of_what_it_stands_on
from test_page_plain import widgets, words

from abm import TissueModel

pytestmark = warnings_of_what_it_stands_on
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    return runpy.run_path(str(DOCS / "examples" / "own_mesa_page.py"))


def test_it_renders_without_the_lone_tab(example):
    import solara

    box, context = solara.render(solara.AppLayout(children=[example["Page"]()]), handle_error=False)
    try:
        assert all(label in words(box) for label in ("Treatment", "Patient", "Mast cells", "Minutes per step"))
        styles = [str(getattr(each, "template", "")) for each in widgets(box)]
        assert any(".v-tabs { display: none; }" in style for style in styles)
    finally:
        context.close()


def test_every_choice_shows_what_is_chosen_and_can_be_made(example):
    choices = {name: each for name, each in example["PARAMETERS"].items() if isinstance(each, dict)}
    assert {each["type"] for each in choices.values()} == {"Select"}
    model = TissueModel(**{name: each["value"] for name, each in choices.items()})
    assert model.study.cells == choices["cells"]["value"]
    assert set(choices["arm"]["values"]) == {arm.name for arm in model.study.arms}


def test_the_settings_that_keep_it_offline_are_those_of_solara(monkeypatch):
    from solara.server import settings

    line = re.search(r"^export (SOLARA_MODE=.*)$", (DOCS / "teaching.md").read_text(encoding="utf-8"), re.MULTILINE)
    for name, value in (each.split("=") for each in line[1].split()):
        monkeypatch.setenv(name, value)
    assert settings.MainSettings().mode == "production"
    assert settings.Telemetry().mixpanel_enable is False
    assert settings.ThemeSettings().show_banner is False
