"""A drug's parameters and a patient's traits, turned into propagators and scales."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from abm.biology import pharmacokinetics as pk
from abm.engine.clock import BASE_MIN, DOUBLINGS, MINUTE
from abm.parameters.catalog import ParameterSet

_REFERENCE = {"weight_kg": 70.0, "volume_factor": 1.0, "clearance_factor": 1.0, "renal_factor": 1.0}
"""Traits of the adult in whom a usual dose has the reference antigen."""


class Disposition(NamedTuple):
    """One drug in one patient.

    Attributes
    ----------
    step : ndarray of float64, shape (11, 7, 8)
        Amounts after a step of each length, from those before and the infusion rate (mg/min).
    exposure : ndarray of float64, shape (11, 8)
        What the same add to the integral of exposure, in minutes at the therapeutic level.
    plasma : ndarray of float64, shape (11, 8)
        What the same add to the time integral of the central amount, mg·min.
    elimination_per_min : float
        Share of the central amount cleared per minute.
    antigen_per_mg, hapten_per_antigen : float
        K·C per mg of adduct, and Ka·B of free monovalent drug for each unit of it.
    litres, bioavailability, free_share : float
        Central volume, the share of a swallowed dose that is absorbed, and the share of plasma drug that is not on
        protein.
    antigenic : int
        Compartment that T cells see.
    t_cell_per_mg : float
        Exposure per mg in it: 1 / (volume × therapeutic concentration), or 0 if T cells do not see the drug.
    agonist : tuple of float
        Free concentration over the EC50 at MRGPRX2 per mg in the central compartment (0: no agonist), the largest
        effect, 1 for a full agonist, and synergy with another agonist, 0 where the levels only add up.
    """

    step: np.ndarray
    exposure: np.ndarray
    plasma: np.ndarray
    elimination_per_min: float
    antigen_per_mg: float
    hapten_per_antigen: float
    litres: float
    bioavailability: float
    free_share: float
    antigenic: int
    t_cell_per_mg: float
    agonist: tuple[float, float, float]


def disposition(p: ParameterSet, drug: str, patient: Mapping[str, Any]) -> Disposition:
    """Propagators and scales of `drug` in a patient of given weight, clearance and kidney function."""
    litres = p[f"drugs.{drug}.central_l_per_kg"] * _kg(patient)
    antigenic = pk.METABOLITE if p.drugs[drug].metabolite else pk.CENTRAL
    t_cell_per_mg = _t_cell_per_mg(p, drug, _kg(patient))
    rates = drug_matrix(p, drug, patient)
    both = pk.with_integral(pk.with_integral(rates, antigenic), pk.CENTRAL)
    steps = pk.step_matrices(both, BASE_MIN, DOUBLINGS)
    inputs = [*range(pk.STATES), pk.STATES + 2]
    return Disposition(
        step=steps[:, : pk.STATES, inputs],
        exposure=steps[:, pk.STATES, inputs] * t_cell_per_mg,
        plasma=steps[:, pk.STATES + 1, inputs],
        elimination_per_min=-float(rates[:, pk.CENTRAL][[pk.CENTRAL, pk.PERIPHERAL, pk.PERIPHERAL_2]].sum()),
        antigen_per_mg=_antigen_per_mg_per_l(p, drug) / litres,
        hapten_per_antigen=_own_or_general(p, drug, "hapten_per_antigen"),
        litres=litres,
        bioavailability=_if_any(p, drug, "bioavailability"),
        free_share=1.0 - _if_any(p, drug, "bound_share"),
        antigenic=antigenic,
        t_cell_per_mg=t_cell_per_mg,
        agonist=_agonist(p, drug, litres),
    )


def drug_matrix(p: ParameterSet, drug: str, patient: Mapping[str, Any]) -> np.ndarray:
    """Rates of change of a drug's seven states in a patient, per minute; shape (7, 7).

    Kidney function scales the renal share of the drug's clearance, and all of the metabolite's. What does not exist of
    a drug (a third compartment, absorption, a metabolite, a renal share of its own) is zero.
    """
    weight_kg, kidneys = _kg(patient), float(patient["renal_factor"])
    central_l = p[f"drugs.{drug}.central_l_per_kg"] * weight_kg
    clearance = p[f"drugs.{drug}.clearance_l_per_h"] * float(patient["clearance_factor"])
    renal_share = _if_any(p, drug, "renal_share")
    return pk.rate_matrix(
        clearance * (1.0 - renal_share + renal_share * kidneys) / (60.0 * central_l),
        p[f"drugs.{drug}.peripheral_in_per_h"] / 60.0,
        p[f"drugs.{drug}.peripheral_out_per_h"] / 60.0,
        math.log(2.0) / p[f"drugs.{drug}.adduct_half_life_min"],
        _if_any(p, drug, "absorption_per_h") / 60.0,
        _if_any(p, drug, "metabolite_mg_per_mg") * clearance / (60.0 * central_l),
        _metabolite_per_min(p, drug, weight_kg) * kidneys,
        _if_any(p, drug, "peripheral_2_in_per_h") / 60.0,
        _if_any(p, drug, "peripheral_2_out_per_h") / 60.0,
        _if_any(p, drug, "depot_absorption_per_h") / 60.0,
    )


def _kg(patient: Mapping[str, Any]) -> float:
    """Body weight as volumes of distribution go with it, which `volume_factor` raises where there is more fluid."""
    return float(patient["weight_kg"]) * float(patient["volume_factor"])


def _if_any(p: ParameterSet, drug: str, key: str) -> float:
    return p[f"drugs.{drug}.{key}"] if key in p.drugs[drug].parameters else 0.0


def _own_or_general(p: ParameterSet, drug: str, key: str) -> float:
    """The drug's own number, or the one of all drugs that say nothing else."""
    return p[f"drugs.{drug}.{key}" if key in p.drugs[drug].parameters else f"ige_receptor.{key}"]


