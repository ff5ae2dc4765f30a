"""One patient in one arm as a Mesa model, over the same engine as a study and with equal bits.

The cells are rows of arrays, not Mesa agents; see `abm.tissue_rows` for how they are looked at.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np

from abm.biology.reaction import GRADES
from abm.engine.body import new_course, outcome_of
from abm.engine.course import Course
from abm.engine.state import BODY, COUNT
from abm.mesa_adapter import ArrayModel, DataCollector, is_repeated, seeds_are_lost
from abm.parameters.catalog import ParameterSet, parameters_of
from abm.population import draw_patient
from abm.scenario import Arm, Scenario
from abm.scenario_file import load_scenario
from abm.scenario_keys import LARGEST_SEED, MOST_CELLS
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
    "worst_severity": lambda model: GRADES[
        max(int(model.course.state.count[COUNT.worst]), model.course.worst_before_gap)
    ],
    "detached_percent": lambda model: 0.0 if model.course.immunity is None else model.course.immunity.detached_percent,
    "max_detached_percent": lambda model: (
        0.0 if model.course.immunity is None else model.course.immunity.disease.max_detached_percent
    ),
    "skin_t_cells": lambda model: len(model.t_cells),
}
"""What the data collector keeps of every interval; columns as in the tables `timeseries` and `skin`, and the dose.

