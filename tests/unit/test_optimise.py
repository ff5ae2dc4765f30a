"""The protocol optimiser: fronts and choices of known cases, a search whose answer is known, and a small whole run."""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from abm.cli import app
from abm.run_folder import RunFolderError
from abm.scenario_file import load_scenario
from abm.studies import optimise_search
from abm.studies.common_numbers import SamePatients
from abm.studies.ladder_design import Design, Given, what_is_given
from abm.studies.optimise import Optimum, choose, optimise, verdict
from abm.studies.optimise_search import Effort, Judge, finalists, pareto, plausible_sets, search

PENICILLIN = Given("penicillin_g", 2400.0, "", 30.0)


def test_the_front_is_what_nothing_beats() -> None:
    minutes = [60.0, 120.0, 120.0, 240.0, 300.0, 30.0]
    risk = [0.5, 0.2, 0.3, 0.2, 0.1, 0.9]
    assert pareto(minutes, risk).tolist() == [True, True, False, False, True, True]


def known_risk(steps: Any, both: bool = False) -> dict[str, Any]:
    """A world whose answer is known: the risk is that of the fastest tenfold rise, and falls with the last step."""
    del both
    minutes = sum(step.duration_min for step in steps)
    steep = max(after.dose_mg / before.dose_mg for before, after in pairwise(steps))
    risk = min(1.0, 0.02 * steep + 20.0 / minutes)
    return {"looks": 2, "risk": risk, "risks_of_sets": [risk], "robust_risk": risk}


def test_a_search_nears_the_known_front(tmp_path) -> None:
    trials = search(tmp_path, PENICILLIN, known_risk, Effort(trials=45, seed=3), lambda *told: None)
    assert len(trials) == 45
    by_chance = trials.iloc[4:20]
    searched = trials.iloc[20:]
    worth = [(part["risk"] + part["duration_min"] / 600.0).min() for part in (by_chance, searched)]
    assert worth[1] < worth[0]
    assert np.median(searched["risk"]) < np.median(by_chance["risk"])


def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path) -> None:
    whole = search(tmp_path / "a", PENICILLIN, known_risk, Effort(trials=26), quiet(tmp_path / "a"))
    judged = []

    def dies(steps: Any, both: bool = False) -> dict[str, Any]:
        judged.append(1)
        if len(judged) == 23:
            raise KeyboardInterrupt
        return known_risk(steps, both)

    tell = quiet(tmp_path / "b")
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path / "b", PENICILLIN, dies, Effort(trials=26), tell)
    resumed = search(tmp_path / "b", PENICILLIN, known_risk, Effort(trials=26), tell)
    pd.testing.assert_frame_equal(whole, resumed)


@pytest.mark.parametrize("left", [0.995, 0.6, 0.3, 0.0])
def test_a_search_whose_journal_was_cut_in_a_line_goes_on_as_if_it_had_not_been(tmp_path, left) -> None:
    tell = quiet(tmp_path / "a")
    whole = search(tmp_path / "a", PENICILLIN, known_risk, Effort(trials=8), tell)
    journal = tmp_path / "a" / optimise_search.JOURNAL
    data = journal.read_bytes()
    end = int(left * len(data))
    while data[end - 1 : end] == b"\n":
        end -= 1
    journal.write_bytes(data[:end])
    pd.testing.assert_frame_equal(search(tmp_path / "a", PENICILLIN, known_risk, Effort(trials=8), tell), whole)


def test_a_damaged_line_of_the_journal_is_told_with_its_place(tmp_path) -> None:
    tell = quiet(tmp_path / "a")
    search(tmp_path / "a", PENICILLIN, known_risk, Effort(trials=2), tell)
    journal = tmp_path / "a" / optimise_search.JOURNAL
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:2], lines[2][:10], *lines[3:]]))
    with pytest.raises(RunFolderError, match=r"search.log is damaged in line 3; choose another --out"):
        search(tmp_path / "a", PENICILLIN, known_risk, Effort(trials=2), tell)


def quiet(folder: Any) -> Any:
    folder.mkdir()
    return lambda *told: None


