"""Pieces of YAML that a resolved scenario is written with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence


def flow_map(values: Mapping[str, str]) -> str:
    """A map in one line."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}"


def flow_list(names: Sequence[str]) -> str:
    """A list in one line."""
    return f"[{', '.join(names)}]"


def number_text(value: float) -> str:
    """A number that every YAML reader takes for one: with a point before an exponent."""
    text = repr(float(value))
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def quoted(text: str) -> str:
    """A quoted text; what YAML does not print is escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08X}" for char in quoted)
