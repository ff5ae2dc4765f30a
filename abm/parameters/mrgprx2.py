"""MRGPRX2 of mast cells: drive, expression by organ, cell and person, desensitization of the receptor."""

from __future__ import annotations

from abm.parameters.parameter import Parameter

FITTED_TO_VOLUNTEERS = "fitted to infusions of vancomycin in volunteers by scripts/fit_mrgprx2.py"

PARAMETERS: dict[str, Parameter] = {
    "drive": Parameter(
        3.5, "", 0.5, 50.0, "fitted", "human", "healy_1990", "reactions to 1 g over 1 h and 2 h; Polk 1988: 500 mg",
        FITTED_TO_VOLUNTEERS + "; signal at a full response, in units of the net signal of IgE: a skin mast cell of "
        "median expression fires at 4.5",
        hard_high=1e5,
    ),
    "skin": Parameter(
        1.0, "", 1.0, 1.0, "derived", "human mast cell", "babina_2018", "skin mast cells", "the organ that the others "
        "are measured against", hard_low=0.0, hard_high=10.0,
    ),
    "lung": Parameter(
        0.03, "", 0.0, 0.2, "assumed", "human mast cell", "plum_2020", "lung mast cells hardly",
        "expression relative to skin; next to none in healthy lung", hard_high=10.0,
    ),
    "gut": Parameter(
        0.2, "", 0.0, 0.6, "assumed", "human mast cell", "plum_2020", "submucosa of the gut",
        "expression relative to skin; connective-tissue mast cells of the submucosa carry it, mucosal ones hardly",
        hard_high=10.0,
    ),
    "cell_sd": Parameter(
        1.1, "ln", 0.5, 1.5, "fitted", "human skin mast cell", "polk_1988", "reactions to 1 g and 500 mg",
        FITTED_TO_VOLUNTEERS + "; log-standard deviation of expression between the cells of one organ of one person",
        hard_high=3.0,
    ),
    "desensitisation_per_min": Parameter(
        0.035, "1/min", 0.03, 0.35, "assumed", "human mast cell", "roy_2019", "receptor off the surface in minutes",
        "ln 2 / 20 min at a full response (2–20 min): agonists that recruit β-arrestin take the receptor off the "
        "surface. The slow end: were it faster, hardly anybody would first react in the second hour of an infusion",
        hard_high=100.0,
    ),
    "recovery_half_life_h": Parameter(
        6.0, "h", 1.0, 48.0, "assumed", "human", "polk_1988", "fewer and milder reactions to later doses",
        "half-life of what is lost: partly there again after 6–12 h, wholly after the week between the two infusions "
        "of "
        "a crossover; no measurement was found",
        hard_low=0.01, hard_high=1e6,
    ),
}  # fmt: skip