def trial(minutes: float, risk: float, robust: float, looks: int = 2) -> dict[str, Any]:
    row = Design(1e-5, 2.0, 10.0, 5, minutes - 40.0).numbers()
    return {"trial": 0, **row, "duration_min": minutes, "looks": looks, "risk": risk, "robust_risk": robust}


def test_finalists_are_safe_and_from_either_front() -> None:
    trials = pd.DataFrame([
        trial(60, 0.6, 0.7), trial(120, 0.1, 0.3), trial(180, 0.12, 0.2), trial(240, 0.02, 0.25),
        trial(300, 0.03, 0.3), trial(400, 0.0, 0.1), trial(50, 0.0, 0.0, looks=1),
    ])  # fmt: skip
    names = [design.duration_min for design in finalists(trials, Effort(finalists=9), 0.12)]
    assert names == [120.0, 180.0, 240.0, 400.0]
    assert [design.duration_min for design in finalists(trials, Effort(finalists=2), 0.12)] == [120.0, 400.0]


def protocols(*rows: tuple[str, float, float, bool]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["protocol", "duration_min", "risk", "within_limit"])


REFERENCE = ("ladder_12_step", 339.0, 0.08, False)


def test_the_winner_is_the_shortest_within_the_limit() -> None:
    table = protocols(
        REFERENCE, ("design_1", 100, 0.2, False), ("design_2", 400, 0.01, True), ("design_3", 500, 0.0, True)
    )
    assert choose(table) == ("design_2", "limit")


def test_else_the_shortest_that_is_as_safe_as_the_reference_and_shorter() -> None:
    table = protocols(
        REFERENCE, ("design_1", 100, 0.2, False), ("design_2", 250, 0.08, False), ("design_3", 400, 0.05, False)
    )
    assert choose(table) == ("design_2", "safer and shorter")


def test_else_the_least_risky() -> None:
    table = protocols(REFERENCE, ("design_1", 100, 0.2, False), ("design_2", 400, 0.07, False))
    assert choose(table) == ("design_2", "least risk")
    table = protocols(REFERENCE, ("design_1", 100, 0.2, False), ("design_2", 400, 0.09, False))
    assert choose(table) == ("design_2", "riskier")


@pytest.mark.parametrize("why", ["limit", "safer and shorter", "least risk", "riskier"])
def test_the_verdict_names_the_winner_and_its_bound(why) -> None:
    table = protocols(REFERENCE, ("design_1", 300, 0.04, True)).assign(risk_high=[0.1, 0.049])
    told = "design_1 takes 5.00 h; risk 4.0 %, upper 95 % bound 4.9 % (ladder_12_step takes 5.65 h; risk 8.0 %"
    said = verdict(Optimum(None, pd.DataFrame(), table, "design_1", why), Effort())  # type: ignore[arg-type]
    assert told in said
    assert said.startswith("No winner: every design that was tried on fresh patients was riskier") == (why == "riskier")


def test_a_winner_that_is_long_does_not_hide_a_shorter_one_as_safe_as_the_reference() -> None:
    table = protocols(REFERENCE, ("design_1", 300, 0.07, False), ("design_2", 900, 0.03, True))
    found = Optimum(None, pd.DataFrame(), table.assign(risk_high=[0.1, 0.09, 0.045]), *choose(table))  # type: ignore[arg-type]
    assert found.winner == "design_2"
    assert "Shorter than ladder_12_step, with no more risk: design_1 takes 5.00 h" in verdict(found, Effort())


@pytest.fixture(scope="module")
def people() -> SamePatients:
    return SamePatients(load_scenario("rdd", ["patients=21", "cells=200", "follow_up=10 min"]))


def test_sets_of_fitted_parameters_are_within_their_ranges_and_still_harm(people) -> None:
    arm = people.scenario.reference
    sets = plausible_sets(people, arm, 2, seed=1)
    assert 1 <= len(sets) <= 2
    fitted = {p.name: p for p in optimise_search.fitted_parameters(people)}
    for changed in sets:
        assert set(changed) == set(fitted)
        assert all(fitted[name].low <= value <= fitted[name].high for name, value in changed.items())


