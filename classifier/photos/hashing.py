"""Hashes of photos: of a file's bytes, and of the crop that the network sees.

The difference hash of crops, 256 bits (https://www.hackerfactor.com/blog/?/archives/529-Kind-of-Like-That.html), finds
a photo in a checkpoint's index, whose hashes are saved, so that its bits must never change. The library for such
hashes, imagehash, would bring PyWavelets for these few lines. Twins in a folder are found on pixels: `photos.twins`.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CROP_HASH_SIDE = 16  # cells a side; 16 × 16 bits along rows
# On a plain ground, noise decides which of two cells is brighter: such a bit says nothing. Part of a crop's range.
CLEAR_DIFFERENCE = 0.01


@dataclass(frozen=True, eq=False)
class CropHash:
    """Difference hash of a crop, and how much of it says something.

    Attributes:
        bits: (2, 32) bytes, `difference_hash` of the crop and of its mirror image.
        clear: (2, 32) bytes, 1 where the two cells that a bit compares differ by more than noise does.
        changes: how often such bits change along a row or a column of cells, halved. A blob in the middle, whatever it
            shows, has few: all its rows rise once and fall once.
    """

    bits: NDArray[np.uint8]
    clear: NDArray[np.uint8]
    changes: float


def digest_of(data: bytes) -> bytes:
    """Digest of a file's bytes: 16 bytes that only identical files share."""
    return hashlib.blake2b(data, digest_size=16).digest()


def difference_hash(crop: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Difference hash of a crop: is a cell of a grid of 16 × 17 brighter than its left neighbour?

    Survives resizing, compression and changes of light.

    Args:
        crop: (3, H, W), any scale, as the network gets it.

    Returns:
        (2, 32) bytes: the hash of the crop and of its mirror image.
    """
    return _hash_of(_crop_cells(crop.mean(axis=0)))


def crop_hash(crop: NDArray[np.floating[Any]]) -> CropHash:
    """Hash a crop that is to be looked up; (3, H, W), any scale, as the network gets it."""
    grey = crop.mean(axis=0)
    cells = _crop_cells(grey)
    differences = np.diff(cells, axis=1)
    clear = np.abs(differences) > CLEAR_DIFFERENCE * np.ptp(grey)
    changes = (_changes(differences > 0, clear) + _changes((differences > 0).T, clear.T)) / 2
    return CropHash(_hash_of(cells), np.stack([np.packbits(clear), np.packbits(clear[:, ::-1])]), changes)


def _changes(bits: NDArray[np.bool_], clear: NDArray[np.bool_]) -> int:
    """How often the clear bits change along the rows."""
    rows, _ = np.nonzero(clear)
    values = bits[clear]
    return int(((values[1:] != values[:-1]) & (rows[1:] == rows[:-1])).sum())


def _hash_of(cells: NDArray[Any]) -> NDArray[np.uint8]:
    return np.stack([difference_bits(cells), difference_bits(cells[:, ::-1])])


def _crop_cells(grey: NDArray[np.floating[Any]]) -> NDArray[Any]:
    # Not Pillow's box filter: the crop is there as normalised floats, whose differences rounding to 8 bits would lose.
    rows = _cell_means(grey, CROP_HASH_SIDE, axis=0)
    return _cell_means(rows, CROP_HASH_SIDE + 1, axis=1)


def difference_bits(cells: NDArray[Any]) -> NDArray[np.uint8]:
    """Bits that say whether each cell is brighter than its left neighbour, packed into bytes; (rows, columns)."""
    return np.packbits(cells[:, 1:] > cells[:, :-1])


def _cell_means(values: NDArray[Any], cells: int, *, axis: int) -> NDArray[Any]:
    """Means over `cells` equal parts along an axis; with fewer values than cells, some cells share a value."""
    edges = np.linspace(0, values.shape[axis], cells + 1).astype(int)
    sums = np.add.reduceat(values, edges[:-1], axis=axis)
    sizes = np.maximum(np.diff(edges), 1)  # an empty part's sum is the value at its edge
    means: NDArray[Any] = sums / (sizes[:, None] if axis == 0 else sizes)
    return means
