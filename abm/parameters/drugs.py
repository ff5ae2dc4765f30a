"""Drugs: disposition in the body, and the adduct that mast cells see.

Compartments: a central volume with clearance, and one or two peripheral ones. The antigen is the *labile multivalent*
adduct that forms on proteins while drug is present (Pichler's fast, partly non-covalent antigen). The covalent adducts
that stay for days carry one hapten each: they cannot bridge two IgE and are left out. An antibody is an antigen itself.

The drugs are in `antibiotics`, `cancer_drugs`, those that T cells see in `t_cell_drugs`, and those that open mast
cells without IgE in `direct_agonists`; what is no drug, but met by IgE and given in the same way, in `allergens`.
"""

from __future__ import annotations

from abm.parameters.allergens import ALLERGENS
from abm.parameters.anti_ige import ANTI_IGE
from abm.parameters.antibiotics import ANTIBIOTICS
from abm.parameters.cancer_drugs import CANCER_DRUGS
from abm.parameters.direct_agonists import DIRECT_AGONISTS
from abm.parameters.drug import Drug
from abm.parameters.sensitisers import with_sensitisation
from abm.parameters.t_cell_drugs import T_CELL_DRUGS
from abm.parameters.targets import with_target

__all__ = ["DRUGS", "Drug"]

DRUGS: dict[str, Drug] = {
    drug.name: with_sensitisation(with_target(drug))
    for drug in (*ANTIBIOTICS, *CANCER_DRUGS, *T_CELL_DRUGS, *DIRECT_AGONISTS, *ALLERGENS, *ANTI_IGE)
}
