"""Courses made at random of protocols, doses and options: they can be given, or they are refused in words."""

from __future__ import annotations

import math
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_texts import SMALL, same_scenario, write

from abm.engine.prescription import arm_for
from abm.parameters.catalog import DRUGS, default_parameters
from abm.protocols import PROTOCOLS
from abm.scenario import Gap, Step
from abm.scenario_file import CODES, ScenarioError, load_scenario, resolved_yaml

PATIENT = {"weight_kg": 61.7, "height_cm": 168.3, "renal_factor": 1.3}
number = st.floats(1e-7, 1e5).map("{:.4g}".format)
dose = st.tuples(number, st.sampled_from(["mg", "g", "mg/kg", "mg/m2", "U", "MU", "AUC"])).map(
    lambda pair: f"AUC {pair[0]}" if pair[1] == "AUC" else " ".join(pair)
)
time = st.tuples(st.floats(0.01, 90.0).map("{:.3g}".format), st.sampled_from(["s", "min", "h"])).map(" ".join)
rate = st.floats(0.01, 900.0).map("{:.3g} mL/h".format)
item = st.fixed_dictionaries(
    {"protocol": st.sampled_from(sorted(PROTOCOLS))},
    optional={
        "drug": st.sampled_from(["carboplatin", "penicillin_g", "penicillin_v", "ceftriaxone"]),
        "dose": dose,
        "interval": time,
        "last": time,
        "for": time,
        "start": st.sampled_from(["1e-6", "1e-4", "0.01", "0.3", "2"]),
        "ratio": st.sampled_from(["1", "1.5", "2", "10", "900"]),
        "step_count": st.integers(1, 30).map(str),
        "from_step": st.integers(0, 13).map(str),
        "rates": st.lists(rate, min_size=1, max_size=4).map(lambda rates: f"[{', '.join(rates)}]"),
    },
).map(lambda fields: "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}")


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(items=st.lists(item, min_size=1, max_size=2))
def test_random_courses_can_be_given_or_are_refused_in_words(items: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, SMALL.replace("[full_dose]", f"[{', '.join(items)}]"))
    try:
        scenario = load_scenario(path)
    except ScenarioError as error:
        refusal = error
    else:
        refusal = None
    if refusal is not None:
        assert all(problem.code in CODES and problem.message for problem in refusal.problems)
        return
    (arm,) = scenario.arms
    for one in arm_for(arm, PATIENT, default_parameters()).course:
        assert 0.0 < one.duration_min < math.inf
        if isinstance(one, Gap):
            continue  # between the doses of a maintenance
        assert one.drug in DRUGS
        assert one.per == ""
        assert 0.0 < one.dose_mg < math.inf
        assert not isinstance(one, Step) or one.rate_ml_per_h > 0.0 or math.isnan(one.rate_ml_per_h)
    path.write_text(resolved_yaml(scenario), encoding="utf-8")
    assert same_scenario(load_scenario(path), scenario)


def test_some_random_courses_can_be_given_and_some_cannot(tmp_path: Path) -> None:
    """The test above reaches both of its ends."""
    loads = []

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(made=item)
    def tally(made: str) -> None:
        path = write(tmp_path, SMALL.replace("[full_dose]", f"[{made}]"))
        try:
            loads.append(load_scenario(path) is not None)
        except ScenarioError:
            loads.append(False)

    tally()
    assert 3 <= sum(loads) <= len(loads) - 3
