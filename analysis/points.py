"""The points of a sweep: many runs of the same patients, which differ in the values of a few things."""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.compare import comparison_table
from analysis.delayed import metrics_shown
from analysis.folder import RunFolderError, UnfinishedRunError, read_columns, read_run
from analysis.formatting import DISCLAIMER, WIDTH, capitalised, share_text
from analysis.harm import HARMED, harm_table, measure_named
from analysis.load import FailedRowsWarning, RunResults, load_results
from analysis.metrics import paired_values
from analysis.stacked import StackedRuns

_KINDS = {"int64": "int64", "float64": "float64", "boolean": "bool", "string": "string"}
MOST_SHOWN = 60
_LEAST_LABEL = 32


class SweepResults(StackedRuns):
    """All points of a finished sweep.

    Attributes
    ----------
    path : pathlib.Path
        The folder of the sweep.
    run : dict
        The contents of its run.json.
    scenario, reference : str
        Names of the scenario and of its reference arm (of the first point).
    arms : list of str
        Names of the arms of any point.
    axes : list of dict
        What is swept: ``path`` in the scenario file, ``column``, ``unit`` and ``kind``.
    columns : pandas.DataFrame
        The data dictionary, with the table ``points``.
    points : pandas.DataFrame
        One row a point: ``point``, ``label``, a typed column for each axis, ``folder``.
    outcomes, patients, events : pandas.DataFrame
        Those of all points one below the other, with ``point`` and the swept values as first columns.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = read_run(path / "run.json")
        self.columns = read_columns(path / "columns.csv")
        self.scenario: str = self.run["scenario"]
        self.reference: str = self.run["reference"]
        self.arms: list[str] = list(self.run["arms"])
        self.axes: list[dict[str, str]] = list(self.run["sweep"]["axes"])
        if not self.run.get("finished"):
            raise UnfinishedRunError(f"{path} is unfinished: run the same command again to finish it")

    def __repr__(self) -> str:
        swept = ", ".join(self.swept)
        return f"<SweepResults {self.scenario!r}: {len(self.points)} points over {swept}, in {self.path}>"

    @property
    def example(self) -> str:
        """How one of the points is had, in words."""
        return "one of its points, such as .point(0); points_table describes all of them"

    @property
    def swept(self) -> list[str]:
        """Columns that hold the swept values."""
        return [axis["column"] for axis in self.axes]

    @cached_property
    def points(self) -> pd.DataFrame:
        """What each point has, one row a point."""
        file = self.path / "points.parquet"
        try:
            frame = pd.read_parquet(file, engine="pyarrow")
            kinds = {axis["column"]: _KINDS[axis["kind"]] for axis in self.axes}
            return frame.astype({"label": "string", "folder": "string", **kinds})
        except Exception as error:
            raise RunFolderError(f"{file} cannot be read ({error}); run the sweep again into a new folder") from error

    def point(self, number: int) -> RunResults:
        """Load one point as the run that it is; a LookupError says which points there are."""
        rows = self.points[self.points["point"] == number]
        if rows.empty:
            raise LookupError(f"point {number} is not in this sweep, whose points are 0 to {len(self.points) - 1}")
        return _quietly(self.path / str(rows["folder"].iloc[0]))

    def runs(self) -> Iterator[tuple[int, RunResults]]:
        """Load the points one after the other, with their numbers."""
        for number in self.points["point"]:
            yield int(number), self.point(int(number))

    @property
    def folders(self) -> list[Path]:
        """The run folder of each point."""
        return [self.path / str(folder) for folder in self.points["folder"]]

    def metrics_shown(self) -> list[str]:
        """List the questions that together tell the sweep: those that tell any of its points."""
        return list(dict.fromkeys(metric for _, run in self.runs() for metric in metrics_shown(run)))

    def paired(self, metric: str, arm: str | None = None) -> pd.DataFrame:
        """Put the points side by side: one row per patient and replicate, one column per point.

        Parameters
        ----------
        metric : str
            As in `RunResults.paired`.
        arm : str, optional
            By default the reference arm.
        """
        name = self.reference if arm is None else arm
        if name not in self.arms:
            raise LookupError(f"arm {name!r} is not in this sweep; its arms are {', '.join(self.arms)}")
        columns = {number: paired_values(run.outcomes, [name], metric)[name] for number, run in self.runs()}
        return pd.DataFrame(columns).rename_axis(columns="point")

    def _all(self, table: Callable[[RunResults], pd.DataFrame]) -> pd.DataFrame:
        parts = []
        rows = self.points.drop(columns=["label", "folder"]).to_dict("records")
        for row, (_, run) in zip(rows, self.runs(), strict=True):
            part = table(run)
            parts.append(part.assign(**row)[[*map(str, row), *part.columns]])
        whole = pd.concat(parts, ignore_index=True)
        return whole.astype({axis["column"]: _KINDS[axis["kind"]] for axis in self.axes})


def load_sweep(path: Path) -> SweepResults:
    """Load the folder of a finished sweep; see `analysis.load_results`."""
    results = SweepResults(path)
    missing = [folder for folder in results.folders if not (folder / "run.json").is_file()]
    if missing:
        raise RunFolderError(f"{missing[0]} is missing ({len(missing)} of {len(results.points)} points)")
    if results.run.get("failed"):
        message = f"{results.run['failed']} rows failed and are left out of every result"
        warnings.warn(message, FailedRowsWarning, stacklevel=3)
    return results


def points_table(results: SweepResults, metric: str | None = None, *, level: float = 0.95) -> pd.DataFrame:
    """Collect the share of patients of each arm at each point.

    Parameters
    ----------
    results : SweepResults
    metric : str, optional
        A name in `analysis.METRICS`, or ``"harmed"``: a moderate or severe immediate reaction, or epidermal necrolysis.
        By default the one of `SweepResults.metrics_shown`, and ``"harmed"`` where there are several.
    level : float
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        One row per point and arm: ``point``, ``label``, the swept values, ``arm``, ``metric``, ``n``, and ``risk`` and
        ``risk_difference`` (from that point's reference arm, on the same patients), each with ``_low`` and ``_high``.

    Raises
    ------
    ValueError
        If the run is no sweep, or the metric is unknown.
    """
    need_sweep(results, "points_table")
    shown = results.metrics_shown() if metric is None else [metric]
    chosen = shown[0] if len(shown) == 1 else HARMED
    measure_named(chosen)
    kept = ["arm", "metric", "n", "reference", *_with_limits("risk"), *_with_limits("risk_difference")]
    parts = []
    for row, (_, run) in zip(results.points.drop(columns="folder").to_dict("records"), results.runs(), strict=True):
        part = harm_table(run, level) if chosen == HARMED else comparison_table(run, chosen, level=level)
        parts.append(part[kept].assign(**row)[[*map(str, row), *kept]])
    return pd.concat(parts, ignore_index=True)


def need_sweep(results: Any, asking: str) -> None:
    """Raise a ValueError, with the remedy, where a plain run is given for a sweep."""
    if not isinstance(results, SweepResults):
        raise ValueError(
            f"{asking} reads the points of a sweep, and this is {results!r}; load the folder of a sweep, or compare "
            "the arms of a run with comparison_table"
        )


def _with_limits(name: str) -> list[str]:
    return [name, f"{name}_low", f"{name}_high"]


def format_points(table: pd.DataFrame) -> str:
    """Print the frame of `points_table` as plain text: one line a point, one column an arm.

    A long sweep is cut; the whole table is what `points_table` returns.
    """
    metric, arms = measure_named(table["metric"].iloc[0]), list(dict.fromkeys(table["arm"]))
    heads = ["point", "values", *arms]
    rows = []
    for number, part in table.groupby("point", sort=True):
        shown = {row["arm"]: share_text(row, "risk", " to ") for _, row in part.iterrows()}
        rows.append([str(number), str(part["label"].iloc[0]), *(shown.get(arm, "-") for arm in arms)])
    cut = rows[:MOST_SHOWN]
    widths = [max(len(row[place]) for row in [heads, *cut]) for place in range(len(heads))]
    widths[1] = max(_LEAST_LABEL, min(widths[1], WIDTH - sum(widths) + widths[1] - 2 * (len(widths) - 1)))
    lines = [*_point_lines(heads, widths), "-" * (sum(widths) + 2 * (len(widths) - 1))]
    lines += [line for row in cut for line in _point_lines(row, widths)]
    if len(rows) > len(cut):
        lines.append(f"… and {len(rows) - len(cut)} points more")
    title = f"{capitalised(metric.label)}, share of patients with its 95 % interval; the same patients at every point"
    return "\n".join([*textwrap.wrap(title, WIDTH), "", *lines, "", f"{DISCLAIMER}."])


def _point_lines(row: list[str], widths: list[int]) -> list[str]:
    """The lines of a point: one, and more where its values need them."""
    together = re.sub(r"(?<!,) ", "\N{NO-BREAK SPACE}", row[1])
    first, *more = (text.replace("\N{NO-BREAK SPACE}", " ") for text in textwrap.wrap(together, widths[1]))
    cells = [[row[0], first, *row[2:]], *(["", text] for text in more)]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=False)).rstrip() for line in cells]


def _quietly(path: Path) -> RunResults:
    """A point without its own warning of failed rows: the sweep has told it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FailedRowsWarning)
        results: Any = load_results(path)
    return results
