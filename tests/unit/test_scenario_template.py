"""`desensim new`: what is written can be run and says nothing of a drug that is not in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from abm.cli import app
from abm.scenario_file import ScenarioError, load_study, shipped_scenarios
from abm.scenario_points import Sweep
from abm.scenario_template import write_new

GENERAL = ("comparison", "cycles", "full_dose", "interruption", "premedication", "rdd", "sweep_protocols")
"""Shipped scenarios that say nothing of their drug but its name."""


@pytest.mark.parametrize("like", shipped_scenarios())
def test_another_drug_takes_its_place_wholly_or_not_at_all(like: str, tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    if like not in GENERAL:
        with pytest.raises(ScenarioError, match=rf"S010 .*leave --drug out \(desensim new NAME --like {like}\)"):
            write_new("mine", like, "cefazolin", out)
        assert not out.exists()
        return
    write_new("mine", like, "cefazolin", out)
    first, study = load_study(like), load_study(out)
    assert not isinstance(first, Sweep)
    assert not isinstance(study, Sweep)
    assert study.allergic_to == ("cefazolin",)
    assert {item.drug for arm in study.arms for item in arm.course if hasattr(item, "drug")} == {"cefazolin"}
    assert [arm.name for arm in study.arms] == [arm.name for arm in first.arms]
    body = out.read_text().partition("\n# Like ")[2].partition("\n")[2]
    assert not re.search("penicillin|carboplatin", body, re.IGNORECASE)


def test_the_same_drug_changes_nothing_but_the_name(tmp_path: Path) -> None:
    write_new("mine", "specificity", "penicillin_g", tmp_path / "mine.yaml")
    old = shipped_scenarios()["specificity"].read_text().partition("\n")[2]
    assert (tmp_path / "mine.yaml").read_text().partition("\n")[2] == old.replace("name: specificity", "name: mine")


@pytest.mark.parametrize(
    ("like", "drug", "told"),
    [
        ("specificity", "ceftriaxone", r"'allergic_to' in line 19, 'dose' in line 25, 'drug' in line 25, .*penicillin"),
        ("red_man", "ciprofloxacin", "'dose' in line 31"),
        ("missed_doses", "ceftriaxone", "no line `drug: …` of its own"),
        ("specificity_cell_wide", "ceftriaxone", "takes the drug from the scenario it extends or from a sweep"),
    ],
)
def test_what_belongs_to_the_first_drug_is_told_and_nothing_is_written(
    like: str, drug: str, told: str, tmp_path: Path
) -> None:
    out = tmp_path / "m.yaml"
    result = CliRunner().invoke(app, ["new", "m", "--like", like, "--drug", drug, "--out", str(out)])
    assert result.exit_code == 2
    assert re.search(told, result.stderr)
    assert "change the drug in the copy by hand" in result.stderr
    assert not out.exists()
