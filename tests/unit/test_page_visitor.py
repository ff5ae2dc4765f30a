"""A visitor's messages: done, or refused in words; nobody sees another's models; what is brought along is checked."""

from __future__ import annotations

import threading
import time

import pytest

from abm import run_study
from abm.page import histories
from abm.page.lessons import lessons
from abm.page.own import Offer, run_of, uploaded
from abm.page.visitor import IDLE_S, Visitor, drop_idle

OWN = """
name: own
population: sensitised_adult
patients: 2
drug: penicillin_g
cells: 90
arms:
  plain: {reference: true, course: [full_dose]}
  slow: {course: [slow_infusion]}
"""


def say(visitor: Visitor, kind: str, **more) -> list[str]:
    visitor.hear({"kind": kind, "scene": visitor.shown["scene"]["n"], **more})
    return visitor.shown["problems"]


def clock(visitor: Visitor) -> float:
    return visitor.shown["frame"]["clock_min"]


def test_a_visitor_begins_with_the_first_lesson_and_moves_on():
    visitor = Visitor()
    assert visitor.shown["lesson"]["name"] == "minefield"
    assert [each["name"] for each in visitor.shown["catalogue"]] == list(lessons())
    assert say(visitor, "advance", minutes=2.0) == []
    assert clock(visitor) == 2.0
    assert say(visitor, "reset") == []
    assert clock(visitor) == 0.0
    assert say(visitor, "lesson", name="red_man") == []
    assert visitor.shown["lesson"]["title"] == "Red man"


def test_visitors_share_nothing():
    first, second = Visitor(), Visitor()
    say(first, "advance", minutes=10.0)
    say(first, "act", arm=0, what="stop", minutes=None)
    assert clock(second) == 0.0
    assert second.stage.models[0].course.state.drug.sum() == 0.0
    assert not second.stage.models[0].course.held


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"kind": "dance"}, "does not know: 'dance'"),
        ({"kind": "lesson", "name": "x"}, "there is no lesson 'x'"),
        ({"kind": "change", "key": "patient", "value": "many"}, "patient is 'many'"),
        ({"kind": "change", "key": "first", "value": "nothing"}, "no arm 'nothing'"),
        ({"kind": "act", "arm": 3, "what": "hold"}, "first or second arm"),
        ({"kind": "act", "arm": 0, "what": "hold", "minutes": "x"}, "needed is a number from 1 to"),
        ({"kind": "pick", "row": None, "column": 1}, "needed is a number"),
        ({"kind": "upload", "name": "a.yaml", "text": "drug: ["}, "not valid YAML"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(message, told):
    visitor = Visitor()
    say(visitor, "advance", minutes=3.0)
    assert any(told in text for text in say(visitor, message.pop("kind"), **message))
    assert clock(visitor) == 3.0
    assert visitor.shown["chosen"]["query"] == "lesson=minefield"
    visitor.hear({"kind": "advance", "scene": visitor.shown["scene"]["n"], "minutes": 1.0})
    assert clock(visitor) == 4.0


def test_advance_takes_no_wild_number():
    visitor = Visitor()
    for minutes in (float("nan"), float("inf"), -5.0, "9", None):
        assert say(visitor, "advance", minutes=minutes)[0].startswith("needed is a number")
    assert clock(visitor) == 0.0


def test_an_error_of_the_program_is_no_traceback(monkeypatch, caplog):
    visitor = Visitor()
    monkeypatch.setattr(type(visitor.stage), "advance", lambda *_: 1 / 0)
    assert say(visitor, "advance", minutes=1.0)[0].startswith("Something went wrong in the program")
    assert "ZeroDivisionError" in caplog.text


def test_a_patient_who_died_before_is_told():
    visitor = Visitor("lesson=never_in_sjs&patient=2")
    assert visitor.shown["problems"] == [
        "patient 2 dies before arm 'ladder' begins; choose another patient or 'first_exposure'"
    ]
    assert visitor.shown["chosen"]["patient"] == 1


def test_a_link_shows_the_same():
    first = Visitor()
    say(first, "change", key="dose", value="300")
    say(first, "advance", minutes=5.0)
    say(first, "act", arm=0, what="hold", minutes=20)
    second = Visitor(first.shown["chosen"]["query"])
    for visitor in (first, second):
        while clock(visitor) < 30.0:  # a picture is sent in time, however little has passed
            say(visitor, "advance", minutes=30.0 - clock(visitor))
    pictures = [[arm["picture"] for arm in visitor.shown["frame"]["arms"]] for visitor in (first, second)]
    assert pictures[0] == pictures[1]
    assert second.stage.acts == first.stage.acts != []


def test_idle_visitors_are_let_go_and_wake():
    visitor = Visitor("lesson=minefield&dose=100")
    say(visitor, "advance", minutes=5.0)
    assert drop_idle(time.monotonic()) == 0
    assert drop_idle(time.monotonic() + IDLE_S + 1.0) >= 1
    assert visitor._stage is None
    say(visitor, "advance", minutes=5.0)
    assert visitor.shown["chosen"]["values"]["dose"] == 100.0
    assert clock(visitor) == 0.0
    say(visitor, "advance", minutes=5.0)
    assert clock(visitor) == 5.0


def test_the_map_is_filled_by_treating_patients():
    visitor = Visitor("lesson=know_your_enemy")
    fields = visitor.shown["map"]["rows"][0]["fields"]
    assert [field["n"] for field in fields] == [0] * 5
    say(visitor, "fill")
    ige = visitor.shown["map"]["rows"][0]
    assert ige["name"] == "IgE"
    assert [field["n"] for field in ige["fields"]] == [1] * 5
    assert ige["fields"][0]["harmed"] == 1
    assert ige["fields"][2]["harmed"] == ige["fields"][4]["harmed"] == 0
    assert not visitor.shown["map"]["done"]
    say(visitor, "lesson", name="minefield")
    assert visitor.shown["map"] is None
    say(visitor, "lesson", name="know_your_enemy")
    assert visitor.shown["map"]["treated"] == 1


def test_a_scenario_of_ones_own_is_shown():
    visitor = Visitor()
    assert say(visitor, "upload", name="own.yaml", text=OWN) == []
    assert visitor.shown["lesson"]["title"] == "Your scenario"
    assert visitor.shown["chosen"]["arms"] == ["plain", "slow"]
    assert say(visitor, "lesson", name="minefield") == []
    assert say(visitor, "lesson", name="upload") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "100 kB at most"),
        ("#" * 200_000, "100 kB at most"),
        (OWN + "extends: rdd\n", "'extends' asks for another file"),
        (OWN.replace("sensitised_adult", "/etc/people.yaml"), "'/etc/people.yaml' asks for another file"),
        (OWN.replace("sensitised_adult", "{from: people.csv}"), "'from' asks for another file"),
        (OWN.replace("cells: 90", "cells: 1000000"), "20,000 mast cells at most"),
        (OWN + "".join(f"  a{n}: {{course: [full_dose]}}\n" for n in range(12)), "12 arms at most, and it has 14"),
        (OWN + "  late: {after: plain, course: [{gap: 4000 d}]}\n", "arm late and those before it last 4,000 days"),
        (OWN.replace("penicillin_g", "penicilin_g"), "own.yaml:5:7"),
        (OWN.replace("sensitised_adult", "!!python/object:os.system x"), "the tag"),
    ],
)
def test_an_upload_is_checked(text, told):
    with pytest.raises(Exception, match=r"own\.yaml|100 kB") as refused:
        uploaded("C:/fakepath/own.yaml" if text else "own.yaml", text)
    assert told in str(refused.value)
    assert "/tmp" not in str(refused.value)


