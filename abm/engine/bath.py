"""Mast cells held in a given antigen, without a body: the skin test, and cells in a dish."""

from __future__ import annotations

import numpy as np
from numba import njit

from abm.engine.advance import aligned_step, step_cells
from abm.engine.rates import SCALAR
from abm.engine.scope import few_at_risk
from abm.engine.state import COUNT

F32 = np.float32
_OPTIONS = {"nogil": True, "cache": True, "error_model": "numpy"}


@njit(**_OPTIONS)
def bathe(state, rates, t0, t1, antigen):
    """Hold the cells in a constant antigen from base bin `t0` to `t1`, without plasma; returns how many fired."""
    state.exposed[0] = 1
    total = 0
    for now in range(t0, t1):
        fired = step_cells(state, rates, now, 0, (F32(antigen), F32(0.0)))
        total += fired[0] + fired[1] + fired[2]
    return total


@njit(**_OPTIONS)
def choose_bath_step(state, rates, now, end, antigens):
    """Exponent k of the next step in a constant antigen: one base bin while more than "hardly" a cell is at risk.

    As in `scope.few_at_risk`. Steps at most double, so the minutes after a change are gone through finely.
    """
    k = min(aligned_step(now, end - now), state.count[COUNT.step] + 1)
    while k > 0:
        if few_at_risk(state, rates, k, antigens) and rates.scalar[SCALAR.graded] == F32(0.0):
            return k
        k -= 1
    return 0
