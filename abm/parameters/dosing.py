"""Doses that depend on the patient: the numbers of Calvert's formula and of kidney function in absolute terms."""

from __future__ import annotations

from abm.parameters.parameter import Parameter

BY_AUC = ("carboplatin",)
"""Drugs that are dosed by an AUC: Calvert's formula was made for this one."""

PARAMETERS: dict[str, Parameter] = {
    "calvert_nonrenal_ml_per_min": Parameter(
        25.0, "mL/min", 20.0, 30.0, "measured", "human plasma", "calvert_1989", "dose = AUC·(GFR + 25)", hard_high=1e3,
    ),
    "calvert_gfr_cap_ml_per_min": Parameter(
        125.0, "mL/min", 125.0, 125.0, "assumed", "human", "fda_carboplatin_2010", "GFR capped at 125 mL/min",
        "a rule of dosing, not of the body: 900 mg at most for AUC 6", hard_low=1.0, hard_high=1e4,
    ),
    "young_gfr_ml_per_min_per_173_m2": Parameter(
        100.0, "mL/min/1.73 m²", 90.0, 110.0, "measured", "human", "donor_gfr_2018",
        "100 mL/min/1.73 m² until 35 years", hard_low=1.0, hard_high=1e3,
    ),
}  # fmt: skip
