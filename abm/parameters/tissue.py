"""Tissue: mast cells per organ, patches, capillaries and the drug's way to the cell."""

from __future__ import annotations

from abm.parameters.parameter import Parameter

PARAMETERS: dict[str, Parameter] = {
    "mast_cells_skin": Parameter(
        6.0e9, "cells", 2e9, 2e10, "derived", "human", "mast_cell_density", "7 000–12 000 per mm³",
        "1.8 m² × 0.5 mm of superficial dermis × 7 000 per mm³ = 6.3e9",
    ),
    "mast_cells_lung": Parameter(
        1.0e9, "cells", 2.5e8, 2e9, "derived", "human", "mast_cell_density", "500–4 000 per mm³",
        "500 mL of lung tissue × 2 000 per mm³ = 1e9",
    ),
    "mast_cells_gut": Parameter(
        3.0e9, "cells", 1e9, 6e9, "derived", "human", "mast_cell_density", "1.2e3–4.6e3 per mg",
        "1 kg of mucosa × 3e3 per mg = 3e9",
    ),
    "agents_skin": Parameter(
        0.4, "", 0.1, 0.8, "assumed", "model", "model", "docs/model.md", "share of the agents that stand in skin",
        hard_low=0.05, hard_high=0.9,
    ),
    "agents_lung": Parameter(
        0.3, "", 0.1, 0.8, "assumed", "model", "model", "docs/model.md",
        "share of the agents that stand in lung; gut has the rest",
        hard_low=0.05, hard_high=0.9,
    ),
    "capillary_distance_skin_um": Parameter(
        100.0, "µm", 50.0, 150.0, "assumed", "human", "capillaries", "dermis", "mean distance between capillaries",
        hard_low=20.0, hard_high=400.0,
    ),
    "capillary_distance_lung_um": Parameter(
        50.0, "µm", 30.0, 100.0, "assumed", "human", "capillaries", "bronchial wall",
        "mean distance between capillaries",
        hard_low=20.0, hard_high=400.0,
    ),
    "capillary_distance_gut_um": Parameter(
        70.0, "µm", 40.0, 120.0, "assumed", "human", "capillaries", "mucosa", "mean distance between capillaries",
        hard_low=20.0, hard_high=400.0,
    ),
    "drug_diffusion_um2_per_s": Parameter(
        300.0, "µm²/s", 100.0, 1000.0, "measured", "soft tissue", "small_molecule_diffusion", "molecules of 300–600 Da",
        hard_low=1.0, hard_high=1e5,
    ),
    "capillary_exchange_per_s": Parameter(
        0.5, "1/s", 0.1, 5.0, "assumed", "human", "capillaries", "exchange of small molecules",
        "exchange of the 10 µm site that holds a capillary with plasma", hard_low=1e-4, hard_high=1e4,
    ),
    "tissue_loss_per_s": Parameter(
        0.002, "1/s", 0.0, 0.02, "assumed", "human", "capillaries", "uptake and lymph",
        "loss of free drug from tissue; makes cells far from a capillary see less", hard_high=10.0,
    ),
}  # fmt: skip
