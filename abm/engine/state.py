"""State of one patient in one arm: a structure of float32 arrays for the cells, a few float64 ones for the body."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.biology.pharmacokinetics import STATES

SPECIFICITIES = 2
ORGANS = ("skin", "lung", "gut")
GROUP = 64
"""Cells are stored in groups of this many, so that one call of the generator serves four vector lanes."""

RECORD_COLUMNS = (
    "time_min", "plasma", "antigen", "histamine", "tryptase", "systolic", "released", "grade", "leukotriene",
    "adrenaline",
)  # fmt: skip


class Body(NamedTuple):
    """Indices into `State.body`."""

    histamine: int = 0
    tryptase_tissue: int = 1
    tryptase: int = 2
    local_skin: int = 3
    local_lung: int = 4
    local_gut: int = 5
    systolic: int = 6
    peak_histamine: int = 7
    peak_tryptase: int = 8
    lowest_systolic: int = 9
    leukotriene_forming: int = 10
    leukotriene: int = 11
    adrenaline_muscle_mg: int = 12
    adrenaline_mg: int = 13
    antihistamine_given: int = 14
    antihistamine: int = 15


class Count(NamedTuple):
    """Indices into `State.count`."""

    grade: int = 0
    worst: int = 1
    last_symptom_bin: int = 2
    rows: int = 3
    step: int = 4
    steps_taken: int = 5
    fired_skin: int = 6
    fired_lung: int = 7
    fired_gut: int = 8
    symptom_free_bins: int = 9


class Plasma(NamedTuple):
    """Indices into a row of `State.plasma`."""

    area: int = 0
    window_area: int = 1
    peak: int = 2
    above: int = 3


BODY, COUNT, PLASMA = Body(), Count(), Plasma()


class State(NamedTuple):
    """Everything that changes while time passes.

    Attributes
    ----------
    receptors, inside, crosslinks, memory, ship1 : ndarray of float32, shape (2, cells)
        Per specificity: surface IgE-FcεRI, internalised ones, cross-links J, slow memory W, SHIP-1 S.
    calcium, hazard, threshold, clock, place : ndarray of float32, shape (cells,)
        Ca, integrated hazard, θ, the Exp(1) threshold that the integrated hazard must pass, and the relative drug
        level at the cell's place.
    fired_bin : ndarray of int32, shape (cells,)
        Base bin in which the cell degranulated, −1 if it has not.
    mrgprx2, lost_mrgprx2 : ndarray of float32, shape (cells,)
        Drive of the cell's MRGPRX2 at a full response, and the share of it lost to tachyphylaxis; see
        `abm.engine.mrgprx2_kernel`. All zero where no drug is an agonist.
    organ_start : ndarray of int64, shape (4,)
        First cell of skin, lung, gut, and the number of cells.
    signal, links, noise : ndarray of float32, shape (cells,)
        Scratch.
    drug : ndarray of float64, shape (2, 7)
        Per drug: central and peripheral amount (mg), labile adduct (mg in balance), amount still in the gut (mg that
        will be absorbed), amount of metabolite (mg), second peripheral amount, amount still in a muscle (mg).
    exposure : ndarray of float64, shape (2,)
        Per drug: time integral of what T cells see, in minutes at the therapeutic level, since it was last set to 0.
    plasma : ndarray of float64, shape (2, 4)
        Per drug, since the start of the arm: time integral of the central amount (mg·min) altogether and within the
        window of the exposure target, highest central amount (mg), minutes in the window above the target's level; see
        `Plasma`.
    window : ndarray of int64, shape (2,)
        Per drug: base bin at which that window ends.
    exposed, armed : ndarray of int64, shape (2,)
        Whether the specificity has ever met antigen, and whether any cell can carry receptors of it.
    opened : ndarray of int64, shape (1,)
        Whether the cells have ever met an agonist of MRGPRX2.
    body : ndarray of float64
        Mediators, pressure and their extremes; see `Body`.
    count : ndarray of int64
        Grades and counters; see `Count`.
    pump : ndarray of float64, shape (segments, 4)
        Infusion: first and last base bin, rate in mg/min, drug.
    record : ndarray of float64, shape (rows, 10)
        Time series, filled up to `count[COUNT.rows]`; columns as in `RECORD_COLUMNS`.
    """

    receptors: np.ndarray
    inside: np.ndarray
    crosslinks: np.ndarray
    memory: np.ndarray
    ship1: np.ndarray
    calcium: np.ndarray
    hazard: np.ndarray
    threshold: np.ndarray
    clock: np.ndarray
    place: np.ndarray
    mrgprx2: np.ndarray
    lost_mrgprx2: np.ndarray
    fired_bin: np.ndarray
    organ_start: np.ndarray
    signal: np.ndarray
    links: np.ndarray
    noise: np.ndarray
    drug: np.ndarray
    exposure: np.ndarray
    plasma: np.ndarray
    window: np.ndarray
    exposed: np.ndarray
    armed: np.ndarray
    opened: np.ndarray
    body: np.ndarray
    count: np.ndarray  # type: ignore[assignment]
    pump: np.ndarray
    record: np.ndarray


def empty_state(organ_start: np.ndarray, segments: int, rows: int) -> State:
    """State at rest without receptors; `organ_start` as in `State`, `rows` of time series (0: none)."""
    cells = int(organ_start[-1])
    padded = -(-cells // GROUP) * GROUP

    def per_cell() -> np.ndarray:
        return np.zeros(cells, np.float32)

    def per_specificity() -> np.ndarray:
        return np.zeros((SPECIFICITIES, cells), np.float32)

    count = np.zeros(len(COUNT), np.int64)
    count[COUNT.last_symptom_bin] = -(2**40)
    return State(
        receptors=per_specificity(), inside=per_specificity(), crosslinks=per_specificity(),
        memory=per_specificity(), ship1=per_specificity(), calcium=per_cell(), hazard=per_cell(),
        threshold=np.ones(cells, np.float32), clock=np.full(cells, np.inf, np.float32),
        place=np.ones(cells, np.float32), mrgprx2=per_cell(), lost_mrgprx2=per_cell(),
        fired_bin=np.full(cells, -1, np.int32), organ_start=organ_start.astype(np.int64), signal=per_cell(),
        links=per_cell(), noise=np.zeros(padded, np.float32), drug=np.zeros((SPECIFICITIES, STATES)),
        exposure=np.zeros(SPECIFICITIES), plasma=np.zeros((SPECIFICITIES, len(PLASMA))),
        window=np.zeros(SPECIFICITIES, np.int64), exposed=np.zeros(SPECIFICITIES, np.int64),
        armed=np.ones(SPECIFICITIES, np.int64), opened=np.zeros(1, np.int64), body=np.zeros(len(BODY)), count=count,
        pump=np.zeros((segments, 4)), record=np.zeros((rows, len(RECORD_COLUMNS))),
    )  # fmt: skip
