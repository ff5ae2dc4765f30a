"""The catalogue of drugs: printed half-lives, peaks and areas come out; what a drug is, is told."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from small_worlds import a_patient, a_scenario, an_arm, bathed, equal_cells, treated

from abm.biology import pharmacokinetics as pk
from abm.engine.body import run_arm
from abm.engine.clock import BASE_MIN, DOUBLINGS, MINUTE
from abm.engine.disposition import drug_matrix
from abm.engine.rates import patient_rates
from abm.parameters.catalog import DRUGS, default_parameters
from abm.parameters.compartments import from_flows, from_terminal_half_life, from_three_half_lives
from abm.population import _candidate
from abm.protocols import build_protocol
from abm.repertoire import repertoire_of
from abm.scenario import Cohort, Regimen, Step

P = default_parameters()
HELD = [pk.CENTRAL, pk.PERIPHERAL, pk.PERIPHERAL_2]
HOUR = 60


def half_lives_h(drug: str) -> list[float]:
    """Half-lives of the compartments that the drug has, the quickest first."""
    places = HELD[: DRUGS[drug].compartments]
    rates = -np.linalg.eigvals(drug_matrix(P, drug, a_patient())[np.ix_(places, places)])
    return sorted(float(math.log(2.0) / rate / 60.0) for rate in rates.real)


def levels(drug: str, doses: list[tuple[str, float, float]], hours: float, every_h: float = 0.0) -> np.ndarray:
    """mg/L in plasma after each minute; doses (route, mg, minutes of infusion) one every `every_h`."""
    step = pk.step_matrices(drug_matrix(P, drug, a_patient()), BASE_MIN, DOUBLINGS)[MINUTE]
    litres = 70.0 * P[f"drugs.{drug}.central_l_per_kg"]
    minutes = round(hours * HOUR)
    rate, x, found = np.zeros(minutes), np.zeros(pk.STATES), []
    at_once: dict[int, tuple[int, float]] = {}
    for number, (route, mg, length) in enumerate(doses):
        start = round(number * every_h * HOUR)
        if route == "infusion":
            rate[start : start + round(length)] += mg / length
        elif route == "oral":
            at_once[start] = (pk.GUT, mg * P[f"drugs.{drug}.bioavailability"])
        else:
            at_once[start] = ({"bolus": pk.CENTRAL, "intramuscular": pk.DEPOT}[route], mg)
    for minute in range(minutes):
        if minute in at_once:
            place, mg = at_once[minute]
            x[place] += mg
        x = step[:, :-1] @ x + step[:, -1] * rate[minute]
        found.append(x[pk.CENTRAL] / litres)
    return np.array(found)


PRINTED_H = {
    "penicillin_g": [(0.4, 0.9)],
    "penicillin_v": [(0.48, 0.54)],
    "amoxicillin": [(61.3 / 60 * 0.98, 61.3 / 60 * 1.02)],
    "cefazolin": [(0.05, 0.4), (1.75, 1.85)],
    "ceftriaxone": [(5.8, 8.7)],
    "carboplatin": [(1.1, 2.0), (2.6, 5.9)],
    "oxaliplatin": [(0.42, 0.44), (16.7, 16.9), (390.0, 392.0)],
    "cisplatin": [(0.49, 0.53)],
    "paclitaxel": [(0.2, 0.5), (20.0, 20.4)],
    "rituximab": [(24.0, 72.0), (22.0 * 24.0, 23.0 * 24.0)],
    "cetuximab": [(5.0, 24.0), (70.0, 112.0)],
    "peanut": [(2.0, 20.0)],
    "omalizumab": [(22.0 * 24.0, 24.0 * 24.0)],
    "vancomycin": [(0.1, 0.15), (0.5, 1.0), (3.0, 13.0)],
    "ciprofloxacin": [(0.2, 0.6), (4.9, 6.0)],
    "atracurium": [(1.5 / 60, 2.5 / 60), (19.0 / 60, 21.0 / 60)],
    "rocuronium": [(0.05, 0.3), (1.1, 1.3)],
    "morphine": [(0.01, 0.2), (2.0, 3.0)],
}
"""Of every drug for immediate reactions, all phases; a first phase without a printed number has a wide range."""


@pytest.mark.parametrize("drug", PRINTED_H)
def test_printed_half_lives_come_out(drug) -> None:
    found = half_lives_h(drug)
    assert len(found) == len(PRINTED_H[drug]) == DRUGS[drug].compartments
    for hours, (low, high) in zip(found, PRINTED_H[drug], strict=True):
        assert low <= hours <= high


def test_every_drug_that_ige_knows_has_printed_half_lives() -> None:
    assert set(PRINTED_H) == {name for name, drug in DRUGS.items() if not drug.seen_by_t_cells}


def test_oral_amoxicillin_peaks_and_areas() -> None:
    half_gram = levels("amoxicillin", [("oral", 500.0, 0.0)], 8.0)
    assert 5.5 <= half_gram.max() <= 7.5
    assert 1.0 <= (np.argmax(half_gram) + 1) / HOUR <= 2.0
    more = levels("amoxicillin", [("oral", 875.0, 0.0)], 16.0)
    assert more.sum() / HOUR == pytest.approx(35.4, abs=0.8)
    assert 13.8 - 4.1 <= more.max() <= 13.8 + 4.1


def test_peanut_in_serum() -> None:
    """12.75 g of protein: at most 248 ng/mL, after an hour or two, a trace of it for a day."""
    found = levels("peanut", [("oral", 12_750.0, 0.0)], 24.0)
    assert 0.15 < found.max() <= 0.248
    assert 1.0 <= (np.argmax(found) + 1) / HOUR <= 2.5
    assert 0.02 < found[-1] / found.max() < 0.1


def test_oral_penicillin_v() -> None:
    """A million IU, 625 mg, peak at 6.4 IU/mL within half an hour to an hour; next to nothing is left at 6 h."""
    found = levels("penicillin_v", [("oral", 1e6 / DRUGS["penicillin_v"].units_per_mg, 0.0)], 6.0)
    assert found.max() * DRUGS["penicillin_v"].units_per_mg / 1000.0 == pytest.approx(6.4, rel=0.05)
    assert 0.5 <= (np.argmax(found) + 1) / HOUR <= 1.0
    assert found[-1] < 0.01 * found.max()


def test_penicillin_g_into_a_muscle_and_by_vein() -> None:
    """3 g by vein leave 3.0 mg/L at 4 h; 600 mg into a muscle peak within half an hour at about 12 mg/L."""
    muscle = levels("penicillin_g", [("intramuscular", 600.0, 0.0)], 4.0)
    assert 15 <= np.argmax(muscle) + 1 <= 30
    assert muscle.max() == pytest.approx(12.0, rel=0.15)
    assert levels("penicillin_g", [("bolus", 3000.0, 0.0)], 4.0)[-1] == pytest.approx(3.0, rel=0.25)


def test_cefazolin_by_vein_by_muscle_and_kept_by_an_infusion() -> None:
    vein = levels("cefazolin", [("bolus", 1000.0, 0.0)], 8.0)
    assert vein[4] == pytest.approx(185.0, rel=0.1)
    assert vein[-1] == pytest.approx(4.0, rel=0.15)
    muscle = levels("cefazolin", [("intramuscular", 1000.0, 0.0)], 8.0)
    assert muscle[HOUR - 1] == pytest.approx(64.0, rel=0.15)
    assert muscle[-1] == pytest.approx(7.0, rel=0.3)
    kept = levels("cefazolin", [("infusion", 250.0, 60.0), ("infusion", 200.0, 120.0)], 3.0, every_h=1.0)
    assert kept[-1] == pytest.approx(28.0, rel=0.15)


def test_ceftriaxone_into_a_muscle() -> None:
    """1 g; the whole printed curve within an eighth, so one compartment will do here."""
    found = levels("ceftriaxone", [("intramuscular", 1000.0, 0.0)], 12.0)
    printed = {0.5: 40.0, 1: 68.0, 2: 76.0, 4: 68.0, 6: 56.0, 8: 44.0, 12: 29.0}
    for hours, level in printed.items():
        assert found[round(hours * HOUR) - 1] == pytest.approx(level, rel=0.15)


def test_oxaliplatin_peak_and_area() -> None:
    """In platinum, of which oxaliplatin is 195.1 / 397.3: peak 0.814 mg/L, 4.19 of 4.68 mg·h/L within 48 h."""
    platinum = 195.1 / DRUGS["oxaliplatin"].molar_mass_g_per_mol
    found = platinum * levels("oxaliplatin", [("infusion", 85.0 * 1.8, 120.0)], 48.0)
    assert found.max() == pytest.approx(0.814, rel=0.02)
    assert found.sum() / HOUR == pytest.approx(4.19, rel=0.1)
    whole = platinum * 85.0 * 1.8 / P["drugs.oxaliplatin.clearance_l_per_h"]
    assert found.sum() / HOUR / whole == pytest.approx(4.19 / 4.68, abs=0.01)


def test_paclitaxel_peak_and_area_at_the_dose_for_which_it_is_linear() -> None:
    found = levels("paclitaxel", [("infusion", 175.0 * 1.8, 180.0)], 240.0)
    assert found.max() == pytest.approx(3.65, rel=0.05)
    assert found.sum() / HOUR == pytest.approx(15.007, rel=0.06)
    lower = levels("paclitaxel", [("infusion", 135.0 * 1.8, 180.0)], 3.0).max()
    assert lower > 1.2 * 2.17, "a linear model overstates lower doses"


def test_antibodies_add_up_from_week_to_week() -> None:
    weekly = levels("rituximab", [("infusion", 675.0, 240.0)] * 4, 24.0 * 22, every_h=168.0)
    first, last = weekly[: 24 * HOUR].max(), weekly[21 * 24 * HOUR :].max()
    assert first == pytest.approx(206.0, rel=0.15)
    assert last == pytest.approx(465.0, rel=0.15)
    alone = levels("cetuximab", [("infusion", 720.0, 120.0)], 24.0).max()
    assert 185.0 - 55.0 <= alone <= 185.0 + 55.0
    kept = levels("cetuximab", [("infusion", 720.0, 120.0)] + [("infusion", 450.0, 60.0)] * 4, 840.0, every_h=168.0)
    assert 0.8 * 41.3 <= kept[-1] <= 1.2 * 55.4
    assert kept[-168 * HOUR :].max() == pytest.approx(155.8, rel=0.25)


def test_a_bolus_is_the_limit_of_ever_shorter_infusions() -> None:
    bolus = levels("cefazolin", [("bolus", 1000.0, 0.0)], 4.0)
    gaps = []
    for minutes in (16, 8, 4, 2, 1):
        short = levels("cefazolin", [("infusion", 1000.0, minutes)], 4.0)
        gaps.append(float(np.abs(short - bolus)[HOUR:].max()))
    assert all(0.45 < later / earlier < 0.55 for earlier, later in itertools.pairwise(gaps))


def test_the_engine_gives_a_bolus_as_a_short_infusion_gives_it() -> None:
    """The antigen after a dose in a moment and after one over a base bin (3.75 s), and so what cells see, agree."""
    patient = a_patient(specific_receptors_per_cell=0.0)
    drug, dose_mg = "cefazolin", 1000.0
    once = Regimen(drug, "own", 1, dose_mg, 30.0, 1, "bolus")
    short = Step(drug, "own", 1, 0, 0.0625, dose_mg)
    ends = [
        treated(an_arm(item), patient, allergic_to=(drug,), follow_up_min=wait).state.drug[0]
        for item, wait in ((once, 30.0), (short, 59.9375))
    ]
    assert ends[0] == pytest.approx(ends[1], rel=1e-3)
    assert ends[0][pk.CENTRAL] > 100.0


def test_conversions_give_back_what_is_printed() -> None:
    def matrix(central: float, clearance: float, found: dict) -> np.ndarray:
        names = ("peripheral_in_per_h", "peripheral_out_per_h", "peripheral_2_in_per_h", "peripheral_2_out_per_h")
        k = [found[name].value if name in found else 0.0 for name in names]
        return pk.rate_matrix(clearance / central, k[0], k[1], 1.0, to_peripheral_2=k[2], from_peripheral_2=k[3])

    def rates(matrix: np.ndarray, places: list[int]) -> np.ndarray:
        return np.sort(math.log(2.0) / -np.linalg.eigvals(matrix[np.ix_(places, places)]).real)

    two = from_terminal_half_life(5.0, 3.9, 9.0, 1.8, "model", "here")
    assert rates(matrix(5.0, 3.9, two), HELD[:2])[-1] == pytest.approx(1.8, rel=1e-12)
    assert two["peripheral_in_per_h"].value / two["peripheral_out_per_h"].value == pytest.approx(9.0 / 5.0 - 1.0)
    three = from_three_half_lives(30.0, 17.4, 440.0, (0.43, 16.8, 391.0), "model", "here")
    assert rates(matrix(30.0, 17.4, three), HELD) == pytest.approx([0.43, 16.8, 391.0], rel=1e-9)
    volumes = [
        three[f"{place}_in_per_h"].value / three[f"{place}_out_per_h"].value for place in ("peripheral", "peripheral_2")
    ]
    assert 30.0 * (1.0 + sum(volumes)) == pytest.approx(440.0, rel=1e-12)
    flows = from_flows(10.0, [(2.0, 5.0), (0.3, 60.0)], "model", "here")
    assert [number.value for number in flows.values()] == pytest.approx([0.2, 0.4, 0.03, 0.005])


@pytest.mark.parametrize("numbers", [(5.0, 3.9, 12.0, 1.8), (5.0, 3.9, 4.0, 1.8), (5.0, 0.1, 9.0, 1.8)])
def test_two_compartments_that_cannot_be_are_refused(numbers) -> None:
    with pytest.raises(ValueError, match="no two compartments"):
        from_terminal_half_life(*numbers, "model", "here")


@pytest.mark.parametrize("numbers", [(30.0, 17.4, 20.0), (30.0, 17.4, 9000.0), (3000.0, 17.4, 440.0)])
def test_three_compartments_that_cannot_be_are_refused(numbers) -> None:
    with pytest.raises(ValueError, match="no three compartments"):
        from_three_half_lives(*numbers, (0.43, 16.8, 391.0), "model", "here")


@pytest.mark.parametrize("drug", DRUGS.values(), ids=DRUGS)
def test_what_a_drug_says_of_itself_fits_its_numbers(drug) -> None:
    assert drug.routes
    assert set(drug.routes) <= {"infusion", "bolus", "oral", "intramuscular", "subcutaneous"}
    assert ("oral" in drug.routes) == ("bioavailability" in drug.parameters) == ("absorption_per_h" in drug.parameters)
    assert ("intramuscular" in drug.routes) == ("depot_absorption_per_h" in drug.parameters)
    assert drug.seen_by_t_cells or "bound_share" in drug.parameters
    assert 100.0 < drug.molar_mass_g_per_mol < 2e5
    assert drug.mechanism
    assert drug.usual_every_h > 0.0
    assert len(drug.mechanism) + len(drug.half_life) <= 60


def test_penicillins_are_dosed_in_units() -> None:
    assert 2400.0 * DRUGS["penicillin_g"].units_per_mg == pytest.approx(4e6)
    assert 250.0 * DRUGS["penicillin_v"].units_per_mg == pytest.approx(4e5)
    assert all(drug.units_per_mg == 0.0 for name, drug in DRUGS.items() if not name.startswith("penicillin"))


def test_ige_for_alpha_gal_is_there_before_the_first_dose() -> None:
    """As often as Chung 2008 saw it where one lives, and whoever carries it can react to the first dose of a life."""
    scenario = dataclasses.replace(
        a_scenario(an_arm(build_protocol("full_dose", "cetuximab", 720.0)), allergic_to=("cetuximab",), cells=900),
        cohort=Cohort("unselected", 1),
    )
    carriers, genes = {}, repertoire_of(P, "european", "cetuximab")
    for place, share in (("Tennessee", 15 / 72), ("California", 3 / 49), ("Boston", 2 / 341)):
        here = P.with_overrides({"drugs.cetuximab.sensitised_share": share})
        people = [_candidate(scenario, here, genes, number) for number in range(1500)]
        carriers[place] = [person for person in people if person["sensitised"]]
        assert abs(len(carriers[place]) / 1500 - share) < 3.3 * math.sqrt(share * (1.0 - share) / 1500)
    assert {p["patient_id"] for p in carriers["Boston"]} <= {p["patient_id"] for p in carriers["Tennessee"]}
    arm = scenario.arms[0]
    ill = [run_arm(arm, scenario, person, 0, P).outcome["reacted"] for person in carriers["California"][:12]]
    well = [
        run_arm(arm, scenario, person, 0, P).outcome["reacted"] for person in people[:12] if not person["sensitised"]
    ]
    assert sum(ill) >= 3
    assert well
    assert not any(well)


ANTIBODIES = {"rituximab", "cetuximab", "omalizumab"}


def test_only_drugs_that_say_so_have_another_share_of_carriers_and_another_hapten() -> None:
    rates = {
        drug: patient_rates(P, a_patient(), (drug,), (1, 1, 1), frozenset(), (7, 0, 0)).hapten_per_antigen[0]
        for drug in DRUGS
    }
    assert {drug for drug, hapten in rates.items() if hapten == 0.0} == {*ANTIBODIES, "peanut"}
    general = np.float32(P["ige_receptor.hapten_per_antigen"])
    assert all(hapten == general for drug, hapten in rates.items() if drug not in (*ANTIBODIES, "peanut"))
    two = patient_rates(P, a_patient(), ("penicillin_g", "cetuximab"), (1, 1, 1), frozenset(), (7, 0, 0))
    assert two.hapten_per_antigen.tolist() == [float(general), 0.0]


def test_an_antibody_cross_links_more_than_an_adduct_at_the_same_antigen() -> None:
    """No monovalent drug blocks it: b(1 − b) with KC 0.3 is 0.178, and 0.117 with as much hapten."""
    links = []
    for hapten in (0.0, 1.0):
        state, rates = equal_cells(200, 20_000.0, numbers=P.with_overrides({"ige_receptor.hapten_per_antigen": hapten}))
        bathed(state, rates, 0.3, 3.0)
        links.append(float(state.crosslinks[0].mean()))
    assert links[0] > 1.3 * links[1] > 0.0
