"""T cells that fit the drug, and the patches of epidermis they enter: state of one patient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.biology.t_cell import LAG_STAGES

BLOCK_BINS = 1024
"""Body counts move, and signs are looked for, every 64 min; patches move in steps of 4 min inside."""

STEPS_PER_BLOCK = 16
STEP_MIN = 4.0
BLOCK_DAYS = STEPS_PER_BLOCK * STEP_MIN / 1440.0

DIVISIONS = 20
RECALL_DIVISIONS = 8
"""Most divisions a clone's dividing cells can be counted in; parameters set how many are used."""

SIDE = 64
"""Sites along a patch."""
COARSE = 8
"""Places along a patch: granulysin, arming and detachment are followed in places of 8 × 8 sites."""
PLACES = COARSE * COARSE
SITES_PER_PLACE = (SIDE // COARSE) ** 2
MOST_CTL = SIDE * SIDE
"""A patch is full with one T cell per keratinocyte."""

SHARES = np.array([0.01, 0.02, 0.04, 0.08, 0.12, 0.18, 0.2, 0.2, 0.15])
"""Share of the body surface that each skin patch stands for, from the places that T cells enter most. The last patch,
mucosa, stands for none of it."""

PATCHES = len(SHARES) + 1
MUCOSA = PATCHES - 1


class Pool(NamedTuple):
    """Indices into `ImmuneState.cells`, compartments of a clone."""

    naive: int = 0
    silenced: int = 1
    effector: int = 2
    skin: int = 3
    precursor: int = 4
    skin_precursor: int = 5
    memory: int = 6
    resident: int = 7
    lag: int = 8
    recall_lag: int = 8 + LAG_STAGES
    dividing: int = 8 + 2 * LAG_STAGES
    recall_dividing: int = 8 + 2 * LAG_STAGES + DIVISIONS
    skin_lag: int = 8 + 2 * LAG_STAGES + DIVISIONS + RECALL_DIVISIONS
    skin_dividing: int = 8 + 3 * LAG_STAGES + DIVISIONS + RECALL_DIVISIONS


POOL = Pool()
POOLS = POOL.skin_dividing + RECALL_DIVISIONS

CELLS_MADE, CELLS_LOST = 0, 1


class Ledger(NamedTuple):
    """Indices into `ImmuneState.body`."""

    damage: int = 0
    dead_share: int = 1
    involved_share: int = 2
    detached_share: int = 3
    mucosa_share: int = 4
    granulysin: int = 5
    killed_by_contact: int = 6
    killed_by_granulysin: int = 7
    effectors: int = 8
    skin_effectors: int = 9
    memory: int = 10
    resident: int = 11


BODY = Ledger()


class ImmuneState(NamedTuple):
    """Everything of the delayed mechanism that changes while time passes.

    Attributes
    ----------
    cells : ndarray of int64, shape (clones, pools)
        T cells of the body by clone and compartment; see `Pool`.
    ledger : ndarray of int64, shape (clones, 2)
        Cells made (by division, thymus) and lost (death, exit), for the conservation of cells.
    arriving : ndarray of int64, shape (clones,)
        Cells that entered the skin of the whole body in the last block.
    body : ndarray of float64
        Damage signal, shares of the skin dead or detached, granulysin, sums over the clones; see `Ledger`.
    alive : ndarray of uint8, shape (patches, sites)
        1 for a living keratinocyte.
    target : ndarray of uint8, shape (sites,)
        1 where keratinocytes present the drug (everywhere in a patient).
    hits, new_hits : ndarray of uint8, shape (patches, sites)
        Live hits, and those of the running step.
    hurt, hurt_count : ndarray of int32, shapes (patches, sites) and (patches,)
        Sites with live hits.
    endurance : ndarray of float32, shape (patches, sites)
        Integrated granulysin hazard at which the keratinocyte dies.
    hazard, next_death : ndarray of float64, shape (patches, places)
        Integrated hazard, and the lowest endurance of those alive.
    living : ndarray of int32, shape (patches, places)
        Living keratinocytes.
    detached : ndarray of uint8, shape (patches, places)
        1 where the epidermis has come off.
    healing : ndarray of float64, shape (patches, places)
        Days a detached place has spent re-growing.
    granulysin, source : ndarray of float64, shape (patches, places)
        Concentration in half-maximal ones, and what the running step released.
    ctl_site, ctl_events, ctl_clone, ctl_engaged : ndarray of int32, shape (patches, MOST_CTL)
        Where each T cell is, how many events it had, which clone, and whether it holds a target.
    ctl_id : ndarray of uint64, shape (patches, MOST_CTL)
        Address of its random numbers, independent of where it is stored.
    ctl_until : ndarray of float64, shape (patches, MOST_CTL)
        Time of its next event, minutes of the absolute clock.
    ctl_count, ctl_entered, ctl_left, ctl_born : ndarray of int64, shape (patches,)
        T cells there, and how many came, went and divided, for the conservation of agents.
    """

    cells: np.ndarray
    ledger: np.ndarray
    arriving: np.ndarray
    body: np.ndarray
    alive: np.ndarray
    target: np.ndarray
    hits: np.ndarray
    new_hits: np.ndarray
    hurt: np.ndarray
    hurt_count: np.ndarray
    endurance: np.ndarray
    hazard: np.ndarray
    next_death: np.ndarray
    living: np.ndarray
    detached: np.ndarray
    healing: np.ndarray
    granulysin: np.ndarray
    source: np.ndarray
    ctl_site: np.ndarray
    ctl_events: np.ndarray
    ctl_clone: np.ndarray
    ctl_engaged: np.ndarray
    ctl_id: np.ndarray
    ctl_until: np.ndarray
    ctl_count: np.ndarray
    ctl_entered: np.ndarray
    ctl_left: np.ndarray
    ctl_born: np.ndarray


def empty_immune_state(clones: int, patches: int = PATCHES) -> ImmuneState:
    """Healthy epidermis without T cells that fit the drug; endurance is set by `skin_kernel.regrow`."""
    sites = SIDE * SIDE

    def whole(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.int32)

    return ImmuneState(
        cells=np.zeros((clones, POOLS), np.int64), ledger=np.zeros((clones, 2), np.int64),
        arriving=np.zeros(clones, np.int64), body=np.zeros(len(BODY)),
        alive=np.ones((patches, sites), np.uint8), target=np.ones(sites, np.uint8),
        hits=np.zeros((patches, sites), np.uint8), new_hits=np.zeros((patches, sites), np.uint8),
        hurt=whole(patches, sites), hurt_count=whole(patches),
        endurance=np.zeros((patches, sites), np.float32), hazard=np.zeros((patches, PLACES)),
        next_death=np.zeros((patches, PLACES)), living=np.full((patches, PLACES), SITES_PER_PLACE, np.int32),
        detached=np.zeros((patches, PLACES), np.uint8), healing=np.zeros((patches, PLACES)),
        granulysin=np.zeros((patches, PLACES)), source=np.zeros((patches, PLACES)),
        ctl_site=whole(patches, MOST_CTL), ctl_events=whole(patches, MOST_CTL), ctl_clone=whole(patches, MOST_CTL),
        ctl_engaged=whole(patches, MOST_CTL), ctl_id=np.zeros((patches, MOST_CTL), np.uint64),
        ctl_until=np.zeros((patches, MOST_CTL)), ctl_count=np.zeros(patches, np.int64),
        ctl_entered=np.zeros(patches, np.int64), ctl_left=np.zeros(patches, np.int64),
        ctl_born=np.zeros(patches, np.int64),
    )  # fmt: skip
