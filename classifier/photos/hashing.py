"""Which photos are the same: byte by byte, or to the eye (another size, another compression).

The picture hash is the difference hash (https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html),
taken along rows and along columns: 128 bits. It is a few lines; the library for it, imagehash, would bring PyWavelets.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Of 512 Oxford photos, shrunk to a third and compressed anew, 508 moved by at most 8 of the 128 bits. Of the 33 million
# pairs among all 8,189, 25 are that near, and the ones looked at show one shot; the first false pair has 10.
NEAR_BITS = 8
NEAR_COLOUR = 16  # of 255, on each channel


@dataclass(frozen=True)
class PhotoHash:
    """digest: of the file's bytes. bits: the picture hash. mean_colour: R, G, B in 0-255."""

    digest: bytes
    bits: tuple[int, int]
    mean_colour: tuple[int, int, int]


def digest_of(data: bytes) -> bytes:
    """16 bytes that only identical files share."""
    return hashlib.blake2b(data, digest_size=16).digest()


def picture_hash(image: Image.Image) -> tuple[int, int]:
    """Two numbers of 64 bits: is a cell of an 8 × 8 grid brighter than its right, and its lower, neighbour?"""
    grey = image.convert("L")
    rows = np.asarray(grey.resize((9, 8), Image.Resampling.BOX), dtype=int)
    columns = np.asarray(grey.resize((8, 9), Image.Resampling.BOX), dtype=int)
    return _number(rows[:, :-1] > rows[:, 1:]), _number(columns[:-1] > columns[1:])


def _number(bits: np.ndarray) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def group_twins(prints: Sequence[PhotoHash]) -> list[int]:
    """The number of each photo's group: identical and nearly identical photos share one. Groups count from 0.

    Compares every pair, a row at a time: the time grows with the square of the photos.
    """
    leader = list(range(len(prints)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    hashes = np.array([entry.bits for entry in prints], dtype=np.uint64).reshape(-1, 2)
    colours = np.array([entry.mean_colour for entry in prints], dtype=np.int16).reshape(-1, 3)
    first_of: dict[bytes, int] = {}
    for index, entry in enumerate(prints):
        leader[find(index)] = find(first_of.setdefault(entry.digest, index))
        distance = np.bitwise_count(hashes[:index] ^ hashes[index]).sum(axis=1)
        for other in np.flatnonzero(distance <= NEAR_BITS):
            # A white wall and a black one have the same differences: the colours must agree too.
            if np.abs(colours[other] - colours[index]).max() <= NEAR_COLOUR:
                leader[find(index)] = find(int(other))
    numbers: dict[int, int] = {}
    return [numbers.setdefault(find(index), len(numbers)) for index in range(len(prints))]


HASH_SIDE = 16  # bits a side of the difference hash


def difference_hash(crop: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """(3, H, W), any scale, as the network gets it → (2, 32) bytes: the hash of the crop and of its mirror image.

    Brightness on a grid of 16 × 17; each bit says whether a cell is brighter than its left neighbour ("dHash",
    https://www.hackerfactor.com/blog/?/archives/529-Kind-of-Like-That.html). Survives resizing, compression and
    changes of light.
    """
    grey = crop.mean(axis=0)
    rows = _cell_means(grey, HASH_SIDE, axis=0)
    cells = _cell_means(rows, HASH_SIDE + 1, axis=1)
    brighter, mirrored = cells[:, 1:] > cells[:, :-1], cells[:, ::-1][:, 1:] > cells[:, ::-1][:, :-1]
    return np.stack([np.packbits(brighter), np.packbits(mirrored)])


def _cell_means(values: NDArray[Any], cells: int, *, axis: int) -> NDArray[Any]:
    edges = np.linspace(0, values.shape[axis], cells + 1).astype(int)
    sums = np.add.reduceat(values, edges[:-1], axis=axis)
    sizes = np.maximum(np.diff(edges), 1)
    means: NDArray[Any] = sums / (sizes[:, None] if axis == 0 else sizes)
    return means
