"""HLA class I alleles that present a drug: how often a chromosome carries each, by ancestry.

Studies report *carriers* (people with at least one copy, share c). In Hardy–Weinberg proportions the allele's frequency
on chromosomes is ``f = 1 − √(1 − c)``.
"""

from __future__ import annotations

from abm.parameters.parameter import Kind, Parameter

LOCI: dict[str, tuple[str, ...]] = {
    "HLA-B": ("hla_b_15_02", "hla_b_58_01", "hla_b_57_01"),
    "HLA-A": ("hla_a_31_01",),
}
"""Traits (copies of an allele) by locus: the alleles of one locus exclude each other on a chromosome."""

ANCESTRIES = ("european", "han_chinese")
"""Ancestries with frequencies; the parameter of a trait ``hla_…`` is ``hla.<ancestry>_…``."""


def _frequency(
    value: float, low: float, high: float, source: str, where: str, note: str, kind: Kind = "derived"
) -> Parameter:
    return Parameter(value, "", low, high, kind, "human", source, where, note, hard_high=0.3)


PARAMETERS: dict[str, Parameter] = {
    "european_b_15_02": _frequency(
        0.0002, 0.0, 0.002, "alfirevic_2006", "0 of 99 people; almost only in Asian ancestry",
        "carriers 0.04 %: the order that donor registries give [not checked]; none were seen among 99, which bounds "
        "carriers below 4 %", "assumed",
    ),
    "european_b_58_01": _frequency(
        0.0075, 0.004, 0.01, "lonjou_2008", "Europeans, controls 1.5 %",
        "carriers 1.5 %: 1 − √(1 − 0.015) = 0.0075; a review gives an allele frequency below 1 % in Western Europe",
    ),
    "european_b_57_01": _frequency(
        0.0284, 0.02, 0.041, "mallal_2008", "109 of 1,956 patients, 84 % white",
        "carriers 5.6 %: 1 − √(1 − 0.056) = 0.0284; 7.9 % of the white in the United Kingdom (0.0405)",
    ),
    "european_a_31_01": _frequency(
        0.0177, 0.01, 0.0254, "mccormack_2011", "prevalence 2–5 % in Northern Europe",
        "middle of the range, carriers 3.5 %: 1 − √(1 − 0.035) = 0.0177; 2 % gives 0.0101, 5 % 0.0253",
    ),
    "han_chinese_b_15_02": _frequency(
        0.0393, 0.02, 0.06, "chen_2011", "7.7 % of 4,877 people in Taiwan",
        "carriers 7.7 %: 1 − √(1 − 0.077) = 0.0393; another review gives 10.2 % in Han Chinese",
    ),
    "han_chinese_b_58_01": _frequency(
        0.1033, 0.06, 0.12, "ko_2015", "571 of 2,910 people of Han descent in Taiwan",
        "carriers 19.6 %: 1 − √(1 − 0.196) = 0.1033; 11.9 % (30 of 253) in Shenzhen gives 0.061",
    ),
    "han_chinese_b_57_01": _frequency(
        0.0044, 0.0015, 0.0068, "zhang_2015", "0.88 % of 2,452 Han subjects",
        "carriers 0.88 %: 1 − √(1 − 0.0088) = 0.0044; 1 of 320 in Taiwan gives 0.0016",
    ),
    "han_chinese_a_31_01": _frequency(
        0.0140, 0.005, 0.02, "hung_2006", "exanthem, 6 of 18 carriers, odds ratio 17.5",
        "4 of 144 tolerant controls carry it [not checked], which gives the printed odds ratio, (6/12)/(4/140) = 17.5; "
        "carriers 2.8 %: 1 − √(1 − 0.028) = 0.0140",
    ),
}  # fmt: skip