`severity` and `detached_percent` are those of the moment, and at the end of a run mostly nothing; `worst_severity` and
`max_detached_percent` are the worst so far, as `severity` and `max_detached_percent` of the table `outcomes`.
"""

# Nobody is followed for so long; the lattice of time ends before a float does.
_LIFE_MIN = 1e9

_EQUAL_ITERATIONS = (
    "iterations of batch_run are equal, because each has the same seed; give replicate=range(n) among the parameters "
    "(the same patient), or seeds: rng=[1, 2, …] of batch_run, from Mesa 3.5 on, or rng among the parameters"
)

_LOST_SEEDS = "batch_run puts its own seed in the place of seed among the parameters; name it rng there"


class TissueModel(ArrayModel):
    """One virtual patient going through one arm of a scenario, an interval at a time.

    Cells are rows of arrays, not Mesa agents: `mast_cells`, `keratinocytes` and `t_cells` are selections in the manner
    of Mesa's AgentSet, whose members are made as views when they are asked for. A model can be neither copied nor
    pickled; another one that is made with the same arguments and stepped as often has equal bits.

    Parameters
    ----------
    scenario : str, path or Scenario
        Name of a shipped scenario, a scenario file, or a scenario; in it the arm, the population and the parameters.
    arm : str
        Name of one of its arms.
    patient : int
        Number of the patient, 0 … 2³² - 1, as in the column `patient_id`. Any candidate of the population can be looked
        at, also one that the scenario's conditions leave out.
    cells : int, optional
        Mast cells, 3 … 1,000,000; the scenario's own number if None.
    minutes_per_step : float
        Simulated minutes of a step. In quiet hours the engine takes longer steps, and they are shown when they end.
    seed : int, optional
        Key of every random number, 0 … 2³² - 1, those of the patient among them; the scenario's own if None, so that a
        model is equal to `desensim run` unless somebody asks for another.
    rng : optional
        Mesa's other word for `seed`: a whole number is the seed; from a sequence, a SeedSequence or a generator one is
        made. Mesa's `batch_run(rng=[1, 2])` therefore treats other patients in each iteration.
    replicate : int
        Which repetition of chance, 0 … 2³² - 1, as in the column `replicate`: the same patient once more.
        ``batch_run(TissueModel, {"replicate": range(5)})`` equals a study of five replicates.
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
    TypeError
        If an argument is of a wrong type.
    ValueError
        If the scenario has no such arm, a number is out of range, or the patient dies in the arm that this one follows.

    Warns
    -----
    UserWarning
        If Mesa's `batch_run` makes the model another time without a seed (its iterations are then equal), or replaces
        `seed` among the parameters, which Mesa 3.5 does; `rng` among them stays.
    """

    course: Course
    t_cells: Rows

    def __init__(
        self, *, scenario: Any = "comparison", arm: str = "rdd", patient: int = 0, cells: int | None = 2000,
        minutes_per_step: float = 1.0, seed: int | None = None, rng: Any = None, replicate: int = 0,
        before: Course | None = None,
    ) -> None:  # fmt: skip
        study = _asked_for(scenario, cells, seed, rng)
        super().__init__(rng=rng if isinstance(rng, np.random.Generator) else study.seed)
        patient, replicate = (
            _whole("patient", patient, 0, LARGEST_SEED),
            _whole("replicate", replicate, 0, LARGEST_SEED),
        )
        chosen, minutes_per_step = _arm(study, arm), _above_0(minutes_per_step)
        if seeds_are_lost():
            warnings.warn(_LOST_SEEDS, stacklevel=2)
        elif is_repeated(seeded=seed is not None or rng is not None):
            warnings.warn(_EQUAL_ITERATIONS, stacklevel=2)
        self.study, self.parameters = study, parameters_of(study.drugs, study.parameters)
        self.patient = draw_patient(study, self.parameters, patient)
        if not isinstance(before, Course | None):
            raise TypeError(f"before is {before!r}; needed: what abm.mesa_model.history returned for this arm")
        if before is None:
            before = history(study, arm, self.patient, self.parameters, replicate)
        self.course = new_course(chosen, study, self.patient, replicate, self.parameters, before)
        if self.course.died:
            raise ValueError(
                f"patient {patient} dies before arm {arm!r} begins; choose another patient or {chosen.after!r}"
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


def history(
    study: Scenario, arm: str, patient: Mapping[str, Any], parameters: ParameterSet, replicate: int = 0
) -> Course | None:
    """Let a patient live through the arms that `arm` follows; returns the end of the last, None if it follows none.

    A model takes a copy of what is returned, so that several arms can begin with it.
    """
    arms = {each.name: each for each in study.arms}
    after = arms[arm].after
    if not after:
        return None
    earlier = history(study, after, patient, parameters, replicate)
    course = new_course(arms[after], study, patient, replicate, parameters, earlier)
    if not course.died:
        course.run(study.follow_up_min)
    return course


def _asked_for(scenario: Any, cells: Any, seed: Any, rng: Any) -> Scenario:
    """The scenario with the cells and the seed that are asked for."""
    if not isinstance(scenario, Scenario | str | PathLike):
        raise TypeError(f"scenario is {scenario!r}; needed: the name of a scenario, the path of a file, or a Scenario")
    if seed is not None and rng is not None:
        raise ValueError("seed and rng are both given, and they mean the same; give one of them")
    study = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    cells = study.cells if cells is None else cells
    if rng is not None:
        seed = _whole("rng", _seed_from(rng), 0, LARGEST_SEED)
    seed = study.seed if seed is None else _whole("seed", seed, 0, LARGEST_SEED)
    return replace(study, cells=_whole("cells", cells, 3, MOST_CELLS), seed=seed)


def _arm(study: Scenario, name: str) -> Arm:
    for arm in study.arms:
        if arm.name == name:
            return arm
    names = ", ".join(arm.name for arm in study.arms)
    raise ValueError(f"no arm {name!r} in scenario {study.name!r}; there are {names}")


def _seed_from(rng: Any) -> Any:
    """What Mesa makes generators from, as one whole number."""
    if isinstance(rng, np.random.BitGenerator):
        rng = np.random.Generator(rng)
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(LARGEST_SEED, endpoint=True))
    if isinstance(rng, list | tuple | np.ndarray):
        try:
            rng = np.random.SeedSequence(rng)
        except (TypeError, ValueError):
            raise TypeError(f"rng is {rng!r}; needed of a sequence: whole numbers, 0 or more") from None
    return int(rng.generate_state(1)[0]) if isinstance(rng, np.random.SeedSequence) else rng


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}; needed: a whole number, {low:,} to {high:,}")
    if not low <= value <= high:
        raise ValueError(f"{name} is {value:,}; allowed: {low:,} to {high:,}")
    return int(value)


def _above_0(minutes: Any) -> float:
    if isinstance(minutes, bool) or not isinstance(minutes, int | float | np.number):
        raise TypeError(f"minutes_per_step is {minutes!r}; needed: a number above 0")
    if not minutes > 0.0:
        raise ValueError(f"minutes_per_step is {minutes!r}; needed: a number above 0")
    return float(minutes) if minutes < _LIFE_MIN else math.inf
