"""Where numbers come from. Keys are what a parameter's `source` names.

A citation that ends in ``[not checked]`` is given from memory of the literature: the text itself was not seen.
"""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "model": "this project; see docs/model.md",
    "dembo_goldstein_1978": "Dembo M, Goldstein B. Theory of equilibrium binding of symmetric bivalent haptens to cell "
    "surface antibody: application to histamine release from basophils. J Immunol 1978;121(1):345–353. "
    "doi 10.4049/jimmunol.121.1.345",
    "posner_2004": "Posner RG et al. 2004, cross-linking constants of bivalent ligands on cell-surface IgE, as "
    "collected in the "
    "model repository RuleHub (blbr_cooperativity_posner2004). [not checked]",
    "macglashan_1993": "MacGlashan DW. J Allergy Clin Immunol 1993. Specific IgE per basophil for half-maximal "
    "release. "
    "[not checked]",
    "harmon_2017": "Harmon B, Chylek LA, Liu Y, et al. Timescale separation of positive and negative signaling creates "
    "history-dependent responses to IgE receptor stimulation. Sci Rep 2017;7:15586. doi 10.1038/s41598-017-15568-2; "
    "fitted constants as in the model repository RuleHub (Harmon2017)",
    "zhao_2012": "Zhao W et al. In vitro desensitization of human skin mast cells. J Clin Immunol 2012;32(1):150–160. "
    "doi 10.1007/s10875-011-9605-8",
    "komiya_2003": "Komiya A et al. Induction of basophil desensitization. Int Arch Allergy Immunol 2003;130(1):40 "
    "(karger.com/iaa/article/130/1/40). Complete after 4 h near threshold; still desensitized after 3 days with "
    "stimulus",
    "pruzansky_1988": "Pruzansky JJ, Patterson R. Desensitization of human basophils with suboptimal concentrations of "
    "agonist. Evidence for reversible and irreversible desensitization. Immunology 1988;65(3):443",
    "gimborn_2005": "Gimborn K et al. SHIP down-regulates FcεRI-induced degranulation at supraoptimal IgE or antigen "
    "levels. J Immunol 2005;174(1):507",
    "macglashan_2007": "MacGlashan DW. Relationship between spleen tyrosine kinase and phosphatidylinositol 5' "
    "phosphatase "
    "expression and secretion from human basophils in the general population. J Allergy Clin Immunol 2007. "
    "doi 10.1016/j.jaci.2006.09.040",
    "sancho_serra_2011": "Sancho-Serra MdC, Simarro M, Castells M. Rapid IgE desensitization is antigen specific and "
    "impairs early and late mast cell responses targeting FcεRI internalization. Eur J Immunol 2011;41(4):1004. "
    "doi 10.1002/eji.201040810",
    "oka_2013": "Oka T et al. 2013. Slow internalisation of cross-linked IgE receptors under rising low doses of "
    "antigen, "
    "mouse mast cells. [not checked]",
    "castells_2008": "Castells MC et al. Hypersensitivity reactions to chemotherapy: outcomes and safety of rapid "
    "desensitization in 413 cases. J Allergy Clin Immunol 2008;122(3):574. 94 % mild or no reaction; the split into "
    "67/27/6 % none/mild/severe [not checked]",
    "green_1977": "Green GR, Rosenblum AH, Sweet LC. Evaluation of penicillin hypersensitivity: value of clinical "
    "history "
    "and skin testing with penicilloyl-polylysine and penicillin G. J Allergy Clin Immunol 1977;60(6):339. 6 of 9 "
    "challenged skin-test positives reacted",
    "plos_fceri_2017": "FcεRI density and spontaneous secretion from human basophils. PLoS ONE 2017;12(6):e0179734. "
    "doi 10.1371/journal.pone.0179734. About 6,000 to 600,000 per basophil",
    "schwartz_1987": "Schwartz LB et al. Quantitation of histamine, tryptase, and chymase in dispersed human T and TC "
    "mast "
    "cells. J Immunol 1987;138(8):2611–2615. doi 10.4049/jimmunol.138.8.2611",
    "schmutzler_1995": "Schmutzler W et al. Comparison of histamine release from human blood monocytes, lymphocytes, "
    "adenoidal and skin mast cells. Int Arch Allergy Immunol 1995;107(1–3):194–196",
    "mast_cell_density": "Janssens AS et al. Mast cell distribution in normal adult skin. J Clin Pathol "
    "2005;58(3):285–289. "
    "doi 10.1136/jcp.2004.017210 (77 and 108 per mm² of section); per mm³ of skin, lung and gut: reviews [not checked]",
    "histamine_infusion": "Concentration effect relationships of infused histamine in normal volunteers, 1982. "
    "PubMed 7080947. Six volunteers",
    "kaliner_1982": "Kaliner M et al. Effects of infused histamine: correlation of plasma histamine levels and "
    "symptoms. "
    "J Allergy Clin Immunol 1982;69(3):283–289. PubMed 6120967",
    "tryptase_kinetics": "Reviews of serum tryptase in anaphylaxis: normal 1–11.4 ng/mL, peak after 30–120 min, "
    "half-life "
    "about 2 h, acute rise above 1.2·b + 2 ng/mL over the baseline b",
    "brown_2004": "Brown SGA. Clinical features and severity grading of anaphylaxis. J Allergy Clin Immunol "
    "2004;114(2):371–376. doi 10.1016/j.jaci.2004.04.029",
    "total_ige_1980": "Wittig HJ, Belloit J, De Fillippi I, Royal G. Age-related serum immunoglobulin E levels in "
    "healthy "
    "subjects and in patients with allergic disease. J Allergy Clin Immunol 1980;66(4):305–313. "
    "doi 10.1016/0091-6749(80)90026-3",
    "surface_ige_2000": "Saini SS, Klion AD, Holland SM, et al. The relationship between serum IgE and surface levels "
    "of FcεR "
    "on human leukocytes in various diseases. J Allergy Clin Immunol 2000;106(3):514–520. PubMed 10984372",
    "gadde_penicillin": "Gadde J, Spence M, Wheeler B, Adkinson NF. Clinical experience with penicillin skin testing "
    "in a "
    "large inner-city STD clinic. JAMA 1993;270(20):2456–2463. doi 10.1001/jama.1993.03510200062033",
    "specific_ige_assay": "Hypersensitivity and desensitization to antineoplastic agents: outcomes of 189 procedures. "
    "Allergy "
    "2013;68(7):853–861. doi 10.1111/all.12105 (oxaliplatin-specific IgE positive in 38 % of reactors at 0.35 and 54 % "
    "at "
    "0.10 kU/L); Alvarez-Cuesta E et al. Allergy 2015;70(7):784 (34 % at 0.35 kU/L)",
    "pichler_fake_antigen": "Pichler WJ. Anaphylaxis to drugs: overcoming mast cell unresponsiveness by fake antigens. "
    "Preprint 2020. doi 10.22541/au.158938598.83947005",
    "ttd_penicillin_g": "Therapeutic Target Database, penicillin G: 0.53–0.67 L/kg, 560 mL/min, 0.4–0.9 h.",
    "drug_labels": "Prescribing information of the drug. [not checked]",
    "reference_man": "ICRP Publication 89 (2002), reference values for adults.",
    "capillaries": "Intercapillary distances of human dermis, lung interstitium and gut mucosa, order of 50–150 µm. "
    "[not checked]",
    "small_molecule_diffusion": "Diffusion of small molecules in soft tissue, order of 1e-10–1e-9 m²/s. [not checked]",
    "alfirevic_2006": "Alfirevic A et al. HLA-B locus in Caucasian patients with carbamazepine hypersensitivity. "
    "Pharmacogenomics 2006;7(6):813–818. doi 10.2217/14622416.7.6.813. None of 56 patients carried HLA-B*15:02; the "
    "43 controls and donor registries [not checked]",
    "lonjou_2008": "Lonjou C et al. A European study of HLA-B in Stevens-Johnson syndrome and toxic epidermal "
    "necrolysis related to five high-risk drugs. Pharmacogenet Genomics 2008;18(2):99–107. 19 of 31 "
    "allopurinol cases carry HLA-B*58:01; carriage of controls (28 of 1,822) [not checked]",
    "mallal_2008": "Mallal S, Phillips E, Carosi G, et al. HLA-B*5701 screening for hypersensitivity to abacavir "
    "(PREDICT-1). N Engl J Med 2008;358(6):568–579. 109 of 1,956 patients carry it; 84 % of those treated were white",
    "mccormack_2011": "McCormack M, Alfirevic A, Bourgeois S, et al. HLA-A*3101 and carbamazepine-induced "
    "hypersensitivity reactions in Europeans. N Engl J Med 2011;364(12):1134–1143. Prevalence 2–5 % in Northern "
    "Europe; 5 of 12 cases of SJS/TEN as tabulated in Genome Med 2011, gm243, table 1",
    "chen_2011": "Chen P, Lin JJ, Lu CS, et al. Carbamazepine-induced toxic effects and HLA-B*1502 screening in "
    "Taiwan. N Engl J Med 2011;364(12):1126–1133. doi 10.1056/NEJMoa1009717. 4,877 people, 7.7 % carriers; "
    "earlier incidence of SJS/TEN 0.23 %",
    "ko_2015": "Ko TM, Tsai CY, Chen SY, et al. Use of HLA-B*58:01 genotyping to prevent allopurinol induced severe "
    "cutaneous adverse reactions in Taiwan: national prospective cohort study. BMJ 2015;351:h4848. "
    "doi 10.1136/bmj.h4848",
    "zhang_2015": "Zhang H, Zhang T, Zhao H, et al. Low prevalence of human leukocyte antigen-B*5701 in HIV-1-infected "
    "Chinese subjects. AIDS Res Ther 2015;12:28. doi 10.1186/s12981-015-0064-9",
    "hung_2006": "Hung SI et al. Genetic susceptibility to carbamazepine-induced cutaneous adverse drug reactions. "
    "Pharmacogenet Genomics 2006;16(4):297–306, as tabulated in Genome Med 2011, gm243, table 1. The counts of "
    "controls [not checked]",
    "ng_2016": "Ng CY, Yeh YT, Wang CW, et al. Impact of the HLA-B*58:01 allele and renal impairment on "
    "allopurinol-induced cutaneous adverse reactions. J Invest Dermatol 2016;136(7):1373–1381. Odds ratio 15.25 for "
    "one copy, 72.45 for two",
    "hla_predictive_values": "Positive predictive values of HLA markers for severe reactions as collected in "
    "PMC7883592, table 4: 3 % for HLA-B*15:02 and carbamazepine, 3 % for HLA-B*58:01 and allopurinol, negative "
    "100 %. Numbers as in White KD et al. J Allergy Clin Immunol 2015;136(2):219–234 [not checked]",
    "madrid_2019": "Incidence of Stevens-Johnson syndrome/toxic epidermal necrolysis among new users of different "
    "individual drugs in a European population: a case-population study. Eur J Clin Pharmacol 2019;75(2):237–246. "
    "doi 10.1007/s00228-018-2569-3",
    "gronich_2022": "Gronich N, Maman D, Stein N, Saliba W. Culprit medications and risk factors associated with "
    "Stevens-Johnson syndrome and toxic epidermal necrolysis: population-based nested case-control study. Am J Clin "
    "Dermatol 2022. doi 10.1007/s40257-021-00661-0",
    "donor_gfr_2018": "Fenton A, Montgomery E, Nightingale P, et al. Glomerular filtration rate: new age- and gender- "
    "specific reference ranges and thresholds for living kidney donation. BMC Nephrol 2018;19:336 (PubMed 30466393). "
    "2,974 prospective donors",
    "cancer_prevalence": "Hewitt M, Greenfield S, Stovall E (eds). From cancer patient to cancer survivor. National "
    "Academies Press 2006, figure 2-4: people with a history of cancer in the United States in 2002, by age",
}
