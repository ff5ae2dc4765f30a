"""What a drug of the catalogue is, and the parameters that all drugs have."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace

from abm.parameters.parameter import Kind, Parameter

ABOVE_ZERO = ("clearance_l_per_h", "metabolite_clearance_l_per_h", "therapeutic_mg_per_l")
"""Numbers of a drug that the equations divide by, beside those whose tables say how small they may be."""

_NEXT_TO_NOTHING = 1e-12


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
    molar_mass_g_per_mol : float
        Of the drug itself, without the salt's counter-ion or water.
    mechanism : str
        How people react to it at once, in a few words; of a mixed one the parts of IgE and MRGPRX2 are
        simulated.
    routes : tuple of str
        Ways in which it is given: ``"infusion"``, ``"bolus"``, ``"oral"``, ``"intramuscular"``, ``"subcutaneous"``.
    usual_every_h : float
        Interval of the usual regimen, hours.
    metabolite : str
        The metabolite that is the antigen for T cells; empty where the drug itself is.
    units_per_mg : float
        International units per mg, for a drug that is dosed in them; else 0.
    """

    name: str
    label: str
    usual_dose_mg: float
    usual_infusion_min: float
    half_life: str
    parameters: dict[str, Parameter]
    _: KW_ONLY
    molar_mass_g_per_mol: float
    mechanism: str
    routes: tuple[str, ...]
    usual_every_h: float
    metabolite: str = ""
    units_per_mg: float = 0.0

    def __post_init__(self) -> None:
        for key in ABOVE_ZERO:
            number = self.parameters.get(key)
            if number is not None and number.hard_low <= 0.0:
                self.parameters[key] = replace(number, hard_low=_NEXT_TO_NOTHING)

    @property
    def oral(self) -> bool:
        """Whether the drug can be swallowed."""
        return "oral" in self.routes

    @property
    def binds_ige(self) -> bool:
        """Whether the drug is an antibody against IgE."""
        return "ige_dissociation_nm" in self.parameters

    @property
    def given_by(self) -> tuple[str, ...]:
        """Its routes, and adsorbed to a carrier under the skin, which any drug that IgE knows can be."""
        return self.routes if self.binds_ige or self.seen_by_t_cells else (*self.routes, "adsorbed")

    @property
    def short_routes(self) -> tuple[str, ...]:
        """Routes as they are written in charts: IV stands for infusion and bolus."""
        short = {"intramuscular": "IM", "subcutaneous": "SC"} | ({"infusion": "IV"} if "bolus" in self.routes else {})
        return tuple(short.get(route, route) for route in self.routes if route != "bolus")

    @property
    def compartments(self) -> int:
        """Number of compartments that hold the drug itself, 1 to 3."""
        second = self.parameters["peripheral_in_per_h"].value > 0.0
        return 1 + int(second) + int("peripheral_2_in_per_h" in self.parameters)

    @property
    def seen_by_t_cells(self) -> bool:
        """Whether the drug, or its metabolite, is an antigen for T cells."""
        return "therapeutic_mg_per_l" in self.parameters

    @property
    def opens_mast_cells(self) -> bool:
        """Whether the drug is an agonist of MRGPRX2, which needs no IgE."""
        return "mrgprx2_ec50_mg_per_l" in self.parameters

    @property
    def target(self) -> str:
        """Kind of exposure that a treatment aims at, ``"time_above"`` or ``"auc"``; empty where none is known."""
        if "target_free_mg_per_l" in self.parameters:
            return "time_above"
        return "auc" if "target_auc_mg_min_per_ml" in self.parameters else ""

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


def share(value: float, low: float, high: float, source: str, where: str, note: str = "") -> Parameter:
    """Return a share of one, such as what is absorbed or bound."""
    return human(value, "", low, high, source, where, note, hard_high=1.0)


def bound(value: float, low: float, high: float, source: str, where: str, note: str = "") -> dict[str, Parameter]:
    """Return the share of the drug in plasma that is on protein and comes off it."""
    return {"bound_share": share(value, low, high, source, where, note)}


def free_as_measured(source: str, where: str) -> dict[str, Parameter]:
    """Return the bound share of a drug whose disposition is that of what is free: platinum in an ultrafiltrate."""
    note = "the compartments hold ultrafilterable platinum; what binds to protein is bound for good and left out"
    return bound(0.0, 0.0, 0.2, source, where, note)


def whole_antibody() -> dict[str, Parameter]:
    """Return what mast cells see of an antibody: itself, with two arms, and no free monovalent hapten beside it."""
    return {
        "adduct_half_life_min": Parameter(
            5.0, "min", 1.0, 60.0, "assumed", "human tissue", "model", "drugs",
            "the antibody itself is the antigen and needs no carrier; the time in which cells by the vessels come into "
            "balance with blood is taken to be that of the other drugs",
            hard_low=0.05, hard_high=1e5,
        ),
        "hapten_per_antigen": Parameter(
            0.0, "", 0.0, 0.1, "derived", "human", "dembo_goldstein_1978", "blocking by monovalent hapten",
            "an antibody carries its epitope on both arms and releases no monovalent one, so nothing blocks",
            hard_high=1e6,
        ),
        **bound(0.0, 0.0, 0.05, "drug_labels", "antibodies, distribution", "antibodies are not carried by proteins"),
    }  # fmt: skip
