"""Words that every command of the terminal shares."""

from __future__ import annotations

from typing import Any

DISCLAIMER = "Research and teaching software, not medical advice."


def bar_columns() -> tuple[Any, ...]:
    """What stands beside a bar of progress: what is done, how many, the time gone and the time left."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    return (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("gone, left"), TimeRemainingColumn(),
    )  # fmt: skip
