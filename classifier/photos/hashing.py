"""Hashes of photos: which are the same, byte by byte or to the eye (another size, another compression).

Two difference hashes share a core (`difference_bits`; https://www.hackerfactor.com/blog/?/archives/529-Kind-of-Like-That.html):
`picture_hash` of whole photos, 128 bits, finds twins in a folder; `difference_hash` of the crops that the network sees,
256 bits, finds a photo in a checkpoint's index, whose hashes are saved, so that its bits must never change. The library
for such hashes, imagehash, would bring PyWavelets for these few lines.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PICTURE_HASH_SIDE = 8  # cells a side; 8 × 8 bits along rows, as many along columns
CROP_HASH_SIDE = 16  # cells a side; 16 × 16 bits along rows
# Of 512 Oxford photos, shrunk to a third and compressed again, 508 moved by at most 8 of the 128 bits. Of the 33
# million pairs among all 8,189, 25 are that near, and the ones looked at show one shot; the first false pair has 10.
NEAR_BITS = 8
NEAR_COLOUR = 16  # of 255, on each channel


@dataclass(frozen=True)
class PhotoHash:
    """Hashes of one photo.

    digest: of the file's bytes.
    bits: the picture hash.
    mean_colour: R, G, B in 0-255.
    """

    digest: bytes
    bits: tuple[int, int]
    mean_colour: tuple[int, int, int]


def digest_of(data: bytes) -> bytes:
    """Digest of a file's bytes: 16 bytes that only identical files share."""
    return hashlib.blake2b(data, digest_size=16).digest()


def picture_hash(image: Image.Image) -> tuple[int, int]:
    """Difference hash of a whole picture.

    Returns:
        Two numbers of 64 bits: is a cell of an 8 × 8 grid brighter than its right, and than its lower neighbour?
    """
    side = PICTURE_HASH_SIDE
    # Negated: the core asks whether a cell is brighter than the one before it, here the question is the reverse.
    rows = difference_bits(-grey_cells(image, side + 1, side))
    columns = difference_bits(-grey_cells(image, side, side + 1), axis=0)
    return int.from_bytes(rows.tobytes(), "big"), int.from_bytes(columns.tobytes(), "big")


def difference_hash(crop: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Difference hash of a crop: is a cell of a grid of 16 × 17 brighter than its left neighbour?

    Survives resizing, compression and changes of light.

    Args:
        crop: (3, H, W), any scale, as the network gets it.

    Returns:
        (2, 32) bytes: the hash of the crop and of its mirror image.
    """
    grey = crop.mean(axis=0)
    # Not Pillow's box filter: the crop is there as normalised floats, whose differences rounding to 8 bits would lose.
    rows = _cell_means(grey, CROP_HASH_SIDE, axis=0)
    cells = _cell_means(rows, CROP_HASH_SIDE + 1, axis=1)
    return np.stack([difference_bits(cells), difference_bits(cells[:, ::-1])])


def grey_cells(image: Image.Image, width: int, height: int) -> NDArray[np.int64]:
    """Mean brightness, 0 to 255, of a picture's cells on a grid; (height, width)."""
    return np.asarray(image.convert("L").resize((width, height), Image.Resampling.BOX), dtype=np.int64)


def difference_bits(cells: NDArray[Any], *, axis: int = 1) -> NDArray[np.uint8]:
    """Bits that say whether each cell is brighter than the one before it, packed into bytes; the core of the hashes.

    Args:
        cells: (rows, columns) brightness.
        axis: 1 compares along rows, with the cell to the left; 0 along columns, with the cell above.
    """
    later, earlier = (cells[1:], cells[:-1]) if axis == 0 else (cells[:, 1:], cells[:, :-1])
    return np.packbits(later > earlier)


def group_twins(photos: Sequence[PhotoHash]) -> list[int]:
    """Number of each photo's group, from 0: identical and nearly identical photos share one, and so do their twins.

    Compares every pair, a row at a time: the time grows with the square of the photos.
    """
    # Takes a tenth of a second to import, and only who reads a folder needs it.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    hashes = np.array([photo.bits for photo in photos], dtype=np.uint64).reshape(-1, 2)
    colours = np.array([photo.mean_colour for photo in photos], dtype=np.int16).reshape(-1, 3)
    first_of: dict[bytes, int] = {}
    twins = []
    for index, photo in enumerate(photos):
        near = np.flatnonzero(np.bitwise_count(hashes[:index] ^ hashes[index]).sum(axis=1) <= NEAR_BITS)
        # A white wall and a black one have the same differences: the colours must agree too.
        alike = near[(np.abs(colours[near] - colours[index]) <= NEAR_COLOUR).all(axis=1)]
        # Equal files are twins whatever their hashes are; a photo without a twin is its own.
        twins.append(np.append(alike, first_of.setdefault(photo.digest, index)).astype(np.int32))
    if not twins:
        return []
    ones, others = np.repeat(np.arange(len(twins)), [len(found) for found in twins]), np.concatenate(twins)
    links = coo_array((np.ones(len(ones), dtype=np.int8), (ones, others)), shape=(len(twins), len(twins)))
    _, groups = connected_components(links, directed=False)
    numbers: dict[int, int] = {}  # counted in the order of the photos, whatever SciPy's order is
    return [numbers.setdefault(int(group), len(numbers)) for group in groups]


def _cell_means(values: NDArray[Any], cells: int, *, axis: int) -> NDArray[Any]:
    """Means over `cells` equal parts along an axis; with fewer values than cells, some cells share a value."""
    edges = np.linspace(0, values.shape[axis], cells + 1).astype(int)
    sums = np.add.reduceat(values, edges[:-1], axis=axis)
    sizes = np.maximum(np.diff(edges), 1)  # an empty part's sum is the value at its edge
    means: NDArray[Any] = sums / (sizes[:, None] if axis == 0 else sizes)
    return means
