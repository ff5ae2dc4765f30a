"""What a scenario file may not say: every fault is refused at its place, with its code."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from scenario_texts import SMALL, problems, write

from abm.parameters.catalog import DRUGS
from abm.scenario_file import ScenarioError, load_scenario


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "patients: 3",
            "pateints: 3",
            "3:1: S101 unknown key 'pateints' in the scenario; allowed: name, .*'patients'\\?",
        ),
        ("patients: 3", "pateints: 3", "1:1: S102 missing key 'patients' in the scenario"),
        ("patients: 3", "patients: 3\npatients: 4", "4:1: S009 the key 'patients' was given in line 3 already"),
        ("patients: 3", "patients: 0", "3:11: S104 patients is the number 0; allowed: 1 to 1000000"),
        ("patients: 3", "patients: 1000001", "3:11: S104 patients"),
        ("patients: 3", "patients: true", "3:11: S103 patients is true; a whole number from 1"),
        ("patients: 3", "patients: 3.0", "3:11: S103 patients is the number 3.0; a whole number"),
        ("patients: 3", "patients: .nan", "3:11: S204 patients is the number .nan"),
        ("patients: 3", "patients:", "3:1: S103 patients is empty"),
        ("patients: 3", f"patients: {'9' * 390}", "3:11: S104 patients is the number 9{57}\\.\\.\\.;"),
        ("patients: 3", f"patients: {'9' * 9000}", "3:11: S204 patients is the number 9{57}\\.\\.\\."),
        ("patients: 3", "patients: 3\ncells: 0", "4:8: S104 cells"),
        ("patients: 3", "patients: 3\nreplicates: -1", "4:13: S104 replicates"),
        ("patients: 3", "patients: 3\nseed: 4294967296", "4:7: S104 seed is the number 4294967296"),
        ("patients: 3", "patients: 3\ndose: 2400", "4:7: S201 dose: '2400' has no unit; .*for example '2400 mg'"),
        ("patients: 3", "patients: 3\ndose: 0 mg", "4:7: S203 dose is zero; more is needed"),
        ("patients: 3", "patients: 3\ndose: -1 mg", "4:7: S203 dose: '-1 mg' is negative"),
        ("patients: 3", "patients: 3\ndose: 1e999999 mg", "4:7: S205 dose: '1e999999 mg' is more than 1 kg"),
        ("patients: 3", "patients: 3\ndose: .nan", "4:7: S204 dose: nan is not a finite number"),
        ("patients: 3", "patients: 3\ndose: lots", "4:7: S206 dose: 'lots' is not a number with a unit"),
        ("patients: 3", "patients: 3\nfollow_up: -1 h", "4:12: S203 follow_up: '-1 h' is negative"),
        ("patients: 3", "patients: 3\nrecord: cells", "4:9: S103 record is the text 'cells'; a list"),
        ("patients: 3", "patients: 3\nrecord: [cell]", "4:10: S308 unknown record 'cell'; .*did you mean 'cells'\\?"),
        ("patients: 3", "patients: 3\nquestion: no", "LOADS"),
        ("patients: 3", "patients: 3\nquestion: 5", "4:11: S103 question is the number 5; a text is needed"),
        ("name: small", "name: my study", "1:7: S107 'my study' cannot be a name"),
        ("sensitised_adult", "sensitized_adult", "2:13: S303 .*did you mean 'sensitised_adult'\\?"),
        ("sensitised_adult", "{nme: unselected}", "2:14: S101 unknown key 'nme' in population"),
        ("drug: penicillin_g", "drug: penicilin_g", "4:7: S301 unknown drug 'penicilin_g'.*'penicillin_g'\\?"),
        ("drug: penicillin_g", "drug: [penicillin_g]", "4:7: S103 drug is a list; a text is needed"),
        ("drug: penicillin_g", "drug: !!str penicillin_g", "4:7: S008 the tag 'tag:yaml.org,2002:str'"),
        ("drug: penicillin_g", "drug: !!python/object/apply:os.system [x]", "4:7: S008 the tag .*os.system"),
        ("arms:", "allergic_to: []\narms:", "5:14: S105 allergic_to names 0 drugs; one or two"),
        ("arms:", "allergic_to: [carboplatin, carboplatin]\narms:", "5:28: S108 'carboplatin' is named twice"),
        ("arms:", f"allergic_to: [{', '.join(list(DRUGS)[:3])}]\narms:", "5:14: S105 allergic_to names 3 drugs"),
        (
            "reference: true,",
            "reference: true, premedication: [montelucast],",
            "6:45: S306 unknown premedication 'montelucast'.*did you mean 'montelukast'\\?",
        ),
        (
            "reference: true,",
            "reference: true, on_reaction: {resume_at: never, treat: [adrenalin]},",
            "6:69: S332 unknown treatment 'adrenalin'.*did you mean 'adrenaline'\\?",
        ),
        ("arms:", "scope: cellwide\narms:", "5:8: S331 unknown scope 'cellwide'.*did you mean 'cell-wide'\\?"),
        (
            "arms:",
            "scope: specific\nparameters: {mast_cell.cell_wide_inhibition: 1}\narms:",
            "6:14: S106 'scope' sets mast_cell.cell_wide_inhibition; leave one of them out",
        ),
        ("arms:", "select: {skin_tst_positive: true}\narms:", "5:10: S304 .*did you mean 'skin_test_positive'\\?"),
        ("arms:", 'select: {skin_test_positive: "yes"}\narms:', "5:30: S404 skin_test_positive is the text 'yes'"),
        ("arms:", 'select: {age_y: ">= 18 y"}\narms:', "5:17: S404 age_y is the text '>= 18 y'"),
        ("arms:", "select: {age_y: true}\narms:", "5:17: S404 age_y is true"),
        ("arms:", "select: {age_y: .inf}\narms:", "5:17: S204 age_y is the number .inf"),
        ("arms:", "select: {sex: 1}\narms:", "5:15: S404 sex is the number 1; a text"),
        ("arms:", "select: {sex: woman}\narms:", "5:15: S320 sex is 'woman'; allowed: female, male"),
        ("arms:", "select: {ancestry: europe}\narms:", "5:20: S320 .*did you mean 'european'\\?"),
        (
            "arms:",
            "select: {age_y: ['> 50', '< 40']}\narms:",
            "5:17: S404 age_y cannot be > 50 and < 40 at once; all conditions must be met",
        ),
        ("arms:", "select: {age_y: ['> 50', '<= 50']}\narms:", "5:17: S404 age_y cannot be > 50 and <= 50 at once"),
        ("arms:", "select: {age_y: [50, 51]}\narms:", "5:17: S404 age_y cannot be == 50 and == 51 at once"),
        ("arms:", "select: {sex: [female, male]}\narms:", "5:15: S404 sex cannot be == female and == male at once"),
        ("arms:", "select: {sensitised: [true, false]}\narms:", "5:22: S404 sensitised cannot be == true and == false"),
        ("arms:", "select: {age_y: ['>= 50', '<= 50', 50], sex: [male, male]}\nquestion: no\narms:", "LOADS"),
        ("arms:", "select: {age_y: >= 18}\narms:", "5:17: S007 not valid YAML: .*put comparisons in quotes"),
        ("arms:", "parameters: {mast_cell.ship1_pol: 0}\narms:", "5:14: S305 .*did you mean 'mast_cell.ship1_pool'\\?"),
        (
            "arms:",
            "parameters: {mast_cell.ship1_pool: -1}\narms:",
            "5:36: S405 mast_cell.ship1_pool = -1 is not possible",
        ),
        (
            "arms:",
            "parameters: {mast_cell.ship1_pool: 3 mg}\narms:",
            "5:36: S103 mast_cell.ship1_pool .*a number is needed",
        ),
        ("arms:", "parameters: {mast_cell.ship1_pool: .inf}\narms:", "5:36: S204"),
        (
            "arms:",
            "protocols: {full_dose: [{dose: 1 mg, for: 1 h}]}\narms:",
            "5:13: S108 'full_dose' is a named protocol",
        ),
        ("arms:", "protocols: {p: []}\narms:", "5:16: S105 protocol 'p' has 0 steps"),
        ("arms:", "protocols: {p: [{for: 1 h}]}\narms:", "5:17: S106 a step states no amount"),
        ("arms:", "protocols: {p: [{dose: 1 mg}]}\narms:", "5:17: S102 missing key 'for' in step"),
        ("arms:", "protocols: {p: [{dose: 1 mg, for: 3 s}]}\narms:", "5:35: S205 for: '3 s' is below 3.75 s"),
        (
            "arms:",
            "protocols: {p: [{rate: 1 mL/h, for: 1 h}]}\narms:",
            "5:17: S106 a step states rate in mL/h and a time",
        ),
        (
            "arms:",
            "protocols: {p: [{rate: 1 g/h, dose: 1 g, for: 1 h}]}\narms:",
            "5:17: S106 a step states dose \\+ rate in mg",
        ),
        (
            "arms:",
            "protocols: {p: [{rate: 100 L/h, concentration: 10 kg/L, for: 1 h}]}\narms:",
            "5:48: S202 concentration: '10 kg/L'",
        ),
        (
            "arms:",
            "protocols: {p: [{rate: 100 L/h, concentration: 10 g/L, for: 90 weeks}]}\narms:",
            "5:17: S205 this step gives 1.512e\\+10 mg",
        ),
        ("[full_dose]", "full_dose", "6:37: S103 course of arm 'direct' is the text 'full_dose'; a list"),
        ("[full_dose]", "[]", "6:37: S403 arm 'direct' has an empty course"),
        ("[full_dose]", "[full_dos]", "6:38: S302 unknown protocol 'full_dos'; .*did you mean 'full_dose'\\?"),
        ("[full_dose]", "[{gap: 3 h}, full_dose]", "6:38: S402 a course cannot begin with a gap"),
        ("[full_dose]", "[full_dose, {gap: 3 h}]", "6:49: S402 a course cannot end with a gap"),
        ("[full_dose]", "[full_dose, {gap: 1 h}, {gap: 2 h}, full_dose]", "6:61: S402 two gaps in a row"),
        ("[full_dose]", "[full_dose, {gap: 0 h}, full_dose]", "6:55: S203 gap is zero"),
        ("[full_dose]", "[full_dose, {gap: 3}, full_dose]", "6:55: S201 gap: '3' has no unit"),
        ("[full_dose]", "[full_dose, {gap: -3 h}, full_dose]", "6:55: S203 gap: '-3 h' is negative"),
        ("[full_dose]", "[{protocol: full_dose, gap: 3 h}]", "6:38: S106 .*found protocol and gap"),
        ("[full_dose]", "[{drug: carboplatin}]", "6:38: S106 .*found none"),
        (
            "[full_dose]",
            "[{protocol: ladder_12_step, for: 3 h}]",
            "6:65: S106 'for' does not go with the protocol 'ladder_",
        ),
        ("[full_dose]", "[{protocol: full_dose, dose: 1e-10 mg}]", "6:38: S205 a dose of 1e-10 mg is too small"),
        ("[full_dose]", "[7]", "6:38: S103 an item of arm 'direct' is the number 7"),
        ("reference: true, ", "", "6:3: S401 exactly one arm must say `reference: true`; found none"),
        ("reference: true", "reference: yes", "6:23: S103 reference is the text 'yes'; true or false is needed"),
        ("true, course", "true, premedication: [H3], course", "6:45: S306 unknown premedication 'H3'"),
        ("true, course", "true, premedication: H1, course", "6:44: S103 premedication is the text 'H1'; a list"),
        ("true, course", "true, premedication: [H1, H1], course", "6:49: S108 'H1' is given twice"),
        ("true, course", "true, on_reaction: {resume_at: same}, course", "6:54: S307 unknown resume_at 'same'"),
        ("true, course", "true, on_reaction: {pause: 3 min}, course", "6:42: S102 missing key 'resume_at'"),
        ("true, course", "true, on_reaction: {resume_at: same_step}, course", "6:42: S102 missing key 'pause'"),
        ("true, course", "true, curse: 3, course", "6:29: S101 unknown key 'curse' in arm 'direct'.*'course'"),
        ("direct:", "2nd:", "6:3: S107 '2nd' cannot be a name"),
    ],
)
def test_each_fault_is_refused_at_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, new, 1)
    if expected == "LOADS":
        assert load_scenario(write(tmp_path, text)).question == "no"
        return
    found = problems(tmp_path, text)
    assert any(re.match(expected, line) for line in found), found


def test_two_references_are_refused(tmp_path: Path) -> None:
    text = SMALL + "  other: {reference: true, course: [full_dose]}\n"
    (line,) = problems(tmp_path, text)
    assert line == "6:3: S401 exactly one arm must say `reference: true`; found 2 (direct, other)"


def test_all_faults_are_told_in_one_pass_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        SMALL.replace("patients: 3", "patients: none").replace("penicillin_g", "aspirin").replace("[full_dose]", "[x]")
    )
    found = problems(tmp_path, text, "seed=-1")
    assert [line.split()[1] if line.startswith("--set") is False else line.split()[2] for line in found] == [
        "S104",
        "S103",
        "S301",
        "S302",
    ]
    assert found[0].startswith("--set seed: S104")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "1:1: S005 is empty"),
        (b"# a comment only\n", "1:1: S005 is empty"),
        (b"null", "1:1: S103 the scenario is empty; a map"),
        (b"- 1", "1:1: S103 the scenario is a list; a map"),
        (b"just words", "1:1: S103 the scenario is the text 'just words'"),
        (b"other: 1\nkeys: 2\n", "1:1: S102 this is no scenario"),
        (b"\x7fELF\x02", "1:1: S004 has the control character U\\+007F"),
        (b"name: x\nq: \x00", "2:4: S004 has the control character U\\+0000"),
        (b"name: x\nq: \x80", "2:4: S004 is not UTF-8 text"),
        ("name: x".encode("utf-16"), "1:1: S004 is not UTF-8 text"),
        (b"name: [", "1:8: S007 not valid YAML"),
        (b"\tname: x", "1:1: S007 not valid YAML"),
        (b"a: 1\n---\nb: 2", "2:1: S007 a second document"),
        (b"a: *nothing", "1:4: S007 the alias 'nothing'"),
        (b"a: &a [*a]", "1:8: S007 the alias 'a'"),
        (b"? [1, 2]\n: 3", "1:3: S103 a key must be a name"),
        (b'a: "\\ud800"', "1:4: S004 the character U\\+D800"),
        (b'a: "\\UFFFFFFFF"', "1:1: S007 not valid YAML"),
        (b"{" * 60, "1:14: S006 nested more than 12 deep"),
        (b"{" * 200_000, "1:1: S006 has 200000 brackets open at once"),
        (b"- " * 3000, "1:27: S006 nested more than 12 deep"),
        (b"#" * 300_000, "1:1: S006 is larger than 256 KiB"),
    ],
)
def test_files_that_are_no_scenarios_are_refused(tmp_path: Path, data: bytes, expected: str) -> None:
    found = problems(tmp_path, data)
    assert any(re.match(expected, line) for line in found), found


def test_an_anchor_bomb_is_refused(tmp_path: Path) -> None:
    lines = ["a: &a [1,1,1,1,1,1,1,1,1,1]"]
    lines += [f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    (line,) = problems(tmp_path, "\n".join(lines))
    assert "S006 more than 10000 values, aliases written out" in line


def test_places_that_hold_no_file_are_refused(tmp_path: Path) -> None:
    cases = {
        tmp_path: "S002 is a folder",
        tmp_path / "none.yaml": "S001 no such file",
        "rddd": "S001 .*did you mean 'rdd'\\?",
        "": "S001 no file is named",
        "a\0b": "S001 no such file",
        "x" * 5000: "S003 cannot be read",
        os.devnull: "S002 is not a regular file",
    }
    for place, expected in cases.items():
        with pytest.raises(ScenarioError) as caught:
            load_scenario(place)
        (problem,) = caught.value.problems
        assert re.match(f".*:1:1: {expected}", str(problem)), str(problem)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, SMALL)
    monkeypatch.setattr(Path, "read_bytes", deny)
    with pytest.raises(ScenarioError, match="S003 cannot be read: Permission denied"):
        load_scenario(path)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("patiens=3", "--set patiens: S101 unknown key 'patiens' .*did you mean 'patients'\\?"),
        ("patients=x", "--set patients: S103 patients is the text 'x'"),
        ("dose=", "--set dose: S206 dose: a mass is needed"),
        ("dose=1", "--set dose: S201 dose: '1' has no unit"),
        ("arms.rddd.premedication=[H1]", "--set arms.rddd.premedication: S010 there is no 'rddd'.*'rdd'\\?"),
        ("arms.rdd.course.3=full_dose", "--set arms.rdd.course.3: S010 '3' is no item of a list of 1"),
        ("arms.rdd.course.x=full_dose", "--set arms.rdd.course.x: S010 'x' is no item"),
        ("parameters.mast_cell.ship1_pol=0", "--set parameters.mast_cell.ship1_pol: S305"),
        ("drug.x=3", "--set drug.x: S010 'x' is below a plain value"),
        ("drug.x.y=3", "--set drug.x.y: S010 'x' is below a plain value"),
        ("patients", "--set patients: S010 write path=value"),
        ("=3", "--set =3: S010 write path=value"),
        ("seed=[", "--set seed: S007 not valid YAML"),
        ("seed=!!int 3", "--set seed: S008 the tag"),
        ("seed={a: 1, a: 2}", "--set seed: S009 the key 'a' was given before already"),
    ],
)
def test_faults_of_overrides_name_the_override(override: str, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("rdd", [override])
    assert any(re.match(expected, str(problem)) for problem in caught.value.problems), str(caught.value)
