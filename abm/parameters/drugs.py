"""Drugs: disposition in the body, and the adduct that mast cells see.

Compartments: a central volume with clearance, and an optional peripheral one. The antigen is the *labile
multivalent* adduct that forms on proteins while drug is present (Pichler's fast, partly non-covalent antigen). The
covalent adducts that stay for days carry one hapten each: they cannot bridge two IgE and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from abm.parameters.parameter import Kind, Parameter


@dataclass(frozen=True)
class Drug:
    """A drug of the catalogue.

    Attributes
    ----------
    name, label : str
        Key in scenario files, and name in tables.
    usual_dose_mg, usual_infusion_min : float
        A usual single dose for an adult and the usual length of its infusion.
    half_life : str
        Half-life in plasma (of the metabolite, where that is the antigen) as printed in the source, for tables.
    parameters : dict of str to Parameter
        Disposition and antigen; full names are ``drugs.<name>.<key>``.
    usual_every_h : float
        Interval of the usual regimen by mouth, hours; 0 for a drug that is not swallowed.
    metabolite : str
        The metabolite that is the antigen for T cells; empty where the drug itself is.
    """

    name: str
    label: str
    usual_dose_mg: float
    usual_infusion_min: float
    half_life: str
    parameters: dict[str, Parameter]
    usual_every_h: float = 0.0
    metabolite: str = ""

    @property
    def oral(self) -> bool:
        """Whether the drug can be swallowed."""
        return "bioavailability" in self.parameters

    @property
    def seen_by_t_cells(self) -> bool:
        """Whether the drug, or its metabolite, is an antigen for T cells."""
        return "therapeutic_mg_per_l" in self.parameters


def _human(value: float, unit: str, low: float, high: float, source: str, where: str, note: str = "") -> Parameter:
    kind: Kind = "derived" if note else "measured"
    return Parameter(value, unit, low, high, kind, "human plasma", source, where, note, hard_low=0.0)


def _one_compartment() -> dict[str, Parameter]:
    note = "one compartment describes this drug at the resolution of a dose interval; kept at zero"
    return {
        "peripheral_in_per_h": Parameter(0.0, "1/h", 0.0, 0.0, "assumed", "human plasma", "model", "drugs", note),
        "peripheral_out_per_h": Parameter(0.0, "1/h", 0.0, 0.0, "assumed", "human plasma", "model", "drugs", note),
    }


def _antigen() -> dict[str, Parameter]:
    return {
        "adduct_half_life_min": Parameter(
            5.0, "min", 1.0, 60.0, "assumed", "human tissue", "pichler_fake_antigen", "concept",
            "labile adducts follow the drug; reactions begin minutes after it arrives, so minutes; same for all drugs",
            hard_low=0.05, hard_high=1e5,
        ),
    }  # fmt: skip


DRUGS: dict[str, Drug] = {
    drug.name: drug
    for drug in (
        Drug(
            "penicillin_g", "penicillin G", 2400.0, 30.0, "0.4–0.9 h",
            {
                "central_l_per_kg": _human(0.55, "L/kg", 0.53, 0.67, "ttd_penicillin_g", "volume of distribution"),
                "clearance_l_per_h": _human(
                    33.6, "L/h", 25.0, 40.0, "ttd_penicillin_g", "clearance", "560 mL/min × 60 / 1000 = 33.6 L/h"
                ),
                **_one_compartment(),
                **_antigen(),
            },
        ),
        Drug(
            "carboplatin", "carboplatin", 450.0, 30.0, "alpha 1.1–2 h, beta 2.6–5.9 h",
            {
                "central_l_per_kg": _human(
                    0.183, "L/kg", 0.15, 0.25, "drug_labels", "carboplatin, pharmacokinetics",
                    "Vss 16 L, CL 4.4 L/h, t½ 1.5 and 4.0 h give V1 12.8 L; 12.8 / 70 = 0.183 L/kg",
                ),
                "clearance_l_per_h": _human(4.4, "L/h", 3.5, 5.5, "drug_labels", "carboplatin, pharmacokinetics"),
                "peripheral_in_per_h": _human(
                    0.0587, "1/h", 0.02, 0.2, "drug_labels", "carboplatin, pharmacokinetics",
                    "k12 = α + β − k10 − k21 with α = ln2/1.5 h, β = ln2/4 h, k10 = 4.4/12.8",
                ),
                "peripheral_out_per_h": _human(
                    0.2326, "1/h", 0.1, 0.4, "drug_labels", "carboplatin, pharmacokinetics", "k21 = αβ / k10"
                ),
                **_antigen(),
            },
        ),
        Drug(
            "ceftriaxone", "ceftriaxone", 2000.0, 30.0, "5.8–8.7 h",
            {
                "central_l_per_kg": _human(
                    0.143, "L/kg", 0.083, 0.193, "drug_labels", "ceftriaxone, pharmacokinetics",
                    "middle of 5.8–13.5 L is about 10 L; 10 / 70 = 0.143 L/kg",
                ),
                "clearance_l_per_h": _human(1.0, "L/h", 0.58, 1.45, "drug_labels", "ceftriaxone, pharmacokinetics"),
                **_one_compartment(),
                **_antigen(),
            },
        ),
    )
}  # fmt: skip
