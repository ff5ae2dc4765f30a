"""The arms of a scenario: what is given, what staff do about reactions, and which arm goes on where another ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from abm.scenario import Arm, ReactionRule, StopRule
from abm.scenario_course import CourseReader
from abm.scenario_keys import (
    ARM,
    MOST_ARMS,
    ON_REACTION,
    PREMEDICATION,
    RESUME_AT,
    SIGNS,
    STOP_DRUG_WHEN,
    TREATMENTS,
    needed,
)
from abm.scenario_tree import Node, Report, shorten

LONGEST_MIN = 100 * 365.25 * 1440.0
"""Longest time from the first dose of a patient's first arm to the last of those that follow it, 100 years."""


class ArmsReader:
    """Reads the arms of one scenario."""

    def __init__(self, report: Report, course: CourseReader) -> None:
        self._report = report
        self._course = course
        self._names: list[str] = []
        self._length_min: dict[str, float] = {}

    def arms(self, node: Node) -> tuple[Arm, ...] | None:
        """All arms in the order of the file."""
        fields = self._report.mapping(node, "arms")
        if fields is None:
            return None
        if not 1 <= len(fields) <= MOST_ARMS:
            self._report.add("S105", node.mark, f"{len(fields)} arms; 1 to {MOST_ARMS} are needed")
        self._names = list(fields)
        arms = []
        for name, body in fields.items():
            self._report.name(name, node.keys[name])
            arm = self._arm(name, body)
            if arm is not None:
                arms.append(arm)
                self._check_length(arm, body)
        references = [arm.name for arm in arms if arm.reference]
        if len(references) != 1 and fields:
            found = f"{len(references)} ({', '.join(references)})" if references else "none"
            self._report.add("S401", node.mark, f"exactly one arm must say `reference: true`; found {found}")
        return tuple(arms)

    def _arm(self, name: str, node: Node) -> Arm | None:
        where = f"arm {shorten(name)!r}"
        fields = self._report.fields(node, ARM, needed(ARM), where)
        if fields is None:
            return None
        premedication: frozenset[str] = frozenset()
        if "premedication" in fields:
            premedication = read_names(fields["premedication"], PREMEDICATION, "S306", "premedication", self._report)
        rule = self._reaction_rule(fields["on_reaction"]) if "on_reaction" in fields else None
        stop = self._stop_rule(fields["stop_drug_when"]) if "stop_drug_when" in fields else None
        reference = self._report.boolean(fields["reference"], "reference") if "reference" in fields else False
        after = self._after(name, fields["after"]) if "after" in fields else ""
        recovery_min = self._recovery(node, fields)
        items = self._course.course(fields["course"], where) if "course" in fields else ()
        return Arm(name, items, premedication, rule, bool(reference), stop, after, recovery_min)

    def _after(self, name: str, node: Node) -> str:
        """The arm whose patients this one takes over, which must stand before it."""
        found = self._report.choice(node, self._names, "S311", "arm to go on after")
        if found is None:
            return ""
        if found == name:
            message = f"a re-exposure stands before its first exposure: arm {shorten(name)!r} cannot follow itself"
            self._report.add("S406", node.mark, f"{message}; name an arm above it, or leave 'after' out")
        elif self._names.index(found) > self._names.index(name):
            message = f"a re-exposure stands before its first exposure: {shorten(found)!r} comes later in the file"
            self._report.add("S406", node.mark, f"{message}; move it above {shorten(name)!r}")
        return found

    def _recovery(self, node: Node, fields: dict[str, Node]) -> float:
        """Minutes without drug before an arm that follows another."""
        if "recover" not in fields:
            return 0.0
        if "after" not in fields:
            message = "'recover' needs 'after': the arm whose patients recover before this one"
            self._report.add("S106", node.keys["recover"], message)
        return self._report.quantity(fields["recover"], "time", "recover", None) or 0.0

    def _check_length(self, arm: Arm, node: Node) -> None:
        """Note an arm that lasts too long together with those it follows."""
        total = self._length_min.get(arm.after, 0.0) + arm.recovery_min + sum(item.duration_min for item in arm.course)
        self._length_min[arm.name] = total
        if total > LONGEST_MIN:
            with_those = " with those it follows" if arm.after else ""
            message = (
                f"arm {shorten(arm.name)!r} lasts {total / 525_960.0:.4g} years{with_those}; at most 100 are allowed"
            )
            self._report.add("S205", node.mark, message)

    def _reaction_rule(self, node: Node) -> ReactionRule | None:
        """What staff do at a reaction; the pause may be left out where the drug is not resumed."""
        if node.value is None and not node.broken:
            return None
        fields = self._report.fields(node, ON_REACTION, needed(ON_REACTION), "on_reaction")
        if fields is None:
            return None
        resume_at = None
        if "resume_at" in fields:
            resume_at = self._report.choice(fields["resume_at"], RESUME_AT, "S307", "resume_at")
        pause_min: float | None = 0.0
        if "pause" in fields:
            pause_min = self._report.quantity(fields["pause"], "time", "pause", None)
        elif resume_at not in (None, "never"):
            self._report.add("S102", node.mark, "missing key 'pause' in on_reaction")
        after_min: float | None = ReactionRule(0.0, "never").recognised_after_min
        if "recognised_after" in fields:
            after_min = self._report.quantity(fields["recognised_after"], "time", "recognised_after", None)
        treat: frozenset[str] = frozenset()
        if "treat" in fields:
            treat = read_names(fields["treat"], TREATMENTS, "S332", "treatment", self._report)
        if resume_at is None or pause_min is None or after_min is None:
            return None
        return ReactionRule(pause_min, resume_at, after_min, treat)  # type: ignore[arg-type]

    def _stop_rule(self, node: Node) -> StopRule | None:
        """When the drug is withdrawn for good."""
        if node.value is None and not node.broken:
            return None
        fields = self._report.fields(node, STOP_DRUG_WHEN, needed(STOP_DRUG_WHEN), "stop_drug_when")
        if fields is None or "sign" not in fields:
            return None
        sign = self._report.choice(fields["sign"], SIGNS, "S310", "sign")
        rule = StopRule("onset" if sign is None else sign)  # type: ignore[arg-type]
        if "percent" in fields:
            if sign is not None and sign != "detached":
                self._report.add("S106", node.keys["percent"], f"'percent' goes with the sign 'detached', not {sign!r}")
            percent = self._report.number(fields["percent"], "percent")
            if percent is not None and not 0.0 < percent <= 100.0:
                message = f"percent is the number {shorten(fields['percent'].text)}; allowed: above 0 to 100"
                self._report.add("S104", fields["percent"].mark, message)
            rule = dataclasses.replace(rule, percent=percent or 0.0)
        elif sign == "detached":
            self._report.add(
                "S102", node.mark, "missing key 'percent' in stop_drug_when: how much skin must be detached"
            )
        if "delay" in fields:
            delay_min = self._report.quantity(fields["delay"], "time", "delay", None)
            rule = dataclasses.replace(rule, delay_min=delay_min or 0.0)
        return None if sign is None else rule


def read_names(node: Node, allowed: Iterable[str], code: str, what: str, report: Report) -> frozenset[str]:
    """A list of different names."""
    found: list[str] = []
    names = tuple(allowed)
    for item in report.items(node, what) or ():
        name = report.choice(item, names, code, what)
        if name in found:
            report.add("S108", item.mark, f"{name!r} is given twice in {what}")
        elif name is not None:
            found.append(name)
    return frozenset(found)
