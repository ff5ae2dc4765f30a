"""The bell of cross-links over the antigen, in the closed form and in simulated cells, as a frame to draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from abm.parameters.catalog import default_parameters
from abm.studies.cohort import World
from abm.studies.immediate import closed_form, crosslinks_at_equilibrium

_PER_DECADE = 20
_EVERY = 10
_HAPTEN = "ige_receptor.hapten_per_antigen"


def crosslink_bell(
    cells: int = 1_000, seed: int = 1, haptens_per_antigen: tuple[float, ...] = (0.0, 1.0, 10.0)
) -> pd.DataFrame:
    """Cross-links at equilibrium of cells with K2·S0 = 1, over K·C from 0.01 to 100.

    Parameters
    ----------
    cells : int
        Simulated mast cells a point; every tenth point is simulated.
    seed : int
        Key of their random numbers.
    haptens_per_antigen : tuple of float
        Ka·B of the free hapten for each unit of K·C.

    Returns
    -------
    pandas.DataFrame
        ``hapten_per_antigen``, ``antigen`` (K·C), ``expected`` (cross-links per cell, Dembo & Goldstein 1978);
        ``mean``, ``low``, ``high`` (mean and middle 95 % of the cells, missing where none were simulated), ``cells``,
        ``seed``.
    """
    world = World(1, cells, seed)
    receptors = 1.0 / default_parameters()["ige_receptor.crosslinking_per_receptor"]
    rows = []
    for hapten in haptens_per_antigen:
        parameters = default_parameters().with_overrides({_HAPTEN: hapten})
        for place, antigen in enumerate(np.geomspace(0.01, 100.0, 4 * _PER_DECADE + 1)):
            row = {"hapten_per_antigen": hapten, "antigen": antigen, "cells": cells, "seed": seed}
            row["expected"] = receptors * closed_form(antigen, hapten * antigen, 1.0)
            if place % _EVERY == 0:
                links = crosslinks_at_equilibrium(world, parameters, receptors, float(antigen))
                row |= {"mean": links.mean(), "low": np.quantile(links, 0.025), "high": np.quantile(links, 0.975)}
            rows.append(row)
    return pd.DataFrame(rows)
