"""Where the numbers of premedication and of the treatment of reactions come from; part of `abm.parameters.sources`."""

from __future__ import annotations

TREATMENT_SOURCES: dict[str, str] = {
    "roquet_1997": "Roquet A, Dahlén B, Kumlin M, et al. Combined antagonism of leukotrienes and histamine produces "
    "predominant inhibition of allergen-induced early and late phase airway obstruction in asthmatics. Am J Respir "
    "Crit Care Med 1997;155(6):1856–1863. Twelve subjects, early response: zafirlukast −62 ± 11 %, loratadine −25 ± "
    "14 %, both −75 ± 8 %",
    "richter_2008": "Azelastine and montelukast on early and late responses to allergen, 17 asthmatics, a week of "
    "each. PubMed 17239638. Early response: azelastine −46 %, montelukast −76 %, both −89 %",
    "schleimer_1986": "Schleimer RP, MacGlashan DW, Peters SP, et al. Characterization of inflammatory mediator "
    "release from purified human lung mast cells. Am Rev Respir Dis 1986;133(4):614–617. Half of the release after "
    "about 2 (histamine), 5 (PGD2) and 10 min (LTC4)",
    "breslow_2009": "Breslow RG, Caiado J, Castells MC. Acetylsalicylic acid and montelukast block mast cell "
    "mediator-related symptoms during rapid desensitization. Ann Allergy Asthma Immunol 2009;102(2):155–160. 14 "
    "patients with reactions to platinum in spite of antihistamines and corticosteroids, 78 desensitizations: grade "
    "2.14 to 0.5; with methylprednisolone instead, historic controls, 1.75",
    "schleimer_1983": "Schleimer RP, Schulman ES, MacGlashan DW, et al. Effects of dexamethasone on mediator release "
    "from human lung fragments and purified human lung mast cells. J Clin Invest 1983;71(6):1830–1835. doi "
    "10.1172/JCI110938",
    "cohan_1989": "Dexamethasone does not inhibit the release of mediators from human mast cells residing in airway, "
    "intestine, or skin. Am Rev Respir Dis 1989. Overnight; histamine, LTC4 and PGD2",
    "church_1980": "Church MK, Gradidge CF. Inhibition of histamine release from human lung in vitro by antihistamines "
    "and related drugs. Br J Pharmacol 1980;69(4):663–667. doi 10.1111/j.1476-5381.1980.tb07919.x",
    "phillips_1983": "Phillips MJ, Meyrick Thomas RH, Moodley I, Davies RJ. A comparison of the in vivo effects of "
    "ketotifen, clemastine, chlorpheniramine and sodium cromoglycate on histamine and allergen induced weals in human "
    "skin. Br J Clin Pharmacol 1983;15(3):277–286. doi 10.1111/j.1365-2125.1983.tb01500.x",
    "simons_1992": "The antiallergic effects of antihistamines (H1-receptor antagonists). J Allergy Clin Immunol "
    "1992. doi 10.1016/0091-6749(92)90156-v",
    "anaphylaxis_guidelines": "Guidelines for anaphylaxis in adults: adrenaline 0.3–0.5 mg into the thigh muscle, "
    "again after 5–15 min while it lasts; no trial compares it with nothing (Sheikh 2009, doi "
    "10.1111/j.1398-9995.2008.01926.x)",
    "epinephrine_muscle": "Adrenaline into the thigh muscle: peak after 8 ± 2 min by auto-injector; 5–10 min and a "
    "second peak at 30–50 min in a review of six studies (Dreborg & Kim 2021, doi 10.1186/s13223-021-00511-y)",
    "abboud_2009": "Abboud I, Lerolle N, Urien S, et al. Pharmacokinetics of epinephrine in patients with septic "
    "shock. Crit Care 2009. doi 10.1186/cc7972. 38 patients: clearance 127 L/h at 70 kg, half-life 3.5 min",
    "best_1982": "Release and clearance rates of epinephrine in man: importance of arterial measurements. J Clin "
    "Endocrinol Metab 1982;55(2):263–268. doi 10.1210/jcem-55-2-263. 33–35 ± 3 mL/kg/min from arterial samples, twice "
    "as much from venous ones",
    "brown_2004_adrenaline": "Brown SGA, Blackman KE, Stenlake V, Heddle RJ. Insect sting anaphylaxis; prospective "
    "evaluation of treatment with intravenous adrenaline and volume resuscitation. Emerg Med J 2004;21(2):149–154. "
    "Rates of infusion [not checked]",
    "chong_2002": "Chong LK, Chess-Williams R, Peachell PT. Pharmacological characterisation of the β-adrenoceptor "
    "expressed by human lung mast cells. Eur J Pharmacol 2002;437(1–2):1–7. Isoprenaline pD2 8.8, salbutamol 7.1. "
    "Adrenaline comes after isoprenaline and before salbutamol in lung fragments; terbutaline halves release at 53 nM",
    "jones_2008": "Jones DH, Romero FA, Casale TB. Time-dependent inhibition of histamine-induced cutaneous "
    "responses by oral and intramuscular diphenhydramine and oral fexofenadine. Ann Allergy Asthma Immunol "
    "2008;100(5):452–456. PubMed 18517077. The times to half [not checked]",
    "csaci_2019": "Fein MN, Fischer DA, O'Keefe AW, Sussman GL. CSACI position statement on H1-antihistamines. Allergy "
    "Asthma Clin Immunol 2019;15:61. doi 10.1186/s13223-019-0375-9. Table 1",
}
