"""Agent-based simulation of drug hypersensitivity and desensitization. Research and teaching, not medical advice.

The public names are loaded when first used, so that importing one part never pays for another.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abm.in_vitro import Pulse, bathe_cells
    from abm.mesa_model import TissueModel
    from abm.scenario_file import load_scenario, load_study
    from abm.script import run_script
    from abm.studies.bell import crosslink_bell
    from abm.study import run_study
    from analysis import load_results

__all__ = [
    "Pulse",
    "TissueModel",
    "__version__",
    "bathe_cells",
    "crosslink_bell",
    "load_results",
    "load_scenario",
    "load_study",
    "run_script",
    "run_study",
]

_HOMES = {
    "Pulse": "abm.in_vitro",
    "TissueModel": "abm.mesa_model",
    "bathe_cells": "abm.in_vitro",
    "crosslink_bell": "abm.studies.bell",
    "load_results": "analysis",
    "load_scenario": "abm.scenario_file",
    "load_study": "abm.scenario_file",
    "run_script": "abm.script",
    "run_study": "abm.study",
}


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("desensim")
    except PackageNotFoundError:
        return "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'abm' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
