"""Write the generated tables of docs/, and the JSON Schema of scenarios, anew from the code.

A page marks a table with ``<!-- generated NAME -->`` or ``<!-- generated NAME: ARGUMENT -->`` and ``<!-- end -->``;
names are the keys of `_page_tables.TABLES`. With ``--check`` nothing is written, and the exit code is 1 if a page is
out of date.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from _page_tables import ROOT, TABLES

from abm.json_schema import FILE, schema_text

MARKED = re.compile(r"(<!-- generated ([\w -]+?)(?:: (\S+))? -->\n).*?(<!-- end -->)", flags=re.DOTALL)


def with_tables(page: str) -> str:
    """Return the text of a page with every marked table made anew."""

    def made(match: re.Match[str]) -> str:
        start, name, argument, end = match.groups()
        lines = TABLES[name](argument) if argument else TABLES[name]()
        return start + "\n" + "\n".join(lines) + "\n\n" + end

    return MARKED.sub(made, page)


def main() -> int:
    """Write or check the pages; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write the generated tables of docs/ anew from the code.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a page is out of date")
    asked = parser.parse_args()
    if not asked.folder.is_dir():
        parser.error(f"no folder {asked.folder}")
    fresh = {path: with_tables(path.read_text(encoding="utf-8")) for path in sorted(asked.folder.glob("*.md"))}
    if asked.folder == ROOT / "docs":
        fresh[ROOT / "scenarios" / FILE] = schema_text()
    old = [path for path, text in fresh.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in old:
        print(f"{path.name}: {'out of date; run scripts/make_docs.py' if asked.check else 'written anew'}")
        if not asked.check:
            path.write_text(fresh[path], encoding="utf-8", newline="\n")
    return int(asked.check and bool(old))


if __name__ == "__main__":
    sys.exit(main())
