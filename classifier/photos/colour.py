"""Colour: pixels of any kind → 8-bit sRGB on white (depths, palettes, inks, transparency, profiles); mean colours."""

import io
import logging
import math
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms, ImageOps, ImageStat

logger = logging.getLogger(__name__)

WHITE = (255, 255, 255)
_SPACE_OF_MODE = {"RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK", "L": "GRAY"}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def to_rgb(image: Image.Image) -> Image.Image:
    """A new RGB image: 8 bits a channel, sRGB, transparent parts on white. The metadata stays behind.

    An embedded colour profile is honoured when it fits the pixels; a broken one is ignored, as browsers do.
    """
    profile, gamma = image.info.get("icc_profile"), _gamma(image)
    image = _eight_bit(image)
    if image.mode == "La":
        image = image.convert("LA")
    if "transparency" in image.info or image.mode in ("LA", "PA", "RGBA", "RGBa"):
        image = image.convert("RGBA")
    elif image.mode not in _SPACE_OF_MODE:
        image = image.convert("RGB")
    image = _to_srgb(image, profile)
    if gamma and not profile:
        image = _from_gamma(image, gamma)
    if image.mode == "RGBA":
        canvas = Image.new("RGB", image.size, WHITE)
        canvas.paste(image, mask=image.getchannel("A"))
        return canvas
    image = image.convert("RGB")  # for RGB this is a copy, so that the caller's image stays as it is
    image.info = {}
    return image


def mean_rgb(image: Image.Image) -> tuple[int, int, int]:
    """Mean of the red, green and blue values (0-255) of an RGB image.

    It hardly changes when a JPEG is decoded at an eighth of its size (`open_image(…, draft_px=64)`), which takes a
    fraction of the time.
    """
    red, green, blue = (round(mean) for mean in ImageStat.Stat(image).mean)
    return red, green, blue


def _eight_bit(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and floating point greys → "L". Pillow's own conversion would clip them to white."""
    if image.mode.startswith("I;16"):
        # Unsigned 16-bit: 0-65535, whatever part of it the picture uses.
        wide = image if image.mode == "I;16" else image.convert("I")
        scale, offset = 1 / 257, 0.5
    elif image.mode in ("I", "F"):
        wide = image
        scale, offset = _range(*image.getextrema(), is_float=image.mode == "F")
    else:
        return image
    grey = wide.point(lambda value: value * scale + offset).convert("L")
    if _white_is_zero(image):
        grey = ImageOps.invert(grey)
    grey.info.pop("transparency", None)  # a 16-bit grey value, meaningless from here on
    return grey


def _white_is_zero(image: Image.Image) -> bool:
    """Whether 0 means white in a TIFF of more than 8 bits (tag 262, PhotometricInterpretation); Pillow turns 8 bits."""
    return getattr(image, "tag_v2", {}).get(262) == 0


def _range(low: float, high: float, *, is_float: bool) -> tuple[float, float]:
    """Scale and offset to 0-255 for pixels whose range no header gives: 0-1, 0-255, 0-65535, else from low to high."""
    if not (math.isfinite(low) and math.isfinite(high)) or (is_float and low >= 0 and high <= 1):
        return 255, 0.5
    if low >= 0 and high <= 255:
        return 1, 0.5
    if low >= 0 and high <= 65535:
        return 1 / 257, 0.5
    spread = (high - low) or 1  # one value all over: black
    return 255 / spread, 0.5 - 255 * low / spread


@lru_cache(maxsize=64)
def _is_srgb(profile: bytes) -> bool:
    """Whether a profile's colours are those of sRGB, whatever it is called: tried on ramps of five colours."""
    ramps = np.zeros((5, 256, 3), dtype=np.uint8)
    for row, channels in enumerate(([0], [1], [2], [0, 1, 2], [0, 1])):
        ramps[row, :, channels] = np.arange(256, dtype=np.uint8)
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    seen = ImageCms.profileToProfile(Image.fromarray(ramps), source, _SRGB, outputMode="RGB")
    # Two steps: implementations of the same curve differ by rounding.
    return seen is not None and int(np.abs(np.asarray(seen, dtype=int) - ramps).max()) <= 2


def _gamma(image: Image.Image) -> float | None:
    """The exponent of a PNG's gAMA chunk where it is not about that of sRGB; an sRGB chunk overrides it (PNG, 11.3)."""
    gamma = image.info.get("gamma")
    if not isinstance(gamma, float) or "srgb" in image.info or not 0.05 < gamma < 5 or abs(gamma * 2.2 - 1) < 0.05:
        return None
    return gamma


def _from_gamma(image: Image.Image, gamma: float) -> Image.Image:
    """8-bit values encoded by a plain exponent → sRGB; transparency stays (IEC 61966-2-1 for the curve)."""
    linear = (np.arange(256) / 255) ** (1 / gamma)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    curve = np.round(255 * encoded).astype(int).tolist()
    return image.point(curve * 3 + list(range(256)) if image.mode == "RGBA" else curve * len(image.getbands()))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACE_OF_MODE[image.mode]:
            return image
        # Most photos; they are spared 9 ms of arithmetic.
        if source.profile.xcolor_space == "RGB " and _is_srgb(profile):
            return image
        output = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode=output) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        logger.info("The photo's colour profile is ignored: %s", error)
        return image
