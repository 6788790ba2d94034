"""Hashes of photos: which are the same, byte by byte or to the eye (another size, another compression).

Difference hashes (https://www.hackerfactor.com/blog/?/archives/529-Kind-of-Like-That.html) stand for whether cells of a
picture are brighter than their neighbours. A `PhotoHash` holds the differences of a whole photo and finds twins in a
folder; `difference_hash` of the crops that the network sees, 256 bits, finds a photo in a checkpoint's index, whose
hashes are saved, so that its bits must never change. The library for such hashes, imagehash, would bring PyWavelets
for these few lines.
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
# Where neighbouring cells hardly differ, a bit says nothing: on a white ground, noise decides it. A picture is textured
# where so many of the 128 bits stand for a difference of that many levels; Oxford's photos have 110 to 120, shapes on
# white 6 to 70. Of plain ones, only such bits count.
CLEAR_LEVELS, TEXTURED_BITS, NEAR_PLAIN_BITS = 3, 100, 4
# Twins are confirmed on small copies. Residue: what two copies differ by, as a part of their contrast. Twins of
# Oxford's that were recoloured or cut a little have up to 0.135 where other photos have 0.9; of plain pictures, copies
# at half the size or JPEG quality 40 have at most 0.02, and 8 levels in any block. docs/duplicates.md has the table.
THUMBNAIL_SIDE = 24
BLOCKS = 6  # a side of the thumbnail
MOST_RESIDUE, MOST_BLOCK_LEVELS = 0.02, 8.0
# And a part of what is usual in the set: X-rays of one kind all look alike, and the same one is far nearer than others.
MOST_OF_USUAL = 0.2
SAMPLED = 256  # photos that say what is usual


@dataclass(frozen=True, eq=False)
class PhotoHash:
    """Hashes of one photo, enough to recognise twins.

    Attributes:
        digest: of the file's bytes.
        differences: (2, 8, 8), brightness of a cell less that of its right, and of its lower, neighbour.
        mean_colour: R, G, B in 0-255.
        thumbnail: (24, 24, 3), a small copy of the picture.
    """

    digest: bytes
    differences: NDArray[np.int16]
    mean_colour: tuple[int, int, int]
    thumbnail: NDArray[np.uint8]

    @classmethod
    def of(cls, digest: bytes, image: Image.Image, mean_colour: tuple[int, int, int]) -> "PhotoHash":
        """The hashes of an upright RGB picture, which may be a smaller copy of the photo."""
        side, size = PICTURE_HASH_SIDE, (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        across, down = grey_cells(image, side + 1, side), grey_cells(image, side, side + 1)
        differences = np.stack([across[:, :-1] - across[:, 1:], down[:-1] - down[1:]])
        thumbnail = np.asarray(image.resize(size, Image.Resampling.BILINEAR), dtype=np.uint8)
        return cls(digest, differences.astype(np.int16), mean_colour, thumbnail)


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
    grey = crop.mean(axis=0)
    # Not Pillow's box filter: the crop is there as normalised floats, whose differences rounding to 8 bits would lose.
    rows = _cell_means(grey, CROP_HASH_SIDE, axis=0)
    cells = _cell_means(rows, CROP_HASH_SIDE + 1, axis=1)
    return np.stack([difference_bits(cells), difference_bits(cells[:, ::-1])])


def grey_cells(image: Image.Image, width: int, height: int) -> NDArray[np.int64]:
    """Mean brightness, 0 to 255, of a picture's cells on a grid; (height, width)."""
    return np.asarray(image.convert("L").resize((width, height), Image.Resampling.BOX), dtype=np.int64)


def difference_bits(cells: NDArray[Any]) -> NDArray[np.uint8]:
    """Bits that say whether each cell is brighter than its left neighbour, packed into bytes.

    Args:
        cells: (rows, columns) brightness.
    """
    return np.packbits(cells[:, 1:] > cells[:, :-1])


def group_twins(photos: Sequence[PhotoHash]) -> list[int]:
    """Number of each photo's group, from 0: identical and nearly identical photos share one, mirrored ones too.

    Each is near to the first photo of its group, so that groups are no chains of photos that drift apart. Compares
    every photo with the first of every group: the time grows with the square of the photos.
    """
    if not photos:
        return []
    seen = _Compared.of(photos)
    usual = seen.usual_residues()
    first_of: dict[bytes, int] = {}
    firsts: list[int] = []
    groups: list[int] = []
    for index, photo in enumerate(photos):
        # Equal files are twins whatever they show.
        group = first_of.get(photo.digest)
        if group is None:
            group = seen.twin_among(np.array(firsts, dtype=np.intp), index, usual)
        if group is None:
            group = len(firsts)
            firsts.append(index)
        first_of[photo.digest] = group
        groups.append(group)
    return groups


