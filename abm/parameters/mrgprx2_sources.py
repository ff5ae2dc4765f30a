"""Where the numbers of MRGPRX2 and of the drugs that open it come from; part of `abm.parameters.sources`."""

from __future__ import annotations

MRGPRX2_SOURCES: dict[str, str] = {
    "polk_1988": "Polk RE, Healy DP, Schwartz LB, Rock DT, Garson ML, Roller K. Vancomycin and the red-man syndrome: "
    "pharmacodynamics of histamine release. J Infect Dis 1988;157(3):502–507. doi 10.1093/infdis/157.3.502. Eleven "
    "volunteers: 9 reacted to 1000 mg over 1 h, none to 500 mg over 1 h; less with later doses",
    "wallace_1991": "Wallace MR, Mascola JR, Oldfield EC. Red man syndrome: incidence, etiology, and prophylaxis. J "
    "Infect Dis 1991;164(6):1180–1185. doi 10.1093/infdis/164.6.1180. Patients, 1 g over 60 min: 8 of 17 after "
    "placebo, "
    "0 of 16 after diphenhydramine 50 mg",
    "osullivan_1993": "O'Sullivan TL, Ruffing MJ, Lamp KC, Warbasse LH, Rybak MJ. Prospective evaluation of red man "
    "syndrome in patients receiving vancomycin. J Infect Dis 1993;168(3):773–776. doi 10.1093/infdis/168.3.773. One of "
    "29 patients",
    "rybak_1992": 'Rybak MJ, Bailey EM, Warbasse LH. Absence of "red man syndrome" in patients being treated with '
    "vancomycin or high-dose teicoplanin. Antimicrob Agents Chemother 1992;36(6):1204–1207. 0 of 15 febrile "
    "patients, 9 "
    "of 10 volunteers",
    "sahai_1989": "Sahai J, Healy DP, Garris R, Berry A, Polk RE. Influence of antihistamine pretreatment on "
    "vancomycin-induced red-man syndrome. J Infect Dis 1989;160(5):876–881. Hydroxyzine protects, histamine is "
    "unchanged",
    "mcneil_2015": "McNeil BD, Pundir P, Meeker S, et al. Identification of a mast-cell-specific receptor crucial for "
    "pseudo-allergic drug reactions. Nature 2015;519:237–241. doi 10.1038/nature14022. EC50 at human MRGPRX2: "
    "atracurium "
    "28.6, ciprofloxacin 6.8, rocuronium 261 mg/L [not checked]",
    "azimi_2017": "Azimi E, Reddy VB, Lerner EA. Brief communication: MRGPRX2, atopic dermatitis and red man syndrome. "
    "Itch 2017;2:e5. Vancomycin at 100 µM (145 mg/L) opens mast cells through MRGPRX2; the EC50 of about 60 mg/L is "
    "from "
    "memory [not checked]",
    "babina_2018": "Babina M, Guhl S, Artuc M, Zuberbier T. Allergic FcεRI- and pseudo-allergic MRGPRX2-triggered mast "
    "cell activation routes are independent and inversely regulated by SCF. Allergy 2018;73:256–260. Expression "
    "differs two-fold (coefficient of variation 103 %) between donors, without correlation with FcεRI [not checked]",
    "plum_2020": "Plum T, Wang X, Rettel M, et al. Human mast cell proteome reveals unique lineage, putative "
    "functions, "
    "and structural basis for cell ablation. Immunity 2020;52:404–416, and reviews of MRGPRX2 by organ: skin, hardly "
    "lung, submucosa of the gut [not checked]",
    "roy_2019": "Roy S, Gupta K, Ganguly A, Ali H. β-Arrestin2 expressed in mast cells regulates ciprofloxacin-induced "
    "pseudoallergy and IgE-mediated anaphylaxis. J Allergy Clin Immunol 2019;144:603–606, and reviews of MRGPRX2 and "
    "β-arrestin [not checked]",
    "vancomycin_kinetics": "Matzke GR, Zhanel GG, Guay DRP. Clin Pharmacokinet 1986;11:257 (three compartments: "
    "central "
    "0.15 L/kg, Vss 0.39–0.97 L/kg, half-lives about 7 min, 0.5–1 h and 3–9 h); Rotschafer JC et al. 1982 (28 "
    "patients: "
    "V1 9.0 ± 4.0 L, half-lives 0.5 and 6 h); Rodvold KA et al. 1988 (98 mL/min at normal kidney function, 30 % "
    "bound); "
    "55 % bound in others. Peaks: 49.9 mg/L (1 g over 1 h) and 58.8 ± 8.4 (15 mg/kg over 1 h) in volunteers",
    "ciprofloxacin_label": "Ciprofloxacin, prescribing information: 400 mg over 60 min peak at 4.56 mg/L, 0.23 mg/L at "
    "12 h, half-life 5–6 h, volume 1.74–5.0 L/kg, 20–40 % bound, 50–70 % of a dose unchanged in urine, clearance about "
    "35 L/h; rash, itching or flush in 1–2 % [not checked]",
    "atracurium_kinetics": "Atracurium besylate: half-lives about 2 and 20 min, central volume about 0.05 L/kg, 0.16 "
    "L/kg in all, 5.5 mL/min/kg, 82 % bound (prescribing information and reviews). Volume 0.13 L/kg and 3.9 mL/min/kg "
    "under infusion: Br J Anaesth 1990;65:668. First half-life [not checked]",
    "barnes_1986": "Plasma histamine after atracurium 0.6 mg/kg: raised in 16 of 41, normal again at 4 min; 0.8 mg/kg "
    "fell arterial pressure to 75 %, unless given over 75 s (PubMed 3755347)",
    "szenohradszky_1992": "Szenohradszky J, Fisher DM, Segredo V, et al. Pharmacokinetics of rocuronium bromide (ORG "
    "9426) in patients with normal renal function or patients undergoing cadaver renal transplantation. Anesthesiology "
    "1992;77:899. 0.6 mg/kg: 2.89 mL/min/kg, central volume 76.9 mL/kg, 207 mL/kg in all, half-life 70.9 min",
    "morphine_kinetics": "Morphine by vein: central volume about 0.25 L/kg, 3.3 L/kg in all, 15–20 mL/min/kg, "
    "half-life "
    "2–3 h, 35 % bound (prescribing information, reviews) [not checked]",
    "lansu_2017": "Lansu K, Karpiak J, Liu J, et al. In silico design of novel probes for the atypical opioid receptor "
    "MRGPRX2. Nat Chem Biol 2017;13:529–536. Morphine opens MRGPRX2 at micromolar concentrations [not checked]",
    "wong_1994": "Wong JT, Ripple RE, MacLean JA, Marks DR, Bloch KJ. Vancomycin hypersensitivity: synergism with "
    "narcotics and 'desensitization' by a rapid continuous intravenous protocol. J Allergy Clin Immunol 1994;94:189. "
    "Three of seven had a rate above which symptoms came back",
    "shuto_1999": "Shuto H, Sueyasu M, Otsuki S, et al. Potentiation of vancomycin-induced histamine release by muscle "
    "relaxants and morphine in rats. Antimicrob Agents Chemother 1999;43:2881–2884. Plasma histamine 22.5 ng/mL after "
    "saline, 30.8 after vancomycin 100 mg/kg, 63.2 after 200 mg/kg, 56.0 after 100 mg/kg half an hour after morphine "
    "10 mg/kg under the skin, which alone did nothing (abstract)",
    "greco_1990": "Greco WR, Park HS, Rustum YM. Application of a new approach for the quantitation of drug synergism "
    "to the combination of cis-diamminedichloroplatinum and 1-β-D-arabinofuranosylcytosine. Cancer Res "
    "1990;50:5318–5327 [not checked]",
}
