"""The benchmark compares like with like: its stand-ins follow the kernel's rule, and the kernel is vector code."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit
from small_worlds import LADDER, a_patient, a_scenario, an_arm

from abm.engine import mast_kernel
from abm.engine.body import new_course
from abm.engine.clock import STEP_MIN
from abm.engine.state import COUNT, State
from abm.parameters.catalog import default_parameters

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "benchmark"))

from measure import copied, moves  # noqa: E402
from mesa_agents import AgentTissue  # noqa: E402
from numpy_cells import NumpyTissue  # noqa: E402
from skin_costs import exponent, skin_benchmark, skin_steps, whole_skin  # noqa: E402

KEYS = {
    "mast_kernel_msteps_per_s",
    "ratio_to_mesa",
    "ratio_to_numpy",
    "ratio_to_c",
    "threads_2_over_1",
    "fields_over_agents",
    "ctl_events_per_s",
    "skin_cost_exponent_ctl",
    "skin_cost_exponent_sites",
    "skin_ratio_to_python",
    "clone_block_us",
}
KERNELS = ("draw_noise", "step_crosslinks", "step_signal", "step_release")
STATES = ("receptors", "inside", "crosslinks", "memory", "ship1", "calcium", "hazard")


def sixty_steps(noise: float) -> tuple[State, State, list, object]:
    """Return 200 cells late in the ladder, what the engine makes of them in 60 steps, and those steps."""
    numbers = default_parameters().with_overrides({"mast_cell.noise": noise})
    scenario = a_scenario(an_arm(*LADDER), cells=200)
    course = new_course(scenario.arms[0], scenario, a_patient(specific_receptors_per_cell=40_000.0), 0, numbers)
    playing, steps = moves(course), []
    for _ in playing:
        if course.now_min > 170.0:
            break
    before = copied(course.state)
    for _, move in zip(range(60), playing, strict=False):
        steps.append(move)
    return before, course.state, steps, course.rates


def of_agents(tissue: AgentTissue, name: str) -> np.ndarray:
    return np.array([getattr(agent, name) for agent in tissue.agents])


def row(state: State, name: str) -> np.ndarray:
    array = getattr(state, name)
    return array[0] if array.ndim == 2 else array


@pytest.mark.parametrize("kind", [AgentTissue, NumpyTissue])
def test_without_noise_a_stand_in_gives_the_kernels_numbers(kind):
    before, after, steps, rates = sixty_steps(noise=0.0)
    tissue = kind(before, rates)
    for move in steps:
        tissue.move(float(STEP_MIN[move.k]), move.k, move.antigen)
    assert len(steps) == 60
    for name in STATES:
        found = of_agents(tissue, name) if kind is AgentTissue else getattr(tissue, name)
        wanted = row(after, name)
        assert not np.allclose(row(before, name), wanted, rtol=1e-3, atol=0.0), name
        np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=2e-3 * np.abs(wanted).max() + 1e-12, err_msg=name)
    fired = of_agents(tissue, "fired") if kind is AgentTissue else tissue.fired
    assert (fired == (after.fired_bin >= 0)).mean() >= 0.99


@pytest.mark.parametrize("kind", [AgentTissue, NumpyTissue])
def test_a_wrong_rule_would_be_seen(kind):
    before, after, steps, rates = sixty_steps(noise=0.0)
    tissue = kind(before, rates._replace(cell=rates.cell * np.float32(1.05)))
    for move in steps:
        tissue.move(float(STEP_MIN[move.k]), move.k, move.antigen)
    found = of_agents(tissue, "ship1") if kind is AgentTissue else tissue.ship1
    assert not np.allclose(found, after.ship1[0], rtol=2e-3, atol=2e-3 * after.ship1[0].max())


@pytest.mark.parametrize("kind", [AgentTissue, NumpyTissue])
def test_with_noise_a_stand_in_agrees_on_average(kind):
    """Means of 200 cells: cross-links are nearly Poisson, so their mean is known to sqrt(mean/200) on either side."""
    before, after, steps, rates = sixty_steps(noise=1.0)
    tissue = kind(before, rates)
    for move in steps:
        tissue.move(float(STEP_MIN[move.k]), move.k, move.antigen)
    found = (of_agents(tissue, "crosslinks") if kind is AgentTissue else tissue.crosslinks).mean()
    wanted = after.crosslinks[0].mean()
    assert abs(found - wanted) < 5.0 * np.sqrt(2.0 * wanted / 200)
    spread = of_agents(tissue, "crosslinks") if kind is AgentTissue else tissue.crosslinks
    assert (spread == np.floor(spread)).all()


def test_the_steps_are_those_of_the_engine():
    numbers = default_parameters()
    scenario = a_scenario(an_arm(*LADDER[:6]), cells=60)
    watched, alone = (new_course(scenario.arms[0], scenario, a_patient(), 0, numbers) for _ in range(2))
    steps = list(moves(watched))
    alone.run(0.0)
    assert len(steps) == alone.state.count[COUNT.steps_taken]
    assert sum(1 << move.k for move in steps) == alone.now_bin
    assert max(move.antigen for move in steps) > 0.0


def compiled(name: str) -> str:
    """Assembly of a kernel for the types it is run with."""
    arguments = {
        "draw_noise": "float32[::1], uint64, uint64, uint64[::1]",
        "step_crosslinks": ", ".join(["float32[::1]"] * 5 + ["float32"] * 5),
        "step_signal": ", ".join(["float32[::1]"] * 8 + ["float32", "float32", "float32[::1]", "float32[::1]"]),
        "step_release": ", ".join(
            ["float32[::1]"] * 4
            + ["int32[::1]", "float32[::1]", "float32", "float32", "int32", "float32[::1]", "float32"]
        ),
    }[name]
    options = {**mast_kernel._OPTIONS, "cache": False}
    return "\n".join(njit(f"({arguments})", **options)(getattr(mast_kernel, name).py_func).inspect_asm().values())


def packed_operations(assembly: str) -> int:
    """Number of arithmetic instructions that work on a whole vector of float32."""
    if platform.machine().lower() in {"x86_64", "amd64"}:
        return len(re.findall(r"\bv(?:mul|add|sub|div|sqrt)ps\s.*%[yz]mm", assembly))
    return len(re.findall(r"\bf(?:mul|add|sub|div|sqrt)(?:\.4s|\s+v\d+\.4s)", assembly))


@pytest.mark.parametrize("name", KERNELS)
def test_the_kernel_is_vector_code(name):
    assert packed_operations(compiled(name)) >= 5


def test_scalar_code_would_be_seen():
    def cumulative(values):
        total = np.float32(0.0)
        for i in range(values.size):
            total = total * values[i] + values[i]
            values[i] = total

    assembly = "\n".join(njit("(float32[::1],)", error_model="numpy")(cumulative).inspect_asm().values())
    assert packed_operations(assembly) == 0


@pytest.mark.slow
def test_the_script_prints_one_object_with_every_key():
    command = [sys.executable, str(ROOT / "scripts" / "benchmark.py"), "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert set(found) == KEYS
    assert found.pop("ratio_to_c") is None
    assert all(value is None or value > 0.0 for value in found.values())
    assert found["ratio_to_mesa"] is not None


def test_the_skins_costs_are_measured_on_work_that_stays():
    """T cells go on having events at the same pace, so cost can be compared; a power law is found again."""
    state, rates = whole_skin(default_parameters(), 300, 2)
    engage, events = np.array([0.3]), []
    for block in range(6):
        before = int(state.ctl_events.sum())
        skin_steps(state, rates.skin, 16 * block, 16, engage, rates.address)
        events.append(int(state.ctl_events.sum()) - before)
    assert max(events[1:]) < 1.1 * min(events[1:])
    assert state.alive.all()
    assert state.ctl_count.tolist() == [300, 300]
    assert exponent((1, 2, 4), (3.0, 12.0, 48.0)) == pytest.approx(2.0)


def test_the_skins_benchmark_gives_its_keys():
    found = skin_benchmark(default_parameters(), quick=True)
    assert set(found) == {key for key in KEYS if "skin" in key or "ctl" in key or "clone" in key}
    assert all(value > 0.0 for value in found.values())
