"""Mediators: what a mast cell holds, and what becomes of it in blood."""

from __future__ import annotations

from abm.parameters.parameter import Parameter


def _content(value: float, low: float, high: float, what: str, note: str = "") -> Parameter:
    return Parameter(value, "pg/cell", low, high, "measured", "human mast cell", "schwartz_1987", what, note)


PARAMETERS: dict[str, Parameter] = {
    "histamine_skin_pg": _content(1.9, 1.6, 5.0, "adult skin"),
    "histamine_lung_pg": _content(1.5, 1.0, 5.0, "lung"),
    "histamine_gut_pg": Parameter(
        1.5, "pg/cell", 1.0, 5.0, "assumed", "human mast cell", "schwartz_1987", "lung",
        "taken from lung: both are mainly tryptase-only (MCT) mast cells",
    ),
    "tryptase_skin_pg": _content(
        35.0, 11.5, 35.0, "adult and newborn skin: 11.5 and 35",
        "the abstract says that adult skin holds two to three times as much as newborn skin and prints the two numbers "
        "the "
        "other way round; the larger one is taken for adults",
    ),
    "tryptase_lung_pg": _content(10.8, 8.0, 15.0, "lung"),
    "tryptase_gut_pg": Parameter(
        10.8, "pg/cell", 8.0, 15.0, "assumed", "human mast cell", "schwartz_1987", "lung", "taken from lung",
    ),
    "histamine_clearance_l_per_min": Parameter(
        6.1, "L/min", 5.0, 7.0, "measured", "human plasma", "histamine_infusion", "clearance", hard_low=0.01,
    ),
    "histamine_half_life_s": Parameter(
        102.0, "s", 90.0, 360.0, "measured", "human plasma", "histamine_infusion", "plasma half-life", hard_low=1.0,
    ),
    "histamine_baseline_ng_per_ml": Parameter(
        0.2, "ng/mL", 0.1, 0.65, "measured", "human plasma", "histamine_infusion", "basal level", hard_high=10.0,
    ),
    "tryptase_half_life_h": Parameter(
        2.0, "h", 1.5, 2.5, "measured", "human serum", "tryptase_kinetics", "half-life", hard_low=0.01,
    ),
    "tryptase_absorption_min": Parameter(
        30.0, "min", 10.0, 60.0, "derived", "human serum", "tryptase_kinetics", "peak 30–120 min",
        "with a half-life of 2 h, a mean passage from tissue of 30 min puts the peak at about an hour", hard_low=0.01,
    ),
    "tryptase_volume_l": Parameter(
        4.0, "L", 3.0, 6.0, "assumed", "human serum", "reference_man", "plasma volume",
        "plasma with a margin: a large tetramer bound to proteoglycan leaves plasma slowly", hard_low=0.1,
    ),
    "tryptase_spillover": Parameter(
        0.01, "", 0.002, 0.05, "assumed", "human serum", "tryptase_kinetics", "levels in anaphylaxis",
        "share that reaches blood: 1e10 cells hold 0.2 g, severe reactions show 20–200 ng/mL", hard_high=1.0,
    ),
}  # fmt: skip
