"""Visitors who do not wait: double clicks, another photo or another page while the model looks, a server gone."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_classify import FILE_INPUT, GIVE, classify, data_url, make_file, open_page
from tests.browser.test_closer_look import WIDE, calibrated_site, open_panel  # noqa: F401  a fixture
from tests.making.fakes import COLOURS, draw_flower, encode

OTHER = encode(draw_flower(COLOURS[1]))


def hold_answers(page: Page) -> list[Route]:
    """Keep the requests for answers until the test lets them go on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        if "classify-button.n_clicks" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route(re.compile("_dash-update-component"), keep)
    return held


def wait_for_one(page: Page, held: list[Route]) -> Route:
    for _ in range(400):
        if held:
            return held.pop(0)
        page.wait_for_timeout(50)
    pytest.fail("nothing was asked")


def ask_then_choose_another(page: Page, site: str, held: list[Route], content: bytes | None = None) -> Route:
    """The request for the answer to a first photo, held back while a second one is chosen."""
    open_page(page, site)
    classify(page, content)
    first = wait_for_one(page, held)
    page.set_input_files(FILE_INPUT, make_file(OTHER, name="other.jpg"))
    expect(page.locator("#photo-caption")).to_have_text("other.jpg")
    return first


def assert_nothing_is_said(page: Page) -> None:
    expect(page.locator("#busy")).to_be_empty()
    page.wait_for_timeout(300)
    expect(page.locator("#photo-message")).to_be_empty()
    expect(page.locator("#photo-caption")).to_have_text("other.jpg")


def test_a_double_click_asks_once(page: Page, site: str):
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "classify-button.n_clicks" in (r.post_data or "") else None)
    open_page(page, site)
    page.set_input_files(FILE_INPUT, make_file())
    page.get_by_role("button", name="Classify").dblclick()
    expect(page.get_by_role("heading", name="Sunflower")).to_be_focused()
    page.wait_for_timeout(400)
    assert len(asked) == 1


@pytest.mark.parametrize(("event", "holder"), [("drop", "dataTransfer"), ("paste", "clipboardData")])
def test_a_photo_given_before_the_page_is_drawn_waits_for_it(page: Page, site: str, event: str, holder: str):
    held: list[Route] = []
    page.route(re.compile("_dash-layout"), lambda route: held.append(route))
    page.goto(site, wait_until="commit")
    page.locator(FILE_INPUT).wait_for(state="attached")
    expect(page.locator("#drop-zone")).to_have_count(0)
    page.evaluate(GIVE, [event, holder, data_url(encode(draw_flower())), "early.jpg"])
    wait_for_one(page, held).continue_()
    expect(page.locator("#photo-caption")).to_have_text("early.jpg")
    expect(page.get_by_role("button", name="Classify")).to_be_enabled()
    page.unroute_all()


def test_a_click_before_the_page_is_drawn_opens_the_chooser(page: Page, site: str):
    held: list[Route] = []
    page.route(re.compile("_dash-layout"), lambda route: held.append(route))
    page.goto(site, wait_until="commit")
    page.locator(FILE_INPUT).wait_for(state="attached")
    with page.expect_file_chooser() as chooser:
        page.locator("#shell").get_by_text("Choose a photo", exact=True).click()
    chooser.value.set_files(make_file(name="early.jpg"))
    wait_for_one(page, held).continue_()
    expect(page.locator("#photo-caption")).to_have_text("early.jpg")
    page.unroute_all()


def test_another_photo_while_the_model_looks_gets_its_own_answer(page: Page, site: str):
    held = hold_answers(page)
    ask_then_choose_another(page, site, held).continue_()
    expect(page.locator("#busy")).to_be_empty()
    expect(page.locator(".result")).to_have_count(0)
    page.get_by_role("button", name="Classify").click()
    wait_for_one(page, held).continue_()
    expect(page.get_by_role("heading", name="Tiger lily")).to_be_visible()
    page.unroute_all()


def test_what_is_wrong_with_an_earlier_photo_is_not_said_of_a_newer_one(page: Page, site: str):
    ask_then_choose_another(page, site, hold_answers(page), b"This is no photo.").continue_()
    assert_nothing_is_said(page)
    page.unroute_all()


@pytest.mark.console_messages
def test_a_request_that_fails_says_nothing_of_a_newer_photo(page: Page, site: str):
    ask_then_choose_another(page, site, hold_answers(page)).abort()
    assert_nothing_is_said(page)
    page.unroute_all()


