"""`extends` and `set`: what a file inherits, what it changes, and where a fault is told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from scenario_texts import SMALL, problems, same_scenario, write

from abm.scenario import Gap
from abm.scenario_extends import MOST_PARENTS
from abm.scenario_file import ScenarioError, load_scenario, load_study


def refused(path: Path) -> str:
    with pytest.raises(ScenarioError) as caught:
        load_study(path)
    return str(caught.value)


def test_a_child_that_adds_nothing_is_its_parent(tmp_path: Path) -> None:
    assert same_scenario(load_scenario(write(tmp_path, "extends: interruption\n")), load_scenario("interruption"))


def test_maps_merge_lists_replace_and_null_takes_away(tmp_path: Path) -> None:
    text = (
        "extends: comparison\nname: mine\nselect: {age_y: '>= 40'}\narms:\n  full_dose: null\n"
        "  rdd: {reference: true, premedication: [H1], on_reaction: null}\n  interruption:\n    course: [full_dose]\n"
    )
    child, parent = load_scenario(write(tmp_path, text)), load_scenario("comparison")
    assert [arm.name for arm in child.arms] == ["rdd", "interruption"]
    rdd, interruption = child.arms
    assert (rdd.premedication, rdd.on_reaction, rdd.course) == ({"H1"}, None, parent.arms[1].course)
    assert (interruption.premedication, interruption.on_reaction) == ({"H1", "H2"}, parent.arms[2].on_reaction)
    assert interruption.course == parent.arms[0].course
    assert [condition.trait for condition in child.cohort.select] == ["skin_test_positive", "age_y"]


def test_a_parent_is_seen_from_the_file_that_names_it(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "base.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "deep" / "middle.yaml").write_text("extends: ../base.yaml\ncells: 70\n", encoding="utf-8")
    (tmp_path / "leaf.yaml").write_text("extends: deep/middle.yaml\nseed: 3\nset: {seed: 4}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "deep")
    found = load_scenario("../leaf.yaml")
    assert found == replace(load_scenario("../base.yaml"), cells=70, seed=4)


def test_faults_are_told_where_they_were_written(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(SMALL.replace("full_dose]", "ful_dose]") + "dose: 3\n", encoding="utf-8")
    Path("leaf.yaml").write_text(
        "extends: base.yaml\n\npatients: many\nset:\n  cells: 0\n  arms.x.y: 1\n", encoding="utf-8"
    )
    told = refused(Path("leaf.yaml")).splitlines()
    assert [line.split(" ")[:2] for line in told] == [
        ["base.yaml:6:38:", "S302"],
        ["base.yaml:7:7:", "S201"],
        ["leaf.yaml:3:11:", "S103"],
        ["leaf.yaml:5:10:", "S104"],
        ["leaf.yaml:6:3:", "S010"],
    ]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_is_refused_and_shown(tmp_path: Path, monkeypatch, length: int) -> None:
    monkeypatch.chdir(tmp_path)
    names = [f"f{number}.yaml" for number in range(length)]
    for name, parent in zip(names, names[1:] + names[:1], strict=True):
        Path(name).write_text(f"name: x\nextends: ./{parent}\n", encoding="utf-8")
    chain = " extends ".join([*names, names[0]])
    assert refused(Path(names[0])) == f"{names[-1]}:2:10: S501 scenarios extend each other in a circle: {chain}"


def test_a_long_chain_is_refused(tmp_path: Path) -> None:
    for number in range(MOST_PARENTS + 2):
        text = SMALL if number == 0 else f"extends: f{number - 1}.yaml\n"
        (tmp_path / f"f{number}.yaml").write_text(text, encoding="utf-8")
    assert load_scenario(tmp_path / f"f{MOST_PARENTS}.yaml").name == "small"
    assert "S501 more than 16 scenarios" in refused(tmp_path / f"f{MOST_PARENTS + 1}.yaml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("extends: rdx\n", "1:10: S001 .*rdx is no such file, and no shipped scenario.*did you mean 'rdd'"),
        ("extends: .\n", "1:10: S002 .* is a folder"),
        ("extends: [rdd]\n", "1:10: S103 extends is a list; a text is needed"),
        ("extends: rdd\nset: 3\n", "2:6: S103 set is the number 3; a map"),
        ("extends: rdd\nset: {extends: rdd}\n", "2:7: S010 'extends' is read before"),
        ("extends: rdd\nset: {arms.rdd.course.7: rdd}\n", "2:7: S010 '7' is no item of a list of 1"),
        ("extends: rdd\nset: {drug: cefriaxone}\n", "2:13: S301 .*did you mean 'ceftriaxone'"),
        ("extends: rdd\npatients: null\n", "1:1: S102 missing key 'patients'"),
    ],
)
def test_what_cannot_be_inherited_or_set_is_refused(tmp_path: Path, text: str, told: str) -> None:
    found = problems(tmp_path, text)
    assert any(re.match(told, line) for line in found), found


def test_overrides_come_last_and_cannot_name_a_parent(tmp_path: Path) -> None:
    path = write(tmp_path, "extends: rdd\nset: {patients: 5}\n")
    assert load_scenario(path, ["patients=6"]).cohort.patients == 6
    with pytest.raises(ScenarioError, match="--set extends: S010"):
        load_scenario(path, ["extends=comparison"])


def test_a_set_reaches_into_inherited_lists(tmp_path: Path) -> None:
    text = "extends: comparison\nset: {arms.interruption.course.1.gap: 5 h, parameters.mast_cell.ship1_pool: 3}\n"
    scenario = load_scenario(write(tmp_path, text))
    assert Gap(300.0) in scenario.arms[2].course
    assert scenario.parameters == {"mast_cell.ship1_pool": 3.0}
    assert Gap(2880.0) in load_scenario("comparison").arms[2].course
