"""What a Mesa model is made with: seeds in Mesa's way, replicates, and wrong arguments refused in one line."""

from __future__ import annotations

import copy
import inspect
import math
import pickle
import re
import warnings
from dataclasses import replace

import mesa
import numpy as np
import pytest
from mesa.batchrunner import _model_run_func
from small_worlds import FULL, a_scenario, an_arm, differing

from abm import TissueModel
from abm.engine.body import run_arm
from abm.parameters.catalog import default_parameters
from abm.scenario_file import load_scenario


def test_mesas_rng_is_another_word_for_the_seed():
    """A Mesa user who gives `rng` wants other numbers; nobody who gives none gets other ones than `desensim run`."""
    own = load_scenario("comparison").seed
    assert TissueModel(cells=60).study.seed == own
    assert TissueModel(cells=60, rng=7).study.seed == TissueModel(cells=60, seed=7).study.seed == 7
    assert "receptors" in differing(*(TissueModel(cells=60, rng=rng).course.state for rng in (1, 2)))
    once, again = (TissueModel(cells=60, rng=[1, 2]).study.seed for _ in range(2))
    assert once == again == TissueModel(cells=60, rng=np.random.SeedSequence([1, 2])).study.seed != own
    generator = np.random.default_rng(5)
    one, other = (TissueModel(cells=60, rng=generator) for _ in range(2))
    assert one.study.seed != other.study.seed
    assert one.rng is generator
    bits = [TissueModel(cells=60, rng=np.random.PCG64(5)).study.seed for _ in range(2)]
    assert bits == [one.study.seed] * 2
    with pytest.raises(ValueError, match="seed and rng are both given"):
        TissueModel(cells=60, seed=1, rng=1)


def test_a_model_without_a_seed_has_that_of_its_scenario():
    study = replace(load_scenario("comparison"), seed=9)
    assert TissueModel(scenario=study, cells=60).course.rates.address[0] == 9
    assert TissueModel(scenario=study, cells=60, seed=3).course.rates.address[0] == 3


def test_a_replicate_is_that_of_the_study():
    first = an_arm(*FULL, name="first")
    again = replace(an_arm(*FULL, name="again"), reference=False, after="first", recovery_min=3000.0)
    study = a_scenario(first, again, cells=100)
    models = [TissueModel(scenario=study, arm="again", cells=None, replicate=number) for number in (0, 1)]
    for model in models:
        model.run_model()
    before = run_arm(first, study, models[1].patient, 1, default_parameters()).course
    result = run_arm(again, study, models[1].patient, 1, default_parameters(), before)
    assert models[0].patient == models[1].patient
    assert repr(models[1].outcome()) == repr(result.outcome)
    assert differing(models[1].course.state, result.course.state, leave_out=()) == []
    assert differing(models[0].course.state, models[1].course.state)


def test_equal_iterations_of_a_batch_are_told():
    def made(iteration: int, **arguments) -> None:
        _model_run_func(TissueModel, (0, iteration, {"cells": 10, **arguments}), 0, 1)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made(0)
        made(0, seed=2)
        if "rng" in inspect.signature(mesa.batch_run).parameters:
            made(1, seed=2)
    with pytest.warns(UserWarning, match=r"iterations of batch_run are equal, .* give replicate=range\(n\)"):
        made(1)


def test_seeds_that_a_batch_replaces_are_told(monkeypatch):
    """Mesa 3.5 replaces `seed` among the parameters, 3.3 leaves it; `rng` stays in both."""
    monkeypatch.setattr("multiprocessing.set_start_method", lambda *_, **__: None)
    arguments = {"arm": "full_dose", "cells": 10, "minutes_per_step": 120.0}

    def released(**given) -> list[float]:
        rows = mesa.batch_run(TissueModel, arguments | given, display_progress=False)
        return [row["tryptase_ng_per_ml"] for row in rows]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, other = released(rng=[5, 6])
        assert len(set(released(replicate=range(3)))) == 3
    assert one != other
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        with pytest.warns(UserWarning, match="batch_run puts its own seed in the place of seed"):
            released(seed=[5, 6])
    else:
        assert released(seed=[5, 6]) == [one, other]


