"""T-cell and skin kernels equal the slow twin in distribution, and most rates that are 5 % wrong would be seen."""

from __future__ import annotations

import random

import numpy as np
import pytest
import reference_t_cells
from numba import njit
from t_cell_worlds import SITES, a_patch, clone_rates, parameters, put_ctl
from verdict import failures, z_of_means, z_of_variances

from abm.engine.clone_kernel import step_clone
from abm.engine.immune_state import BLOCK_DAYS, BODY, POOL, SIDE, empty_immune_state
from abm.engine.skin_kernel import step_patch

SLOW_SPREAD = {"epidermis__granulysin_diffusion_um2_per_s": 10.0}
"""With it the twin's explicit steps of half a minute are stable."""
TWIN_PATCHES, PATCHES = 12, 60
CTL, ENGAGE, HOURS = 200, 0.3, 12
NAIVE, BLOCKS, TWIN_CLONES, CLONES = 600, 112, 160, 400
DAYS = BLOCKS * BLOCK_DAYS
FINE_DAYS = BLOCK_DAYS / 16
FEW_DIVISIONS = {"clones__divisions": 6.0, "clones__naive_turnover_per_day": 0.0}
MANY_DIVISIONS = FEW_DIVISIONS | {"clones__divisions": 17.0}


@njit
def day_of_steps(state, rates, p, steps, engage, address):
    """Take a patch through its first steps."""
    for step in range(steps):
        step_patch(state, rates, p, step, engage, address)


@njit
def clone_days(state, r, antigen, days, count, address):
    """Take clone 0 through so many steps."""
    for n in range(count):
        step_clone(state, r, 0, antigen, 0.0, days, n, address)


@pytest.fixture(scope="module")
def twin_patches() -> dict[str, np.ndarray]:
    """Kills by contact and by granulysin of a day in each of the twin's patches."""
    kills = []
    for seed in range(TWIN_PATCHES):
        patch = reference_t_cells.Patch(parameters(**SLOW_SPREAD), SIDE, 8, random.Random(seed))
        patch.enter(CTL)
        patch.run(60.0 * HOURS, ENGAGE)
        kills.append((patch.by_contact, patch.by_granulysin))
    return measured(np.array(kills, float))


def measured(kills: np.ndarray) -> dict[str, np.ndarray]:
    contact, granulysin = kills.T
    return {"kills per T cell": contact / CTL, "killed by granulysin": granulysin,
            "dead share": (contact + granulysin) / SITES}  # fmt: skip


def kernel_patches(seed: int = 5, **wrong: float) -> dict[str, np.ndarray]:
    """The same of the kernels."""
    kills = []
    for world in range(PATCHES):
        state, rates = a_patch(**SLOW_SPREAD | wrong)
        rng = np.random.default_rng((seed, world))
        state.endurance[0] = rng.exponential(size=SITES)
        state.next_death[0] = 0.0
        put_ctl(state, rng.integers(0, SITES, CTL))
        address = np.array([seed, 0, world], np.uint64)
        day_of_steps(state, rates, 0, HOURS * 15, np.array([ENGAGE]), address)
        kills.append(state.body[[BODY.killed_by_contact, BODY.killed_by_granulysin]].copy())
    return measured(np.array(kills))


def z_of(twin: dict[str, np.ndarray], kernel: dict[str, np.ndarray], spread: bool = True) -> dict[str, float]:
    z = {f"mean {name}": z_of_means(kernel[name], twin[name]) for name in twin}
    return z | ({f"variance {name}": z_of_variances(kernel[name], twin[name]) for name in twin} if spread else {})


def twin_worlds(worlds: int, divisions: dict[str, float]) -> dict[str, np.ndarray]:
    """What six hundred naive cells became after five days of antigen, in each of the twin's worlds."""
    rules = reference_t_cells.CloneRules(parameters(**divisions), 1.0)
    found = [reference_t_cells.clone_after(NAIVE, rules, DAYS, random.Random(n)) for n in range(worlds)]
    return {name: np.array([world[name] for world in found], float)
            for name in ("naive", "silenced", "lag", "dividing", "effector")}  # fmt: skip


@pytest.fixture(scope="module")
def twin_clones() -> dict[str, np.ndarray]:
    return twin_worlds(TWIN_CLONES, FEW_DIVISIONS)


