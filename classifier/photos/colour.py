"""Colour: pixels of any kind → 8-bit sRGB on white (depths, palettes, inks, transparency, profiles); mean colours."""

import io
import logging
import math

from PIL import Image, ImageCms, ImageStat

logger = logging.getLogger(__name__)

WHITE = (255, 255, 255)
_SPACE_OF_MODE = {"RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK", "L": "GRAY"}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def to_rgb(image: Image.Image) -> Image.Image:
    """A new RGB image: 8 bits a channel, sRGB, transparent parts on white. The metadata stays behind.

    An embedded colour profile is honoured when it fits the pixels; a broken one is ignored, as browsers do.
    """
    profile = image.info.get("icc_profile")
    image = _eight_bit(image)
    if image.mode == "La":
        image = image.convert("LA")
    if "transparency" in image.info or image.mode in ("LA", "PA", "RGBA", "RGBa"):
        image = image.convert("RGBA")
    elif image.mode not in _SPACE_OF_MODE:
        image = image.convert("RGB")
    image = _to_srgb(image, profile)
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
    grey.info.pop("transparency", None)  # a 16-bit grey value, meaningless from here on
    return grey


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


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACE_OF_MODE[image.mode]:
            return image
        # Most photos; they are spared 9 ms of arithmetic.
        if (source.profile.profile_description or "").startswith("sRGB"):
            return image
        output = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, source, _SRGB, outputMode=output) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        logger.info("The photo's colour profile is ignored: %s", error)
        return image
