"""Drugs against cancer: platinum, paclitaxel, and two antibodies.

Doses and clearances that are printed per m² are those of an adult of 70 kg with 1.8 m². Linear throughout: for
paclitaxel that holds near 175 mg/m² over 3 h alone, for cetuximab from 200 mg/m² on, for rituximab once tumour and
B cells are few.
"""

from __future__ import annotations

from abm.parameters.compartments import from_flows, from_terminal_half_life, from_three_half_lives
from abm.parameters.drug import Drug, bound, free_as_measured, human, labile_adduct, one_compartment, share, volume
from abm.parameters.drug import whole_antibody as antibody

CARBOPLATIN = Drug(
    "carboplatin", "carboplatin", 450.0, 30.0, "1.1–2, 2.6–5.9 h",
    {
        "central_l_per_kg": volume(
            0.183, "L/kg", 0.15, 0.25, "drug_labels", "carboplatin, pharmacokinetics",
            "Vss 16 L, CL 4.4 L/h, t½ 1.5 and 4.0 h give V1 12.8 L; 12.8 / 70 = 0.183 L/kg",
        ),
        "clearance_l_per_h": human(4.4, "L/h", 3.5, 5.5, "drug_labels", "carboplatin, pharmacokinetics"),
        "peripheral_in_per_h": human(
            0.0587, "1/h", 0.02, 0.2, "drug_labels", "carboplatin, pharmacokinetics",
            "k12 = α + β − k10 − k21 with α = ln2/1.5 h, β = ln2/4 h, k10 = 4.4/12.8",
        ),
        "peripheral_out_per_h": human(
            0.2326, "1/h", 0.1, 0.4, "drug_labels", "carboplatin, pharmacokinetics", "k21 = αβ / k10"
        ),
        **labile_adduct(),
        **free_as_measured("drug_labels", "carboplatin, ultrafilterable"),
    },
    molar_mass_g_per_mol=371.3, mechanism="IgE, after ≥ 6 courses", routes=("infusion",), usual_every_h=672.0,
)  # fmt: skip

_OXALIPLATIN = ("oxaliplatin_label", "0.43, 16.8, 391 h; 440 L; 0.814 mg/L")

OXALIPLATIN = Drug(
    "oxaliplatin", "oxaliplatin", 153.0, 120.0, "0.43, 16.8, 391 h",
    {
        "central_l_per_kg": volume(
            0.4286, "L/kg", 0.25, 0.7, *_OXALIPLATIN,
            "V1 30 L such that 85 mg/m² (75 mg of platinum) over 2 h peak at 0.814 mg/L of platinum; 30 / 70",
        ),
        "clearance_l_per_h": human(
            17.4, "L/h", 9.0, 24.0, "graham_2000", "85 mg/m², clearance of ultrafilterable platinum",
        ),
        **from_three_half_lives(30.0, 17.4, 440.0, (0.43, 16.8, 391.0), *_OXALIPLATIN),
        "renal_share": share(0.34, 0.25, 0.55, "delord_2003", "renal clearance 34 % of elimination"),
        **labile_adduct(),
        **free_as_measured("oxaliplatin_label", "ultrafilterable"),
    },
    molar_mass_g_per_mol=397.3, mechanism="mixed: IgE, cytokines", routes=("infusion",), usual_every_h=336.0,
)  # fmt: skip

CISPLATIN = Drug(
    "cisplatin", "cisplatin", 135.0, 120.0, "0.5 h",
    {
        "central_l_per_kg": volume(
            0.296, "L/kg", 0.28, 0.31, "cisplatin_label", "volume 11–12 L/m²", "11.5 × 1.8 m² / 70 kg",
        ),
        "clearance_l_per_h": human(
            27.9, "L/h", 27.0, 29.0, "cisplatin_label", "clearance 15–16 L/h/m²", "15.5 × 1.8 m²",
        ),
        **one_compartment(),
        "renal_share": share(
            0.22, 0.15, 0.3, "cisplatin_label", "renal clearance 50 and 62 mL/min/m²", "56 / 258 mL/min/m²",
        ),
        **labile_adduct(),
        **free_as_measured("cisplatin_label", "ultrafilterable"),
    },
    molar_mass_g_per_mol=300.1, mechanism="IgE", routes=("infusion",), usual_every_h=504.0,
)  # fmt: skip

