"""Mast cells in a dish: antigen set by hand, pulsed and washed off, without a body around them.

The cells are those of the patients, moved by the same kernels. There is no drug in plasma, no tissue between
capillaries (every cell sees the bath) and no mediator that acts back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from abm.engine.advance import step_cells
from abm.engine.bath import choose_bath_step
from abm.engine.cells import arm_with
from abm.engine.clock import bins, minutes
from abm.engine.rates import Rates, patient_rates
from abm.engine.state import COUNT, State, empty_state
from abm.parameters.catalog import ParameterSet, default_parameters

__all__ = ["Bath", "Pulse", "bathe_cells", "usual_receptors"]

F32 = np.float32
_DONOR = {
    "patient_id": 0, "threshold_factor": 1.0, "ship1_factor": 1.0, "syk_factor": 1.0, "symptom_factor": 1.0,
    "baseline_tryptase_ng_per_ml": 1.0, "volume_factor": 1.0,
}  # fmt: skip
_LONGEST_MIN = 60.0 * 24.0 * 366.0


@dataclass(frozen=True)
class Pulse:
    """Antigen in the dish for a while.

    Attributes
    ----------
    antigen : float
        K·C of the antigen that the first specificity binds, with K its whole-ligand constant; 0 is a wash. The free
        hapten that comes with it is `ige_receptor.hapten_per_antigen` times as much.
    for_min : float
        How long, in minutes; counted in base bins of 3.75 s.
    other_antigen : float
        The same of the antigen that the second specificity binds.
    """

    antigen: float
    for_min: float
    other_antigen: float = 0.0


@dataclass(frozen=True)
class Bath:
    """What became of the cells in the dish.

    Attributes
    ----------
    over_time : DataFrame
        One row a minute at most, and one at the end of every pulse: ``time_min``, ``pulse`` (from 1), ``antigen``,
        ``other_antigen``, ``released_fraction`` (of all cells, so far), and means over the cells of ``crosslinks``,
        ``ship1`` and ``memory`` of the first specificity and of ``calcium``.
    cells : DataFrame
        One row a cell: ``receptors`` and ``other_receptors`` at the start, ``threshold``, ``released_min`` (NaN if it
        has not released) and ``pulse`` in which it did (0: none).
    """

    over_time: pd.DataFrame
    cells: pd.DataFrame

    @property
    def released_fraction(self) -> float:
        """Share of the cells that have released."""
        return float((self.cells["pulse"] > 0).mean())

    def released_in(self, *pulses: int) -> float:
        """Share of all cells that released in these pulses (from 1)."""
        return float(self.cells["pulse"].isin(pulses).mean())


def usual_receptors(parameters: ParameterSet) -> float:
    """Drug-specific IgE-FcεRI on a cell of the median sensitised patient."""
    occupied = parameters["patients.fceri_per_cell"] * parameters["patients.occupied_share"]
    return occupied * parameters["patients.specific_share"]


def bathe_cells(
    pulses: Sequence[Pulse],
    *,
    cells: int = 3000,
    receptors: float | None = None,
    other_receptors: float = 0.0,
    seed: int = 1,
    parameters: ParameterSet | None = None,
    donor: Mapping[str, Any] | None = None,
) -> Bath:
    """Hold mast cells in a sequence of antigen levels, and count what they release.

    Parameters
    ----------
    pulses : sequence of Pulse
        What is in the dish, one after the other.
    cells : int
        Number of cells.
    receptors, other_receptors : float
        Median IgE-FcεRI on a cell that are specific for the antigen, and for the other antigen. Cells differ by
        `mast_cell.receptor_sd_cells`. If None, those of the median sensitised patient (`usual_receptors`).
    seed : int
        Key of every random number.
    parameters : ParameterSet, optional
        The numbers of the model; the default ones if None.
    donor : mapping, optional
        Traits of the person whose cells they are (``threshold_factor``, ``ship1_factor``, ``syk_factor``); all 1 if
        None. A row of the table `patients` will do.

    Raises
    ------
    ValueError
        If there is no pulse, a pulse lasts less than a base bin, or a number is out of range.

    Notes
    -----
    Steps are of 3.75 s while cells could release, and as long as the engine's own rule allows otherwise.
    """
    numbers = parameters or default_parameters()
    receptors = usual_receptors(numbers) if receptors is None else receptors
    _check(pulses, cells, receptors, other_receptors, seed)
    traits = {
        **_DONOR, **(donor or {}), "specific_receptors_per_cell": receptors,
        "specific_receptors_2_per_cell": other_receptors,
    }  # fmt: skip
    state = empty_state(np.array([0, cells, cells, cells]), 1, 0)
    address = (seed, 0, int(traits["patient_id"]))
    rates = patient_rates(numbers, traits, (), (cells, 1, 1), frozenset(), address)
    arm_with(state, traits, numbers, np.ones((3, 1)), rates.address)
    at_start = state.receptors.copy()
    rows: list[tuple[float, ...]] = []
    now, ends = 0, []
    for number, pulse in enumerate(pulses, start=1):
        end = now + round(bins(pulse.for_min))
        _hold(state, rates, pulse, number, now, end, rows)
        now = end
        ends.append(end)
    return Bath(_over_time(rows), _cells(state, at_start, np.array(ends)))


def _hold(
    state: State, rates: Rates, pulse: Pulse, number: int, start: int, end: int, rows: list[tuple[float, ...]]
) -> None:
    """Let the cells stand in one pulse from base bin `start` to `end`; appends to `rows`."""
    antigens = F32(pulse.antigen), F32(pulse.other_antigen)
    state.exposed[:] |= np.array(antigens) > 0.0
    state.count[COUNT.step] = 0
    now, shown = start, start
    while now < end:
        k = choose_bath_step(state, rates, now, end, antigens)
        step_cells(state, rates, now, k, antigens)
        state.count[COUNT.step] = k
        now += 1 << k
        if now == end or now - shown >= bins(1.0):
            shown = now
            means = (float(x.mean()) for x in (state.crosslinks[0], state.ship1[0], state.memory[0], state.calcium))
            released = float((state.fired_bin >= 0).mean())
            rows.append((minutes(now), number, pulse.antigen, pulse.other_antigen, released, *means))


def _over_time(rows: list[tuple[float, ...]]) -> pd.DataFrame:
    names = "time_min pulse antigen other_antigen released_fraction crosslinks ship1 memory calcium".split()
    return pd.DataFrame(rows, columns=names).astype({"pulse": int})


def _cells(state: State, at_start: np.ndarray, ends: np.ndarray) -> pd.DataFrame:
    fired = state.fired_bin >= 0
    return pd.DataFrame(
        {
            "receptors": at_start[0],
            "other_receptors": at_start[1],
            "threshold": state.threshold,
            "released_min": np.where(fired, state.fired_bin * minutes(1.0), np.nan),
            "pulse": np.where(fired, np.searchsorted(ends, state.fired_bin, side="right") + 1, 0),
        }
    )


def _check(pulses: Sequence[Pulse], cells: int, receptors: float, other_receptors: float, seed: int) -> None:
    """Refuse what cannot be, in the caller's words."""
    if not pulses:
        raise ValueError("pulses is empty; give at least one Pulse(antigen, for_min)")
    for number, pulse in enumerate(pulses, start=1):
        for name in ("antigen", "other_antigen"):
            value = getattr(pulse, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise ValueError(f"pulse {number}: {name} is {value:g}; allowed: 0 (wash) or more")
        if not 1.0 / 16.0 <= pulse.for_min <= _LONGEST_MIN:
            raise ValueError(
                f"pulse {number}: for_min is {pulse.for_min:g}; allowed: 0.0625 (3.75 s) to {_LONGEST_MIN:g}"
            )
    if cells < 1:
        raise ValueError(f"cells is {cells}; allowed: 1 or more")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}; allowed: 0 to {2**32 - 1}")
    for name, value in (("receptors", receptors), ("other_receptors", other_receptors)):
        if not 0.0 <= value <= 1e7:
            raise ValueError(f"{name} is {value:g}; allowed: 0 to 1e7 per cell")
