"""Scenario files bent at random: they load, or they are refused in words; nothing else may happen."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_texts import LARGE, same_scenario, write

from abm.scenario_file import CODES, ScenarioError, load_scenario, resolved_yaml

FUZZ = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SNIPPETS = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        "- ",
        "&a ",
        "*a",
        "!!x ",
        "'",
        '"',
        "|",
        ">",
        "#",
        "\n",
        "\n  ",
        "\t",
        "%",
        "<<: ",
        "---\n",
    ]
    + [
        "null",
        "true",
        "-1",
        ".nan",
        ".inf",
        "1e999",
        "0x1F",
        "9" * 50,
        "5 mg",
        "-3 h",
        "\N{ZERO WIDTH NO-BREAK SPACE}",
        "é",
    ]
)


@FUZZ
@given(edits=st.lists(st.tuples(st.integers(0, len(LARGE)), st.integers(0, 12), SNIPPETS), min_size=1, max_size=4))
def test_mutated_files_load_or_are_refused_in_words(edits: list[tuple[int, int, str]], tmp_path: Path) -> None:
    text = LARGE
    for start, removed, inserted in edits:
        text = text[:start] + inserted + text[start + removed :]
    check_loads_or_is_refused(write(tmp_path, text))


@FUZZ
@given(data=st.binary(max_size=60))
def test_random_bytes_are_refused_in_words(data: bytes, tmp_path: Path) -> None:
    check_loads_or_is_refused(write(tmp_path, data))


@FUZZ
@given(
    path=st.sampled_from(
        (
            "patients dose arms arms.direct arms.ladder.course.1 select parameters protocols.own.0.for given "
            "arms.again.after arms.again.recover arms.again.course.2 arms.again.course.2.every "
            "arms.once_more.stop_drug_when"
        ).split()
    ),
    value=st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), SNIPPETS),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(SNIPPETS, inner, max_size=3)),
        max_leaves=5,
    ),
)
def test_random_overrides_load_or_are_refused_in_words(path: str, value: object, tmp_path: Path) -> None:
    check_loads_or_is_refused(write(tmp_path, LARGE), f"{path}={json.dumps(value)}")


def check_loads_or_is_refused(path: Path, *overrides: str) -> None:
    refusal: ScenarioError | None = None
    try:
        scenario = load_scenario(path, overrides)
    except ScenarioError as error:
        refusal = error
    if refusal is None:
        path.write_text(resolved_yaml(scenario), encoding="utf-8")
        assert same_scenario(load_scenario(path), scenario)
    else:
        assert refusal.problems
        assert all(problem.code in CODES and problem.message for problem in refusal.problems)
        assert all(str(problem).startswith((f"{path}:", "--set ")) for problem in refusal.problems)