_PACLITAXEL = ("paclitaxel_label", "175 mg/m² over 3 h: 3.65 mg/L, 20.2 h, 12.2 L/h/m²")

PACLITAXEL = Drug(
    "paclitaxel", "paclitaxel", 315.0, 180.0, "20.2 h (13–53)",
    {
        "central_l_per_kg": volume(
            0.183, "L/kg", 0.1, 0.5, *_PACLITAXEL, "V1 12.8 L such that the peak comes out, with a first half-life of "
            "0.3 h; 12.8 / 70",
        ),
        "clearance_l_per_h": human(
            22.0, "L/h", 15.0, 43.0, *_PACLITAXEL, "12.2 × 1.8 m². Not linear: 17.7 at 135 mg/m² over 3 h, 23.8 over "
            "24 h; a constant that holds near 175 mg/m² over 3 h",
        ),
        **from_terminal_half_life(12.8, 22.0, 175.0, 20.2, *_PACLITAXEL),
        **labile_adduct(),
        **bound(0.95, 0.89, 0.98, "paclitaxel_label", "89–98 % bound", "within 89–98 %"),
    },
    molar_mass_g_per_mol=853.9, mechanism="mixed: complement, IgE", routes=("infusion",), usual_every_h=504.0,
)  # fmt: skip

_RITUXIMAB = ("rituximab_models", "table 3, Regazzi 2005: 2.98 L, 0.208 L/d, 22.4 d")

RITUXIMAB = Drug(
    "rituximab", "rituximab", 675.0, 240.0, "22 d (6–52)",
    {
        "central_l_per_kg": volume(0.0426, "L/kg", 0.035, 0.06, *_RITUXIMAB, "2.98 L / 70 kg"),
        "clearance_l_per_h": human(
            0.00867, "L/h", 0.005, 0.015, *_RITUXIMAB, "0.208 L/d / 24 h. Faster while B cells are many (0.59 L/d more "
            "on the label); a constant for the weeks after that",
        ),
        **from_terminal_half_life(2.98, 0.00867, 6.0, 22.4 * 24.0, *_RITUXIMAB),
        **antibody(),
    },
    molar_mass_g_per_mol=145_000.0, mechanism="mixed: cytokines, IgE", routes=("infusion",), usual_every_h=168.0,
)  # fmt: skip

CETUXIMAB = Drug(
    "cetuximab", "cetuximab", 720.0, 120.0, "70–112 h (63–230)",
    {
        "central_l_per_kg": volume(
            0.0543, "L/kg", 0.04, 0.075, "cetuximab_label", "185 ± 55 mg/L after 400 mg/m²", "720 mg / 185 mg/L = 3.9, "
            "less what leaves in 2 h: 3.8 L / 70 kg; 2.83 L in Dirks 2008",
        ),
        "clearance_l_per_h": human(
            0.0396, "L/h", 0.03, 0.08, "cetuximab_label", "0.022 L/h/m² at 400 mg/m²", "0.022 × 1.8 m². Not linear: "
            "falls from 0.08 to 0.02 L/h/m² between 20 and 200 mg/m² and is constant above",
        ),
        **from_flows(3.8, [(0.103, 1.4)], "dirks_2008", "Q 0.103 L/h; V2 so that both are 2.9 L/m² (label)"),
        "sensitised_share": share(
            0.061, 0.006, 0.208, "chung_2008_cetuximab", "controls: 15 of 72 in Tennessee, 3 of 49 in northern "
            "California, 2 of 341 in Boston", "3 / 49, the middle one of three regions: IgE for α-gal comes from tick "
            "bites, before any dose; 0.208 in Tennessee, 0.006 in Boston",
        ),
        **antibody(),
    },
    molar_mass_g_per_mol=152_000.0, mechanism="pre-formed IgE (α-gal)", routes=("infusion",), usual_every_h=168.0,
)  # fmt: skip

CANCER_DRUGS = (CARBOPLATIN, OXALIPLATIN, CISPLATIN, PACLITAXEL, RITUXIMAB, CETUXIMAB)
