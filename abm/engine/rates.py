"""Parameters and a patient's traits, turned into what the kernels multiply with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from abm.biology import pharmacokinetics as pk
from abm.engine.clock import DOUBLINGS, FINEST, STEP_MIN
from abm.engine.disposition import Disposition, disposition
from abm.engine.exposure import NO_TARGET, target_row
from abm.engine.relief import antihistamine_shifts, chain_table, relief_row, rescue_row
from abm.engine.state import ORGANS, SPECIFICITIES
from abm.parameters.catalog import ParameterSet
from abm.scenario import Target

F32 = np.float32


class Rates(NamedTuple):
    """Constants of one patient in one arm. Arrays with a leading axis of 11 hold one value for each step length.

    `cell` is float32, shape (11, 7): kept cross-links e^(−k·dt), share of SHIP-1, of memory locked, dt/τ_rearm,
    internalised per cross-link, share returned, share of calcium. `scalar` is float32: see `Scalar`. `kept` is float64,
    shape (11, 4): histamine, tryptase in tissue, tryptase in blood, local mediators. `drug_step` is float64, shape
    (2, 11, 7, 8): amounts after a step from those before and the infusion rate. `exposure_step` (2, 11, 8): what the
    same add to `State.exposure`. `plasma_step` (2, 11, 8): what they add to the integral of the central amount,
    mg·min; `elimination_per_min` (2,): share of that amount cleared. `target` (2, 4): central amount at the target's
    level, area that meets it (mg·min), share of the window that does, window (min); infinite, or 0 for the share,
    where the drug has no such target. `antigen_per_mg`, `litres` and `bioavailability` (2,) of a swallowed dose.
    `agonist` float64 (2, 3): free concentration over the EC50 at MRGPRX2 per mg in the central compartment, 0 for what
    is no agonist, its largest effect, and its synergy with another agonist.
    `receptor` float32 (11, 2): MRGPRX2 desensitised at a full response and recovered in a step, k_d·dt and k_r·dt.
    `hapten_per_antigen` float32 (2,): free monovalent drug that blocks, for each unit of antigen. `free_share` (2,): of
    the drug in plasma.
    `antigenic` int64 (2,): compartment that T cells see; `t_cell_per_mg` (2,): exposure per mg in it, relative to the
    therapeutic level, 0 for a drug that T cells do not see. `body` float64: see `BodyRate`. `chain` (11, 6): what is
    left of leukotrienes being formed and acting, of adrenaline in muscle and plasma, of antihistamine given and acting.
    `relief`, `rescue`: see `abm.engine.relief`. `address` is uint64: seed, replicate, patient. `finest` is the step
    taken while cells could fire; other values than the default serve to measure its error.
    """

    cell: np.ndarray
    scalar: np.ndarray
    kept: np.ndarray
    drug_step: np.ndarray
    exposure_step: np.ndarray
    plasma_step: np.ndarray
    elimination_per_min: np.ndarray
    target: np.ndarray
    antigen_per_mg: np.ndarray
    hapten_per_antigen: np.ndarray
    litres: np.ndarray
    bioavailability: np.ndarray
    free_share: np.ndarray
    antigenic: np.ndarray
    t_cell_per_mg: np.ndarray
    agonist: np.ndarray
    receptor: np.ndarray
    body: np.ndarray
    chain: np.ndarray
    relief: np.ndarray
    rescue: np.ndarray
    address: np.ndarray
    finest: int = FINEST


class Scalar(NamedTuple):
    """Indices into `Rates.scalar`."""

    crosslinking: int = 0
    pool: int = 1
    hold: int = 2
    activation: int = 3
    syk: int = 4
    hazard_max: int = 5
    graded: int = 6
    noise: int = 7
    cell_wide: int = 8


class BodyRate(NamedTuple):
    """Indices into `Rates.body`."""

    histamine_rest: int = 0
    histamine_rate: int = 1
    tryptase_rest: int = 2
    tryptase_rate: int = 3
    tryptase_per_ng: int = 4
    local_rate: int = 5
    flush: int = 6
    skin: int = 7
    lung: int = 8
    gut: int = 9
    pressure_scale: int = 10
    fall_max: int = 11
    ec50: int = 12
    rest_mmhg: int = 13
    moderate_mmhg: int = 14
    severe_mmhg: int = 15
    airway_severe: int = 16
    histamine_per_cell_skin: int = 17
    histamine_per_cell_lung: int = 18
    histamine_per_cell_gut: int = 19
    tryptase_ng_per_cell_skin: int = 20
    tryptase_ng_per_cell_lung: int = 21
    tryptase_ng_per_cell_gut: int = 22


SCALAR, BODY_RATE = Scalar(), BodyRate()
_NO_DRUG = Disposition(
    step=np.zeros((DOUBLINGS, pk.STATES, pk.STATES + 1)), exposure=np.zeros((DOUBLINGS, pk.STATES + 1)),
    plasma=np.zeros((DOUBLINGS, pk.STATES + 1)), elimination_per_min=0.0, antigen_per_mg=0.0, hapten_per_antigen=0.0,
    litres=1.0, bioavailability=0.0, free_share=1.0, antigenic=pk.CENTRAL, t_cell_per_mg=0.0,
    agonist=(0.0, 0.0, 0.0),
)  # fmt: skip


def patient_rates(
    parameters: ParameterSet,
    patient: Mapping[str, Any],
    drugs: Sequence[str],
    organ_cells: Sequence[int],
    premedication: frozenset[str],
    address: tuple[int, int, int],
    targets: Sequence[Target | None] = (),
) -> Rates:
    """Constants of one patient in one arm.

    Parameters
    ----------
    drugs : sequence of str
        The one or two drugs the patient's specificities stand for.
    organ_cells : sequence of int
        Agents in skin, lung and gut.
    premedication : frozenset of str
        What is given beforehand (`abm.scenario.Arm`); shifts symptom thresholds and blocks mediators, nothing else.
    address : tuple of int
        Seed, replicate, patient.
    targets : sequence of Target or None, optional
        Exposure that each of the drugs needs.
    """
    given = [disposition(parameters, drug, patient) for drug in drugs]
    aims = [target_row(aim, drug.litres, drug.free_share) for aim, drug in zip(targets, given, strict=False)]
    bath = _NO_DRUG._replace(hapten_per_antigen=parameters["ige_receptor.hapten_per_antigen"])
    given += [bath] * (SPECIFICITIES - len(given))
    return Rates(
        cell=_cell_table(parameters),
        scalar=_scalars(parameters, patient, premedication),
        kept=_kept_table(parameters),
        drug_step=np.stack([drug.step for drug in given]),
        exposure_step=np.stack([drug.exposure for drug in given]),
        plasma_step=np.stack([drug.plasma for drug in given]),
        elimination_per_min=np.array([drug.elimination_per_min for drug in given]),
        target=np.array([*aims, *[NO_TARGET] * (SPECIFICITIES - len(aims))]),
        antigen_per_mg=np.array([drug.antigen_per_mg for drug in given]),
        hapten_per_antigen=np.array([drug.hapten_per_antigen for drug in given], F32),
        litres=np.array([drug.litres for drug in given]),
        bioavailability=np.array([drug.bioavailability for drug in given]),
        free_share=np.array([drug.free_share for drug in given]),
        antigenic=np.array([drug.antigenic for drug in given], np.int64),
        t_cell_per_mg=np.array([drug.t_cell_per_mg for drug in given]),
        agonist=np.array([drug.agonist for drug in given]),
        receptor=_receptor_table(parameters),
        body=_body(parameters, patient, organ_cells, premedication),
        chain=chain_table(parameters),
        relief=relief_row(parameters, premedication),
        rescue=rescue_row(parameters),
        address=np.array(address, np.uint64),
    )


def _cell_table(p: ParameterSet) -> np.ndarray:
    table = np.empty((DOUBLINGS, 7))
    for k, dt in enumerate(STEP_MIN):
        table[k] = (
            math.exp(-p["ige_receptor.relaxation_per_min"] * dt),
            -math.expm1(-dt / p["mast_cell.ship1_time_min"]),
            -math.expm1(-dt / p["mast_cell.memory_lock_min"]),
            dt / (60.0 * p["mast_cell.memory_rearm_h"]),
            p["ige_receptor.internalisation_per_min"] * dt,
            -math.expm1(-dt * math.log(2.0) / (60.0 * p["ige_receptor.return_half_life_h"])),
            -math.expm1(-dt / p["mast_cell.calcium_time_min"]),
        )
    return table.astype(F32)


def _scalars(p: ParameterSet, patient: Mapping[str, Any], premed: frozenset[str]) -> np.ndarray:
    restless = 1.0 - p["mast_cell.h1_stabilisation"] if "H1" in premed else 1.0
    return np.array(
        (
            p["ige_receptor.crosslinking_per_receptor"],
            p["mast_cell.ship1_pool"] * float(patient["ship1_factor"]),
            p["mast_cell.memory_hold_crosslinks"],
            p["mast_cell.activation_crosslinks"],
            float(patient["syk_factor"]),
            p["mast_cell.release_hazard_per_min"] * restless,
            p["mast_cell.graded_release_per_min"] * restless,
            p["mast_cell.noise"],
            p["mast_cell.cell_wide_inhibition"],
        ),
        F32,
    )


def _receptor_table(p: ParameterSet) -> np.ndarray:
    recovery = math.log(2.0) / (60.0 * p["mrgprx2.recovery_half_life_h"])
    return np.array([(p["mrgprx2.desensitisation_per_min"] * dt, recovery * dt) for dt in STEP_MIN], F32)


def _kept_table(p: ParameterSet) -> np.ndarray:
    per_min = (
        _histamine_rate(p),
        1.0 / p["mediators.tryptase_absorption_min"],
        math.log(2.0) / (60.0 * p["mediators.tryptase_half_life_h"]),
        1.0 / p["symptoms.local_memory_min"],
    )
    return np.array([[math.exp(-rate * dt) for rate in per_min] for dt in STEP_MIN])


def _histamine_rate(p: ParameterSet) -> float:
    return math.log(2.0) * 60.0 / p["mediators.histamine_half_life_s"]


def _body(
    p: ParameterSet, patient: Mapping[str, Any], organ_cells: Sequence[int], premed: frozenset[str]
) -> np.ndarray:
    skin_shift, both = antihistamine_shifts(p, premed)
    own = float(patient["symptom_factor"]) * (p["symptoms.corticosteroid_shift"] if "corticosteroid" in premed else 1.0)
    litres = p["mediators.histamine_clearance_l_per_min"] / _histamine_rate(p)
    body = [
        p["mediators.histamine_baseline_ng_per_ml"],
        _histamine_rate(p),
        float(patient["baseline_tryptase_ng_per_ml"]),
        math.log(2.0) / (60.0 * p["mediators.tryptase_half_life_h"]),
        p["mediators.tryptase_spillover"]
        / (1000.0 * p["mediators.tryptase_volume_l"] * float(patient["volume_factor"])),
        1.0 / p["symptoms.local_memory_min"],
        p["symptoms.flush_histamine_ng_per_ml"] * own * skin_shift,
        p["symptoms.local_release_skin"] * own * skin_shift,
        p["symptoms.local_release_lung"] * own * both,
        p["symptoms.local_release_gut"] * own * both,
        1.0 / (own * both),
        p["symptoms.pressure_fall_max"],
        p["symptoms.pressure_ec50_ng_per_ml"],
        p["symptoms.systolic_at_rest_mmhg"],
        p["symptoms.systolic_moderate_mmhg"],
        p["symptoms.systolic_severe_mmhg"],
        p["symptoms.airway_severe_ratio"],
    ]
    stands_for = [p[f"tissue.mast_cells_{organ}"] / n for organ, n in zip(ORGANS, organ_cells, strict=True)]
    body += [p[f"mediators.histamine_{o}_pg"] * w / (1e6 * litres) for o, w in zip(ORGANS, stands_for, strict=True)]
    body += [p[f"mediators.tryptase_{o}_pg"] * w / 1e3 for o, w in zip(ORGANS, stands_for, strict=True)]
    return np.array(body)
