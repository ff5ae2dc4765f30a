"""The kernels' machine code: several cells at a time, and strict floating point (no fused multiply-add)."""

from __future__ import annotations

import platform
import re

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features
from numba import njit
from small_worlds import equal_cells

from abm.engine import mast_kernel

F32, U64 = np.float32, np.uint64
ARM = platform.machine().lower() in ("arm64", "aarch64")
LANES = "%[yz]mm" if get_host_cpu_features().get("avx2") else "%xmm"
PACKED = re.compile(r"\b(?:fmul|fdiv|fsqrt|mul)\s+v\d+\.4s" if ARM else rf"\bv?(?:mul|div|sqrt)ps\s[^\n]*{LANES}")
WIDE_WHOLE = re.compile(r"\bumull2?\s+v\d+\.2d" if ARM else rf"\bv?pmuludq\s[^\n]*{LANES}")
FUSED = re.compile(r"\bfml[as]\b|\bfmadd\b|\bfmsub\b" if ARM else r"\bvfn?m(?:add|sub)\d")
STRICT = {"nogil": True, "error_model": "numpy"}


def arguments(kernel: str) -> tuple:
    state, rates = equal_cells(128, 5000.0)
    rate, scalar, antigen = rates.cell[2], rates.scalar, F32(0.1)
    cells = (state.receptors[0], state.inside[0], state.crosslinks[0], state.memory[0], state.ship1[0])
    return {
        "draw_noise": (state.noise, U64(3), U64(3), rates.address),
        "step_crosslinks": (
            cells[0], cells[2], state.links, state.place, state.noise, antigen, antigen, F32(1e-5), F32(0.5), F32(1.0),
        ),
        "step_signal": (*cells, state.links, state.signal, state.place, antigen, antigen, rate, scalar),
        "step_release": (
            state.calcium, state.hazard, state.threshold, state.clock, state.fired_bin, state.signal,
            F32(0.2), F32(0.25), np.int32(5), scalar, F32(1.0),
        ),
        "cells_at_risk": (state, rates, 0, 2, antigen, F32(0.6)),
    }[kernel]  # fmt: skip


def machine_code(kernel: str, **options) -> str:
    """Machine code of a kernel, compiled anew (what comes from the cache cannot be read)."""
    compiled = njit(**(STRICT | options))(getattr(mast_kernel, kernel).py_func)
    compiled(*arguments(kernel))
    return "\n".join(compiled.inspect_asm().values())


@pytest.mark.parametrize("kernel", ["step_crosslinks", "step_signal", "step_release", "cells_at_risk"])
def test_a_kernel_takes_several_cells_at_a_time_and_fuses_nothing(kernel) -> None:
    code = machine_code(kernel)
    assert PACKED.search(code), "does not vectorise"
    assert not FUSED.search(code), "not strict: a fused multiply-add rounds once where Python rounds twice"


def test_the_generator_takes_several_cells_at_a_time() -> None:
    code = machine_code("draw_noise")
    assert WIDE_WHOLE.search(code), "Philox does not vectorise"
    assert PACKED.search(code), "the normal transform does not vectorise"
    assert not FUSED.search(code)


def test_a_fused_kernel_would_be_seen() -> None:
    assert FUSED.search(machine_code("step_signal", fastmath={"contract"}))


def test_kernels_are_compiled_with_strict_options() -> None:
    for name in ("draw_noise", "step_crosslinks", "recount_few", "step_signal", "step_release", "cells_at_risk"):
        options = getattr(mast_kernel, name).targetoptions
        assert options["nogil"]
        assert not options.get("fastmath")
        assert not options.get("parallel")
        assert options["error_model"] == "numpy"
