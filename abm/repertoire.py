"""A patient's HLA alleles, and how many of their T-cell clones fit a drug.

Alleles are drawn chromosome by chromosome (Hardy–Weinberg; loci independent), clones from a Poisson distribution whose
mean follows from the alleles. A cohort can also be drawn *given* at least one fitting clone, from the exact conditional
distribution: every patient then stands for the share of the population that has one.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from abm.parameters.catalog import ParameterSet, clones_of
from abm.parameters.hla import LOCI
from abm.parameters.t_cell import EVERYONE
from abm.random_streams import Stream, poisson_inverse, uniforms

ALLELES = tuple(trait for locus in LOCI.values() for trait in locus)

_TRAITS = int(Stream.PATIENT_TRAITS)
_CHROMOSOMES, _CLONES = 5, 6
"""Items of the stream of traits: two chromosomes of each locus; clones, and the draws given a fitting one."""


@dataclass(frozen=True)
class Repertoire:
    """What a population's alleles and clones for one drug are drawn from.

    Attributes
    ----------
    frequency : mapping of str to float
        Share of chromosomes with each allele, by trait.
    clones : mapping of str to float
        Mean number of fitting clones for one copy of each allele that presents the drug.
    everyone : float
        Mean number that the common alleles add in everybody.
    second_copy : float
        What a second copy adds relative to the first.
    gate : float
        1 if the allele is needed, 0 if everybody presents the drug as carriers of the strongest allele do.
    """

    frequency: Mapping[str, float]
    clones: Mapping[str, float]
    everyone: float
    second_copy: float
    gate: float

    def mean_clones(self, copies: Mapping[str, int]) -> float:
        """Mean number of fitting clones of a person with these copies: ``λ = λ_any + Σ λ_a·(1 + s·(copies − 1))``.

        With the gate g below 1: ``g·λ + (1 − g)·max(λ_any, λ_a)``.
        """
        carried = (
            mean * (1.0 + self.second_copy * (copies[allele] - 1))
            for allele, mean in self.clones.items()
            if copies[allele]
        )
        needed = sum(carried, self.everyone)
        return self.gate * needed + (1.0 - self.gate) * max(self.everyone, *self.clones.values(), 0.0)

    def draw(self, seed: int, patient_id: int, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Draw a candidate's copies of each allele, fitting clones, and weight 1; what is `known` is not drawn."""
        known = known or {}
        copies = dict.fromkeys(ALLELES, 0)
        chromosomes = uniforms(_CHROMOSOMES, 0, patient_id, _TRAITS, seed, 0)
        for locus, pair in zip(LOCI.values(), (chromosomes[:2], chromosomes[2:]), strict=True):
            for u in pair:
                total = 0.0
                for allele in locus:
                    total += self.frequency[allele]
                    if u < total:
                        copies[allele] += 1
                        break
        copies |= {allele: int(known[allele]) for allele in ALLELES if allele in known}
        mean = self.mean_clones(copies)
        clones = poisson_inverse(mean, uniforms(_CLONES, 0, patient_id, _TRAITS, seed, 0)[0]) if mean > 0.0 else 0
        return {**copies, "fitting_clones": int(known.get("fitting_clones", clones)), "case_weight": 1.0}

    def genotypes(self) -> Iterator[tuple[dict[str, int], float]]:
        """Every combination of copies, with its share of the population."""
        for combination in itertools.product(*(_locus_genotypes(locus, self.frequency) for locus in LOCI.values())):
            carried = Counter(allele for alleles, _ in combination for allele in alleles)
            yield {allele: carried[allele] for allele in ALLELES}, math.prod(share for _, share in combination)


def _locus_genotypes(locus: tuple[str, ...], frequency: Mapping[str, float]) -> list[tuple[tuple[str, ...], float]]:
    """Pairs of alleles of one locus and their Hardy–Weinberg shares; an allele without a name is ``""``."""
    shares = {allele: frequency[allele] for allele in locus}
    shares[""] = 1.0 - sum(shares.values())
    return [
        ((a, b), shares[a] * shares[b] * (1.0 if a == b else 2.0))
        for a, b in itertools.combinations_with_replacement(shares, 2)
    ]


class GivenFittingClone:
    """The distribution of alleles and clones given at least one fitting clone.

    ``P(genotype | ≥ 1) ∝ P(genotype)·(1 − e^−λ)`` over the genotypes that `allowed` lets pass; the number of clones
    given the genotype is a Poisson number that is not zero.

    Parameters
    ----------
    repertoire : Repertoire
        What is conditioned.
    allowed : callable
        Says for a mapping of copies whether `select:` lets such a person in.

    Attributes
    ----------
    weight : float
        Chance of a fitting clone in those who are let in; 0 where nobody can have one.
    """

    def __init__(self, repertoire: Repertoire, allowed: Callable[[dict[str, int]], bool]) -> None:
        table = [(copies, share) for copies, share in repertoire.genotypes() if allowed(copies)]
        self._copies = [copies for copies, _ in table]
        self._means = [repertoire.mean_clones(copies) for copies in self._copies]
        shares = [share for _, share in table]
        hits = [-share * math.expm1(-mean) for share, mean in zip(shares, self._means, strict=True)]
        self._cumulative = list(itertools.accumulate(hits))
        self.weight = self._cumulative[-1] / sum(shares) if sum(shares) > 0.0 else 0.0

    def draw(self, seed: int, patient_id: int, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Draw a candidate's copies, fitting clones (at least one) and weight; alleles cannot be `known` here."""
        assert not known
        _, u_genotype, u_clones, _ = uniforms(_CLONES, 0, patient_id, _TRAITS, seed, 0)
        row = bisect_right(self._cumulative, u_genotype * self._cumulative[-1])
        clones = _positive_poisson(self._means[row], u_clones)
        return {**self._copies[row], "fitting_clones": clones, "case_weight": self.weight}


def _positive_poisson(mean: float, uniform: float) -> int:
    """Poisson count that is not zero, by inversion: ``P(k) = λ^k / (k!·(e^λ − 1))``."""
    count = 1
    probability = total = mean / math.expm1(mean)
    while uniform > total and count < 2000:
        count += 1
        probability *= mean / count
        total += probability
    return count


def repertoire_of(parameters: ParameterSet, ancestry: str, drug: str) -> Repertoire:
    """Gather what a repertoire is drawn from; a drug without T-cell clones fits none."""
    means = {allele: parameters[name] for allele, name in clones_of(parameters.drugs[drug]).items()}
    return Repertoire(
        frequency={allele: parameters[f"hla.{ancestry}_{allele.removeprefix('hla_')}"] for allele in ALLELES},
        clones={allele: mean for allele, mean in means.items() if allele != EVERYONE},
        everyone=means.get(EVERYONE, 0.0),
        second_copy=parameters["t_cell.second_copy"],
        gate=parameters["t_cell.hla_gate"],
    )
