"""The files of a run folder, checked and typed."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

_NEEDED_FILES = ("run.json", "columns.csv", "patients.parquet", "outcomes.parquet", "events.parquet")
_NEEDED_KEYS = ("scenario", "reference", "arms")


class RunFolderError(ValueError):
    """The path is not a complete run folder, or a file in it is damaged."""


class UnfinishedRunError(RunFolderError):
    """The run was interrupted, or is still going on."""


def check_folder(folder: Path) -> None:
    """Raise `RunFolderError` or `UnfinishedRunError` where `folder` is no finished run folder."""
    if not folder.exists():
        raise RunFolderError(f"{folder} does not exist{_instead(folder)}")
    if not folder.is_dir():
        raise RunFolderError(f"{folder} is a file; give the folder that the run wrote")
    if (folder / "shards").exists():
        raise UnfinishedRunError(f"{folder} is unfinished (shards/ present): run the same command again to finish")
    missing = [name for name in _NEEDED_FILES if not (folder / name).is_file()]
    if missing:
        raise RunFolderError(f"{folder} is not a run folder: {', '.join(missing)} missing{_instead(folder)}")


def is_sweep(folder: Path) -> bool:
    """Say whether `folder` is that of a sweep, whose points are run folders in it."""
    try:
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and isinstance(run.get("sweep"), dict)


def read_run(file: Path) -> dict[str, Any]:
    """Read run.json; a `RunFolderError` says what is wrong with it."""
    try:
        run = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunFolderError(f"{file} is not valid JSON ({error})") from error
    missing = [key for key in _NEEDED_KEYS if not isinstance(run, dict) or key not in run]
    if missing:
        raise RunFolderError(f"{file} lacks {', '.join(missing)}")
    if not (isinstance(run["arms"], list) and run["arms"] and all(isinstance(arm, str) for arm in run["arms"])):
        raise RunFolderError(f"{file}: arms is {run['arms']!r}; it must name the arms")
    if run["reference"] not in run["arms"]:
        raise RunFolderError(f"{file}: the reference {run['reference']!r} is not one of the arms {run['arms']}")
    return run


def about_table(file: Path) -> Any:
    """Read what a Parquet file says of itself; a `RunFolderError` says where it is damaged."""
    import pyarrow.parquet as pq

    try:
        return pq.read_metadata(file)
    except (OSError, ValueError) as error:
        raise RunFolderError(f"{file} cannot be read ({error}); run the study again into a new folder") from error


def read_columns(file: Path) -> pd.DataFrame:
    """Read the data dictionary; a `RunFolderError` says what is wrong with it."""
    try:
        columns = pd.read_csv(file, dtype="string", keep_default_na=False)
    except ValueError as error:
        raise RunFolderError(f"{file} cannot be read ({error})") from error
    expected = ["table", "name", "kind", "unit", "meaning"]
    if list(columns.columns) != expected:
        raise RunFolderError(f"{file} has the columns {', '.join(columns.columns)}; expected {', '.join(expected)}")
    return columns


def _instead(folder: Path) -> str:
    """Name run folders that may have been meant: those inside `folder`, else those beside it with a similar name."""
    inside = _runs_in(folder)
    if inside:
        shown = ", ".join(str(folder / name) for name in inside[:5])
        return f"; it holds the run folder{'s' if len(inside) > 1 else ''} {shown}"
    # The name in a default folder ends with a hash nobody remembers, so its beginning is enough.
    beside = [name for name in _runs_in(folder.parent) if name != folder.name]
    starts = [name for name in beside if folder.name and name.startswith(folder.name)]
    near = starts[:3] or get_close_matches(folder.name, beside, n=3)
    return f"; did you mean {' or '.join(str(folder.parent / name) for name in near)}?" if near else ""


def _runs_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if (path / "run.json").is_file())
    except OSError:
        return []


def typed(frame: pd.DataFrame, table: str, columns: pd.DataFrame, partial: bool) -> pd.DataFrame:
    """Give a table the types its dictionary states; a `RunFolderError` names the column that does not fit."""
    require_columns(list(frame.columns), table, columns, partial)
    kinds = kinds_of(table, columns)
    typed = {name: cast(frame[name], kind, f"{table}.{name}") for name, kind in kinds.items() if name in frame}
    return frame.assign(**typed).reset_index(drop=True)


def kinds_of(table: str, columns: pd.DataFrame) -> dict[str, str]:
    """Return the kind of every column that the dictionary describes of a table."""
    described = columns[columns["table"] == table]
    return dict(zip(described["name"], described["kind"], strict=True))


def require_columns(found: list[str], table: str, columns: pd.DataFrame, partial: bool = False) -> None:
    """Raise `RunFolderError` where a whole table lacks columns that its dictionary describes."""
    missing = [name for name in kinds_of(table, columns) if name not in found]
    if missing and not partial:
        raise RunFolderError(f"{table}.parquet lacks {', '.join(missing)}, which columns.csv describes")


def cast(series: pd.Series, kind: str, where: str) -> pd.Series:
    """Give a column the type of its kind; a `RunFolderError` says at `where` it does not fit."""
    try:
        if "|" not in kind:
            return series.astype("Int64" if kind == "int64" and series.hasnans else kind)
        found = series if isinstance(series.dtype, pd.CategoricalDtype) else series.astype("string").astype("category")
        categories = [part.strip() for part in kind.split("|")]
    except (TypeError, ValueError) as error:
        raise RunFolderError(f"{where} cannot be read as {kind} ({error})") from error
    if list(found.cat.categories) != categories:
        unknown = sorted(set(found.cat.remove_unused_categories().cat.categories) - set(categories))
        if unknown:
            raise RunFolderError(f"{where} holds {', '.join(unknown)}; columns.csv allows {kind}")
    dtype = pd.CategoricalDtype(categories, ordered=True)
    return found if found.dtype == dtype else found.cat.set_categories(categories, ordered=True)