def test_a_photo_to_try_that_comes_late_gives_way_to_a_newer_one(page: Page, site: str):
    open_page(page, site)
    held: list[Route] = []
    page.route(re.compile("/photos/.*w=640"), lambda route: held.append(route))
    page.get_by_role("button", name="Try photo 1").click()
    first = wait_for_one(page, held)
    page.set_input_files(FILE_INPUT, make_file(OTHER, name="other.jpg"))
    expect(page.locator("#photo-caption")).to_have_text("other.jpg")
    first.continue_()
    page.wait_for_timeout(500)
    expect(page.locator("#photo-caption")).to_have_text("other.jpg")
    page.unroute_all()


def test_a_file_that_fails_late_leaves_the_newer_photo_alone(page: Page, site: str):
    open_page(page, site)
    page.evaluate(
        """() => {
            const decode = window.createImageBitmap;
            window.createImageBitmap = (blob, options) =>
                blob.size > 1000000
                    ? new Promise((_, fail) => { window.failOldPhoto = () => fail(new Error("no picture")); })
                    : decode(blob, options);
        }"""
    )
    page.set_input_files(FILE_INPUT, make_file(b"x" * 1_500_000, name="old.raw"))
    for _ in range(100):
        if page.evaluate("Boolean(window.failOldPhoto)"):
            break
        page.wait_for_timeout(50)
    page.set_input_files(FILE_INPUT, make_file(OTHER, name="other.jpg"))
    expect(page.locator("#photo-caption")).to_have_text("other.jpg")
    page.evaluate("window.failOldPhoto()")
    page.wait_for_timeout(300)
    expect(page.locator("#photo-message")).to_be_empty()
    expect(page.get_by_role("button", name="Classify")).to_be_enabled()


def test_another_page_while_the_model_looks_and_back(page: Page, site: str):
    held = hold_answers(page)
    open_page(page, site)
    classify(page)
    first = wait_for_one(page, held)
    page.get_by_role("link", name="Data set", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The photos behind the answers")
    first.continue_()
    page.go_back()
    expect(page.get_by_alt_text("Your photo: my flower.jpg")).to_be_visible()
    expect(page.get_by_role("button", name="Classify")).to_be_enabled()
    page.unroute_all()
    if not page.locator(".verdict").count():  # the answer came while nobody was there to take it
        page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("heading", name="Sunflower")).to_be_visible()


@pytest.mark.console_messages
def test_a_closer_look_without_a_server_says_so_and_the_button_comes_back(page: Page, calibrated_site: str):  # noqa: F811
    open_page(page, calibrated_site)
    classify(page, WIDE)
    open_panel(page, "Does the answer hold?")
    page.context.set_offline(True)
    page.get_by_role("button", name="Look nine ways").click()
    expect(page.locator("#notice")).to_contain_text("The server does not answer.")
    expect(page.get_by_role("button", name="Look nine ways")).to_be_enabled()
    page.context.set_offline(False)
    page.get_by_role("button", name="Look nine ways").click()
    expect(page.locator(".strip__item")).to_have_count(9)
    expect(page.locator("#notice")).to_be_empty()


def test_the_frame_is_pulled_tighter_and_moved_by_hand(page: Page, calibrated_site: str):  # noqa: F811
    open_page(page, calibrated_site)
    classify(page, WIDE)
    open_panel(page, "What the model saw")
    frame = page.locator("#crop-frame")
    expect(frame).to_have_attribute("style", re.compile(r"left: 25%.*width: 50%"))
    frame.scroll_into_view_if_needed()
    corner = page.locator(".own__corner").bounding_box()
    assert corner
    x, y = corner["x"] + corner["width"] - 8, corner["y"] + corner["height"] - 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y - 120, steps=4)
    page.mouse.up()
    size = page.get_by_role("slider", name="Size of the part")
    expect(size).not_to_have_attribute("aria-valuenow", "100")
    expect(page.get_by_role("slider", name="Top to bottom")).to_have_attribute("aria-valuenow", "0")
    box = frame.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 900, steps=4)
    page.mouse.up()
    expect(page.get_by_role("slider", name="Top to bottom")).to_have_attribute("aria-valuenow", "100")
    page.get_by_role("button", name="Classify this part").click()
    expect(page.locator(".part-note")).to_be_visible()
    expect(page.locator(".verdict")).to_be_in_viewport(ratio=0.5)


def test_a_panorama_keeps_enough_height(page: Page, site: str):
    open_page(page, site)
    page.set_input_files(FILE_INPUT, make_file(encode(draw_flower(size=(4000, 400)))))
    expect(page.locator("#preview")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    size = "async () => { const i = document.getElementById('preview'); await i.decode(); return i.naturalHeight }"
    assert page.evaluate(size) == 320
