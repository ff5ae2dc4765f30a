"""Own drugs as a resolved scenario states them: everything written out, so that they load back to equal ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from abm.parameters.drug import Drug
from abm.parameters.parameter import OWN, Parameter
from abm.scenario_phrases import flow_list, flow_map, number_text, quoted
from abm.units import format_quantity


def drug_lines(drugs: Mapping[str, Drug]) -> Iterator[str]:
    """Write own drugs, a line for each fact and number."""
    yield "drugs:"
    for drug in drugs.values():
        yield f"  {drug.name}:"
        yield from (f"    {key}: {text}" for key, text in _facts(drug).items())
        yield "    numbers:"
        yield from (f"      {key}: {flow_map(_number(number))}" for key, number in drug.parameters.items())


def _facts(drug: Drug) -> dict[str, str]:
    fields = {
        "label": quoted(drug.label),
        "usual_dose": format_quantity(drug.usual_dose_mg, "mass"),
        "usual_infusion": format_quantity(drug.usual_infusion_min, "time"),
        "usual_every": f"{drug.usual_every_h!r} h",
        "routes": flow_list(drug.routes),
        "molar_mass_g_per_mol": number_text(drug.molar_mass_g_per_mol),
        "mechanism": quoted(drug.mechanism),
        "half_life": quoted(drug.half_life),
    }
    fields |= {"metabolite": quoted(drug.metabolite)} if drug.metabolite else {}
    return fields | ({"units_per_mg": number_text(drug.units_per_mg)} if drug.units_per_mg else {})


def _number(number: Parameter) -> dict[str, str]:
    fields = {"value": number_text(number.value)}
    fields |= {"unit": quoted(number.unit)} if number.unit else {}
    fields |= {"low": number_text(number.low), "high": number_text(number.high), "kind": number.kind}
    words = {"system": number.system, "source": number.source.removeprefix(OWN), "where": number.where}
    fields |= {key: quoted(text) for key, text in words.items()}
    return fields | ({"note": quoted(number.note)} if number.note else {})
