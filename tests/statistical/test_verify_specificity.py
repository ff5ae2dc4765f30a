"""P8 can fail: shown patients in whom it does not hold, and worlds in which it does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from abm.studies import specificity
from abm.studies.cohort import World

LITTLE = World(1, 3)


def patients(other: float, other_after: float, tolerated_after: float = 0.05, n: int = 200) -> pd.DataFrame:
    """Outcomes of n patients with these shares of reactions, the same patients first."""
    shares = {"other": other, "other_after": other_after, "tolerated": 0.9, "tolerated_after": tolerated_after}
    return pd.DataFrame({name: np.arange(n) < round(share * n) for name, share in shares.items()})


def verdict(monkeypatch, specific: pd.DataFrame, cell_wide: pd.DataFrame) -> bool:
    def truces(world, other, parameters):
        return cell_wide if parameters["mast_cell.cell_wide_inhibition"] > 0.0 else specific

    monkeypatch.setattr(specificity, "truces", truces)
    return specificity.p8_specific(LITTLE).passed


@pytest.mark.parametrize(
    ("specific", "cell_wide", "holds"),
    [
        pytest.param(patients(0.9, 0.9), patients(0.9, 0.4), True, id="as claimed"),
        pytest.param(patients(0.9, 0.7), patients(0.9, 0.4), False, id="the other allergen is borne better"),
        pytest.param(patients(0.7, 0.9), patients(0.9, 0.4), False, id="the other allergen is borne worse"),
        pytest.param(patients(0.9, 0.9, n=12), patients(0.9, 0.4), False, id="too few to call it equal"),
        pytest.param(patients(0.3, 0.3), patients(0.9, 0.4), False, id="the other allergen is harmless"),
        pytest.param(patients(0.9, 0.9, 0.6), patients(0.9, 0.4), False, id="nobody is tolerant"),
        pytest.param(patients(0.9, 0.9), patients(0.9, 0.8), False, id="one brake for the cell is no different"),
    ],
)
def test_the_verdict(monkeypatch, specific, cell_wide, holds) -> None:
    assert verdict(monkeypatch, specific, cell_wide) is holds


@pytest.mark.slow
@pytest.mark.parametrize("brake", [0.0, 1.0], ids=["always specific", "always cell-wide"])
def test_fails_in_a_world_with_one_scope_alone(brake) -> None:
    world = World(80, 300, changed={"mast_cell.cell_wide_inhibition": brake})
    assert not specificity.p8_specific(world).passed
