"""What is given for a reaction: adrenaline into a muscle, antihistamines into a vein, and what they do."""

from __future__ import annotations

from abm.parameters.parameter import Parameter

PARAMETERS: dict[str, Parameter] = {
    "adrenaline_dose_mg": Parameter(
        0.5, "mg", 0.3, 0.5, "measured", "patients", "anaphylaxis_guidelines", "0.3–0.5 mg into the thigh, adults",
        hard_high=10.0,
    ),
    "adrenaline_interval_min": Parameter(
        10.0, "min", 5.0, 15.0, "measured", "patients", "anaphylaxis_guidelines", "again after 5–15 min", hard_low=1.0,
    ),
    "adrenaline_absorption_min": Parameter(
        14.3, "min", 8.0, 30.0, "derived", "human plasma", "epinephrine_muscle", "peak 8 ± 2 min after the injection",
        "time constant 1/ka; peak at ln(ka/ke)/(ka − ke) = 8.0 min with ke = ln 2 / 3.5 min. Many studies see a second "
        "peak at 30–50 min, which is left out", hard_low=0.1,
    ),
    "adrenaline_half_life_min": Parameter(
        3.5, "min", 2.0, 5.0, "measured", "human plasma", "abboud_2009", "half-life 3.5 min", hard_low=0.1,
    ),
    "adrenaline_clearance_l_per_min": Parameter(
        2.45, "L/min", 1.5, 9.4, "derived", "human plasma", "best_1982", "35 ± 3 mL/kg/min, arterial",
        "35 × 70 kg / 1000; 127 L/h = 2.1 L/min in septic shock (Abboud 2009); twice as much from venous samples",
        hard_low=0.01,
    ),
    "adrenaline_half_effect_ng_per_ml": Parameter(
        4.0, "ng/mL", 1.0, 6.0, "derived", "patients", "brown_2004_adrenaline", "infusions of 5–15 µg/min",
        "10 µg/min / 2.45 L/min = 4.1 ng/mL is what reversed anaphylaxis after stings [not checked]", hard_low=1e-3,
    ),
    "adrenaline_shift_max": Parameter(
        4.0, "", 2.0, 10.0, "assumed", "human", "brown_2004_adrenaline", "it reverses hypotension and bronchospasm",
        "largest rise of every symptom threshold, as a share of it: functional antagonism in vessels (α1), heart "
        "(β1) and airways (β2). Direction from practice (there is no trial), size assumed; one number for all organs",
        hard_high=1000.0,
    ),
    "adrenaline_restraint_max": Parameter(
        0.5, "", 0.0, 0.9, "assumed", "human lung mast cell", "chong_2002", "β2 agonists inhibit IgE-mediated release",
        "largest share of the release hazard that it takes away; terbutaline halved release from lung at 53 nM, and "
        "maximal inhibition differs between donors", hard_high=1.0,
    ),
    "adrenaline_half_restraint_ng_per_ml": Parameter(
        1.5, "ng/mL", 0.3, 5.0, "derived", "human lung mast cell", "chong_2002", "isoprenaline pD2 8.8",
        "10^−8.8 mol/L × 183 g/mol = 0.29 ng/mL for isoprenaline; adrenaline comes next in potency: five times as much",
        hard_low=1e-3,
    ),
    "antihistamine_onset_min": Parameter(
        30.0, "min", 10.0, 75.0, "derived", "human skin", "jones_2008", "flare halved within the hour, into a muscle",
        "time constant of the effect; 50 mg of diphenhydramine into a muscle halves the flare after about 50 min [not "
        "checked], a time constant of 72 min; into a vein sooner", hard_low=0.1,
    ),
    "antihistamine_half_life_h": Parameter(
        9.2, "h", 6.0, 28.0, "measured", "human plasma", "csaci_2019", "diphenhydramine 9.2 ± 2.5 h", hard_low=0.1,
    ),
    "antihistamine_dose_mg": Parameter(
        50.0, "mg", 25.0, 50.0, "measured", "patients", "csaci_2019", "diphenhydramine 25 to 50 mg", hard_high=1000.0,
    ),
    "antihistamine_interval_h": Parameter(
        6.0, "h", 4.0, 8.0, "measured", "patients", "csaci_2019", "every 4 to 6 h", hard_low=0.1,
    ),
}  # fmt: skip
