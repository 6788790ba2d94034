"""Reading photos: bytes, a file or a Pillow image → an upright RGB picture. Every refusal is a named error.

This is the gate for whatever strangers send: sizes are checked on the header, before a pixel is decoded, and only the
formats of photos are opened. Nothing here changes Pillow's global switches, so any number of threads may call it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

# Importing a plugin registers its format; Pillow would otherwise import all forty to find these.
from PIL import AvifImagePlugin as _avif  # noqa: F401
from PIL import BmpImagePlugin as _bmp  # noqa: F401
from PIL import GifImagePlugin as _gif  # noqa: F401
from PIL import Image, UnidentifiedImageError
from PIL import JpegImagePlugin as _jpeg  # noqa: F401
from PIL import MpoImagePlugin as _mpo  # noqa: F401
from PIL import PngImagePlugin as _png  # noqa: F401
from PIL import TiffImagePlugin as _tiff  # noqa: F401
from PIL import WebPImagePlugin as _webp  # noqa: F401
from pillow_heif import HeifImagePlugin as _heif  # noqa: F401

from classifier.errors import (
    NotAnImage,
    PhotoError,
    TooManyPixels,
    TooSmall,
    TruncatedImage,
    UnreadableFile,
    UnsupportedFormat,
)
from classifier.photos.colour import to_rgb
from classifier.photos.files.formats import HEAD_BYTES, READABLE, has_zero_side, recognise
from classifier.photos.files.opening import open_any_size
from classifier.photos.files.parts import has_too_many_parts
from classifier.photos.files.repairs import PNG_START, with_end, without_extras
from classifier.photos.limits import DEFAULT_LIMITS, LARGE_PIXELS, ImageLimits
from classifier.photos.preparing import shrink

JPEG_START = b"\xff\xd8"
SEND_INSTEAD = "Send the photo as JPEG, PNG or WebP."

# Modes whose values can be averaged. Those of a palette cannot, and Pillow does not average those of more than 8 bits.
_MODES_TO_SHRINK = {"L", "RGB", "RGBA", "CMYK", "YCbCr"}
# EXIF orientation → what makes the picture upright (CIPA DC-008, tag 0x0112).
ORIENTATION_TAG = 0x0112
_XMP = {"xmp", "XML:com.adobe.xmp"}  # Pillow's keys for it, the second of a PNG
# Formats whose header may say less than is decoded: a part that is cut out of a larger picture, or a scaled one.
_MAY_UNDERSTATE = {"HEIF", "AVIF"}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_image(
    source: bytes | bytearray | Path | Image.Image,
    *,
    limits: ImageLimits = DEFAULT_LIMITS,
    draft_px: int | None = None,
) -> Image.Image:
    """Read the first frame, upright, as a new RGB image (8 bits a channel, sRGB, transparent parts on white).

    Args:
        source: the bytes of a file, the path of one, or an image that is already open (its current frame).
        limits: what is accepted.
        draft_px: the short side (px) that is needed; what comes back has at least that, if the photo has. A large JPEG
            is decoded at 1/2, 1/4 or 1/8 of its size, which takes a quarter of the time for one of 12 MP. Of a HEIC the
            small copy inside is taken, if it is large enough. Other formats have to be decoded whole. Whatever is then
            still far larger than needed is shrunk, see `preparing.shrink`.

    Raises:
        PhotoError: one of its subclasses; the message is a sentence for whoever sent the photo.
    """
    return open_with_size(source, limits=limits, draft_px=draft_px)[0]


def open_with_size(
    source: bytes | bytearray | Path | Image.Image,
    *,
    limits: ImageLimits = DEFAULT_LIMITS,
    draft_px: int | None = None,
) -> tuple[Image.Image, tuple[int, int]]:
    """Read as `open_image`, and the size of the original: both from one look at the file.

    Returns:
        The image, and what `upright_size` says: width and height (px) of the whole photo, whatever `draft_px` is.

    Raises:
        PhotoError: as `open_image`.
    """
    if isinstance(source, Image.Image):
        return _load(source, limits=limits, draft_px=None)
    data = read_bytes(source, limits)
    try:
        return _load(_open(data), limits=limits, draft_px=draft_px, file_bytes=len(data))
    except TruncatedImage:
        if not data.startswith(JPEG_START) or (whole := with_end(data)) is None:
            raise
        return _load(_open(whole), limits=limits, draft_px=draft_px)


def _load(
    image: Image.Image, *, limits: ImageLimits, draft_px: int | None, file_bytes: int | None = None
) -> tuple[Image.Image, tuple[int, int]]:
    """Decode an open image: as `open_with_size`."""
    header_size, kind = image.size, image.format
    limits.check_size(header_size, file_bytes)
    with _refusing_damage(kind):
        if draft_px:
            _draft(image, draft_px)
        image.load()
        limits.check_size(image.size)  # that of a HEIC may be another than its header said
        # Pillow turns a TIFF by itself, and whether its header's size is turned already differs by version.
        size = image.size if kind == "TIFF" else header_size
        # Some formats say only after their pixels how they are turned (TIFF even turns itself).
        orientation = _orientation(image)
        if draft_px and image.mode in _MODES_TO_SHRINK and "transparency" not in image.info:
            image = shrink(image, side=draft_px)  # before its colours are converted: of fewer pixels
        image = to_rgb(image)
        if draft_px:
            image = shrink(image, side=draft_px)
        if orientation in _UPRIGHT:
            image = image.transpose(_UPRIGHT[orientation])
        return image, _upright(size, orientation)


def upright_size(source: bytes | bytearray | Path, *, limits: ImageLimits = DEFAULT_LIMITS) -> tuple[int, int]:
    """Width and height in pixels once the photo is turned upright, from its header (of a TIFF, from its pixels).

    Raises:
        PhotoError: as `open_image`, as far as the header shows it.
    """
    data = read_bytes(source, limits)
    image = _open(data)
    limits.check_size(image.size, len(data))
    if image.format == "TIFF":
        return open_with_size(data, limits=limits)[1]
    return _upright(image.size, _orientation(image))


def _upright(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height of a photo after its turn; the orientations from 5 on are quarter turns."""
    width, height = size
    return (height, width) if orientation >= 5 else (width, height)


