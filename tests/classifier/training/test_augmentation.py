import pytest
import torch

from classifier.errors import SettingError
from classifier.training.augmentation import (
    AUGMENTATIONS,
    LowResolution,
    SmallInFrame,
    WhiteBalance,
    soft_mask,
    to_tensor,
    train_transform,
)
from tests.making.photo_folders import photo

NORM = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}


@pytest.mark.parametrize("level", AUGMENTATIONS)
def test_every_level_gives_the_networks_input(level: str) -> None:
    transform = train_transform(size=64, augmentation=level, **NORM)
    image = to_tensor(photo(1, size=(120, 90)))
    torch.manual_seed(0)
    results = [transform(image) for _ in range(12)]
    assert {tuple(result.shape) for result in results} == {(3, 64, 64)}
    assert all(-1.001 <= float(result.min()) <= float(result.max()) <= 1.001 for result in results)
    torch.manual_seed(0)
    assert torch.equal(transform(image), results[0])
    assert torch.equal(results[0], results[1]) is (level == "none")


def test_an_unknown_level_is_told() -> None:
    with pytest.raises(SettingError, match="one of none, light, medium, wild; got “heavy”"):
        train_transform(size=64, augmentation="heavy", **NORM)


@pytest.mark.parametrize("seed", range(6))
def test_a_small_flower_stands_in_a_whole_frame(seed: int) -> None:
    torch.manual_seed(seed)
    frame = SmallInFrame(64)(to_tensor(photo(seed, size=(90, 120))))
    assert frame.shape == (3, 64, 64)
    assert frame.dtype == torch.uint8


def test_size_and_range_stay() -> None:
    image = to_tensor(photo(3, size=(50, 40)))
    for change in (LowResolution(), WhiteBalance()):
        changed = change(image)
        assert (changed.shape, changed.dtype) == (image.shape, torch.uint8)
        assert not torch.equal(changed, image)
    mask = soft_mask(32)
    assert mask.shape == (1, 32, 32)
    assert (float(mask[0, 16, 16]), float(mask.min()) < 0.2) == (1.0, True)
