import io

import pytest
import torch
from PIL import Image

from benchmarks.serving.original_app import CLASSES, create_server
from tests.making.fakes import draw_flower


@pytest.mark.parametrize("size", [(500, 500), (90, 300)])
def test_it_gives_five_classes_of_a_square_of_224_pixels(size: tuple[int, int]):
    shapes = []

    def network(pictures: torch.Tensor) -> torch.Tensor:
        shapes.append(tuple(pictures.shape))
        return torch.arange(float(CLASSES))[None]

    client = create_server(network).test_client()
    assert client.get("/").status_code == 200
    photo = io.BytesIO()
    draw_flower().resize(size, Image.Resampling.BICUBIC).save(photo, "JPEG")
    answer = client.post("/classify", data=photo.getvalue())
    assert [place for place, _ in answer.json] == [101, 100, 99, 98, 97]
    assert answer.json[0][1] > answer.json[1][1] > 0
    assert shapes == [(1, 3, 224, 224)]
