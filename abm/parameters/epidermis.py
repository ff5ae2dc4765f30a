"""The epidermis and what kills it: density, T cells on the lattice, granulysin, patches, healing."""

from __future__ import annotations

from abm.parameters.parameter import Kind, Parameter

_FIT = "one of six numbers fitted together to the window of onset (4 to 28 days), the classes of RegiSCAR and recall"


def _e(
    value: float, unit: str, low: float, high: float, kind: Kind, source: str, where: str, note: str = "",
    hard_low: float = 0.0, hard_high: float = 1e12,
) -> Parameter:  # fmt: skip
    return Parameter(
        value, unit, low, high, kind, "human skin", source, where, note, hard_low=hard_low, hard_high=hard_high
    )


PARAMETERS: dict[str, Parameter] = {
    "sites_per_mm2": _e(
        25_115.0, "1/mm²", 15_000.0, 75_346.0, "derived", "hoath_2003", "75,346 nucleated cells per mm²",
        "the lower third, whose loss detaches the rest: 75,346 / 3; 15,800 by the 47,400 that Bergstresser counted",
        hard_low=1_000.0, hard_high=1e6,
    ),
    "turnover_d": _e(
        14.0, "d", 10.0, 45.0, "assumed", "hoath_2003", "14 or 45 days in the nucleated part",
        "14 days if it turns over as fast as the horny layer, 45 if not; in this time dead cells of attached epidermis "
        "are replaced", hard_low=0.1,
    ),
    "body_skin_m2": _e(1.75, "m²", 1.5, 2.0, "derived", "reference_man", "body surface, adults",
        "between 1.90 m² of men and 1.66 m² of women [not checked]", hard_low=0.01,),
    "ctl_speed_um_per_min": _e(
        1.5, "µm/min", 0.5, 3.0, "assumed", "ariotti_2012", "mice: T cells crawl between keratinocytes",
        "the speed is not in what was seen of the paper; slower than in dermis or lymph node", hard_low=1e-3,
        hard_high=30.0,
    ),
    "engage_chance": _e(
        0.3, "", 0.05, 1.0, "assumed", "model", "docs/model.md",
        "chance that a T cell stops at a target it meets, at saturating antigen", hard_high=1.0,
    ),
    "kill_half_antigen": _e(
        2e-3, "", 2e-4, 2e-2, "assumed", "faroudi_2003", "killing has the lower of two thresholds",
        "antigen that halves the chance to engage; three complexes suffice to kill (Purbhoo 2004)", hard_low=1e-12,
    ),
    "stay_chance": _e(
        0.9, "", 0.5, 0.99, "assumed", "weigelin_2021", "hits of one or several T cells add up",
        "chance that a T cell goes on after a hit that did not kill", hard_high=0.999,
    ),
    "hit_min": _e(
        20.0, "min", 10.0, 60.0, "assumed", "weigelin_2021", "three hits within 50 min of each other",
        "mean time a T cell spends on a hit: short enough for one T cell to kill alone", hard_low=0.1, hard_high=1e4,
    ),
    "hits_to_kill": _e(
        3.0, "", 2.0, 4.0, "measured", "weigelin_2021", "tumour cells: three serial hits", hard_low=1.0, hard_high=100.0
    ),
    "hit_half_life_min": _e(
        50.0, "min", 35.0, 70.0, "derived", "weigelin_2021", "hits less than 50 min apart add up",
        "the interval taken as half-life of a hit", hard_low=0.1, hard_high=1e6,
    ),
    "granulysin_diffusion_um2_per_s": _e(
        50.0, "µm²/s", 20.0, 80.0, "derived", "pena_1997", "product of 9 kDa",
        "Stokes–Einstein 200 µm²/s in water at 37 °C, × 0.25 in tissue",
        hard_high=1e4,
    ),
    "granulysin_half_life_min": _e(
        30.0, "min", 10.0, 60.0, "assumed", "model", "docs/model.md", "no measurement found; reach 160–400 µm",
        hard_low=0.01, hard_high=1e5,
    ),
    "granulysin_per_hit_mm2": _e(
        0.01, "mm²", 0.001, 0.05, "fitted", "chung_2008", "above perforin and granzyme in blister fluid",
        _FIT + "; rise of the concentration (in half-maximal ones) by one hit spread over a mm²", hard_high=1e3,
    ),
    "granulysin_at_rest": _e(
        0.0, "", 0.0, 0.3, "assumed", "su_2017", "IL-15 makes blister cells kill more",
        "share released where nothing is dying: at a hundredth, granulysin would seed lesions without contact",
        hard_high=1.0,
    ),
    "arming_half_share": _e(
        0.015, "", 0.005, 0.1, "assumed", "su_2017", "IL-15 makes blister cells kill more",
        "dead share of a place that arms half", hard_low=1e-6, hard_high=1.0,
    ),
    "bystander_per_h": _e(
        0.1, "1/h", 0.03, 0.5, "assumed", "chung_2008", "injected into mouse skin it blisters",
        "most that granulysin kills: of those alive 90 % in a day", hard_high=100.0,
    ),
    "detach_share": _e(
        0.5, "", 0.3, 0.8, "assumed", "model", "docs/model.md",
        "a place detaches when so many of its keratinocytes are dead (definition)", hard_low=1e-3, hard_high=1.0,
    ),
    "involved_share": _e(
        0.2, "", 0.05, 0.5, "assumed", "model", "docs/model.md",
        "a place looks ill when so many of its keratinocytes are dead (definition)", hard_low=1e-3, hard_high=1.0,
    ),
    "healing_d": _e(
        10.0, "d", 7.0, 21.0, "assumed", "model", "docs/model.md",
        "mean time to re-growth of a detached place that is left in peace; done in about three weeks", hard_low=0.01,
    ),
    "healing_spread": _e(
        0.4, "", 0.0, 0.8, "assumed", "model", "docs/model.md",
        "places heal evenly between 1 − s and 1 + s of that time",
        hard_high=1.0,
    ),
    "healing_half_granulysin": _e(
        0.3, "", 0.1, 1.0, "assumed", "model", "docs/model.md",
        "granulysin, in half-maximal concentrations, that halves the speed of healing", hard_low=1e-6,
    ),
    "site_factor_sd": _e(
        1.2, "ln", 0.4, 1.4, "fitted", "model", "docs/model.md", _FIT + "; spread of T-cell entry over the skin",
        hard_high=3.0,
    ),
    "mucosa_factor": _e(
        20.0, "", 2.0, 30.0, "fitted", "model", "docs/model.md",
        "T cells that enter mucosa per area, relative to the mean of the skin; to erosions a day or so before the skin",
        hard_high=1e3,
    ),
}  # fmt: skip
