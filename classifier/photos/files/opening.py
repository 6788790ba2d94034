"""Opening of pictures of any size: `Image.open` without the limit of pixels that Pillow keeps for a whole process."""

import io
import struct
from collections.abc import Iterable

from PIL import Image, UnidentifiedImageError

START_BYTES = 16  # what Pillow's readers look at to know their format


def open_any_size(data: bytes, formats: Iterable[str]) -> Image.Image:
    """Open a picture and read its header; no pixel is decoded. Who calls this checks the picture's size.

    Pillow warns from 89 million pixels on, and refuses twice as many. Both limits are switches of the whole process,
    so that they cannot be one thing for a visitor's photo and another for photos of one's own.

    Args:
        data: the whole file.
        formats: Pillow's names of the formats to try, their plugins imported.

    Raises:
        UnidentifiedImageError: it is of none of the formats, or its header is damaged.
        Exception: whatever else a reader raises on a damaged header: OSError, ValueError, KeyError, …
    """
    for name in formats:
        reader, accepts = Image.OPEN[name]
        if accepts is None or accepts(data[:START_BYTES]) is True:
            try:
                return reader(io.BytesIO(data), "")
            except (SyntaxError, IndexError, TypeError, struct.error):  # what Pillow, too, takes for another format
                continue
    raise UnidentifiedImageError("it is a picture of no known format")
