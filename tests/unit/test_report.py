"""The report of a run, of a patient and of a sweep: whole, alone, and saying what the tables say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from run_folder_fixture import FAILED, NONE, SEVERE, arm_outcomes, outcome, skin_run, step_events, talk_run, write_run

from analysis import load_results
from analysis.report import report_html, write_report
from analysis.report.parts import typeset
from analysis.treatment import treatment_table
from analysis.treatment_text import treatment_cells

VOID = {"meta", "link", "img", "br"}
PARAMETERS = "name,value,unit,low,high,kind,system,source,where,note\nmast_cell.pool,4000,,500,5e4,fitted,,x,,\n"
PARAMETERS += "drugs.penicillin_g.volume,20,L,5,40,measured,,y,,\npatients.share,0.09,,0,1,assumed,,model,,\n"


class Reader(HTMLParser):
    """Checks that every element is closed in its order, and keeps what is looked at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def talk(tmp_path_factory) -> tuple[Path, str]:
    folder = talk_run(tmp_path_factory.mktemp("talk"), patients=40)
    (folder / "parameters.csv").write_text(PARAMETERS)
    return folder, report_html(load_results(folder))


def test_the_page_is_whole_and_alone(talk):
    read = Reader(talk[1])
    assert read.open == []
    ids = [attributes["id"] for _, attributes in read.attributes if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [a["href"] for tag, a in read.attributes if tag == "a"]
    assert {target[1:] for target in targets} <= set(ids)
    addresses = [a[name] for _, a in read.attributes for name in ("src", "href", "action") if a.get(name)]
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert "@import" not in talk[1]
    assert "url(" not in talk[1]
    assert all(a.get("alt") for tag, a in read.attributes if tag == "img")


def test_it_says_what_the_tables_say(talk):
    results, text = load_results(talk[0]), Reader(talk[1]).text
    for row in treatment_cells(treatment_table(results))[1:]:
        for cell in row[1:]:
            assert typeset(cell) in text
    risk = results.paired("moderate_or_severe").mean()
    assert f"{100 * risk['full_dose']:.0f}%" in text
    assert "0 of 120" in text
    assert "not medical advice" in text
    assert "fitted" in text
    assert "mast_cell.pool" in text


def test_what_comes_from_outside_is_escaped(tmp_path):
    rows = arm_outcomes("full_dose", [SEVERE, NONE])
    folder = write_run(tmp_path, rows, arms=["full_dose"], question="<script>alert(1)</script> & more?")
    page = report_html(load_results(folder))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.filterwarnings("ignore:1 of 6 rows failed")
def test_failed_rows_and_few_patients_are_to_be_looked_at(tmp_path):
    rows = arm_outcomes("full_dose", [SEVERE, NONE, FAILED]) + arm_outcomes("rdd", [NONE] * 3)
    page = report_html(load_results(write_run(tmp_path, rows, arms=["full_dose", "rdd"])))
    text = Reader(page).text
    assert "look Failed rows: 1 of 6: histamine is not finite (1)" in text
    assert "fewer than 30" in text
    assert "This run folder holds no parameters.csv" in text


def test_a_t_cell_history_has_its_figures(tmp_path):
    page = report_html(load_results(skin_run(tmp_path, patients=12)))
    read = Reader(page)
    assert sum(tag == "img" for tag, _ in read.attributes) == 4
    assert "died of first_exposure and were not treated again" in read.text


def test_a_patient_has_a_page(tmp_path):
    events = step_events("rdd", "ladder_12_step", 12)
    events += [events[-1] | {"event_number": 12, "event": "reaction", "time_min": 170.0, "severity": "mild"}]
    rows = [
        outcome("full_dose", 0, SEVERE),
        outcome("rdd", 0, NONE),
        outcome("full_dose", 1, NONE),
        outcome("rdd", 1, NONE),
    ]
    results = load_results(write_run(tmp_path, rows, arms=["full_dose", "rdd"], events=events))
    path = write_report(results, patient_id=0)
    assert path == tmp_path / "patient-0.html"
    text = Reader(path.read_text(encoding="utf-8")).text
    assert "full dose: severe reaction after 10 min in step 1 of full_dose, 100 mg, 2,400 of 2,400 mg given." in text
    assert "All 13 events" in text
    with pytest.raises(LookupError, match="patient 9 is not in this run, which has 2 patients with ids from 0 to 1"):
        write_report(results, patient_id=9)


def test_the_dead_and_the_recorded_are_told_of(tmp_path):
    results = load_results(skin_run(tmp_path, patients=5, dead=1))
    assert "not treated: died in the arm before" in report_html(results, patient_id=0)
    assert "T cells and skin of patient 4" in report_html(results, patient_id=4)


def test_the_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    results = load_results(write_run(tmp_path / "run", arm_outcomes("full_dose", [SEVERE, NONE]), arms=["full_dose"]))
    path = write_report(results, tmp_path / "out.html")
    before = path.read_bytes()
    monkeypatch.setattr("analysis.report.parts.os.replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_report(results, path)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out.html", "run"]


@pytest.mark.parametrize(
    ("text", "set_so"),
    [
        ("90% (80-95)", "90% (80–95)"),
        ("-78 (-87 to -66)", "−78 (−87 to −66)"),
        ("re-exposure", "re-exposure"),
        ("-", "-"),
    ],
)
def test_hyphens_between_numbers_are_dashes(text, set_so):
    assert typeset(text) == set_so


def test_courses_are_told_in_words_and_drawn(tmp_path):
    step = {"drug": "penicillin_g", "protocol": "ladder_12_step", "bag": 1, "rate_ml_per_h": 2.0, "per": ""}
    course = [step | {"number": n, "duration_min": 15.0, "dose_mg": 10.0 * n} for n in (1, 2, 3)]
    course += [{"duration_min": 2880.0}]
    course += [{"drug": "penicillin_g", "protocol": "swallowed", "number": 1, "dose_mg": 250.0, "every_min": 720.0,
                "times": 4, "route": "oral", "per": ""}]  # fmt: skip
    folder = write_run(tmp_path, arm_outcomes("full_dose", [SEVERE, NONE]), arms=["full_dose"])
    results = load_results(folder)
    rule = {"pause_min": 30.0, "resume_at": "same_step", "treat": ["adrenaline"]}
    arm = {"name": "full_dose", "course": course, "premedication": ["H1"], "on_reaction": rule}
    results.run["identity"] = {"scenario": {"arms": [arm], "parameters": {"mast_cell.pool": 2.0}}}
    text = Reader(report_html(results)).text
    assert "60 mg of penicillin G in 45 min (ladder_12_step, 3 steps); then no drug for 2 d; then 250 mg" in text
    assert "swallowed, every 12 h, 4 times" in text
    assert "premedication: H1; at a reaction: pause 30 min, give adrenaline, go on at same step" in text
    assert "the scenario changes mast_cell.pool = 2" in text
    assert re.search(r"Steps of full_dose.*7\.?5?", text)


def test_a_number_in_the_report_follows_the_data(tmp_path):
    first = report_html(
        load_results(write_run(tmp_path / "a", arm_outcomes("x", [SEVERE, NONE]), arms=["x"], reference="x"))
    )
    second = report_html(
        load_results(write_run(tmp_path / "b", arm_outcomes("x", [NONE, NONE]), arms=["x"], reference="x"))
    )
    assert "50%" in Reader(first).text
    assert "50%" not in Reader(second).text
    assert pd.notna(first)
