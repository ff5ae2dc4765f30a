"""The words of a population, of its traits and of blood samples, key by key; part of `abm.scenario_keys`."""

from __future__ import annotations

from abm.parameters.hla import ANCESTRIES
from abm.scenario_kinds import Choice, Either, Key, ListOf, MapOf, Number, Quantity, Table, Text

SAMPLE_AFTER = ("start", "onset")
DISTRIBUTIONS = ("normal", "lognormal", "uniform", "bernoulli", "categorical")
KINDS_OF_NUMBERS = ("measured", "derived", "fitted", "assumed")
MOST_SAMPLES = 100

_LIKE = Either((Choice("populations"), Text(pattern=r"\.ya?ml$")))
POPULATION = {
    "name": Key(Text(name=True), "name in tables; alone: a population that has this name"),
    "like": Key(_LIKE, "the population whose traits hold where nothing else is stated"),
    "meaning": Key(Text(), "who these people are"),
    "ancestry": Key(Choice(ANCESTRIES), "ancestry, which sets the frequency of the HLA alleles"),
    "traits": Key(MapOf(Table("trait")), "traits that are spread in another way, by column of `patients`"),
    "correlations": Key(ListOf(Table("correlation")), "correlations of traits with each other"),
    "from": Key(Text(), "CSV file with the user's own patients, a row each"),
}

NEEDED_IN_A_POPULATION_FILE = ("name", "meaning", "like")

_SPREAD_OF = Either((Number(), Table("by_sex")))
TRAIT = {
    "distribution": Key(Choice(DISTRIBUTIONS), "how the trait is spread", needed=True),
    "mean": Key(_SPREAD_OF, "mean of a normal law"),
    "sd": Key(_SPREAD_OF, "its standard deviation"),
    "median": Key(_SPREAD_OF, "median of a lognormal law"),
    "sd_ln": Key(_SPREAD_OF, "standard deviation of its natural logarithm"),
    "low": Key(Number(), "where the law is cut off below; the lower end of a uniform one"),
    "high": Key(Number(), "where it is cut off above; the upper end of a uniform one"),
    "share": Key(_SPREAD_OF, "share of people with a yes"),
    "shares": Key(Table("by_sex"), "shares of women and men"),
    "unit": Key(Text(), "unit of these numbers, as in the column of `patients`"),
    "kind": Key(Choice(KINDS_OF_NUMBERS), "how the numbers are known", needed=True),
    "source": Key(Text(), "where they were read", needed=True),
    "where": Key(Text(), "the place in the source", needed=True),
    "note": Key(Text(), "conversion or reasoning; needed unless measured"),
}
LAW_FORMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "normal": (("mean", "sd"), ("low", "high")),
    "lognormal": (("median", "sd_ln"), ("low", "high")),
    "uniform": (("low", "high"), ()),
    "bernoulli": (("share",), ()),
    "categorical": (("shares",), ()),
}
"""Keys that each distribution needs, and those that it may have."""

BY_SEX = {sex: Key(Number(), f"in {word}", needed=True) for sex, word in (("female", "women"), ("male", "men"))}

CORRELATION = {
    "between": Key(ListOf(Text(), 2, 2), "two traits", needed=True),
    "value": Key(Number(-1.0, 1.0), "correlation of their normals", needed=True),
    "source": TRAIT["source"],
    "where": TRAIT["where"],
}

SAMPLE = {
    "at": Key(Quantity(("time",)), "time of the sample", needed=True),
    "after": Key(
        Choice(SAMPLE_AFTER), "what that time counts from: the start of the arm, or the first reaction", default="start"
    ),
}
