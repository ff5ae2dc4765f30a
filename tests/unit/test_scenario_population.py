"""Populations in words: by name, by file and written out; their faults; and that they come back from a run folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scenario_texts import SMALL, problems, same_scenario, write

from abm.parameters.catalog import default_parameters
from abm.population import select_patients
from abm.population_text import population_file
from abm.scenario_file import ScenarioError, load_scenario, load_study, named_population, resolved_yaml
from abm.scenario_points import Sweep
from abm.scenario_source import shipped_populations
from abm.study import run_study
from analysis import load_results

P = default_parameters()
MINE = """\
name: mine
meaning: people of one clinic
like: pregnant
traits:
  weight_kg:
    {distribution: normal, mean: {female: 60, male: 75}, sd: 5, unit: kg, kind: measured, source: clinic, where: list}
correlations:
  - {between: [age_y, weight_kg], value: 0.4, source: clinic, where: list}
"""
LAW = "{distribution: normal, mean: 60, sd: 5, unit: kg, kind: measured, source: s, where: w}"


def in_place(text: str) -> str:
    """The smallest scenario with this population, written out on line 2."""
    return SMALL.replace("sensitised_adult", text)


def weight(law: str) -> str:
    return in_place(f"{{like: unselected, traits: {{weight_kg: {law}}}}}")


def own(folder: Path) -> None:
    (folder / "mine.yaml").write_text(MINE, encoding="utf-8")
    (folder / "cohort.csv").write_text("patient_id,age_y\n4,30\n2,\n9,50\n", encoding="utf-8")


def test_a_file_in_place_and_over_another_one_are_the_same_population(tmp_path: Path) -> None:
    own(tmp_path)
    by_file = load_scenario(write(tmp_path, in_place("mine.yaml"))).cohort.described
    indented = MINE.replace("\n", "\n  ").rstrip()
    written = load_scenario(write(tmp_path, in_place(f"\n  {indented}"))).cohort.described
    assert by_file == written
    assert by_file is not None
    assert (by_file.name, by_file.like, by_file.ancestry) == ("mine", "unselected", "european")
    laws = {law.trait: law for law in by_file.laws}
    assert laws["weight_kg"].center == (60.0, 75.0)
    before = named_population("pregnant").described
    assert before is not None
    assert [law for law in before.laws if law.trait != "weight_kg"] == [
        law for law in laws.values() if law.trait != "weight_kg"
    ]


def test_a_name_alone_in_a_map_is_that_population(tmp_path: Path) -> None:
    first, second = (load_scenario(write(tmp_path, in_place(way))) for way in ("pregnant", "{name: pregnant}"))
    assert first == second
    assert first.cohort.described == named_population("pregnant").described


@pytest.mark.parametrize("name", shipped_populations())
def test_resolved_populations_come_back_equal(tmp_path: Path, name: str) -> None:
    scenario = load_scenario(write(tmp_path, in_place(name)))
    assert same_scenario(load_scenario(write(tmp_path, resolved_yaml(scenario))), scenario)
    described = scenario.cohort.described
    assert described is not None
    (tmp_path / "resolved.yaml").write_text(population_file(described), encoding="utf-8")
    assert named_population(tmp_path / "resolved.yaml").described == described


def test_stating_one_trait_changes_the_patients_in_it_alone(tmp_path: Path) -> None:
    like = select_patients(load_scenario(write(tmp_path, in_place("unselected"))), P)
    mine = select_patients(load_scenario(write(tmp_path, weight(LAW))), P)
    changed = [name for name in like if not like[name].equals(mine[name])]
    assert changed == ["weight_kg"]


@pytest.mark.parametrize(
    ("law", "expected"),
    [
        (LAW.replace("normal", "norml"), "S316 unknown distribution 'norml'"),
        (LAW.replace("normal", "bernoulli"), "S411 weight_kg cannot be bernoulli; allowed: normal, lognormal, uniform"),
        (LAW.replace("unit: kg", "unit: g"), "S202 unit is the text 'g'; weight_kg needs unit: kg"),
        (LAW.replace("unit: kg, ", ""), "S201 weight_kg has no unit; write unit: kg"),
        (LAW.replace(", source: s", ""), "S102 missing key 'source'"),
        (LAW.replace(", where: w", ""), "S102 missing key 'where'"),
        (LAW.replace("source: s", 'source: ""'), "S103 source is empty"),
        (LAW.replace("measured", "guessed"), "S317 unknown kind of number 'guessed'"),
        (LAW.replace("measured", "assumed"), "S102 missing key 'note'"),
        (LAW.replace("mean: 60", "mean: -60"), "S203 mean is -60; it cannot be negative"),
        (LAW.replace("mean: 60", "mean: 6000"), "S104 mean is 6000; allowed: 2 to 400"),
        (LAW.replace("mean: 60", "mean: .nan"), "S204"),
        (LAW.replace("mean: 60", "median: 60"), "S106 median does not go with normal; it has mean, sd"),
        (LAW.replace("mean: 60, ", ""), "S102 missing key 'mean'"),
        (LAW.replace("mean: 60", "mean: {female: 60}"), "S102 missing key 'male'"),
        (LAW.replace("sd: 5", "sd: 5, low: 90, high: 80"), "S104 low 90 is not below high 80"),
        (LAW.replace("sd: 5", "sd: 5, low: 90"), "S104 weight_kg: only 9.9e-10 of the normal law lies between"),
        (LAW.replace("sd: 5", "sdd: 5"), "S101 unknown key 'sdd'"),
    ],
)
def test_faults_of_a_law_are_told_in_its_line(tmp_path: Path, law: str, expected: str) -> None:
    found = problems(tmp_path, weight(law))
    assert any(expected in line for line in found), found
    assert all(line.startswith("2:") for line in found)


@pytest.mark.parametrize(
    ("population", "expected"),
    [
        ("pregnent", "2:13: S303 unknown population 'pregnent'"),
        ("lost.yaml", "2:13: S001"),
        ("{traits: {}}", "2:13: S102 missing key 'like' in population"),
        ("{like: unselected, name: pregnant and ill}", "2:38: S107"),
        ("{like: unselected, name: unselected}", "2:38: S108 'unselected' is a built-in population"),
        ("{like: unselected, ancestry: martian}", "2:42: S315 unknown ancestry 'martian'"),
        ("{like: unselected, trait: {}}", "2:32: S101 unknown key 'trait' in population; allowed"),
        (f"{{like: unselected, traits: {{wieght_kg: {LAW}}}}}", "2:41: S304 unknown trait 'wieght_kg'"),
        (f"{{like: unselected, traits: {{skin_test_positive: {LAW}}}}}", "2:41: S304"),
        ("{like: unselected, correlations: [{between: [age_y, sex], value: 0.1, source: s, where: w}]}", "S304"),
        ("{like: unselected, correlations: [{between: [age_y, age_y], value: 0.1, source: s, where: w}]}", "S105"),
        ("{like: unselected, correlations: [{between: [age_y, weight_kg], value: 1, source: s, where: w}]}", "S104"),
        ("{like: unselected, correlations: [{between: [age_y, weight_kg], value: 0.1, where: w}]}", "S102"),
        (
            "{like: unselected, correlations: [{between: [age_y, weight_kg], value: 0.9, source: s, where: w}, "
            "{between: [age_y, height_cm], value: -0.9, source: s, where: w}]}",
            "2:46: S410 correlations that cannot hold together",
        ),
        (
            "{like: unselected, traits: {sex: {distribution: categorical, shares: {female: 0.5, male: 0.6}, "
            "kind: measured, source: s, where: w}}}",
            "S104 the shares of women and men are 1.1 together; 1 is needed",
        ),
    ],
)
def test_faults_of_a_population_are_told_where_they_are(tmp_path: Path, population: str, expected: str) -> None:
    found = problems(tmp_path, in_place(population))
    assert any(expected in line for line in found), found


def test_a_fault_in_a_populations_file_is_told_there(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(MINE.replace("mean:", "meen:"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, in_place("mine.yaml")))
    assert f"{tmp_path / 'mine.yaml'}:6:" in str(caught.value)
    (tmp_path / "mine.yaml").write_text(MINE.replace("name: mine\n", "from: c.csv\n"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"S106 a population's file describes people"):
        load_scenario(write(tmp_path, in_place("mine.yaml")))


def test_populations_that_are_like_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        text = f"name: {one}\nmeaning: m\nlike: {other}.yaml\n"
        (tmp_path / f"{one}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match="S504"):
        load_scenario(write(tmp_path, in_place("a.yaml")))


@pytest.mark.parametrize("way", ["mine.yaml", "{from: cohort.csv, like: mine.yaml}"])
def test_a_run_folder_loads_back_resumes_and_is_part_of_a_larger_run(tmp_path: Path, way: str) -> None:
    own(tmp_path)
    text = in_place(way).replace("patients: 3", "patients: 2\ncells: 40\nsamples: [{at: 5 min}]")
    scenario = load_scenario(write(tmp_path, text))
    few = run_study(scenario, out=tmp_path / "few", workers=1)
    again = load_scenario(few.path / "scenario.yaml")
    assert again == scenario
    assert run_study(again, out=few.path, workers=1).run == few.run
    more = run_study(load_scenario(few.path / "scenario.yaml", ["patients=3"]), out=tmp_path / "more", workers=1)
    ids = few.patients["patient_id"]
    pd.testing.assert_frame_equal(
        few.outcomes, more.outcomes[more.outcomes["patient_id"].isin(ids)].reset_index(drop=True)
    )
    assert few.samples()["time_min"].tolist() == [5.0, 5.0]


def test_the_folder_of_a_sweep_loads_back_by_itself(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "other").mkdir(parents=True)
    own(home)
    (home / "other" / "mine.yaml").write_text(MINE.replace("0.4", "0.2"), encoding="utf-8")
    ways = "[mine.yaml, other/mine.yaml, pregnant, {from: cohort.csv, like: other/mine.yaml}]"
    text = in_place("mine.yaml").replace("patients: 3", "patients: 1\ncells: 20")
    sweep = load_study(write(home, text + f"sweep: {{grid: {{population: {ways}}}}}\n"))
    assert isinstance(sweep, Sweep)
    assert [name for name, _ in sweep.files] == ["mine.yaml", "mine_2.yaml", "cohort.csv"]
    assert [point.values[0] for point in sweep.points][:3] == ["mine.yaml", "mine_2.yaml", "pregnant"]
    out = run_study(sweep, out=tmp_path / "out", workers=1).path
    for file in home.rglob("*.*"):
        file.unlink()
    again = load_study(out / "scenario.yaml")
    assert again == sweep
    record = (out / "run.json").read_bytes()
    run_study(again, out=out, workers=1)
    assert (out / "run.json").read_bytes() == record, "the same run, which is finished"
    assert len(load_results(out).points) == 4
