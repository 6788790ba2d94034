"""Twins: photos that show the same picture, in another file, size, compression, mirrored, or cut a little.

Brightness on a grid of 16 × 16 finds candidates among all pairs. Then small copies of 32 × 32 pixels must agree, as
they are or once one is laid over the other as a cut of it. docs/duplicates.md has what this finds, and what it takes
for twins, by kind of picture.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.photos.twins.alignment import BLOCK, SIDE, Aligned, Floats, align, most_in_a_block, smooth

GRID = 16
# A candidate's grids have this cosine (copies cut by 5 % at least 0.72, nine of ten 0.8), and once moved and scaled as
# far as their slopes tell, they differ by this part of their contrast (such copies by at most 0.3, 98 of 100 by 0.2).
LEAST_COSINE, MOST_MOVED_RESIDUE = 0.75, 0.2
LEAST_COPY_COSINE = 0.985
# Of candidates, the nearest are looked at closely, so that a folder of pictures that look all alike takes no hours.
CLOSEST_COPIES, CLOSEST_CUTS = 64, 4
# Whole copies: half the size, JPEG quality 40 or mirrored differ by at most 3.3 levels in their worst block; the
# nearest other pictures by 3.5 (shapes of one colour on white) to 50. A pale picture must agree in its contrast, too.
MOST_BLOCK_LEVELS, MOST_CONTRAST_RESIDUE = 3.3, 0.06
# Cuts: at most this part of a side at each edge, and nowhere beyond the other picture by more than the tolerance.
MOST_CUT, CUT_TOLERANCE = 0.07, 0.012
# Of a textured picture, cuts leave a residue of at most 0.36, other pictures 0.77. Uncut ones may be recoloured: one
# such pair of Oxford's twins has 0.61.
MOST_RESIDUE, MOST_RECOLOURED_RESIDUE, UNCUT = 0.45, 0.65, 0.02
MOST_COLOUR_RESIDUE, MOST_OFFSET = 0.06, 16
# Textured: 24 of 64 blocks deviate by 6 levels. Photos have 26 to 64 such blocks, discs and shapes 2 to 18, digits 22.
TEXTURED_BLOCKS, TEXTURE_LEVELS = 24, 6
# Plain pictures that could be moved to agree so well show the same thing. Of a cut with its original, the colours and
# the contrast agree better still: other digits and other shapes differ by 0.001 and more.
MOST_PLAIN_RESIDUE, MOST_PLAIN_BLOCK, MOST_PLAIN_COLOUR = 0.16, 0.6, 0.005
MOST_CUT_COLOUR, MOST_CUT_GAIN = 0.0008, 0.06
ROWS = 256  # photos compared with all before them at once: bounds the memory
PAIRS = 256  # pairs aligned at once, likewise


@dataclass(frozen=True, eq=False)
class PhotoHash:
    """What tells one photo from another.

    Attributes:
        digest: of the file's bytes.
        mean_colour: R, G, B in 0-255.
        thumbnail: (32, 32, 3), a small copy of the picture, stretched to a square.
    """

    digest: bytes
    mean_colour: tuple[int, int, int]
    thumbnail: NDArray[np.uint8]

    @classmethod
    def of(cls, digest: bytes, image: Image.Image, mean_colour: tuple[int, int, int]) -> "PhotoHash":
        """Of an upright RGB picture, which may be a smaller copy of the photo."""
        # Bilinear: Pillow's widens with the reduction, so that nothing is skipped, and it is smooth where it enlarges.
        thumbnail = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        return cls(digest, mean_colour, np.asarray(thumbnail, dtype=np.uint8))


class Twin(NamedTuple):
    """What a photo is a twin of.

    first: number of the first photo of its group; its own if it has no twin before it.
    mirrored: it is the first one's mirror image.
    """

    first: int
    mirrored: bool


@dataclass(frozen=True, eq=False)
class _Pairs:
    """m pairs of photos: the later, the earlier, and whether the later is mirrored."""

    later: NDArray[np.intp]
    earlier: NDArray[np.intp]
    mirrored: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.later)

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> "_Pairs":
        return _Pairs(self.later[chosen], self.earlier[chosen], self.mirrored[chosen])

    def places(self) -> "Iterator[tuple[int, int]]":
        return zip(self.later.tolist(), self.earlier.tolist(), strict=True)

    def parts(self) -> "Iterator[_Pairs]":
        for start in range(0, len(self), PAIRS):
            yield self.only(slice(start, start + PAIRS))


def group_twins(photos: Sequence[PhotoHash]) -> list[int]:
    """Number of each photo's group, from 0; see `find_twins`."""
    numbers: dict[int, int] = {}
    return [numbers.setdefault(twin.first, len(numbers)) for twin in find_twins(photos)]


