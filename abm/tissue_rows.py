"""Agents as rows of arrays: a view on one cell, and selections of many that are reckoned with as arrays.

Nothing is stored for a cell. A view is made when somebody asks for it, and shows the cell as it is at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

Column = Callable[[], np.ndarray]
_RELATIONS: dict[str, Callable[[np.ndarray, Any], np.ndarray]] = {
    "above": np.greater,
    "below": np.less,
    "at_least": np.greater_equal,
    "at_most": np.less_equal,
    "not": np.not_equal,
}


class CellView:
    """One cell, by the row it has in the arrays; what it shows moves on with the model.

    Attributes
    ----------
    unique_id : int
        Row of the cell; that of the column `cell` in the tables of a run, where there is one.
    """

    __slots__ = ("_columns", "unique_id")

    def __init__(self, columns: Mapping[str, Column], unique_id: int) -> None:
        self._columns, self.unique_id = columns, unique_id

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._columns:
            raise AttributeError(f"{type(self).__name__} has no {name!r}; it has {', '.join(self._columns)}")
        return self._columns[name]()[self.unique_id].item()

    def __dir__(self) -> list[str]:
        return ["as_dict", "pos", "unique_id", *self._columns]

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
                          for name, value in self.as_dict().items())  # fmt: skip
        return f"<{type(self).__name__} {self.unique_id}: {shown}>"

    @property
    def pos(self) -> tuple[float, float]:
        """Place in the tissue, µm."""
        return float(self.x_um), float(self.y_um)

    def as_dict(self) -> dict[str, Any]:
        """Everything that is known of the cell, by name."""
        return {name: getattr(self, name) for name in self._columns}


class MastCell(CellView):
    """A mast cell; numbers as in `abm.engine.state.State`."""


class Keratinocyte(CellView):
    """A keratinocyte of the epidermis; numbers as in `abm.engine.immune_state.ImmuneState`."""


class TCell(CellView):
    """A cytotoxic T cell in the epidermis; numbers as in `abm.engine.immune_state.ImmuneState`."""


class Rows:
    """Some or all cells of a kind, in the manner of Mesa's AgentSet, reckoned with as arrays.

    Parameters
    ----------
    kind : type
        The view that stands for one cell.
    columns : mapping of str to callable
        What is known of the cells: functions that return one array over all of them.
    count : callable
        How many cells there are at this moment.
    chosen : ndarray of int64, optional
        Rows of the selection; all rows, also those to come, if None.
    """

    def __init__(
        self, kind: type[CellView], columns: Mapping[str, Column], count: Callable[[], int],
        chosen: np.ndarray | None = None,
    ) -> None:  # fmt: skip
        self.kind, self.columns = kind, columns
        self._count, self._chosen = count, chosen

    def __len__(self) -> int:
        return self._count() if self._chosen is None else self._chosen.size

    def __iter__(self) -> Iterator[CellView]:
        return (self.kind(self.columns, int(row)) for row in self.unique_ids)

    def __getitem__(self, place: int) -> CellView:
        return self.kind(self.columns, int(self.unique_ids[place]))

    def __repr__(self) -> str:
        return f"<{len(self):,} {self.kind.__name__}s; {', '.join(self.columns)}>"

    @property
    def unique_ids(self) -> np.ndarray:
        """Rows of the cells; int64, shape (cells,)."""
        return np.arange(self._count()) if self._chosen is None else self._chosen

    def get(self, name: str) -> np.ndarray:
        """Return what is known of every cell of the selection, a copy; shape (cells,).

        Raises
        ------
        AttributeError
            If nothing of that name is known.
        """
        if name not in self.columns:
            raise AttributeError(f"{self.kind.__name__}s have no {name!r}; they have {', '.join(self.columns)}")
        whole = self.columns[name]()
        return whole.copy() if self._chosen is None else whole[self._chosen]

    def agg(self, name: str, function: Callable[[np.ndarray], Any]) -> Any:
        """Return `function` of the array `name`, for example ``cells.agg("calcium", np.mean)``."""
        return function(self.get(name))

    def select(self, filter_func: Callable[[Rows], np.ndarray] | None = None, /, **wanted: Any) -> Rows:
        """Choose cells.

        Parameters
        ----------
        filter_func : callable, optional
            Takes this selection and returns a boolean array over its cells.
        **wanted
            Conditions that all have to hold: ``organ="skin"``, ``fired=True``, ``calcium_above=2.0``; endings are
            ``_above``, ``_below``, ``_at_least``, ``_at_most`` and ``_not``.

        Returns
        -------
        Rows
            The cells as chosen now; it does not change when their numbers do.
        """
        kept = np.ones(len(self), dtype=bool)
        if filter_func is not None:
            kept &= np.asarray(filter_func(self), dtype=bool)
        for text, value in wanted.items():
            name, compare = self._condition(text)
            kept &= compare(self.get(name), value)
        return Rows(self.kind, self.columns, self._count, self.unique_ids[kept])

    def count_by(self, name: str) -> dict[Any, int]:
        """Return how many cells there are of each value of `name`."""
        values, numbers = np.unique(self.get(name), return_counts=True)
        return dict(zip(values.tolist(), numbers.tolist(), strict=True))

    def _condition(self, text: str) -> tuple[str, Callable[[np.ndarray, Any], np.ndarray]]:
        if text in self.columns:
            return text, np.equal
        for ending, compare in _RELATIONS.items():
            if text.endswith(f"_{ending}"):
                return text.removesuffix(f"_{ending}"), compare
        return text, np.equal
