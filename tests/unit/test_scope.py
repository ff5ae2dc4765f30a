"""One brake for each specificity, or one for the cell: what differs, and what does not."""

from __future__ import annotations

import re

import numpy as np
import pytest
from small_worlds import (
    CEFTRIAXONE,
    FULL,
    LADDER,
    PENICILLIN,
    a_patient,
    an_arm,
    differing,
    parameters,
    treated,
)
from test_mast_kernel import FUSED, PACKED, STRICT

from abm.engine import scope
from abm.engine.advance import step_cells
from abm.engine.cells import organ_cells, patient_state
from abm.engine.rates import patient_rates
from abm.in_vitro import Pulse, bathe_cells
from abm.parameters.catalog import default_parameters
from abm.protocols import build_protocol
from abm.scenario import Gap
from abm.scenario_file import load_scenario
from abm.scenario_writer import resolved_yaml

F32 = np.float32
BOTH = (PENICILLIN, CEFTRIAXONE)
TWO = a_patient(specific_receptors_per_cell=20_000.0, specific_receptors_2_per_cell=20_000.0)
CELL_WIDE = {"mast_cell__cell_wide_inhibition": 1.0}
SECOND = build_protocol("full_dose", CEFTRIAXONE, 2000.0)


@pytest.mark.parametrize("course", [(FULL,), (LADDER,), (SECOND,)], ids=["full", "ladder", "the second drug"])
def test_where_one_allergen_comes_alone_the_scope_is_of_no_matter(course) -> None:
    """Bit for bit; the cell's one brake lies in row 0, whichever specificity uses it."""
    specific = treated(an_arm(*course), TWO, allergic_to=BOTH).state
    wide = treated(an_arm(*course), TWO, parameters(**CELL_WIDE), allergic_to=BOTH).state
    assert (specific.fired_bin >= 0).any()
    assert set(differing(specific, wide)) <= {"memory", "ship1"}
    for name in ("memory", "ship1"):
        of_either = getattr(specific, name).sum(axis=0)
        assert (of_either == getattr(wide, name)[0]).all()
        assert not getattr(wide, name)[1].any()


def held(antigens: tuple[float, float], hours: float, **changed: float):
    """Two-fold specific cells after some hours in constant antigens, without noise, loss of receptors or memory."""
    quiet = {"mast_cell__noise": 0.0, "ige_receptor__internalisation_per_min": 0.0, "mast_cell__memory_lock_min": 1e9}
    p = parameters(**(quiet | changed))
    rates = patient_rates(p, TWO, BOTH, organ_cells(300, p), frozenset(), (7, 0, 0))
    state = patient_state(TWO, p, rates, 300, 0)
    state.exposed[:] = 1
    for now in range(0, round(hours * 960), 4):
        step_cells(state, rates, now, 2, (F32(antigens[0]), F32(antigens[1])))
    return state


def test_ship1_in_balance_is_what_all_cross_links_recruit_or_those_of_one_antigen() -> None:
    """Closed form g = J·P/(P + J), with J of one specificity or of both."""
    pool = 2500.0
    apart, together = held((0.01, 0.03), 3.0), held((0.01, 0.03), 3.0, **CELL_WIDE)
    first, second = together.crosslinks.astype(float)
    assert (second > 1.5 * first).all()
    np.testing.assert_allclose(together.ship1[0], (first + second) * pool / (pool + first + second), rtol=1e-4)
    for a, links in enumerate((first, second)):
        np.testing.assert_allclose(apart.ship1[a], links * pool / (pool + links), rtol=1e-4)
    assert not together.ship1[1].any()


def test_a_cell_with_one_brake_does_not_tell_the_antigens_apart() -> None:
    """Equal receptors: whichever comes first, the same cells release at the same time."""
    wide = parameters(mast_cell__noise=0.0, **CELL_WIDE)
    there = [Pulse(0.001, 60.0, 0.0), Pulse(0.001, 30.0, 0.3)]
    back = [Pulse(0.0, 60.0, 0.001), Pulse(0.3, 30.0, 0.001)]
    first, second = (
        bathe_cells(pulses, cells=400, receptors=20_000.0, other_receptors=20_000.0, parameters=wide)
        for pulses in (there, back)
    )
    assert 0.05 < first.released_fraction < 0.95
    assert first.cells.released_min.equals(second.cells.released_min)


def rise(other: bool) -> list[Pulse]:
    """Antigen doubled every ten minutes, as cells are desensitized in a dish, then another one at once."""
    pulses = [Pulse(3e-4 * 2.0**step, 10.0, 0.0) for step in range(11)] if other else [Pulse(0.0, 110.0, 0.0)]
    return [*pulses, Pulse(0.3 if other else 0.0, 30.0, 0.3)]