def find_twins(photos: Sequence[PhotoHash]) -> list[Twin]:
    """Find which photos show the same picture as one before them.

    Groups are no chains: each photo is a twin of the first of its group. The time grows with the square of the photos.
    """
    # Equal files, and files of equal small copies, are twins whatever they show.
    same: dict[bytes, int] = {}
    twins = [
        same.setdefault(photo.thumbnail.tobytes(), same.setdefault(photo.digest, number))
        for number, photo in enumerate(photos)
    ]
    kept = [number for number, twin in enumerate(twins) if twin == number]
    near = _near_pairs(np.stack([photos[number].thumbnail for number in kept])) if len(kept) > 1 else {}
    first: dict[int, Twin] = {}
    for place, number in enumerate(kept):
        # The nearest of those before it that are the first of their group; not mirrored, if it is near both ways.
        ways = [
            (mirrored, residue, kept[earlier])
            for earlier, mirrored, residue in near.get(place, ())
            if first[kept[earlier]].first == kept[earlier]
        ]
        first[number] = Twin(min(ways)[2], min(ways)[0]) if ways else Twin(number, False)
    return [first[twin] for twin in twins]


def _near_pairs(thumbnails: NDArray[np.uint8]) -> dict[int, list[tuple[int, bool, float]]]:
    """For each photo those before it that are near: their place, whether mirrored, what is left between them."""
    textured = _is_textured(thumbnails)
    near: dict[int, list[tuple[int, bool, float]]] = defaultdict(list)
    plain_cuts: list[tuple[_Pairs, Floats]] = []
    moved_apart: list[_Pairs] = []
    for copies, moved in _candidates(thumbnails):
        for pairs in copies.parts():
            first, second = _pictures(thumbnails, pairs)
            levels, residues, offsets = most_in_a_block(smooth(first), smooth(second))
            agree = (levels <= MOST_BLOCK_LEVELS) & (residues <= MOST_CONTRAST_RESIDUE) & (offsets <= MOST_OFFSET)
            _keep(near, pairs, residues, agree)
        for pairs in moved.parts():
            aligned = align(*_pictures(thumbnails, pairs))
            is_cut = _is_cut(aligned)
            is_textured = textured[pairs.later] & textured[pairs.earlier]
            _keep(near, pairs, aligned.residue, is_cut & is_textured & _agree(aligned))
            alike = ~is_textured & _agree_plainly(aligned)
            is_plain_cut = alike & is_cut & _has_the_same_colours(aligned)
            plain_cuts.append((pairs.only(is_plain_cut), aligned.residue[is_plain_cut]))
            moved_apart.append(pairs.only(alike & ~is_cut))
    elsewhere = _elsewhere(near, [pairs for pairs, _ in plain_cuts], moved_apart)
    for pairs, residues in plain_cuts:
        is_clear = [not elsewhere & {later, earlier} for later, earlier in pairs.places()]
        _keep(near, pairs, residues, np.array(is_clear, dtype=bool))
    return near


def _elsewhere(
    near: dict[int, list[tuple[int, bool, float]]], cuts: Sequence[_Pairs], moved_apart: Sequence[_Pairs]
) -> set[int]:
    """Plain pictures of which another shows the same thing at another place.

    One that could be a cut of such a picture is most likely just a third of its kind: discs of one colour, say.
    """
    # A thing that is its own mirror image is at another place in the mirror of the very same picture.
    same = {place for pairs in cuts for place in pairs.places()}
    same |= {(later, earlier) for later, found in near.items() for earlier, _, _ in found}
    return {place for pairs in moved_apart for both in pairs.places() if both not in same for place in both}


def _keep(
    near: dict[int, list[tuple[int, bool, float]]], pairs: _Pairs, residues: Floats, chosen: NDArray[np.bool_]
) -> None:
    for place in np.flatnonzero(chosen):
        found = int(pairs.earlier[place]), bool(pairs.mirrored[place]), float(residues[place])
        near[int(pairs.later[place])].append(found)


def _is_textured(thumbnails: NDArray[np.uint8]) -> NDArray[np.bool_]:
    blocks = SIDE // BLOCK
    grey = np.concatenate([smooth(part).mean(axis=3) for part in _parts(thumbnails)])
    spread = grey.reshape(-1, blocks, BLOCK, blocks, BLOCK).std(axis=(2, 4))
    found: NDArray[np.bool_] = (spread > TEXTURE_LEVELS).sum(axis=(1, 2)) >= TEXTURED_BLOCKS
    return found


def _is_cut(aligned: Aligned) -> NDArray[np.bool_]:
    """Whether one picture's edges are all inside the other, or on its edges."""
    inside, outside = aligned.cut.max(axis=1), -aligned.cut.min(axis=1)
    found: NDArray[np.bool_] = (np.minimum(inside, outside) <= CUT_TOLERANCE) & (
        np.maximum(inside, outside) <= MOST_CUT
    )
    return found


def _agree(aligned: Aligned) -> NDArray[np.bool_]:
    is_whole = np.abs(aligned.cut).max(axis=1) <= UNCUT
    found: NDArray[np.bool_] = (
        (aligned.residue <= np.where(is_whole, MOST_RECOLOURED_RESIDUE, MOST_RESIDUE))
        & (aligned.colour_residue <= MOST_COLOUR_RESIDUE)
        & (aligned.offset <= MOST_OFFSET)
    )
    return found


