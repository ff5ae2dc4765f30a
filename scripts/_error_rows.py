"""Rows of the error tables of docs/numerics.md: what step, cells, lattice and noise do to the share that fires."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.engine.body import new_course
from abm.engine.cells import arm_with
from abm.engine.clock import FINEST, STEP_MIN
from abm.engine.field import SIDE, SITE_UM, place_capillaries, steady_field
from abm.engine.state import COUNT, ORGANS
from abm.parameters.catalog import DRUGS, default_parameters
from abm.population import select_patients
from abm.protocols import build_protocol
from abm.random_streams import Stream
from abm.scenario import Arm, Cohort, Condition, Gap, Scenario

SILENT = {"mast_cell.noise": 0.0}
EVERYWHERE = SILENT | {"mast_cell.graded_release_per_min": 1e-30}
"""The smallest graded release forbids every coarse step and moves no cell."""

DRUG, SEED, SWEEPS = "penicillin_g", 1, 40_000
Patient = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """Share of cells fired and worst grade, shape (patients, 3 arms); mean number of steps of the ladder arm."""

    shares: np.ndarray
    grades: np.ndarray
    steps: float


def arms() -> tuple[Arm, ...]:
    """Return the three courses: full dose, ladder, ladder with 30 h without drug and then a full dose."""
    full, ladder = (build_protocol(name, DRUG, DRUGS[DRUG].usual_dose_mg) for name in ("full_dose", "ladder_12_step"))
    return Arm("direct", full, reference=True), Arm("ladder", ladder), Arm("again", (*ladder, Gap(1800.0), *full))


def seen(
    patients: int,
    cells: int,
    overrides: Mapping[str, float] | None = None,
    finest: int = FINEST,
    fields: Callable[[Patient], np.ndarray] | None = None,
) -> Seen:
    """Take skin-test positive patients through the three courses; `fields` gives a patient's lattices (3, sites)."""
    cohort = Cohort("sensitised_adult", patients, (Condition("skin_test_positive", "==", True),))
    study = Scenario("errors", "", cohort, (DRUG,), arms(), cells, seed=SEED)
    numbers, people = default_parameters().with_overrides(overrides or {}), select_patients(study, default_parameters())
    shares, grades, steps = np.empty((patients, len(study.arms))), np.empty((patients, len(study.arms))), 0
    for row, patient in enumerate(people.to_dict("records")):
        for column, arm in enumerate(study.arms):
            course = new_course(arm, study, patient, 0, numbers)
            course.rates = course.rates._replace(finest=finest)
            if fields is not None:
                arm_with(course.state, patient, numbers, fields(patient), course.rates.address)
            course.run(study.follow_up_min)
            shares[row, column] = (course.state.fired_bin >= 0).mean()
            grades[row, column] = course.state.count[COUNT.worst]
            steps += int(course.state.count[COUNT.steps_taken]) if arm.name == "ladder" else 0
    return Seen(shares, grades, steps / patients)


def line(*entries: object) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(map(str, entries))} |"


def errors(now: Seen, reference: Seen) -> list[str]:
    """Root mean square error over patients of each course, and the bias in parentheses."""
    apart = now.shares - reference.shares
    return [f"{np.sqrt((a**2).mean()):.4f} ({a.mean():+.4f})" for a in apart.T]


def by_step(patients: int = 40, cells: int = 2000) -> Iterator[str]:
    """Finest step against 3.75 s everywhere, cross-links at their expectation (noise off) but in the last row."""
    reference = seen(patients, cells, EVERYWHERE, 0)
    yield line("3.75 s everywhere", *(f"{x:.5f}" for x in reference.shares.mean(axis=0)), f"{reference.steps:.0f}")
    for finest, overrides in ((0, SILENT), (1, SILENT), (2, SILENT), (3, SILENT), (2, {})):
        now = seen(patients, cells, overrides, finest)
        name = f"{60 * STEP_MIN[finest]:g} s{'' if overrides else ', noise on'}"
        yield line(name, *errors(now, reference), f"{now.steps:.0f}")


