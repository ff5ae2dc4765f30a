"""The course of an arm: protocols, steps written out and gaps."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from abm.protocols import LARGEST_DOSE_MG, PROTOCOLS, SMALLEST_DOSE_MG, build_protocol
from abm.scenario import Gap, Step
from abm.scenario_tree import Node, Report, describe, shorten
from abm.units import MINUTES_PER_BASE_BIN, dimension_of

if TYPE_CHECKING:
    from abm.parameters.drugs import Drug

STEP_KEYS = ("dose", "rate", "concentration", "for", "bag", "step", "drug")
ITEM_KEYS = ("protocol", "drug", "dose", "for", "gap", "steps", "label")
MOST_STEPS = 1000
MOST_BAGS = 100
_SMALLEST_STEP_MG = SMALLEST_DOSE_MG * 1e-5  # first step of the smallest ladder
_DOSES = f"{SMALLEST_DOSE_MG:g} to {LARGEST_DOSE_MG:g} mg"

# Every wanted combination of the keys that say how much is given.
_FORMS = {frozenset(form) for form in (("dose",), ("rate",), ("dose", "rate"), ("rate", "concentration"))}
_STEP_FORMS = "dose + for, rate + concentration + for, dose + rate in mL/h + for, or rate in mg/min + for"


def read_steps(node: Node, protocol: str, report: Report, drugs: Mapping[str, Drug]) -> tuple[Step, ...]:
    """Steps that a user wrote out; a step that names no drug has an empty one, to be filled in by the course."""
    items = report.items(node, f"protocol {shorten(protocol)!r}")
    if items is None:
        return ()
    if not 1 <= len(items) <= MOST_STEPS:
        report.add(
            "S105", node.mark, f"protocol {shorten(protocol)!r} has {len(items)} steps; 1 to {MOST_STEPS} are needed"
        )
        return ()
    steps = (_read_step(item, number, protocol, report, drugs) for number, item in enumerate(items, start=1))
    return tuple(step for step in steps if step is not None)


def _read_step(node: Node, number: int, protocol: str, report: Report, drugs: Mapping[str, Drug]) -> Step | None:
    fields = report.fields(node, STEP_KEYS, ("for",), "step")
    if fields is None:
        return None
    before = len(report.problems)
    drug = report.choice(fields["drug"], drugs, "S301", "drug") if "drug" in fields else ""
    bag = report.whole(fields["bag"], "bag", 0, MOST_BAGS) if "bag" in fields else 0
    own_number = report.whole(fields["step"], "step", 1, MOST_STEPS) if "step" in fields else number
    minutes = _duration(fields["for"], "for", report) if "for" in fields else None
    amounts: dict[str, Node] = {key: fields[key] for key in ("dose", "rate", "concentration") if key in fields}
    dose_mg, rate_ml_per_h = _amounts(node, amounts, minutes, report)
    if len(report.problems) > before or drug is None or bag is None or own_number is None:
        return None
    if minutes is None or dose_mg is None:
        return None
    if not _SMALLEST_STEP_MG <= dose_mg <= LARGEST_DOSE_MG:
        report.add(
            "S205",
            node.mark,
            f"this step gives {dose_mg:g} mg; {_SMALLEST_STEP_MG:g} to {LARGEST_DOSE_MG:g} mg are allowed",
        )
        return None
    step = Step(drug, protocol, own_number, bag, minutes, dose_mg)
    return step if rate_ml_per_h is None else dataclasses.replace(step, rate_ml_per_h=rate_ml_per_h)


def _amounts(
    node: Node, given: dict[str, Node], minutes: float | None, report: Report
) -> tuple[float | None, float | None]:
    """Dose in mg and pump rate in mL/h (None where not stated) of a step."""
    if any(value.broken for value in given.values()):
        return None, None
    keys = frozenset(given)
    kind = dimension_of(_unit(given["rate"])) if "rate" in given else None
    if keys not in _FORMS or (kind == "flow" and keys == {"rate"}) or (kind == "mass rate" and keys != {"rate"}):
        found = " + ".join(given) or "no amount"
        if kind == "flow" or kind == "mass rate":
            found = found.replace("rate", "rate in mL/h" if kind == "flow" else "rate in mg/min")
        report.add("S106", node.mark, f"a step states {found} and a time; write {_STEP_FORMS}")
        return None, None
    dose_mg = report.quantity(given["dose"], "mass", "dose") if "dose" in given else None
    if "rate" not in given:
        return dose_mg, None
    if keys == {"rate"}:
        return _product(report.quantity(given["rate"], "mass rate", "rate"), minutes), None
    rate_ml_per_h = report.quantity(given["rate"], "flow", "rate")
    if "concentration" in given:
        mg_per_ml = report.quantity(given["concentration"], "concentration", "concentration")
        ml_per_min = _product(rate_ml_per_h, 1.0 / 60.0)
        dose_mg = _product(_product(ml_per_min, minutes), mg_per_ml)
    return dose_mg, rate_ml_per_h


def _product(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a * b


def _unit(node: Node) -> str:
    """Unit part of a text, roughly: what follows the number."""
    return node.value.strip().lstrip("+-.0123456789eE ") if isinstance(node.value, str) else ""


def _duration(node: Node, what: str, report: Report) -> float | None:
    """Minutes, at least one base bin."""
    minutes = report.quantity(node, "time", what)
    if minutes is not None and minutes < MINUTES_PER_BASE_BIN:
        seconds = MINUTES_PER_BASE_BIN * 60.0
        report.add("S205", node.mark, f"{what}: {node.text.strip()!r} is below {seconds:g} s, the finest time resolved")
        return None
    return minutes


class CourseReader:
    """Reads courses with the scenario's drug, dose and own protocols at hand."""

    def __init__(
        self,
        report: Report,
        drugs: Mapping[str, Drug],
        protocols: Mapping[str, tuple[Step, ...]],
        drug: str | None,
        dose_mg: float | None,
    ) -> None:
        self._report = report
        self._drugs = drugs
        self._protocols = protocols
        self._drug = drug
        self._dose_mg = dose_mg

    def course(self, node: Node, where: str) -> tuple[Step | Gap, ...]:
        """Steps and gaps of one arm, in order."""
        items = self._report.items(node, f"course of {where}")
        if items is None:
            return ()
        course: list[Step | Gap] = []
        gaps = [index for index, item in enumerate(items) if _is_gap(item)]
        if len(gaps) == len(items):
            self._report.add("S403", node.mark, f"{where} gives nothing; a course needs at least one protocol")
        for index in gaps:
            if len(gaps) < len(items) and index in (0, len(items) - 1):
                place = "begin" if index == 0 else "end"
                self._report.add("S402", items[index].mark, f"a course cannot {place} with a gap; see follow_up")
            elif index - 1 in gaps:
                self._report.add("S402", items[index].mark, "two gaps in a row; write one that is as long as both")
        for item in items:
            course += self._item(item, where)
        if len(course) > MOST_STEPS:
            self._report.add("S105", node.mark, f"{len(course)} steps in {where}; at most {MOST_STEPS} are allowed")
        return tuple(course)

    def _item(self, node: Node, where: str) -> tuple[Step | Gap, ...]:
        if isinstance(node.value, str):
            return self._named(node, {}, node)
        if not isinstance(node.value, dict):
            if not node.broken:
                wanted = "a protocol's name, {protocol: …}, {steps: […]} or {gap: …}"
                self._report.add("S103", node.mark, f"an item of {where} is {describe(node)}; {wanted} is needed")
            return ()
        fields = self._report.fields(node, ITEM_KEYS, (), f"the course of {where}") or {}
        heads = [key for key in ("protocol", "gap", "steps") if key in fields]
        if len(heads) != 1:
            found = " and ".join(heads) if heads else "none"
            self._report.add("S106", node.mark, f"an item of a course has one of protocol, gap, steps; found {found}")
            return ()
        allowed = {"protocol": ("drug", "dose", "for"), "gap": (), "steps": ("drug", "label")}[heads[0]]
        for key in fields:
            if key != heads[0] and key not in allowed:
                self._report.add("S106", node.keys[key], f"{key!r} does not go with {heads[0]!r}")
        if heads[0] == "gap":
            minutes = _duration(fields["gap"], "gap", self._report)
            return () if minutes is None else (Gap(minutes),)
        if heads[0] == "steps":
            return self._written(fields)
        return self._named(fields["protocol"], fields, node)

    def _item_drug(self, fields: dict[str, Node]) -> str | None:
        if "drug" in fields:
            return self._report.choice(fields["drug"], self._drugs, "S301", "drug")
        return self._drug

    def _written(self, fields: dict[str, Node]) -> tuple[Step, ...]:
        label: str | None = "own_steps"
        if "label" in fields:
            label = self._report.text(fields["label"], "label")
            if label is not None:
                self._report.name(label, fields["label"].mark)
        drug = self._item_drug(fields)
        steps = read_steps(fields["steps"], label or "", self._report, self._drugs)
        return _filled(steps, drug)

    def _named(self, node: Node, fields: dict[str, Node], item: Node) -> tuple[Step, ...]:
        """Steps of a named or own protocol."""
        names = (*PROTOCOLS, *(name for name in self._protocols if name not in PROTOCOLS))
        name = self._report.choice(node, names, "S302", "protocol")
        drug = self._item_drug(fields)
        if name is None:
            return ()
        if name not in PROTOCOLS:
            for key in ("dose", "for"):
                if key in fields:
                    self._report.add("S106", item.keys[key], f"{name!r} is written out in steps; leave {key!r} out")
            return _filled(self._protocols[name], drug)
        minutes = _duration(fields["for"], "for", self._report) if "for" in fields else None
        if "for" in fields and not PROTOCOLS[name].adjustable_time:
            self._report.add("S106", item.keys["for"], f"the length of {name!r} is fixed by its steps; leave 'for' out")
            return ()
        dose_mg = self._dose(fields, drug)
        if drug is None or dose_mg is None:
            return ()
        if dose_mg < SMALLEST_DOSE_MG:
            self._report.add("S205", item.mark, f"a dose of {dose_mg:g} mg is too small; {_DOSES} are allowed")
            return ()
        if minutes is None and name == "full_dose":
            minutes = float(self._drugs[drug].usual_infusion_min)
        return build_protocol(name, drug, dose_mg, minutes)

    def _dose(self, fields: dict[str, Node], drug: str | None) -> float | None:
        """Dose of an item: its own, the scenario's for the scenario's drug, or the drug's usual one."""
        if "dose" in fields:
            return self._report.quantity(fields["dose"], "mass", "dose")
        if drug is None:
            return None
        if self._dose_mg is not None and drug == self._drug:
            return self._dose_mg
        return float(self._drugs[drug].usual_dose_mg)


def _is_gap(node: Node) -> bool:
    return isinstance(node.value, dict) and "gap" in node.value


def _filled(steps: tuple[Step, ...], drug: str | None) -> tuple[Step, ...]:
    """Steps with the course's drug where they name none."""
    return tuple(step if step.drug else dataclasses.replace(step, drug=drug or "") for step in steps)


def same_steps(first: tuple[Step, ...], second: tuple[Step, ...]) -> bool:
    """Whether two sequences of steps are equal, pump rates that are not stated included."""
    return first == second and all(
        a.rate_ml_per_h == b.rate_ml_per_h or (math.isnan(a.rate_ml_per_h) and math.isnan(b.rate_ml_per_h))
        for a, b in zip(first, second, strict=True)
    )
