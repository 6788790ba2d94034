"""Bombs, loops and mutated files: each gives a picture or a refusal, in little time and memory."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.errors import PhotoError, TooManyPixels
from classifier.photos.limits import LARGE_PIXELS, ImageLimits
from classifier.photos.reading import is_large, open_image, upright_size
from tests.making.hostile_files import SIDE, bombs, loops, read_or_refusal, webp_of_one_colour
from tests.making.mutations import mutated

pytestmark = pytest.mark.filterwarnings("ignore")  # Pillow tells of damage that it passes over
SMALL = bombs(side=200, large=5000) | loops()


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("draft_px", [None, 64])
def test_a_small_bomb_is_read_or_refused_with_a_sentence(name: str, draft_px: int | None) -> None:
    found = read_or_refusal(SMALL[name](), draft_px=draft_px)
    assert re.fullmatch(r"[A-Z].*\.", found) if isinstance(found, str) else found.mode == "RGB"


def test_few_bytes_with_many_pixels_are_refused_by_their_header(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = webp_of_one_colour(SIDE, SIDE)
    assert len(bomb) == 34
    monkeypatch.setattr("classifier.photos.reading._draft", lambda *_: pytest.fail("must not be decoded"))
    for read in (open_image, upright_size, lambda data: open_image(data, draft_px=64)):
        with pytest.raises(
            TooManyPixels, match="8,900 × 8,900 pixels in a file of 34 bytes, which can hold one colour"
        ):
            read(bomb)
    assert not is_large(bomb)  # it is refused without waiting in line
    assert is_large(bomb + bytes(20_000))


def test_small_pictures_of_one_colour_are_pictures() -> None:
    assert open_image(webp_of_one_colour(4000, 4000), draft_px=64).size == (200, 200)
    with pytest.raises(TooManyPixels):
        ImageLimits().check_size((4001, 4000), LARGE_PIXELS // 5000)
    ImageLimits().check_size((4001, 4000), LARGE_PIXELS // 5000 + 1)


@pytest.mark.parametrize("name", ["TIFF tile", "TIFF tile without pixels", "GIF frame beyond its screen"])
def test_what_hides_behind_a_small_size_takes_no_time(name: str) -> None:
    data, started = SMALL[name](), time.process_time()
    with pytest.raises(PhotoError):
        open_image(data)
    assert time.process_time() - started < 0.2


@given(number=st.integers(0, 2**32), draft_px=st.sampled_from([None, 8, 288]))
@settings(max_examples=400, deadline=None, derandomize=True)
def test_mutated_files_give_a_picture_or_a_refusal(number: int, draft_px: int | None) -> None:
    data = mutated(number)
    is_large(data)
    found = read_or_refusal(data, draft_px=draft_px)
    assert re.fullmatch(r"[A-Z].*\.", found) if isinstance(found, str) else found.mode == "RGB"
