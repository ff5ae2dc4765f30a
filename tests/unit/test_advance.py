"""Time passing: the pump, the choice of steps, what ends a call, and the table of what happens in a step."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from small_worlds import (
    CEFTRIAXONE,
    FULL,
    LADDER,
    PENICILLIN,
    a_patient,
    a_scenario,
    an_arm,
    differing,
    equal_cells,
    parameters,
)

from abm.biology.pharmacokinetics import ADDUCT, amounts_after
from abm.engine import advance as machine
from abm.engine import mast_kernel
from abm.engine.body import new_course
from abm.engine.clock import DOUBLINGS, FINEST, MINUTE, STEP_MIN
from abm.engine.rates import patient_rates
from abm.engine.state import BODY, COUNT, RECORD_COLUMNS

STRONG = a_patient(specific_receptors_per_cell=40_000.0)


def pump(*segments: tuple[float, float, float, int]) -> np.ndarray:
    table = np.zeros((4, 4))
    for row, segment in enumerate(segments):
        table[row] = segment
    return table


def ready(steps, patient=STRONG, rows: bool = False):
    """State and rates of a patient whose pump holds up to four steps from time 0; and their end in bins."""
    arm = an_arm(steps)
    scenario = a_scenario(arm, record=frozenset({"timeseries"} if rows else ()))
    course = new_course(arm, scenario, patient, 0, parameters())
    now = 0.0
    for row, step in enumerate(steps):
        course.state.pump[row] = (now * 16, (now + step.duration_min) * 16, step.rate_mg_per_min, 0)
        now += step.duration_min
    return course.state, course.rates, int(now * 16)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (0, 16, 2.0),
        (16, 32, (2.0 * 8.5 + 5.0 * 7.5) / 16),
        (24, 25, 0.5 * 2.0 + 0.5 * 5.0),
        (40, 48, 0.0),
        (0, 64, (2.0 * 24.5 + 5.0 * 7.5) / 64),
    ],
)
def test_the_pumps_mean_rate_counts_fractions(first, last, expected) -> None:
    table = pump((0.0, 24.5, 2.0, 0), (24.5, 32.0, 5.0, 0), (0.0, 64.0, 99.0, 1), (0.0, 64.0, 7.0, -1))
    assert machine.pump_rate(table, 0, first, last) == pytest.approx(expected, rel=1e-14)


def test_the_pump_changes_at_the_bins_around_an_edge() -> None:
    table = pump((0.0, 24.5, 2.0, 0), (24.5, 40.0, 5.0, 0))
    assert [machine.next_change(table, now) for now in (0, 23, 24, 25, 39)] == [24, 24, 25, 40, 40]
    assert machine.next_change(table, 40) > 2**30


@pytest.mark.parametrize("steps", [LADDER[:4], FULL], ids=["ladder", "full dose"])
def test_steps_are_aligned_double_at_most_and_end_at_changes(steps) -> None:
    state, rates, end = ready(steps)
    end += 600 * 16
    now, chosen = 0, []
    while now < end:
        k = int(machine.choose_step(state, rates, now, end))
        assert 0 <= k < DOUBLINGS
        assert now % (1 << k) == 0
        assert now + (1 << k) <= min(end, machine.next_change(state.pump, now))
        if chosen and k > MINUTE:
            assert k <= chosen[-1] + 1
        assert k <= FINEST or k >= MINUTE
        reached, _ = machine.advance(state, rates, now, now + (1 << k))
        assert reached == now + (1 << k)
        chosen.append(k)
        now = reached
    assert min(chosen) == FINEST
    assert max(chosen) >= MINUTE + 3
    assert state.count[COUNT.steps_taken] == len(chosen)


def test_cutting_a_call_where_a_step_ends_changes_nothing() -> None:
    whole, rates, end = ready(FULL)
    parts, _, _ = ready(FULL)
    for state, stops in ((whole, (end + 1600,)), (parts, (160, 320, end, end + 1600))):
        now = 0
        for stop in stops:
            while now < stop:
                now, _ = machine.advance(state, rates, now, stop)
    assert differing(whole, parts) == []


def test_a_call_ends_when_symptoms_begin_and_goes_on_from_there() -> None:
    state, rates, end = ready(FULL)
    now, reason = machine.advance(state, rates, 0, end)
    assert reason == machine.REACTION
    assert 0 < now < end
    assert state.count[COUNT.grade] >= 1
    assert state.count[COUNT.last_symptom_bin] == now
    assert state.count[COUNT.symptom_free_bins] > 2**30
    later, reason = machine.advance(state, rates, now, end)
    assert (later, reason) == (end, machine.REACHED)


def test_a_call_ends_when_rows_are_full_or_a_pause_is_due() -> None:
    state, rates, _ = ready(FULL, a_patient(specific_receptors_per_cell=0.0), rows=True)
    short = state._replace(record=np.zeros((3, len(RECORD_COLUMNS))))
    now, reason = machine.advance(short, rates, 0, 480)
    assert reason == machine.ROWS_FULL
    assert short.count[COUNT.rows] == 3
    assert np.all(np.diff(short.record[:, 0]) > 0)
    state, rates, _ = ready(FULL, a_patient(specific_receptors_per_cell=0.0))
    now, reason = machine.advance(state, rates, 0, 480, 100)
    assert reason == machine.PAUSED
    assert 100 <= now < 480


def test_symptoms_are_timed_from_the_last_ones() -> None:
    count = np.zeros(len(COUNT), np.int64)
    count[COUNT.last_symptom_bin] = 50
    assert not machine.note_symptoms(count, 60, 1)
    count[COUNT.grade] = 2
    assert machine.note_symptoms(count, 100, 0)
    assert count[COUNT.symptom_free_bins] == 50
    assert not machine.note_symptoms(count, 104, 2)
    assert count[COUNT.last_symptom_bin] == 104


def test_a_row_holds_the_state() -> None:
    state, rates, _ = ready(FULL, rows=True)
    now, _ = machine.advance(state, rates, 0, 160)
    now = int(now)
    full = machine.write_row(state, rates, now)
    row = state.record[state.count[COUNT.rows] - 1]
    assert not full
    assert row[0] == now / 16
    assert row[1] == state.drug[0, 0] / rates.litres[0] > 0
    assert row[2] == state.drug[0, 2] * rates.antigen_per_mg[0] > 0
    assert row[3:6].tolist() == [state.body[BODY.histamine], state.body[BODY.tryptase], state.body[BODY.systolic]]
    assert row[6] == (state.fired_bin >= 0).sum()


def test_antigen_of_a_step_is_that_of_its_middle_and_exposes() -> None:
    state, rates, _ = ready(FULL)
    assert not state.exposed.any()
    first, second = machine.step_drug(state, rates, 0, 4)
    end = state.drug[0, 2] * rates.antigen_per_mg[0]
    assert first == pytest.approx(0.5 * end, rel=1e-6)
    assert second == 0.0
    assert state.exposed.tolist() == [1, 0]


@pytest.mark.parametrize("organ", [0, 1, 2])
def test_each_organ_feels_its_own_cells(organ) -> None:
    course = new_course(an_arm(FULL), a_scenario(an_arm(FULL)), STRONG, 0, parameters())
    fired = tuple(20 if n == organ else 0 for n in range(3))
    machine.step_body(course.state, course.rates, 2, fired)
    local = course.state.body[[BODY.local_skin, BODY.local_lung, BODY.local_gut]]
    size = np.diff(course.state.organ_start)[organ]
    assert np.flatnonzero(local).tolist() == [organ]
    assert local[organ] == pytest.approx(20 / size, rel=0.03)
    assert course.state.body[BODY.histamine] > 0.2
    assert course.state.count[COUNT.grade] >= 1


def test_risk_bounds_what_happens_within_a_step() -> None:
    """Cells whose calcium passes 0.6 θ within a step were counted before it, in the middle of a ladder."""
    state, rates, end = ready(LADDER[6:10], a_patient(specific_receptors_per_cell=60_000.0))
    quiet = parameters(mast_cell__noise=0.0)
    rates = patient_rates(quiet, STRONG, (PENICILLIN,), (120, 90, 90), frozenset(), (7, 0, 0))
    now, seen = 0, 0
    while now < end:
        k = int(machine.choose_step(state, rates, now, end))
        pumped = machine.pump_rate(state.pump, 0, now, now + (1 << k))
        before = state.drug[0, 2]
        after = amounts_after(rates.drug_step[0, k], state.drug[0], pumped)[ADDUCT]
        high = np.float32(max(before, after) * rates.antigen_per_mg[0])
        counted = mast_kernel.cells_at_risk(state, rates, 0, k, high, np.float32(0.6))
        now, _ = machine.advance(state, rates, now, now + (1 << k))
        above = ((state.calcium > 0.6 * state.threshold) & (state.fired_bin < 0)).sum()
        assert above <= counted
        seen = max(seen, above)
    assert seen > 0


def test_two_signals_that_add_up_make_a_step_unsafe() -> None:
    """Each specificity alone stays below 0.6 of the threshold; together they pass it."""
    for drugs, safe in ((1, True), (2, False)):
        state, _ = equal_cells(600, 0.0)
        two = (PENICILLIN, CEFTRIAXONE)
        rates = patient_rates(parameters(), a_patient(), two, (600, 1, 1), frozenset(), (7, 0, 0))
        for a in range(drugs):
            state.receptors[a], state.crosslinks[a], state.exposed[a] = 1000.0, 45.0, 1
        alone = 45.0 / parameters()["mast_cell.activation_crosslinks"] / 4.5
        assert 0.3 < alone < 0.6
        assert machine.step_is_safe(state, rates, 0, MINUTE) == safe


TABLE_ROW = re.compile(r"`(\w+)`")
FILES = re.compile(r"(?:biology|engine)/\w+\.py|(?<=, )\w+\.py")


def called_by(function: ast.FunctionDef | None) -> list[str]:
    """Names of the functions that one calls, in the order of its lines."""
    calls = [] if function is None else [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    named = [(call.lineno, call.func.id) for call in calls if isinstance(call.func, ast.Name)]
    return [name for _, name in sorted(named)]


@pytest.mark.parametrize(("module", "entry"), [(machine, "advance"), (mast_kernel, "step_specificity")])
def test_the_table_of_a_step_names_what_is_called_in_its_order(module, entry) -> None:
    tree = ast.parse(inspect.getsource(module))
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    table = module.__doc__.split("Every loop")[0]
    named = [name for name in TABLE_ROW.findall(table) if name in defined or name.startswith("step")]
    assert len(named) >= 5
    assert set(named) <= set(defined)
    calls = [name for called in called_by(defined[entry]) for name in (called, *called_by(defined.get(called)))]
    order = [calls.index(name) for name in named if name in calls]
    assert len(order) >= 4
    assert order == sorted(order)
    home = Path(machine.__file__).parents[1]
    for file in FILES.findall(module.__doc__):
        assert (home / file).exists() or (home / "biology" / file).exists(), file


def test_every_step_length_has_rates() -> None:
    _, rates = equal_cells(3, 0.0)
    assert rates.cell.shape[0] == rates.kept.shape[0] == rates.drug_step.shape[1] == DOUBLINGS == len(STEP_MIN)