def by_cells(patients: int = 24, most: int = 100_000) -> Iterator[str]:
    """Number of cells against `most`: errors of the share, and patients whose worst grade is another."""
    reference = seen(patients, most)
    yield line(f"{most:,}", *(f"{x:.5f}" for x in reference.shares.mean(axis=0)), *["–"] * len(reference.shares.T))
    for cells in (300, 1000, 3000, 10_000, 30_000):
        if cells < most:
            now = seen(patients, cells)
            others = (now.grades != reference.grades).mean(axis=0)
            yield line(f"{cells:,}", *errors(now, reference), *(f"{100 * x:.0f} %" for x in others))


def lattice(patient: Patient, site_um: float, side_um: float) -> np.ndarray:
    """Relative drug level at the 10-µm sites of a patient's three patches, solved on sites of `site_um`; (3, sites).

    The capillaries are those of the 10-µm lattice: a finer one cuts their sites up, a coarser one takes the mean.
    """
    p, side, organs = default_parameters(), round(side_um / SITE_UM), []
    for organ, name in enumerate(ORGANS):
        distance = p[f"tissue.capillary_distance_{name}_um"] / SITE_UM
        address = int(patient["patient_id"]), organ, SEED, int(Stream.CELL_PLACE)
        exchange = place_capillaries(distance, p["tissue.capillary_exchange_per_s"], side, *address)
        if site_um > SITE_UM:
            exchange = block_means(exchange, round(site_um / SITE_UM))
        cut = max(1, round(SITE_UM / site_um))
        diffusion = p["tissue.drug_diffusion_um2_per_s"] / site_um**2
        level = steady_field(np.kron(exchange, np.ones((cut, cut))), diffusion, p["tissue.tissue_loss_per_s"], SWEEPS)
        level = block_means(level, cut)
        level = np.kron(level, np.ones((side // level.shape[0],) * 2))
        organs.append((level / level.mean()).ravel())
    return np.stack(organs)


def block_means(values: np.ndarray, block: int) -> np.ndarray:
    """Means over squares of `block` sites."""
    side = values.shape[0] // block
    return values.reshape(side, block, side, block).mean(axis=(1, 3))


def by_lattice(patients: int = 12, cells: int = 2000) -> Iterator[str]:
    """Size of a site, and of a patch, against a lattice four times as fine or a patch four times as wide."""
    wide = SIDE * SITE_UM
    for sizes, reference in (
        (((20.0, wide), (10.0, wide), (5.0, wide)), (2.5, wide)),
        (((10.0, wide / 2), (10.0, wide), (10.0, 2 * wide)), (10.0, 4 * wide)),
    ):
        exact, row = _on(patients, cells, *reference)
        yield line(*row, *(f"{x:.5f}" for x in exact.shares.mean(axis=0)))
        for size in sizes:
            now, row = _on(patients, cells, *size)
            yield line(*row, *errors(now, exact))


def _on(patients: int, cells: int, site_um: float, side_um: float) -> tuple[Seen, list[str]]:
    """Courses on one lattice, and what stands before them in its row: sites, distances in sites, spread of levels."""
    kept: dict[int, np.ndarray] = {}

    def fields(patient: Patient) -> np.ndarray:
        number = int(patient["patient_id"])
        if number not in kept:
            kept[number] = lattice(patient, site_um, side_um)
        return kept[number]

    now = seen(patients, cells, SILENT, fields=fields)
    distances = [default_parameters()[f"tissue.capillary_distance_{name}_um"] / site_um for name in ORGANS]
    spread = np.mean([level.std(axis=1) for level in kept.values()], axis=0)
    sites = round(side_um / site_um)
    return now, [
        f"{sites} × {sites} of {site_um:g} µm", ", ".join(f"{x:g}" for x in distances),
        ", ".join(f"{x:.3f}" for x in spread),
    ]  # fmt: skip


def by_noise(patients: int = 40, cells: int = 10_000) -> Iterator[str]:
    """Share of cells fired without and with the noise of cross-links, and the shift with its standard error."""
    silent, noisy = seen(patients, cells, SILENT), seen(patients, cells)
    for column, arm in enumerate(arms()):
        shift = (noisy.shares - silent.shares)[:, column]
        error = shift.std(ddof=1) / np.sqrt(patients)
        means = (f"{s.shares[:, column].mean():.5f}" for s in (silent, noisy))
        yield line(arm.name, *means, f"{shift.mean():+.5f} ± {error:.5f}", f"{shift.min():+.4f} to {shift.max():+.4f}")
