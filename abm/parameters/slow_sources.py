"""Where the numbers of slow immunity come from; see `abm.parameters.sources`."""

from __future__ import annotations

SLOW_SOURCES: dict[str, str] = {
    "hayashi_2007": "Hayashi N, Tsukamoto Y, Sallas WM, Lowe PJ. A mechanism-based binding model for the population "
    "pharmacokinetics and pharmacodynamics of omalizumab. Br J Clin Pharmacol 2007;63(5):548–561. doi "
    "10.1111/j.1365-2125.2006.02803.x. 202 Japanese subjects, of 61 kg on average",
    "omalizumab_label": "Omalizumab, prescribing information, pharmacokinetics. [not checked]",
    "omalizumab_nasal": "Omalizumab in seasonal allergic rhinitis, 24 subjects: free IgE −96 % within 3 days, FcεRI of "
    "basophils −73 % (median) by day 14. [not checked]",
    "macglashan_1997": "MacGlashan DW, Bochner BS, Adelman DC, et al. Down-regulation of FcεRI expression on human "
    "basophils during in vivo treatment of atopic patients with anti-IgE antibody. J Immunol 1997;158(3):1438. From "
    "220,000 to 8,300 per basophil within three months, free IgE −99 %. [not checked]",
    "fceri_by_ige": "Regulation of FcεRI on human basophils by IgE in culture: half-maximal at 230 ng/mL, loss over "
    "three to four weeks without IgE. [not checked]",
    "ige_affinity": "Dissociation constant of IgE and FcεRI, 1e-10 to 1e-11 M, as in textbooks. [not checked]",
    "ige_units": "One international unit of IgE is 2.4 ng; molar mass 190 kDa. [not checked]",
    "ige_in_skin": "Passive sensitization of human skin with reaginic serum fades over about 50 days. [not checked]",
    "igg_half_life": "Half-life of IgG in serum, 21–23 days, as in textbooks. [not checked]",
    "ige_plasma_cells": "Work on IgE plasma cells, mostly in mice: most are short-lived, some persist in bone marrow. "
    "[not checked]",
    "ige_memory": "Type-2 marked, IgG1-switched memory B cells that re-make IgE plasma cells on re-exposure, in people "
    "with food and airway allergy. [not checked]",
    "penicillin_antibodies": "Antibodies in long courses of benzylpenicillin: IgG, IgA, IgM or IgE after the second "
    "week in 24 of 61 patients, IgE always with IgG or IgM. [not checked]",
    "markman_1999": "Markman M, Kennedy A, Webster K, et al. Clinical features of hypersensitivity reactions to "
    "carboplatin. J Clin Oncol 1999;17(4):1141. 24 of 205 patients; first reaction after a median of eight courses",
    "blanca_1999": "Blanca M, Torres MJ, García JJ, et al. Natural evolution of skin test sensitivity in patients "
    "allergic to β-lactam antibiotics. J Allergy Clin Immunol 1999;103(5):918–924. doi 10.1016/s0091-6749(99)70439-2",
    "djurup_1984": "IgG subclass antibody response in grass pollen-allergic patients undergoing specific "
    "immunotherapy. Allergy 1984. doi 10.1111/j.1398-9995.1984.tb01965.x. 20 patients: IgG1 5.4 U/mL and IgG1/IgG4 "
    "2.25 at 12 weeks, IgG4 11.6 U/mL at the end of 3 years, 1.8 two years later",
    "ait_ige": "Immunotherapy with grass pollen, 18 patients: specific IgE from 23.0 to 48.8 kU/L over the updosing, "
    "while what a chip finds falls from 4.6 to 2.14 as IgG4 blocks. [not checked]",
    "akdis_review": "Reviews of allergen immunotherapy: IL-10 and suppressed late-phase responses within 2–4 weeks, "
    "IgG4 after 6–12 weeks. [not checked]",
    "gri_2008": "Gri G, Piconese S, Frossi B, et al. CD4+CD25+ regulatory T cells suppress mast cell degranulation "
    "and allergic responses through OX40-OX40L interaction. Immunity 2008;29(5):771. [not checked]",
    "dvorak_1988": "Dvorak AM, Schleimer RP, Lichtenstein LM. Human mast cells synthesize new granules during recovery "
    "from degranulation. Blood 1988;71(1):76. Cells of human lung, 3–48 h after anti-IgE; the time to full granules in "
    "the body [not checked]",
    "durham_1999": "Durham SR, Walker SM, Varga EM, et al. Long-term clinical efficacy of grass-pollen immunotherapy. "
    "N Engl J Med 1999;341:468. [not checked]",
}
