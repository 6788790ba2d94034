"""Augmentation levels: changes of a photo that leave its class as it is.

`light` is enough for photos like the ones trained on. `wild` imitates what visitors send: subjects small in the frame,
off the middle, several at once, in other light, from other cameras, compressed, blurred, turned.
"""

from collections.abc import Callable, Sequence

import torch
from PIL import Image
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

from classifier.setting_fields import check_values
from classifier.training.settings import TrainingSettings

BICUBIC = v2.InterpolationMode.BICUBIC


def uniform(low: float, high: float) -> float:
    """Uniform random number from torch's generator, low ≤ number < high."""
    return low + (high - low) * float(torch.rand(()))


class SmallInFrame(v2.Transform):
    """Photo shrunk to a part of the frame, before a background: uint8 (3, H, W) → uint8 (3, side, side).

    Three backgrounds by chance: a corner of the same photo blown up (in Oxford's photos, corners show leaves, not
    flowers), the photo repeated and mirrored (several subjects at once), one flat colour with noise.

    Args:
        side: of the frame in pixels.
        scale: range of the shrunken side, as a part of the frame's.
    """

    def __init__(self, side: int, scale: tuple[float, float] = (0.3, 0.85)) -> None:
        super().__init__()
        self.side, self.scale = side, scale

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        side = self.side
        small_side = max(16, int(side * uniform(*self.scale)))
        small = F.center_crop(F.resize(image, [small_side], antialias=True), [small_side, small_side])
        kind = int(torch.randint(3, ()))
        if kind == 0:
            frame = self._corner(image)
        elif kind == 1:
            frame = self._copies(small)
        else:
            colour = torch.randint(256, (3, 1, 1)).float() * uniform(0.3, 1.0)
            frame = (colour + 12 * torch.randn(3, side, side)).clamp(0, 255).to(torch.uint8)
        top, left = (int(torch.randint(side - small_side + 1, ())) for _ in range(2))
        mask = soft_mask(small_side)
        under = frame[:, top : top + small_side, left : left + small_side].float()
        frame[:, top : top + small_side, left : left + small_side] = (under + mask * (small.float() - under)).to(
            torch.uint8
        )
        return frame

    def _corner(self, image: torch.Tensor) -> torch.Tensor:
        height, width = image.shape[-2:]
        part_h, part_w = int(height * 0.3), int(width * 0.3)
        top = 0 if torch.rand(()) < 0.5 else height - part_h
        left = 0 if torch.rand(()) < 0.5 else width - part_w
        corner = F.resize(image[:, top : top + part_h, left : left + part_w], [self.side, self.side], antialias=False)
        return F.hflip(corner) if torch.rand(()) < 0.5 else corner.clone()

    def _copies(self, small: torch.Tensor) -> torch.Tensor:
        row = torch.cat([small, F.hflip(small)], dim=2)
        tile = torch.cat([row, F.vflip(row)], dim=1)
        repeats = self.side // tile.shape[-1] + 2
        wall = tile.repeat(1, repeats, repeats)
        top, left = (int(torch.randint(small.shape[-1], ())) for _ in range(2))
        return wall[:, top : top + self.side, left : left + self.side].clone()


def soft_mask(side: int) -> torch.Tensor:
    """Soft mask, (1, side, side) floats: 1 in the middle, falling to 0 at the rim over an eighth of the side.

    With a hard edge, a network could learn the edge instead of the subject.
    """
    ramp = (torch.minimum(torch.arange(side) + 0.5, side - torch.arange(side) - 0.5) * 8 / side).clamp(0, 1)
    return torch.minimum(ramp[:, None], ramp[None, :])[None]


