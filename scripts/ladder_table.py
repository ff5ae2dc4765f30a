"""Follow mast cells through the 12-step ladder, and through the full dose at once.

Prints, for each step, medians over cells and then patients: antigen, cross-links, SHIP-1 and memory at the end of the
step, the highest calcium within it, and the mean share of cells that have fired. Cross-links are at their expectation
(noise off), without premedication or rule. This is the table of docs/model.md.
"""

from __future__ import annotations

import argparse

import numpy as np
from _whole_number import whole_number

from abm import run_script
from abm.engine.body import new_course
from abm.parameters.catalog import DRUGS, default_parameters
from abm.population import select_patients
from abm.protocols import build_protocol
from abm.scenario import Arm, Cohort, Condition, Scenario

LOOK_EVERY_MIN = 0.5


def follow(arm: Arm, study: Scenario, patient: dict[str, object]) -> np.ndarray:
    """Return one row per step of the arm: number, antigen, J, S, W, highest Ca, share fired."""
    course = new_course(arm, study, patient, 0, default_parameters().with_overrides({"mast_cell.noise": 0.0}))
    rows: dict[int, tuple[float, ...]] = {}
    for _ in course.play(0.0, LOOK_EVERY_MIN):
        state, number = course.state, course.step.number
        antigen = state.drug[0, 2] * course.rates.antigen_per_mg[0]
        medians = [float(np.median(array[0])) for array in (state.crosslinks, state.ship1, state.memory)]
        calcium = max(float(np.median(state.calcium)), rows.get(number, (0.0,) * 6)[5])
        rows[number] = (number, antigen, *medians, calcium, float((state.fired_bin >= 0).mean()))
    return np.array(list(rows.values()))


def main(words: list[str] | None = None) -> None:
    """Print the table for one drug."""
    parser = argparse.ArgumentParser(description="Follow mast cells through the 12-step ladder.")
    parser.add_argument("drug", nargs="?", choices=DRUGS, default="penicillin_g", metavar="drug")
    parser.add_argument("patients", nargs="?", type=whole_number, default=40)
    parser.add_argument("cells", nargs="?", type=whole_number, default=1000)
    given = parser.parse_args(words)
    drug, patients, cells = given.drug, given.patients, given.cells
    arms = [
        Arm(name, build_protocol(protocol, drug, DRUGS[drug].usual_dose_mg), reference=name == "ladder")
        for name, protocol in (("ladder", "ladder_12_step"), ("full dose at once", "full_dose"))
    ]
    positive = (Condition("skin_test_positive", "==", True),)
    study = Scenario("ladder", "", Cohort("sensitised_adult", patients, positive), (drug,), tuple(arms), cells)
    people = select_patients(study, default_parameters()).to_dict("records")
    for arm in arms:
        followed = np.array([follow(arm, study, patient) for patient in people])
        for median, fired in zip(np.median(followed, axis=0), followed[:, :, 6].mean(axis=0), strict=True):
            name = f"{median[0]:.0f}" if arm.reference else arm.name
            print(f"| {name} | {' | '.join(f'{value:.3g}' for value in median[1:6])} | {100 * fired:.1f} % |")


if __name__ == "__main__":
    run_script(main)
