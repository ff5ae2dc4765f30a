"""What a report is made of, and the page that it becomes: one HTML file that needs nothing from outside."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from analysis.formatting import DISCLAIMER

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEMPLATES = Path(__file__).parent / "templates"
DPI = 120


class Text(NamedTuple):
    """Paragraphs; as a list where `listed`."""

    lines: Sequence[str]
    listed: bool = False
    kind: str = "text"


class Table(NamedTuple):
    """A table of texts: `rows` below `heads`. The first `words` columns are set to the left, the others to the right.

    A `folded` one is opened by a click; on paper it stands open where it is short, and is left out where it is long.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    words: int = 1
    folded: bool = False
    kind: str = "table"


class Check(NamedTuple):
    """What was looked at, whether it is as it should be, and what was found."""

    name: str
    fine: bool
    found: str


class Checks(NamedTuple):
    """A list of checks with their verdicts."""

    checks: Sequence[Check]
    kind: str = "checks"


class Picture(NamedTuple):
    """A figure as PNG, with the words that stand for it where it is not seen."""

    name: str
    alt: str
    caption: str
    png: bytes
    kind: str = "picture"

    @property
    def data(self) -> str:
        """The picture as an address that holds all of it."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"


class Section(NamedTuple):
    """A heading with what stands below it; `name` is its anchor."""

    name: str
    title: str
    blocks: Sequence[Text | Table | Checks | Picture]


class Page(NamedTuple):
    """A whole report."""

    title: str
    subtitle: str
    about: Sequence[tuple[str, str]]
    sections: Sequence[Section]


def typeset(text: str) -> str:
    """Set hyphens between numbers as dashes, and before numbers as minus signs."""
    return re.sub(r"(?<![\w.])-(?=\d)", "\u2212", re.sub(r"(?<=[\d%])-(?=[\d<>])", "\u2013", text))


def picture(name: str, figure: Figure, caption: str, drawn: str) -> Picture:
    """Turn a figure into a picture whose alternative text is its finding and what is `drawn`."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI)
    title = " ".join(figure.texts[0].get_text().split()) if figure.texts else ""
    alt = f"{title.rstrip('.')}. {drawn}" if title else drawn
    return Picture(name, alt, caption, file.getvalue())


def rendered(page: Page) -> str:
    """Return the HTML of a page. Everything from outside of this package is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["typeset"] = typeset
    environment.filters["words"] = lambda text: str(text).replace("`", "")
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return environment.get_template("report.html").render(page=page, style=style, disclaimer=DISCLAIMER)


def written(path: Path, text: str) -> Path:
    """Write a file so that it is there whole, or as it was before; returns the path."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent} does not exist; make it, or give another place")
    half = path.with_name(f".tmp-{path.name}")
    try:
        half.write_text(text, encoding="utf-8", newline="\n")
        os.replace(half, path)
    except BaseException:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
        raise
    return path
