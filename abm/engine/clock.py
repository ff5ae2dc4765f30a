"""The lattice of time: base bins, and steps of a power of two of them."""

from __future__ import annotations

import numpy as np

BINS_PER_MIN = 16
BASE_MIN = 1.0 / BINS_PER_MIN
DOUBLINGS = 11
"""Step k is 2^k base bins: from 3.75 s to 64 min."""

MINUTE = 4
"""The step that is one minute; steps are chosen anew no more often than this."""

FINEST = 2
"""The step (15 s) taken while cells could fire (error table in docs/numerics.md)."""

STEP_MIN = BASE_MIN * 2.0 ** np.arange(DOUBLINGS)


def bins(minutes: float) -> float:
    """Convert minutes to (fractional) base bins."""
    return minutes * BINS_PER_MIN


def minutes(bin_number: float) -> float:
    """Convert base bins to minutes."""
    return bin_number / BINS_PER_MIN
