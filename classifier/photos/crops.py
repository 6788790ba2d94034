"""Test-time augmentation: several views of one photo, whose predictions are averaged."""

from PIL import Image, ImageOps

# The zoomed view shows the middle of the photo, so much of its short side.
ZOOM = 0.8


def views_of(image: Image.Image) -> tuple[Image.Image, ...]:
    """Six pictures of an upright RGB photo: as it is (the network sees its central square), the whole squeezed
    into a square so that nothing is cut away, and its middle enlarged; each also mirrored."""
    width, height = image.size
    part = round(min(width, height) * ZOOM)
    left, top = (width - part) // 2, (height - part) // 2
    zoomed = image.crop((left, top, left + part, top + part))
    squeezed = image.resize((max(width, height),) * 2, Image.Resampling.BICUBIC)
    seen = (image, squeezed, zoomed)
    return (*seen, *(ImageOps.mirror(view) for view in seen))
