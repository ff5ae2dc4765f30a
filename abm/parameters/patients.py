"""Virtual patients: medians, spreads and correlations of their traits."""

from __future__ import annotations

from abm.parameters.parameter import FITTED_TOGETHER, Parameter


def _spread(value: float, low: float, high: float, source: str, where: str, note: str) -> Parameter:
    return Parameter(value, "ln", low, high, "assumed", "human", source, where, note, hard_high=3.0)


PARAMETERS: dict[str, Parameter] = {
    "age_low_y": Parameter(18.0, "year", 18.0, 18.0, "assumed", "human", "model", "docs/model.md", "adults",
        hard_high=120.0),
    "age_high_y": Parameter(80.0, "year", 70.0, 90.0, "assumed", "human", "model", "docs/model.md", "adults",
        hard_high=120.0),
    "weight_female_kg": Parameter(
        60.0, "kg", 55.0, 75.0, "measured", "human", "reference_man", "adult female", hard_low=20.0, hard_high=300.0,
    ),
    "weight_male_kg": Parameter(
        73.0, "kg", 65.0, 90.0, "measured", "human", "reference_man", "adult male", hard_low=20.0, hard_high=300.0,
    ),
    "weight_sd": _spread(0.17, 0.1, 0.25, "reference_man", "adults", "log-standard deviation of weight"),
    "height_female_cm": Parameter(
        163.0, "cm", 150.0, 170.0, "measured", "human", "reference_man", "adult female", hard_low=100.0,
        hard_high=230.0,
    ),
    "height_male_cm": Parameter(
        176.0, "cm", 163.0, 183.0, "measured", "human", "reference_man", "adult male", hard_low=100.0, hard_high=230.0,
    ),
    "height_sd_cm": Parameter(
        7.2, "cm", 6.3, 7.7, "derived", "human", "nhanes_2007", "5th and 95th percentile of adults, by sex",
        "a 90 % range of 23 cm in women and 25 cm in men, divided by 3.29 [not checked]", hard_high=15.0,
    ),
    "height_weight_correlation": Parameter(
        0.52, "", 0.3, 0.6, "derived", "human", "heymsfield_2014", "weight ∝ height^2.12 in men, ^2.02 in women",
        "power × log-standard deviation of height / that of weight: 2.07 × 0.0425 / 0.17", hard_high=0.99,
    ),
    "total_ige_ku_per_l": Parameter(
        32.0, "kU/L", 20.0, 50.0, "measured", "human serum", "total_ige_1980", "geometric mean of adults",
        hard_low=1e-3,
    ),
    "total_ige_sd": Parameter(
        1.22, "ln", 1.0, 1.4, "derived", "human serum", "total_ige_1980", "mean + 1 SD 100–120 IU/mL",
        "ln(110 / 32) = 1.23", hard_high=3.0,
    ),
    "total_ige_sensitised_factor": Parameter(
        2.0, "", 1.0, 5.0, "assumed", "human serum", "total_ige_1980", "171 in rhinitis, 305 in asthma",
        "drug-allergic adults lie between the general (32) and the atopic (171) population", hard_low=0.1,
    ),
    "specific_share": Parameter(
        0.09, "", 0.001, 0.1, "fitted", "human", "castells_2008", "breakthrough reactions", FITTED_TOGETHER
        + "; median share of IgE on the cell that is specific for the drug, in sensitised patients. Near the upper end "
        "of what is known: with fewer receptors a ladder that begins at a hundredth of the dose is borne as well as "
        "the whole one, and a slow infusion spares almost half of those who react to a full dose",
        hard_high=1.0,
    ),
    "specific_share_sd": Parameter(
        0.65, "ln", 0.4, 1.5, "fitted", "human", "green_1977", "reactions of skin-test positives",
        "spread between patients; with the threshold's spread it sets how many react to a direct dose", hard_high=3.0,
    ),
    "fceri_per_cell": Parameter(
        2.5e5, "per cell", 1e5, 5e5, "measured", "human mast cell", "plos_fceri_2017", "6 000–600 000 on basophils",
        "on mast cells of skin and lung 1e5–5e5, from reviews; the paper counts basophils", hard_low=1.0,
    ),
    "fceri_sd": _spread(0.5, 0.3, 1.0, "plos_fceri_2017", "100-fold between people",
        "mast cells vary less than basophils"),
    "mrgprx2_factor": Parameter(
        0.44, "", 0.19, 0.7, "derived", "human", "wallace_1991", "8 of 17 patients; 1 of 29, 0 of 15 in others",
        "the level of vancomycin at which half of a group reacts is 1.2 to 2.3 times that of volunteers; at a response "
        "in proportion to its square, 1.5⁻² = 0.44. Median of people who are treated, where 1 is the volunteers'",
        hard_high=100.0,
    ),
    "mrgprx2_sd": Parameter(
        0.3, "ln", 0.1, 0.9, "assumed", "human skin mast cell", "babina_2018", "coefficient of variation 103 %",
        "log-standard deviation of expression between people. Messenger RNA varies more, √ln(1 + 1.03²) = 0.85; with "
        "that much the levels at which volunteers react would lie further apart than they do", hard_high=3.0,
    ),
    "fceri_total_ige_correlation": Parameter(
        0.46, "", 0.2, 0.7, "measured", "human basophil", "surface_ige_2000", "FcεRI r = 0.46", hard_high=0.99,
    ),
    "occupied_share": Parameter(
        0.9, "", 0.3, 1.0, "measured", "human basophil", "surface_ige_2000", "above 90 % at high, 30–80 % at low IgE",
        hard_high=1.0,
    ),
    "sensitised_share": Parameter(
        0.017, "", 0.01, 0.071, "measured", "human", "gadde_penicillin", "skin test, no history 1.7 %, history 7.1 %",
        hard_high=1.0,
    ),
    "threshold_sd": _spread(0.30, 0.2, 0.6, "macglashan_2007", "donor variance", "release threshold between patients"),
    "ship1_sd": _spread(0.25, 0.1, 0.6, "macglashan_2007", "Syk and SHIP explain 67 %", "SHIP-1 pool between patients"),
    "syk_sd": _spread(0.25, 0.1, 0.6, "macglashan_2007", "Syk and SHIP explain 67 %", "Syk between patients"),
    "clearance_sd": _spread(0.25, 0.1, 0.4, "drug_labels", "between patients", "clearance between patients"),
    "symptom_sd": _spread(0.25, 0.1, 0.5, "kaliner_1982", "1.61 ± 0.30 ng/mL", "symptom thresholds between patients"),
    "baseline_tryptase_ng_per_ml": Parameter(
        4.5, "ng/mL", 3.0, 6.0, "measured", "human serum", "tryptase_kinetics", "normal 1–11.4 ng/mL", hard_low=0.01,
    ),
    "baseline_tryptase_sd": _spread(0.4, 0.3, 0.6, "tryptase_kinetics", "normal 1–11.4 ng/mL", "between people"),
    "skin_test_antigen": Parameter(
        1.0, "", 0.1, 3.0, "assumed", "human skin", "model", "docs/model.md",
        "K·C in the bleb of an intradermal test: test solutions are chosen to be as strong as they can be without "
        "irritation, so near the top of the bell", hard_high=1e3,
    ),
    "skin_test_minutes": Parameter(
        15.0, "min", 15.0, 20.0, "measured", "human skin", "gadde_penicillin", "reading after 15–20 min", hard_low=1.0,
        hard_high=60.0,
    ),
    "wheal_full_mm": Parameter(
        15.0, "mm", 8.0, 20.0, "assumed", "human skin", "model", "docs/model.md",
        "wheal if every mast cell at the site releases; area in proportion to release, so diameter to its root",
        hard_low=1.0,
    ),
    "wheal_cutoff_mm": Parameter(
        3.0, "mm", 3.0, 5.0, "measured", "human skin", "gadde_penicillin", "3 mm above control", hard_low=0.1,
    ),
    "assay_recovery": Parameter(
        0.15, "", 0.05, 1.0, "assumed", "human serum", "specific_ige_assay", "positive in 34–54 % of reactors",
        "share of functional IgE that the assay's immobilised hapten binds", hard_high=1.0,
    ),
    "assay_sd": _spread(0.3, 0.1, 0.5, "specific_ige_assay", "assay", "measurement error"),
    "assay_cutoff_ku_per_l": Parameter(
        0.35, "kU/L", 0.1, 0.35, "measured", "human serum", "specific_ige_assay", "cut-off 0.35 kU/L", hard_low=0.0,
    ),
    "treg_sd": Parameter(
        0.3, "ln", 0.1, 0.8, "assumed", "human", "model", "docs/model.md",
        "damping by regulatory T cells between patients: their share of CD4 cells differs about threefold between "
        "healthy adults, ± 2 × 0.3 is 3.3-fold", hard_high=3.0,
    ),
    "renal_decline_from_y": Parameter(
        35.0, "year", 30.0, 45.0, "measured", "human", "donor_gfr_2018", "100 mL/min/1.73 m² until 35 years",
        hard_low=18.0, hard_high=120.0,
    ),
    "renal_decline_female_per_y": Parameter(
        0.0077, "1/year", 0.0065, 0.0088, "derived", "human", "donor_gfr_2018", "women 7.7 mL/min/1.73 m² per decade",
        "7.7 / 100 / 10 years, as a share of the young adult's 100", hard_high=0.009,
    ),
    "renal_decline_male_per_y": Parameter(
        0.0066, "1/year", 0.0055, 0.0080, "derived", "human", "donor_gfr_2018", "men 6.6 mL/min/1.73 m² per decade",
        "6.6 / 100 / 10 years, as a share of the young adult's 100", hard_high=0.009,
    ),
    "renal_sd": _spread(0.16, 0.1, 0.35, "donor_gfr_2018", "means ± 2 standard deviations",
        "between people of one age: a standard deviation of 13–17 of about 90 [not checked]; donors are healthy, "
        "patients vary more"),
    "malignancy_at_42_y": Parameter(
        0.014, "", 0.005, 0.014, "measured", "human", "cancer_prevalence", "1.4 % at 40–44 years",
        "with a history of cancer within 27 years, so an upper bound for cancer that is active", hard_high=0.2,
    ),
    "malignancy_rise_per_y": Parameter(
        0.0656, "1/year", 0.055, 0.075, "derived", "human", "cancer_prevalence", "19.3 % at 80–84 years",
        "ln(19.3 / 1.4) / (82 − 42) = 0.0656", hard_high=0.2,
    ),
}  # fmt: skip
