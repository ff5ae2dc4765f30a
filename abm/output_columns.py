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
    (
        "patient_id",
        "int64",
        "",
        "patient; the same id and seed are the same person (but for alleles and clones under `given`)",
    ),
    ("replicate", "int64", "", "independent repetition of the biology's chance"),
)

_OUTCOMES = _KEYS + (
    ("status", "ok | failed", "", "whether the simulation of this row finished"),
    ("failure_reason", "string", "", "why it did not, empty otherwise"),
    ("treated", "boolean", "", "the arm was given; false for a patient who died in the arm that it follows"),
    ("reacted", "boolean", "", "any symptom at any time, immediate or delayed"),
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
    (
        "necrolysis",
        "none | SJS | overlap | TEN",
        "",
        "epidermal necrolysis by the greatest detached body surface: SJS below 10 %, overlap to 30 %, TEN above",
    ),
    ("prodrome_d", "float64", "d", "fever and malaise after the start of the course"),
    ("mucosa_d", "float64", "d", "first erosions of the mucosa after the start of the course"),
    ("skin_onset_d", "float64", "d", "1 % of the skin visibly ill after the start of the course"),
    ("dose_at_skin_onset_mg", "float64", "mg", "drug given up to then"),
    ("withdrawn_d", "float64", "d", "the drug was withdrawn for a delayed sign"),
    ("healed_d", "float64", "d", "skin whole again after the start of the course"),
    ("max_detached_percent", "float64", "%", "greatest body surface detached at one time"),
    ("detached_10_to_90_d", "float64", "d", "time from a tenth to nine tenths of that"),
    ("scorten", "Int64", "", "severity score of Bastuji-Garin 2000 at the end of the weeks after onset"),
    ("died", "boolean", "", "died of epidermal necrolysis"),
    ("death_d", "float64", "d", "death after the start of the course"),
    ("peak_effectors", "float64", "cells", "most effector T cells that fit the drug, in blood and skin"),
    ("peak_ctl_per_mm2", "float64", "1/mm²", "most of them per area of skin"),
    ("peak_granulysin", "float64", "", "highest mean granulysin of the skin, in half-maximal concentrations"),
    ("memory_cells", "float64", "cells", "circulating memory T cells that fit the drug, at the end"),
    ("resident_memory_cells", "float64", "cells", "those that stay in the skin, at the end"),
    ("memory_share_of_t_cells", "float64", "", "circulating memory cells as a share of the body's T cells, at the end"),
    ("completed", "boolean", "", "every step of the course was given to its end"),
    ("recovery_min", "float64", "min", "from the first symptom to the end of the first reaction; missing without one"),
    ("rescue_doses", "int64", "", "doses of medicines given for reactions"),
    ("adrenaline_doses", "int64", "", "those of adrenaline"),
    ("delay_min", "float64", "min", "time added to the course by pauses and repeated steps"),
    ("delivered_share", "float64", "", "drug given as a share of that asked for, above 1 where steps were repeated"),
    (
        "exposure_drug",
        "string",
        "",
        "drug the next four columns tell of: the first one the arm gives of those in allergic_to; of an arm that gives "
        "nothing the first of these; missing where the arm gives only other drugs, which are not followed",
    ),
    (
        "auc_mg_min_per_ml",
        "float64",
        "mg·min/mL",
        "area under its plasma concentration from the start of the arm on, with what is still in a living body at the "
        "end; 1 mg·min/mL is 16.67 mg·h/L",
    ),
    ("peak_plasma_mg_per_l", "float64", "mg/L", "its highest plasma concentration (total)"),
    (
        "time_above_target_percent",
        "float64",
        "%",
        "share of the target's window in which its free concentration is above the target's; missing without such a "
        "target",
    ),
    ("target_met", "boolean", "", "exposure reached the target; missing where the drug has none"),
    ("sensitised_d", "float64", "d", "primed for IgE to the first drug, after the start of the course"),
    ("specific_ige_end_ku_per_l", "float64", "kU/L", "serum IgE for it at the end, free and bound by anti-IgE"),
    ("memory_b_end_share", "float64", "", "memory B cells for it at the end, relative to what a sensitization leaves"),
    ("igg4_end_u_per_ml", "float64", "U/mL", "serum IgG4 for it at the end"),
    ("receptors_end_per_cell", "float64", "per cell", "IgE-FcεRI specific for it at the end, patient median"),
)

_EVENTS = _KEYS + (
    ("event_number", "int64", "", "order within one patient, arm and replicate"),
    ("time_min", "float64", "min", "time after the start of the course"),
    (
        "event",
        "string",
        "",
        "step_start, step_end, dose, reaction, treatment, pause, resume, stop, sensitised; "
        "of delayed reactions: prodrome, mucosa, onset, detached, healed, death, withdrawal",
    ),
    ("drug", "string", "", "drug of the step; of a treatment the medicine that is given for the reaction"),
    ("protocol", "string", "", "protocol of the step"),
    ("step", "Int64", "", "step number"),
    ("bag", "Int64", "", "bag number"),
    ("rate_ml_per_h", "float64", "mL/h", "pump rate, where the protocol states one"),
    ("dose_mg", "float64", "mg", "drug given in this step so far, the dose swallowed, or that of a treatment"),
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
    (
        "airway_leukotrienes",
        "float64",
        "",
        "leukotrienes' part of the local mediators in lung, as a share of its cells",
    ),
    ("adrenaline_ng_per_ml", "float64", "ng/mL", "plasma adrenaline above the body's own"),
)

