"""One small run whose whole state is kept; run as a program without compilation, it is the kernels' own `.py_func`.

`python one_small_run.py FIELDS OUT`: read the drug fields (slow to find without compilation) and write all states.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from small_worlds import CEFTRIAXONE, PENICILLIN, a_patient, a_scenario, a_step, an_arm, parameters

from abm.biology.reaction import grade
from abm.engine import cells, field
from abm.engine.body import new_course
from abm.engine.state import State
from abm.random_streams import Stream
from abm.scenario import Gap

PATIENT = a_patient(3, specific_receptors_per_cell=9000.0, specific_receptors_2_per_cell=2000.0)
CELLS = 70
SCHEDULES = {
    "few": ([a_step(0.05, 5.0, 1), a_step(0.4, 5.5, 2)], parameters()),
    "many": ([a_step(0.5, 3.0), a_step(1200.0, 9.375, 2), a_step(300.0, 2.0, 3, CEFTRIAXONE)], parameters()),
    "no_noise": ([a_step(100.0, 4.0), a_step(1200.0, 6.0, 2)], parameters(mast_cell__noise=0.0)),
    "opened": ([a_step(600.0, 3.0, 1, "vancomycin"), a_step(900.0, 4.0, 2)], parameters()),
    "graded": ([a_step(1200.0, 4.0)], parameters(mast_cell__graded_release_per_min=0.02, mast_cell__ship1_pool=0.0)),
}


def tissue_fields() -> np.ndarray:
    """Return the drug fields of the patient's three patches."""
    p = parameters()
    shared = (p["tissue.capillary_exchange_per_s"], p["tissue.drug_diffusion_um2_per_s"], p["tissue.tissue_loss_per_s"])
    return np.stack(
        [
            field.patch_field(p[f"tissue.capillary_distance_{o}_um"], *shared, 3, n, 7)
            for n, o in enumerate(("skin", "lung", "gut"))
        ]
    )


def final_states(fields: np.ndarray) -> dict[str, np.ndarray]:
    """Run every schedule; returns each array of each final state, and a small field solved by the same code."""
    real = cells.patch_field
    cells.patch_field = lambda *address: fields[address[5]]
    try:
        found = {}
        for name, (course, numbers) in SCHEDULES.items():
            arm = an_arm(course, Gap(10.0))
            other = "vancomycin" if name == "opened" else CEFTRIAXONE
            scenario = a_scenario(arm, allergic_to=(PENICILLIN, other), cells=CELLS, record=frozenset({"timeseries"}))
            run = new_course(arm, scenario, PATIENT, 1, numbers)
            run.run(20.0)
            found |= {f"{name}.{key}": getattr(run.state, key) for key in State._fields if key != "links"}
    finally:
        cells.patch_field = real
    exchange = field.place_capillaries(3.0, 0.5, 8, 3, 1, 7, int(Stream.CELL_PLACE))
    found["field"] = field.steady_field(exchange, 3.0, 0.002, 60)
    found["grades"] = np.array(
        [grade(s / 4, a / 2, 0.0, 120.0 - 5.0 * a, 100.0, 90.0, 4.0) for s in range(9) for a in range(9)]
    )
    return found


if __name__ == "__main__":
    assert not hasattr(cells.arm_cells, "py_func"), "compiled after all"
    np.savez(sys.argv[2], **final_states(np.load(sys.argv[1])))
