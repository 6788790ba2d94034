import numpy as np
import pytest
from PIL import Image

from classifier.calibration.outliers import SIDE, corners, crops, drawn_pictures, sample_files


def test_drawn_pictures_are_the_same_for_the_same_seed() -> None:
    first, again = list(drawn_pictures(18)), list(drawn_pictures(18))
    assert {(picture.mode, picture.size) for picture in first} == {("RGB", (SIDE, SIDE))}
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(other))
    others = list(drawn_pictures(18, seed=2))
    assert sum(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in zip(first, others, strict=True)) <= 2


@pytest.mark.parametrize("size", [(100, 80), (33, 500)])
def test_corners_and_crops_are_parts_of_the_picture(size: tuple[int, int]) -> None:
    picture = Image.radial_gradient("L").resize(size).convert("RGB")
    (corner,) = corners([picture])
    assert corner.size == (int(size[0] * 0.2), int(size[1] * 0.2))
    found = list(crops(picture, 8))
    assert len(found) == 8
    assert found[0] is picture
    assert all(part.width <= size[0] and part.height <= size[1] for part in found)


def test_samples_of_packages_show_no_flower() -> None:
    assert all(path.is_file() and path.name != "flower.jpg" for path in sample_files())
