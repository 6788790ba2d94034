"""Limits of photos: how large a file and its picture may be, and the options that move these limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, inf
from typing import Any

from classifier.errors import TooManyBytes, TooManyPixels, TooSmall
from classifier.setting_fields import declarations, setting

MIB = 1024 * 1024
# A 12 MP phone photo has 3-6 MB, a 50 MP one 10-20 MB.
MOST_MB = 20
# From here on a picture takes much memory while it is decoded: 15 bytes a pixel, 240 MB.
LARGE_PIXELS = 16_000_000
# A picture of one colour packs this well; of photos, one pixel in 100 to 200 takes a byte at the least.
MOST_PIXELS_A_BYTE = 5_000
# Room for the 64 MP of phone cameras and the 63 MP of an iPhone's panorama. It bounds a decoded picture at 320 MB
# (Pillow takes 4 bytes a pixel; with its copies on the way, a request held 1 GB: `benchmarks/memory.py`).
MOST_MEGAPIXELS = 80


@dataclass(frozen=True)
class ImageLimits:
    """What is accepted.

    max_bytes: of the file.
    max_pixels: width × height of the first frame.
    min_side_px: smallest width and height; less than an icon shows nothing.
    max_aspect_ratio: long side : short side. Panoramas have 5:1 at most; a strip of 60,000 × 2 px would grow to
        billions of pixels when its short side is brought to the network's input size.
    max_pixels_a_byte: of the file, for pictures above `LARGE_PIXELS`; more hold one colour only, and were made to fill
        the memory of whoever reads them.
    by_options: whether the options of `PhotoLimits` move these limits; errors then name the option.
    """

    max_bytes: int = MOST_MB * MIB
    max_pixels: int = MOST_MEGAPIXELS * 1_000_000
    min_side_px: int = 8
    max_aspect_ratio: float = 50.0
    max_pixels_a_byte: float = MOST_PIXELS_A_BYTE
    by_options: bool = False

    def too_many_bytes(self, size: int) -> TooManyBytes:
        """Error for a file of `size` bytes, which is more than is accepted."""
        # Rounded up, so that a file just over the limit never reads as being just at it.
        return TooManyBytes(
            f"The file has {ceil(size / MIB * 10) / 10:.1f} MB; at most {self.max_bytes / MIB:g} MB are accepted"
            f"{self._option('max_photo_mb', size / MIB)}. Reduce the photo's size and send it again."
        )

    def check_size(self, size: tuple[int, int], file_bytes: int | None = None) -> None:
        """Check a picture's width and height in pixels.

        Args:
            size: width and height.
            file_bytes: how many bytes the file has, where there is one.

        Raises:
            TooManyPixels, TooSmall: it has too many (also for a file of so few bytes: 34 are enough for a WebP of 80
                million in one colour), too few, or is a strip.
        """
        width, height = size
        short, long = min(size), max(size)
        if width * height > self.max_pixels:
            raise TooManyPixels(
                f"The photo has {width:,} × {height:,} pixels; at most {self.max_pixels / 1e6:g} million are accepted"
                f"{self._option('max_photo_megapixels', width * height / 1e6)}. Reduce its size and send it again."
            )
        if file_bytes is not None and LARGE_PIXELS < width * height > file_bytes * self.max_pixels_a_byte:
            raise TooManyPixels(
                f"The picture has {width:,} × {height:,} pixels in a file of {file_bytes:,} bytes, which can hold one "
                "colour only. Choose another photo."
            )
        if long > short * self.max_aspect_ratio:
            raise TooSmall(
                f"The picture is a strip of {width:,} × {height:,} pixels, too thin to tell what it shows. "
                "Crop it around what matters, or choose another photo."
            )
        if short < self.min_side_px:
            raise TooSmall(
                f"The picture is {width} × {height} pixels, too small to tell what it shows; "
                f"each side needs at least {self.min_side_px}. Choose a larger photo."
            )

    def _option(self, name: str, needed: float) -> str:
        """Words that name the option by which `needed` is accepted; "" where there is none."""
        (declared,) = (each for each in declarations(PhotoLimits) if each.name == name)
        value = ceil(needed)
        return f" ({declared.option} {value} accepts it)" if self.by_options and declared.allows(value) else ""


@dataclass(frozen=True)
class PhotoLimits:
    """Limits of the photos on this machine, as options of commands and as settings that a run remembers.

    The site does not know them: what a visitor may send is a setting of its own.
    """

    max_photo_mb: int = setting(
        MOST_MB, "largest file of a photo, in MB; it is read into memory as a whole", low=1, high=4096
    )
    # 1,000 million pixels take 4 GB, in each process that reads photos.
    max_photo_megapixels: int = setting(
        MOST_MEGAPIXELS, "largest photo, in million pixels; each takes 4 bytes of memory", low=1, high=1000
    )

    @property
    def image_limits(self) -> ImageLimits:
        """Limits for reading a photo; those of one's own are read however well they pack."""
        return ImageLimits(
            max_bytes=self.max_photo_mb * MIB,
            max_pixels=self.max_photo_megapixels * 1_000_000,
            max_pixels_a_byte=inf,
            by_options=True,
        )

    @classmethod
    def among(cls, values: Mapping[str, Any]) -> "PhotoLimits":
        """Limits from the settings of a training; the default where one is missing or not allowed.

        A checkpoint may come from a stranger, or from a version that did not know them.
        """
        return cls(
            **{
                each.name: values[each.name]
                for each in declarations(PhotoLimits)
                if type(values.get(each.name)) is int and each.allows(values[each.name])
            }
        )


DEFAULT_LIMITS, DEFAULT_PHOTO_LIMITS = ImageLimits(), PhotoLimits()
