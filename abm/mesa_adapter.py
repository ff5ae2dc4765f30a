"""The one place that knows which version of Mesa is there: 3.3 on Python 3.11, 3.5 on later ones."""

from __future__ import annotations

from typing import Any

from mesa import DataCollector, Model

__all__ = ["ArrayModel", "DataCollector"]


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