@pytest.mark.parametrize("wide", [False, True], ids=["specific", "cell-wide"])
def test_cells_in_a_dish_made_tolerant_of_one_antigen_meet_another(wide) -> None:
    """Specific: as if it had not been (Sancho-Serra 2011, Lewis 2017); cell-wide: most of it gone (Zhao 2012)."""
    p = default_parameters().with_overrides({"mast_cell.cell_wide_inhibition": float(wide)})
    settings = {"cells": 2000, "receptors": 20_000.0, "other_receptors": 20_000.0, "parameters": p}
    after, alone = bathe_cells(rise(True), **settings), bathe_cells(rise(False), **settings)
    left = 1.0 - after.released_in(*range(1, 12))
    again = after.released_in(12) / left / alone.released_fraction
    assert left > 0.7
    assert alone.released_fraction > 0.3
    assert again < 0.35 if wide else 0.85 < again < 1.25


def test_risk_of_both_together_bounds_what_happens_within_a_step() -> None:
    wide = parameters(mast_cell__noise=0.0, **CELL_WIDE)
    rates = patient_rates(wide, TWO, BOTH, organ_cells(300, wide), frozenset(), (7, 0, 0))
    state = patient_state(TWO, wide, rates, 300, 0)
    state.exposed[:] = 1
    seen = 0
    for now in range(0, 640, 4):
        antigens = (F32(1e-3 * 1.005**now), F32(2e-3 * 1.004**now))
        counted = scope.cells_at_risk_together(state, rates, 2, antigens, F32(0.6))
        step_cells(state, rates, now, 2, antigens)
        above = int(((state.calcium > 0.6 * state.threshold) & (state.fired_bin < 0)).sum())
        assert above <= counted
        seen = max(seen, above)
    assert seen > 10


def test_two_specificities_that_meet_their_antigens_share_the_steps_risk() -> None:
    """The sum of both, against the SHIP-1 of both, decides."""
    wide = parameters(**CELL_WIDE)
    rates = patient_rates(wide, TWO, BOTH, organ_cells(600, wide), frozenset(), (7, 0, 0))
    state = patient_state(TWO, wide, rates, 600, 0)
    state.exposed[:] = 1
    assert scope.few_at_risk(state, rates, 4, (F32(0.0), F32(0.0)))
    state.crosslinks[:] = 45.0
    assert not scope.few_at_risk(state, rates, 4, (F32(0.0), F32(0.0)))
    state.ship1[0] = state.memory[0] = 120.0
    assert scope.few_at_risk(state, rates, 4, (F32(0.0), F32(0.0)))


def test_after_the_ladder_the_other_drug_is_met_as_ever_or_hardly() -> None:
    def fired(*course, **changed: float) -> np.ndarray:
        arm = an_arm(*course)
        return treated(arm, TWO, parameters(**changed), allergic_to=BOTH, cells=3000).state.fired_bin >= 0

    fresh = ~fired(LADDER)
    alone = fired(SECOND)[fresh].mean()
    assert alone > 0.2
    assert fired(LADDER, Gap(60.0), SECOND)[fresh].mean() == pytest.approx(alone, rel=0.1)
    assert fired(LADDER, Gap(60.0), SECOND, **CELL_WIDE)[fresh].mean() < 0.3 * alone


@pytest.mark.parametrize("kernel", ["step_receptors", "step_brake"])
def test_the_kernels_of_one_brake_vectorise_and_fuse_nothing(kernel) -> None:
    from numba import njit

    state, p = held((0.01, 0.01), 0.1), parameters()
    rates = patient_rates(p, TWO, BOTH, (120, 90, 90), frozenset(), (7, 0, 0))
    middle, expected = np.zeros(300, F32), np.zeros(300, F32)
    arguments = {
        "step_receptors": (
            state.receptors[0], state.inside[0], state.crosslinks[0], state.links, middle, expected, state.place,
            F32(0.1), F32(0.1), rates.cell[2], rates.scalar,
        ),
        "step_brake": (middle, expected, state.memory[0], state.ship1[0], state.signal, rates.cell[2], rates.scalar),
    }  # fmt: skip
    compiled = njit(**STRICT)(getattr(scope, kernel).py_func)
    compiled(*arguments[kernel])
    code = "\n".join(compiled.inspect_asm().values())
    assert PACKED.search(code)
    assert not FUSED.search(code)


def test_the_word_is_the_number_and_survives_the_resolved_file(tmp_path) -> None:
    name = "mast_cell.cell_wide_inhibition"
    assert name not in load_scenario("comparison").parameters
    assert load_scenario("specificity").parameters == {name: 0.0}
    wide = load_scenario("specificity_cell_wide")
    assert wide.parameters == {name: 1.0}
    assert load_scenario("specificity", ["scope=cell-wide"]).parameters == {name: 1.0}
    assert re.search(r"parameters: \{mast_cell\.cell_wide_inhibition: 1", resolved_yaml(wide))
    (tmp_path / "again.yaml").write_text(resolved_yaml(wide), encoding="utf-8")
    assert load_scenario(tmp_path / "again.yaml") == wide
