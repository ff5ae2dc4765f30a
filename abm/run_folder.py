"""A run folder on disk: one writer at a time, every file whole or absent, shards that survive a killed process.

While a run goes on, ``shards/`` holds one folder per finished group of patients. A shard appears by a single rename,
so a process killed at any moment leaves whole shards and at most some leftovers named ``.tmp-…``, which the next
run removes. The final tables are written from the shards, then ``run.json`` says ``finished``, then ``shards/`` goes.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from abm.output_tables import schema, to_text
from abm.provenance import ContentHasher, differences
from abm.whole_files import (
    LOCK,
    TEMPORARY,
    locked_folder,
    remove_leftovers,
    sync_folder,
    write_synced,
    write_whole,
    writing,
)

_ROWS_PER_GROUP = 65_536
_BYTES_PER_GROUP = 32 << 20


class RunFolderError(ValueError):
    """The folder given for a run cannot be used for it."""


class DifferentRun(RunFolderError):
    """The folder holds another run."""


class RunFolder:
    """The folder of one run.

    Parameters
    ----------
    path : path-like
        Folder; need not exist.
    identity : mapping
        What decides the numbers of the run, from `abm.provenance.identity`.
    tables : sequence of str
        Tables each shard holds.
    """

    def __init__(self, path: str | os.PathLike[str], identity: Mapping[str, Any], tables: tuple[str, ...]) -> None:
        self.path = Path(path)
        self.identity = identity
        self.tables = tables
        self._shards = self.path / "shards"

    def record(self) -> dict[str, Any] | None:
        """Return ``run.json``, or None where the folder is absent or empty.

        Raises
        ------
        RunFolderError
            The path is a file, holds something that is no run, or its ``run.json`` cannot be read.
        DifferentRun
            The run in the folder is not this one.
        """
        remedy = "choose another --out or delete it"
        if not self.path.exists():
            return None
        if not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file, not a folder; choose another --out")
        file = self.path / "run.json"
        if not file.exists():
            strange = [entry.name for entry in self.path.iterdir() if not _is_leftover(entry.name)]
            if strange:
                raise RunFolderError(f"folder {self.path} is not empty and holds no run; choose another --out")
            return None
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            old = found["identity"]
            same = old["hash"] == self.identity["hash"]
        except (ValueError, KeyError, TypeError) as error:
            raise RunFolderError(f"{file} cannot be read as a run's record ({error}); {remedy}") from error
        if not same:
            shown = "; ".join(differences(old, self.identity)[:5]) or "identity"
            raise DifferentRun(f"folder {self.path} holds a different run (differs in: {shown}); {remedy}")
        return dict(found)

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Create and lock the folder and remove what a killed process left half-written.

        Raises
        ------
        FolderInUse
            Another process has it open.
        CannotWrite
            The folder cannot be written; where nothing of the run was saved, the folder is removed again.
        """
        with locked_folder(self.path, is_wanted=self._is_begun):
            with writing(self.path):
                for folder in (self.path, self._shards):
                    remove_leftovers(folder)
                self._shards.mkdir(exist_ok=True)
            yield

    def _is_begun(self) -> bool:
        if (self.path / "run.json").exists():
            return True
        shutil.rmtree(self._shards, ignore_errors=True)
        return False

    def write_text(self, name: str, text: str) -> None:
        """Write one file of the folder, whole or not at all."""
        write_whole(self.path / name, lambda file: file.write(text.encode()))

    def write_json(self, name: str, value: Mapping[str, Any]) -> None:
        """Write one JSON file of the folder, whole or not at all."""
        self.write_text(name, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def write_table(self, name: str, pieces: Iterator[pa.Table]) -> str:
        """Write ``<name>.parquet`` from pieces in patient order and return its content hash."""
        hasher = ContentHasher()

        def write(file: BinaryIO) -> None:
            with pq.ParquetWriter(file, schema(name), compression="zstd") as writer:
                for piece in _regrouped(pieces):
                    hasher.update(piece)
                    writer.write_table(piece)

        write_whole(self.path / f"{name}.parquet", write)
        return hasher.hexdigest()

    def has_shard(self, number: int, rows: int) -> bool:
        """Say whether a shard is complete, with `rows` rows of outcomes; a damaged one is removed."""
        shard = self._shard(number)
        if not shard.exists():
            return False
        try:
            counts = {table: pq.read_metadata(shard / f"{table}.parquet").num_rows for table in self.tables}
        except (OSError, pa.ArrowInvalid):
            counts = {}
        if counts.get("outcomes") == rows:
            return True
        with writing(shard):
            shutil.rmtree(shard)
        return False

    def write_shard(self, number: int, tables: Mapping[str, pa.Table]) -> None:
        """Write the tables of one group of patients; the shard appears by a single rename."""
        shard = self._shard(number)
        temporary = self._shards / f"{TEMPORARY}{shard.name}"
        with writing(shard):
            try:
                temporary.mkdir()
                for name in self.tables:
                    write = partial(pq.write_table, tables[name], compression="zstd")
                    write_synced(temporary / f"{name}.parquet", write)
                sync_folder(temporary)
                os.replace(temporary, shard)
                sync_folder(self._shards)
            except BaseException:
                shutil.rmtree(temporary, ignore_errors=True)
                raise

    def merge(self, shards: int) -> dict[str, str]:
        """Write the final tables from shards 0 … `shards` - 1 and return their content hashes."""
        return {table: self.write_table(table, self._pieces(table, shards)) for table in self.tables}

    def failed_rows(self) -> int:
        """Return how many rows of the final outcomes failed."""
        status = pq.read_table(self.path / "outcomes.parquet", columns=["status"], use_threads=False).column("status")
        return int(pc.sum(pc.equal(status.cast(pa.string()), "failed")).as_py() or 0)

    def has_leftovers(self) -> bool:
        """Say whether a process ended between finishing the run and tidying up."""
        return self._shards.exists() or (self.path / LOCK).exists()

    def remove_shards(self) -> None:
        """Remove the shards of a finished run."""
        shutil.rmtree(self._shards, ignore_errors=True)

    def _pieces(self, table: str, shards: int) -> Iterator[pa.Table]:
        for number in range(shards):
            yield pq.read_table(self._shard(number) / f"{table}.parquet", use_threads=False).cast(schema(table))

    def _shard(self, number: int) -> Path:
        return self._shards / f"{number:06d}"


def write_csv_copies(path: Path) -> list[Path]:
    """Write every table of a finished run folder as CSV beside it and return the files."""
    written = []
    for source in sorted(path.glob("*.parquet")):
        target = source.with_suffix(".csv")
        write_whole(target, partial(_copy_csv, source))
        written.append(target)
    return written


def _copy_csv(source: Path, file: BinaryIO) -> None:
    with pq.ParquetFile(source) as table:
        header = True
        for batch in table.iter_batches(batch_size=_ROWS_PER_GROUP):
            text = to_text(pa.Table.from_batches([batch]))
            csv.write_csv(text, file, csv.WriteOptions(include_header=header))
            header = False
        if header:
            csv.write_csv(to_text(table.schema_arrow.empty_table()), file)


def _is_leftover(name: str) -> bool:
    return name.startswith(TEMPORARY) or name in (LOCK, "shards")


def _regrouped(pieces: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Join small pieces, so that a file has few row groups and memory stays bounded."""
    held: list[pa.Table] = []
    for piece in pieces:
        held.append(piece)
        if sum(part.num_rows for part in held) >= _ROWS_PER_GROUP or sum(p.nbytes for p in held) >= _BYTES_PER_GROUP:
            yield pa.concat_tables(held).combine_chunks()
            held = []
    if held:
        yield pa.concat_tables(held).combine_chunks()
