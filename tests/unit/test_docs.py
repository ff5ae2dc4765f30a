"""The pages in docs/: tables equal the code, links lead somewhere, commands parse, words are plain."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from abm.cli import app
from abm.parameters.catalog import all_parameters
from abm.parameters.sources import SOURCES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
UNWANTED = (
    r"\b(?:powerful|seamless(?:ly)?|cutting-edge|state-of-the-art|revolutionary|blazing|effortless(?:ly)?|robust|"
    r"leverag\w+|utili[sz]\w+|simply|easily|of course|obviously|world-class|best-in-class)\b"
)
LEFT_OPEN = r"\b(?:TO" r"DO|TB" r"D|FIX" r"ME|XX" r"X|lorem|coming soon|not yet implemented)\b|(?<![\w/&])#\d+\b"
AMERICAN = r"\b(?:behavior\w*|color\w*|center\w*|analyz\w+|modeling|labor)\b"


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose_of(path: Path) -> str:
    """A page without its code and generated tables."""
    without = re.sub(r"^( *)```.*?^\1```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"<!-- generated .*?<!-- end -->|`[^`\n]+`", "", without, flags=re.DOTALL)


def anchors_of(path: Path) -> set[str]:
    """Anchors that a reader of Markdown makes from the headings."""
    heads = re.findall(r"^#+ (.+)$", prose_of(path) + text_of(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads}


def links() -> list[tuple[Path, str]]:
    found = []
    for page in PAGES:
        found += [(page, link) for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text_of(page))]
    return found


def printed_commands() -> list[tuple[str, str]]:
    """Lines in fenced code that start our programs; what stands in for a word of the reader's is left to prose."""
    found = []
    for page in PAGES:
        for block in re.findall(r"^ *```[^\n]*\n(.*?)^ *```", text_of(page), flags=re.DOTALL | re.MULTILINE):
            lines = [line.strip().removeprefix("$ ") for line in block.splitlines()]
            found += [(page.name, line) for line in lines if re.match(r"desensim |python3 scripts/", line)]
    return found


def make_docs(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "make_docs.py"), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def refusal(words: list[str]) -> str:
    """What the program says to the words of a command that it does not understand; empty if it does. Runs nothing."""
    command = typer.main.get_command(app)
    while commands := getattr(command, "commands", {}):
        if words[0] not in commands:
            return f"no command {words[0]}"
        command, words = commands[words[0]], words[1:]
    try:
        command.make_context(command.name, list(words))
    except Exception as error:
        if getattr(error, "exit_code", None) == 2:
            return str(error)
        raise
    return ""


def test_generated_tables_equal_the_code():
    done = make_docs("--check")
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nwrite them anew with scripts/make_docs.py"


def test_a_table_that_differs_from_the_code_is_found_and_mended(tmp_path):
    page = tmp_path / "parameters.md"
    shutil.copy(DOCS / page.name, page)
    assert make_docs(str(tmp_path)).returncode == 0
    right = text_of(page)
    page.write_text(right.replace("| `mast_cell.ship1_pool` | ", "| `mast_cell.ship1_pool` | 9"), encoding="utf-8")
    assert text_of(page) != right
    assert make_docs(str(tmp_path), "--check").returncode == 1
    assert make_docs(str(tmp_path)).returncode == 0
    assert text_of(page) == right


def test_the_parameter_page_has_every_parameter_and_source():
    page = text_of(DOCS / "parameters.md")
    assert [p.name for p in all_parameters() if f"| `{p.name}` | {p.value:g} |" not in page] == []
    assert [key for key in SOURCES if f"| `{key}` |" not in page] == []


def test_links_lead_to_pages_and_headings():
    assert len(links()) > 40
    lost = []
    for page, link in links():
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors_of(path)):
            lost.append(f"{page.name}: {link}")
    assert lost == []


def test_every_page_can_be_reached_from_the_index():
    reached, ahead = set(), {DOCS / "index.md"}
    while ahead:
        reached |= ahead
        ahead = {
            target
            for page, link in links()
            if page in reached and (target := (page.parent / link.partition("#")[0]).resolve()) in PAGES
        } - reached
    assert [page.name for page in PAGES if page not in reached] == []


@pytest.mark.parametrize(("page", "line"), printed_commands())
def test_commands_on_the_pages_parse(page, line):
    words = shlex.split(line, comments=True)
    if words[0] == "desensim":
        assert refusal(words[1:]) == ""
        return
    script = ROOT / words[1]
    assert script.is_file(), f"{page}: {words[1]}"
    if script.name == "run.py":
        assert len(words) == 2 or refusal(words[2:]) == ""
    else:
        assert [word for word in words[2:] if word.startswith("--") and word not in text_of(script)] == []


@pytest.mark.parametrize("words", [["run", "rdd", "--patient", "5"], ["sow", "drugs"], ["show", "drugs", "--dose"]])
def test_a_wrong_command_is_refused(words):
    assert refusal(words) != ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_words_are_plain(page):
    assert re.findall(UNWANTED, prose_of(page), flags=re.IGNORECASE) == []
    assert re.findall(LEFT_OPEN, prose_of(page)) == []
    assert re.findall(AMERICAN, prose_of(page), flags=re.IGNORECASE) == []


@pytest.mark.parametrize("name", ["index.md", "model.md", "odd.md", "analysis.md", "command_line.md"])
def test_pages_about_results_say_what_they_are_not(name):
    assert re.search(r"not\s+medical\s+advice", text_of(DOCS / name))
