"""The teaching page: Solara gives every visitor a page and a wire to it; the board draws. Not medical advice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ipyvue
import solara
import solara.lab
import traitlets

from abm.page.visitor import Visitor

_HERE = Path(__file__).parent
_WAIT = (
    "Preparing the lesson … The first time on a computer its program is compiled, which may take a minute or two. "
    "Teaching model, not medical advice."
)


def template() -> str:
    """Return the board as one Vue template, put together from its files."""
    html, css, drawing, script = (
        (_HERE / name).read_text(encoding="utf-8") for name in ("board.html", "board.css", "drawing.js", "board.js")
    )
    script = script.replace("DRAWING", drawing.strip(), 1)
    return f"<template>\n{html}</template>\n<script>\n{script}</script>\n<style id='board-style'>\n{css}</style>\n"


class BoardWidget(ipyvue.VueTemplate):
    """The board, with what it shows as traits; what the browser says goes to `heard`."""

    template = traitlets.Unicode(template()).tag(sync=True)
    catalogue: Any = traitlets.List().tag(sync=True)
    lesson = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Dict().tag(sync=True)
    patients: Any = traitlets.List().tag(sync=True)
    scene = traitlets.Dict().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    problems: Any = traitlets.List().tag(sync=True)
    file = traitlets.Dict().tag(sync=True)
    map = traitlets.Dict(allow_none=True).tag(sync=True)
    heard = traitlets.Any(None)

    def vue_tell(self, message: Any) -> None:
        """Pass on what the browser says."""
        if callable(self.heard) and isinstance(message, dict):
            self.heard(message)


@solara.component
def Board(visitor: Visitor) -> Any:
    """Show a visitor's state, and anew after every word from the browser."""
    shown, set_shown = solara.use_state(visitor.shown)

    def heard(message: dict[str, Any]) -> None:
        visitor.hear(message)
        set_shown(visitor.shown)

    return BoardWidget.element(**shown, heard=heard)


@solara.component
def Page() -> None:
    """Give a visitor a state of their own, made from the link they came by.

    It is made beside the page, which says so meanwhile: on a new computer a lesson may have to be compiled first.
    """
    router = solara.use_router()
    made = solara.lab.use_task(lambda: Visitor(router.search), dependencies=[])
    solara.Title("desensim: mast cells, T cells and drugs")
    if made.finished:
        Board(made.value)
    else:
        solara.Text(_WAIT, style={"margin": "40px", "font-size": "20px"})


@solara.component
def Layout(children: Any = ()) -> None:
    """Show the page alone, without Solara's own bars."""
    solara.Column(children=list(children), gap="0px")
