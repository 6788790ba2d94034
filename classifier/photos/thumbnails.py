"""Thumbnails: small copies of pictures, and pictures as data URLs."""

import base64
import io
from typing import Any

from PIL import Image


def data_url(image: Image.Image, kind: str, **options: Any) -> str:
    """A picture as an address that holds the whole of it. options: those of Pillow for files of this kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
