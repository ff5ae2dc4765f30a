"""IgE, its B cells and what holds them down: state of one patient over weeks and years."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.engine.clock import BASE_MIN
from abm.engine.state import SPECIFICITIES

SLOW_BINS = 8 * 1024
"""Length of a block in base bins (8 h 32 min); a multiple of the longest step, so that blocks cut no step."""

SLOW_DAYS = SLOW_BINS * BASE_MIN / 1440.0
NAIVE_STAGES = 4


class Answer(NamedTuple):
    """Indices into a row of `SlowState.answer`, what there is for one specificity."""

    shown: int = 0
    hazard: int = 1
    primed: int = 2
    naive: int = 3
    recall: int = 3 + NAIVE_STAGES
    recall_late: int = 4 + NAIVE_STAGES
    short_lived: int = 5 + NAIVE_STAGES
    long_lived: int = 6 + NAIVE_STAGES
    memory: int = 7 + NAIVE_STAGES
    ige: int = 8 + NAIVE_STAGES
    receptors: int = 9 + NAIVE_STAGES
    regulation_early: int = 10 + NAIVE_STAGES
    regulation: int = 11 + NAIVE_STAGES
    regulation_lasting: int = 12 + NAIVE_STAGES
    igg4_cells: int = 13 + NAIVE_STAGES
    igg4: int = 14 + NAIVE_STAGES
    depot: int = 15 + NAIVE_STAGES


class Serum(NamedTuple):
    """Indices into `SlowState.serum`, what all specificities share."""

    other_ige: int = 0
    under_skin: int = 1
    anti_ige: int = 2
    free: int = 3
    basophil: int = 4


ANSWER, SERUM = Answer(), Serum()
ANSWERS = ANSWER.depot + 1


class SlowState(NamedTuple):
    """Everything that changes over weeks.

    Attributes
    ----------
    answer : ndarray of float64, shape (2, 20)
        Per specificity: antigen that lymph nodes show (0 to 1); integrated hazard of priming, and whether it has come;
        naive and recalled B cells on their way, plasma cells that live days and years, memory B cells (all in kU/L of
        serum IgE that they sustain or stand for); serum IgE, free and bound by anti-IgE, kU/L; receptors loaded with
        it per mast cell (patient's median); regulatory T cells on their way, at work and lasting (0 to 1); plasma
        cells of IgG4 and IgG4 in serum, U/mL; adsorbed antigen under the skin, usual doses. See `Answer`.
    serum : ndarray of float64, shape (5,)
        IgE for everything else, free and bound, kU/L; anti-IgE under the skin and in serum, nM; share of IgE that is
        free; FcεRI of basophils relative to before. See `Serum`.
    """

    answer: np.ndarray
    serum: np.ndarray


def empty_slow_state() -> SlowState:
    """State of somebody without IgE."""
    serum = np.zeros(len(SERUM))
    serum[SERUM.free] = serum[SERUM.basophil] = 1.0
    return SlowState(np.zeros((SPECIFICITIES, ANSWERS)), serum)
