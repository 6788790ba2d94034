"""`/photos/<image_id>.webp?w=320`: thumbnails of the collection's photos, made on demand and kept in memory.

Only the collection's own photos pass here, never a visitor's. Memory, not disk: a thumbnail weighs a few kB and
takes some ms to make again, and so the server leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from pathlib import Path

from flask import Flask, Response, request
from PIL import Image

from classifier.data.collection import Collection, Photo
from classifier.errors import PhotoError
from classifier.photos.limits import DEFAULT_LIMITS, ImageLimits
from classifier.photos.reading import open_image
from web.server.cache import BytesCache
from web.server.responses import plain_text

# The widths that pages ask for: tile, card, card on dense screens, large view. Others would let anyone fill the cache.
WIDTHS = (160, 320, 640)
DEFAULT_WIDTH = 320
CACHE_BYTES = 48 * 1024 * 1024
MAX_AGE_S = 30 * 24 * 3600
# Measured on the Oxford photos: quality 78 looks clean at these sizes, at about a third of a JPEG's bytes.
QUALITY = 78


def photo_url(photo: Photo, width: int = DEFAULT_WIDTH) -> str:
    """Address of a photo's thumbnail, `width` pixels wide.

    Browsers keep it for long, so that another collection's photo of the same number has another address.
    """
    version = zlib.crc32(f"{photo.file} {photo.width} {photo.height} {photo.mean_colour}".encode(errors="replace"))
    return f"/photos/{photo.image_id}.webp?w={width}&v={version:08x}"


def render_thumbnail(path: Path, *, width: int, limits: ImageLimits = DEFAULT_LIMITS) -> bytes:
    """A WebP `width` pixels wide (photos narrower than that keep their size); `limits`: what is read.

    Raises:
        PhotoError: the file is damaged or not a photo.
        OSError: the file went away.
    """
    image = open_image(path, limits=limits, draft_px=width)
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue()


def register(server: Flask, collection: Collection) -> None:
    """Add the route to the server."""
    thumbnails = BytesCache(CACHE_BYTES, size_of=len)

    @server.get("/photos/<int:image_id>.webp")
    def thumbnail(image_id: int) -> Response:
        width = request.args.get("w", str(DEFAULT_WIDTH))
        if width not in map(str, WIDTHS):
            return _refuse(400, f"w should be one of {', '.join(map(str, WIDTHS))}.")
        photo = collection.photo(image_id)
        path = collection.path(photo) if photo else None
        if path is None:
            return _refuse(404, "There is no such photo here.")
        try:
            key = (image_id, int(width), path.stat().st_mtime_ns)
            content = thumbnails.get(key)
            if content is None:
                content = render_thumbnail(path, width=int(width), limits=collection.limits.image_limits)
                thumbnails.set(key, content)
        except (PhotoError, OSError):
            return _refuse(404, "This photo cannot be read; downloading the collection again would repair it.")
        response = Response(content, mimetype="image/webp")
        response.set_etag(hashlib.sha256(repr(key).encode()).hexdigest()[:16])
        response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
        response.make_conditional(request)
        return response


def _refuse(status: int, sentence: str) -> Response:
    return plain_text(status, sentence, cache_control="no-store")
