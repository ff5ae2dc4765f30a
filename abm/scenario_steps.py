"""Steps of an infusion and doses given in a moment, as a user writes them out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from abm.protocols import LARGEST_DOSE_MG, SMALLEST_DOSE_MG
from abm.scenario import Gap, Regimen, Route, Step
from abm.scenario_doses import Dose, read_dose, unit_of
from abm.scenario_keys import AT_ONCE, DOSE, MOST_STEPS, STEP, limits, needed
from abm.scenario_tree import Node, Report, describe, shorten
from abm.units import MINUTES_PER_BASE_BIN, dimension_of

if TYPE_CHECKING:
    from abm.parameters.drugs import Drug

MOST_DOSES = 10_000
_REPEATED, _SINGLE = "a repeated dose", "a dose given in a moment"
_OF_INFUSIONS = ("rate", "concentration", "bag")
_SMALLEST_STEP_MG = SMALLEST_DOSE_MG * 5e-7  # below the first step of the smallest ladder

# Every wanted combination of the keys that say how much is given.
_FORMS = {frozenset(form) for form in (("dose",), ("rate",), ("dose", "rate"), ("rate", "concentration"))}
_STEP_FORMS = "dose + for, rate + concentration + for, dose + rate in mL/h + for, or rate in mg/min + for"


def read_steps(
    node: Node, protocol: str, report: Report, drugs: Mapping[str, Drug], default: str | None = None
) -> tuple[Step | Regimen, ...]:
    """Steps and doses that a user wrote out; one that names no drug has an empty one, to be filled in by the course.

    `default` is the drug that will be filled in, where it is known already: units of activity are a drug's own.
    """
    items = report.items(node, f"protocol {shorten(protocol)!r}")
    if items is None:
        return ()
    if not 1 <= len(items) <= MOST_STEPS:
        report.add(
            "S105", node.mark, f"protocol {shorten(protocol)!r} has {len(items)} steps; 1 to {MOST_STEPS} are needed"
        )
        return ()
    steps = (
        (_read_dose if is_regimen(item) else _read_step)(item, number, protocol, report, drugs, default)
        for number, item in enumerate(items, start=1)
    )
    return tuple(step for step in steps if step is not None)


def _read_step(
    node: Node, number: int, protocol: str, report: Report, drugs: Mapping[str, Drug], default: str | None
) -> Step | None:
    fields = report.fields(node, STEP, needed(STEP), "step")
    if fields is None:
        return None
    before = len(report.problems)
    drug = report.choice(fields["drug"], drugs, "S301", "drug") if "drug" in fields else ""
    bag = report.whole(fields["bag"], "bag", *limits(STEP, "bag")) if "bag" in fields else 0
    own_number = report.whole(fields["step"], "step", *limits(STEP, "step")) if "step" in fields else number
    minutes = read_duration(fields["for"], "for", report) if "for" in fields else None
    amounts: dict[str, Node] = {key: fields[key] for key in ("dose", "rate", "concentration") if key in fields}
    dose = None
    if "dose" in fields:
        dose = read_dose(fields["dose"], "dose", report, drugs.get(drug or default or ""), drugs)
    dose_mg, rate_ml_per_h = _amounts(node, amounts, dose, minutes, report)
    if len(report.problems) > before or drug is None or bag is None or own_number is None:
        return None
    if minutes is None or dose_mg is None:
        return None
    dose = dose or Dose(dose_mg)
    if not _dose_fits(dose, node, "step", report):
        return None
    step = Step(drug, protocol, own_number, bag, minutes, dose_mg, per=dose.per)
    return step if rate_ml_per_h is None else dataclasses.replace(step, rate_ml_per_h=rate_ml_per_h)


def is_regimen(node: Node) -> bool:
    """Whether an item is given in a moment: it says ``every``, or a ``route`` other than infusion."""
    if not isinstance(node.value, dict):
        return False
    return "every" in node.value or ("route" in node.value and node.value["route"].value != "infusion")


def _read_dose(
    node: Node, number: int, protocol: str, report: Report, drugs: Mapping[str, Drug], default: str | None
) -> Regimen | None:
    fields = report.fields(node, (*DOSE, *_OF_INFUSIONS), (), _REPEATED)
    for key in _OF_INFUSIONS:
        if fields is not None and key in fields:
            why = "it says 'every'" if "every" in fields else f"its route is {describe(fields['route'])}"
            message = f"{key!r} is of an infusion, and this dose is given in a moment, as {why}"
            report.add("S106", node.keys[key], f"{message}; leave one of them out")
    return None if fields is None else read_regimen(node, fields, number, protocol, report, drugs, default)


def read_regimen(
    node: Node,
    fields: dict[str, Node],
    number: int,
    protocol: str,
    report: Report,
    drugs: Mapping[str, Drug],
    default: str | None,
) -> Regimen | None:
    """Doses given in a moment, ``{dose: 200 mg, every: 12 h, for: 28 d, route: oral}``; the drug may stay empty.

    Swallowed unless `route` says otherwise. With a route and without `every` it is one dose, and `for` until the next.
    """
    before = len(report.problems)
    what = _SINGLE if "route" in fields and "every" not in fields else _REPEATED
    route = report.choice(fields["route"], AT_ONCE, "S313", "route of a dose") if "route" in fields else "oral"
    if "route" in fields and "every" not in fields and "for" in fields:
        fields = fields | {"every": fields["for"]}
    for key in ("dose", "every", "for"):
        if key not in fields:
            report.add("S102", node.mark, f"missing key {key!r} in {what}")
    drug = report.choice(fields["drug"], drugs, "S301", "drug") if "drug" in fields else ""
    own_number = report.whole(fields["step"], "step", *limits(STEP, "step")) if "step" in fields else number
    dose = None
    if "dose" in fields:
        dose = read_dose(fields["dose"], "dose", report, drugs.get(drug or default or ""), drugs)
    every_min = read_duration(fields["every"], "every", report) if "every" in fields else None
    for_min = read_duration(fields["for"], "for", report) if "for" in fields else None
    times = None if every_min is None or for_min is None else _times(fields, for_min / every_min, report)
    if drug is None or own_number is None or dose is None or every_min is None or times is None:
        return None
    if len(report.problems) > before or not _dose_fits(dose, node, "item", report):
        return None
    return Regimen(drug, protocol, own_number, dose.amount, every_min, times, cast("Route", route), per=dose.per)


def _times(fields: dict[str, Node], ratio: float, report: Report) -> int | None:
    """Number of doses: how often the interval goes into the time, which must be a whole number."""
    times, node = round(ratio), fields["for"]
    every, length = (shorten(fields[key].text.strip()) for key in ("every", "for"))
    if times < 1 or abs(ratio - times) > 1e-9 * times:
        near = max(1, times)
        message = (
            f"for: {length!r} is {ratio:.4g} times {every!r}; it must be a whole number of intervals, "
            f"for example {near} times {every}"
        )
        report.add("S106", node.mark, message)
        return None
    if times > MOST_DOSES:
        report.add(
            "S105", node.mark, f"{times} doses, one every {every!r} for {length!r}; at most {MOST_DOSES} are allowed"
        )
        return None
    return times


def _dose_fits(dose: Dose, node: Node, what: str, report: Report) -> bool:
    """Whether a dose is within what can be given; the problem is noted if not."""
    if _SMALLEST_STEP_MG <= dose.amount <= LARGEST_DOSE_MG:
        return True
    unit = unit_of(dose.per)
    limits = f"{_SMALLEST_STEP_MG:g} to {LARGEST_DOSE_MG:g} {unit} are allowed"
    report.add("S205", node.mark, f"this {what} gives {dose.amount:g} {unit}; {limits}")
    return False


def _amounts(
    node: Node, given: dict[str, Node], dose: Dose | None, minutes: float | None, report: Report
) -> tuple[float | None, float | None]:
    """Dose in its unit and pump rate in mL/h (None where not stated) of a step."""
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
    dose_mg = dose.amount if dose is not None else None
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


def read_duration(node: Node, what: str, report: Report) -> float | None:
    """Minutes, at least one base bin."""
    minutes = report.quantity(node, "time", what)
    if minutes is not None and minutes < MINUTES_PER_BASE_BIN:
        seconds = MINUTES_PER_BASE_BIN * 60.0
        report.add("S205", node.mark, f"{what}: {node.text.strip()!r} is below {seconds:g} s, the finest time resolved")
        return None
    return minutes


def same_steps(first: Sequence[Step | Gap | Regimen], second: Sequence[Step | Gap | Regimen]) -> bool:
    """Whether two courses are equal, pump rates and volumes that are not stated included."""
    return tuple(first) == tuple(second) and all(
        one == other or (math.isnan(one) and math.isnan(other))
        for one, other in zip(map(_stated, first), map(_stated, second), strict=True)
    )


def _stated(item: Step | Gap | Regimen) -> float:
    """What the equality of steps and doses leaves out: pump rate or volume."""
    if isinstance(item, Gap):
        return math.nan
    return item.rate_ml_per_h if isinstance(item, Step) else item.volume_ml
