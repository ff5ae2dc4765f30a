"""T-cell clones that fit a drug: how many a person has on average, by drug and HLA allele.

A fitting clone is one whose receptor binds the drug on the allele well enough to start a reaction. Their number is
Poisson with mean λ, the sum over the alleles carried (see `abm.repertoire`). λ is an input: a share q of those with a
fitting clone falls ill, so a carrier's risk is ``PPV = q·(1 − e^−λ)``. The values are those of q = 1.
"""

from __future__ import annotations

from abm.parameters.parameter import Kind, Parameter

EVERYONE = "any"
"""Stands for the common alleles that nearly everybody has."""

CLONES: dict[str, tuple[tuple[str, str], ...]] = {
    "sulfamethoxazole": ((EVERYONE, "t_cell.clones_sulfamethoxazole"),),
    "carbamazepine": (
        ("hla_b_15_02", "t_cell.clones_carbamazepine_b_15_02"),
        ("hla_a_31_01", "t_cell.clones_carbamazepine_a_31_01"),
    ),
    "allopurinol": (("hla_b_58_01", "t_cell.clones_allopurinol_b_58_01"),),
    "lamotrigine": ((EVERYONE, "t_cell.clones_lamotrigine"),),
    "abacavir": (("hla_b_57_01", "t_cell.clones_abacavir_b_57_01"),),
}
"""By drug: the trait with the copies of an allele that presents it (or `EVERYONE`), and the parameter with λ."""


def _clones(value: float, low: float, high: float, source: str, where: str, note: str, kind: Kind) -> Parameter:
    return Parameter(value, "", low, high, kind, "human", source, where, note, hard_high=20.0)


PARAMETERS: dict[str, Parameter] = {
    "hla_gate": Parameter(
        1.0, "", 0.0, 1.0, "assumed", "human", "model", "docs/model.md",
        "1: only the alleles a person carries present the drug; 0: everybody presents it as well as carriers of the "
        "strongest allele do (ablation A5); between: the weighted mean", hard_high=1.0,
    ),
    "second_copy": Parameter(
        1.0, "", 0.0, 4.0, "assumed", "human", "ng_2016", "OR 15.3 for one copy, 72.5 for two",
        "fitting clones that a second copy of an allele adds, relative to the first: twice the presenting molecules, "
        "twice the clones; the odds rise more than that, in a series of all reactions and not only the severe",
        hard_high=20.0,
    ),
    "clones_sulfamethoxazole": _clones(
        3.2e-5, 0.9e-5, 8.2e-5, "madrid_2019", "cotrimoxazole 3.19 (0.87–8.16) per 100,000 new users",
        "−ln(1 − 3.19e-5) = 3.2e-5; no allele known to be needed", "derived",
    ),
    "clones_carbamazepine_b_15_02": _clones(
        0.0305, 0.01, 0.1, "hla_predictive_values", "positive predictive value 3 %",
        "−ln(1 − 0.03) = 0.0305 per copy; agrees with 0.23 % of all Taiwanese users at 7.7 % carriers (Chen 2011), "
        "0.23 / 7.7 = 3 %", "derived",
    ),
    "clones_carbamazepine_a_31_01": _clones(
        1.2e-3, 2e-4, 1e-2, "mccormack_2011", "5 of 12 European cases carry it",
        "risk of 1e-4 in European users (prescribing information 1–6e-4; Israel 0.3e-4) × 5/12 / 3.5 % carriers = "
        "1.2e-3. The cases without the allele are left out", "derived",
    ),
    "clones_allopurinol_b_58_01": _clones(
        0.0305, 0.004, 0.1, "hla_predictive_values", "positive predictive value 3 %, Han Chinese",
        "−ln(1 − 0.03) = 0.0305 per copy. Lower elsewhere: 7 expected cases among 2,173 in Taiwan at 19.6 % carriers "
        "(Ko 2015) give 1.6 %; 1.1e-4 of users in Israel × 61 % / 1.5 % carriers gives 0.4 %", "derived",
    ),
    "clones_lamotrigine": _clones(
        2.8e-4, 1e-4, 1e-3, "gronich_2022", "2.82 per 10,000 new users",
        "−ln(1 − 2.82e-4) = 2.8e-4; no allele known to be needed", "derived",
    ),
    "clones_abacavir_b_57_01": _clones(
        0.69, 0.5, 1.0, "mallal_2008", "positive predictive value 47.9 % confirmed, 61 % clinical",
        "half of the carriers react: −ln(1 − 0.5) = 0.69 per copy; 47.9 % gives 0.65, 61 % 0.94", "derived",
    ),
}  # fmt: skip
