"""What is kept of slow immunity: the opt-in table `ige`, a row a day and allergen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from abm.biology.slow_immunity import divided
from abm.engine.slow_rates import OWN, SHARED, SlowRates
from abm.engine.slow_state import ANSWER, SERUM, SlowState

_COLUMNS = (
    "time_d", "specific_ige_ku_per_l", "total_ige_ku_per_l", "free_ige_ku_per_l", "memory_b_share", "igg4_u_per_ml",
    "regulation_share", "antigen_share", "receptors_per_cell", "basophil_fceri_share", "anti_ige_nm",
)  # fmt: skip


class SlowRecords:
    """Rows of one arm: the first block that ends on a new day.

    Parameters
    ----------
    drugs : sequence of str
        What the specificities stand for.
    wanted : bool
        Whether the table was asked for.
    """

    def __init__(self, drugs: Sequence[str], wanted: bool) -> None:
        self.drugs, self.wanted = tuple(drugs), wanted
        self.rows: list[tuple[float, ...]] = []
        self.names: list[str] = []
        self._next_day = 0.0

    def next_day(self) -> float:
        """Day at which the next row is due; infinite where no table is wanted."""
        return self._next_day if self.wanted else float("inf")

    def note(self, state: SlowState, rates: SlowRates, day: float) -> None:
        """Keep what a block shows that ends on a new day."""
        if day < self.next_day():
            return
        self._next_day = float(np.floor(day)) + 1.0
        serum = state.serum
        total = float(serum[SERUM.other_ige] + state.answer[:, ANSWER.ige].sum())
        for a, drug in enumerate(self.drugs):
            row = state.answer[a]
            igg4 = float(row[ANSWER.igg4])
            self.names.append(drug)
            self.rows.append((
                day, float(row[ANSWER.ige]), total, total * float(serum[SERUM.free]),
                memory_share(row, rates.own[a]), igg4,
                float(max(row[ANSWER.regulation], row[ANSWER.regulation_lasting])),
                float(divided(igg4, rates.shared[SHARED.igg4_half])), float(row[ANSWER.receptors]),
                float(serum[SERUM.basophil]), float(serum[SERUM.anti_ige]),
            ))  # fmt: skip

    def table(self) -> dict[str, np.ndarray]:
        """The table `ige` so far."""
        rows = np.array(self.rows, float).reshape(len(self.rows), len(_COLUMNS))
        return {**dict(zip(_COLUMNS, rows.T, strict=True)), "allergen": np.array(self.names, dtype=object)}


def memory_share(row: np.ndarray, own: np.ndarray) -> float:
    """Memory B cells relative to what a sensitization leaves in this patient; 0 where none can."""
    return float(row[ANSWER.memory] / own[OWN.set_point]) if own[OWN.set_point] > 0.0 else 0.0
