"""Numbers of the named protocols: bags, pump rates and times, with where they were read.

The 12-step ladder is the three-bag protocol of the Boston group. Its worked example for 2,000 mg prints bag 3 at
7.937 mg/mL, which is not 2,000 mg in 250 mL (8 mg/mL): bag 3 holds what bags 1 and 2 have not delivered, and the doses
then add up to the full dose.
"""

from __future__ import annotations

from typing import NamedTuple

LADDER_12_STEP_SOURCE = (
    "Castells et al., J Allergy Clin Immunol 2008;122:574 (three bags, 12 steps); rates, times and doses as in the "
    "worked example for 2,000 mg of ceftazidime, UpToDate graphic 52381"
)
FULL_DOSE_SOURCE = "usual dose and infusion time of the drug, from the drug catalogue"
SLOW_INFUSION_SOURCE = (
    "comparison made for this library: no low-dose steps, as long as the 12-step ladder; not a published protocol"
)

BAG_VOLUME_ML = 250.0
"""Volume of each of the ladder's bags in mL."""

BAG_DILUTION = {1: 1.0 / 100.0, 2: 1.0 / 10.0}
"""Share of the full dose dissolved in bags 1 and 2; bag 3 holds what these two have not delivered."""


class LadderStep(NamedTuple):
    """One row of the ladder: bag, pump rate in mL/h, minutes; None where the step runs until the bag is empty."""

    bag: int
    rate_ml_per_h: float
    duration_min: float | None


LADDER_12_STEP = (
    LadderStep(1, 2.0, 15.0),
    LadderStep(1, 5.0, 15.0),
    LadderStep(1, 10.0, 15.0),
    LadderStep(1, 20.0, 15.0),
    LadderStep(2, 5.0, 15.0),
    LadderStep(2, 10.0, 15.0),
    LadderStep(2, 20.0, 15.0),
    LadderStep(2, 40.0, 15.0),
    LadderStep(3, 10.0, 15.0),
    LadderStep(3, 20.0, 15.0),
    LadderStep(3, 40.0, 15.0),
    LadderStep(3, 80.0, None),
)

LADDER_12_STEP_INTERVAL_MIN = 15.0
"""Length of all steps of the ladder but the last, minutes."""

LADDER_12_STEP_MIN = 339.375
"""Length of the ladder in minutes, as printed (339.37)."""

ONE_BAG_SOURCE = (
    "the principle: Lee JH et al., J Allergy Clin Immunol Pract 2019 (PubMed 31678295), paclitaxel, and Front Allergy "
    "2022, doi 10.3389/falgy.2022.786822; no table of rates was seen, so they are derived from the 12-step ladder: "
    "each of its doses in its time"
)

LADDER_SOURCE = (
    "the user's own; by default 1/10,000 of the dose, doubled every 15 min, within the usual 1/10,000 to 1/1,000 "
    "doubled every 15 to 30 min (Therapeutic Guidelines, Australia, penicillin desensitisation, after Broyles 2020)"
)
LADDER_START = 1e-4
LADDER_RATIO = 2.0
LADDER_INTERVAL_MIN = 15.0

GRADED_SOURCE = (
    "graded challenge, 1/100 and 1/10 of the dose and the rest, as in Solensky & Khan, Drug allergy: an updated "
    "practice parameter, Ann Allergy Asthma Immunol 2010;105:259 [not checked]; the interval of 30 min is the shorter "
    "of those in use; a start of 1e-6 makes the ten-fold desensitization of Moss 1984 [not checked]"
)
GRADED_START = 0.01
GRADED_RATIO = 10.0
GRADED_INTERVAL_MIN = 30.0

PENICILLIN_ORAL_SOURCE = (
    "Wendel et al., N Engl J Med 1985;312:1229, as in table 1 of the penicillin section of the CDC's guidelines for "
    "sexually transmitted diseases, 1998: 14 doses, 3 h 45 min with the observation, 1,296,700 units"
)
PENICILLIN_ORAL_INTERVAL_MIN = 15.0
PENICILLIN_ORAL_OBSERVED_MIN = 30.0
"""Time from the last dose to the full dose by vein, minutes."""


class OralDose(NamedTuple):
    """One row of the oral protocol: units per mL of the suspension, and mL to swallow."""

    units_per_ml: int
    volume_ml: float

    @property
    def units(self) -> int:
        """Units swallowed, a whole number."""
        return round(self.units_per_ml * self.volume_ml)


PENICILLIN_ORAL = (
    OralDose(1_000, 0.1),
    OralDose(1_000, 0.2),
    OralDose(1_000, 0.4),
    OralDose(1_000, 0.8),
    OralDose(1_000, 1.6),
    OralDose(1_000, 3.2),
    OralDose(1_000, 6.4),
    OralDose(10_000, 1.2),
    OralDose(10_000, 2.4),
    OralDose(10_000, 4.8),
    OralDose(80_000, 1.0),
    OralDose(80_000, 2.0),
    OralDose(80_000, 4.0),
    OralDose(80_000, 8.0),
)

MAINTENANCE_SOURCE = (
    "therapy after a ladder at the drug's usual dose and interval, from the drug catalogue; the drug must not be left "
    "out for long: guidelines ask for it to be given without a break (CDC, MMWR 2002, penicillin [not checked])"
)

IMMUNOTHERAPY_SOURCE = (
    "the principle of subcutaneous allergen immunotherapy: rising doses every week, then one every four weeks for "
    "three years (position papers of EAACI [not checked]). None is done with drugs; the doses are the user's own"
)
IMMUNOTHERAPY_DOUBLINGS = 10
"""Weekly doses below the one that is kept up, each half of the next."""
IMMUNOTHERAPY_BUILD_UP_MIN = 7 * 1440.0
IMMUNOTHERAPY_EVERY_MIN = 28 * 1440.0
IMMUNOTHERAPY_MIN = 158 * 7 * 1440.0
"""Three years: 10 weeks and 37 times 4."""
IMMUNOTHERAPY_SHARE = 0.01
"""Dose that is kept up, as a share of the drug's usual dose, where none is chosen."""
