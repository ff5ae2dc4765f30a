"""The machine: arrays, clocks and kernels. It knows no numbers of its own and no equations."""
