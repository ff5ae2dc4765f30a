"""The machine: arrays, clocks and kernels. It knows no numbers of its own and no equations."""

from abm.engine.kernel_cache import drop_stale_kernels

drop_stale_kernels()
