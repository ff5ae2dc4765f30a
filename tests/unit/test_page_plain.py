"""The plain page: renders for each visitor apart, says what it is, and its pictures hold what the model holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from abm.engine.field import SIDE
from abm.mesa_model import TissueModel
from abm.page import pictures
from abm.page.pictures import BLUE, VERMILLION

# What the page stands on warns about itself while it is imported and closed; what is ours still fails. Mesa 3.3's own
# component breaks a rule of Solara's.
pytestmark = [
    pytest.mark.filterwarnings(f"ignore{what}")
    for what in (
        "::DeprecationWarning",
        "::FutureWarning",
        "::ResourceWarning",
        ":Failed to validate hooks for component ComponentsView:UserWarning",
    )
]


@pytest.fixture(scope="module")
def reacting() -> TissueModel:
    from abm.page import plain

    model = TissueModel(arm="full_dose", patient=plain.patients()[0], cells=500)
    for _ in range(15):
        model.step()
    assert model.course.state.fired_bin.max() >= 0
    return model


@pytest.fixture
def rendered():
    import solara

    from abm.page import plain

    box, context = solara.render(solara.AppLayout(children=[plain.Page()]), handle_error=False)
    yield box, context
    context.close()


def widgets(widget) -> Iterator[Any]:
    """Yield a widget and everything inside it."""
    import ipywidgets

    yield widget
    inner = [child for name in ("children", "v_slots", "template") for child in listed(getattr(widget, name, None))]
    for child in inner:
        if isinstance(child, dict):
            yield from (
                each for part in listed(child.get("children")) if not isinstance(part, str) for each in widgets(part)
            )
        elif isinstance(child, ipywidgets.Widget):
            yield from widgets(child)


def listed(value) -> list:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def words(widget) -> str:
    """Return every word on the page."""
    texts: list[str] = []
    for each in widgets(widget):
        texts += [child for child in listed(getattr(each, "children", None)) if isinstance(child, str)]
        named = (getattr(each, name, None) for name in ("template", "label"))
        texts += [text for text in named if isinstance(text, str)]
    return " ".join(texts).replace("<strong>", "").replace("</strong>", "")


def test_the_page_renders_and_says_what_it_is(rendered):
    from abm.page import plain

    text = words(rendered[0])
    assert "Teaching model, not medical advice" in text
    assert f"Patient {plain.patients()[0]}, full dose" in text
    assert all(label in text for label in ("Treatment", "Patient number", "Mast cells"))


def test_every_visitor_has_a_model_of_their_own(monkeypatch):
    import solara

    from abm.page import plain

    made: list[TissueModel] = []

    def make(**settings) -> TissueModel:
        made.append(TissueModel(**settings))
        return made[-1]

    monkeypatch.setattr(plain, "TissueModel", make)
    contexts = [solara.render(plain.Page(), handle_error=False)[1] for _ in range(2)]
    try:
        assert len(made) == 2
        made[0].step()
        assert made[1].course.now_min == 0.0
    finally:
        for context in contexts:
            context.close()


def test_a_click_on_step_moves_the_patient(rendered):
    page = rendered[0]
    button = next(each for each in widgets(page) if getattr(each, "children", None) == ["Step"])
    assert ": 0 mg given so far" in words(page)
    button.click()
    assert ": 80 mg given so far" in words(page)


def test_choices_are_parameters_of_the_model():
    from abm.page import plain

    choices = plain.choices()
    assert set(choices["arm"]["values"]) == {"full_dose", "rdd", "interruption"}
    settings = {name: value["value"] if isinstance(value, dict) else value for name, value in choices.items()}
    assert TissueModel(**settings).patient["patient_id"] == plain.patients()[0]


def test_every_choice_shows_what_is_chosen():
    """Mesa's sliders do not."""
    from abm.page import plain

    for choice in (each for each in plain.choices().values() if isinstance(each, dict)):
        assert choice["type"] == "Select"
        assert choice["value"] in choice["values"]


def test_patients_on_offer_meet_the_conditions_of_the_study():
    from abm.page import plain

    offered = plain.patients()
    assert len(offered) == len(set(offered)) == 12
    for number in offered[:3]:
        assert TissueModel(patient=number, cells=10).patient["skin_test_positive"]


def test_cells_stand_where_the_engine_put_them(reacting):
    skin = int(reacting.course.state.organ_start[1])
    sites = reacting.space.sites[:skin]
    level = reacting.space.drug_field.ravel().astype(np.float32)
    np.testing.assert_array_equal(level[sites], reacting.course.state.place[:skin])
    assert len(np.unique(sites)) > skin // 2
    assert sites.max() < SIDE * SIDE


def test_fired_cells_differ_in_colour_and_shape(reacting):
    sites = reacting.space.sites[: int(reacting.course.state.organ_start[1])]
    figure = pictures.draw_patch(reacting)
    resting, fired = figure.axes[0].collections
    state = reacting.course.state
    count = int((state.fired_bin[: sites.size] >= 0).sum())
    assert 0 < count < sites.size
    assert len(fired.get_offsets()) == count
    assert len(resting.get_offsets()) == sites.size - count
    assert to_hex(resting.get_facecolor()[0]).upper() == BLUE
    assert to_hex(fired.get_facecolor()[0]).upper() == VERMILLION
    assert resting.get_paths()[0].vertices.shape != fired.get_paths()[0].vertices.shape
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        f"resting: {sites.size - count}",
        f"fired: {count}",
    ]


def test_colours_differ_in_brightness_too():
    def brightness(colour: str) -> float:
        return float(np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)))

    assert brightness(VERMILLION) > 1.15 * brightness(BLUE)


@pytest.mark.parametrize(
    ("draw", "name", "unit"),
    [
        (pictures.draw_histamine, "histamine_ng_per_ml", "ng/mL"),
        (pictures.draw_pressure, "systolic_mmhg", "mmHg"),
        (pictures.draw_dose, "dose_mg", "mg"),
    ],
)
def test_a_curve_is_what_the_model_collected(reacting, draw, name, unit):
    axes = draw(reacting).axes[0]
    hours, values = axes.lines[0].get_data()
    np.testing.assert_array_equal(values, reacting.datacollector.model_vars[name])
    np.testing.assert_allclose(np.asarray(hours) * 60.0, np.arange(16.0))
    assert axes.get_ylabel() == unit
    assert "hours" in axes.get_xlabel()


def test_titles_tell_the_time():
    assert pictures._clock(11.2) == "11 min"
    assert pictures._clock(125.0) == "2 h 05 min"
