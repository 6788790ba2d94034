"""Overlays that the browser paints from small maps, against the same painted by Pillow."""

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_classify import FILE_INPUT, classify, make_file, open_page
from tests.browser.test_closer_look import WIDE, calibrated_site, open_panel  # noqa: F401  a fixture
from tests.browser.test_protected import PROTECTIONS, SPOIL
from tests.making.fakes import COLOURS, MAPS, draw_flower, encode

HEAT, CONTRAST = "heat-overlay", "contrast-overlay"
FOR = ((255, 200, 60), (240, 90, 30), (180, 10, 40))
AGAINST = ((120, 180, 230), (50, 110, 200), (20, 50, 150))
MOST_OPAQUE = 200
SIDE_PX = 128
READ = """canvas => {
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    return [canvas.width, ...context.getImageData(0, 0, canvas.width, canvas.height).data];
}"""

Pixels = NDArray[np.floating[Any]]


def paint(values: Any, *, both: bool = False) -> Pixels:
    """(side, side, 4): red, green and blue times opacity, and opacity, 0 to 255."""
    values = np.array(values, dtype=np.float32)
    strongest = np.abs(values).max() if both else values.max()
    if strongest <= 0:
        return np.zeros((SIDE_PX, SIDE_PX, 4))
    scaled = Image.fromarray(values / strongest).resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
    strength = np.clip(np.asarray(scaled), -1 if both else 0, 1)
    ramps = [
        [np.interp(np.abs(strength), (0, 0.5, 1), channel) for channel in zip(*stops, strict=True)]
        for stops in (FOR, AGAINST)
    ]
    colours = np.where(strength >= 0, *ramps)
    opacity = np.abs(strength) * MOST_OPAQUE / 255
    return np.stack([*(colours * opacity), 255 * opacity], axis=2)


def painted(page: Page, name: str) -> Pixels:
    """What is on a canvas, as `paint` gives it; a canvas keeps colours times opacity, too."""
    side, *data = page.locator(f"#{name}").evaluate(READ)
    pixels = np.array(data, dtype=float).reshape(side, -1, 4)
    return np.concatenate([pixels[..., :3] * pixels[..., 3:] / 255, pixels[..., 3:]], axis=2)


def assert_painted(page: Page, name: str, wanted: Pixels) -> None:
    """A canvas is painted within a few frames, and shows this to a rounding or two."""
    for _ in range(100):
        found = painted(page, name)
        off = np.abs(found - wanted).max() if found.shape == wanted.shape else np.inf
        if off <= 3:
            return
        page.wait_for_timeout(50)
    pytest.fail(f"{name} is {off:.0f} off at the worst pixel")


def difference(one: int, other: int) -> Any:
    return np.subtract(MAPS[one].values, MAPS[other].values)


def test_heat_and_contrasts_are_what_pillow_makes_of_the_maps(page: Page, calibrated_site: str):  # noqa: F811
    open_page(page, calibrated_site)
    classify(page, WIDE)
    open_panel(page, "Where in the photo it sees this")
    chips = page.locator(".chips .mantine-Chip-label")
    for place in range(5):
        chips.nth(place).click()
        assert_painted(page, HEAT, paint(MAPS[place].values))
    open_panel(page, "Why Sunflower and not another")
    tabs = page.locator("#contrast-class").get_by_role("tab")
    for place in range(1, 5):
        tabs.nth(place - 1).click()
        assert_painted(page, CONTRAST, paint(difference(0, place), both=True))
    expect(page.locator(f"#{CONTRAST}")).to_be_visible()


def test_the_next_answer_is_painted_over_the_one_before(page: Page, calibrated_site: str):  # noqa: F811
    open_page(page, calibrated_site)
    classify(page, WIDE)
    open_panel(page, "Where in the photo it sees this")
    page.locator(".chips .mantine-Chip-label").nth(2).click()
    assert_painted(page, HEAT, paint(MAPS[2].values))
    page.set_input_files(FILE_INPUT, make_file(encode(draw_flower(COLOURS[1])), name="other.jpg"))
    expect(page.locator(f"#{HEAT}")).to_have_count(0)
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("heading", name="Tiger lily").first).to_be_visible()
    assert_painted(page, HEAT, paint(MAPS[0].values))
    assert_painted(page, CONTRAST, paint(difference(0, 1), both=True))


