"""Contrast themes (forced colours): what is chosen and what can be pressed is seen without backgrounds and shadows."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_classify import classify, open_page
from tests.browser.test_closer_look import WIDE, calibrated_site, open_panel  # noqa: F401  a fixture

# The colour that an element is drawn in against the one behind it: 1 (the same) to 21, as WCAG 2 counts.
CONTRAST = """(element, [what, behind]) => {
    const light = (colour) => {
        const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
            .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const ground = getComputedStyle(element.closest(behind)).backgroundColor;
    const [a, b] = [light(getComputedStyle(element)[what]), light(ground)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


@pytest.fixture(params=["dark", "light"])
def contrast_page(page: Page, request: pytest.FixtureRequest) -> Page:
    page.emulate_media(forced_colors="active", color_scheme=request.param, reduced_motion="reduce")
    return page


def contrast(part: Locator, what: str = "backgroundColor", behind: str = "body") -> float:
    expect(part).to_be_visible()
    return part.evaluate(CONTRAST, [what, behind])


def background(part: Locator) -> str:
    return part.evaluate("element => getComputedStyle(element).backgroundColor")


def test_drawings_and_the_current_page_are_seen(contrast_page: Page, site: str):
    open_page(contrast_page, site)
    assert contrast(contrast_page.locator(".scheme-toggle .icon:visible")) >= 3
    assert contrast(contrast_page.locator(".drop-zone__art")) >= 3
    assert contrast(contrast_page.locator(".nav-link--here"), "borderBottomColor") >= 3
    expect(contrast_page.locator(".nav-link--here")).to_have_css("border-bottom-width", "3px")


def test_what_is_chosen_differs_and_can_be_read(contrast_page: Page, calibrated_site: str):  # noqa: F811
    open_page(contrast_page, calibrated_site)
    classify(contrast_page, WIDE)
    open_panel(contrast_page, "Where in the photo it sees this")
    tabs = contrast_page.locator("#compare").get_by_role("tab")
    chips = contrast_page.locator(".chips .mantine-Chip-label")
    for chosen, other in ((tabs.nth(0), tabs.nth(1)), (chips.nth(0), chips.nth(1))):
        assert background(chosen) != background(other)
        assert contrast(chosen) >= 3
        assert contrast(chosen, "color", "[class*=compare__tab], [class*=Chip-label]") >= 4.5
    switch = contrast_page.locator(".mantine-Switch-track")
    on = background(switch)
    assert contrast(switch.locator(".mantine-Switch-thumb"), behind=".mantine-Switch-track") >= 3
    contrast_page.get_by_role("switch", name="Show the evidence").press("Space")
    expect(switch).not_to_have_css("background-color", on)
    assert contrast(switch.locator(".mantine-Switch-thumb"), behind=".mantine-Switch-track") >= 3
    assert contrast(contrast_page.locator(".mantine-Slider-bar:visible").first) >= 3


def test_the_chosen_order_differs(contrast_page: Page, site: str):
    contrast_page.goto(f"{site}/dataset")
    labels = contrast_page.locator(".mantine-SegmentedControl-label")
    expect(labels.first).to_be_visible()
    chosen = contrast_page.locator(".mantine-SegmentedControl-label[data-active]").first
    assert contrast(chosen) >= 3
    assert contrast(chosen, "color", ".mantine-SegmentedControl-label") >= 4.5
    contrast_page.locator("#balance-chart").scroll_into_view_if_needed()
    assert contrast(contrast_page.locator("#balance-chart .ytick text").first, "fill") >= 4.5
