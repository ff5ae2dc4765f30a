"""Content hashes, identity and the birth certificate of a run."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from abm import provenance
from abm.output_columns import TABLES
from abm.parameters.catalog import all_parameters, default_parameters
from abm.provenance import ContentHasher, content_hash, differences, identity
from abm.scenario_file import load_scenario

ROWS = {
    "arm": ["a", "a", "b", "b", "a", "b"],
    "patient_id": [1, 2, 1, 2, 3, 3],
    "replicate": [0, 0, 0, 0, 0, 0],
    "onset_min": [1.5, None, 2.5, None, 4.0, 0.0],
    "step": [1, None, 3, 4, 0, 6],
    "reacted": [True, False, True, None, True, False],
    "note": ["ab", "c", "", None, "µ", "x"],
}


def table(**changes: list) -> pa.Table:
    return pa.table({**ROWS, **changes})


@pytest.fixture
def scenario():
    return load_scenario("comparison", ["patients=6", "cells=200"])


def test_hash_ignores_chunks_order_and_encoding(tmp_path) -> None:
    expected = content_hash(table())
    chunked = pa.concat_tables([table().slice(0, 1), table().slice(1, 4), table().slice(5)])
    assert content_hash(chunked) == expected
    assert content_hash(table().take([5, 3, 1, 0, 2, 4])) == expected
    encoded = table().set_column(0, "arm", table().column("arm").dictionary_encode())
    assert content_hash(encoded) == expected
    for options in ({"row_group_size": 2}, {"compression": "zstd", "use_dictionary": False}):
        pq.write_table(table(), tmp_path / "t.parquet", **options)
        assert content_hash(pq.read_table(tmp_path / "t.parquet")) == expected
    narrow = table().set_column(4, "step", table().column("step").cast(pa.int16()))
    assert content_hash(narrow) == expected


def test_hash_takes_nan_for_missing() -> None:
    frame = pd.DataFrame({"patient_id": [1, 2], "onset_min": [1.0, float("nan")]})
    with_nan = pa.table({"patient_id": [1, 2], "onset_min": pa.array([1.0, float("nan")])})
    assert content_hash(pa.Table.from_pandas(frame, preserve_index=False)) == content_hash(with_nan)


@pytest.mark.parametrize(
    "changed",
    [
        {"onset_min": [1.5, 0.0, 2.5, None, 4.0, 0.0]},
        {"onset_min": [1.5000000000000002, None, 2.5, None, 4.0, 0.0]},
        {"step": [1, 0, 3, 4, 0, 6]},
        {"reacted": [True, False, True, False, True, False]},
        {"note": ["a", "bc", "", None, "µ", "x"]},
        {"note": ["ab", "c", None, "", "µ", "x"]},
        {"patient_id": [2, 1, 1, 2, 3, 3]},
        {"note2": ROWS["note"]},
    ],
    ids=[
        "missing is not zero",
        "last bit",
        "missing whole",
        "missing truth",
        "text border",
        "empty text",
        "owner",
        "name",
    ],
)
def test_hash_sees_every_difference(changed) -> None:
    assert content_hash(table(**changed)) != content_hash(table())


def test_hash_of_pieces_is_the_hash_of_the_whole() -> None:
    whole = table().sort_by("patient_id")
    hasher = ContentHasher()
    for start in (0, 2, 4):
        hasher.update(whole.slice(start, 2))
    assert hasher.hexdigest() == content_hash(table())


def test_identity_changes_with_whatever_decides_the_numbers(scenario) -> None:
    parameters = default_parameters()
    name = next(iter(parameters))
    same = identity(load_scenario("comparison", ["patients=6", "cells=200"]), default_parameters())
    assert same == identity(scenario, parameters)
    others = [
        identity(replace(scenario, seed=2), parameters),
        identity(replace(scenario, cells=201), parameters),
        identity(replace(scenario, cohort=replace(scenario.cohort, patients=7)), parameters),
        identity(replace(scenario, record=frozenset({"cells"})), parameters),
        identity(replace(scenario, arms=scenario.arms[:2]), parameters),
        identity(scenario, type(parameters)({**parameters, name: parameters[name] * 2})),
    ]
    assert len({same["hash"], *(other["hash"] for other in others)}) == 7
    json.dumps(same, allow_nan=False)


def test_identity_changes_with_the_program(scenario, monkeypatch, tmp_path) -> None:
    before = identity(scenario, default_parameters())
    package = tmp_path / "abm"
    shutil.copytree(provenance._PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "page"))
    monkeypatch.setattr(provenance, "_PACKAGE", package)
    provenance.code_digest.cache_clear()
    try:
        assert identity(scenario, default_parameters()) == before
        with open(package / "population.py", "a") as file:
            file.write("\n# changed\n")
        provenance.code_digest.cache_clear()
        after = identity(scenario, default_parameters())
    finally:
        monkeypatch.undo()
        provenance.code_digest.cache_clear()
    assert after["hash"] != before["hash"]
    assert differences(before, after) == ["program code"]


def test_differences_are_told_in_the_users_words(scenario) -> None:
    old = identity(scenario, default_parameters())
    cohort = replace(scenario.cohort, patients=12)
    new = identity(replace(scenario, cohort=cohort, seed=9, arms=scenario.arms[:2]), default_parameters())
    assert differences(old, old) == []
    assert set(differences(old, new)) == {"patients 6, now 12", "seed 1, now 9", "arms"}


def test_a_changed_parameter_is_named(scenario) -> None:
    name = "mast_cell.ship1_pool"
    changed = default_parameters().with_overrides({name: default_parameters()[name] * 0.5})
    new = identity(replace(scenario, parameters={name: changed[name]}), changed)
    assert any(name in line for line in differences(identity(scenario, default_parameters()), new))


def test_parameters_csv_holds_what_the_run_used() -> None:
    first = all_parameters()[0]
    used = default_parameters().with_overrides({first.name: first.high})
    rows = list(csv.DictReader(io.StringIO(provenance.parameters_csv(used))))
    assert [row["name"] for row in rows] == [entry.name for entry in all_parameters()]
    assert float(rows[0]["value"]) == first.high
    assert all(row["source"] and row["kind"] for row in rows)


def test_columns_csv_is_the_data_dictionary() -> None:
    rows = list(csv.reader(io.StringIO(provenance.columns_csv())))
    assert rows[0] == ["table", "name", "kind", "unit", "meaning"]
    assert rows[1:] == [list(column) for columns in TABLES.values() for column in columns]


def test_birth_certificate(scenario) -> None:
    record = provenance.birth_certificate(scenario, identity(scenario, default_parameters()))
    assert record["finished"] is False
    assert record["arms"] == [arm.name for arm in scenario.arms]
    assert record["reference"] == "full_dose"
    assert (record["patients"], record["cells"], record["replicates"], record["seed"]) == (6, 200, 1, 1)
    assert {"python", "numpy", "numba", "pandas", "platform", "cpu"} <= set(record["environment"])
    json.dumps(record, allow_nan=False)


def test_no_commit_outside_a_checkout(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(provenance, "_PACKAGE", tmp_path / "abm")
    assert provenance.source_commit() == (None, None)
