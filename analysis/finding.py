"""What a comparison table shows, as the sentence that heads a figure or a report."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from analysis.formatting import capitalised, percent
from analysis.metrics import metric_named


def finding(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """State in words what a comparison table shows, and no more than its intervals allow."""
    label = metric_named(table["metric"].iloc[0]).plural
    base = table[table["arm"] == table["reference"]].iloc[0]
    others = table[(table["arm"] != base["arm"]) & table["risk_difference"].notna()]
    falls = others[others["risk_difference_high"] < 0].sort_values("risk_difference", kind="stable")
    rises = others[others["risk_difference_low"] > 0].sort_values("risk_difference", ascending=False, kind="stable")
    unclear = others.drop(index=[*falls.index, *rises.index])
    if math.isnan(base["risk"]):
        shares = ", ".join(f"{names[row['arm']]} {percent(row['risk'])}" for _, row in table.iterrows()
                           if not math.isnan(row["risk"]))  # fmt: skip
        opening = f"{capitalised(label)} cannot be compared: {names[base['arm']]} has no result"
        return f"{opening}; {shares}" if shares else opening
    start = percent(base["risk"])
    if falls.empty and rises.empty:
        shares = ", ".join(f"{names[row['arm']]} {percent(row['risk'])}" for _, row in others.iterrows())
        opening = f"No clear difference in {label}: " if shares else f"{capitalised(label)}: "
        return f"{opening}{names[base['arm']]} {start}{', ' if shares else ''}{shares}"
    if len(others) > 3:
        return _many(label, names, falls, rises, unclear)
    clauses: list[str] = []
    for verb, rows in (("fall", falls), ("rise", rises)):
        for i, (_, row) in enumerate(rows.iterrows()):
            end = percent(row["risk"])
            change = f", {'they' if clauses else label} {verb} from {start}" if i == 0 else ""
            little = i > 0 and verb == "fall" and row["risk"] > base["risk"] / 2
            clauses.append(f"with {names[row['arm']]}{change}{' only' if little else ''} to {end}")
    clauses += [f"with {names[row['arm']]} no clear change ({percent(row['risk'])})" for _, row in unclear.iterrows()]
    return capitalised("; ".join(clauses))


def _many(label: str, names: Mapping[str, str], falls: pd.DataFrame, rises: pd.DataFrame, unclear: pd.DataFrame) -> str:
    """State the finding of more arms than a title can name."""
    all_arms = len(falls) + len(rises) + len(unclear)
    parts = []
    for verb, rows in (("fall", falls), ("rise", rises)):
        if len(rows):
            first = rows.iloc[0]
            most = f"most with {names[first['arm']]}, to {percent(first['risk'])}"
            parts.append(f"{verb} in {len(rows)} of {all_arms} arms ({most})")
    parts += [f"no clear change in {len(unclear)}"] if len(unclear) else []
    return f"{capitalised(label)} " + "; ".join(parts)
