"""A scenario's text with another drug in its place, as far as nothing else in it belongs to the first drug."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from abm.scenario_extends import whole_tree
from abm.scenario_source import locate
from abm.scenario_tree import Mark, Node, Report
from abm.scenario_yaml import refusal

if TYPE_CHECKING:
    from abm.parameters.drug import Drug

_OF_A_DRUG = ("dose", "rate", "concentration", "target", "allergic_to", "drug", "drugs")
"""Keys whose values are those of one drug, wherever they stand; `drug` at the top is the one that is replaced."""

_WIDTH = 118
_MOST_SHOWN = 4


def with_other_drug(text: str, like: str, drug: str, drugs: Mapping[str, Drug]) -> str:
    """Put `drug` in the place of the drug of a scenario's text.

    Paragraphs of comments that speak of the first drug are left out, as they may not hold for the other.

    Parameters
    ----------
    text : str
        The scenario's file without its first, technical line.
    like : str
        The scenario's name or file, which loads.
    drug : str
        The other drug.
    drugs : mapping of str to Drug
        The catalogue.

    Raises
    ------
    ScenarioError
        The text has no line ``drug: …``, or something else in it belongs to the first drug: a dose that is written
        out, what patients are allergic to, another course, a name.
    """
    path, label = locate(like)
    root = whole_tree(path, label, Report())
    lines = re.findall(r"^drug: *(\S+).*$", text, flags=re.MULTILINE)
    remedy = f"leave --drug out (desensim new NAME --like {like}) and change the drug in the copy by hand"
    if len(lines) != 1:
        message = (
            "it has no line `drug: …` of its own, as it takes the drug from the scenario it extends or from a sweep"
        )
        raise refusal("S010", Mark(label), f"--drug {drug}: {message}; {remedy}")
    old = lines[0]
    if old == drug:
        return text
    speaks = _mentions(old, drugs[old].label if old in drugs else old)
    places = list(dict.fromkeys([*_keys(root, ""), *_named(text, speaks)]))
    if places:
        found = ", ".join(places[:_MOST_SHOWN]) + (", …" if len(places) > _MOST_SHOWN else "")
        message = f"--drug {drug} cannot take the place of {old}, of which this scenario says more ({found})"
        raise refusal("S010", Mark(label), f"{message}; {remedy}")
    body = re.sub(r"^drug: .*$", f"drug: {drug}", _without(text, speaks), flags=re.MULTILINE)
    head = [f"Like {like}, with {drugs[drug].label} in place of {drugs[old].label if old in drugs else old}."]
    asked = root.value.get("question") if isinstance(root.value, dict) else None
    if asked is not None and not body.startswith("#"):
        head.append(f"What is asked: {asked.value}")
    return (
        "".join(textwrap.fill(line, _WIDTH, initial_indent="# ", subsequent_indent="# ") + "\n" for line in head) + body
    )


def _mentions(name: str, label: str) -> re.Pattern[str]:
    """What a text that speaks of a drug holds: its name, or its label without a single letter at the end."""
    words = {name, label, re.sub(r"\W\w$", "", label)}
    return re.compile("|".join(re.sub(r"[\W_]+", r"[\\W_]+", word) for word in sorted(words)), re.IGNORECASE)


def _keys(node: Node, where: str) -> Iterator[str]:
    """Keys below a node that belong to a drug, each with its line."""
    if isinstance(node.value, list):
        for item in node.value:
            yield from _keys(item, where or "list")
    elif isinstance(node.value, dict):
        for key, child in node.value.items():
            last = key.rpartition(".")[2]
            if last in _OF_A_DRUG and (where or key != "drug"):
                yield f"{key!r} in line {node.keys[key].line}"
            else:
                yield from _keys(child, key)


def _named(text: str, speaks: re.Pattern[str]) -> Iterator[str]:
    """Lines that are no comment and no `drug:`, and name the drug."""
    for line in text.splitlines():
        found = speaks.search(line)
        if found and not line.lstrip().startswith("#") and not re.match(r"(drug|name): ", line):
            yield f"{found.group()!r} in `{textwrap.shorten(line.strip(), 60)}`"


def _without(text: str, speaks: re.Pattern[str]) -> str:
    """The text without paragraphs of comments that speak of the drug."""
    paragraphs = re.split(r"((?:^[ ]*#[^\n]*[^\s#][^\n]*\n)+)", text, flags=re.MULTILINE)
    kept = "".join("" if part.lstrip().startswith("#") and speaks.search(part) else part for part in paragraphs)
    return re.sub(r"\A(#\s*\n)+", "", kept)
