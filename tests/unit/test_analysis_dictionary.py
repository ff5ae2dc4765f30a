"""docs/data_dictionary.md says what the program writes. Run this file to write the page anew."""

from __future__ import annotations

from pathlib import Path

from run_folder_fixture import dictionary

from abm.output_columns import TABLES
from analysis import data_dictionary_markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data_dictionary.md"


def test_the_page_equals_the_program():
    assert PAGE.read_text(encoding="utf-8") == data_dictionary_markdown(dictionary()), (
        f"docs/data_dictionary.md is out of date; write it anew with `python {Path(__file__).name}` in tests/unit"
    )


def test_the_page_has_every_column():
    lines = data_dictionary_markdown(dictionary()).splitlines()
    assert sum(line.startswith("| `") for line in lines) == sum(len(columns) for columns in TABLES.values())


if __name__ == "__main__":
    PAGE.write_text(data_dictionary_markdown(dictionary()), encoding="utf-8")
