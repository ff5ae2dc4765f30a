"""What runs that are read together have in common: their tables, one below the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

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

    def timeseries(self, **asked: Any) -> pd.DataFrame:
        """Read what was recorded over time in all of them; see `RunResults.timeseries`."""
        return self._recorded("timeseries", asked)

    def samples(self, **asked: Any) -> pd.DataFrame:
        """Read the blood samples of all of them; see `RunResults.samples`."""
        return self._recorded("samples", asked)

    def cells(self, **asked: Any) -> pd.DataFrame:
        """Read the mast cells of all of them; see `RunResults.cells`."""
        return self._recorded("cells", asked)

    def skin(self, **asked: Any) -> pd.DataFrame:
        """Read T cells and epidermis of all of them; see `RunResults.skin`."""
        return self._recorded("skin", asked)

    def clones(self, **asked: Any) -> pd.DataFrame:
        """Read the T-cell clones of all of them; see `RunResults.clones`."""
        return self._recorded("clones", asked)

    def lattice(self, **asked: Any) -> pd.DataFrame:
        """Read daily pictures of the epidermis of all of them; see `RunResults.lattice`."""
        return self._recorded("lattice", asked)

    def ige(self, **asked: Any) -> pd.DataFrame:
        """Read IgE and memory day by day of all of them; see `RunResults.ige`."""
        return self._recorded("ige", asked)

    def _recorded(self, table: str, asked: dict[str, Any]) -> pd.DataFrame:
        """One opt-in table of all runs; a patient has to be in one of them, not in each."""
        ids = asked.get("patient_id")
        if ids is None:
            return self._all(lambda run: getattr(run, table)(**asked))
        strange = {int(each) for each in (ids if isinstance(ids, Iterable) else [ids])}
        wanted = sorted(strange)

        def read(run: RunResults) -> pd.DataFrame:
            held = [each for each in wanted if (run.patients["patient_id"] == each).any()]
            strange.difference_update(held)
            return getattr(run, table)(**asked | {"patient_id": held})

        whole = self._all(read)
        if strange:
            raise LookupError(f"patient {min(strange)} is in none of {self!r}")
        return whole

    @property
    @abstractmethod
    def example(self) -> str:
        """How one of the runs is had, in words."""

    @abstractmethod
    def _all(self, table: Callable[[RunResults], pd.DataFrame]) -> pd.DataFrame:
        """One table of every run, below one another, with the columns that tell the runs apart."""
