"""Where numbers come from. Keys are what a parameter's `source` names.

A citation that ends in ``[not checked]`` is given from memory of the literature: the text itself was not seen.
"""

from __future__ import annotations

from abm.parameters.mrgprx2_sources import MRGPRX2_SOURCES
from abm.parameters.population_sources import POPULATION_SOURCES
from abm.parameters.slow_sources import SLOW_SOURCES
from abm.parameters.treatment_sources import TREATMENT_SOURCES

SOURCES: dict[str, str] = {
    "model": "this project; see docs/model.md",
    "dembo_goldstein_1978": "Dembo M, Goldstein B. Theory of equilibrium binding of symmetric bivalent haptens to cell "
    "surface antibody: application to histamine release from basophils. J Immunol 1978;121(1):345–353. doi "
    "10.4049/jimmunol.121.1.345",
    "posner_2004": "Posner RG et al. 2004, cross-linking constants of bivalent ligands on cell-surface IgE, as "
    "collected in the model repository RuleHub (blbr_cooperativity_posner2004). [not checked]",
    "macglashan_1993": "MacGlashan DW. J Allergy Clin Immunol 1993. Specific IgE per basophil for half-maximal "
    "release. [not checked]",
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
    "phosphatase expression and secretion from human basophils in the general population. J Allergy Clin Immunol "
    "2007. doi 10.1016/j.jaci.2006.09.040",
    "sancho_serra_2011": "Sancho-Serra MdC, Simarro M, Castells M. Rapid IgE desensitization is antigen specific and "
    "impairs early and late mast cell responses targeting FcεRI internalization. Eur J Immunol 2011;41(4):1004. doi "
    "10.1002/eji.201040810",
    "lewis_2017": "Lewis A, MacGlashan DW, Suvarna SK, Peachell PT. Recovery from desensitization of IgE-dependent "
    "responses in human lung mast cells. Clin Exp Allergy 2017;47(8):1022–1031. Little or no non-specific "
    "desensitization by antigens; no loss of surface IgE",
    "sullivan_1982": "Sullivan TJ. Antigen-specific desensitization of patients allergic to penicillin. J Allergy Clin "
    "Immunol 1982;69(6):500–508. Three patients: skin tests with β-lactams fell, those with histamine, 48/80 and "
    "aeroallergens did not",
    "ara_h_2_serum": "Distribution of intact peanut protein and digestion-resistant Ara h 2 peptide in human serum "
    "and saliva (meeting abstract). Ten volunteers ate 12.75 g of peanut protein: the peptide in serum of nine, at "
    "most 248 ng/mL, for up to 24 h; no intact protein. Ara h 6 after 100 g of peanuts: in six of ten, hidden by IgG "
    "in the others (JanssenDuijghuijsen and others)",
    "peanut_challenge": "Oral challenges with peanut: doses of 3 mg to 3 g of protein in half-logarithmic steps every "
    "30 min (PRACTALL); with two hours between steps, 45 of 63 children had symptoms after 30 min, most by an hour; "
    "mean threshold 214 mg in 126 adults (Dua 2019, doi 10.1016/j.jaci.2019.06.038)",
    "oka_2013": "Oka T et al. 2013. Slow internalisation of cross-linked IgE receptors under rising low doses of "
    "antigen, mouse mast cells. [not checked]",
    "castells_2008": "Castells MC et al. Hypersensitivity reactions to chemotherapy: outcomes and safety of rapid "
    "desensitization in 413 cases. J Allergy Clin Immunol 2008;122(3):574. 94 % mild or no reaction; the split into "
    "67/27/6 % none/mild/severe [not checked]",
    "green_1977": "Green GR, Rosenblum AH, Sweet LC. Evaluation of penicillin hypersensitivity: value of clinical "
    "history and skin testing with penicilloyl-polylysine and penicillin G. J Allergy Clin Immunol 1977;60(6):339. 6 "
    "of 9 challenged skin-test positives reacted",
    "plos_fceri_2017": "FcεRI density and spontaneous secretion from human basophils. PLoS ONE 2017;12(6):e0179734. "
    "doi 10.1371/journal.pone.0179734. About 6,000 to 600,000 per basophil",
    "schwartz_1987": "Schwartz LB et al. Quantitation of histamine, tryptase, and chymase in dispersed human T and TC "
    "mast cells. J Immunol 1987;138(8):2611–2615. doi 10.4049/jimmunol.138.8.2611",
    "schmutzler_1995": "Schmutzler W et al. Comparison of histamine release from human blood monocytes, lymphocytes, "
    "adenoidal and skin mast cells. Int Arch Allergy Immunol 1995;107(1–3):194–196",
    "mast_cell_density": "Janssens AS et al. Mast cell distribution in normal adult skin. J Clin Pathol "
    "2005;58(3):285–289. doi 10.1136/jcp.2004.017210 (77 and 108 per mm² of section); per mm³ of skin, lung and gut: "
    "reviews [not checked]",
    "histamine_infusion": "Concentration effect relationships of infused histamine in normal volunteers, 1982. PubMed "
    "7080947. Six volunteers",
    "kaliner_1982": "Kaliner M et al. Effects of infused histamine: correlation of plasma histamine levels and "
    "symptoms. J Allergy Clin Immunol 1982;69(3):283–289. PubMed 6120967",
    "tryptase_kinetics": "Reviews of serum tryptase in anaphylaxis: normal 1–11.4 ng/mL, peak after 30–120 min, "
    "half-life about 2 h, acute rise above 1.2·b + 2 ng/mL over the baseline b",
    "brown_2004": "Brown SGA. Clinical features and severity grading of anaphylaxis. J Allergy Clin Immunol "
    "2004;114(2):371–376. doi 10.1016/j.jaci.2004.04.029",
    "total_ige_1980": "Wittig HJ, Belloit J, De Fillippi I, Royal G. Age-related serum immunoglobulin E levels in "
    "healthy subjects and in patients with allergic disease. J Allergy Clin Immunol 1980;66(4):305–313. doi "
    "10.1016/0091-6749(80)90026-3",
    "surface_ige_2000": "Saini SS, Klion AD, Holland SM, et al. The relationship between serum IgE and surface levels "
    "of FcεR on human leukocytes in various diseases. J Allergy Clin Immunol 2000;106(3):514–520. PubMed 10984372",
    "gadde_penicillin": "Gadde J, Spence M, Wheeler B, Adkinson NF. Clinical experience with penicillin skin testing "
    "in a large inner-city STD clinic. JAMA 1993;270(20):2456–2463. doi 10.1001/jama.1993.03510200062033",
    "specific_ige_assay": "Hypersensitivity and desensitization to antineoplastic agents: outcomes of 189 procedures. "
    "Allergy 2013;68(7):853–861. doi 10.1111/all.12105 (oxaliplatin-specific IgE positive in 38 % of reactors at "
    "0.35 and 54 % at 0.10 kU/L); Alvarez-Cuesta E et al. Allergy 2015;70(7):784 (34 % at 0.35 kU/L)",
    "pichler_fake_antigen": "Pichler WJ. Anaphylaxis to drugs: overcoming mast cell unresponsiveness by fake antigens. "
    "Preprint 2020. doi 10.22541/au.158938598.83947005",
    "ttd_penicillin_g": "Therapeutic Target Database, penicillin G: 0.53–0.67 L/kg, 560 mL/min, 0.4–0.9 h.",
    "drug_labels": "Prescribing information of the drug. [not checked]",
    "drug_monographs": "Monographs of the drug (AHFS, MIMS): penicillin G 49–60 % bound; penicillin V 26–65 % of a "
    "dose in urine, 35–70 % made to penicilloic acid; amoxicillin 74–92 % absorbed; cefazolin 74–86 % bound, 80–100 % "
    "unchanged in urine. Amoxicillin into a muscle [not checked]",
    "penicillin_g_muscle": "Penicillin G into a muscle: about 12 mg/L 15–30 min after 600 mg. [not checked]",
    "penicillin_v_label": "Phenoxymethylpenicillin, Swiss prescribing information: 60–73 % absorbed, peak of 6.4 IU/mL "
    "0.5–1 h after 1,000,000 IU, 0.73 L/kg, 75–89 % bound, half-life about 30 min",
    "amoxicillin_label": "Amoxicillin, prescribing information: half-life 61.3 min; 500 mg peak at 5.5–7.5 mg/L after "
    "1–2 h; 875 mg in 27 adults: AUC 35.4 ± 8.1 mg·h/L, peak 13.8 ± 4.1 mg/L; about 20 % bound; 60 % in urine within "
    "6–8 h",
    "cefazolin_label": "Cefazolin, prescribing information: 1 g by vein peaks at 185 mg/L, 4 mg/L at 8 h, half-life "
    "1.8 h; 1 g into a muscle 64 mg/L at 1 h, 7 mg/L at 8 h, about 2 h; 28 mg/L kept by an infusion",
    "ceftriaxone_label": "Ceftriaxone, prescribing information, table 1: 1 g into a muscle 40, 68, 76, 68, 56, 44 and "
    "29 mg/L at 0.5, 1, 2, 4, 6, 8 and 12 h; 2 g over 30 min 257 mg/L at the end, 74 mg/L at 8 h; all of it absorbed",
    "oxaliplatin_label": "Oxaliplatin, prescribing information: 85 mg/m² over 2 h as ultrafilterable platinum: peak "
    "0.814 mg/L, 440 L, half-lives 0.43, 16.8 and 391 h; platinum bound to more than 90 %, for good",
    "graham_2000": "Graham MA, Lockwood GF, Greenslade D, et al. Clinical pharmacokinetics of oxaliplatin: a critical "
    "review. Clin Cancer Res 2000;6(4):1205–1218. 85 mg/m²: AUC 4.68, up to 48 h 4.19 mg·h/L of platinum, 17.4 L/h "
    "[not checked]",
    "delord_2003": "Population pharmacokinetics of oxaliplatin. Cancer Chemother Pharmacol 2003;51(2):127–131. doi "
    "10.1007/s00280-002-0550-3. 40 patients; renal clearance 34 % of elimination",
    "cisplatin_label": "Cisplatin, prescribing information: half-life 20–30 min after a bolus, about 0.5 h after 100 "
    "mg/m² over 2 or 7 h, 15–16 L/h/m², 11–12 L/m², renal 50–62 mL/min/m²; 90 % bound after 3 h, for good",
    "paclitaxel_label": "Paclitaxel, prescribing information, table 1: 175 mg/m² over 3 h: peak 3.65 mg/L, AUC 15.0 "
    "mg·h/L, half-life 20.2 h, 12.2 L/h/m²; 135 mg/m²: 2.17, 7.95, 13.1, 17.7; 89–98 % bound",
    "rituximab_models": "Population models of rituximab, as collected in Br J Clin Pharmacol 2019;85(9):2002–2010, doi "
    "10.1111/bcp.13991, table 3. Prescribing information: median half-life 22 days (6.1–52) in 298 patients. Volume at "
    "steady state and peaks (206 mg/L after the first, 465 after the fourth weekly infusion) [not checked]",
    "dirks_2008": "Dirks NL, Nolting A, Kovar A, Meibohm B. Population pharmacokinetics of cetuximab in patients with "
    "squamous cell carcinoma of the head and neck. J Clin Pharmacol 2008;48(3):267–278. doi 10.1177/0091270007313393. "
    "V1 2.83 L, V2 2.43 L, Q 0.103 L/h; elimination saturates: 4.38 mg/h, half of it at 74 mg/L",
    "cetuximab_label": "Cetuximab, prescribing information (European Union): 400 mg/m² peak at 185 ± 55 mg/L, 2.9 L/m² "
    "(1.5–6.2), 0.022 L/h/m², half-life 70–100 h; weekly troughs 41–55 mg/L. United States: 112 h (63–230)",
    "chung_2008_cetuximab": "Chung CH, Mirakhur B, Chan E, et al. Cetuximab-induced anaphylaxis and IgE specific for "
    "galactose-α-1,3-galactose. N Engl J Med 2008;358(11):1109–1117. doi 10.1056/NEJMoa074943. IgE before any dose in "
    "15 of 72 controls in Tennessee, 3 of 49 in northern California, 2 of 341 in Boston; in 17 of 25 who reacted, 1 "
    "of 51 who did not",
    "eucast_breakpoints": "European Committee on Antimicrobial Susceptibility Testing. Breakpoint tables for "
    "interpretation of MICs and zone diameters (eucast.org). The values used [not checked]",
    "wong_2014": "Wong G, Sime FB, Lipman J, Roberts JA. How do we use therapeutic drug monitoring to improve outcomes "
    "from severe infections in critically ill patients? BMC Infect Dis 2014;14:288. doi 10.1186/1471-2334-14-288",
    "jodrell_1992": "Jodrell DI, Egorin MJ, Canetta RM, et al. Relationships between carboplatin exposure and tumor "
    "response and toxicity in patients with ovarian cancer. J Clin Oncol 1992;10(4):520–528. 1,028 patients",
    "sfpt_2019": "Guilhaumou R, Benaboud S, Bennis Y, et al. Optimization of the treatment with beta-lactam "
    "antibiotics in critically ill patients. Crit Care 2019;23:104. doi 10.1186/s13054-019-2378-9",
    "reference_man": "ICRP Publication 89 (2002), reference values for adults.",
    "nhanes_2007": "Fryar CD, Gu Q, Ogden CL. Anthropometric reference data for children and adults: United States, "
    "2007–2010. Vital Health Stat 11 2012;(252):1–48. The percentiles [not checked]",
    "heymsfield_2014": "Heymsfield SB, Peterson CM, Thomas DM, et al. Scaling of adult body weight to height across "
    "sex and race/ethnic groups: relevance to BMI. Am J Clin Nutr 2014;100:1455–1461",
    "capillaries": "Intercapillary distances of human dermis, lung interstitium and gut mucosa, order of 50–150 µm. "
    "[not checked]",
    "small_molecule_diffusion": "Diffusion of small molecules in soft tissue, order of 1e-10–1e-9 m²/s. [not checked]",
    "alfirevic_2006": "Alfirevic A et al. HLA-B locus in Caucasian patients with carbamazepine hypersensitivity. "
    "Pharmacogenomics 2006;7(6):813–818. doi 10.2217/14622416.7.6.813. None of 56 patients carried HLA-B*15:02; the "
    "43 controls and donor registries [not checked]",
    "lonjou_2008": "Lonjou C, Borot N, Sekula P, et al. A European study of HLA-B in Stevens-Johnson syndrome and "
    "toxic epidermal necrolysis related to five high-risk drugs. Pharmacogenet Genomics 2008;18(2):99–107. doi "
    "10.1097/FPC.0b013e3282f3ef9c. 19 of 31 allopurinol cases carry HLA-B*58:01; 28 of 1,822 controls, as tabulated "
    "in Korean J Intern Med 2018;33(5):867–875",
    "mallal_2008": "Mallal S, Phillips E, Carosi G, et al. HLA-B*5701 screening for hypersensitivity to abacavir "
    "(PREDICT-1). N Engl J Med 2008;358(6):568–579. 109 of 1,956 patients carry it; 84 % of those treated were white",
    "mccormack_2011": "McCormack M, Alfirevic A, Bourgeois S, et al. HLA-A*3101 and carbamazepine-induced "
    "hypersensitivity reactions in Europeans. N Engl J Med 2011;364(12):1134–1143. Prevalence 2–5 % in Northern "
    "Europe; 5 of 12 cases of SJS/TEN as tabulated in Genome Med 2011, gm243, table 1",
    "chen_2011": "Chen P, Lin JJ, Lu CS, et al. Carbamazepine-induced toxic effects and HLA-B*1502 screening in "
    "Taiwan. N Engl J Med 2011;364(12):1126–1133. doi 10.1056/NEJMoa1009717. 4,877 people, 7.7 % carriers; earlier "
    "incidence of SJS/TEN 0.23 %",
    "ko_2015": "Ko TM, Tsai CY, Chen SY, et al. Use of HLA-B*58:01 genotyping to prevent allopurinol induced severe "
    "cutaneous adverse reactions in Taiwan: national prospective cohort study. BMJ 2015;351:h4848. doi "
    "10.1136/bmj.h4848",
    "zhang_2015": "Zhang H, Zhang T, Zhao H, et al. Low prevalence of human leukocyte antigen-B*5701 in HIV-1-infected "
    "Chinese subjects. AIDS Res Ther 2015;12:28. doi 10.1186/s12981-015-0064-9",
    "hung_2006": "Hung SI et al. Genetic susceptibility to carbamazepine-induced cutaneous adverse drug reactions. "
    "Pharmacogenet Genomics 2006;16(4):297–306, as tabulated in Genome Med 2011, gm243, table 1. The counts of "
    "controls [not checked]",
    "ng_2016": "Ng CY, Yeh YT, Wang CW, et al. Impact of the HLA-B*58:01 allele and renal impairment on "
    "allopurinol-induced cutaneous adverse reactions. J Invest Dermatol 2016;136(7):1373–1381. Odds ratio 15.25 for "
    "one copy, 72.45 for two",
    "hla_predictive_values": "Positive predictive values of HLA markers for severe reactions as collected in "
    "PMC7883592, table 4: 3 % for HLA-B*15:02 and carbamazepine (from Zhang 2013), 3 % for HLA-B*58:01 and "
    "allopurinol (from Hung 2005), negative 100 %. The two studies themselves [not checked]",
    "madrid_2019": "Incidence of Stevens-Johnson syndrome/toxic epidermal necrolysis among new users of different "
    "individual drugs in a European population: a case-population study. Eur J Clin Pharmacol 2019;75(2):237–246. "
    "doi 10.1007/s00228-018-2569-3",
    "gronich_2022": "Gronich N, Maman D, Stein N, Saliba W. Culprit medications and risk factors associated with "
    "Stevens-Johnson syndrome and toxic epidermal necrolysis: population-based nested case-control study. Am J Clin "
    "Dermatol 2022. doi 10.1007/s40257-021-00661-0",
    "donor_gfr_2018": "Fenton A, Montgomery E, Nightingale P, et al. Glomerular filtration rate: new age- and gender- "
    "specific reference ranges and thresholds for living kidney donation. BMC Nephrol 2018;19:336 (PubMed 30466393). "
    "2,974 prospective donors",
    "calvert_1989": "Calvert AH, Newell DR, Gumbrell LA, et al. Carboplatin dosage: prospective evaluation of a simple "
    "formula based on renal function. J Clin Oncol 1989;7(11):1748–1756. Dose in mg = AUC·(GFR + 25); the formula as "
    "quoted in dosing guides",
    "fda_carboplatin_2010": "FDA, Carboplatin dosing, October 2010: the GFR in Calvert's formula is capped at 125 "
    "mL/min, so at most 600, 750 and 900 mg for AUC 4, 5 and 6; as quoted in the NCCN's order templates, appendix B",
    "cancer_prevalence": "Hewitt M, Greenfield S, Stovall E (eds). From cancer patient to cancer survivor. National "
    "Academies Press 2006, figure 2-4: people with a history of cancer in the United States in 2002, by age",
    "t_cell_numbers": "Westermann J, Pabst R. Distribution of lymphocyte subsets and natural killer cells in the human "
    "body. Clin Investig 1992;70(7):539–544. doi 10.1007/BF00184787: about 5e11 lymphocytes. Sender R et al. PNAS "
    "2023;120(44):e2308511120 counts 40 % of 1.8e12 immune cells, 7e11. The shares of T cells, of CD8 cells and of "
    "naive ones [not checked]",
    "alanio_2010": "Alanio C, Lemaitre F, Law HKW, Hasan M, Albert ML. Enumeration of human antigen-specific naive "
    "CD8+ T cells reveals conserved precursor frequencies. Blood 2010;115(18):3718–3725. From 0.6e-6 to 1.3e-4 for "
    "six epitopes, alike in different people",
    "de_boer_2001": "De Boer RJ, Oprea M, Antia R, Murali-Krishna K, Ahmed R, Perelson AS. Recruitment times, "
    "proliferation, and apoptosis rates during the CD8+ T-cell response to lymphocytic choriomeningitis virus. J "
    "Virol 2001;75(22):10663–10669. Mice: division begins 1 to 2 days after infection, at 3 a day; peak on day 5 to "
    "6; death 0.5 a day; memory 5 % of the peak",
    "blattman_2002": "Blattman JN, Antia R, Sourdive DJD, et al. Estimating the precursor frequency of naive "
    "antigen-specific CD8 T cells. J Exp Med 2002;195(5):657–664. doi 10.1084/jem.20001021. Mice: 100–200 cells "
    "divide more than 14 times in a week to 1e7, of which 5 % survive as memory",
    "zarnitsyna_2021": "Zarnitsyna VI, Akondy RS, Ahmed H, et al. Dynamics and turnover of memory CD8 T cell responses "
    "following yellow fever vaccination. PLoS Comput Biol 2021;17(10):e1009468. doi 10.1371/journal.pcbi.1009468. "
    "Division of memory cells falls to 0.1 % a day within a year, about twice that of naive cells; loss follows a "
    "power law",
    "hammarlund_2003": "Hammarlund E, Lewis MW, Hansen SG, et al. Duration of antiviral immunity after smallpox "
    "vaccination. Nat Med 2003;9(9):1131–1137. doi 10.1038/nm917. T-cell responses: half-life of 8–15 years",
    "barber_2003": "Barber DL, Wherry EJ, Ahmed R. Cutting edge: rapid in vivo killing by memory CD8 T cells. J "
    "Immunol 2003;171(1):27–31. doi 10.4049/jimmunol.171.1.27. Mice: effector cells eliminate targets within 15 min, "
    "resting memory cells within 1–4 h",
    "beeler_2006": "Beeler A, Engler O, Gerber BO, Pichler WJ. Long-lasting reactivity and high frequency of "
    "drug-specific T cells after severe systemic drug hypersensitivity reactions. J Allergy Clin Immunol "
    "2006;117(2):455–462. doi 10.1016/j.jaci.2005.10.030. Five patients, 4 months to 12 years later: 0.01–0.08 % of "
    "T cells by ELISpot, 1:250 to 1:10,000 over both methods",
    "faroudi_2003": "Faroudi M, Utzny C, Salio M, et al. Lytic versus stimulatory synapse in cytotoxic T "
    "lymphocyte/target cell interaction: manifestation of a dual activation threshold. PNAS "
    "2003;100(24):14145–14150. Two thresholds in CTL, that of killing the lower; the distance between them "
    "[not checked]",
    "wong_1999": "Wong ICK, Mawer GE, Sander JWAS. Factors influencing the incidence of lamotrigine-related skin rash. "
    "Ann Pharmacother 1999;33(10):1037–1042. A lower starting dose: serious rash from 12 of 805 to 0 of 245, any "
    "rash from 8 to 9 %",
    "takahashi_2009": "Takahashi R, Kano Y, Yamazaki Y, et al. Defective regulatory T cells in patients with severe "
    "drug eruptions: timing of the dysfunction is associated with the pathological phenotype and outcome. J Immunol "
    "2009;182(12):8071–8079. doi 10.4049/jimmunol.0804002. In acute TEN normal in number, without function; restored "
    "on recovery",
    "su_2017": "Su SC, Mockenhaupt M, Wolkenstein P, et al. Interleukin-15 is associated with severity and mortality "
    "in Stevens-Johnson syndrome/toxic epidermal necrolysis. J Invest Dermatol 2017;137(5):1065–1073. With SCORTEN r "
    "= 0.40 (granulysin 0.22), odds ratio of death 1.10; it makes blister cells kill more. A series from Vietnam "
    "finds no rise over controls",
    "gibson_2024": "Gibson A, Ram R, Gangula R, et al. Multiomic single-cell sequencing defines tissue-specific "
    "responses in Stevens-Johnson syndrome and toxic epidermal necrolysis. Nat Commun 2024;15:8722. doi "
    "10.1038/s41467-024-52990-3. 15 patients: resident-type CD8 T cells with granulysin; receptors expanded in "
    "affected skin, absent or unexpanded in unaffected skin",
    "hoath_2003": "Hoath SB, Leahy DG. The organization of human epidermis: functional epidermal units and phi "
    "proportionality. J Invest Dermatol 2003;121(6):1440–1446. Collected from the literature: 75,346 nucleated cells "
    "per mm²; 14 days in the horny layer, and 14 or 45 days in the nucleated one, by what is assumed. Bergstresser "
    "et al. 1978 (J Invest Dermatol 70(5):280–284) counted 45,200–48,700 per mm² in six men",
    "ariotti_2012": "Ariotti S, Beltman JB, Chodaczek G, et al. Tissue-resident memory CD8+ T cells continuously "
    "patrol skin epithelia to quickly recognize local antigen. PNAS 2012;109(48):19739–19744. Mice: they crawl "
    "between keratinocytes and find targets within minutes to hours. The speed [not checked]",
    "weigelin_2021": "Weigelin B, den Boer AT, Wagena E, et al. Cytotoxic T cells are able to efficiently eliminate "
    "cancer cells by additive cytotoxicity. Nat Commun 2021;12:5217. doi 10.1038/s41467-021-25282-3. Three serial "
    "hits within 50 min of each other tell death from recovery; sublethal damage is reversible",
    "pena_1997": "Peña SV, Krensky AM. Granulysin, a new human cytolytic granule-associated protein with possible "
    "involvement in cell-mediated cytotoxicity. Semin Immunol 1997;9(2):117–125. doi 10.1006/smim.1997.0061. "
    "Products of 15 and 9 kDa",
    "chung_2008": "Chung WH, Hung SI, Yang JY, et al. Granulysin is a key mediator for disseminated keratinocyte death "
    "in Stevens-Johnson syndrome and toxic epidermal necrolysis. Nat Med 2008;14(12):1343–1350. doi 10.1038/nm.1884. "
    "In blister fluid two to four orders of magnitude above perforin, granzyme B and Fas ligand; injected into mouse "
    "skin it blisters",
    "bastuji_2000": "Bastuji-Garin S, Fouchard N, Bertocchi M, Roujeau JC, Revuz J, Wolkenstein P. SCORTEN: a "
    "severity-of-illness score for toxic epidermal necrolysis. J Invest Dermatol 2000;115(2):149–153. logit = −4.448 "
    "+ 1.237 per point, 165 patients. How often each item is abnormal at an extent [not checked]",
    "sekula_2013": "Sekula P, Dunant A, Mockenhaupt M, et al. Comprehensive survival analysis of a cohort of patients "
    "with Stevens-Johnson syndrome and toxic epidermal necrolysis. J Invest Dermatol 2013;133(5):1197–1204. doi "
    "10.1038/jid.2012.510. RegiSCAR: 23 % (19–27) dead at 6 weeks, 34 % (30–39) at a year; severity counts in the "
    "first 90 days alone",
    "smx_label": "Sulfamethoxazole and trimethoprim for injection, prescribing information (text of 2000 and 2023): "
    "800 mg over 1 h in 11 patients (mean 65 kg) 46.3 ± 2.7 mg/L, half-life 12.8 ± 1.8 h; about 10 h by mouth",
    "smx_tablets": "Sulfamethoxazole and trimethoprim tablets, prescribing information: peak after 1–4 h, mean 57.4 "
    "mg/L at 800 mg every 12 h, unchanged 20–30 % of what is in urine. The mean level [not checked]",
    "carbamazepine_1977": "The pharmacokinetics of carbamazepine. Eur J Clin Pharmacol 1977;12(6):451–456. doi "
    "10.1007/BF00561065. Six adults, single oral doses",
    "tolbert_carbamazepine": "Tolbert D, Cloyd J, Biton V, et al. Bioequivalence of oral and intravenous carbamazepine "
    "formulations in adult patients with epilepsy. 70 % of the oral dose over 30 min gives the same exposure",
    "appelbaum_1982": "Appelbaum SJ, Mayersohn M, Dorr RT, Perrier D. Allopurinol kinetics and bioavailability: "
    "intravenous, oral and rectal administration. Cancer Chemother Pharmacol 1982;8(1):93–98. doi 10.1007/BF00292878",
    "breithaupt_1982": "Kinetics of allopurinol after single intravenous and oral doses, 1982. Six volunteers: "
    "clearance 11.4, renal 1.7 mL/min/kg, bioavailability 90 %; oxypurinol 12.2 h, renal clearance 0.42 mL/min/kg",
    "day_2007": "Day RO, Graham GG, Hicks M, et al. Clinical pharmacokinetics and pharmacodynamics of allopurinol and "
    "oxypurinol. Clin Pharmacokinet 2007;46(8):623–644. Oxypurinol: half-life 23.3 ± 6.0 h, 90 % conversion; its "
    "volume and clearance [not checked]",
    "oxipurinol_levels": "Plasma oxipurinol concentrations during allopurinol therapy. 66 patients: 30–100 µmol/L is "
    "effective; levels rise with the dose and with failing kidneys",
    "lamotrigine_label": "Lamotrigine, prescribing information, section 12.3: half-life 32.8 h (single) and 25.4 h "
    "(multiple doses), apparent clearance 0.44 and 0.58 mL/min/kg, peak after 2.2 and 1.7 h, bioavailability 98 %",
    "cohen_1987": "Cohen AF, Land GS, Breimer DD, et al. Lamotrigine, a new anticonvulsant: pharmacokinetics in normal "
    "humans. Clin Pharmacol Ther 1987. Volume 1.2 ± 0.12 L/kg",
    "yuen_2008": "Yuen GJ, Weller S, Pakes GE. A review of the pharmacokinetics of abacavir. Clin Pharmacokinet "
    "2008;47(6):351–371. doi 10.2165/00003088-200847060-00001",
    "abacavir_label": "Abacavir, prescribing information: 150 mg intravenously 0.86 ± 0.15 L/kg and 0.80 ± 0.24 "
    "L/h/kg, half-life 1.54 ± 0.63 h, 1.2 % unchanged in urine",
    "clark_2006": "Clark RA, Chong B, Mirchandani N, et al. The vast majority of CLA+ T cells are resident in normal "
    "skin. J Immunol 2006;176(7):4431–4439. doi 10.4049/jimmunol.176.7.4431. 2e10 T cells in the skin, nearly twice "
    "those of blood",
    "illing_2012": "Illing PT, Vivian JP, Dudek NL, et al. Immune self-reactivity triggered by drug-modified "
    "HLA-peptide repertoire. Nature 2012;486:554–558. doi 10.1038/nature11147. How long its complexes last "
    "[not checked]",
    "pichler_p_i": "Pichler WJ. Pharmacological interaction of drugs with antigen-specific immune receptors: "
    "the p-i concept. Curr Opin Allergy Clin Immunol 2002;2(4):301–305. [not checked]",
    **POPULATION_SOURCES,
    **TREATMENT_SOURCES,
    **SLOW_SOURCES,
    **MRGPRX2_SOURCES,
}
