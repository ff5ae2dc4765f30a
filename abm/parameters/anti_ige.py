"""Omalizumab: an antibody that takes IgE out of circulation. It treats allergy; here it is no allergen itself."""

from __future__ import annotations

from abm.parameters.drug import Drug, human, one_compartment, volume, whole_antibody

_HAYASHI = ("hayashi_2007", "abstract: 5,900 mL, 7.32 mL/h, 23 days, Kd 1.07 nM")

OMALIZUMAB = Drug(
    "omalizumab", "omalizumab", 300.0, 1.0, "23 d",
    {
        "central_l_per_kg": volume(0.0967, "L/kg", 0.06, 0.11, *_HAYASHI, "apparent 5.9 L / 61 kg, for a dose under "
                                   "the skin: bioavailability is in it"),
        "clearance_l_per_h": human(0.0084, "L/h", 0.006, 0.01, *_HAYASHI, "apparent 7.32 mL/h / 61 kg × 70 kg"),
        **one_compartment(),
        **whole_antibody(),
        "skin_absorption_per_d": human(0.46, "1/d", 0.2, 0.6, "omalizumab_label", "peak after 7–8 days",
                                       "ln(0.46 / 0.030) / (0.46 − 0.030) = 6.3 d; a half-life of 1.5 d"),
        "ige_dissociation_nm": human(1.07, "nM", 0.5, 3.0, *_HAYASHI, hard_low=1e-6, hard_high=1e6),
    },
    molar_mass_g_per_mol=149_000.0, mechanism="takes IgE from serum", routes=("subcutaneous",), usual_every_h=672.0,
)  # fmt: skip

ANTI_IGE = (OMALIZUMAB,)
