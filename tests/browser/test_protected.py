"""Browsers that protect against fingerprinting: what a canvas says is white or noise there, and no error says so."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_classify import FILE_INPUT, classify, make_file, open_page
from tests.browser.test_closer_look import calibrated_site, open_panel  # noqa: F401  a fixture
from tests.making.fakes import COLOURS, draw_flower, encode

LILY = draw_flower(COLOURS[1], size=(1600, 1200))
# Each spoils what is read, as some protection does. `spoil` takes the pixels as getImageData gives them.
SPOIL = """
const read = CanvasRenderingContext2D.prototype.getImageData;
const toDataURL = HTMLCanvasElement.prototype.toDataURL;
const seed = Math.floor(Math.random() * 1e6);
const chance = (at) => { const s = Math.sin(at * 12.9898 + seed) * 43758.5453; return s - Math.floor(s); };
const white = (data) => data.fill(255);
const random = (data) => { for (let i = 0; i < data.length; i++) if (i % 4 < 3) data[i] = 256 * Math.random(); };
const session = (data) => { for (let i = 0; i < data.length; i++) if (i % 4 < 3) data[i] += 120 * (chance(i) - 0.5); };
const lowBits = (data) => { for (let i = 0; i < data.length; i++) if (i % 4 < 3) data[i] ^= chance(i) > 0.5; };
function spoiled(canvas, spoil) {
  const copy = document.createElement("canvas");
  copy.width = canvas.width; copy.height = canvas.height;
  const context = copy.getContext("2d");
  const pixels = read.call(canvas.getContext("2d"), 0, 0, canvas.width, canvas.height);
  spoil(pixels.data);
  context.putImageData(pixels, 0, 0);
  return copy;
}
function lieInUrls(spoil, from = 0) {
  HTMLCanvasElement.prototype.toDataURL = function (...options) {
    return toDataURL.apply(this.width >= from ? spoiled(this, spoil) : this, options);
  };
}
function lieInPixels(spoil) {
  CanvasRenderingContext2D.prototype.getImageData = function (...box) {
    const pixels = read.apply(this, box);
    spoil(pixels.data);
    return pixels;
  };
}
"""
PROTECTIONS = {
    "white": "lieInUrls(white); lieInPixels(white);",
    "random": "lieInUrls(random); lieInPixels(random);",
    "session": "lieInUrls(session); lieInPixels(session);",
    "white JPEG only": "lieInUrls(white);",
    "noise in JPEG only": "lieInUrls(session);",
    "white from 100 px": "lieInUrls(white, 100);",
    "noise from 100 px": "lieInUrls(session, 100);",
    "empty address": "HTMLCanvasElement.prototype.toDataURL = () => 'data:,';",
    "an error": "HTMLCanvasElement.prototype.toDataURL = () => { throw new DOMException('no', 'SecurityError'); };",
    "no pixels": "CanvasRenderingContext2D.prototype.getImageData = () => { throw new Error('no'); };",
}


@pytest.mark.parametrize("name", PROTECTIONS)
def test_a_known_flower_stays_known(page: Page, site: str, name: str):
    page.add_init_script(f"{{ {SPOIL} {PROTECTIONS[name]} }}")
    open_page(page, site)
    page.set_input_files(FILE_INPUT, make_file(encode(LILY)))
    preview = page.locator("#preview")
    expect(preview).to_be_visible()  # it is shown all the same
    expect(preview).to_have_js_property("naturalWidth", 1600)  # as it is
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("heading", name="Tiger lily")).to_be_visible()
    expect(preview).to_have_js_property("naturalWidth", 1024)  # the server's copy, for what follows
    expect(page.locator("#photo-caption")).to_have_text("my flower.jpg")


@pytest.mark.parametrize("script", ["", "lieInUrls(lowBits); lieInPixels(lowBits);"])
def test_a_canvas_that_is_right_or_nearly_so_is_used(page: Page, site: str, script: str):
    """Brave changes the lowest bits of some pixels: no flower is lost by that, and photos stay small."""
    page.add_init_script(f"{{ {SPOIL} {script} }}")
    open_page(page, site)
    noisy = LILY.copy()  # the hardest for JPEG: a texture as fine as pixels
    noisy.paste(LILY.effect_spread(30), (0, 0))
    page.set_input_files(FILE_INPUT, make_file(encode(noisy, "PNG"), kind="image/png", name="fine.png"))
    expect(page.locator("#preview")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    expect(page.locator("#preview")).to_have_js_property("naturalWidth", 1024)


def test_a_photo_too_large_to_send_as_it_is_gets_a_sentence(page: Page, site: str):
    page.add_init_script(f"{{ {SPOIL} {PROTECTIONS['white']} }}")
    open_page(page, site)
    page.set_input_files(FILE_INPUT, make_file(encode(draw_flower()) + b"\0" * 1_500_000, name="large.jpg"))
    message = page.locator("#photo-message")
    expect(message).to_contain_text("protects you against fingerprinting, so large.jpg cannot be made smaller")
    expect(message).to_contain_text("1.4 MB")
    expect(page.get_by_role("button", name="Classify")).to_be_disabled()


@pytest.mark.parametrize("name", ["white", "session", "an error"])
def test_a_part_is_cut_by_the_server(page: Page, calibrated_site: str, name: str):  # noqa: F811
    page.add_init_script(f"{{ {SPOIL} {PROTECTIONS[name]} }}")
    photo = draw_flower(COLOURS[1], size=(640, 320))
    photo.paste(COLOURS[0], (0, 0, 160, 320))
    open_page(page, calibrated_site)
    classify(page, encode(photo))
    expect(page.get_by_role("heading", name="Tiger lily")).to_be_visible()
    open_panel(page, "What the model saw")
    for slider in ("Size of the part", "Left to right"):
        page.get_by_role("slider", name=slider).press("Home")
    expect(page.locator("#crop-frame")).to_have_attribute("style", re.compile("left: 0%.*width: 10%"))
    page.get_by_role("button", name="Classify this part").click()
    expect(page.locator(".part-note")).to_be_visible()
    expect(page.get_by_role("heading", name="Sunflower")).to_be_visible()
    open_panel(page, "Does the answer hold?")
    page.get_by_role("button", name="Look nine ways").click()
    expect(page.locator("#stability-strip")).to_contain_text("9 of 9 looks")
    expect(page.locator(".strip__item").first).to_contain_text("Sunflower")
