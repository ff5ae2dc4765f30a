"""Drugs that T cells see: swallowed over weeks, some as a metabolite.

Exposure is relative to `therapeutic_mg_per_l`, the average that the usual regimen keeps: F·dose / (CL·interval). Their
adduct for mast cells is assumed to be that of the other drugs, so that a patient with IgE can be simulated too.
"""

from __future__ import annotations

from abm.parameters.drug import Drug, human, labile_adduct, one_compartment, volume
from abm.parameters.parameter import Parameter

_USUAL = "average at the usual regimen, F·dose / (CL·interval)"


def _swallowed(
    absorption_per_h: Parameter, bioavailability: Parameter, renal_share: Parameter, therapeutic_mg_per_l: Parameter
) -> dict[str, Parameter]:
    return {
        "absorption_per_h": absorption_per_h,
        "bioavailability": bioavailability,
        "renal_share": renal_share,
        "therapeutic_mg_per_l": therapeutic_mg_per_l,
        **labile_adduct(),
    }


def _labile_complex() -> dict[str, Parameter]:
    return {
        "presented_half_life_h": Parameter(
            1.0, "h", 0.05, 6.0, "assumed", "human", "pichler_p_i", "labile binding to HLA or T-cell receptor",
            "presentation follows the drug within hours: complexes form and fall apart without metabolism",
            hard_low=1e-3, hard_high=1e4,
        ),
    }  # fmt: skip


def _little_renal(value: float, source: str, where: str) -> Parameter:
    return human(value, "", 0.0, 0.15, source, where, "unchanged drug in urine, as a share of clearance", 1.0)


SULFAMETHOXAZOLE = Drug(
    "sulfamethoxazole", "sulfamethoxazole", 800.0, 60.0, "10–12.8 h",
    {
        "central_l_per_kg": volume(
            0.25, "L/kg", 0.2, 0.38, "smx_label", "46.3 mg/L after 800 mg over 1 h", "800 / 46.3 / 65 kg = 0.27, and "
            "0.2–0.3 in other studies",
        ),
        "clearance_l_per_h": human(
            1.1, "L/h", 0.95, 1.4, "smx_label", "half-life 10–12.8 h", "0.25 L/kg × 70 kg × ln 2 / 11 h",
        ),
        **one_compartment(),
        **_swallowed(
            human(1.0, "1/h", 0.5, 3.0, "smx_tablets", "peak after 1–4 h", "peak at ln(ka/ke)/(ka − ke) = 3 h"),
            human(0.95, "", 0.85, 1.0, "smx_tablets", "rapidly absorbed", "levels by mouth equal those by vein", 1.0),
            human(
                0.5, "", 0.2, 0.8, "smx_tablets", "unchanged 20–30 % of urine", "half-life of 20–50 h in renal failure "
                "asks for more than the unchanged share; between the two", 1.0,
            ),
            human(57.0, "mg/L", 40.0, 70.0, "smx_tablets", "57.4 mg/L", _USUAL + " = 0.95·800 / (1.1·12) = 57.6"),
        ),
        **_labile_complex(),
    },
    molar_mass_g_per_mol=253.3, mechanism="T cells", routes=("infusion", "oral"), usual_every_h=12.0,
)  # fmt: skip

CARBAMAZEPINE = Drug(
    "carbamazepine", "carbamazepine", 200.0, 30.0, "25–65 h, induced 12–17 h",
    {
        "central_l_per_kg": volume(0.83, "L/kg", 0.6, 2.0, "carbamazepine_1977", "0.825 ± 0.104 L/kg"),
        "clearance_l_per_h": human(
            1.9, "L/h", 1.1, 4.0, "carbamazepine_1977", "0.0163 ± 0.0061 L/h/kg", "1.14 L/h for a single dose, 2 to 3 "
            "times as much when its own induction is complete after 3–5 weeks; a constant between, for the first weeks",
        ),
        **one_compartment(),
        **_swallowed(
            human(0.18, "1/h", 0.1, 0.5, "carbamazepine_1977", "0.176 ± 0.209 1/h"),
            human(
                0.8, "", 0.7, 0.96, "tolbert_carbamazepine", "70 % by vein equal oral",
                "between 0.70 and the 0.96 of a solution", 1.0,
            ),
            _little_renal(0.02, "drug_labels", "carbamazepine, 2–3 % unchanged"),
            human(
                8.0, "mg/L", 4.0, 12.0, "drug_labels", "carbamazepine, 4–12 mg/L", "middle of the therapeutic range; "
                "the usual starting regimen keeps 7.0",
            ),
        ),
        **_labile_complex(),
    },
    molar_mass_g_per_mol=236.3, mechanism="T cells", routes=("infusion", "oral"), usual_every_h=12.0,
)  # fmt: skip

