"""MRGPRX2 of all cells: machine code, the slow twin cell by cell, expression by organ, and where it is not."""

from __future__ import annotations

import math

import numpy as np
import pytest
import reference_model
from mrgprx2_worlds import NOT_ALLERGIC, VANCOMYCIN, given, infused, opened_cells
from numba import njit
from small_worlds import FULL, PENICILLIN, a_patient, an_arm, treated
from test_mast_kernel import FUSED, PACKED, STRICT

from abm.engine import mrgprx2_kernel
from abm.engine.advance import step_cells
from abm.engine.rates import patient_rates
from abm.engine.state import ORGANS
from abm.parameters.catalog import default_parameters
from abm.scenario import Step

F32 = np.float32
P = default_parameters()


def arguments(kernel: str) -> tuple:
    state, rates = opened_cells(128)
    return {
        "step_receptor": (
            state.mrgprx2, state.lost_mrgprx2, state.place, state.signal, F32(0.4), F32(1.0), *rates.receptor[2],
        ),
        "cells_near_opening": (
            state.mrgprx2, state.place, state.calcium, state.threshold, state.fired_bin, F32(0.4), F32(1.0), F32(0.6),
        ),
    }[kernel]  # fmt: skip


@pytest.mark.parametrize("kernel", ["step_receptor", "cells_near_opening"])
def test_a_kernel_takes_several_cells_at_a_time_and_fuses_nothing(kernel: str) -> None:
    compiled = njit(**STRICT)(getattr(mrgprx2_kernel, kernel).py_func)
    compiled(*arguments(kernel))
    code = "\n".join(compiled.inspect_asm().values())
    assert PACKED.search(code), "does not vectorise"
    assert not FUSED.search(code)


def bath(level: float, minutes: float, k: int = 0, **changed: float):
    """Cells in a constant agonist for `minutes`, in steps of 2^k base bins."""
    state, rates = opened_cells(2000, **changed)
    for now in range(0, round(minutes * 16), 1 << k):
        step_cells(state, rates, now, k, (F32(0.0), F32(0.0)), (level, 1.0))
    return state


def twin(state, level: float, minutes: float, wrong: float = 1.0) -> list[reference_model.Cell]:
    rules = reference_model.Rules({name: P[name] for name in P})
    rules.desensitised *= wrong
    cells = [
        reference_model.Cell(0.0, float(threshold), float(clock), expression=float(expression))
        for threshold, clock, expression in zip(state.threshold, state.clock, state.mrgprx2, strict=True)
    ]
    rng = np.random.default_rng(1)
    reference_model.run(cells[:200], rules, lambda _t: 0.0, minutes, 1.0 / 16.0, rng, agonist=lambda _t: level)
    return cells[:200]


def test_the_kernel_equals_the_slow_twin_cell_by_cell() -> None:
    """Nothing in it is random once expression, threshold and clock are drawn."""
    state = bath(0.7, 30.0)
    cells = twin(state, 0.7, 30.0)
    assert np.array([cell.lost for cell in cells]) == pytest.approx(state.lost_mrgprx2[:200], rel=1e-3)
    assert np.array([cell.calcium for cell in cells]) == pytest.approx(state.calcium[:200], rel=5e-3)
    fired = np.array([cell.fired_min is not None for cell in cells])
    assert 20 < fired.sum() < 180
    assert (fired != (state.fired_bin[:200] >= 0)).sum() <= 2


def test_a_receptor_lost_a_fifth_faster_would_be_seen() -> None:
    state = bath(0.7, 30.0)
    lost = np.array([cell.lost for cell in twin(state, 0.7, 30.0, wrong=1.2)])
    assert lost != pytest.approx(state.lost_mrgprx2[:200], rel=1e-3)


def test_the_share_that_fires_has_a_closed_form() -> None:
    """Cells of one clock: those whose drive passes their threshold, a normal of the two log-spreads."""
    state = bath(0.6, 60.0, mrgprx2__desensitisation_per_min=0.0)
    hill = 0.36 / 1.36
    spread = math.hypot(P["mrgprx2.cell_sd"], 0.42)
    z = math.log(P["mrgprx2.drive"] * hill / P["mast_cell.release_threshold"]) / spread
    expected = 0.5 * math.erfc(-z / math.sqrt(2.0))
    error = math.sqrt(expected * (1.0 - expected) / 2000)
    assert abs((state.fired_bin >= 0).mean() - expected) < 4.0 * error + 0.02


