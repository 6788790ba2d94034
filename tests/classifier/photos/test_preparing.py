import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import v2

from classifier.photos.preparing import prepare, shrink

HALF = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (20, 20), (32, 500)])
def test_the_network_sees_the_central_square(size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, "black")
    image.paste("white", (size[0] // 2 - 10, size[1] // 2 - 10, size[0] // 2 + 10, size[1] // 2 + 10))
    values = prepare(image, size=32, **HALF)
    assert values.shape == (3, 32, 32)
    assert values.dtype == np.float32
    assert values.flags.c_contiguous
    assert values[:, 16, 16].min() > 0.9


@pytest.mark.parametrize("norm", [HALF, IMAGENET])
@pytest.mark.parametrize("side", [32, 96, 224, 288])
@pytest.mark.parametrize(
    "size",
    [
        *((8, 8), (32, 32), (288, 288), (289, 288), (667, 500), (500, 667), (33, 97), (641, 8), (9, 450), (1023, 769)),
        # Sides as cameras have them, and such as leave a margin of a whole, half or odd part of a pixel.
        *((640, 480), (480, 640), (500, 375), (375, 500), (750, 500), (500, 750), (1280, 720), (360, 540), (590, 500)),
        *((501, 500), (2000, 500), (96, 32), (1333, 1000), (500, 333), (64, 48), (1600, 33)),
    ],
)
def test_it_gives_what_torchvision_gives_bit_for_bit(
    size: tuple[int, int], side: int, norm: dict[str, tuple[float, ...]]
) -> None:
    rows = np.random.default_rng(size[0] * size[1]).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    image = Image.fromarray(rows)
    theirs = v2.Compose(
        [
            v2.Resize(side, v2.InterpolationMode.BICUBIC),
            v2.CenterCrop(side),
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(list(norm["mean"]), list(norm["std"])),
            v2.ToPureTensor(),
        ]
    )
    assert np.array_equal(prepare(image, size=side, **norm), theirs(image).numpy())


@pytest.mark.parametrize(
    ("size", "after"), [((300, 200), (300, 200)), ((640, 600), (320, 300)), ((900, 4000), (225, 1000))]
)
def test_only_far_larger_pictures_are_shrunk(size: tuple[int, int], after: tuple[int, int]):
    side = 75 if size != (640, 600) else 100
    shrunk = shrink(Image.new("RGB", size), side=side)
    assert shrunk.size == after
    assert shrink(shrunk, side=side).size == after
