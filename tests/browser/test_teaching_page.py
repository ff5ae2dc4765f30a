"""The teaching page in a real browser: what a class does with it, and that nothing breaks or leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from browsers import Watch, served

from abm import run_study
from abm.page.lessons import lessons
from abm.page.server import prepare

LESSONS = "minefield tiptoeing truce only_this_drug red_man never_in_sjs know_your_enemy".split()
SIZE = {"width": 1280, "height": 720}
VERMILION_PIXELS = """(() => {
  const canvas = document.querySelector('canvas.picture'), pen = canvas.getContext('2d');
  const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  return data.filter((red, i) => i % 4 === 0 && red === 213 && data[i + 1] === 94).length;
})()"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A page whose kernels lie ready: on a new computer a visitor waits for them, which is no matter of these tests."""
    prepare(print, tuple(lessons()))
    with served() as where:
        yield where


@pytest.fixture
def opened(address, chromium) -> Iterator[Any]:
    """Yield a function that opens a link as a new visitor; at the end no page may have complained or asked outside."""
    watches, contexts = [], []

    def visit(query: str = "") -> Any:
        contexts.append(chromium.new_context(viewport=SIZE, accept_downloads=True))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        watches.append(Watch(page, address))
        page.goto(f"{address}/?{query}")
        page.wait_for_selector(".board[data-ready=true]")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [watch.errors for watch in watches if watch.errors] == []
    assert [watch.outside for watch in watches if watch.outside] == []


def clock(page: Any) -> float:
    return float(page.get_attribute(".board", "data-clock"))


def frames(page: Any) -> int:
    return int(page.get_attribute(".board", "data-frames"))


def press(page: Any, name: str, place: int = 0) -> None:
    page.get_by_role("button", name=name, exact=True).nth(place).click()


def wait_until(page: Any, script: str) -> None:
    page.wait_for_function(f"(() => {{ const board = document.querySelector('.board'); return {script}; }})()")


def play_to_the_end(page: Any) -> None:
    page.locator(".transport select").select_option(index=page.locator(".transport option").count() - 1)
    press(page, "▶ Play")
    page.wait_for_selector(".verdict")
    wait_until(page, "document.querySelector('button.main').disabled")


def test_a_long_wait_is_told_and_ends(opened):
    page = opened()
    board = "document.querySelector('.board').__vue__"
    page.evaluate(f"{board}.kept = {board}.tell; {board}.tell = () => null")
    press(page, "2. Tiptoeing")
    page.wait_for_selector(".late", state="visible")
    assert page.get_by_role("status").filter(has_text="minute or two").is_visible()
    page.evaluate(f"{board}.tell = {board}.kept")
    press(page, "2. Tiptoeing")
    page.get_by_role("heading", name="Tiptoeing").wait_for()
    page.wait_for_selector(".late", state="detached")


def test_lesson_one_moves(opened):
    page = opened()
    press(page, "▶ Play")
    wait_until(page, "+board.dataset.clock > 5")
    assert page.get_by_text("Teaching model, not medical advice").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_play_pause_step_and_look_back(opened):
    page = opened()
    press(page, "▶ Play")
    wait_until(page, "+board.dataset.frames > 8")
    press(page, "❚❚ Pause")
    page.wait_for_timeout(400)
    paused, count = clock(page), frames(page)
    page.wait_for_timeout(400)
    assert (clock(page), frames(page)) == (paused, count)
    press(page, "Step")
    wait_until(page, f"+board.dataset.frames === {count + 1}")
    now = page.inner_text(".clock")
    page.locator(".scrub input").focus()
    page.keyboard.press("Home")
    assert page.inner_text(".clock") == "0 min"
    page.keyboard.press("End")
    assert page.inner_text(".clock") == now
    press(page, "Start again")
    wait_until(page, "+board.dataset.clock === 0")


def test_the_picture_is_drawn(opened):
    page = opened()
    count = VERMILION_PIXELS
    assert page.evaluate(count) == 0
    play_to_the_end(page)
    assert page.evaluate(count) > 500
    assert "severe" in page.locator(".status").nth(0).inner_text()
    assert "well" in page.locator(".status").nth(1).inner_text()


def test_keys_work(opened):
    page = opened()
    page.keyboard.press(" ")
    wait_until(page, "+board.dataset.frames > 3")
    page.keyboard.press(" ")
    page.wait_for_timeout(400)
    count, shown = frames(page), page.inner_text(".clock")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text(".clock") != shown
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    assert frames(page) == count


def test_a_prediction_is_compared_with_what_happens(opened):
    page = opened()
    page.get_by_label("Only the whole dose does").check()
    assert page.inner_text(".verdict") == "Now press Play and see."
    play_to_the_end(page)
    assert page.inner_text(".verdict").endswith("As you predicted.")
    page.get_by_text("Why?", exact=True).click()
    assert page.get_by_text("FcεRI").is_visible()


def test_a_prediction_is_about_arms_wherever_they_stand(opened):
    page = opened("lesson=minefield&first=hundredth&second=full_dose")
    page.get_by_label("Only the whole dose does").check()
    play_to_the_end(page)
    assert page.inner_text(".verdict").endswith("As you predicted.")
    assert page.get_by_text("A mast cell fires all of its granules or none").is_visible()


def test_what_was_changed_is_not_explained_as_if_it_was_not(opened):
    page = opened("lesson=minefield&ige=0")
    play_to_the_end(page)
    assert page.get_by_text("This is not what the lesson shows as it stands").is_visible()
    assert not page.get_by_text("A mast cell fires all of its granules or none").is_visible()
    page.locator(".arm-head select").nth(1).select_option("full_dose")
    page.wait_for_selector("fieldset", state="detached")


