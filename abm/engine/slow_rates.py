"""Parameters and a patient's traits, turned into what the kernel of slow immunity multiplies with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from abm.biology.slow_immunity import block_weights, loaded
from abm.engine.slow_state import ANSWER, NAIVE_STAGES, SERUM, SLOW_DAYS, SlowState, empty_slow_state
from abm.engine.state import SPECIFICITIES
from abm.parameters.catalog import ParameterSet
from abm.random_streams import Stream, exp_f64, normals, uniforms

_DAYS_PER_YEAR = 365.25
_NG_PER_IU = 2.4
_STREAM = int(Stream.SENSITISATION)
_IGE = ("specific_ige_ku_per_l", "specific_ige_2_ku_per_l")
_BOUND = ("specific_receptors_per_cell", "specific_receptors_2_per_cell")


class Pursuit(NamedTuple):
    """Indices into the rows of `SlowRates.pursuit`: processes of first order."""

    shown: int = 0
    naive: int = 1
    recall: int = 2
    short_lived: int = 3
    long_lived: int = 4
    memory: int = 5
    receptors: int = 6
    basophil: int = 7
    regulation: int = 8
    lasting: int = 9
    lasting_lost: int = 10
    igg4_cells: int = 11
    igg4: int = 12
    depot: int = 13
    skin: int = 14


class Shared(NamedTuple):
    """Indices into `SlowRates.shared`: numbers of all specificities."""

    depot_half: int = 0
    recall_per_d: int = 1
    long_share: int = 2
    memory_return: int = 3
    regulation_half: int = 4
    recall_damping: int = 5
    igg4_most: int = 6
    igg4_half: int = 7
    receptor_half: int = 8
    receptor_least: int = 9
    affinity: int = 10
    nm_per_ku: int = 11
    dissociation: int = 12
    free_per_d: int = 13
    bound_per_d: int = 14
    anti_per_d: int = 15
    other_made: int = 16
    basophil_before: int = 17
    mast_cell_damping: int = 18
    antigen_half: int = 19


class Own(NamedTuple):
    """Indices into a row of `SlowRates.own`: numbers of one specificity in one patient."""

    prime_per_d: int = 0
    threshold: int = 1
    set_point: int = 2
    receptors: int = 3


PURSUIT, SHARED, OWN = Pursuit(), Shared(), Own()


class SlowRates(NamedTuple):
    """Constants of one patient.

    `pursuit` float64 (3, 15): rate per day, and the weights of `followed` over a block. `shared` (20,): see `Shared`.
    `own` (2, 4): priming per day of full antigen, the Exp(1) threshold of its hazard, IgE that a sensitization leaves
    in serum (kU/L), and receptors per cell for a `loaded` of 1.
    """

    pursuit: np.ndarray
    shared: np.ndarray
    own: np.ndarray


def _per_day(p: ParameterSet) -> np.ndarray:
    half = math.log(2.0)
    q = {key.removeprefix("slow_immunity."): p[key] for key in p if key.startswith("slow_immunity.")}
    return np.array((
        half / q["presented_half_life_d"], NAIVE_STAGES / q["naive_lag_d"], 2.0 / q["recall_lag_d"],
        half / q["short_lived_half_life_d"], q["loss_per_y"] / _DAYS_PER_YEAR, q["memory_loss_per_y"] / _DAYS_PER_YEAR,
        half / q["bound_half_life_d"], half / q["basophil_half_life_d"], 2.0 / q["regulation_d"],
        1.0 / (q["regulation_lasts_after_y"] * _DAYS_PER_YEAR), 1.0 / (q["regulation_lasts_y"] * _DAYS_PER_YEAR),
        1.0 / q["igg4_cells_d"], half / q["igg4_half_life_d"], half / q["depot_half_life_d"],
        p["drugs.omalizumab.skin_absorption_per_d"],
    ))  # fmt: skip


def _shared(p: ParameterSet, other_ige: float, total_ige: float) -> np.ndarray:
    q = {key.removeprefix("slow_immunity."): p[key] for key in p if key.startswith("slow_immunity.")}
    free_per_d = math.log(2.0) / q["ige_half_life_d"]
    half, least = q["receptor_half_ige_ku_per_l"], q["receptor_least"]
    cleared = p["drugs.omalizumab.clearance_l_per_h"] / (70.0 * p["drugs.omalizumab.central_l_per_kg"])
    return np.array((
        q["depot_half"], q["recall_per_d"], q["long_lived_share"], q["memory_return"], q["regulation_half"],
        q["recall_damping"], q["igg4_most_u_per_ml"], q["igg4_half_u_per_ml"], half, least,
        q["receptor_affinity_ku_per_l"], _NG_PER_IU / q["ige_kda"], p["drugs.omalizumab.ige_dissociation_nm"],
        free_per_d, math.log(2.0) / q["complex_half_life_d"], 24.0 * cleared, free_per_d * other_ige,
        least + (1.0 - least) * total_ige / (total_ige + half),
        q["mast_cell_damping"], q["antigen_half"],
    ))  # fmt: skip


def slow_rates(
    p: ParameterSet, patient: Mapping[str, Any], drugs: Sequence[str], address: tuple[int, int, int]
) -> tuple[SlowRates, SlowState]:
    """Constants of a patient, and the state in which serum, plasma cells and mast cells are in balance.

    Somebody without IgE has a set-point of their own all the same, drawn as that of the sensitised: what a first
    sensitization would leave.
    """
    seed, replicate, number = address
    specific = [_specific(p, patient, a) for a in range(SPECIFICITIES)]
    other = max(0.0, float(patient["total_ige_ku_per_l"]) - sum(specific))
    total = other + sum(specific)
    per_day = _per_day(p)
    pursuit = np.array([per_day, *zip(*(block_weights(float(rate), SLOW_DAYS) for rate in per_day), strict=True)])
    shared = _shared(p, other, total)
    own, state = np.zeros((SPECIFICITIES, len(OWN))), empty_slow_state()
    own[:, OWN.threshold] = math.inf
    state.serum[SERUM.other_ige] = other
    for a, drug in enumerate(drugs):
        u = uniforms(a, 0, number, _STREAM, seed, replicate)[0]
        z = normals(a, 1, number, _STREAM, seed, 0)[0]
        share = min(1.0, p["patients.specific_share"] * exp_f64(p["patients.specific_share_sd"] * z))
        key = f"drugs.{drug}.sensitisation_per_d"
        per_d = p[key] if "sensitisation_per_d" in p.drugs[drug].parameters else 0.0
        own[a] = (
            per_d,
            -math.log(u),
            specific[a] or total * share,
            _receptors_at_one(p, patient, total, specific[a], a),
        )
        row = state.answer[a]
        row[[ANSWER.long_lived, ANSWER.memory, ANSWER.ige]] = specific[a]
        row[ANSWER.receptors] = float(patient[_BOUND[a]])
        row[ANSWER.primed] = 1.0 if specific[a] > 0.0 else 0.0
    return SlowRates(pursuit, shared, own), state


def _specific(p: ParameterSet, patient: Mapping[str, Any], a: int) -> float:
    """Serum IgE for a specificity, kU/L; of somebody known by loaded receptors alone, what would load them."""
    specific, bound = float(patient[_IGE[a]]), float(patient[_BOUND[a]])
    if specific > 0.0 or bound == 0.0:
        return specific
    occupied = float(patient["fceri_per_cell"]) * p["patients.occupied_share"]
    return float(patient["total_ige_ku_per_l"]) * min(1.0, bound / occupied)


def _receptors_at_one(p: ParameterSet, patient: Mapping[str, Any], total: float, specific: float, a: int) -> float:
    """Receptors per cell at a `loaded` of 1, such that the patient's own load is in balance with serum.

    0 in somebody who has IgE and is known to carry none of it on mast cells.
    """
    half, least = p["slow_immunity.receptor_half_ige_ku_per_l"], p["slow_immunity.receptor_least"]
    affinity = p["slow_immunity.receptor_affinity_ku_per_l"]
    if specific > 0.0:
        return float(patient[_BOUND[a]]) / float(loaded(total, specific, half, least, affinity))
    if total <= 0.0:
        return 0.0
    occupied = float(patient["fceri_per_cell"]) * p["patients.occupied_share"]
    return occupied / float(loaded(total, total, half, least, affinity))
