"""From mediators to symptoms: thresholds per organ, what antihistamines do to them."""

from __future__ import annotations

from abm.parameters.parameter import Parameter

PARAMETERS: dict[str, Parameter] = {
    "flush_histamine_ng_per_ml": Parameter(
        1.6, "ng/mL", 1.3, 2.4, "measured", "human", "kaliner_1982", "1.61 heart rate, 1.3–2.39 flush", hard_low=0.3,
    ),
    "local_release_skin": Parameter(
        0.01, "", 0.003, 0.05, "assumed", "human", "model", "docs/model.md",
        "share of skin mast cells within the last ten minutes that gives urticaria: with all organs alike it is "
        "reached together with the flush", hard_high=1.0,
    ),
    "local_release_lung": Parameter(
        0.03, "", 0.01, 0.1, "assumed", "human", "model", "docs/model.md",
        "share of lung mast cells within ten minutes that narrows airways; lung holds few mast cells and symptoms "
        "there are less frequent than in skin", hard_high=1.0,
    ),
    "local_release_gut": Parameter(
        0.03, "", 0.01, 0.1, "assumed", "human", "model", "docs/model.md",
        "share of gut mast cells within ten minutes that gives cramps or vomiting", hard_high=1.0,
    ),
    "local_memory_min": Parameter(
        10.0, "min", 5.0, 30.0, "assumed", "human", "model", "docs/model.md",
        "time over which local mediators act: symptoms start where 0.3–1 % of mast cells release within ten minutes",
        hard_low=0.1,
    ),
    "pressure_fall_max": Parameter(
        0.7, "", 0.5, 0.9, "assumed", "human", "histamine_infusion", "haemodynamics",
        "largest fall of systolic pressure, as a share of rest", hard_high=1.0,
    ),
    "pressure_ec50_ng_per_ml": Parameter(
        20.0, "ng/mL", 12.0, 30.0, "derived", "human", "kaliner_1982", "pulse pressure +30 % at 2.45 ng/mL",
        "diastolic 75→66 at 2.0 and 74→60 at 3.1 ng/mL, with a pulse pressure 30 % wider: mean pressure falls 5 % at "
        "1.8 and 10.5 % at 2.9 above rest, which an Emax of 0.7 meets with 23 and 16", hard_low=0.01,
    ),
    "systolic_at_rest_mmhg": Parameter(
        120.0, "mmHg", 100.0, 140.0, "measured", "human", "reference_man", "adult at rest", hard_low=50.0,
        hard_high=250.0,
    ),
    "systolic_severe_mmhg": Parameter(
        90.0, "mmHg", 80.0, 95.0, "measured", "human", "brown_2004", "severe: systolic below 90 mmHg", hard_high=200.0,
    ),
    "systolic_moderate_mmhg": Parameter(
        100.0, "mmHg", 95.0, 110.0, "assumed", "human", "brown_2004", "moderate: presyncope",
        "a fall of 20 mmHg marks measurable involvement (Ring and Messmer II)", hard_high=200.0,
    ),
    "airway_severe_ratio": Parameter(
        4.0, "", 2.0, 10.0, "assumed", "human", "brown_2004", "severe: SpO2 at or below 92 %",
        "lung release over its own threshold at which oxygen falls", hard_low=1.0,
    ),
    "h1_flush_shift": Parameter(
        1.3, "", 1.0, 2.0, "assumed", "human", "kaliner_1982", "H1 raises the heart-rate threshold",
        "factor on the thresholds of flush and skin; direction from the source, size assumed", hard_low=1.0,
        hard_high=100.0,
    ),
    "h1_h2_shift": Parameter(
        1.6, "", 1.2, 3.0, "assumed", "human", "kaliner_1982", "H1 with H2 raise all thresholds, H2 alone none",
        "factor on every histamine threshold; direction from the source, size assumed", hard_low=1.0, hard_high=100.0,
    ),
    "leukotriene_share": Parameter(
        0.7, "", 0.6, 0.8, "derived", "human airway", "roquet_1997", "zafirlukast −62 ± 11 % of the early response",
        "share of the airway stimulus that is leukotrienes: between 62 % (zafirlukast) and 76 % (montelukast, "
        "richter_2008) of the early response to allergen in asthma taken away; the rest is histamine's and others'",
        hard_high=1.0,
    ),
    "leukotriene_forming_min": Parameter(
        14.4, "min", 7.0, 20.0, "derived", "human lung mast cell", "schleimer_1986", "half of LTC4 released at 10 min",
        "time constant 10 / ln 2 min; histamine's half is out at 2 min", hard_low=0.1,
    ),
    "leukotriene_lasting_min": Parameter(
        20.0, "min", 10.0, 60.0, "assumed", "human airway", "roquet_1997", "early response over 0–2 h",
        "time constant of their action in the airway: longer than histamine's, over within two hours", hard_low=0.1,
    ),
    "montelukast_block": Parameter(
        0.95, "", 0.8, 1.0, "assumed", "human airway", "richter_2008", "10 mg a day",
        "share of the leukotrienes' action that montelukast taken beforehand removes: nearly all at the usual dose",
        hard_high=1.0,
    ),
    "corticosteroid_shift": Parameter(
        1.0, "", 1.0, 1.3, "derived", "patients", "breslow_2009", "grade 1.75 with methylprednisolone, was 2.14",
        "factor on every symptom threshold after a dose beforehand: none. Human mast cells of lung, airway, gut and "
        "skin release as much after a day in dexamethasone (schleimer_1983, cohan_1989); effects on late phases and "
        "relapses are not of this model", hard_low=1.0, hard_high=100.0,
    ),
}  # fmt: skip
