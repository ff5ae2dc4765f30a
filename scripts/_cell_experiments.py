"""Published experiments on mast cells and basophils, repeated in the dish; each function returns the rows of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from abm import Pulse, bathe_cells
from abm.in_vitro import Bath, usual_receptors
from abm.parameters.catalog import ParameterSet, default_parameters

OPTIMUM = 1.0
"""K·C at which a bivalent antigen without free hapten makes most cross-links."""

SENSITISED, LOADED = usual_receptors(default_parameters()), 3e5
"""Specific IgE on a cell: the model's median sensitised patient; a cell in culture given one monoclonal IgE."""

DAY_MIN = 1440.0


@dataclass(frozen=True)
class Row:
    """One measurement: what was published, what comes out, whether it lies inside, and a remark."""

    source: str
    measured: str
    simulated: str
    published: str
    inside: bool | None
    remark: str = ""


@dataclass(frozen=True)
class Dish:
    """How the cells of an experiment are made: their number, and the seed of chance."""

    cells: int = 3000
    seed: int = 1

    def __call__(self, *pulses: Pulse, receptors: float = SENSITISED, other: float = 0.0, **numbers: float) -> Bath:
        """Bathe fresh cells; antigens are conjugates without free hapten."""
        changed = {"ige_receptor.hapten_per_antigen": 0.0} | {k.replace("__", "."): v for k, v in numbers.items()}
        parameters: ParameterSet = default_parameters().with_overrides(changed)
        return bathe_cells(
            pulses, cells=self.cells, receptors=receptors, other_receptors=other, seed=self.seed, parameters=parameters
        )


def rising(top: float, doses: int, ratio: float, minutes: float) -> tuple[Pulse, ...]:
    """Doses that rise by `ratio` to `top`, each for `minutes`."""
    return tuple(Pulse(top / ratio ** (doses - n), minutes) for n in range(1, doses + 1))


def dose_for(release: Callable[[float], float], wanted: float) -> float:
    """K·C below the optimum at which `release` reaches what is wanted, by bisection of its logarithm."""
    low, high = 1e-7, OPTIMUM
    for _ in range(24):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if release(middle) < wanted else (low, middle)
    return high


def percent(share: float) -> str:
    """Return a share in per cent."""
    return f"{100 * share:.1f} %"


def within(share: float, mean: float, sd: float) -> bool:
    """Whether a share in per cent lies within two standard deviations."""
    return abs(100 * share - mean) <= 2 * sd


def harmon_2017(dish: Dish) -> Iterator[Row]:
    """Two pulses of 5 min with a wash between them; the first dose is set to release what was released."""
    name = "Harmon 2017, RBL-2H3"
    as_made = dish(Pulse(45.0, 5.0), receptors=LOADED).released_in(1)
    yield Row(
        name, "first pulse of 5 min at K·C = 45 (10 nM; kon 1e7 /M/s and koff 4.46e-3 /s)", percent(as_made),
        "10.28 ± 0.73 %", within(as_made, 10.28, 0.73),
        "a cell with 3e5 specific IgE is far above its threshold; RBL cells release a part of their content, slowly",
    )  # fmt: skip
    dose = dose_for(lambda u: dish(Pulse(u, 5.0), receptors=LOADED).released_in(1), 0.1028)
    first = dish(Pulse(dose, 5.0), receptors=LOADED).released_in(1)
    yield Row(name, f"first pulse at K·C = {dose:.2g}, set for it", percent(first), "10.28 ± 0.73 %", None, "an input")
    for gap, mean, sd in ((5.0, 3.53, 0.31), (30.0, 6.60, 0.66)):
        second = dish(Pulse(dose, 5.0), Pulse(0.0, gap), Pulse(dose, 5.0), receptors=LOADED).released_in(3)
        yield Row(
            name, f"second pulse after a wash of {gap:g} min", percent(second), f"{mean:.2f} ± {sd:.2f} %",
            within(second, mean, sd),
            "a cell that fired is empty, and the most sensitive fire first: few are left for the second pulse",
        )  # fmt: skip
        yield Row(
            name, f"highest mean calcium {gap:g} min later, of the first", f"{_recovered(dish, dose, gap):.2f}",
            f"release: {mean / 10.28:.2f}", None, "the signal recovers; what is left to fire does not",
        )  # fmt: skip
    late = dish(Pulse(dose, 5.0), Pulse(0.0, 240.0), Pulse(dose, 5.0), receptors=LOADED).released_in(3)
    yield Row(
        name, "second pulse after a wash of 4 h, of the first", f"{late / first:.2f}", "above 1 (primed)", late > first,
        "RBL cells use up what SHIP-1 works with; human mast cells do not come back stronger (Zhao 2012), nor do these",
    )  # fmt: skip


