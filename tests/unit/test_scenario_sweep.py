"""`sweep` in a scenario file: which points it makes, their columns, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scenario_texts import SMALL, problems, same_scenario, write
from scipy.stats import qmc

from abm.scenario import Gap
from abm.scenario_file import ScenarioError, load_scenario, load_study
from abm.scenario_points import Sweep

LADDER = "extends: comparison\nname: swept\nsweep:\n"
GAP = "arms.interruption.course.1.gap"


def swept(folder: Path, text: str, *overrides: str) -> Sweep:
    found = load_study(write(folder, text), overrides)
    assert isinstance(found, Sweep)
    return found


def test_a_grid_is_every_combination_the_last_path_fastest(tmp_path: Path) -> None:
    sweep = swept(tmp_path, LADDER + f"  grid: {{{GAP}: [6 h, 2 d], patients: [3, 4, 5]}}\n")
    assert [point.values for point in sweep.points] == [
        (gap, patients) for gap in (360.0, 2880.0) for patients in (3, 4, 5)
    ]
    assert [point.number for point in sweep.points] == list(range(6))
    assert [point.scenario.cohort.patients for point in sweep.points] == [3, 4, 5] * 2
    gaps = [item.duration_min for point in sweep.points for item in point.scenario.arms[2].course if item == Gap(360)]
    assert gaps == [360.0] * 3


def test_a_point_is_the_scenario_that_set_would_make(tmp_path: Path) -> None:
    sweep = swept(tmp_path, LADDER + f"  grid: {{{GAP}: [6 h, 24 h], parameters.mast_cell.ship1_pool: [0, 100]}}\n")
    alone = load_scenario("comparison", ["name=swept", f"{GAP}=24 h", "parameters.mast_cell.ship1_pool=0"])
    assert same_scenario(sweep.points[2].scenario, alone)


def test_a_zip_goes_in_step_and_meets_every_point_of_the_grid(tmp_path: Path) -> None:
    sweep = swept(tmp_path, SMALL + "sweep:\n  zip: {dose: [1 g, 2 g], cells: [10, 20]}\n  grid: {seed: [7, 8]}\n")
    assert [axis.column for axis in sweep.axes] == ["seed", "dose_g", "cells"]
    assert [point.values for point in sweep.points] == [(7, 1.0, 10), (7, 2.0, 20), (8, 1.0, 10), (8, 2.0, 20)]


def test_sobol_points_are_those_of_scipy_between_the_bounds(tmp_path: Path) -> None:
    over = "{dose: {low: 1 g, high: 3 g}, parameters.mast_cell.ship1_pool: {low: 10, high: 1000, scale: log}}"
    sweep = swept(tmp_path, SMALL + f"sweep: {{sobol: {{points: 8, over: {over}}}}}\n")
    shares = qmc.Sobol(2, scramble=False).random(8)
    found = np.array([point.values for point in sweep.points], dtype=float)
    assert found[:, 0] == pytest.approx(1 + 2 * shares[:, 0])
    assert found[:, 1] == pytest.approx(10 * 100 ** shares[:, 1])
    assert found[0].tolist() == [1.0, 10.0]
    doses = [point.scenario.arms[0].course[0].dose_mg for point in sweep.points]
    assert doses == pytest.approx(1000 * found[:, 0])


def test_sobol_rounds_where_only_whole_numbers_go(tmp_path: Path) -> None:
    sweep = swept(tmp_path, SMALL + "sweep: {sobol: {points: 5, over: {patients: {low: 1, high: 9}}}}\n")
    assert [point.values for point in sweep.points] == [(1,), (5,), (7,), (3,), (4,)]
    assert sweep.axes[0].kind == "int64"


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_sobol_gives_each_whole_number_between_the_bounds_its_part(tmp_path: Path, scale: str) -> None:
    over = f"{{seed: {{low: 1, high: 4, scale: {scale}}}, dose: {{low: 1 g, high: 2 g}}}}"
    sweep = swept(tmp_path, SMALL + f"sweep: {{sobol: {{points: 64, over: {over}}}}}\n")
    counts = np.bincount([point.values[0] for point in sweep.points])
    assert len(counts) == 5
    assert counts[0] == 0
    assert counts[1:].min() >= (16 if scale == "linear" else 8)


@pytest.mark.parametrize(
    ("path", "values", "column", "unit", "kind", "first"),
    [
        (GAP, "[6 h, 24 h]", "gap_h", "h", "float64", 6.0),
        (GAP, "[6 h, 2 d]", "gap_min", "min", "float64", 360.0),
        ("dose", "[1 g]", "dose_g", "g", "float64", 1.0),
        ("patients", "[1, 2]", "patients", "", "int64", 1),
        ("parameters.mast_cell.memory_rearm_h", "[20, 30]", "memory_rearm_h", "h", "float64", 20.0),
        ("arms.rdd.premedication", "[[], [H1]]", "premedication", "", "string", "[]"),
        ("arms.rdd.on_reaction", "[null, {resume_at: never}]", "on_reaction", "", "string", "null"),
        ("drug", "[penicillin_g, ceftriaxone]", "swept_drug", "", "string", "penicillin_g"),
        ("select.age_y", "['>= 40', '>= 60']", "select_age_y", "", "string", ">= 40"),
        ("arms.rdd.on_reaction.pause", "[30 min, 1 h]", "pause_min", "min", "float64", 30.0),
    ],
)
def test_columns_are_typed_and_named_with_their_unit(
    tmp_path: Path, path: str, values: str, column: str, unit: str, kind: str, first: object
) -> None:
    sweep = swept(tmp_path, LADDER + f"  grid:\n    {path}: {values}\n")
    [axis] = sweep.axes
    assert (axis.path, axis.column, axis.unit, axis.kind) == (path, column, unit, kind)
    assert sweep.points[0].values == (first,)


def test_columns_of_like_paths_differ(tmp_path: Path) -> None:
    paths = "{arms.rdd.on_reaction.pause: [1 min], arms.interruption.on_reaction.pause: [2 min]}"
    sweep = swept(tmp_path, LADDER + f"  grid: {paths}\n")
    assert [axis.column for axis in sweep.axes] == ["rdd_on_reaction_pause_min", "interruption_on_reaction_pause_min"]


def test_the_source_loads_back_to_the_same_sweep(tmp_path: Path) -> None:
    text = LADDER + f"  grid:\n    {GAP}: [6 h, 2 d]\n    select.age_y: ['>= 40', 'é \\n', 3]\n"
    with pytest.raises(ScenarioError, match="S404"):
        load_study(write(tmp_path, text))
    sweep = swept(tmp_path, text.replace("'é \\n'", "'< 90'") + 'set: {question: "Is it \\"so\\": é\\t#?"}\n')
    again = swept(tmp_path, sweep.source)
    assert again.axes == sweep.axes
    assert again.points == sweep.points
    assert again.source == sweep.source


def test_a_sweep_merges_with_that_of_its_parent(tmp_path: Path) -> None:
    (tmp_path / "parent.yaml").write_text(LADDER + "  grid: {seed: [1, 2], cells: [5]}\n", encoding="utf-8")
    child = swept(tmp_path, "extends: parent.yaml\nsweep: {grid: {cells: null, patients: [2]}}\n")
    assert [axis.path for axis in child.axes] == ["seed", "patients"]
    assert load_scenario(write(tmp_path, "extends: parent.yaml\nsweep: null\n")).name == "swept"


def test_a_sweep_can_be_given_from_outside(tmp_path: Path) -> None:
    found = load_study("rdd", ["sweep.grid.seed=[1, 2]", "sweep.grid.parameters.mast_cell.ship1_pool=[3]"])
    assert isinstance(found, Sweep)
    assert [point.values for point in found.points] == [(1, 3.0), (2, 3.0)]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{}", "7:8: S105 this sweep varies nothing"),
        ("{grid: {}}", "7:8: S105 this sweep varies nothing"),
        ("3", "7:8: S103 sweep is the number 3; a map"),
        (
            "{gird: {seed: [1]}}",
            "7:9: S101 unknown key 'gird' in sweep; allowed: grid, zip, sobol; did you mean 'grid'",
        ),
        ("{grid: {seed: 3}}", "7:22: S103 grid: seed is the number 3; a list"),
        ("{grid: {seed: []}}", "7:22: S105 no values for 'seed'"),
        ("{grid: {sed: [1]}}", "7:16: S101 unknown key 'sed'.*did you mean 'seed'"),
        (
            "{grid: {arms.dirct.reference: [true]}}",
            "7:16: S010 there is no 'dirct'; allowed: direct; did you mean 'direct'",
        ),
        ("{grid: {arms.direct.course.1: [full_dose]}}", "7:16: S010 '1' is no item of a list of 1"),
        ("{grid: {name.x: [full_dose]}}", "7:16: S010 'x' is below a plain value"),
        ("{grid: {seed: [1, -1]}}", r"7:26: S104 seed is the number -1; .*\(first at point 1 of the sweep\)"),
        ("{grid: {dose: [1 g, 2]}}", r"7:28: S201 .*\(first at point 1 of the sweep\)"),
        ("{grid: {parameters.mast_cell.ship1_pol: [1]}}", "7:16: S305"),
        ("{grid: {sweep.grid.seed: [1]}}", "7:16: S010 a sweep cannot vary itself"),
        ("{grid: {extends: [rdd]}}", "7:16: S010 'extends' is read before"),
        ("{grid: {seed: [1]}, zip: {seed: [2]}}", "7:34: S108 'seed' is swept already"),
        ("{grid: {arms.direct: [{course: [full_dose]}], arms.direct.reference: [true]}}", "7:54: S108 .* overlap"),
        ("{zip: {seed: [1, 2], cells: [3]}}", r"7:14: S106 lists in zip have different lengths \(seed: 2, cells: 1\)"),
        ("{sobol: {points: 4}}", "7:16: S102 missing key 'over'"),
        ("{sobol: {points: 0, over: {seed: {low: 1, high: 2}}}}", "7:25: S104 points is the number 0"),
        ("{sobol: {points: 4, over: {}}}", "7:34: S105 no paths"),
        ("{sobol: {points: 4, over: {seed: 3}}}", "7:41: S103"),
        ("{sobol: {points: 4, over: {seed: {low: a, high: 2}}}}", "7:47: S103 low .* is the text 'a'; a number"),
        ("{sobol: {points: 4, over: {seed: {low: .nan, high: 2}}}}", "7:47: S204"),
        ("{sobol: {points: 4, over: {seed: {low: 2, high: 2}}}}", "7:56: S104 high is the number 2; more than low"),
        ("{sobol: {points: 4, over: {dose: {low: 1 g, high: 2}}}}", "7:58: S202 low and high have different units"),
        ("{sobol: {points: 4, over: {seed: {low: 0, high: 2, scale: log}}}}", "7:47: S104 .*a logarithm"),
        ("{sobol: {points: 4, over: {seed: {low: 1, high: 2, scale: lg}}}}", "7:66: S503 .*did you mean 'log'"),
        (
            "{sobol: {points: 4, over: {seed: {low: 0.5, high: 2.5}}}}",
            "7:47: S103 low is the number 0.5; seed needs whole numbers",
        ),
        ("{sobol: {points: 4, over: {seed: {low: 0, high: 2.5}}}}", "7:56: S103 high is the number 2.5; seed needs"),
        (
            "{sobol: {points: 4, over: {seed: {low: 1, high: 2}}}}",
            r"7:41: S108 seed: 2 comes twice among the points of the sweep; .* fewer over the range",
        ),
        ("{grid: {patients: [1, 2, 1]}}", r"7:33: S108 patients: 1 comes twice among the points"),
        ("{zip: {seed: [1, 1], cells: [9, 9]}}", r"7:25: S108 seed: 1, cells: 9 comes twice"),
        (
            "{grid: {seed: &a [" + "1," * 101 + "], cells: *a, patients: *a}}",
            "7:8: S105 this sweep has 1,030,301 points",
        ),
    ],
)
def test_sweeps_that_cannot_be_run_are_refused(tmp_path: Path, body: str, told: str) -> None:
    path = write(tmp_path, SMALL + f"sweep: {body}\n")
    with pytest.raises(ScenarioError) as caught:
        load_study(path)
    found = [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()]
    assert any(re.match(told, line) for line in found), found


def test_a_problem_of_every_point_is_told_once(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL.replace("patients: 3", "patients: 0") + "sweep: {grid: {seed: [1, 2, 3]}}\n")
    with pytest.raises(ScenarioError) as caught:
        load_study(path)
    assert [problem.code for problem in caught.value.problems] == ["S104"]
    assert "of the sweep" not in str(caught.value)


def test_a_single_scenario_is_not_read_from_a_sweep(tmp_path: Path) -> None:
    assert problems(tmp_path, SMALL + "sweep: {grid: {seed: [1]}}\n")[0].startswith("7:1: S502")


def test_a_value_from_outside_that_the_sweep_would_undo_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL + "sweep: {grid: {seed: [1]}}\n")
    with pytest.raises(ScenarioError, match="--set seed: S010 the sweep varies 'seed'"):
        load_study(path, ["seed=4"])