@dataclass(frozen=True, eq=False)
class _Compared:
    """N photos made ready to be compared; bits, and which of them are clear differences, packed into 2 × 64 bits."""

    bits: NDArray[np.uint64]
    mirrored_bits: NDArray[np.uint64]
    clear: NDArray[np.uint64]
    mirrored_clear: NDArray[np.uint64]
    colours: NDArray[np.int16]
    thumbnails: NDArray[np.float32]
    contrasts: NDArray[np.float32]

    @classmethod
    def of(cls, photos: Sequence[PhotoHash]) -> "_Compared":
        differences = np.stack([photo.differences for photo in photos])
        # In a mirror the cells change sides: differences to the right change their sign, those downward stay.
        mirrored = differences[..., ::-1] * np.array([-1, 1], dtype=np.int16)[None, :, None, None]
        thumbnails = np.stack([photo.thumbnail for photo in photos]).astype(np.float32)
        thumbnails -= thumbnails.mean(axis=(1, 2), keepdims=True)  # other light is not another picture
        return cls(
            _packed(differences > 0),
            _packed(mirrored > 0),
            _packed(np.abs(differences) >= CLEAR_LEVELS),
            _packed(np.abs(mirrored) >= CLEAR_LEVELS),
            np.array([photo.mean_colour for photo in photos], dtype=np.int16),
            thumbnails,
            np.sqrt((thumbnails**2).sum(axis=(1, 2, 3))),
        )

    def usual_residues(self) -> NDArray[np.float32]:
        """(N,) the median residue between each photo and those of a sample that its hash does not call near.

        Infinite where there is none: of two photos, nothing is usual.
        """
        count = len(self.bits)
        sample = np.unique(np.linspace(0, count - 1, min(count, SAMPLED)).astype(int))
        usual = np.full(count, np.inf, dtype=np.float32)
        for index in range(count):
            others = sample[_distances(self.bits[sample], self.bits[index]) > NEAR_BITS]
            if len(others):
                usual[index] = np.median(self.residues(others, self.thumbnails[index], self.contrasts[index]))
        return usual

    def residues(
        self, rows: NDArray[np.intp], thumbnail: NDArray[np.float32], contrast: np.float32
    ) -> NDArray[np.float32]:
        """(n,) what photos differ by from a thumbnail, as a part of their contrast: 0 for the same, about 2 at most."""
        own = self.thumbnails[rows]
        squares = self.contrasts[rows] ** 2 + contrast**2 - 2 * np.tensordot(own, thumbnail, axes=3)
        found: NDArray[np.float32] = np.maximum(squares, 0) / np.maximum(self.contrasts[rows] * contrast, 1e-6)
        return found

    def twin_among(self, firsts: NDArray[np.intp], index: int, usual: NDArray[np.float32]) -> int | None:
        """Position in `firsts` of the photo that a photo is a twin of, as it is or mirrored; None if there is none."""
        colour_is_near = (np.abs(self.colours[firsts] - self.colours[index]) <= NEAR_COLOUR).all(axis=1)
        best, found = np.inf, None
        for bits, clear, thumbnail in (
            (self.bits[index], self.clear[index], self.thumbnails[index]),
            (self.mirrored_bits[index], self.mirrored_clear[index], self.thumbnails[index][:, ::-1]),
        ):
            apart = self.bits[firsts] ^ bits
            both = self.clear[firsts] & clear
            textured = _count(both) >= TEXTURED_BITS
            near = np.where(textured, _count(apart) <= NEAR_BITS, _count(apart & both) <= NEAR_PLAIN_BITS)
            places = np.flatnonzero(near & colour_is_near)
            rows = firsts[places]
            residues = self.residues(rows, thumbnail, self.contrasts[index])
            fits = residues <= MOST_OF_USUAL * np.minimum(usual[rows], usual[index])
            fits &= textured[places] | (residues <= MOST_RESIDUE)
            for place, row, residue in zip(places[fits], rows[fits], residues[fits], strict=True):
                is_even = textured[place] or _most_in_a_block(self.thumbnails[row] - thumbnail) <= MOST_BLOCK_LEVELS
                if is_even and residue < best:
                    best, found = residue, int(place)
        return found


def _packed(flags: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(N, 2, 8, 8) → (N, 2) numbers of 64 bits."""
    return np.packbits(flags.reshape(len(flags), 2, 64), axis=2).view(np.uint64)[..., 0]


def _count(bits: NDArray[np.uint64]) -> NDArray[np.int64]:
    return np.bitwise_count(bits).sum(axis=1, dtype=np.int64)


def _distances(bits: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.int64]:
    return _count(bits ^ other)


def _most_in_a_block(difference: NDArray[np.float32]) -> float:
    """The largest root mean square of the blocks of a thumbnail, in levels of brightness."""
    side = THUMBNAIL_SIDE // BLOCKS
    blocks = (difference**2).reshape(BLOCKS, side, BLOCKS, side, 3).mean(axis=(1, 3, 4))
    return float(np.sqrt(blocks.max()))


def _cell_means(values: NDArray[Any], cells: int, *, axis: int) -> NDArray[Any]:
    """Means over `cells` equal parts along an axis; with fewer values than cells, some cells share a value."""
    edges = np.linspace(0, values.shape[axis], cells + 1).astype(int)
    sums = np.add.reduceat(values, edges[:-1], axis=axis)
    sizes = np.maximum(np.diff(edges), 1)  # an empty part's sum is the value at its edge
    means: NDArray[Any] = sums / (sizes[:, None] if axis == 0 else sizes)
    return means