@pytest.mark.parametrize("copy_it", [copy.copy, copy.deepcopy, pickle.dumps], ids=["copy", "deepcopy", "pickle"])
def test_a_model_cannot_be_copied_and_says_so(copy_it):
    with pytest.raises(TypeError, match=r"a TissueModel cannot be copied or pickled, .* make another with the same"):
        copy_it(TissueModel(cells=10))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"arm": "nothing"}, "no arm 'nothing' in scenario 'comparison'; there are full_dose, rdd, interruption"),
        ({"patient": -1}, "patient is -1; allowed: 0 to 4,294,967,295"),
        ({"patient": 2**40}, "patient is 1,099,511,627,776; allowed: 0 to 4,294,967,295"),
        ({"cells": 0}, "cells is 0; allowed: 3 to 1,000,000"),
        ({"cells": 2}, "cells is 2; allowed: 3 to 1,000,000"),
        ({"cells": 10**9}, "cells is 1,000,000,000; allowed: 3 to 1,000,000"),
        ({"seed": -1}, "seed is -1; allowed: 0 to 4,294,967,295"),
        ({"seed": 2**80}, "seed is 1,208,925,819,614,629,174,706,176; allowed: 0 to 4,294,967,295"),
        ({"rng": -1}, "rng is -1; allowed: 0 to 4,294,967,295"),
        ({"replicate": -1}, "replicate is -1; allowed: 0 to 4,294,967,295"),
        ({"minutes_per_step": 0.0}, "minutes_per_step is 0.0; needed: a number above 0"),
        ({"minutes_per_step": math.nan}, "minutes_per_step is nan; needed: a number above 0"),
    ],
)
def test_wrong_numbers_are_refused(wrong, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        TissueModel(**wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cells": 10.5}, "cells is 10.5; needed: a whole number, 3 to 1,000,000"),
        ({"cells": True}, "cells is True; needed: a whole number, 3 to 1,000,000"),
        ({"patient": 1.5}, "patient is 1.5; needed: a whole number, 0 to 4,294,967,295"),
        ({"patient": "1"}, "patient is '1'; needed: a whole number, 0 to 4,294,967,295"),
        ({"patient": None}, "patient is None; needed: a whole number, 0 to 4,294,967,295"),
        ({"seed": "a"}, "seed is 'a'; needed: a whole number, 0 to 4,294,967,295"),
        ({"rng": "a"}, "rng is 'a'; needed: a whole number, 0 to 4,294,967,295"),
        ({"rng": [0.5]}, "rng is [0.5]; needed of a sequence: whole numbers, 0 or more"),
        ({"rng": [-1]}, "rng is [-1]; needed of a sequence: whole numbers, 0 or more"),
        ({"before": 5}, "before is 5; needed: what abm.mesa_model.history returned for this arm"),
        ({"minutes_per_step": "1"}, "minutes_per_step is '1'; needed: a number above 0"),
        ({"scenario": 5}, "scenario is 5; needed: the name of a scenario, the path of a file, or a Scenario"),
    ],
)
def test_wrong_types_are_refused(wrong, said):
    with pytest.raises(TypeError, match=f"^{re.escape(said)}$"):
        TissueModel(**wrong)


@pytest.mark.parametrize("minutes", [1e30, math.inf])
def test_a_step_may_be_longer_than_the_arm(minutes):
    model = TissueModel(arm="full_dose", cells=10, minutes_per_step=minutes)
    model.run_model()
    assert model.steps == 1
    assert model.course.now_min >= model.study.follow_up_min


def test_numbers_of_numpy_are_numbers():
    model = TissueModel(cells=np.int64(20), patient=np.int32(1), seed=np.uint32(2), minutes_per_step=np.float32(2.0))
    assert (model.study.cells, model.study.seed, model.patient["patient_id"]) == (20, 2, 1)
