"""Alignment of small copies of pictures: is one of them the other, cut a little at its edges?

The copies are stretched to a square, so that cutting a picture moves and scales each axis by itself. Gauss-Newton steps
(Lucas and Kanade, https://www.ri.cmu.edu/pub_files/pub3/baker_simon_2004_1/baker_simon_2004_1.pdf) find both, for many
pairs at once.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 32  # of a copy, in pixels
BLOCK = 4  # of a block, in pixels
COARSE_STEPS, FINE_STEPS = 3, 4
MOST_STEP, MOST_SCALE, MOST_SHIFT = 0.06, 1.17, 0.15  # half the picture's side is 1
GAINS = (0.8, 1.25)  # a copy may have a little more or less contrast
# What a grey of 1 level and a block's noise of 2 levels weigh next to the fine detail that interpolation cannot keep.
FLOOR, BLOCK_FLOOR = 1.0, 4.0
_PLACES = ((np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE * 2 - 1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Aligned:
    """How well m pairs of pictures agree once the second is laid over the first.

    Attributes:
        residue: (m,) grey difference that is left, as a part of the fine detail. Of copies at most about 0.35.
        block_residue: (m,) the same of the worst block, in colour.
        colour_residue: (m,) difference of the colours, as a part of the contrast.
        gain: (m,) contrast of the first, as a multiple of the second's.
        offset: (m,) largest difference of the mean of a channel, in levels of 255.
        cut: (m, 4) parts of the second's side that the first lacks left, right, top and bottom; negative if the second
            lacks them.
    """

    residue: Floats
    block_residue: Floats
    colour_residue: Floats
    gain: Floats
    offset: Floats
    cut: Floats


def smooth(pictures: NDArray[Any]) -> Floats:
    """Blur with 1-2-1 along both axes, so that moving by parts of a pixel loses little; (m, SIDE, SIDE, …)."""
    found: Floats = pictures.astype(np.float32)
    for axis in (1, 2):
        before = np.concatenate([found.take([0], axis), found.take(range(SIDE - 1), axis)], axis)
        after = np.concatenate([found.take(range(1, SIDE), axis), found.take([SIDE - 1], axis)], axis)
        found = (before + 2 * found + after) / 4
    return found


def most_in_a_block(first: Floats, second: Floats) -> tuple[Floats, Floats, Floats]:
    """Difference of pictures laid over each other as they are, brightness and a little contrast fitted.

    Args:
        first: (m, SIDE, SIDE, 3), smoothed.
        second: likewise.

    Returns:
        Three times (m,): the root mean square of the worst block, in levels of 255; the mean square of the whole, as a
        part of the contrast; the largest difference of the mean of a channel, in levels.
    """
    means = [pictures.mean(axis=(1, 2), keepdims=True) for pictures in (first, second)]
    own, other = first - means[0], second - means[1]
    squares = _rest(own, other)
    contrast = np.sqrt((own**2).mean(axis=(1, 2, 3)) * (other**2).mean(axis=(1, 2, 3)))
    levels: Floats = np.sqrt(_blocks(squares).max(axis=(1, 2)))
    residues: Floats = squares.mean(axis=(1, 2)) / np.maximum(contrast, np.float32(1e-6))
    offsets: Floats = np.abs(means[0] - means[1]).max(axis=(1, 2, 3))
    return levels, residues, offsets


def align(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Aligned:
    """Lay the second of each pair over the first and measure what is left between them; both (m, SIDE, SIDE, 3)."""
    own, other = smooth(first), smooth(second)
    grey, other_grey = own.mean(axis=3), other.mean(axis=3)
    # Coarse first: fine stripes moved by more than half their width would be matched with their neighbours.
    moves = np.tile(np.array([1, 0, 1, 0], np.float32), (len(own), 1))
    moves = _descend(smooth(smooth(grey)), smooth(smooth(other_grey)), moves, COARSE_STEPS)
    moves = _descend(grey, other_grey, moves, FINE_STEPS)
    laid, covered = _warp(other, moves)
    return _measure(first, second, own, laid, covered, moves)


def _descend(own: Floats, other: Floats, moves: Floats, steps: int) -> Floats:
    """Gauss-Newton steps for (scale, shift) along x, then y, with gain and offset of the brightness beside them."""
    count = len(own)
    for _ in range(steps):
        laid, covered = _warp(other[..., None], moves)
        grey = laid[..., 0]
        across = np.gradient(grey, axis=2) * (SIDE / 2) / moves[:, 0, None, None]
        down = np.gradient(grey, axis=1) * (SIDE / 2) / moves[:, 2, None, None]
        slopes = [across * _PLACES, across, down * _PLACES[:, None], down, grey, np.ones_like(grey)]
        jacobian = (np.stack(slopes, axis=3) * covered[..., None]).reshape(count, -1, 6)
        left = ((own - grey) * covered).reshape(count, -1, 1)
        normal = jacobian.transpose(0, 2, 1) @ jacobian
        # A flat picture has no slopes, and its normal equations no solution of their own.
        normal += (
            np.eye(6, dtype=np.float32) * (1e-3 + 1e-3 * np.einsum("mii->m", normal[:, :4, :4]) / 4)[:, None, None]
        )
        step = np.linalg.solve(normal, jacobian.transpose(0, 2, 1) @ left)[:, :4, 0]
        moves = moves + np.clip(step, -MOST_STEP, MOST_STEP).astype(np.float32)
        moves[:, ::2] = moves[:, ::2].clip(1 / MOST_SCALE, MOST_SCALE)
        moves[:, 1::2] = moves[:, 1::2].clip(-MOST_SHIFT, MOST_SHIFT)
    return moves


def _warp(pictures: Floats, moves: Floats) -> tuple[Floats, Floats]:
    """(m, SIDE, SIDE, c) moved, by cubic convolution; (m, SIDE, SIDE) 1 where there is a picture and 0 beyond it."""
    across, down = moves[:, 0:1] * _PLACES + moves[:, 1:2], moves[:, 2:3] * _PLACES + moves[:, 3:4]
    laid = _taps(down)[:, None] @ pictures.transpose(0, 3, 1, 2) @ _taps(across).transpose(0, 2, 1)[:, None]
    covered = (np.abs(down) <= 1)[:, :, None] & (np.abs(across) <= 1)[:, None, :]
    return laid.transpose(0, 2, 3, 1).astype(np.float32, copy=False), covered.astype(np.float32)


def _taps(places: Floats) -> Floats:
    """(m, SIDE) places → (m, SIDE, SIDE) weights of the pixels (Keys 1981, a = −1/2)."""
    pixels = np.clip((places + 1) / 2 * SIDE - 0.5, 0, SIDE - 1)
    far = np.abs(pixels[..., None] - np.arange(SIDE, dtype=np.float32))
    near = (1.5 * far - 2.5) * far**2 + 1
    next_to = ((-0.5 * far + 2.5) * far - 4) * far + 2
    weights = np.where(far < 1, near, np.where(far < 2, next_to, np.float32(0)))
    taps: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return taps


def _measure(
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
    own: Floats,
    laid: Floats,
    covered: Floats,
    moves: Floats,
) -> Aligned:
    count = covered.sum(axis=(1, 2))
    means = [(pictures * covered[..., None]).sum(axis=(1, 2)) / count[:, None] for pictures in (own, laid)]
    here, there = (
        (pictures - mean[:, None, None]) * covered[..., None] for pictures, mean in zip((own, laid), means, strict=True)
    )
    contrast = np.sqrt((here**2).sum(axis=(1, 2, 3)) * (there**2).sum(axis=(1, 2, 3)))
    squares = _rest(here, there)
    # What smoothing took away is as much as resampling can lose: pictures rich in fine detail may differ by more.
    fine = [(pictures - smooth(pictures)) ** 2 for pictures in (first, second)]
    detail = np.sqrt(fine[0].mean(axis=(1, 2, 3)) * fine[1].mean(axis=(1, 2, 3)))
    block_detail = np.maximum(*(_blocks(squared.mean(axis=3)) for squared in fine))
    grey = _rest(here.mean(axis=3, keepdims=True), there.mean(axis=3, keepdims=True)).sum(axis=(1, 2))
    across, scale_across, down, scale_down = moves[:, 1], moves[:, 0], moves[:, 3], moves[:, 2]
    edges = np.stack([across - scale_across, -across - scale_across, down - scale_down, -down - scale_down], axis=1)
    cut: Floats = ((edges + 1) / 2).astype(np.float32)
    return Aligned(
        residue=np.sqrt(grey / count / (detail + FLOOR)),
        block_residue=np.sqrt((_blocks(squares) / (block_detail + BLOCK_FLOOR)).max(axis=(1, 2))),
        colour_residue=squares.sum(axis=(1, 2)) * 3 / np.maximum(contrast, 1e-6),
        gain=_gain(here, there),
        offset=np.abs(means[0] - means[1]).max(axis=1),
        cut=cut,
    )


def _rest(here: Floats, there: Floats) -> Floats:
    """(m, SIDE, SIDE) mean square over the channels of the difference, a little contrast fitted."""
    squares: Floats = ((here - _gain(here, there).clip(*GAINS)[:, None, None, None] * there) ** 2).mean(axis=3)
    return squares


def _gain(here: Floats, there: Floats) -> Floats:
    gain: Floats = (here * there).sum(axis=(1, 2, 3)) / np.maximum((there**2).sum(axis=(1, 2, 3)), 1e-6)
    return gain


def _blocks(values: Floats) -> Floats:
    """(m, SIDE, SIDE) → (m, SIDE / BLOCK, SIDE / BLOCK) means of the blocks."""
    blocks = SIDE // BLOCK
    means: Floats = values.reshape(len(values), blocks, BLOCK, blocks, BLOCK).mean(axis=(2, 4))
    return means
