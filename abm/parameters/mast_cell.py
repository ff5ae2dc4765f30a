"""Signalling of the mast cell: the two arms, calcium, the release threshold."""

from __future__ import annotations

from abm.parameters.parameter import FITTED_TOGETHER, Parameter

PARAMETERS: dict[str, Parameter] = {
    "ship1_pool": Parameter(
        4.0e3, "cross-links", 5e2, 5e4, "fitted", "human mast cell", "castells_2008", "breakthrough reactions",
        FITTED_TOGETHER + "; cross-links at which half of the SHIP-1 that can be recruited is taken",
    ),
    "ship1_time_min": Parameter(
        11.7, "min", 8.3, 16.7, "derived", "RBL-2H3", "harmon_2017", "km_Ship1 1.43e-3 (1.0–2.0e-3) /s",
        "time constant 1 / 1.43e-3 s = 699 s = 11.7 min; 8.3–16.7 min over the credible interval",
        hard_low=1e-3, hard_high=1e9,
    ),
    "memory_lock_min": Parameter(
        90.0, "min", 36.0, 240.0, "derived", "human basophil", "komiya_2003", "complete after 4 h near threshold",
        "time constant of the slow inhibitory memory while cross-links rise; after 4 h 1 − e^(−240/90) = 93 % of it is "
        "there",
        hard_low=1e-3, hard_high=1e9,
    ),
    "memory_rearm_h": Parameter(
        46.0, "h", 17.0, 60.0, "fitted", "human mast cell", "zhao_2012", "recovery 24–48 h", FITTED_TOGETHER
        + "; time constant of re-arming once cross-links are gone: a full dose finds half the risk when about half "
        "of the memory is lost",
        hard_low=1e-3, hard_high=1e9,
    ),
    "memory_hold_crosslinks": Parameter(
        0.3, "cross-links", 0.003, 3.0, "fitted", "human basophil", "komiya_2003",
        "still desensitized at 3 days with drug", FITTED_TOGETHER
        + "; mean number of cross-links per cell that halves the speed of re-arming: 'only with drug removal does the "
        "slow clock run'. With two openings a minute, a cross-link every other minute or so",
        hard_low=1e-9, hard_high=1e12,
    ),
    "activation_crosslinks": Parameter(
        25.0, "cross-links", 5.0, 100.0, "derived", "human basophil", "macglashan_1993", "half-maximal release",
        "θ·25 ≈ 110 cross-links fire a median cell, a tenth of the 'few hundred to few thousand' specific IgE that do",
        hard_low=1e-3,
    ),
    "calcium_time_min": Parameter(
        1.0, "min", 0.2, 3.0, "derived", "human mast cell", "macglashan_1993", "single-cell Ca²⁺ lag",
        "lag of seconds at a high and minutes at a low dose",
        hard_low=1e-3, hard_high=1e4,
    ),
    "release_threshold": Parameter(
        4.5, "", 1.0, 20.0, "fitted", "human mast cell", "pruzansky_1988", "all-or-none per cell", FITTED_TOGETHER
        + "; calcium signal at which half the maximal hazard is reached, median cell",
        hard_low=1e-6,
    ),
    "release_steepness": Parameter(
        20.0, "", 8.0, 40.0, "assumed", "human mast cell", "pruzansky_1988", "all-or-none per cell",
        "Hill exponent of the hazard; steep, because cells empty completely or not at all",
        hard_low=20.0, hard_high=20.0,
    ),
    "release_hazard_per_min": Parameter(
        0.5, "1/min", 0.3, 1.0, "derived", "human mast cell", "schmutzler_1995", "release complete in 1–3 min",
        "tissue mast cells reach their end point in 1–3 min: 1 / 2 min",
        hard_high=1e3,
    ),
    "graded_release_per_min": Parameter(
        0.0, "1/min", 0.0, 0.1, "assumed", "RBL-2H3", "harmon_2017", "release linear in signal",
        "release hazard in proportion to calcium, without a threshold; zero, and the alternative that a published "
        "model uses",
        hard_high=1e3,
    ),
    "threshold_sd_cells": Parameter(
        0.42, "ln", 0.2, 0.7, "assumed", "human mast cell", "pruzansky_1988", "asynchronous release",
        "log-standard deviation of the threshold between the cells of one patient", hard_high=3.0,
    ),
    "receptor_sd_cells": Parameter(
        0.4, "ln", 0.2, 0.7, "assumed", "human basophil", "plos_fceri_2017", "spread within a donor",
        "log-standard deviation of the receptor number between the cells of one patient", hard_high=3.0,
    ),
    "cell_wide_inhibition": Parameter(
        0.0, "", 0.0, 1.0, "assumed", "human mast cell", "lewis_2017", "little or no non-specific desensitization",
        "0: SHIP-1 and slow memory belong to one specificity; 1: to the whole cell. Specific in mouse mast cells "
        "(sancho_serra_2011), in human lung mast cells for antigens (lewis_2017) and in skin tests of patients "
        "(sullivan_1982); cell-wide in human skin mast cells in a dish (zhao_2012). `scope` in scenario files",
        hard_high=1.0,
    ),
    "h1_stabilisation": Parameter(
        0.0, "", 0.0, 0.45, "derived", "human mast cell", "church_1980", "inhibits at low, liberates at high levels",
        "share of the release hazard that an H1 antihistamine beforehand takes away: none at usual doses. In a dish "
        "many do, by no relation to H1 (ketotifen up to 40–45 %, schmutzler_1995); in human skin ketotifen does not "
        "(phillips_1983), and doses three times the usual or more are needed in people (simons_1992)", hard_high=1.0,
    ),
    "regranulation_lag_d": Parameter(
        4.0, "d", 2.0, 7.0, "assumed", "human mast cell", "dvorak_1988", "new granules during recovery",
        "a cell that has fired cannot fire again for so long: after a reaction skin tests are false negative for days "
        "to weeks",
        hard_low=0.0, hard_high=1e6,
    ),
    "regranulation_d": Parameter(
        2.0, "d", 1.0, 14.0, "assumed", "human mast cell", "dvorak_1988", "new granules during recovery",
        "mean of the exponential time after that: 78 % of cells are ready after a week, 99 % after two",
        hard_low=1e-3, hard_high=1e6,
    ),
    "noise": Parameter(
        1.0, "", 0.0, 1.0, "assumed", "model", "model", "docs/model.md",
        "1: cross-links of each cell are a random count; 0: their expectation", hard_high=1.0,
    ),
}  # fmt: skip