def test_an_answer_to_a_part_is_painted_while_the_panels_are_open(page: Page, calibrated_site: str):  # noqa: F811
    open_page(page, calibrated_site)
    classify(page, WIDE)
    open_panel(page, "Where in the photo it sees this")
    page.locator(".chips .mantine-Chip-label").nth(3).click()
    assert_painted(page, HEAT, paint(MAPS[3].values))
    open_panel(page, "What the model saw")
    page.get_by_role("slider", name="Size of the part").press("Home")
    page.get_by_role("button", name="Classify this part").click()
    expect(page.locator(".part-note")).to_be_visible()
    assert_painted(page, HEAT, paint(MAPS[0].values))
    assert_painted(page, CONTRAST, paint(difference(0, 1), both=True))


@pytest.mark.parametrize(
    ("rows", "both"),
    [
        ([[0, 0], [0, 0]], False),
        ([[0, 0], [0, 0]], True),
        ([[-5, -9], [-1, -9999]], False),
        ([[-5, -9], [-1, -9999]], True),
        ([[7]], False),
        ([[1, 2, 3], [-9, 4, 0]], True),
        ([[row * column for column in range(-15, 15)] for row in range(-20, 20)], True),
    ],
)
def test_maps_of_any_shape(page: Page, calibrated_site: str, rows: Any, both: bool):  # noqa: F811
    open_page(page, calibrated_site)
    classify(page, WIDE)
    open_panel(page, "Where in the photo it sees this")
    assert_painted(page, HEAT, paint(MAPS[0].values))
    nothing = [[0 for _ in row] for row in rows]
    maps = {"best": "a", "maps": {"a": rows, "b": nothing}}
    if both:
        page.evaluate("maps => window.dash_clientside.florascope.showContrast('b', maps)", maps)
    else:
        page.evaluate("maps => window.dash_clientside.florascope.showHeat('a', true, 80, maps)", maps)
    assert_painted(page, CONTRAST if both else HEAT, paint(rows, both=both))


@pytest.mark.parametrize("maps", [None, {"best": "a", "maps": {}}, {"best": "a", "maps": {"b": [[1]]}}])
def test_without_a_map_nothing_is_painted(page: Page, calibrated_site: str, maps: Any):  # noqa: F811
    open_page(page, calibrated_site)
    called = "window.dash_clientside.florascope"
    assert page.evaluate(f"maps => {called}.showHeat('a', true, 80, maps)", maps) == {"opacity": 0.8}
    assert page.evaluate(f"maps => {called}.showHeat('a', false, 80, maps)", maps) == {"opacity": 0}
    assert page.evaluate(f"maps => {called}.showContrast('b', maps)", maps) is True


@pytest.mark.parametrize("name", ["white", "session", "no pixels"])
def test_browsers_that_guard_their_canvas_show_the_same(page: Page, calibrated_site: str, name: str):  # noqa: F811
    page.add_init_script(f"{{ {SPOIL} {PROTECTIONS[name]} }}")
    open_page(page, calibrated_site)
    classify(page, encode(draw_flower(size=(320, 320))))
    open_panel(page, "Where in the photo it sees this")
    stage = page.locator(f".own:has(#{HEAT})")
    expect(page.locator(f"#{HEAT}")).to_have_css("opacity", "0.8")
    page.wait_for_timeout(500)
    with Image.open(io.BytesIO(stage.screenshot())) as shown:
        picture = shown.convert("RGB")
    red, _, blue = picture.getpixel((picture.width // 10, picture.height // 10))
    assert red > blue + 40  # evidence at the top left, on a photo in grey
    red, _, blue = picture.getpixel((picture.width * 9 // 10, picture.height * 9 // 10))
    assert abs(red - blue) < 8
