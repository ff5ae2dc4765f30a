"""Measure the engine on this machine, against the same rule as Mesa agents and in NumPy: `python scripts/benchmark.py`.

`--quick` takes about half a minute, `--json` prints one object. Needs the checkout (the stand-ins are in
tests/benchmark) and a Python that has desensim installed, such as the `.venv` that scripts/run.py makes. Let nothing
else run meanwhile.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS / "benchmark"), str(TESTS)]

MEANINGS = {
    "mast_kernel_msteps_per_s": "million mast-cell steps per second and core, engine",
    "ratio_to_mesa": "times as fast as the same rule as Mesa agents",
    "ratio_to_numpy": "times as fast as the same rule in NumPy",
    "ratio_to_c": "times as fast as the same rule in C",
    "threads_2_over_1": "throughput of two threads over one",
    "fields_over_agents": "cost of the drug fields over that of the cells, ladder arm",
    "ctl_events_per_s": "events of T cells in the epidermis per second and core",
    "skin_cost_exponent_ctl": "exponent of that cost against T cells on a patch, 100 to 3,000",
    "skin_cost_exponent_sites": "exponent of the epidermis's cost against lattice sites, 1 to 8 patches",
    "skin_ratio_to_python": "times as fast as the same rule in plain Python, 300 T cells on a patch",
    "clone_block_us": "microseconds of a T-cell clone per 64 min, every class occupied",
}


def main(words: list[str] | None = None) -> int:
    """Measure and print; return 0."""
    parser = argparse.ArgumentParser(description="Measure the engine on this machine.")
    parser.add_argument("--quick", action="store_true", help="fewer cells, patients and repeats")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    given = parser.parse_args(words)

    from measure import benchmark

    found, study = benchmark(given.quick)
    if given.json:
        print(json.dumps(found))
        return 0
    for name, meaning in MEANINGS.items():
        print(f"{'not measured' if found[name] is None else format(found[name], '12.3g')}  {meaning}")
    size = f"{study['patients']} patients × 3 arms × {study['cells']} cells, all cores"
    print(f"{study['seconds']:12.3g}  seconds for {size}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
