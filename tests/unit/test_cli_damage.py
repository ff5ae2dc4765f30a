"""What the command says of a run folder that was damaged, and of sizes beyond what a scenario file may hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from abm.cli import app
from abm.scenario_keys import MOST_CELLS, MOST_REPLICATES

WORDS = ["run", "full_dose", "--patients", "1", "--cells", "60", "--out"]


@pytest.mark.parametrize("length", [None, 40])
def test_a_finished_run_with_a_damaged_table_is_told(tmp_path: Path, length: int | None) -> None:
    folder = tmp_path / "run"
    assert CliRunner().invoke(app, [*WORDS, str(folder)]).exit_code == 0
    table = folder / "outcomes.parquet"
    if length is None:
        table.unlink()
    else:
        table.write_bytes(table.read_bytes()[:length])
    again = CliRunner().invoke(app, [*WORDS, str(folder)])
    assert again.exit_code == 2
    assert "outcomes.parquet" in again.output
    assert "Traceback" not in again.output


@pytest.mark.parametrize(("option", "most"), [("--cells", MOST_CELLS), ("--replicates", MOST_REPLICATES)])
def test_sizes_end_where_those_of_a_scenario_file_do(tmp_path: Path, option: str, most: int) -> None:
    out = tmp_path / "run"
    refused = CliRunner().invoke(app, ["run", "full_dose", option, str(most + 1), "--out", str(out)])
    assert refused.exit_code == 2
    assert f"{most:,}".replace(",", "") in refused.output.replace(",", "")
    assert not out.exists()
