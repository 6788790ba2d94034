"""What is dropped or pasted and is no photo: an address, text, a folder; and photos that have to be turned."""

import re
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from classifier.photos.reading import upright_size
from tests.browser.test_classify import FILE_INPUT, classify, make_file, open_page
from tests.making.fakes import COLOURS, data_url, draw_flower, encode
from tests.making.pictures import with_xmp

# Drops or pastes words; takes the event, what holds them, where it happens, and the words by their type.
GIVE_WORDS = """([event, holder, target, words]) => {
    const given = new DataTransfer();
    for (const type in words) given.setData(type, words[type]);
    const kind = event === "paste" ? ClipboardEvent : DragEvent;
    const happened = new kind(event, {bubbles: true, cancelable: true, [holder]: given});
    document.querySelector(target).dispatchEvent(happened);
    return happened.defaultPrevented;
}"""
PICTURE = "https://example.org/rose.jpg"
ADDRESSES = [
    {"text/uri-list": PICTURE, "text/html": f'<img src="{PICTURE}">', "text/plain": PICTURE},
    {"text/uri-list": PICTURE},
    {"text/html": f'<a href="x"><IMG\nsrc="{PICTURE}"></a>'},
    {"text/plain": f" {PICTURE}\n"},
    {"text/plain": "data:image/png;base64,AAAA"},
]
BOTH = pytest.mark.parametrize(("event", "holder"), [("drop", "dataTransfer"), ("paste", "clipboardData")])


@BOTH
@pytest.mark.parametrize("words", ADDRESSES)
def test_an_address_gets_a_sentence_and_nothing_is_fetched(page: Page, site: str, event: str, holder: str, words):
    open_page(page, site)
    assert page.evaluate(GIVE_WORDS, [event, holder, "h1", words])
    message = page.locator("#photo-message")
    expect(message).to_contain_text("That was the address of a picture, not the picture itself")
    expect(message).to_contain_text("Save the picture to your device")
    page.set_input_files(FILE_INPUT, make_file())
    expect(message).to_be_empty()


@BOTH
def test_text_gets_another_sentence(page: Page, site: str, event: str, holder: str):
    open_page(page, site)
    assert page.evaluate(GIVE_WORDS, [event, holder, "h1", {"text/plain": "a rose", "text/html": "<b>a rose</b>"}])
    expect(page.locator("#photo-message")).to_have_text(
        "That was text, not a picture. Copy the picture itself, or choose its file."
    )


def test_an_address_takes_away_neither_photo_nor_answer(page: Page, site: str):
    open_page(page, site)
    classify(page)
    expect(page.get_by_role("heading", name="Sunflower")).to_be_visible()
    page.evaluate(GIVE_WORDS, ["drop", "dataTransfer", "h1", ADDRESSES[0]])
    expect(page.locator("#photo-message")).to_contain_text("the address of a picture")
    expect(page.get_by_role("heading", name="Sunflower")).to_be_visible()


def test_other_pages_and_fields_keep_their_text(page: Page, site: str):
    page.goto(f"{site}/dataset")
    field = page.get_by_label("Find a flower by name or family")
    expect(field).to_be_visible()
    assert not page.evaluate(GIVE_WORDS, ["paste", "clipboardData", "input", ADDRESSES[3]])
    assert not page.evaluate(GIVE_WORDS, ["drop", "dataTransfer", "h1", ADDRESSES[0]])


def drop_paths(page: Page, *paths: Path) -> None:
    """As from a file manager: the browser itself makes files and folders of the paths."""
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    client = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        client.send("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 400, "data": data})


def test_a_folder_gets_a_sentence(page: Page, site: str, tmp_path: Path):
    folder = tmp_path / "roses.jpg"  # a name like a photo's
    folder.mkdir()
    (folder / "one.jpg").write_bytes(encode(draw_flower()))
    open_page(page, site)
    drop_paths(page, folder)
    expect(page.locator("#photo-message")).to_have_text(
        "roses.jpg is a folder. Open it and drop one of its photos here."
    )
    expect(page.get_by_role("button", name="Classify")).to_be_disabled()


def test_of_a_folder_and_a_photo_the_photo_is_used(page: Page, site: str, tmp_path: Path):
    folder, photo = tmp_path / "folder", tmp_path / "photo.jpg"
    folder.mkdir()
    photo.write_bytes(encode(draw_flower()))
    open_page(page, site)
    drop_paths(page, folder, photo)
    expect(page.locator("#photo-caption")).to_have_text("photo.jpg")


def test_a_drop_without_a_file_that_can_be_read_gets_a_sentence(page: Page, site: str):
    """Some programs promise a file and give none."""
    open_page(page, site)
    page.evaluate(
        "() => { const event = new Event('drop', {bubbles: true, cancelable: true});"
        "event.dataTransfer = {types: ['Files'], items: [], files: []};"
        "document.querySelector('h1').dispatchEvent(event) }"
    )
    expect(page.locator("#photo-message")).to_contain_text("Nothing that could be read came with that.")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_xmp_turns_a_photo_neither_on_the_page_nor_in_the_api(page: Page, site: str, kind: str):
    content, mime = with_xmp(draw_flower(COLOURS[1], size=(400, 300)), kind, 6), f"image/{kind.lower()}"
    open_page(page, site)
    shown = page.evaluate(
        "async (url) => { const image = new Image(); image.src = url; await image.decode();"
        "return [image.naturalWidth, image.naturalHeight] }",
        data_url(content, mime),
    )
    assert shown == [400, 300] == list(upright_size(content))
    classify(page, content, name=f"photo.{kind.lower()}", kind=mime)
    expect(page.get_by_role("heading", name="Tiger lily")).to_be_visible()
    expect(page.locator("#preview")).to_have_js_property("naturalWidth", 400)
    expect(page.locator("#preview")).to_have_js_property("naturalHeight", 300)


def turned(kind: str, orientation: int) -> bytes:
    """A photo whose middle third is a lily only when it stands upright, or hangs, or is mirrored, as it says."""
    photo = draw_flower(COLOURS[1], size=(400, 300))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(photo, kind, exif=exif)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_page_and_api_look_at_the_same_upright_photo(page: Page, site: str, kind: str, orientation: int):
    content, mime = turned(kind, orientation), f"image/{kind.lower()}"
    open_page(page, site)
    classify(page, content, name=f"photo.{kind.lower()}", kind=mime)
    expect(page.get_by_role("heading", name="Tiger lily")).to_be_visible()
    size = [300, 400] if orientation >= 5 else [400, 300]
    expect(page.locator("#preview")).to_have_attribute("src", re.compile("^data:image/jpeg"))
    expect(page.locator("#preview")).to_have_js_property("naturalWidth", size[0])
    expect(page.locator("#preview")).to_have_js_property("naturalHeight", size[1])
    request = Request(f"{site}/api/v1/classify", data=content, headers={"Content-Type": mime})
    assert b"Tiger lily" in urlopen(request, timeout=30).read()
