"""Without noise, the share of cells fired converges to the ODE oracle: at N^−½ with the cells, and with the step."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import ode_oracle
import pytest
from ode_oracle import Stretch
from scipy import stats
from small_worlds import FULL, LADDER, PENICILLIN, a_patient, a_scenario, an_arm, parameters, treated
from verdict import FAMILY_WISE_ERROR, critical_z

from abm import Pulse, bathe_cells
from abm.engine.body import new_course
from abm.engine.clock import FINEST
from abm.engine.field import patch_field
from abm.engine.state import ORGANS
from abm.scenario import Gap, Step

EVEN = {"mast_cell__noise": 0.0, "tissue__tissue_loss_per_s": 0.0}
"""Every cell sees the same level, and its cross-links are their expectation."""

NUMBERS = parameters(**EVEN)
FOLLOW_UP_MIN = 60.0
PULSES = (Pulse(0.02, 5.0), Pulse(0.0, 20.0), Pulse(0.05, 15.0))
BATH_RECEPTORS = 12_000.0
COURSES = {"direct": (FULL,), "ladder": (LADDER,), "again": (LADDER, Gap(1800.0), FULL)}
RECEPTORS = {"direct": 16_000.0, "ladder": 60_000.0, "again": 25_000.0, "bath": BATH_RECEPTORS}
FEW = {100: 30, 1000: 12, 10_000: 4}
SIZES = {"direct": FEW | {100_000: 2}, "ladder": FEW, "again": {1000: 8, 10_000: 3}, "bath": FEW | {100_000: 2}}
"""Seeds of each number of cells."""

QUICK = ("direct", "ladder", "bath")
EACH = [*QUICK, pytest.param("again", marks=pytest.mark.slow)]

WEIGHTS = (0.4, 0.3, 0.3)
"""Shares of the agents in skin, lung and gut."""

FOUND_BY = {
    "mast_cell.release_threshold": "direct", "mast_cell.ship1_time_min": "direct",
    "mast_cell.activation_crosslinks": "bath", "ige_receptor.crosslinking_per_receptor": "bath",
    "mast_cell.threshold_sd_cells": "bath", "mast_cell.receptor_sd_cells": "bath",
}  # fmt: skip
"""Rates, and the course that tells when they are 5 % wrong. Of a quarter of a million cells the slow memory, receptors
and the SHIP-1 pool move too few; they are held one by one in `test_slow_twin.py`."""


def flat(name: str) -> list[Step | Gap]:
    return [item for part in COURSES[name] for item in ([part] if isinstance(part, Gap) else part)]


def stretches(name: str) -> list[Stretch]:
    """The course as the oracle reads it."""
    if name == "bath":
        return [Stretch(pulse.for_min, antigen=pulse.antigen) for pulse in PULSES]
    steps = [
        Stretch(item.duration_min, looks_per_min=0.5)
        if isinstance(item, Gap)
        else Stretch(item.duration_min, item.dose_mg / item.duration_min)
        for item in flat(name)
    ]
    return [*steps, Stretch(FOLLOW_UP_MIN)]


def expected(name: str, numbers=NUMBERS, **settings) -> float:
    drug = None if name == "bath" else ode_oracle.drug_of(numbers, PENICILLIN)
    return ode_oracle.fired_fraction(numbers, RECEPTORS[name], stretches(name), drug, **settings)


def fired(name: str, cells: int, seed: int) -> float:
    if name == "bath":
        return bathe_cells(
            PULSES, cells=cells, receptors=BATH_RECEPTORS, seed=seed, parameters=NUMBERS
        ).released_fraction
    course = treated(
        an_arm(*COURSES[name]), a_patient(specific_receptors_per_cell=RECEPTORS[name]), NUMBERS, cells=cells, seed=seed
    )
    return float((course.state.fired_bin >= 0).mean())


@cache
def oracle(name: str) -> float:
    return expected(name)


@cache
def samples(name: str) -> dict[int, np.ndarray]:
    """Shares fired, by the number of cells, one for each seed."""
    return {n: np.array([fired(name, n, seed) for seed in range(1, seeds + 1)]) for n, seeds in SIZES[name].items()}


def z_of_samples(share: float, samples: dict[int, np.ndarray]) -> float:
    """z of all cells of a course together against the share expected."""
    cells = sum(n * found.size for n, found in samples.items())
    pooled = sum(n * found.sum() for n, found in samples.items()) / cells
    return float((pooled - share) / math.sqrt(share * (1.0 - share) / cells))


@pytest.mark.parametrize("name", EACH)
def test_the_share_fired_is_the_oracles(name) -> None:
    assert 0.02 < oracle(name) < 0.9
    assert abs(z_of_samples(oracle(name), samples(name))) < critical_z(len(RECEPTORS))


@pytest.mark.parametrize("name", EACH)
def test_the_distance_to_the_oracle_is_that_of_so_many_independent_cells(name) -> None:
    """Mean square distance over F(1 − F)/N is χ² over its degrees of freedom, neither larger nor smaller."""
    chance = FAMILY_WISE_ERROR / (2 * sum(len(sizes) for sizes in SIZES.values()))
    for cells, found in samples(name).items():
        squares = ((found - oracle(name)) ** 2).sum() / (oracle(name) * (1.0 - oracle(name)) / cells)
        assert chance < stats.chi2.cdf(squares, found.size) < 1.0 - chance, (cells, found)


def test_the_distance_falls_with_the_root_of_the_number_of_cells() -> None:
    """Exponent over all courses: −½ within its error, that of log root mean squares of so many seeds each."""
    logs, sizes, errors = [], [], []
    for name in QUICK:
        by_size = samples(name)
        spread = math.sqrt(oracle(name) * (1.0 - oracle(name)))
        for cells, found in by_size.items():
            logs.append(math.log(np.sqrt(((found - oracle(name)) ** 2).mean()) / spread))
            sizes.append(math.log(cells))
            errors.append(1.0 / math.sqrt(2.0 * found.size))
    weight = np.array(errors) ** -2.0
    about = np.array(sizes) - np.average(sizes, weights=weight)
    slope = float((weight * about * logs).sum() / (weight * about**2).sum())
    error = 1.0 / math.sqrt((weight * about**2).sum())
    assert error < 0.05
    assert abs(slope + 0.5) < critical_z(1) * error, (slope, error)


@pytest.mark.parametrize(("wrong", "name"), FOUND_BY.items())
def test_an_oracle_with_a_rate_five_percent_wrong_is_found_out(wrong, name) -> None:
    numbers = NUMBERS.with_overrides({wrong: 1.05 * NUMBERS[wrong]})
    assert abs(z_of_samples(expected(name, numbers), samples(name))) > critical_z(len(RECEPTORS))


def on_nodes(name: str, finest: int) -> tuple[float, float]:
    """Share fired by the kernel's hazard and by the oracle's, both on the same 40 × 50 quantiles: no chance is left."""
    quantiles = [stats.norm.ppf((np.arange(n) + 0.5) / n) for n in (40, 50)]
    receptors = RECEPTORS[name] * np.exp(NUMBERS["mast_cell.receptor_sd_cells"] * quantiles[0])
    thresholds = NUMBERS["mast_cell.release_threshold"] * np.exp(NUMBERS["mast_cell.threshold_sd_cells"] * quantiles[1])
    arm = an_arm(*COURSES[name])
    scenario = a_scenario(arm, cells=2000, follow_up_min=FOLLOW_UP_MIN)
    course = new_course(arm, scenario, a_patient(specific_receptors_per_cell=1.0), 0, NUMBERS)
    course.rates = course.rates._replace(finest=finest)
    course.state.receptors[0], course.state.threshold[:] = np.repeat(receptors, 50), np.tile(thresholds, 40)
    course.run(FOLLOW_UP_MIN)
    cells = ode_oracle.Cells(receptors, np.ones(40), np.full(40, 1 / 40))
    times, calcium = ode_oracle.calcium_over_time(
        NUMBERS, cells, stretches(name), ode_oracle.drug_of(NUMBERS, PENICILLIN)
    )
    exact = -np.expm1(-ode_oracle.hazards(NUMBERS, times, calcium, thresholds))
    return float(-np.expm1(-course.state.hazard.astype(float)).mean()), float(exact.mean())


@pytest.mark.parametrize(("name", "bound"), [("direct", 1e-3), ("ladder", 5e-4)])
def test_the_bias_of_the_steps_alone_is_below_a_thousandth(name, bound) -> None:
    kernel, exact = on_nodes(name, FINEST)
    assert abs(kernel - exact) < bound, (kernel, exact)


def test_the_bias_of_a_step_of_two_minutes_is_not() -> None:
    kernel, exact = on_nodes("direct", 5)
    assert abs(kernel - exact) > 1e-3


@pytest.mark.slow
def test_a_patients_own_tissue_is_summed_over_its_sites() -> None:
    """Places of one patient's skin, lung and gut: Gauss quadrature over the sites, weighted as the cells are."""
    numbers = parameters(mast_cell__noise=0.0, tissue__tissue_loss_per_s=0.1)
    person, seed = a_patient(3, specific_receptors_per_cell=16_000.0), 7
    exchange, diffusion, loss = (
        numbers[f"tissue.{key}"]
        for key in ("capillary_exchange_per_s", "drug_diffusion_um2_per_s", "tissue_loss_per_s")
    )
    share, spread = 0.0, 0.0
    for organ, name in enumerate(ORGANS):
        distance = numbers[f"tissue.capillary_distance_{name}_um"]
        levels = np.array(patch_field(distance, exchange, diffusion, loss, 3, organ, seed))
        drug = ode_oracle.drug_of(numbers, PENICILLIN)
        place = ode_oracle.gauss(levels, 5)
        share += WEIGHTS[organ] * ode_oracle.fired_fraction(numbers, 16_000.0, stretches("direct"), drug, place)
        spread = max(spread, float(levels.std()))
    found = treated(an_arm(FULL), person, numbers, cells=100_000, seed=seed).state.fired_bin >= 0
    even = expected("direct")
    error = math.sqrt(share * (1.0 - share) / found.size)
    assert spread > 0.1
    assert abs(found.mean() - share) < critical_z(1) * error
    assert abs(share - even) > 2.0 * error, "an even tissue is another number"


def test_the_quadratures_are_converged() -> None:
    coarse, fine = expected("direct"), expected("direct", rtol=1e-9)
    assert abs(coarse - fine) < 1e-5
    levels = np.random.default_rng(1).lognormal(0.0, 0.2, 500)
    nodes, weights = ode_oracle.gauss(levels, 5)
    for power in range(10):
        assert weights @ nodes**power == pytest.approx((levels**power).mean(), rel=1e-9)
