"""Where the numbers of the populations in ``scenarios/populations/`` come from; part of `abm.parameters.sources`."""

from __future__ import annotations

POPULATION_SOURCES: dict[str, str] = {
    "lopes_van_balen_2019": "Lopes van Balen VA, van Gansewinkel TAG, de Haas S, et al. Maternal kidney "
    "function during pregnancy: systematic review and meta-analysis. Ultrasound Obstet Gynecol 2019. doi "
    "10.1002/uog.20137. 29 studies",
    "iom_2009": "Institute of Medicine. Weight gain during pregnancy: reexamining the guidelines. National "
    "Academies Press 2009, chapter 3: women of normal weight gain 10.0 to 16.7 kg on average [not checked]",
    "aguree_2019": "Aguree S, Gernand AD. Plasma volume expansion across healthy pregnancy: a systematic review"
    " and meta-analysis of longitudinal studies. BMC Pregnancy Childbirth 2019. doi 10.1186/s12884-019-2619-6",
    "garcia_2021": "Garcia JFB, Aun MV, Motta AA, et al. Algorithm to guide re-exposure to penicillin in "
    "allergic pregnant women with syphilis: efficacy and safety. World Allergy Organ J 2021;14(6):100549. doi "
    "10.1016/j.waojou.2021.100549. 91 women",
    "bafaloukos_2010": "Bafaloukos D, Linardou H, Aravantinos G, et al. A randomized phase II study of "
    "carboplatin plus pegylated liposomal doxorubicin versus carboplatin plus paclitaxel in platinum sensitive "
    "ovarian cancer patients. BMC Med 2010;8:3. doi 10.1186/1741-7015-8-3",
    "gaver_1988": "Gaver RC, Colombo N, Green MD, et al. The disposition of carboplatin in ovarian cancer "
    "patients. Cancer Chemother Pharmacol 1988. Eleven patients",
    "markman_1999": "Markman M, Kennedy A, Webster K, et al. Clinical features of hypersensitivity reactions to"
    " carboplatin. J Clin Oncol 1999;17(4):1141. 24 of 205 patients, first after a median of eight courses; 27 "
    "% of those with more than seven courses [not checked]",
    "bulitta_2007": "Bulitta JB, Duffull SB, Kinzig-Schippers M, et al. Systematic comparison of the population"
    " pharmacokinetics and pharmacodynamics of piperacillin in cystic fibrosis patients and healthy volunteers."
    " Antimicrob Agents Chemother 2007;51(7):2497–2507. doi 10.1128/AAC.01477-06. 8 patients and 26 volunteers;"
    " table 1 as the model library nlmixr2lib gives it",
    "bulitta_2019": "Bulitta JB, et al. Four decades of β-lactam antibiotic pharmacokinetics in cystic "
    "fibrosis. Clin Pharmacokinet 2019;58(2):143–156. doi 10.1007/s40262-018-0678-x. The ratio falls to 1.15 ± "
    "0.11 where lean body mass is equal or allowed for",
    "cf_antibiotics_2021": "Antibiotics in adult cystic fibrosis patients: a review of population "
    "pharmacokinetic analyses. Clin Pharmacokinet 2021. doi 10.1007/s40262-020-00970-3. Clearance of β-lactams "
    "varies by 27.2 % (10.4–59.7)",
    "burrows_2007": "Burrows JA, Nissen LM, Kirkpatrick CMJ, Bell SC. Beta-lactam allergy in adults with cystic"
    " fibrosis. J Cyst Fibros 2007;6(4):297–303. doi 10.1016/j.jcf.2006.11.001",
    "healy_1990": "Healy DP, Sahai JV, Fuller SH, Polk RE. Vancomycin-induced histamine release and red man "
    "syndrome: comparison of 1- and 2-hour infusions. Antimicrob Agents Chemother 1990;34(4):550–554. doi "
    "10.1128/aac.34.4.550",
    "sahai_1990": "Sahai J, Healy DP, Shelton MJ, et al. Comparison of vancomycin- and teicoplanin-induced "
    "histamine release and red man syndrome. Antimicrob Agents Chemother 1990;34(5):765–769",
    "golper_1988": "Golper TA, Noonan HM, Elzinga L, et al. Vancomycin pharmacokinetics, renal handling, and "
    "nonrenal clearances in normal human subjects. Clin Pharmacol Ther 1988;43(5):565–570. doi "
    "10.1038/clpt.1988.74",
}
