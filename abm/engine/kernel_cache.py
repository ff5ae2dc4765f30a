"""Compiled kernels never outlive the source they were made from.

Numba keeps a compiled function until its *own* file changes. A kernel also holds what other files gave it (equations,
constants, callees), and would go on with the old ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from pathlib import Path

_ENGINE = Path(__file__).resolve().parent
_STAMP = "kernel_sources.sha256"


def source_hash(package: Path = _ENGINE.parent) -> str:
    """Hash of every source file that goes into a kernel."""
    files = [*package.glob("engine/*.py"), *package.glob("biology/*.py"), package / "random_streams.py"]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def drop_stale_kernels(cache: Path = _ENGINE / "__pycache__", package: Path = _ENGINE.parent) -> bool:
    """Delete the kernels in `cache` if any source changed since they were made; returns whether it did.

    A folder that cannot be written holds no kernels of ours: Numba keeps them elsewhere, by file and time.
    """
    stamp, now = cache / _STAMP, source_hash(package)
    with contextlib.suppress(OSError):
        if stamp.read_text(encoding="utf-8") == now:
            return False
    with contextlib.suppress(OSError):
        cache.mkdir(exist_ok=True)
        for kernel in (*cache.glob("*.nbi"), *cache.glob("*.nbc")):
            kernel.unlink(missing_ok=True)
        stamp.write_text(now, encoding="utf-8")
        return True
    return False


def kernels_are_kept(cache: Path = _ENGINE / "__pycache__", package: Path = _ENGINE.parent) -> bool:
    """Whether the kernel that moves a patient lies in `cache`, made from these sources, so that it starts at once."""
    try:
        kept = (cache / _STAMP).read_text(encoding="utf-8") == source_hash(package)
    except OSError:
        return False
    return kept and any(cache.glob(f"advance.advance-*.py{sys.version_info[0]}{sys.version_info[1]}.*nbc"))
