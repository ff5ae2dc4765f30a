"""Allergens that are no drugs: what a person may carry IgE for besides a drug, given in the same way.

What reaches the blood of a food is a trace of what is eaten. Volume and clearance are therefore *apparent* ones, as
after any swallowed dose of which the absorbed share is not known: dose over concentration, as if all were absorbed.
"""

from __future__ import annotations

from abm.parameters.drug import Drug, human, one_compartment, share, volume
from abm.parameters.parameter import Parameter

_SERUM = ("ara_h_2_serum", "12.75 g of protein: at most 248 ng/mL, seen for up to 24 h")

PEANUT = Drug(
    "peanut", "peanut protein", 3000.0, 30.0, "5 h",
    {
        "central_l_per_kg": volume(
            734.0, "L/kg", 400.0, 4000.0, *_SERUM,
            "apparent: 12,750 mg / 0.248 mg/L = 51,400 L in 70 kg; a thousandth or so of what is eaten is in blood. "
            "The highest of ten people, so a lower bound; it cancels out of the antigen, set by the usual dose",
        ),
        "clearance_l_per_h": human(
            7130.0, "L/h", 1800.0, 18000.0, *_SERUM,
            "apparent: 51,400 L × ln 2 / 5 h, such that 4 % are left after 24 h; half-lives of 2 to 20 h would do too",
        ),
        **one_compartment(),
        "absorption_per_h": human(
            1.5, "1/h", 0.7, 4.0, "peanut_challenge", "first symptoms mostly within 30 to 60 min",
            "half of the dose is absorbed after 28 min, the peak comes after 1.7 h",
        ),
        "bioavailability": share(1.0, 0.99, 1.0, *_SERUM, "volume and clearance are apparent ones"),
        "adduct_half_life_min": Parameter(
            5.0, "min", 1.0, 60.0, "assumed", "human tissue", "model", "docs/specificity.md",
            "the protein is the antigen and needs no carrier; the time in which cells by the vessels come into balance "
            "with blood is taken to be that of drugs", hard_low=0.05, hard_high=1e5,
        ),
        "hapten_per_antigen": Parameter(
            0.0, "", 0.0, 0.1, "derived", "human", "dembo_goldstein_1978", "blocking by monovalent hapten",
            "a protein with several epitopes, that releases no monovalent one", hard_high=1e6,
        ),
        "bound_share": share(0.0, 0.0, 0.9, *_SERUM, "free of IgG; people with IgG for it have less that is free"),
    },
    molar_mass_g_per_mol=17000.0, mechanism="IgE (food)", routes=("oral",), usual_every_h=24.0,
)  # fmt: skip

ALLERGENS = (PEANUT,)
