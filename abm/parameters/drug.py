"""What a drug of the catalogue is, and the parameters that all drugs have."""

from __future__ import annotations

from dataclasses import dataclass

from abm.parameters.parameter import Kind, Parameter


@dataclass(frozen=True)
class Drug:
    """A drug of the catalogue.

    Attributes
    ----------
    name, label : str
        Key in scenario files, and name in tables.
    usual_dose_mg, usual_infusion_min : float
        A usual single dose for an adult and the usual length of its infusion. For a drug that has no intravenous form,
        the time over which a protocol spreads that dose, as if it had one.
    half_life : str
        Half-life in plasma (of the metabolite, where that is the antigen) as printed in the source, for tables.
    parameters : dict of str to Parameter
        Disposition and antigen; full names are ``drugs.<name>.<key>``.
    usual_every_h : float
        Interval of the usual regimen by mouth, hours; 0 for a drug that is not swallowed.
    metabolite : str
        The metabolite that is the antigen for T cells; empty where the drug itself is.
    """

    name: str
    label: str
    usual_dose_mg: float
    usual_infusion_min: float
    half_life: str
    parameters: dict[str, Parameter]
    usual_every_h: float = 0.0
    metabolite: str = ""

    @property
    def oral(self) -> bool:
        """Whether the drug can be swallowed."""
        return "bioavailability" in self.parameters

    @property
    def seen_by_t_cells(self) -> bool:
        """Whether the drug, or its metabolite, is an antigen for T cells."""
        return "therapeutic_mg_per_l" in self.parameters

    @property
    def seen_as(self) -> str:
        """Name of what T cells see; empty if they see nothing of this drug."""
        return (self.metabolite or self.label) if self.seen_by_t_cells else ""


def human(
    value: float,
    unit: str,
    low: float,
    high: float,
    source: str,
    where: str,
    note: str = "",
    hard_high: float = 1e12,
    hard_low: float = 0.0,
) -> Parameter:
    """Return a number of human plasma: measured, or derived where a note says how."""
    kind: Kind = "derived" if note else "measured"
    return Parameter(value, unit, low, high, kind, "human plasma", source, where, note, hard_low, hard_high)


def volume(value: float, unit: str, low: float, high: float, source: str, where: str, note: str = "") -> Parameter:
    """Return a volume of distribution; nothing is dissolved in none."""
    return human(value, unit, low, high, source, where, note, hard_low=1e-3)


def one_compartment() -> dict[str, Parameter]:
    """Return the exchange with a peripheral compartment of a drug that has none."""
    note = "one compartment describes this drug at the resolution of a dose interval; kept at zero"
    return {
        "peripheral_in_per_h": Parameter(0.0, "1/h", 0.0, 0.0, "assumed", "human plasma", "model", "drugs", note),
        "peripheral_out_per_h": Parameter(0.0, "1/h", 0.0, 0.0, "assumed", "human plasma", "model", "drugs", note),
    }


def labile_adduct() -> dict[str, Parameter]:
    """Return the turnover of the adduct that mast cells see, the same for every drug."""
    return {
        "adduct_half_life_min": Parameter(
            5.0, "min", 1.0, 60.0, "assumed", "human tissue", "pichler_fake_antigen", "concept",
            "labile adducts follow the drug; reactions begin minutes after it arrives, so minutes; same for all drugs",
            hard_low=0.05, hard_high=1e5,
        ),
    }  # fmt: skip
