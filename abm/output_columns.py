"""Every column of every output table: name, type, unit, meaning."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """One column of an output table. `kind` is a pandas dtype, or ``"a | b | c"`` for ordered categories."""

    table: str
    name: str
    kind: str
    unit: str
    meaning: str


_KEYS = (
    ("scenario", "string", "", "name of the scenario"),
    ("arm", "string", "", "name of the arm"),
    ("patient_id", "int64", "", "patient; the same id is the same person in every arm and study of one seed"),
    ("replicate", "int64", "", "independent repetition of the biology's chance"),
)

_OUTCOMES = _KEYS + (
    ("status", "ok | failed", "", "whether the simulation of this row finished"),
    ("failure_reason", "string", "", "why it did not, empty otherwise"),
    ("treated", "boolean", "", "the arm was given; false for a patient who died in the arm that it follows"),
    ("reacted", "boolean", "", "any symptom at any time"),
    ("severity", "none | mild | moderate | severe", "", "worst grade over the whole course (Brown 2004)"),
    (
        "severity_after_gap",
        "none | mild | moderate | severe",
        "",
        "worst grade after the last gap; equal to severity without a gap",
    ),
    (
        "severity_before_gap",
        "none | mild | moderate | severe",
        "",
        "worst grade before the last gap; none without a gap",
    ),
    ("reactions", "int64", "", "separate reactions: symptom-free at least 30 minutes in between"),
    ("onset_min", "float64", "min", "first symptom after the start of the course"),
    ("onset_after_gap_min", "float64", "min", "first symptom after the end of the last gap"),
    ("protocol_at_reaction", "string", "", "protocol running at the first symptom"),
    ("step_at_reaction", "Int64", "", "step running (or last given) at the first symptom"),
    ("bag_at_reaction", "Int64", "", "bag of that step"),
    ("dose_at_reaction_mg", "float64", "mg", "drug given up to the first symptom"),
    ("released_fraction", "float64", "", "mast cells degranulated, as a share of all mast cells of the body"),
    ("released_fraction_skin", "float64", "", "the same in skin"),
    ("released_fraction_lung", "float64", "", "the same in lung"),
    ("released_fraction_gut", "float64", "", "the same in gut"),
    ("peak_histamine_ng_per_ml", "float64", "ng/mL", "highest plasma histamine"),
    ("peak_tryptase_ng_per_ml", "float64", "ng/mL", "highest serum tryptase"),
    ("lowest_systolic_mmhg", "float64", "mmHg", "lowest systolic blood pressure"),
    ("planned_dose_mg", "float64", "mg", "drug the course asked for"),
    ("delivered_dose_mg", "float64", "mg", "drug given"),
    ("completed", "boolean", "", "every step of the course was given to its end"),
    ("delay_min", "float64", "min", "time added to the course by pauses and repeated steps"),
)

_EVENTS = _KEYS + (
    ("event_number", "int64", "", "order within one patient, arm and replicate"),
    ("time_min", "float64", "min", "time after the start of the course"),
    (
        "event",
        "string",
        "",
        "step_start, step_end, dose, reaction, pause, resume, stop; of delayed reactions: prodrome, mucosa, onset, "
        "detached, healed, death, withdrawal",
    ),
    ("drug", "string", "", "drug of the step"),
    ("protocol", "string", "", "protocol of the step"),
    ("step", "Int64", "", "step number"),
    ("bag", "Int64", "", "bag number"),
    ("rate_ml_per_h", "float64", "mL/h", "pump rate, where the protocol states one"),
    ("dose_mg", "float64", "mg", "drug given in this step so far, or the dose swallowed"),
    ("cumulative_dose_mg", "float64", "mg", "drug given since the start of the course"),
    ("severity", "none | mild | moderate | severe", "", "grade at this moment"),
)

_TIMESERIES = _KEYS + (
    ("time_min", "float64", "min", "time after the start of the course"),
    ("plasma_mg_per_l", "float64", "mg/L", "plasma concentration of the first drug of allergic_to"),
    ("antigen", "float64", "", "adduct concentration at the cells times its affinity for IgE"),
    ("histamine_ng_per_ml", "float64", "ng/mL", "plasma histamine"),
    ("tryptase_ng_per_ml", "float64", "ng/mL", "serum tryptase"),
    ("systolic_mmhg", "float64", "mmHg", "systolic blood pressure"),
    ("released_fraction", "float64", "", "mast cells degranulated so far"),
    ("severity", "none | mild | moderate | severe", "", "grade at this moment"),
)

_CELLS = _KEYS + (
    ("cell", "int64", "", "mast cell"),
    ("organ", "string", "", "skin, lung or gut"),
    ("receptors", "float64", "per cell", "surface IgE-FcεRI specific for the first drug, before treatment"),
    ("threshold", "float64", "", "Ca²⁺ level at which half the maximal release hazard is reached"),
    ("fired_min", "float64", "min", "time of degranulation; missing if it did not"),
)

_PATIENTS = (
    ("patient_id", "int64", "", "patient"),
    ("age_y", "float64", "year", "age"),
    ("sex", "string", "", "female or male"),
    ("weight_kg", "float64", "kg", "body weight"),
    ("sensitised", "boolean", "", "carries IgE for the first drug"),
    ("total_ige_ku_per_l", "float64", "kU/L", "total serum IgE"),
    ("specific_ige_ku_per_l", "float64", "kU/L", "serum IgE for the first drug (true value)"),
    ("specific_ige_2_ku_per_l", "float64", "kU/L", "serum IgE for the second allergen (true value)"),
    ("fceri_per_cell", "float64", "per cell", "FcεRI per mast cell, patient median"),
    ("specific_receptors_per_cell", "float64", "per cell", "IgE-FcεRI specific for the first drug, patient median"),
    ("specific_receptors_2_per_cell", "float64", "per cell", "the same for the second allergen"),
    ("threshold_factor", "float64", "", "patient's factor on the release threshold"),
    ("ship1_factor", "float64", "", "patient's factor on the SHIP-1 pool"),
    ("syk_factor", "float64", "", "patient's factor on Syk"),
    ("clearance_factor", "float64", "", "patient's factor on drug clearance"),
    ("symptom_factor", "float64", "", "patient's factor on every symptom threshold"),
    ("baseline_tryptase_ng_per_ml", "float64", "ng/mL", "serum tryptase at rest"),
    ("skin_test_wheal_mm", "float64", "mm", "wheal of the virtual intradermal test"),
    ("skin_test_positive", "boolean", "", "wheal at or above the cut-off"),
    ("specific_ige_assay_ku_per_l", "float64", "kU/L", "what the laboratory reports"),
    ("specific_ige_positive", "boolean", "", "assay at or above its cut-off"),
    ("ancestry", "string", "", "ancestry, which sets the frequency of the HLA alleles"),
    ("hla_b_15_02", "int64", "", "copies of HLA-B*15:02, 0 to 2"),
    ("hla_b_58_01", "int64", "", "copies of HLA-B*58:01"),
    ("hla_a_31_01", "int64", "", "copies of HLA-A*31:01"),
    ("hla_b_57_01", "int64", "", "copies of HLA-B*57:01"),
    ("fitting_clones", "int64", "", "naive T-cell clones that fit the first drug"),
    ("case_weight", "float64", "", "share of the population that a cohort drawn with `given:` stands for, 1 without"),
    ("treg_factor", "float64", "", "patient's factor on damping by regulatory T cells"),
    ("renal_factor", "float64", "", "kidney function as a share of a healthy young adult's"),
    ("malignancy", "boolean", "", "has or had cancer (an item of SCORTEN)"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    table: tuple(Column(table, *row) for row in rows)
    for table, rows in (
        ("patients", _PATIENTS),
        ("outcomes", _OUTCOMES),
        ("events", _EVENTS),
        ("timeseries", _TIMESERIES),
        ("cells", _CELLS),
    )
}
