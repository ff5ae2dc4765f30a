"""What is asked: frozen, unit-free descriptions of a study.

Every quantity is in the library's canonical units (minutes, mg, mL), so nothing below this module has to parse
text. `abm.scenario_file` turns YAML into these objects and is the only place that checks a user's words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from abm.patient_rows import PatientRows
from abm.trait_laws import Described

ResumeAt = Literal["same_step", "previous_step", "first_step", "never"]
Route = Literal["oral", "bolus", "intramuscular", "subcutaneous", "adsorbed"]
Sign = Literal["prodrome", "mucosa", "onset", "detached"]
Per = Literal["", "kg", "m2", "AUC"]
"""What a dose is reckoned by: nothing, kg of body weight, m² of body surface, or the AUC of Calvert's formula."""


@dataclass(frozen=True, slots=True)
class Step:
    """One constant-rate stretch of an infusion.

    Attributes
    ----------
    drug : str
        Name in the drug catalogue.
    protocol : str
        Protocol the step belongs to, for tables.
    number, bag : int
        1-based position within the protocol and the bag hung; bag 0 where no bags are used.
    duration_min, dose_mg : float
        Length in minutes and the drug given over it in mg.
    rate_ml_per_h : float
        Pump rate in mL/h; NaN where the protocol states only mass and time.
    per : str
        What `dose_mg` is reckoned by. Unless empty it is in mg/kg, in mg/m² or an AUC in mg/mL·min, and becomes mg when
        the arm begins for a patient (`abm.engine.prescription`).
    """

    drug: str
    protocol: str
    number: int
    bag: int
    duration_min: float
    dose_mg: float
    rate_ml_per_h: float = field(default=float("nan"), compare=False)  # NaN is not equal to itself
    per: Per = ""
    under_skin: ClassVar[bool] = False

    @property
    def rate_mg_per_min(self) -> float:
        """Infusion rate in mg/min."""
        return self.dose_mg / self.duration_min

    @property
    def volume_ml(self) -> float:
        """Volume delivered in mL; NaN without a pump rate."""
        return self.rate_ml_per_h * self.duration_min / 60.0


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of `duration_min` minutes in which nothing is given."""

    duration_min: float


@dataclass(frozen=True, slots=True)
class Regimen:
    """Doses that are given in a moment: the first at once, then one every `every_min` minutes, `times` in all.

    Attributes
    ----------
    drug, protocol : str
        As in `Step`.
    number, times : int
        1-based position within the protocol or course, and number of doses.
    dose_mg, every_min : float
        Each dose in mg, and the interval in minutes, which also passes after the last one.
    route : {"oral", "bolus", "intramuscular", "subcutaneous", "adsorbed"}
        Swallowed, into a vein or a muscle, or under the skin, to be absorbed or adsorbed to stay.
    volume_ml : float
        Volume of each dose in mL; NaN where none is stated.
    per : str
        As in `Step`.
    """

    drug: str
    protocol: str
    number: int
    dose_mg: float
    every_min: float
    times: int
    route: Route = "oral"
    volume_ml: float = field(default=float("nan"), compare=False)
    per: Per = ""

    @property
    def duration_min(self) -> float:
        """Time from the first dose to the end of the last interval, minutes."""
        return self.every_min * self.times

    @property
    def total_dose_mg(self) -> float:
        """Drug in all doses, mg."""
        return self.dose_mg * self.times

    @property
    def under_skin(self) -> bool:
        """Whether the doses go under the skin; they prepare for the drug, and do not count as doses of it."""
        return self.route in ("subcutaneous", "adsorbed")


Item = Step | Gap | Regimen
"""One entry of a course."""


def passes(course: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Cut a course into gaps and what belongs together: one drug by one protocol, its numbers rising."""
    run: list[Item] = []
    for item in course:
        if run and not _goes_on(run[-1], item):
            yield tuple(run)
            run = []
        run.append(item)
    if run:
        yield tuple(run)


def _goes_on(last: Item, item: Item) -> bool:
    if isinstance(last, Gap) or isinstance(item, Gap):
        return False
    same = (item.drug, item.protocol, item.per) == (last.drug, last.protocol, last.per)
    return same and item.number > last.number


