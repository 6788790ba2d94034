"""From what the browser sent to the bytes of one photo. Pure and limited; nothing is kept."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from classifier.errors import NotAnImage, PhotoError, TooManyBytes


class NoPhoto(PhotoError):
    """Classify was asked for without a photo."""

    code = "no_photo"


def photo_bytes(upload: Any, *, max_bytes: int) -> bytes:
    """The bytes of a photo that came as `{"url": "data:image/jpeg;base64,…"}`.

    Raises:
        NoPhoto: nothing came, or a record without a photo.
        TooManyBytes: more than `max_bytes`; told from the length, before decoding.
        NotAnImage: not a base64 data URL, or an empty file.
    """
    url = upload.get("url") if isinstance(upload, dict) else None
    if not url:
        raise NoPhoto("There is no photo yet. Choose or drop one first.")
    if not isinstance(url, str):
        raise NotAnImage("That did not arrive as a photo. Choose the file again.")
    head, comma, payload = url.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        raise NotAnImage("That did not arrive as a photo. Choose the file again.")
    # Four characters of base64 carry three bytes; padding makes this two bytes too many at most.
    if len(payload) // 4 * 3 > max_bytes + 2:
        raise TooManyBytes(too_large_message(max_bytes))
    try:
        content = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAnImage("The photo was damaged on its way here. Choose the file again.") from error
    if not content:
        raise NotAnImage("This file is empty. Choose another photo.")
    return content


def too_large_message(max_bytes: int) -> str:
    """What a visitor can do about a file over the limit."""
    return (
        f"This file is too large: the server takes up to {max_bytes / 1024 / 1024:.0f} MB. "
        "Save it as a JPEG or make it smaller, then try again."
    )
