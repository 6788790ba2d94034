"""The page Model in a real browser: charts, the matrix that opens photos, the table, phones."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_never_sideways, serve
from tests.making.fakes import CLASSES


@pytest.fixture(scope="module")
def model_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("model")
    checkpoint = str(folder / "garden.safetensors")
    yield from serve("tests.browser.model_app:server", folder / "log.txt", GARDEN=str(folder), CHECKPOINT=checkpoint)


def open_model(page: Page, site: str) -> None:
    page.goto(f"{site}/model")
    page.wait_for_selector("#react-entry-point .page")
    page.locator("#matrix").scroll_into_view_if_needed()
    expect(page.locator("#model-page .js-plotly-plot")).to_have_count(7)


def test_a_cell_and_a_row_open_their_photos(page: Page, model_site: str):
    open_model(page, model_site)
    matrix = page.locator("#model-matrix .heatmaplayer image")
    matrix.scroll_into_view_if_needed()
    box = matrix.bounding_box()
    assert box
    # The second row (Tiger lily) and the third column (Fire lily) of six.
    page.mouse.click(box["x"] + box["width"] * 2.5 / 6, box["y"] + box["height"] * 1.5 / 6)
    expect(page.locator("#model-opened")).to_contain_text("1 photo of Tiger lily, called Fire lily")
    expect(page.locator("#model-opened img")).to_have_count(1)
    page.get_by_role("textbox", name="Photos of").fill("Rose")
    page.get_by_role("option", name="Rose").click()
    expect(page.locator("#model-opened")).to_contain_text("Rose:")


def test_the_table_is_sorted_by_choice(page: Page, model_site: str):
    open_model(page, model_site)
    rows = page.locator("#model-table tbody tr")
    expect(rows).to_have_count(len(CLASSES))
    page.get_by_role("textbox", name="Order").click()
    page.get_by_role("option", name="by name").click()
    expect(rows.first).to_contain_text("Colt’s foot <b>& co</b>")


def test_only_mistaken_classes_on_demand(page: Page, model_site: str):
    open_model(page, model_site)
    names = page.locator("#model-matrix .ytick")
    expect(names).to_have_count(6)
    page.locator("#matrix").get_by_role("switch", name="Only the 5 classes with a mistake").click()
    expect(names).to_have_count(5)
    rows = page.locator("#model-table tbody tr")
    expect(rows).to_have_count(6)  # each switch for itself
    page.locator("#classes").get_by_role("switch", name="Only the 5 classes with a mistake").click()
    expect(rows).to_have_count(5)


def test_a_phone_never_scrolls_sideways(page: Page, model_site: str):
    page.set_viewport_size({"width": 390, "height": 844})
    open_model(page, model_site)
    assert_never_sideways(page)
