"""What each arm of a run was to give, read from the scenario that run.json keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from analysis.load import RunResults

_ROUTES = {
    "oral": "swallowed", "bolus": "as a bolus", "intramuscular": "into a muscle", "subcutaneous": "under the skin",
    "adsorbed": "under the skin, adsorbed",
}  # fmt: skip
_UNITS = {"kg": "mg/kg", "m2": "mg/m²", "AUC": "mg per AUC"}
_SIGNS = {"prodrome": "fever and malaise", "mucosa": "erosions of the mucosa", "onset": "1 % of the skin is ill"}


class Dose(NamedTuple):
    """One step or dose: begins at `start_min`, lasts `length_min` (0: given in a moment), holds `dose` of `unit`."""

    start_min: float
    length_min: float
    dose: float
    unit: str
    drug: str
    protocol: str
    step: int
    bag: int
    rate_ml_per_h: float | None


class Stretch(NamedTuple):
    """A part of a course that belongs together: the steps of one protocol, the doses of a regimen, or a gap (none).

    `dose` (in all, or each time) and `how` it is given are in words.
    """

    start_min: float
    duration_min: float
    doses: tuple[Dose, ...]
    drug: str
    dose: str
    how: str

    @property
    def words(self) -> str:
        """The whole stretch in a line."""
        return self.how if not self.doses else f"{self.dose} of {self.drug} {self.how}"


def courses(results: RunResults) -> dict[str, tuple[Stretch, ...]]:
    """Return the course of every arm, in the order of the arms.

    Returns
    -------
    dict of str to tuple of Stretch
        Empty where the run was written without its scenario in run.json.
    """
    arms = {arm["name"]: arm for arm in scenario_arms(results) if arm.get("course")}
    return {name: tuple(_stretches(arms[name]["course"])) for name in results.arms if name in arms}


def scenario_arms(results: RunResults) -> list[dict[str, Any]]:
    """Return the arms as run.json holds them; empty where it does not."""
    return list(results.run.get("identity", {}).get("scenario", {}).get("arms", []))


def rules_in_words(arm: dict[str, Any]) -> list[str]:
    """Say what staff of an arm do before the drug, at a reaction and at a sign of a delayed one."""
    found = []
    if arm.get("after"):
        found.append(f"{duration_words(arm.get('recovery_min', 0.0))} after {arm['after']}, in those who survived it")
    if arm.get("premedication"):
        found.append(f"premedication: {', '.join(arm['premedication'])}")
    if rule := arm.get("on_reaction"):
        treat = f", give {' and '.join(rule['treat'])}" if rule.get("treat") else ""
        resume = str(rule.get("resume_at", "same_step")).replace("_", " ")
        found.append(f"at a reaction: pause {duration_words(rule['pause_min'])}{treat}, go on at {resume}")
    if rule := arm.get("stop_drug_when"):
        sign = _SIGNS.get(rule["sign"], f"{rule.get('percent', 1.0):g} % of the skin is detached")
        found.append(f"drug withdrawn {duration_words(rule.get('delay_min', 0.0))} after {sign}")
    return found


def duration_words(minutes: float) -> str:
    """Format a time in the unit in which it reads best, to three digits."""
    for unit, length in (("y", 525_960.0), ("d", 1440.0), ("h", 60.0)):
        if minutes >= 2 * length or minutes == length:
            return f"{minutes / length:.3g} {unit}"
    return f"{minutes:.3g} min"


def dose_words(dose: float, unit: str = "mg") -> str:
    """Format a dose to three digits, thousands apart, without powers of ten."""
    if dose >= 1000:
        return f"{dose:,.0f} {unit}"
    return f"{float(f'{dose:.3g}'):.10f}".rstrip("0").rstrip(".") + f" {unit}"


def drug_words(name: str) -> str:
    """Show a drug's name with spaces, and a lone letter (penicillin G) as a capital."""
    return " ".join(word.upper() if len(word) == 1 else word for word in name.split("_"))


def _stretches(course: Sequence[dict[str, Any]]) -> list[Stretch]:
    found: list[Stretch] = []
    clock, together = 0.0, list[dict[str, Any]]()
    for item in course:
        if together and not _goes_on(together[-1], item):
            found.append(_stretch(together, clock))
            clock += found[-1].duration_min
            together = []
        together.append(item)
    return [*found, _stretch(together, clock)] if together else found


def _goes_on(last: dict[str, Any], item: dict[str, Any]) -> bool:
    """Whether an item is the next step of the same protocol."""
    same = all("drug" in each and "times" not in each for each in (last, item))
    return (
        same
        and (last["drug"], last["protocol"]) == (item["drug"], item["protocol"])
        and item["number"] > last["number"]
    )


def _stretch(items: list[dict[str, Any]], start: float) -> Stretch:
    first = items[0]
    if "drug" not in first:
        length = float(first["duration_min"])
        return Stretch(start, length, (), "", "", f"no drug for {duration_words(length)}")
    unit, drug = _UNITS.get(first.get("per", ""), "mg"), drug_words(first["drug"])
    if "times" in first:
        every, times = float(first["every_min"]), int(first["times"])
        doses = tuple(_dose(first, start + every * number, 0.0, unit) for number in range(times))
        often = f", every {duration_words(every)}, {times} times" if times > 1 else ""
        route = _ROUTES.get(first.get("route", "oral"), first.get("route", ""))
        return Stretch(start, every * times, doses, drug, dose_words(first["dose_mg"], unit), f"{route}{often}")
    clock, steps = start, list[Dose]()
    for item in items:
        steps.append(_dose(item, clock, float(item["duration_min"]), unit))
        clock += float(item["duration_min"])
    whole, length = sum(step.dose for step in steps), clock - start
    many = f", {len(steps)} steps" if len(steps) > 1 else ""
    how = f"in {duration_words(length)} ({first['protocol']}{many})"
    return Stretch(start, length, tuple(steps), drug, dose_words(whole, unit), how)


def _dose(item: dict[str, Any], start: float, length: float, unit: str) -> Dose:
    return Dose(
        start, length, float(item["dose_mg"]), unit, item["drug"], item["protocol"], int(item["number"]),
        int(item.get("bag", 0)), item.get("rate_ml_per_h"),
    )  # fmt: skip
