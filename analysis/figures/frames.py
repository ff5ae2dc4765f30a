"""What figures ask of a frame before they draw it, told in one line where it is not so."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

_OF_A_PATIENT = ("run", "point", "patient_id", "replicate")


def need_rows(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Raise a ValueError where the frame lacks a column, or has no rows."""
    missing = [name for name in columns if name not in frame]
    if missing:
        raise ValueError(f"the frame lacks {', '.join(missing)}")
    if frame.empty:
        raise ValueError("the frame has no rows; nothing to draw")


def need_one_patient(frame: pd.DataFrame, choose: str) -> None:
    """Raise a ValueError, with the remedy, where the frame holds more than one patient, replicate, run or point."""
    for name in _OF_A_PATIENT:
        count = frame[name].nunique() if name in frame else 1
        if count > 1:
            what = name.removesuffix("_id")
            raise ValueError(f"the frame holds {count} {what}s, the figure shows one; choose it: {choose}")
