"""A user's own patients from CSV: what is read, what is drawn, and what is refused and where."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scenario_texts import SMALL, write

from abm.parameters.catalog import default_parameters
from abm.population import SelectionError, draw_patient, select_patients
from abm.scenario_file import CODES, ScenarioError, load_scenario, resolved_yaml

P = default_parameters()
TEXT = """\
patient_id,sex,age_y,weight_kg,baseline_tryptase_ng_per_ml,sensitised,hla_b_57_01
7,female,30,60,4.4,true,1
3,male,,70.5,,,
4294967295,female,41,,12,TRUE,0
"""
ASKED = SMALL.replace("sensitised_adult", "{from: cohort.csv, like: pregnant}")


def cohort(folder: Path, text: str | bytes = TEXT, asked: str = ASKED, *overrides: str):
    (folder / "cohort.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_scenario(write(folder, asked), overrides)


def refusals(folder: Path, text: str | bytes, asked: str = ASKED) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        cohort(folder, text, asked)
    assert all(problem.code in CODES for problem in caught.value.problems)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def test_known_traits_are_kept_and_the_rest_is_drawn_as_in_the_population(tmp_path: Path) -> None:
    people = select_patients(cohort(tmp_path), P).set_index("patient_id")
    assert list(people.index) == [7, 3, 4294967295]
    assert people.loc[7, ["sex", "age_y", "weight_kg", "baseline_tryptase_ng_per_ml", "sensitised"]].tolist() == [
        "female", 30.0, 60.0, 4.4, True,
    ]  # fmt: skip
    assert people["hla_b_57_01"].tolist()[::2] == [1, 0]
    like = load_scenario(write(tmp_path, SMALL.replace("sensitised_adult", "pregnant")))
    drawn = pd.Series(draw_patient(like, P, 3))
    unknown = ["age_y", "baseline_tryptase_ng_per_ml", "fceri_per_cell", "symptom_factor", "threshold_factor"]
    assert people.loc[3, unknown].tolist() == drawn[unknown].tolist()
    assert people.loc[3, "sex"] == "male"
    assert people.loc[3, "renal_factor"] == drawn["renal_factor"], "1.5 in pregnancy whatever else is known"


def test_without_ids_rows_are_counted_and_without_like_they_are_sensitised_adults(tmp_path: Path) -> None:
    scenario = cohort(tmp_path, "weight_kg\n60\n70\n\n80\n", SMALL.replace("sensitised_adult", "{from: cohort.csv}"))
    people = select_patients(scenario, P)
    assert people["patient_id"].tolist() == [0, 1, 2]
    adults = select_patients(load_scenario(write(tmp_path, SMALL)), P)
    same = [name for name in people if name not in ("weight_kg", "skin_test_wheal_mm", "skin_test_positive")]
    pd.testing.assert_frame_equal(people[same], adults[same])
    assert people["weight_kg"].tolist() == [60.0, 70.0, 80.0]


def test_a_larger_study_contains_the_smaller_and_other_rows_change_nobody(tmp_path: Path) -> None:
    whole = select_patients(cohort(tmp_path), P)
    two = select_patients(cohort(tmp_path, TEXT, ASKED, "patients=2"), P)
    pd.testing.assert_frame_equal(whole.head(2), two)
    head, *rows = TEXT.splitlines()
    turned = select_patients(cohort(tmp_path, "\n".join([head, *reversed(rows), "1,,,,,,"])), P)
    ordered = whole.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(turned, ordered)


def test_selection_goes_through_the_rows_and_says_when_they_are_too_few(tmp_path: Path) -> None:
    chosen = SMALL.replace("patients: 3", "patients: 2\nselect: {sex: female}")
    asked = chosen.replace("sensitised_adult", "{from: cohort.csv, like: unselected}")
    assert select_patients(cohort(tmp_path, TEXT, asked), P)["patient_id"].tolist() == [7, 4294967295]
    with pytest.raises(SelectionError, match=r"only 1 of 3 candidates of the user's own patients .*fewer patients"):
        select_patients(cohort(tmp_path, TEXT, asked.replace("sex: female", "sex: male")), P)
    with pytest.raises(SelectionError, match="no patient 5 among"):
        draw_patient(cohort(tmp_path), P, 5)


def test_the_table_survives_its_own_text(tmp_path: Path) -> None:
    scenario = cohort(tmp_path)
    rows = scenario.cohort.cohort_rows
    assert rows is not None
    again = cohort(tmp_path, rows.text()).cohort.cohort_rows
    assert (again, again.digest if again else None) == (rows, rows.digest)
    other = cohort(tmp_path, TEXT.replace("70.5", "70.6")).cohort.cohort_rows
    assert other is not None
    assert other.digest != rows.digest
    assert "from: cohort.csv" in resolved_yaml(scenario)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("weight_kg", "wieght_kg", "cohort.csv:1:22: S304 unknown column 'wieght_kg'"),
        ("weight_kg", "sex", "cohort.csv:1:22: S108 the column 'sex' is there twice"),
        ("weight_kg", "skin_test_positive", "cohort.csv:1:22: S318 skin_test_positive cannot be given"),
        ("weight_kg", "case_weight", "cohort.csv:1:22: S318 case_weight cannot be given"),
        (",", ";", "cohort.csv:1:1: S304 unknown column"),
        ("70.5", "nan", "cohort.csv:3:9: S204 weight_kg is 'nan'"),
        ("70.5", "-inf", "cohort.csv:3:9: S204 weight_kg is '-inf'"),
        ("70.5", "70 kg", "cohort.csv:3:9: S103 weight_kg is '70 kg'; a number in kg, without writing it, is needed"),
        ("70.5", "1e999", "cohort.csv:3:9: S104 weight_kg is 1e999; allowed: 2 to 400 kg"),
        ("70.5", "-70", "cohort.csv:3:9: S203 weight_kg is -70; allowed: 2 to 400 kg"),
        ("70.5", "70\x00", "S004"),
        ("male,,", "man,,", "cohort.csv:3:3: S320 sex is 'man'; allowed: female, male"),
        ("TRUE", "yes", "cohort.csv:4:26: S103 sensitised is 'yes'; true or false is needed"),
        (",0\n", ",3\n", "S104 hla_b_57_01 is 3; allowed: 0 to 2"),
        (",0\n", ",0.5\n", "S103 hla_b_57_01 is 0.5; a whole number is needed"),
        ("\n3,", "\n7,", "cohort.csv:3:1: S108 patient_id 7 is that of line 2 already"),
        ("\n3,", "\n-3,", "cohort.csv:3:1: S203 patient_id is -3"),
        ("4294967295", "1e999", "cohort.csv:4:1: S104 patient_id is 1e999"),
        ("4294967295", "4294967296", "cohort.csv:4:1: S104 patient_id is 4294967296"),
        ("3,male,", "3,", "cohort.csv:3:11: S105 6 cells in this row, 7 columns above"),
        ("male,,", '"male,,', "cohort.csv:3:1: S319 this line is no CSV"),
    ],
)  # fmt: skip
def test_faults_are_told_where_they_are(tmp_path: Path, before: str, after: str, expected: str) -> None:
    count = -1 if before == "," else 1
    where = TEXT.index("\n3,") if before == "male,," else 0
    found = refusals(tmp_path, TEXT[:where] + TEXT[where:].replace(before, after, count))
    assert len(found) == 1 or before == ","
    assert expected in found[0]


def test_an_unknown_column_has_the_nearest_name(tmp_path: Path) -> None:
    assert refusals(tmp_path, TEXT.replace("age_y", "ageyear"))[0].endswith("did you mean 'age_y'?")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "S005"),
        (b"weight_kg\n", "S005"),
        (b"\n\n", "S005"),
        (b"PAR1\x00\x01\xff\xfe", "S004"),
        ("Größe".encode("latin-1"), "S004"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, expected: str) -> None:
    (found,) = refusals(tmp_path, content)
    assert expected in found
    assert found.startswith("cohort.csv:")


def test_the_table_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    table = "\ufeff" + TEXT.replace("\n", "\r\n").replace("female", '"female"')
    assert cohort(tmp_path, table) == cohort(tmp_path)


def test_values_of_one_patient_must_go_together(tmp_path: Path) -> None:
    text = "specific_ige_ku_per_l,total_ige_ku_per_l,sensitised\n5,50,true\n5,3,true\n5,50,false\n"
    found = refusals(tmp_path, text)
    assert [line.split(" ")[:2] for line in found] == [["cohort.csv:3:1:", "S412"], ["cohort.csv:4:1:", "S412"]]


def test_many_faults_are_cut_short(tmp_path: Path) -> None:
    found = refusals(tmp_path, "weight_kg\n" + "x\n" * 5000)
    assert len(found) < 60
    assert "S006 more faults follow" in found[-1]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("cohort.csv", "lost.csv"), "study.yaml:2:20: S001 there is no file 'lost.csv'"),
        (("cohort.csv", "."), "study.yaml:2:20: S002"),
        (("patients: 3", "patients: 4"), "study.yaml:3:11: S104 patients is 4, and the cohort's file has 3"),
        (("patients: 3", "patients: 3\ngiven: fitting_clone"), "study.yaml:4:8: S106 given draws other alleles"),
        (("like: pregnant", "like: pregnent"), "did you mean 'pregnant'?"),
        (("from: ", "form: "), "S101 unknown key 'form'"),
    ],
)
def test_faults_around_the_file(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    assert any(expected in line for line in refusals(tmp_path, TEXT, ASKED.replace(*change)))