def test_any_patient_of_a_run_is_replayed(tmp_path, monkeypatch):
    results = run_study("full_dose", patients=3, cells=90, out=tmp_path / "run")
    ids = [int(number) for number in results.patients["patient_id"]]
    monkeypatch.setattr(Offer, "run", run_of(tmp_path / "run", ids[2]))
    visitor = Visitor()
    assert visitor.shown["lesson"]["title"] == "Your run"
    assert visitor.shown["patients"] == ids
    assert visitor.shown["chosen"]["patient"] == ids[2]
    assert say(visitor, "change", key="patient", value="999999")[0].startswith(
        "patient 999999 is not in this run; it has 3"
    )
    assert visitor.shown["chosen"]["patient"] == ids[2]
    while visitor.shown["frame"]["running"]:
        say(visitor, "advance", minutes=60.0)
    row = results.outcomes.set_index("patient_id").loc[ids[2]]
    assert visitor.stage.models[0].outcome()["peak_histamine_ng_per_ml"] == row["peak_histamine_ng_per_ml"]
    with pytest.raises(ValueError, match="patient 999999 is not in"):
        run_of(tmp_path / "run", 999_999)


def test_who_waits_for_a_history_holds_up_nobody_else(monkeypatch):
    """A patient's past may take long to live; other visitors' patients are not in its way."""
    begun, go_on = threading.Event(), threading.Event()
    real = histories.history

    def slow(scenario, arm, patient, numbers):
        if patient["patient_id"] == 5:
            begun.set()
            assert go_on.wait(30.0)
        return real(scenario, arm, patient, numbers)

    monkeypatch.setattr(histories, "history", slow)
    waits = threading.Thread(target=lambda: Visitor("lesson=only_this_drug&patient=5"))
    waits.start()
    assert begun.wait(30.0)
    assert Visitor("lesson=only_this_drug&patient=6").shown["chosen"]["patient"] == 6
    assert waits.is_alive()
    go_on.set()
    waits.join(30.0)
    assert not waits.is_alive()