def _agonist(p: ParameterSet, drug: str, litres: float) -> tuple[float, float, float]:
    if not p.drugs[drug].opens_mast_cells:
        return 0.0, 0.0, 0.0
    free = 1.0 - p[f"drugs.{drug}.bound_share"]
    partial = "mrgprx2_efficacy" in p.drugs[drug].parameters
    return (
        free / (litres * p[f"drugs.{drug}.mrgprx2_ec50_mg_per_l"]),
        p[f"drugs.{drug}.mrgprx2_efficacy"] if partial else 1.0,
        _if_any(p, drug, "mrgprx2_synergy"),
    )


def _metabolite_per_min(p: ParameterSet, drug: str, weight_kg: float) -> float:
    if not p.drugs[drug].metabolite:
        return 0.0
    litres = p[f"drugs.{drug}.metabolite_l_per_kg"] * weight_kg
    return p[f"drugs.{drug}.metabolite_clearance_l_per_h"] / (60.0 * litres)


def _t_cell_per_mg(p: ParameterSet, drug: str, weight_kg: float) -> float:
    if not p.drugs[drug].seen_by_t_cells:
        return 0.0
    volume = "metabolite_l_per_kg" if p.drugs[drug].metabolite else "central_l_per_kg"
    return 1.0 / (p[f"drugs.{drug}.{volume}"] * weight_kg * p[f"drugs.{drug}.therapeutic_mg_per_l"])


def _antigen_per_mg_per_l(p: ParameterSet, drug: str) -> float:
    """K·C per mg/L such that a usual dose in a 70-kg adult peaks at `ige_receptor.antigen_at_peak`."""
    minute = pk.step_matrices(drug_matrix(p, drug, _REFERENCE), BASE_MIN, DOUBLINGS)[MINUTE]
    dose, length = p.drugs[drug].usual_dose_mg, p.drugs[drug].usual_infusion_min
    amount = float(pk.infusion_peak(minute, 1.0, dose / length, length)[pk.ADDUCT])
    return p["ige_receptor.antigen_at_peak"] * p[f"drugs.{drug}.central_l_per_kg"] * 70.0 / amount
