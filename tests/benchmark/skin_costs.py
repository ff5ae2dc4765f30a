"""What a patch of epidermis costs: by T cells, by patches, and against the same rule in plain Python."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from functools import partial

import numpy as np
from numba import njit

from abm.engine.clone_kernel import step_clone
from abm.engine.immune_kernel import fresh_skin
from abm.engine.immune_rates import ImmuneRates, immune_rates
from abm.engine.immune_state import BLOCK_DAYS, POOL, SIDE, STEP_MIN, STEPS_PER_BLOCK, ImmuneState, empty_immune_state
from abm.engine.skin_kernel import step_patch
from abm.parameters.catalog import ParameterSet

ENGAGE = 0.3
PATIENT = {"fitting_clones": 1, "treg_factor": 1.0}
ADDRESS = (1, 0, 0)


def whole_skin(parameters: ParameterSet, ctl: int, patches: int) -> tuple[ImmuneState, ImmuneRates]:
    """Return patches with so many T cells each, whose keratinocytes forget hits at once, so that work stays."""
    immortal = {"epidermis.hits_to_kill": 100.0, "epidermis.hit_half_life_min": 2.0}
    rates = immune_rates(parameters.with_overrides(immortal), PATIENT, ADDRESS)
    state, rng = empty_immune_state(1, patches), np.random.default_rng(3)
    fresh_skin(state, rates.address)
    state.endurance[:] = np.inf
    state.next_death[:] = np.inf
    state.ctl_site[:, :ctl] = rng.integers(0, SIDE * SIDE, (patches, ctl))
    state.ctl_id[:, :ctl] = rng.integers(0, 2**32, (patches, ctl), dtype=np.uint64)
    state.ctl_until[:, :ctl] = rng.uniform(0.0, 20.0, (patches, ctl))
    state.ctl_count[:] = ctl
    return state, rates


@njit
def skin_steps(state, rates, first, steps, engage, address):
    """Take every patch through so many steps of four minutes, block by block as the engine does."""
    for block in range(first, first + steps, STEPS_PER_BLOCK):
        for p in range(state.alive.shape[0]):
            for step in range(block, block + STEPS_PER_BLOCK):
                step_patch(state, rates, p, step, engage, address)


def skin_seconds(parameters: ParameterSet, ctl: int, patches: int, steps: int, repeats: int) -> tuple[float, int]:
    """Shortest time of so many steps, and the events of T cells in them."""
    times, events, engage = [], 0, np.array([ENGAGE])
    for _ in range(repeats):
        state, rates = whole_skin(parameters, ctl, patches)
        skin_steps(state, rates.skin, 0, STEPS_PER_BLOCK, engage, rates.address)
        before = int(state.ctl_events.sum())
        start = time.perf_counter()
        skin_steps(state, rates.skin, STEPS_PER_BLOCK, steps, engage, rates.address)
        times.append(time.perf_counter() - start)
        events = int(state.ctl_events.sum()) - before
    return min(times), events


def exponent(numbers: Sequence[int], seconds: Sequence[float]) -> float:
    """Slope of log cost against log number, by least squares; 1 where cost is in proportion."""
    return float(np.polyfit(np.log(numbers), np.log(seconds), 1)[0])


def twin_seconds(parameters: ParameterSet, ctl: int, minutes: float) -> float:
    """Seconds in which the slow twin, plain Python, takes a patch of T cells through so many minutes."""
    from reference_t_cells import Patch

    slow = parameters.with_overrides({"epidermis.granulysin_diffusion_um2_per_s": 10.0})
    patch = Patch(slow, SIDE, 8, random.Random(1))
    patch.enter(ctl)
    start = time.perf_counter()
    patch.run(minutes, ENGAGE)
    return time.perf_counter() - start


def clone_block_seconds(parameters: ParameterSet, repeats: int) -> float:
    """Seconds of one block of a clone in the middle of its expansion."""
    rates = immune_rates(parameters, PATIENT, ADDRESS)
    state = empty_immune_state(1, 1)
    move = partial(step_clone, state, rates.clone, 0, 1.0, 60.0, BLOCK_DAYS)
    times = []
    for first in range(repeats):
        state.cells[0] = 10**4
        state.cells[0, POOL.naive] = 60
        start = time.perf_counter()
        for block in range(100):
            move(100 * first + block, rates.address)
        times.append((time.perf_counter() - start) / 100)
    return min(times)


def skin_benchmark(parameters: ParameterSet, quick: bool) -> dict[str, float | None]:
    """Measure everything; returns numbers of `--json`."""
    steps, repeats = (22 * STEPS_PER_BLOCK, 3) if quick else (44 * STEPS_PER_BLOCK, 9)
    few_to_many, patches = (100, 300, 1000, 3000), (1, 2, 4, 8)
    skin_seconds(parameters, 10, 1, STEPS_PER_BLOCK, 1)
    by_ctl = [skin_seconds(parameters, n, 1, steps, repeats) for n in few_to_many]
    by_patches = [skin_seconds(parameters, 300, n, steps, repeats) for n in patches]
    bare, _ = skin_seconds(parameters, 0, 1, steps, repeats)
    twin_minutes = 32 * STEP_MIN
    return {
        "ctl_events_per_s": by_ctl[-1][1] / (by_ctl[-1][0] - bare),
        "skin_cost_exponent_ctl": exponent(few_to_many, [seconds - bare for seconds, _ in by_ctl]),
        "skin_cost_exponent_sites": exponent(patches, [seconds for seconds, _ in by_patches]),
        "skin_ratio_to_python": twin_seconds(parameters, 300, twin_minutes) / (by_patches[0][0] * 32 / steps),
        "clone_block_us": 1e6 * clone_block_seconds(parameters, repeats),
    }