def test_a_key_held_on_a_slider_counts_every_time(opened):
    page = opened("lesson=tiptoeing")
    page.locator("input[name=interval]").focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    wait_until(page, "document.querySelector('.permalink').href.includes('interval=35')")
    page.reload()
    page.wait_for_selector(".board[data-ready=true]")
    assert page.locator("input[name=interval]").input_value() == "35"


def test_the_lens_moves_by_keys(opened):
    page = opened()
    before = page.locator(".lens dd").nth(0).inner_text()
    page.locator("canvas.picture").nth(0).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"document.querySelector('.lens dd').innerText !== {before!r}")
    page.keyboard.press("p")
    wait_until(page, "+board.dataset.clock > 2")


def test_a_slider_changes_the_patient_and_the_link(opened):
    page = opened()
    slider = page.locator("input[name=dose]")
    slider.focus()
    page.keyboard.press("Home")
    wait_until(page, "document.querySelector('.permalink').href.includes('dose=10')")
    play_to_the_end(page)
    assert "10 mg · well" in page.locator(".status").nth(0).inner_text()


def test_a_hand_on_the_drug(opened):
    page = opened("lesson=tiptoeing")
    press(page, "Step")
    wait_until(page, "+board.dataset.clock >= 5")
    press(page, "Pause", 1)
    page.locator(".status").nth(1).get_by_text("paused").wait_for()
    given = page.locator(".status").nth(1).inner_text()
    for _ in range(2):
        press(page, "Step")
    wait_until(page, "+board.dataset.clock >= 15")
    assert re.search(r"[\d.]+ mg", page.locator(".status").nth(1).inner_text())[0] == re.search(r"[\d.]+ mg", given)[0]
    press(page, "Resume", 1)
    press(page, "Step")
    page.locator(".status").nth(1).get_by_text("giving step").wait_for()
    press(page, "Stop", 1)
    page.locator(".status").nth(1).get_by_text("stopped for good").wait_for()
    assert "hand=" in page.locator(".permalink").get_attribute("href")


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_opens_and_is_accessible(opened, name):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(f"lesson={name}")
    press(page, "Step")
    wait_until(page, "+board.dataset.clock > 0")
    assert page.locator("nav [aria-current=page]").count() == 1
    found = Axe().run(page).response["violations"]
    assert [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ] == []


def test_lessons_are_a_click_apart(opened):
    page = opened()
    page.locator("nav button").nth(5).click()
    page.get_by_role("heading", name="Never in SJS").wait_for()
    chosen = page.locator(".arm-head select").evaluate_all("all => all.map(each => each.value)")
    assert chosen == ["ladder", "avoidance"]
    press(page, "Step")
    page.locator(".clock").get_by_text("h 24 min").wait_for()
    page.locator("nav button").nth(0).click()
    page.get_by_role("heading", name="The minefield").wait_for()


def test_a_link_shows_another_visitor_the_same(opened):
    first = opened("lesson=truce&gap=12&patient=3")
    link = first.locator(".permalink").get_attribute("href")
    second = opened(link.removeprefix("?"))
    for page in (first, second):
        press(page, "Step")
        wait_until(page, "+board.dataset.clock >= 60")
    assert second.locator(".permalink").get_attribute("href") == link
    assert second.get_by_text("Time without drug: 12 h").is_visible()
    pictures = [page.evaluate("document.querySelector('canvas.picture').toDataURL()") for page in (first, second)]
    assert pictures[0] == pictures[1]


def test_visitors_share_nothing(opened):
    first, second = opened(), opened()
    press(first, "Step")
    wait_until(first, "+board.dataset.clock === 0.25")
    press(second, "Step")
    wait_until(second, "+board.dataset.clock === 0.25")
    assert (clock(first), clock(second)) == (0.25, 0.25)


def test_mistakes_are_told_on_the_page(opened, tmp_path):
    page = opened("lesson=truce&gap=900")
    assert "needed is a number from 1 to 120" in page.get_by_role("alert").inner_text()
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: wrong\ndrug: penicilin\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(wrong)
    page.get_by_role("alert").get_by_text("did you mean").wait_for()
    assert page.get_by_role("heading", name="The truce ends").is_visible()


def test_what_is_downloaded_equals_the_batch_run(opened, tmp_path):
    page = opened("lesson=tiptoeing&patient=0")
    play_to_the_end(page)
    for name, kind in (("Data (CSV)", "csv"), ("Scenario (YAML)", "yaml")):
        with page.expect_download() as told:
            press(page, name)
        told.value.save_as(tmp_path / f"shown.{kind}")
    text = (tmp_path / "shown.yaml").read_text(encoding="utf-8").replace("patients: 200", "patients: 1")
    (tmp_path / "batch.yaml").write_text(text.replace("record: []", "record: [timeseries]"), encoding="utf-8")
    results = run_study(tmp_path / "batch.yaml", out=tmp_path / "run")
    shown = pd.read_csv(tmp_path / "shown.csv").query("patient_id == 0 and time_min > 0")
    batch = results.timeseries(patient_id=0)
    columns = ["histamine_ng_per_ml", "tryptase_ng_per_ml", "systolic_mmhg", "released_fraction", "antigen"]
    both = shown.merge(batch, on=["arm", "time_min"], suffixes=("", "_batch"))
    assert len(both) > 150
    for name in columns:
        assert (both[name] == both[f"{name}_batch"]).all(), name
    assert set(both["arm"]) == {"full_dose", "rdd"}
