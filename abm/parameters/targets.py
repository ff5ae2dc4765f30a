"""Exposure that a treatment aims at, drug by drug: the other side of the dilemma.

β-lactams: the share of the first dosing interval in which the *free* concentration must exceed the minimum inhibitory
concentration (MIC) of an organism at the susceptible breakpoint. Carboplatin: the area under the concentration. A drug
without an entry has no target.
"""

from __future__ import annotations

import dataclasses

from abm.parameters.drug import Drug, human
from abm.parameters.parameter import Parameter


def _share(value: float, low: float, high: float, source: str, where: str, note: str = "") -> Parameter:
    return human(value, "", low, high, source, where, note, hard_high=1.0, hard_low=1e-3)


def _time_above(mic: Parameter, share: Parameter, interval_h: Parameter) -> dict[str, Parameter]:
    return {"target_free_mg_per_l": mic, "target_share": share, "target_within_h": interval_h}


def _mic(value: float, low: float, high: float, where: str, note: str) -> Parameter:
    return Parameter(value, "mg/L", low, high, "derived", "bacteria in broth", "eucast_breakpoints", where, note, 1e-6)


def _interval(value: float, low: float, high: float, where: str, note: str = "") -> Parameter:
    return human(value, "h", low, high, "drug_labels", where, note, hard_high=1e4, hard_low=0.1)


TARGETS: dict[str, dict[str, Parameter]] = {
    "penicillin_g": _time_above(
        _mic(
            0.25, 0.03, 2.0, "benzylpenicillin, streptococci of groups A, B, C and G",
            "susceptible at 0.25 mg/L or below: the least susceptible strain that is still called so",
        ),
        _share(0.5, 0.3, 1.0, "wong_2014", "table 2, penicillins: 30 % stops growth, 50 % kills"),
        _interval(6.0, 4.0, 6.0, "penicillin G, dosage", "every 4 to 6 hours; the longer one asks most of a dose"),
    ),
    "ceftriaxone": _time_above(
        _mic(
            1.0, 0.06, 2.0, "ceftriaxone, Enterobacterales",
            "susceptible at 1 mg/L or below: the least susceptible strain that is still called so",
        ),
        _share(0.6, 0.4, 1.0, "wong_2014", "table 2, cephalosporins: 40–70 %", "within 40–70 %; the upper half"),
        _interval(24.0, 12.0, 24.0, "ceftriaxone, dosage: once a day, or in two doses"),
    ),
    "amoxicillin": _time_above(
        _mic(
            0.5, 0.03, 8.0, "amoxicillin, Streptococcus pneumoniae",
            "susceptible at 0.5 mg/L or below: the least susceptible strain that is still called so",
        ),
        _share(0.5, 0.3, 1.0, "wong_2014", "table 2, penicillins: 30 % stops growth, 50 % kills"),
        _interval(8.0, 6.0, 12.0, "amoxicillin, dosage: every 8 hours"),
    ),
    "cefazolin": _time_above(
        human(2.0, "mg/L", 0.5, 4.0, "sfpt_2019", "table 2, cefazolin: wild-type Staphylococcus aureus", hard_low=1e-6),
        _share(0.6, 0.4, 1.0, "wong_2014", "table 2, cephalosporins: 40–70 %", "within 40–70 %; the upper half"),
        _interval(8.0, 6.0, 12.0, "cefazolin, dosage: every 8 hours"),
    ),
    "carboplatin": {
        "target_auc_mg_min_per_ml": human(
            5.0, "mg·min/mL", 4.0, 7.0, "jodrell_1992", "response hardly rises above an AUC of 5 to 7 mg·min/mL",
            hard_low=1e-6,
        ),
        "target_share": Parameter(
            0.8, "", 0.7, 1.0, "assumed", "human plasma", "model", "targets",
            "a course counts as given at 80 % of the area aimed at: an AUC of 4, the lower end of the doses in use",
            hard_low=1e-3, hard_high=1.0,
        ),
    },
}  # fmt: skip


def with_target(drug: Drug) -> Drug:
    """The drug with the exposure it aims at among its parameters, where one is known."""
    return dataclasses.replace(drug, parameters=drug.parameters | TARGETS.get(drug.name, {}))
