"""The exposure that a user wants a treatment to reach: ``target`` of a scenario, read and written."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction

from abm.scenario import Target
from abm.scenario_keys import TARGET, needed
from abm.scenario_tree import Node, Report, describe, shorten
from abm.units import format_quantity

DEFAULT_WITHIN_MIN = 1440.0
"""Window of a time above a concentration, unless stated: the first day."""

_KINDS = {"time_above": "concentration", "auc": "exposure"}
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{0,40})?)\s*%")


def read_target(node: Node, report: Report) -> Target | None:
    """The target of a scenario; None where there is none, or after noting what is wrong with it."""
    if node.value is None and not node.broken:
        return None
    fields = report.fields(node, TARGET, needed(TARGET), "target")
    if fields is None:
        return None
    kinds = [kind for kind in _KINDS if kind in fields]
    if len(kinds) != 1:
        found = " and ".join(kinds) if kinds else "neither"
        report.add("S106", node.mark, f"a target has one of {', '.join(_KINDS)}; found {found}")
        return None
    kind = kinds[0]
    level = report.quantity(fields[kind], _KINDS[kind], kind)
    share = _percent(fields["share"], report) if "share" in fields else None
    within_min: float | None = DEFAULT_WITHIN_MIN if kind == "time_above" else math.inf
    if "within" in fields:
        within_min = report.quantity(fields["within"], "time", "within")
    if level is None or share is None or within_min is None:
        return None
    return Target(kind, level, share, within_min)  # type: ignore[arg-type]


def _percent(node: Node, report: Report) -> float | None:
    """A share of above 0 to 100 %."""
    if node.broken:
        return None
    how = "needed: above 0 % to 100 %, for example '50 %'"
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        report.add("S201", node.mark, f"share: {shorten(node.text)!r} has no unit; {how}")
        return None
    match = _PERCENT.fullmatch(node.value.strip()) if isinstance(node.value, str) else None
    if match is None:
        report.add("S206", node.mark, f"share is {describe(node)}; {how}")
        return None
    share = float(Fraction(match.group(1)) / 100)
    if not 0.0 < share <= 1.0:
        report.add("S104", node.mark, f"share is {shorten(node.text)!r}; {how}")
        return None
    return share


def target_text(target: Target) -> str:
    """A target as `read_target` reads it back to an equal one."""
    fields = {
        target.kind: format_quantity(target.level, _KINDS[target.kind]),
        "share": f"{Decimal(repr(target.share)).scaleb(2):f} %",
    }
    if math.isfinite(target.within_min):
        fields["within"] = format_quantity(target.within_min, "time")
    return "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"
