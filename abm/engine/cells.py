"""Mast cells of a patient before treatment: where they stand, how they are armed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit

from abm.engine.field import patch_field
from abm.engine.mrgprx2_kernel import arm_with_mrgprx2
from abm.engine.rates import BODY_RATE, Rates
from abm.engine.state import BODY, ORGANS, State, empty_state
from abm.parameters.catalog import ParameterSet
from abm.random_streams import Stream, exp_f64, log_f32, normals, uniforms

F32 = np.float32
_TRAITS, _CLOCK = int(Stream.CELL_TRAITS), int(Stream.RELEASE_CLOCK)
_GRANULES = int(Stream.REGRANULATION)


def organ_cells(cells: int, parameters: ParameterSet) -> tuple[int, int, int]:
    """Agents in skin, lung and gut; at least one each."""
    skin = max(1, round(cells * parameters["tissue.agents_skin"]))
    lung = max(1, round(cells * parameters["tissue.agents_lung"]))
    return skin, lung, max(1, cells - skin - lung)


@njit(nogil=True, cache=True, error_model="numpy")
def arm_cells(state, receptors, threshold, sd_receptors, sd_threshold, fields, address):
    """Draw every cell's receptors, release threshold, release clock and place.

    Parameters
    ----------
    receptors : ndarray of float64, shape (2,)
        Patient's median specific receptors of each specificity.
    threshold, sd_receptors, sd_threshold : float
        Patient's median threshold, and log-standard deviations between cells.
    fields : ndarray of float64, shape (3, sites)
        Relative drug level at the sites of each organ's patch.
    address : ndarray of uint64
        Seed, replicate, patient. Traits are the patient's own and do not depend on the replicate.
    """
    sites = fields.shape[1]
    for organ in range(3):
        for i in range(state.organ_start[organ], state.organ_start[organ + 1]):
            z_receptors, z_threshold, _, _ = normals(i, 0, address[2], _TRAITS, address[0], 0)
            u_place = uniforms(i, 1, address[2], _TRAITS, address[0], 0)[0]
            u_clock = uniforms(i, 0, address[2], _CLOCK, address[0], address[1])[0]
            factor = exp_f64(sd_receptors * z_receptors)
            for a in range(2):
                state.receptors[a, i] = F32(receptors[a] * factor)
            state.threshold[i] = F32(threshold * exp_f64(sd_threshold * z_threshold))
            state.clock[i] = -log_f32(F32(u_clock))
            state.place[i] = F32(fields[organ, int(u_place * sites)])


def patient_state(
    patient: Mapping[str, Any], parameters: ParameterSet, rates: Rates, cells: int, rows: int, segments: int = 4
) -> State:
    """State at rest of a patient's mast cells and body.

    Parameters
    ----------
    patient : mapping
        Traits, as in the table `patients`.
    cells, rows, segments : int
        Agents, rows of time series (0: none) and segments of the pump.
    """
    start = np.concatenate([[0], np.cumsum(organ_cells(cells, parameters))])
    state = empty_state(start, segments, rows)
    patient_id, seed = int(rates.address[2]), int(rates.address[0])
    fields = np.stack(
        [
            patch_field(
                parameters[f"tissue.capillary_distance_{name}_um"], parameters["tissue.capillary_exchange_per_s"],
                parameters["tissue.drug_diffusion_um2_per_s"], parameters["tissue.tissue_loss_per_s"],
                patient_id, organ, seed,
            )
            for organ, name in enumerate(ORGANS)
        ]
    )  # fmt: skip
    arm_with(state, patient, parameters, fields, rates.address)
    arm_with_mrgprx2(state, patient, parameters, rates)
    rest(state, rates)
    return state


def arm_with(
    state: State, patient: Mapping[str, Any], p: ParameterSet, fields: np.ndarray, address: np.ndarray
) -> None:
    """Arm the cells of `state` with a patient's IgE."""
    receptors = np.array([patient["specific_receptors_per_cell"], patient["specific_receptors_2_per_cell"]], np.float64)
    arm_cells(
        state, receptors, p["mast_cell.release_threshold"] * float(patient["threshold_factor"]),
        p["mast_cell.receptor_sd_cells"], p["mast_cell.threshold_sd_cells"], fields, address,
    )  # fmt: skip
    state.armed[:] = state.receptors.any(axis=1)


@njit(nogil=True, cache=True, error_model="numpy")
def receptor_factors(state, sd_receptors, address):
    """Every cell's factor on the patient's median of receptors, as `arm_cells` draws it; float64, shape (cells,)."""
    factors = np.empty(state.calcium.size)
    for i in range(factors.size):
        factors[i] = exp_f64(sd_receptors * normals(i, 0, address[2], _TRAITS, address[0], 0)[0])
    return factors


@njit(nogil=True, cache=True, error_model="numpy")
def regranulate(state, now, lag_bins, mean_bins, address):
    """Let cells that fired have their granules again after a lag and an exponential time, both of the cell's own.

    Such a cell gets a new release clock. Its random numbers are addressed by the bin in which it fired, so that it does
    not matter when one looks. Returns how many.
    """
    ready = 0
    for i in range(state.fired_bin.size):
        fired = state.fired_bin[i]
        if fired >= 0 and now - fired >= lag_bins:
            u_time, u_clock, _, _ = uniforms(i, fired, address[2], _GRANULES, address[0], address[1])
            if now - fired >= lag_bins - mean_bins * np.float64(log_f32(F32(u_time))):
                state.fired_bin[i] = np.int32(-1)
                state.hazard[i] = F32(0.0)
                state.clock[i] = -log_f32(F32(u_clock))
                ready += 1
    return ready


def rest(state: State, rates: Rates) -> None:
    """Put the body's mediators and their extremes at rest."""
    body = state.body
    body[BODY.histamine] = body[BODY.peak_histamine] = rates.body[BODY_RATE.histamine_rest]
    body[BODY.tryptase] = body[BODY.peak_tryptase] = rates.body[BODY_RATE.tryptase_rest]
    body[BODY.systolic] = body[BODY.lowest_systolic] = rates.body[BODY_RATE.rest_mmhg]


@njit(nogil=True, cache=True, error_model="numpy")
def cell_sites(organ_start, sites, address):
    """Site on its organ's patch of every cell, as `arm_cells` draws it; int32, shape (cells,)."""
    found = np.empty(organ_start[3], np.int32)
    for i in range(found.size):
        found[i] = int(uniforms(i, 1, address[2], _TRAITS, address[0], 0)[0] * sites)
    return found