def test_coarser_steps_fire_the_same_cells() -> None:
    fine, coarse = bath(0.6, 32.0), bath(0.6, 32.0, k=2)
    apart = ((fine.fired_bin >= 0) != (coarse.fired_bin >= 0)).mean()
    assert apart < 0.005


def test_expression_is_that_of_the_organ_and_of_the_person() -> None:
    state = given([infused(1.0, 1.0)], cells=6000, mrgprx2_factor=2.0).state
    for organ, name in enumerate(ORGANS):
        part = state.mrgprx2[state.organ_start[organ] : state.organ_start[organ + 1]]
        expected = 2.0 * P["mrgprx2.drive"] * P[f"mrgprx2.{name}"]
        error = P["mrgprx2.cell_sd"] / math.sqrt(part.size)
        assert abs(np.log(part).mean() - math.log(expected)) < 4.0 * error
        assert np.log(part).std() == pytest.approx(P["mrgprx2.cell_sd"], rel=0.05)


def test_a_drug_that_is_no_agonist_leaves_it_alone() -> None:
    state = given([FULL[0]], (PENICILLIN,)).state
    assert not state.mrgprx2.any()
    assert not state.lost_mrgprx2.any()
    assert state.opened[0] == 0


def test_lung_mast_cells_hardly_open() -> None:
    state = given([infused(1000.0, 10.0)], cells=3000).state
    fired = [(state.fired_bin[state.organ_start[o] : state.organ_start[o + 1]] >= 0).mean() for o in range(len(ORGANS))]
    assert fired[0] > 10.0 * fired[1]
    assert fired[0] > fired[2]


def test_two_agonists_share_the_receptor() -> None:
    """Levels add up, weighted efficacies with them; two that hardly do anything open many cells together."""
    rates = patient_rates(P, a_patient(), (VANCOMYCIN, "ciprofloxacin"), (9, 1, 1), frozenset(), (7, 0, 0))
    state, _ = opened_cells(64)
    found = []
    for amounts in ((500.0, 0.0), (0.0, 200.0), (500.0, 200.0)):
        state.drug[:, 0] = amounts
        found.append(mrgprx2_kernel.agonist_level(state, rates, 4, (0.0, 0.0)))
    (one, _, full), (other, _, partial), (both, after, mixed) = found
    assert both == pytest.approx(one + other)
    assert full == pytest.approx(1.0)
    assert partial == pytest.approx(0.35)
    assert partial < mixed < full
    assert 0.0 < after < both
    alone, together = ((bath(level, 20.0).fired_bin >= 0).sum() for level in (0.25, 0.5))
    assert together > 2 * alone > 0


SYNERGY = "drugs.morphine.mrgprx2_synergy"
MORPHINE = infused(10.0, 5.0, "morphine")
GRAM = infused(1000.0, 60.0, number=2)


def opened(synergy: float, *course: Step) -> np.ndarray:
    """When each cell of a person without IgE fired, with morphine's synergy so large; −1 for never."""
    parameters = P.with_overrides({SYNERGY: synergy})
    patient = a_patient(2, **NOT_ALLERGIC)
    return treated(
        an_arm(course), patient, parameters, allergic_to=(VANCOMYCIN, "morphine"), cells=4000
    ).state.fired_bin.copy()


def test_synergy_with_morphine_is_an_option_that_is_off() -> None:
    assert P[SYNERGY] == 0.0
    assert (opened(20.0, MORPHINE, GRAM) >= 0).sum() > (opened(0.0, MORPHINE, GRAM) >= 0).sum() > 0


def test_synergy_needs_both_agonists() -> None:
    assert (opened(20.0, GRAM) == opened(0.0, GRAM)).all()
    assert (opened(20.0, MORPHINE) == opened(0.0, MORPHINE)).all()


def test_a_trait_of_nought_is_a_person_without_the_receptor() -> None:
    assert (given([infused(1000.0, 10.0)], mrgprx2_factor=0.0).state.fired_bin == -1).all()
    assert a_patient(**NOT_ALLERGIC)["mrgprx2_factor"] == 1.0
