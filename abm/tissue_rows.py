"""Agents as rows of arrays: selections of cells that are reckoned with as arrays, in the manner of Mesa's AgentSet."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from random import Random
from typing import Any

import numpy as np

from abm.tissue_views import CellView, Columns

_RELATIONS: dict[str, Callable[[np.ndarray, Any], np.ndarray]] = {
    "above": np.greater,
    "below": np.less,
    "at_least": np.greater_equal,
    "at_most": np.less_equal,
    "not": np.not_equal,
}


class Rows:
    """Some or all cells of a kind, in the manner of Mesa's AgentSet, reckoned with as arrays.

    A selection does not change: `select`, `sort`, `shuffle` and slices return another.

    Parameters
    ----------
    kind : type
        The view that stands for one cell.
    columns : Columns
        What is known of the cells.
    count : callable
        How many cells there are at this moment.
    random : random.Random
        What `shuffle` draws from.
    chosen : ndarray of int64, optional
        Rows of the selection; all rows, also those to come, if None.
    """

    def __init__(
        self, kind: type[CellView], columns: Columns, count: Callable[[], int], random: Random,
        chosen: np.ndarray | None = None,
    ) -> None:  # fmt: skip
        self.kind, self.columns, self.random = kind, columns, random
        self._count, self._chosen = count, chosen

    def __len__(self) -> int:
        return self._count() if self._chosen is None else self._chosen.size

    def __iter__(self) -> Iterator[CellView]:
        return (self.kind(self.columns, int(row)) for row in self.unique_ids)

    def __contains__(self, cell: object) -> bool:
        return (
            isinstance(cell, CellView) and cell.among(self.columns) and bool((self.unique_ids == cell.unique_id).any())
        )

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice | list | np.ndarray):
            return self._of(self.unique_ids[place])
        return self.kind(self.columns, int(self.unique_ids[operator.index(place)]))

    def __getattr__(self, name: str) -> Any:
        # Copying asks for names that begin so before there is a kind.
        if name.startswith("_"):
            raise AttributeError(name)
        remedy = f"get({name!r}) returns it" if name in self.columns else f"they have {', '.join(self.columns)}"
        raise AttributeError(f"a selection of {self.kind.__name__}s has no {name!r}; {remedy}")

    def __repr__(self) -> str:
        return f"<{len(self):,} {self.kind.__name__}s; {', '.join(self.columns)}>"

    @property
    def unique_ids(self) -> np.ndarray:
        """Rows of the cells; int64, shape (cells,)."""
        return np.arange(self._count()) if self._chosen is None else self._chosen

    def to_list(self) -> list[CellView]:
        """Return the cells as views."""
        return list(self)

    def get(self, attr_names: str | Sequence[str], handle_missing: str = "error", default_value: Any = None) -> Any:
        """Return what is known of every cell of the selection, a copy.

        Parameters
        ----------
        attr_names : str or sequence of str
            A name or several; also ``"unique_id"``.
        handle_missing : {"error", "default"}
            What happens where a name is not known.
        default_value : optional
            What stands in its place.

        Returns
        -------
        ndarray
            Shape (cells,); of several names, (cells, names), of objects where they are of different types.

        Raises
        ------
        AttributeError
            If nothing of that name is known.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing is {handle_missing!r}; needed: 'error' or 'default'")
        if not isinstance(attr_names, str):
            parts = [self.get(name, handle_missing, default_value) for name in attr_names]
            same = len({part.dtype.kind for part in parts}) == 1
            return np.column_stack(parts if same else [part.astype(object) for part in parts])
        if attr_names == "unique_id":
            return self.unique_ids.copy()
        if attr_names not in self.columns:
            if handle_missing == "default":
                return np.full(len(self), default_value)
            raise AttributeError(f"{self.kind.__name__}s have no {attr_names!r}; they have {', '.join(self.columns)}")
        whole = self.columns.array(attr_names)
        return whole.copy() if self._chosen is None else whole[self._chosen]

    def agg(self, attribute: str, func: Callable[[np.ndarray], Any] | Iterable[Callable[[np.ndarray], Any]]) -> Any:
        """Return `func` of the array `attribute`, for example ``cells.agg("calcium", np.mean)``; of several, a list."""
        values = self.get(attribute)
        return func(values) if callable(func) else [each(values) for each in func]

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Return what a function, or the method of that name, returns for each cell: slow, cell by cell."""
        call = method if callable(method) else lambda cell, *a, **k: getattr(cell, method)(*a, **k)
        with self.columns.held():
            return [call(cell, *args, **kwargs) for cell in self]

    def select(
        self, filter_func: Callable[[Any], Any] | None = None, /, at_most: float = np.inf,
        agent_type: type | None = None, **wanted: Any,
    ) -> Rows:  # fmt: skip
        """Choose cells.

        Parameters
        ----------
        filter_func : callable, optional
            Takes a cell and returns whether it is chosen, as in Mesa: slow, cell by cell. Or takes this selection and
            returns a boolean array over its cells: fast.
        at_most : int or float
            The first so many; a float up to 1.0 is a share of the selection.
        agent_type : type, optional
            Nobody is chosen where the cells are not of this kind.
        **wanted
            Conditions that all have to hold: ``organ="skin"``, ``fired=True``, ``calcium_above=2.0``; endings are
            ``_above``, ``_below``, ``_at_least``, ``_at_most`` and ``_not``.

        Returns
        -------
        Rows
            The cells as chosen now; it does not change when their numbers do.
        """
        of_kind = agent_type is None or issubclass(self.kind, agent_type)
        kept = np.full(len(self), of_kind)
        for text, value in wanted.items():
            name, compare = self._condition(text)
            kept &= compare(self.get(name), value)
        if filter_func is not None and len(self):
            kept &= self._filtered(filter_func)
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        chosen = self.unique_ids[kept]
        return self._of(chosen if at_most >= chosen.size else chosen[: max(0, int(at_most))])

    def sort(self, key: str | Callable[[CellView], Any], ascending: bool = False) -> Rows:
        """Return the cells by a number that is known of them, unknown ones (NaN) last, or by what `key` returns."""
        if isinstance(key, str):
            order = _order(self.get(key), ascending)
        else:
            keys = self.map(key)
            order = np.array(sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending), dtype=np.int64)
        return self._of(self.unique_ids[order])

    def shuffle(self) -> Rows:
        """Return the cells in an order drawn from the model's `random`; nothing that is simulated depends on it."""
        order = np.random.default_rng(self.random.getrandbits(64)).permutation(len(self))
        return self._of(self.unique_ids[order])

    def groupby(self, by: str | Callable[[CellView], Hashable], result_type: str = "agentset") -> Groups:
        """Group the cells by a name that is known of them, or by what `by` returns for each.

        Groups are in the order in which they come first; with ``result_type="list"`` they are lists of views.
        """
        ids = self.unique_ids
        places = _places(self.get(by)) if isinstance(by, str) else _places_of(self.map(by))
        groups = {value: self._of(ids[members]) for value, members in places.items()}
        return Groups({value: rows.to_list() for value, rows in groups.items()} if result_type == "list" else groups)

    def count_by(self, name: str) -> dict[Any, int]:
        """Return how many cells there are of each value of `name`."""
        values, numbers = np.unique(self.get(name), return_counts=True)
        return dict(zip(values.tolist(), numbers.tolist(), strict=True))

    def _of(self, ids: np.ndarray) -> Rows:
        return Rows(self.kind, self.columns, self._count, self.random, ids)

    def _filtered(self, function: Callable[[Any], Any]) -> np.ndarray:
        """What a filter says of every cell; the first cell tells whether it is asked of a cell or of the selection."""
        failed = None
        with self.columns.held():
            try:
                first = function(self[0])
                if np.ndim(first) == 0:
                    return np.array([bool(first), *(bool(function(cell)) for cell in self[1:])])
            except (AttributeError, TypeError) as error:
                for_selection = isinstance(error, AttributeError) and hasattr(Rows, error.name or "")
                failed = None if for_selection else error
        try:
            said = np.asarray(function(self))
        except (AttributeError, TypeError) as error:
            raise failed or error from None
        if said.dtype != bool or said.shape != (len(self),):
            raise ValueError(
                f"the filter returned {said.dtype} of shape {said.shape}; needed: True or False of a cell, or "
                f"a boolean array of shape ({len(self)},) of the selection"
            )
        return said

    def _condition(self, text: str) -> tuple[str, Callable[[np.ndarray, Any], np.ndarray]]:
        if text in self.columns:
            return text, np.equal
        for ending, compare in _RELATIONS.items():
            if text.endswith(f"_{ending}"):
                return text.removesuffix(f"_{ending}"), compare
        return text, np.equal