_SAMPLES = _KEYS + (
    ("sample", "int64", "", "number of the sample in the scenario; one that was not taken has no row"),
    ("after", "string", "", "what its time counts from: start (of the arm) or onset (of the first reaction)"),
    ("time_min", "float64", "min", "time after the start of the course"),
    ("after_onset_min", "float64", "min", "time after the first reaction began; missing before it or without one"),
    ("tryptase_ng_per_ml", "float64", "ng/mL", "serum tryptase"),
    ("histamine_ng_per_ml", "float64", "ng/mL", "plasma histamine"),
    (
        "tryptase_rise_positive",
        "boolean",
        "",
        "tryptase above 1.2 times the patient's baseline plus 2 ng/mL; missing unless drawn within 4 h of the onset",
    ),
)

_CELLS = _KEYS + (
    ("cell", "int64", "", "mast cell"),
    ("organ", "string", "", "skin, lung or gut"),
    ("receptors", "float64", "per cell", "surface IgE-FcεRI specific for the first drug, before treatment"),
    ("threshold", "float64", "", "Ca²⁺ level at which half the maximal release hazard is reached"),
    ("fired_min", "float64", "min", "time of degranulation; missing if it did not, or has its granules again"),
)

_SKIN = _KEYS + (
    ("time_d", "float64", "d", "time after the start of the course; a row every 64 min, fewer while nothing happens"),
    ("exposure", "float64", "", "mean exposure to what T cells see, 1 = therapeutic"),
    ("effectors", "float64", "cells", "effector T cells in blood"),
    ("skin_effectors", "float64", "cells", "effector T cells in the skin"),
    ("memory_cells", "float64", "cells", "circulating memory"),
    ("resident_memory_cells", "float64", "cells", "memory that stays in the skin"),
    ("ctl_per_mm2", "float64", "1/mm²", "effector T cells per area of skin"),
    ("granulysin", "float64", "", "mean granulysin of the skin, in half-maximal concentrations"),
    ("dead_percent", "float64", "%", "keratinocytes of the body's skin dead or detached"),
    ("involved_percent", "float64", "%", "body surface visibly ill"),
    ("detached_percent", "float64", "%", "body surface detached"),
    ("mucosa_percent", "float64", "%", "mucosa visibly ill"),
    ("damage_signal", "float64", "", "body-wide signal of damaged epidermis (IL-15, CCL27), 0 to 1"),
)

_CLONES = _KEYS + (
    ("clone", "int64", "", "T-cell clone that fits the drug"),
    ("affinity", "float64", "", "factor on the antigen it sees"),
    ("naive_in_health", "int64", "cells", "naive cells before any drug"),
    ("naive", "int64", "cells", "naive cells at the end"),
    ("silenced", "int64", "cells", "cells made anergic by too little antigen"),
    ("dividing", "int64", "cells", "cells before or in division"),
    ("effectors", "int64", "cells", "effectors in blood"),
    ("skin_effectors", "int64", "cells", "effectors in the skin"),
    ("precursors", "int64", "cells", "precursors of memory"),
    ("memory_cells", "int64", "cells", "circulating memory"),
    ("resident_memory_cells", "int64", "cells", "memory that stays in the skin"),
    ("made", "int64", "cells", "cells made by division and thymus since birth"),
    ("lost", "int64", "cells", "cells lost since birth"),
)

_LATTICE = _KEYS + (
    ("time_d", "float64", "d", "time after the start of the course"),
    ("patch", "int64", "", "patch of epidermis, from the places that T cells enter most; the last one is mucosa"),
    ("place", "int64", "", "place of 8 × 8 keratinocytes in the patch, row by row"),
    ("mucosa", "boolean", "", "whether the patch is mucosa"),
    ("living_share", "float64", "", "keratinocytes alive"),
    ("detached", "boolean", "", "whether the place has come off"),
    ("granulysin", "float64", "", "concentration in half-maximal ones"),
    ("ctl", "int64", "cells", "cytotoxic T cells there"),
)

_IGE = _KEYS + (
    ("time_d", "float64", "d", "time after the start of the course; a row a day"),
    ("allergen", "string", "", "drug that the row is about"),
    ("specific_ige_ku_per_l", "float64", "kU/L", "serum IgE for it, free and bound by anti-IgE"),
    ("total_ige_ku_per_l", "float64", "kU/L", "all IgE in serum, free and bound"),
    ("free_ige_ku_per_l", "float64", "kU/L", "all IgE that anti-IgE leaves free"),
    ("memory_b_share", "float64", "", "memory B cells for it, relative to what a sensitization leaves"),
    ("igg4_u_per_ml", "float64", "U/mL", "serum IgG4 for it"),
    ("regulation_share", "float64", "", "regulatory T cells for it, of the most there can be"),
    ("antigen_share", "float64", "", "antigen that IgG4 leaves for mast cells"),
    ("receptors_per_cell", "float64", "per cell", "IgE-FcεRI specific for it on mast cells, patient median"),
    ("basophil_fceri_share", "float64", "", "FcεRI of basophils relative to before"),
    ("anti_ige_nm", "float64", "nM", "omalizumab in serum, free and bound"),
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
    ("height_cm", "float64", "cm", "body height"),
    (
        "volume_factor",
        "float64",
        "",
        "factor on volumes of distribution per kg of body weight, more body fluid above 1",
    ),
    ("mrgprx2_factor", "float64", "", "patient's factor on MRGPRX2 of mast cells, 1 in the median volunteer"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    table: tuple(Column(table, *row) for row in rows)
    for table, rows in (
        ("patients", _PATIENTS),
        ("outcomes", _OUTCOMES),
        ("events", _EVENTS),
        ("timeseries", _TIMESERIES),
        ("samples", _SAMPLES),
        ("cells", _CELLS),
        ("skin", _SKIN),
        ("clones", _CLONES),
        ("lattice", _LATTICE),
        ("ige", _IGE),
    )
}