@dataclass(frozen=True, slots=True)
class ReactionRule:
    """What staff do at a breakthrough reaction: stop the pump, wait `pause_min` minutes, go on at `resume_at`.

    `recognised_after_min` is the delay in minutes between the first symptom and the pump being stopped. `treat` is what
    is given then, and as long as symptoms last: any of ``"adrenaline"`` and ``"antihistamine"``.
    """

    pause_min: float
    resume_at: ResumeAt
    recognised_after_min: float = 2.0
    treat: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StopRule:
    """When staff withdraw the drug for good: `delay_min` minutes after a sign of a delayed reaction is there.

    Attributes
    ----------
    sign : {"prodrome", "mucosa", "onset", "detached"}
        Fever and malaise; erosions of the mucosa; 1 % of the skin dead or detached; `percent` of it detached.
    percent : float
        Detached body surface that counts, for the last sign.
    delay_min : float
        Time until somebody acts, minutes.
    """

    sign: Sign
    percent: float = 1.0
    delay_min: float = 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """The exposure that a treatment needs to have done its work.

    Attributes
    ----------
    kind : {"time_above", "auc"}
        Free plasma concentration above a level for long enough, or a large enough area under the total one.
    level, share : float
        Concentration in mg/mL, or area in mg·min/mL, and the share of the time, or of the area, that is enough.
    within_min : float
        Window from the start of the arm, minutes. Infinite for an area that counts all of what was given.
    """

    kind: Literal["time_above", "auc"]
    level: float
    share: float
    within_min: float


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to treat the same patients.

    Attributes
    ----------
    course : tuple of Step, Gap or Regimen
        Carried out in order.
    premedication : frozenset of str
        Any of ``"H1"``, ``"H2"``, ``"montelukast"`` and ``"corticosteroid"``.
    on_reaction, stop_drug_when : optional
        What staff do at an immediate reaction, and when they withdraw the drug for a delayed one.
    after, recovery_min : str, float
        An earlier arm whose patients this one takes over (empty: patients as drawn), and the minutes between them.
    """

    name: str
    course: tuple[Step | Gap | Regimen, ...]
    premedication: frozenset[str] = frozenset()
    on_reaction: ReactionRule | None = None
    reference: bool = False
    stop_drug_when: StopRule | None = None
    after: str = ""
    recovery_min: float = 0.0


@dataclass(frozen=True, slots=True)
class Condition:
    """A bound on one trait or test of a candidate patient, for example ``skin_test_positive == True``."""

    trait: str
    relation: Literal["==", ">=", "<=", ">", "<"]
    value: float | bool | str


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who is treated: the first `patients` candidates of a population that meet every condition.

    `given` holds what the candidates are drawn conditioned on: ``"fitting_clone"`` for at least one T-cell clone that
    fits the drug; each patient then carries the chance of that as `case_weight`. A population that is not built in is
    `described`. Candidates are the patients of `cohort_rows`, where the user brings such.
    """

    population: str
    patients: int
    select: tuple[Condition, ...] = ()
    given: frozenset[str] = frozenset()
    described: Described | None = None
    cohort_rows: PatientRows | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A blood sample, `time_min` minutes after the start of the arm or after the onset of the first reaction."""

    time_min: float
    after: Literal["start", "onset"] = "start"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole study.

    Attributes
    ----------
    allergic_to : tuple of str
        One or two drugs the cohort's IgE can be specific for; the first is the one skin test and assay use, and the one
        that T-cell clones can fit.
    cells : int
        Mast-cell agents per patient.
    replicates, seed : int
        Independent repetitions of the biology's chance, and the key of every random number.
    follow_up_min : float
        Observation after the end of the course, in minutes.
    record : frozenset of str
        Opt-in tables: ``"timeseries"``, ``"cells"``, ``"skin"``, ``"clones"``, ``"lattice"``, ``"ige"``.
    parameters : mapping of str to float
        Overrides of named parameters, in each parameter's own unit.
    target : Target, optional
        Exposure that the first drug of `allergic_to` needs, in place of the drug's own.
    samples : tuple of Sample
        Blood samples for the table `samples`.
    drugs : mapping of str to abm.parameters.drug.Drug
        Drugs of the scenario's own, beside those of the catalogue.
    """

    name: str
    question: str
    cohort: Cohort
    allergic_to: tuple[str, ...]
    arms: tuple[Arm, ...]
    cells: int = 10_000
    replicates: int = 1
    seed: int = 1
    follow_up_min: float = 120.0
    record: frozenset[str] = frozenset()
    parameters: dict[str, float] = field(default_factory=dict)
    target: Target | None = None
    samples: tuple[Sample, ...] = ()
    drugs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reference(self) -> Arm:
        """The arm every other arm is compared with."""
        return next(arm for arm in self.arms if arm.reference)
