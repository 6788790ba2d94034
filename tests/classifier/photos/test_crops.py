import pytest
from PIL import Image, ImageOps

from classifier.photos.crops import tta_views


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (64, 64), (3, 2)])
def test_every_view_has_a_mirror_image(size: tuple[int, int]):
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    views = tta_views(image)
    assert views[0] is image
    half = len(views) // 2
    for view, mirrored in zip(views[:half], views[half:], strict=True):
        assert ImageOps.mirror(view).tobytes() == mirrored.tobytes()
