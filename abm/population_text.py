"""A population as a resolved scenario states it: by name, or written out so that it loads back to an equal one."""

from __future__ import annotations

from abm.scenario import Cohort
from abm.scenario_phrases import flow_list, flow_map, number_text, quoted
from abm.trait_laws import CONTINUOUS, SEXES, Correlation, Described, Range, TraitLaw

COHORT_FILE = "cohort.csv"
"""Name of the user's own patients in a run folder."""


def population_text(cohort: Cohort) -> str:
    """Write the population of a cohort in one line; the user's own patients lie beside it as `COHORT_FILE`."""
    fields = {} if cohort.described is None else described_fields(cohort.described)
    if cohort.cohort_rows is not None:
        fields = {"from": COHORT_FILE, **(fields or {"like": cohort.population})}
    return flow_map(fields) if fields else cohort.population


def population_file(described: Described) -> str:
    """A population's file with everything that it states or takes over from what it is like."""
    return "".join(f"{key}: {value}\n" for key, value in described_fields(described).items())


def described_fields(described: Described) -> dict[str, str]:
    """Keys of a population's map and what stands under them."""
    fields = {
        "name": described.name,
        "like": described.like,
        "meaning": quoted(described.meaning),
        "ancestry": described.ancestry,
    }
    if described.laws:
        fields["traits"] = flow_map({law.trait: flow_map(_law(law)) for law in described.laws})
    if described.correlations:
        fields["correlations"] = flow_list([flow_map(_pair(pair)) for pair in described.correlations])
    return fields


def _law(law: TraitLaw) -> dict[str, str]:
    fields: dict[str, str] = {"distribution": law.distribution}
    if law.distribution == "categorical":
        fields["shares"] = _pair_text(law.center)
    elif law.distribution == "bernoulli":
        fields["share"] = _by_sex(law.center)
    elif law.distribution != "uniform":
        center, spread = {"normal": ("mean", "sd"), "lognormal": ("median", "sd_ln")}[law.distribution]
        fields |= {center: _by_sex(law.center), spread: _by_sex(law.spread)}
    limits = CONTINUOUS.get(law.trait, Range("", law.low, law.high))
    for key, end, usual in (("low", law.low, limits.low), ("high", law.high, limits.high)):
        if end != usual or law.distribution == "uniform":
            fields[key] = number_text(end)
    if law.unit:
        fields["unit"] = quoted(law.unit)
    fields |= {"kind": law.kind, "source": quoted(law.source), "where": quoted(law.where)}
    return fields | ({"note": quoted(law.note)} if law.note else {})


def _pair(pair: Correlation) -> dict[str, str]:
    return {
        "between": flow_list([pair.first, pair.second]),
        "value": number_text(pair.value),
        "source": quoted(pair.source),
        "where": quoted(pair.where),
    }


def _by_sex(pair: tuple[float, float]) -> str:
    return number_text(pair[0]) if pair[0] == pair[1] else _pair_text(pair)


def _pair_text(pair: tuple[float, float]) -> str:
    return flow_map({sex: number_text(value) for sex, value in zip(SEXES, pair, strict=True)})
