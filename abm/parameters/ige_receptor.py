"""IgE on its receptor: binding of the adduct, cross-linking, loss and return of receptors."""

from __future__ import annotations

from abm.parameters.parameter import Parameter

PARAMETERS: dict[str, Parameter] = {
    "antigen_at_peak": Parameter(
        0.3, "", 0.05, 1.0, "assumed", "human", "model", "docs/model.md",
        "K·C in tissue at the end of a usual infusion in a reference adult, one value for all drugs (the peak comes "
        "minutes later and is 0.34–0.38): below the top of the bell, so that more drug is more antigen over the "
        "clinical range",
        hard_high=1e4,
    ),
    "hapten_per_antigen": Parameter(
        1.0, "", 0.0, 10.0, "assumed", "human", "dembo_goldstein_1978", "blocking by monovalent hapten",
        "Ka·B of the free, monovalent drug for each unit of K·C of the adduct; free drug blocks, and cannot cross-link",
        hard_high=1e6,
    ),
    "crosslinking_per_receptor": Parameter(
        3.3e-5, "1/receptor", 3.3e-7, 3.3e-5, "derived", "RBL-2H3", "posner_2004", "Kx·RT 0.1–10 (DNP ligands)",
        "Kx·RT = 0.1–10 at RT = 3e5 receptors per cell; 10 / 3e5 = 3.3e-5, the upper end, as adducts carry several "
        "haptens",
        hard_high=1.0,
    ),
    "relaxation_per_min": Parameter(
        2.0, "1/min", 0.3, 10.0, "assumed", "RBL-2H3", "harmon_2017", "koff 4.5e-3–3.3e-2 /s",
        "opening of a cross-link at koff is 0.27–2 per min; the fast end, labile drug bonds being weak",
        hard_low=1e-3, hard_high=1e3,
    ),
    "internalisation_per_min": Parameter(
        0.01, "1/min", 0.0, 0.05, "assumed", "human mast cell", "oka_2013", "slow internalisation",
        "of aggregated receptors; t½ about 70 min: between 5–20 min of strong aggregation and none under "
        "desensitization",
        hard_high=10.0,
    ),
    "return_half_life_h": Parameter(
        24.0, "h", 12.0, 72.0, "assumed", "human mast cell", "zhao_2012", "recovery 24–48 h",
        "return and reloading of receptors from serum IgE",
        hard_low=0.01, hard_high=1e6,
    ),
}  # fmt: skip
