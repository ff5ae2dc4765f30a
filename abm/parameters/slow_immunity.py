"""IgE over weeks and years: B cells, serum and cell-bound IgE, anti-IgE, IgG4 and regulatory T cells."""

from __future__ import annotations

from abm.parameters.parameter import Parameter


def _days(
    value: float, low: float, high: float, kind: str, system: str, source: str, where: str, note: str = ""
) -> Parameter:
    return Parameter(value, "d", low, high, kind, system, source, where, note, hard_low=0.01, hard_high=1e6)  # type: ignore[arg-type]


PARAMETERS: dict[str, Parameter] = {
    "antigen_half": Parameter(
        0.01, "", 0.001, 0.1, "assumed", "human", "model", "docs/slow_immunity.md",
        "mean K·C of a drug in the body at which half of the B cells that fit have it: a thirtieth of the peak of a "
        "usual dose, so that any treatment counts by how long it lasts and hardly by its dose",
        hard_low=1e-9, hard_high=1e3,
    ),
    "presented_half_life_d": _days(
        1.5, 0.5, 4.0, "assumed", "mouse", "model", "docs/slow_immunity.md",
        "how long lymph nodes show a drug that has left: dendritic cells live a few days there",
    ),
    "depot_half": Parameter(
        1e-4, "dose", 1e-6, 1e-2, "assumed", "human skin", "model", "docs/slow_immunity.md",
        "adsorbed antigen, in usual doses of the drug, at which the lymph node beside it shows half of what it can; "
        "there are no immunotherapies with drugs, so the scale of a maintenance dose is set by `immunotherapy`",
        hard_low=1e-12, hard_high=1.0,
    ),
    "depot_half_life_d": _days(
        10.0, 3.0, 30.0, "assumed", "human skin", "model", "docs/slow_immunity.md",
        "antigen adsorbed to aluminium hydroxide leaves its place within weeks",
    ),
    "naive_lag_d": _days(
        12.0, 7.0, 18.0, "derived", "human serum", "penicillin_antibodies", "24 of 61 after the second week",
        "mean of four equal stages from the first priming to IgE-secreting plasma cells; 90 % of it lies between 5 and "
        "20 days",
    ),
    "recall_lag_d": _days(
        4.0, 2.0, 7.0, "assumed", "human serum", "model", "docs/slow_immunity.md",
        "mean of two stages from memory B cells to plasma cells: recall responses of IgG are seen within a week",
    ),
    "recall_per_d": Parameter(
        0.5, "1/d", 0.05, 1.0, "fitted", "human serum", "ait_ige", "Phl p 1/5: 23.0 to 48.8 kU/L over twelve weeks",
        "IgE that memory B cells add in plasma cells a day while antigen is shown, per IgE they stand for; fitted to "
        "the rise of 2.1 times during the first twelve weeks of immunotherapy",
        hard_high=100.0,
    ),
    "short_lived_half_life_d": _days(
        5.0, 2.0, 10.0, "assumed", "mouse", "ige_plasma_cells", "IgE plasma cells mostly short-lived",
        "half-life of the plasma cells of a recall",
    ),
    "long_lived_share": Parameter(
        0.01, "", 0.0, 0.1, "assumed", "human", "ige_plasma_cells", "IgE plasma cells mostly short-lived",
        "share of a recall's plasma cells that stay for years: small, as a recall leaves skin tests as they were in "
        "almost everybody (1 of 33, Solensky 2002 [not checked])",
        hard_high=1.0,
    ),
    "loss_per_y": Parameter(
        0.155, "1/year", 0.13, 0.7, "derived", "human", "blanca_1999", "group A: 31, 6 negative at 1 year, 5 of 23 at "
        "3, 5 of 17 at 5", "share of those with several determinants who turn negative: 16 events in 103 person-years "
        "counted to the visit (31·1 + 25·2·0.92 + 17·2·0.77); 0.4–0.7 in those selective for amoxicillin",
        hard_high=100.0,
    ),
    "memory_loss_per_y": Parameter(
        0.02, "1/year", 0.0, 0.1, "assumed", "human", "ige_memory", "memory re-makes IgE plasma cells",
        "memory B cells last for decades: half of them 35 years", hard_high=100.0,
    ),
    "memory_return": Parameter(
        0.005, "", 0.0, 0.2, "assumed", "human", "ige_memory", "memory re-makes IgE plasma cells",
        "memory that a recall adds, relative to the plasma cells it makes", hard_high=1.0,
    ),
    "ige_half_life_d": _days(
        2.4, 1.5, 2.8, "measured", "human serum", "hayashi_2007", "abstract: half-life of IgE 2.4 days",
    ),
    "bound_half_life_d": _days(
        14.0, 10.0, 21.0, "derived", "human skin", "ige_in_skin", "skin loses passive sensitization over 50 days",
        "IgE on mast cells of tissue: 8 % is left after 50 days; 10 to 14 days in reviews",
    ),
    "basophil_half_life_d": _days(
        5.0, 2.0, 7.0, "derived", "human basophil", "omalizumab_nasal", "FcεRI −73 % (median) at day 14",
        "1 − 0.88·(1 − 2^(−14/5)) = 0.25: follows free IgE as basophils are renewed",
    ),
    "receptor_half_ige_ku_per_l": Parameter(
        96.0, "kU/L", 20.0, 200.0, "derived", "human basophil", "fceri_by_ige", "EC50 230 ng/mL",
        "230 ng/mL / 2.4 ng/IU", hard_low=1e-3, hard_high=1e6,
    ),
    "receptor_least": Parameter(
        0.02, "", 0.0, 0.1, "derived", "human basophil", "macglashan_1997", "220 000 to 8 300 per cell",
        "8 300 / 220 000 = 0.04 with 1 % of free IgE left, of which half is what that IgE keeps", hard_high=1.0,
    ),
    "receptor_affinity_ku_per_l": Parameter(
        8.0, "kU/L", 0.8, 20.0, "derived", "human", "ige_affinity", "Kd about 1e-10 M",
        "1e-10 M × 190 kDa / 2.4 ng/IU = 8 kU/L; leaves 0.89 of receptors occupied at 64 kU/L", hard_low=1e-6,
        hard_high=1e4,
    ),
    "ige_kda": Parameter(
        190.0, "kDa", 185.0, 200.0, "measured", "human serum", "ige_units", "1 IU = 2.4 ng, 190 kDa", hard_low=1.0,
        hard_high=1e4,
    ),
    "complex_half_life_d": _days(
        8.0, 6.0, 20.0, "derived", "human serum", "hayashi_2007", "complex: 7.32 + 5.86 mL/h, 3,630 mL",
        "ln 2 · 3 630 / 13.18 / 24 h",
    ),
    "regulation_d": _days(
        14.0, 10.0, 30.0, "derived", "human blood", "akdis_review", "IL-10 and regulatory T cells after 2–4 weeks",
        "mean of two equal stages: 59 % after 2 weeks, 91 % after 4",
    ),
    "regulation_half": Parameter(
        0.4, "", 0.2, 0.8, "assumed", "human", "model", "docs/slow_immunity.md",
        "antigen shown, of the most that can be, at which half of the regulatory T cells are called up, to the third "
        "power: weeks of presence do what single days do not", hard_low=1e-3, hard_high=1e3,
    ),
    "regulation_lasts_after_y": Parameter(
        2.0, "year", 1.0, 4.0, "derived", "human", "durham_1999", "3 years of treatment protect for years",
        "time constant with which regulation comes to last: 22 % after half a year, 39 % after one, 78 % after three",
        hard_low=0.01, hard_high=1e3,
    ),
    "regulation_lasts_y": Parameter(
        8.0, "year", 3.0, 20.0, "assumed", "human", "durham_1999", "benefit for at least 3 years after stopping",
        "time constant with which it is lost again without antigen", hard_low=0.01, hard_high=1e3,
    ),
    "recall_damping": Parameter(
        4.0, "", 1.0, 20.0, "assumed", "human", "akdis_review", "regulatory T cells suppress IgE",
        "full regulation divides the recall of IgE by 1 + 4", hard_high=1e3,
    ),
    "mast_cell_damping": Parameter(
        1.0, "", 0.0, 3.0, "assumed", "mouse", "gri_2008", "regulatory T cells curb degranulation through OX40",
        "full regulation divides the net signal of a mast cell by 1 + 1", hard_high=1e3,
    ),
    "igg4_most_u_per_ml": Parameter(
        12.2, "U/mL", 8.0, 20.0, "derived", "human serum", "djurup_1984", "median 11.6 U/mL at 3 years",
        "11.6 / (1 − e^(−3·365/390)) = 12.3", hard_high=1e6,
    ),
    "igg4_cells_d": _days(
        390.0, 300.0, 500.0, "fitted", "human serum", "djurup_1984", "IgG4 11.6 U/mL at the end of 3 years, 1.8 two "
        "years later", "730 / ln(11.6 / 1.8) = 392, and 2.4 U/mL at 12 weeks, where 5.4 / 2.25 = 2.4 was found",
    ),
    "igg4_half_life_d": _days(21.0, 18.0, 25.0, "measured", "human serum", "igg_half_life", "IgG 21–23 days"),
    "igg4_half_u_per_ml": Parameter(
        0.7, "U/mL", 0.3, 5.0, "derived", "human serum", "ait_ige", "IgE on a chip 4.6 to 2.14, true IgE × 2.1",
        "IgG4 that takes half of the antigen: 2.14 / 4.6 / 2.1 = 0.22 is left at about 2.4 U/mL (12 weeks), so 2.4 / "
        "(1 / 0.22 − 1) = 0.7", hard_low=1e-6, hard_high=1e9,
    ),
}  # fmt: skip
