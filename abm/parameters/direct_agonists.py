"""Drugs that open mast cells through MRGPRX2, without IgE: vancomycin, and those it is compared with.

A drug is one that states an EC50 at human MRGPRX2. Its other side, IgE, is that of every drug of the catalogue.
"""

from __future__ import annotations

from abm.parameters.compartments import from_flows, from_terminal_half_life
from abm.parameters.drug import Drug, bound, human, labile_adduct, share, volume
from abm.parameters.parameter import Kind, Parameter


def opens_mast_cells(
    ec50_mg_per_l: float,
    low: float,
    high: float,
    source: str,
    where: str,
    note: str = "",
    efficacy: float = 1.0,
    efficacy_note: str = "",
) -> dict[str, Parameter]:
    """Return the EC50 of a drug at human MRGPRX2, and its largest effect where that is less than a full one."""
    kind: Kind = "assumed" if note else "measured"
    found = {
        "mrgprx2_ec50_mg_per_l": Parameter(
            ec50_mg_per_l, "mg/L", low, high, kind, "HEK293 cells with human MRGPRX2", source, where, note,
            hard_low=1e-6,
        )
    }  # fmt: skip
    if efficacy_note:
        found["mrgprx2_efficacy"] = Parameter(
            efficacy, "", 0.0, 1.0, "assumed", "human mast cell", source, where, efficacy_note, hard_high=10.0
        )
    return found


_VANCOMYCIN = ("vancomycin_kinetics", "three compartments; peaks in volunteers")

VANCOMYCIN = Drug(
    "vancomycin", "vancomycin", 1000.0, 60.0, "7 min, 0.5–1, 3–13 h",
    {
        "central_l_per_kg": volume(
            0.137, "L/kg", 0.08, 0.19, *_VANCOMYCIN, "V1 9.6 L, between 9.0 ± 4.0 L and 0.15 L/kg × 70; 9.6 / 70",
        ),
        "clearance_l_per_h": human(
            6.05, "L/h", 4.5, 8.0, *_VANCOMYCIN, "98 mL/min at normal kidney function = 5.9 L/h; 6.05 with the flows",
        ),
        **from_flows(9.6, ((14.1, 3.6), (6.05, 25.5)), *_VANCOMYCIN),
        "renal_share": share(
            0.9, 0.75, 0.95, *_VANCOMYCIN, "of 98 mL/min at normal, 31 at a GFR of 10–39 mL/min: most of it",
        ),
        **labile_adduct(),
        **bound(0.42, 0.3, 0.55, *_VANCOMYCIN, "middle of 30 and 55 %"),
        **opens_mast_cells(60.0, 20.0, 145.0, "azimi_2017", "vancomycin", "of the order of 40 µM; opens at 100 µM"),
    },
    molar_mass_g_per_mol=1449.3, mechanism="MRGPRX2, rarely IgE", routes=("infusion",), usual_every_h=12.0,
)  # fmt: skip

CIPROFLOXACIN = Drug(
    "ciprofloxacin", "ciprofloxacin", 400.0, 60.0, "5–6 h",
    {
        "central_l_per_kg": volume(
            0.71, "L/kg", 0.4, 1.2, "ciprofloxacin_label", "peak 4.56 mg/L after 400 mg over 60 min",
            "V1 50 L such that it comes out; 50 / 70",
        ),
        "clearance_l_per_h": human(35.0, "L/h", 25.0, 45.0, "ciprofloxacin_label", "clearance"),
        **from_terminal_half_life(50.0, 35.0, 175.0, 5.0, "ciprofloxacin_label", "half-life 5–6 h, 1.74–5.0 L/kg"),
        "renal_share": share(0.6, 0.5, 0.7, "ciprofloxacin_label", "50–70 % unchanged in urine", "middle"),
        **labile_adduct(),
        **bound(0.3, 0.2, 0.4, "ciprofloxacin_label", "20–40 % bound", "middle"),
        **opens_mast_cells(
            6.8, 6.8, 300.0, "mcneil_2015", "ciprofloxacin, EC50", efficacy=0.35,
            efficacy_note="a full agonist of this EC50 would redden half of all volunteers; a partial one of a third, "
            "as vancomycin at half of its dose, is what 1–2 % of patients with rash, itching or flush leave room for",
        ),
    },
    molar_mass_g_per_mol=331.3, mechanism="MRGPRX2, IgE", routes=("infusion",), usual_every_h=12.0,
)  # fmt: skip

