"""Drugs: disposition in the body, and the adduct that mast cells see.

Compartments: a central volume with clearance, and an optional peripheral one. The antigen is the *labile
multivalent* adduct that forms on proteins while drug is present (Pichler's fast, partly non-covalent antigen). The
covalent adducts that stay for days carry one hapten each: they cannot bridge two IgE and are left out.

Drugs that T cells see are in `t_cell_drugs.py`.
"""

from __future__ import annotations

from abm.parameters.drug import Drug, human, labile_adduct, one_compartment, volume
from abm.parameters.t_cell_drugs import T_CELL_DRUGS

__all__ = ["DRUGS", "Drug"]

DRUGS: dict[str, Drug] = {
    drug.name: drug
    for drug in (
        Drug(
            "penicillin_g", "penicillin G", 2400.0, 30.0, "0.4–0.9 h",
            {
                "central_l_per_kg": volume(0.55, "L/kg", 0.53, 0.67, "ttd_penicillin_g", "volume of distribution"),
                "clearance_l_per_h": human(
                    33.6, "L/h", 25.0, 40.0, "ttd_penicillin_g", "clearance", "560 mL/min × 60 / 1000 = 33.6 L/h"
                ),
                **one_compartment(),
                **labile_adduct(),
            },
        ),
        Drug(
            "carboplatin", "carboplatin", 450.0, 30.0, "alpha 1.1–2 h, beta 2.6–5.9 h",
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
            },
        ),
        Drug(
            "ceftriaxone", "ceftriaxone", 2000.0, 30.0, "5.8–8.7 h",
            {
                "central_l_per_kg": volume(
                    0.143, "L/kg", 0.083, 0.193, "drug_labels", "ceftriaxone, pharmacokinetics",
                    "middle of 5.8–13.5 L is about 10 L; 10 / 70 = 0.143 L/kg",
                ),
                "clearance_l_per_h": human(1.0, "L/h", 0.58, 1.45, "drug_labels", "ceftriaxone, pharmacokinetics"),
                **one_compartment(),
                **labile_adduct(),
            },
        ),
        *T_CELL_DRUGS,
    )
}  # fmt: skip
