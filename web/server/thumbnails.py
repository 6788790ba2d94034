"""`/photos/<image_id>.webp?w=320`: thumbnails of the collection's photos, made on demand and kept in memory.

Only the collection's own photos pass here, never a visitor's. Memory, not disk: a thumbnail weighs a few kB and
takes some ms to make again, and so the server leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zlib
from collections import OrderedDict
from pathlib import Path

from flask import Flask, Response, request
from PIL import Image

from classifier.data.collection import Collection, Photo
from classifier.errors import PhotoError
from classifier.photos.reading import open_image

# The widths that pages ask for: tile, card, card on dense screens, large view. Others would let anyone fill the cache.
WIDTHS = (160, 320, 640)
DEFAULT_WIDTH = 320
CACHE_BYTES = 48 * 1024 * 1024
MAX_AGE_S = 30 * 24 * 3600
# Measured on the Oxford photos: quality 78 looks clean at these sizes, at about a third of a JPEG's bytes.
QUALITY = 78


class ThumbnailCache:
    """The most recently used thumbnails, up to `max_bytes` of them. Thread-safe."""

    def __init__(self, *, max_bytes: int = CACHE_BYTES) -> None:
        self.max_bytes = max_bytes
        self.held_bytes = 0
        self._entries: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[int, int, int]) -> bytes | None:
        with self._lock:
            content = self._entries.get(key)
            if content is not None:
                self._entries.move_to_end(key)
            return content

    def put(self, key: tuple[int, int, int], content: bytes) -> None:
        with self._lock:
            self.held_bytes += len(content) - len(self._entries.pop(key, b""))
            self._entries[key] = content
            while self.held_bytes > self.max_bytes and self._entries:
                _, dropped = self._entries.popitem(last=False)
                self.held_bytes -= len(dropped)


def photo_url(photo: Photo, width: int = DEFAULT_WIDTH) -> str:
    """The address of a photo's thumbnail, `width` pixels wide. Browsers keep it for long, so that another collection's
    photo of the same number has another address."""
    version = zlib.crc32(f"{photo.file} {photo.width} {photo.height} {photo.mean_colour}".encode(errors="replace"))
    return f"/photos/{photo.image_id}.webp?w={width}&v={version:08x}"


def render_thumbnail(path: Path, *, width: int) -> bytes:
    """A WebP `width` pixels wide (photos narrower than that keep their size).

    Raises:
        PhotoError: the file is damaged or no photo.
        OSError: the file went away.
    """
    image = open_image(path, draft_px=width)
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue()


def register(server: Flask, collection: Collection, *, cache: ThumbnailCache | None = None) -> None:
    """Add the route to the server."""
    thumbnails = cache or ThumbnailCache()

    @server.get("/photos/<int:image_id>.webp")
    def thumbnail(image_id: int) -> Response:
        width = request.args.get("w", str(DEFAULT_WIDTH))
        if width not in map(str, WIDTHS):
            return _plain(400, f"w should be one of {', '.join(map(str, WIDTHS))}.")
        photo = collection.photo(image_id)
        path = collection.path(photo) if photo else None
        if path is None:
            return _plain(404, "There is no such photo here.")
        try:
            changed_ns = path.stat().st_mtime_ns
            key = (image_id, int(width), changed_ns)
            content = thumbnails.get(key)
            if content is None:
                content = render_thumbnail(path, width=int(width))
                thumbnails.put(key, content)
        except (PhotoError, OSError):
            return _plain(404, "This photo cannot be read; downloading the collection again would mend it.")
        response = Response(content, mimetype="image/webp")
        response.set_etag(hashlib.sha256(repr(key).encode()).hexdigest()[:16])
        response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
        response.make_conditional(request)
        return response


def _plain(status: int, sentence: str) -> Response:
    response = Response(sentence, status=status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