def kernel_clones(step_days: float, days: float = DAYS, divisions=FEW_DIVISIONS, **wrong: float):
    """The same of the kernels; those in the skin neither divide nor die there, so they are all that entered."""
    r = clone_rates(**divisions | {"clones__skin_division_per_day": 0.0} | wrong).clone
    found = []
    for world in range(CLONES):
        state = empty_immune_state(1, 1)
        state.cells[0, POOL.naive] = NAIVE
        clone_days(state, r, 1.0, step_days, round(days / step_days), np.array([9, 0, world], np.uint64))
        found.append(state.cells[0].copy())
    c = np.array(found, float)
    return {
        "naive": c[:, POOL.naive], "silenced": c[:, POOL.silenced], "lag": c[:, POOL.lag : POOL.lag + 3].sum(axis=1),
        "dividing": c[:, POOL.dividing : POOL.recall_dividing].sum(axis=1), "effector": c[:, POOL.effector],
    }  # fmt: skip


def of_clones(twin, kernel) -> dict[str, float]:
    return z_of({name: twin[name] for name in kernel}, kernel)


def test_patches_equal_the_twin_in_distribution(twin_patches) -> None:
    assert failures(z_of(twin_patches, kernel_patches())) == {}


def test_the_patches_hold_both_ways_to_kill(twin_patches) -> None:
    assert 3 < twin_patches["kills per T cell"].mean() < 9
    assert twin_patches["killed by granulysin"].mean() > 1000
    assert 0.5 < twin_patches["dead share"].mean() < 0.99


@pytest.mark.parametrize("name", ["epidermis.hit_min", "epidermis.stay_chance", "epidermis.bystander_per_h"])
def test_a_rate_of_the_skin_five_percent_wrong_fails(twin_patches, name) -> None:
    wrong = kernel_patches(**{name.replace(".", "__"): 0.95 * parameters()[name]})
    assert len(failures(z_of(twin_patches, wrong, spread=False))) >= 1


def test_clones_equal_the_twin_in_distribution(twin_clones) -> None:
    assert failures(of_clones(twin_clones, kernel_clones(FINE_DAYS))) == {}


@pytest.mark.parametrize("name", ["clones.priming_per_day", "clones.lag_h", "clones.division_h"])
@pytest.mark.parametrize("step_days", [FINE_DAYS, BLOCK_DAYS], ids=["fine", "blocks"])
def test_a_rate_of_a_clone_five_percent_wrong_fails(twin_clones, name, step_days) -> None:
    wrong = of_clones(twin_clones, kernel_clones(step_days, **{name.replace(".", "__"): 1.05 * parameters()[name]}))
    assert set(failures(wrong)) - {"mean effector"} or abs(wrong["mean effector"]) > 8


def ratios(kernel: dict[str, np.ndarray], twin: dict[str, np.ndarray]) -> dict[str, float]:
    return {name: kernel[name].mean() / twin[name].mean() for name in twin}


def test_at_the_engines_blocks_clones_equal_the_twin_but_for_a_few_effectors(twin_clones) -> None:
    """A class passes in 1/(e^(βΔ) − 1) blocks where 1/(βΔ) would be exact: the last of six comes some 3 h early."""
    found = {n: kernel_clones(BLOCK_DAYS / n) for n in (1, 2, 4)}
    assert set(failures(of_clones(twin_clones, found[1]))) <= {"mean effector"}
    excess = [ratios(found[n], twin_clones)["effector"] - 1 for n in found]
    assert 0.02 < excess[0] < 0.07
    assert excess[0] > excess[1] > excess[2] > -0.02, "first order in the step"


def test_at_the_engines_blocks_the_first_effectors_of_many_divisions_come_two_blocks_late() -> None:
    """Lines differ less in speed, and a primed cell waits for the end of its block: the fastest lines are rarer."""
    twin = twin_worlds(60, MANY_DIVISIONS)
    now, later = (kernel_clones(BLOCK_DAYS, blocks * BLOCK_DAYS, MANY_DIVISIONS) for blocks in (BLOCKS, BLOCKS + 2))
    assert failures({name: z_of_means(now[name], twin[name]) for name in ("naive", "silenced", "lag")}) == {}
    assert 0.93 < ratios(now, twin)["dividing"] < 1.0
    assert 0.75 < ratios(now, twin)["effector"] < 0.95
    assert 0.95 < ratios(later, twin)["effector"] < 1.15, "two hours later they are as many"
    assert 0.92 < ratios(kernel_clones(BLOCK_DAYS / 4, DAYS, MANY_DIVISIONS), twin)["effector"] < 1.05