def _recovered(dish: Dish, dose: float, gap_min: float) -> float:
    """Highest calcium, mean over all cells, in a second pulse of 5 min, relative to the first."""
    course = dish(Pulse(dose, 5.0), Pulse(0.0, gap_min), Pulse(dose, 5.0), receptors=LOADED).over_time
    peak = course.groupby("pulse")["calcium"].max()
    return float(peak[3] / peak[1])


def zhao_2012(dish: Dish) -> Iterator[Row]:
    """Rising doses of one antigen, then its full dose; other antigen; recovery after a wash."""
    name = "Zhao 2012, human skin mast cells"
    ladder, full, wash = rising(OPTIMUM, 12, 2.0, 15.0), Pulse(OPTIMUM, 15.0), Pulse(0.0, 0.5)
    naive = dish(full).released_fraction
    last = len(ladder) + 2
    again = dish(*ladder, wash, full).released_in(last)
    yield Row(
        name, "full dose after rising doses (here 12 doublings, 15 min each), of naive cells", percent(again / naive),
        "abrogated", again < 0.1 * naive, "at most 10 % is called abrogated",
    )  # fmt: skip
    for hours in (24.0, 48.0):
        back = dish(*ladder, Pulse(0.0, 60.0 * hours), full).released_in(last)
        left = 1.0 - dish(*ladder).released_fraction
        yield Row(
            name, f"full dose {hours:g} h after the wash, of naive cells", percent(back / naive / left),
            "regained by 24–48 h", None if hours < 48.0 else back > 0.5 * naive * left,
            "of the cells still full; re-arming was fitted to reactions of patients",
        )  # fmt: skip
    other = Pulse(OPTIMUM, 15.0, OPTIMUM)
    crossed = dish(*ladder, other, other=SENSITISED).released_in(len(ladder) + 1)
    alone = dish(Pulse(0.0, 15.0, OPTIMUM), other=SENSITISED).released_fraction
    yield Row(
        name, "another antigen after rising doses of the first, of naive cells", percent(crossed / alone), "abrogated",
        crossed < 0.1 * alone, "the model is specific, as mouse cells and patients' skin tests are",
    )  # fmt: skip
    yield Row(
        "Sancho-Serra 2011, mouse mast cells", "the same", percent(crossed / alone), "responds", crossed > 0.5 * alone
    )


def rising_doses(dish: Dish) -> Iterator[Row]:
    """Release in eleven doublings of 10 min up to the dose that, given at once, is the challenge."""
    ladder, once = rising(OPTIMUM, 11, 2.0, 10.0), Pulse(OPTIMUM, 10.0)
    for receptors, remark in (
        (SENSITISED, "doublings of 10 min are slow enough for SHIP-1"),
        (1e5, "more cross-links than the SHIP-1 of the model can hold down"),
    ):
        naive = dish(once, receptors=receptors).released_fraction
        steps = dish(*ladder, receptors=receptors).released_fraction
        yield Row(
            "Sancho-Serra 2011, mouse mast cells",
            f"release in rising doses, of the challenge; {receptors:,.0f} IgE a cell",
            percent(steps / naive), "10–25 % [not checked]", 0.10 <= steps / naive <= 0.25, remark,
        )  # fmt: skip
    five = rising(OPTIMUM, 11, 2.0, 5.0)
    after = dish(*five, Pulse(OPTIMUM, 10.0)).released_in(12)
    yield Row(
        "Morales 2005, mouse mast cells", "optimal dose after rising doses of 5 min, of naive cells",
        percent(after / dish(once).released_fraction), "no response", after < 0.1 * dish(once).released_fraction,
    )  # fmt: skip


