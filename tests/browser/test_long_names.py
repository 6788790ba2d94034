"""Names without a place to break never make a page wider than a phone, nor cover what stands beside them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_never_sideways, serve
from tests.browser.test_classify import FILE_INPUT, classify, make_file, open_page

LONG_FILE = "x" * 183 + ".jpg"
# Text that leaves its parents without making the page wider: cut off by them, or over what is beside.
CUT_OFF = """() => [...document.querySelectorAll("#main *")].filter((element) =>
    element.checkVisibility({opacityProperty: true}) &&
    !element.closest(".visually-hidden, .table-scroll, .main-svg") &&
    [...element.childNodes].some((node) => {
        if (node.nodeType !== 3 || !node.data.trim()) return false;
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        return box.width && (box.right > innerWidth + 1 || box.left < -1);
    })).map((element) => element.className + ": " + element.textContent.slice(0, 40))"""


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("long")
    checkpoint = str(folder / "garden.safetensors")
    yield from serve("tests.browser.long_app:server", folder / "log.txt", GARDEN=str(folder), CHECKPOINT=checkpoint)


def assert_fits(page: Page) -> None:
    assert_never_sideways(page)
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(500)
        assert page.evaluate(CUT_OFF) == [], width


def test_the_answer_and_its_closer_look(page: Page, long_site: str):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, long_site)
    classify(page, name=LONG_FILE)
    expect(page.locator("#candidate-bars .bars path")).to_have_count(5)
    for title in page.locator(".panel__title").all():
        title.click()
    page.get_by_role("button", name="Look nine ways").click()
    expect(page.locator(".strip__item")).to_have_count(9)
    assert_fits(page)
    for bar in page.locator("#candidate-bars .annotation-text").all():
        box, room = bar.bounding_box(), page.locator("#candidate-bars").bounding_box()
        assert box
        assert room
        assert box["x"] + box["width"] <= room["x"] + room["width"] + 1


@pytest.mark.parametrize("content", [b"", b"no picture", b"x" * 1_500_000])
def test_messages_about_a_file(page: Page, long_site: str, content: bytes):
    open_page(page, long_site)
    page.set_input_files(FILE_INPUT, make_file(content, name=LONG_FILE))
    if content == b"no picture":
        page.get_by_role("button", name="Classify").click()
        expect(page.locator("#photo-message")).not_to_be_empty()
    assert_fits(page)


def test_of_several_files(page: Page, long_site: str):
    open_page(page, long_site)
    page.set_input_files(FILE_INPUT, [make_file(name=LONG_FILE), make_file(name="y" + LONG_FILE[1:])])
    expect(page.locator("#photo-note")).to_contain_text("2 files")
    assert_fits(page)


@pytest.mark.parametrize("path", ["/", "/dataset", "/flower/3", "/flower/11", "/model"])
def test_every_page(page: Page, long_site: str, path: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(long_site + path)
    page.wait_for_selector("#react-entry-point .page")
    for place, charts in (("#balance", 4), ("#matrix", 7)):
        if page.locator(place).count():
            page.locator(place).scroll_into_view_if_needed()
            expect(page.locator(".js-plotly-plot")).to_have_count(charts)
    for summary in page.locator("summary").all():
        summary.click()
    if path == "/model":
        page.get_by_role("textbox", name="Photos of").click()
        page.get_by_role("option").first.click()
        expect(page.locator("#model-opened img").first).to_be_visible()
    assert_fits(page)


@pytest.mark.console_messages  # of the scripts that are held back
def test_words_before_any_script_has_run(page: Page, long_site: str):
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{long_site}/flower/3", wait_until="commit")
    page.locator("#shell h1").wait_for()
    assert_never_sideways(page)
