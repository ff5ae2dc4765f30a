"""A commented scenario to start from."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from abm.json_schema import FILE, MODELINE
from abm.scenario_file import load_study
from abm.scenario_keys import ARM, SCENARIO, Key
from abm.scenario_other_drug import with_other_drug
from abm.scenario_schema import vocabulary
from abm.scenario_source import locate, shipped_scenarios
from abm.scenario_tree import Mark, Report, ScenarioError
from abm.scenario_yaml import refusal

_WIDTH = 118
_IMMEDIATE = """\
question: Does the ladder protect patients whom the full dose harms?
population: sensitised_adult
patients: 100
select: {{skin_test_positive: true}}
drug: {drug}
seed: 1
arms:
  full_dose:
    reference: true  # the arm that the others are compared with
    course: [full_dose]
  rdd:
    premedication: [H1, H2]
    on_reaction: {{pause: 30 min, resume_at: same_step}}
    course: [ladder_12_step]
  # interruption:
  #   premedication: [H1, H2]
  #   on_reaction: {{pause: 30 min, resume_at: same_step}}
  #   course: [ladder_12_step, {{gap: 48 h}}, full_dose]
"""
_DELAYED = """\
question: What does early withdrawal of the drug save people whose T cells know it?
population: unselected
given: fitting_clone  # only people who have a T-cell clone that fits the drug
patients: 50
drug: {drug}
cells: 10  # mast cells have no part in this
seed: 1
record: [skin]
follow_up: 14 d
arms:
  prompt_withdrawal:
    reference: true  # the arm that the others are compared with
    stop_drug_when: {{sign: onset}}
    course: [{{dose: {dose:g} mg, every: {every:g} h, for: {days:g} d}}]
  no_withdrawal:
    course: [{{dose: {dose:g} mg, every: {every:g} h, for: {days:g} d}}]
"""


def write_new(name: str, like: str | None, drug: str | None, out: Path) -> Path:
    """Write a scenario that can be run as it is, and return its file.

    Parameters
    ----------
    name : str
        Its name, and that of its tables.
    like : str, optional
        A shipped scenario or a file to copy, comments and all; by default a comparison that suits the drug.
    drug : str, optional
        The drug; by default that of the copied scenario, or penicillin G.
    out : Path
        File; must not exist.

    Raises
    ------
    FileExistsError
        There is a file already.
    ScenarioError
        The name, drug or copied scenario cannot be used.
    """
    report, mark = Report(), Mark("new", 0, 0)
    report.name(name, mark)
    known = vocabulary().drugs
    if drug is not None and drug not in known:
        report.add("S301", Mark("--drug", 0, 0), f"unknown drug {drug!r}", known, drug)
    report.raise_if_any()
    text = _fresh(name, drug or "penicillin_g") if like is None else _copied(name, like, drug)
    with open(out, "x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    try:
        load_study(out)
    except ScenarioError:
        out.unlink()
        raise
    return out


def _fresh(name: str, drug: str) -> str:
    words = vocabulary()
    known = words.drugs[drug]
    if drug in words.with_clones:
        every = known.usual_every_h
        body = _DELAYED.format(drug=drug, dose=known.usual_dose_mg, every=every, days=28)
    else:
        body = _IMMEDIATE.format(drug=drug)
    head = [
        _modeline(),
        f"# What is asked: {body.splitlines()[0].removeprefix('question: ')}",
        "#",
        f"# desensim check {name}.yaml         says what is wrong with this file",
        f"# desensim run {name}.yaml --dry-run says what running it costs and how precise it will be",
        f"name: {name}",
    ]
    lists = [
        _listed("Drugs", words.drugs),
        _listed("Populations", words.populations),
        "# What else a scenario may say:",
        *(_explained(key, SCENARIO[key]) for key in SCENARIO if not re.search(rf"^{key}:", f"name:\n{body}", re.M)),
        "# and an arm:",
        *(_explained(key, ARM[key]) for key in ARM if not re.search(rf"^    {key}:", body, re.M)),
    ]
    return "\n".join(head) + f"\n{body}\n" + "\n".join(lists) + "\n"


def _listed(what: str, names: object) -> str:
    listed = ", ".join(names)  # type: ignore[arg-type,call-overload]
    return textwrap.fill(f"{what}: {listed}", _WIDTH, initial_indent="# ", subsequent_indent="#   ")


def _explained(name: str, key: Key) -> str:
    default = f" ({key.default})" if key.default else ""
    return textwrap.fill(f"{name}: {key.meaning}{default}", _WIDTH, initial_indent="#   ", subsequent_indent="#     ")


def _copied(name: str, like: str, drug: str | None) -> str:
    """The text of another scenario under a new name."""
    path, label = locate(like)
    load_study(like)
    text = path.read_text(encoding="utf-8")
    text = re.sub(rf"\A{re.escape(MODELINE.format(''))}.*\n", "", text)
    if drug is not None:
        text = with_other_drug(text, like, drug, vocabulary().drugs)
    text, count = re.subn(r"^name: .*$", f"name: {name}", text, flags=re.MULTILINE)
    if count != 1:
        raise refusal("S010", Mark(label), "it has no line `name: …` to put the new name in; copy the file by hand")
    return f"{_modeline()}\n{text}"


def _modeline() -> str:
    """The line that tells an editor where the schema of this installation is."""
    folder = next(iter(shipped_scenarios().values())).parent
    return MODELINE.format((folder / FILE).as_uri())
