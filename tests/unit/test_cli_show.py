"""``desensim show``: what the program knows, as text."""

from __future__ import annotations

import json

from typer.testing import CliRunner, Result

from abm.cli import app
from abm.output_columns import TABLES
from abm.parameters.catalog import DRUGS, all_parameters


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
