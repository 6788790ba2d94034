"""`/` in a real browser, with a fake classifier."""

import re

import pytest
from playwright.sync_api import FileChooser, Page, expect

from tests.making.fakes import COLOURS, data_url, draw_flower, encode

FILE_INPUT = "input[type=file]"


def make_file(content=None, *, name="my flower.jpg", kind="image/jpeg"):
    return {"name": name, "mimeType": kind, "buffer": encode(draw_flower()) if content is None else content}


def open_page(page: Page, site: str) -> None:
    page.goto(site)
    expect(page.locator("#shell")).to_have_count(0)
    expect(page.get_by_role("button", name="Classify")).to_be_disabled()
    expect(page.get_by_text("Choose a photo first")).to_be_visible()


def classify(page: Page, content=None, **options) -> None:
    page.set_input_files(FILE_INPUT, make_file(content, **options))
    page.get_by_role("button", name="Classify").click()


def preview_size(page: Page) -> list[int]:
    expect(page.locator("#preview")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    return page.evaluate(
        "async () => { const i = document.getElementById('preview'); await i.decode(); "
        "return [i.naturalWidth, i.naturalHeight] }"
    )


def test_upload_classify_bars_and_training_photos(page: Page, site: str):
    open_page(page, site)
    expect(page.locator("#overview")).to_be_visible()
    page.set_input_files(FILE_INPUT, make_file())
    expect(page.get_by_alt_text("Your photo: my flower.jpg")).to_be_visible()
    expect(page.locator("#overview")).to_be_hidden()
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#busy")).to_have_text("Looking at your photo …")
    expect(page.get_by_role("heading", name="Sunflower")).to_be_focused()
    expect(page.get_by_text("This looks like", exact=True)).to_be_visible()
    expect(page.locator("#candidate-bars .bars path")).to_have_count(5)
    expect(page.locator("#candidate-bars")).to_contain_text("94.4")
    expect(page.locator("#candidate-bars")).to_contain_text("<0.1")
    photo = page.locator(".samples img:visible").first
    expect(photo).to_be_visible()
    assert photo.evaluate("async image => { await image.decode(); return image.naturalWidth }") > 0
    expect(page.locator("#status")).to_contain_text("This looks like: Sunflower")
    expect(page.locator("#busy")).to_be_empty()
    page.set_input_files(FILE_INPUT, make_file(name="next.jpg"))
    expect(page.locator("#status")).to_be_empty()  # or the same words again would not be read out


def test_plotly_is_ready_before_the_answer_and_fetched_once_but_not_with_the_page(page: Page, site: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "plotly.min.js" in request.url else None)
    open_page(page, site)
    page.wait_for_load_state("networkidle")
    assert not asked
    page.set_input_files(FILE_INPUT, make_file())
    ahead = page.locator("#charts-ahead")
    expect(ahead.locator(".bars path")).to_have_count(1)
    expect(ahead).to_be_hidden()
    page.set_input_files(FILE_INPUT, make_file(name="next.jpg"))
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#candidate-bars .bars path")).to_have_count(5)
    assert len(asked) == 1


def test_plotly_is_fetched_while_a_photo_is_looked_for(page: Page, site: str):
    open_page(page, site)
    with page.expect_file_chooser():
        page.get_by_role("button", name="Choose a photo").click()
    expect(page.locator("#charts-ahead .bars path")).to_have_count(1)


def test_runners_up_show_their_photos_by_tab_and_by_bar(page: Page, site: str):
    open_page(page, site)
    classify(page)
    tab = page.get_by_role("tab").nth(1)
    tab.click()
    expect(page.get_by_alt_text(f"Training photo 1 of {tab.inner_text()}", exact=True)).to_be_visible()
    expect(page.get_by_alt_text("Training photo 1 of Sunflower")).to_be_hidden()
    # Plotly listens on an invisible layer above the bars: click where the first bar is.
    box = page.locator("#candidate-bars .bars path").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 40, box["y"] + box["height"] / 2)
    expect(page.get_by_alt_text("Training photo 1 of Sunflower")).to_be_visible()


@pytest.mark.parametrize(
    ("content", "name", "kind", "words"),
    [
        (b"This is no photo.", "flower.jpg", "image/jpeg", "photo"),
        (b"%PDF-1.7 something", "flower.pdf", "application/pdf", "PDF"),
        (encode(draw_flower((1, 2, 3), size=(1, 1)), "PNG"), "dot.png", "image/png", "pixel"),
    ],
)
def test_a_file_that_is_no_photo_gets_a_sentence(page: Page, site: str, content, name, kind, words):
    open_page(page, site)
    classify(page, content, name=name, kind=kind)
    expect(page.locator("#photo-message")).to_contain_text(words)
    expect(page.locator("#photo-message")).to_have_text(re.compile(r"\.$"))
    expect(page.locator(".result")).to_have_count(0)
    classify(page)
    expect(page.get_by_role("heading", name="Sunflower")).to_be_visible()
    expect(page.locator("#photo-message")).to_be_empty()


