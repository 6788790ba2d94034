"""Folders of small photos whose classes differ by colour: a tiny network learns them in seconds."""

from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = {"blue": (40, 40, 200), "green": (40, 180, 60), "red": (200, 40, 40), "white": (230, 230, 230)}


def photo(seed: int, colour: tuple[int, int, int] = (128, 128, 128), size: tuple[int, int] = (48, 40)) -> Image.Image:
    """A soft pattern of its own for every seed, tinted."""
    noise = np.random.default_rng(seed).integers(0, 255, (6, 6, 3))
    return Image.fromarray((0.5 * noise + 0.5 * np.array(colour)).astype("uint8")).resize(size)


def plant(root: Path, counts: dict[str, int], *, seed: int = 0) -> Path:
    """`root`/CLASS/NUMBER.jpg; the colour is that of `COLOURS` when the class is called so."""
    for place, (name, count) in enumerate(counts.items()):
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            colour = COLOURS.get(folder.name, (128, 128, 128))
            photo(seed + 1000 * place + number, colour).save(folder / f"{number}.jpg", quality=95)
    return root
