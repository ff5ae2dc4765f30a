"""``desensim run --dry-run``: what a study would cost, and how precise it would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.cli_words import DISCLAIMER

if TYPE_CHECKING:
    from abm.cost import Cost
    from abm.scenario import Scenario
    from abm.scenario_points import Sweep


def text(study: Scenario | Sweep, workers: int | None) -> str:
    """Return what `--dry-run` prints for one study."""
    from abm.cost import cost_of
    from abm.provenance import usable_cpus

    threads = workers or usable_cpus()
    cost = cost_of(study)
    return "\n".join([f"{study.name}: nothing is run, nothing is written", *_sizes(cost), *_price(cost, threads),
                      *_precision(cost), f"  {DISCLAIMER}"])  # fmt: skip


def _sizes(cost: Cost) -> list[str]:
    points = f"{cost.points:,} points × " if cost.points > 1 else ""
    return [
        f"  to run     {points}{_counted(cost.patients, 'patient')} × {_counted(cost.arms, 'arm')} × "
        f"{_counted(cost.replicates, 'replicate')} = {cost.courses:,} courses",
        f"  agents     {_range(cost.cells)} mast cells a patient, {cost.agents:,} in all courses; "
        f"T cells and epidermis where {cost.with_clones}",
        f"  time       {cost.simulated_days:,.1f} simulated days in all courses",
    ]


def _price(cost: Cost, threads: int) -> list[str]:
    from abm.cost import TIMES_OFF

    several = f"{threads} threads" if threads > 1 else "1 thread"
    return [
        f"  takes      about {_duration(cost.seconds / threads)} on {several} (a stored estimate, right within a "
        f"factor of {TIMES_OFF:g}; the first run on a machine also compiles for a minute)",
        f"  disk       about {_bytes(cost.bytes)}",
    ]


def _precision(cost: Cost) -> list[str]:
    from abm.cost import DISCORDANT, half_width, half_width_of_difference, half_width_paired, patients_needed

    fewest = min(cost.patients)
    single = " and ".join(f"±{100 * half_width(risk, fewest):.1f} points at {risk:.0%}" for risk in (0.5, 0.1))
    unpaired = " and ".join(f"±{100 * half_width_of_difference(risk, fewest):.1f} at {risk:.0%}" for risk in (0.5, 0.1))
    paired = ", ".join(f"±{100 * half_width_paired(share, fewest):.1f} if {share:.0%}" for share in DISCORDANT)
    needed = patients_needed(0.05)
    return [
        f"  precision  half-width of a 95 % interval with {fewest:,} patients",
        f"             a risk: {single}",
        f"             a difference of two arms: {unpaired} were they different patients; "
        f"they are the same, so {paired} of them fare differently in the two",
        f"  for ±5     {needed.risk:,} patients for a risk of 50 %, {needed.difference:,} for a difference of "
        f"different patients, {needed.paired:,} for one of the same patients of whom "
        f"{DISCORDANT[-1]:.0%} fare differently",
    ]


def _counted(numbers: tuple[int, ...], noun: str) -> str:
    return f"{_range(numbers)} {noun}{'' if set(numbers) == {1} else 's'}"


def _range(numbers: tuple[int, ...]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _duration(seconds: float) -> str:
    for size, unit in ((86_400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}" if seconds < 100 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds:.2g} s"


def _bytes(count: float) -> str:
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= size:
            return f"{count / size:.2g} {unit}" if count < 100 * size else f"{count / size:.0f} {unit}"
    return f"{count:.0f} B"