ALLOPURINOL = Drug(
    "allopurinol", "allopurinol", 300.0, 30.0, "0.8–2; oxypurinol 12–30 h",
    {
        "central_l_per_kg": volume(
            1.3, "L/kg", 0.87, 2.35, "appelbaum_1982", "1.61 ± 0.74 L/kg", "half-life of 1.4 h at the clearance here; "
            "0.8 h and 1.6 h in the two studies",
        ),
        "clearance_l_per_h": human(
            44.0, "L/h", 40.0, 48.0, "appelbaum_1982", "9.62 mL/min/kg", "10.5 mL/min/kg, the middle of 9.6 and 11.4",
        ),
        **one_compartment(),
        **_swallowed(
            human(1.5, "1/h", 0.8, 4.0, "breithaupt_1982", "peak after 30–120 min",
                  "peak at ln(ka/ke)/(ka − ke) = 1.1 h"),
            human(0.8, "", 0.67, 0.9, "appelbaum_1982", "67 ± 23 %", "between 67 and 90 % (Breithaupt 1982)", 1.0),
            human(0.15, "", 0.05, 0.25, "breithaupt_1982", "1.73 of 11.37 mL/min/kg", "1.73 / 11.37 = 0.15", 1.0),
            human(
                7.5, "mg/L", 4.6, 15.2, "oxipurinol_levels", "30–100 µmol/L of oxypurinol", _USUAL + " = "
                "0.8·300·1.0 / (1.3·24) = 7.7; × 152.1 g/mol, the effective range is 4.6–15.2 mg/L",
            ),
        ),
        "metabolite_mg_per_mg": human(
            1.0, "", 0.85, 1.1, "day_2007", "90 % conversion", "0.9 × 152.1 / 136.1 g/mol",
        ),
        "metabolite_l_per_kg": volume(0.59, "L/kg", 0.43, 0.75, "day_2007", "oxypurinol, volume"),
        "metabolite_clearance_l_per_h": human(
            1.3, "L/h", 1.0, 1.8, "day_2007", "oxypurinol, clearance",
            "0.31 mL/min/kg × 70 kg; 0.42 in Breithaupt 1982. "
            "More than 95 % is renal, so all of it goes with the kidney's function",
        ),
        **_labile_complex(),
    },
    molar_mass_g_per_mol=136.1, mechanism="T cells", routes=("infusion", "oral"), usual_every_h=24.0,
    metabolite="oxypurinol",
)  # fmt: skip

LAMOTRIGINE = Drug(
    "lamotrigine", "lamotrigine", 100.0, 30.0, "25–33 h",
    {
        "central_l_per_kg": volume(1.2, "L/kg", 0.87, 1.47, "cohen_1987", "1.2 ± 0.12 L/kg"),
        "clearance_l_per_h": human(
            2.1, "L/h", 1.85, 2.44, "lamotrigine_label", "0.44–0.58 mL/min/kg", "0.5 mL/min/kg × 70 kg",
        ),
        **one_compartment(),
        **_swallowed(
            human(2.0, "1/h", 1.0, 4.0, "lamotrigine_label", "peak after 1.7–2.2 h",
                  "peak at ln(ka/ke)/(ka − ke) = 2.2 h"),
            human(0.98, "", 0.95, 1.0, "lamotrigine_label", "bioavailability 98 %", "", 1.0),
            _little_renal(0.1, "lamotrigine_label", "10 % unchanged"),
            human(4.0, "mg/L", 2.5, 15.0, "lamotrigine_label", "clearance", _USUAL + " = 0.98·100 / (2.1·12) = 3.9"),
        ),
        **_labile_complex(),
    },
    molar_mass_g_per_mol=256.1, mechanism="T cells", routes=("oral",), usual_every_h=12.0,
)  # fmt: skip

ABACAVIR = Drug(
    "abacavir", "abacavir", 300.0, 30.0, "1.54 ± 0.63 h",
    {
        "central_l_per_kg": volume(
            0.5, "L/kg", 0.3, 0.86, "abacavir_label", "0.86 L/kg, 0.80 L/h/kg, 1.54 h", "these three exclude a single "
            "compartment (0.75 h); central volume such that 300 mg peak at 2.3 mg/L (0.88–3.19)",
        ),
        "clearance_l_per_h": human(56.0, "L/h", 39.0, 73.0, "abacavir_label", "0.80 ± 0.24 L/h/kg", "0.80 × 70 kg"),
        "peripheral_in_per_h": human(
            0.451, "1/h", 0.1, 1.0, "abacavir_label", "0.86 L/kg, 1.54 h", "k12 = k21·(0.86 / 0.5 − 1)",
        ),
        "peripheral_out_per_h": human(
            0.627, "1/h", 0.1, 1.5, "abacavir_label", "0.86 L/kg, 1.54 h", "k21 such that β = ln 2 / 1.54 h: "
            "β² − (k10 + k12 + k21)·β + k10·k21 = 0",
        ),
        **_swallowed(
            human(1.5, "1/h", 0.8, 4.0, "yuen_2008", "peak after 0.63–1 h", "peaks after 0.6 h"),
            human(0.83, "", 0.75, 0.9, "yuen_2008", "83 %", "", 1.0),
            _little_renal(0.02, "yuen_2008", "less than 2 % unchanged"),
            human(0.37, "mg/L", 0.25, 0.55, "abacavir_label", "clearance", _USUAL + " = 0.83·300 / (56·12) = 0.37"),
        ),
        "presented_half_life_h": Parameter(
            20.0, "h", 6.0, 48.0, "assumed", "human", "illing_2012", "altered peptide repertoire",
            "abacavir sits inside the HLA groove under peptides of its own; such complexes stay "
            "on the cell for about a day", hard_low=1e-3, hard_high=1e4,
        ),
    },
    molar_mass_g_per_mol=286.3, mechanism="T cells", routes=("oral",), usual_every_h=12.0,
)  # fmt: skip

T_CELL_DRUGS = (SULFAMETHOXAZOLE, CARBAMAZEPINE, ALLOPURINOL, LAMOTRIGINE, ABACAVIR)
