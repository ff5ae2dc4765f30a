"""What runs that are read together have in common: their tables, one below the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from analysis.load import RunResults


class StackedRuns(ABC):
    """Several runs as one; which columns tell them apart is said by `_all`."""

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """One row per run or point, patient, arm and replicate."""
        return self._all(lambda run: run.outcomes)

    @cached_property
    def patients(self) -> pd.DataFrame:
        """One row per run or point and patient."""
        return self._all(lambda run: run.patients)

    @cached_property
    def events(self) -> pd.DataFrame:
        """Dose steps, reactions and rules of all runs or points."""
        return self._all(lambda run: run.events)

    @property
    def failed(self) -> pd.DataFrame:
        """The outcome rows that failed, with their `failure_reason`."""
        return self.outcomes[self.outcomes["status"] == "failed"]

    @abstractmethod
    def _all(self, table: Callable[[RunResults], pd.DataFrame]) -> pd.DataFrame:
        """One table of every run, below one another, with the columns that tell the runs apart."""