class Groups:
    """Cells in groups, in the manner of Mesa's GroupBy.

    Attributes
    ----------
    groups : dict
        The cells of every value.
    """

    def __init__(self, groups: dict[Any, Any]) -> None:
        self.groups = groups

    def __len__(self) -> int:
        return len(self.groups)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self.groups.items())

    def count(self) -> dict[Any, int]:
        """Return how many cells each group has."""
        return {value: len(cells) for value, cells in self}

    def agg(self, attr_name: str, func: Callable[[Any], Any]) -> dict[Any, Any]:
        """Return `func` of the array `attr_name` of each group."""
        return {
            value: func(cells.get(attr_name) if isinstance(cells, Rows) else [getattr(c, attr_name) for c in cells])
            for value, cells in self
        }

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Return what a function, or the method of that name, returns for each group."""
        return {
            value: method(cells, *args, **kwargs) if callable(method) else getattr(cells, method)(*args, **kwargs)
            for value, cells in self
        }


def _order(values: np.ndarray, ascending: bool) -> np.ndarray:
    """Places in order of `values`; equal ones stay in the order they have, NaN come last."""
    if ascending:
        order = np.argsort(values, kind="stable")
    else:
        order = (values.size - 1 - np.argsort(values[::-1], kind="stable"))[::-1]
    unknown = values[order] != values[order]
    return np.concatenate([order[~unknown], order[unknown]])


def _places(values: np.ndarray) -> dict[Any, np.ndarray]:
    """Places of each value, in the order in which values come first."""
    distinct, first, number = np.unique(values, return_index=True, return_inverse=True)
    members = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    return {distinct[n].item(): members[n] for n in np.argsort(first)}


def _places_of(values: Sequence[Hashable]) -> dict[Any, np.ndarray]:
    places: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        places[value].append(place)
    return {value: np.array(members) for value, members in places.items()}
