"""The closer look in a real browser: overlays, another part of the photo, nine looks; on a desk and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import assert_axe_finds_nothing, serve
from tests.browser.test_classify import classify, open_page
from tests.making.fakes import COLOURS, draw_flower, encode

WIDE = encode(draw_flower(size=(640, 320)))


@pytest.fixture(scope="session")
def calibrated_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site with a fake classifier that is calibrated and has an index."""
    folder = tmp_path_factory.mktemp("calibrated")
    yield from serve("tests.browser.fake_app:server", folder / "log.txt", GARDEN=str(folder), CALIBRATED="yes")


def drawing_on(canvas: Locator) -> str:
    return canvas.evaluate("canvas => canvas.toDataURL()")


def open_panel(page: Page, words: str) -> None:
    page.locator("summary", has_text=words).click()


@pytest.mark.parametrize("width", [1280, 390])
def test_all_that_makes_an_answer_trustworthy(page: Page, calibrated_site: str, width: int):
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, calibrated_site)
    classify(page, WIDE)
    expect(page.locator(".verdict__words")).to_have_text("It is")
    expect(page.locator(".coverage")).to_have_count(0)  # a confident answer needs no list
    expect(page.locator(".record-line")).to_contain_text("17 of 18 times")
    expect(page.locator(".near__similarity:visible").first).to_have_text("similarity 0.91")

    open_panel(page, "Where in the photo it sees this")
    heat = page.locator("#heat-overlay")
    expect(heat).to_be_visible()
    expect(heat).to_have_css("opacity", "0.8")
    before = drawing_on(heat)
    page.locator(".chips").get_by_text("Tiger lily").click()
    page.wait_for_timeout(300)
    assert drawing_on(heat) != before
    page.get_by_role("switch", name="Show the evidence").press("Space")
    expect(heat).to_have_css("opacity", "0")

    open_panel(page, "Why Sunflower and not another")
    expect(page.locator("#contrast-overlay")).to_be_visible()
    assert drawing_on(page.locator("#contrast-overlay")) != before

    open_panel(page, "How often such answers are right")
    expect(page.get_by_text("was taken for Sunflower twice")).to_be_visible()
    assert page.locator("#result").evaluate("result => result.scrollWidth") <= width


def test_another_part_is_framed_by_keys_and_asked_about(page: Page, calibrated_site: str):
    open_page(page, calibrated_site)
    classify(page, WIDE)
    open_panel(page, "What the model saw")
    frame = page.locator("#crop-frame")
    expect(frame).to_have_attribute("style", re.compile(r"left: 25%.*width: 50%"))
    slider = page.get_by_role("slider", name="Left to right")
    slider.focus()
    slider.press("Home")
    expect(frame).to_have_attribute("style", re.compile(r"left: 0%"))
    page.get_by_role("button", name="Classify this part").click()
    expect(page.locator(".part-note")).to_be_visible()
    expect(page.locator("#verdict-name")).to_be_focused()
    expect(page.locator("#crop-frame")).to_be_visible()  # the frame is there still, to go on with
    page.get_by_role("button", name="Classify this part").click()
    expect(page.locator("#notice")).to_contain_text("Move the frame or make it smaller first.")
    page.get_by_role("button", name="Ask about the whole photo").click()
    expect(page.locator(".part-note")).to_have_count(0)
    expect(page.locator("#verdict-name")).to_be_focused()


def test_nine_looks_come_on_demand(page: Page, calibrated_site: str):
    open_page(page, calibrated_site)
    classify(page, encode(draw_flower(COLOURS[1])))
    open_panel(page, "Does the answer hold?")
    page.get_by_role("button", name="Look nine ways").click()
    expect(page.locator(".strip__item")).to_have_count(9)
    expect(page.locator("#stability-strip")).to_contain_text("9 of 9 looks")
    expect(page.get_by_role("button", name="Look nine ways")).to_be_focused()


def test_axe_finds_nothing_in_a_closer_look(page: Page, calibrated_site: str):
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    open_page(page, calibrated_site)
    classify(page, WIDE)
    expect(page.locator(".panel")).to_have_count(5)
    for title in page.locator(".panel__title").all():
        title.click()
    page.get_by_role("button", name="Look nine ways").click()
    expect(page.locator(".strip__item")).to_have_count(9)
    assert_axe_finds_nothing(page)