def basophils_in_blood(dish: Dish) -> Iterator[Row]:
    """Ten rising doses from 1/1,000 of the optimal one; shares of activated cells stand for shares that fired."""
    ladder = rising(OPTIMUM, 10, 1000.0 ** (1 / 9), 10.0)
    ratio = dish(*ladder).released_fraction / dish(Pulse(OPTIMUM, 10.0)).released_fraction
    yield Row(
        "Hoffmann, basophils in blood (p38)", "ten doses from 1/1,000, of the optimal dose at once", percent(ratio),
        "35.4 of 81.0 %: 44 % (quartiles 24–58 %)", 0.244 <= ratio <= 0.582,
        "as above; the interval of 10 min is assumed",
    )  # fmt: skip
    shares = [dish(*rising(OPTIMUM, 10, 2.15, minutes)).released_fraction for minutes in (5.0, 10.0, 20.0)]
    yield Row(
        "Hoffmann, basophils in blood (intervals)", "activated in rising doses of 5, 10 and 20 min",
        ", ".join(map(percent, shares)), "fewer, the longer: 30.0 against 22.4 %; 30.9 against 21.9 %",
        shares[0] > shares[1] > shares[2], "the direction alone is compared",
    )  # fmt: skip


def komiya_2003(dish: Dish) -> Iterator[Row]:
    """Hours near the threshold, then the optimal dose."""
    name, full = "Komiya 2003, basophils", Pulse(OPTIMUM, 15.0)
    near = dose_for(lambda u: dish(Pulse(u, 240.0)).released_fraction, 0.02)
    naive = dish(full).released_fraction

    def left(hours: float) -> float:
        return dish(Pulse(near, 60.0 * hours), full).released_in(2) / naive

    after = {hours: left(hours) for hours in (1.0, 4.0, 72.0)}
    yield Row(
        name, f"optimal dose after 4 h at K·C = {near:.2g} (2 % fire), of naive cells", percent(after[4.0]),
        "completely suppressed", after[4.0] < 0.1,
        "the slow memory holds down what it was made for, so a jump far above it still fires cells",
    )  # fmt: skip
    yield Row(
        name, "the same after 1 h and after 4 h", f"{percent(after[1.0])}, {percent(after[4.0])}",
        "more suppressed with time", after[4.0] < after[1.0] - 0.05,
            "a difference below 5 % of naive cells is none here",
    )  # fmt: skip
    yield Row(
        name, "the same after 3 days in the antigen", percent(after[72.0]),
        "still desensitized", after[72.0] < 0.1,
            "what suppression there is stays while the antigen does",
    )  # fmt: skip


def bell(dish: Dish) -> Iterator[Row]:
    """Cross-links and release against antigen, and the descending arm without SHIP-1."""
    levels = [10.0 ** (n / 4) for n in range(-8, 17)]
    linked = [dish(Pulse(u, 5.0)).over_time["crosslinks"].max() for u in levels]
    peak = levels[max(range(len(levels)), key=linked.__getitem__)]
    yield Row("Dembo 1978, theory", "K·C with most cross-links", f"{peak:.2g}", "1", peak == 1.0, "in steps of 10^¼")
    arms = [_arm(dish, pool) for pool in (1.0, 1e-3)]
    yield Row(
        "Gimborn 2005, mouse mast cells", "release at 1,000 × the optimum, of that at the optimum", percent(arms[0]),
        "reduced", arms[0] < 0.9,
    )  # fmt: skip
    yield Row(
        "Gimborn 2005, mouse mast cells", "the same without SHIP-1", percent(arms[1]), "not reduced", arms[1] >= 0.9,
        "in the model antigen in excess leaves each receptor alone, with or without SHIP-1",
    )  # fmt: skip


def _arm(dish: Dish, pool: float) -> float:
    numbers = {"mast_cell__ship1_pool": pool * default_parameters()["mast_cell.ship1_pool"]}
    top, over = (dish(Pulse(u * OPTIMUM, 15.0), **numbers).released_fraction for u in (1.0, 1e3))
    return over / top


EXPERIMENTS: Sequence[Callable[[Dish], Iterator[Row]]] = (
    harmon_2017, zhao_2012, rising_doses, basophils_in_blood, komiya_2003, bell,
)  # fmt: skip