def test_an_empty_file_and_one_too_large_are_told_apart_before_sending(page: Page, site: str):
    open_page(page, site)
    page.set_input_files(FILE_INPUT, make_file(b"", name="empty.jpg"))
    expect(page.locator("#photo-message")).to_contain_text("empty.jpg is empty")
    page.set_input_files(FILE_INPUT, make_file(b"x" * 1_500_000, name="long.tif", kind="image/tiff"))
    expect(page.locator("#photo-message")).to_contain_text("long.tif, and at 1.4 MB it is too large")
    expect(page.get_by_role("button", name="Classify")).to_be_disabled()


@pytest.mark.console_messages
def test_a_body_over_the_servers_limit_gets_its_sentence(page: Page, site: str):
    open_page(page, site)
    photo = {"key": "big", "name": "big.jpg", "url": data_url(b"x" * 3_000_000), "preview": False, "shrunk": False}
    page.evaluate("photo => dash_clientside.set_props('photo', {data: photo})", photo)
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#photo-message")).to_contain_text("the server takes up to 1 MB")
    expect(page.get_by_role("button", name="Classify")).to_be_enabled()


@pytest.mark.parametrize(("kind", "name"), [("TIFF", "scan.tif"), ("HEIF", "IMG_0001.HEIC")])
def test_a_photo_that_the_browser_cannot_show_is_sent_as_it_is(page: Page, site: str, kind: str, name: str):
    open_page(page, site)
    page.set_input_files(FILE_INPUT, make_file(encode(draw_flower(COLOURS[1]), kind), name=name, kind="image/tiff"))
    expect(page.locator("#photo-caption")).to_contain_text("your browser cannot show it")
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("heading", name="Tiger lily")).to_be_visible()
    # With the answer comes what the browser can show.
    expect(page.locator("#photo-caption")).to_have_text(name)
    assert preview_size(page)[0] > 0
    expect(page.locator("#workbench")).not_to_have_class(re.compile("no-preview"))


def test_large_photos_are_shrunk_and_turned_upright_in_the_browser(page: Page, site: str):
    open_page(page, site)
    photo = draw_flower(size=(3000, 2000))
    exif = photo.getexif()
    exif[0x0112] = 6  # turned by 90°
    page.set_input_files(FILE_INPUT, make_file(encode(photo, exif=exif)))
    assert preview_size(page) == [683, 1024]
    page.set_input_files(FILE_INPUT, make_file(encode(draw_flower(size=(90, 60)))))
    expect(page.locator("#preview")).to_have_js_property("naturalWidth", 90)


def test_transparent_pictures_stand_on_white(page: Page, site: str):
    open_page(page, site)
    picture = draw_flower().convert("RGBA")
    picture.putalpha(0)
    page.set_input_files(FILE_INPUT, make_file(encode(picture, "PNG"), name="ghost.png", kind="image/png"))
    preview_size(page)
    pixel = page.evaluate(
        "() => { const c = document.createElement('canvas').getContext('2d'); "
        "c.drawImage(document.getElementById('preview'), 0, 0); return Array.from(c.getImageData(9, 9, 1, 1).data) }"
    )
    assert pixel == [255, 255, 255, 255]


def test_of_two_files_the_first_is_used_and_the_visitor_told(page: Page, site: str):
    open_page(page, site)
    files = [make_file(name="one.jpg"), make_file(encode(draw_flower(COLOURS[1])), name="two.jpg")]
    page.set_input_files(FILE_INPUT, files)
    expect(page.locator("#photo-note")).to_have_text(re.compile("2 files.*here at one.jpg"))
    expect(page.locator("#photo-caption")).to_have_text("one.jpg")


def test_of_a_text_and_a_photo_the_photo_is_used_and_a_text_alone_is_refused_at_once(page: Page, site: str):
    open_page(page, site)
    letter = make_file(b"Dear gardener", name="letter.txt", kind="text/plain")
    page.set_input_files(FILE_INPUT, [letter, make_file(name="two.jpg")])
    expect(page.locator("#photo-caption")).to_have_text("two.jpg")
    page.set_input_files(FILE_INPUT, letter)
    expect(page.locator("#photo-message")).to_have_text("letter.txt is not a picture. Choose a photo.")
    expect(page.get_by_role("button", name="Classify")).to_be_disabled()


@pytest.mark.parametrize("size", [(1366, 768), (1280, 900), (390, 844)])
def test_the_button_stands_on_the_screen_and_messages_come_onto_it(page: Page, site: str, size: tuple[int, int]):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_page(page, site)
    page.set_input_files(FILE_INPUT, make_file(encode(draw_flower(size=(600, 800)))))
    expect(page.get_by_role("button", name="Classify")).to_be_in_viewport(ratio=1)
    classify(page, b"no photo", name="text.jpg")
    expect(page.locator("#photo-message")).not_to_be_empty()
    expect(page.locator("#photo-message")).to_be_in_viewport(ratio=1)


