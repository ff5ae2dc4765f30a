"""What `scripts/benchmark.py` measures, all in one run on one machine: ratios that can be compared between machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from mesa_agents import AgentTissue
from numpy_cells import NumpyTissue
from skin_costs import skin_benchmark

from abm.engine.body import new_course
from abm.engine.clock import BASE_MIN, STEP_MIN
from abm.engine.course import Course
from abm.engine.field import patch_field
from abm.engine.state import COUNT, ORGANS, State
from abm.parameters.catalog import ParameterSet, default_parameters
from abm.population import select_patients
from abm.provenance import usable_cpus
from abm.scenario import Scenario
from abm.scenario_file import load_scenario
from abm.treatment import Work, treat_patient

LADDER = "rdd"
"""Arm in which the cells are measured, from start to end: few cross-links and many, long steps and short."""


@dataclass(frozen=True)
class Move:
    """One step of the engine: 2^k base bins at an antigen, as in `step_drug`."""

    k: int
    antigen: float


def copied(state: State) -> State:
    """Return a state that shares no array with `state`."""
    return State(*(array.copy() for array in state))


def ladder(patient: dict[str, Any], study: Scenario, parameters: ParameterSet) -> Course:
    """Return a patient ready for the ladder."""
    arm = next(each for each in study.arms if each.name == LADDER)
    return new_course(arm, study, patient, 0, parameters)


def moves(course: Course, follow_up_min: float = 0.0) -> Iterator[Move]:
    """Yield every step that the engine takes, after it was taken."""
    state, per_mg = course.state, course.rates.antigen_per_mg
    before = state.drug[0, 2]
    for _ in course.play(follow_up_min, BASE_MIN):
        after = state.drug[0, 2]
        yield Move(int(state.count[COUNT.step]), float(np.float32(0.5 * (before + after) * per_mg[0])))
        before = after


def shortest(prepare: Callable[[], Callable[[], object]], repeats: int) -> float:
    """Shortest of `repeats` times of what `prepare` returns; each time it is prepared anew, off the clock."""
    times = []
    for _ in range(repeats):
        work = prepare()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def kernel_seconds(make: Callable[[], Course], repeats: int) -> float:
    """Seconds of the engine for one cell and step over the ladder, choice of steps and mediators included."""
    done: list[Course] = []

    def prepare() -> Callable[[], object]:
        done.append(make())
        return partial(done[-1].run, 0.0)

    elapsed = shortest(prepare, repeats)
    state = done[-1].state
    return elapsed / (int(state.count[COUNT.steps_taken]) * state.calcium.size)


def stand_in_seconds(kind: type[AgentTissue] | type[NumpyTissue], make: Callable[[], Course], repeats: int) -> float:
    """Seconds of a stand-in for one cell and step, over the steps that the engine takes."""
    course = make()
    steps = list(moves(course))

    def work(tissue: AgentTissue | NumpyTissue) -> None:
        for move in steps:
            tissue.move(float(STEP_MIN[move.k]), move.k, move.antigen)

    def prepare() -> Callable[[], object]:
        ready = make()
        return partial(work, kind(ready.state, ready.rates))

    return shortest(prepare, repeats) / (len(steps) * course.state.calcium.size)


def field_share(patients: list[dict[str, Any]], study: Scenario, parameters: ParameterSet) -> float:
    """Cost of the drug field of a patient's three patches over the cost of the cells in one ladder arm."""
    fields, cells = 0.0, 0.0
    for patient in patients:
        fields += shortest(lambda patient=patient: partial(solve_fields, patient, study, parameters), 2)
        cells += shortest(
            lambda patient=patient: partial(ladder(patient, study, parameters).run, study.follow_up_min), 2
        )
    return fields / cells


def solve_fields(patient: dict[str, Any], study: Scenario, p: ParameterSet) -> None:
    """Solve the fields of skin, lung and gut, past the cache."""
    for organ, name in enumerate(ORGANS):
        patch_field.__wrapped__(
            p[f"tissue.capillary_distance_{name}_um"], p["tissue.capillary_exchange_per_s"],
            p["tissue.drug_diffusion_um2_per_s"], p["tissue.tissue_loss_per_s"], patient["patient_id"], organ,
            study.seed,
        )  # fmt: skip


def study_seconds(patients: list[dict[str, Any]], study: Scenario, parameters: ParameterSet, workers: int) -> float:
    """Seconds in which `workers` threads take the patients through every arm."""
    work = Work(study, parameters, ("outcomes", "events"))
    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        rows = list(pool.map(partial(treat_patient, work), patients))
    elapsed = time.perf_counter() - start
    failed = [row.outcome["failure_reason"] for each in rows for row in each if row.outcome["status"] != "ok"]
    if failed:
        raise RuntimeError(f"a patient failed while being timed: {failed[0]}")
    return elapsed


def thread_ratio(
    patients: list[dict[str, Any]], study: Scenario, parameters: ParameterSet, repeats: int
) -> float | None:
    """Throughput of two threads over that of one, patients through every arm; None with a single processor."""
    if usable_cpus() < 2:
        return None
    one, two = [], []
    for _ in range(repeats):
        one.append(study_seconds(patients, study, parameters, 1))
        two.append(study_seconds(patients, study, parameters, 2))
    return min(one) / min(two)


def benchmark(quick: bool) -> tuple[dict[str, float | None], dict[str, float]]:
    """Measure everything; returns the numbers of `--json`, and patients, cells and seconds of a study on all cores."""
    parameters = default_parameters()
    large, small = (replace(load_scenario("comparison"), cells=cells) for cells in (10_000, 200))
    study = replace(large, cohort=replace(large.cohort, patients=4 if quick else 16))
    patients = [dict(row) for row in select_patients(study, parameters).to_dict("records")]
    repeats = 3 if quick else 7
    many, few = (partial(ladder, patients[0], each, parameters) for each in (large, small))
    study_seconds(patients[:1], study, parameters, 1)
    kernel = kernel_seconds(many, repeats)
    found: dict[str, float | None] = {
        "mast_kernel_msteps_per_s": 1e-6 / kernel,
        "ratio_to_mesa": stand_in_seconds(AgentTissue, few, 2) / kernel,
        "ratio_to_numpy": stand_in_seconds(NumpyTissue, many, 2) / kernel,
        "ratio_to_c": None,
        "threads_2_over_1": thread_ratio(patients, study, parameters, repeats // 2 + 1),
        "fields_over_agents": field_share(patients[:2], study, parameters),
    } | skin_benchmark(parameters, quick)
    elapsed = study_seconds(patients, study, parameters, usable_cpus())
    return found, {"patients": len(patients), "cells": study.cells, "seconds": elapsed}
