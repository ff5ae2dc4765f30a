"""All parameters in one place, and the set a run uses."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from abm.parameters import (
    clones,
    dosing,
    epidermis,
    hla,
    ige_receptor,
    mast_cell,
    mediators,
    mrgprx2,
    patients,
    rescue,
    severity,
    slow_immunity,
    symptoms,
    t_cell,
    tissue,
)
from abm.parameters.drugs import DRUGS, Drug
from abm.parameters.parameter import Parameter
from abm.parameters.t_cell import CLONES

__all__ = [
    "DRUGS",
    "OutOfRange",
    "ParameterSet",
    "UnknownParameter",
    "all_parameters",
    "clones_of",
    "default_parameters",
    "drug_named",
    "parameters_of",
]

_CLONES = "clones_"

_GROUPS = {
    "ige_receptor": ige_receptor.PARAMETERS,
    "mast_cell": mast_cell.PARAMETERS,
    "mediators": mediators.PARAMETERS,
    "mrgprx2": mrgprx2.PARAMETERS,
    "symptoms": symptoms.PARAMETERS,
    "rescue": rescue.PARAMETERS,
    "tissue": tissue.PARAMETERS,
    "patients": patients.PARAMETERS,
    "dosing": dosing.PARAMETERS,
    "hla": hla.PARAMETERS,
    "t_cell": t_cell.PARAMETERS,
    "clones": clones.PARAMETERS,
    "epidermis": epidermis.PARAMETERS,
    "severity": severity.PARAMETERS,
    "slow_immunity": slow_immunity.PARAMETERS,
}


class UnknownParameter(KeyError):
    """No parameter has this name. `nearest` holds the most similar names."""

    def __init__(self, name: str, nearest: list[str]) -> None:
        self.name, self.nearest = name, nearest
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        super().__init__(f"unknown parameter {name!r}{hint}")

    def __str__(self) -> str:
        return str(self.args[0])


class OutOfRange(ValueError):
    """An override lies outside of what the parameter may be."""


@cache
def _registry() -> dict[str, Parameter]:
    table = {f"{group}.{key}": number for group, rows in _GROUPS.items() for key, number in rows.items()}
    table = {name: dataclasses.replace(number, name=name) for name, number in table.items()}
    return table | _numbers_of(DRUGS.values())


def all_parameters(own_drugs: Mapping[str, Drug] | None = None) -> list[Parameter]:
    """Every parameter with its full name, in the order of the tables; those of `own_drugs` come last."""
    return [*_registry().values(), *_numbers_of((own_drugs or {}).values()).values()]


def _numbers_of(drugs: Iterable[Drug]) -> dict[str, Parameter]:
    """Numbers of some drugs by full name."""
    named = ((f"drugs.{drug.name}.{key}", number) for drug in drugs for key, number in drug.parameters.items())
    return {name: dataclasses.replace(number, name=name) for name, number in named}


class ParameterSet(Mapping[str, float]):
    """An immutable set of parameter values by full name, each in its parameter's own unit.

    Attributes
    ----------
    drugs : mapping of str to Drug
        The catalogue's drugs, and those of a scenario's own whose numbers are in the set.
    """

    def __init__(self, values: Mapping[str, float], own_drugs: Mapping[str, Drug] | None = None) -> None:
        self._values = dict(values)
        self.own_drugs = dict(own_drugs or {})
        self.drugs: Mapping[str, Drug] = DRUGS | self.own_drugs

    def __getitem__(self, name: str) -> float:
        try:
            return self._values[name]
        except KeyError:
            raise UnknownParameter(name, difflib.get_close_matches(name, self._values, n=3)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def with_overrides(self, overrides: Mapping[str, float]) -> ParameterSet:
        """Return a copy with some values replaced.

        Raises
        ------
        UnknownParameter
            If a name does not exist.
        OutOfRange
            If a value is not finite or outside of what the parameter may be.
        """
        known = _registry() | _numbers_of(self.own_drugs.values())
        for name, value in overrides.items():
            self[name]
            parameter = known[name]
            if not (math.isfinite(value) and parameter.hard_low <= value <= parameter.hard_high):
                allowed = f"{parameter.hard_low:g} to {parameter.hard_high:g} {parameter.unit}".strip()
                raise OutOfRange(f"{name} = {value:g} is not possible; allowed: {allowed}")
        return ParameterSet(self._values | dict(overrides), self.own_drugs)


@cache
def default_parameters() -> ParameterSet:
    """The one parameter set that every scenario uses unless it says otherwise."""
    return ParameterSet({name: parameter.value for name, parameter in _registry().items()})


def parameters_of(own_drugs: Mapping[str, Drug], overrides: Mapping[str, float]) -> ParameterSet:
    """Return the set that a scenario uses: the usual one, its own drugs, and what it changes.

    Raises
    ------
    UnknownParameter, OutOfRange
        As `ParameterSet.with_overrides`.
    """
    usual = default_parameters()
    if own_drugs:
        own = {name: number.value for name, number in _numbers_of(own_drugs.values()).items()}
        usual = ParameterSet({**usual, **own}, own_drugs)
    return usual.with_overrides(overrides) if overrides else usual


def clones_of(drug: Drug) -> dict[str, str]:
    """Return what presents a drug (copies of an allele, or `EVERYONE`), each with the full name of its number λ."""
    own = {key.removeprefix(_CLONES): f"drugs.{drug.name}.{key}" for key in drug.parameters if key.startswith(_CLONES)}
    return dict(CLONES.get(drug.name, ())) | own


def drug_named(name: str) -> Drug:
    """Look a drug up; raises KeyError with the nearest name."""
    if name not in DRUGS:
        nearest = difflib.get_close_matches(name, DRUGS, n=1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise KeyError(f"unknown drug {name!r}{hint}; known: {', '.join(DRUGS)}")
    return DRUGS[name]
