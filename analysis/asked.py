"""What is asked of the functions of this package, checked before anything is counted."""

from __future__ import annotations

from analysis.stacked import StackedRuns


def require_one_run(results: object) -> None:
    """Raise a TypeError where several runs, whose patients are not one cohort, are given to what describes one."""
    if isinstance(results, StackedRuns):
        raise TypeError(f"this describes the arms of one run; {results!r} holds several: give {results.example}")


def require_level(level: float) -> None:
    """Raise a ValueError where a confidence level is not between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level:g}; it must be between 0 and 1, such as 0.95")
