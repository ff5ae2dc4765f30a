"""The course of an arm: protocols, steps and doses written out, and gaps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from abm.long_protocols import IMMUNOTHERAPY
from abm.parameters.dosing import BY_AUC
from abm.parameters.protocol_tables import IMMUNOTHERAPY_SHARE
from abm.protocols import (
    LARGEST_DOSE_MG,
    LONG,
    OPTION_RANGES,
    OVER_USUAL_TIME,
    PENICILLIN_ORAL,
    PROTOCOLS,
    SMALLEST_DOSE_MG,
    build_protocol,
    long_protocol,
    penicillin_oral_doses,
)
from abm.scenario import Gap, Regimen, Step
from abm.scenario_doses import Dose, no_units, read_dose, unit_of
from abm.scenario_keys import ITEM, ITEM_FORMS, MOST_RATES, MOST_STEPS
from abm.scenario_steps import is_regimen, read_duration, read_regimen, read_steps
from abm.scenario_tree import Node, Report, describe

if TYPE_CHECKING:
    from abm.parameters.drugs import Drug

OPTIONS = {
    "for": ("duration_min", "time"),
    "interval": ("interval_min", "time"),
    "last": ("last_min", "time"),
    "start": ("start_fraction", "number"),
    "ratio": ("ratio", "number"),
    "step_count": ("step_count", "whole"),
    "from_step": ("from_step", "whole"),
    "to_step": ("to_step", "whole"),
    "missed": ("missed", "wholes"),
    "rates": ("rates_ml_per_h", "flows"),
}
"""What may be chosen of a named protocol: key, option of `abm.protocols.build_protocol`, and kind of value."""

_GIVEN = {
    "infusion": "infused", "oral": "swallowed", "bolus": "given as a bolus", "intramuscular": "injected into a muscle",
    "subcutaneous": "injected under the skin", "adsorbed": "given adsorbed to a carrier",
}  # fmt: skip
_DOSES = f"{SMALLEST_DOSE_MG:g} to {LARGEST_DOSE_MG:g} mg"


class CourseReader:
    """Reads courses with the scenario's drug, dose and own protocols at hand."""

    def __init__(
        self,
        report: Report,
        drugs: Mapping[str, Drug],
        protocols: Mapping[str, Sequence[Step | Regimen]],
        drug: str | None,
        dose: Dose | None,
    ) -> None:
        self._report = report
        self._drugs = drugs
        self._protocols = protocols
        self._drug = drug
        self._dose = dose

    def course(self, node: Node, where: str) -> tuple[Step | Gap | Regimen, ...]:
        """Steps, doses and gaps of one arm, in order."""
        items = self._report.items(node, f"course of {where}")
        if items is None:
            return ()
        course: list[Step | Gap | Regimen] = []
        gaps = [index for index, item in enumerate(items) if _is_gap(item)]
        if not items:
            message = f"{where} has an empty course; give something, or write one gap for a time without the drug"
            self._report.add("S403", node.mark, message)
        for index in gaps:
            if len(gaps) < len(items) and index in (0, len(items) - 1):
                place = "begin" if index == 0 else "end"
                self._report.add("S402", items[index].mark, f"a course cannot {place} with a gap; see follow_up")
            elif index - 1 in gaps:
                self._report.add("S402", items[index].mark, "two gaps in a row; write one that is as long as both")
        for item in items:
            found = _numbered(self._item(item, where), course, item)
            self._check_routes(found, item)
            self._check_by_auc(found, item)
            course += found
        if len(course) > MOST_STEPS:
            self._report.add("S105", node.mark, f"{len(course)} steps in {where}; at most {MOST_STEPS} are allowed")
        return tuple(course)

    def _item(self, node: Node, where: str) -> tuple[Step | Gap | Regimen, ...]:
        if isinstance(node.value, str):
            return self._named(node, {}, node)
        if not isinstance(node.value, dict):
            if not node.broken:
                wanted = "a protocol's name, {protocol: …}, {dose: …, every: …, for: …}, {steps: […]} or {gap: …}"
                self._report.add("S103", node.mark, f"an item of {where} is {describe(node)}; {wanted} is needed")
            return ()
        fields = self._report.fields(node, ITEM, (), f"the course of {where}") or {}
        heads = [key for key in ITEM_FORMS if key in fields]
        if len(heads) != 1:
            found = " and ".join(heads) if heads else "none"
            wanted = ", ".join(ITEM_FORMS)
            self._report.add("S106", node.mark, f"an item of a course has one of {wanted}; found {found}")
            return ()
        for key in fields:
            if key != heads[0] and key not in ITEM_FORMS[heads[0]]:
                self._report.add("S106", node.keys[key], f"{key!r} does not go with {heads[0]!r}")
        if heads[0] == "gap":
            minutes = read_duration(fields["gap"], "gap", self._report)
            return () if minutes is None else (Gap(minutes),)
        if heads[0] == "steps":
            return self._written(fields)
        if heads[0] == "every":
            return self._repeated(node, fields)
        return self._named(fields["protocol"], fields, node)

    def _check_routes(self, found: Sequence[Step | Gap | Regimen], node: Node) -> None:
        """Note drugs that would have to be given in a way they are not."""
        wanted = {
            (part.drug, part.route if isinstance(part, Regimen) else "infusion")
            for part in found
            if not isinstance(part, Gap) and part.drug in self._drugs
        }
        for drug, route in sorted(wanted):
            own = self._drugs[drug].given_by
            if route not in own:
                known = ", ".join(name for name, other in self._drugs.items() if route in other.given_by)
                message = f"{drug!r} is not {_GIVEN[route]}; drugs that are: {known}; its routes: {', '.join(own)}"
                self._report.add("S312", node.mark, message)

    def _check_by_auc(self, found: Sequence[Step | Gap | Regimen], node: Node) -> None:
        """Note doses by AUC of drugs that are not dosed so."""
        for drug in sorted({part.drug for part in found if not isinstance(part, Gap) and part.per == "AUC"}):
            if drug not in BY_AUC:
                known = ", ".join(BY_AUC)
                self._report.add("S208", node.mark, f"{drug!r} is not dosed by an AUC; drugs that are: {known}")

    def _item_drug(self, fields: dict[str, Node]) -> str | None:
        if "drug" in fields:
            return self._report.choice(fields["drug"], self._drugs, "S301", "drug")
        return self._drug

    def _written(self, fields: dict[str, Node]) -> tuple[Step | Regimen, ...]:
        label = self._label(fields, "own_steps")
        drug = self._item_drug(fields)
        return _filled(read_steps(fields["steps"], label, self._report, self._drugs, drug), drug)

    def _repeated(self, node: Node, fields: dict[str, Node]) -> tuple[Regimen, ...]:
        """Doses given in a moment that are an item by themselves."""
        swallowed = "route" not in fields or fields["route"].value == "oral"
        label = self._label(fields, "swallowed" if swallowed else "injected")
        regimen = read_regimen(node, fields, 1, label, self._report, self._drugs, self._drug)
        if regimen is None:
            return ()
        return (regimen if regimen.drug else dataclasses.replace(regimen, drug=self._drug or ""),)

    def _label(self, fields: dict[str, Node], default: str) -> str:
        if "label" not in fields:
            return default
        label = self._report.text(fields["label"], "label")
        if label is not None:
            self._report.name(label, fields["label"].mark)
        return label or ""

    def _named(self, node: Node, fields: dict[str, Node], item: Node) -> tuple[Step | Gap | Regimen, ...]:
        """Steps of a named or own protocol."""
        names = (*PROTOCOLS, *(name for name in self._protocols if name not in PROTOCOLS))
        name = self._report.choice(node, names, "S302", "protocol")
        drug = self._item_drug(fields)
        if name is None:
            return ()
        if name not in PROTOCOLS:
            for key in ("dose", *OPTIONS):
                if key in fields:
                    self._report.add("S106", item.keys[key], f"{name!r} is written out in steps; leave {key!r} out")
            return _filled(self._protocols[name], drug)
        if name == PENICILLIN_ORAL:
            return self._oral(fields, drug, item)
        options = self._options(name, fields, item)
        dose = self._whole_dose(fields, drug)
        if name == IMMUNOTHERAPY and "dose" not in fields and dose is not None:
            dose = dose._replace(amount=dose.amount * IMMUNOTHERAPY_SHARE)
        if drug is None or dose is None or options is None:
            return ()
        if dose.amount < SMALLEST_DOSE_MG:
            found = f"a dose of {dose.amount:g} {unit_of(dose.per)} is too small"
            self._report.add("S205", item.mark, f"{found}; {_DOSES} are allowed")
            return ()
        usual = OVER_USUAL_TIME.get(name)
        if usual is not None:
            options = {usual: float(self._drugs[drug].usual_infusion_min), **options}
        try:
            if name in LONG:
                return long_protocol(name, drug, dose.amount, per=dose.per, known=self._drugs[drug], **options)
            return build_protocol(name, drug, dose.amount, per=dose.per, **options)
        except ValueError as error:
            self._report.add("S106", item.mark, str(error))
            return ()

    def _options(self, name: str, fields: dict[str, Node], item: Node) -> dict[str, Any] | None:
        """What is chosen of a named protocol; None after noting a problem."""
        options: dict[str, Any] = {}
        keys = [key for key, (option, _) in OPTIONS.items() if option in PROTOCOLS[name].options]
        for key in (key for key in OPTIONS if key in fields):
            option, kind = OPTIONS[key]
            if key not in keys:
                known = f"what can be chosen: {', '.join(keys)}" if keys else "nothing of it can be chosen"
                self._report.add("S106", item.keys[key], f"{key!r} does not go with the protocol {name!r}; {known}")
                options[option] = None
            else:
                options[option] = self._option(fields[key], key, kind, *OPTION_RANGES[option])
        return None if None in options.values() else options

    def _option(self, node: Node, key: str, kind: str, low: float, high: float) -> Any:
        """One value of a kind; None after noting a problem."""
        if kind == "time":
            return read_duration(node, key, self._report)
        if kind == "whole":
            return self._report.whole(node, key, int(low), int(high))
        if kind == "number":
            number = self._report.number(node, key)
            if number is not None and not low <= number <= high:
                self._report.add("S104", node.mark, f"{key} is {describe(node)}; allowed: {low:g} to {high:g}")
                return None
            return number
        items = self._report.items(node, key)
        if kind == "wholes" and items is not None and 1 <= len(items) <= MOST_RATES:
            numbers = [self._report.whole(item, key, int(low), int(high)) for item in items]
            return None if None in numbers else tuple(numbers)
        if items is not None and not 1 <= len(items) <= MOST_RATES:
            self._report.add("S105", node.mark, f"{key} has {len(items)} items; 1 to {MOST_RATES} are needed")
            return None
        rates = [self._report.quantity(rate, "flow", key, low) for rate in items or ()]
        return None if items is None or None in rates else tuple(rates)

    def _whole_dose(self, fields: dict[str, Node], drug: str | None) -> Dose | None:
        """Dose of an item: its own, the scenario's for the scenario's drug, or the drug's usual one."""
        if "dose" in fields:
            return read_dose(fields["dose"], "dose", self._report, self._drugs.get(drug or ""), self._drugs)
        if drug is None:
            return None
        if self._dose is not None and drug == self._drug:
            return self._dose
        return Dose(float(self._drugs[drug].usual_dose_mg))

    def _oral(self, fields: dict[str, Node], drug: str | None, item: Node) -> tuple[Regimen, ...]:
        """Doses of the protocol that is swallowed, in units as published."""
        for key in ("dose", *OPTIONS):
            if key in fields:
                message = f"the doses of {PENICILLIN_ORAL!r} are fixed; leave {key!r} out"
                self._report.add("S106", item.keys[key], message)
        if drug is None:
            return ()
        if not self._drugs[drug].units_per_mg:
            self._report.add("S207", item.mark, f"{PENICILLIN_ORAL}: {no_units(self._drugs[drug], self._drugs)}")
            return ()
        return penicillin_oral_doses(drug, self._drugs[drug].units_per_mg)


def _numbered(
    found: tuple[Step | Gap | Regimen, ...], course: list[Step | Gap | Regimen], node: Node
) -> tuple[Step | Gap | Regimen, ...]:
    """Doses that are an item by themselves go on counting from such an item before them, with its drug and label."""
    last = course[-1] if course else None
    if not (is_regimen(node) and isinstance(last, Regimen) and found and isinstance(found[0], Regimen)):
        return found
    if (found[0].drug, found[0].protocol) != (last.drug, last.protocol):
        return found
    return (dataclasses.replace(found[0], number=min(last.number + 1, MOST_STEPS)),)


def _is_gap(node: Node) -> bool:
    return isinstance(node.value, dict) and "gap" in node.value


def _filled(steps: Sequence[Step | Regimen], drug: str | None) -> tuple[Step | Regimen, ...]:
    """Steps with the course's drug where they name none."""
    return tuple(step if step.drug else dataclasses.replace(step, drug=drug or "") for step in steps)
