"""A run folder has one writer, whole files only, and says plainly what is in the way."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from abm import whole_files
from abm.output_tables import failed_row, schema, table_from_rows
from abm.run_folder import DifferentRun, RunFolder, RunFolderError, write_csv_copies
from abm.whole_files import CannotWrite, FolderInUse, locked_folder, write_whole

IDENTITY = {"hash": "a", "version": "1", "code": "c", "parameters": "p", "scenario": {"seed": 1}}
OTHER = {"hash": "b", "version": "1", "code": "c", "parameters": "p", "scenario": {"seed": 2}}


def folder_at(path: Path, identity=IDENTITY) -> RunFolder:
    return RunFolder(path, identity, ("outcomes", "events"))


def shard(*patients: int) -> dict:
    rows = [
        failed_row({"scenario": "s", "arm": "a", "patient_id": patient, "replicate": 0}, "no reason")
        for patient in patients
    ]
    return {"outcomes": table_from_rows("outcomes", rows), "events": schema("events").empty_table()}


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_shards_become_tables_in_patient_order(tmp_path) -> None:
    folder = folder_at(tmp_path / "deep" / "run")
    with folder.opened():
        folder.write_shard(1, shard(3))
        folder.write_shard(0, shard(1, 2))
        assert folder.has_shard(0, 2)
        assert folder.has_shard(1, 1)
        assert not folder.has_shard(2, 1)
        hashes = folder.merge(2)
        folder.write_json("run.json", {"identity": IDENTITY, "finished": True})
        folder.remove_shards()
    assert names(folder.path) == {"outcomes.parquet", "events.parquet", "run.json"}
    assert pq.read_table(folder.path / "outcomes.parquet").column("patient_id").to_pylist() == [1, 2, 3]
    assert folder.failed_rows() == 3
    assert set(hashes) == {"outcomes", "events"}
    assert folder.record() == {"identity": IDENTITY, "finished": True}


def test_a_damaged_or_short_shard_is_done_again(tmp_path) -> None:
    folder = folder_at(tmp_path)
    with folder.opened():
        folder.write_json("run.json", {"identity": IDENTITY})
        folder.write_shard(0, shard(1, 2))
        assert not folder.has_shard(0, 3)
        assert not (tmp_path / "shards" / "000000").exists()
        folder.write_shard(0, shard(1, 2))
        (tmp_path / "shards" / "000000" / "events.parquet").write_bytes(b"PAR1 torn")
        assert not folder.has_shard(0, 2)
        folder.write_shard(0, shard(1, 2))
        assert folder.has_shard(0, 2)


def test_leftovers_are_removed_and_the_rest_kept(tmp_path) -> None:
    folder = folder_at(tmp_path)
    (tmp_path / "shards" / ".tmp-000003").mkdir(parents=True)
    (tmp_path / "shards" / ".tmp-000003" / "outcomes.parquet").write_bytes(b"half")
    (tmp_path / ".tmp-outcomes.parquet").write_bytes(b"half")
    (tmp_path / ".lock").touch()
    assert folder.record() is None
    with folder.opened():
        folder.write_json("run.json", {"identity": IDENTITY})
        assert names(tmp_path) == {"shards", ".lock", "run.json"}
    assert names(tmp_path) == {"shards", "run.json"}


def test_another_run_is_refused_with_the_difference(tmp_path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"identity": IDENTITY, "finished": True}))
    with pytest.raises(
        DifferentRun, match=r"different run \(differs in: seed 1, now 2\); choose another --out or delete"
    ):
        folder_at(tmp_path, OTHER).record()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"identity": 3}', '{"identity": {}}'])
def test_a_damaged_record_is_refused(tmp_path, text) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(RunFolderError, match=r"run\.json cannot be read"):
        folder_at(tmp_path).record()


def test_a_folder_of_other_things_is_refused_and_untouched(tmp_path) -> None:
    (tmp_path / "thesis.tex").write_text("dear")
    with pytest.raises(RunFolderError, match="not empty and holds no run"):
        folder_at(tmp_path).record()
    file = tmp_path / "thesis.tex"
    with pytest.raises(RunFolderError, match="is a file, not a folder"):
        folder_at(file).record()
    with pytest.raises(CannotWrite, match=r"cannot write .*run: Not a directory"), folder_at(file / "run").opened():
        pass
    assert names(tmp_path) == {"thesis.tex"}


def test_two_processes_cannot_write_one_folder(tmp_path) -> None:
    program = "import sys\nfrom pathlib import Path\nfrom abm.whole_files import locked_folder\n" + (
        "with locked_folder(Path(sys.argv[1]), lambda: True):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "run")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(whole_files.__file__).parents[1],
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(FolderInUse, match="written by another process"), folder_at(tmp_path / "run").opened():
            pass
        assert (tmp_path / "run" / ".lock").exists()
        holder.kill()
    with folder_at(tmp_path / "run").opened():
        assert names(tmp_path) == {"run", "run/.lock", "run/shards"}


def test_a_folder_in_use_is_left_as_it_is(tmp_path) -> None:
    folder = folder_at(tmp_path)
    with folder.opened():
        with pytest.raises(FolderInUse), folder_at(tmp_path).opened():
            pass
        assert names(tmp_path) == {".lock", "shards"}
        folder.write_json("run.json", {"identity": IDENTITY})


def test_nothing_is_left_of_a_run_that_could_not_begin(tmp_path) -> None:
    with pytest.raises(CannotWrite), folder_at(tmp_path / "a" / "b").opened():
        raise CannotWrite(tmp_path, OSError(errno.ENOSPC, "full"))
    assert names(tmp_path) == set()


def test_a_read_only_place_is_named(tmp_path, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with (
        pytest.raises(CannotWrite, match=r"cannot write .*run: Read-only file system"),
        folder_at(tmp_path / "run").opened(),
    ):
        pass
    assert names(tmp_path) == set()


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch) -> None:
    folder = folder_at(tmp_path)
    with folder.opened():
        folder.write_json("run.json", {"identity": IDENTITY})
        folder.write_shard(0, shard(1))
        folder.write_text("scenario.yaml", "old")
        before = names(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(whole_files.os, "fsync", no_space)
            with pytest.raises(CannotWrite, match=r"cannot write .*000001: No space left on device"):
                folder.write_shard(1, shard(2))
            with pytest.raises(CannotWrite, match=r"outcomes\.parquet: No space left on device"):
                folder.merge(1)
            with pytest.raises(CannotWrite, match=r"scenario\.yaml: No space left"):
                folder.write_text("scenario.yaml", "new")
        assert names(tmp_path) == before
        assert (tmp_path / "scenario.yaml").read_text() == "old"
        folder.write_shard(1, shard(2))
        folder.merge(2)


def test_a_file_is_replaced_only_when_whole(tmp_path) -> None:
    path = tmp_path / "file"
    write_whole(path, lambda file: file.write(b"first"))

    def half(file) -> None:
        file.write(b"sec")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, half)
    assert path.read_bytes() == b"first"
    assert names(tmp_path) == {"file"}


def test_the_lock_is_free_again(tmp_path) -> None:
    for _ in range(2):
        with locked_folder(tmp_path / "run", lambda: True):
            assert (tmp_path / "run" / ".lock").exists()
        assert not (tmp_path / "run" / ".lock").exists()


def test_csv_copies_hold_every_row(tmp_path) -> None:
    folder = folder_at(tmp_path)
    with folder.opened():
        folder.write_shard(0, shard(1, 2))
        folder.merge(1)
        folder.write_json("run.json", {"identity": IDENTITY})
    assert [path.name for path in write_csv_copies(tmp_path)] == ["events.csv", "outcomes.csv"]
    outcomes = pyarrow.csv.read_csv(tmp_path / "outcomes.csv")
    assert outcomes.column("patient_id").to_pylist() == [1, 2]
    assert outcomes.column("failure_reason").to_pylist() == ["no reason"] * 2
    assert pyarrow.csv.read_csv(tmp_path / "events.csv").column_names == schema("events").names
