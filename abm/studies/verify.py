"""``desensim verify``: the phenomena that must come out of the model, as executable checks.

Every check runs the same model with the same parameter set; the ablations (A…) change the one number they name.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable, Iterator

from abm.studies import (
    ablations,
    closure,
    delayed,
    delayed_ablations,
    immediate,
    no_cure,
    premedication,
    protocol_sweeps,
    red_man,
    specificity,
)
from abm.studies.checks import Check, CheckResult
from abm.studies.cohort import World

__all__ = ["CHECKS", "Check", "CheckResult", "UnknownCheck", "run_checks"]


class UnknownCheck(KeyError):
    """No check has this id."""

    def __str__(self) -> str:
        return str(self.args[0])


CHECKS: dict[str, Check] = {
    check.id: check
    for check in (
        Check("P1", "sensitised + full dose: anaphylaxis within minutes, cells all or none", immediate.p1_full_dose,
               World(200, 10_000), World(80, 2_000)),
        Check("P2", "no IgE for the drug: nothing, under any schedule", immediate.p2_without_ige,
               World(500, 2_000), World(150, 500)),
        Check("P3", "cross-links are a bell, free hapten blocks", immediate.p3_bell, World(1, 20_000), World(1, 4_000)),
        Check("P4", "the ladder works", immediate.p4_ladder_works, World(400, 10_000), World(200, 2_000)),
        Check("P5", "too fast, too steep or too high a start fails", protocol_sweeps.p5_pace_and_start,
               World(200, 4_000), World(160, 2_000)),
        Check("P6", "slowing alone is not desensitization", protocol_sweeps.p6_slow_infusion,
               World(200, 10_000), World(100, 2_000)),
        Check("P7", "the truce is temporary", immediate.p7_temporary, World(600, 2_000), World(100, 2_000)),
        Check("P8", "tolerance is specific, unless the brake is the cell's", specificity.p8_specific,
               World(300, 4_000), World(150, 1_000)),
        Check("P9", "desensitization is no cure: the next cycle meets the same allergy", no_cure.p9_no_cure,
               World(200, 2_000), World(60, 500)),
        Check("P10", "red man: no IgE, by the level reached; a ladder's logic does not help", red_man.p10_not_ige,
               World(200, 10_000), World(50, 5_000)),
        Check("A1", "no SHIP-1: the ladder fails", ablations.a1_no_ship1, World(100, 2_000), World(40, 1_000)),
        Check("A2", "no threshold: the ladder releases more; no saturation: no late breakthrough",
               ablations.a2_threshold_and_saturation, World(200, 2_000), World(80, 1_000)),
        Check("A3", "no slow memory: tolerance is gone in hours", ablations.a3_no_slow_memory,
               World(150, 2_000), World(50, 1_000)),
        Check("P11", "SJS and TEN begin one to four weeks after a first exposure", delayed.p11_first_exposure,
               World(150, 10), World(30, 10)),
        Check("P12", "a second time is faster and wider", delayed.p12_recall, World(150, 10), World(40, 10)),
        Check("P13", "after SJS no ladder protects", delayed.p13_ladder_is_futile, World(100, 10), World(24, 10)),
        Check("P14", "the HLA allele is the gate", delayed.p14_hla_gate, World(120, 10), World(24, 10)),
        Check("P15", "mediators and symptoms are separate", premedication.p15_mediators_and_symptoms,
               World(100, 10_000), World(60, 2_000)),
        Check("C1", "6e4 naive cells are 1e9 effectors in about a week; twice the cells save one division",
               closure.c1_expansion, World(100, 10), World(30, 10)),
        Check("C2", "memory lasts", closure.c2_memory, World(100, 10), World(30, 10)),
        Check("C3", "killing saturates in targets and in T cells", closure.c3_double_saturation,
               World(64, 10), World(16, 10)),
        Check("A4", "no granulysin: contact alone is not enough", delayed_ablations.a4_no_granulysin,
               World(100, 10), World(30, 10)),
        Check("A5", "no HLA gate: everybody is at the carriers' risk", delayed_ablations.a5_no_hla_gate,
               World(100, 10), World(30, 10)),
        Check("A6", "no memory: the second time is like the first", delayed_ablations.a6_no_memory,
               World(60, 10), World(20, 10)),
        Check("A7", "no contact killing: it never begins", delayed_ablations.a7_no_contact_killing,
               World(100, 10), World(24, 10)),
    )
}  # fmt: skip


def run_checks(ids: Iterable[str] = (), quick: bool = False) -> Iterator[CheckResult]:
    """Run checks one after the other, yielding each result as it comes.

    Parameters
    ----------
    ids : iterable of str
        Which (any case); none for all.
    quick : bool
        Smaller cohorts: about ten minutes on two cores for all.

    Raises
    ------
    UnknownCheck
        If an id does not exist; raised before the first check runs.
    """
    chosen = [_named(name) for name in ids] or list(CHECKS.values())
    for check in chosen:
        start = time.perf_counter()
        found = check.look(check.quick if quick else check.full)
        seconds = time.perf_counter() - start
        yield CheckResult(
            check.id, check.claim, found.passed, found.statistic, float(found.value), int(found.n), found.bound,
            seconds, found.detail,
        )  # fmt: skip


def _named(name: str) -> Check:
    if name.upper() in CHECKS:
        return CHECKS[name.upper()]
    nearest = difflib.get_close_matches(name.upper(), CHECKS, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    raise UnknownCheck(f"no check {name!r}{hint}; there are {', '.join(CHECKS)}")