# Drops or pastes a photo; takes the event, what holds its files, a data URL and a name.
GIVE = """([event, holder, url, name]) => {
    const bytes = Uint8Array.from(atob(url.split(",")[1]), (c) => c.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name, {type: "image/jpeg"}));
    const target = document.querySelector("h1");
    const kind = event === "paste" ? ClipboardEvent : DragEvent;
    target.dispatchEvent(new kind(event, {bubbles: true, cancelable: true, [holder]: files}));
}"""


def test_dropping_and_pasting_work_like_choosing(page: Page, site: str):
    open_page(page, site)
    page.evaluate(GIVE, ["drop", "dataTransfer", data_url(encode(draw_flower())), "dropped.jpg"])
    expect(page.locator("#photo-caption")).to_have_text("dropped.jpg")
    page.evaluate(GIVE, ["paste", "clipboardData", data_url(encode(draw_flower())), "pasted.jpg"])
    expect(page.locator("#photo-caption")).to_have_text("pasted.jpg")


def test_clear_and_the_same_photo_again(page: Page, site: str):
    open_page(page, site)
    for _ in range(2):
        classify(page)
        expect(page.get_by_role("heading", name="Sunflower")).to_be_visible()
        page.get_by_role("button", name="Clear").click()
        expect(page.locator(".result")).to_have_count(0)
        expect(page.get_by_role("button", name="Classify")).to_be_disabled()
        expect(page.locator("#overview")).to_be_visible()
    expect(page.get_by_role("button", name="Choose a photo")).to_be_focused()


def test_a_new_photo_removes_the_old_answer(page: Page, site: str):
    open_page(page, site)
    classify(page)
    expect(page.get_by_role("heading", name="Sunflower")).to_be_visible()
    page.set_input_files(FILE_INPUT, make_file(encode(draw_flower(COLOURS[1])), name="other.jpg"))
    expect(page.locator(".result")).to_have_count(0)
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("heading", name="Tiger lily")).to_be_visible()


def test_a_ready_photo_becomes_the_photo(page: Page, site: str):
    open_page(page, site)
    expect(page.locator("[data-try]")).to_have_count(3)
    page.get_by_role("button", name="Try photo 2").click()
    expect(page.locator("#photo-caption")).to_have_text("Photo to try")
    page.get_by_role("button", name="Classify").click()
    expect(page.locator(".verdict")).to_be_visible()


def test_the_whole_path_by_keyboard(page: Page, site: str):
    choosers: list[FileChooser] = []
    page.on(
        "filechooser", lambda chooser: choosers.append(chooser)
    )  # `expect_file_chooser` may begin to listen after the key is pressed
    open_page(page, site)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "choose-button":
            break
    expect(page.get_by_role("button", name="Choose a photo")).to_be_focused()
    page.keyboard.press("Enter")
    while not choosers:
        page.wait_for_timeout(50)
    choosers[0].set_files(make_file())
    expect(page.get_by_role("button", name="Classify")).to_be_enabled()
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "classify-button":
            break
    expect(page.get_by_role("button", name="Classify")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sunflower")).to_be_focused()
    while page.evaluate("document.activeElement.getAttribute('role')") != "tab":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab").nth(1)).to_have_attribute("aria-selected", "true")


def test_back_and_forward_keep_photo_and_answer(page: Page, site: str):
    open_page(page, site)
    classify(page)
    page.get_by_role("link", name="See all about Sunflower").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sunflower")
    page.go_back()
    expect(page.locator(".verdict")).to_be_visible()
    expect(page.get_by_alt_text("Your photo: my flower.jpg")).to_be_visible()
    expect(page.get_by_role("button", name="Classify")).to_be_enabled()
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sunflower")
    expect(page).to_have_title("Sunflower · Florascope")


@pytest.mark.console_messages
def test_a_server_that_is_away_gets_a_sentence_and_the_button_comes_back(page: Page, site: str):
    open_page(page, site)
    page.set_input_files(FILE_INPUT, make_file())
    page.context.set_offline(True)
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#photo-message")).to_contain_text("The server does not answer.")
    expect(page.get_by_role("button", name="Classify")).to_be_enabled()
    expect(page.locator("#busy")).to_be_empty()
    page.get_by_role("link", name="Data set").click()
    expect(page.locator("#notice")).to_contain_text("The server does not answer.")
    page.go_back()
    page.context.set_offline(False)
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("heading", name="Sunflower")).to_be_visible()
    expect(page.locator("#photo-message")).to_be_empty()
    expect(page.locator("#notice")).to_be_empty()