def read_bytes(source: bytes | bytearray | Path, limits: ImageLimits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a photo, no more of them than is allowed.

    Raises:
        PhotoError: too many bytes, none, or a file that cannot be read.
    """
    if isinstance(source, Path):
        source = _read_file(source, limits)
    if len(source) > limits.max_bytes:
        raise limits.too_many_bytes(len(source))
    if not source:
        raise NotAnImage("The file is empty. Choose the photo again, or another one.")
    return bytes(source)


def _read_file(path: Path, limits: ImageLimits) -> bytes:
    try:
        # Devices and pipes have no size to check, and reading them may never end.
        if path.exists() and not path.is_file():
            raise UnreadableFile(f"{path} is not a regular file. Name a photo; standard input is not read.")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > limits.max_bytes:
                raise too_large(size, file.read(HEAD_BYTES), limits)
            return file.read(limits.max_bytes + 1)  # one more than allowed: it may have grown since
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableFile(f"{path} cannot be read: {reason}. Check the path.") from error


def too_large(size: int, head: bytes, limits: ImageLimits) -> PhotoError:
    """Why a file is refused that has too many bytes: of a film or an archive, that it is one says more than its size.

    Args:
        size: in bytes.
        head: its first `HEAD_BYTES`.
        limits: what is accepted.
    """
    kind = recognise(head)
    return limits.too_many_bytes(size) if kind is None or kind.isupper() else _refusal(kind)


def _open(data: bytes) -> Image.Image:
    if has_too_many_parts(data):
        raise UnsupportedFormat(f"The file has more parts, or larger ones, than any photo needs. {SEND_INSTEAD}")
    formats = [name for name in READABLE if name in Image.OPEN]
    profile = None
    if data.startswith(PNG_START):
        data, profile = without_extras(data)
    try:
        image = open_any_size(data, formats)
        if profile:
            image.info["icc_profile"] = profile
        return image
    except UnidentifiedImageError as error:
        if has_zero_side(data):
            raise TooSmall("The picture is zero pixels wide or high: it is empty. Choose another photo.") from error
        raise _refusal(recognise(data[:HEAD_BYTES])) from error
    except Image.DecompressionBombError as error:  # some readers keep Pillow's limit by themselves
        raise _far_too_many_pixels() from error
    # What else Pillow's readers raise on a damaged header depends on the format (OSError, ValueError, KeyError, …).
    except Exception as error:
        raise _refusal(recognise(data[:HEAD_BYTES])) from error


def is_large(data: bytes) -> bool:
    """Whether decoding a photo may take much memory, as its header says; False where it is refused at once."""
    try:
        image = _open(data)
        DEFAULT_LIMITS.check_size(image.size, len(data))
    except PhotoError:
        return False
    return image.format in _MAY_UNDERSTATE or image.width * image.height > LARGE_PIXELS


def _refusal(kind: str | None) -> PhotoError:
    """Why Pillow could not open what `recognise` calls by this name."""
    if kind is None:
        return NotAnImage(f"This file is not a picture. {SEND_INSTEAD}")
    if kind in ("a text", "a web page"):
        return NotAnImage(f"This file is not a picture, it is {kind}. {SEND_INSTEAD}")
    if kind == "HEIC":
        return UnsupportedFormat(
            "This HEIC photo is damaged, or of a kind that cannot be read. Send it as JPEG; "
            "an iPhone takes such photos with Settings › Camera › Formats › Most Compatible."
        )
    if kind == "AVIF" and "AVIF" not in Image.OPEN:
        return UnsupportedFormat(f"AVIF photos cannot be read here. {SEND_INSTEAD}")
    if kind == "TIFF":
        return UnsupportedFormat(f"This TIFF is damaged, or of a kind that cannot be read. {SEND_INSTEAD}")
    if kind.isupper():
        return _damaged(kind)
    return UnsupportedFormat(f"This is {kind}, which cannot be read here. {SEND_INSTEAD}")


def _far_too_many_pixels() -> TooManyPixels:
    return TooManyPixels("The photo has far too many pixels. Reduce its size and send it again.")


def _damaged(kind: str | None) -> TruncatedImage:
    name = {"WEBP": "WebP", "MPO": "JPEG", "HEIF": "HEIC", None: "photo"}.get(kind, kind)
    return TruncatedImage(f"The {name} is incomplete or damaged. Send it again, or choose another photo.")


def _draft(image: Image.Image, draft_px: int) -> None:
    """Have a large photo decoded at a fraction of its size, where its format and Pillow can.

    JPEG, MPO: at 1/2, 1/4 or 1/8, but all scans of a progressive one are unpacked. HEIC: a small copy inside, if it is
    large enough. WebP: its library could, Pillow does not offer it. TIFF: smaller copies on further pages are rare in
    photos, and are not looked for; one that is packed as JPEG is decoded whole. PNG, AVIF, GIF, BMP: there is no way.
    """
    short = min(image.size)
    if short > draft_px:
        # Rounded up, so that the short side never falls below what was asked for.
        width, height = (ceil(side * draft_px / short) for side in image.size)
        image.draft(None, (width, height))


def _orientation(image: Image.Image) -> int:
    """1-8; 1 (upright) when there is none, or when the EXIF data is damaged: a photo is not refused for that."""
    try:
        value = _exif(image).get(ORIENTATION_TAG, 1)
        return value if isinstance(value, int) and 1 <= value <= 8 else 1
    except Exception:  # Pillow's EXIF reader raises whatever it stumbles over
        return 1


def _exif(image: Image.Image) -> Image.Exif:
    """EXIF data as the file has it.

    Where it says nothing of a turn, Pillow's `getexif` adds what XMP says; no browser turns a photo by that (Chromium
    156, tried with JPEG, PNG, WebP and AVIF), and a photo has to be the same thing here as on the page.
    """
    if not _XMP & image.info.keys():
        return image.getexif()
    exif = Image.Exif()
    exif.load(image.info.get("exif") or b"")  # of a TIFF nothing: Pillow has turned it already
    return exif


@contextmanager
def _refusing_damage(kind: str | None) -> Iterator[None]:
    """Decoders raise OSError, SyntaxError, ValueError, struct.error, … on bad bytes: here all mean the same."""
    try:
        yield
    except PhotoError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _far_too_many_pixels() from error
    except Exception as error:
        raise _damaged(kind) from error