def _agree_plainly(aligned: Aligned) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (
        (aligned.residue <= MOST_PLAIN_RESIDUE)
        & (aligned.block_residue <= MOST_PLAIN_BLOCK)
        & (aligned.colour_residue <= MOST_PLAIN_COLOUR)
        & (aligned.offset <= MOST_OFFSET)
    )
    return found


def _has_the_same_colours(aligned: Aligned) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (aligned.colour_residue <= MOST_CUT_COLOUR) & (np.abs(aligned.gain - 1) <= MOST_CUT_GAIN)
    return found


def _candidates(thumbnails: NDArray[np.uint8]) -> Iterator[tuple[_Pairs, _Pairs]]:
    """Pairs that may be whole copies, and pairs of which one may be a cut of the other; some photos at a time."""
    (grids, contrasts), (mirrored, _) = _grids(thumbnails), _grids(thumbnails[:, :, ::-1])
    for start in range(0, len(grids), ROWS):
        rows = np.arange(start, min(start + ROWS, len(grids)))
        copies: list[_Pairs] = []
        moved: list[_Pairs] = []
        ways = [(grids[rows] @ grids[: rows[-1]].T, False), (mirrored[rows] @ grids[: rows[-1]].T, True)]
        for row in rows:
            found = [np.flatnonzero(cosines[row - start, :row] >= LEAST_COSINE) for cosines, _ in ways]
            earlier = np.concatenate(found)
            if not len(earlier):
                continue
            cosines = np.concatenate([way[0][row - start, places] for way, places in zip(ways, found, strict=True)])
            is_mirrored = np.repeat([False, True], [len(places) for places in found])
            pairs = _Pairs(np.full(len(earlier), row), earlier, is_mirrored)
            # What is left of the grey, contrast fitted, is a part of what is left in the worst block.
            levels = contrasts[row] * np.sqrt(np.maximum(1 - cosines**2, 0))
            likely = (cosines >= LEAST_COPY_COSINE) & (levels <= MOST_BLOCK_LEVELS)
            copies.append(_nearest(pairs.only(likely), -cosines[likely], CLOSEST_COPIES))
            left = np.concatenate(
                [
                    _left_when_moved(own, grids[places])
                    for own, places in zip((grids[row], mirrored[row]), found, strict=True)
                ]
            )
            likely = left <= MOST_MOVED_RESIDUE
            moved.append(_nearest(pairs.only(likely), left[likely], CLOSEST_CUTS))
        yield _joined(copies), _joined(moved)


def _grids(thumbnails: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """(n, 256) brightness on a grid, its mean taken out, scaled to length 1; (n,) its standard deviation."""
    cell = SIDE // GRID
    grey = np.concatenate([part.mean(axis=3, dtype=np.float32) for part in _parts(thumbnails)])
    grids = grey.reshape(-1, GRID, cell, GRID, cell).mean(axis=(2, 4)).reshape(-1, GRID * GRID)
    grids -= grids.mean(axis=1, keepdims=True)
    # Bounded below by a level: the rounding of a flat picture must not be blown up to a picture.
    lengths = np.linalg.norm(grids, axis=1, keepdims=True)
    scaled: Floats = grids / np.maximum(lengths, 1)
    contrasts: Floats = lengths[:, 0] / GRID
    return scaled, contrasts


def _left_when_moved(own: Floats, others: Floats) -> Floats:
    """(m,) what moving and scaling by a little leaves between a grid and others, both of length 1.

    To first order, such moves add multiples of the grid's slopes; what is left is at a right angle to all of these.
    """
    grid = own.reshape(GRID, GRID)
    places = (np.arange(GRID, dtype=np.float32) + 0.5) / GRID * 2 - 1
    down = np.asarray(np.gradient(grid, axis=0), dtype=np.float32)
    across = np.asarray(np.gradient(grid, axis=1), dtype=np.float32)
    slopes = np.stack([across, across * places, down, down * places[:, None], grid, np.ones_like(grid)], axis=2)
    basis, _ = np.linalg.qr(slopes.reshape(GRID * GRID, -1))
    left: Floats = (others**2).sum(axis=1) - ((others @ basis) ** 2).sum(axis=1)
    return left


def _nearest(pairs: _Pairs, distances: Floats, count: int) -> _Pairs:
    return pairs.only(np.argsort(distances, kind="stable")[:count])


def _joined(parts: Sequence[_Pairs]) -> _Pairs:
    if not parts:
        return _Pairs(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, bool))
    later, earlier, mirrored = zip(*((part.later, part.earlier, part.mirrored) for part in parts), strict=True)
    return _Pairs(np.concatenate(later), np.concatenate(earlier), np.concatenate(mirrored))


def _parts(thumbnails: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    for start in range(0, len(thumbnails), ROWS):
        yield thumbnails[start : start + ROWS]


def _pictures(thumbnails: NDArray[np.uint8], pairs: _Pairs) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(m, SIDE, SIDE, 3) of the later ones, turned over where they are mirrored, and of the earlier ones."""
    later = thumbnails[pairs.later]
    return np.where(pairs.mirrored[:, None, None, None], later[:, :, ::-1], later), thumbnails[pairs.earlier]
