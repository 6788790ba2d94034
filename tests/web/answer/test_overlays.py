import base64
import io

import pytest
from PIL import Image

from classifier.predictions.values import ActivationMap, Candidate
from web.answer.overlays import SIDE_PX, create_contrasts, create_heatmaps, create_overlay

LEFT = ActivationMap(((1.0, -1.0), (1.0, -1.0)))
RIGHT = ActivationMap(((-1.0, 1.0), (-1.0, 1.0)))
CANDIDATES = tuple(Candidate(class_id, f"flower {class_id}", None, 0.3) for class_id in (1, 2, 3))


def opened(url: str) -> Image.Image:
    head, content = url.split(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(content)))


def test_evidence_is_painted_and_the_rest_is_clear():
    picture = opened(create_overlay(LEFT))
    assert (picture.mode, picture.size) == ("RGBA", (SIDE_PX, SIDE_PX))
    assert picture.getpixel((2, 30))[3] > 100
    assert picture.getpixel((SIDE_PX - 3, 30))[3] == 0


def test_a_contrast_is_red_for_the_best_and_blue_for_the_other():
    picture = opened(create_contrasts(CANDIDATES, {1: LEFT, 2: RIGHT})["2"])
    red, _, blue, _ = picture.getpixel((2, 30))
    assert red > blue
    red, _, blue, _ = picture.getpixel((SIDE_PX - 3, 30))
    assert blue > red


@pytest.mark.parametrize(
    ("known", "heat", "contrasts"),
    [({}, [], []), ({1}, ["1"], []), ({2, 3}, ["2", "3"], []), ({1, 3}, ["1", "3"], ["3"])],
)
def test_only_what_has_a_map_is_painted(known, heat, contrasts):
    maps = dict.fromkeys(known, LEFT)
    assert list(create_heatmaps(CANDIDATES, maps)) == heat
    assert list(create_contrasts(CANDIDATES, maps)) == contrasts
