"""``desensim show``: what the program knows, as text."""

from __future__ import annotations

import json
import re
from pathlib import Path

from typer.testing import CliRunner, Result

from abm.cli import app
from abm.output_columns import TABLES
from abm.parameters.catalog import DRUGS, all_parameters
from abm.scenario_source import shipped_populations
from abm.traits import POPULATIONS


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_show_protocol_is_the_published_table() -> None:
    result = call("show", "protocol", "ladder_12_step", "--drug", "ceftriaxone", "--dose", "2 g")
    assert result.exit_code == 0
    table = result.stdout.split("-\n", 1)[1].splitlines()
    doses = [line.split()[-3] for line in table[:12]]
    published = "0.040 0.100 0.200 0.400 1.000 2.000 4.000 8.000 19.843 39.685 79.370 1845.362"
    assert doses == published.split()
    assert "339.38 min" in result.stdout


def test_show_protocol_without_a_pump_rate() -> None:
    result = call("show", "protocol", "full_dose", "--drug", "carboplatin", "--dose", "450mg")
    assert result.exit_code == 0
    assert "450.000" in result.stdout
    assert "nan" not in result.stdout.lower().split()


STUDY = """\
name: doses
question: Which dose?
population: sensitised_adult
patients: 3
drug: carboplatin
dose: AUC 5
arms:
  rdd: {reference: true, course: [ladder_12_step]}
  mixed:
    course: [{protocol: full_dose, drug: penicillin_g, dose: 4 MU}, {gap: 1 d}, {protocol: ladder, dose: 1 mg/m2}]
"""


def rows_of(words: str) -> list[list[str]]:
    """The rows of the table that is shown."""
    result = call(*words.split("|"))
    assert result.exit_code == 0, result.output
    lines = result.stdout.split("-\n", 1)[1].split("\n\n")[0].splitlines()
    return [line.split() for line in lines]


def test_show_protocol_of_a_dose_that_depends_on_the_patient() -> None:
    shown = "show|protocol|ladder_12_step|--drug|carboplatin|--dose|AUC 5"
    assert rows_of(shown + "|--gfr|100")[-1][-2] == "625.000"
    assert rows_of(shown + "|--gfr|300")[-1][-2] == "750.000"
    assert rows_of(shown)[-1][-2] == "5.000"
    ordered = call(*shown.split("|")).stdout
    assert "dose AUC" in ordered
    assert "Doses in AUC as ordered" in ordered
    shown = "show|protocol|full_dose|--dose|175 mg/m2|--weight|70|--height|170|--gfr|100"
    assert rows_of(shown)[-1][-2] == "318.171"
    assert rows_of("show|protocol|full_dose|--dose|15 mg/kg|--weight|70")[-1][-2] == "1050.000"
    assert rows_of("show|protocol|full_dose|--dose|4 MU")[-1][-2] == "2400.000"


def test_show_protocol_with_what_is_chosen() -> None:
    rows = rows_of("show|protocol|ladder|--dose|1 g|--with|start=1e-3|--with|interval=5 min|--with|step_count=4")
    assert [row[-3] for row in rows] == ["1.000", "2.000", "4.000", "993.000"]
    assert [row[0] for row in rows] == ["0:00", "0:05", "0:10", "0:15"]
    rows = rows_of("show|protocol|one_bag|--with|rates=[1 mL/h, 10 mL/h]|--with|interval=30 min")
    assert [row[4] for row in rows] == ["1.000", "10.000"]


def test_show_protocol_of_the_oral_protocol_is_what_a_nurse_reads() -> None:
    result = call("show", "protocol", "penicillin_oral_14_step", "--drug", "penicillin_v")
    assert result.exit_code == 0
    heads = result.stdout.splitlines()[3]
    assert [head in heads for head in ("step", "mL", "U/mL", "units", "given units", "dose mg")] == [True] * 6
    last = rows_of("show|protocol|penicillin_oral_14_step|--drug|penicillin_v")[-1]
    assert last[1:9] == ["14", "oral", "50.0000", "80000", "30.000", "8.000", "640000", "1296700"]


