"""Blood samples that a scenario asks for: ``samples``, read and written."""

from __future__ import annotations

from abm.population_keys import MOST_SAMPLES, SAMPLE, SAMPLE_AFTER
from abm.scenario import Sample
from abm.scenario_keys import needed
from abm.scenario_tree import Node, Report
from abm.units import format_quantity


def read_samples(node: Node, report: Report) -> tuple[Sample, ...]:
    """The samples of a list, without those that something is wrong with."""
    items = report.items(node, "samples") or []
    if len(items) > MOST_SAMPLES:
        report.add("S105", node.mark, f"samples asks for {len(items)}; at most {MOST_SAMPLES} are drawn from a patient")
        return ()
    found = (_sample(item, report) for item in items)
    return tuple(sample for sample in found if sample is not None)


def _sample(node: Node, report: Report) -> Sample | None:
    fields = report.fields(node, SAMPLE, needed(SAMPLE), "a sample")
    if fields is None:
        return None
    time_min = report.quantity(fields["at"], "time", "at", None) if "at" in fields else None
    after: str | None = "start"
    if "after" in fields:
        after = report.choice(fields["after"], SAMPLE_AFTER, "S314", "moment to count from")
    if time_min is None or after is None:
        return None
    return Sample(time_min, after)  # type: ignore[arg-type]


def samples_text(samples: tuple[Sample, ...]) -> str:
    """Samples as `read_samples` reads them back to equal ones."""
    each = (f"{{at: {format_quantity(sample.time_min, 'time')}, after: {sample.after}}}" for sample in samples)
    return f"[{', '.join(each)}]"
