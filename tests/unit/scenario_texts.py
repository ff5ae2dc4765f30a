"""Two scenarios, the smallest and one that says everything, and how tests write and read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from abm.scenario import Scenario
from abm.scenario_file import CODES, ScenarioError, load_scenario
from abm.scenario_steps import same_steps

SMALL = """\
name: small
population: sensitised_adult
patients: 3
drug: penicillin_g
arms:
  direct: {reference: true, course: [full_dose]}
"""
LARGE = """\
name: large
question: "Everything at once?"
population: {name: unselected}
patients: 7
select: {skin_test_positive: true, age_y: [">= 18", "< 70"], sex: female, specific_ige_ku_per_l: 0.5}
drug: penicillin_g
allergic_to: [sulfamethoxazole, carboplatin]
dose: 2 g
cells: 500
replicates: 2
seed: 0
follow_up: 1 d
record: [timeseries, cells, skin, clones, lattice]
given: [fitting_clone]
parameters: {mast_cell.ship1_pool: 0}
protocols:
  own:
    - {dose: 0.1 mg, for: 15 min}
    - {rate: 20 mL/h, concentration: 0.8 mg/mL, for: 15 min, bag: 2}
    - {rate: 6 mg/h, for: 0.5 h, drug: carboplatin}
    - {dose: 0.3 mg, rate: 10 mL/h, for: 20 s}
  by_day:
    - {dose: 1 mg, every: 24 h, for: 1 d}
    - {dose: 10 mg, every: 8 h, for: 2 d, drug: abacavir, step: 5}
    - {dose: 0.1 mg, for: 15 min}
arms:
  direct: {reference: true, course: [full_dose]}
  ladder:
    premedication: [H2, H1]
    on_reaction: {pause: 30 min, resume_at: previous_step, recognised_after: 90 s}
    course: [ladder_12_step, {gap: 2 d}, {protocol: full_dose, drug: carboplatin, for: 1 h}, full_dose]
  by_hand:
    on_reaction: {resume_at: never}
    course: [own, own, {protocol: slow_infusion, dose: 3 g}, {steps: [{dose: 1 mg, for: 2 min, step: 4}], label: last}]
  again:
    after: ladder
    recover: 1.5 y
    stop_drug_when: {sign: detached, percent: 5, delay: 24 h}
    course:
      - {protocol: by_day, drug: sulfamethoxazole}
      - gap: 1 d
      - {dose: 200 mg, every: 12 h, for: 28 d, drug: allopurinol}
      - {dose: 0.4 g, every: 400 s, for: 4 h, drug: allopurinol}
  once_more:
    after: again
    stop_drug_when: {sign: mucosa}
    course: [{dose: 5 mg, every: 1 w, for: 3 weeks, drug: carbamazepine, label: weekly}]
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "study.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(folder: Path, text: str | bytes, *overrides: str) -> list[str]:
    """Problems of a text as ``line:column code message``; overrides keep their ``--set`` mark."""
    path = write(folder, text)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, overrides)
    found = str(caught.value).splitlines()
    assert len(found) == len(caught.value.problems)
    assert all(problem.code in CODES for problem in caught.value.problems)
    return [line.removeprefix(f"{path}:") for line in found]


def same_scenario(first: Scenario, second: Scenario) -> bool:
    """Equal, with pump rates, which the equality of steps leaves out."""
    return first == second and all(
        same_steps(one.course, other.course) for one, other in zip(first.arms, second.arms, strict=True)
    )
