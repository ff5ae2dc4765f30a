"""Measure what the length of the engine's finest step does to the share of cells that degranulate.

The reference counts cross-links at their expectation (noise off) and takes the base bin of 3.75 s everywhere: the
smallest graded release forbids every coarse step and moves no cell. Prints the table of docs/numerics.md in a minute.
"""

from __future__ import annotations

import sys

import numpy as np

from abm.engine.body import new_course
from abm.engine.clock import STEP_MIN
from abm.engine.state import COUNT
from abm.parameters.catalog import DRUGS, default_parameters
from abm.population import select_patients
from abm.protocols import build_protocol
from abm.scenario import Arm, Cohort, Condition, Gap, Scenario

SILENT = {"mast_cell.noise": 0.0}
EVERYWHERE = SILENT | {"mast_cell.graded_release_per_min": 1e-30}
DRUG = "penicillin_g"


def make_arms() -> tuple[Arm, ...]:
    """Return the three courses: full dose, ladder, ladder with 30 h without drug and then a full dose."""
    full, ladder = (build_protocol(name, DRUG, DRUGS[DRUG].usual_dose_mg) for name in ("full_dose", "ladder_12_step"))
    return Arm("direct", full, reference=True), Arm("ladder", ladder), Arm("again", (*ladder, Gap(1800.0), *full))


def fired_shares(patients: int, cells: int, finest: int, overrides: dict[str, float]) -> tuple[np.ndarray, float]:
    """Return the share of cells fired, shape (patients, 3 arms), and the mean number of steps of the ladder arm."""
    arms, cohort = make_arms(), Cohort("sensitised_adult", patients, (Condition("skin_test_positive", "==", True),))
    study = Scenario("errors", "", cohort, (DRUG,), arms, cells)
    shares, steps = np.empty((patients, len(arms))), 0
    for row, patient in enumerate(select_patients(study, default_parameters()).to_dict("records")):
        for column, arm in enumerate(arms):
            course = new_course(arm, study, patient, 0, default_parameters().with_overrides(overrides))
            course.rates = course.rates._replace(finest=finest)
            course.run(study.follow_up_min)
            shares[row, column] = (course.state.fired_bin >= 0).mean()
            steps += int(course.state.count[COUNT.steps_taken]) if arm.name == "ladder" else 0
    return shares, steps / patients


def main(patients: int = 40, cells: int = 2000) -> None:
    """Print the rows of the table: the reference, then root mean square error and bias of each step."""
    reference, steps = fired_shares(patients, cells, 0, EVERYWHERE)
    print(f"| 3.75 s everywhere | {' | '.join(f'{share:.5f}' for share in reference.mean(axis=0))} | {steps:.0f} |")
    for finest, overrides in ((0, SILENT), (1, SILENT), (2, SILENT), (3, SILENT), (2, {})):
        shares, steps = fired_shares(patients, cells, finest, overrides)
        rms, bias = np.sqrt(((shares - reference) ** 2).mean(axis=0)), (shares - reference).mean(axis=0)
        errors = " | ".join(f"{r:.4f} ({b:+.4f})" for r, b in zip(rms, bias, strict=True))
        print(f"| {60 * STEP_MIN[finest]:g} s{'' if overrides else ', noise on'} | {errors} | {steps:.0f} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
