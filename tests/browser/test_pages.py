"""All pages in a real browser: what they show, on a phone, in the dark, to assistive technology."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NIGHT, PAPER, assert_axe_finds_nothing, assert_never_sideways
from tests.making.fakes import CLASSES

PAGES = ("/", "/dataset", "/flower/3", "/flower/11")


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#react-entry-point .page")


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_never_scrolls_sideways(page: Page, site: str, path: str):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, site + path)
    if path == "/dataset":
        page.locator("#balance").scroll_into_view_if_needed()
        expect(page.locator(".js-plotly-plot")).to_have_count(4)
    assert_never_sideways(page)


def test_every_class_is_in_the_gallery_and_opens_its_page(page: Page, site: str):
    open_page(page, f"{site}/dataset")
    expect(page.locator(".cards .card")).to_have_count(len(CLASSES))
    last = page.locator(".cards img").last
    last.scroll_into_view_if_needed()
    expect(last).to_have_js_property("complete", True)
    assert last.evaluate("image => image.naturalWidth") > 0
    page.get_by_role("link", name="Tiger lily").click()
    expect(page).to_have_url(f"{site}/flower/4")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tiger lily")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fire lily")


def test_the_gallery_is_filtered_while_typing(page: Page, site: str):
    open_page(page, f"{site}/dataset")
    box = page.get_by_label("Find a flower by name or family")
    box.fill("lily")
    expect(page.locator(".cards .card")).to_have_count(2)
    expect(page.get_by_text("2 of 6 flowers")).to_be_visible()
    box.fill("oak")
    expect(page.get_by_text("No flower here has such a name.")).to_be_visible()
    box.fill("")
    expect(page.locator(".cards .card")).to_have_count(len(CLASSES))


def test_the_charts_come_when_scrolled_to_and_follow_the_choosers(page: Page, site: str):
    page.set_viewport_size({"width": 1000, "height": 320})
    open_page(page, f"{site}/dataset")
    expect(page.locator(".js-plotly-plot")).to_have_count(0)
    page.locator("#balance-chart").scroll_into_view_if_needed()
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    chart = page.locator("#balance-chart .js-plotly-plot")
    expect(chart.locator(".legend .traces")).to_have_count(3)
    page.get_by_text("Away", exact=True).click()
    expect(chart.locator(".legend .traces")).to_have_count(2)
    page.get_by_label("Find a flower in the chart").fill("lily")
    expect(chart.locator(".xtick")).to_have_count(2)
    page.get_by_text("The same as a table").click()
    expect(page.locator("#balance-table tbody tr")).to_have_count(2)


def test_dark_follows_the_system_and_the_switch_is_remembered(page: Page, site: str):
    page.emulate_media(color_scheme="dark")
    open_page(page, site)
    expect(page.locator("body")).to_have_css("background-color", NIGHT)
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("body")).to_have_css("background-color", PAPER)
    page.reload()
    page.wait_for_selector("#react-entry-point .page")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")


def test_figures_take_the_ink_of_the_page(page: Page, site: str):
    page.emulate_media(color_scheme="dark")
    open_page(page, f"{site}/dataset")
    page.locator("#balance-chart").scroll_into_view_if_needed()
    expect(page.locator("#balance-chart .ytick text").first).to_have_css("fill", "rgb(231, 237, 229)")


@pytest.mark.console_messages  # the browser itself reports the 404
@pytest.mark.parametrize("path", ["/nope", "/flower/999"])
def test_an_unknown_address_is_a_404_with_ways_on(page: Page, site: str, path: str):
    response = page.goto(site + path)
    assert response
    assert response.status == 404
    page.wait_for_selector("#react-entry-point .page")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing grows here")
    page.get_by_role("link", name="See the data set").click()
    expect(page.get_by_role("heading", name="All flowers")).to_be_visible()


def test_navigation_marks_the_page_and_sets_the_title(page: Page, site: str):
    open_page(page, site)
    expect(page.get_by_role("link", name="Classify")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Data set", exact=True).click()
    expect(page).to_have_title("Data set · Florascope")
    expect(page.get_by_role("link", name="Data set", exact=True)).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("link", name="Classify")).not_to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page).to_have_title(re.compile("which flower"))


def test_another_specimen_comes_on_demand(page: Page, site: str):
    open_page(page, site)
    first = page.locator("#specimen").inner_html()
    for _ in range(10):
        page.get_by_role("button", name="Show another").click()
        page.wait_for_timeout(100)
        if page.locator("#specimen").inner_html() != first:
            return
    pytest.fail("the same photo ten times")


@pytest.mark.parametrize("path", [*PAGES, "answer"])
def test_axe_finds_nothing_in_light_and_dark(page: Page, site: str, path: str):
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    open_page(page, site + ("/" if path == "answer" else path))
    if path == "answer":
        page.get_by_role("button", name="Try photo 1").click()
        page.get_by_role("button", name="Classify").click()
        expect(page.locator("#candidate-bars .bars path")).to_have_count(5)
    if path == "/dataset":
        page.locator("#balance-chart").scroll_into_view_if_needed()
        expect(page.locator(".js-plotly-plot")).to_have_count(4)
    assert_axe_finds_nothing(page)


def test_back_from_a_flower_leads_to_where_one_was(page: Page, site: str):
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto(f"{site}/dataset")
    page.get_by_label("Find a flower by name or family").fill("lilies")
    expect(page.locator("#gallery-count")).to_have_text("2 of 6 flowers")
    card = page.locator(".cards .card").last
    card.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)  # until charts that were passed are drawn
    place = page.evaluate("window.scrollY")
    card.click()
    expect(page.locator(".crumbs")).to_be_visible()
    page.go_back()
    expect(page.locator(".cards .card")).to_have_count(2)
    expect(page.locator("#gallery-count")).to_have_text("2 of 6 flowers")
    expect(card).to_be_in_viewport()
    assert page.evaluate("window.scrollY") == pytest.approx(place, abs=150)


def test_back_from_a_part_of_the_page_leads_to_where_one_was(page: Page, site: str):
    page.set_viewport_size({"width": 390, "height": 500})
    page.goto(f"{site}/dataset")
    link = page.locator(".page-contents").get_by_text("All flowers")
    link.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    place = page.evaluate("window.scrollY")
    link.click()
    expect(page.get_by_role("heading", name="All flowers")).to_be_in_viewport()
    page.wait_for_timeout(1500)
    page.go_back()
    expect(link).to_be_in_viewport()
    assert page.evaluate("window.scrollY") == pytest.approx(place, abs=150)