def test_a_hopeless_design_is_looked_at_once(people) -> None:
    judge = Judge(people, people.scenario.reference, [{}], Effort(patients=21, cells=200))
    given = what_is_given(people.scenario, people.scenario.reference)
    bolus = Design(0.01, 10.0, 1.0, 2, 30.0).steps(given)
    assert judge(bolus)["looks"] == 1
    twice = judge(bolus, both=True)
    assert twice["looks"] == 2
    assert twice["risks_of_sets"] != []
    assert twice["robust_risk"] >= min(twice["risk"], *twice["risks_of_sets"])


SMALL = ["--trials", "4", "--patients", "6", "--cells", "100", "--sets", "1", "--fresh", "10", "--fresh-cells", "100",
         "--finalists", "2", "--workers", "1"]  # fmt: skip


def test_the_command_writes_a_winner_that_can_be_run(tmp_path) -> None:
    words = ["optimise", "rdd", "--set", "follow_up=10 min", *SMALL, "--out", str(tmp_path / "o")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "not medical advice" in done.output
    table = pd.read_csv(tmp_path / "o" / "protocols.csv")
    assert {"ladder_12_step", "one_bag", "graded_10_fold", "full_dose", "slow_infusion"} < set(table["protocol"])
    assert table["n"].eq(10).all()
    assert (table["robust_risk"] <= table["worst_risk"]).all()
    winner = load_scenario(tmp_path / "o" / "winner.yaml")
    assert [arm.name for arm in winner.arms][:2] == ["ladder_12_step", "designed_ladder"]
    best = table.set_index("protocol").loc[choose(table)[0]]
    assert sum(step.duration_min for step in winner.arms[1].course) == pytest.approx(best["duration_min"])
    fresh = json.loads((tmp_path / "o" / "fresh" / "run.json").read_text(encoding="utf-8"))
    assert fresh["seed"] != winner.seed
    assert (tmp_path / "o" / "front.png").read_bytes().startswith(b"\x89PNG")
    best_risk, ladder = (table.set_index("protocol").loc[name, "risk"] for name in (choose(table)[0], "ladder_12_step"))
    text = (tmp_path / "o" / "winner.yaml").read_text(encoding="utf-8")
    assert ("# No winner: riskier than" in text) == ("No winner" in done.stdout) == (best_risk > ladder)
    journal = tmp_path / "o" / optimise_search.JOURNAL
    journal.write_bytes(journal.read_bytes()[:-9])
    again = CliRunner().invoke(app, words)
    assert again.stdout == done.stdout
    assert "other sets of parameters: 1 of 1" in again.stderr
    assert "other sets of parameters: 0 of 1" not in again.stderr
    other = CliRunner().invoke(app, [*words, "--limit", "0.1"])
    assert other.exit_code == 2
    assert "holds another study" in other.output


def test_without_optuna_the_remedy_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    done = CliRunner().invoke(app, ["optimise", "rdd", *SMALL, "--out", str(tmp_path / "o")])
    assert done.exit_code == 2
    assert "optuna is not installed; it comes with the extra 'science'" in done.output
    assert not (tmp_path / "o").exists()


def test_an_unknown_arm_is_told(tmp_path) -> None:
    done = CliRunner().invoke(app, ["optimise", "rdd", "--arm", "slow", "--out", str(tmp_path / "o")])
    assert done.exit_code == 2
    assert "no arm 'slow'; the arms of rdd are rdd" in done.output


def test_ctrl_c_keeps_what_is_done(tmp_path, monkeypatch) -> None:
    def stops(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("abm.studies.optimise.search", stops)
    scenario = load_scenario("rdd", ["follow_up=10 min"])
    with pytest.raises(KeyboardInterrupt):
        optimise(scenario, scenario.reference, Effort(patients=3, cells=100, sets=0), tmp_path / "o")
    assert (tmp_path / "o" / "identity.json").is_file()
    assert "published ladder_12_step" in (tmp_path / "o" / "found.jsonl").read_text(encoding="utf-8")
