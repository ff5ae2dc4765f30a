"""The law of one trait of a population, as it is written in a file."""

from __future__ import annotations

import math

from abm.population_keys import BY_SEX, DISTRIBUTIONS, KINDS_OF_NUMBERS, LAW_FORMS, TRAIT
from abm.scenario_keys import needed
from abm.scenario_tree import Node, Report, describe
from abm.trait_laws import CONTINUOUS, SEXES, YES_OR_NO, Range, TraitLaw

Pair = tuple[float, float]

_ALWAYS = ("distribution", "unit", "kind", "source", "where", "note")
_LEAST_SHARE = 1e-3


def read_law(trait: str, node: Node, report: Report) -> TraitLaw | None:
    """The law of `trait`, or None after noting what is wrong with it."""
    before = len(report.problems)
    fields = report.fields(node, TRAIT, needed(TRAIT), f"the trait {trait}")
    if fields is None or "distribution" not in fields:
        return None
    distribution = report.choice(fields["distribution"], DISTRIBUTIONS, "S316", "distribution")
    if distribution is None:
        return None
    if distribution not in _fitting(trait):
        allowed = ", ".join(_fitting(trait))
        report.add("S411", fields["distribution"].mark, f"{trait} cannot be {distribution}; allowed: {allowed}")
        return None
    _check_keys(trait, distribution, fields, node, report)
    if len(report.problems) > before:
        return None
    law = _law(trait, distribution, fields, report)
    if law is not None and len(report.problems) == before:
        _check_mass(law, node, report)
    return law if len(report.problems) == before else None


def _fitting(trait: str) -> tuple[str, ...]:
    """Distributions that a trait can have."""
    if trait in CONTINUOUS:
        return ("normal", "lognormal", "uniform")
    return ("bernoulli",) if trait in YES_OR_NO else ("categorical",)


def _check_keys(trait: str, distribution: str, fields: dict[str, Node], node: Node, report: Report) -> None:
    """Note keys of another distribution, keys that are missing, and a unit that is not the trait's."""
    required, optional = LAW_FORMS[distribution]
    for key, value in fields.items():
        if key not in (*required, *optional, *_ALWAYS):
            report.add("S106", value.mark, f"{key} does not go with {distribution}; it has {', '.join(required)}")
    for key in required:
        if key not in fields:
            report.add("S102", node.mark, f"missing key {key!r} in the trait {trait}, which is {distribution}")
    unit = CONTINUOUS[trait].unit if trait in CONTINUOUS else ""
    if "unit" not in fields:
        if unit:
            report.add("S201", node.mark, f"{trait} has no unit; write unit: {unit}")
    elif report.text(fields["unit"], "unit") not in (None, unit):
        wanted = f"unit: {unit}" if unit else "no unit"
        report.add("S202", fields["unit"].mark, f"unit is {describe(fields['unit'])}; {trait} needs {wanted}")
    if "kind" in fields:
        kind = report.choice(fields["kind"], KINDS_OF_NUMBERS, "S317", "kind of number")
        if kind not in (None, "measured") and "note" not in fields:
            report.add("S102", node.mark, f"missing key 'note' in the trait {trait}: why, as the number is {kind}")
    for key in ("source", "where", "note"):
        if key in fields and report.text(fields[key], key) == "":
            report.add("S103", fields[key].mark, f"{key} is empty; say where the number is from")


def _law(trait: str, distribution: str, fields: dict[str, Node], report: Report) -> TraitLaw | None:
    limits = CONTINUOUS.get(trait, Range("", 0.0, 1.0))
    words = {key: str(fields[key].value) for key in ("kind", "source", "where", "note") if key in fields}
    center: Pair | None = (0.0, 0.0)
    spread: Pair | None = (0.0, 0.0)
    if distribution == "categorical":
        center = _shares(fields["shares"], report)
    elif distribution != "uniform":
        key, spread_key = LAW_FORMS[distribution][0][0], {"normal": "sd", "lognormal": "sd_ln"}.get(distribution)
        least = max(limits.low, 1e-9) if distribution == "lognormal" else limits.low
        center = _by_sex(fields[key], key, least, limits.high, report)
        if spread_key:
            most = 3.0 if distribution == "lognormal" else limits.high - limits.low
            spread = _by_sex(fields[spread_key], spread_key, 0.0, most, report)
    low, high = (_end(fields, key, limits, report) for key in ("low", "high"))
    if center is None or spread is None or low is None or high is None:
        return None
    if low >= high:
        report.add(
            "S104", fields["high" if "high" in fields else "low"].mark, f"low {low:g} is not below high {high:g}"
        )
        return None
    return TraitLaw(trait, distribution, center, spread, low, high, limits.unit, **words)  # type: ignore[arg-type]


def _end(fields: dict[str, Node], key: str, limits: Range, report: Report) -> float | None:
    """An end of the law, by default that of what the trait can be at all."""
    if key not in fields:
        return getattr(limits, key)
    return _within(fields[key], key, limits.low, limits.high, report)


def _within(node: Node, what: str, low: float, high: float, report: Report) -> float | None:
    number = report.number(node, what)
    if number is None:
        return None
    if number < 0.0 <= low:
        report.add("S203", node.mark, f"{what} is {number:g}; it cannot be negative")
        return None
    if not low <= number <= high:
        report.add("S104", node.mark, f"{what} is {number:g}; allowed: {low:g} to {high:g}")
        return None
    return number


def _by_sex(node: Node, what: str, low: float, high: float, report: Report) -> Pair | None:
    """A number for everybody, or one for women and one for men."""
    if not isinstance(node.value, dict):
        number = _within(node, what, low, high, report)
        return None if number is None else (number, number)
    fields = report.fields(node, BY_SEX, SEXES, what)
    if fields is None or len(fields) < 2:
        return None
    female, male = (_within(fields[sex], f"{what} of {sex}s", low, high, report) for sex in SEXES)
    return None if female is None or male is None else (female, male)


def _shares(node: Node, report: Report) -> Pair | None:
    """Shares of women and men, which are all people together."""
    pair = _by_sex(node, "shares", 0.0, 1.0, report) if isinstance(node.value, dict) else None
    if not isinstance(node.value, dict):
        report.mapping(node, "shares")
    if pair is not None and not math.isclose(sum(pair), 1.0, abs_tol=1e-9):
        report.add("S104", node.mark, f"the shares of women and men are {sum(pair):g} together; 1 is needed")
        return None
    return pair


def _check_mass(law: TraitLaw, node: Node, report: Report) -> None:
    """Note a law that has hardly anybody between its ends."""
    if law.distribution in ("normal", "lognormal"):
        share = min(law.mass(sex) for sex in SEXES)
        if share < _LEAST_SHARE:
            between = f"between {law.low:g} and {law.high:g}"
            report.add("S104", node.mark, f"{law.trait}: only {share:.2g} of the {law.distribution} law lies {between}")
