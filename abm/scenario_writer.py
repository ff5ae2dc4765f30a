"""A scenario as YAML with everything written out, for the run folder."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from abm.own_drug_text import drug_lines
from abm.parameters.catalog import DRUGS
from abm.parameters.drug import Drug
from abm.population_text import population_text
from abm.protocols import (
    LARGEST_DOSE_MG,
    LONG,
    PENICILLIN_ORAL,
    PROTOCOLS,
    SMALLEST_DOSE_MG,
    build_protocol,
    penicillin_oral_doses,
)
from abm.scenario import Arm, Condition, Gap, Item, Regimen, Scenario, Step, StopRule, passes
from abm.scenario_doses import format_dose
from abm.scenario_phrases import flow_list, flow_map, number_text, quoted
from abm.scenario_samples import samples_text
from abm.scenario_steps import same_steps
from abm.scenario_target import target_text
from abm.units import format_quantity

_SWEEP_HEAD = "# The sweep as it was run, with what it extends; every point's own file is in its folder."
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_LONGEST_LINE = 100
_HEAD = "# Resolved by desensim: every default and every step is written out; loads back to the same scenario."


def resolved_yaml(scenario: Scenario) -> str:
    """Write a scenario as a file that loads back to an equal one.

    Named protocols appear by name with drug, dose and length; all other steps are written out with units. Numbers keep
    every digit.
    """
    cohort = scenario.cohort
    lines = [
        _HEAD,
        f"name: {scenario.name}",
        f"question: {quoted(scenario.question)}",
        f"population: {population_text(cohort)}",
        f"patients: {cohort.patients}",
        f"select: {_select(cohort.select)}",
        f"given: {flow_list(sorted(cohort.given))}",
        *(drug_lines(scenario.drugs) if scenario.drugs else ()),
        f"drug: {scenario.allergic_to[0]}",
        f"allergic_to: {flow_list(scenario.allergic_to)}",
        f"cells: {scenario.cells}",
        f"replicates: {scenario.replicates}",
        f"seed: {scenario.seed}",
        f"follow_up: {format_quantity(scenario.follow_up_min, 'time')}",
        f"record: {flow_list(sorted(scenario.record))}",
        f"parameters: {flow_map({name: number_text(value) for name, value in scenario.parameters.items()})}",
    ]
    if scenario.samples:
        lines.append(f"samples: {samples_text(scenario.samples)}")
    if scenario.target is not None:
        lines.append(f"target: {target_text(scenario.target)}")
    lines.append("arms:")
    for arm in scenario.arms:
        lines += _arm(arm, DRUGS | dict(scenario.drugs))
    return "\n".join(lines) + "\n"


def _arm(arm: Arm, drugs: Mapping[str, Drug]) -> Iterator[str]:
    yield f"  {arm.name}:"
    yield f"    reference: {str(arm.reference).lower()}"
    yield f"    premedication: {flow_list(sorted(arm.premedication))}"
    if arm.on_reaction is None:
        yield "    on_reaction: null"
    else:
        rule = {
            "pause": format_quantity(arm.on_reaction.pause_min, "time"),
            "resume_at": arm.on_reaction.resume_at,
            "recognised_after": format_quantity(arm.on_reaction.recognised_after_min, "time"),
        }
        if arm.on_reaction.treat:
            rule["treat"] = flow_list(sorted(arm.on_reaction.treat))
        yield f"    on_reaction: {flow_map(rule)}"
    if arm.stop_drug_when is not None:
        yield f"    stop_drug_when: {_stop_rule(arm.stop_drug_when)}"
    if arm.after:
        yield f"    after: {arm.after}"
        yield f"    recover: {format_quantity(arm.recovery_min, 'time')}"
    yield "    course:"
    for items in passes(arm.course):
        first = items[0]
        if isinstance(first, Gap):
            yield f"      - gap: {format_quantity(first.duration_min, 'time')}"
        else:
            yield from _given(items, drugs)


def _stop_rule(rule: StopRule) -> str:
    fields: dict[str, str] = {"sign": rule.sign}
    if rule.sign == "detached":
        fields["percent"] = number_text(rule.percent)
    return flow_map(fields | {"delay": format_quantity(rule.delay_min, "time")})


def _given(items: tuple[Item, ...], drugs: Mapping[str, Drug]) -> Iterator[str]:
    """A named protocol in one line, or a list of steps and doses."""
    given = [item for item in items if not isinstance(item, Gap)]
    named = _named(given, drugs)
    if named is not None:
        yield f"      - {flow_map(named)}"
        return
    yield f"      - label: {given[0].protocol}"
    yield f"        drug: {given[0].drug}"
    yield "        steps:"
    for item in given:
        yield f"          - {flow_map(_step(item) if isinstance(item, Step) else _regimen(item))}"


def _named(items: list[Step | Regimen], drugs: Mapping[str, Drug]) -> dict[str, str] | None:
    """What to write for steps that are just those of a named protocol."""
    first = items[0]
    units_per_mg = drugs[first.drug].units_per_mg
    if first.protocol == PENICILLIN_ORAL and units_per_mg:
        known = same_steps(penicillin_oral_doses(first.drug, units_per_mg), items)
        return {"protocol": first.protocol, "drug": first.drug} if known else None
    info = PROTOCOLS.get(first.protocol)
    amount = math.fsum(item.dose_mg for item in items)
    if info is None or first.protocol in (PENICILLIN_ORAL, *LONG) or not SMALLEST_DOSE_MG <= amount <= LARGEST_DOSE_MG:
        return None
    minutes = first.duration_min if "duration_min" in info.options else None
    if not same_steps(build_protocol(info.name, first.drug, amount, minutes, per=first.per), items):
        return None
    item = {"protocol": info.name, "drug": first.drug, "dose": format_dose(amount, first.per)}
    if minutes is not None:
        item["for"] = format_quantity(minutes, "time")
    return item


def _step(step: Step) -> dict[str, str]:
    fields = {"step": str(step.number), "bag": str(step.bag), "dose": format_dose(step.dose_mg, step.per)}
    if step.rate_ml_per_h == step.rate_ml_per_h:  # not NaN
        fields["rate"] = format_quantity(step.rate_ml_per_h, "flow")
    fields["for"] = format_quantity(step.duration_min, "time")
    return fields


def _regimen(regimen: Regimen) -> dict[str, str]:
    return {
        "step": str(regimen.number),
        "dose": format_dose(regimen.dose_mg, regimen.per),
        "every": format_quantity(regimen.every_min, "time"),
        "for": format_quantity(regimen.duration_min, "time"),
    } | ({} if regimen.route == "oral" else {"route": regimen.route})


def _select(conditions: tuple[Condition, ...]) -> str:
    """Conditions by trait, in order of appearance."""
    by_trait: dict[str, list[str]] = {}
    for condition in conditions:
        by_trait.setdefault(condition.trait, []).append(_bound(condition))
    return flow_map({trait: bounds[0] if len(bounds) == 1 else flow_list(bounds) for trait, bounds in by_trait.items()})


def _bound(condition: Condition) -> str:
    value = condition.value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    return number_text(value) if condition.relation == "==" else f'"{condition.relation} {number_text(value)}"'


def sweep_yaml(values: dict[str, Any]) -> str:
    """Write the plain values of a file as a text that loads back to the same sweep."""
    return "\n".join([_SWEEP_HEAD, *_block(values, "")]) + "\n"


def _block(value: Any, pad: str) -> Iterator[str]:
    """Lines of a map or list, one entry a line, what is short in one."""
    entries = [(f"{_key(key)}:", child) for key, child in value.items()] if isinstance(value, dict) else None
    for head, child in entries if entries is not None else [("-", child) for child in value]:
        flow = _flow(child)
        if isinstance(child, dict | list) and child and len(pad) + len(head) + len(flow) > _LONGEST_LINE:
            yield pad + head
            yield from _block(child, pad + "  ")
        else:
            yield f"{pad}{head} {flow}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return flow_map({_key(key): _flow(child) for key, child in value.items()})
    if isinstance(value, list):
        return flow_list([_flow(child) for child in value])
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else quoted(key)
