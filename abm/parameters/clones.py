"""T cells that fit a drug: numbers, speeds, thresholds."""

from __future__ import annotations

from abm.parameters.parameter import Kind, Parameter

_FIT = "one of six numbers fitted together to the window of onset (4 to 28 days), the classes of RegiSCAR and recall"


def _t(
    value: float, unit: str, low: float, high: float, kind: Kind, source: str, where: str, note: str = "",
    hard_low: float = 0.0, hard_high: float = 1e15,
) -> Parameter:  # fmt: skip
    return Parameter(
        value, unit, low, high, kind, "human CD8 T cell", source, where, note, hard_low=hard_low, hard_high=hard_high
    )


PARAMETERS: dict[str, Parameter] = {
    "naive_cd8_cells": _t(
        6.3e10, "cells", 2e10, 1e11, "derived", "t_cell_numbers", "5e11 lymphocytes in the body",
        "5e11 × 0.7 T × 0.4 CD8 = 1.4e11 CD8 T cells, × 45 % naive; the three shares [not checked]",
    ),
    "all_t_cells": _t(
        4.6e11, "cells", 2e11, 6e11, "assumed", "t_cell_numbers", "5e11 lymphocytes in the body",
        "what a share of T cells refers to; lymphocytes are counted as if all were T cells, so shares come out low",
        hard_low=1.0,
    ),
    "precursor_frequency": _t(
        1e-6, "", 6e-7, 1.3e-4, "assumed", "alanio_2010", "six epitopes, 6e-7 to 1.3e-4",
        "the low end: the studies count all clones that fit an epitope, this is one of few", hard_low=1e-12,
        hard_high=1.0,
    ),
    "precursor_sd": _t(
        1.0, "ln", 0.5, 2.0, "assumed", "alanio_2010", "more than 100-fold between epitopes",
        "spread of clone size; between people the same epitope differs little", hard_high=4.0,
    ),
    "affinity_sd": _t(
        0.4, "ln", 0.2, 1.0, "assumed", "model", "docs/model.md", "spread of the affinity of fitting clones",
        hard_high=3.0,
    ),
    "priming_per_day": _t(
        0.5, "1/d", 0.1, 2.0, "fitted", "de_boer_2001", "mice: recruitment in 1–2 days", _FIT, hard_high=100.0
    ),
    "anergy_per_day": _t(
        0.3, "1/d", 0.05, 1.0, "assumed", "wong_1999", "lower starting dose: serious rash 12 of 805, then 0 of 245",
        "naive cells that see a little antigen for a few days are silenced; no rate is known", hard_high=100.0,
    ),
    "anergy_half_antigen": _t(
        0.02, "", 0.003, 0.1, "assumed", "model", "docs/model.md", "seen at a fiftieth of a therapeutic exposure",
        hard_low=1e-9,
    ),
    "naive_turnover_per_day": _t(
        0.0005, "1/d", 0.0002, 0.001, "derived", "zarnitsyna_2021", "memory 0.1 % a day, about twice naive",
        "0.001 / 2", hard_high=1.0,
    ),
    "lag_h": _t(
        36.0, "h", 24.0, 72.0, "derived", "de_boer_2001", "mice: division begins after 1–2 days",
        "the middle; 3 days in Whitmire 2008, where memory cells begin no sooner, so theirs is the same", hard_low=0.1,
        hard_high=1e4,
    ),
    "division_h": _t(
        8.0, "h", 2.0, 12.0, "derived", "de_boer_2001", "mice: 3 divisions a day",
        "24 h / 3, a mean: at a constant rate numbers double in 8·ln 2 = 5.5 h", hard_low=0.1, hard_high=1e4,
    ),
    "divisions": _t(
        17.0, "", 10.0, 20.0, "assumed", "blattman_2002", "mice: more than 14 divisions in a week",
        "most that a naive cell's line can do; 14 bring 6e4 cells to 1e9", hard_low=1.0, hard_high=20.0,
    ),
    "division_half_antigen": _t(
        1.3, "", 0.02, 3.0, "fitted", "faroudi_2003", "stimulation takes more antigen than killing",
        _FIT + "; antigen that halves the speed of division of naive cells", hard_low=1e-9,
    ),
    "recall_division_half_antigen": _t(
        0.05, "", 0.01, 0.5, "assumed", "model", "docs/model.md", "antigen that halves the speed of division of memory "
        "cells; disputed: in mice they needed no less than naive ones (Mehlhop-Williams 2014)", hard_low=1e-9,
    ),
    "treg_strength": _t(
        0.5, "", 0.1, 2.0, "assumed", "takahashi_2009", "acute TEN: Treg normal in number, without function",
        "how much regulatory T cells slow division and homing", hard_high=100.0,
    ),
    "death_per_day": _t(
        0.5, "1/d", 0.3, 0.7, "measured", "de_boer_2001", "mice: death 0.5 a day after the peak", hard_high=100.0
    ),
    "rescued_share": _t(
        0.6, "", 0.3, 0.95, "assumed", "model", "docs/model.md", "share of effectors' death that antigen prevents",
        hard_high=1.0,
    ),
    "survival_half_antigen": _t(
        0.2, "", 0.03, 0.5, "assumed", "model", "docs/model.md",
        "antigen that halves the rescue: far above what killing needs, so that withdrawal helps before killing stops",
        hard_low=1e-9,
    ),
    "memory_share": _t(
        0.1, "", 0.02, 0.10, "assumed", "blattman_2002", "mice: 5 % of the peak survive as memory",
        "of effectors that would die; twice the share in mice, since 1e-4 and more of all T cells fit the drug after "
        "recovery (Beeler 2006)", hard_high=1.0,
    ),
    "resident_share": _t(
        0.4, "", 0.2, 0.8, "assumed", "clark_2006", "skin holds nearly twice the T cells of blood",
        "share of the memory of circulating effectors that settles in the skin", hard_high=1.0,
    ),
    "memory_maturation_d": _t(
        14.0, "d", 7.0, 30.0, "assumed", "model", "docs/model.md", "from effector to a cell that can recall",
        hard_low=1e-3, hard_high=1e4,
    ),
    "memory_half_life_y": _t(
        10.0, "year", 8.0, 15.0, "measured", "hammarlund_2003", "vaccinia-specific T cells: 8–15 years",
        hard_low=1e-3, hard_high=1e4,
    ),
    "recall_per_day": _t(
        6.0, "1/d", 2.0, 12.0, "derived", "barber_2003", "mice: resting memory kills within 1–4 h",
        "24 h / 4 h: memory cells recruited by antigen", hard_high=1e3,
    ),
    "recalled_at_once": _t(
        0.5, "", 0.2, 0.8, "assumed", "barber_2003", "memory cells kill within hours",
        "share of recalled cells that act where they are; the others divide first", hard_high=1.0,
    ),
    "recall_half_antigen": _t(
        1e-3, "", 1e-4, 1e-2, "assumed", "model", "docs/model.md",
        "memory needs a thousandth of what primes; recall hardly depends on the dose (case reports only)",
        hard_low=1e-12,
    ),
    "recall_divisions": _t(
        6.0, "", 3.0, 7.0, "derived", "beeler_2006", "1:250 to 1:10,000 of T cells fit the drug",
        "1e-4 × 4.6e11 cells × 2^4.4 = 1e9, effectors as in a first reaction", hard_high=8.0,
    ),
    "homing_per_day": _t(
        0.08, "1/d", 0.05, 3.0, "fitted", "model", "docs/model.md", _FIT + "; entry into the skin",
        hard_high=1e3,
    ),
    "homing_boost": _t(
        1.0, "", 0.0, 5.0, "assumed", "su_2017", "IL-15 with SCORTEN, r = 0.40", "more homing at much damage",
        hard_high=100.0,
    ),
    "skin_division_per_day": _t(
        0.1, "1/d", 0.0, 0.7, "assumed", "gibson_2024", "receptors expanded in affected skin alone",
        "division of T cells inside the skin", hard_high=10.0,
    ),
    "damage_half_share": _t(
        0.05, "", 0.01, 0.2, "assumed", "su_2017", "IL-15 with SCORTEN, r = 0.40",
        "dead share that raises half of the signal", hard_low=1e-6, hard_high=1.0,
    ),
    "damage_memory_d": _t(
        1.0, "d", 0.3, 3.0, "assumed", "model", "docs/model.md", "time over which the signal follows the damage",
        hard_low=1e-3, hard_high=100.0,
    ),
    "prodrome_effectors": _t(
        5e7, "cells", 1e7, 1e9, "assumed", "model", "docs/model.md",
        "effectors in blood and skin at which fever and malaise begin", hard_low=1.0,
    ),
}  # fmt: skip