ATRACURIUM = Drug(
    "atracurium", "atracurium", 35.0, 1.0, "2, 20 min",
    {
        "central_l_per_kg": volume(0.05, "L/kg", 0.04, 0.08, "atracurium_kinetics", "central volume"),
        "clearance_l_per_h": human(
            23.1, "L/h", 16.0, 27.0, "atracurium_kinetics", "5.5 mL/min/kg", "5.5 × 70 × 60 / 1000",
        ),
        **from_terminal_half_life(3.5, 23.1, 9.1, 1.0 / 3.0, "atracurium_kinetics", "20 min; 0.13 L/kg in all"),
        **labile_adduct(),
        **bound(0.82, 0.8, 0.85, "atracurium_kinetics", "82 % bound"),
        **opens_mast_cells(28.6, 10.0, 100.0, "mcneil_2015", "atracurium, EC50"),
    },
    molar_mass_g_per_mol=929.2, mechanism="MRGPRX2, IgE", routes=("infusion", "bolus"), usual_every_h=1.0,
)  # fmt: skip

ROCURONIUM = Drug(
    "rocuronium", "rocuronium", 42.0, 1.0, "71 min",
    {
        "central_l_per_kg": volume(0.0769, "L/kg", 0.05, 0.11, "szenohradszky_1992", "76.9 ± 10.6 mL/kg"),
        "clearance_l_per_h": human(
            12.1, "L/h", 10.0, 15.0, "szenohradszky_1992", "2.89 ± 0.25 mL/min/kg", "2.89 × 70 × 60 / 1000",
        ),
        **from_terminal_half_life(5.38, 12.1, 14.5, 1.18, "szenohradszky_1992", "207 mL/kg in all, 70.9 min"),
        "renal_share": share(0.26, 0.13, 0.35, "drug_labels", "rocuronium, 26 ± 8 % of a dose in urine within 48 h"),
        **labile_adduct(),
        **bound(0.3, 0.25, 0.46, "drug_labels", "rocuronium, about 30 % bound"),
        **opens_mast_cells(261.0, 261.0, 500.0, "mcneil_2015", "rocuronium, EC50; human mast cells need 500 mg/L"),
    },
    molar_mass_g_per_mol=529.8, mechanism="IgE; MRGPRX2 in a dish", routes=("infusion", "bolus"),
    usual_every_h=1.0,
)  # fmt: skip

MORPHINE = Drug(
    "morphine", "morphine", 10.0, 5.0, "2–3 h",
    {
        "central_l_per_kg": volume(0.25, "L/kg", 0.1, 0.5, "morphine_kinetics", "central volume"),
        "clearance_l_per_h": human(
            71.0, "L/h", 60.0, 90.0, "morphine_kinetics", "15–20 mL/min/kg", "17 × 70 × 60 / 1000",
        ),
        **from_terminal_half_life(17.5, 71.0, 231.0, 2.5, "morphine_kinetics", "2–3 h; 3.3 L/kg in all"),
        **labile_adduct(),
        **bound(0.35, 0.3, 0.4, "morphine_kinetics", "35 % bound"),
        **opens_mast_cells(
            1.4, 0.3, 30.0, "lansu_2017", "morphine", "about 5 µM × 285 g/mol; skin mast cells need more",
        ),
        "mrgprx2_synergy": Parameter(
            0.0, "", 0.0, 20.0, "assumed", "rat", "shuto_1999", "vancomycin 100 mg/kg after morphine 10 mg/kg",
            "an option, off unless a scenario sets it: how much a level of 1 lifts that of another agonist. About 1.5 "
            "is what rats show, in which morphine makes half of the vancomycin do the same; at doses for people, "
            "narcotics that matter (Wong 1994) need 10 or more",
            hard_high=1000.0,
        ),
    },
    molar_mass_g_per_mol=285.3, mechanism="MRGPRX2", routes=("infusion", "bolus"), usual_every_h=4.0,
)  # fmt: skip

DIRECT_AGONISTS = (VANCOMYCIN, CIPROFLOXACIN, ATRACURIUM, ROCURONIUM, MORPHINE)
