"""The figures of a report, each drawn once."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import pandas as pd

from analysis.courses import courses
from analysis.figures.comparison import plot_comparison
from analysis.figures.courses import plot_courses
from analysis.figures.dilemma import plot_dilemma
from analysis.figures.forest import plot_forest
from analysis.figures.incidence import plot_incidence
from analysis.figures.skin import plot_body_surface
from analysis.figures.sweep import plot_step_at_breakthrough
from analysis.load import RunResults
from analysis.report.parts import Picture, picture
from analysis.survival import Scale, cumulative_incidence

MOST_ARMS = 7


class Pictures(NamedTuple):
    """Pictures by the section that they stand in."""

    design: list[Picture]
    results: list[Picture]
    treatment: list[Picture]

    @property
    def all(self) -> list[Picture]:
        """All of them, in the order of the report."""
        return [*self.design, *self.results, *self.treatment]


def pictures_of(results: RunResults, comparisons: list[pd.DataFrame]) -> Pictures:
    """Draw what a run has to show.

    Parameters
    ----------
    results : RunResults
    comparisons : list of pandas.DataFrame
        A table of `analysis.comparison_table` for each kind of reaction, the commoner one first.
    """
    design = courses_picture(results, "What each arm gives.")
    shown = [_comparison(results, comparisons[0])]
    shown += [_forest(table) for table in comparisons[1:] if len(table) > 1]
    shown += _when(results, [table["metric"].iloc[0] for table in comparisons])
    if results.recorded("skin") and any(table["metric"].iloc[0] == "any_necrolysis" for table in comparisons):
        drawn = (
            "Curves of the body surface detached over days for each arm, and the greatest areas of pairs of exposures."
        )
        caption = "Body surface detached, day by day and patient by patient."
        shown.append(picture("body_surface", plot_body_surface(results), caption, drawn))
    drawn = "One marker for each arm: patients harmed, upward, against patients treated, to the right, with intervals."
    delivered = picture("dilemma", plot_dilemma(results), "Harm against treatment delivered.", drawn)
    return Pictures(design, shown, [delivered])


def courses_picture(results: RunResults, caption: str) -> list[Picture]:
    """The courses of the arms, where the run holds them."""
    drawn = "A row for each course: a bar for each step, a line for each dose, gaps hatched; heights on a log scale."
    return [picture("courses", plot_courses(results), caption, drawn)] if courses(results) else []


def _comparison(results: RunResults, table: pd.DataFrame) -> Picture:
    """The main figure; a forest where there are too many arms for it."""
    if len(table) > MOST_ARMS:
        return _forest(table)
    drawn = "Bars for each arm: shares of patients by worst grade; beside them differences from the reference."
    caption = "Worst grade of every patient, and differences from the reference within patients."
    return picture("comparison", plot_comparison(results, table["metric"].iloc[0]), caption, drawn)


def _forest(table: pd.DataFrame) -> Picture:
    drawn = "One line for each arm: its risk, and its difference from the reference, with intervals as in the table."
    return picture(f"forest_{table['metric'].iloc[0]}", plot_forest(table), "Risks and paired differences.", drawn)


def _when(results: RunResults, metrics: list[str]) -> list[Picture]:
    """Incidence of what there is over the dose or over days, and the steps of a ladder."""
    found = []
    scales: list[Scale] = ["dose_mg"] if "moderate_or_severe" in metrics else []
    scales += ["skin_d"] if "any_necrolysis" in metrics else []
    for scale in scales:
        table = cumulative_incidence(results, scale)
        if (table["cause"] == "reaction").any() and table["arm"].nunique() <= MOST_ARMS:
            what = "dose to the first symptom" if scale == "dose_mg" else "time until the skin is ill"
            drawn = f"Step curves for each arm: cumulative incidence over the {what}, with bands of 95 % intervals."
            found.append(picture(f"incidence_{scale}", plot_incidence(table), f"Distribution of the {what}.", drawn))
    arm = _most_broken_ladder(results) if "moderate_or_severe" in metrics else ""
    if arm:
        drawn = "A bar for each step of the ladder: share of the first breakthroughs, with exact intervals."
        figure = plot_step_at_breakthrough(results, arm)
        found.append(picture("step_at_breakthrough", figure, f"At which step {arm} is broken through.", drawn))
    return found


def _most_broken_ladder(results: RunResults) -> str:
    """Name the arm in most rows of which a reaction came in a protocol of several steps; empty where none did."""
    starts = results.events[results.events["event"] == "step_start"]
    sizes = starts.groupby(["arm", "protocol"])["step"].nunique()
    ladders = set(sizes[sizes > 1].index)
    rows = results.outcomes[results.outcomes["step_at_reaction"].notna()]
    places = zip(rows["arm"], rows["protocol_at_reaction"], strict=True)
    found = Counter(arm for arm, at in places if (arm, at) in ladders)
    return str(found.most_common(1)[0][0]) if found else ""
