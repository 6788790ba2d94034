import numpy as np
import pytest
from PIL import Image, ImageOps

from classifier.photos.crops import is_wide, tta_views, whole_in_square


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (64, 64), (3, 2)])
def test_every_view_has_a_mirror_image(size: tuple[int, int]):
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    views = tta_views(image)
    assert views[0] is image
    half = len(views) // 2
    for view, mirrored in zip(views[:half], views[half:], strict=True):
        assert ImageOps.mirror(view).tobytes() == mirrored.tobytes()


@pytest.mark.parametrize(
    ("size", "wide"), [((120, 100), True), ((119, 100), False), ((100, 120), True), ((64, 64), False), ((1, 900), True)]
)
def test_photos_of_any_direction_may_be_wide(size: tuple[int, int], wide: bool):
    assert is_wide(Image.new("RGB", size)) is wide


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (64, 64), (2000, 3), (3, 2)])
def test_a_whole_photo_keeps_its_shape_inside_the_square(size: tuple[int, int]):
    square = np.asarray(whole_in_square(Image.new("RGB", size, (200, 30, 90)), 96))
    assert square.shape == (96, 96, 3)
    assert np.abs(square.astype(int) - (200, 30, 90)).max() <= 1  # of one colour, the rest is of that colour


def test_nothing_of_a_whole_photo_is_cut_away():
    photo = Image.new("RGB", (400, 200), "black")
    for corner in ((0, 0), (360, 0), (0, 160), (360, 160)):
        photo.paste((255, 255, 255), (*corner, corner[0] + 40, corner[1] + 40))
    square = np.asarray(whole_in_square(photo, 100).convert("L")).astype(int)
    assert square[25:35, :10].min() > 200
    assert square[65:75, 90:].min() > 200
    assert square[40:60, 40:60].max() < 60  # the middle of the photo, in the middle of the square
    mean = round(np.asarray(photo.convert("L")).mean())
    assert np.abs(square[:20] - mean).max() <= 2
