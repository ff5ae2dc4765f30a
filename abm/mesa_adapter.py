"""The one place that knows which version of Mesa is there: 3.3 on Python 3.11, 3.5 on later ones."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from inspect import signature
from types import FrameType
from typing import Any, NoReturn

from mesa import DataCollector, Model, batch_run

__all__ = ["ArrayModel", "DataCollector", "is_repeated", "seeds_are_lost"]

_BATCHES_BRING_SEEDS = "rng" in signature(batch_run).parameters


class ArrayModel(Model):
    """A Mesa model whose agents are rows of arrays.

    No `mesa.Agent` is made: Mesa 3.3 never frees a model that has made some. Mesa 3.5 keeps a scenario and a clock of
    its own in a model, and its page would put an empty scenario in the place of ours; neither is used.

    Parameters
    ----------
    rng : optional
        What Mesa makes its generators from.
    """

    running: bool
    scenario: Any = None

    def __init__(self, rng: Any = None) -> None:
        super().__init__(rng=rng)
        self.scenario = None
        self.running = True

    def __reduce_ex__(self, _: Any) -> NoReturn:
        name = type(self).__name__
        raise TypeError(
            f"a {name} cannot be copied or pickled, because its course is under way in a generator; make another with "
            "the same arguments and step it as often: it has equal bits"
        )


def is_repeated(seeded: bool) -> bool:
    """Whether Mesa's `batch_run` makes the same model once more: a later iteration, which brings no seed of its own."""
    run = _told("_model_run_func").get("run", (0, 0))
    return run[1] > 0 and not (seeded and _BATCHES_BRING_SEEDS)


def seeds_are_lost() -> bool:
    """Whether Mesa's `batch_run` was given seeds among the parameters; from 3.5 on it puts its own in their place."""
    return _BATCHES_BRING_SEEDS and "seed" in _told("batch_run").get("parameters", ())


def _told(function: str) -> Mapping[str, Any]:
    """What a function of Mesa's batches knows, if it makes this model, because it tells the model nothing of it."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == function and frame.f_globals["__name__"] == "mesa.batchrunner":
            return frame.f_locals
        frame = frame.f_back
    return {}
