"""app.py as shipped: with its checkpoint, and without anything."""

import csv
import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.making.fakes import draw_flower, encode

with (ROOT / "data" / "classes.csv").open(encoding="utf-8", newline="") as file:
    CLASS_COUNT = len(list(csv.DictReader(file)))


def has_photos() -> bool:
    roots = [Path(os.environ["FLOWERS_ROOT"])] if os.environ.get("FLOWERS_ROOT") else []
    return any((root / "flowers-102" / "jpg").is_dir() for root in (*roots, ROOT / "data"))


def test_a_drawn_flower_goes_all_the_way_through_the_real_model(page: Page, real_site: str):
    page.goto(real_site)
    drawn = {"name": "drawn.png", "mimeType": "image/png", "buffer": encode(draw_flower(size=(1600, 1200)), "PNG")}
    page.set_input_files("input[type=file]", drawn)
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#verdict-name")).not_to_be_empty()  # a name, or that it looks like none
    expect(page.locator("#candidate-bars .bars path")).to_have_count(5)
    expect(page.locator(".samples .picture:visible, .near .picture:visible").first).to_be_visible()


@pytest.mark.photos
def test_a_photo_to_try_is_classified_beside_training_photos(page: Page, real_site: str):
    if not has_photos():
        pytest.skip("NO PHOTOS: set FLOWERS_ROOT, or run `python -m classifier download`")
    page.goto(real_site)
    page.get_by_role("button", name="Try photo 1").click()
    page.get_by_role("button", name="Classify").click()
    photo = page.locator(".samples img:visible, .near img:visible").first
    expect(photo).to_have_js_property("complete", True)
    assert photo.evaluate("image => image.naturalWidth") > 0


def test_without_model_and_photos_the_pages_work_and_say_what_is_missing(page: Page, site_without_model: str):
    page.goto(site_without_model)
    expect(page.locator("#problem")).to_contain_text("no trained model")
    page.set_input_files(
        "input[type=file]", {"name": "a.png", "mimeType": "image/png", "buffer": encode(draw_flower())}
    )
    expect(page.locator("#preview")).to_be_visible()
    expect(page.get_by_role("button", name="Classify")).to_be_disabled()
    page.get_by_role("link", name="Data set", exact=True).click()
    expect(page.locator(".cards .card")).to_have_count(CLASS_COUNT)
    if not has_photos():
        expect(page.get_by_text("python -m classifier download")).to_be_visible()
