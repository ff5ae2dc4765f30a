"""With noise on, when cells fire and how many do equals the slow twin, for cells as different as a patient's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import reference_model
from scipy import stats
from small_worlds import bathed, equal_cells, parameters
from verdict import FAMILY_WISE_ERROR, critical_z

TWIN_CELLS, KERNEL_CELLS = 400, 20_000
DT_MIN = 1.0 / 16.0
WORLDS = {
    "few cross-links": (2500.0, 0.3, ((0.06, 8.0),)),
    "a jump": (12_000.0, 4.5, ((0.06, 8.0),)),
    "two pulses": (12_000.0, 4.5, ((0.03, 3.0), (0.0, 4.0), (0.06, 3.0))),
}
"""Median receptors and threshold, and antigen with its minutes."""

SEEDS = (7, 8, 9)
Sample = tuple[np.ndarray, int]


def drawn(world: str, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Receptors, thresholds and clocks of cells, by NumPy's generator."""
    receptors, threshold, _ = WORLDS[world]
    rng = np.random.default_rng([seed, list(WORLDS).index(world)])
    return (
        receptors * np.exp(0.4 * rng.standard_normal(count)),
        threshold * np.exp(0.42 * rng.standard_normal(count)),
        rng.exponential(size=count),
    )


def twin(world: str) -> Sample:
    """Minutes at which the twin's cells fired, and how many there are."""
    pulses = WORLDS[world][2]
    cells = [reference_model.Cell(*map(float, traits)) for traits in zip(*drawn(world, TWIN_CELLS, 1), strict=True)]
    ends = np.cumsum([minutes for _, minutes in pulses])
    level = [antigen for antigen, _ in pulses]
    reference_model.run(
        cells, reference_model.Rules(parameters()), lambda t: level[int(np.searchsorted(ends, t))], float(ends[-1]),
        DT_MIN, np.random.default_rng(2027),
    )  # fmt: skip
    return np.array([cell.fired_min for cell in cells if cell.fired_min is not None]), TWIN_CELLS


def kernel(world: str, seed: int, **wrong: float) -> Sample:
    """The same of the kernels' cells; a cell fires at the end of its base bin."""
    state, rates = equal_cells(KERNEL_CELLS, 1.0, numbers=parameters(**wrong), seed=seed)
    state.receptors[0], state.threshold[:], state.clock[:] = drawn(world, KERNEL_CELLS, seed)
    now = 0
    for antigen, minutes in WORLDS[world][2]:
        bathed(state, rates, antigen, minutes, start_bin=now)
        now += round(16 * minutes)
    return (state.fired_bin[state.fired_bin >= 0] + 1) / 16.0, KERNEL_CELLS


@pytest.fixture(scope="module")
def twins() -> dict[str, Sample]:
    return {world: twin(world) for world in WORLDS}


def chances(one: Sample, others: Sequence[Sample]) -> tuple[float, float]:
    """p of equal distributions of the times (Kolmogorov–Smirnov), and of equal shares fired (χ²)."""
    times = np.concatenate([times for times, _ in others])
    cells = sum(n for _, n in others)
    table = [[one[0].size, one[1] - one[0].size], [times.size, cells - times.size]]
    return stats.ks_2samp(one[0], times, method="asymp").pvalue, stats.chi2_contingency(table, correction=False).pvalue


@pytest.mark.parametrize("world", WORLDS)
def test_times_and_shares_equal_the_twins(twins, world) -> None:
    times, share = chances(twins[world], [kernel(world, seed) for seed in SEEDS])
    assert 0.1 < twins[world][0].size / TWIN_CELLS < 0.9
    assert min(times, share) > FAMILY_WISE_ERROR / 2


@pytest.mark.parametrize("world", WORLDS)
def test_seeds_differ_by_chance_alone(world) -> None:
    """Their shares are binomial draws of one probability (χ²)."""
    fired = np.array([kernel(world, seed)[0].size for seed in SEEDS])
    table = [fired, KERNEL_CELLS - fired]
    assert stats.chi2_contingency(table, correction=False).pvalue > FAMILY_WISE_ERROR


@pytest.mark.parametrize(
    "wrong", [{"mast_cell__release_hazard_per_min": 4.0}, {"mast_cell__ship1_time_min": 5.0}], ids=["hazard", "SHIP-1"]
)
def test_times_of_cells_with_another_rate_are_told_apart(twins, wrong) -> None:
    assert min(chances(twins["a jump"], [kernel("a jump", 7, **wrong)])) < FAMILY_WISE_ERROR / 2


def test_noise_alone_is_told_apart_where_cross_links_are_few(twins) -> None:
    """The shift that noise makes is real there, and the twin has it."""
    silent = kernel("few cross-links", 7, mast_cell__noise=0.0)
    noisy = kernel("few cross-links", 7)
    shift = (noisy[0].size - silent[0].size) / KERNEL_CELLS
    error = np.sqrt(2.0 * 0.25 / KERNEL_CELLS)
    assert shift > critical_z(1) * error