def test_show_protocol_of_an_arm_of_a_scenario(tmp_path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY, encoding="utf-8")
    assert rows_of(f"show|protocol|{path}|--arm|rdd|--gfr|90")[-1][-2] == "575.000"
    mixed = rows_of(f"show|protocol|{path}|--arm|mixed")
    assert mixed[0][1] == "penicillin_g"
    assert mixed[1][0] == "24:30"
    assert rows_of("show|protocol|rdd|--arm|rdd")[-1][-2] == "2400.000"
    for words, said in (
        ([str(path)], "doses has the arms rdd, mixed; choose one with --arm"),
        ([str(path), "--arm", "rd"], "unknown arm 'rd'; allowed: rdd, mixed; did you mean 'rdd'?"),
        ([str(path), "--arm", "rdd", "--weight", "70"], "a dose in AUC needs --gfr"),
        ([str(tmp_path / "none.yaml")], "S001 no such file"),
        (["ladder", "--dose", "5 U", "--drug", "carboplatin"], "--dose: S207 dose: 'carboplatin' has no units"),
        (["ladder", "--dose", "AUC 5"], "S208 'penicillin_g' is not dosed by an AUC; drugs that are: carboplatin"),
        (["ladder", "--with", "interval"], "--with interval: write KEY=VALUE, for example --with 'interval=5 min'"),
        (["ladder", "--with", "interval=5"], "--with interval: S201 interval: '5' has no unit"),
        (["leader"], "unknown protocol 'leader'; .*did you mean 'ladder'"),
    ):
        result = call("show", "protocol", *words)
        assert result.exit_code == 2
        assert re.search(said, result.output.replace("\n", " ")), result.output


def test_show_protocol_of_a_sweep_is_that_of_its_first_point() -> None:
    result = call("show", "protocol", "missed_doses", "--arm", "missed")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1].startswith("Point 0 of 9: missed [2], swept_drug penicillin_g, ")
    assert max(map(len, lines)) <= 100


def test_show_drugs_and_columns() -> None:
    drugs = call("show", "drugs").stdout
    assert all(name in drugs for name in DRUGS)
    assert max(len(line) for line in drugs.splitlines()) <= 120
    assert "IV, oral, IM" in drugs
    assert "mixed: complement, IgE" in drugs
    columns = call("show", "columns").stdout
    assert len(columns.splitlines()) == 2 + sum(len(table) for table in TABLES.values())
    assert call("show", "columns", "patients").stdout.count("\n") == 2 + len(TABLES["patients"])


def test_show_parameters_as_json() -> None:
    listed = json.loads(call("show", "parameters", "--json").stdout)
    assert [entry["name"] for entry in listed] == [parameter.name for parameter in all_parameters()]
    keys = {"name", "value", "unit", "low", "high", "kind", "source", "where", "second_reading"}
    assert all(set(entry) == keys and entry["second_reading"] is False for entry in listed)
    assert len(call("show", "parameters").stdout.splitlines()) == len(listed) + 2


def test_show_patient_is_the_patient_of_a_study(tmp_path) -> None:
    call(
        "run", "comparison", "--patients", "2", "--cells", "200", "--out", str(tmp_path / "run"), "--seed", "5", "--csv"
    )
    header, first = (tmp_path / "run" / "patients.csv").read_text(encoding="utf-8").splitlines()[:2]
    traits = dict(zip(header.replace('"', "").split(","), first.replace('"', "").split(","), strict=True))
    shown = call("show", "patient", traits["patient_id"], "--seed", "5")
    assert shown.exit_code == 0
    values = {line.split()[0]: line.split()[1] for line in shown.stdout.splitlines() if "  " in line}
    assert values["sex"] == traits["sex"]
    assert values["weight_kg"] == f"{float(traits['weight_kg']):.4g}"


def test_show_populations_lists_all_of_them_and_one_law_by_law() -> None:
    listed = call("show", "populations")
    assert listed.exit_code == 0
    names = [line.split()[0] for line in listed.stdout.splitlines() if line]
    assert {*POPULATIONS, *shipped_populations()} <= set(names)
    one = call("show", "populations", "cystic_fibrosis").stdout
    assert "normal, mean 43.1, sd 7.8, 25 to 70" in one
    assert "bulitta_2007" in one
    assert "weight_kg and height_cm correlate by 0.931" in one


def test_show_a_population_and_a_patient_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: mine\nmeaning: my people\nlike: volunteer\n", encoding="utf-8")
    assert "my people" in call("show", "populations", str(file)).stdout
    shown = call("show", "patient", "3", "--population", str(file))
    assert shown.exit_code == 0
    assert shown.stdout == call("show", "patient", "3", "--population", "volunteer").stdout
    assert re.search(r"^sex +male ", shown.stdout, re.MULTILINE)


def test_a_population_that_is_not_there_is_refused_with_the_nearest() -> None:
    for words in (("populations", "pregnent"), ("patient", "1", "--population", "pregnent")):
        refused = call("show", *words)
        assert refused.exit_code == 2
        assert "S303 unknown population 'pregnent'" in refused.stderr
        assert "did you mean 'pregnant'?" in refused.stderr
