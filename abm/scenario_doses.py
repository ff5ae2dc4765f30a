"""Doses as a user writes them: in mg, per kg, per m², by AUC, or in units of activity of a drug that states them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from abm.biology.dosing import mg_of_units
from abm.scenario import Per
from abm.scenario_tree import Node, Report, shorten
from abm.units import dimension_of

if TYPE_CHECKING:
    from abm.parameters.drugs import Drug

LARGEST_AUC = 100.0
_PER: dict[str, Per] = {"mass per weight": "kg", "mass per area": "m2"}
_AUC = re.compile(r"(auc)\s*=?\s*(\S*)", re.IGNORECASE)
_NUMBER = re.compile(r"(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?")


class Dose(NamedTuple):
    """An amount, and what it is reckoned by: mg, mg/kg, mg/m² or an AUC (see `abm.scenario.Step`)."""

    amount: float
    per: Per = ""


def read_dose(node: Node, what: str, report: Report, drug: Drug | None, drugs: Mapping[str, Drug]) -> Dose | None:
    """A dose of a drug, more than zero; None after noting a problem. Without a drug there are no units of activity."""
    text = node.value.strip() if isinstance(node.value, str) and not node.broken else ""
    auc = _AUC.fullmatch(text)
    if auc is not None:
        return _read_auc(node, what, report, *auc.groups())
    dimension = dimension_of(text.lstrip("+-.0123456789eE "))
    if dimension == "activity":
        return _read_units(node, what, report, drug, drugs)
    per = _PER.get(dimension or "", "")
    amount = report.quantity(node, dimension if per and dimension else "mass", what)
    return None if amount is None else Dose(amount, per)


def _read_auc(node: Node, what: str, report: Report, word: str, number: str) -> Dose | None:
    if word != "AUC" or not _NUMBER.fullmatch(number):
        hint = f"; did you mean 'AUC {number or 5}'?" if word != "AUC" else ""
        report.add("S206", node.mark, f"{what}: {shorten(node.text.strip())!r} is no dose by AUC; write 'AUC 5'{hint}")
        return None
    auc = float(number)
    if auc == 0.0:
        report.add("S203", node.mark, f"{what} is zero; more is needed")
        return None
    if auc > LARGEST_AUC:
        report.add("S205", node.mark, f"{what}: an AUC of {auc:g} mg/mL·min is more than {LARGEST_AUC:g}, the largest")
        return None
    return Dose(auc, "AUC")


def _read_units(node: Node, what: str, report: Report, drug: Drug | None, drugs: Mapping[str, Drug]) -> Dose | None:
    units = report.quantity(node, "activity", what)
    if units is None:
        return None
    if drug is None:
        message = "units of activity belong to a drug, and this step names none; add 'drug'"
        report.add("S207", node.mark, f"{what}: {message}")
        return None
    if not drug.units_per_mg:
        report.add("S207", node.mark, f"{what}: {no_units(drug, drugs)}")
        return None
    return Dose(mg_of_units(units, drug.units_per_mg))


def no_units(drug: Drug, drugs: Mapping[str, Drug]) -> str:
    """Say that a drug has no units of activity."""
    known = ", ".join(name for name, other in drugs.items() if other.units_per_mg)
    return f"{drug.name!r} has no units of activity stated; drugs that have: {known}"


def format_dose(amount: float, per: Per) -> str:
    """Write a dose as the text that `read_dose` reads back to the same numbers."""
    return f"AUC {amount!r}" if per == "AUC" else f"{amount!r} {unit_of(per)}"


def unit_of(per: Per) -> str:
    """The unit of an amount."""
    return {"": "mg", "kg": "mg/kg", "m2": "mg/m2", "AUC": "AUC"}[per]