class LowResolution(v2.Transform):
    """Low resolution: shrunk and enlarged again, as a thumbnail or a far zoom; the size stays."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        height, width = image.shape[-2:]
        factor = uniform(0.25, 0.7)
        small = F.resize(image, [max(8, int(height * factor)), max(8, int(width * factor))], antialias=True)
        return F.resize(small, [height, width], antialias=False)


class WhiteBalance(v2.Transform):
    """White balance: each colour channel times a factor in 1 ± strength, as by lamps or shade. uint8 in and out."""

    def __init__(self, strength: float = 0.25) -> None:
        super().__init__()
        self.strength = strength

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        gains = 1 + self.strength * (2 * torch.rand(3, 1, 1) - 1)
        return (image.float() * gains).clamp(0, 255).to(torch.uint8)


class Noise(v2.Transform):
    """Normal noise, of a deviation up to `strength` of 255 levels, as of photos in the dark. uint8 in and out."""

    def __init__(self, strength: float = 40) -> None:
        super().__init__()
        self.strength = strength

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        noise = uniform(5, self.strength) * torch.randn(image.shape)
        return (image.float() + noise).clamp(0, 255).to(torch.uint8)


def _damage(probability: float) -> v2.Transform:
    """Transform that damages a photo with some probability: colours or sharpness lost, grain, compression.

    Lost colours and grain weigh double: without them they cost over 8 points on test photos, the others 1 to 3.
    """
    damages = [
        v2.RandomGrayscale(1.0),
        Noise(),
        v2.GaussianBlur(9, (0.3, 2.5)),
        LowResolution(),
        v2.JPEG((20, 80)),
    ]
    return v2.RandomApply([v2.RandomChoice(damages, p=[2, 2, 1, 1, 1])], probability)


def _crop(size: int, low: float) -> v2.Transform:
    return v2.RandomResizedCrop(size, scale=(low, 1.0), ratio=(3 / 4, 4 / 3), interpolation=BICUBIC, antialias=True)


def _none(size: int) -> list[v2.Transform]:
    return [v2.Resize(size, BICUBIC), v2.CenterCrop(size)]


def _light(size: int) -> list[v2.Transform]:
    return [_crop(size, 0.3), v2.RandomHorizontalFlip(), v2.ColorJitter(0.2, 0.2, 0.2, 0.02)]


def _medium(size: int) -> list[v2.Transform]:
    return [_crop(size, 0.15), v2.RandomHorizontalFlip(), v2.TrivialAugmentWide(), _damage(0.3)]


def _wild(size: int) -> list[v2.Transform]:
    framed = v2.RandomChoice([_crop(size, 0.1), SmallInFrame(size)], p=[0.7, 0.3])
    return [
        framed,
        v2.RandomHorizontalFlip(),
        v2.RandomApply([v2.RandomRotation(30, v2.InterpolationMode.BILINEAR, fill=128)], 0.2),
        v2.RandomApply([v2.RandomPerspective(0.3, p=1.0, fill=128)], 0.1),
        v2.ColorJitter(0.4, 0.4, 0.4, 0.03),
        v2.RandomApply([WhiteBalance()], 0.3),
        _damage(0.5),
        v2.RandomErasing(0.15, scale=(0.02, 0.2), value=128),
    ]


# The levels of `training.settings.AUGMENTATION_LEVELS` → what they do to a crop of so many pixels a side.
AUGMENTATIONS: dict[str, Callable[[int], list[v2.Transform]]] = {
    "none": _none,
    "light": _light,
    "medium": _medium,
    "wild": _wild,
}


def train_transform(
    *, size: int, mean: Sequence[float], std: Sequence[float], augmentation: str = "medium"
) -> v2.Transform:
    """Transform for training: uint8 (3, H, W) → float (3, size, size), normalised, changed by torch's generator.

    Raises:
        SettingError: `augmentation` is not one of `AUGMENTATIONS`.
    """
    check_values(TrainingSettings, {"augmentation": augmentation})
    to_input = (
        v2.ToImage(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(list(mean), list(std)),
        v2.ToPureTensor(),
    )
    return v2.Compose([*AUGMENTATIONS[augmentation](size), *to_input])


def to_tensor(image: Image.Image) -> torch.Tensor:
    """PIL RGB → uint8 tensor (3, H, W)."""
    return v2.functional.pil_to_tensor(image)
