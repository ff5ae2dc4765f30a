"""One cell as a row of arrays: nothing is stored for it, and it shows the cell as it is at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np

Column = Callable[[], np.ndarray]
_READ_ONLY = "a cell is read-only: the engine moves it; change parameters instead (key `parameters` of a scenario)"


class Columns:
    """What is known of the cells of one kind, by name: one array over all of them, made when it is asked for.

    Parameters
    ----------
    functions : mapping of str to callable
        Functions that return the arrays.
    """

    def __init__(self, functions: Mapping[str, Column]) -> None:
        self._functions = functions
        self._kept: dict[str, np.ndarray] | None = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __contains__(self, name: object) -> bool:
        return name in self._functions

    def __copy__(self) -> Columns:
        return self

    def __deepcopy__(self, _: Any) -> Columns:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("cells cannot be pickled: they are views; keep what get() or as_dict() returns")

    def array(self, name: str) -> np.ndarray:
        """Return what is known under `name`; not to be written to."""
        kept = self._kept
        if kept is None:
            return self._functions[name]()
        if name not in kept:
            kept[name] = self._functions[name]()
        return kept[name]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make each array once while cells are gone through one by one, and no time passes."""
        before, self._kept = self._kept, {}
        try:
            yield
        finally:
            self._kept = before


class CellView:
    """One cell, by the row it has in the arrays; what it shows moves on with the model. It is read-only.

    Attributes
    ----------
    unique_id : int
        Row of the cell; that of the column `cell` in the tables of a run, where there is one.
    """

    __slots__ = ("_columns", "unique_id")
    _columns: Columns
    unique_id: int

    def __init__(self, columns: Columns, unique_id: int) -> None:
        object.__setattr__(self, "_columns", columns)
        object.__setattr__(self, "unique_id", unique_id)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._columns:
            known = ", ".join(self._columns)
            raise AttributeError(f"{type(self).__name__} has no {name!r}; it has {known}", name=name, obj=self)
        return self._columns.array(name)[self.unique_id].item()

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(_READ_ONLY)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(_READ_ONLY)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CellView) and other.among(self._columns) and self.unique_id == other.unique_id

    def __hash__(self) -> int:
        return hash((id(self._columns), self.unique_id))

    def __copy__(self) -> CellView:
        return self

    def __deepcopy__(self, _: Any) -> CellView:
        return self

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

    def among(self, columns: Columns) -> bool:
        """Whether it is one of the cells that `columns` tell of."""
        return self._columns is columns


class MastCell(CellView):
    """A mast cell; numbers as in `abm.engine.state.State`."""


class Keratinocyte(CellView):
    """A keratinocyte of the epidermis; numbers as in `abm.engine.immune_state.ImmuneState`."""


class TCell(CellView):
    """A cytotoxic T cell in the epidermis; numbers as in `abm.engine.immune_state.ImmuneState`."""
