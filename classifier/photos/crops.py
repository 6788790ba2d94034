"""Crops of a photo: a part of it, what the network sees of it, all of it in a square, and views for augmentation."""

from dataclasses import dataclass

from PIL import Image, ImageOps

from classifier.errors import SettingError

# The zoomed view shows the middle of the photo, so much of its short side.
ZOOM = 0.8
LEAST_SIDE = 0.02  # of the photo; a smaller crop shows nothing
WIDE = 1.2  # the long side over the short one, from which on the central square leaves much of a photo out


def tta_views(image: Image.Image) -> tuple[Image.Image, ...]:
    """Views for test-time augmentation: six pictures of an upright RGB photo, the first as it is.

    As it is (the network sees its central square), the whole squeezed into a square so that nothing is cut away, and
    its middle enlarged; each also mirrored.
    """
    width, height = image.size
    part = round(min(width, height) * ZOOM)
    left, top = (width - part) // 2, (height - part) // 2
    zoomed = image.crop((left, top, left + part, top + part))
    squeezed = image.resize((max(width, height),) * 2, Image.Resampling.BICUBIC)
    seen = (image, squeezed, zoomed)
    return (*seen, *(ImageOps.mirror(view) for view in seen))


def is_wide(image: Image.Image) -> bool:
    """Whether a photo is so much wider than high, or higher than wide, that its central square leaves much out."""
    return max(image.size) >= WIDE * min(image.size)


def whole_in_square(image: Image.Image, size: int) -> Image.Image:
    """Whole upright RGB photo, in the middle of a square of `size` pixels whose rest has the photo's mean colour."""
    width, height = image.size
    share = size / max(width, height)
    shrunk = image.resize((max(1, round(width * share)), max(1, round(height * share))), Image.Resampling.BICUBIC)
    # One pixel, of the mean of all: pixels of a plain colour add less than a black frame, or a mirrored one, does.
    square = shrunk.resize((1, 1), Image.Resampling.BOX).resize((size, size), Image.Resampling.NEAREST)
    square.paste(shrunk, ((size - shrunk.width) // 2, (size - shrunk.height) // 2))
    return square


@dataclass(frozen=True)
class Box:
    """Part of an upright photo; left, top, width, height as parts (0 to 1) of the photo's width and height.

    Raises:
        SettingError: it leaves the photo, or is too small to show anything.
    """

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        inside = self.left >= 0 and self.top >= 0 and max(self.left + self.width, self.top + self.height) <= 1 + 1e-6
        if not inside or not min(self.width, self.height) >= LEAST_SIDE:
            raise SettingError(
                f"The crop must be inside the photo, with sides of at least {LEAST_SIDE:.0%} of it; got {self}."
            )

    def crop(self, image: Image.Image) -> Image.Image:
        """This part of the photo, at least one pixel wide and high."""
        left, top = round(self.left * image.width), round(self.top * image.height)
        right = max(left + 1, round((self.left + self.width) * image.width))
        bottom = max(top + 1, round((self.top + self.height) * image.height))
        return image.crop((left, top, right, bottom))


def seen_box(width: int, height: int) -> Box:
    """What the network sees of an upright photo of this size (px): its central square."""
    side = min(width, height)
    return Box((width - side) / 2 / width, (height - side) / 2 / height, side / width, side / height)
