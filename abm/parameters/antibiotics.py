"""Penicillins and cephalosporins: haptens on protein, by vein, muscle and mouth."""

from __future__ import annotations

from abm.parameters.compartments import from_terminal_half_life
from abm.parameters.drug import Drug, bound, human, labile_adduct, one_compartment, share, volume

_LABEL, _MUSCLE = "pharmacokinetics", "after injection into a muscle"

PENICILLIN_G = Drug(
    "penicillin_g", "penicillin G", 2400.0, 30.0, "0.4–0.9 h",
    {
        "central_l_per_kg": volume(0.55, "L/kg", 0.53, 0.67, "ttd_penicillin_g", "volume of distribution"),
        "clearance_l_per_h": human(
            33.6, "L/h", 25.0, 40.0, "ttd_penicillin_g", "clearance", "560 mL/min × 60 / 1000 = 33.6 L/h"
        ),
        **one_compartment(),
        "depot_absorption_per_h": human(
            5.0, "1/h", 3.0, 8.0, "penicillin_g_muscle", "peak after 15–30 min",
            "peak at ln(ka/ke)/(ka − ke) = 25 min; all of it is absorbed",
        ),
        **labile_adduct(),
        **bound(0.6, 0.49, 0.65, "drug_monographs", "penicillin G, 49–60 % bound"),
    },
    molar_mass_g_per_mol=334.4, mechanism="IgE", routes=("infusion", "bolus", "intramuscular"), usual_every_h=4.0,
    units_per_mg=5e6 / 3000.0,
)  # fmt: skip

PENICILLIN_V = Drug(
    "penicillin_v", "penicillin V", 500.0, 30.0, "0.5 h",
    {
        "central_l_per_kg": volume(0.73, "L/kg", 0.4, 0.9, "penicillin_v_label", "volume 0.73 L/kg"),
        "clearance_l_per_h": human(
            71.0, "L/h", 45.0, 85.0, "penicillin_v_label", "half-life 30 min", "0.73 L/kg × 70 kg × ln 2 / 0.5 h",
        ),
        **one_compartment(),
        "absorption_per_h": human(
            2.5, "1/h", 1.5, 5.0, "penicillin_v_label", "peak 0.5–1 h after an empty stomach",
            "peak at ln(ka/ke)/(ka − ke) = 32 min, and 4.0 mg/L (6.4 IU/mL) after a million IU",
        ),
        "bioavailability": share(0.67, 0.25, 0.75, "penicillin_v_label", "60–73 % absorbed", "middle of 60–73 %"),
        "renal_share": share(0.5, 0.35, 0.7, "drug_monographs", "penicillin V, 26–65 % of a dose in urine",
                             "35–70 % becomes penicilloic acid, the rest leaves by the kidney"),
        **labile_adduct(),
        **bound(0.8, 0.75, 0.89, "penicillin_v_label", "75–89 % bound", "within 75–89 %"),
    },
    molar_mass_g_per_mol=350.4, mechanism="IgE", routes=("oral",), usual_every_h=6.0, units_per_mg=1600.0,
)  # fmt: skip

