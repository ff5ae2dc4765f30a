"""Files that are whole or absent, and a lock on a folder that ends with its process."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".tmp-"
"""What every half-written file or folder is named; a later run removes it."""

LOCK = ".lock"


class CannotWrite(OSError):
    """A file or folder cannot be written: no permission, no space, a file in the way."""

    def __init__(self, path: Path, cause: OSError) -> None:
        reason = cause.strerror or str(cause)
        super().__init__(cause.errno or errno.EIO, reason, str(path))
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"cannot write {self.path}: {self.reason}"


class FolderInUse(ValueError):
    """Another process is writing this folder."""


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name `path` in whatever the system complains about."""
    try:
        yield
    except CannotWrite:
        raise
    except OSError as error:
        raise CannotWrite(path, error) from error


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file so that it is on the disk whole, or not there (or unchanged) at all.

    Raises
    ------
    CannotWrite
        The file cannot be written; nothing half-written is left.
    """
    temporary = path.with_name(TEMPORARY + path.name)
    with writing(path):
        try:
            write_synced(temporary, write)
            os.replace(temporary, path)
            sync_folder(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise


def write_synced(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file and wait until it is on the disk."""
    with open(path, "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until a rename in the folder is on the disk."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed process left half-written."""
    for entry in folder.glob(f"{TEMPORARY}*"):
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


@contextlib.contextmanager
def locked_folder(folder: Path, is_wanted: Callable[[], bool]) -> Iterator[None]:
    """Create a folder and hold its lock; the system frees the lock however the process ends.

    Parameters
    ----------
    folder : Path
        Made with its parents where absent.
    is_wanted : callable
        Asked after an error: where it says no, the folders that were made here are removed again if empty.

    Raises
    ------
    FolderInUse
        Another process holds the lock.
    CannotWrite
        The folder or its lock cannot be made.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    lock: int | None = None
    wanted = True
    try:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = _lock(folder)
        yield
    except FolderInUse:
        raise
    except BaseException:
        wanted = is_wanted()
        raise
    finally:
        if lock is not None:
            _unlock(lock, folder)
        for path in [] if wanted else made:
            with contextlib.suppress(OSError):
                path.rmdir()


def _lock(folder: Path) -> int:
    path = folder / LOCK
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _take(handle)
        except OSError as error:
            os.close(handle)
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                raise
            raise FolderInUse(f"folder {folder} is being written by another process; wait for it to end") from error
        # The former holder may have removed the file between our opening and locking it.
        if path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
            return handle
        os.close(handle)


def _take(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(handle: int, folder: Path) -> None:
    if sys.platform == "win32":
        os.close(handle)  # Windows removes no open file.
    with contextlib.suppress(OSError):
        (folder / LOCK).unlink(missing_ok=True)
    if sys.platform != "win32":
        os.close(handle)
