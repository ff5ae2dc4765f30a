"""Where numbers come from. Keys are what a parameter's `source` names."""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "model": "this project; see docs/model.md",
    "dembo_goldstein_1978": "Dembo M, Goldstein B. J Immunol 121:345 (1978). Theory of equilibrium binding of symmetric "
    "bivalent haptens to cell surface antibody.",
    "posner_2004": "Posner RG et al. Mol Immunol 40:1095 (2004); machine-readable constants in RuleHub.",
    "macglashan_1993": "MacGlashan DW. J Allergy Clin Immunol (1993). Specific IgE per basophil for half-maximal release.",
    "harmon_2017": "Harmon B et al. Sci Rep 7:15586 (2017). Time scale separation in mast cell desensitization.",
    "zhao_2012": "Zhao W et al. J Clin Immunol 32:150 (2012). Desensitization of human skin mast cells; recovery in 24–48 h.",
    "komiya_2003": "Komiya A et al. Int Arch Allergy Immunol 130:40 (2003). Desensitization of human basophils persists "
    "while stimulus remains.",
    "pruzansky_1988": "Pruzansky JJ, Patterson R. (1988). Desensitization of human basophils; all-or-none release per cell.",
    "gimborn_2005": "Gimborn K et al. J Immunol 174:507 (2005). SHIP-1 and supra-optimal antigen in mouse mast cells.",
    "macglashan_2007": "MacGlashan DW. (2007). Relationship between Syk, SHIP and release in donors' basophils.",
    "sancho_serra_2011": "Sancho-Serra MdC et al. Eur J Immunol 41:1004 (2011). doi 10.1002/eji.201040810.",
    "oka_2013": "Oka T et al. Blood 122:1841 (2013). Actin rearrangement and slow internalisation under low antigen.",
    "castells_2008": "Castells MC et al. J Allergy Clin Immunol 122:574 (2008). 413 rapid desensitizations.",
    "green_1977": "Green GR, Rosenblum AH, Sweet LC. J Allergy Clin Immunol 60:339 (1977). Penicillin challenge by skin test.",
    "plos_fceri_2017": "PLoS ONE 0179734 (2017). FcεRI per human basophil.",
    "schwartz_1987": "Schwartz LB et al. (1987). Histamine and tryptase of human mast cells.",
    "mast_cell_density": "Mast-cell counts in sections of human skin, PMC1770584, and dispersed lung and gut tissue.",
    "histamine_infusion": "Histamine infusion in healthy adults: clearance, half-life and haemodynamics.",
    "kaliner_1982": "Kaliner M et al. J Allergy Clin Immunol 69:283 (1982). Plasma histamine, symptoms and antihistamines.",
    "tryptase_kinetics": "Serum tryptase in anaphylaxis: peak 30–120 min, half-life about 2 h; acute rise 1.2·b + 2 ng/mL.",
    "brown_2004": "Brown SGA. J Allergy Clin Immunol 114:371 (2004). Grading of 1149 reactions.",
    "total_ige_1980": "Total serum IgE in adults, geometric mean 32 IU/mL; PubMed 7419833.",
    "surface_ige_2000": "Surface IgE and FcεRI against serum IgE, r = 0.67 and 0.46; PubMed 10984372.",
    "gadde_penicillin": "Gadde J et al. JAMA 270:2456 (1993). Penicillin skin tests, 776 with and 4287 without a history.",
    "specific_ige_assay": "Specific-IgE assays in platin reactors: positive in 34–54 %, cut-off 0.35 kU/L; PubMed 23647576.",
    "pichler_fake_antigen": "Pichler WJ. Immediate reactions to drugs: fast, non-covalent 'fake antigen' formation.",
    "ttd_penicillin_g": "Therapeutic Target Database, penicillin G: 0.53–0.67 L/kg, 560 mL/min, 0.4–0.9 h.",
    "drug_labels": "Prescribing information of the drug.",
    "reference_man": "ICRP Publication 89, reference values for adults.",
    "capillaries": "Intercapillary distances of human dermis, lung interstitium and gut mucosa, order of 50–150 µm.",
    "small_molecule_diffusion": "Diffusion of small molecules in soft tissue, order of 1e-10–1e-9 m²/s.",
}