AMOXICILLIN = Drug(
    "amoxicillin", "amoxicillin", 1000.0, 30.0, "1.0 h",
    {
        "central_l_per_kg": volume(
            0.44, "L/kg", 0.3, 0.5, "amoxicillin_label", "half-life 61.3 min", "21 L/h × 1.02 h / ln 2 / 70 kg",
        ),
        "clearance_l_per_h": human(
            21.0, "L/h", 15.0, 25.0, "amoxicillin_label", "AUC 35.4 mg·h/L after 875 mg", "0.85 × 875 / 35.4",
        ),
        **one_compartment(),
        "absorption_per_h": human(
            1.3, "1/h", 0.8, 2.0, "amoxicillin_label", "peak after 1–2 h", "peak at ln(ka/ke)/(ka − ke) = 1.04 h",
        ),
        "bioavailability": share(0.85, 0.74, 0.92, "drug_monographs", "amoxicillin, 74–92 % absorbed", "within it"),
        "renal_share": share(
            0.7, 0.6, 0.9, "amoxicillin_label", "60 % of a dose in urine within 6–8 h", "0.60 / 0.85",
        ),
        "depot_absorption_per_h": human(
            1.3, "1/h", 0.8, 2.5, "drug_monographs", "amoxicillin, " + _MUSCLE,
            "peak an hour after injection, as after swallowing; all of it is absorbed",
        ),
        **labile_adduct(),
        **bound(0.2, 0.17, 0.2, "amoxicillin_label", "about 20 % bound"),
    },
    molar_mass_g_per_mol=365.4, mechanism="IgE (side chain)", usual_every_h=8.0,
    routes=("infusion", "bolus", "oral", "intramuscular"),
)  # fmt: skip

_CEFAZOLIN = ("cefazolin_label", "1 g by vein: 185 mg/L at the peak, 4 mg/L at 8 h, half-life 1.8 h")

CEFAZOLIN = Drug(
    "cefazolin", "cefazolin", 2000.0, 30.0, "1.8 h",
    {
        "central_l_per_kg": volume(
            0.0714, "L/kg", 0.06, 0.12, *_CEFAZOLIN, "V1 5 L such that 1 g reaches 170–190 mg/L within minutes; 5 / 70",
        ),
        "clearance_l_per_h": human(
            3.6, "L/h", 3.0, 5.0, "cefazolin_label", "28 mg/L kept by an infusion", "100 mg/h / 28 mg/L",
        ),
        **from_terminal_half_life(5.0, 3.6, 8.5, 1.8, *_CEFAZOLIN),
        "depot_absorption_per_h": human(
            1.5, "1/h", 0.8, 3.0, "cefazolin_label", "64 mg/L at 1 h, 7 mg/L at 8 h after 1 g into a muscle",
            "such that both come out; all of it is absorbed",
        ),
        "renal_share": share(0.9, 0.8, 1.0, "drug_monographs", "cefazolin, 80–100 % unchanged in urine", "middle"),
        **labile_adduct(),
        **bound(0.8, 0.74, 0.86, "drug_monographs", "cefazolin, 74–86 % bound", "middle"),
    },
    molar_mass_g_per_mol=454.5, mechanism="IgE (own side chain)", usual_every_h=8.0,
    routes=("infusion", "bolus", "intramuscular"),
)  # fmt: skip

CEFTRIAXONE = Drug(
    "ceftriaxone", "ceftriaxone", 2000.0, 30.0, "5.8–8.7 h",
    {
        "central_l_per_kg": volume(
            0.143, "L/kg", 0.083, 0.193, "drug_labels", "ceftriaxone, pharmacokinetics",
            "middle of 5.8–13.5 L is about 10 L; 10 / 70 = 0.143 L/kg",
        ),
        "clearance_l_per_h": human(1.0, "L/h", 0.58, 1.45, "drug_labels", "ceftriaxone, pharmacokinetics"),
        **one_compartment(),
        "depot_absorption_per_h": human(
            1.2, "1/h", 0.8, 2.0, "ceftriaxone_label", "table 1, 1 g into a muscle", "peak of 76 mg/L at 2–3 h: "
            "ln(ka/ke)/(ka − ke) = 2.3 h; all of it is absorbed",
        ),
        **labile_adduct(),
        **bound(0.9, 0.85, 0.95, "drug_labels", "ceftriaxone, 85–95 % bound", "falls as the level rises; the middle"),
    },
    molar_mass_g_per_mol=554.6, mechanism="IgE", routes=("infusion", "bolus", "intramuscular"), usual_every_h=24.0,
)  # fmt: skip

ANTIBIOTICS = (PENICILLIN_G, PENICILLIN_V, AMOXICILLIN, CEFAZOLIN, CEFTRIAXONE)
