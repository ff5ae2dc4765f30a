"""A whole number of one or more on a command line; anything else is told in a line."""

from __future__ import annotations

import argparse


def whole_number(word: str) -> int:
    """Read a number, such as that of patients or cells."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"{word!r} is no whole number of 1 or more")
    return int(word)
