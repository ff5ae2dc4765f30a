"""What design studies share: the libraries of the extra ``science``, imported when needed, and their refusals."""

from __future__ import annotations

import importlib
from typing import Any


class BadQuestion(ValueError):
    """A study is asked what it cannot answer: an unknown name, or nothing to vary or to replace."""


class MissingExtra(ImportError):
    """A library of an optional extra is not installed."""


def science(module: str) -> Any:
    """Import a module of the extra.

    Raises
    ------
    MissingExtra
        With the remedy, if it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        if getattr(error, "name", library) != library:
            raise
        raise MissingExtra(
            f"{library} is not installed; it comes with the extra 'science': pip install \"desensim[science]\", or "
            'from a checkout pip install ".[science]"'
        ) from error
