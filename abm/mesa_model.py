"""One patient in one arm as a Mesa model, over the same engine as a study and with equal bits.

The cells are rows of arrays, not Mesa agents; see `abm.tissue_rows` for how they are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from abm.engine.body import new_course, outcome_of
from abm.engine.course import Course
from abm.engine.state import BODY
from abm.mesa_adapter import ArrayModel, DataCollector
from abm.parameters.catalog import ParameterSet, parameters_of
from abm.population import draw_patient
from abm.scenario import Scenario
from abm.scenario_file import load_scenario
from abm.tissue_rows import Rows
from abm.tissue_space import TissueSpace

SHOWN: dict[str, Callable[[TissueModel], Any]] = {
    "time_min": lambda model: model.course.now_min,
    "dose_mg": lambda model: model.course.dose_so_far_mg(),
    "antigen": lambda model: float(model.course.state.drug[0, 2] * model.course.rates.antigen_per_mg[0]),
    "histamine_ng_per_ml": lambda model: float(model.course.state.body[BODY.histamine]),
    "tryptase_ng_per_ml": lambda model: float(model.course.state.body[BODY.tryptase]),
    "systolic_mmhg": lambda model: float(model.course.state.body[BODY.systolic]),
    "released_fraction": lambda model: float(np.mean(model.course.state.fired_bin >= model.course.start_bin)),
    "severity": lambda model: model.course.grade,
    "detached_percent": lambda model: 0.0 if model.course.immunity is None else model.course.immunity.detached_percent,
    "skin_t_cells": lambda model: len(model.t_cells),
}
"""What the data collector keeps of every interval; columns as in the tables `timeseries` and `skin`, and the dose."""


class TissueModel(ArrayModel):
    """One virtual patient going through one arm of a scenario, an interval at a time.

    Cells are rows of arrays, not Mesa agents: `mast_cells`, `keratinocytes` and `t_cells` are selections in the manner
    of Mesa's AgentSet, whose members are made as views when they are asked for.

    Parameters
    ----------
    scenario : str, path or Scenario
        Name of a shipped scenario, a scenario file, or a scenario; in it the arm, the population and the parameters.
    arm : str
        Name of one of its arms.
    patient : int
        Number of the patient, as in the column `patient_id`. Any candidate of the population can be looked at, also one
        that the scenario's conditions leave out.
    cells : int, optional
        Mast cells; the scenario's own number if None.
    minutes_per_step : float
        Simulated minutes of a step. In quiet hours the engine takes longer steps, and they are shown when they end.
    seed : int, optional
        Key of every random number; the scenario's own if None.
    rng : optional
        Mesa's generator. The engine does not draw from it.
    before : Course, optional
        What `history` returned for this arm; lived through anew if None.

    Attributes
    ----------
    course : Course
        The engine's patient; `course.hold`, `release` and `stop` are the hand that holds the drug back.
    space : TissueSpace
        Where the cells are.
    mast_cells, keratinocytes, t_cells : Rows
        The cells.
    datacollector : mesa.DataCollector
        `SHOWN`, of every step.

    Raises
    ------
    ScenarioError
        If the scenario cannot be read.
    ValueError
        If the scenario has no such arm, a number is out of range, or the patient dies in the arm that this one follows.
    """

    course: Course
    t_cells: Rows

    def __init__(
        self, *, scenario: Any = "comparison", arm: str = "rdd", patient: int = 0, cells: int | None = 2000,
        minutes_per_step: float = 1.0, seed: int | None = 1, rng: Any = None, before: Course | None = None,
    ) -> None:  # fmt: skip
        super().__init__(rng=rng)
        study = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        study = replace(study, cells=cells or study.cells, seed=study.seed if seed is None else seed)
        arms = {each.name: each for each in study.arms}
        if arm not in arms:
            raise ValueError(f"no arm {arm!r} in scenario {study.name!r}; there are {', '.join(arms)}")
        if patient < 0 or study.cells < 3 or not minutes_per_step > 0.0:
            raise ValueError("needed: patient 0 or more, cells 3 or more, minutes_per_step above 0")
        self.study, self.parameters = study, parameters_of(study.drugs, study.parameters)
        self.patient = draw_patient(study, self.parameters, patient)
        if before is None:
            before = history(study, arm, self.patient, self.parameters)
        self.course = new_course(arms[arm], study, self.patient, 0, self.parameters, before)
        if self.course.died:
            raise ValueError(
                f"patient {patient} dies before arm {arm!r} begins; choose another patient or {arms[arm].after!r}"
            )
        self.space = TissueSpace(self.course, self.parameters, self.random)
        self.mast_cells, self.keratinocytes = self.space.mast_cells(), self.space.keratinocytes()
        self.t_cells = self.space.t_cells()
        self._play = self.course.play(study.follow_up_min, minutes_per_step)
        self.datacollector = DataCollector(model_reporters=SHOWN)
        self.datacollector.collect(self)

    def step(self) -> None:
        """Let time pass until the next interval has ended; `running` becomes False at the end of the follow-up."""
        if self.running:
            self.running = next(self._play, self) is not self
            self.datacollector.collect(self)

    def outcome(self) -> dict[str, Any]:
        """Return the row of the table `outcomes` so far; at the end it is that of the study."""
        return outcome_of(self.course, self.parameters)


def history(study: Scenario, arm: str, patient: Mapping[str, Any], parameters: ParameterSet) -> Course | None:
    """Let a patient live through the arms that `arm` follows; returns the end of the last, None if it follows none.

    A model takes a copy of what is returned, so that several arms can begin with it.
    """
    arms = {each.name: each for each in study.arms}
    after = arms[arm].after
    if not after:
        return None
    course = new_course(arms[after], study, patient, 0, parameters, history(study, after, patient, parameters))
    if not course.died:
        course.run(study.follow_up_min)
    return course
